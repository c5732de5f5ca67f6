"""Nomination by the Party organisation, jointly by voters, by nominating poll, by oneself (组织法 18). Pure.

What a province adds (excess, limits, days) comes in as numbers; the sentences say what is missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from voting.law.offices import office_kind
from voting.law.profiles import Excess, Law, Ruled
from voting.law.thresholds import OVER_HALF, Reason, Share

#: How somebody comes to be nominated: code → names.
WAYS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "party": ("社区（村）党组织提名", "the Party organisation"),
        "voters": ("选民联名提名", "voters jointly"),
        "poll": ("海选（提名投票）", "nominating poll"),
        "self": ("自荐", "self-nomination"),
    }
)


@dataclass(frozen=True)
class PollCounts:
    """A nominating poll as counted. ``votes``: (office title, person) → papers that name the person for it."""

    voters: int
    taking_part: int
    votes: Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class PollFault:
    """Why a nominating poll does not stand, or its counts cannot be right."""

    code: str
    reason: Reason


def too_few_signatures(law: Law, signatures: int) -> Reason | None:
    """Residents' committees: ten voters or more nominate jointly (Art. 18)."""
    if signatures >= law.nominators:
        return None
    return law.reason(
        f"联名提名须 {law.nominators} 名以上选民，现有 {signatures} 名。",
        f"A joint nomination needs {law.nominators} voters or more; {signatures} have signed.",
        law.candidates_article,
    )


def signs_beyond(times: Mapping[str, int], limit: int) -> frozenset[str]:
    """Voters whose signatures for one office exceed ``limit`` people, with this nomination counted in."""
    return frozenset(voter for voter, count in times.items() if count > limit)


def signed_twice(signers: Iterable[str]) -> frozenset[str]:
    """Voters who stand more than once under one nomination."""
    return frozenset(voter for voter, count in Counter(signers).items() if count > 1)


def poll_faults(poll: PollCounts, seats: Mapping[str, int], turnout: Share = OVER_HALF) -> list[PollFault]:
    """What is wrong with a nominating poll: more than half of the voters take part, nobody by proxy; a voter names
    at most as many people as there are seats and nobody for two offices (Beijing 16; Zhejiang 17, 18).
    """
    faults = []
    if not turnout.compare(poll.taking_part, poll.voters):
        faults.append(
            PollFault(
                "POLL_TURNOUT",
                Reason(
                    f"参加提名投票 {poll.taking_part} 人，选民 {poll.voters} 人，没有{turnout.zh}，提名投票不成立。",
                    f"{poll.taking_part} of {poll.voters} voters took part, not {turnout.en}: the poll does not stand.",
                ),
            )
        )
    for office, places in seats.items():
        named = sum(count for (title, _), count in poll.votes.items() if title == office)
        if named > places * poll.taking_part:
            faults.append(
                PollFault(
                    "POLL_NAMES",
                    Reason(
                        f"{office}：提名合计 {named}，多于 {places} × {poll.taking_part}；"
                        "每人提名不得多于应选名额，请核对。",
                        f"{office}: {named} names, more than {places} × {poll.taking_part}; nobody names more people "
                        "than there are seats: check the counts.",
                    ),
                )
            )
    people: Counter[str] = Counter()
    for (_, person), count in poll.votes.items():
        people[person] += count
    if any(count > poll.taking_part for count in people.values()):
        faults.append(
            PollFault(
                "POLL_VOTES",
                Reason(
                    "有人的提名票多于参加提名投票的人数；一名选民不得提名同一人担任两个职务，请核对。",
                    "Somebody has more votes than voters took part; nobody names one person twice: check the counts.",
                ),
            )
        )
    return faults


def cut(votes: Mapping[str, int], seats: int, bounds: tuple[int, int | None]) -> frozenset[str]:
    """Who comes out of a nominating poll: the most votes first, up to the seats and the greatest excess allowed.

    All of those who tie for the last place are in it, and everybody where the excess has no upper bound.
    """
    _least, most = bounds
    if most is None or len(votes) <= seats + most:
        return frozenset(votes)
    bar = sorted(votes.values(), reverse=True)[seats + most - 1]
    return frozenset(person for person, count in votes.items() if count >= bar)


def excess_words(title: str, candidates: int, seats: int, ruled: Ruled[Excess]) -> Reason | None:
    """Why an office has fewer or more candidates than the rules allow, or None; with the source of the numbers."""
    bounds = ruled.value[office_kind(title)]
    if not excess_wrong(candidates, seats, bounds):
        return None
    least, most = seats + bounds[0], bounds[1]
    zh, en = f"{least} 名以上", f"{least} or more"
    if most is not None:
        zh, en = f"{least} 至 {seats + most} 名", f"{least} to {seats + most}"
    if most == bounds[0]:
        zh, en = f"{least} 名", str(least)
    return Reason(
        f"{title}应选 {seats} 名，候选人 {candidates} 名，应为 {zh}（{ruled.source_zh}）。请按提名情况增减后再公布。",
        f"{title}: {seats} seat(s), {candidates} candidate(s); there must be {en} ({ruled.source_en}). "
        "Add or remove candidates by their nominations, then post.",
    )


def excess_wrong(candidates: int, seats: int, bounds: tuple[int, int | None]) -> bool:
    """Whether an office has fewer or more candidates beyond its seats than ``bounds`` allow (no upper bound: None)."""
    least, most = bounds
    return candidates < seats + least or (most is not None and candidates > seats + most)
