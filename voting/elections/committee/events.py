"""What the log says about the election committee and the count's staff. Pure.

Members and staff appear by random ids; who is related to whom is never in the log, only that a declaration was made.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar


@dataclass(frozen=True)
class CommitteeFormed:
    """A meeting chose the election committee (组织法 15): which, how many of how many; members in order."""

    type: ClassVar[str] = "committee_formed"
    election_id: str
    body: str
    held_on: date
    due: int
    attended: int
    size: int
    members: tuple[str, ...]
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "body": self.body,
            "held_on": self.held_on.isoformat(),
            "due": self.due,
            "attended": self.attended,
            "size": self.size,
            "members": list(self.members),
            "by": self.by,
        }


@dataclass(frozen=True)
class CommitteeFiled:
    """The list of the committee was filed with the street or township."""

    type: ClassVar[str] = "committee_filed"
    election_id: str
    day: date
    by: str

    def data(self) -> dict[str, object]:
        return {"election": self.election_id, "day": self.day.isoformat(), "by": self.by}


@dataclass(frozen=True)
class CommitteeMemberLeft:
    """A member left and the next of the original vote came in; ``successor`` is None where nobody is left."""

    type: ClassVar[str] = "committee_member_left"
    election_id: str
    member_id: str
    because: str
    successor_id: str | None
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "member": self.member_id,
            "because": self.because,
            "successor": self.successor_id,
            "by": self.by,
        }


@dataclass(frozen=True)
class ChairChosen:
    """The members of the committee chose a new chair among themselves."""

    type: ClassVar[str] = "committee_chair_chosen"
    election_id: str
    member_id: str
    by: str

    def data(self) -> dict[str, object]:
        return {"election": self.election_id, "member": self.member_id, "by": self.by}


@dataclass(frozen=True)
class CommitteeMemberTied:
    """A member taken down by name is this person of the roll; who it is, is not logged."""

    type: ClassVar[str] = "committee_member_tied"
    election_id: str
    member_id: str
    by: str

    def data(self) -> dict[str, object]:
        return {"election": self.election_id, "member": self.member_id, "by": self.by}


@dataclass(frozen=True)
class CommitteeMet:
    """The committee met: how many were absent."""

    type: ClassVar[str] = "committee_met"
    election_id: str
    held_on: date
    absent: int
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "held_on": self.held_on.isoformat(),
            "absent": self.absent,
            "by": self.by,
        }


@dataclass(frozen=True)
class KinshipDeclared:
    """A near kinship between two people of the roll was declared, or taken back; who they are is not logged."""

    type: ClassVar[str] = "kinship_declared"
    election_id: str
    kinship_id: str
    withdrawn: bool
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "kinship": self.kinship_id,
            "withdrawn": self.withdrawn,
            "by": self.by,
        }


@dataclass(frozen=True)
class StaffMoved:
    """Somebody of the poll's and the count's staff was appointed, sworn in or let go."""

    type: ClassVar[str] = "count_staff_moved"
    election_id: str
    staff_id: str
    duty: str
    deed: str
    day: date
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "staff": self.staff_id,
            "duty": self.duty,
            "deed": self.deed,
            "day": self.day.isoformat(),
            "by": self.by,
        }
