"""The election and its offices. The roll, candidates and certificate have tables in their own rooms."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from voting.database import Base, JSONText, UTCDateTime, one_of, random_id
from voting.elections.lifecycle import STATES
from voting.law.polls import Kind
from voting.law.timeline import ALARM_DAYS


class Election(Base):
    """One committee election of one community; ``version`` is compared and swapped by every move."""

    __tablename__ = "election"
    __table_args__ = (
        CheckConstraint(one_of("state", STATES), name="state"),
        CheckConstraint(one_of("mode", ("all_voters", "household_reps", "resident_reps", "village")), name="mode"),
        CheckConstraint(one_of("kind", Kind), name="kind"),
        CheckConstraint("(kind = 'first') = (follows_id IS NULL)", name="follows"),
        CheckConstraint("ballot_floor >= 1", name="ballot_floor"),
        CheckConstraint("alarm_days BETWEEN 0 AND 30", name="alarm_days"),
        CheckConstraint("roll_withdrawn IS NULL OR roll_withdrawn >= roll_posted", name="roll_withdrawn"),
        CheckConstraint("roll_again IS NULL OR roll_again >= roll_posted", name="roll_again"),
        CheckConstraint("opens_at < closes_at", name="hours"),
        CheckConstraint("closed_at IS NULL OR closed_at >= opened_at", name="closed_after_opened"),
        CheckConstraint("eligible IS NULL OR (eligible >= 1 AND roll_hash IS NOT NULL)", name="eligible"),
        CheckConstraint(
            "(cards_missing IS NULL) = (missing_decision IS NULL) AND (cards_missing IS NULL OR cards_missing >= 1)",
            name="cards_missing",
        ),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    community_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), index=True)
    box_id: Mapped[str] = mapped_column(ForeignKey("box.id"), unique=True)
    title: Mapped[str] = mapped_column(String(80))
    place: Mapped[str] = mapped_column(String(80))
    day: Mapped[date]
    mode: Mapped[str] = mapped_column(String(16))
    # The law an election is judged by is fixed when it begins (rules.md §0).
    law: Mapped[str] = mapped_column(String(30), default="residents-2026")
    # The province's profile, and the open points its committee settled otherwise (``voting.law.profiles``).
    profile: Mapped[str] = mapped_column(String(20), default="national")
    options: Mapped[dict[str, str]] = mapped_column(JSONText, default=dict)
    # How many days ahead the calendar calls a step.
    alarm_days: Mapped[int] = mapped_column(default=ALARM_DAYS)
    # What this poll is, and the poll it follows.
    kind: Mapped[str] = mapped_column(String(12), default="first")
    follows_id: Mapped[str | None] = mapped_column(ForeignKey("election.id"), index=True)
    state: Mapped[str] = mapped_column(String(12), default="draft")
    version: Mapped[int] = mapped_column(default=0)
    opens_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closes_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Days on which the two lists were posted; hours at which the poll really opened and closed.
    roll_posted: Mapped[date | None]
    candidates_posted: Mapped[date | None]
    # The day the roll was posted again because the election day was moved: objections run from it anew.
    roll_again: Mapped[date | None]
    # The day the public list was taken down, after its time.
    roll_withdrawn: Mapped[date | None]
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # The day the outcome was determined and announced.
    decided_on: Mapped[date | None]
    # SHA-256 of the canonical roll as it was posted; N of every turnout sum, fixed at sealing.
    roll_hash: Mapped[str | None] = mapped_column(String(64))
    eligible: Mapped[int | None]
    # No tally is opened under this many ballots without a recorded decision.
    ballot_floor: Mapped[int] = mapped_column(default=5)
    floor_decision: Mapped[str | None] = mapped_column(Text)
    # Cards of the pile that were not found after closing, as the committee decided.
    cards_missing: Mapped[int | None]
    # Cards with a ballot that lay on the pile, as that decision names them.
    missing_voted: Mapped[int | None]
    missing_decision: Mapped[str | None] = mapped_column(Text)

    offices: Mapped[list["Office"]] = relationship(order_by="Office.ordinal", lazy="selectin")

    # Two officials at once: the second UPDATE finds another version and fails.
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads it once


class Office(Base):
    """A contest of the election: 主任, 副主任 or 委员, with its seats."""

    __tablename__ = "office"
    __table_args__ = (
        UniqueConstraint("election_id", "ordinal"),
        UniqueConstraint("election_id", "title"),
        CheckConstraint("seats >= 1", name="seats"),
        CheckConstraint("ordinal >= 1", name="ordinal"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"))
    ordinal: Mapped[int]
    title: Mapped[str] = mapped_column(String(20))
    seats: Mapped[int]
    # Whether the law's 另选他人 is open; it is written on paper, the tablet says where to get one.
    write_in: Mapped[bool] = mapped_column(default=True)
