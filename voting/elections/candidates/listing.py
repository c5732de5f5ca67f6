"""Lists of candidates: the nominations behind them, the preliminary list posted, every office put in order."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from voting import journal
from voting.database import transaction
from voting.elections.candidates.actions import preparing, reorder_candidates
from voting.elections.candidates.events import PreliminaryPosted
from voting.elections.candidates.lists import keep_list
from voting.elections.candidates.queries import contests
from voting.elections.candidates.strokes import by_strokes
from voting.elections.candidates.tables import Nomination, NominationSignature
from voting.elections.queries import rules
from voting.elections.roll.tables import RollEntry
from voting.elections.tables import Election
from voting.errors import Conflict
from voting.law.calendar import HALL
from voting.permissions import Actor


def post_preliminary(session: Session, *, election_id: str, actor: Actor, now: datetime) -> int:
    """Post the preliminary list: who is nominated and has accepted; returns its number. Raises Conflict LIST_EMPTY."""
    with transaction(session):
        election = preparing(session, election_id)
        offices = tuple((one.office.title, one.names) for one in contests(session, election=election))
        if not any(names for _, names in offices):
            raise Conflict(
                "LIST_EMPTY",
                "还没有接受提名的人，请先登记提名和本人的书面接受。",
                "Nobody has accepted a nomination yet; record nominations and acceptances first.",
            )
        number = keep_list(session, election, "preliminary", now.astimezone(HALL).date())
        fact = PreliminaryPosted(election.id, number, offices, actor.account_id)
        journal.record(session, election.community_id, fact, now)
        return number


@dataclass(frozen=True)
class Ordered:
    """How the lists were put in order, and what the committee still looks at by eye."""

    by: str
    alike: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()


def order_by_profile(session: Session, *, election_id: str, actor: Actor, now: datetime) -> Ordered:
    """Put every office's candidates in the order of the profile: nomination votes, or strokes of the names.

    People with equally many nomination votes, or none, follow one another by strokes.
    """
    with transaction(session):
        election = preparing(session, election_id)
        by = str(rules(election).candidate_order.value)
        votes: Counter[str] = Counter()
        if by == "nomination_votes":
            for one in session.scalars(select(Nomination).where(Nomination.election_id == election.id)):
                votes[one.roll_entry_id] = max(votes[one.roll_entry_id], one.votes or 0)
        alike, unknown = [], []
        for contest in contests(session, election=election):
            strokes = by_strokes([one.name for one in contest.candidates])
            ordered = sorted(
                (contest.candidates[place] for place in strokes.places), key=lambda one: -votes[one.roll_entry_id]
            )
            reorder_candidates(
                session,
                election_id=election.id,
                office_id=contest.office.id,
                order=[one.id for one in ordered],
                actor=actor,
                now=now,
            )
            alike.append(strokes.alike)
            unknown.append(strokes.unknown)
        return Ordered(by, tuple(chain(*alike)), tuple(chain(*unknown)))


def nominations(session: Session, election: Election) -> Sequence[tuple[Nomination, str, int]]:
    """Every nomination with the person's name and the number of signatures, the newest day first."""
    rows = session.execute(
        select(Nomination, RollEntry.name, func.count(NominationSignature.roll_entry_id))
        .join(RollEntry, RollEntry.id == Nomination.roll_entry_id)
        .join(NominationSignature, NominationSignature.nomination_id == Nomination.id, isouter=True)
        .where(Nomination.election_id == election.id)
        .group_by(Nomination.id, RollEntry.name)
        .order_by(Nomination.received_on.desc(), Nomination.id)
    )
    return [(row, name, count) for row, name, count in rows]
