"""What is printed once the count is decided: certificates, report, what is sealed and handed over. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from voting.elections.papers.data import Dossier, PaperElected, PaperSeat
from voting.elections.papers.kept import kept
from voting.elections.papers.records import known, record
from voting.elections.papers.sheet import BLANK_DATE, HAND, Block, Sheet, day_words, lines, plain, signs, table, text
from voting.law.thresholds import figure


def certificates(d: Dossier) -> Sheet:
    """当选证书: one to a page; the names and offices of a valid, decided count and nothing else."""
    return Sheet(
        title="当选证书",
        heading=d.title,
        by=f"{d.community}{d.words.electors}",
        day=BLANK_DATE,
        template="elected",
        more={"elected": [_certificate(d, one) for one in d.seats or ()]},
    )


def _certificate(d: Dossier, one: PaperSeat) -> dict[str, str]:
    said = (
        f"在{day_words(d.day)}举行的{d.community}{d.words.committee}选举中，"
        f"您依法当选为{d.community}{d.words.committee}{one.office}，"
        f"任期自{day_words(one.since)}至{day_words(one.term_ends)}。"
    )
    return {"name": one.name, "text": said, "number": f"第 {one.number:04d} 号"}


def filing_report(d: Dossier) -> Sheet:
    """备案报告: the result reported to the street or township."""
    document = d.result
    if document is None:
        raise ValueError("there is no result")
    numbers = document.figures
    paper = d.rules.legal_record.value == "paper"
    channels = "" if paper else f"平板{figure(numbers.tablet)}、"
    said = (
        f"{day_words(d.day)}，我{d.words.place}依照《中华人民共和国{d.law.name_zh}》举行{d.words.committee}{d.poll}。"
        f"登记选民{figure(numbers.roll)}人，发出选票{figure(numbers.issued)}张，收回{figure(numbers.collected)}张"
        f"（其中{channels}纸票{figure(numbers.paper)}、流动票箱{figure(numbers.mobile)}；"
        f"委托投票{figure(numbers.proxy)}）。"
    )
    deed = "选举" if d.recalls is None else "表决"
    why = "".join(one.zh for one in (*d.asked, *document.because))
    why += f"{deed}有效。" if document.valid else f"{deed}无效。"
    blocks = [plain(f"{d.street}："), text(said), text(why)]
    if d.recalls is not None:
        blocks.append(text(f"依照{document.article}，本次罢免{'成立' if d.recalls else '不成立'}。"))
    elif d.elected:
        blocks += [text(f"依照{document.article}，当选人员如下："), _register(d, d.elected)]
    left = [f"{one.title}尚缺{one.vacancies}名" for one in document.offices if one.vacancies]
    if left:
        blocks.append(text(f"{'，'.join(left)}，依法另行办理。"))
    blocks.append(text("现将结果报请备案。"))
    made = record(d, f"关于{d.community}{d.words.committee}{d.poll}结果的备案报告", blocks)
    return Sheet(
        title=made.title,
        blocks=made.blocks,
        heading=made.heading,
        number=document.number,
        by=f"{d.community}{d.words.electors}",
        day=BLANK_DATE,
        foot="附：选举结果报告单",
        template="record",
    )


def _register(d: Dossier, elected: Sequence[PaperElected]) -> Block:
    """Who was elected with what the street asks of each; a name written in stands on no list, its cells are empty."""
    standing = {(contest.title, one.name): one for contest in d.contests for one in contest.candidates}
    rows = []
    for one in elected:
        who = standing.get((one.office, one.name))
        about = (who.sex, str(who.age), who.nation, who.politics, who.education) if who else ("",) * 5
        rows.append((one.office, one.name, *about, figure(one.votes)))
    header = ("职务", "姓名", "性别", "年龄", "民族", "政治面貌", "学历", "得票")
    return table(header, rows, widths=(2, 4.2, 1.2, 1.2, 1.6, 2.2, 2.6, 1.6), align="c" * 8, size=11)


def sealing_record(d: Dossier) -> Sheet:
    """封存记录: what is sealed after the count, how much of it, until when it is kept."""
    rows: list[tuple[str, str, str, str]] = []
    ballots, files = kept("ballots", d.rules).zh, kept("file", d.rules).zh
    if d.print_run is not None:
        left = d.print_run.unused + d.print_run.spoilt + d.print_run.returned
        rows += [
            ("收回的选票", known(sum(one.collected or 0 for one in d.boxes or ())), "", ballots),
            ("未用、交回和作废的选票", figure(left), "", ballots),
        ]
    if d.cards is not None:
        left = d.cards.unused + d.cards.returned + d.cards.torn
        rows.append(("未用、收回、破损的选票卡", figure(left), "", ballots))
    rows += [
        ("委托书、委托投票证", figure(len(d.proxies)) if d.proxies is not None else "", "", files),
        ("领票登记表", "", "", files),
        ("唱计票单、验票单、封箱记录", "", "", files),
        ("公告、会议记录、选举结果报告单", "", "", files),
    ]
    header = ("封存物品", "数量", "封条编号", "保存期限")
    return record(
        d,
        "选票和选举文件封存记录",
        [
            text(f"选举结果公布后，下列物品当众装封，由{d.street}保存："),
            table(header, rows, widths=(5, 2, 4, 4), align="lccc", size=12, inset=HAND),
            lines("封存地点、保管人：", 2),
            signs(
                (
                    "总监票人",
                    "监票人",
                    f"{d.words.electors}主任",
                    f"{d.words.supervisors}代表",
                    "街道（乡镇）代表",
                    "封存时间",
                )
            ),
        ],
    )


def handover(d: Dossier) -> Sheet:
    """移交清单: what the old committee hands to the new one, in ten days."""
    rows = [(str(number), one.item, one.detail, "") for number, one in enumerate(d.handover or (), 1)]
    rows += [("", "", "", "")] * 3
    until = f"应当在{day_words(d.handover_by)}以前完成。" if d.handover_by else ""
    said = (
        f"依照《中华人民共和国{d.law.name_zh}》第{d.law.handover_article}条，工作移交由{d.words.electors}主持，"
        f"{d.street}监督，自新一届{d.words.committee}产生之日起{d.rules.handover_days.value}日内完成。{until}"
    )
    return record(
        d,
        "工作移交清单",
        [
            text(said),
            table(
                ("序号", "移交事项", "内容、数量", "备注"), rows, widths=(1, 4, 7, 3), align="clll", size=12, inset=HAND
            ),
            signs(
                (
                    "移交人",
                    "接收人",
                    f"{d.words.electors}主任",
                    "街道（乡镇）监督人",
                    f"{d.words.supervisors}代表",
                    "移交日期",
                )
            ),
        ],
    )


def disputes(d: Dossier) -> Sheet:
    """选举争议登记表: the complaints by the log entry they are about, where each went, what came of it."""
    rows = [
        (
            str(one.seq),
            one.raised.isoformat(),
            one.subject,
            one.forum,
            f"{one.answer}（{one.answered.isoformat()}）" if one.answered else "",
        )
        for one in d.disputes or ()
    ]
    header = ("日志条号", "提出日期", "争议事项", "处理机关", "处理结果")
    return record(
        d,
        "选举争议登记表",
        [
            text("对选举提出的争议，按所指的选举日志条目登记；不记载提出人。日志向所有人公布，条目可以逐条核对。"),
            table(header, rows, widths=(1.6, 2.2, 5.4, 2.4, 4), align="cclll", size=11, inset=HAND),
            signs((f"{d.words.electors}主任", f"{d.words.supervisors}代表", "登记日期")),
        ],
    )
