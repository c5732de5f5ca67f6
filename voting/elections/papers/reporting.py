"""What the civil-affairs report forms ask about a change of term, as one table; every value derived, none typed. Pure.

The forms ask for more than an election records (party membership, education, the audit of the outgoing committee).
Such fields stand in the table with the word that there is no source, so that nobody takes an empty cell for a zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from voting.elections.papers.data import Dossier

Value = str | int
HEADER: Final = ("报表", "项目", "对象", "数值", "情况", "来源")
#: Widths of the columns in a spreadsheet, in characters.
WIDTHS: Final = (14, 26, 26, 20, 14, 40)
HAVE, NOT_YET, NO_SOURCE = "已有", "尚未登记", "系统没有来源"


@dataclass(frozen=True)
class Field:
    """One field of a form. ``read`` gives its value, None while it is not recorded; no ``read``: no source here.

    ``source`` says where the value comes from, or why there is none.
    """

    code: str
    form: str
    zh: str
    source: str
    read: Callable[[Dossier], Value | None] | None = None


@dataclass(frozen=True)
class Line:
    """One line of the table; ``about`` names the person or office where a field is asked for each."""

    code: str
    form: str
    field: str
    about: str
    value: Value | None
    state: str
    source: str


def _women(d: Dossier) -> int | None:
    return None if d.posted_roll is None else sum(one.sex == "女" for one in d.posted_roll.voters)


def _seats(d: Dossier, title: str = "") -> int:
    return sum(one.seats for one in d.contests if title in ("", one.title))


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


def _recalled(title: str) -> Callable[[Dossier], Value | None]:
    return lambda d: None if d.recalled is None else sum(one.office == title for one in d.recalled)


_P, _C, _R, _N, _V, _E, _K = "准备", "选举委员会", "选民登记", "候选人", "投票", "结果", "罢免"
_ROLL, _BOX, _COUNT, _AFTER = "选民名单", "票箱登记", "计票结果", "结果以后的登记"
_NONE = "选举过程中不登记，请在报表系统填写"
FIELDS: Final[tuple[Field, ...]] = (
    Field("prepare.cadre", _P, "包村（社区）干部", _NONE),
    Field("prepare.leader", _P, "联系领导", _NONE),
    Field("prepare.pilot", _P, "试点村（社区）", _NONE),
    Field("prepare.audit", _P, "离任经济责任审计", _NONE),
    Field("prepare.difficult", _P, "难点村（社区）和原因", _NONE),
    Field("prepare.day", _P, "换届时间", "选举设置", lambda d: d.day.isoformat()),
    Field("prepare.person", _P, "责任人", _NONE),
    Field("committee.body", _C, "推选方式", _C, lambda d: d.committee_formed_by or None),
    Field("committee.due", _C, "应到人数", _C, lambda d: d.committee_due),
    Field("committee.attended", _C, "实到人数", _C, lambda d: d.committee_attended),
    Field("committee.members", _C, "成员人数", _C, _count("committee")),
    Field("committee.party", _C, "其中党员", _NONE),
    Field("committee.women", _C, "其中妇女", _C,
          lambda d: None if d.committee is None else sum(one.sex == "女" for one in d.committee)),
    Field("roll.posted", _R, "张榜公布选民总数", _ROLL, lambda d: len(d.posted_roll.voters) if d.posted_roll else None),
    Field("roll.party", _R, "其中党员", _NONE),
    Field("roll.women", _R, "其中妇女", _ROLL, _women),
    Field("roll.minorities", _R, "其中少数民族", _NONE),
    Field("roll.discussed", _R, "会议是否讨论非户籍人员资格", "确认依据是文字，没有报表要的分类，请在报表系统填写"),
    Field("roll.seats", _R, "职数", "职务设置", lambda d: _seats(d) or None),
    Field("roll.deputies", _R, "副主任职数", "职务设置", lambda d: _seats(d, "副主任") if d.contests else None),
    Field("roll.ordinary", _R, "委员职数", "职务设置", lambda d: _seats(d, "委员") if d.contests else None),
    Field("candidates.way", _N, "产生方式", "提名登记", _way),
    Field("candidates.seats", _N, "应选职数", "职务设置", lambda d: _seats(d) or None),
    Field("candidates.extra", _N, "差额数", "正式候选人名单", _extra),
    Field("candidates.present", _N, "提名会议参加人数", "预选的参加人数记在候选人页，报表请从那里抄录"),
    Field("poll.mode", _V, "选举方式", "选举设置", lambda d: d.decides),
    Field("poll.taking_part", _V, "参加投票人数", _COUNT, _figure("collected")),
    Field("poll.proxies", _V, "委托投票人数", _COUNT, _figure("proxy")),
    Field("poll.mobile", _V, "流动票箱人数", "流动票箱名单", _mobile),
    Field("poll.assisted", _V, "代写选票人数", "验证发票处的登记", lambda d: d.assisted),
    Field("poll.branches", _V, "分会场数", _NONE),
    Field("poll.boxes", _V, "票箱总数", _BOX, _boxes),
    Field("poll.booths", _V, "秘密写票处数", _NONE),
    Field("result.valid", _E, "选举是否有效", _COUNT,
          lambda d: None if d.result is None else "有效" if d.result.valid else "无效"),
    Field("result.second", _E, "另行选举", _COUNT, _followed("second")),
    Field("result.rerun", _E, "重新选举", _COUNT, _followed("rerun")),
    Field("result.representatives", _E, "代表人数", _ROLL, _count("representatives")),
    Field("result.leaders", _E, "小组长人数", "系统现在没有这项登记"),
    Field("result.committees", _E, "下属委员会", "系统现在没有这项登记"),
    Field("recall.chair", _K, "罢免主任人数", _AFTER, _recalled("主任")),
    Field("recall.deputy", _K, "罢免副主任人数", _AFTER, _recalled("副主任")),
    Field("recall.member", _K, "罢免委员人数", _AFTER, _recalled("委员")),
)  # fmt: skip  # one row to a field
#: Asked of every candidate and of every member, but recorded of nobody.
_UNKNOWN_OF_PEOPLE: Final = (("nation", "民族"), ("politics", "政治面貌"), ("education", "学历"), ("again", "是否连任"))


def lines(d: Dossier) -> tuple[Line, ...]:
    """The whole table: the forms' own fields, then one line for every field of every candidate and winner."""
    return (*(_line(field, d) for field in FIELDS), *_candidates(d), *_elected(d))


def rows(d: Dossier) -> list[tuple[Value, ...]]:
    """The table with its header, as the spreadsheets hold it; an unknown value is an empty cell with its reason."""
    table: list[tuple[Value, ...]] = [HEADER]
    table += [
        (one.form, one.field, one.about, "" if one.value is None else one.value, one.state, one.source)
        for one in lines(d)
    ]
    return table


def as_json(d: Dossier) -> dict[str, object]:
    """The table as JSON values: unknown is null, with its reason beside it."""
    return {
        "kind": "election-report-fields",
        "v": 1,
        "community": d.community,
        "election": d.title,
        "day": d.day.isoformat(),
        "fields": [
            {"code": one.code, "form": one.form, "field": one.field, "about": one.about, "value": one.value,
             "state": one.state, "source": one.source}
            for one in lines(d)
        ],
    }  # fmt: skip


def _line(field: Field, d: Dossier) -> Line:
    value = field.read(d) if field.read is not None else None
    state = NO_SOURCE if field.read is None else NOT_YET if value is None else HAVE
    return Line(field.code, field.form, field.zh, "", value, state, field.source)


def _candidates(d: Dossier) -> Iterator[Line]:
    ways = {
        (contest.title, one.name): "、".join(one.ways) for contest in d.preliminary or () for one in contest.candidates
    }
    polled = {(one.office, one.name): one.votes for one in d.nominating_poll or ()}
    for contest in d.formal or ():
        for one in contest.candidates:
            about = f"{one.name}（{contest.title}）"
            known: Sequence[tuple[str, str, Value | None, str]] = (
                ("sex", "性别", one.sex, _ROLL),
                ("age", "年龄", one.age, _ROLL),
                ("way", "提名方式", ways.get((contest.title, one.name)) or None, "提名登记"),
                ("votes", "提名票", polled.get((contest.title, one.name)), "预选计票"),
            )
            yield from _person("candidate", _N, about, known)


def _elected(d: Dossier) -> Iterator[Line]:
    for one in d.elected or ():
        about = f"{one.name}（{one.office}）"
        total = d.result.figures.collected if d.result else 0
        known: Sequence[tuple[str, str, Value | None, str]] = (
            ("office", "当选职务", one.office, _COUNT),
            ("votes", "该职务得票", one.votes, _COUNT),
            ("of", "收回选票总数", total, _COUNT),
        )
        yield from _person("member", _E, about, known)


def _person(code: str, form: str, about: str, known: Sequence[tuple[str, str, Value | None, str]]) -> Iterator[Line]:
    for name, zh, value, source in known:
        yield Line(f"{code}.{name}", form, zh, about, value, NOT_YET if value is None else HAVE, source)
    for name, zh in _UNKNOWN_OF_PEOPLE:
        yield Line(f"{code}.{name}", form, zh, about, None, NO_SOURCE, _NONE)
