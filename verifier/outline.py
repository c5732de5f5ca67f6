"""The first pass over an archive: everything but the content of the ballots, held small."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from voting.crypto import archive, records

_BALLOT_HEAD = re.compile(
    rb'\{"election_uuid":"\w{1,64}","election_hash":"[\w+/]{43}","credential":"([0-9a-f]{1,700})"'
)


@dataclass
class Outline:
    """An archive as read, its chain checked by the reader and nothing else believed yet. Ballots count from 1."""

    election: bytes = b""
    trustees: bytes = b""
    credentials: bytes = b""
    trackers: list[str] = field(default_factory=list)
    ballot_credentials: list[str] = field(default_factory=list)
    ended: bool = False
    tally: bytes | None = None
    sized: bytes | None = None
    shares: list[tuple[bytes, bytes]] = field(default_factory=list)
    result: bytes | None = None
    heads: list[str] = field(default_factory=list)

    @property
    def head(self) -> str:
        """The hash of the last event."""
        return self.heads[-1]

    @property
    def last(self) -> dict[str, int]:
        """Credential → number of its last ballot, the one that counts."""
        return {credential: number for number, credential in enumerate(self.ballot_credentials, start=1)}

    def take(self, event: archive.Event) -> None:
        """Note one event."""
        self.heads.append(event.digest)
        data = event.records
        match event.type:
            case "Setup":
                self.election, self.trustees, self.credentials, _ = data
            case "Ballot":
                self.trackers.append(records.fingerprint(data[0]))
                self.ballot_credentials.append(_credential(data[0]))
            case "EndBallots":
                self.ended = True
            case "EncryptedTally":
                self.tally, self.sized = data
            case "PartialDecryption":
                self.shares.append((data[0], data[1]))
            case "Result":
                self.result = data[0]


def read_outline(path: Path) -> Outline:
    """Read the whole archive once. Raises Malformed ARCHIVE_…, OSError."""
    outline = Outline()
    for event in archive.read(path):
        outline.take(event)
    return outline


def _credential(raw: bytes) -> str:
    """The credential that a canonical ballot names, or nothing; any other ballot is refused by check 6."""
    match = _BALLOT_HEAD.match(raw)
    return match[1].decode() if match else ""
