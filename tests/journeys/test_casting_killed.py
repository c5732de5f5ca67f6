"""SIGKILL during a load, twenty times: no acknowledged ballot is lost, none is in the box twice.

Most blows hit a worker between accepting and answering; some hit the whole server. A sender that hears
nothing sends the same sealed ballot again, as the tablet does.
"""

import io
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path

import pytest
from box_build import Built, an_open_box
from sqlalchemy import func, select

from voting import config, founding
from voting.box import chain, kiosk
from voting.box.tables import Ballot, Box
from voting.crypto import archive
from voting.crypto.ballot import tracker
from voting.crypto.election import Question
from voting.database import read
from voting.errors import Refused
from voting.mock_election.browser import Browser
from voting.mock_election.server import environment_of, free_port

pytestmark = pytest.mark.slow

BALLOTS, SENDERS, BLOWS = 160, 4, 20
ONE_OFFICE = (Question("主任", ("甲", "乙"), blank=True, minimum=1, maximum=1),)


class Server:
    """gunicorn as `voting serve` starts it, in a process group of its own."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.environment = environment_of(folder)
        self.log = folder / "server.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "voting.app:from_environment()", "--workers", "2"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--worker-class", "gthread", "--threads", "4", "--bind", f"127.0.0.1:{self.port}"],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                with closing(Browser(self.port)) as browser:
                    browser.get("/health")
                return
            except (OSError, HTTPException, Refused):
                time.sleep(0.1)
        raise AssertionError(self.log.read_text()[-3000:])

    def kill_worker(self) -> None:
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        if children:
            os.kill(int(random.choice(children)), signal.SIGKILL)

    def kill_all(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def send_until_answered(browser: Browser, raw: bytes, acknowledged: dict[str, int]) -> None:
    while True:
        try:
            answer = browser.post_ballot(raw)
        except (OSError, HTTPException):
            browser.close()
            time.sleep(0.1)
            continue
        if answer.status in (200, 201):
            assert answer.json["tracker"] == tracker(raw)
            acknowledged[tracker(raw)] = answer.status
            return
        assert answer.status >= 500, answer.text


@pytest.fixture
def box(tmp_path: Path) -> Built:
    engine = founding.prepare(config.for_folder(tmp_path))
    return an_open_box(engine, voters=BALLOTS, spares=0, checked_in=BALLOTS, questions=ONE_OFFICE, trustee_count=1)


def test_no_acknowledged_ballot_is_lost_and_none_is_twice(box: Built, tmp_path: Path) -> None:
    server = Server(tmp_path)
    server.start()
    raws = [box.ballot_of(card, [[0, 1, 0]]) for card in range(BALLOTS)]
    acknowledged: dict[str, int] = {}

    def sender(first: int) -> None:
        code = box.act(
            kiosk.new_pairing_code, box=box.box, name=f"{first}", actor=box.clerk, now=datetime.now(UTC)
        ).code  # type: ignore[attr-defined]
        with closing(Browser(server.port)) as browser:
            browser.post_form("/booth/pair", {"code": code}, page="/booth", expect=200)
            ready.wait()
            for number in range(first, BALLOTS, SENDERS):
                send_until_answered(browser, raws[number], acknowledged)
                time.sleep(0.3)

    ready = threading.Barrier(SENDERS + 1)
    senders = [threading.Thread(target=sender, args=(first,), daemon=True) for first in range(SENDERS)]
    for thread in senders:
        thread.start()
    ready.wait(timeout=60)
    blows = 0
    while blows < BLOWS and any(thread.is_alive() for thread in senders):
        time.sleep(random.uniform(0.3, 0.9))
        if blows % 5 == 4:
            server.kill_all()
            server.start()
        else:
            server.kill_worker()
        blows += 1
    for thread in senders:
        thread.join(timeout=120)
    server.kill_all()
    assert blows == BLOWS, "the load must outlast the blows"
    with read(box.engine) as session:
        row = session.get_one(Box, box.box)
        stored = session.scalar(select(func.count()).select_from(Ballot))
        events = list(archive.read(io.BytesIO(b"".join(chain.archive_bytes(session, box.box)))))
    ballots = [tracker(event.records[0]) for event in events if event.type == "Ballot"]
    assert set(acknowledged) == {tracker(raw) for raw in raws}
    assert sorted(ballots) == sorted(acknowledged)
    assert (row.casts, stored, row.height, row.refused_uses) == (BALLOTS, BALLOTS, BALLOTS, 0)
