"""How ids in the addresses of an election's pages are loaded, each under its parent."""

from typing import Any

from sqlalchemy.orm import Session

from voting.elections.candidates.tables import Candidate
from voting.elections.tables import Election
from voting.security import loader


@loader("election_id")
def _load_election(reader: Session, election_id: str, loaded: dict[str, Any]) -> Election | None:
    found = reader.get(Election, election_id)
    return found if found is not None and found.community_id == loaded["community"].id else None


@loader("candidate_id")
def _load_candidate(reader: Session, candidate_id: str, loaded: dict[str, Any]) -> Candidate | None:
    found = reader.get(Candidate, candidate_id)
    return found if found is not None and found.election_id == loaded["election"].id else None
