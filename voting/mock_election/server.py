"""The real server of the mock election: gunicorn and the clock in their own processes, on loopback only."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from voting.errors import Refused
from voting.mock_election.browser import Browser

_START_SECONDS = 30


@contextmanager
def served(data_dir: Path, workers: int = 2) -> Iterator[int]:
    """`voting serve` over `data_dir` while the block runs; gives the port. Raises Refused SERVER_DOWN."""
    port = free_port()
    environment = environment_of(data_dir, VOTING_LISTEN=f"127.0.0.1:{port}", VOTING_WORKERS=str(workers))
    with (data_dir / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "voting.cli", "serve"], env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        _wait(process, port, data_dir / "server.log")
        yield port
    finally:
        process.terminate()
        process.wait(timeout=40)


def environment_of(data_dir: Path, **settings: str) -> dict[str, str]:
    """The environment of a server over `data_dir`, with `settings` and nobody's own.

    VOTING_DATABASE_URL of the surroundings, say, would lead to a real installation.
    """
    around = {name: value for name, value in os.environ.items() if not name.startswith("VOTING_")}
    return {**around, "VOTING_DATA_DIR": str(data_dir), **settings}


def free_port() -> int:
    """A port of loopback that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with closing(Browser(port)) as browser:
                browser.get("/health")
        except (OSError, Refused):
            time.sleep(0.1)
        else:
            return
    raise Refused("SERVER_DOWN", f"服务器没有启动，请看 {log}。", f"The server did not start; see {log}.")
