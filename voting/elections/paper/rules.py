"""One paper ballot: valid, partly valid, blank or void, and which votes it holds.

The organic laws leave this to the provinces; the rules here are the common ones (names up to the seats are
valid, more are void; a readable intention counts; void papers stay among the ballots collected).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class BallotClass(StrEnum):
    """What a paper is worth."""

    VALID = "valid"
    PARTLY_VALID = "partly_valid"
    BLANK = "blank"
    VOID = "void"


@dataclass(frozen=True)
class Paper:
    """A paper as read: per office the names marked 赞成, write-ins included.

    ``official``: one of the papers that were printed and issued. ``illegible_offices``: offices whose marks
    cannot be read. ``roll`` empty: write-ins are not checked against it. ``void_if_twice``: one person marked
    for two offices voids the paper (the province's profile).
    """

    seats: Mapping[str, int]
    marks: Mapping[str, tuple[str, ...]]
    official: bool = True
    legible: bool = True
    illegible_offices: frozenset[str] = frozenset()
    roll: frozenset[str] = frozenset()
    void_if_twice: bool = True


@dataclass(frozen=True)
class PaperVerdict:
    """``counts_in_collected``: an issued paper counts to turnout and majority even when it is void or blank."""

    kind: BallotClass
    counts_in_collected: bool
    votes: Mapping[str, tuple[str, ...]]


def judge(paper: Paper) -> PaperVerdict:
    """The worth of one paper. A name twice in one office counts once; an over-voted or unreadable office is
    void and the rest of the paper stands."""
    if not paper.official:
        return PaperVerdict(BallotClass.VOID, False, {})
    marked = {office: tuple(dict.fromkeys(names)) for office, names in paper.marks.items() if names}
    named = Counter(name for names in marked.values() for name in names)
    if not paper.legible or (paper.void_if_twice and max(named.values(), default=0) > 1):
        return PaperVerdict(BallotClass.VOID, True, {})
    if not marked and not paper.illegible_offices:
        return PaperVerdict(BallotClass.BLANK, True, {})
    votes = {office: _valid(paper, office, names) for office, names in marked.items()}
    kept = {office: names for office, names in votes.items() if names}
    if not kept:
        return PaperVerdict(BallotClass.VOID, True, {})
    whole = kept == marked and not paper.illegible_offices
    return PaperVerdict(BallotClass.VALID if whole else BallotClass.PARTLY_VALID, True, kept)


def _valid(paper: Paper, office: str, names: tuple[str, ...]) -> tuple[str, ...]:
    if office in paper.illegible_offices or len(names) > paper.seats.get(office, 0):
        return ()
    return tuple(name for name in names if not paper.roll or name in paper.roll)
