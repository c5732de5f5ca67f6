"""The numbered notices of a change of term before the day, in the wording notices have (rules.md G). Pure.

Numbers as in the published sets: 1 to 19 with 2-1 and 6-1. A village's words stand in ``Words``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

from voting.elections.papers.data import Dossier, PaperMember
from voting.elections.papers.sheet import (
    BLANK_DATE,
    Block,
    Sheet,
    day_words,
    four,
    hour_words,
    lines,
    points,
    side_by_side,
    table,
    text,
)
from voting.law.calendar import days_before
from voting.law.statutes import RESIDENTS_2018

END = "特此公告。"
#: Lines of a roll beyond which its print goes without the structure for reading aloud: the page in the browser has it.
LONG = 500


def notice(d: Dossier, number: str, title: str, blocks: list[Block], *, day: str = BLANK_DATE) -> Sheet:
    """A notice of the election committee with its closing words."""
    return Sheet(
        title=title,
        blocks=tuple(blocks),
        end=END,
        heading=f"{d.community}{d.words.electors}公告",
        number=f"第{number}号",
        by=f"{d.community}{d.words.electors}",
        day=day,
        foot="公布期间请勿遮盖、撕毁",
    )


def law_words(d: Dossier, article: int = 0) -> str:
    """The law by its full name, with an article where one is meant."""
    return f"《中华人民共和国{d.law.name_zh}》" + (f"第{article}条" if article else "")


def chosen_day(d: Dossier) -> Sheet:
    """1: the election day."""
    seats = "、".join(f"{one.title}{one.seats}名" for one in d.contests)
    said = (
        f"根据{law_words(d)}的规定，经{d.words.electors}研究决定，"
        f"现将本次{d.words.committee}换届选举的有关事项公告如下："
    )
    posted = day_words(days_before(d.day, d.rules.roll_days.value))
    moved = "（最后一日是节假日的顺延）" if d.rules.holiday_moves.value else ""
    objections = f"自公布之日起{d.rules.objection_days.value}日内{moved}向{d.words.electors}提出"
    facts = [
        f"选举日：{day_words(d.day)}。",
        f"投票时间：{hour_words(d.opens_at)}至{hour_words(d.closes_at)}。",
        f"投票地点：{d.place}。",
        f"应选职务和名额：{seats}，共{sum(one.seats for one in d.contests)}名。",
        f"选举方式：{d.decides}。",
        f"选民名单的公布：{posted}以前。对名单有异议的，{objections}。",
    ]
    return notice(d, "1", "关于确定选举日的公告", [text(said), *points(facts)])


def committee(d: Dossier) -> Sheet:
    """2: the election committee."""
    on = f"于{day_words(d.committee_formed_on)}" if d.committee_formed_on else ""
    by = f"经{d.committee_formed_by}{on}推选，" if d.committee_formed_by else ""
    law = law_words(d, d.law.committee_article)
    said = (
        f"根据{law}的规定，{by}{d.community}{d.words.electors}由以下{len(d.committee or ())}人组成，"
        f"主持本次{d.words.committee}换届选举，履行职责至新一届{d.words.committee}完成工作移交为止："
    )
    rule = (
        f"{d.words.electors}成员被提名为候选人，或者近亲属被提名为候选人的，应当退出，所缺名额按照原推选结果依次递补。"
    )
    return notice(
        d, "2", f"关于{d.words.electors}组成人员名单的公告", [text(said), _people(d.committee or ()), text(rule)]
    )


def succession(d: Dossier) -> Sheet:
    """2-1: who came after a member that left."""
    rows = [(one.left, one.reason, one.successor or "不再递补", day_words(one.day)) for one in d.successions or ()]
    law = law_words(d, d.law.committee_article)
    said = f"根据{law}的规定，{d.words.electors}成员有退出的，所缺名额按照原推选结果依次递补："
    made = table(("退出成员", "退出原因", "递补成员", "日期"), rows, widths=(3, 4, 3, 5), align="clcc", size=13)
    return notice(d, "2-1", f"关于{d.words.electors}成员变动的公告", [text(said), made])


def registration(d: Dossier) -> Sheet:
    """3: who registers, until when."""
    village = d.words.person == "村民"
    who = (
        [
            "户籍在本村并且在本村居住的村民",
            "户籍在本村，不在本村居住，本人表示参加选举的村民",
            "户籍不在本村，在本村居住或者从事村务工作一年以上，本人申请参加选举，并且经村民会议或者村民代表会议同意参加选举的公民",
        ]
        if village
        else [
            "户籍在本社区，本人表示参加选举的居民",
            "户籍不在本社区，在本社区常住，本人表示参加选举的居民",
            "在本社区工作六个月以上的社区工作者，本人表示参加选举，并且经居民选举委员会确认的",
        ]
    )
    listed = "；".join(f"（{'一二三'[number]}）{one}" for number, one in enumerate(who))
    grown = f"截至选举日（{day_words(d.day)}）年满{d.law.voting_age}周岁、未依照法律被剥夺政治权利的下列人员"
    born = f"{day_words(_born_by(d.day, d.law.voting_age))}及以前出生的，年满{d.law.voting_age}周岁"
    posted = day_words(days_before(d.day, d.rules.roll_days.value))
    facts = [
        f"登记对象：{grown}：{listed}。",
        f"年龄计算：{born}。出生日期以居民身份证为准。",
        f"登记期限：选民名单须于{posted}以前公布，请在名单公布以前办理登记。",
        "登记办法：持居民身份证到登记点办理；工作人员上门登记的，请予配合。每人只能在一地登记。",
    ]
    asked = f"根据{law_words(d, d.law.registration_article)}的规定，现将选民登记有关事项公告如下："
    return notice(
        d, "3", "关于选民登记的公告", [text(asked), *points(facts), lines("登记地点、登记时间、联系电话：", 2)]
    )


def roll(d: Dossier) -> Sheet:
    """4: the roll: number, name, sex, building; namesakes by age group. Never an ID number, telephone or flat."""
    posted = d.posted_roll
    if posted is None or posted.posted is None:
        raise ValueError("the roll is not posted")
    bearers = Counter(one.name for one in posted.voters)
    rows = [
        (
            four(one.number),
            f"{one.name}（{one.age_group.removesuffix(' 岁')}）" if bearers[one.name] > 1 else one.name,
            one.sex,
            one.building,
        )
        for one in posted.voters
    ]
    again = (
        f"选民名单自{day_words(posted.posted)}首次公布，按异议处理决定更正以后，现将第{posted.version}版重新公布，代替以前各版。"
        if posted.anew
        else ""
    )
    until = d.objections_until or d.rules.last_day(posted.posted, d.rules.objection_days.value)
    said = (
        f"根据{law_words(d, d.law.roll_article)}的规定，现将参加本次{d.words.committee}换届选举的选民名单予以公布，"
        f"共{len(rows):,}人。对名单有异议的，请于{day_words(until)}以前向{d.words.electors}提出；"
        f"{d.words.electors}自收到异议之日起{d.rules.decision_days.value}日内作出处理决定，并公布处理结果。"
    )
    if len(bearers) < len(rows):
        said += "同名的，姓名后括号内为年龄（岁）。"
    listed = side_by_side(("编号", "姓名", "性别", "楼栋"), rows, 3, widths=(1.05, 3.15, 0.9, 1.4), align="clcl")
    check = (
        f"名单第{posted.version}版，校验值（SHA-256）：{' '.join(posted.sha256[at : at + 8] for at in range(0, 64, 8))}"
    )
    small: Block = {"kind": "small", "text": check}
    made = notice(
        d,
        "4",
        "关于公布选民名单的公告",
        [*([text(again)] if again else []), text(said), listed, small],
        day=day_words(posted.anew or posted.posted),
    )
    return replace(made, tags=len(rows) <= LONG)


def choosing_representatives(d: Dossier) -> Sheet:
    """5: how representatives and group leaders are chosen; when and where a hand fills in."""
    person, group = d.words.person, d.words.group
    facts = [
        _how_chosen(d),
        f"{group}组长由{group}会议推选产生。",
        f"推选由{d.words.electors}主持，结果当场公布。",
    ]
    said = f"根据{law_words(d)}的规定，现将{person}代表和{group}组长推选的有关事项公告如下："
    hands = lines("推选时间、地点：", 3)
    return notice(d, "5", f"关于推选{person}代表和{group}组长的公告", [text(said), *points(facts), hands])


def _how_chosen(d: Dossier) -> str:
    """By how many households, or by group: the two laws differ, and so do their versions."""
    if d.words.person == "村民":
        return (
            "村民代表由村民按每五户至十五户推选一人，或者由各村民小组推选若干人；"
            "妇女代表应当占村民代表会议组成人员的三分之一以上。"
        )
    if d.law.key == RESIDENTS_2018.key:
        return "居民代表由每个居民小组推选二至三人。"
    return "居民代表由居民按居住地推选，每二十户至五十户推选一人。"


def representatives(d: Dossier) -> Sheet:
    """6: who was chosen."""
    said = f"经推选，以下{len(d.representatives or ())}人当选{d.community}{d.words.person}代表，现予公布："
    return notice(
        d, "6", f"关于{d.words.person}代表名单的公告", [text(said), _people(d.representatives or (), "所属户或小组")]
    )


def group_leaders(d: Dossier) -> Sheet:
    """6-1: the groups' leaders."""
    said = f"经推选，以下{len(d.group_leaders or ())}人为{d.community}各{d.words.group}组长，现予公布："
    made = _people(d.group_leaders or (), d.words.group)
    return notice(d, "6-1", f"关于{d.words.group}组长名单的公告", [text(said), made])


def nomination(d: Dossier) -> Sheet:
    """7: who may nominate, for which seats, who may not stand."""
    village = d.words.person == "村民"
    if village:
        ways = "村党组织提名，或者登记参加选举的村民提名"
    else:
        ways = f"社区党组织提名，或者选民{_numeral(d)}名以上联名提名"
    # The four bars came into both laws in 2025; before, the local rules say who may not stand.
    barred = f"有下列情形之一的，不得作为候选人：{'；'.join(_bars(village))}。"
    bars = [barred] if d.law.bars_article else []
    if d.rules.self_nomination.value:
        ways += "；也可以本人书面自荐，自荐只能报一个职务"
    facts = [
        f"名额：{'；'.join(f'{one.title}应选{one.seats}名' for one in d.contests)}。候选人的名额应当多于应选名额。",
        f"提名办法：由{ways}。被提名人应当是登记参加选举的{d.words.person}，并以书面表示接受提名。",
        "候选人应当具备的条件：奉公守法、品行良好、公道正派、热心公益，具有履行职责的能力。",
        *bars,
        f"{d.words.committee}成员之间应当实行近亲属回避；成员中应当有妇女。",
    ]
    said = f"根据{law_words(d, d.law.candidates_article)}的规定，现将候选人提名的有关事项公告如下："
    hands = lines("提名截止时间、受理地点、联系电话：", 2)
    return notice(d, "7", f"关于{d.words.committee}成员候选人提名的公告", [text(said), *points(facts), hands])


def _bars(village: bool) -> tuple[str, ...]:
    """The bars of both laws' Art. 18."""
    force = "利用宗族或者黑恶势力从事非法活动" if village else "利用黑恶势力从事非法活动"
    return ("被开除党籍", "因犯罪受过刑事处罚", force, "组织或者参加非法宗教活动或者邪教活动")


def _numeral(d: Dossier) -> str:
    return {10: "十"}.get(d.law.nominators, str(d.law.nominators))


def _people(people: tuple[PaperMember, ...], second: str = "职务") -> Block:
    rows = [(number, one.name, one.post, one.note) for number, one in enumerate(people, 1)]
    noted = any(one.note for one in people)
    if not noted:
        return table(("序号", "姓名", second), [row[:3] for row in rows], widths=(1, 3, 4), align="ccc", size=14)
    return table(("序号", "姓名", second, "备注"), rows, widths=(1, 3, 3, 3), align="cccc", size=14)


def _born_by(day: date, age: int) -> date:
    """The last birthday of those who are ``age`` on ``day``; on 29 February, 28 February of a common year."""
    try:
        return day.replace(year=day.year - age)
    except ValueError:
        return date(day.year - age, 2, 28)
