"""What a doubtful paper is worth: valid, partly valid, blank, void, or none of this poll's papers at all.

The organic laws leave this to the provinces; the rules here are the common ones (names up to the seats are valid, more
are void; a readable intention counts; void papers stay among the ballots collected). The election committee decides by
majority what is seen on a paper; what that makes the paper worth is not its to choose: it follows from the rules of
the election.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from voting.errors import Malformed
from voting.law.profiles import Profile


class BallotClass(StrEnum):
    """What a paper is worth."""

    VALID = "valid"
    PARTLY_VALID = "partly_valid"
    BLANK = "blank"
    VOID = "void"
    FOREIGN = "foreign"  # not one of the papers printed and issued: set aside, on no count sheet


class Finding(StrEnum):
    """What is seen on a paper."""

    CLEAR = "clear"  # the intention can be read
    BLANK = "blank"
    OVER = "over"  # more names than seats in an office
    TWICE = "twice"  # one person for two offices
    UNREADABLE_HERE = "unreadable_here"  # one office cannot be read
    OUTSIDER = "outsider"  # a name that nobody on the roll bears
    UNREADABLE = "unreadable"  # nothing can be read
    FOREIGN = "foreign"


_WORTH: Final = MappingProxyType(
    {
        Finding.CLEAR: BallotClass.VALID,
        Finding.BLANK: BallotClass.BLANK,
        Finding.UNREADABLE_HERE: BallotClass.PARTLY_VALID,
        Finding.OUTSIDER: BallotClass.PARTLY_VALID,
        Finding.UNREADABLE: BallotClass.VOID,
        Finding.FOREIGN: BallotClass.FOREIGN,
    }
)


def worth(finding: Finding, rules: Profile) -> BallotClass:
    """The worth of a paper on which this is seen. Too many names void the office or the whole paper, one person for
    two offices voids the paper or counts in each, as the rules of the election say."""
    if finding is Finding.OVER:
        return BallotClass.VOID if rules.over_vote.value == "ballot" else BallotClass.PARTLY_VALID
    if finding is Finding.TWICE:
        return BallotClass.VOID if rules.dup_office.value == "void" else BallotClass.VALID
    return _WORTH[finding]


def require_majority(in_favour: int, against: int) -> None:
    """Raises Malformed DOUBTFUL_MAJORITY."""
    if not 0 <= against < in_favour:
        raise Malformed(
            "DOUBTFUL_MAJORITY",
            "须经选举委员会当场多数同意，请填写同意和不同意的人数。",
            "The committee decides by majority on the spot; enter how many were for and against.",
        )
