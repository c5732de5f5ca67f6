"""Casts per second against the real server: paired tablets, one question of 10 candidates, Ed25519.

Ballots are made beforehand; the senders share the machine with the server. Prints, for 20 and for 40 casts a
second: casts answered, latency, and whether the box holds exactly what was acknowledged.

    python bench/casting.py [--seconds 60] [--rates 20,40]
"""

import argparse
import os
import secrets
import sys
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from statistics import quantiles

from voting.box import cards, desk, kiosk, sealing, slot, trustees
from voting.box.rules import trustee_name
from voting.box.tables import Box
from voting.crypto import trustees as trustee_crypto
from voting.crypto.ballot import make_ballot
from voting.crypto.election import Election, Question, write_election
from voting.crypto.group import get_group
from voting.database import read, write, writing_session
from voting.law.calendar import HALL
from voting.mock_election import parties
from voting.mock_election.browser import Browser
from voting.mock_election.server import served

SENDERS = 8
GROUP = get_group("Ed25519")


def main() -> None:
    """Build an open box with as many cards as are needed, then cast at each rate."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rates", default="20,40")
    args = parser.parse_args()
    rates = [int(rate) for rate in args.rates.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        today = datetime.now(UTC).astimezone(HALL).date()
        community = parties.found(Path(folder), datetime.now(UTC), today)
        scalars = [1 + secrets.randbelow(GROUP.order - 1) for _ in range(sum(rates) * args.seconds)]
        box, record = _open_box(community, scalars)
        with ProcessPoolExecutor() as pool:
            ballots = list(pool.map(_ballot, [record] * len(scalars), scalars, chunksize=50))
        print(f"{len(ballots)} ballots of {len(ballots[0]):,} bytes made beforehand")
        with served(Path(folder)) as port:
            browsers = [_paired(community, box, port) for _ in range(SENDERS)]
            for rate in rates:
                part, ballots = ballots[: rate * args.seconds], ballots[rate * args.seconds :]
                _cast(browsers, part, rate)
        with read(community.engine) as session:
            row = session.get_one(Box, box)
            print(f"in the box: {row.casts} of {len(scalars)} (chain height {row.height})")
            sys.exit(0 if row.casts == len(scalars) == row.height else 1)


def _open_box(community: parties.Community, scalars: list[int]) -> tuple[str, bytes]:
    def act(action: object, *args: object, **facts: object) -> object:
        with writing_session(community.engine) as session:
            return action(session, *args, **facts)  # type: ignore[operator]

    now, people = datetime.now(UTC), community.supervisors
    box = str(act(sealing.make_box, community=community.id, trustees=1))
    act(cards.declare, box=box, roll_size=len(scalars), spares=0)
    secret, key = trustee_crypto.make_key(GROUP, trustee_name(1))
    act(trustees.add_key, box=box, account=people[0].account, record=key, now=now)
    publics = sorted(GROUP.text(GROUP.base_power(one)) for one in scalars)
    both = {"actor": people[0].account, "witness": people[1].account}
    act(cards.receive_credentials, box=box, credentials=publics, now=now, **both)
    with read(community.engine) as session:
        public_key, uuid = GROUP.parse(sealing.joint_key(session, box=box)), session.get_one(Box, box).uuid
    question = Question("委员", tuple(f"候选样例{n}" for n in range(10)), blank=True, minimum=1, maximum=5)
    record = write_election(
        uuid=uuid, name="样例", description="", group=GROUP, public_key=public_key, questions=[question]
    )
    act(sealing.seal, box=box, election_record=record, actor=None, now=now)
    form = Election.parse(record)
    rehearsal = trustee_crypto.partial_decryption(
        GROUP, trustee_crypto.rehearsal_phi(form), secret, trustee_crypto.rehearsal_tally(form)
    )
    act(trustees.add_rehearsal, box=box, account=people[0].account, record=rehearsal, now=now)
    act(slot.open_slot, box=box, actor=None, now=now)
    with write(community.engine) as session:
        for number in range(len(scalars)):
            label, clerk = str(number), community.clerk.account
            desk.check_in(session, box=box, voter=f"v{label}", voter_label=label, desk="一号桌", actor=clerk, now=now)
    return box, record


@cache
def _form(record: bytes) -> Election:
    return Election.parse(record)


def _ballot(record: bytes, scalar: int) -> bytes:
    form = _form(record)
    return make_ballot(form, scalar, [[0, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1]])


def _paired(community: parties.Community, box: str, port: int) -> Browser:
    with writing_session(community.engine) as session:
        code = kiosk.new_pairing_code(
            session, box=box, name="平板", actor=community.official.account, now=datetime.now(UTC)
        )
    browser = Browser(port)
    browser.post_form("/booth/pair", {"code": code.code}, page="/booth", expect=200)
    return browser


def _server_cpu() -> float:
    """Seconds of CPU that the server's processes have used: what stays comparable when the machine is not idle."""
    ticks, family = 0, [os.getpid()]
    for pid in family:
        try:
            family += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += 0 if pid == os.getpid() else int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _cast(browsers: list[Browser], ballots: list[bytes], rate: int) -> None:
    """Ballot number n leaves at second n/rate; a sender that is late sends at once and the wait counts."""
    began, cpu, own = time.perf_counter(), _server_cpu(), time.process_time()
    took, statuses = [], []

    def send(start: int) -> None:
        browser = browsers[start]
        for number in range(start, len(ballots), SENDERS):
            due = began + number / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            statuses.append(browser.post_ballot(ballots[number]).status)
            took.append(time.perf_counter() - due)

    threads = [threading.Thread(target=send, args=(start,)) for start in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    cuts = quantiles(took, n=100)
    accepted = statuses.count(201)
    cpu, own = _server_cpu() - cpu, time.process_time() - own
    print(
        f"{rate}/s for {seconds:.1f} s: {accepted} of {len(ballots)} accepted = {accepted / seconds:.1f}/s; "
        f"from due to answer p50 {1000 * cuts[49]:.0f} ms, p95 {1000 * cuts[94]:.0f} ms, p99 {1000 * cuts[98]:.0f} ms"
    )
    print(f"  CPU a cast: server {1000 * cpu / len(ballots):.1f} ms, senders {1000 * own / len(ballots):.1f} ms")


if __name__ == "__main__":
    main()
