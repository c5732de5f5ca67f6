"""What must hold in a restored database before anybody goes on with it."""

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Select, func, select, text
from sqlalchemy.orm import Session

from voting import journal
from voting.box.tables import Ballot, Box, BoxEvent, DeskMark, PublicCredential
from voting.crypto import archive
from voting.database import read
from voting.errors import Conflict


@dataclass(frozen=True)
class Checked:
    """What was found sound: entries of each community's log, ballots and check-ins of each box."""

    logs: dict[str, int]
    boxes: dict[str, tuple[int, int]]


def check(engine: Engine, log_seed: bytes) -> Checked:
    """Check everything that can be derived anew. Raises Conflict RESTORED_BROKEN or LOG_DAMAGED
    naming the first thing wrong."""
    with read(engine) as session:
        try:
            _database(session)
            logs = journal.recheck(session, log_seed)
            boxes = {row.uuid: _box(session, row) for row in session.scalars(select(Box).order_by(Box.uuid))}
        except (TypeError, ValueError, AttributeError) as error:
            # SQLite keeps text in a column of bytes without complaint; whoever put it there was not us.
            raise _broken("数据的类型", "the type of a value", str(error)) from error
        return Checked(logs, boxes)


def _database(session: Session) -> None:
    said = list(session.scalars(text("PRAGMA integrity_check(1)")))
    if said != ["ok"]:
        raise _broken("数据库文件", "the database file", str(said[0]))
    if (orphan := session.execute(text("PRAGMA foreign_key_check")).first()) is not None:
        raise _broken("数据表之间的关联", "the links between tables", str(orphan[0]))


def _box(session: Session, row: Box) -> tuple[int, int]:
    ballots = _chain(session, row)
    marks: dict[bool, int] = {bool(undone): count for undone, count in session.execute(_marks(row))}
    cards: dict[str | None, int] = {mark: count for mark, count in session.execute(_cards(row))}  # noqa: C416 — typed
    undone, all_marks = marks.get(True, 0), sum(marks.values())
    expected = {
        "casts": ballots,
        "cards_made": sum(cards.values()),
        "cards_out": all_marks + cards.get("torn", 0),
        "cards_returned": undone,
        "cards_torn": cards.get("torn", 0),
        "cards_unused": cards.get("unused", 0),
    }
    for name, count in expected.items():
        if getattr(row, name) != count:
            raise _broken("票箱计数", "the box's counters", f"{row.uuid}: {name} {getattr(row, name)} ≠ {count}")
    return ballots, all_marks - undone


def _chain(session: Session, row: Box) -> int:
    """Derive the event chain from nothing; every Ballot event has its ballot, and no ballot is without one."""
    parent, height, ballots = None, -1, 0
    chain = (
        select(BoxEvent.height, BoxEvent.type, BoxEvent.payload, BoxEvent.hash, Ballot.record)
        .outerjoin(Ballot, (Ballot.box_id == BoxEvent.box_id) & (Ballot.hash == BoxEvent.payload))
        .where(BoxEvent.box_id == row.id)
        .order_by(BoxEvent.height)
        .execution_options(yield_per=200)
    )
    for found, kind, payload, digest, record in session.execute(chain):
        height += 1
        derived = hashlib.sha256(archive.event_record(parent, height, kind, payload)).hexdigest()
        if found != height or digest != derived:
            raise _broken("票箱事件链", "the box's event chain", f"{row.uuid}: {found}")
        if kind == "Ballot":
            if record is None or hashlib.sha256(record).hexdigest() != payload:
                raise _broken("选票", "a ballot", f"{row.uuid}: {found}")
            ballots += 1
        parent = derived
    if (row.height, row.head) != (height, parent):
        raise _broken("票箱链头", "the box's head", row.uuid)
    if session.scalar(select(func.count()).select_from(Ballot).where(Ballot.box_id == row.id)) != ballots:
        raise _broken("选票张数", "the number of ballots", row.uuid)
    return ballots


def _marks(row: Box) -> Select[Any, int]:
    undone = DeskMark.undone.is_not(None)
    return select(undone, func.count()).where(DeskMark.box_id == row.id).group_by(undone)


def _cards(row: Box) -> Select[Any, int]:
    mark = PublicCredential.mark
    return select(mark, func.count()).where(PublicCredential.box_id == row.id).group_by(mark)


def _broken(zh: str, en: str, where: str) -> Conflict:
    return Conflict(
        "RESTORED_BROKEN",
        f"恢复出来的数据核对不通过：{zh}（{where}）。没有启用；请改用另一份备份，并把这一份保存好交监督委员。",
        f"The restored data fails a check: {en} ({where}). It was not put in place; use another backup, and keep "
        "this one for the supervisors.",
    )
