"""What a trustee does on their own computer, from files: make a key, rehearse, decrypt. No server, no database.

A trustee's key opens only what the trustee has checked: the rehearsal's ciphertexts are recomputed from
the election itself, and the tally is re-added from the archive's ballots, each verified, before the key
touches it. So a server cannot have one person's ballot decrypted by dressing it up as a tally. Nor by asking
twice: the number of ballots is the one read out in the hall, and a key opens one tally (``voting.box.one_tally``).
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from voting.box.one_tally import OneTally, Opening
from voting.crypto import archive, keyfile, records, trustees
from voting.crypto.ballot import parse_ballot, verify_ballot
from voting.crypto.election import Election, parse_public_credentials
from voting.crypto.group import get_group
from voting.crypto.tally import EncryptedTally, parse_tally
from voting.errors import Malformed, TooEarly

BALLOT_FLOOR = 5
_CHUNK = 25


@dataclass(frozen=True, slots=True)
class MadeKey:
    """The public record with its proof, for the server, and the sealed file the trustee keeps."""

    public_record: bytes
    key_file: bytes


@dataclass(frozen=True, slots=True)
class Share:
    """A share of the decryption: the trustee's number from 1, the record, and how many ballots the tally holds."""

    owner: int
    record: bytes
    ballots: int


@dataclass(frozen=True, slots=True)
class Posted:
    """What people in the hall know without the server: the posted fingerprint, the number of ballots read out."""

    fingerprint: str
    ballots: int


@dataclass(frozen=True, slots=True)
class Setup:
    """An election and its trustees, proofs checked."""

    election: Election
    trustees: trustees.Trustees


def make_key(*, group: str, uuid: str, name: str, passphrase: str) -> MadeKey:
    """A new trustee key; the file is opened again before it is handed out, so a typing machine's fault shows now.

    Raises ``Malformed`` TRUSTEE_NAME, PASSPHRASE_SHORT.
    """
    if not 1 <= len(name.strip()) <= 40:
        raise Malformed(
            "TRUSTEE_NAME",
            "请写明委员的称呼（1–40 字），例如“监督委员一”。",
            "Give the trustee's name (1–40 characters), for example “监督委员一”.",
        )
    engine = get_group(group)
    secret, record = trustees.make_key(engine, name.strip())
    sealed = keyfile.seal_trustee_key(
        group=engine, name=name.strip(), election=uuid, secret=secret, passphrase=passphrase
    )
    public = keyfile.parse(sealed).public_key
    keyfile.open_trustee_key(sealed, passphrase, election=uuid, group=group, public_keys=[public])
    return MadeKey(record, sealed)


def parse_setup(election: bytes, trustees_record: bytes, *, fingerprint: str | None = None) -> Setup:
    """The election with its trustees, every proof checked and the election key recomputed from theirs.

    ``fingerprint``: as posted on the notice board. Raises ``Malformed`` SETUP_KEY, SETUP_FINGERPRINT and
    the refusals of the records.
    """
    parsed = Election.parse(election)
    keys = trustees.parse_trustees(parsed.group, trustees_record)
    if keys.public_key != parsed.public_key:
        raise Malformed(
            "SETUP_KEY",
            "选举公钥不是各位监督委员公钥之和，可能混入了别的密钥；不要解密，请报告选举委员会。",
            "The election key is not the product of the trustees' keys; do not decrypt, tell the committee.",
        )
    if fingerprint is not None and fingerprint != parsed.fingerprint:
        raise Malformed(
            "SETUP_FINGERPRINT",
            f"选举指纹是 {parsed.fingerprint}，与公告上的不同；不要解密，请报告选举委员会。",
            f"The election's fingerprint is {parsed.fingerprint}, not the posted one; do not decrypt, "
            "tell the committee.",
        )
    return Setup(parsed, keys)


def rehearse(setup: Setup, key_file: bytes, passphrase: str) -> bytes:
    """The rehearsal record: it proves possession of the key and decrypts nothing real."""
    election = setup.election
    _, secret = _open_key(setup, key_file, passphrase)
    tally = trustees.rehearsal_tally(election)
    return trustees.partial_decryption(election.group, trustees.rehearsal_phi(election), secret, tally)


def decrypt(
    path: Path,
    key_file: bytes,
    passphrase: str,
    *,
    posted: Posted,
    memory: OneTally,
    floor: int = BALLOT_FLOOR,
    on_ballots: Callable[[int], None] | None = None,
) -> Share:
    """The share of the decryption of the archive's tally, after checking the archive up to that tally.

    ``floor``: refuse to open fewer ballots than this. Raises ``TooEarly`` DECRYPT_NO_TALLY, DECRYPT_FEW;
    ``Malformed`` DECRYPT_BALLOTS (not the number read out), DECRYPT_TALLY (the archived tally is not the sum of
    the ballots), DECRYPT_CREDENTIAL, ARCHIVE_…, BALLOT_…, those of the setup, the key file and the memory.
    """
    # Before the passphrase touches the key: is this what the hall knows, and the only tally this key opens?
    opening = outline(path, fingerprint=posted.fingerprint)
    _require_ballots(opening.ballots, posted)
    memory.check(opening)
    events = archive.read(path)
    setup, weights = _setup(events, posted.fingerprint)
    # The passphrase is asked of the file first: checking a thousand ballots takes a while.
    owner, secret = _open_key(setup, key_file, passphrase)
    added, archived, sized = _add_up(setup.election, weights, events, on_ballots)
    if (added.record(), added.sized_record()) != (archived, sized):
        raise Malformed(
            "DECRYPT_TALLY",
            "档案里的加密计票不等于各张选票之和；不要解密，请报告选举委员会。",
            "The archived tally is not the sum of the ballots; do not decrypt, tell the committee.",
        )
    if added.ballots < floor:
        raise TooEarly(
            "DECRYPT_FEW",
            f"只有 {added.ballots} 张选票，少于 {floor} 张，开票会泄露个人选择；须先有选举委员会的书面决定。",
            f"There are only {added.ballots} ballots, fewer than {floor}; opening them would tell how people voted. "
            "A recorded decision of the committee is needed first.",
        )
    # The file was read twice; what is remembered is what was checked, not what was first seen.
    _require_ballots(added.ballots, posted)
    memory.keep(Opening(setup.election.fingerprint, records.digest(archived), added.ballots))
    record = trustees.partial_decryption(setup.election.group, setup.election.fingerprint, secret, added)
    return Share(owner, record, added.ballots)


def outline(path: Path, *, fingerprint: str | None = None) -> Opening:
    """What the archive asks to have opened, by its own word: no ballot is verified, no key needed.

    Raises ``TooEarly`` DECRYPT_NO_TALLY and the refusals of the archive and the setup.
    """
    events = archive.read(path)
    setup, _ = _setup(events, fingerprint)
    ballots = 0
    for event in events:
        ballots += event.type == "Ballot"
        if event.type == "EncryptedTally":
            return Opening(setup.election.fingerprint, records.digest(event.records[0]), ballots)
    raise _no_tally()


def _require_ballots(found: int, posted: Posted) -> None:
    if found != posted.ballots:
        raise Malformed(
            "DECRYPT_BALLOTS",
            f"档案里有 {found} 张选票，会场宣读的是 {posted.ballots} 张；不要解密，请报告选举委员会。",
            f"The archive holds {found} ballots, {posted.ballots} were read out in the hall; do not decrypt, "
            "tell the committee.",
        )


def _no_tally() -> TooEarly:
    return TooEarly(
        "DECRYPT_NO_TALLY",
        "这份档案还没有加密计票（投票未结束或未汇总）；请在结束投票并汇总后再取档案。",
        "This archive holds no tally yet; fetch it again after the poll is closed and added up.",
    )


def read_setup(path: Path, *, fingerprint: str | None = None) -> Setup:
    """The setup out of an archive's first event."""
    return _setup(archive.read(path), fingerprint)[0]


def _setup(events: Iterator[archive.Event], fingerprint: str | None) -> tuple[Setup, dict[str, int]]:
    first = next(events)
    setup = parse_setup(first.records[0], first.records[1], fingerprint=fingerprint)
    return setup, parse_public_credentials(setup.election.group, first.records[2])


def _open_key(setup: Setup, key_file: bytes, passphrase: str) -> tuple[int, int]:
    """The trustee's number from 1 and secret."""
    election = setup.election
    publics = [election.group.text(key.public_key) for key in setup.trustees.owners]
    secret = keyfile.open_trustee_key(
        key_file, passphrase, election=election.uuid, group=election.group.name, public_keys=publics
    )
    return publics.index(keyfile.parse(key_file).public_key) + 1, secret


def _add_up(
    election: Election,
    weights: dict[str, int],
    events: Iterator[archive.Event],
    on_ballots: Callable[[int], None] | None,
) -> tuple[EncryptedTally, bytes, bytes]:
    """Verify and add every ballot on all cores; with the archived tally and sized records."""
    total, unused = EncryptedTally(election), dict(weights)
    with ProcessPoolExecutor(initializer=_begin, initargs=(election.record,)) as pool:
        waiting: list[Future[tuple[bytes, int, int]]] = []
        chunk: list[tuple[bytes, int]] = []
        for event in events:
            if event.type == "Ballot":
                raw = event.records[0]
                chunk.append((raw, _use(unused, parse_ballot(election, raw).credential)))
            if chunk and (len(chunk) == _CHUNK or event.type != "Ballot"):
                waiting.append(pool.submit(_verify, chunk))
                chunk = []
            # A bounded queue: the ballots of a city are never in memory at once.
            while len(waiting) > (2 * (os.cpu_count() or 1) if event.type == "Ballot" else 0):
                _merge(election, total, waiting.pop(0).result(), on_ballots)
            if event.type == "EncryptedTally":
                return total, event.records[0], event.records[1]
    raise _no_tally()


def _use(unused: dict[str, int], credential: str) -> int:
    """The weight of a credential, once. A ballot added twice would weigh one person's choice double."""
    if credential not in unused:
        raise Malformed(
            "DECRYPT_CREDENTIAL",
            "有一张选票的卡不在发卡名单中，或者同一张卡投了两次；不要解密，请报告选举委员会。",
            "A ballot's card is not among the cards made, or was used twice; do not decrypt, tell the committee.",
        )
    return unused.pop(credential)


def _merge(
    election: Election,
    total: EncryptedTally,
    part: tuple[bytes, int, int],
    on_ballots: Callable[[int], None] | None,
) -> None:
    record, ballots, weight = part
    other = parse_tally(election, record)
    other.ballots, other.total_weight = ballots, weight
    total.merge(other)
    if on_ballots is not None:
        on_ballots(ballots)


_election: list[Election] = []  # of this worker process


def _begin(record: bytes) -> None:
    _election[:] = [Election.parse(record)]


def _verify(ballots: list[tuple[bytes, int]]) -> tuple[bytes, int, int]:
    """Verify ballots and add them: the partial tally's record, how many, their weight."""
    election = _election[0]
    tally = EncryptedTally(election)
    for raw, weight in ballots:
        ballot = parse_ballot(election, raw)
        verify_ballot(election, ballot)
        tally.add(ballot, weight)
    return tally.record(), tally.ballots, tally.total_weight
