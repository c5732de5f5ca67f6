"""The staff of the poll and the count: appointed free of conflicts, sworn in, let go."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting import journal
from voting.database import transaction
from voting.elections.committee.actions import running
from voting.elections.committee.events import StaffMoved
from voting.elections.committee.queries import kinships
from voting.elections.committee.rules import DUTIES, staff_conflicts
from voting.elections.committee.tables import CountStaff
from voting.elections.roll.queries import get_entry
from voting.elections.tables import Election
from voting.elections.texts import typed
from voting.errors import Conflict, Malformed, NotFound
from voting.law.calendar import HALL
from voting.permissions import Actor


def appoint_staff(
    session: Session,
    *,
    election_id: str,
    person: str,
    name: str,
    duty: str,
    nominated: Mapping[str, str],
    actor: Actor,
    now: datetime,
) -> str:
    """Appoint somebody of the roll (``person``) or a helper by ``name``; returns the id.

    Raises Malformed STAFF_DUTY; NotFound ROLL_NO_ENTRY; Conflict STAFF_CONFLICT, STAFF_TWICE.
    """
    if duty not in DUTIES:
        raise Malformed("STAFF_DUTY", "请选工作人员的职责。", "Choose what this person does.")
    with transaction(session):
        election = running(session, election_id)
        if person:
            name = get_entry(session, election=election, entry_id=person).name
            _require_free(session, election, person, name, nominated)
        else:
            name = typed(name, zh="姓名", en="Name", most=30, least=1)
        same = CountStaff.roll_entry_id == person if person else CountStaff.name == name
        found = session.scalar(
            select(CountStaff).where(CountStaff.election_id == election.id, CountStaff.duty == duty, same)
        )
        if found is not None and found.ended_on is None:
            raise Conflict(
                "STAFF_TWICE",
                f"{name}已经担任这项工作，不用再登记。",
                f"{name} does this already; nothing is left to do.",
            )
        row = found or CountStaff(election_id=election.id, roll_entry_id=person or None, name=name, duty=duty)
        row.oath_on = row.ended_on = None
        session.add(row)
        session.flush()
        journal.record(session, election.community_id, _moved(election, row, "appointed", actor, now), now)
        return row.id


def swear_in(
    session: Session, *, election_id: str, staff_id: str, nominated: Mapping[str, str], actor: Actor, now: datetime
) -> None:
    """Record the oath: to count faithfully, and to be no near relative of a candidate.

    Raises NotFound NO_SUCH_STAFF; Conflict STAFF_CONFLICT, STAFF_SWORN.
    """
    with transaction(session):
        election = running(session, election_id)
        row = _serving(session, election, staff_id)
        if row.oath_on is not None:
            raise Conflict(
                "STAFF_SWORN",
                f"{row.name}已经宣誓，不用再记。",
                f"{row.name} has sworn already; nothing is left to do.",
            )
        if row.roll_entry_id:
            _require_free(session, election, row.roll_entry_id, row.name, nominated)
        row.oath_on = now.astimezone(HALL).date()
        journal.record(session, election.community_id, _moved(election, row, "sworn", actor, now), now)


def let_go(session: Session, *, election_id: str, staff_id: str, actor: Actor, now: datetime) -> None:
    """End somebody's service. Raises NotFound NO_SUCH_STAFF."""
    with transaction(session):
        election = running(session, election_id)
        row = _serving(session, election, staff_id)
        row.ended_on = now.astimezone(HALL).date()
        journal.record(session, election.community_id, _moved(election, row, "ended", actor, now), now)


def _require_free(session: Session, election: Election, person: str, name: str, nominated: Mapping[str, str]) -> None:
    found = staff_conflicts(person, name, nominated, kinships(session, election))
    if found:
        raise Conflict(
            "STAFF_CONFLICT",
            "".join(one.reason.zh for one in found) + "请另选一人。",
            " ".join(one.reason.en for one in found) + " Choose somebody else.",
        )


def _serving(session: Session, election: Election, staff_id: str) -> CountStaff:
    row = session.get(CountStaff, staff_id)
    if row is None or row.election_id != election.id or row.ended_on is not None:
        raise NotFound(
            "NO_SUCH_STAFF", "没有这位工作人员，请刷新页面。", "Nobody serves under this entry; reload the page."
        )
    return row


def _moved(election: Election, row: CountStaff, deed: str, actor: Actor, now: datetime) -> StaffMoved:
    return StaffMoved(election.id, row.id, row.duty, deed, now.astimezone(HALL).date(), actor.account_id)
