"""What the civil-affairs report forms ask about a change of term, as one table; nothing is typed into the table. Pure.

Every value is derived from what the rooms record. The few that no room needs itself are typed in once
(``papers.rules``). A value that is not there has an empty cell and says so: nobody takes it for a zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from voting.elections.candidates.nominating import WAYS
from voting.elections.papers.data import Dossier, PaperCandidate
from voting.elections.papers.rules import ASKED, YES_NO
from voting.law.offices import office_kind

Value = str | int
#: A heading in both languages: (Chinese, English).
HEADER: Final = (
    ("报表", "Form"), ("项目", "Field"), ("对象", "About"), ("数值", "Value"), ("情况", "State"), ("来源", "Source"),
)  # fmt: skip
#: Widths of the columns in a spreadsheet, in characters.
WIDTHS: Final = (26, 44, 26, 20, 24, 40)
HAVE, NOT_YET = ("已有", "there"), ("尚未登记", "not recorded")
OF_PEOPLE: Final = (
    ("nation", "民族", "Nationality"), ("politics", "政治面貌", "Politics"), ("education", "学历", "Education"),
)  # fmt: skip
FORMS: Final = {
    "准备": "Preparation",
    "选举委员会": "Election committee",
    "选民登记": "Roll",
    "候选人": "Candidates",
    "投票": "Polling",
    "结果": "Result",
    "罢免": "Recall",
}


@dataclass(frozen=True)
class Field:
    """One field of a form. ``read`` gives its value, None while it is not recorded; ``source``: where it comes from."""

    code: str
    form: str
    zh: str
    en: str
    source: str
    read: Callable[[Dossier], Value | None]


@dataclass(frozen=True)
class Line:
    """One line of the table; ``about`` names the person or office where a field is asked for each."""

    code: str
    form: str
    field: str
    field_en: str
    about: str
    value: Value | None
    state: tuple[str, str]
    source: str


def _women(d: Dossier) -> int | None:
    return None if d.posted_roll is None else sum(one.sex == "女" for one in d.posted_roll.voters)


def _seats(d: Dossier, kind: str = "") -> int:
    return sum(one.seats for one in d.contests if kind in ("", office_kind(one.title)))


def _extra(d: Dossier) -> int | None:
    return None if d.formal is None else sum(len(one.candidates) - one.seats for one in d.formal)


def _figure(name: str) -> Callable[[Dossier], Value | None]:
    return lambda d: None if d.result is None else int(getattr(d.result.figures, name))


def _count(name: str) -> Callable[[Dossier], Value | None]:
    return lambda d: None if getattr(d, name) is None else len(getattr(d, name))


def _way(d: Dossier) -> str | None:
    if d.preliminary is None:
        return None
    return "提名+预选" if d.nominating_poll else "提名"


def _boxes(d: Dossier) -> int | None:
    """The electronic box is one, where cards were made; the paper ones are counted."""
    if d.boxes is None and d.cards is None:
        return None
    return len(d.boxes or ()) + (1 if d.cards is not None else 0)


def _mobile(d: Dossier) -> int | None:
    return None if d.mobile is None else sum(len(one.voters) for one in d.mobile)


def _followed(kind: str) -> Callable[[Dossier], Value | None]:
    return lambda d: None if d.follow_ups is None else ("有" if kind in d.follow_ups else "无")


def _recalled(kind: str) -> Callable[[Dossier], Value | None]:
    return lambda d: None if d.recalled is None else sum(office_kind(one.office) == kind for one in d.recalled)


def _entered(code: str) -> Callable[[Dossier], Value | None]:
    """What was typed in under this code."""
    return lambda d: d.entered.numbers.get(code, d.entered.words.get(code))


def _present(d: Dossier) -> int | None:
    """Who took part in the nominating poll, else in the nomination meeting as it was entered."""
    return d.entered.numbers.get("candidates.present") if d.nominating_present is None else d.nominating_present


def _women_of_committee(d: Dossier) -> int | None:
    return None if d.committee is None else sum(one.sex == "女" for one in d.committee)


def _valid(d: Dossier) -> str | None:
    return None if d.result is None else "有效" if d.result.valid else "无效"


_P, _C, _R, _N, _V, _E, _K = FORMS
_ROLL, _BOX, _COUNT, _AFTER, _TYPED = "选民名单", "票箱登记", "计票结果", "结果以后的登记", "印件和报表情况"
FIELDS: Final[tuple[Field, ...]] = (
    *(Field(one.code, _P, one.zh, one.en, _TYPED, _entered(one.code)) for one in ASKED if one.code[:8] == "prepare."),
    Field("prepare.day", _P, "换届时间", "Day of the election", "选举设置", lambda d: d.day.isoformat()),
    Field("committee.body", _C, "推选方式", "How formed", _C, lambda d: d.committee_formed_by or None),
    Field("committee.due", _C, "应到人数", "Entitled to attend", _C, lambda d: d.committee_due),
    Field("committee.attended", _C, "实到人数", "Attended", _C, lambda d: d.committee_attended),
    Field("committee.members", _C, "成员人数", "Members", _C, _count("committee")),
    Field("committee.party", _C, "其中党员", "of them Party members", _TYPED, _entered("committee.party")),
    Field("committee.women", _C, "其中妇女", "of them women", _C, _women_of_committee),
    Field("roll.posted", _R, "张榜公布选民总数", "Voters posted", _ROLL,
          lambda d: len(d.posted_roll.voters) if d.posted_roll else None),
    Field("roll.party", _R, "其中党员", "of them Party members", _TYPED, _entered("roll.party")),
    Field("roll.women", _R, "其中妇女", "of them women", _ROLL, _women),
    Field("roll.minorities", _R, "其中少数民族", "of them minorities", _TYPED, _entered("roll.minorities")),
    Field("roll.discussed", _R, "会议是否讨论非户籍人员资格", "Residents without hukou discussed", _TYPED,
          _entered("roll.discussed")),
    Field("roll.seats", _R, "职数", "Seats", "职务设置", lambda d: _seats(d) or None),
    Field("roll.deputies", _R, "副主任职数", "Seats of deputies", "职务设置",
          lambda d: _seats(d, "deputy") if d.contests else None),
    Field("roll.ordinary", _R, "委员职数", "Seats of members", "职务设置",
          lambda d: _seats(d, "member") if d.contests else None),
    Field("candidates.way", _N, "产生方式", "Way", "提名登记", _way),
    Field("candidates.seats", _N, "应选职数", "Seats to fill", "职务设置", lambda d: _seats(d) or None),
    Field("candidates.extra", _N, "差额数", "More candidates than seats", "正式候选人名单", _extra),
    Field("candidates.present", _N, "提名会议参加人数", "Attendance of the nomination", "预选登记，或印件和报表情况",
          _present),
    Field("poll.mode", _V, "选举方式", "Manner", "选举设置", lambda d: d.decides),
    Field("poll.taking_part", _V, "参加投票人数", "Took part", _COUNT, _figure("collected")),
    Field("poll.proxies", _V, "委托投票人数", "By proxy", _COUNT, _figure("proxy")),
    Field("poll.mobile", _V, "流动票箱人数", "By mobile box", "流动票箱名单", _mobile),
    Field("poll.assisted", _V, "代写选票人数", "Papers written for voters", "验证发票处的登记", lambda d: d.assisted),
    Field("poll.branches", _V, "分会场数", "Branch venues", _TYPED, _entered("poll.branches")),
    Field("poll.boxes", _V, "票箱总数", "Ballot boxes", _BOX, _boxes),
    Field("poll.booths", _V, "秘密写票处数", "Secret writing places", _TYPED, _entered("poll.booths")),
    Field("result.valid", _E, "选举是否有效", "Valid", _COUNT, _valid),
    Field("result.second", _E, "另行选举", "Second poll", _COUNT, _followed("second")),
    Field("result.rerun", _E, "重新选举", "Held anew", _COUNT, _followed("rerun")),
    Field("result.representatives", _E, "代表人数", "Representatives", _ROLL, _count("representatives")),
    Field("result.leaders", _E, "小组长人数", "Group leaders", _TYPED, _count("group_leaders")),
    Field("result.committees", _E, "下属委员会", "Sub-committees", _TYPED, _entered("result.committees")),
    Field("recall.chair", _K, "罢免主任人数", "Chairs recalled", _AFTER, _recalled("chair")),
    Field("recall.deputy", _K, "罢免副主任人数", "Deputies recalled", _AFTER, _recalled("deputy")),
    Field("recall.member", _K, "罢免委员人数", "Members recalled", _AFTER, _recalled("member")),
)  # fmt: skip  # one row to a field


def lines(d: Dossier) -> tuple[Line, ...]:
    """The whole table: the forms' own fields, then one line for every field of every candidate and winner."""
    return (*(_line(field, d) for field in FIELDS), *_candidates(d), *_elected(d))


def rows(d: Dossier) -> list[tuple[Value, ...]]:
    """The table with its headings in both languages, as the spreadsheets hold it; an unknown value is an empty cell."""
    table: list[tuple[Value, ...]] = [tuple(" ".join(words) for words in HEADER)]
    table += [
        (
            f"{one.form} {FORMS[one.form]}",
            f"{one.field} {one.field_en}",
            one.about,
            "" if one.value is None else one.value,
            " ".join(one.state),
            one.source,
        )
        for one in lines(d)
    ]
    return table


def as_json(d: Dossier) -> dict[str, object]:
    """The table as JSON values: unknown is null, with its state beside it."""
    return {
        "kind": "election-report-fields",
        "v": 1,
        "community": d.community,
        "election": d.title,
        "day": d.day.isoformat(),
        "fields": [
            {"code": one.code, "form": one.form, "form_en": FORMS[one.form], "field": one.field,
             "field_en": one.field_en, "about": one.about, "value": one.value, "state": one.state[0],
             "state_en": one.state[1], "source": one.source}
            for one in lines(d)
        ],
    }  # fmt: skip


def _line(field: Field, d: Dossier) -> Line:
    return _told((field.code, field.form), (field.zh, field.en), "", field.read(d), field.source)


def _told(key: tuple[str, str], words: tuple[str, str], about: str, value: Value | None, source: str) -> Line:
    """A line of the field with this code on this form."""
    return Line(*key, *words, about, value, NOT_YET if value is None else HAVE, source)


def _candidates(d: Dossier) -> Iterator[Line]:
    ways = {
        (contest.title, one.name): "、".join(WAYS[way][0] for way in one.ways)
        for contest in d.preliminary or ()
        for one in contest.candidates
    }
    polled = {(one.office, one.name): one.votes for one in d.nominating_poll or ()}
    for contest in d.formal or ():
        for one in contest.candidates:
            key, about = (contest.title, one.name), f"{one.name}（{contest.title}）"
            yield _told(("candidate.sex", _N), ("性别", "Sex"), about, one.sex, _ROLL)
            yield _told(("candidate.age", _N), ("年龄", "Age"), about, one.age, _ROLL)
            yield from _said_of("candidate", _N, about, one)
            yield _told(("candidate.way", _N), ("提名方式", "Nominated by"), about, ways.get(key) or None, "提名登记")
            yield _told(("candidate.votes", _N), ("提名票", "Nomination votes"), about, polled.get(key), "预选计票")


def _elected(d: Dossier) -> Iterator[Line]:
    standing = {(contest.title, one.name): one for contest in d.contests for one in contest.candidates}
    for one in d.elected or ():
        about = f"{one.name}（{one.office}）"
        total = d.result.figures.collected if d.result else 0
        yield _told(("member.office", _E), ("当选职务", "Office won"), about, one.office, _COUNT)
        yield _told(("member.votes", _E), ("该职务得票", "Votes for it"), about, one.votes, _COUNT)
        yield _told(("member.of", _E), ("收回选票总数", "Ballots collected"), about, total, _COUNT)
        # A name that was written in stands on no list: what is asked of candidates was not asked of its bearer.
        yield from _said_of("member", _E, about, standing.get((one.office, one.name)))


def _said_of(code: str, form: str, about: str, one: PaperCandidate | None) -> Iterator[Line]:
    """What a candidate was asked for the lists, and whether re-elected."""
    for name, zh, en in OF_PEOPLE:
        yield _told((f"{code}.{name}", form), (zh, en), about, getattr(one, name, "") or None, "候选人登记")
    again = YES_NO[one.again][0] if one is not None and one.again else None
    yield _told((f"{code}.again", form), ("是否连任", "Re-elected"), about, again, _TYPED)
