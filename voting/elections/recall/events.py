"""What the log says of a recall. Pure. Texts stand in it by their hashes, signers by their number."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar


@dataclass(frozen=True)
class RecallMoved:
    """A recall went on: petitioned, accepted, defended, its poll prepared, or ended; with numbers and hashes only."""

    type: ClassVar[str] = "recall_moved"
    election_id: str
    petition_id: str
    member_id: str
    move: str
    day: date
    by: str
    signed: int | None = None
    eligible: int | None = None
    text_sha256: str | None = None
    poll: str | None = None
    # Who asks: voters, households' representatives, or a third of the residents' (villagers') representatives.
    basis: str = "voters"

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "petition": self.petition_id,
            "member": self.member_id,
            "move": self.move,
            "day": self.day.isoformat(),
            "by": self.by,
            "signed": self.signed,
            "eligible": self.eligible,
            "text_sha256": self.text_sha256,
            "poll": self.poll,
            "basis": self.basis,
        }
