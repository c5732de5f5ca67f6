"""What is known of the joint review without opening anything sealed: questions, where each stands, the outcome."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from voting.elections.candidates.rules import bars
from voting.elections.candidates.tables import Candidate
from voting.elections.committee.queries import kinships
from voting.elections.queries import law_in_force, rules
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
from voting.elections.tables import Election, Office
from voting.errors import NotFound
from voting.law.calendar import HALL
from voting.law.thresholds import Reason
from voting.people.tables import Account
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
    # By what a department tells namesakes apart in its own files.
    sex: str
    id_last4: str
    office: str

    @property
    def standing(self) -> Standing:
        """As the rule sees it."""
        return Standing(self.department, self.verdict, self.kind, self.evidenced, self.ruling)

    @property
    def open(self) -> bool:
        """Whether the department has still to find out: no answer in time, or one that says so."""
        return self.verdict in ("", "overdue", "verify")


def review_of(session: Session, election: Election) -> Review | None:
    """The election's review, or None while none was opened or waived."""
    return session.get(Review, election.id)


def criteria(session: Session, election: Election, number: int | None = None) -> tuple[Criterion, ...]:
    """The statutory bars and the local items of one version (the newest unless told; 0: none)."""
    fixed = statutory(bars(law_in_force(election)))
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
    """The questions of an election, all or those of some departments, in the order of the ballot."""
    wanted = (
        select(ReviewQuestion, RollEntry, Office.title)
        .join(RollEntry, RollEntry.id == ReviewQuestion.roll_entry_id)
        .join(Candidate, Candidate.id == ReviewQuestion.candidate_id, isouter=True)
        .join(Office, Office.id == Candidate.office_id, isouter=True)
        .where(ReviewQuestion.election_id == election.id)
        .order_by(Office.ordinal, Candidate.ordinal, RollEntry.number, ReviewQuestion.department)
    )
    if departments is not None:
        wanted = wanted.where(ReviewQuestion.department.in_(list(departments)))
    rows = [(row, entry, office or "") for row, entry, office in session.execute(wanted)]
    answers: dict[str, list[ReviewAnswer]] = {}
    for answer in session.scalars(
        select(ReviewAnswer)
        .where(ReviewAnswer.question_id.in_([row.id for row, _, _ in rows]))
        .order_by(ReviewAnswer.at, ReviewAnswer.id)
    ):
        answers.setdefault(answer.question_id, []).append(answer)
    return [_asked(row, entry, office, answers.get(row.id, []), today=today) for row, entry, office in rows]


def _asked(row: ReviewQuestion, entry: RollEntry, office: str, answers: list[ReviewAnswer], *, today: date) -> Asked:
    counts = next((one for one in reversed(answers) if not one.late), None)
    return Asked(
        id=row.id,
        candidate_id=row.candidate_id,
        person=row.roll_entry_id,
        name=entry.name,
        department=row.department,
        level=row.level,
        due=row.due,
        verdict=verdict_by(counts.verdict if counts else "", row.due, today),
        kind=(counts.kind or "") if counts else "",
        evidenced=bool(counts and counts.evidence_type),
        ruling=row.ruling or "",
        answer=counts.id if counts else "",
        late=tuple(one.id for one in answers if one.late),
        sex=entry.sex,
        id_last4=entry.id_last4,
        office=office,
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


def settled_on(session: Session, election: Election, today: date) -> date | bool | None:
    """The day of the last answer or ruling once every candidate has passed or not; False before that.

    None where there is no review: none was opened, or the committee holds none.
    """
    review = review_of(session, election)
    if review is None or review.waived:
        return None
    found = outcomes_of(questions(session, election, today), review)
    if not found or any(one.outcome in ("open", "suspended") for one in found.values()):
        return False
    answered, ruled = session.execute(
        select(func.max(ReviewAnswer.at), func.max(ReviewQuestion.ruled_on))
        .join(ReviewAnswer, ReviewAnswer.question_id == ReviewQuestion.id, isouter=True)
        .where(ReviewQuestion.election_id == election.id)
    ).one()
    days = [answered.astimezone(HALL).date()] if answered else []
    return max([*days, *([ruled] if ruled else [])], default=True)


def candidates_of(session: Session, election: Election) -> list[Candidate]:
    """Everybody who stands, in the order of the ballot."""
    return list(
        session.scalars(
            select(Candidate)
            .join(Office, Office.id == Candidate.office_id)
            .where(Candidate.election_id == election.id)
            .order_by(Office.ordinal, Candidate.ordinal)
        )
    )


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


def open_points(session: Session, election: Election, today: date) -> list[Reason]:
    """Clocks of the review that keep the formal list from being posted: who is not told, may appeal, has appealed.

    Without a name: these sentences are also refusals. Nothing where no review is held.
    """
    standing = review_of(session, election)
    if standing is None or standing.waived is not None:
        return []
    return points_of(candidates_of(session, election), clocks(session, election), today)


def points_of(candidates: Iterable[Candidate], known: Mapping[str, "AppealClock"], today: date) -> list[Reason]:
    """As `open_points`, of what was read already; ``known``: the clocks by candidate."""
    none = AppealClock(None, None, appealed=False, undecided=False)
    reviewed = {one.id: one.review for one in candidates if one.review}
    heard = {candidate: known.get(candidate, none) for candidate in reviewed}
    failed = [heard[candidate] for candidate, outcome in reviewed.items() if outcome == "failed"]
    untold = sum(clock.told is None for clock in failed)
    until = [clock.last for clock in failed if clock.last and clock.runs(today)]
    waiting = sum(clock.undecided for clock in heard.values())
    points = []
    if untold:
        points.append(
            Reason(
                f"有 {untold} 名审查不通过的候选人还没有告知结果：请选举委员会书面告知本人。",
                f"{untold} candidate(s) who did not pass are not told: the election committee tells them in writing.",
            )
        )
    if until:
        points.append(
            Reason(
                f"有 {len(until)} 名候选人的申诉期没有满，到 {max(until)} 为止：请选举工作人员到时再办。",
                f"{len(until)} candidate(s) may still appeal, until {max(until)}: the election official waits.",
            )
        )
    if waiting:
        points.append(
            Reason(
                f"有 {waiting} 项申诉还没有决定：请选举委员会作出决定。",
                f"{waiting} appeal(s) are undecided: the election committee decides them.",
            )
        )
    return points


def clocks(session: Session, election: Election) -> dict[str, "AppealClock"]:
    """Candidate id → the clock of the appeal, for everybody of whom anything was recorded."""
    heard: dict[str, list[ReviewHearing]] = {}
    for one in all_hearings(session, election):
        heard.setdefault(one.candidate_id, []).append(one)
    return {candidate: appeal_clock(rows, election) for candidate, rows in heard.items()}


def ties(session: Session, election: Election) -> list[tuple[str, str, str]]:
    """Which reviewer stays away from whom: display name of the account, name on the roll, relation."""
    rows = session.execute(
        select(Account.display_name, RollEntry.name, ReviewerTie.relation)
        .join(Account, Account.id == ReviewerTie.account_id)
        .join(RollEntry, RollEntry.id == ReviewerTie.roll_entry_id)
        .where(ReviewerTie.election_id == election.id)
        .order_by(Account.display_name, RollEntry.name)
    )
    return [(account, name, relation) for account, name, relation in rows]


@dataclass(frozen=True)
class AppealClock:
    """When a candidate was told the outcome, and until which day an appeal may come; None before being told."""

    told: date | None
    last: date | None
    appealed: bool
    undecided: bool

    def runs(self, today: date) -> bool:
        """Whether an appeal may still come in; one appeal is heard, not several."""
        return self.last is not None and today <= self.last and not self.appealed

    def over(self, today: date) -> bool:
        """Whether the candidate was told, and nothing may come or waits to be decided any more."""
        return self.told is not None and not self.undecided and not self.runs(today)


def appeal_clock(heard: Iterable[ReviewHearing], election: Election) -> AppealClock:
    """The clock of one candidate from what was recorded about him; the day of being told is not counted."""
    rows = list(heard)
    told = max((one.held_on for one in rows if one.kind == "told"), default=None)
    appeals = [one for one in rows if one.kind == "appeal" and told is not None and one.held_on >= told]
    return AppealClock(
        told=told,
        last=rules(election).last_day(told, rules(election).appeal_days.value) if told else None,
        appealed=bool(appeals),
        undecided=any(one.kind == "appeal" and one.decided_on is None for one in rows),
    )


def all_hearings(session: Session, election: Election) -> list[ReviewHearing]:
    """Everything that was told, heard and appealed in this election, the first first."""
    return list(
        session.scalars(
            select(ReviewHearing)
            .where(ReviewHearing.election_id == election.id)
            .order_by(ReviewHearing.held_on, ReviewHearing.id)
        )
    )


def last_word_on(session: Session, election: Election, candidate_id: str) -> date | None:
    """The day of the last answer in time or ruling about one candidate: the outcome is no older than this."""
    about = select(ReviewQuestion.id).where(
        ReviewQuestion.election_id == election.id, ReviewQuestion.candidate_id == candidate_id
    )
    answered = session.scalar(
        select(func.max(ReviewAnswer.at)).where(ReviewAnswer.question_id.in_(about), ReviewAnswer.late.is_(False))
    )
    ruled = session.scalar(select(func.max(ReviewQuestion.ruled_on)).where(ReviewQuestion.id.in_(about)))
    days = [ruled, answered.astimezone(HALL).date() if answered else None]
    return max((day for day in days if day is not None), default=None)
