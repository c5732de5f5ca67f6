"""`voting clock`: the one process that keeps the logs' time — batches, anchors, heartbeats, checkpoints.

It acts only under a lock that dies with it (a PostgreSQL advisory lock, or a lock on a file beside the
SQLite database), so two clocks never run, and a killed one is replaced at once. Every beat is a few short
transactions, each complete in itself: killed anywhere, the next beat goes on.
"""

import argparse
import fcntl
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from voting import config, founding, journal
from voting.box import anchors, chain, events
from voting.box.tables import Box
from voting.database import empty_write_ahead_log, first_line, read, write
from voting.errors import Conflict, Refused
from voting.keys import read_keys

_log = logging.getLogger(__name__)

#: Seconds between two beats; a checkpoint follows an entry by at most this.
BEAT_SECONDS = 2.0
#: While a poll is open the log says so at least this often, so that nothing can be dated back further.
HEARTBEAT = timedelta(minutes=1)
#: Any number that no other lock of this database uses.
_ADVISORY_LOCK = 0x766F7465


@dataclass
class Clock:
    """What one clock process remembers between beats: when it last spoke in each community's log."""

    engine: Engine
    log_seed: bytes
    spoken: dict[str, datetime] = field(default_factory=dict)
    #: Boxes that were open at the last beat; and whether the write-ahead log may still show an order of check-ins
    #: that the tables do not (at the start nobody knows).
    watched: frozenset[str] = frozenset()
    ordered: bool = True
    #: What was refused at the last try, by what was tried: said once, and again when it changes.
    told: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def going_on(self, what: str) -> Iterator[None]:
        """Let a refusal of `what` stop nothing else: while a second copy is away, say, the clock must not die of it.

        Whatever was due is still due at the next beat.
        """
        try:
            yield
        except Refused as refusal:
            if self.told.get(what) != str(refusal):
                _log.error("%s: %s", what, refusal)
            self.told[what] = str(refusal)
        else:
            if self.told.pop(what, None) is not None:
                _log.warning("%s: goes on", what)

    def beat(self, now: datetime) -> None:
        """Everything that is due at `now`."""
        with read(self.engine) as session:
            open_boxes = _boxes(session, "open", "shut")
            communities = {community for _, community, _ in open_boxes}
        for box, _, _ in open_boxes:
            with self.going_on(f"box {box}"):
                self._box(box, now)
        for community in sorted(communities):
            uuids = sorted(uuid for _, where, uuid in open_boxes if where == community)
            with self.going_on(f"heartbeat {community}"):
                self._heartbeat(community, uuids, now)
        self._checkpoints()
        self._forget_order(frozenset(box for box, _, _ in open_boxes))

    def _forget_order(self, open_boxes: frozenset[str]) -> None:
        # A box that was closed wrote its last marks anew, in another process.
        self.ordered = self.ordered or bool(self.watched - open_boxes)
        self.watched = open_boxes
        if self.ordered:
            self.ordered = not empty_write_ahead_log(self.engine)

    def _box(self, box: str, now: datetime) -> None:
        # Most beats have nothing to write: look first, so that the poll never waits for the clock.
        with read(self.engine) as session:
            row = session.get_one(Box, box)
            due = anchors.is_due(session, row, now), anchors.check_ins_waiting(session, row, now)
        if not any(due):
            return
        with write(self.engine) as session:
            anchors.anchor_if_due(session, box=box, now=now)
            logged = anchors.log_check_ins(session, chain.locked(session, box), now)
        self.ordered = self.ordered or logged > 0

    def _heartbeat(self, community: str, uuids: list[str], now: datetime) -> None:
        last = self.spoken.get(community)
        if last is not None and now - last < HEARTBEAT:
            return
        with write(self.engine) as session:
            journal.record(session, community, events.Heartbeat(uuids), now)
        self.spoken[community] = now

    def _checkpoints(self) -> None:
        with read(self.engine) as session:
            grown = journal.grown_logs(session)
        for community in grown:
            # One community's damaged log must not stop the others' checkpoints.
            with self.going_on(f"checkpoint {community}"), write(self.engine) as session:
                journal.sign_head(session, community, self.log_seed)


def _boxes(session: Session, *states: str) -> list[tuple[str, str, str]]:
    found = session.execute(select(Box.id, Box.community_id, Box.uuid).where(Box.state.in_(states)))
    return [(box, community, uuid) for box, community, uuid in found]


@contextmanager
def only_one(engine: Engine, lock_file: Path) -> Iterator[None]:
    """Hold the clock's lock; raises Conflict CLOCK_RUNS when another clock has it."""
    taken = _advisory_lock(engine) if engine.dialect.name == "postgresql" else _file_lock(lock_file)
    with taken as got:
        if not got:
            raise Conflict(
                "CLOCK_RUNS",
                "这个数据库的时钟已经在另一个进程里运行，不用再启动。",
                "The clock of this database runs in another process already; there is no need for a second.",
            )
        yield


@contextmanager
def _advisory_lock(engine: Engine) -> Iterator[bool]:
    # Without a transaction, which would stay open for days; the lock lives as long as this one connection.
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            yield bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _ADVISORY_LOCK}))
        finally:
            # Back in the pool it would keep the lock.
            connection.invalidate()


@contextmanager
def _file_lock(path: Path) -> Iterator[bool]:
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def run(clock: Clock, stopped: threading.Event, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
    """Beat until told to stop."""
    while not stopped.is_set():
        try:
            with clock.going_on("beat"):
                clock.beat(now())
        except OperationalError as error:
            # The database was busy or away for a moment; whatever was due is still due at the next beat.
            _log.warning("%s", first_line(error))
        stopped.wait(BEAT_SECONDS)


def alone(clock: Clock, lock_file: Path, stopped: threading.Event) -> None:
    """Beat as the only clock; wait while another one beats, and take over when it ends."""
    while not stopped.is_set():
        with clock.going_on("clock"), only_one(clock.engine, lock_file):
            run(clock, stopped)
        stopped.wait(BEAT_SECONDS)


def add_commands(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``voting clock``."""
    parser = subparsers.add_parser("clock", help="日志时钟：批次、锚点、心跳、检查点 / keep the logs' time")
    parser.set_defaults(run=_run_clock)


def _run_clock(_args: argparse.Namespace) -> int:
    settings = config.load()
    engine = founding.opened(settings)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    alone(Clock(engine, read_keys(settings).log_seed), settings.data_dir / "clock.lock", stopped)
    return 0
