"""One small election with every secret at hand, whose archive a test can forge at any single place."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from voting.crypto import archive, trustees
from voting.crypto.ballot import make_ballot, parse_ballot
from voting.crypto.election import Election, Question, new_uuid, write_election, write_public_credentials
from voting.crypto.group import Group, get_group
from voting.crypto.tally import EncryptedTally

TIMESTAMP = 1_790_000_000
BLANK_OR_ONE = Question("选举主任", ("甲某", "乙某", "丙某"), blank=True, minimum=1, maximum=1)


@dataclass
class SmallElection:
    """Two trustees, a few voters, questions as given."""

    group: Group
    trustee_secrets: list[int]
    trustees_record: bytes
    election: Election
    voters: list[int]
    weights: dict[str, int]

    @property
    def credentials_record(self) -> bytes:
        return write_public_credentials(self.group, self.weights)

    def public(self, voter: int) -> str:
        return self.group.text(self.group.base_power(self.voters[voter]))

    def ballot(self, voter: int, *choices: Sequence[int]) -> bytes:
        return make_ballot(self.election, self.voters[voter], choices)

    def tally(self, ballots: Iterable[bytes]) -> EncryptedTally:
        """The tally of the last ballot of each listed credential; proofs are not looked at."""
        last = {ballot.credential: ballot for ballot in (parse_ballot(self.election, raw) for raw in ballots)}
        tally = EncryptedTally(self.election)
        for credential, ballot in last.items():
            if credential in self.weights:
                tally.add(ballot, self.weights[credential])
        return tally

    def shares(self, tally: EncryptedTally) -> dict[int, bytes]:
        phi = self.election.fingerprint
        return {
            owner: trustees.partial_decryption(self.group, phi, secret, tally)
            for owner, secret in enumerate(self.trustee_secrets, start=1)
        }

    def counts(self, tally: EncryptedTally, shares: dict[int, bytes], most: int | None = None) -> list[list[int]]:
        listed = trustees.parse_trustees(self.group, self.trustees_record)
        return trustees.combine(self.election, listed, tally, shares, tally.total_weight if most is None else most)

    def file(self, ballots: Sequence[bytes], **changes: object) -> bytes:
        """The whole archive over ``ballots``, with any part given replaced (see ``Parts``)."""
        return Parts(self, list(ballots), **changes).write()  # type: ignore[arg-type]


@dataclass
class Parts:
    """The parts of an archive, each as given or, when None, as an honest server makes it from those before."""

    small: SmallElection
    ballots: list[bytes]
    election: bytes | None = None
    trustees: bytes | None = None
    credentials: bytes | None = None
    tally: EncryptedTally | None = None
    sized: bytes | None = None
    shares: dict[int, bytes] | None = None
    result: bytes | None = None
    late_ballots: list[bytes] = field(default_factory=list)
    until: str = "Result"

    def write(self) -> bytes:
        small, stream = self.small, io.BytesIO()
        writer = archive.Writer(stream, TIMESTAMP)
        writer.setup(
            self.election or small.election.record,
            self.trustees or small.trustees_record,
            self.credentials or small.credentials_record,
        )
        for raw in self.ballots:
            writer.ballot(raw)
        if self.until == "Ballot":
            return stream.getvalue()
        writer.end_ballots()
        for raw in self.late_ballots:
            writer.ballot(raw)
        tally = self.tally or small.tally(self.ballots + self.late_ballots)
        writer.encrypted_tally(tally.record(), self.sized or tally.sized_record())
        shares = small.shares(tally) if self.shares is None else self.shares
        for owner, raw in shares.items():
            writer.partial_decryption(owner, raw)
        if self.until == "PartialDecryption":
            return stream.getvalue()
        writer.result(self.result or trustees.result_record(small.counts(tally, shares)))
        return stream.getvalue()


def a_small_election(
    group_name: str = "Ed25519",
    voters: int = 4,
    weights: Sequence[int] | None = None,
    questions: Sequence[Question] = (BLANK_OR_ONE,),
) -> SmallElection:
    group = get_group(group_name)
    made = [trustees.make_key(group, name) for name in ("监督委员一", "监督委员二")]
    record = trustees.write_trustees(public for _, public in made)
    raw = write_election(
        uuid=new_uuid(),
        name="小区选举",
        description="虚构",
        group=group,
        public_key=trustees.parse_trustees(group, record).public_key,
        questions=questions,
    )
    secrets = [group.random_scalar() for _ in range(voters)]
    publics = [group.text(group.base_power(secret)) for secret in secrets]
    return SmallElection(
        group=group,
        trustee_secrets=[secret for secret, _ in made],
        trustees_record=record,
        election=Election.parse(raw),
        voters=secrets,
        weights=dict(zip(publics, weights or [1] * voters, strict=True)),
    )
