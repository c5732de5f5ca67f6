"""Recall: the petition, who signed it, the member's defence, and the poll that decides."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from voting.database import Base, one_of, random_id
from voting.elections.recall.rules import Basis

#: How a petition ends: refused for too few signatures, the poll's two outcomes, or because the member resigned.
ENDS = ("too_few", "recalled", "kept", "resigned")


class Petition(Base):
    """A petition to recall one member. Its reasons and the defence are posted; the log holds their hashes."""

    __tablename__ = "recall_petition"
    __table_args__ = (
        CheckConstraint(one_of("basis", tuple(Basis)), name="basis"),
        CheckConstraint(one_of("ended", ENDS), name="ended"),
        CheckConstraint("(accepted IS NULL) = (signed IS NULL)", name="accepted"),
        CheckConstraint("representatives IS NULL OR (representatives >= 1 AND basis = 'reps')", name="representatives"),
        # One petition at a time against one member.
        Index(
            "uq_recall_petition_open",
            "member_id",
            unique=True,
            sqlite_where=text("ended IS NULL"),
            postgresql_where=text("ended IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), index=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("committee_seat.id"))
    basis: Mapped[str] = mapped_column(String(10))
    # How many representatives there are, where they ask and do not elect: entered with their signatures.
    representatives: Mapped[int | None]
    reasons: Mapped[str] = mapped_column(Text)
    received: Mapped[date]
    # Signatures on the roll and the list they are a share of, once the petition is accepted.
    accepted: Mapped[date | None]
    signed: Mapped[int | None]
    eligible: Mapped[int | None]
    defence: Mapped[str | None] = mapped_column(Text)
    poll_id: Mapped[str | None] = mapped_column(ForeignKey("election.id"))
    ended: Mapped[str | None] = mapped_column(String(8))
    ended_on: Mapped[date | None]


class Signature(Base):
    """One signature that was found on the roll; the key refuses a second by the same person."""

    __tablename__ = "recall_signature"

    petition_id: Mapped[str] = mapped_column(ForeignKey("recall_petition.id"), primary_key=True)
    roll_entry_id: Mapped[str] = mapped_column(ForeignKey("roll_entry.id"), primary_key=True)
