"""What the community's log says about the roll after its drawing up: one frozen dataclass per fact. Pure.

The log is public: objections and representatives are named by random ids and numbers, never by people.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar


@dataclass(frozen=True)
class RollVersionPosted:
    """The roll hangs in a new form after a decision; ``cause``: the objection decided (version 1: `roll_published`)."""

    type: ClassVar[str] = "roll_version_posted"
    election_id: str
    number: int
    roll_sha256: str
    entries: int
    counted: int
    cause: str
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "number": self.number,
            "roll_sha256": self.roll_sha256,
            "entries": self.entries,
            "counted": self.counted,
            "cause": self.cause,
            "by": self.by,
        }


@dataclass(frozen=True)
class RollObjectionReceived:
    """Somebody objects to the posted roll (居委会组织法 17): what is asked for, whether in time, until when."""

    type: ClassVar[str] = "roll_objection_received"
    election_id: str
    objection_id: str
    kind: str
    received: date
    within: bool
    decide_by: date
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "objection": self.objection_id,
            "kind": self.kind,
            "received": self.received.isoformat(),
            "within": self.within,
            "decide_by": self.decide_by.isoformat(),
            "by": self.by,
        }


@dataclass(frozen=True)
class RollObjectionDecided:
    """An objection was upheld or refused; ``late``: after its three days."""

    type: ClassVar[str] = "roll_objection_decided"
    election_id: str
    objection_id: str
    outcome: str
    late: bool
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "objection": self.objection_id,
            "outcome": self.outcome,
            "late": self.late,
            "by": self.by,
        }


@dataclass(frozen=True)
class RollWithdrawn:
    """The public list was taken down, after its time; the roll itself stays."""

    type: ClassVar[str] = "roll_withdrawn"
    election_id: str
    posted: date
    by: str

    def data(self) -> dict[str, object]:
        return {"election": self.election_id, "posted": self.posted.isoformat(), "by": self.by}


@dataclass(frozen=True)
class RollCategoryConfirmed:
    """The people registered on a ground that must be confirmed were confirmed: how many, on which decision."""

    type: ClassVar[str] = "roll_category_confirmed"
    election_id: str
    category: str
    entries: int
    basis: str
    decided: date
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "category": self.category,
            "entries": self.entries,
            "basis": self.basis,
            "decided": self.decided.isoformat(),
            "by": self.by,
        }


@dataclass(frozen=True)
class RepresentativesEntered:
    """The list of representatives was entered anew: how many, and the hash of the list."""

    type: ClassVar[str] = "representatives_entered"
    election_id: str
    entries: int
    list_sha256: str
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "entries": self.entries,
            "list_sha256": self.list_sha256,
            "by": self.by,
        }


@dataclass(frozen=True)
class ElectionRulesChanged:
    """Profile or open points of an election in preparation were set otherwise."""

    type: ClassVar[str] = "election_rules_changed"
    election_id: str
    profile: str
    options: dict[str, str]
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "profile": self.profile,
            "options": dict(self.options),
            "by": self.by,
        }


@dataclass(frozen=True)
class ElectionAmended:
    """Title, day, place or offices of an election in preparation were set otherwise."""

    type: ClassVar[str] = "election_amended"
    election_id: str
    title: str
    day: date
    place: str
    offices: tuple[tuple[str, int], ...]
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "title": self.title,
            "day": self.day.isoformat(),
            "place": self.place,
            "offices": [{"title": title, "seats": seats} for title, seats in self.offices],
            "by": self.by,
        }


@dataclass(frozen=True)
class ElectionDayMoved:
    """Day, hours or place of a posted election were moved by a decision.

    ``roll_again``: the roll was posted again with it; ``candidates_again``: the candidates must be.
    """

    type: ClassVar[str] = "election_day_moved"
    election_id: str
    before: date
    day: date
    opens_at: datetime
    closes_at: datetime
    place: str
    decision: str
    roll_again: bool
    candidates_again: bool
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "before": self.before.isoformat(),
            "day": self.day.isoformat(),
            "opens_at": self.opens_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "closes_at": self.closes_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "place": self.place,
            "decision": self.decision,
            "roll_again": self.roll_again,
            "candidates_again": self.candidates_again,
            "by": self.by,
        }
