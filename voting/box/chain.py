"""The box as the archive sees it: its locked row, its records, its event chain and the .bel they make.

Every append happens under the row lock of the box (PostgreSQL) or the database's write lock (SQLite), so
two events can never claim one height; the primary key (box, height) is the last line.
"""

import hashlib
import io
import json
from collections.abc import Iterator
from typing import NoReturn

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from voting.box.rules import Counters
from voting.box.tables import Ballot, Box, BoxEvent, BoxRecord
from voting.crypto import archive
from voting.crypto.election import Election
from voting.errors import Conflict, NotFound, TooEarly, TooLate

_LOCKED = select(Box).where(Box.id == bindparam("box")).with_for_update().execution_options(populate_existing=True)


def locked(session: Session, box: str) -> Box:
    """The box's row, locked until the transaction ends and as fresh as the lock."""
    row = session.scalars(_LOCKED, {"box": box}).one_or_none()
    return row if row is not None else no_such_box()


def refuse_void(row: Box) -> None:
    """Raises TooLate BOX_VOID for the box of an election that was declared void."""
    if row.state == "void":
        raise TooLate(
            "BOX_VOID",
            "本次选举已宣布无效，这个票箱已经停用，不再清点也不开票。要重新选举，请新建一次选举。",
            "This election was declared void: its box is out of use and neither counted nor opened. To hold it again, "
            "set up a new election.",
        )


def no_such_box() -> NoReturn:
    """Raises NotFound NO_SUCH_BOX."""
    raise NotFound(
        "NO_SUCH_BOX",
        "没有这个票箱，请从选举页重新进入。",
        "There is no such ballot box; start again from the election.",
    )


def counters_of(row: Box) -> Counters:
    """The row's counters as a frozen value."""
    return Counters(
        roll=row.roll_size,
        spares=row.spares,
        cards_made=row.cards_made,
        cards_out=row.cards_out,
        cards_returned=row.cards_returned,
        cards_torn=row.cards_torn,
        cards_unused=row.cards_unused,
        casts=row.casts,
        refused_uses=row.refused_uses,
        queue_left=row.queue_left,
        papers_printed=row.papers_printed,
        papers_out=row.papers_out,
        papers_returned=row.papers_returned,
        papers_torn=row.papers_torn,
    )


def keep(session: Session, row: Box, content: bytes) -> str:
    """Store a record of the archive; its name is its SHA-256 in hex."""
    digest = hashlib.sha256(content).hexdigest()
    if session.get(BoxRecord, (row.id, digest)) is None:
        session.add(BoxRecord(box_id=row.id, hash=digest, content=content))
    return digest


def append(session: Session, row: Box, event_type: str, payload: str | None) -> str:
    """Append one event under the lock of `locked`; returns the new head (hex)."""
    height = row.height + 1
    head = hashlib.sha256(archive.event_record(row.head, height, event_type, payload)).hexdigest()
    event = {"box_id": row.id, "height": height, "type": event_type, "payload": payload, "hash": head}
    session.execute(insert(BoxEvent), event)
    row.height, row.head = height, head
    return head


def record(session: Session, box: str, digest: str) -> bytes:
    """The content of a record of this box's archive."""
    content = session.scalar(select(BoxRecord.content).where(BoxRecord.box_id == box, BoxRecord.hash == digest))
    if content is None:
        raise NotFound(
            "NO_SUCH_RECORD", "票箱里没有这份记录，请刷新页面。", "The box holds no such record; reload the page."
        )
    return content


def payload(session: Session, box: str, event_type: str) -> bytes:
    """The payload record of the only event of this type; TooEarly when it has not happened."""
    digest = session.scalar(select(BoxEvent.payload).where(BoxEvent.box_id == box, BoxEvent.type == event_type))
    if digest is None:
        raise TooEarly(
            "BOX_NOT_THERE_YET",
            "票箱还没有走到这一步，请先完成前面的步骤。",
            "The box has not come this far; finish the earlier steps first.",
        )
    return record(session, box, digest)


def setup(session: Session, box: str) -> dict[str, bytes]:
    """The Setup records: ``election``, ``trustees``, ``credentials`` as raw bytes."""
    names: dict[str, str] = json.loads(payload(session, box, "Setup"))
    return {key: record(session, box, digest) for key, digest in names.items()}


_ELECTIONS: dict[str, Election] = {}


def sealed_election(session: Session, box: str) -> Election:
    """The election of a sealed box. It never changes after sealing, so a process parses it once."""
    if box not in _ELECTIONS:
        if len(_ELECTIONS) >= 64:
            _ELECTIONS.clear()
        digest = json.loads(payload(session, box, "Setup"))["election"]
        _ELECTIONS[box] = Election.parse(record(session, box, digest))
    return _ELECTIONS[box]


def archive_bytes(session: Session, box: str) -> Iterator[bytes]:
    """The .bel archive as it stands in this session's snapshot, event by event (one event in memory).

    Raises TooEarly BOX_NOT_SEALED before the first byte, Conflict ARCHIVE_BROKEN when what the database
    holds does not give the head that the box carries.
    """
    row = session.get(Box, box) or no_such_box()
    if row.archive_time is None:
        raise TooEarly(
            "BOX_NOT_SEALED",
            "票箱还没有封存，没有档案可取。请等选举工作人员封存后再取。",
            "The box is not sealed and has no archive yet; fetch it after the official has sealed the box.",
        )
    return _archive(session, row, row.archive_time)


def _archive(session: Session, row: Box, timestamp: int) -> Iterator[bytes]:
    buffer = io.BytesIO()
    writer = archive.Writer(buffer, timestamp)
    chain = (
        select(BoxEvent.type, BoxEvent.payload, Ballot.record)
        .outerjoin(Ballot, (Ballot.box_id == BoxEvent.box_id) & (Ballot.hash == BoxEvent.payload))
        .where(BoxEvent.box_id == row.id)
        .order_by(BoxEvent.height)
        .execution_options(yield_per=200)
    )
    for event_type, digest, ballot in session.execute(chain):
        if event_type == "Ballot" and ballot is None:
            raise _broken()
        data = (ballot,) if event_type == "Ballot" else _records(session, row.id, event_type, digest)
        writer.event(event_type, *data)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    if writer.head != row.head:
        raise _broken()


def _broken() -> Conflict:
    return Conflict(
        "ARCHIVE_BROKEN",
        "票箱数据与它的事件链不符，请停止使用并从备份恢复。",
        "The box's data does not match its event chain; stop and restore the backup.",
    )


def _records(session: Session, box: str, event_type: str, digest: str | None) -> tuple[bytes, ...]:
    """The data records before an event, its payload last."""
    if digest is None:
        return ()
    last = record(session, box, digest)
    inner = {
        "Setup": ("election", "trustees", "credentials"),
        "EncryptedTally": ("encrypted_tally",),
        "PartialDecryption": ("payload",),
    }
    return (*(record(session, box, json.loads(last)[name]) for name in inner.get(event_type, ())), last)
