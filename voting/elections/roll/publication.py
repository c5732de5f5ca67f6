"""The posted roll: its first version, every later one, and the end of its posting (居委会组织法 17, 34)."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting import journal
from voting.box import cards
from voting.box.rules import spares_allowed
from voting.box.tables import Box
from voting.database import transaction
from voting.elections.events import RollPublished
from voting.elections.moves import moved
from voting.elections.queries import locked, rules
from voting.elections.roll.events import RollVersionPosted, RollWithdrawn
from voting.elections.roll.queries import current_version, last_number, registered, roll_hash, roll_size
from voting.elections.roll.tables import RollVersion
from voting.elections.tables import Election
from voting.errors import Conflict, TooEarly
from voting.law.calendar import HALL, days_after
from voting.permissions import Actor


def publish_roll(
    session: Session,
    *,
    election_id: str,
    actor: Actor,
    now: datetime,
    spares: int | None = None,
    expected: str | None = None,
) -> str:
    """Post the roll, fix its hash (居委会组织法 17) and declare how many cards may be made.

    ``spares``: cards beyond the list that counts for torn ones, as many as allowed unless given. Returns the hash as
    64 hex digits. Raises Malformed SPARES and what `lifecycle.require` raises.
    """
    with transaction(session):
        election = moved(session, election_id, "publish", now, expected=expected)
        counted = roll_size(session, election=election)
        election.roll_posted = now.astimezone(HALL).date()
        cards.declare(
            session,
            box=election.box_id,
            roll_size=counted,
            spares=spares_allowed(counted) if spares is None else spares,
        )
        version = _next_version(session, election, election.roll_posted)
        fact = RollPublished(election_id=election.id, roll_sha256=version.sha256, entries=counted, by=actor.account_id)
        journal.record(session, election.community_id, fact, now)
        return version.sha256


def post_next_version(session: Session, election: Election, *, cause: str, actor: Actor, now: datetime) -> RollVersion:
    """The roll hangs as a decision left it; ``cause``: the objection decided. Inside the caller's transaction.

    Cards made already stay as far as they do for the new number; otherwise sealing waits for new ones.
    """
    counted = roll_size(session, election=election)
    box = session.get_one(Box, election.box_id)
    spares = min(box.spares, spares_allowed(counted))
    cards.declare(session, box=box.id, roll_size=counted, spares=spares)
    version = _next_version(session, election, now.astimezone(HALL).date(), cause)
    fact = RollVersionPosted(
        election_id=election.id,
        number=version.number,
        roll_sha256=version.sha256,
        entries=version.entries,
        counted=version.counted,
        cause=cause,
        by=actor.account_id,
    )
    journal.record(session, election.community_id, fact, now)
    return version


def withdraw_roll(session: Session, *, election_id: str, actor: Actor, now: datetime) -> None:
    """Take the public list down when its time is over; the roll, its hashes and the log stay.

    Raises TooEarly ROLL_NOT_POSTED, ROLL_POSTING_PERIOD (inside the posting period or before the poll is over);
    Conflict ROLL_WITHDRAWN.
    """
    today = now.astimezone(HALL).date()
    with transaction(session):
        election = locked(session, election_id)
        posted = require_posted(election)
        if election.roll_withdrawn is not None:
            raise Conflict(
                "ROLL_WITHDRAWN",
                "名单已经撤下了，不用再办。",
                "The list has been taken down already; nothing is left to do.",
            )
        ruled = rules(election).posting_days
        hung = rules(election).last_day(election.roll_again or posted, ruled.value)
        first = max(hung, days_after(election.day, 1))
        if today < first:
            raise TooEarly(
                "ROLL_POSTING_PERIOD",
                f"名单须公布不少于 {ruled.value} 日（{ruled.source_zh}），并且挂到选举日以后：最早 {first} 才能撤下，"
                "请到时再办。",
                f"The roll hangs for {ruled.value} days at least ({ruled.source_en}) and until the election day is "
                f"over: the first day to take it down is {first}; come back then.",
            )
        election.roll_withdrawn = today
        journal.record(session, election.community_id, RollWithdrawn(election.id, posted, actor.account_id), now)


def require_posted(election: Election) -> date:
    """The day the roll was posted. Raises TooEarly ROLL_NOT_POSTED."""
    if election.roll_posted is None:
        raise TooEarly(
            "ROLL_NOT_POSTED",
            "选民名单还没有公布，请先公布名单。",
            "The roll is not posted yet; post it first.",
        )
    return election.roll_posted


def _next_version(session: Session, election: Election, posted: date, cause: str | None = None) -> RollVersion:
    last = current_version(session, election=election)
    version = RollVersion(
        election_id=election.id,
        # A poll that follows another hangs the roll of that one: its first decision makes the second version.
        number=last.number + 1 if last else 1 if cause is None else 2,
        sha256=roll_hash(session, election=election),
        posted=posted,
        entries=registered(session, election=election),
        counted=roll_size(session, election=election),
        last_number=max(last_number(session, election=election), last.last_number if last else 0),
        objection_id=cause,
    )
    session.add(version)
    election.roll_hash = version.sha256
    session.flush()
    return version


def versions(session: Session, *, election: Election) -> list[RollVersion]:
    """Every version in which the roll hung, the first one first."""
    return list(
        session.scalars(select(RollVersion).where(RollVersion.election_id == election.id).order_by(RollVersion.number))
    )
