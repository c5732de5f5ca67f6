"""The encrypted tally: ballots added up under encryption, one at a time (ballot-protocol §8)."""

from collections.abc import Iterable
from typing import Any

from voting.crypto import elgamal, records
from voting.crypto.ballot_record import Ballot
from voting.crypto.election import Election
from voting.crypto.elgamal import Ciphertext
from voting.crypto.group import Group

_FORM = "TALLY_FORM"
_LARGEST_NUMBER = 2**30 - 1  # the tools write larger counts as strings


class EncryptedTally:
    """Per question and choice position the ciphertext of the votes so far, and how many ballots they are."""

    def __init__(self, election: Election) -> None:
        self.group = election.group
        nothing = Ciphertext(self.group.neutral, self.group.neutral)
        self.rows = [[nothing] * question.positions for question in election.questions]
        self.ballots = 0
        self.total_weight = 0

    def add(self, ballot: Ballot, weight: int = 1) -> None:
        """Add a *verified* ballot, the one that counts for its credential."""
        for row, answer in zip(self.rows, ballot.answers, strict=True):
            for position, choice in enumerate(answer.choices):
                self._add(row, position, elgamal.weigh(self.group, choice, weight))
        self.ballots += 1
        self.total_weight += weight

    def merge(self, other: "EncryptedTally") -> None:
        """Add the ballots of another tally of the same election, added up elsewhere."""
        for row, others in zip(self.rows, other.rows, strict=True):
            for position, choice in enumerate(others):
                self._add(row, position, choice)
        self.ballots += other.ballots
        self.total_weight += other.total_weight

    def _add(self, row: list[Ciphertext], position: int, choice: Ciphertext) -> None:
        row[position] = elgamal.total(self.group, (row[position], choice))

    def record(self) -> bytes:
        """The canonical record."""
        text = self.group.text
        return records.write([[{"alpha": text(c.alpha), "beta": text(c.beta)} for c in row] for row in self.rows])

    def sized_record(self, record: bytes | None = None) -> bytes:
        """The record that says how many ballots and votes the tally holds, and names the tally's record."""
        return records.write(
            {
                "num_tallied": _number(self.ballots),
                "total_weight": _number(self.total_weight),
                "encrypted_tally": records.digest(self.record() if record is None else record),
            }
        )


def _number(value: int) -> int | str:
    return value if value <= _LARGEST_NUMBER else str(value)


def aggregate(election: Election, ballots: Iterable[tuple[Ballot, int]]) -> EncryptedTally:
    """The tally of verified ballots with their weights: one ballot, the last, per credential."""
    tally = EncryptedTally(election)
    for ballot, weight in ballots:
        tally.add(ballot, weight)
    return tally


def parse_tally(election: Election, raw: bytes) -> EncryptedTally:
    """Read a tally record strictly; its ``ballots`` and ``total_weight`` are unknown to it and 0.

    Raises Malformed TALLY_JSON, TALLY_FORM, TALLY_NOT_CANONICAL, GROUP_ELEMENT.
    """
    tally = EncryptedTally(election)
    listed = records.items(records.read(raw, "TALLY_JSON"), _FORM, "tally", len(election.questions))
    for index, (row, value) in enumerate(zip(tally.rows, listed, strict=True)):
        where = f"tally[{index}]"
        row[:] = [_ciphertext(election.group, item, where) for item in records.items(value, _FORM, where, len(row))]
    if tally.record() != raw:
        records.refuse("TALLY_NOT_CANONICAL", "tally", "canonical form")
    return tally


def _ciphertext(group: Group, value: Any, where: str) -> Ciphertext:
    parts = records.fields(value, "alpha beta", _FORM, where)
    return Ciphertext(*(group.parse(records.text(part, _FORM, where)) for part in parts.values()))
