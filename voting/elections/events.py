"""What the community's log says about an election: one frozen dataclass per fact. Pure.

The log is public. It names accounts by their random id, candidates by a random id until the list is
posted and by their name from then on (they stand for office in public), and voters not at all.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar


def _instant(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class ElectionCreated:
    """An election was set up."""

    type: ClassVar[str] = "election_created"
    election_id: str
    box_uuid: str
    title: str
    day: date
    mode: str
    law: str
    profile: str
    options: dict[str, str]
    offices: tuple[tuple[str, int], ...]
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "box": self.box_uuid,
            "title": self.title,
            "day": self.day.isoformat(),
            "mode": self.mode,
            "law": self.law,
            "profile": self.profile,
            "options": dict(self.options),
            "offices": [{"title": title, "seats": seats} for title, seats in self.offices],
            "by": self.by,
        }


@dataclass(frozen=True)
class RollImported:
    """The draft roll was replaced by a file: what was in it, by number only."""

    type: ClassVar[str] = "roll_imported"
    election_id: str
    file_sha256: str
    accepted: int
    warned: int
    refused: int
    by: str
    # Where one grid's part alone was replaced: its name, and how many people came over from other grids.
    grid: str | None = None
    moved: int = 0

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "file_sha256": self.file_sha256,
            "accepted": self.accepted,
            "warned": self.warned,
            "refused": self.refused,
            "grid": self.grid,
            "moved": self.moved,
            "by": self.by,
        }


@dataclass(frozen=True)
class RollPublished:
    """The roll was posted (居委会组织法 17); ``roll_sha256`` is what every later reading is held against."""

    type: ClassVar[str] = "roll_published"
    election_id: str
    roll_sha256: str
    entries: int
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "roll_sha256": self.roll_sha256,
            "entries": self.entries,
            "by": self.by,
        }


@dataclass(frozen=True)
class CandidateAdded:
    """Somebody from the roll was put on the list for one office; named by a random id until the list is posted."""

    type: ClassVar[str] = "candidate_added"
    election_id: str
    candidate_id: str
    office: str
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "candidate": self.candidate_id,
            "office": self.office,
            "by": self.by,
        }


@dataclass(frozen=True)
class CandidateDescribed:
    """What the ballot shows beside a candidate's name was changed: which parts, not their text."""

    type: ClassVar[str] = "candidate_described"
    election_id: str
    candidate_id: str
    changed: tuple[str, ...]
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "candidate": self.candidate_id,
            "changed": list(self.changed),
            "by": self.by,
        }


@dataclass(frozen=True)
class BarsAnswered:
    """The statutory bars were answered (居委会组织法 18): which of them, by whom; never what the answers are."""

    type: ClassVar[str] = "candidate_bars_answered"
    election_id: str
    candidate_id: str
    declared: tuple[str, ...]
    checked: tuple[str, ...]
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "candidate": self.candidate_id,
            "declared": list(self.declared),
            "checked": list(self.checked),
            "by": self.by,
        }


@dataclass(frozen=True)
class CandidateRemoved:
    """Somebody was taken off the list. ``on_record``: for a withdrawal, a bar or the review; never which of them."""

    type: ClassVar[str] = "candidate_removed"
    election_id: str
    candidate_id: str
    office: str
    by: str
    on_record: bool = False

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "candidate": self.candidate_id,
            "office": self.office,
            "by": self.by,
            "on_record": self.on_record,
        }


@dataclass(frozen=True)
class CandidatesReordered:
    """The ballot order of one office was set: its candidates' ids from the first to the last."""

    type: ClassVar[str] = "candidates_reordered"
    election_id: str
    office: str
    order: tuple[str, ...]
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "office": self.office,
            "order": list(self.order),
            "by": self.by,
        }


@dataclass(frozen=True)
class CandidatesPosted:
    """The candidates were posted, in the order of the ballot."""

    type: ClassVar[str] = "candidates_posted"
    election_id: str
    offices: tuple[tuple[str, int, tuple[str, ...]], ...]
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "offices": [
                {"title": title, "seats": seats, "candidates": list(names)} for title, seats, names in self.offices
            ],
            "by": self.by,
        }


@dataclass(frozen=True)
class ElectionSealed:
    """Everything the outcome will be computed from was fixed, before the first ballot."""

    type: ClassVar[str] = "election_sealed"
    election_id: str
    box_uuid: str
    title: str
    place: str
    day: date
    mode: str
    law: str
    eligible: int
    roll_sha256: str
    ballot_floor: int
    offices: tuple[tuple[str, int, tuple[str, ...]], ...]
    by: str
    # What this poll is, and the election that it follows.
    kind: str = "first"
    follows: str | None = None
    # Whether the tablets' ballots are the record of the law, or the papers are and the tablets check them.
    legal_record: str = "tablet"
    # Whether the turnout rule binds 另行选举 as well, as the committee chose or the profile says.
    second_turnout: bool = True
    # For how many people one holder may vote.
    proxies_max: int = 3

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "box": self.box_uuid,
            "title": self.title,
            "place": self.place,
            "day": self.day.isoformat(),
            "mode": self.mode,
            "law": self.law,
            "eligible": self.eligible,
            "roll_sha256": self.roll_sha256,
            "ballot_floor": self.ballot_floor,
            "kind": self.kind,
            "follows": self.follows,
            "legal_record": self.legal_record,
            "second_turnout": self.second_turnout,
            "proxies_max": self.proxies_max,
            "offices": [
                {"title": title, "seats": seats, "candidates": list(names)} for title, seats, names in self.offices
            ],
            "by": self.by,
        }


@dataclass(frozen=True)
class PollMoved:
    """The poll was opened, paused, resumed, called in or closed; a reason where the law asks for one."""

    type: ClassVar[str] = "poll_moved"
    election_id: str
    move: str
    state: str
    by: str
    reason: str | None = None
    queue: int | None = None
    in_hand: int | None = None

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "move": self.move,
            "state": self.state,
            "by": self.by,
            "reason": self.reason,
            "queue": self.queue,
            "in_hand": self.in_hand,
        }


@dataclass(frozen=True)
class PollLengthened:
    """The posted closing time was moved to a later one, with a reason."""

    type: ClassVar[str] = "poll_lengthened"
    election_id: str
    closes_at: datetime
    reason: str
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "closes_at": _instant(self.closes_at),
            "reason": self.reason,
            "by": self.by,
        }


@dataclass(frozen=True)
class FloorDecided:
    """The committee decided to open a count of fewer ballots, or papers, than the floor, and why."""

    type: ClassVar[str] = "floor_decided"
    election_id: str
    ballots: int
    papers: int
    floor: int
    reason: str
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "ballots": self.ballots,
            "papers": self.papers,
            "floor": self.floor,
            "reason": self.reason,
            "by": self.by,
        }


@dataclass(frozen=True)
class CardsMissingDecided:
    """The committee decided to count although cards of the pile were not found, and why.

    ``voted``: the cards with a ballot that had been found on the pile by then; the log names each where it was scanned.
    """

    type: ClassVar[str] = "cards_missing_decided"
    election_id: str
    box_uuid: str
    unused: int
    missing: int
    voted: int
    reason: str
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "box": self.box_uuid,
            "unused": self.unused,
            "missing": self.missing,
            "voted": self.voted,
            "reason": self.reason,
            "by": self.by,
        }


@dataclass(frozen=True)
class OutcomeDecided:
    """The count's outcome by the law's arithmetic; ``count``: the figures it was decided from (``count.stated``)."""

    type: ClassVar[str] = "outcome_decided"
    election_id: str
    valid: bool
    next: str
    elected: tuple[tuple[str, tuple[str, ...]], ...]
    count: dict[str, object]
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "valid": self.valid,
            "next": self.next,
            "elected": [{"office": office, "names": list(names)} for office, names in self.elected],
            "count": self.count,
            "by": self.by,
        }


@dataclass(frozen=True)
class ResultCertified:
    """The bundle was signed with the election committee's key."""

    type: ClassVar[str] = "result_certified"
    election_id: str
    manifest_sha256: str
    committee_key: str
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "manifest_sha256": self.manifest_sha256,
            "committee_key": self.committee_key,
            "by": self.by,
        }
