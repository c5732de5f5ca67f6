"""A real server over a real folder, to be killed, starved and restored: `voting serve` in its own process group."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any

from box_build import Built

from voting.box import kiosk
from voting.crypto.ballot import tracker
from voting.errors import Refused
from voting.mock_election.browser import Answer, Browser
from voting.mock_election.server import environment_of, free_port

START_SECONDS = 40


@dataclass
class Server:
    """`voting serve` (or another command) over `folder`."""

    folder: Path
    command: list[str] = field(default_factory=lambda: ["-m", "voting.cli", "serve"])
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        log = self.folder.parent / "server.log"
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, *(part.format(port=self.port) for part in self.command)],
                env=environment_of(self.folder, VOTING_LISTEN=f"127.0.0.1:{self.port}", **self.environment),
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with closing(Browser(self.port)) as browser:
                    browser.get("/health")
                return
            except (OSError, HTTPException, Refused):
                time.sleep(0.1)
        raise AssertionError(log.read_text()[-3000:])

    def workers(self) -> list[int]:
        """The processes that answer, below whatever was started."""
        found = [self.process.pid] if self.process else []
        for pid in found:
            try:
                children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            except OSError:
                continue
            found += [int(child) for child in children]
        return found

    def kill(self) -> None:
        """SIGKILL to everything at one stroke."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()


def paired(box: Built, port: int, name: str = "一号") -> Browser:
    """A tablet, paired by its code."""
    code: Any = box.act(kiosk.new_pairing_code, box=box.box, name=name, actor=box.clerk, now=datetime.now(UTC))
    browser = Browser(port)
    browser.post_form("/booth/pair", {"code": code.code}, page="/booth", expect=200)
    return browser


def until_answered(browser: Browser, raw: bytes) -> Answer:
    """Send the same sealed ballot until it is acknowledged, as the tablet does."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            answer = browser.post_ballot(raw)
        except (OSError, HTTPException):
            browser.close()
            time.sleep(0.1)
            continue
        if answer.status in (200, 201):
            assert answer.json["tracker"] == tracker(raw)
            return answer
        assert answer.status >= 500, answer.text
        time.sleep(0.1)
    raise AssertionError("never acknowledged")


class Load:
    """Tablets that cast a pile of ballots at a walking pace; `acceptances` holds what was acknowledged."""

    def __init__(self, box: Built, port: int, raws: list[bytes], *, tablets: int = 3, pause: float = 0.2) -> None:
        self.acceptances: dict[str, str] = {}
        self._raws, self._pause, self._tablets = raws, pause, tablets
        self._browsers = [paired(box, port, f"{number} 号") for number in range(tablets)]
        self._threads = [threading.Thread(target=self._cast, args=(one,), daemon=True) for one in range(tablets)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    @property
    def running(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def finish(self) -> None:
        for thread in self._threads:
            thread.join(timeout=180)
        assert not self.running
        for browser in self._browsers:
            browser.close()

    def _cast(self, first: int) -> None:
        for raw in self._raws[first :: self._tablets]:
            self.acceptances[tracker(raw)] = until_answered(self._browsers[first], raw).json["acceptance"]
            time.sleep(self._pause)
