"""The next poll, made from the last one by one action: roll, candidates, offices, a ballot box of its own.

A re-vote on the spot takes the reserve box, whose keys and cards were made before the first poll opened; every other
poll gets a new box, for which the supervisors make keys and cards again.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from voting import journal
from voting.box import cards
from voting.box.rules import spares_allowed
from voting.box.sealing import make_box
from voting.box.tables import Box
from voting.database import transaction
from voting.elections.after import queries
from voting.elections.after.days import require_window
from voting.elections.after.events import NextPollPrepared
from voting.elections.after.outcome import rules_in_force
from voting.elections.after.rules import NextOffice, require_extra
from voting.elections.candidates.following import as_they_stood
from voting.elections.candidates.queries import contests
from voting.elections.candidates.tables import Candidate, TakenOver
from voting.elections.committee.actions import take_over_kinships
from voting.elections.events import CandidatesPosted, ElectionCreated
from voting.elections.queries import locked
from voting.elections.roll.copying import copy_roll
from voting.elections.roll.queries import birth_date, of_names, roll_hash, roll_size
from voting.elections.tables import Election, Office
from voting.elections.texts import typed
from voting.errors import Conflict, Malformed, TooEarly
from voting.keys import FieldKeys
from voting.law.calendar import HALL, age_on
from voting.law.polls import Kind
from voting.permissions import Actor

#: What each kind adds to the title of the election it follows.
SUFFIX = {
    Kind.REVOTE: "再次投票",
    Kind.SECOND: "另行选举",
    Kind.RERUN: "重新选举",
    Kind.RECALL: "罢免投票",
    Kind.BY_ELECTION: "补选",
}
_SUFFIXED = re.compile(f"（(?:第 (?P<times>[0-9]{{1,2}}) 次)?(?P<kind>{'|'.join(SUFFIX.values())})）$")

#: A namesake as the count of the papers names the person (``paper.actions``).
_NUMBERED = re.compile(r"(?P<name>.+)（(?P<number>[0-9]+) 号）")


@dataclass(frozen=True)
class When:
    """Day, hours and place of the next poll."""

    day: date
    opens_at: datetime
    closes_at: datetime
    place: str = ""


@dataclass(frozen=True)
class Sources:
    """Where the candidates of the next poll come from. ``roll``: entry of the last roll → its copy."""

    last: Election
    roll: Mapping[str, str]
    entries: Mapping[str, str]
    keys: FieldKeys


def prepare_next(
    session: Session,
    *,
    election_id: str,
    kind: str,
    when: When,
    keys: FieldKeys,
    actor: Actor,
    now: datetime,
    entries: Mapping[str, str] | None = None,
    extra: int | None = None,
) -> Election:
    """Create the poll of this ``kind`` that the law asks for after ``election_id``.

    Roll and candidates are taken over and count as posted; where fewer stand than the law asks for, the list is left
    open for new nominations. ``entries``: for somebody written in whose name several bear, the number on the roll
    (name → number). ``extra``: candidates beyond the open seats of 另行选举, within the profile's bounds. A re-vote on
    the day of the poll takes the reserve box. Raises NotAllowed as the pages do; TooEarly NOTHING_FOLLOWS,
    NEXT_TOO_EARLY; TooLate NEXT_TOO_LATE; Conflict NEXT_PREPARED, NEXT_NAMESAKE; Malformed ELECTION_HOURS, NEXT_EXCESS.
    """
    require_hours(when, now)
    with transaction(session):
        last = locked(session, election_id)
        waiting = _asked(session, last, kind, extra)
        poll = waiting.poll
        if extra is not None and poll.kind is Kind.SECOND and not poll.again:
            require_extra(extra, [office.title for office in poll.offices], rules_in_force(last))
        require_window(when.day, waiting.first, waiting.last)
        box, reserved = _box(session, last, poll.kind, when.day)
        made = make_election(session, last, poll.kind, offices=poll.offices, when=when, box=box)
        roll = copy_roll(session, source=last, target=made, keys=keys)
        take_over_kinships(session, source=last, target=made, entries=roll)
        publish_as_posted(session, made, last)
        sources = Sources(last, roll, dict(entries or {}), keys)
        _copy_candidates(session, made, poll.offices, sources)
        made.candidates_posted = now.astimezone(HALL).date() if all(one.differential for one in poll.offices) else None
        if reserved is not None:
            reserved.used_by = made.id
        record_prepared(session, made, poll.offices, actor, now, reserve=reserved is not None)
        if made.candidates_posted is not None:
            _record_posted(session, made, actor, now)
        return made


def _record_posted(session: Session, made: Election, actor: Actor, now: datetime) -> None:
    """The candidates taken over hang with the outcome that named them; the sealing is held against this entry."""
    listed = tuple((one.office.title, one.office.seats, one.names) for one in contests(session, election=made))
    journal.record(session, made.community_id, CandidatesPosted(made.id, listed, actor.account_id), now)


def make_election(
    session: Session, last: Election, kind: Kind, *, offices: Iterable[NextOffice], when: When, box: str
) -> Election:
    """The row of the poll that follows ``last``: its law, mode and rules, with these offices."""
    names = [column.name for column in Election.__table__.columns if column.name in _TAKEN_OVER]
    write_in = {office.title: office.write_in for office in last.offices}
    made = Election(
        **{name: getattr(last, name) for name in names},
        box_id=box,
        title=title_of(last, kind),
        place=typed(when.place or last.place, zh="投票地点", en="Place", most=80, least=1),
        day=when.day,
        opens_at=when.opens_at,
        closes_at=when.closes_at,
        kind=kind.value,
        follows_id=last.id,
    )
    made.offices = [
        Office(
            ordinal=ordinal,
            title=office.title,
            seats=office.seats,
            # A re-vote is between those tied alone, a recall between yes and no.
            write_in=write_in.get(office.title, True) if kind not in (Kind.REVOTE, Kind.RECALL) else False,
        )
        for ordinal, office in enumerate(offices, start=1)
    ]
    session.add(made)
    session.flush()
    return made


def publish_as_posted(session: Session, made: Election, last: Election) -> None:
    """The roll that was posted for the last poll counts as posted for this one; cards may be made for it."""
    made.roll_hash = roll_hash(session, election=made)
    made.roll_posted = last.roll_posted
    made.state = "published"
    box = session.get_one(Box, made.box_id)
    # A reserve was declared before the poll; the roll may have changed since, and its spares absorb that.
    size = roll_size(session, election=made)
    cards.declare(session, box=box.id, roll_size=size, spares=spares_allowed(size))


def record_prepared(
    session: Session, made: Election, offices: Iterable[NextOffice], actor: Actor, now: datetime, *, reserve: bool
) -> None:
    """The two facts of the log: an election was set up, and it follows another."""
    box = session.get_one(Box, made.box_id)
    created = ElectionCreated(
        election_id=made.id,
        box_uuid=box.uuid,
        title=made.title,
        day=made.day,
        mode=made.mode,
        law=made.law,
        profile=made.profile,
        options=dict(made.options or {}),
        offices=tuple((office.title, office.seats) for office in made.offices),
        by=actor.account_id,
    )
    journal.record(session, made.community_id, created, now)
    fact = NextPollPrepared(
        election_id=made.id,
        follows=made.follows_id or "",
        kind=made.kind,
        day=made.day,
        roll_sha256=made.roll_hash or "",
        offices=tuple((office.title, office.seats, office.candidates) for office in offices),
        reserve=reserve,
        by=actor.account_id,
    )
    journal.record(session, made.community_id, fact, now)


def title_of(last: Election, kind: Kind) -> str:
    """The last title with what this poll is; one suffix, with its number where a poll of this kind came before."""
    base, times = last.title, 1
    found = _SUFFIXED.search(base)
    if found:
        base = base[: found.start()]
        times = int(found["times"] or 1) + 1 if found["kind"] == SUFFIX[kind] else 1
    return f"{base[:66]}（{f'第 {times} 次' if times > 1 else ''}{SUFFIX[kind]}）"


_TAKEN_OVER = ("community_id", "mode", "law", "profile", "options", "ballot_floor")


def _asked(session: Session, last: Election, kind: str, extra: int | None) -> queries.Waiting:
    found = [one for one in queries.next_poll(session, election=last, extra=extra) if one.poll.kind == kind]
    for one in found:
        if one.prepared is None:
            return one
    for one in found:
        if one.prepared is not None:
            raise Conflict(
                "NEXT_PREPARED",
                f"“{one.prepared.title}”已经建好，请打开那一次选举。",
                f"“{one.prepared.title}” is prepared already; open that one.",
            )
    raise TooEarly(
        "NOTHING_FOLLOWS",
        "按现在的结果不需要办这样的投票。请先看“后续”页上写的结果和理由。",
        "The outcome as it stands asks for no such poll; look at the outcome and its reasons first.",
    )


def require_hours(when: When, now: datetime) -> None:
    """Raises Malformed ELECTION_HOURS for hours outside the day, or a day that is over."""
    same = {at.astimezone(HALL).date() for at in (when.opens_at, when.closes_at)} == {when.day}
    if not same or when.opens_at >= when.closes_at or when.day < now.astimezone(HALL).date():
        raise Malformed(
            "ELECTION_HOURS",
            "开始和结束时间都须在选举日当天，并且开始早于结束，选举日不能已经过去；请更正时间。",
            "Opening and closing must both lie on the day, opening first, and the day not be over; correct the hours.",
        )


def _box(session: Session, last: Election, kind: Kind, day: date) -> tuple[str, Any]:
    """The reserve box for a re-vote on the spot, else a new one with as many trustees."""
    old = session.get_one(Box, last.box_id)
    found = queries.reserve(session, election=last)
    if kind is Kind.REVOTE and day == last.day and found is not None and not (found.used_by or found.destroyed):
        return found.box_id, found
    return make_box(session, community=last.community_id, group=old.group, trustees=old.trustees), None


def _copy_candidates(session: Session, made: Election, offices: Iterable[NextOffice], sources: Sources) -> None:
    """Everybody who stands, as they stood, and who is next in line; somebody written in comes from the roll."""
    known = {
        name: candidate
        for contest in contests(session, election=sources.last)
        for name, candidate in zip(contest.names, contest.candidates, strict=False)
    }
    ids = {office.title: office.id for office in made.offices}
    for office in offices:
        for place, (name, votes) in enumerate(office.ranked or [(one, 0) for one in office.candidates], start=1):
            old = known.get(name)
            taken = as_they_stood(old) if old else from_roll(session, made, name, sources)
            entry = sources.roll[old.roll_entry_id] if old else taken.pop("roll_entry_id")
            where = {"office_id": ids[office.title], "roll_entry_id": entry}
            listed = name in office.candidates
            if listed:
                session.add(Candidate(**taken, **where, election_id=made.id, ordinal=place))
            if made.kind != Kind.REVOTE:
                stood = old.id if old else None
                said = {"votes": votes, "age": taken["age"], "stood_id": stood, "listed": listed}
                session.add(TakenOver(**where, place=place, **said))
    session.flush()


def from_roll(session: Session, made: Election, name: str, sources: Sources) -> dict[str, Any]:
    """Somebody written in: the one person of this name, or the one that the count or the official pointed out."""
    numbered = _NUMBERED.fullmatch(name)
    name, number = (numbered["name"], numbered["number"]) if numbered else (name, sources.entries.get(name))
    found = of_names(session, election=made, names=[name]).get(name, [])
    pointed = [one for one in found if str(one.number) == number] or found
    if len(pointed) != 1:
        raise Conflict(
            "NEXT_NAMESAKE",
            f"名单上叫“{name}”的有 {len(found)} 人，请写明是选民名单上的几号。",
            f"{len(found)} people on the roll are called “{name}”; give the roll number of the one who is meant.",
        )
    return {
        "roll_entry_id": pointed[0].id,
        "name": name,
        "sex": pointed[0].sex,
        "age": age_on(birth_date(session, entry_id=pointed[0].id, keys=sources.keys), made.day),
        "trade": "",
        "introduction": "",
    }
