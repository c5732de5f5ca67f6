"""补选: seats that came open during a term are filled to its end (居委会组织法 24; 村委会组织法 23)."""

from collections import Counter
from datetime import datetime

from sqlalchemy.orm import Session

from voting.box.sealing import make_box
from voting.box.tables import Box
from voting.database import transaction
from voting.elections.after import queries
from voting.elections.after.next_polls import When, make_election, record_prepared, require_hours
from voting.elections.after.rules import NextOffice
from voting.elections.after.tables import Member
from voting.elections.committee.actions import take_over_kinships
from voting.elections.lifecycle import require_state
from voting.elections.queries import locked
from voting.elections.roll.copying import copy_roll
from voting.elections.tables import Election
from voting.errors import Conflict, TooEarly
from voting.keys import FieldKeys
from voting.law.polls import Kind
from voting.permissions import Actor


def prepare_by_election(
    session: Session, *, election_id: str, when: When, keys: FieldKeys, actor: Actor, now: datetime
) -> Election:
    """Create the by-election for every office that ended; it begins as a draft with the former roll to be brought up
    to date and posted anew, and with nominations of its own.

    Raises TooEarly NO_OPEN_SEAT; Conflict NEXT_PREPARED; Malformed ELECTION_HOURS.
    """
    require_hours(when, now)
    with transaction(session):
        last = locked(session, election_id)
        require_state(last.state, "certified")
        for one in queries.followers(session, election=last):
            if one.kind == Kind.BY_ELECTION and one.state not in ("certified", "void"):
                raise Conflict(
                    "NEXT_PREPARED",
                    f"“{one.title}”已经建好，请打开那一次选举。",
                    f"“{one.title}” is prepared already; open that one.",
                )
        offices = open_offices(session, election=last)
        if not offices:
            raise TooEarly(
                "NO_OPEN_SEAT",
                "没有在任期中空出的名额，不用补选；请先记录辞职、罢免或职务终止。",
                "No seat came open in this term; record a resignation, a recall or an end of office first.",
            )
        old = session.get_one(Box, last.box_id)
        box = make_box(session, community=last.community_id, group=old.group, trustees=old.trustees)
        made = make_election(session, last, Kind.BY_ELECTION, offices=offices, when=when, box=box)
        entries = copy_roll(session, source=last, target=made, keys=keys)
        take_over_kinships(session, source=last, target=made, entries=entries)
        record_prepared(session, made, offices, actor, now, reserve=False)
        return made


def open_offices(session: Session, *, election: Election, seated: list[Member] | None = None) -> tuple[NextOffice, ...]:
    """The offices whose members left before the end of the term, less those elected in their place since.

    ``seated``: this election's members, where they were read already.
    """
    if seated is None:
        seated = queries.members(session, election=election)
    # A win that was declared void leaves its seat to 另行选举, not to a by-election.
    left = Counter(one.office for one in seated if one.ended not in (None, "term", "annulled", "kin"))
    for poll in queries.filled_by(session, election=election) if left else ():
        left.subtract(Counter(one.office for one in queries.members(session, election=poll)))
    return tuple(
        NextOffice(office.title, left[office.title], (), False) for office in election.offices if left[office.title] > 0
    )
