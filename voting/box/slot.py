"""The slot and the desk: when ballots are taken, when people are admitted, and the end of both."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from voting import journal
from voting.box import anchors, chain, events
from voting.box.rules import Counters
from voting.box.tables import Box, DeskMark, TrusteeKey
from voting.database import transaction
from voting.errors import Conflict, Malformed, TooEarly, TooLate

_SEALED_NOT_CLOSED = ("sealed", "open", "shut")


def open_slot(session: Session, *, box: str, actor: str | None, now: datetime) -> Counters:
    """Open slot and desk, for the first time or after a pause.

    Raises TooEarly: BOX_NOT_SEALED, REHEARSAL_MISSING (naming the supervisors); TooLate BOX_CLOSED.
    """
    with transaction(session):
        row = chain.locked(session, box)
        _refuse_unless_sealed(row)
        _refuse_without_rehearsals(session, row)
        row.state, row.desk, row.queue_left = "open", "open", 0
        fact = events.SlotOpened(box=row.uuid, casts=row.casts, by=actor or "")
        journal.record(session, row.community_id, fact, now)
        return chain.counters_of(row)


def shut_slot(session: Session, *, box: str, actor: str | None, now: datetime) -> Counters:
    """Shut slot and desk: a pause. Cards that are out stay valid. Raises TooEarly/TooLate as `open_slot`."""
    with transaction(session):
        row = chain.locked(session, box)
        _refuse_unless_sealed(row)
        row.state, row.desk = "shut", "shut"
        fact = events.SlotShut(box=row.uuid, casts=row.casts, by=actor or "")
        journal.record(session, row.community_id, fact, now)
        return chain.counters_of(row)


def serve_queue(session: Session, people: int, *, box: str, actor: str | None, now: datetime) -> Counters:
    """Closing time: admit only the `people` counted in the queue now; may be lowered when some leave.

    Raises Conflict DESK_NOT_OPEN, QUEUE_ONLY_SHRINKS; Malformed QUEUE_NUMBER.
    """
    if people < 0:
        raise Malformed(
            "QUEUE_NUMBER",
            "排队人数不能少于 0，请重新清点后填写。",
            "The queue cannot have fewer than 0 people; count again and enter the number.",
        )
    with transaction(session):
        row = chain.locked(session, box)
        if row.desk == "shut":
            raise Conflict(
                "DESK_NOT_OPEN",
                "发票处没有开放，无法清点排队人数。请先开始投票。",
                "The desk is not open and has no queue to count; open the poll first.",
            )
        if row.desk == "queue" and people > row.queue_left:
            raise Conflict(
                "QUEUE_ONLY_SHRINKS",
                f"投票截止后不能再增加排队人数（现在 {row.queue_left} 人）。请填不多于这个数的人数。",
                f"After closing time nobody joins the queue (now {row.queue_left}); enter that number or fewer.",
            )
        row.desk, row.queue_left = "queue", people
        journal.record(session, row.community_id, events.QueueCounted(row.uuid, people, actor or ""), now)
        return chain.counters_of(row)


def close(session: Session, *, box: str, actor: str | None, now: datetime) -> Counters:
    """End the poll: EndBallots in the archive, the last batch of check-ins and the last anchor in the log.

    Raises Conflict DESK_STILL_OPEN, QUEUE_LEFT; TooEarly BOX_NOT_SEALED; TooLate BOX_CLOSED.
    """
    with transaction(session):
        row = chain.locked(session, box)
        _refuse_unless_sealed(row)
        _refuse_while_people_wait(row)
        chain.append(session, row, "EndBallots", None)
        row.state, row.desk, row.queue_left = "closed", "shut", 0
        anchors.log_check_ins(session, row, now, closing=True)
        anchors.anchor_if_due(session, box=box, now=now, closing=True)
        journal.record(session, row.community_id, _closed(session, row, actor), now)
        return chain.counters_of(row)


def void(session: Session, *, box: str, actor: str | None, now: datetime) -> Counters:
    """Put the box out of use for good: no ballot after this, no tally, no heartbeat. Nothing is deleted.

    The desk's last check-ins and the last anchor still reach the log, so that it covers what happened. Does
    nothing to a box that is closed already: its archive is public and stays as it is.
    """
    with transaction(session):
        row = chain.locked(session, box)
        if row.state not in ("preparing", *_SEALED_NOT_CLOSED):
            return chain.counters_of(row)
        sealed = row.state != "preparing"
        row.state, row.desk, row.queue_left = "void", "shut", 0
        if sealed:
            anchors.log_check_ins(session, row, now, closing=True)
            anchors.anchor_if_due(session, box=box, now=now, closing=True)
        journal.record(session, row.community_id, events.BoxVoided(row.uuid, row.casts, actor or ""), now)
        return chain.counters_of(row)


def _refuse_unless_sealed(row: Box) -> None:
    if row.state == "preparing":
        raise TooEarly(
            "BOX_NOT_SEALED",
            "票箱还没有封存：请先定下选票、密钥和选票卡，再封存。",
            "The box is not sealed yet: fix form, keys and cards first, then seal it.",
        )
    if row.state not in _SEALED_NOT_CLOSED:
        raise TooLate(
            "BOX_CLOSED",
            "投票已经结束，票箱不能再打开。请继续办理计票。",
            "The poll has ended and the box cannot be opened again; go on with the count.",
        )


def _refuse_without_rehearsals(session: Session, row: Box) -> None:
    missing = session.scalars(
        select(TrusteeKey.name)
        .where(TrusteeKey.box_id == row.id, TrusteeKey.rehearsal.is_(None))
        .order_by(TrusteeKey.owner)
    ).all()
    if missing:
        raise TooEarly(
            "REHEARSAL_MISSING",
            f"还有监督委员没有完成演练：{'、'.join(missing)}。请他们打开「监督委员密钥」页，用自己的密钥文件演练一次。",
            f"Supervisors who have not rehearsed yet: {', '.join(missing)}. "
            "They open the trustee page and rehearse with their own key file.",
        )


def _refuse_while_people_wait(row: Box) -> None:
    if row.desk == "open":
        raise Conflict(
            "DESK_STILL_OPEN",
            "发票处还在接待。请先清点排队人数，再结束投票。",
            "The desk is still admitting people. Count the queue first, then end the poll.",
        )
    if row.desk == "queue" and row.queue_left:
        raise Conflict(
            "QUEUE_LEFT",
            f"排队的还有 {row.queue_left} 人没有领卡，等他们投完再结束。",
            f"{row.queue_left} people of the queue have no card yet; end the poll after they have voted.",
        )


def _closed(session: Session, row: Box, actor: str | None) -> events.BoxClosed:
    standing = select(func.count()).where(DeskMark.box_id == row.id, DeskMark.undone.is_(None))
    return events.BoxClosed(
        box=row.uuid,
        head=row.head or "",
        casts=row.casts,
        cards_made=row.cards_made,
        cards_out=row.cards_out,
        cards_returned=row.cards_returned,
        cards_torn=row.cards_torn,
        refused_uses=row.refused_uses,
        papers_printed=row.papers_printed,
        papers_out=row.papers_out,
        papers_returned=row.papers_returned,
        papers_torn=row.papers_torn,
        proxies=session.scalar(standing.where(DeskMark.holder.is_not(None))) or 0,
        assisted=session.scalar(standing.where(DeskMark.assisted)) or 0,
        by=actor or "",
    )
