"""Conflicts that several rooms of an election must know: who stands, who is near kin, what follows (组织法 8, 15)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting.database import transaction
from voting.elections.candidates.queries import contests
from voting.elections.candidates.tables import Candidate, Nomination
from voting.elections.committee import actions, queries
from voting.elections.committee.actions import leave_committee
from voting.elections.committee.rules import Finding, must_leave, related, staff_conflicts
from voting.elections.committee.staffing import appoint_staff, swear_in
from voting.elections.queries import law_in_force, locked, rules
from voting.elections.roll.tables import RollEntry
from voting.elections.tables import Election
from voting.errors import Conflict
from voting.law.profiles import Profile
from voting.law.thresholds import Reason
from voting.permissions import Actor


def nominated(session: Session, election: Election) -> dict[str, str]:
    """Roll entry → name of everybody who stands, or is nominated and has neither withdrawn nor been counted out.

    A nomination binds from the moment it is received: the committee's member leaves then, not at acceptance.
    """
    named = session.execute(
        select(Nomination.roll_entry_id, RollEntry.name)
        .join(RollEntry, RollEntry.id == Nomination.roll_entry_id)
        .where(
            Nomination.election_id == election.id,
            Nomination.withdrawn_on.is_(None),
            # A name on a paper of the nominating poll is no nomination until it is accepted.
            (Nomination.way != "poll") | Nomination.accepted_on.is_not(None),
        )
    )
    return {**dict(named.all()), **_standing(session, election)}


def _standing(session: Session, election: Election) -> dict[str, str]:
    rows = session.execute(select(Candidate.roll_entry_id, Candidate.name).where(Candidate.election_id == election.id))
    return dict(rows.all())


def findings(
    session: Session, election: Election, profile: Profile, serving: queries.Serving | None = None
) -> Mapping[str, list[Finding]]:
    """Everything found about committee and staff: roll entry (empty: the whole committee) → findings."""
    everyone = serving or queries.serving(session, election)
    return queries.findings(session, election, profile, nominated(session, election), everyone)


def flags(session: Session, election: Election) -> list[Reason]:
    """What a reader of the candidates' list should know: near relatives who both stand, Party posts held beside.

    Near relatives may stand together; elected together, the lower office gives way (组织法 8).
    """
    law, kin = law_in_force(election), queries.kinships(session, election)
    rows = session.scalars(select(Candidate).where(Candidate.election_id == election.id).order_by(Candidate.name))
    standing = list(rows)
    found = [
        law.reason(
            f"{one.name} 与 {other.name} 是近亲属，不能同时当选。",
            f"{one.name} and {other.name} are near relatives and cannot both be elected.",
            law.composition_article,
        )
        for number, one in enumerate(standing)
        for other in standing[:number]
        if related(kin, one.roll_entry_id, other.roll_entry_id)
    ]
    for one in standing:
        if one.party_post:
            chair = one.party_post.startswith("书记")
            zh, en = ("一肩挑", "chair and secretary in one") if chair else ("交叉任职", "cross-post")
            found.append(
                law.reason(
                    f"{one.name} 兼任党组织{one.party_post}（{zh}）；当选仍须经过投票。",
                    f"{one.name} holds a Party post, {one.party_post} ({en}); the vote decides all the same.",
                    law.composition_article,
                )
            )
    return found


def leave(
    session: Session, *, election_id: str, member_id: str, because: str, actor: Actor, now: datetime
) -> str | None:
    """`committee.actions.leave_committee` with who is nominated read in the same transaction."""
    with transaction(session):
        election = locked(session, election_id)
        return leave_committee(
            session,
            election_id=election.id,
            member_id=member_id,
            because=because,
            nominated=nominated(session, election),
            profile=rules(election),
            actor=actor,
            now=now,
        )


def members_leave(session: Session, election: Election, *, actor: Actor, now: datetime) -> None:
    """Whoever stands leaves the election committee, and so do near relatives; the next of the vote come in (Art. 15).

    Inside the transaction of the deed that made it so. Only those who stand count here: a nomination that is not
    accepted drives nobody out by itself; the committee's page shows it, and an official may confirm it.
    """
    standing = _standing(session, election)
    kin, article = queries.kinships(session, election), queries.article(election)
    # A successor can be bound to leave no sooner than he comes in: `successor` passes over whoever is.
    seats = [one.seat for one in queries.members(session, election) if one.standing == "sitting"]
    leaving = {finding.person for finding in must_leave(seats, standing, kin, article)}
    everybody = nominated(session, election) if leaving else {}
    for finding in must_leave(seats, everybody, kin, article):
        if finding.person not in leaving:
            continue
        leave_committee(
            session,
            election_id=election.id,
            member_id=next(seat.id for seat in seats if seat.person == finding.person),
            because=finding.code,
            nominated=everybody,
            profile=rules(election),
            actor=actor,
            now=now,
        )


def relatives_elected(session: Session, election: Election, names: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of declared near relatives among people elected; ``names`` as on the ballot, where namesakes differ."""
    chosen = frozenset(names)
    kin = queries.kinships(session, election)
    if not kin or len(chosen) < 2:
        return []
    people = [
        (name, one.roll_entry_id)
        for contest in contests(session, election=election)
        for one, name in zip(contest.candidates, contest.names, strict=bool(contest.candidates))
        if name in chosen
    ]
    people += _written_in(session, election, chosen - {name for name, _ in people})
    return [
        (one, other)
        for number, (other, second) in enumerate(people)
        for one, first in people[:number]
        if related(kin, first, second)
    ]


def require_watchers_free(session: Session, election: Election, names: Iterable[str]) -> None:
    """Watchers of a box are named by name: whoever of the roll bears it alone must not stand or be near kin.

    Raises Conflict WATCHER_CONFLICT.
    """
    standing, kin = nominated(session, election), queries.kinships(session, election)
    found = [
        finding
        for name, person in _written_in(session, election, frozenset(names))
        for finding in staff_conflicts(person, name, standing, kin)
    ]
    if found:
        raise Conflict(
            "WATCHER_CONFLICT",
            "".join(one.reason.zh for one in found) + "监票人请另选一人。",
            " ".join(one.reason.en for one in found) + " Choose another watcher.",
        )


def _written_in(session: Session, election: Election, names: frozenset[str]) -> list[tuple[str, str]]:
    """People of the roll by their names, where only one person bears the name."""
    rows = session.execute(
        select(RollEntry.name, RollEntry.id).where(RollEntry.election_id == election.id, RollEntry.name.in_(names))
    )
    found = [(name, entry) for name, entry in rows]
    times = Counter(name for name, _ in found)
    return [(name, entry) for name, entry in found if times[name] == 1]


def declare_kinship(
    session: Session, *, election_id: str, one: str, other: str, relation: str, actor: Actor, now: datetime
) -> str:
    """`committee.actions.declare_kinship`, and whoever must leave the committee for it leaves in the same moment."""
    with transaction(session):
        election = locked(session, election_id)
        facts = {"election_id": election.id, "one": one, "other": other, "relation": relation}
        made = actions.declare_kinship(session, **facts, actor=actor, now=now)
        members_leave(session, election, actor=actor, now=now)
        return made


def appoint(
    session: Session, *, election_id: str, person: str, name: str, duty: str, actor: Actor, now: datetime
) -> str:
    """`committee.staffing.appoint_staff` with who is nominated read in the same transaction."""
    with transaction(session):
        election = locked(session, election_id)
        return appoint_staff(
            session,
            election_id=election.id,
            person=person,
            name=name,
            duty=duty,
            nominated=nominated(session, election),
            actor=actor,
            now=now,
        )


def swear(session: Session, *, election_id: str, staff_id: str, actor: Actor, now: datetime) -> None:
    """`committee.staffing.swear_in` with who is nominated read in the same transaction."""
    with transaction(session):
        election = locked(session, election_id)
        swear_in(
            session,
            election_id=election.id,
            staff_id=staff_id,
            nominated=nominated(session, election),
            actor=actor,
            now=now,
        )
