"""The server's workers: threads that nobody in the hall's network can hold up by sending slowly.

The attacker: a telephone on the hall's wireless that opens connections and sends half a request on each. A thread
that waits for the other half serves no tablet. Here a request's head is there within seconds or its connection is
closed, every wait for a body's next bytes is bounded and ends in a refusal (408), and one address holds only some of a
worker's threads.
"""

import socket
import struct
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, Final

from gunicorn.workers import gthread  # type: ignore[import-untyped]  # no stubs are locked

#: Seconds for the whole head of a request; for the next bytes of a body; for an answer's bytes to be taken.
HEAD_SECONDS, BODY_SECONDS, ANSWER_SECONDS = 8, 10, 20
#: Of the threads of a worker, how many may wait for heads from one address. Browsers keep one or two open unused.
WAITING_FOR_ONE: Final = 3
_PEEKED: Final = 16_384


class PatientWorker(gthread.ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's threads, with an end to their patience."""

    def init_process(self) -> None:
        """As gunicorn's; with the thread that ends what takes too long."""
        self._guard = threading.Lock()
        #: Connections whose request's head is awaited, and until when (monotonic seconds).
        self._heads: dict[Any, float] = {}
        self._closing = ThreadPoolExecutor(max_workers=2)
        threading.Thread(target=self._watch, daemon=True).start()
        super().init_process()

    def enqueue_req(self, conn: Any) -> None:
        """Every wait for this connection has an end, in the kernel: gunicorn reads with no limit of its own."""
        for option, seconds in ((socket.SO_RCVTIMEO, BODY_SECONDS), (socket.SO_SNDTIMEO, ANSWER_SECONDS)):
            conn.sock.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", seconds, 0))
        # gunicorn lingers up to two seconds over each connection it closes, in the thread that accepts all others.
        conn.close = partial(self._closing.submit, type(conn).close, conn)
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        """A connection in a thread: wait for its request, unless its address has enough threads waiting."""
        with self._guard:
            if not self._welcome(conn) and not (sent := _sent(conn.sock)).endswith(b"\r\n\r\n"):
                # Nothing sent yet: back to the poller, which holds no thread. Half a head is not waited for.
                return _hang_up(conn.sock) if sent else gthread._DEFER
            self._heads[conn] = time.monotonic() + HEAD_SECONDS
        try:
            return super().handle(conn)
        finally:
            with self._guard:
                self._heads.pop(conn, None)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """The head is there: from now on the application takes the time it needs."""
        with self._guard:
            self._heads.pop(conn, None)
        req.body.reader = BoundedReader(req)
        return super().handle_request(req, conn)

    def _welcome(self, conn: Any) -> bool:
        address = conn.client[0] if isinstance(conn.client, tuple) else ""
        if not address or address in self.cfg.forwarded_allow_ips:
            return True  # a proxy speaks for everybody, and waits for heads itself
        return Counter(one.client[0] for one in self._heads)[address] < WAITING_FOR_ONE

    def _watch(self) -> None:
        while True:
            time.sleep(1)
            now = time.monotonic()
            with self._guard:
                late = [conn.sock for conn, until in self._heads.items() if until < now]
            for sock in late:
                _hang_up(sock)  # the reading thread wakes up with nothing and lets go


class BoundedReader:
    """What a request's body is read from: its next bytes are waited for as long as the kernel was told.

    Where none came, the sender is told so (408) and the connection ends with the answer: nobody waits for the rest.
    """

    def __init__(self, req: Any) -> None:
        self._req, self._reader = req, req.body.reader

    def read(self, size: int) -> bytes:
        """The next bytes. Raises TimeoutError where the sender stalls."""
        try:
            read: bytes = self._reader.read(size)
        except BlockingIOError as stalled:
            self._req.force_close()
            raise TimeoutError("the body's next bytes did not come") from stalled
        return read


def _hang_up(sock: socket.socket) -> bool:
    """End it both ways, without the lingering of a close; False, as a handler says that nothing is kept alive."""
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    return False


def _sent(sock: socket.socket) -> bytes:
    """What has arrived and is not read: the head with its empty line, of a request without a body; or what there is."""
    try:
        waiting = sock.recv(_PEEKED, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except OSError:
        return b""
    head, end, _ = waiting.partition(b"\r\n\r\n")
    return head + end
