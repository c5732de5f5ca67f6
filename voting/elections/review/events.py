"""What the log says about the joint review. Pure.

The log is public and findings are sensitive: it holds random ids, departments and days; never a verdict, a clause,
a reason or a name.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar


@dataclass(frozen=True)
class CriteriaAdopted:
    """The committee adopted a version of its criteria; ``sha256`` of the items in canonical JSON."""

    type: ClassVar[str] = "criteria_adopted"
    election_id: str
    number: int
    items: int
    sha256: str
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "number": self.number,
            "items": self.items,
            "sha256": self.sha256,
            "by": self.by,
        }


@dataclass(frozen=True)
class ReviewOpened:
    """Questions went out: to the street, or to the departments; ``level`` “none”: no review is held, by decision."""

    type: ClassVar[str] = "review_opened"
    election_id: str
    level: str
    criteria: int
    departments: tuple[str, ...]
    questions: int
    due: date | None
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "level": self.level,
            "criteria": self.criteria,
            "departments": list(self.departments),
            "questions": self.questions,
            "due": self.due.isoformat() if self.due else None,
            "by": self.by,
        }


@dataclass(frozen=True)
class ReviewAnswered:
    """A department answered a question, in time or late; what it answered is not logged."""

    type: ClassVar[str] = "review_answered"
    election_id: str
    question_id: str
    answer_id: str
    department: str
    late: bool
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "question": self.question_id,
            "answer": self.answer_id,
            "department": self.department,
            "late": self.late,
            "by": self.by,
        }


@dataclass(frozen=True)
class ReviewLooked:
    """Somebody looked at answers, evidence, or whom a question is about: who, and at what, by random ids."""

    type: ClassVar[str] = "review_looked"
    election_id: str
    at: str
    what: str
    by: str

    def data(self) -> dict[str, object]:
        return {"election": self.election_id, "at": self.at, "what": self.what, "by": self.by}


@dataclass(frozen=True)
class ReviewRuled:
    """The committee ruled on a department's finding or silence; how, and why, is not logged."""

    type: ClassVar[str] = "review_ruled"
    election_id: str
    question_id: str
    by: str

    def data(self) -> dict[str, object]:
        return {"election": self.election_id, "question": self.question_id, "by": self.by}


@dataclass(frozen=True)
class ReviewHeard:
    """A candidate was told the outcome, heard, appealed, got a decision: told, hearing, appeal, decision."""

    type: ClassVar[str] = "review_heard"
    election_id: str
    hearing_id: str
    deed: str
    day: date
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "hearing": self.hearing_id,
            "deed": self.deed,
            "day": self.day.isoformat(),
            "by": self.by,
        }


@dataclass(frozen=True)
class ReviewSettled:
    """The review of one candidate changed; ``passed`` is said, everything else only as not passed (yet)."""

    type: ClassVar[str] = "review_settled"
    election_id: str
    candidate_id: str
    passed: bool

    def data(self) -> dict[str, object]:
        return {"election": self.election_id, "candidate": self.candidate_id, "passed": self.passed}


@dataclass(frozen=True)
class ReviewerTied:
    """A reviewer's tie to somebody on the roll was recorded; to whom and how is not logged."""

    type: ClassVar[str] = "reviewer_tied"
    election_id: str
    account_id: str
    by: str

    def data(self) -> dict[str, object]:
        return {"election": self.election_id, "account": self.account_id, "by": self.by}
