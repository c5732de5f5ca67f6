"""What is known of the joint review without opening anything sealed: questions, where each stands, the outcome."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting.elections.candidates.rules import bars
from voting.elections.candidates.tables import Candidate
from voting.elections.committee.queries import kinships
from voting.elections.review.rules import (
    Criterion,
    Overall,
    Standing,
    overall,
    read_items,
    statutory,
    verdict_by,
)
from voting.elections.review.tables import (
    CriteriaSet,
    Review,
    ReviewAnswer,
    ReviewerTie,
    ReviewHearing,
    ReviewQuestion,
)
from voting.elections.roll.tables import RollEntry
from voting.elections.tables import Election
from voting.errors import NotFound
from voting.law.profiles import Mode, law_of
from voting.permissions import DEPARTMENTS


@dataclass(frozen=True)
class Asked:
    """One question as it stands. ``answer`` is the id of the answer that counts; ``late``: ids of those that do not."""

    id: str
    candidate_id: str
    person: str
    name: str
    department: str
    level: str
    due: date
    verdict: str
    kind: str
    evidenced: bool
    ruling: str
    answer: str
    late: tuple[str, ...]

    @property
    def standing(self) -> Standing:
        """As the rule sees it."""
        return Standing(self.department, self.verdict, self.kind, self.evidenced, self.ruling)


def review_of(session: Session, election: Election) -> Review | None:
    """The election's review, or None while none was opened or waived."""
    return session.get(Review, election.id)


def criteria(session: Session, election: Election, number: int | None = None) -> tuple[Criterion, ...]:
    """The statutory bars and the local items of one version (the newest unless told; 0: none)."""
    fixed = statutory(bars(law_of(election.law, Mode(election.mode))))
    row = criteria_set(session, election, number)
    codes = [one.code for one in fixed]
    return fixed + (read_items(row.items, DEPARTMENTS, codes) if row else ())


def criteria_set(session: Session, election: Election, number: int | None = None) -> CriteriaSet | None:
    """One version of the local criteria, the newest unless told."""
    wanted = select(CriteriaSet).where(CriteriaSet.election_id == election.id)
    if number is not None:
        wanted = wanted.where(CriteriaSet.number == number)
    return session.scalars(wanted.order_by(CriteriaSet.number.desc()).limit(1)).one_or_none()


def questions(
    session: Session, election: Election, today: date, departments: Iterable[str] | None = None
) -> list[Asked]:
    """The questions of an election, all or those of some departments, by candidate's name and department."""
    wanted = (
        select(ReviewQuestion, RollEntry.name)
        .join(RollEntry, RollEntry.id == ReviewQuestion.roll_entry_id)
        .where(ReviewQuestion.election_id == election.id)
        .order_by(RollEntry.number, ReviewQuestion.department)
    )
    if departments is not None:
        wanted = wanted.where(ReviewQuestion.department.in_(list(departments)))
    rows = [(row, name) for row, name in session.execute(wanted)]
    answers: dict[str, list[ReviewAnswer]] = {}
    for answer in session.scalars(
        select(ReviewAnswer)
        .where(ReviewAnswer.question_id.in_([row.id for row, _ in rows]))
        .order_by(ReviewAnswer.at, ReviewAnswer.id)
    ):
        answers.setdefault(answer.question_id, []).append(answer)
    return [_asked(row, name, answers.get(row.id, []), today) for row, name in rows]


def _asked(row: ReviewQuestion, name: str, answers: list[ReviewAnswer], today: date) -> Asked:
    counts = next((one for one in reversed(answers) if not one.late), None)
    return Asked(
        id=row.id,
        candidate_id=row.candidate_id,
        person=row.roll_entry_id,
        name=name,
        department=row.department,
        level=row.level,
        due=row.due,
        verdict=verdict_by(counts.verdict if counts else "", row.due, today),
        kind=(counts.kind or "") if counts else "",
        evidenced=bool(counts and counts.evidence_type),
        ruling=row.ruling or "",
        answer=counts.id if counts else "",
        late=tuple(one.id for one in answers if one.late),
    )


def outcomes(session: Session, election: Election, today: date) -> dict[str, Overall]:
    """Candidate id → outcome, for everybody with a question; open until the departments were asked."""
    return outcomes_of(questions(session, election, today), review_of(session, election))


def outcomes_of(asked: Iterable[Asked], review: Review | None) -> dict[str, Overall]:
    """As `outcomes`, of questions that were read already."""
    by_candidate: dict[str, list[Standing]] = {}
    for one in asked:
        by_candidate.setdefault(one.candidate_id, []).append(one.standing)
    # Before the departments are asked nobody has passed, whatever the street answered.
    waiting = () if review is not None and review.department_due is not None else (Standing("", ""),)
    return {candidate: overall((*standings, *waiting)) for candidate, standings in by_candidate.items()}


def candidates_of(session: Session, election: Election) -> list[Candidate]:
    """Everybody who stands, by name."""
    return list(session.scalars(select(Candidate).where(Candidate.election_id == election.id).order_by(Candidate.name)))


def hearings(session: Session, election: Election, candidate_id: str) -> list[ReviewHearing]:
    """When a candidate was heard and appealed, the first first."""
    return list(
        session.scalars(
            select(ReviewHearing)
            .where(ReviewHearing.election_id == election.id, ReviewHearing.candidate_id == candidate_id)
            .order_by(ReviewHearing.held_on, ReviewHearing.id)
        )
    )


def tied(session: Session, election: Election, account_id: str) -> frozenset[str]:
    """Roll entries that this account may answer nothing about: itself, its near relatives, and theirs as declared."""
    rows = session.execute(
        select(ReviewerTie.roll_entry_id, ReviewerTie.relation).where(
            ReviewerTie.election_id == election.id, ReviewerTie.account_id == account_id
        )
    )
    ties = dict(rows.all())
    own = {entry for entry, relation in ties.items() if relation == "self"}
    kin = {person for pair in kinships(session, election) if pair & own for person in pair}
    return frozenset(ties) | frozenset(kin)


def question(session: Session, election: Election, question_id: str, departments: Iterable[str]) -> ReviewQuestion:
    """One question of these departments; one of another department is not found. Raises NotFound."""
    row = session.get(ReviewQuestion, question_id)
    if row is None or row.election_id != election.id or row.department not in set(departments):
        raise NotFound(
            "NO_SUCH_QUESTION", "没有这个审查事项，请刷新页面。", "There is no such question; reload the page."
        )
    return row
