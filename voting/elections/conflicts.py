"""Conflicts that several rooms of an election must know: who stands, who is near kin, what follows (组织法 8, 15)."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting.elections.candidates.tables import Candidate, Nomination
from voting.elections.committee import queries
from voting.elections.committee.rules import Finding
from voting.elections.roll.tables import RollEntry
from voting.elections.tables import Election
from voting.law.profiles import Profile


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


def findings(session: Session, election: Election, profile: Profile) -> Mapping[str, list[Finding]]:
    """Everything found about committee and staff: roll entry (empty: the whole committee) → findings."""
    return queries.findings(session, election, profile, nominated(session, election))
