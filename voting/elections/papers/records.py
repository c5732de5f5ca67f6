"""The records and forms of the day: cards, ballots, boxes, the count, what is handed over (rules.md G). Pure.

Figures that the software knows are printed; what only hands in the hall can know is a ruled line.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from voting.elections.count.certificate import notice_page
from voting.elections.papers.checks import LATER
from voting.elections.papers.data import Dossier, PaperBox, PaperContest, PaperVoter
from voting.elections.papers.sheet import (
    HAND,
    Block,
    Sheet,
    basis,
    day_words,
    figures,
    four,
    head,
    hour_words,
    lines,
    signs,
    table,
    text,
)
from voting.law.thresholds import figure

KINDS = {"main": "会场票箱", "mobile": "流动票箱"}


def record(
    d: Dossier, title: str, blocks: Sequence[Block], *, foot: str = "", landscape: bool = False, tags: bool = True
) -> Sheet:
    """A record under the election's title."""
    return Sheet(
        title=title,
        blocks=tuple(blocks),
        heading=f"{d.title}　{day_words(d.day)}",
        foot=foot,
        template="record",
        landscape=landscape,
        tags=tags,
    )


def voter_cards(d: Dossier) -> Sheet:
    """选民证: ten to a sheet, by grid and building, so that those who carry them out take a stack each."""
    voters = d.posted_roll.voters if d.posted_roll else ()
    return slips(
        d,
        "选民证",
        [_card(d, one) for one in sorted(voters, key=_way)],
        remark="凭本证和居民身份证领票，限本人使用，遗失不影响投票。",
        rows=5,
    )


def _way(one: PaperVoter) -> tuple[str, int, str, int]:
    """The order in which somebody goes from door to door: grid, building (9 before 10), roll number."""
    figures = "".join(letter for letter in one.building if letter in "0123456789")
    return (one.grid, int(figures[:6] or 0), one.building, one.number)


def _card(d: Dossier, one: PaperVoter) -> list[tuple[str, str]]:
    where = " ".join(word for word in (one.grid, one.building) if word)
    hours = f"{day_words(d.day)} {hour_words(d.opens_at)}至{hour_words(d.closes_at)}"
    return [
        ("选民编号", four(one.number)),
        ("姓名", f"{one.name}　{one.sex}"),
        ("网格楼栋", where or "—"),
        ("投票时间", hours),
        ("投票地点", d.place),
    ]


def proxy_cards(d: Dossier) -> Sheet:
    """委托投票证: one to each posted proxy, for the holder to bring."""
    cards = [
        [
            ("委托人", f"{one.principal_name}（编号 {four(one.principal)}）"),
            ("受委托人", f"{one.holder_name}（编号 {four(one.holder)}）"),
            ("投票时间", f"{day_words(d.day)} {hour_words(d.opens_at)}至{hour_words(d.closes_at)}"),
            ("投票地点", d.place),
            ("委托人签名", ""),
            ("受委托人签名", ""),
        ]
        for one in d.proxies or ()
    ]
    remark = f"受委托人凭本证和居民身份证代领选票，接受委托不超过 {d.rules.proxies_max.value} 人，不得再委托他人。"
    return slips(d, "委托投票证", cards, remark=remark, rows=4)


def board_keys(d: Dossier) -> Sheet:
    """核验公告: the keys by which anybody checks the result, as they hang before the poll."""
    if d.board is None:
        raise ValueError("there are no keys yet")
    return Sheet(title="核验公告", template="notice", more=notice_page(d.board))


def slips(d: Dossier, title: str, cards: list[list[tuple[str, str]]], *, remark: str, rows: int) -> Sheet:
    """Two slips a line, ``rows`` lines a sheet."""
    return Sheet(
        title=title,
        heading=d.title,
        by=f"{d.community}{d.words.electors}",
        template="slips",
        tags=False,
        more={
            "slips": [[[label, value, _size(value)] for label, value in card] for card in cards],
            "remark": remark,
            "rows": rows,
        },
    )


def _size(value: str) -> float:
    """Points at which ``value`` fits the 57 mm beside its label; a Chinese character is as wide as it is high."""
    wide = sum(0.6 if one.isascii() else 1.0 for one in value)
    # Typst sets a quarter of a character between Chinese and figures.
    gaps = sum(one.isascii() != other.isascii() for one, other in pairwise(value)) * 0.25
    return max(6.0, min(12.5, 57 / 0.3528 / max(wide + gaps, 1)))


def ballot(d: Dossier) -> Sheet:
    """The paper ballot: every office with its candidates in order and the places for 另选他人; no number on it."""
    contests = [
        {
            "title": one.title,
            "seats": one.seats,
            "lines": [person.name for person in one.candidates] + ([""] * one.seats if one.write_in else []),
        }
        for one in d.contests
    ]
    count = sum(len(one.candidates) + (one.seats if one.write_in else 0) for one in d.contests)
    return Sheet(
        title="选票",
        heading=d.title,
        by=f"{d.community}{d.words.electors}",
        day=day_words(d.day),
        template="ballot",
        more={
            "contests": contests,
            "choices": list(d.choices),
            "rules": _ballot_rules(d),
            # The lines share one side of the sheet as long as a hand can write on them.
            "row": max(8.5, min(14.0, 150 / max(count, 1))),
        },
    )


def _ballot_rules(d: Dossier) -> list[str]:
    many = "、".join(f"{one.title}{one.seats}人" for one in d.contests)
    marks = {
        "赞成": "同意的，在“赞成”栏画“○”",
        "反对": "不同意的，在“反对”栏画“○”",
        "弃权": "弃权的，在“弃权”栏画“○”，不画任何符号的也是弃权",
    }
    rules = ["；".join(marks[one] for one in d.choices if one in marks) + "。"]
    if any(one.write_in for one in d.contests):
        rules.append("另选他人的，在“另选他人”后写明姓名，并在“赞成”栏画“○”；所选的人应当在选民名单上。")
    void = "全票无效" if d.rules.over_vote.value == "ballot" else "该职务的选举无效"
    rules.append(f"每一职务赞成的人数（含另选他人）不得多于应选人数：{many}。多于应选人数的，{void}。")
    if d.rules.dup_office.value == "void":
        rules.append("同一人不得选为两个职务，否则全票无效。")
    rules.append("字迹要清楚，请在秘密写票处填写，不要在选票上写自己的姓名。")
    return rules


def box_seals(d: Dossier) -> Sheet:
    """票箱检查封箱记录: before the poll, box by box; seal numbers known to the software are printed."""
    rows = [(one.number, KINDS.get(one.kind, one.kind), one.seal, "", "", "") for one in d.boxes or ()]
    header = ("票箱编号", "种类", "封条编号", "检查时空箱（是/否）", "封箱时间", "检查人签名")
    return record(
        d,
        "票箱检查封箱记录",
        [
            text("投票开始以前，当众打开票箱检查，确认箱内没有任何物品后加封。记录如下："),
            table(header, rows, widths=(2, 2, 3, 3, 2.5, 3.5), align="cccccc", size=11, inset=HAND),
            lines("其他情况：", 2),
            text("投票结束后，当众核对封条完好再开箱。开箱时封条完好：□ 是　□ 否　　开箱时间："),
            lines("", 1),
            signs(("总监票人", "监票人", "监票人", f"{d.words.electors}代表", f"{d.words.supervisors}代表", "见证人")),
        ],
        landscape=True,
    )


def issue_register(d: Dossier) -> Sheet:
    """领票登记: who took a paper, ticked and signed; never a ballot's number, so that no ballot has a person."""
    voters = d.posted_roll.voters if d.posted_roll else ()
    rows = [(four(one.number), one.name, one.building, "", "") for one in voters]
    header = ("编号", "姓名", "楼栋", "领票", "领票人签名")
    made = table(header, rows, widths=(1, 2.8, 2, 1.4, 4), align="cllcc", size=10)
    note = text("只登记领票的人，不登记选票或选票卡的号码。本人领票打“√”；受委托人代领写“代”，由受委托人签名。")
    foot = "含个人信息，投票后封存，不得张贴"
    return record(d, "领票登记表", [note, made, signs(("验证员", "发票员", "监票人"))], foot=foot, tags=False)


def papers_checked(d: Dossier) -> Sheet:
    """验票单: papers printed, issued, spoilt, unused; papers found in the boxes; whether the poll is valid."""
    run, by_paper = d.print_run, d.rules.legal_record.value == "paper"
    blocks: list[Block] = [head("一、选票清点")]
    if run is not None:
        parts = (
            ("发出", run.issued),
            ("交回", run.returned),
            ("损坏作废", run.spoilt),
            ("未用", run.unused),
            *([("缺失（选举委员会决定）", run.missing)] if run.missing else []),
        )
        whole = sum(number for _, number in parts) - run.surplus
        said = " + ".join(f"{label} {figure(number)}" for label, number in parts)
        blocks += [
            figures([("印制", figure(run.printed)), *((label, figure(number)) for label, number in parts)]),
            text(
                f"核对：{said} = {figure(whole)}{' = ' if whole == run.printed else ' ≠ '}印制 {figure(run.printed)}。"
            ),
        ]
    rows = [(one.number, KINDS.get(one.kind, one.kind), known(one.collected)) for one in d.boxes or ()]
    blocks += [head("二、开箱验票"), table(("票箱", "种类", "收回"), rows, widths=(3, 3, 2), align="ccc", size=12)]
    # Where the paper is the record, whoever received a card printed a paper for the box.
    cards = d.cards.out - d.cards.returned - d.cards.torn if by_paper and d.cards is not None else 0
    issued = (run.issued if run is not None else 0) + cards
    collected = sum(one.collected or 0 for one in d.boxes or ())
    sign, words = ("≤", "收回不多于发出，可以计票") if collected <= issued else ("＞", "收回多于发出，本次投票无效")
    blocks += [
        text(f"合计：收回 {figure(collected)} {sign} 发出 {figure(issued)}，{words}。"),
        signs(("总监票人", "监票人", "监票人", "计票人", f"{d.words.electors}主任", f"{d.words.supervisors}代表")),
    ]
    return record(d, "验票单", blocks)


def tally_sheets(d: Dossier) -> Sheet:
    """唱计票单: one form for every box, with places for 正 strokes; agreed figures are printed where they are in."""
    blocks: list[Block] = []
    for index, box in enumerate(d.boxes or ()):
        if index:
            blocks += [{"kind": "break"}, {"kind": "title", "text": "唱计票单"}]
        blocks += _tally_sheet(d, box)
    return record(d, "唱计票单", blocks, foot="每箱一张，唱票、计票、监票人员当场签名")


#: What becomes of a mark in the column 反对: the count knows votes for somebody alone.
_AGAINST = "画在“反对”栏的不计入任何人的得票，算作少选的名额；整个职务没有画任何符号或者只画“弃权”的，计弃权一张。"


def _tally_sheet(d: Dossier, box: PaperBox) -> list[Block]:
    rows = [row for contest in d.contests for row in _tally_rows(contest, box)]
    summary = (("收回", box.collected), ("全票无效", box.void))
    header, widths = ("职务", "姓名", "画“正”字计票", "合计"), (2, 3.6, 6.6, 1.6)
    return [
        head(f"{KINDS.get(box.kind, box.kind)} {box.number}　封条 {box.seal}"),
        figures((label, known(value) or "　") for label, value in summary),
        *([text(_AGAINST)] if "反对" in d.choices else []),
        # High enough for strokes, and the whole box with its signatures on one page.
        table(header, rows, widths=widths, align="cllc", size=11, inset=max(3.5, min(HAND, 260 / len(rows) - 6))),
        signs(("唱票人", "计票人", "监票人")),
    ]


def _tally_rows(contest: PaperContest, box: PaperBox) -> list[tuple[str, str, str, str]]:
    """The names of an office, those written in, blank papers, void marks; figures where the count is agreed."""
    votes = {one.name: one.votes for one in box.votes if one.office == contest.title}
    written = [one.name for one in box.votes if one.office == contest.title and one.written_in]
    marks = next((one for one in box.marks if one.office == contest.title), None)
    counted = box.collected is not None
    blank = [("另选：", None)] * contest.seats if contest.write_in and not counted else []
    lines: list[tuple[str, int | None]] = [
        *((one.name, votes.get(one.name, 0) if counted else None) for one in contest.candidates),
        *((f"{name}（另选）", votes[name]) for name in written),
        *blank,
        ("弃权", marks.blank if marks else None),
        ("部分无效", marks.void if marks else None),
    ]
    return [(contest.title if not at else "", name, "", known(value)) for at, (name, value) in enumerate(lines)]


def calendar(d: Dossier) -> Sheet:
    """选举日程: every statutory step with its earliest and latest day."""
    status = {
        "done": "已办",
        "done_late": "已办（逾期）",
        "not_needed": "不需要",
        "due": "今天到期",
        "late": "逾期未办",
        "ahead": "未到",
    }
    rows = [
        (
            one.title,
            _day(one.earliest),
            _day(one.latest),
            _day(one.done),
            status.get(one.status, one.status),
            basis(one.kind, one.article, d.words.electors),
        )
        for one in d.steps or ()
    ]
    header = ("步骤", "最早", "最迟", "办理日期", "情况", "依据")
    return record(
        d,
        "选举日程表",
        [
            text(f"选举日：{day_words(d.day)}。期间按日计算，开始的当日不计入。"),
            table(header, rows, widths=(4, 2.4, 2.4, 2.4, 2.2, 6), align="lcccll", size=10, inset=3.8),
        ],
        landscape=True,
    )


def supervisors_list(d: Dossier) -> Sheet:
    """监督核对表: what the software can recompute is filled in; the rest is for the supervisors' own eyes."""
    mark = {True: "√ 符合", False: "× 不符", None: "□ 现场核对"}
    rows = [
        (number, one.text, "未到时候" if one.detail == LATER else mark[one.ok], one.detail)
        for number, one in enumerate(d.checks or (), 1)
    ]
    return record(
        d,
        f"{d.words.supervisors}核对表",
        [
            text("打“√”“×”的由系统按记录重新计算；“□”由监督人员现场核对后填写。"),
            table(
                ("序号", "核对事项", "结果", "依据和数字"),
                rows,
                widths=(1.2, 6, 2.4, 7),
                align="clcl",
                size=10.5,
                inset=4,
            ),
            lines("监督人员意见：", 3),
            signs((f"{d.words.supervisors}主任", "监督人员", "日期")),
        ],
    )


def known(number: int | None) -> str:
    """A figure, or the empty cell in which a hand writes it."""
    return "" if number is None else figure(number)


def _day(day: object) -> str:
    return "—" if day is None else str(day)
