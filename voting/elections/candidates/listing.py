"""Lists of candidates: the nominations behind them, the preliminary list posted, every office put in order."""

from collections import Counter
from collections.abc import Collection, Sequence
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
from voting.elections.candidates.nominating import cut
from voting.elections.candidates.queries import contests
from voting.elections.candidates.strokes import by_strokes
from voting.elections.candidates.tables import Nomination, NominationSignature
from voting.elections.committee.rules import Kin, related
from voting.elections.queries import rules
from voting.elections.roll.publication import require_posted
from voting.elections.roll.tables import RollEntry
from voting.elections.tables import Election, Office
from voting.errors import Conflict
from voting.law.calendar import HALL
from voting.law.offices import office_kind
from voting.permissions import Actor


def post_preliminary(session: Session, *, election_id: str, actor: Actor, now: datetime) -> int:
    """Post the preliminary list: who is nominated and has accepted; returns its number.

    Raises TooEarly ROLL_NOT_POSTED: nobody is nominated by, or from, a roll that nobody could see; Conflict LIST_EMPTY.
    """
    with transaction(session):
        election = preparing(session, election_id)
        require_posted(election)
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


@dataclass(frozen=True)
class Nominee:
    """Who is nominated, with what tells namesakes apart."""

    name: str
    number: int
    sex: str
    age_group: str
    building: str


def nominations(session: Session, election: Election) -> Sequence[tuple[Nomination, Nominee, int]]:
    """Every nomination with the person and the number of signatures: by office, then by the day it came in."""
    about = (RollEntry.name, RollEntry.number, RollEntry.sex, RollEntry.age_group, RollEntry.building)
    rows = session.execute(
        select(Nomination, func.count(NominationSignature.roll_entry_id), *about)
        .join(RollEntry, RollEntry.id == Nomination.roll_entry_id)
        .join(Office, Office.id == Nomination.office_id)
        .join(NominationSignature, NominationSignature.nomination_id == Nomination.id, isouter=True)
        .where(Nomination.election_id == election.id)
        .group_by(Nomination.id, Office.ordinal, *about)
        .order_by(Office.ordinal, Nomination.received_on, RollEntry.number)
    )
    return [
        (row, Nominee(name, number, sex, age_group, building), count)
        for row, count, name, number, sex, age_group, building in rows
    ]


def signers_near(session: Session, election: Election, kin: Kin, standing: Collection[str]) -> dict[str, int]:
    """Nomination → how many of its signers are near kin of the person, or are nominated themselves.

    No law forbids either; the committee should know. ``standing``: roll entries of everybody nominated.
    """
    near: Counter[str] = Counter()
    for nomination, person, signer in session.execute(
        select(Nomination.id, Nomination.roll_entry_id, NominationSignature.roll_entry_id)
        .join(NominationSignature, NominationSignature.nomination_id == Nomination.id)
        .where(Nomination.election_id == election.id)
    ):
        near[nomination] += signer in standing or related(kin, person, signer)
    return {nomination: count for nomination, count in near.items() if count}


@dataclass(frozen=True)
class Polled:
    """One person of a nominating poll. ``first``: among those who may accept, by votes and the excess allowed."""

    name: str
    votes: int
    first: bool
    withdrawn: bool


def poll_standing(
    election: Election, found: Sequence[tuple[Nomination, Nominee, int]]
) -> list[tuple[Office, int, list[Polled]]]:
    """Per office: how many names the papers bore in all, and everybody named, the most votes first."""
    excess = rules(election).excess.value
    shown = []
    for office in election.offices:
        rows = [(row, person.name) for row, person, _ in found if row.way == "poll" and row.office_id == office.id]
        votes = {row.roll_entry_id: row.votes or 0 for row, _ in rows if row.withdrawn_on is None}
        first = cut(votes, office.seats, excess[office_kind(office.title)])
        people = sorted(
            (
                Polled(name, row.votes or 0, row.roll_entry_id in first, row.withdrawn_on is not None)
                for row, name in rows
            ),
            key=lambda one: (-one.votes, one.name),
        )
        if people:
            shown.append((office, sum(one.votes for one in people), people))
    return shown
