"""What follows a counted poll, office by office: re-vote, second poll, rerun, empty places, near relatives. Pure.

Names are those of the count. Whoever must stand back or is barred never gives the seat to the runner-up; it stays
open, unless the profile lets the next with a majority move up (浙江 31).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from voting.elections.count.rules import CountFacts, ElectionOutcome, OfficeCount
from voting.errors import TooEarly, TooLate
from voting.law.kin import Elected, recuse
from voting.law.polls import Kind, Next, by_candidates
from voting.law.profiles import Law, law_of
from voting.law.thresholds import Reason, over_half

#: Members a committee must have before places may stay empty (浙江 30, 上海 21; 居委会组织法 8: five to nine).
LEAST_MEMBERS: Final = 3


@dataclass(frozen=True)
class NextOffice:
    """One office of the poll to come: its seats, and who stands for it in the order of their votes.

    ``differential``: whether more people stand than there are seats; where not, others must be nominated.
    """

    title: str
    seats: int
    candidates: tuple[str, ...]
    differential: bool = True


@dataclass(frozen=True)
class NextPoll:
    """A poll that the law asks for after this one, and why."""

    kind: Kind
    offices: tuple[NextOffice, ...]
    because: tuple[Reason, ...]


@dataclass(frozen=True)
class Standing:
    """Who sits after a poll: elected and not void, relatives settled, those who moved up included."""

    office: str
    members: tuple[str, ...]
    open_seats: int


@dataclass(frozen=True)
class Relatives:
    """Which relatives give way, who moves up into their seats, who must be voted on again, and why."""

    gave_way: tuple[tuple[str, str], ...]
    moved_up: tuple[tuple[str, str], ...]
    vote_again: tuple[tuple[str, str], ...]
    because: tuple[Reason, ...]


@dataclass(frozen=True)
class Settled:
    """What was decided after the count: wins void after the certificate, relatives who gave way or moved up.

    ``again``: relatives with equal office and votes, voted on again (office → names). ``left_empty``: places that
    the committee let stay empty, by office.
    """

    annulled: frozenset[str] = frozenset()
    gave_way: frozenset[str] = frozenset()
    moved_up: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    again: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    left_empty: Mapping[str, int] = field(default_factory=dict)


def standing(outcome: ElectionOutcome, settled: Settled) -> tuple[Standing, ...]:
    """Who sits and how many seats are open, seats in a coming re-vote not counted as open."""
    found = []
    out = settled.annulled | settled.gave_way
    for office in outcome.offices:
        again = settled.again.get(office.name, ())
        sitting = tuple(name for name in office.outcome.elected if name not in out and name not in again)
        sitting += settled.moved_up.get(office.name, ())
        taken = len(sitting) + office.outcome.tied_seats + _again_seats(again)
        taken += settled.left_empty.get(office.name, 0)
        found.append(Standing(office.name, sitting, max(office.seats - taken, 0)))
    return tuple(found)


def next_polls(
    facts: CountFacts, outcome: ElectionOutcome, settled: Settled, *, extra: int = 1
) -> tuple[NextPoll, ...]:
    """Every poll that must follow, re-votes first. Nothing follows a recall.

    ``extra``: candidates beyond the seats left in 另行选举 (profile). The candidates of 另行选举 are the highest of
    those not elected, people written in included (居委会组织法 19); whoever is void, gave way or is in a re-vote
    does not stand.
    """
    if facts.kind is Kind.RECALL:
        return ()
    if not outcome.valid or Next.RERUN in {office.outcome.next for office in outcome.offices}:
        return (_rerun(facts, outcome),)
    counts = {office.name: office for office in facts.offices}
    again = tuple(
        NextOffice(office.name, office.outcome.tied_seats, office.outcome.tied)
        for office in outcome.offices
        if office.outcome.tied
    ) + tuple(NextOffice(title, _again_seats(names), tuple(names)) for title, names in settled.again.items() if names)
    short = tuple(
        _second(counts[each.office], each, _cannot_stand(facts, each.office, outcome, settled), extra)
        for each in standing(outcome, settled)
        if each.open_seats
    )
    polls = []
    if again:
        polls.append(NextPoll(Kind.REVOTE, again, (_REVOTE,)))
    if short:
        polls.append(NextPoll(Kind.SECOND, short, (_second_reason(law_of(facts.law, facts.mode), short),)))
    return tuple(polls)


def settle_relatives(
    facts: CountFacts, outcome: ElectionOutcome, pairs: Iterable[tuple[str, str]], *, move_up: bool = False
) -> Relatives:
    """Of near relatives the higher office stays, then the more votes; equals are voted on again (浙江 31).

    ``move_up``: the next with a majority, who is no relative of those who sit, takes the seat (profile); else it is
    open. Only winners are judged; somebody whose win is void has left the count already.
    """
    pairs = [tuple(pair) for pair in pairs]  # type: ignore[misc]  # read twice
    counts = {office.name: office for office in facts.offices}
    won = [
        Elected(name, office.name, counts[office.name].votes[name])
        for office in outcome.offices
        for name in office.outcome.elected
    ]
    found = recuse(pairs, won)
    office_of = {one.name: one.office for one in won}
    sitting = [name for name in office_of if name not in found.removed]
    moved: list[tuple[str, str]] = []
    for name in found.removed if move_up else ():
        chosen = _next_in_line(facts, counts[office_of[name]], sitting, found.removed, pairs)
        if chosen:
            sitting.append(chosen)
            moved.append((office_of[name], chosen))
    law = law_of(facts.law, facts.mode)
    return Relatives(
        gave_way=tuple((office_of[name], name) for name in found.removed),
        moved_up=tuple(moved),
        vote_again=tuple((office_of[name], name) for name in found.vote_again),
        because=_relatives_reasons(law, found.removed, found.vote_again, moved),
    )


def may_stay_empty(members: int, open_seats: int, *, least: int, law: Law) -> Reason:
    """The sentence that lets places stay empty. Raises TooEarly PLACES_NOT_EMPTY where too few members are elected."""
    if members < least or open_seats < 1:
        raise TooEarly(
            "PLACES_NOT_EMPTY",
            f"已当选 {members} 人，空缺 {open_seats} 个：当选不足 {least} 人或没有空缺时，不能决定空缺，请先另行选举。",
            f"{members} member(s) are elected and {open_seats} seat(s) open: with fewer than {least}, or none open, "
            "places cannot be left empty; hold a second poll first.",
        )
    return law.reason(
        f"已当选 {members} 人，不少于 {least} 人，{members} ≥ {least}：其余 {open_seats} 个名额可以空缺。",
        f"{members} members are elected, {members} ≥ {least}: the other {open_seats} seat(s) may stay empty.",
        law.composition_article,
    )


def require_window(kind: Kind, poll_day: date, day: date, *, days: int | None, same_day: bool) -> None:
    """Refuse a day outside the window of 另行选举 (profile): TooEarly NEXT_TOO_EARLY, TooLate NEXT_TOO_LATE.

    A re-vote may be held at once or on a later day; the law names no window for a rerun.
    """
    first = poll_day if kind is Kind.REVOTE or (kind is Kind.SECOND and same_day) else poll_day + timedelta(days=1)
    if day < first:
        raise TooEarly(
            "NEXT_TOO_EARLY",
            f"最早可以在 {first.isoformat()} 投票，请改日期。",
            f"The first day possible is {first.isoformat()}; choose another day.",
        )
    if kind is Kind.SECOND and days is not None and day > poll_day + timedelta(days=days):
        last = poll_day + timedelta(days=days)
        raise TooLate(
            "NEXT_TOO_LATE",
            f"另行选举应在 {days} 日内举行，最迟 {last.isoformat()}，请改日期。",
            f"The second poll is held within {days} days, at the latest on {last.isoformat()}; choose another day.",
        )


_REVOTE: Final = Reason(
    "票数相同，不能确定当选人：只在票数相同的人之间再次投票，得票多的当选。",
    "Votes are equal and do not decide: vote again among those tied only, the highest win.",
)


def _again_seats(names: tuple[str, ...]) -> int:
    return 1 if names else 0


def _rerun(facts: CountFacts, outcome: ElectionOutcome) -> NextPoll:
    offices = tuple(
        NextOffice(one.name, one.seats, tuple(one.votes), len(one.votes) > one.seats) for one in facts.offices
    )
    because = outcome.because or (Reason("本次投票无效，须重新组织投票。", "This poll is void and is held again."),)
    return NextPoll(Kind.RERUN, offices, because)


def _cannot_stand(facts: CountFacts, title: str, outcome: ElectionOutcome, settled: Settled) -> frozenset[str]:
    """Who does not stand in the second poll for this office: elected anywhere, in the re-vote, void, or gave way."""
    out = {name for office in outcome.offices for name in office.outcome.elected}
    out |= {name for office in outcome.offices if office.name == title for name in office.outcome.tied}
    out |= {name for names in settled.moved_up.values() for name in names}
    return frozenset(out) | settled.annulled | facts.ineligible | settled.gave_way | {*settled.again.get(title, ())}


def _second(count: OfficeCount, seat: Standing, out: frozenset[str], extra: int) -> NextOffice:
    stands = by_candidates(count.votes, tuple(out), seat.open_seats, extra=extra)
    return NextOffice(count.name, seat.open_seats, stands.candidates, stands.differential)


def _second_reason(law: Law, offices: tuple[NextOffice, ...]) -> Reason:
    seats = sum(office.seats for office in offices)
    words = "、".join(f"{office.title} {office.seats} 名" for office in offices)
    words_en = ", ".join(f"{office.title} {office.seats}" for office in offices)
    return law.reason(
        f"当选人数不足应选名额，空缺 {seats} 个（{words}）：另行选举，得票多的当选，但不得少于所投选票的三分之一。",
        f"{seats} seat(s) are open ({words_en}): a second poll, in which the highest are elected with at least a third "
        "of its ballots.",
        law.turnout_article,
    )


def _next_in_line(
    facts: CountFacts, count: OfficeCount, sitting: list[str], removed: tuple[str, ...], pairs: list[tuple[str, str]]
) -> str:
    kin = {frozenset(pair) for pair in pairs}
    for name, votes in sorted(count.votes.items(), key=lambda item: (-item[1], item[0])):
        free = name not in sitting and name not in removed and name not in facts.ineligible
        if free and over_half(votes, facts.collected) and not any(frozenset((name, one)) in kin for one in sitting):
            return name
    return ""


def _relatives_reasons(
    law: Law, removed: tuple[str, ...], again: tuple[str, ...], moved: list[tuple[str, str]]
) -> tuple[Reason, ...]:
    because = [
        law.reason(
            f"{name} 与另一位当选人有近亲属关系，职务较低或得票较少，不任职。",
            f"{name} is a near relative of another elected person with the higher office or more votes, and gives way.",
            law.composition_article,
        )
        for name in removed
    ]
    if again:
        because.append(
            law.reason(
                f"{'、'.join(again)} 是近亲属，职务和得票都相同：在他们之间再次投票。",
                f"{', '.join(again)} are near relatives with the same office and votes: vote again between them.",
                law.composition_article,
            )
        )
    for office, name in moved:
        because.append(
            Reason(f"{office}由过半数的下一名 {name} 当选。", f"{office}: {name}, next with a majority, moves up.")
        )
    return tuple(because)
