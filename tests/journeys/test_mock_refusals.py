"""The mock election stops where something is not as it must be: each of its own refusals, alone."""

import queue
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from voting.errors import Refused
from voting.mock_election import cli, count, poll
from voting.mock_election.browser import Browser
from voting.mock_election.server import served
from voting.mock_election.tablet import Voted


def code(deed: Callable[..., object], *given: object) -> str:
    """The code a deed is refused with."""
    with pytest.raises(Refused) as caught:
        deed(*given)
    return caught.value.code


@pytest.mark.parametrize("voters", [9, 5001])
def test_more_or_fewer_voters_than_it_can_have_are_refused(tmp_path: Path, voters: int) -> None:
    out = tmp_path / "election"
    assert code(cli.run_election, SimpleNamespace(voters=voters, group="Ed25519", out=out)) == "VOTERS"
    assert not out.exists()


@pytest.fixture
def odd_server() -> Iterator[int]:
    """A server that answers 418 with a page of words to everything but /, which it answers with 200."""

    class Odd(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 418)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"words")

        def log_message(self, *_said: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Odd)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_an_answer_that_is_no_refusal_of_ours(odd_server: int) -> None:
    browser = Browser(odd_server)
    assert code(browser.get, "/tea") == "UNEXPECTED_ANSWER"
    assert code(lambda: browser.post_form("/", {}, page="/")) == "NO_TOKEN"
    browser.close()


def test_a_server_that_does_not_start_and_knows_no_real_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOTING_DATABASE_URL", f"sqlite:///{tmp_path}/real.sqlite3")
    (tmp_path / "keys").write_text("in the way")
    with pytest.raises(Refused, match="SERVER_DOWN"), served(tmp_path):
        pass
    assert f"{tmp_path}/keys" in (tmp_path / "server.log").read_text()
    (tmp_path / "keys").unlink()
    with served(tmp_path, workers=1):
        pass
    assert (tmp_path / "voting.sqlite3").exists()
    assert not (tmp_path / "real.sqlite3").exists()


def outcomes(*said: object) -> Any:
    """What the tablets say, in this order."""
    waiting: queue.Queue[object] = queue.Queue()
    for one in said:
        waiting.put(one)
    return waiting


def test_a_tablet_that_fails_is_heard_of() -> None:
    assert code(poll._next, outcomes("ValueError('…')")) == "TABLET_FAILED"


def test_a_ballot_that_is_not_accepted_ends_the_poll() -> None:
    day = SimpleNamespace(visits=[])
    refused = Voted(409, "CARD_USED", 0.1, 0.1)
    assert code(poll._leave_booth, day, outcomes(refused), lambda *_: None, 1) == "VOTE_REFUSED"
    assert day.visits == []


def test_what_must_be_refused_and_is_not() -> None:
    assert code(poll._refusal, lambda: "done") == "NOT_REFUSED"


def test_a_verifier_that_says_no(tmp_path: Path) -> None:
    day = SimpleNamespace(folder=tmp_path, notes={})
    command = [sys.executable, "-c", "raise SystemExit('not sound')"]
    assert code(count._judge, day, "verifier", command) == "NOT_VERIFIED"
    assert "not sound" in (tmp_path / "verifier.txt").read_text()
    assert day.notes == {"verifier": "exit 1"}
