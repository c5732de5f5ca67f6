"""A telephone in the hall's network that sends half of everything: tablets are served as before."""

import io
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from gunicorn.config import Config  # type: ignore[import-untyped]  # no stubs are locked
from gunicorn.http.parser import RequestParser  # type: ignore[import-untyped]  # as above
from house_build import House

from voting.mock_election.browser import Browser
from voting.mock_election.server import served
from voting.patience import BoundedReader

HEAD = b"GET /health HTTP/1.1\r\nHost: hall\r\nX-"
BODY = b"POST /booth/pair HTTP/1.1\r\nHost: hall\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"


@contextmanager
def stalled(port: int, count: int, sent: bytes, sender: str) -> Iterator[None]:
    sockets = []
    try:
        for _ in range(count):
            sockets.append(socket.create_connection(("127.0.0.1", port), source_address=(sender, 0)))
            sockets[-1].sendall(sent)
        yield
    finally:
        for one in sockets:
            one.close()


def seconds_to_answer(port: int) -> float:
    start = time.monotonic()
    with closing(Browser(port)) as browser:
        browser.get("/health")
    return time.monotonic() - start


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with pytest.MonkeyPatch.context() as patch:
        # Loopback is where a proxy would be; here it is the hall.
        patch.setenv("FORWARDED_ALLOW_IPS", "192.0.2.1")
        with served(tmp_path_factory.mktemp("hall")) as port:
            yield port


@pytest.mark.parametrize(
    ("count", "sent", "sender"),
    [(60, HEAD, "127.0.0.2"), (60, HEAD, "127.0.0.1"), (60, b"", "127.0.0.2"), (12, BODY, "127.0.0.2")],
    ids=["heads", "heads from the tablet's own address", "nothing", "bodies"],
)
def test_who_sends_slowly_stops_nobody_else(port: int, count: int, sent: bytes, sender: str) -> None:
    with stalled(port, count, sent, sender):
        time.sleep(0.5)
        waited = [seconds_to_answer(port) for _ in range(5)]
    assert max(waited) < 5, waited


def test_a_body_that_stalls_ends_the_connection() -> None:
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs):
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 0, 50_000))
        theirs.sendall(BODY)
        request = next(RequestParser(Config(), ours, ("127.0.0.1", 1)))
        request.body.reader = BoundedReader(request)
        with pytest.raises(TimeoutError):
            request.body.read()
        assert request.should_close()


def test_who_stalls_is_told_so_in_a_sentence(house: House) -> None:
    class Stalled(io.BytesIO):
        def readinto(self, _buffer: object) -> int:
            raise TimeoutError

    answer = (
        house.app()
        .test_client()
        .post("/sign-in", input_stream=Stalled(b"a" * 100), content_type="application/x-www-form-urlencoded")
    )
    assert answer.status_code == 408, answer.text
    assert "SENT_TOO_SLOWLY" in answer.text and "再试一次" in answer.text
