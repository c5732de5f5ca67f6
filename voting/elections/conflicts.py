"""Conflicts that several rooms of an election must know: who stands, who is near kin, what follows (组织法 8, 15)."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting.database import transaction
from voting.elections.candidates.tables import Candidate, Nomination
from voting.elections.committee import queries
from voting.elections.committee.actions import leave_committee
from voting.elections.committee.rules import Finding, related
from voting.elections.committee.staffing import appoint_staff, swear_in
from voting.elections.queries import locked, rules
from voting.elections.roll.tables import RollEntry
from voting.elections.tables import Election
from voting.law.profiles import Mode, Profile, law_of
from voting.law.thresholds import Reason
from voting.permissions import Actor


def nominated(session: Session, election: Election) -> dict[str, str]:
    """Roll entry → name of everybody who stands, or is nominated and has neither withdrawn nor been counted out.

    A nomination binds from the moment it is received: the committee's member leaves then, not at acceptance.
    """
    standing = session.execute(
        select(Candidate.roll_entry_id, Candidate.name).where(Candidate.election_id == election.id)
    )
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
    return dict((*named, *standing))


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
    law, kin = law_of(election.law, Mode(election.mode)), queries.kinships(session, election)
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
