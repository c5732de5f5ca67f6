"""Paper ballots of an election: print runs, boxes, the entries of their figures, doubtful papers, written-in names.

No table here joins a person to a paper: who received one is a mark of the desk, and papers have no numbers.
"""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from voting.database import Base, JSONText, one_of, random_id
from voting.elections.paper.rules import BallotClass

KINDS = ("main", "mobile")
#: A main box is sealed, opened, agreed; a mobile one goes out and comes back between.
STATES = ("sealed", "away", "back", "opened", "agreed")


class PrintRun(Base):
    """Papers of one style, printed and counted by two people."""

    __tablename__ = "print_run"
    __table_args__ = (
        CheckConstraint("printed >= 1", name="printed"),
        CheckConstraint("counted_by <> second_by", name="two_people"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), index=True)
    style: Mapped[str] = mapped_column(String(40))
    printed: Mapped[int]
    counted_by: Mapped[str] = mapped_column(ForeignKey("account.id"))
    second_by: Mapped[str] = mapped_column(ForeignKey("account.id"))


class PaperBox(Base):
    """A box for paper: where it stands or goes, who watches it, its seal, and the figures agreed upon."""

    __tablename__ = "paper_box"
    __table_args__ = (
        UniqueConstraint("election_id", "number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint(one_of("kind", KINDS), name="kind"),
        CheckConstraint(one_of("state", STATES), name="state"),
        CheckConstraint("kind = 'mobile' OR state NOT IN ('away','back')", name="only_mobile_boxes_travel"),
        CheckConstraint("papers_back BETWEEN 0 AND papers_taken", name="papers"),
        CheckConstraint("(state = 'agreed') = (sheet IS NOT NULL)", name="agreed"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(6))
    state: Mapped[str] = mapped_column(String(6), default="sealed")
    # Where a main box stands; the route of a mobile one.
    place: Mapped[str] = mapped_column(String(200))
    seal: Mapped[str] = mapped_column(String(40))
    watchers: Mapped[list[str]] = mapped_column(JSONText)
    # Who approved a mobile box (the street or township); empty for others.
    approval: Mapped[str] = mapped_column(String(80), default="")
    papers_taken: Mapped[int] = mapped_column(default=0)
    # Papers that came back with it and were given to nobody: blank ones, and those spoilt at home.
    papers_back: Mapped[int] = mapped_column(default=0)
    # The figures stay in the house: a box of few papers would tell how the people of its list voted. The log has their
    # salted hash, which a court can have opened, and the sum of all boxes.
    sheet: Mapped[Any | None] = mapped_column(JSONText)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16))


class MobileVoter(Base):
    """Somebody of the posted list of a mobile box; on one list only."""

    __tablename__ = "mobile_voter"
    __table_args__ = (UniqueConstraint("election_id", "roll_entry_id"),)

    paper_box_id: Mapped[str] = mapped_column(ForeignKey("paper_box.id"), primary_key=True)
    roll_entry_id: Mapped[str] = mapped_column(ForeignKey("roll_entry.id"), primary_key=True)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"))


class BoxEntry(Base):
    """The figures of a box as one person entered them; two people do, and neither sees the other's before."""

    __tablename__ = "box_entry"

    paper_box_id: Mapped[str] = mapped_column(ForeignKey("paper_box.id"), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    # 1: the first to enter; the third and last line of defence against a third entry is the pair's size.
    ordinal: Mapped[int]
    sheet: Mapped[Any] = mapped_column(JSONText)

    __table_args__ = (
        UniqueConstraint("paper_box_id", "ordinal"),
        CheckConstraint("ordinal IN (1, 2)", name="two_entries"),
    )


class WrittenName(Base):
    """A name written in for an office, and whom it means: an entry of the roll, or nobody."""

    __tablename__ = "written_name"

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    office: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    # None: nobody on the roll bears it, so the mark is lost.
    roll_entry_id: Mapped[str | None] = mapped_column(ForeignKey("roll_entry.id"))
    # As the result names the person: with the roll number where another on the ballot bears the same name.
    shown: Mapped[str | None] = mapped_column(String(80))
    decided_by: Mapped[str] = mapped_column(ForeignKey("account.id"))


class DoubtfulPaper(Base):
    """A paper laid before the committee, and what it decided; ``kind`` is empty until then. The picture is sealed with
    the field key."""

    __tablename__ = "doubtful_paper"
    __table_args__ = (
        UniqueConstraint("paper_box_id", "number"),
        CheckConstraint(one_of("kind", tuple(one.value for one in BallotClass)), name="kind"),
        CheckConstraint("kind IS NULL OR (in_favour > against AND against >= 0)", name="majority"),
        CheckConstraint("(kind IS NULL) = (decided_by IS NULL)", name="decided"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    paper_box_id: Mapped[str] = mapped_column(ForeignKey("paper_box.id"))
    number: Mapped[int]
    picture: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    picture_type: Mapped[str] = mapped_column(String(20))
    picture_sha256: Mapped[str] = mapped_column(String(64))
    laid_by: Mapped[str] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str | None] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(200), default="")
    in_favour: Mapped[int] = mapped_column(default=0)
    against: Mapped[int] = mapped_column(default=0)
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))


class PapersMissing(Base):
    """Papers that were printed and are gone, or more left than there should be, as the committee decided to count on.

    ``unused``: what was counted when it decided. A later decision takes the place of an earlier one.
    """

    __tablename__ = "papers_missing"
    __table_args__ = (
        CheckConstraint("unused >= 0 AND missing >= 0 AND surplus >= 0", name="figures"),
        CheckConstraint("(missing = 0) <> (surplus = 0)", name="one_side"),
        CheckConstraint("in_favour > against AND against >= 0", name="majority"),
    )

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    unused: Mapped[int]
    missing: Mapped[int]
    surplus: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200))
    in_favour: Mapped[int]
    against: Mapped[int]
    decided_by: Mapped[str] = mapped_column(ForeignKey("account.id"))


class PaperLedger(Base):
    """The papers of an election, counted to the last one; there once every sum holds."""

    __tablename__ = "paper_ledger"

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    unused: Mapped[int]
    # Printed and gone, or left over beyond the sum, by the committee's decision; 0 where every paper was found.
    missing: Mapped[int] = mapped_column(default=0)
    surplus: Mapped[int] = mapped_column(default=0)
    closed_by: Mapped[str] = mapped_column(ForeignKey("account.id"))
