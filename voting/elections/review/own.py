"""What is opened for one department alone: its own answers, and whom its open questions are about.

Every look is in the log before anything is shown.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from voting import journal
from voting.database import transaction
from voting.elections.candidates.actions import preparing
from voting.elections.queries import locked
from voting.elections.review import queries
from voting.elections.review.actions import require_not_kin
from voting.elections.review.events import ReviewLooked
from voting.elections.review.rulings import Known, opened
from voting.elections.roll.queries import identity
from voting.errors import Conflict
from voting.keys import FieldKeys
from voting.law.calendar import HALL
from voting.permissions import Actor


def look_at_own(
    session: Session,
    *,
    election_id: str,
    question_id: str,
    departments: frozenset[str],
    keys: FieldKeys,
    actor: Actor,
    now: datetime,
) -> Known:
    """What the actor's department answered to one question; the look is in the log before anything is shown.

    Raises NotFound NO_SUCH_QUESTION for a question of another department; NotAllowed REVIEWER_KIN.
    """
    with transaction(session):
        election = locked(session, election_id)
        row = queries.question(session, election, question_id, departments)
        require_not_kin(session, election, row.roll_entry_id, actor)
        today = now.astimezone(HALL).date()
        asked = next(one for one in queries.questions(session, election, today, [row.department]) if one.id == row.id)
        journal.record(session, election.community_id, ReviewLooked(election.id, row.id, "own", actor.account_id), now)
        return Known(asked, tuple(opened(session, row.id, keys)))


@dataclass(frozen=True)
class Person:
    """Whom a question is about, as a department's own files are searched: by number, and by birth date."""

    asked: queries.Asked
    id_number: str = field(repr=False)
    born: date = field(repr=False)


def look_at_person(
    session: Session,
    *,
    election_id: str,
    question_id: str,
    departments: frozenset[str],
    keys: FieldKeys,
    actor: Actor,
    now: datetime,
) -> Person:
    """The full identity number and birth date behind one open question of the actor's department; logged first.

    Open: unanswered in time, or answered 需核实. Raises NotFound NO_SUCH_QUESTION for a question of another department;
    NotAllowed REVIEWER_KIN; Conflict QUESTION_ANSWERED; TooLate CANDIDATES_FIXED.
    """
    with transaction(session):
        election = preparing(session, election_id)
        row = queries.question(session, election, question_id, departments)
        require_not_kin(session, election, row.roll_entry_id, actor)
        today = now.astimezone(HALL).date()
        asked = next(one for one in queries.questions(session, election, today, [row.department]) if one.id == row.id)
        if not asked.open:
            raise Conflict(
                "QUESTION_ANSWERED",
                "这一项已经答复，不再显示身份证号；需要再查的，请先改答“需核实”。",
                "This question is answered, so the identity number is not shown; to look again, answer “verify” first.",
            )
        fact = ReviewLooked(election.id, row.id, "person", actor.account_id)
        journal.record(session, election.community_id, fact, now)
        number, born = identity(session, entry_id=row.roll_entry_id, keys=keys)
        return Person(asked, number, born)
