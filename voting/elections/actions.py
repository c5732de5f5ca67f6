"""What officials do to an election: set it up and move it through its lifecycle.

Every move locks the election's row, gathers the facts, asks ``lifecycle.require``, acts on the ballot box
and the election in one transaction, and records one fact in the community's log.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from voting import journal
from voting.box import slot
from voting.box.tables import Box, Kiosk, TrusteeKey
from voting.crypto.election import new_uuid
from voting.database import transaction
from voting.elections import lifecycle
from voting.elections.candidates.actions import standing
from voting.elections.events import ElectionCreated, FloorDecided, PollLengthened, PollMoved, RollPublished
from voting.elections.facts import MIN_TRUSTEES, Facts
from voting.elections.roll.actions import roll_hash, roll_size
from voting.elections.tables import Election, Office
from voting.errors import Malformed, NotFound
from voting.law.profiles import Mode
from voting.permissions import Actor

#: Election days, opening and closing hours are read on the hall's clock.
HALL = ZoneInfo("Asia/Shanghai")
MODES = (Mode.ALL_VOTERS, Mode.HOUSEHOLD_REPS, Mode.RESIDENT_REPS)
MAX_SEATS = 30


@dataclass(frozen=True)
class NewOffice:
    """An office to fill: title, seats, and whether 另选他人 may be written on paper."""

    title: str
    seats: int
    write_in: bool = True


def create_election(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    community_id: str,
    title: str,
    place: str,
    day: date,
    opens_at: datetime,
    closes_at: datetime,
    offices: list[NewOffice],
    mode: str = "all_voters",
    trustees: int = 3,
    group: str = "Ed25519",
    ballot_floor: int = 5,
) -> Election:
    """Set up an election with an empty ballot box. Raises Malformed naming the field that is wrong."""
    _check_new(title=title, day=day, opens_at=opens_at, closes_at=closes_at, offices=offices, mode=mode)
    _check_numbers(trustees=trustees, ballot_floor=ballot_floor)
    with transaction(session):
        box = Box(community_id=community_id, uuid=new_uuid(), group=group, trustees=trustees)
        session.add(box)
        session.flush()
        election = Election(
            community_id=community_id,
            box_id=box.id,
            title=title.strip(),
            place=place.strip(),
            day=day,
            mode=mode,
            opens_at=opens_at,
            closes_at=closes_at,
            ballot_floor=ballot_floor,
        )
        election.offices = [
            Office(ordinal=ordinal, title=office.title.strip(), seats=office.seats, write_in=office.write_in)
            for ordinal, office in enumerate(offices, start=1)
        ]
        session.add(election)
        session.flush()
        fact = ElectionCreated(
            election_id=election.id,
            box_uuid=box.uuid,
            title=election.title,
            day=day,
            mode=mode,
            law=election.law,
            offices=tuple((office.title, office.seats) for office in election.offices),
            by=actor.account_id,
        )
        journal.record(session, community_id, fact, now)
        return election


def publish_roll(session: Session, *, election_id: str, actor: Actor, now: datetime, expected: str | None = None) -> str:
    """Post the roll and fix its hash (居委会组织法 17). Returns the hash as 64 hex digits."""
    with transaction(session):
        election = _moved(session, election_id, "publish", now, expected)
        election.roll_hash = roll_hash(session, election=election)
        election.roll_posted = now.astimezone(HALL).date()
        fact = RollPublished(
            election_id=election.id,
            roll_sha256=election.roll_hash,
            entries=roll_size(session, election=election),
            by=actor.account_id,
        )
        journal.record(session, election.community_id, fact, now)
        return election.roll_hash


def open_poll(session: Session, *, election_id: str, actor: Actor, now: datetime, expected: str | None = None) -> None:
    """Open slot and desk on the election day."""
    with transaction(session):
        election = _moved(session, election_id, "open", now, expected)
        election.opened_at = now
        slot.open_slot(session, box=election.box_id, actor=actor.account_id, now=now)
        _record_move(session, election, "open", actor, now)


def pause_poll(
    session: Session, *, election_id: str, reason: str, actor: Actor, now: datetime, expected: str | None = None
) -> None:
    """Shut slot and desk for a while; the reason goes to the log. Cards that are out stay valid."""
    with transaction(session):
        election = _moved(session, election_id, "pause", now, expected, reason=reason)
        slot.shut_slot(session, box=election.box_id, actor=actor.account_id, now=now)
        _record_move(session, election, "pause", actor, now, reason=reason)


def resume_poll(session: Session, *, election_id: str, actor: Actor, now: datetime, expected: str | None = None) -> None:
    """Open slot and desk again after a pause."""
    with transaction(session):
        election = _moved(session, election_id, "resume", now, expected)
        slot.open_slot(session, box=election.box_id, actor=actor.account_id, now=now)
        _record_move(session, election, "resume", actor, now)


def lengthen_poll(
    session: Session, *, election_id: str, closes_at: datetime, reason: str, actor: Actor, now: datetime
) -> None:
    """Move the posted closing time to a later one, with a reason."""
    with transaction(session):
        election = locked(session, election_id)
        facts = replace(gather(session, election, now), reason=reason, until_later=closes_at > election.closes_at)
        lifecycle.require(election.state, "lengthen", facts)
        election.closes_at = closes_at
        fact = PollLengthened(election_id=election.id, closes_at=closes_at, reason=reason, by=actor.account_id)
        journal.record(session, election.community_id, fact, now)


def stop_queue(
    session: Session,
    *,
    election_id: str,
    people: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
    expected: str | None = None,
) -> None:
    """Closing time: nobody joins the queue; the ``people`` counted in it still vote.

    ``reason``: the committee's decision where the poll ends before its posted time.
    """
    with transaction(session):
        election = locked(session, election_id)
        if election.state == "paused":
            slot.open_slot(session, box=election.box_id, actor=actor.account_id, now=now)
        election = _moved(session, election_id, "stop_queue", now, expected, reason=reason)
        slot.serve_queue(session, people, box=election.box_id, actor=actor.account_id, now=now)
        _record_move(session, election, "stop_queue", actor, now, reason=reason or None, queue=people)


def close_poll(session: Session, *, election_id: str, actor: Actor, now: datetime, expected: str | None = None) -> None:
    """Close the ballot box for good: EndBallots in the archive, the last anchor in the log."""
    with transaction(session):
        election = _moved(session, election_id, "close", now, expected)
        election.closed_at = now
        slot.close(session, box=election.box_id, actor=actor.account_id, now=now)
        _record_move(session, election, "close", actor, now)


def decide_floor(session: Session, *, election_id: str, reason: str, actor: Actor, now: datetime) -> None:
    """Record the committee's decision to open a tally of fewer ballots than the floor."""
    if not reason.strip():
        raise Malformed(
            "FLOOR_REASON",
            "请写明选举委员会为什么决定在选票很少时仍然开票。",
            "State why the election committee opens a tally of so few ballots.",
        )
    with transaction(session):
        election = locked(session, election_id)
        lifecycle.require_state(election.state, "closed")
        election.floor_decision = reason.strip()
        casts = session.get_one(Box, election.box_id).casts
        fact = FloorDecided(
            election_id=election.id, ballots=casts, floor=election.ballot_floor, reason=reason, by=actor.account_id
        )
        journal.record(session, election.community_id, fact, now)


def declare_void(session: Session, *, election_id: str, reason: str, actor: Actor, now: datetime) -> None:
    """End an election without a result; the reason goes to the log. Nothing is deleted."""
    with transaction(session):
        election = locked(session, election_id)
        if election.state in ("open", "paused", "closing"):
            slot.shut_slot(session, box=election.box_id, actor=actor.account_id, now=now)
        election = _moved(session, election_id, "void", now, None, reason=reason)
        _record_move(session, election, "void", actor, now, reason=reason)


def locked(session: Session, election_id: str) -> Election:
    """The election's row, locked until the transaction ends. Raises NotFound."""
    election = session.scalars(
        select(Election).where(Election.id == election_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if election is None:
        raise NotFound("NO_SUCH_ELECTION", "没有这次选举。", "There is no such election.")
    return election


def move(
    session: Session, election: Election, name: str, now: datetime, *, expected: str | None = None, reason: str = ""
) -> None:
    """Ask the lifecycle and set the new state on a locked row; other rooms call it inside their transaction."""
    facts = replace(gather(session, election, now), reason=reason)
    election.state = lifecycle.require(election.state, name, facts, expected=expected)
    session.flush()


def gather(session: Session, election: Election, now: datetime) -> Facts:
    """Everything the lifecycle asks about this election, as of now."""
    box = session.get_one(Box, election.box_id)
    roll = election.eligible if election.eligible is not None else roll_size(session, election=election)
    stands = standing(session, election=election)
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
    checked_in = box.cards_out - box.cards_returned - box.cards_torn
    return Facts(
        today=now.astimezone(HALL).date(),
        day=election.day,
        offices=len(election.offices),
        roll=roll,
        mode=Mode(election.mode),
        roll_posted=election.roll_posted,
        candidates_posted=election.candidates_posted,
        offices_short=stands.offices_short,
        candidate_errors=stands.errors,
        trustees=box.trustees,
        keys=keys,
        cards=box.cards_made,
        cards_needed=roll,
        cards_allowed=roll + box.spares,
        rehearsals=rehearsals,
        tablets=tablets or 0,
        closing_time=now >= election.closes_at,
        everyone_voted=roll > 0 and box.casts >= roll,
        queue=box.queue_left,
        ballots=box.casts,
        ballot_floor=election.ballot_floor,
        floor_decision=bool(election.floor_decision),
        cards_unscanned=max(box.cards_made - box.cards_out - box.cards_unused, 0) if box.state == "closed" else 0,
        shares=shares,
        result=box.state == "opened",
        committee_key=True,
    )


def _moved(
    session: Session, election_id: str, name: str, now: datetime, expected: str | None, *, reason: str = ""
) -> Election:
    election = locked(session, election_id)
    move(session, election, name, now, expected=expected, reason=reason)
    return election


def _record_move(
    session: Session,
    election: Election,
    name: str,
    actor: Actor,
    now: datetime,
    *,
    reason: str | None = None,
    queue: int | None = None,
) -> None:
    fact = PollMoved(
        election_id=election.id, move=name, state=election.state, by=actor.account_id, reason=reason, queue=queue
    )
    journal.record(session, election.community_id, fact, now)


def _check_new(
    *, title: str, day: date, opens_at: datetime, closes_at: datetime, offices: list[NewOffice], mode: str
) -> None:
    if not title.strip():
        raise Malformed("ELECTION_TITLE", "请填写选举名称。", "Please give the election a title.")
    if mode not in MODES:
        raise Malformed("ELECTION_MODE", "请选择选举方式。", "Please choose how the election is held.")
    if opens_at >= closes_at or opens_at.astimezone(HALL).date() != day or closes_at.astimezone(HALL).date() != day:
        raise Malformed(
            "ELECTION_HOURS",
            "开始和结束时间都要在选举日当天，并且开始早于结束。",
            "Opening and closing must both lie on the election day, opening before closing.",
        )
    titles = [office.title.strip() for office in offices]
    if not titles or "" in titles or len(set(titles)) != len(titles):
        raise Malformed(
            "ELECTION_OFFICES",
            "至少要有一个职务，每个职务的名称都要填写且不能相同。",
            "There must be at least one office, each with a title of its own.",
        )
    if any(not 1 <= office.seats <= MAX_SEATS for office in offices):
        raise Malformed(
            "ELECTION_SEATS",
            f"每个职务的名额应在 1 至 {MAX_SEATS} 之间。",
            f"The seats of each office must be between 1 and {MAX_SEATS}.",
        )


def _check_numbers(*, trustees: int, ballot_floor: int) -> None:
    if not MIN_TRUSTEES <= trustees <= 9:
        raise Malformed(
            "ELECTION_TRUSTEES",
            f"保管密钥的监督委员应为 {MIN_TRUSTEES} 至 9 人。",
            f"Between {MIN_TRUSTEES} and 9 supervisors hold a key.",
        )
    if ballot_floor < 1:
        raise Malformed("ELECTION_FLOOR", "开票的最少选票数不能小于 1。", "The floor of ballots cannot be below 1.")
