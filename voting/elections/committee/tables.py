"""The election committee (选举委员会), its meetings, the count's staff, and declared kinship (组织法 8, 15)."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from voting.database import Base, JSONText, one_of, random_id
from voting.elections.committee.rules import BODIES, DUTIES, POSTS, REASONS, RELATIONS, STANDINGS


class ElectionCommittee(Base):
    """How the committee of one election came to be."""

    __tablename__ = "election_committee"
    __table_args__ = (
        CheckConstraint(one_of("body", BODIES), name="body"),
        CheckConstraint("due >= 1 AND attended BETWEEN 1 AND due", name="attended"),
        CheckConstraint("size >= 1", name="size"),
    )

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    # Which meeting chose it, on which day, with how many of how many people.
    body: Mapped[str] = mapped_column(String(20))
    held_on: Mapped[date]
    due: Mapped[int]
    attended: Mapped[int]
    # How many members sit; whoever got fewer votes waits in reserve.
    size: Mapped[int]
    filed_on: Mapped[date | None]


class CommitteeMember(Base):
    """One person that the meeting voted for; ``place`` is the order of the original vote, which never changes."""

    __tablename__ = "committee_member"
    __table_args__ = (
        UniqueConstraint("election_id", "roll_entry_id"),
        UniqueConstraint("election_id", "place"),
        CheckConstraint("place >= 1 AND votes >= 0", name="place"),
        CheckConstraint("length(trim(name)) > 0 AND sex IN ('男', '女')", name="name"),
        CheckConstraint(one_of("post", POSTS), name="post"),
        CheckConstraint(one_of("standing", STANDINGS), name="standing"),
        CheckConstraint(one_of("left_because", REASONS), name="left_because"),
        CheckConstraint("(standing = 'left') = (left_because IS NOT NULL)", name="left"),
        CheckConstraint("(standing = 'left') = (left_on IS NOT NULL)", name="left_on"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    election_id: Mapped[str] = mapped_column(ForeignKey("election_committee.election_id"))
    # The committee draws up the roll and so comes before it: members are kept by name, and a roll drawn anew unties.
    name: Mapped[str] = mapped_column(String(60))
    sex: Mapped[str] = mapped_column(String(1))
    roll_entry_id: Mapped[str | None] = mapped_column(ForeignKey("roll_entry.id", ondelete="SET NULL"))
    place: Mapped[int]
    votes: Mapped[int]
    post: Mapped[str] = mapped_column(String(10))
    standing: Mapped[str] = mapped_column(String(10))
    joined_on: Mapped[date | None]
    left_on: Mapped[date | None]
    left_because: Mapped[str | None] = mapped_column(String(16))


class CommitteeMeeting(Base):
    """One meeting of the committee, and who was absent (ids of members)."""

    __tablename__ = "committee_meeting"
    __table_args__ = (UniqueConstraint("election_id", "held_on"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    election_id: Mapped[str] = mapped_column(ForeignKey("election_committee.election_id"))
    held_on: Mapped[date]
    absent: Mapped[list[str]] = mapped_column(JSONText, default=list)


class CountStaff(Base):
    """Somebody who serves at the poll or the count; off the roll only by name (a community worker, say)."""

    __tablename__ = "count_staff"
    __table_args__ = (
        CheckConstraint(one_of("duty", DUTIES), name="duty"),
        CheckConstraint("length(trim(name)) > 0", name="name"),
        UniqueConstraint("election_id", "roll_entry_id", "duty"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), index=True)
    roll_entry_id: Mapped[str | None] = mapped_column(ForeignKey("roll_entry.id"))
    name: Mapped[str] = mapped_column(String(60))
    duty: Mapped[str] = mapped_column(String(16))
    oath_on: Mapped[date | None]
    ended_on: Mapped[date | None]


class Kinship(Base):
    """Two people of the roll are near relatives, as somebody declared; the pair is kept in the order of their ids."""

    __tablename__ = "kinship"
    __table_args__ = (
        UniqueConstraint("election_id", "one_id", "other_id"),
        CheckConstraint("one_id < other_id", name="pair"),
        CheckConstraint(one_of("relation", RELATIONS), name="relation"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"))
    one_id: Mapped[str] = mapped_column(ForeignKey("roll_entry.id"))
    other_id: Mapped[str] = mapped_column(ForeignKey("roll_entry.id"))
    relation: Mapped[str] = mapped_column(String(16))
    declared_on: Mapped[date]
