"""How an election moves: its facts gathered, the lifecycle asked, the new state set on the locked row."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from voting.box import chain
from voting.box.desk import pile_voted
from voting.box.tables import Box, Kiosk, TrusteeKey
from voting.elections import lifecycle
from voting.elections.candidates.queries import standing
from voting.elections.committee import queries as committee
from voting.elections.facts import Facts
from voting.elections.paper import queries as paper
from voting.elections.queries import locked
from voting.elections.review import queries as review
from voting.elections.roll.grounds import unconfirmed
from voting.elections.roll.queries import objections_open, registered, roll_size
from voting.elections.tables import Election
from voting.law.calendar import HALL
from voting.law.profiles import Mode


def move(
    session: Session, election: Election, name: str, now: datetime, *, expected: str | None = None, reason: str = ""
) -> None:
    """Ask the lifecycle and set the new state on a locked row; other rooms call it inside their transaction."""
    facts = replace(gather(session, election, now), reason=reason)
    election.state = lifecycle.require(election.state, name, facts, expected=expected)
    if name == "decide":
        election.decided_on = facts.today
    session.flush()


def moved(
    session: Session, election_id: str, name: str, now: datetime, *, expected: str | None = None, reason: str = ""
) -> Election:
    """Lock the election, then `move` it; returns the row."""
    election = locked(session, election_id)
    move(session, election, name, now, expected=expected, reason=reason)
    return election


def gather(session: Session, election: Election, now: datetime) -> Facts:
    """Everything the lifecycle asks about this election, as of now; some of it only where a move of its state asks."""
    box, today = session.get_one(Box, election.box_id), now.astimezone(HALL).date()
    roll = election.eligible if election.eligible is not None else roll_size(session, election=election)
    return Facts(
        today=today,
        day=election.day,
        mode=Mode(election.mode),
        law=election.law,
        profile=election.profile,
        options=election.options,
        kind=election.kind,
        offices=len(election.offices),
        roll=roll,
        roll_posted=election.roll_posted,
        roll_again=election.roll_again,
        candidates_posted=election.candidates_posted,
        cards_needed=roll,
        closing_time=now >= election.closes_at,
        everyone_voted=roll > 0 and box.casts >= roll,
        ballot_floor=election.ballot_floor,
        floor_decision=bool(election.floor_decision),
        committee_missing=_committee_missing(session, election),
        **_roll(session, election, roll),
        **_list(session, election, today),
        **_ready(session, box, roll),
        **_pile(session, election, box),
        **_papers(session, election),
    )


def _committee_missing(session: Session, election: Election) -> bool:
    """Asked for while it can still be made good; a poll that follows another has the committee of that one."""
    early = election.state in ("draft", "published") and election.follows_id is None
    return early and committee.formed_on(session, election) is None


def _roll(session: Session, election: Election, roll: int) -> dict[str, Any]:
    draft = election.state == "draft"
    return {
        "registered": registered(session, election=election) if draft else roll,
        "unconfirmed": unconfirmed(session, election=election) if draft else 0,
        "objections_open": objections_open(session, election=election) if election.state == "published" else 0,
    }


def _list(session: Session, election: Election, today: date) -> dict[str, Any]:
    """What the law finds of the candidates, and what keeps their formal list open."""
    stands = standing(session, election=election)
    points = stands.points if election.state == "published" else ()
    if election.state == "published":
        points += tuple(review.open_points(session, election, today))
    return {
        "offices_short": stands.offices_short,
        "candidate_errors": stands.errors,
        "candidates_unanswered": stands.unanswered,
        "list_zh": "".join(one.zh for one in points),
        "list_en": " ".join(one.en for one in points),
    }


def _ready(session: Session, box: Box, roll: int) -> dict[str, Any]:
    """Keys, cards, rehearsals, shares and tablets."""
    keys, rehearsals, shares = session.execute(
        select(func.count(TrusteeKey.owner), func.count(TrusteeKey.rehearsal), func.count(TrusteeKey.share)).where(
            TrusteeKey.box_id == box.id
        )
    ).one()
    tablets = session.scalar(
        select(func.count())
        .select_from(Kiosk)
        .where(Kiosk.box_id == box.id, Kiosk.token_hash.is_not(None), Kiosk.revoked.is_(False))
    )
    return {
        "trustees": box.trustees,
        "keys": keys,
        "rehearsals": rehearsals,
        "shares": shares,
        "tablets": tablets or 0,
        "cards": box.cards_made,
        "cards_allowed": roll + box.spares,
        "result": box.state == "opened",
    }


def _pile(session: Session, election: Election, box: Box) -> dict[str, Any]:
    """The queue, the cards with people, and those left over."""
    closed, counters = election.state == "closed", chain.counters_of(box)
    return {
        "queue": box.queue_left,
        "in_hand": counters.in_hand,
        "papers": counters.papers_issued,
        "ballots": box.casts,
        "cards_unscanned": max(box.cards_made - box.cards_out - box.cards_unused, 0) if closed else 0,
        "cards_missing": (election.cards_missing or 0) if closed else 0,
        "pile_voted": pile_voted(session, box.id),
        "voted_decided": (election.missing_voted or 0) if closed else 0,
    }


def _papers(session: Session, election: Election) -> dict[str, Any]:
    """What paper ballots keep open, asked for where a move of this state needs it."""
    if election.state == "closing":
        return {"boxes_away": paper.away(session, election=election)}
    missing = paper.waiting(session, election=election) if election.state in ("closed", "counting") else None
    return {"paper_zh": missing.zh, "paper_en": missing.en} if missing else {}
