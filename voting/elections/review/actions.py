"""The course of the joint review: criteria adopted, the street asked first, then the departments, answers taken.

Who only answers sees the questions of one department; what is answered is sealed before it is stored.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from voting import journal
from voting.database import random_id, transaction
from voting.elections.candidates.actions import preparing
from voting.elections.candidates.rules import BARS, bars
from voting.elections.candidates.tables import Candidate
from voting.elections.committee.rules import RELATIONS
from voting.elections.queries import law_in_force
from voting.elections.review import queries
from voting.elections.review.events import (
    CriteriaAdopted,
    ReviewAnswered,
    ReviewerTied,
    ReviewOpened,
    ReviewSettled,
)
from voting.elections.review.evidence import type_of
from voting.elections.review.rules import Criterion, full_on, read_items, still_counts
from voting.elections.review.tables import CriteriaSet, Review, ReviewAnswer, ReviewerTie, ReviewQuestion
from voting.elections.roll.queries import get_entry
from voting.elections.tables import Election
from voting.elections.texts import reason as typed_reason
from voting.elections.texts import typed
from voting.errors import Conflict, Malformed, NotAllowed, NotEligible, TooEarly
from voting.keys import FieldKeys
from voting.law.calendar import HALL
from voting.permissions import DEPARTMENTS, Actor

STREET = "street"


def adopt_criteria(
    session: Session,
    *,
    election_id: str,
    items: Sequence[Mapping[str, Any]],
    preset: str,
    actor: Actor,
    now: datetime,
) -> int:
    """The committee adopts its local criteria as the next version; the statutory bars stand beside every version.

    Raises Malformed CRITERION; Conflict REVIEW_OPEN once questions have gone out.
    """
    with transaction(session):
        election = preparing(session, election_id)
        if queries.review_of(session, election) is not None:
            raise _already()
        read = read_items(items, DEPARTMENTS, BARS)
        before = queries.criteria_set(session, election)
        number = before.number + 1 if before else 1
        stored = [one.as_json() for one in read]
        session.add(
            CriteriaSet(
                election_id=election.id,
                number=number,
                adopted_on=now.astimezone(HALL).date(),
                preset=preset[:40],
                items=stored,
            )
        )
        canonical = json.dumps(stored, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        digest = hashlib.sha256(canonical).hexdigest()
        fact = CriteriaAdopted(election.id, number, len(stored), digest, actor.account_id)
        journal.record(session, election.community_id, fact, now)
        return number


def waive_review(session: Session, *, election_id: str, why: str, actor: Actor, now: datetime) -> None:
    """Record the committee's decision to hold no joint review. Raises Conflict REVIEW_OPEN; Malformed TEXT_…."""
    why = typed_reason(why, least=4)
    with transaction(session):
        election = preparing(session, election_id)
        if queries.review_of(session, election) is not None:
            raise _already()
        session.add(Review(election_id=election.id, waived=why, criteria=0))
        fact = ReviewOpened(election.id, "none", 0, (), 0, None, actor.account_id)
        journal.record(session, election.community_id, fact, now)


def open_review(session: Session, *, election_id: str, due: date, actor: Actor, now: datetime) -> None:
    """After the community's own check, ask the street about every candidate.

    Raises Conflict REVIEW_OPEN, NO_CANDIDATES; TooEarly SELF_CHECK_OPEN; Malformed REVIEW_DUE.
    """
    with transaction(session):
        election = preparing(session, election_id)
        _require_due(election, due, now)
        review = queries.review_of(session, election)
        if review is not None and (review.waived is None or review.department_due is not None):
            raise _already()
        if review is not None:
            # A decision to hold none is overtaken by holding one.
            session.delete(review)
            session.flush()
        standing = queries.candidates_of(session, election)
        _require_self_check(election, standing)
        adopted = queries.criteria_set(session, election)
        review = Review(election_id=election.id, criteria=adopted.number if adopted else 0, street_due=due)
        session.add(review)
        session.flush()
        _ask(session, election, standing, (STREET,), due)
        fact = ReviewOpened(election.id, STREET, review.criteria, (STREET,), len(standing), due, actor.account_id)
        journal.record(session, election.community_id, fact, now)
        settle(session, election, now)


def ask_departments(
    session: Session,
    *,
    election_id: str,
    departments: Sequence[str],
    due: date,
    actor: Actor,
    now: datetime,
) -> None:
    """After the street's first review, put every candidate before the departments of the district.

    Candidates who came later are put before the street and the departments by asking again. Raises TooEarly
    REVIEW_NOT_OPEN, STREET_REVIEW_OPEN; Malformed REVIEW_DUE, DEPARTMENTS.
    """
    with transaction(session):
        election = preparing(session, election_id)
        _require_due(election, due, now)
        review = queries.review_of(session, election)
        if review is None or review.waived is not None:
            raise TooEarly(
                "REVIEW_NOT_OPEN",
                "资格联审还没有开始：请先做社区自审，再提请街道初审。",
                "The review is not open: check in the community first, then ask the street.",
            )
        chosen = tuple(dict.fromkeys(departments))
        if not chosen or not set(chosen) <= DEPARTMENTS.keys() - {STREET}:
            raise Malformed(
                "DEPARTMENTS", "请至少选一个联审部门。", "Choose one department at least for the joint review."
            )
        today = now.astimezone(HALL).date()
        waiting = [one.name for one in queries.questions(session, election, today, [STREET]) if not one.verdict]
        if waiting:
            raise TooEarly(
                "STREET_REVIEW_OPEN",
                f"街道还没有答复：{'、'.join(waiting)}。请等街道初审答复或期满再提请联审。",
                f"The street has not answered about {', '.join(waiting)}; wait for it or for its deadline.",
            )
        standing = queries.candidates_of(session, election)
        _require_self_check(election, standing)
        review.department_due = due
        made = _ask(session, election, standing, (STREET, *chosen), due)
        fact = ReviewOpened(election.id, "department", review.criteria, chosen, made, due, actor.account_id)
        journal.record(session, election.community_id, fact, now)
        settle(session, election, now)


def _ask(
    session: Session, election: Election, standing: Sequence[Candidate], departments: Sequence[str], due: date
) -> int:
    """Questions that are not there yet; how many were made."""
    rows = session.execute(
        select(ReviewQuestion.candidate_id, ReviewQuestion.department).where(ReviewQuestion.election_id == election.id)
    )
    present = {(candidate, department) for candidate, department in rows}
    missing = [(one, each) for one in standing for each in departments if (one.id, each) not in present]
    session.add_all(
        ReviewQuestion(
            election_id=election.id,
            candidate_id=one.id,
            roll_entry_id=one.roll_entry_id,
            level="street" if department == STREET else "department",
            department=department,
            due=due,
        )
        for one, department in missing
    )
    session.flush()
    return len(missing)


@dataclass(frozen=True)
class Answer:
    """What a department says: ``verdict`` clear, problem or verify; a problem names the criterion it rests on.

    ``event``: the day from which a criterion with a look-back counts (the decision, or the end of the penalty).
    """

    verdict: str
    clause: str = ""
    words: str = ""
    evidence: bytes | None = None
    event: date | None = None


def answer_question(
    session: Session,
    *,
    election_id: str,
    question_id: str,
    answer: Answer,
    departments: frozenset[str],
    keys: FieldKeys,
    actor: Actor,
    now: datetime,
) -> bool:
    """Take a department's answer; True when it came in time. A late one is kept as late and changes nothing.

    ``departments``: those the actor answers for over this community. Raises NotFound NO_SUCH_QUESTION; NotAllowed
    REVIEWER_KIN; Malformed ANSWER_FORM, EVENT_DAY, EVIDENCE_FORMAT, TEXT_…; NotEligible LOOK_BACK_OVER; TooLarge
    EVIDENCE_TOO_LARGE; TooLate CANDIDATES_FIXED.
    """
    words = typed(answer.words, zh="说明", en="Explanation", most=1000)
    evidence_type = type_of(answer.evidence) if answer.evidence else None
    with transaction(session):
        election = preparing(session, election_id)
        row = queries.question(session, election, question_id, departments)
        require_not_kin(session, election, row.roll_entry_id, actor)
        criterion = _criterion(session, election, answer)
        if criterion is not None:
            _require_counting(election, criterion, answer.event, now.astimezone(HALL).date())
        late = now.astimezone(HALL).date() > row.due
        if not late:
            # A ruling is about the answer it was made on: ruling early must not defeat what is answered in time.
            row.ruling = row.ruling_sealed = row.ruled_on = None
        before = session.scalar(select(func.max(ReviewAnswer.at)).where(ReviewAnswer.question_id == row.id))
        made = random_id()
        content = {
            "clause": answer.clause,
            "words": words,
            "event": answer.event.isoformat() if answer.event and criterion else "",
        }
        sealed = json.dumps(content, ensure_ascii=False).encode()
        session.add(
            ReviewAnswer(
                id=made,
                question_id=row.id,
                by_id=actor.account_id,
                # Answers of one instant keep their order.
                at=max(now, before + timedelta(microseconds=1)) if before else now,
                late=late,
                verdict=answer.verdict,
                kind=criterion.kind if criterion else None,
                sealed=keys.seal(sealed, made),
                evidence=keys.seal(answer.evidence, f"{made}/evidence") if answer.evidence else None,
                evidence_type=evidence_type,
            )
        )
        fact = ReviewAnswered(election.id, row.id, made, row.department, late, actor.account_id)
        journal.record(session, election.community_id, fact, now)
        settle(session, election, now)
        return not late


def require_not_kin(session: Session, election: Election, person: str, actor: Actor) -> None:
    """Nobody reviews, or looks into, themselves or a near relative. Raises NotAllowed REVIEWER_KIN."""
    if person in queries.tied(session, election, actor.account_id):
        raise NotAllowed(
            "REVIEWER_KIN",
            "您与这位候选人是同一人或近亲属，不能答复，也不能查看；请本部门另一位工作人员来办。",
            "You are this candidate or a near relative; you answer and see nothing here. Ask a colleague to do it.",
        )


def _criterion(session: Session, election: Election, answer: Answer) -> Criterion | None:
    """The criterion a problem rests on; None for every other answer. Raises Malformed ANSWER_FORM."""
    review = queries.review_of(session, election)
    known = {one.code: one for one in queries.criteria(session, election, review.criteria if review else 0)}
    problem = answer.verdict == "problem"
    if answer.verdict not in ("clear", "problem", "verify") or problem != (answer.clause in known):
        raise Malformed(
            "ANSWER_FORM",
            "请选“无问题”“有问题”或“需核实”；有问题的要选所依据的条款。",
            "Choose clear, problem or verify; a problem names the clause it rests on.",
        )
    if answer.evidence and not problem:
        raise Malformed(
            "ANSWER_FORM",
            "只有答复“有问题”才附证据，请改一下。",
            "Evidence goes with a problem only; change the answer.",
        )
    return known[answer.clause] if problem else None


def _require_counting(election: Election, criterion: Criterion, event: date | None, today: date) -> None:
    """A criterion that looks back some years counts only what lies within them on the election day."""
    if not criterion.years:
        return
    if event is None or event > today:
        raise Malformed(
            "EVENT_DAY",
            f"这一条只看 {criterion.years} 年以内：请填处理决定或者刑满的日期，不能在将来。",
            f"This item looks back {criterion.years} years: give the day of the decision, or of the end of the "
            "penalty; not one in the future.",
        )
    if not still_counts(criterion, event, election.day):
        full = full_on(event, criterion.years)
        raise NotEligible(
            "LOOK_BACK_OVER",
            f"从 {event} 起到 {full} 已满 {criterion.years} 年，选举日 {election.day} 不再适用这一条：请答复无问题，"
            "或改填所依据的条款。",
            f"From {event} the {criterion.years} years are full on {full}; on the election day {election.day} this "
            "item no longer applies: answer clear, or name the clause that does.",
        )


def tie_reviewer(
    session: Session,
    *,
    election_id: str,
    account_id: str,
    person: str,
    relation: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Record that a reviewer is somebody on the roll (``self``) or a near relative of theirs.

    Raises NotFound ROLL_NO_ENTRY; Malformed KINSHIP_PAIR; Conflict TIE_RECORDED.
    """
    if relation not in ("self", *RELATIONS):
        raise Malformed("KINSHIP_PAIR", "请选亲属关系。", "Choose how they are related.")
    with transaction(session):
        election = preparing(session, election_id)
        entry = get_entry(session, election=election, entry_id=person)
        if session.get(ReviewerTie, (election.id, account_id, entry.id)) is not None:
            raise Conflict(
                "TIE_RECORDED", "这项关系已经登记，不用再登记。", "This tie is recorded already; nothing is left to do."
            )
        session.add(
            ReviewerTie(election_id=election.id, account_id=account_id, roll_entry_id=entry.id, relation=relation)
        )
        fact = ReviewerTied(election.id, account_id, actor.account_id)
        journal.record(session, election.community_id, fact, now)


def settle(session: Session, election: Election, now: datetime) -> None:
    """Write where each candidate's review stands to the candidate, and log the changes, within the transaction."""
    session.flush()
    outcomes = queries.outcomes(session, election, now.astimezone(HALL).date())
    for candidate in queries.candidates_of(session, election):
        stands = outcomes[candidate.id].outcome if candidate.id in outcomes else candidate.review
        if stands != candidate.review:
            before, candidate.review = candidate.review, stands
            if "passed" in (before, stands):
                fact = ReviewSettled(election.id, candidate.id, stands == "passed")
                journal.record(session, election.community_id, fact, now)


def _require_due(election: Election, due: date, now: datetime) -> None:
    if not now.astimezone(HALL).date() <= due < election.day:
        raise Malformed(
            "REVIEW_DUE",
            "答复期限要在今天到选举日前一天之间。请改日期。",
            "The deadline lies between today and the day before the election; correct it.",
        )


def _require_self_check(election: Election, standing: Sequence[Candidate]) -> None:
    if not standing:
        raise Conflict(
            "NO_CANDIDATES", "还没有候选人，请先登记提名和接受。", "Nobody stands yet; record nominations first."
        )
    codes = bars(law_in_force(election)).keys()
    unchecked = [one.name for one in standing if not codes <= one.declared.keys() & one.checked.keys()]
    if unchecked:
        raise TooEarly(
            "SELF_CHECK_OPEN",
            f"社区自审没有做完：{'、'.join(unchecked)}。请先逐项核对法定条件。",
            f"The community's own check is open for {', '.join(unchecked)}; check the statutory bars first.",
        )


def _already() -> Conflict:
    return Conflict(
        "REVIEW_OPEN",
        "资格联审已经开始或已有决定，不用再办。",
        "The joint review is open, or decided about, already; nothing is left to do.",
    )
