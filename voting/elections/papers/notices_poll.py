"""The numbered notices from the candidates to the result: 8 to 19, in the wording notices have (rules.md G). Pure."""

from __future__ import annotations

from voting.elections.papers.data import Dossier, PaperContest
from voting.elections.papers.notices import law_words, notice
from voting.elections.papers.sheet import (
    BLANK_DATE,
    Block,
    Sheet,
    basis,
    day_words,
    figures,
    four,
    head,
    hour_words,
    lines,
    points,
    table,
    text,
)
from voting.law.polls import Kind
from voting.law.thresholds import figure

#: Kinds of posts among the count staff as people say them; the notice 14 shows those who write for others.
WRITER = "代写人"


def preliminary(d: Dossier) -> Sheet:
    """8: who was nominated."""
    said = f"根据{law_words(d, d.law.candidates_article)}的规定，经提名，{d.words.committee}成员初步候选人名单如下："
    day = day_words(d.preliminary_posted) if d.preliminary_posted else BLANK_DATE
    blocks = [text(said), *_lists(d.preliminary or ()), text("初步候选人的资格正在审查，正式候选人名单另行公告。")]
    return notice(d, "8", f"关于{d.words.committee}成员初步候选人名单的公告", blocks, day=day)


def formal(d: Dossier) -> Sheet:
    """9: who stands, in the order of the ballot."""
    said = (
        f"根据{law_words(d, d.law.candidates_article)}的规定，经提名和资格审查，"
        f"{d.words.committee}成员正式候选人名单如下，各职务候选人{d.candidate_order}，与选票上的次序一致："
    )
    day = day_words(d.candidates_posted) if d.candidates_posted else BLANK_DATE
    return notice(
        d, "9", f"关于{d.words.committee}成员正式候选人名单的公告", [text(said), *_lists(d.contests)], day=day
    )


def when_and_where(d: Dossier) -> Sheet:
    """10: when and where, what to bring, where the mobile boxes go."""
    facts = [
        f"投票日期：{day_words(d.day)}。",
        f"投票时间：{hour_words(d.opens_at)}至{hour_words(d.closes_at)}。",
        f"投票地点：{d.place}。会场设验证处、发票处、秘密写票处、代书处和投票处。",
        "请携带居民身份证和选民证。受书面委托代为投票的，请同时携带委托投票证。",
    ]
    route: list[Block] = []
    if d.mobile:
        rows = [(one.number, one.route) for one in d.mobile]
        facts.append("流动票箱的路线见下表，使用流动票箱的人员名单另行公告。")
        route = [table(("票箱", "路线"), rows, widths=(2, 6), align="cl", size=13)]
    elif d.mobile == ():
        facts.append("本次选举不设流动票箱。")
    facts.append("投票结束后当场公开验票、唱票、计票，当场公布结果，欢迎监督。")
    said = f"根据{law_words(d, d.law.turnout_article)}的规定，现将投票的时间、地点等事项公告如下："
    return notice(d, "10", "关于投票时间和地点的公告", [text(said), *points(facts), *route])


def staff(d: Dossier) -> Sheet:
    """11: who works at the poll and the count."""
    rows: dict[str, list[str]] = {}
    for one in d.staff or ():
        rows.setdefault(one.post, []).append(one.name)
    listed = table(
        ("岗位", "姓名"), [(post, "、".join(names)) for post, names in rows.items()], widths=(2, 6), align="cl", size=14
    )
    said = f"经{d.words.electors}确定，本次选举的工作人员名单如下："
    rule = "候选人及其近亲属不得担任监票、计票、唱票、代写人员。"
    return notice(d, "11", "关于选举工作人员名单的公告", [text(said), listed, text(rule)])


def mobile_voters(d: Dossier) -> Sheet:
    """12: who votes at home with which box."""
    blocks: list[Block] = []
    if d.mobile:
        said = "因年老、患病、残疾或者交通不便，不能到会场投票，经本人申请，以下人员使用流动票箱投票："
        blocks.append(text(said))
        for one in d.mobile:
            blocks.append(head(f"{one.number}（{one.route}）"))
            rows = [(four(voter.number), voter.name, voter.building) for voter in one.voters]
            blocks.append(table(("编号", "姓名", "楼栋"), rows, widths=(2, 4, 4), align="ccc", size=13))
            blocks.append(text(f"随箱监票人：{'、'.join(one.watchers)}。"))
    else:
        blocks.append(text("本次选举没有选民申请使用流动票箱，不设流动票箱。"))
    return notice(d, "12", "关于使用流动票箱投票人员名单的公告", blocks)


def proxies(d: Dossier) -> Sheet:
    """13: who votes for whom; both names, as the law asks."""
    blocks: list[Block] = []
    if d.proxies:
        blocks.append(
            text(
                f"根据{law_words(d, d.law.turnout_article)}的规定，以下选民书面委托{_whom(d)}代为投票。"
                f"每一受委托人接受委托不超过{d.rules.proxies_max.value}人，候选人不接受委托，受委托人不得再委托他人："
            )
        )
        rows = [(four(one.principal), one.principal_name, four(one.holder), one.holder_name) for one in d.proxies]
        header = ("委托人编号", "委托人", "受委托人编号", "受委托人")
        blocks.append(table(header, rows, widths=(2, 3, 2, 3), align="cccc", size=13))
        blocks.append(text("委托人本人先到会场投票的，委托即告取消。"))
    else:
        blocks.append(text("本次选举没有选民办理委托投票。"))
    return notice(d, "13", "关于委托投票名单的公告", blocks)


def _whom(d: Dossier) -> str:
    """Who may hold a proxy under the law of this election."""
    if d.law.proxies_near_kin_only:
        return "有选举权的近亲属"
    return "近亲属或者其他村民" if d.words.person == "村民" else f"本{d.words.place}其他选民"


def writers(d: Dossier) -> Sheet:
    """14: who writes for those who cannot."""
    names = [one for one in d.staff or () if one.post == WRITER]
    rows = [(number, one.name) for number, one in enumerate(names, 1)]
    blocks = [
        text("选民因文化程度、患病或者残疾不能自己写票的，可以到代书处，由以下公共代写人员按照本人意愿代写："),
        table(("序号", "姓名"), rows, widths=(1, 4), align="cc", size=14),
        text("代写人员应当如实填写，不得暗示、诱导，不得泄露选民的选择。"),
    ]
    return notice(d, "14", "关于公共代写人员名单的公告", blocks)


def void_papers(d: Dossier) -> Sheet:
    """15: which papers are void, in whole or in part; by the values ``paper.rules`` judges a doubtful paper by."""
    whole = ["涂改、破损、字迹模糊，全部无法辨认的"]
    if d.rules.dup_office.value == "void":
        whole.append("同一人被选为两个以上职务的")
    over = "所选人数多于该职务应选人数的"
    if d.rules.over_vote.value == "ballot":
        whole.append(f"任一职务{over}")
        over = ""
    partly = "；".join(filter(None, (over, "该职务的填写无法辨认的", "另选的人不在选民名单上或者无法确认是谁的")))
    said = f"根据{law_words(d)}的规定，经{d.words.electors}研究，本次选举选票的认定规则如下："
    return notice(
        d,
        "15",
        "关于选票有效、无效认定规则的公告",
        [
            text(said),
            *points(
                [
                    "不是本次选举统一印制、加盖印章并由发票处发出的选票，不计入收回的选票。",
                    f"下列选票全部无效：{'；'.join(whole)}。",
                    f"下列情形，该职务部分无效，选票其余部分有效：{partly}。",
                    "所选人数等于或者少于应选人数的，有效；同一职务重复写同一人的，计一票；另选他人写明姓名而没有画符号的，计一票。",
                    "全部空白的选票为弃权票。弃权票和无效票计入收回的选票。",
                    f"难以认定的选票，由{d.words.electors}当场公开讨论，按多数意见决定，并记录在案。",
                ]
            ),
        ],
    )


def result(d: Dossier) -> Sheet:
    """16: the result, with everybody's votes."""
    document = d.result
    if document is None:
        raise ValueError("there is no result")
    numbers = document.figures
    blocks = [
        text(
            f"{day_words(document.day)}，{d.community}举行{d.words.committee}{d.poll}投票。经公开验票、唱票、计票，结果如下："
        ),
        figures(
            (label, figure(value))
            for label, value in (
                ("登记选民", numbers.roll),
                ("发出选票", numbers.issued),
                ("收回选票", numbers.collected),
            )
        ),
        text(
            "".join(reason.zh for reason in (*d.asked, *document.because))
            + (f"本次{_deed(d)}有效。" if document.valid else f"本次{_deed(d)}无效。")
        ),
    ]
    # Who asked for a recall and won it is not elected to anything.
    word = {"elected": "当选" if d.recalls is None else "", "tied": "票数相同", "none": ""}
    rows = [
        (f"{office.title}（应选{office.seats}人）" if not at else "", one.name, figure(one.votes), word[one.seal])
        for office in document.offices
        for at, one in enumerate(office.candidates)
    ]
    blocks.append(table(("职务", "姓名", "得票", "结果"), rows, widths=(5, 5, 3, 3), align="lccc", size=13))
    rest = (f"{one.title}弃权{figure(one.blank)}票、无效{figure(one.void)}票" for one in document.offices)
    blocks.append(text(f"{'；'.join(rest)}。弃权票、无效票计入收回的选票。"))
    if document.valid:
        blocks.append(text(_elected_words(d)))
    about = "选举" if d.kind is Kind.FIRST else d.poll
    return notice(d, "16", f"关于{d.words.committee}{about}结果的公告", blocks, day=day_words(document.day))


def _deed(d: Dossier) -> str:
    return "表决" if d.kind is Kind.RECALL else "选举"


def _elected_words(d: Dossier) -> str:
    document = d.result
    if document is None:
        return ""
    if d.recalls is not None:
        return f"依照{document.article}，本次罢免{'成立' if d.recalls else '不成立'}。"
    if not d.elected:
        return f"依照{document.article}，本次投票没有人当选。"
    said = "，".join(
        f"{office.title}" + "、".join(one.name for one in office.candidates if one.seal == "elected")
        for office in document.offices
        if any(one.seal == "elected" for one in office.candidates)
    )
    left = [f"{office.title}尚缺{office.vacancies}名" for office in document.offices if office.vacancies]
    return f"依照{document.article}，以下人员当选：{said}。" + (f"{'，'.join(left)}，依法另行办理。" if left else "")


def supervisors_result(d: Dossier) -> Sheet:
    """17: the supervisory committee that was elected."""
    rows = [(one.office, one.name, figure(one.votes)) for one in d.supervisors_elected or ()]
    said = f"经选举，{d.community}{d.words.supervisors}由以下{len(rows)}人组成，现予公布："
    blocks = [text(said), table(("职务", "姓名", "得票"), rows, widths=(3, 4, 2), align="ccc", size=14)]
    return notice(d, "17", f"关于{d.words.supervisors}选举结果的公告", blocks)


def nominating_rules(d: Dossier) -> Sheet:
    """18: how the nominating poll goes."""
    turnout = d.rules.nominating_poll_turnout
    why = basis(turnout.kind, turnout.source_zh, d.words.electors)
    facts = [
        f"预选由全体选民参加，参加投票的选民{turnout.value.zh}（{why}），预选有效。",
        "每名选民提名的人数不得多于应选名额，不得提名同一人担任两个职务；预选不得委托投票。",
        "正式候选人按得票多少的顺序确定，名额多于应选名额。",
    ]
    said = f"{d.words.committee}成员初步候选人经提名产生，现将以预选确定正式候选人的办法公告如下："
    return notice(d, "18", "关于预选办法的公告", [text(said), *points(facts), lines("预选时间、地点：", 2)])


def nominating_result(d: Dossier) -> Sheet:
    """19: the votes of the nominating poll."""
    rows = [(one.office, one.name, figure(one.votes)) for one in d.nominating_poll or ()]
    said = "预选经公开唱票、计票，各初步候选人得票如下："
    made = table(("职务", "姓名", "提名票"), rows, widths=(3, 4, 2), align="ccc", size=14)
    return notice(d, "19", "关于预选结果的公告", [text(said), made])


def _lists(contests: tuple[PaperContest, ...]) -> list[Block]:
    """One table an office; what nobody of any office was asked has no column."""
    people = [one for contest in contests for one in contest.candidates]
    more = [
        (zh, name, width)
        for zh, name, width in (("民族", "nation", 1.15), ("政治面貌", "politics", 1.9), ("学历", "education", 2.3))
        if any(getattr(one, name) for one in people)
    ]
    header = ("序号", "姓名", "性别", "年龄", *(zh for zh, _, _ in more), "职业")
    # As wide as ten characters of a name and 高中（中专） on one line: a notice of three offices stays one page.
    widths = (1.05, 3.8, 1.05, 1.2, *(width for _, _, width in more), 2.3)
    blocks = []
    for contest in contests:
        blocks.append(head(f"{contest.title}（应选{contest.seats}名，候选人{len(contest.candidates)}名）"))
        rows = [
            (number, one.name, one.sex, f"{one.age}岁", *(getattr(one, name) for _, name, _ in more), one.trade)
            for number, one in enumerate(contest.candidates, 1)
        ]
        blocks.append(table(header, rows, widths=widths, align="c" * len(header), size=10.5 if more else 13))
    return blocks
