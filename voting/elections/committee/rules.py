"""Who may sit in the election committee and serve at the count (Residents' and Villagers' Committees Laws, Art. 8, 15).

Pure. A finding is automatic; that somebody leaves is confirmed by an official, and the next of the original
vote takes the place. Where a law or profile says less than this file, it is said at the constant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from voting.law.meetings import Meeting, decide_meeting
from voting.law.statutes import RESIDENTS_2026, Law, Mode
from voting.law.thresholds import Reason


@dataclass(frozen=True)
class Body:
    """A meeting that may choose the committee (Art. 15): its names, and whose quorum it has to reach."""

    zh: str
    en: str
    meeting: Meeting
    #: Of the Residents' Committees Law of 2026; 0 where the article is not cited.
    article: int = 0


#: Which meeting chose the committee, in a community; and in a village, where the groups may choose as well.
RESIDENT_BODIES: Final[Mapping[str, Body]] = MappingProxyType(
    {
        "representatives": Body("居民代表会议", "residents' representatives", Meeting.RESIDENT_REPS, 29),
        "residents_meeting": Body("居民会议", "residents' meeting", Meeting.RESIDENTS, 27),
        "household_meeting": Body(
            "居民会议（户代表参加）", "residents' meeting, one of each household", Meeting.RESIDENTS_BY_HOUSEHOLD, 27
        ),
    }
)
VILLAGE_BODIES: Final[Mapping[str, Body]] = MappingProxyType(
    {
        "representatives": Body("村民代表会议", "villagers' representatives", Meeting.VILLAGE_REPS),
        "residents_meeting": Body("村民会议", "villagers' meeting", Meeting.VILLAGERS),
        "household_meeting": Body(
            "村民会议（户代表参加）", "villagers' meeting, one of each household", Meeting.VILLAGERS_BY_HOUSEHOLD
        ),
        "groups": Body("各村民小组会议", "meetings of the villagers' groups", Meeting.VILLAGE_GROUP),
    }
)
BODIES: Final = ("residents_meeting", "household_meeting", "representatives", "groups")
POSTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {"chair": ("主任", "chair"), "deputy": ("副主任", "deputy"), "member": ("委员", "member")}
)
STANDINGS: Final = ("sitting", "reserve", "left")
SEXES: Final = ("男", "女")
#: Why a member leaves. Nomination and a near relative's nomination: Art. 15 of both laws; absence: Zhejiang.
REASONS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "nominated": ("被提名为候选人", "was nominated"),
        "kin_nominated": ("近亲属被提名为候选人", "a near relative was nominated"),
        "absent_twice": ("连续两次无故不参加会议", "was absent from two meetings running"),
        "resigned": ("本人辞去", "resigned"),
    }
)
DUTIES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "chief_watcher": ("总监票人", "chief watcher"),
        "watcher": ("监票人", "watcher"),
        "teller": ("计票人", "teller"),
        "caller": ("唱票人", "caller"),
        "issuer": ("发票人", "issuer of papers"),
        "scribe": ("代写人", "scribe"),
    }
)
#: Near relatives (近亲属): Civil Code Art. 1045. Provinces name spouse and lineal relatives, Zhejiang siblings too;
#: here all of them count for everybody, because a count that looks partial is worth less than one helper fewer.
RELATIONS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "spouse": ("配偶", "spouses"),
        "parent": ("父母子女", "parent and child"),
        "sibling": ("兄弟姐妹", "siblings"),
        "grandparent": ("祖父母、外祖父母与孙子女、外孙子女", "grandparent and grandchild"),
    }
)

Kin = frozenset[frozenset[str]]


@dataclass(frozen=True)
class Seat:
    """One person of the original vote. ``place``: order of that vote, from 1.

    ``person``: roll entry, or the member's own id while the roll does not have the person.
    """

    id: str
    person: str
    name: str
    place: int
    standing: str


@dataclass(frozen=True)
class Finding:
    """One thing found: about ``person`` (a roll entry; empty for the committee as a whole), because of ``other``."""

    code: str
    reason: Reason
    person: str = ""
    other: str = ""


def bodies(mode: Mode) -> Mapping[str, Body]:
    """The meetings that may choose the committee of an election in this mode."""
    return VILLAGE_BODIES if mode is Mode.VILLAGE else RESIDENT_BODIES


def meeting_short(body: Body, law: Law, *, due: int, attended: int) -> Reason | None:
    """Why the meeting was not quorate, or None: a committee that it chose would be unlawfully formed.

    Residents' meetings: over half (Art. 27); representatives, households of a village and groups: two thirds or more
    (Art. 29; Villagers' Committees Law).
    """
    outcome = decide_meeting(body.meeting, members=due, present=attended, yes=0)
    if outcome.quorum:
        return None
    came = outcome.because[0]
    if body.article and law.key == RESIDENTS_2026.key:
        return law.reason(came.zh, came.en, body.article)
    return Reason(came.zh, came.en, f"《{law.name_zh}》", law.name_en)


def related(kin: Kin, one: str, other: str) -> bool:
    """Whether two people were declared near relatives."""
    return frozenset((one, other)) in kin


def size_findings(size: int, least: int, most: int | None, *, odd: bool, source: Reason) -> list[Finding]:
    """What is wrong with a committee of ``size`` members; ``source`` bears the article the numbers come from."""
    wrong = []
    if size < least or (most is not None and size > most):
        zh, en = f"{least} 人以上", f"{least} or more"
        if most is not None:
            zh, en = f"{least} 至 {most} 人", f"{least} to {most}"
        words = (f"选举委员会 {size} 人，应为 {zh}。", f"The committee has {size} members; it must have {en}.")
        wrong.append(Finding("committee_size", Reason(*words, source.article, source.article_en)))
    if odd and size % 2 == 0:
        words = (f"选举委员会 {size} 人，应为单数。", f"The committee has {size} members; the number must be odd.")
        wrong.append(Finding("committee_even", Reason(*words, source.article, source.article_en)))
    return wrong


def no_chair(posts: Iterable[str]) -> list[Finding]:
    """The committee chooses its chair among the members; a successor fills a seat and inherits no post."""
    if "chair" in posts:
        return []
    words = ("选举委员会没有主任，请委员从成员中推选一人。", "The committee has no chair; the members choose one.")
    return [Finding("committee_no_chair", Reason(*words))]


def untied(name: str, namesakes: int, person: str) -> Finding:
    """A member whom the roll does not have, or not alone by this name: conflicts of that person are not found."""
    if namesakes:
        words = (
            f"选民名单上有 {namesakes} 位同名同性别的“{name}”，请填这位成员的选民编号。",
            f"The roll has {namesakes} people called {name}; enter the roll number of this member.",
        )
    else:
        words = (
            f"选民名单上没有“{name}”，提名和亲属的冲突查不出来：请核对姓名；在名单上的，请填选民编号。",
            f"The roll has nobody called {name}, so no conflict is found: check the name, or enter the roll number.",
        )
    return Finding("committee_untied", Reason(*words), person)


def relatives_together(seats: Iterable[Seat], kin: Kin) -> list[Finding]:
    """Pairs of near relatives who sit in the committee together; the finding is about the later of the vote."""
    sitting = sorted((seat for seat in seats if seat.standing == "sitting"), key=lambda seat: seat.place)
    return [
        Finding(
            "relatives_together",
            Reason(
                f"{later.name} 与 {earlier.name} 是近亲属，不能同在选举委员会。",
                f"{later.name} and {earlier.name} are near relatives and do not sit in the committee together.",
            ),
            later.person,
            earlier.person,
        )
        for number, later in enumerate(sitting)
        for earlier in sitting[:number]
        if related(kin, later.person, earlier.person)
    ]


def must_leave(seats: Iterable[Seat], nominated: Mapping[str, str], kin: Kin, article: Reason) -> list[Finding]:
    """Members who leave because they, or a near relative, are nominated; ``nominated``: roll entry → name."""
    found = []
    for seat in seats:
        if seat.standing == "left":
            continue
        if seat.person in nominated:
            words = (f"{seat.name} 被提名为候选人，退出选举委员会。", f"{seat.name} is nominated and leaves.")
            found.append(_leaving("nominated", words, article, seat.person, seat.person))
            continue
        other = next((one for one in sorted(nominated) if related(kin, seat.person, one)), None)
        if other is not None:
            words = (
                f"{seat.name} 的近亲属 {nominated[other]} 被提名为候选人，{seat.name} 退出选举委员会。",
                f"{nominated[other]}, a near relative of {seat.name}, is nominated; {seat.name} leaves the committee.",
            )
            found.append(_leaving("kin_nominated", words, article, seat.person, other))
    return found


def absent_twice(seats: Iterable[Seat], meetings: Mapping[date, frozenset[str]]) -> list[Finding]:
    """Members absent from the last two meetings running; ``meetings``: day → ids of the absent (Zhejiang, Art. 15)."""
    last = sorted(meetings)[-2:]
    if len(last) < 2:
        return []
    missed = meetings[last[0]] & meetings[last[1]]
    return [
        Finding(
            "absent_twice",
            Reason(
                f"{seat.name} 连续两次没有参加会议（{last[0]}、{last[1]}），视为退出。",
                f"{seat.name} missed two meetings running ({last[0]}, {last[1]}) and counts as having left.",
            ),
            seat.person,
        )
        for seat in seats
        if seat.standing == "sitting" and seat.id in missed
    ]


def successor(seats: Iterable[Seat], nominated: Mapping[str, str], kin: Kin) -> Seat | None:
    """Who takes a free place: the first in reserve by the original vote who is free of conflicts (Art. 15)."""
    everyone = tuple(seats)
    sitting = [seat.person for seat in everyone if seat.standing == "sitting"]
    for seat in sorted((one for one in everyone if one.standing == "reserve"), key=lambda one: one.place):
        tied = any(related(kin, seat.person, other) for other in (*nominated, *sitting))
        if seat.person not in nominated and not tied:
            return seat
    return None


def staff_conflicts(person: str, name: str, nominated: Mapping[str, str], kin: Kin) -> list[Finding]:
    """Why somebody may not serve at the poll or the count: stands himself, or is near kin of one who stands."""
    found = []
    if person in nominated:
        words = (f"{name} 是候选人，不能担任投票、计票工作人员。", f"{name} stands and cannot serve at the count.")
        found.append(Finding("staff_candidate", Reason(*words), person, person))
    for other in sorted(nominated):
        if related(kin, person, other):
            words = (
                f"{name} 是候选人 {nominated[other]} 的近亲属，不能担任投票、计票工作人员。",
                f"{name} is a near relative of the candidate {nominated[other]} and cannot serve.",
            )
            found.append(Finding("staff_kin", Reason(*words), person, other))
    return found


def _leaving(code: str, words: tuple[str, str], article: Reason, person: str, other: str) -> Finding:
    return Finding(code, Reason(*words, article.article, article.article_en), person, other)
