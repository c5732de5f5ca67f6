"""`voting serve` as an operator runs it: server and clock together, the clock started again, nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from voting.mock_election.server import environment_of, free_port

WAIT_SECONDS = 30.0


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A founded installation on a free port."""
    settings = environment_of(tmp_path, VOTING_LISTEN=f"127.0.0.1:{free_port()}", VOTING_WORKERS="1")
    init = ["init", "--community", "阳光社区", "--login", "admin", "--name", "何玉梅", "--no-committee-key"]
    subprocess.run([sys.executable, "-m", "voting.cli", *init], env=settings, check=True, capture_output=True)
    return settings


@pytest.fixture
def server(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "voting.cli", "serve"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield process
    if process.poll() is None:
        process.terminate()
    process.wait(timeout=WAIT_SECONDS)


def until(true: Callable[[], object]) -> object:
    """Wait until `true` gives something; the value it gave."""
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        if value := true():
            return value
        time.sleep(0.1)
    raise AssertionError("waited in vain")


def children(pid: int) -> dict[str, int]:
    """Running children by what they are: server or clock."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            words = (folder / "cmdline").read_text()
        except OSError:
            continue
        if parent == pid and words:
            found["clock" if "\0clock\0" in words else "server"] = int(folder.name)
    return found


def alive(environment: dict[str, str]) -> bool:
    try:
        with urllib.request.urlopen(f"http://{environment['VOTING_LISTEN']}/health", timeout=2) as answer:
            return bool(json.load(answer)["ok"])
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes by /proc")
def test_serving_and_stopping(environment: dict[str, str], server: subprocess.Popen[bytes]) -> None:
    until(lambda: alive(environment))
    before = until(lambda: len(children(server.pid)) == 2 and children(server.pid))
    assert isinstance(before, dict)
    os.kill(before["clock"], signal.SIGKILL)
    until(lambda: children(server.pid).get("clock", before["clock"]) != before["clock"])
    assert alive(environment)
    running = list(children(server.pid).values())
    server.send_signal(signal.SIGTERM)
    assert server.wait(timeout=WAIT_SECONDS) == 0
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in running))
    assert not alive(environment)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes by /proc")
def test_when_the_server_ends_the_clock_ends_with_it(
    environment: dict[str, str], server: subprocess.Popen[bytes]
) -> None:
    until(lambda: alive(environment))
    running = until(lambda: len(children(server.pid)) == 2 and children(server.pid))
    assert isinstance(running, dict)
    os.kill(running["server"], signal.SIGTERM)
    server.wait(timeout=WAIT_SECONDS)
    until(lambda: not Path(f"/proc/{running['clock']}").exists())
