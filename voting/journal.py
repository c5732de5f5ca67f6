"""The one door to the audit log: a fact is written in the transaction of the act, or the act did not happen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar, Protocol

from sqlalchemy.orm import Session

from audit import store
from audit.checkpoint import spoken_head
from audit.entry import Entry, logged_text
from audit.errors import AuditError
from audit.merkle import root_of
from audit.note import Signer, sign_note
from audit.verify import Report
from voting.database import Base
from voting.errors import Conflict

#: The log's own three tables, created and migrated together with ours.
LOG, LOG_ENTRY, LOG_CHECKPOINT = store.metadata_tables(Base.metadata)


class Event(Protocol):
    """A fact for the log: a frozen dataclass of a room's `events.py`."""

    type: ClassVar[str]

    def data(self) -> dict[str, object]:
        """The fact as plain JSON values; public, so no personal data."""


@dataclass(frozen=True)
class LogTree:
    """A community's log as files by path (tlog-tiles), up to a signed checkpoint; ``root`` is hex."""

    origin: str
    size: int
    root: str
    vkey: str
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class LogHead:
    """Where a community's log stands now: entries, root (hex), and the root's beginning as it is read aloud."""

    size: int
    root: str
    spoken: tuple[str, ...]


def origin(community_id: str) -> str:
    """Name of a community's log (C2SP origin line). The random id makes it unique everywhere."""
    return f"community-voting/{community_id}"


def record(session: Session, community_id: str, event: Event, now: datetime) -> store.Appended:
    """Append `event` to the community's log, on the caller's connection and in the caller's transaction."""
    session.flush()
    try:
        return store.append(session.connection(), origin(community_id), event.type, event.data(), now)
    except AuditError as error:
        # Two acts at once on a database with many writers: one of them is turned back whole.
        if error.code != "HEAD_MOVED":
            raise
        raise Conflict(
            "CHANGED_MEANWHILE",
            "刚才有别人先办了，这次没有办理。请刷新页面，看看现在的情况再办。",
            "Somebody else acted first and nothing was done here. Reload the page and look again.",
        ) from None


def typed(text: str) -> str:
    """`text` as people type it, made fit for an entry: NFC, control characters and line breaks as spaces."""
    return logged_text(text)


def signer(community_id: str, log_seed: bytes) -> Signer:
    """The signer of a community's log; its name is the log's origin."""
    return Signer(origin(community_id), log_seed)


def sign(community_id: str, log_seed: bytes, text: str) -> str:
    """`text` as a note signed with the community's log key: what the log's keeper answers for, outside the log."""
    return sign_note(text, signer(community_id, log_seed))


def tree_root(entries: Iterable[bytes]) -> str:
    """RFC 6962 root over `entries` as 64 hex digits, for lists whose root alone goes to the log."""
    return root_of(entries).hex()


def head(session: Session, community_id: str) -> LogHead | None:
    """The present end of the community's log; None before its first entry."""
    found = store.head(session.connection(), origin(community_id))
    if found is None:
        return None
    return LogHead(found.size, found.root.hex(), tuple(spoken_head(found.root).split()))


def entries(session: Session, community_id: str, start: int, stop: int) -> list[Entry]:
    """The entries start ≤ seq < stop, decoded strictly; raises Conflict LOG_DAMAGED where one is not readable."""
    try:
        return list(store.entries(session.connection(), origin(community_id), start, stop))
    except AuditError as error:
        raise _damaged(error) from error


#: How many entries `last_said` reads at a time, backwards.
_BACKWARDS = 500


def last_said(session: Session, community_id: str, kind: str, election_id: str) -> Entry | None:
    """The latest entry of this type about this election; None where the log has none. Raises Conflict LOG_DAMAGED."""
    found = head(session, community_id)
    stop = found.size if found else 0
    while stop > 0:
        start = max(0, stop - _BACKWARDS)
        for entry in reversed(entries(session, community_id, start, stop)):
            if entry.type == kind and entry.data.get("election") == election_id:
                return entry
        stop = start
    return None


def told(session: Session, community_id: str, kind: str, election_id: str) -> list[Entry]:
    """Every entry of this type about this election, oldest first. Raises Conflict LOG_DAMAGED."""
    found = head(session, community_id)
    every = entries(session, community_id, 0, found.size if found else 0)
    return [entry for entry in every if entry.type == kind and entry.data.get("election") == election_id]


def latest_checkpoint(session: Session, community_id: str) -> store.SignedCheckpoint | None:
    """The largest checkpoint signed so far, for the public board and the notice sheet."""
    return store.latest_checkpoint(session.connection(), origin(community_id))


def grown_logs(session: Session) -> list[str]:
    """Communities whose log has entries that no checkpoint covers yet."""
    connection = session.connection()
    grown = []
    for name in store.origins(connection):
        head, signed = store.head(connection, name), store.latest_checkpoint(connection, name)
        if head is not None and head.size > (signed.size if signed else 0):
            grown.append(name.removeprefix(origin("")))
    return grown


def recheck(session: Session, log_seed: bytes) -> dict[str, int]:
    """Derive every log of this database anew against its head and signed checkpoints; entries by log.

    Raises Conflict LOG_DAMAGED naming the log and the first fault.
    """
    entries = {}
    for name in store.origins(session.connection()):
        report = _derived(session, name.removeprefix(origin("")), log_seed)
        if report.findings:
            raise Conflict(
                "LOG_DAMAGED",
                f"审计日志 {name} 核对不通过（{report.findings[0].code}）。请保存好，改用另一份，并告知监督委员。",
                f"The audit log {name} fails its check ({report.findings[0].code}). Keep this data, use another copy "
                "and tell the supervisors.",
            )
        entries[name] = report.entries
    return entries


def fault_of(session: Session, community_id: str, log_seed: bytes) -> str:
    """The first fault that deriving a community's log anew finds, by its code; empty when it is whole."""
    report = _derived(session, community_id, log_seed)
    return report.findings[0].code if report.findings else ""


def _derived(session: Session, community_id: str, log_seed: bytes) -> Report:
    return store.fsck(session.connection(), origin(community_id), signer(community_id, log_seed).key)


def sign_head(session: Session, community_id: str, log_seed: bytes, name: str | None = None) -> str:
    """Sign the log's present head; `name` marks a checkpoint that an act asked for. Returns the note.

    Raises Conflict LOG_DAMAGED when the database no longer holds what was signed before.
    """
    try:
        return store.sign_checkpoint(session.connection(), origin(community_id), signer(community_id, log_seed), name)
    except AuditError as error:
        raise _damaged(error) from error


def export(session: Session, community_id: str, log_seed: bytes) -> LogTree:
    """The community's log up to its last signed checkpoint; raises Conflict LOG_DAMAGED as `sign_head`."""
    with TemporaryDirectory() as folder:
        tree = Path(folder) / "log"
        try:
            head = store.export(session.connection(), origin(community_id), tree)
        except AuditError as error:
            raise _damaged(error) from error
        files = {path.relative_to(tree).as_posix(): path.read_bytes() for path in tree.rglob("*") if path.is_file()}
    return LogTree(head.origin, head.size, head.root.hex(), signer(community_id, log_seed).key.text, files)


def _damaged(error: AuditError) -> Conflict:
    return Conflict(
        "LOG_DAMAGED",
        f"审计日志与以前签过的不一致（{error.code}），没有签名。请停止办理，保存数据库，告知监督委员。",
        f"The audit log is not what was signed before ({error.code}); nothing was signed. Stop, keep the database "
        "as it is and tell the supervisors.",
    )
