"""Criteria sets, the questions of the joint review and their answers.

Findings are sensitive personal data: what was found, why the committee ruled as it did and every piece of
evidence is sealed with the field key; only the verdict's kind is plain, for the arithmetic of the outcome.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from voting.database import Base, JSONText, UTCDateTime, one_of, random_id
from voting.elections.committee.rules import RELATIONS
from voting.elections.review.evidence import TYPES
from voting.elections.review.rules import KINDS, LEVELS, RULINGS


class CriteriaSet(Base):
    """One version of the committee's local criteria. The statutory bars stand beside every version."""

    __tablename__ = "criteria_set"
    __table_args__ = (CheckConstraint("number >= 1", name="number"),)

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    adopted_on: Mapped[date]
    # Key of the published list it began from, or empty.
    preset: Mapped[str] = mapped_column(String(40), default="")
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSONText)


class Review(Base):
    """The joint review of one election, or the committee's decision to hold none."""

    __tablename__ = "review"
    __table_args__ = (CheckConstraint("(waived IS NULL) <> (street_due IS NULL)", name="waived"),)

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    waived: Mapped[str | None] = mapped_column(Text)
    # The version of the criteria that is asked about; 0: the statutory bars alone.
    criteria: Mapped[int]
    street_due: Mapped[date | None]
    department_due: Mapped[date | None]


class ReviewQuestion(Base):
    """One candidate put before one department. ``candidate_id`` is no key: findings outlive a candidacy."""

    __tablename__ = "review_question"
    __table_args__ = (
        UniqueConstraint("election_id", "candidate_id", "department"),
        CheckConstraint(one_of("level", LEVELS), name="level"),
        CheckConstraint(one_of("ruling", RULINGS), name="ruling"),
        CheckConstraint("(ruling IS NULL) = (ruling_sealed IS NULL)", name="ruling_sealed"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), index=True)
    candidate_id: Mapped[str] = mapped_column(String(22))
    roll_entry_id: Mapped[str] = mapped_column(ForeignKey("roll_entry.id"))
    level: Mapped[str] = mapped_column(String(10))
    department: Mapped[str] = mapped_column(String(20))
    due: Mapped[date]
    # What the committee ruled on this department's finding or silence, why (sealed), and on which day.
    ruling: Mapped[str | None] = mapped_column(String(10))
    ruling_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    ruled_on: Mapped[date | None]


class ReviewAnswer(Base):
    """One answer; the last one given in time counts. A late one is kept as late and counts for nothing by itself."""

    __tablename__ = "review_answer"
    __table_args__ = (
        CheckConstraint("verdict IN ('clear','problem','verify')", name="verdict"),
        CheckConstraint(one_of("kind", KINDS), name="kind"),
        CheckConstraint("(verdict = 'problem') = (kind IS NOT NULL)", name="problem"),
        CheckConstraint("(evidence IS NULL) = (evidence_type IS NULL)", name="evidence"),
        CheckConstraint(one_of("evidence_type", TYPES), name="evidence_type"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    question_id: Mapped[str] = mapped_column(ForeignKey("review_question.id"), index=True)
    by_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    late: Mapped[bool]
    verdict: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str | None] = mapped_column(String(6))
    # AEAD of {"clause","words"}, bound to this row.
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    evidence: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    evidence_type: Mapped[str | None] = mapped_column(String(20))


class ReviewHearing(Base):
    """The candidate was told the outcome, was heard, or appealed: the day, and sealed what was said."""

    __tablename__ = "review_hearing"
    __table_args__ = (
        CheckConstraint("kind IN ('told','hearing','appeal')", name="kind"),
        CheckConstraint("(decided_on IS NULL) = (upheld IS NULL)", name="decided"),
        CheckConstraint("decided_on IS NULL OR (kind = 'appeal' AND decided_on >= held_on)", name="decided_on"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), index=True)
    candidate_id: Mapped[str] = mapped_column(String(22))
    kind: Mapped[str] = mapped_column(String(8))
    held_on: Mapped[date]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    decided_on: Mapped[date | None]
    upheld: Mapped[bool | None]


class ReviewerTie(Base):
    """A reviewer's account is, or is near kin of, somebody on the roll: it answers nothing about that person."""

    __tablename__ = "reviewer_tie"
    __table_args__ = (CheckConstraint(one_of("relation", ("self", *RELATIONS)), name="relation"),)

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    roll_entry_id: Mapped[str] = mapped_column(ForeignKey("roll_entry.id"), primary_key=True)
    relation: Mapped[str] = mapped_column(String(16))
