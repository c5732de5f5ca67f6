"""The log in a database: the only room here that knows SQLAlchemy.

``append`` runs inside the caller's transaction, so that no act is without its entry and no entry
without its act. The head row carries the compact range, so that an append is O(log n), and it is moved
by compare-and-swap: two histories from one head cannot both be written, on any isolation level.

SQLite must run in WAL with synchronous=FULL and PostgreSQL with synchronous_commit=on, else a power
failure takes back what was already acknowledged.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Dialect,
    ForeignKey,
    Insert,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    create_engine,
    inspect,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from audit.checkpoint import MAX_ORIGIN, Checkpoint, open_checkpoint, read_checkpoint
from audit.checkpoint import sign_checkpoint as sign
from audit.entry import GENESIS, Entry, decode, encode, parse_time, time_text
from audit.errors import AuditError, fault
from audit.merkle import CompactRange, leaf_hash
from audit.note import Signer, VerifierKey
from audit.tiles import write_export
from audit.verify import EntryCheck, Findings, Report, comparable

METADATA = MetaData()

LOG = Table(
    "log",
    METADATA,
    Column("origin", String(MAX_ORIGIN), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("range", LargeBinary, nullable=False),
    Column("prev", String(64), nullable=False),
    Column("at", String(20), nullable=True),
    CheckConstraint("size >= 0", name="ck_log_size"),
    CheckConstraint("(size = 0) = (at IS NULL)", name="ck_log_at"),
)
LOG_ENTRY = Table(
    "log_entry",
    METADATA,
    Column("origin", String(MAX_ORIGIN), ForeignKey("log.origin", name="fk_log_entry_origin_log"), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("raw", LargeBinary, nullable=False),
    CheckConstraint("seq >= 0", name="ck_log_entry_seq"),
    sqlite_with_rowid=False,
)
# Every checkpoint ever signed: what the log may never contradict. The key forbids a second root for one size.
LOG_CHECKPOINT = Table(
    "log_checkpoint",
    METADATA,
    Column(
        "origin", String(MAX_ORIGIN), ForeignKey("log.origin", name="fk_log_checkpoint_origin_log"), primary_key=True
    ),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("range", LargeBinary, nullable=False),
    Column("note", Text, nullable=False),
    Column("name", String(64), nullable=True),
    CheckConstraint("size >= 0", name="ck_log_checkpoint_size"),
)

_HEAD = select(LOG.c.size, LOG.c.range, LOG.c.prev, LOG.c.at).where(LOG.c.origin == bindparam("origin"))
_LOCKED_HEAD = _HEAD.with_for_update()  # a row lock on PostgreSQL; SQLite has one writer anyway
_SWAP = (
    LOG.update()
    .where(LOG.c.origin == bindparam("o"), LOG.c.size == bindparam("old_size"), LOG.c.prev == bindparam("old_prev"))
    .values(size=bindparam("size"), range=bindparam("range"), prev=bindparam("prev"), at=bindparam("at"))
)
_ADD = LOG_ENTRY.insert()


@dataclass(frozen=True, slots=True)
class Appended:
    """Where an entry stands. ``root`` is the root with it; ``at`` the time it carries."""

    seq: int
    leaf_hash: bytes
    size: int
    root: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Head:
    """The log's present end; ``at`` and ``prev`` (leaf hash in hex) are those of the last entry."""

    origin: str
    size: int
    root: bytes
    prev: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint as it was signed; ``name`` where an act (a phase change) asked for it."""

    size: int
    note: str
    name: str | None


@dataclass(frozen=True, slots=True)
class _State:
    tree: CompactRange
    prev: str
    at: str | None


def metadata_tables(metadata: MetaData) -> tuple[Table, Table, Table]:
    """Copy the three tables into ``metadata``, for an application that creates and migrates them with its own."""
    log, entry, checkpoint = (t.to_metadata(metadata) for t in (LOG, LOG_ENTRY, LOG_CHECKPOINT))
    return log, entry, checkpoint


def append(connection: Connection, origin: str, type: str, data: dict[str, Any], at: datetime) -> Appended:  # noqa: A002 - the field's own name in every entry
    """Add one entry inside the caller's transaction; the log begins with its first entry.

    ``at`` is the recorder's clock. Where it stands before the last entry, the entry repeats the last
    entry's time and says so (``entry.py``): the log's time never runs backwards and no act fails for a clock.
    Raises ENTRY_VALUE, ENTRY_SIZE; HEAD_MOVED when another transaction wrote first (repeat the whole act).
    """
    state = _locked(connection, origin)
    if state is None:
        _insert_new(connection, LOG, {"origin": origin, "size": 0, "range": b"", "prev": GENESIS, "at": None})
        state = _locked(connection, origin) or _State(CompactRange(), GENESIS, None)
    tree, seq = state.tree, state.tree.size
    said = time_text(at)
    if state.at is not None and said < state.at:
        entry = Entry(seq, state.prev, _time(state.at), type, data, clock=_time(said))
    else:
        entry = Entry(seq, state.prev, _time(said), type, data)
    raw = encode(entry)
    leaf = leaf_hash(raw)
    tree.append(leaf)
    change = {"size": tree.size, "range": tree.dump(), "prev": leaf.hex(), "at": time_text(entry.at)}
    swapped = connection.execute(_SWAP, {**change, "o": origin, "old_size": seq, "old_prev": state.prev})
    if swapped.rowcount != 1:
        raise fault("HEAD_MOVED", where=origin)
    connection.execute(_ADD, {"origin": origin, "seq": seq, "raw": raw})
    return Appended(seq, leaf, tree.size, tree.root(), entry.at)


def head(connection: Connection, origin: str) -> Head | None:
    """The log's head, or None where nothing was logged yet."""
    state = _state(connection, origin, locked=False)
    if state is None:
        return None
    return Head(origin, state.tree.size, state.tree.root(), state.prev, _time(state.at) if state.at else None)


def origins(connection: Connection) -> list[str]:
    """Every log in this database."""
    return list(connection.scalars(select(LOG.c.origin).order_by(LOG.c.origin)))


def raw_entries(connection: Connection, origin: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """Stored bytes of the entries start ≤ seq < stop, in order; raises SEQ_GAP where one is missing."""
    query = select(LOG_ENTRY.c.seq, LOG_ENTRY.c.raw).where(LOG_ENTRY.c.origin == origin, LOG_ENTRY.c.seq >= start)
    if stop is not None:
        query = query.where(LOG_ENTRY.c.seq < stop)
    with connection.execute(query.order_by(LOG_ENTRY.c.seq).execution_options(yield_per=1000)) as rows:
        for expected, (seq, raw) in enumerate(rows, start):
            if seq != expected:
                raise fault("SEQ_GAP", where=seq, index=expected)
            yield bytes(raw)


def entries(connection: Connection, origin: str, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
    """The same, decoded strictly."""
    for seq, raw in enumerate(raw_entries(connection, origin, start, stop), start):
        yield decode(raw, seq)


def checkpoints(connection: Connection, origin: str) -> list[SignedCheckpoint]:
    """Every checkpoint signed so far, the smallest first."""
    table = LOG_CHECKPOINT.c
    query = select(table.size, table.note, table.name).where(table.origin == origin).order_by(table.size)
    return [SignedCheckpoint(*row) for row in connection.execute(query)]


def latest_checkpoint(connection: Connection, origin: str) -> SignedCheckpoint | None:
    """The largest checkpoint signed so far."""
    table = LOG_CHECKPOINT.c
    query = select(table.size, table.note, table.name).where(table.origin == origin).order_by(table.size.desc())
    row = connection.execute(query.limit(1)).first()
    return None if row is None else SignedCheckpoint(*row)


def sign_checkpoint(connection: Connection, origin: str, signer: Signer, name: str | None = None) -> str:
    """Sign the present head and return the note; ``name`` marks one that an act asked for (kept in exports).

    First the head is derived anew from the last signed checkpoint and the entries since, so that a row
    changed behind the log's back is never signed over. Publish the note only after the caller's commit.
    Raises LOG_UNKNOWN, ROLLBACK, SPLIT_VIEW, FORK, HEAD_BAD, SEQ_GAP and, for a note that another key
    signed, the errors of ``open_checkpoint``.
    """
    state = _locked(connection, origin)
    if state is None:
        raise fault("LOG_UNKNOWN", where=origin)
    tree = state.tree
    now = Checkpoint(origin, tree.size, tree.root())
    last = _last_signed(connection, origin, signer)
    if last is not None:
        before, note, old_name = last
        if before.size > now.size:
            raise fault("ROLLBACK", where=f"{now.size} < {before.size}", evidence=(note, now.text))
        if before.size == now.size:
            if before.root() != now.root:
                raise fault("SPLIT_VIEW", where=str(now.size), evidence=(note, now.text))
            if name is not None and old_name is None:
                _name_checkpoint(connection, origin, now.size, name)
            return note
    derived = last[0] if last else CompactRange()
    for raw in raw_entries(connection, origin, derived.size, now.size):
        derived.append(leaf_hash(raw))
    if derived.hashes != tree.hashes:
        raise fault("FORK" if last else "HEAD_BAD", where=origin, evidence=(last[1], now.text) if last else ())
    signed = sign(now, signer)
    row = {"origin": origin, "size": now.size, "range": tree.dump(), "note": signed, "name": name}
    if not _insert_new(connection, LOG_CHECKPOINT, row):
        raise fault("HEAD_MOVED", where=origin)
    return signed


def export(connection: Connection, origin: str, directory: Path) -> Checkpoint:
    """Write the log up to its last signed checkpoint as a tlog-tiles tree; ``directory`` must not exist yet.

    Everything is written beside it, checked against the signed root and then renamed, so that a reader
    never sees half an export. Raises CP_NONE, EXPORT_EXISTS, ROOT_MISMATCH, SEQ_GAP, TRUNCATED.
    """
    last = latest_checkpoint(connection, origin)
    if last is None:
        raise fault("CP_NONE", where=origin)
    named = {c.size: c.note for c in checkpoints(connection, origin) if c.name is not None}
    return write_export(directory, last.note, raw_entries(connection, origin, 0, last.size), named)


def _locked(connection: Connection, origin: str) -> _State | None:
    return _state(connection, origin, locked=True)


def _state(connection: Connection, origin: str, *, locked: bool) -> _State | None:
    row = connection.execute(_LOCKED_HEAD if locked else _HEAD, {"origin": origin}).first()
    if row is None:
        return None
    size, raw, prev, at = row
    return _State(CompactRange.load(size, bytes(raw)), prev, at)


def _last_signed(connection: Connection, origin: str, signer: Signer) -> tuple[CompactRange, str, str | None] | None:
    """The last checkpoint's compact range, proven to be the one whose root this very key signed."""
    table = LOG_CHECKPOINT.c
    query = select(table.size, table.range, table.note, table.name).where(table.origin == origin)
    row = connection.execute(query.order_by(table.size.desc()).limit(1)).first()
    if row is None:
        return None
    size, raw, note, name = row
    tree = CompactRange.load(size, bytes(raw))
    signed = open_checkpoint(note.encode(), signer.key, origin)
    if (signed.size, signed.root) != (tree.size, tree.root()):
        raise fault("HEAD_BAD", where=f"{origin}: {size}", evidence=(note,))
    return tree, note, name


def _name_checkpoint(connection: Connection, origin: str, size: int, name: str) -> None:
    table = LOG_CHECKPOINT
    connection.execute(table.update().where(table.c.origin == origin, table.c.size == size).values(name=name))


def _insert_new(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Insert unless the key is there: a lost race must not break the caller's transaction."""
    insert = (
        _insert_for(connection.dialect, table).values(row).returning(table.c.origin)
    )  # PostgreSQL counts no rows here
    return connection.execute(insert).first() is not None


def _insert_for(dialect: Dialect, table: Table) -> Insert:
    if dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def _time(text: str) -> datetime:
    at = parse_time(text)
    if at is None:
        raise fault("HEAD_BAD", where=f"at {text}")
    return at


def fsck(connection: Connection, origin: str, key: VerifierKey | None = None) -> Report:
    """Derive the whole log anew and hold it against the head row and every checkpoint signed.

    ``key`` is the log's verifier key; without it the signatures are not checked, only the roots.
    """
    findings = Findings()
    try:
        state = _state(connection, origin, locked=False)
        if state is None:
            raise fault("LOG_UNKNOWN", where=origin)
    except AuditError as error:
        findings.add(error)
        return Report(None, False, 0, None, None, findings.gravest_first())
    now = Checkpoint(origin, state.tree.size, state.tree.root())
    known = list(_opened(connection, origin, key, findings))
    check = EntryCheck(findings, comparable(known, now, findings), None, lambda _tile, _raw: None)
    try:
        for raw in raw_entries(connection, origin):
            check.add(raw)
    except AuditError as error:
        findings.add(error)
    if check.builder.size < now.size:
        findings.add(fault("TRUNCATED", where=now.size, index=check.builder.size))
    last = time_text(check.last_at) if check.last_at else None
    derived = (check.builder.size, check.builder.root(), check.prev, last)
    if derived != (now.size, now.root, state.prev, state.at):
        findings.add(fault("HEAD_BAD", where=origin))
    return Report(
        now,
        key is not None and bool(known),
        check.builder.size,
        check.first_at,
        check.last_at,
        findings.gravest_first(),
    )


def _opened(connection: Connection, origin: str, key: VerifierKey | None, findings: Findings) -> Iterator[Checkpoint]:
    for signed in checkpoints(connection, origin):
        try:
            raw = signed.note.encode()
            yield read_checkpoint(raw) if key is None else open_checkpoint(raw, key, origin)
        except AuditError as error:
            findings.add(error)


def fsck_database(url: str, origin: str | None, key: VerifierKey | None) -> list[Report]:
    """``fsck`` of a database given by its URL: one report for each log (or for ``origin`` alone).

    Raises DATABASE_UNREADABLE (no such database, no log tables), LOG_UNKNOWN for an empty one, CP_ORIGIN
    for several logs with one key and no origin.
    """
    try:
        address = make_url(url)
        if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
            raise fault("DATABASE_UNREADABLE", where=address.database or "sqlite")  # SQLite would make an empty one
        engine = create_engine(address)
        try:
            with engine.connect() as connection:
                if not inspect(connection).has_table("log"):
                    raise fault("DATABASE_UNREADABLE", where="log")
                found = [origin] if origin else origins(connection)
                if not found:
                    raise fault("LOG_UNKNOWN", where="*")
                if key is not None and len(found) > 1:
                    raise fault("CP_ORIGIN", where="--origin")
                return [fsck(connection, name, key) for name in found]
        finally:
            engine.dispose()
    except (SQLAlchemyError, ImportError) as error:  # ImportError: no driver for this kind of database
        raise fault("DATABASE_UNREADABLE", where=type(error).__name__) from error
