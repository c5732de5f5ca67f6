"""What the parties of a mock election hold between its steps. Codes and passphrases would be on paper."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from voting.database import writing_session
from voting.elections.count.rules import ElectionOutcome
from voting.mock_election.browser import Browser
from voting.mock_election.parties import Community, Party
from voting.mock_election.tablet import Voted

#: `advance(done, total)` moves the bar of the step that runs.
Advance = Callable[[int, int], None]

#: The dice of the whole day, so that a run can be repeated.
SEED = 20261220


@dataclass
class Day:
    """One mock election from the empty folder to the verified bundle."""

    folder: Path
    voters: int
    group: str
    community: Community
    date: date
    port: int = 0
    election: str = ""
    box: str = ""
    uuid: str = ""
    entries: list[str] = field(default_factory=list)
    pile: list[str] = field(default_factory=list)
    spent: list[str] = field(default_factory=list)
    visits: list[Voted] = field(default_factory=list)
    outcome: ElectionOutcome | None = None
    counts: list[tuple[str, str, int]] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    _browsers: dict[str, Browser] = field(default_factory=dict)

    def act(self, action: Callable[..., Any], /, **facts: object) -> Any:
        """One action of the house, as its page would call it."""
        with writing_session(self.community.engine) as session:
            return action(session, **facts)

    def official(self, action: Callable[..., Any], /, **facts: object) -> Any:
        """An act of the election official on the election, now."""
        who = {"election_id": self.election, "actor": self.community.official.actor, "now": now()}
        return self.act(action, **{**who, **facts})

    def room(self, rest: str) -> str:
        """Address of one of the box's staff pages."""
        return f"/c/{self.community.id}/boxes/{self.box}/{rest}"

    def desk(self, deed: str, **asked: object) -> Any:
        """A deed at the desk, sent by the clerk's page."""
        page = f"/c/{self.community.id}/elections/{self.election}/desk"
        return self.browser(self.community.clerk).post_json(f"{page}/{deed}", asked, page=page).json

    def browser(self, who: Party) -> Browser:
        """The browser of a member of staff, signed in once."""
        if who.login not in self._browsers:
            self._browsers[who.login] = who.browser(self.port)
        return self._browsers[who.login]

    def trustee_folder(self, number: int) -> Path:
        """What supervisor `number` keeps on a stick of their own."""
        folder = self.folder / f"trustee{number}"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    @property
    def bundle(self) -> Path:
        """The certified bundle, unpacked."""
        return self.folder / "bundle"

    @property
    def archive(self) -> Path:
        """The ballot archive alone, in a folder of its own, as belenios-tool wants it."""
        return self.folder / "archive" / f"{self.uuid}.bel"


def now() -> datetime:
    """This instant."""
    return datetime.now(UTC)


def ahead(days: int) -> datetime:
    """So many days before: the lists hang as long as the law asks, by the clock of whoever posts them."""
    return now() - timedelta(days=days)


def passphrase(number: int) -> str:
    """Of supervisor `number`'s key file; it opens nothing that outlives the run."""
    return f"mock trustee {number} passphrase"
