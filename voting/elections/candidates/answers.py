"""What nominated people answer in writing: accepted, not accepted, withdrawn; and the Party post held beside."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting import journal
from voting.database import transaction
from voting.elections.candidates.actions import Shown, preparing, put_on_list, take_off_list
from voting.elections.candidates.events import NominationAnswered
from voting.elections.candidates.nominating import cut
from voting.elections.candidates.queries import get_candidate
from voting.elections.candidates.tables import Candidate, Nomination
from voting.elections.conflicts import members_leave
from voting.elections.events import CandidateAdded, CandidateDescribed
from voting.elections.queries import office_of, rules
from voting.elections.roll.queries import get_entry
from voting.elections.tables import Election, Office
from voting.elections.texts import typed
from voting.errors import Conflict, Malformed, NotFound, TooLate
from voting.keys import FieldKeys
from voting.law.calendar import HALL, days_before
from voting.law.offices import office_kind
from voting.permissions import Actor


def accept_nomination(
    session: Session, *, election_id: str, nomination_id: str, day: date, keys: FieldKeys, actor: Actor, now: datetime
) -> str:
    """Record the written acceptance; the person joins the list of candidates. Returns the candidate's id.

    Members of the election committee who stand, or whose near relative does, leave it in the same moment (Art. 15).
    Raises NotFound NO_SUCH_NOMINATION; Conflict NOMINATION_ANSWERED, NOT_AMONG_FIRST, CANDIDATE_TWICE; Malformed
    ANSWER_DAY.
    """
    with transaction(session):
        election = preparing(session, election_id)
        row = _open(session, election, nomination_id)
        _require_day(row.received_on, day, now)
        if row.accepted_on is not None:
            raise _answered()
        office = office_of(election, row.office_id)
        _require_among_first(session, election, office, row)
        entry = get_entry(session, election=election, entry_id=row.roll_entry_id)
        row.accepted_on = day
        standing = session.scalar(
            select(Candidate).where(Candidate.office_id == row.office_id, Candidate.roll_entry_id == entry.id)
        )
        candidate = standing or put_on_list(session, election, office=office, entry=entry, shown=Shown(), keys=keys)
        fact = NominationAnswered(election.id, row.id, "accepted", day, actor.account_id)
        journal.record(session, election.community_id, fact, now)
        if standing is None:
            joined = CandidateAdded(election.id, candidate.id, office.title, actor.account_id)
            journal.record(session, election.community_id, joined, now)
        members_leave(session, election, actor=actor, now=now)
        return candidate.id


def _require_among_first(session: Session, election: Election, office: Office, row: Nomination) -> None:
    """From a nominating poll come those with the most votes, no more than the profile's excess allows."""
    if row.way != "poll":
        return
    votes = {
        one.roll_entry_id: one.votes or 0
        for one in session.scalars(
            select(Nomination).where(
                Nomination.office_id == office.id, Nomination.way == "poll", Nomination.withdrawn_on.is_(None)
            )
        )
    }
    excess = rules(election).excess
    if row.roll_entry_id not in cut(votes, office.seats, excess.value[office_kind(office.title)]):
        raise Conflict(
            "NOT_AMONG_FIRST",
            f"这个人的提名票不在{office.title}的前列（{excess.source_zh}）：前面的人书面不接受以后，才轮到后面的人。"
            "请先登记前面的人的答复。",
            f"This person is not among those with the most nomination votes for {office.title} ({excess.source_en}); "
            "first record the answers of those who have more.",
        )


def withdraw_nomination(
    session: Session, *, election_id: str, nomination_id: str, day: date, actor: Actor, now: datetime
) -> None:
    """Record a written answer against: not accepted, or, after an acceptance, withdrawn with every nomination.

    Raises TooLate WITHDRAW_LATE after the profile's last day for whoever had accepted, CANDIDATES_FIXED; NotFound
    NO_SUCH_NOMINATION; Malformed ANSWER_DAY.
    """
    with transaction(session):
        election = preparing(session, election_id)
        row = _open(session, election, nomination_id)
        _require_day(row.received_on, day, now)
        if row.accepted_on is None:
            _answer(session, election, [row], "declined", day=day, actor=actor, now=now)
            return
        _require_in_time(election, day, now)
        _leave(session, election, row.roll_entry_id, day=day, actor=actor, now=now)


def withdraw_candidate(
    session: Session, *, election_id: str, candidate_id: str, day: date, actor: Actor, now: datetime
) -> None:
    """Record a candidate's written withdrawal, however the candidacy came about; also from a list that was posted.

    Raises TooLate WITHDRAW_LATE, CANDIDATES_FIXED; NotFound NO_SUCH_CANDIDATE; Malformed ANSWER_DAY.
    """
    with transaction(session):
        election = preparing(session, election_id)
        candidate = get_candidate(session, election=election, candidate_id=candidate_id)
        _require_day(None, day, now)
        _require_in_time(election, day, now)
        _leave(session, election, candidate.roll_entry_id, day=day, actor=actor, now=now)


def _leave(session: Session, election: Election, person: str, *, day: date, actor: Actor, now: datetime) -> None:
    rows = session.scalars(
        select(Nomination).where(
            Nomination.election_id == election.id,
            Nomination.roll_entry_id == person,
            Nomination.withdrawn_on.is_(None),
        )
    )
    _answer(session, election, list(rows), "withdrawn", day=day, actor=actor, now=now)
    standing = session.scalar(
        select(Candidate).where(Candidate.election_id == election.id, Candidate.roll_entry_id == person)
    )
    if standing is not None:
        take_off_list(session, election, standing, on_record=True, actor=actor, now=now)


def _answer(
    session: Session,
    election: Election,
    rows: Sequence[Nomination],
    answer: str,
    *,
    day: date,
    actor: Actor,
    now: datetime,
) -> None:
    for row in rows:
        # A nomination that came in after the day that the paper bears.
        row.withdrawn_on = max(day, row.received_on)
        fact = NominationAnswered(election.id, row.id, answer, day, actor.account_id)
        journal.record(session, election.community_id, fact, now)


def _open(session: Session, election: Election, nomination_id: str) -> Nomination:
    row = session.get(Nomination, nomination_id)
    if row is None or row.election_id != election.id:
        raise NotFound(
            "NO_SUCH_NOMINATION", "没有这份提名，请刷新页面。", "There is no such nomination; reload the page."
        )
    if row.withdrawn_on is not None:
        raise _answered()
    return row


def _require_day(received: date | None, day: date, now: datetime) -> None:
    if not (received or day) <= day <= now.astimezone(HALL).date():
        raise Malformed(
            "ANSWER_DAY",
            "书面接受或退出的日期不能早于提名，也不能在将来。请改日期。",
            "The written answer is not before the nomination, nor in the future; correct the day.",
        )


def _require_in_time(election: Election, day: date, now: datetime) -> None:
    ruled = rules(election).withdraw_days
    last = days_before(election.day, ruled.value)
    if max(day, now.astimezone(HALL).date()) > last:
        raise TooLate(
            "WITHDRAW_LATE",
            f"退出候选的最后一天是 {last}（选举日的 {ruled.value} 日以前，{ruled.source_zh}），现在不能再退出；"
            "当选后不愿担任的，请在当选后书面辞去。",
            f"The last day to withdraw was {last} ({ruled.value} day(s) before the election, {ruled.source_en}); "
            "somebody who is elected against their wish must resign in writing.",
        )


def _answered() -> Conflict:
    return Conflict(
        "NOMINATION_ANSWERED",
        "这份提名已经办过，不用再办。",
        "This nomination has been answered already; nothing is left to do.",
    )


def note_party_post(
    session: Session, *, election_id: str, candidate_id: str, post: str, actor: Actor, now: datetime
) -> None:
    """Note the Party post a candidate holds beside (组织法 8); empty takes it back. It gives no right to the office.

    Raises NotFound NO_SUCH_CANDIDATE; Malformed TEXT_…; TooLate CANDIDATES_FIXED.
    """
    post = typed(post, zh="兼任的党组织职务", en="Party post", most=20)
    with transaction(session):
        election = preparing(session, election_id)
        candidate = get_candidate(session, election=election, candidate_id=candidate_id)
        if candidate.party_post != post:
            candidate.party_post = post
            fact = CandidateDescribed(election.id, candidate.id, ("party_post",), actor.account_id)
            journal.record(session, election.community_id, fact, now)
