"""Who stands in a poll that follows another: those whom the earlier poll's votes put there, and nobody's choice.

居委会组织法 19: candidates of 另行选举 are those with the most votes who were not elected. Whoever declines or is
barred leaves with a ground on record, and the next by votes moves up; others are named only where the votes leave no
choice.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from voting import journal
from voting.elections.candidates.tables import Candidate, TakenOver
from voting.elections.events import CandidateAdded
from voting.elections.roll.tables import RollEntry
from voting.elections.tables import Election, Office
from voting.errors import Conflict
from voting.law.polls import Kind, by_candidates
from voting.permissions import Actor

#: Between those tied alone, or between yes and no.
_FIXED: Final = (Kind.REVOTE, Kind.RECALL)
_STANDS: Final = (
    *("name", "sex", "age", "trade", "introduction", "education", "politics", "nation", "photo", "photo_type"),
    *("declared", "checked", "checked_by", "party_post"),
)


def as_they_stood(old: Candidate) -> dict[str, Any]:
    """What a candidate of the last poll takes along into the next."""
    return {name: getattr(old, name) for name in _STANDS}


def taken_over(session: Session, office_id: str) -> dict[str, TakenOver]:
    """Roll entry → whom the earlier poll's votes let stand for this office, the most votes first; those who left not
    among them."""
    rows = select(TakenOver).where(TakenOver.office_id == office_id, TakenOver.left.is_(False))
    return {row.roll_entry_id: row for row in session.scalars(rows.order_by(TakenOver.place))}


def require_may_join(session: Session, election: Election, office: Office) -> None:
    """Refuse a new name where the list is the earlier poll's: Conflict NEXT_CANDIDATES_FIXED."""
    if election.kind in _FIXED:
        raise _fixed()
    if len(taken_over(session, office.id)) > office.seats:
        raise Conflict(
            "NEXT_CANDIDATES_FIXED",
            f"{office.title}的候选人是前一次投票中得票多而未当选的人（组织法第十九条），不能另外提名；有人书面退出或者"
            "有法定情形的，请先登记，得票的下一名随即递补。",
            f"The candidates for {office.title} are those with the most votes who were not elected (Art. 19); nobody "
            "else is nominated. First record that one withdrew or is barred; then the next by votes moves up.",
        )


def require_may_leave(session: Session, election: Election, candidate: Candidate, *, on_record: bool) -> None:
    """Refuse to take somebody off whom the votes put there, without a ground: Conflict NEXT_CANDIDATES_FIXED."""
    if election.kind in _FIXED:
        raise _fixed()
    if not on_record and candidate.roll_entry_id in taken_over(session, candidate.office_id):
        raise Conflict(
            "NEXT_CANDIDATES_FIXED",
            f"{candidate.name} 是按前一次投票的得票成为候选人的，不能直接移除：本人书面退出的请登记“书面退出”，"
            "有法定情形的请先在“核对条件”里记下。",
            f"{candidate.name} stands by the votes of the earlier poll and is not simply removed: record the written "
            "withdrawal, or first record the statutory bar under “Check”.",
        )


def next_moves_up(session: Session, election: Election, gone: Candidate, *, actor: Actor, now: datetime) -> None:
    """After ``gone`` left: the next by votes stands, and who has as many votes; each an entry of the log."""
    ranked = taken_over(session, gone.office_id)
    row = ranked.pop(gone.roll_entry_id, None)
    if row is None:
        return
    row.left = True
    office = session.get_one(Office, gone.office_id)
    listed = session.scalar(
        select(func.count()).select_from(TakenOver).where(TakenOver.office_id == office.id, TakenOver.listed)
    )
    votes = {entry: one.votes for entry, one in ranked.items()}
    stands = by_candidates(votes, (), office.seats, extra=max((listed or 0) - office.seats, 0)).candidates
    there = set(session.scalars(select(Candidate.roll_entry_id).where(Candidate.election_id == election.id)))
    last = session.scalar(select(func.max(Candidate.ordinal)).where(Candidate.office_id == office.id)) or 0
    for entry in (one for one in ranked if one in stands and one not in there):
        last += 1
        made = _moved_up(session, election, ranked[entry], ordinal=last)
        journal.record(
            session, election.community_id, CandidateAdded(election.id, made.id, office.title, actor.account_id), now
        )


def _moved_up(session: Session, election: Election, row: TakenOver, *, ordinal: int) -> Candidate:
    entry = session.get_one(RollEntry, row.roll_entry_id)
    said: dict[str, Any] = {"name": entry.name, "sex": entry.sex, "age": row.age, "trade": ""}
    if row.stood_id is not None:
        said = as_they_stood(session.get_one(Candidate, row.stood_id))
    place = {"election_id": election.id, "office_id": row.office_id, "roll_entry_id": entry.id, "ordinal": ordinal}
    made = Candidate(**said, **place)
    session.add(made)
    session.flush()
    return made


def _fixed() -> Conflict:
    return Conflict(
        "NEXT_CANDIDATES_FIXED",
        "再次投票只在票数相同的人之间进行，罢免只有同意和不同意，候选人不能变动；当选后不愿担任的，请书面辞去，"
        "有法定情形的，请在当选后宣布当选无效。",
        "A re-vote is between those tied alone, and a recall between yes and no: nobody joins or leaves. Keep the "
        "list; whoever is elected may resign in writing; where a win is against the law, declare it void afterwards.",
    )
