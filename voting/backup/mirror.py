"""The second copy: every write transaction is on another medium, on the disk there, before it commits here.

While `<database>.mirror` names a folder, each transaction's statements are appended to that folder's journal
and synced *inside* the transaction, under SQLite's write lock. So the journal's order is the order of the
commits, and whatever was answered to anybody is in it. The database's `user_version` is the number of the last
journalled transaction; it changes in the same transaction.

Crash points. Torn or orphaned tail (killed between the journal's sync and the commit here): the next writer, who
holds the write lock, cuts off whatever is beyond the number that the database has committed. Medium away or
full: the transaction is refused and nothing is acknowledged; nobody goes on unprotected without deciding to.

The journal shows the order of check-ins and ballots, which no table does. Therefore every record is sealed to
the backup's passphrase (`sealed.py`); the server itself cannot read it back. A keyed hash refuses records that
the server did not write.
"""

import base64
import hashlib
import hmac
import json
import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, Final

from sqlalchemy import Connection, Engine, event

from voting.backup.sealed import Recipient, damaged
from voting.database import WRITES, make_engine
from voting.errors import Unavailable

JOURNAL_MAGIC: Final = b"community-voting-journal-1\n"
#: number of the transaction, length of its sealed record, HMAC-SHA256 over both and the record.
_FRAME: Final = struct.Struct(">QI32s")
_CAPTURE, _APPENDED = "voting_mirror_capture", "voting_mirror_appended"
_NOT_WRITES = ("SELECT", "PRAGMA", "BEGIN", "EXPLAIN")


@dataclass(frozen=True, slots=True)
class Target:
    """Where the second copy goes, as `<database>.mirror` says."""

    folder: Path
    #: user_version at the beginning of the current journal, which is named by it.
    start: int
    recipient: Recipient
    mac_key: bytes

    @property
    def journal(self) -> Path:
        """The file that records are appended to."""
        return self.folder / journal_name(self.start)

    def write(self, database: Path) -> None:
        """Make this the target, all or nothing. The caller holds the database's write lock."""
        path = config_path(database)
        record = {
            "folder": str(self.folder),
            "start": self.start,
            "mac_key": base64.b64encode(self.mac_key).decode(),
            "tag_key": base64.b64encode(self.recipient.tag_key).decode(),
            **self.recipient.record(),
        }
        part = path.with_name(path.name + ".part")
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(json.dumps(record).encode())
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        sync_folder(path.parent)


def config_path(database: Path) -> Path:
    """The file beside the database that says where its second copy is."""
    return database.with_name(database.name + ".mirror")


def journal_name(start: int) -> str:
    """Name of the journal of the transactions after number `start`."""
    return f"journal-{start:012d}"


def read_target(database: Path) -> Target | None:
    """The present target; None when there is no second copy. Raises Unavailable MIRROR_CONFIG."""
    path = config_path(database)
    try:
        record = json.loads(path.read_bytes())
        mac_key, tag_key = (base64.b64decode(record[name], validate=True) for name in ("mac_key", "tag_key"))
        recipient = replace(Recipient.read(record), tag_key=tag_key)
        return Target(Path(record["folder"]), int(record["start"]), recipient, mac_key)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        raise Unavailable(
            "MIRROR_CONFIG",
            f"双份存储的设置文件 {path} 读不出来，没有办理。请重新运行 voting backup --follow。",
            f"The second copy's settings {path} cannot be read; nothing was done. Run voting backup --follow again.",
        ) from None


def create_journal(target: Target) -> None:
    """A new, empty journal, which must not exist yet. Only this makes the file: a stick that is not mounted
    must never be mistaken for an empty folder."""
    with target.journal.open("xb") as file:
        file.write(JOURNAL_MAGIC)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(target.folder)


def sync_folder(folder: Path) -> None:
    """Put a folder's list of names on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# --- writing -------------------------------------------------------------------------------------------------------


@dataclass
class _Capture:
    target: Target
    statements: list[tuple[str, list[list[Any]]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Tail:
    """The end of the journal up to transaction `number`, as this process knows it."""

    journal: Path
    number: int
    offset: int


class Mirror:
    """What one process does for the second copy of one SQLite database."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._stamp: tuple[int, int, int] | None = None
        self._target: Target | None = None
        self._tail: _Tail | None = None

    def begin(self, connection: Connection) -> None:
        """After BEGIN IMMEDIATE: look, under the write lock, whether there is a second copy now."""
        target = self._current()
        connection.info[_CAPTURE] = _Capture(target) if target else None

    def executed(self, connection: Connection, statement: str, parameters: Any, many: bool) -> None:
        """Remember a statement that changed something."""
        capture: _Capture | None = connection.info.get(_CAPTURE)
        if capture is not None and not statement.lstrip()[:8].upper().startswith(_NOT_WRITES):
            rows = parameters if many else [parameters]
            capture.statements.append((statement, [[_plain(value) for value in row] for row in rows]))

    def commit(self, connection: Connection) -> None:
        """Before COMMIT: the record is on the other medium, or the transaction is refused."""
        capture: _Capture | None = connection.info.pop(_CAPTURE, None)
        if capture is None or not capture.statements:
            return
        cursor = connection.connection.cursor()
        number: int = cursor.execute("PRAGMA user_version").fetchone()[0]
        cursor.execute(f"PRAGMA user_version = {number + 1}")
        cursor.close()
        record = json.dumps(capture.statements, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            connection.info[_APPENDED] = self._append(capture.target, number, record)
        except OSError as error:
            self._tail = None
            raise _medium_away(capture.target.folder, error) from error

    def take_back(self, info: Any, connection: Any) -> None:
        """COMMIT failed here (disk full): cut the record off, but only while the write lock is still ours."""
        info.pop(_CAPTURE, None)
        before: _Tail | None = info.pop(_APPENDED, None)
        if before is not None and connection.in_transaction:
            with suppress(OSError):  # left there, the next writer cuts it off
                os.truncate(before.journal, before.offset)

    def _current(self) -> Target | None:
        try:
            seen = config_path(self._database).stat()
        except FileNotFoundError:
            self._stamp = self._target = None
            return None
        stamp = (seen.st_mtime_ns, seen.st_size, seen.st_ino)
        if stamp != self._stamp:
            self._target, self._stamp = read_target(self._database), stamp
        return self._target

    def _append(self, target: Target, committed: int, record: bytes) -> _Tail:
        """Write transaction `committed` + 1 behind the last committed one; returns the end before it."""
        sealed = target.recipient.seal(record)
        with target.journal.open("r+b", buffering=0) as file:
            tail = self._find_tail(file, target, committed)
            frame = seal_frame(target.mac_key, committed + 1, sealed)
            file.truncate(tail.offset)
            file.seek(tail.offset)
            if file.write(frame) != len(frame):
                raise OSError("short write")
            os.fsync(file.fileno())
        # Remembered is only what is committed: this record may yet be undone, and another process then writes
        # its own in this place.
        self._tail = tail
        return tail

    def _find_tail(self, file: BinaryIO, target: Target, committed: int) -> _Tail:
        tail = self._tail
        if tail is None or tail.journal != target.journal or tail.number > committed:
            tail = _Tail(target.journal, target.start, len(JOURNAL_MAGIC))
        number, offset = tail.number, tail.offset
        size = os.fstat(file.fileno()).st_size
        # Other processes have written since: step over their records, which the database has committed.
        while number < committed:
            file.seek(offset)
            head = file.read(_FRAME.size)
            if len(head) < _FRAME.size:
                raise _gap(target.folder)
            found, length, _ = _FRAME.unpack(head)
            offset += _FRAME.size + length
            if found != number + 1 or offset > size:
                raise _gap(target.folder)
            number = found
        return _Tail(target.journal, number, offset)


def mirrored_engine(url: str) -> Engine:
    """The engine of an installation: every process that writes to one opens it here, and so keeps the second copy."""
    engine = make_engine(url)
    if engine.dialect.name == "sqlite" and engine.url.database and engine.url.database != ":memory:":
        _watch(engine, Path(engine.url.database).absolute())
    return engine


def _watch(engine: Engine, database: Path) -> None:
    """Keep a second copy whenever `<database>.mirror` asks for one. The engine's own `begin` comes first, so that
    the copy is written under the write lock.
    """
    mirror = Mirror(database)

    def begin(connection: Connection) -> None:
        # What this connection did before was committed: no later rollback, of a reader say, may touch its record.
        connection.info.pop(_APPENDED, None)
        connection.info.pop(_CAPTURE, None)
        if connection.get_execution_options().get(WRITES, True):
            mirror.begin(connection)

    def executed(
        connection: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool
    ) -> None:
        mirror.executed(connection, statement, parameters, many)

    event.listen(engine, "begin", begin)
    event.listen(engine, "after_cursor_execute", executed)
    event.listen(engine, "commit", mirror.commit)
    event.listen(engine, "rollback", lambda one: mirror.take_back(one.info, one.connection.dbapi_connection))
    # After a failed COMMIT SQLAlchemy rolls back here, where the connection returns to the pool.
    event.listen(engine, "reset", lambda dbapi, record, _state: mirror.take_back(record.info, dbapi))


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return {"b": base64.b64encode(bytes(value)).decode()}
    raise TypeError(f"{type(value)} cannot be journalled")


# --- reading -------------------------------------------------------------------------------------------------------


def seal_frame(mac_key: bytes, number: int, sealed: bytes) -> bytes:
    """One record of the journal."""
    return _FRAME.pack(number, len(sealed), _mac(mac_key, number, sealed)) + sealed


def read_frames(file: BinaryIO, mac_key: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and sealed record of every whole frame; stops at a torn tail, which was never acknowledged.

    Raises Malformed BACKUP_DAMAGED for a file of another kind and for a frame that the server did not write.
    """
    if file.read(len(JOURNAL_MAGIC)) != JOURNAL_MAGIC:
        raise damaged()
    while len(head := file.read(_FRAME.size)) == _FRAME.size:
        number, length, mac = _FRAME.unpack(head)
        sealed = file.read(length)
        if len(sealed) < length:
            return
        if not hmac.compare_digest(mac, _mac(mac_key, number, sealed)):
            if file.read(1):
                raise damaged()
            return
        yield number, sealed


def read_statements(record: bytes) -> list[tuple[str, list[tuple[Any, ...]]]]:
    """The statements of an opened record with their parameters."""
    return [(statement, [tuple(map(_value, row)) for row in rows]) for statement, rows in json.loads(record)]


def _value(plain: Any) -> Any:
    return base64.b64decode(plain["b"]) if isinstance(plain, dict) else plain


def _mac(key: bytes, number: int, sealed: bytes) -> bytes:
    return hmac.new(key, struct.pack(">QI", number, len(sealed)) + sealed, hashlib.sha256).digest()


def _medium_away(folder: Path, error: OSError) -> Unavailable:
    return Unavailable(
        "MIRROR_DOWN",
        f"第二份存储（{folder}）写不进去（{error.strerror}），这一步没有办理。请插好存储盘后再试。",
        f"The second copy ({folder}) cannot be written ({error.strerror}); nothing was done. "
        "Put the medium back and try again.",
    )


def _gap(folder: Path) -> Unavailable:
    return Unavailable(
        "MIRROR_GAP",
        f"第二份存储（{folder}）缺了前面的记录，这一步没有办理。请运行 voting backup --follow 重新建立。",
        f"The second copy ({folder}) lacks earlier records; nothing was done. Run voting backup --follow to renew it.",
    )
