"""What other rooms and the papers read of the committee, the count's staff and declared kinship."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting.elections.committee.rules import (
    Finding,
    Kin,
    Seat,
    absent_twice,
    must_leave,
    no_chair,
    relatives_together,
    size_findings,
    staff_conflicts,
    untied,
)
from voting.elections.committee.tables import (
    CommitteeMeeting,
    CommitteeMember,
    CountStaff,
    ElectionCommittee,
    Kinship,
)
from voting.elections.queries import law_in_force
from voting.elections.roll.queries import registered
from voting.elections.roll.tables import RollEntry
from voting.elections.tables import Election
from voting.law.profiles import Profile
from voting.law.thresholds import Reason


@dataclass(frozen=True)
class Member:
    """One person of the original vote. ``person``: roll entry, or the member's id while the roll has none.

    ``namesakes``: None for somebody the roll has, else how many of this name and sex it has (0 or several).
    """

    id: str
    person: str
    name: str
    sex: str
    place: int
    votes: int
    post: str
    standing: str
    joined_on: date | None
    left_on: date | None
    left_because: str | None
    namesakes: int | None = None

    @property
    def seat(self) -> Seat:
        """As the rules see it."""
        return Seat(self.id, self.person, self.name, self.place, self.standing)


@dataclass(frozen=True)
class Staff:
    """Somebody who serves; ``person`` is empty for a helper who is not on the roll."""

    id: str
    person: str
    name: str
    duty: str
    oath_on: date | None
    ended_on: date | None


@dataclass(frozen=True)
class Declared:
    """A declared kinship with both names."""

    id: str
    one: str
    other: str
    relation: str
    declared_on: date


def committee(session: Session, election: Election) -> ElectionCommittee | None:
    """How the committee came to be, or None."""
    return session.get(ElectionCommittee, election.id)


def formed_on(session: Session, election: Election) -> date | None:
    """The day of the meeting that chose the committee, for the calendar."""
    return session.scalar(select(ElectionCommittee.held_on).where(ElectionCommittee.election_id == election.id))


def members(session: Session, election: Election) -> list[Member]:
    """Everybody of the original vote in its order: sitting, in reserve, and gone.

    Whoever was taken down by name is the person of the roll who alone bears it, as soon as there is a roll.
    """
    rows = session.execute(
        select(CommitteeMember, RollEntry.name, RollEntry.sex)
        .join(RollEntry, RollEntry.id == CommitteeMember.roll_entry_id, isouter=True)
        .where(CommitteeMember.election_id == election.id)
        .order_by(CommitteeMember.place)
    ).all()
    bearers = _bearers(session, election, {row.name for row, _name, _sex in rows if row.roll_entry_id is None})
    taken = {row.roll_entry_id for row, _name, _sex in rows}
    found = []
    for row, name, sex in rows:
        same = [one for one in bearers.get((row.name, row.sex), ()) if one not in taken]
        person = row.roll_entry_id or (same[0] if len(same) == 1 else row.id)
        found.append(
            Member(
                row.id, person, name or row.name, sex or row.sex, row.place, row.votes, row.post, row.standing,
                row.joined_on, row.left_on, row.left_because, len(same) if person == row.id else None,
            )
        )  # fmt: skip  # one line of fields to a row
    return found


def _bearers(session: Session, election: Election, names: set[str]) -> dict[tuple[str, str], list[str]]:
    """Name and sex → roll entries of those who bear it."""
    found: dict[tuple[str, str], list[str]] = {}
    if names:
        rows = session.execute(
            select(RollEntry.name, RollEntry.sex, RollEntry.id).where(
                RollEntry.election_id == election.id, RollEntry.name.in_(names)
            )
        )
        for name, sex, entry in rows:
            found.setdefault((name, sex), []).append(entry)
    return found


def meetings(session: Session, election: Election) -> dict[date, frozenset[str]]:
    """Day of each meeting → ids of the members who were absent."""
    rows = session.scalars(
        select(CommitteeMeeting).where(CommitteeMeeting.election_id == election.id).order_by(CommitteeMeeting.held_on)
    )
    return {row.held_on: frozenset(row.absent) for row in rows}


def staff(session: Session, election: Election) -> list[Staff]:
    """Everybody appointed to serve at the poll or the count, by duty and name; those let go as well."""
    rows = session.scalars(
        select(CountStaff).where(CountStaff.election_id == election.id).order_by(CountStaff.duty, CountStaff.name)
    )
    return [Staff(row.id, row.roll_entry_id or "", row.name, row.duty, row.oath_on, row.ended_on) for row in rows]


def kinships(session: Session, election: Election) -> Kin:
    """Pairs of roll entries that were declared near relatives."""
    rows = session.execute(select(Kinship.one_id, Kinship.other_id).where(Kinship.election_id == election.id))
    return frozenset(frozenset((one, other)) for one, other in rows)


def declared(session: Session, election: Election) -> list[Declared]:
    """The declared kinships with names, in the order of the declarations."""
    rows = list(
        session.scalars(
            select(Kinship).where(Kinship.election_id == election.id).order_by(Kinship.declared_on, Kinship.id)
        )
    )
    ids = {person for row in rows for person in (row.one_id, row.other_id)}
    rows_named = session.execute(select(RollEntry.id, RollEntry.name).where(RollEntry.id.in_(ids)))
    named = dict(rows_named.all())
    return [Declared(row.id, named[row.one_id], named[row.other_id], row.relation, row.declared_on) for row in rows]


def findings(
    session: Session, election: Election, profile: Profile, nominated: Mapping[str, str], serving: "Serving"
) -> dict[str, list[Finding]]:
    """Everything found about the committee and the staff: roll entry (empty: the whole committee) → findings.

    ``nominated``: who stands or is nominated, roll entry → name; ``serving``: who is looked at. Before there is a
    roll nobody is looked for in it.
    """
    kin, seats = kinships(session, election), [one.seat for one in serving.members]
    found: list[Finding] = []
    if seats:
        bounds = profile.committee_size
        sitting = sum(seat.standing == "sitting" for seat in seats)
        source = Reason("", "", bounds.source_zh, bounds.source_en)
        found += size_findings(sitting, bounds.value.least, bounds.value.most, odd=bounds.value.odd, source=source)
        found += no_chair(one.post for one in serving.members if one.standing == "sitting")
        found += relatives_together(seats, kin)
        found += must_leave(seats, nominated, kin, article(election))
        lacking = [one for one in serving.members if one.namesakes is not None and one.standing != "left"]
        if lacking and registered(session, election=election):
            found += [untied(one.name, one.namesakes or 0, one.person) for one in lacking]
        if profile.absent_twice.value:
            found += absent_twice(seats, serving.meetings)
    for one in serving.staff:
        if one.person and one.ended_on is None:
            found += staff_conflicts(one.person, one.name, nominated, kin)
    listed: dict[str, list[Finding]] = {}
    for finding in found:
        listed.setdefault(finding.person, []).append(finding)
    return listed


@dataclass(frozen=True)
class Serving:
    """Everybody who serves this election, and the committee's meetings."""

    members: list[Member]
    staff: list[Staff]
    meetings: Mapping[date, frozenset[str]]


def serving(session: Session, election: Election) -> Serving:
    """Committee, staff and meetings, read once."""
    return Serving(members(session, election), staff(session, election), meetings(session, election))


def article(election: Election) -> Reason:
    """The election's law on its election committee, for the sentences about members who leave."""
    found = law_in_force(election)
    return found.reason("", "", found.committee_article) if found.committee_article else Reason("", "")
