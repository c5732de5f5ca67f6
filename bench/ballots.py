"""Speed and memory of ballot verification, as ratios within one run: ``python -m bench.ballots``."""

import io
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import chain, repeat
from pathlib import Path

from nacl._sodium import ffi, lib

from voting.crypto import archive, trustees
from voting.crypto.ballot import Ballot, make_ballot, parse_ballot, verify_ballot
from voting.crypto.election import Election, Question, new_uuid, write_election, write_public_credentials
from voting.crypto.group import get_group
from voting.crypto.tally import EncryptedTally

CANDIDATES = 10
BALLOTS = 1000
GROUP = get_group("Ed25519")


def an_election() -> tuple[Election, bytes, list[int]]:
    """An election of one question with 10 candidates and blank, its trustees record and their secrets."""
    made = [trustees.make_key(GROUP, f"监督委员{index}") for index in "一二三"]
    record = trustees.write_trustees(public for _, public in made)
    answers = tuple(f"候选人 {index}" for index in range(1, CANDIDATES + 1))
    raw = write_election(
        uuid=new_uuid(),
        name="测速",
        description="",
        group=GROUP,
        public_key=trustees.parse_trustees(GROUP, record).public_key,
        questions=[Question("选一人", answers, blank=True, minimum=1, maximum=1)],
    )
    return Election.parse(raw), record, [secret for secret, _ in made]


def cast(record: bytes, secret: int, position: int) -> bytes:
    """One ballot."""
    return make_ballot(Election.parse(record), secret, [[int(place == position) for place in range(CANDIDATES + 1)]])


def verify(record: bytes, raws: list[bytes]) -> float:
    """Verify some ballots; how many per second of processor time."""
    election = Election.parse(record)
    start = time.process_time()
    for raw in raws:
        verify_ballot(election, parse_ballot(election, raw))
    return len(raws) / (time.process_time() - start)


def least_work(*acts: Callable[[], object]) -> list[float]:
    """The processor time of each act, the best of many turns. Taken in turn: a busy machine disturbs all alike."""
    best = [float("inf")] * len(acts)
    for _ in range(200):
        for index, act in enumerate(acts):
            start = time.thread_time()
            act()
            best[index] = min(best[index], time.thread_time() - start)
    return best


def multiplications(election: Election, ballot: Ballot) -> tuple[list[bytes], list[tuple[bytes, bytes]]]:
    """Every multiplication by which ballot-protocol §7 states the check of ``ballot``, of the base and of other points.

    A signature is g^r·X^c, each proof g^r·α^c and y^r·β^c: counted one by one as written there, however they are made.
    """
    base = [_scalar(ballot.signature.response)]
    other = [(_scalar(ballot.signature.challenge), GROUP.claim(ballot.credential))]
    for answer in ballot.answers:
        of_all = [(answer.choices[0], proof) for proof in (*answer.overall, *(answer.blank or ()))]
        of_each = zip(answer.choices, answer.individual, strict=True)
        for choice, proof in chain(((choice, proof) for choice, pair in of_each for proof in pair), of_all):
            challenge, response = _scalar(proof.challenge), _scalar(proof.response)
            base.append(response)
            other += [(challenge, choice.alpha), (response, election.public_key), (challenge, choice.beta)]
    return base, other


def _scalar(value: int) -> bytes:
    return value.to_bytes(32, "little")


def cost_of_a_ballot(election: Election, raw: bytes) -> None:
    """Print the work of a verification beside that of its multiplications by libsodium alone."""
    base, other = multiplications(election, parse_ballot(election, raw))
    made = ffi.new("unsigned char[32]")

    def multiply() -> None:
        for scalar in base:
            lib.crypto_scalarmult_ed25519_base_noclamp(made, scalar)
        for scalar, point in other:
            lib.crypto_scalarmult_ed25519_noclamp(made, scalar, point)

    whole, alone = least_work(lambda: verify_ballot(election, parse_ballot(election, raw)), multiply)
    print(f"one ballot ({CANDIDATES} candidates, blank, Ed25519): {whole * 1000:.2f} ms of one processor")
    print(f"raw libsodium: its {len(base)} powers of the base point + {len(other)} of others = {alone * 1000:.2f} ms")
    print(f"ratio: {whole / alone:.2f}")


def print_rates(record: bytes, raws: list[bytes]) -> None:
    """Print the ballots per second on one process and on two, started and warm: medians of rounds taken in turn.

    Where other work keeps the processors busy, two processes are not given twice the time of one; the gain by
    processor time tells what they would have made of it.
    """
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(verify, repeat(record, 2), [raws[:10]] * 2))
        rounds = [(_rates(pool, record, raws[:60], 1), _rates(pool, record, raws[:120], 2)) for _ in range(7)]
    gain, gain_of_work = (statistics.median(two[by] / one[by] for one, two in rounds) for by in (0, 1))
    one, two = (statistics.median(pair[processes][0] for pair in rounds) for processes in (0, 1))
    print(f"ballots/s: {one:.0f} on one process, {two:.0f} on two (×{gain:.2f}; by processor time ×{gain_of_work:.2f})")


def _rates(pool: ProcessPoolExecutor, record: bytes, raws: list[bytes], processes: int) -> tuple[float, float]:
    """Ballots per second of the clock, and per second of the processor summed over the processes."""
    parts = [raws[start::processes] for start in range(processes)]
    start = time.perf_counter()
    by_work = sum(pool.map(verify, repeat(record, processes), parts))
    return len(raws) / (time.perf_counter() - start), by_work


def an_archive(
    election: Election, trustees_record: bytes, secrets: list[int], voters: list[int], raws: list[bytes]
) -> bytes:
    """A whole archive with its result."""
    stream = io.BytesIO()
    writer = archive.Writer(stream, 1_790_000_000)
    public = [GROUP.text(GROUP.base_power(voter)) for voter in voters]
    writer.setup(election.record, trustees_record, write_public_credentials(GROUP, public))
    tally = EncryptedTally(election)
    for raw in raws:
        writer.ballot(raw)
        tally.add(parse_ballot(election, raw))
    writer.end_ballots()
    writer.encrypted_tally(tally.record(), tally.sized_record())
    shares = {}
    for owner, secret in enumerate(secrets, start=1):
        shares[owner] = trustees.partial_decryption(GROUP, election.fingerprint, secret, tally)
        writer.partial_decryption(owner, shares[owner])
    listed = trustees.parse_trustees(GROUP, trustees_record)
    counts = trustees.combine(election, listed, tally, shares, tally.total_weight)
    writer.result(trustees.result_record(counts))
    return stream.getvalue()


def tree_memory(root: int) -> int:
    """Resident bytes of a process and all its descendants (Linux), shared pages counted in each."""
    parents, sizes = {}, {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                stat = (path / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(path.name)], sizes[int(path.name)] = int(stat[1]), int(stat[21])
    family = {root}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(sizes.get(member, 0) for member in family) * os.sysconf("SC_PAGE_SIZE")


def peak_memory(path: Path) -> tuple[int, float]:
    """Peak resident bytes and seconds of ``python -m verifier archive``, all its processes together."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "verifier", "archive", str(path)], stdout=subprocess.DEVNULL)
    peak = 0
    ended = threading.Event()
    while not ended.wait(0.02):
        peak = max(peak, tree_memory(process.pid))
        if process.poll() is not None:
            ended.set()
    if process.returncode != 0:
        raise SystemExit(f"the verifier ended with {process.returncode}")
    return peak, time.perf_counter() - start


def main() -> None:
    """Print the table."""
    election, trustees_record, secrets = an_election()
    voters = [GROUP.random_scalar() for _ in range(BALLOTS)]
    positions = [index % (CANDIDATES + 1) for index in range(BALLOTS)]
    with ProcessPoolExecutor() as pool:
        raws = list(pool.map(cast, repeat(election.record), voters, positions, chunksize=16))
    cost_of_a_ballot(election, raws[0])
    print_rates(election.record, raws)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{election.uuid}.bel"
        path.write_bytes(an_archive(election, trustees_record, secrets, voters, raws))
        peak, took = peak_memory(path)
    print(f"archive of {BALLOTS} ballots verified in {took:.1f} s, peak {peak / 2**20:.0f} MiB, all processes together")
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
