"""What comes after the count: the reserve box, relatives settled, places left empty, members, deeds, disputes."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from voting.database import Base, JSONText, one_of, random_id

#: What became of somebody near of kin to another winner.
CHANGES = ("gave_way", "moved_up", "vote_again")
#: How a member's office ends (居委会组织法 20, 21, 37).
ENDINGS = ("resigned", "capacity", "sentence", "appraised", "recalled", "annulled", "kin", "term")
#: Deeds after a poll, in the order of the day.
DEEDS = ("posted", "report", "sealing", "handover_item", "handover")
#: Where a dispute goes.
FORUMS = ("street", "district", "court")
FORUMS_ZH = {"street": "街道（乡镇）", "district": "区（县）政府", "court": "人民法院"}


class Reserve(Base):
    """The reserve ballot box of an election: keys and cards made beforehand, opened for a re-vote alone."""

    __tablename__ = "reserve"
    __table_args__ = (CheckConstraint("used_by IS NULL OR destroyed IS NULL", name="one_end"),)

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    box_id: Mapped[str] = mapped_column(ForeignKey("box.id"), unique=True)
    used_by: Mapped[str | None] = mapped_column(ForeignKey("election.id"))
    destroyed: Mapped[date | None]


class Relative(Base):
    """Somebody of a pair of near relatives who won, and what the law makes of it."""

    __tablename__ = "settled_relative"
    __table_args__ = (CheckConstraint(one_of("change", CHANGES), name="change"),)

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    office: Mapped[str] = mapped_column(String(20))
    change: Mapped[str] = mapped_column(String(10))


class EmptyPlace(Base):
    """The decision that seats of an office stay empty."""

    __tablename__ = "empty_place"
    __table_args__ = (CheckConstraint("seats >= 1", name="seats"),)

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    office: Mapped[str] = mapped_column(String(20), primary_key=True)
    seats: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    day: Mapped[date]


class Member(Base):
    """Somebody in office: the certificate of election, and how the office ended."""

    __tablename__ = "committee_seat"
    __table_args__ = (
        UniqueConstraint("election_id", "office", "name"),
        CheckConstraint(one_of("ended", ENDINGS), name="ended"),
        CheckConstraint("(ended IS NULL) = (ended_on IS NULL)", name="ended_on"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    community_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), index=True)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), index=True)
    office: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    number: Mapped[int]
    since: Mapped[date]
    term_ends: Mapped[date]
    # A resignation waits for the meeting's approval.
    resigned_on: Mapped[date | None]
    ended: Mapped[str | None] = mapped_column(String(10))
    ended_on: Mapped[date | None]


class Deed(Base):
    """Something done after a poll: posted, reported, sealed, handed over."""

    __tablename__ = "after_deed"
    __table_args__ = (CheckConstraint(one_of("kind", DEEDS), name="kind"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), index=True)
    kind: Mapped[str] = mapped_column(String(14))
    day: Mapped[date]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONText)


class Dispute(Base):
    """A complaint about an entry of the log, where it went, and the answer. Names of those who complain stay out."""

    __tablename__ = "dispute"
    __table_args__ = (
        CheckConstraint(one_of("forum", FORUMS), name="forum"),
        CheckConstraint("seq >= 0", name="seq"),
        CheckConstraint("(answer IS NULL) = (answered IS NULL)", name="answered"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), index=True)
    seq: Mapped[int]
    forum: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(Text)
    raised: Mapped[date]
    answer: Mapped[str | None] = mapped_column(Text)
    answered: Mapped[date | None]
