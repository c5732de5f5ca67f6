"""How ids in the addresses of an election's pages are loaded, each under its parent."""

from typing import Any

from sqlalchemy.orm import Session

from voting.elections.candidates.tables import Candidate
from voting.elections.paper.tables import PaperBox
from voting.elections.proxies.tables import Proxy
from voting.elections.roll.tables import Objection
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


@loader("objection_id")
def _load_objection(reader: Session, objection_id: str, loaded: dict[str, Any]) -> Objection | None:
    found = reader.get(Objection, objection_id)
    return found if found is not None and found.election_id == loaded["election"].id else None


@loader("proxy_id")
def _load_proxy(reader: Session, proxy_id: str, loaded: dict[str, Any]) -> Proxy | None:
    found = reader.get(Proxy, proxy_id)
    return found if found is not None and found.election_id == loaded["election"].id else None


@loader("paper_box_id")
def _load_paper_box(reader: Session, paper_box_id: str, loaded: dict[str, Any]) -> PaperBox | None:
    found = reader.get(PaperBox, paper_box_id)
    return found if found is not None and found.election_id == loaded["election"].id else None
