"""What officials do to an election: set it up and move it through its lifecycle.

Every move locks the election's row, gathers the facts, asks ``lifecycle.require``, acts on the ballot box
and the election in one transaction, and records one fact in the community's log.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from voting import journal
from voting.box import chain, slot
from voting.box.desk import pile_voted
from voting.box.sealing import make_box
from voting.box.tables import Box
from voting.database import transaction
from voting.elections import lifecycle
from voting.elections.events import (
    CardsMissingDecided,
    ElectionCreated,
    FloorDecided,
    PollLengthened,
    PollMoved,
)
from voting.elections.facts import MIN_TRUSTEES
from voting.elections.moves import gather, move, moved
from voting.elections.queries import locked
from voting.elections.rule_choice import checked_alarm
from voting.elections.tables import Election, Office
from voting.elections.texts import reason as reason_text
from voting.elections.texts import typed
from voting.errors import Conflict, Malformed
from voting.law.calendar import HALL
from voting.law.profiles import Mode, check_options, law_on, rules_of
from voting.law.timeline import ALARM_DAYS
from voting.permissions import Actor

MODES = tuple(Mode)
MAX_SEATS, MAX_OFFICES = 30, 20
MAX_TRUSTEES = 9


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
    profile: str = "national",
    options: Mapping[str, str] | None = None,
    alarm_days: int = ALARM_DAYS,
    begun: date | None = None,
) -> Election:
    """Set up an election with an empty ballot box; the law in force on the day it began judges it to its end.

    ``begun``: the day of its first notice or of its election committee, where that was before today. ``profile``,
    ``options``: see ``voting.law.profiles``. Raises Malformed naming the field that is wrong, ELECTION_BEGUN.
    """
    title = typed(title, zh="选举名称", en="Title", most=80, least=1)
    place = typed(place, zh="投票地点", en="Place", most=80, least=1)
    offices = [replace(each, title=typed(each.title, zh="职务", en="Office", most=20, least=1)) for each in offices]
    today = now.astimezone(HALL).date()
    check_time(day=day, opens_at=opens_at, closes_at=closes_at, today=today)
    check_offices(offices)
    _check_numbers(mode=mode, trustees=trustees, ballot_floor=ballot_floor)
    law = law_on(Mode(mode), _begun(begun, today))
    settled = check_options(rules_of(law.key, Mode(mode), profile, {}), options or {})
    with transaction(session):
        box = session.get_one(Box, make_box(session, community=community_id, group=group, trustees=trustees))
        election = Election(
            community_id=community_id,
            box_id=box.id,
            title=title,
            place=place,
            day=day,
            mode=mode,
            law=law.key,
            profile=profile,
            options=settled,
            alarm_days=checked_alarm(alarm_days),
            opens_at=opens_at,
            closes_at=closes_at,
            ballot_floor=ballot_floor,
        )
        election.offices = [
            Office(ordinal=ordinal, title=office.title, seats=office.seats, write_in=office.write_in)
            for ordinal, office in enumerate(offices, start=1)
        ]
        session.add(election)
        session.flush()
        journal.record(session, community_id, _created(election, box, actor), now)
        return election


def _created(election: Election, box: Box, actor: Actor) -> ElectionCreated:
    return ElectionCreated(
        election_id=election.id,
        box_uuid=box.uuid,
        title=election.title,
        day=election.day,
        mode=election.mode,
        law=election.law,
        profile=election.profile,
        options=election.options,
        offices=tuple((office.title, office.seats) for office in election.offices),
        by=actor.account_id,
    )


def open_poll(session: Session, *, election_id: str, actor: Actor, now: datetime, expected: str | None = None) -> None:
    """Open slot and desk on the election day."""
    with transaction(session):
        election = moved(session, election_id, "open", now, expected=expected)
        election.opened_at = now
        slot.open_slot(session, box=election.box_id, actor=actor.account_id, now=now)
        _record_move(session, election, "open", actor, now)


def pause_poll(
    session: Session, *, election_id: str, reason: str, actor: Actor, now: datetime, expected: str | None = None
) -> None:
    """Shut slot and desk for a while; the reason goes to the log. Cards that are out stay valid."""
    reason = reason_text(reason)
    with transaction(session):
        election = moved(session, election_id, "pause", now, expected=expected, reason=reason)
        slot.shut_slot(session, box=election.box_id, actor=actor.account_id, now=now)
        _record_move(session, election, "pause", actor, now, reason=reason)


def resume_poll(
    session: Session, *, election_id: str, actor: Actor, now: datetime, expected: str | None = None
) -> None:
    """Open slot and desk again after a pause."""
    with transaction(session):
        election = moved(session, election_id, "resume", now, expected=expected)
        slot.open_slot(session, box=election.box_id, actor=actor.account_id, now=now)
        _record_move(session, election, "resume", actor, now)


def lengthen_poll(
    session: Session,
    *,
    election_id: str,
    closes_at: datetime,
    reason: str,
    actor: Actor,
    now: datetime,
    expected: str | None = None,
) -> None:
    """Move the posted closing time to a later one on the same day, with a reason.

    Raises Malformed ELECTION_HOURS and what `lifecycle.require` raises.
    """
    reason = reason_text(reason)
    with transaction(session):
        election = locked(session, election_id)
        facts = replace(gather(session, election, now), reason=reason, until_later=closes_at > election.closes_at)
        lifecycle.require(election.state, "lengthen", facts, expected=expected)
        check_time(day=election.day, opens_at=election.opens_at, closes_at=closes_at, today=election.day)
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
    reason = reason_text(reason)
    with transaction(session):
        election = locked(session, election_id)
        paused = election.state == "paused"
        move(session, election, "stop_queue", now, expected=expected, reason=reason)
        if paused:
            # People who wait through a pause are served as well.
            slot.open_slot(session, box=election.box_id, actor=actor.account_id, now=now)
        slot.serve_queue(session, people, box=election.box_id, actor=actor.account_id, now=now)
        _record_move(session, election, "stop_queue", actor, now, reason=reason or None, queue=people)


def shorten_queue(session: Session, *, election_id: str, people: int, actor: Actor, now: datetime) -> None:
    """Some who waited at closing time have left: ``people`` are still to be served.

    Raises Conflict QUEUE_ONLY_SHRINKS; TooEarly, TooLate when the queue is not being served.
    """
    with transaction(session):
        election = locked(session, election_id)
        lifecycle.require_state(election.state, "closing")
        slot.serve_queue(session, people, box=election.box_id, actor=actor.account_id, now=now)


def close_poll(
    session: Session,
    *,
    election_id: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
    expected: str | None = None,
) -> None:
    """Close the ballot box for good: EndBallots in the archive, the last anchor in the log.

    ``reason``: what became of the cards still in people's hands, where there are any; their number is logged too.
    """
    reason = reason_text(reason)
    with transaction(session):
        election = moved(session, election_id, "close", now, expected=expected, reason=reason)
        election.closed_at = now
        counters = slot.close(session, box=election.box_id, actor=actor.account_id, now=now)
        _record_move(session, election, "close", actor, now, reason=reason or None, in_hand=counters.in_hand)


def decide_floor(session: Session, *, election_id: str, reason: str, actor: Actor, now: datetime) -> None:
    """Record the committee's decision to open a count of fewer ballots, or papers, than the floor.

    Raises Malformed TEXT_….
    """
    reason = reason_text(reason, least=1)
    with transaction(session):
        election = locked(session, election_id)
        lifecycle.require_state(election.state, "closed")
        election.floor_decision = reason
        box = session.get_one(Box, election.box_id)
        fact = FloorDecided(
            election_id=election.id,
            ballots=box.casts,
            papers=chain.counters_of(box).papers_issued,
            floor=election.ballot_floor,
            reason=reason,
            by=actor.account_id,
        )
        journal.record(session, election.community_id, fact, now)


def decide_missing(
    session: Session, *, election_id: str, missing: int, reason: str, actor: Actor, now: datetime
) -> None:
    """Record the committee's decision to count although ``missing`` cards of the pile were not found.

    The decision names the cards with a ballot found on the pile. A card found later, of either kind, makes it one
    about other numbers: it is asked for again.
    Raises Malformed TEXT_…; Conflict MISSING_OTHER; TooEarly, TooLate when the box is not just closed.
    """
    reason = reason_text(reason, least=1)
    with transaction(session):
        election = locked(session, election_id)
        lifecycle.require_state(election.state, "closed")
        box = chain.locked(session, election.box_id)
        lacking = box.cards_made - box.cards_out - box.cards_unused
        if not missing == lacking > 0:
            raise Conflict(
                "MISSING_OTHER",
                f"现在没有扫到的卡是 {lacking} 张，不是 {missing} 张。请再清点一次，按现在的数目决定。",
                f"{lacking} card(s) are not scanned now, not {missing}. Count again and decide on the present number.",
            )
        voted = pile_voted(session, box.id)
        election.cards_missing, election.missing_voted, election.missing_decision = missing, voted, reason
        fact = CardsMissingDecided(
            election_id=election.id,
            box_uuid=box.uuid,
            unused=box.cards_unused,
            missing=missing,
            voted=voted,
            reason=reason,
            by=actor.account_id,
        )
        journal.record(session, election.community_id, fact, now)


def declare_void(
    session: Session, *, election_id: str, reason: str, actor: Actor, now: datetime, expected: str | None = None
) -> None:
    """End an election without a result; the reason goes to the log. Nothing is deleted."""
    reason = reason_text(reason)
    with transaction(session):
        election = locked(session, election_id)
        move(session, election, "void", now, expected=expected, reason=reason)
        slot.void(session, box=election.box_id, actor=actor.account_id, now=now)
        _record_move(session, election, "void", actor, now, reason=reason)


def _record_move(
    session: Session,
    election: Election,
    name: str,
    actor: Actor,
    now: datetime,
    *,
    reason: str | None = None,
    queue: int | None = None,
    in_hand: int | None = None,
) -> None:
    fact = PollMoved(
        election_id=election.id,
        move=name,
        state=election.state,
        by=actor.account_id,
        reason=reason,
        queue=queue,
        in_hand=in_hand,
    )
    journal.record(session, election.community_id, fact, now)


def _begun(begun: date | None, today: date) -> date:
    if begun is not None and begun > today:
        raise Malformed(
            "ELECTION_BEGUN",
            "选举开始的日期不能晚于今天，请更正；今天才开始的，可以不填。",
            "An election cannot have begun after today; correct the day, or leave it empty if it begins today.",
        )
    return begun or today


def check_time(*, day: date, opens_at: datetime, closes_at: datetime, today: date) -> None:
    """Raises Malformed ELECTION_DAY, ELECTION_HOURS."""
    if day < today:
        raise Malformed("ELECTION_DAY", "选举日已经过去，请改日期。", "The election day is over; choose another.")
    if opens_at >= closes_at or opens_at.astimezone(HALL).date() != day or closes_at.astimezone(HALL).date() != day:
        raise Malformed(
            "ELECTION_HOURS",
            "开始和结束时间都须在选举日当天，并且开始早于结束；请更正时间。",
            "Opening and closing must both lie on the election day, opening before closing; correct the hours.",
        )


def check_offices(offices: list[NewOffice]) -> None:
    """Raises Malformed ELECTION_OFFICES, ELECTION_SEATS."""
    titles = [office.title for office in offices]
    if not 1 <= len(titles) <= MAX_OFFICES or len(set(titles)) != len(titles):
        raise Malformed(
            "ELECTION_OFFICES",
            f"须有 1 至 {MAX_OFFICES} 个职务，名称不能相同；请更正职务。",
            f"There must be 1 to {MAX_OFFICES} offices, each with a title of its own; correct the list.",
        )
    if any(not 1 <= office.seats <= MAX_SEATS for office in offices):
        raise Malformed(
            "ELECTION_SEATS",
            f"每个职务的名额须在 1 至 {MAX_SEATS} 之间；请更正名额。",
            f"The seats of each office must be between 1 and {MAX_SEATS}; correct them.",
        )


def _check_numbers(*, mode: str, trustees: int, ballot_floor: int) -> None:
    if mode not in MODES:
        raise Malformed("ELECTION_MODE", "请选择选举方式。", "Please choose how the election is held.")
    if not MIN_TRUSTEES <= trustees <= MAX_TRUSTEES:
        raise Malformed(
            "ELECTION_TRUSTEES",
            f"保管密钥的监督委员须为 {MIN_TRUSTEES} 至 {MAX_TRUSTEES} 人；请更正人数。",
            f"Between {MIN_TRUSTEES} and {MAX_TRUSTEES} supervisors hold a key; correct the number.",
        )
    if ballot_floor < 1:
        raise Malformed(
            "ELECTION_FLOOR",
            "开票的最少选票数不能小于 1，请更正。",
            "The floor of ballots cannot be below 1; correct it.",
        )
