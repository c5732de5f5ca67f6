"""What the log says about nominations and lists. Pure.

A nominee is a random id until a list with the name is posted; who signed a joint nomination is never in the log.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar


@dataclass(frozen=True)
class Nominated:
    """Somebody was nominated for an office; ``signatures`` is how many voters signed, checked against the roll."""

    type: ClassVar[str] = "nominated"
    election_id: str
    nomination_id: str
    office: str
    way: str
    signatures: int
    received_on: date
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "nomination": self.nomination_id,
            "office": self.office,
            "way": self.way,
            "signatures": self.signatures,
            "received_on": self.received_on.isoformat(),
            "by": self.by,
        }


@dataclass(frozen=True)
class NominatingPollRecorded:
    """A nominating poll (海选) was counted: per office how many people were named and with how many votes in all.

    Hundreds may be named; an entry holds sums and ``sha256`` of the canonical JSON of
    ``[[nomination, office, votes], …]``, most votes first. The list itself stays in the database.
    """

    type: ClassVar[str] = "nominating_poll_recorded"
    election_id: str
    held_on: date
    voters: int
    taking_part: int
    offices: tuple[tuple[str, int, int], ...]
    sha256: str
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "held_on": self.held_on.isoformat(),
            "voters": self.voters,
            "taking_part": self.taking_part,
            "offices": [{"office": office, "named": named, "votes": votes} for office, named, votes in self.offices],
            "sha256": self.sha256,
            "by": self.by,
        }


@dataclass(frozen=True)
class NominationAnswered:
    """The nominated person accepted in writing, or withdrew in writing."""

    type: ClassVar[str] = "nomination_answered"
    election_id: str
    nomination_id: str
    answer: str
    day: date
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "nomination": self.nomination_id,
            "answer": self.answer,
            "day": self.day.isoformat(),
            "by": self.by,
        }


@dataclass(frozen=True)
class PreliminaryPosted:
    """The preliminary list was posted: the names per office as on the notice."""

    type: ClassVar[str] = "preliminary_candidates_posted"
    election_id: str
    number: int
    offices: tuple[tuple[str, tuple[str, ...]], ...]
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "number": self.number,
            "offices": [{"office": office, "names": list(names)} for office, names in self.offices],
            "by": self.by,
        }


@dataclass(frozen=True)
class ListsWithdrawn:
    """The public lists of candidates were taken down when their time was over: kind and number of each."""

    type: ClassVar[str] = "candidate_lists_withdrawn"
    election_id: str
    lists: tuple[str, ...]
    by: str

    def data(self) -> dict[str, object]:
        return {"election": self.election_id, "lists": list(self.lists), "by": self.by}
