"""What the log hears of casts and check-ins: only batches, sorted, late enough to tell nothing of one voter."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from voting import journal
from voting.box import chain, events
from voting.box.rules import ANCHOR_BALLOTS, ANCHOR_PAUSE, CHANNELS, short_of_tracker, tracker_of, whole_hour
from voting.box.tables import Anchor, Box, BoxEvent, DeskMark
from voting.database import transaction

#: Commitments in one log entry: 200 × 67 bytes stay under the entry's 16 KiB.
_BATCH = 200


@dataclass(frozen=True)
class Board:
    """What the public sees of a box: full trackers as of the last anchor, sorted as text; and their short forms."""

    trackers: tuple[str, ...]
    anchor: int
    root: str
    made_at: datetime | None

    @cached_property
    def shorts(self) -> tuple[str, ...]:
        """The short trackers, sorted."""
        return tuple(sorted(short_of_tracker(one) for one in self.trackers))


#: The boards shown last, by box: what stands up to an anchor never changes, and is read and sorted once.
_SHOWN: dict[str, Board] = {}
_MOST_SHOWN = 32


def anchor_if_due(session: Session, *, box: str, now: datetime, closing: bool = False) -> bool:
    """Commit the new trackers to the log if there are ten and five minutes have passed, or at closing."""
    with transaction(session):
        row = chain.locked(session, box)
        last = _last_anchor(session, box)
        if not _due(row, last, now, closing):
            return False
        new = _trackers(session, box, after=last.to_height if last else -1, to=row.height)
        root = journal.tree_root(tracker.encode() for tracker in new)
        number = last.number + 1 if last else 1
        session.add(Anchor(box_id=box, number=number, to_height=row.height, ballots=row.casts, root=root, made_at=now))
        fact = events.BoxAnchored(
            box=row.uuid,
            number=number,
            height=row.height,
            head=row.head or "",
            ballots=row.casts,
            new=len(new),
            root=root,
        )
        journal.record(session, row.community_id, fact, now)
        return True


def is_due(session: Session, row: Box, now: datetime) -> bool:
    """Whether `anchor_if_due` would write, without taking any lock."""
    return _due(row, _last_anchor(session, row.id), now, closing=False)


def check_ins_waiting(session: Session, row: Box, now: datetime) -> bool:
    """Whether check-ins of an hour that is over wait for the log."""
    waiting = select(DeskMark.id).where(
        DeskMark.box_id == row.id, DeskMark.batched.is_(False), DeskMark.hour < whole_hour(now)
    )
    return session.scalar(waiting.limit(1)) is not None


def board(session: Session, box: str) -> Board:
    """The public board. Turnout after the last anchor is nobody's business yet."""
    last = _last_anchor(session, box)
    if last is None:
        return Board((), 0, "", None)
    shown = _SHOWN.get(box)
    if shown is None or (shown.anchor, shown.root) != (last.number, last.root):
        trackers = tuple(_trackers(session, box, after=-1, to=last.to_height))
        shown = Board(trackers, last.number, last.root, last.made_at)
        if len(_SHOWN) >= _MOST_SHOWN:
            _SHOWN.clear()
        _SHOWN[box] = shown
    return shown


def log_check_ins(session: Session, row: Box, now: datetime, *, closing: bool = False) -> int:
    """Log the check-ins of the hours that are over (at closing: all) and return how many.

    They go out sorted by a salted hash, so that neither order nor minute of the desk survives; nor does it in
    the database's pages, where the box's marks are written anew (see `_write_anew`).
    """
    marks = session.execute(select(DeskMark.__table__).where(DeskMark.box_id == row.id).order_by(DeskMark.id))
    rows = [dict(mark) for mark in marks.mappings()]
    waiting = [mark for mark in rows if not mark["batched"] and (closing or mark["hour"] < whole_hour(now))]
    until = (now if closing else whole_hour(now)).strftime("%Y-%m-%dT%H:00:00Z")
    for channel in CHANNELS:
        found = sorted(mark["commitment"] for mark in waiting if mark["channel"] == channel)
        for start in range(0, len(found), _BATCH):
            fact = _batch(row, until, channel, found[start : start + _BATCH])
            journal.record(session, row.community_id, fact, now)
    for mark in waiting:
        mark["batched"] = True
    if waiting or closing:
        _write_anew(session, row, rows)
    return len(waiting)


def _batch(row: Box, until: str, channel: str, commitments: list[str]) -> events.CheckInBatch:
    return events.CheckInBatch(
        box=row.uuid,
        until=until,
        channel=channel,
        commitments=commitments,
        cards_out=row.cards_out,
        cards_returned=row.cards_returned,
        cards_torn=row.cards_torn,
        papers_out=row.papers_out,
        papers_returned=row.papers_returned,
        papers_torn=row.papers_torn,
    )


def _write_anew(session: Session, row: Box, rows: list[dict[str, Any]]) -> None:
    """Put the box's marks into the database again in the order of their random ids.

    A database fills its pages in the order of arrival, table and index alike: whoever copies the file reads the
    order of the desk out of the places of the cells, whatever the columns say.
    """
    session.execute(delete(DeskMark).where(DeskMark.box_id == row.id), execution_options={"synchronize_session": False})
    if rows:
        session.execute(insert(DeskMark), rows)


def _last_anchor(session: Session, box: str) -> Anchor | None:
    return session.scalars(select(Anchor).where(Anchor.box_id == box).order_by(Anchor.number.desc()).limit(1)).first()


def _due(row: Box, last: Anchor | None, now: datetime, closing: bool) -> bool:
    if closing:
        return last is None or row.height > last.to_height
    new = row.casts - (last.ballots if last else 0)
    return new >= ANCHOR_BALLOTS and (last is None or now - last.made_at >= ANCHOR_PAUSE)


def _trackers(session: Session, box: str, *, after: int, to: int) -> list[str]:
    payloads = session.scalars(
        select(BoxEvent.payload).where(
            BoxEvent.box_id == box, BoxEvent.type == "Ballot", BoxEvent.height > after, BoxEvent.height <= to
        )
    )
    return sorted(tracker_of(digest) for digest in payloads if digest)
