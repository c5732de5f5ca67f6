"""Candidates as they stand on the ballot, how each came to be nominated, and the lists as they were posted."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from voting.database import Base, JSONText, one_of, random_id
from voting.elections.candidates.nominating import WAYS
from voting.elections.candidates.rules import ORDERS, REVIEWS


class Candidate(Base):
    """One candidate for one office. The pair (election, roll entry) is unique: nobody stands twice."""

    __tablename__ = "candidate"
    __table_args__ = (
        UniqueConstraint("election_id", "roll_entry_id"),
        UniqueConstraint("office_id", "ordinal"),
        CheckConstraint("ordinal >= 1", name="ordinal"),
        CheckConstraint("(photo IS NULL) = (photo_type IS NULL)", name="photo"),
        CheckConstraint(one_of("photo_type", ("image/jpeg", "image/png")), name="photo_type"),
        CheckConstraint(one_of("review", REVIEWS), name="review"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"))
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"), index=True)
    roll_entry_id: Mapped[str] = mapped_column(ForeignKey("roll_entry.id"))
    ordinal: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    sex: Mapped[str] = mapped_column(String(1))
    age: Mapped[int]
    trade: Mapped[str] = mapped_column(String(30))
    introduction: Mapped[str] = mapped_column(Text, default="")
    # What the posted lists and the report to the street say of a candidate besides; empty where it was not given.
    education: Mapped[str] = mapped_column(String(20), default="")
    politics: Mapped[str] = mapped_column(String(20), default="")
    nation: Mapped[str] = mapped_column(String(20), default="")
    # Not read with the row: the lists and the lifecycle need none of it.
    photo: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    photo_type: Mapped[str | None] = mapped_column(String(20))
    # Answer to each statutory bar (居委会组织法 18), bar code → whether it applies: as the person declared
    # it, and as the official named by `checked_by` found it.
    declared: Mapped[dict[str, bool]] = mapped_column(JSONText, default=dict)
    checked: Mapped[dict[str, bool]] = mapped_column(JSONText, default=dict)
    checked_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    # Where the joint review stands; empty until one is opened. Why it stands so is sealed in the review's room.
    review: Mapped[str] = mapped_column(String(10), default="")
    # An office in the Party branch held beside: 书记 makes 一肩挑, any other 交叉任职 (组织法 8).
    party_post: Mapped[str] = mapped_column(String(20), default="")


class TakenOver(Base):
    """Whom the earlier poll's votes let stand for an office of a poll that follows, in their order (组织法 19).

    ``listed``: stood when the poll was prepared; the others are next in line. ``left``: declined or barred since.
    """

    __tablename__ = "taken_over"
    __table_args__ = (
        UniqueConstraint("office_id", "place"),
        CheckConstraint("place >= 1 AND votes >= 0", name="place"),
    )

    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"), primary_key=True)
    roll_entry_id: Mapped[str] = mapped_column(ForeignKey("roll_entry.id"), primary_key=True)
    place: Mapped[int]
    votes: Mapped[int]
    age: Mapped[int]
    # The candidacy of the poll before; none where the person was written in.
    stood_id: Mapped[str | None] = mapped_column(ForeignKey("candidate.id"))
    listed: Mapped[bool]
    left: Mapped[bool] = mapped_column(default=False)


class Nomination(Base):
    """Somebody was nominated for an office in one of the ways of 组织法 18; it outlives the candidacy."""

    __tablename__ = "nomination"
    __table_args__ = (
        UniqueConstraint("election_id", "office_id", "roll_entry_id", "way"),
        CheckConstraint(one_of("way", WAYS), name="way"),
        CheckConstraint("(way = 'poll') = (votes IS NOT NULL)", name="votes"),
        CheckConstraint("votes >= 0", name="votes_count"),
        CheckConstraint("withdrawn_on IS NULL OR withdrawn_on >= received_on", name="withdrawn"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"))
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"))
    roll_entry_id: Mapped[str] = mapped_column(ForeignKey("roll_entry.id"))
    way: Mapped[str] = mapped_column(String(8))
    received_on: Mapped[date]
    # Votes for this person and office in the nominating poll.
    votes: Mapped[int | None]
    # Days of the written acceptance and of the written withdrawal.
    accepted_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]


class NominationSignature(Base):
    """A voter who signed a joint nomination. Who signed is nobody's business beyond the committee's check."""

    __tablename__ = "nomination_signature"

    nomination_id: Mapped[str] = mapped_column(ForeignKey("nomination.id"), primary_key=True)
    roll_entry_id: Mapped[str] = mapped_column(ForeignKey("roll_entry.id"), primary_key=True, index=True)


class NominatingPoll(Base):
    """The nominating poll (海选): its day, the voters on the roll that day, how many took part."""

    __tablename__ = "nominating_poll"
    __table_args__ = (CheckConstraint("voters >= 1 AND taking_part BETWEEN 0 AND voters", name="taking_part"),)

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    held_on: Mapped[date]
    voters: Mapped[int]
    taking_part: Mapped[int]


class CandidateList(Base):
    """A list as it was posted; a changed list is posted again under the next number."""

    __tablename__ = "candidate_list"
    __table_args__ = (
        CheckConstraint(one_of("kind", ("preliminary", "formal")), name="kind"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint(one_of("ordered", ORDERS), name="ordered"),
        CheckConstraint("withdrawn_on IS NULL OR withdrawn_on > posted_on", name="withdrawn_on"),
    )

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    posted_on: Mapped[date]
    # By what the people of each office follow one another, which the notice says.
    ordered: Mapped[str] = mapped_column(String(16))
    # When its time in public was over and it was taken down.
    withdrawn_on: Mapped[date | None]
    # [{"office", "seats", "people": [the fields of `lists.Listed`]}], in the order of the notice.
    offices: Mapped[list[dict[str, Any]]] = mapped_column(JSONText)
