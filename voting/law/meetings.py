"""Quorums and majorities of residents', villagers' and representatives' meetings, and their make-up.

Articles are those of the laws as changed in 2025: Residents' Committees Law Art. 27–29, Villagers' Committees
Law Art. 22–28, Rural Collective Economic Organisations Law Art. 27.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from voting.errors import Malformed
from voting.law.thresholds import FOUR_FIFTHS, ONE_THIRD, OVER_HALF, TWO_THIRDS, Reason, Share


class Meeting(StrEnum):
    """Whose meeting it is."""

    RESIDENTS = "residents"
    RESIDENTS_BY_HOUSEHOLD = "residents_hh"
    RESIDENT_REPS = "resident_reps"
    VILLAGERS = "villagers"
    VILLAGERS_BY_HOUSEHOLD = "villagers_hh"
    VILLAGE_REPS = "village_reps"
    VILLAGE_GROUP = "village_group"
    COLLECTIVE_MEMBERS = "collective_members"
    HALL_MEMBERS = "hall_members"


@dataclass(frozen=True)
class MeetingRule:
    """Share of the members that must attend; share that carries a vote, of those present or of all members."""

    quorum: Share
    majority: Share = OVER_HALF
    of_all: bool = False


@dataclass(frozen=True)
class MeetingOutcome:
    """Whether enough came and whether the motion was carried, with the sums."""

    quorum: bool
    passed: bool
    because: tuple[Reason, ...]


@dataclass(frozen=True)
class Composition:
    """The make-up of a representatives' meeting."""

    total: int
    reps_ok: bool
    women_ok: bool
    because: tuple[Reason, ...]


#: The hall's own default is a house rule, not law: two thirds attend, over half of those present.
MEETINGS: Final = MappingProxyType(
    {
        Meeting.RESIDENTS: MeetingRule(OVER_HALF),
        Meeting.RESIDENTS_BY_HOUSEHOLD: MeetingRule(OVER_HALF),
        Meeting.RESIDENT_REPS: MeetingRule(TWO_THIRDS),
        Meeting.VILLAGERS: MeetingRule(OVER_HALF),
        Meeting.VILLAGERS_BY_HOUSEHOLD: MeetingRule(TWO_THIRDS),
        Meeting.VILLAGE_REPS: MeetingRule(TWO_THIRDS),
        Meeting.VILLAGE_GROUP: MeetingRule(TWO_THIRDS),
        Meeting.COLLECTIVE_MEMBERS: MeetingRule(TWO_THIRDS, TWO_THIRDS, of_all=True),
        Meeting.HALL_MEMBERS: MeetingRule(TWO_THIRDS),
    }
)


def decide_meeting(kind: Meeting, *, members: int, present: int, yes: int, all_members: bool = False) -> MeetingOutcome:
    """Whether a motion is carried. ``all_members``: the hall's house rule measures on all its members.

    Raises ``Malformed`` where more were for it than were present, or more present than there are members.
    """
    if not 0 <= yes <= present <= members:
        raise Malformed(
            "meeting_figures",
            f"赞成 {yes}、到会 {present}、应到 {members} 的数字不可能同时成立；请核对。",
            f"{yes} in favour, {present} present and {members} members cannot all be true; check the figures.",
        )
    rule = MEETINGS[kind]
    of_all = rule.of_all or (all_members and kind is Meeting.HALL_MEMBERS)
    came = rule.quorum.compare(present, members)
    carried = rule.majority.compare(yes, members if of_all else present)
    base, base_en = ("全体成员", "all members") if of_all else ("到会人员", "those present")
    because = (
        Reason(
            f"须有{rule.quorum.zh}的成员到会：{came.sum}，" + ("达到。" if came else "未达到。"),
            f"{rule.quorum.en} of the members must attend: {came.sum}, " + ("reached." if came else "not reached."),
        ),
        Reason(
            f"须经{base}的{rule.majority.zh}同意：{carried.sum}，" + ("通过。" if carried else "未通过。"),
            f"{rule.majority.en} of {base_en} must agree: {carried.sum}, "
            + ("carried." if carried else "not carried."),
        ),
    )
    return MeetingOutcome(came.ok, came.ok and carried.ok, because)


def check_composition(*, reps: int, committee: int, women: int | None = None, village: bool = False) -> Composition:
    """Whether representatives are at least four fifths of their meeting (Art. 28), and in a village women at
    least a third of it. ``women`` unknown counts as none in a village."""
    total = reps + committee
    share = FOUR_FIFTHS.compare(reps, total)
    because = [
        Reason(
            f"代表 {reps} 人，会议组成人员 {total} 人，须五分之四以上：{share.sum}。",
            f"{reps} representatives of {total}, four fifths or more is required: {share.sum}.",
        )
    ]
    women_ok = True
    if village:
        third = ONE_THIRD.compare(women or 0, total)
        women_ok = third.ok
        because.append(
            Reason(
                f"妇女代表 {women or 0} 人，须三分之一以上：{third.sum}。",
                f"{women or 0} women, one third or more is required: {third.sum}.",
            )
        )
    return Composition(total, share.ok, women_ok, tuple(because))
