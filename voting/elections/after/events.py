"""What the log says of what comes after a count. Pure. Names of those elected are public; no others stand here."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar


def _seats(found: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"office": office, "name": name} for office, name in found]


@dataclass(frozen=True)
class ReserveMade:
    """A reserve ballot box was set up beside the election's own, for a re-vote on the spot."""

    type: ClassVar[str] = "reserve_made"
    election_id: str
    reserve_uuid: str
    by: str

    def data(self) -> dict[str, object]:
        return {"election": self.election_id, "reserve": self.reserve_uuid, "by": self.by}


@dataclass(frozen=True)
class ReserveDestroyed:
    """The reserve was not needed: its cards were destroyed before those present."""

    type: ClassVar[str] = "reserve_destroyed"
    election_id: str
    reserve_uuid: str
    cards: int
    by: str

    def data(self) -> dict[str, object]:
        return {"election": self.election_id, "reserve": self.reserve_uuid, "cards": self.cards, "by": self.by}


@dataclass(frozen=True)
class NextPollPrepared:
    """A poll that follows another was set up with its roll, candidates and offices."""

    type: ClassVar[str] = "next_poll_prepared"
    election_id: str
    follows: str
    kind: str
    day: date
    roll_sha256: str
    offices: tuple[tuple[str, int, tuple[str, ...]], ...]
    reserve: bool
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "follows": self.follows,
            "kind": self.kind,
            "day": self.day.isoformat(),
            "roll_sha256": self.roll_sha256,
            "offices": [
                {"title": title, "seats": seats, "candidates": list(names)} for title, seats, names in self.offices
            ],
            "reserve": self.reserve,
            "by": self.by,
        }


@dataclass(frozen=True)
class RelativesSettled:
    """Near relatives were elected together: who gives way, who moves up, who is voted on again; never how related."""

    type: ClassVar[str] = "relatives_settled"
    election_id: str
    gave_way: tuple[tuple[str, str], ...]
    moved_up: tuple[tuple[str, str], ...]
    vote_again: tuple[tuple[str, str], ...]
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "gave_way": _seats(self.gave_way),
            "moved_up": _seats(self.moved_up),
            "vote_again": _seats(self.vote_again),
            "by": self.by,
        }


@dataclass(frozen=True)
class PlacesLeftEmpty:
    """The committee decided that open seats of an office stay empty."""

    type: ClassVar[str] = "places_left_empty"
    election_id: str
    office: str
    seats: int
    reason: str
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "office": self.office,
            "seats": self.seats,
            "reason": self.reason,
            "by": self.by,
        }


@dataclass(frozen=True)
class MembersSeated:
    """Certificates of election were given: office, name, number."""

    type: ClassVar[str] = "members_seated"
    election_id: str
    since: date
    members: tuple[tuple[str, str, int], ...]
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "since": self.since.isoformat(),
            "members": [{"office": office, "name": name, "number": number} for office, name, number in self.members],
            "by": self.by,
        }


@dataclass(frozen=True)
class DeedRecorded:
    """A deed after the poll: posted, reported, sealed, an item or the whole handed over; its facts by their hash."""

    type: ClassVar[str] = "after_deed"
    election_id: str
    deed: str
    day: date
    facts_sha256: str
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "deed": self.deed,
            "day": self.day.isoformat(),
            "facts_sha256": self.facts_sha256,
            "by": self.by,
        }


@dataclass(frozen=True)
class SeatChanged:
    """A member handed in a resignation, or an office ended: on which kind of ground, never what was found."""

    type: ClassVar[str] = "seat_changed"
    election_id: str
    member_id: str
    change: str
    day: date
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "member": self.member_id,
            "change": self.change,
            "day": self.day.isoformat(),
            "by": self.by,
        }


@dataclass(frozen=True)
class DisputeRecorded:
    """A complaint about entry ``about`` of this log went to street, district or court; later, that it was answered."""

    type: ClassVar[str] = "dispute_recorded"
    election_id: str
    dispute_id: str
    about: int
    forum: str
    answered: bool
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "dispute": self.dispute_id,
            "about": self.about,
            "forum": self.forum,
            "answered": self.answered,
            "by": self.by,
        }
