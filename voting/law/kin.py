"""Near relatives do not sit in one committee (Residents' and Villagers' Committees Laws, Art. 8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from voting.law.offices import rank


@dataclass(frozen=True)
class Elected:
    """Somebody elected to an office with so many votes."""

    name: str
    office: str
    votes: int


@dataclass(frozen=True)
class Recusal:
    """Who gives up the seat, and who must be voted on again because office and votes are equal."""

    removed: tuple[str, ...]
    vote_again: tuple[str, ...]


def recuse(pairs: Iterable[tuple[str, str]], elected: Iterable[Elected]) -> Recusal:
    """Of near relatives the higher office stays, then the more votes; equals are voted on again.

    Judged from the top down, so that somebody already out does not put out a third.
    """
    kin = {frozenset(pair) for pair in pairs}
    kept: list[Elected] = []
    removed: list[str] = []
    again: set[str] = set()
    for person in sorted(elected, key=lambda each: (rank(each.office), -each.votes, each.name)):
        related = [each for each in kept if frozenset((each.name, person.name)) in kin]
        level = [each for each in related if (each.office, each.votes) == (person.office, person.votes)]
        if level and len(level) == len(related):
            again |= {person.name, *(each.name for each in level)}
            kept.append(person)
        elif related:
            removed.append(person.name)
        else:
            kept.append(person)
    return Recusal(tuple(removed), tuple(sorted(again)))
