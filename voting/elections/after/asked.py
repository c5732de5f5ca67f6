"""Which polls are still to be prepared: what the law asks for, less the polls that were prepared already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from voting.elections.after.rules import Family, NextOffice, NextPoll, Settled, next_polls
from voting.elections.count.rules import CountFacts, ElectionOutcome
from voting.law.polls import Kind, by_candidates

#: A poll that was prepared: its kind, and its offices with their seats.
Prepared = tuple[Kind, Mapping[str, int]]


def still_asked(
    facts: CountFacts,
    outcome: ElectionOutcome,
    settled: Settled,
    *,
    prepared: Iterable[Prepared],
    extra: Mapping[str, int],
    family: Family,
) -> tuple[NextPoll, ...]:
    """As ``next_polls``, without the seats for which a poll of the same kind was prepared.

    A prepared poll that turned out void, or filled no seat, says on its own what follows from it.
    """
    seconds: Counter[str] = Counter()
    revotes: set[str] = set()
    for kind, seats in prepared:
        if kind is Kind.SECOND:
            seconds.update(seats)
        elif kind is Kind.REVOTE:
            revotes |= seats.keys()
    left = replace(settled, left_empty=Counter(settled.left_empty) + seconds)
    found = []
    for poll in next_polls(facts, outcome, left, extra=extra, family=family):
        again = revotes if poll.kind is Kind.REVOTE else ()
        offices = tuple(office for office in poll.offices if office.title not in again)
        if offices:
            found.append(replace(poll, offices=offices))
    return tuple(found)


def stand_without(office: NextOffice, gone: Collection[str]) -> tuple[str, ...]:
    """Who stands when ``gone`` have left: for each the next by votes, with everybody who has as many."""
    if not office.ranked:
        return tuple(name for name in office.candidates if name not in gone)
    extra = max(len(office.candidates) - office.seats, 0)
    return by_candidates(dict(office.ranked), tuple(gone), office.seats, extra=extra).candidates
