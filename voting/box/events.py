"""The facts of a ballot box that go to the community's log, one frozen dataclass each; pure.

No fact is about one cast ballot, none carries a card's code, a roll number, a name or a tablet beside a
ballot. Casts reach the log through anchors, check-ins through hourly batches of salted commitments.
``box`` is always the box's uuid, ``by`` the account that acted.
"""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar


class Fact:
    """An entry of the log whose data are its fields."""

    type: ClassVar[str]

    def data(self) -> dict[str, Any]:
        """The fact as the log writes it."""
        return asdict(self)  # type: ignore[call-overload,no-any-return]  # every subclass is a dataclass


@dataclass(frozen=True)
class TrusteeKeyAdded(Fact):
    """A supervisor's public key, with its proof, was received."""

    type: ClassVar[str] = "box_trustee_key"
    box: str
    owner: int
    public_key: str
    by: str


@dataclass(frozen=True)
class CardsReceived(Fact):
    """The public credentials of the printed cards were received before two supervisors."""

    type: ClassVar[str] = "box_cards_received"
    box: str
    count: int
    roll: int
    spares: int
    sha256: str
    by: str
    witness: str


@dataclass(frozen=True)
class BoxSealed(Fact):
    """Form, keys and cards are fixed; ``head`` is the Setup event of the archive."""

    type: ClassVar[str] = "box_sealed"
    box: str
    fingerprint: str
    head: str
    by: str


@dataclass(frozen=True)
class TrusteeRehearsed(Fact):
    """A supervisor proved to hold the key by decrypting the rehearsal tally."""

    type: ClassVar[str] = "box_rehearsed"
    box: str
    owner: int
    sha256: str


@dataclass(frozen=True)
class SlotOpened(Fact):
    """The box takes ballots from here on (again, after a pause)."""

    type: ClassVar[str] = "box_slot_opened"
    box: str
    casts: int
    by: str


@dataclass(frozen=True)
class SlotShut(Fact):
    """The box takes no ballots until it is opened again."""

    type: ClassVar[str] = "box_slot_shut"
    box: str
    casts: int
    by: str


@dataclass(frozen=True)
class QueueCounted(Fact):
    """Closing time: only the people counted in the queue are still served."""

    type: ClassVar[str] = "box_queue_counted"
    box: str
    people: int
    by: str


@dataclass(frozen=True)
class BoxVoided(Fact):
    """The election was declared void before the box was closed: no ballot after this, and it is never counted."""

    type: ClassVar[str] = "box_voided"
    box: str
    casts: int
    by: str


@dataclass(frozen=True)
class BoxClosed(Fact):
    """No ballot after this; the final counters of the desk, in cards."""

    type: ClassVar[str] = "box_closed"
    box: str
    head: str
    casts: int
    cards_made: int
    cards_out: int
    cards_returned: int
    cards_torn: int
    refused_uses: int
    papers_printed: int
    papers_out: int
    papers_returned: int
    papers_torn: int
    proxies: int
    assisted: int
    by: str


@dataclass(frozen=True)
class PaperReturned(Fact):
    """A check-in for paper was taken back with the unmarked paper; ``commitment`` is the one of its batch."""

    type: ClassVar[str] = "box_paper_returned"
    box: str
    commitment: str
    reason: str
    papers_returned: int
    second: str
    by: str


@dataclass(frozen=True)
class PaperSpoilt(Fact):
    """A spoilt paper was set aside and another handed over."""

    type: ClassVar[str] = "box_paper_spoilt"
    box: str
    papers_torn: int
    by: str


@dataclass(frozen=True)
class CheckInUndone(Fact):
    """A check-in was taken back with a card in hand; ``commitment`` is the one of its batch, ``second`` saw it."""

    type: ClassVar[str] = "box_check_in_undone"
    box: str
    commitment: str
    reason: str
    cards_returned: int
    second: str
    by: str


@dataclass(frozen=True)
class CardTorn(Fact):
    """A torn card was scanned as void and a spare handed over."""

    type: ClassVar[str] = "box_card_torn"
    box: str
    cards_torn: int
    by: str


@dataclass(frozen=True)
class CheckInBatch(Fact):
    """Check-ins of a ``channel`` (card, paper) up to an hour, as sorted salted commitments; totals since opening."""

    type: ClassVar[str] = "box_check_in_batch"
    box: str
    until: str
    channel: str
    commitments: list[str]
    cards_out: int
    cards_returned: int
    cards_torn: int
    papers_out: int
    papers_returned: int
    papers_torn: int


@dataclass(frozen=True)
class BoxAnchored(Fact):
    """Head of the box's event chain with the RFC 6962 root over the sorted trackers new since the last."""

    type: ClassVar[str] = "box_anchored"
    box: str
    number: int
    height: int
    head: str
    ballots: int
    new: int
    root: str


@dataclass(frozen=True)
class UnusedCardVoted(Fact):
    """A card found among the unused ones after closing has a ballot: laid back there, or somebody knew its code."""

    type: ClassVar[str] = "box_unused_card_voted"
    box: str
    credential: str
    by: str


@dataclass(frozen=True)
class UnusedScanned(Fact):
    """All cards that were never handed over have been scanned, and none has a ballot."""

    type: ClassVar[str] = "box_unused_scanned"
    box: str
    cards_unused: int
    by: str


@dataclass(frozen=True)
class TalliedEncrypted(Fact):
    """The encrypted tally was computed; ``floor_decision`` is empty unless there were too few ballots."""

    type: ClassVar[str] = "box_tallied"
    box: str
    ballots: int
    head: str
    floor_decision: str
    by: str


@dataclass(frozen=True)
class ShareReceived(Fact):
    """A supervisor's verified share of the decryption."""

    type: ClassVar[str] = "box_share_received"
    box: str
    owner: int
    sha256: str


@dataclass(frozen=True)
class BoxOpened(Fact):
    """All shares combined: the result record stands in the archive."""

    type: ClassVar[str] = "box_opened"
    box: str
    head: str
    result: str


@dataclass(frozen=True)
class KioskAdmitted(Fact):
    """An official made the code with which one tablet may be paired: who let it in."""

    type: ClassVar[str] = "box_kiosk_admitted"
    box: str
    kiosk: str
    name: str
    by: str


@dataclass(frozen=True)
class KioskPaired(Fact):
    """An admitted tablet used its code up (named, never tied to a ballot); it acts without an account."""

    type: ClassVar[str] = "box_kiosk_paired"
    box: str
    kiosk: str
    name: str


@dataclass(frozen=True)
class KioskRevoked(Fact):
    """A tablet may no longer send ballots."""

    type: ClassVar[str] = "box_kiosk_revoked"
    box: str
    kiosk: str
    name: str
    by: str


@dataclass(frozen=True)
class Heartbeat(Fact):
    """The log's clock during an open poll: bounds back-dating to about a minute."""

    type: ClassVar[str] = "clock_heartbeat"
    boxes: list[str]
