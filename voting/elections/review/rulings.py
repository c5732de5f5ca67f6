"""The committee's side of the review: looking (always logged), hearing the candidate, appeals, rulings."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from voting import journal
from voting.database import random_id, transaction
from voting.elections.candidates.actions import preparing, take_off_list
from voting.elections.candidates.queries import get_candidate
from voting.elections.candidates.tables import Candidate
from voting.elections.queries import locked, rules
from voting.elections.review import queries
from voting.elections.review.actions import require_not_kin, settle
from voting.elections.review.events import ReviewHeard, ReviewLooked, ReviewRuled
from voting.elections.review.queries import Asked
from voting.elections.review.rules import HEARINGS, RULINGS
from voting.elections.review.tables import ReviewAnswer, ReviewHearing, ReviewQuestion
from voting.elections.tables import Election
from voting.elections.texts import typed
from voting.errors import Conflict, Malformed, NotFound, TooEarly, TooLate
from voting.keys import FieldKeys
from voting.law.calendar import HALL
from voting.permissions import DEPARTMENTS, Actor


@dataclass(frozen=True)
class Opened:
    """One answer opened for a reader whose look is in the log."""

    id: str
    late: bool
    at: datetime
    verdict: str
    clause: str
    words: str
    evidence_type: str | None
    event: str = ""


@dataclass(frozen=True)
class Known:
    """Everything one department said about one candidate."""

    asked: Asked
    answers: tuple[Opened, ...]


@dataclass(frozen=True)
class Heard:
    """One hearing or appeal, opened."""

    id: str
    kind: str
    held_on: date
    words: str
    decided_on: date | None
    upheld: bool | None


def look(
    session: Session, *, election_id: str, candidate_id: str, keys: FieldKeys, actor: Actor, now: datetime
) -> tuple[list[Known], list[Heard]]:
    """Open what is known about one candidate; the look is in the log before anything is shown.

    Raises NotFound NOT_REVIEWED; NotAllowed REVIEWER_KIN.
    """
    with transaction(session):
        election = locked(session, election_id)
        asked = [
            one
            for one in queries.questions(session, election, now.astimezone(HALL).date())
            if one.candidate_id == candidate_id
        ]
        if not asked:
            raise NotFound(
                "NOT_REVIEWED",
                "这位候选人还没有提请审查，请先开始资格联审。",
                "Nothing was asked about this candidate yet; open the review first.",
            )
        require_not_kin(session, election, asked[0].person, actor)
        fact = ReviewLooked(election.id, candidate_id, "candidate", actor.account_id)
        journal.record(session, election.community_id, fact, now)
        known = [Known(one, tuple(opened(session, one.id, keys))) for one in asked]
        return known, [_heard(one, keys) for one in queries.hearings(session, election, candidate_id)]


def opened(session: Session, question_id: str, keys: FieldKeys) -> list[Opened]:
    """Every answer to one question, opened; the caller has logged the look."""
    rows = session.scalars(
        select(ReviewAnswer).where(ReviewAnswer.question_id == question_id).order_by(ReviewAnswer.at)
    )
    found = []
    for row in rows:
        content = json.loads(keys.open(row.sealed, row.id))
        said = (content["clause"], content["words"], row.evidence_type, content["event"])
        found.append(Opened(row.id, row.late, row.at, row.verdict, *said))
    return found


def _heard(row: ReviewHearing, keys: FieldKeys) -> Heard:
    words = keys.open(row.sealed, row.id).decode()
    return Heard(row.id, row.kind, row.held_on, words, row.decided_on, row.upheld)


def open_evidence(
    session: Session,
    *,
    election_id: str,
    answer_id: str,
    departments: frozenset[str] | None,
    keys: FieldKeys,
    actor: Actor,
    now: datetime,
) -> tuple[bytes, str]:
    """One piece of evidence and its type; the look is logged. ``departments``: None for the committee, which sees all.

    Raises NotFound NO_EVIDENCE; NotAllowed REVIEWER_KIN.
    """
    with transaction(session):
        election = locked(session, election_id)
        row = session.get(ReviewAnswer, answer_id, options=[undefer(ReviewAnswer.evidence)])
        about = session.get(ReviewQuestion, row.question_id) if row else None
        if (
            row is None
            or about is None
            or about.election_id != election.id
            or row.evidence is None
            or row.evidence_type is None
            or (departments is not None and about.department not in departments)
        ):
            raise NotFound("NO_EVIDENCE", "没有这份证据，请刷新页面。", "There is no such evidence; reload the page.")
        require_not_kin(session, election, about.roll_entry_id, actor)
        fact = ReviewLooked(election.id, row.id, "evidence", actor.account_id)
        journal.record(session, election.community_id, fact, now)
        return keys.open(row.evidence, f"{row.id}/evidence"), row.evidence_type


def rule(
    session: Session,
    *,
    election_id: str,
    question_id: str,
    ruling: str,
    why: str,
    keys: FieldKeys,
    actor: Actor,
    now: datetime,
) -> None:
    """The committee lets a finding (or a silence) stand, or sets it aside; a later ruling replaces an earlier one.

    A finding of 不能 is set aside only after the candidate was heard or an appeal was upheld; 需核实 is ruled on only
    after the deadline; an answer that comes in time ends the ruling. Raises NotFound NO_SUCH_QUESTION; Conflict
    NOTHING_TO_RULE, NOT_HEARD; TooEarly VERIFY_RUNS; NotAllowed REVIEWER_KIN; Malformed RULING, TEXT_LENGTH.
    """
    why = typed(why, zh="理由", en="Reason", most=1000, least=4)
    if ruling not in RULINGS:
        raise Malformed("RULING", "请选成立或不成立。", "Choose whether the finding stands or is set aside.")
    with transaction(session):
        election = preparing(session, election_id)
        row = queries.question(session, election, question_id, DEPARTMENTS)
        require_not_kin(session, election, row.roll_entry_id, actor)
        today = now.astimezone(HALL).date()
        asked = next(one for one in queries.questions(session, election, today, [row.department]) if one.id == row.id)
        if asked.verdict in ("", "clear"):
            raise Conflict(
                "NOTHING_TO_RULE",
                "这个部门没有提出问题，或期限还没有到，不用认定。",
                "This department found nothing, or its time is not over; nothing is to be ruled.",
            )
        if asked.verdict == "verify" and today <= row.due:
            raise TooEarly(
                "VERIFY_RUNS",
                f"这个部门还在核实，答复期限到 {row.due} 为止；请等答复，或到期以后再认定。",
                f"This department is still verifying and may answer until {row.due}; wait for it, or rule after that.",
            )
        if ruling == "set_aside" and asked.verdict == "problem":
            _require_heard(session, election, row.candidate_id)
        row.ruling, row.ruled_on = ruling, today
        row.ruling_sealed = keys.seal(why.encode(), row.id)
        journal.record(session, election.community_id, ReviewRuled(election.id, row.id, actor.account_id), now)
        settle(session, election, now)


def hear(
    session: Session,
    *,
    election_id: str,
    candidate_id: str,
    kind: str,
    held_on: date,
    words: str,
    keys: FieldKeys,
    actor: Actor,
    now: datetime,
) -> str:
    """Record that the candidate was told the outcome (``told``), heard (``hearing``) or appealed (``appeal``).

    Being told begins the days for an appeal. Returns the id. Raises Malformed HEARING_FORM, TEXT_LENGTH; NotFound
    NOT_REVIEWED; TooEarly OUTCOME_OPEN, APPEAL_EARLY; TooLate APPEAL_LATE; NotAllowed REVIEWER_KIN.
    """
    words = typed(words, zh="内容", en="Words", most=2000, least=1)
    today = now.astimezone(HALL).date()
    if kind not in HEARINGS or held_on > today:
        raise Malformed(
            "HEARING_FORM",
            "请选告知、陈述或申诉，日期不能在将来。",
            "Choose told, hearing or appeal, and a day that has come.",
        )
    with transaction(session):
        election = preparing(session, election_id)
        about = [one for one in queries.questions(session, election, today) if one.candidate_id == candidate_id]
        if not about:
            raise NotFound(
                "NOT_REVIEWED",
                "这位候选人还没有提请审查，请先开始资格联审。",
                "Nothing was asked about this candidate yet; open the review first.",
            )
        require_not_kin(session, election, about[0].person, actor)
        _require_turn(session, election, candidate_id, kind, held_on)
        made = random_id()
        session.add(
            ReviewHearing(
                id=made,
                election_id=election.id,
                candidate_id=candidate_id,
                kind=kind,
                held_on=held_on,
                sealed=keys.seal(words.encode(), made),
            )
        )
        fact = ReviewHeard(election.id, made, kind, held_on, actor.account_id)
        journal.record(session, election.community_id, fact, now)
        return made


def _require_turn(session: Session, election: Election, candidate_id: str, kind: str, held_on: date) -> None:
    """Nobody is told an outcome that is not there yet; an appeal comes after that, within its days."""
    candidate = session.get(Candidate, candidate_id)
    settled = queries.last_word_on(session, election, candidate_id)
    if kind == "told" and (
        candidate is None or candidate.review not in ("passed", "failed") or (settled is not None and held_on < settled)
    ):
        raise TooEarly(
            "OUTCOME_OPEN",
            f"告知不能早于联审结论（最后一次答复或认定：{settled or '还没有'}）。请办完联审再告知本人，并核对日期。",
            f"A candidate is told after the outcome (last answer or ruling: {settled or 'none yet'}); bring the review "
            "to its end, then tell the candidate, and check the day.",
        )
    clock = queries.appeal_clock(queries.hearings(session, election, candidate_id), election)
    if kind == "appeal" and (clock.told is None or held_on < clock.told):
        raise TooEarly(
            "APPEAL_EARLY",
            "还没有把结果告知本人，谈不上申诉：对审查有话要说，请登记为“听取陈述”。",
            "The candidate has not been told the outcome yet; enter what the candidate says now as a hearing.",
        )
    if kind == "appeal" and clock.last is not None and held_on > clock.last:
        ruled = rules(election).appeal_days
        raise TooLate(
            "APPEAL_LATE",
            f"申诉应在告知后 {ruled.value} 日内提出（{ruled.source_zh}），{clock.told} 告知，最后一天是 {clock.last}；"
            "请书面答复本人，仍有意见的可向街道（乡镇）反映。",
            f"An appeal comes within {ruled.value} days of being told ({ruled.source_en}); told on {clock.told}, the "
            f"last day was {clock.last}. Give a written answer; the street hears whoever still disagrees.",
        )


def strike(session: Session, *, election_id: str, candidate_id: str, actor: Actor, now: datetime) -> None:
    """Leave a candidate who did not pass out of the list, once told and after the time to appeal.

    Raises NotFound NO_SUCH_CANDIDATE; Conflict NOT_FAILED; TooEarly NOT_TOLD, APPEAL_RUNS; NotAllowed REVIEWER_KIN.
    """
    with transaction(session):
        election = preparing(session, election_id)
        candidate = get_candidate(session, election=election, candidate_id=candidate_id)
        require_not_kin(session, election, candidate.roll_entry_id, actor)
        if candidate.review != "failed":
            raise Conflict(
                "NOT_FAILED",
                "这位候选人没有“不通过”的结论，不能办理不列入名单。请刷新页面。",
                "This candidate has no outcome “not passed” and is not struck; reload the page.",
            )
        clock = queries.appeal_clock(queries.hearings(session, election, candidate.id), election)
        if clock.told is None:
            raise TooEarly(
                "NOT_TOLD",
                "请先把审查结果书面告知本人并登记，申诉期过后再办。",
                "First tell the candidate the outcome in writing and record it; then wait for the appeal.",
            )
        if not clock.over(now.astimezone(HALL).date()):
            zh = "申诉还没有决定，请先作出决定。"
            en = "The appeal is undecided; decide it first."
            if not clock.undecided:
                zh = f"申诉期到 {clock.last} 为止，请到时再办。"
                en = f"The candidate may appeal until {clock.last}; come back then."
            raise TooEarly("APPEAL_RUNS", zh, en)
        take_off_list(session, election, candidate, on_record=True, actor=actor, now=now)


def decide_appeal(
    session: Session, *, election_id: str, hearing_id: str, upheld: bool, actor: Actor, now: datetime
) -> None:
    """Decide an appeal. Upheld, it lets the committee set the finding aside by a ruling of its own, with reasons.

    Raises NotFound NO_SUCH_APPEAL; Conflict APPEAL_DECIDED; NotAllowed REVIEWER_KIN.
    """
    with transaction(session):
        election = preparing(session, election_id)
        row = session.get(ReviewHearing, hearing_id)
        if row is None or row.election_id != election.id or row.kind != "appeal":
            raise NotFound("NO_SUCH_APPEAL", "没有这项申诉，请刷新页面。", "There is no such appeal; reload the page.")
        asked = select(ReviewQuestion.roll_entry_id).where(
            ReviewQuestion.election_id == election.id, ReviewQuestion.candidate_id == row.candidate_id
        )
        for person in session.scalars(asked.limit(1)).all():
            require_not_kin(session, election, person, actor)
        if row.decided_on is not None:
            raise Conflict(
                "APPEAL_DECIDED",
                "这项申诉已经决定，不用再办。",
                "This appeal is decided already; nothing is left to do.",
            )
        row.decided_on, row.upheld = now.astimezone(HALL).date(), upheld
        fact = ReviewHeard(election.id, row.id, "decision", row.decided_on, actor.account_id)
        journal.record(session, election.community_id, fact, now)


def _require_heard(session: Session, election: Election, candidate_id: str) -> None:
    heard = queries.hearings(session, election, candidate_id)
    if not any(one.kind == "hearing" or one.upheld for one in heard):
        raise Conflict(
            "NOT_HEARD",
            "请先听取候选人陈述，或决定申诉成立，再认定这项问题不成立。",
            "Hear the candidate first, or uphold an appeal; only then may the finding be set aside.",
        )
