"""What the log says of paper ballots: printed, boxes sealed and opened, every box's agreed figures. Pure.

``box`` is the uuid of the poll's ballot box, ``paper_box`` the number of a paper box. No voter is named; people who
were written in are named by what was read out in the hall.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from voting.box.events import Fact


@dataclass(frozen=True)
class PapersPrinted(Fact):
    """Papers were printed and counted by two people."""

    type: ClassVar[str] = "papers_printed"
    election: str
    box: str
    style: str
    printed: int
    second: str
    by: str


@dataclass(frozen=True)
class PaperBoxSealed(Fact):
    """A box was shown empty and sealed; ``voters`` and ``voters_sha256``: the posted list of a mobile box."""

    type: ClassVar[str] = "paper_box_sealed"
    election: str
    box: str
    paper_box: int
    kind: str
    seal: str
    watchers: int
    voters: int
    voters_sha256: str
    by: str


@dataclass(frozen=True)
class MobileBoxLeft(Fact):
    """A mobile box left the hall with so many papers."""

    type: ClassVar[str] = "paper_box_left"
    election: str
    box: str
    paper_box: int
    papers: int
    by: str


@dataclass(frozen=True)
class MobileBoxBack(Fact):
    """A mobile box came back: ``issued`` papers to people of its list, ``papers`` unused ones brought back, ``spoilt``
    ones set aside and replaced at home."""

    type: ClassVar[str] = "paper_box_back"
    election: str
    box: str
    paper_box: int
    issued: int
    papers: int
    spoilt: int
    by: str


@dataclass(frozen=True)
class PaperBoxOpened(Fact):
    """A box was opened in public, its seal whole: the number is the one it was sealed with."""

    type: ClassVar[str] = "paper_box_opened"
    election: str
    box: str
    paper_box: int
    seal: str
    by: str


@dataclass(frozen=True)
class DoubtfulPaperLaid(Fact):
    """A doubtful paper was photographed and laid before the committee; the picture stays in the house."""

    type: ClassVar[str] = "paper_doubtful_laid"
    election: str
    box: str
    paper_box: int
    number: int
    picture_sha256: str
    by: str


@dataclass(frozen=True)
class DoubtfulPaperDecided(Fact):
    """The committee decided on a doubtful paper by majority; its picture stays in the house, its hash here."""

    type: ClassVar[str] = "paper_doubtful_decided"
    election: str
    box: str
    paper_box: int
    number: int
    picture_sha256: str
    kind: str
    in_favour: int
    against: int
    by: str


@dataclass(frozen=True)
class WrittenNameDecided(Fact):
    """The committee decided by majority whom a written-in name means: ``shown`` as the result names them, empty for
    nobody on the roll. Decided again, it stands here again."""

    type: ClassVar[str] = "paper_name_decided"
    election: str
    box: str
    office: str
    shown: str
    in_favour: int
    against: int
    by: str


@dataclass(frozen=True)
class PaperBoxAgreed(Fact):
    """The figures of a box, entered twice by different people and the same, or settled openly.

    ``differences``: figures in which the two entries differed; ``settled_by`` and ``reason`` are empty without any.
    ``issued``: papers issued from a mobile box, 0 for a box of the hall. Of the figures the log says the papers alone,
    and a salted hash: what few people chose who were visited at home is not public, by itself.
    """

    type: ClassVar[str] = "paper_box_agreed"
    election: str
    box: str
    paper_box: int
    kind: str
    issued: int
    first: str
    second: str
    differences: int
    settled_by: str
    reason: str
    collected: int
    sheet_commitment: str
    by: str


@dataclass(frozen=True)
class PapersMissingDecided(Fact):
    """The papers left are fewer (``missing``) or more (``surplus``) than they must be, and the committee decided by
    majority to count on; ``unused`` is what was counted."""

    type: ClassVar[str] = "papers_missing_decided"
    election: str
    box: str
    unused: int
    missing: int
    surplus: int
    reason: str
    in_favour: int
    against: int
    by: str


@dataclass(frozen=True)
class PapersWritten(Fact):
    """Names written in for an office, with their votes in all boxes: ``[[name, votes], …]``. An entry of the log has
    room for some hundreds, so an office may have several."""

    type: ClassVar[str] = "papers_written"
    election: str
    box: str
    office: str
    written: list[list[Any]]
    by: str


@dataclass(frozen=True)
class PapersReconciled(Fact):
    """All boxes agreed, the papers left counted and cancelled: printed + surplus = issued + come back + spoilt +
    unused + missing. ``sheet``: all boxes as one, `sheets.as_data`, without the names written in, which the entries
    before it list (`PapersWritten`); empty where there is none."""

    type: ClassVar[str] = "papers_reconciled"
    election: str
    box: str
    printed: int
    issued: int
    returned: int
    spoilt: int
    unused: int
    missing: int
    surplus: int
    collected: int
    sheet: dict[str, Any]
    by: str
