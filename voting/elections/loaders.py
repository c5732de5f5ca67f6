"""How ids in the addresses of an election's pages are loaded, each under its parent."""

from typing import Any, Protocol

from sqlalchemy.orm import Session

from voting.elections.candidates.tables import Candidate
from voting.elections.paper.tables import PaperBox
from voting.elections.proxies.tables import Proxy
from voting.elections.roll.tables import Objection
from voting.elections.tables import Election
from voting.security import loader


class Part(Protocol):
    """A row that belongs to one election."""

    @property
    def election_id(self) -> Any:
        """The election it belongs to."""


@loader("election_id")
def _load_election(reader: Session, election_id: str, loaded: dict[str, Any]) -> Election | None:
    found = reader.get(Election, election_id)
    return found if found is not None and found.community_id == loaded["community"].id else None


def part_of_election(argument: str, table: type[Part]) -> None:
    """Ids named `argument` in an address are of `table`, and only of the election that the address names before."""

    def load(reader: Session, part_id: str, loaded: dict[str, Any]) -> Part | None:
        found = reader.get(table, part_id)
        return found if found is not None and found.election_id == loaded["election"].id else None

    load.__qualname__ = f"part_of_election({table.__name__})"
    loader(argument)(load)


part_of_election("candidate_id", Candidate)
part_of_election("objection_id", Objection)
part_of_election("proxy_id", Proxy)
part_of_election("paper_box_id", PaperBox)
