"""A department's own answers, opened for the department alone; every look is in the log."""

from datetime import datetime

from sqlalchemy.orm import Session

from voting import journal
from voting.database import transaction
from voting.elections.queries import locked
from voting.elections.review import queries
from voting.elections.review.actions import require_not_kin
from voting.elections.review.events import ReviewLooked
from voting.elections.review.rulings import Known, opened
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
