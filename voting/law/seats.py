"""Filling the seats of one office from a list of votes: order, the cut, and a tie across the last seat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from voting.law.profiles import Law
from voting.law.thresholds import Reason, figure


@dataclass(frozen=True)
class Filled:
    """How the seats of one office were filled from those who reached the bar."""

    elected: tuple[str, ...]
    tied: tuple[str, ...]
    tied_seats: int
    vacancies: int
    because: tuple[Reason, ...]


def fill(law: Law, seats: int, passed: Mapping[str, int], ineligible: frozenset[str]) -> Filled:
    """Seats from those who reached the bar; a tie across the last seat is left open for a re-vote."""
    winners, tied, tied_seats = highest(passed, seats)
    because = []
    barred = tuple(name for name in winners if name in ineligible)
    if tied and any(name in ineligible for name in tied):
        # Somebody barred cannot win the re-vote, so the seat is between the others.
        tied = tuple(name for name in tied if name not in ineligible)
        if len(tied) <= tied_seats:
            winners, tied, tied_seats = winners + tied, (), 0
    elected = tuple(name for name in winners if name not in ineligible)
    vacancies = seats - len(elected) - tied_seats
    for name in barred:
        because.append(
            law.reason(
                f"{name} 有法律规定不得当选的情形，当选无效；名额空缺，不由票数次多的人递补。",
                f"{name} is barred by law, the election of this person is void; the seat stays open and "
                "does not go to the next.",
                law.candidates_article,
            )
        )
    if tied:
        names = "、".join(tied)
        because.append(
            Reason(
                f"{names} 票数相同（{figure(passed[tied[0]])} 票），只剩 {tied_seats} 个名额：只在他们之间再次投票。",
                f"{', '.join(tied)} have the same votes ({figure(passed[tied[0]])}) for {tied_seats} seat(s): "
                "vote again among them only.",
            )
        )
    if vacancies:
        because.append(
            law.reason(
                f"应选 {seats} 人，空缺 {vacancies} 个名额。",
                f"{vacancies} of {seats} seat(s) stay open.",
                law.turnout_article,
            )
        )
    return Filled(elected, tied, tied_seats, vacancies, tuple(because))


def highest(votes: Mapping[str, int], seats: int) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """The sure winners, those tied across the last seat, and how many seats these compete for."""
    order = ordered(votes)
    if len(order) <= seats:
        return tuple(name for name, _ in order), (), 0
    last, next_one = order[seats - 1][1], order[seats][1]
    if last != next_one:
        return tuple(name for name, _ in order[:seats]), (), 0
    sure = tuple(name for name, count in order if count > last)
    return sure, tuple(name for name, count in order if count == last), seats - len(sure)


def ordered(votes: Mapping[str, int]) -> list[tuple[str, int]]:
    """By votes, then by code point, so that everyone who repeats the count prints the same order."""
    return sorted(votes.items(), key=lambda item: (-item[1], item[0]))
