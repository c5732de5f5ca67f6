"""The reserve ballot box: keys and cards for a re-vote on the spot, made before the poll opens (居委会组织法 19).

It has its own uuid, its own cards and, once the form of a re-vote is known, its own fingerprint. No election but a
re-vote can take it, and unused it is destroyed before those present: its cards can never vote.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from voting import journal
from voting.box import cards, slot
from voting.box.rules import spares_allowed
from voting.box.sealing import make_box
from voting.box.tables import Box
from voting.database import transaction
from voting.elections.after import queries
from voting.elections.after.events import ReserveDestroyed, ReserveMade
from voting.elections.after.tables import Reserve
from voting.elections.lifecycle import require_state
from voting.elections.queries import locked
from voting.elections.roll.queries import roll_size
from voting.errors import Conflict, NotFound
from voting.law.calendar import HALL
from voting.permissions import Actor


def make_reserve(session: Session, *, election_id: str, actor: Actor, now: datetime) -> str:
    """Set up the reserve box with as many trustees as the election's own; returns its id.

    The supervisors then make keys and cards for it as for the other. Raises Conflict RESERVE_THERE; TooEarly, TooLate
    unless the roll is posted and the poll not opened.
    """
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, "published", "sealed")
        if queries.reserve(session, election=election) is not None:
            raise Conflict(
                "RESERVE_THERE",
                "备用票箱已经有了，不用再建；请监督委员去制作密钥和卡。",
                "There is a reserve box already; the supervisors make keys and cards for it.",
            )
        box = session.get_one(Box, election.box_id)
        made = make_box(session, community=election.community_id, group=box.group, trustees=box.trustees)
        size = roll_size(session, election=election)
        cards.declare(session, box=made, roll_size=size, spares=spares_allowed(size))
        session.add(Reserve(election_id=election.id, box_id=made))
        fact = ReserveMade(election.id, session.get_one(Box, made).uuid, actor.account_id)
        journal.record(session, election.community_id, fact, now)
        return made


def destroy_reserve(session: Session, *, election_id: str, actor: Actor, now: datetime) -> int:
    """The reserve was not needed: put its box out of use for good; returns how many cards were destroyed.

    Raises NotFound NO_RESERVE; Conflict RESERVE_USED, RESERVE_GONE; TooEarly before the outcome is known.
    """
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, "decided", "certified", "void")
        reserve = queries.reserve(session, election=election)
        if reserve is None:
            raise NotFound(
                "NO_RESERVE", "这次选举没有备用票箱，请刷新页面。", "There is no reserve box; reload the page."
            )
        if reserve.used_by is not None:
            raise Conflict(
                "RESERVE_USED",
                "备用票箱已经用于再次投票，不能销毁；请打开那一次投票。",
                "The reserve box serves a re-vote and cannot be destroyed; open that poll.",
            )
        if reserve.destroyed is not None:
            raise Conflict(
                "RESERVE_GONE", "备用票箱已经销毁，不用再办。", "The reserve box is destroyed; nothing is left to do."
            )
        reserve.destroyed = now.astimezone(HALL).date()
        box = session.get_one(Box, reserve.box_id)
        slot.void(session, box=box.id, actor=actor.account_id, now=now)
        fact = ReserveDestroyed(election.id, box.uuid, box.cards_made, actor.account_id)
        journal.record(session, election.community_id, fact, now)
        return box.cards_made
