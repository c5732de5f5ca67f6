"""The database: one engine, the base of every table, and the two ways in — to read and to write.

A *reading* session cannot write: the database itself refuses it (``PRAGMA query_only``, or a
READ ONLY transaction on PostgreSQL). A *writing* session takes the write lock at its first statement
(``BEGIN IMMEDIATE``), so what an action checks is still true when it acts, and two officials who act at
once are put one after the other instead of failing half way.

In pages::

    with read(engine) as session: ...            # any number of selects, one snapshot
    with write(engine) as session: close_ballot_box(session, actor=..., now=...)

In actions::

    def close_ballot_box(session, *, actor, now, ...):
        with transaction(session):
            ...
"""

import json
import secrets
import sqlite3
import string
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, Text, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

#: How long a writer waits for another writer before it gives up, in milliseconds.
BUSY_TIMEOUT_MS = 15_000
#: How long the writers may wait while the write-ahead log is emptied, in milliseconds.
CHECKPOINT_TIMEOUT_MS = 500

_ID_ALPHABET = string.ascii_letters + string.digits
_ID_LENGTH = 22
#: Execution option and mark of a session: whether it may write.
WRITES = "voting_writes"


class Base(DeclarativeBase):
    """The base of every table; constraints get stable names, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UTCDateTime(TypeDecorator[datetime]):
    """An instant, kept in UTC. A naive time is refused at the column: nobody knows which hour it names."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone cannot be stored")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class JSONText(TypeDecorator[Any]):
    """A JSON value kept as compact text with sorted keys: equal values are equal bytes on every database.

    Changes inside the value are not noticed; assign a new one.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 — SQLAlchemy's signature
        if value is None:
            return None
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 — as above
        return None if value is None else json.loads(value)


def random_id() -> str:
    """A fresh primary key: 22 letters and digits (131 bits), telling neither order nor time of creation."""
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(_ID_LENGTH))


def one_of(column: str, values: Iterable[str]) -> str:
    """The condition of a CHECK: `column` holds one of `values`."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


def make_engine(url: str) -> Engine:
    """The engine for `url`: SQLite (embedded default) or PostgreSQL.

    An acknowledged ballot survives a power cut: SQLite runs in WAL with synchronous=FULL, so a commit
    returns only after the log is on the disk. Whoever writes to an installation opens it by
    `backup.mirror.mirrored_engine`, which keeps the second copy too.
    """
    # An error's text would carry the row: a ballot's hash, a credential, a name, with the log's time beside it.
    engine = create_engine(url, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin)
    return engine


def first_line(error: DBAPIError) -> str:
    """What the database said, fit for a log: below its first line PostgreSQL quotes the row, which is people's data."""
    return str(error.orig).partition("\n")[0]


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver's own transaction handling begins late and never before SELECT; we begin ourselves.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "trusted_schema = OFF",
        # What is deleted or moved inside a page is overwritten: free space would keep the order of arrival.
        "secure_delete = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def empty_write_ahead_log(engine: Engine) -> bool:
    """Move SQLite's write-ahead log into the database file and cut it to nothing; False when somebody reads.

    Its frames are earlier states of pages in the order of the commits. The writers wait meanwhile, therefore at
    most `CHECKPOINT_TIMEOUT_MS`; the caller asks again later. Nothing to do for PostgreSQL.
    """
    if engine.dialect.name != "sqlite":
        return True
    # Not through `connect`, which begins a transaction: a checkpoint is made outside of any.
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        try:
            cursor.execute(f"PRAGMA busy_timeout = {CHECKPOINT_TIMEOUT_MS}")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            row = cursor.fetchone()
            return row is not None and row[0] == 0
        except sqlite3.OperationalError:
            return False
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
            cursor.close()
    finally:
        connection.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, True)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
    elif not writes:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


@contextmanager
def read(engine: Engine) -> Iterator[Session]:
    """A session over one snapshot of the database, which the database refuses to let write."""
    with reading_session(engine) as session:
        yield session


def reading_session(engine: Engine) -> Session:
    """A reading session that the caller closes (a request's); see `read`."""
    return Session(engine.execution_options(**{WRITES: False}), autoflush=False, expire_on_commit=False)


def writing_session(engine: Engine) -> Session:
    """A session for actions, usable only inside `transaction`: outside of it every statement is an error."""
    return Session(
        engine.execution_options(**{WRITES: True}), autobegin=False, expire_on_commit=False, info={WRITES: True}
    )


@contextmanager
def transaction(session: Session) -> Iterator[Session]:
    """Commit at the end, or leave nothing behind. Inside another `transaction` it becomes a savepoint,
    so that an action may be part of a larger act and still be all or nothing.
    """
    if not session.info.get(WRITES):
        raise RuntimeError("an action needs a writing session: use voting.database.write")
    with session.begin_nested() if session.in_transaction() else session.begin():
        yield session


@contextmanager
def write(engine: Engine) -> Iterator[Session]:
    """One write transaction from beginning to commit; rolled back when an exception leaves the block."""
    with writing_session(engine) as session, transaction(session):
        yield session
