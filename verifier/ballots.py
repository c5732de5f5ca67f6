"""Verify ballots on all cores and add them up on the way, never holding more than a few of them."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from typing import NamedTuple

from voting.crypto.ballot import parse_ballot, verify_ballot
from voting.crypto.election import Election
from voting.crypto.tally import EncryptedTally
from voting.errors import Refused

_CHUNK = 8
_WORTH_A_POOL = 50  # ballots; starting the processes costs as much as verifying about so many


class Cast(NamedTuple):
    """A ballot of the archive: its number from 1, its bytes, its weight or None if a later one replaces it."""

    number: int
    raw: bytes
    weight: int | None


class Verified(NamedTuple):
    """Some ballots' faults by number, and the tally of those without fault that count."""

    ballots: int
    faults: list[tuple[int, Refused]]
    tally: EncryptedTally


def cores() -> int:
    """How many processes may run at once here."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def verify_all(
    election: Election, casts: Iterable[Cast], total: int, advance: Callable[[int], None], processes: int | None = None
) -> Verified:
    """Verify ``total`` ballots, on ``processes`` (default: all cores); ``advance`` is told how many are done."""
    processes = processes or cores()
    whole = Verified(0, [], EncryptedTally(election))
    chunks = _chunks(casts)
    if processes == 1 or total < _WORTH_A_POOL:
        results: Iterable[Verified] = (verify_some(election, chunk) for chunk in chunks)
    else:
        results = _in_parallel(election, chunks, processes)
    for part in results:
        whole.faults.extend(part.faults)
        whole.tally.merge(part.tally)
        whole = whole._replace(ballots=whole.ballots + part.ballots)
        advance(part.ballots)
    return whole


def verify_some(election: Election, casts: list[Cast]) -> Verified:
    """Verify a few ballots one after the other."""
    tally = EncryptedTally(election)
    faults: list[tuple[int, Refused]] = []
    for cast in casts:
        try:
            ballot = parse_ballot(election, cast.raw)
            verify_ballot(election, ballot)
        except Refused as fault:
            faults.append((cast.number, fault))
            continue
        if cast.weight is not None:
            tally.add(ballot, cast.weight)
    return Verified(len(casts), faults, tally)


def _chunks(casts: Iterable[Cast]) -> Iterator[list[Cast]]:
    iterator = iter(casts)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk


def _in_parallel(election: Election, chunks: Iterator[list[Cast]], processes: int) -> Iterator[Verified]:
    # Spawned, not forked: the progress bar's thread may hold a lock at the moment of forking.
    with ProcessPoolExecutor(processes, get_context("spawn"), _start, (election.record,)) as pool:
        waiting: deque[Future[Verified]] = deque()
        for chunk in chunks:
            waiting.append(pool.submit(_verify_chunk, chunk))
            if len(waiting) > 2 * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


class _Worker:
    """What a worker process keeps between chunks."""

    election: Election


def _start(record: bytes) -> None:
    _Worker.election = Election.parse(record)


def _verify_chunk(chunk: list[Cast]) -> Verified:
    return verify_some(_Worker.election, chunk)
