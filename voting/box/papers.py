"""Paper ballots at the desk: printed, handed out, come back, spoilt. Papers have no numbers and no codes here: what
somebody was given is a check-in of the channel ``paper``, and which paper it was stands nowhere.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from voting import journal
from voting.box import chain, desk, events
from voting.box.rules import UNDO_REASONS, Counters
from voting.box.tables import Box, DeskMark
from voting.database import transaction
from voting.errors import Conflict, Malformed, NotFound, TooEarly


def printed(session: Session, *, box: str, number: int) -> Counters:
    """So many more papers were printed and counted; the owner of the election records by whom."""
    with transaction(session):
        row = chain.locked(session, box)
        row.papers_printed += number
        return chain.counters_of(row)


def give_back(
    session: Session, *, mark: str, reason: str, second: str, actor: str, now: datetime, note: str = ""
) -> Counters:
    """Take a check-in for paper back: the paper lies unmarked on the table and is set aside for good.

    As with cards two people answer for it. Raises NotFound NO_SUCH_CHECK_IN; Malformed UNDO_REASON; NotAllowed
    UNDO_ALONE; TooEarly BOX_NOT_OPEN.
    """
    if reason not in UNDO_REASONS:
        raise Malformed("UNDO_REASON", "请从列表里选择撤销的原因。", "Choose the reason for the undo from the list.")
    if second == actor:
        raise desk.undo_alone()
    with transaction(session):
        found = session.get(DeskMark, mark, populate_existing=True)
        if found is None or found.undone is not None or found.channel != "paper":
            raise NotFound(
                "NO_SUCH_CHECK_IN",
                "没有这条领取纸质选票的记录，或者已经撤销。请刷新页面再看。",
                "No such check-in for paper, or it was undone already; reload the page and look again.",
            )
        row = chain.locked(session, found.box_id)
        _require_before_closing(row)
        row.papers_returned += 1
        found.undone = f"{reason} {note}".strip()[:200]
        fact = events.PaperReturned(row.uuid, found.commitment, reason, row.papers_returned, second, actor)
        journal.record(session, row.community_id, fact, now)
        return chain.counters_of(row)


def replace_spoilt(session: Session, *, box: str, actor: str, now: datetime) -> Counters:
    """A spoilt paper is set aside and another handed over; nobody's name is needed for it.

    Raises Conflict NO_PAPERS_LEFT, NO_PAPER_OUT; TooEarly BOX_NOT_OPEN.
    """
    with transaction(session):
        row = chain.locked(session, box)
        _require_before_closing(row)
        if not chain.counters_of(row).papers_issued:
            raise Conflict(
                "NO_PAPER_OUT",
                "还没有发出纸质选票，没有写坏的可以换。请核对。",
                "No paper is out, so none can be spoilt; check it.",
            )
        desk.hand_out(row, "paper", 1)
        row.papers_torn += 1
        journal.record(session, row.community_id, events.PaperSpoilt(row.uuid, row.papers_torn, actor), now)
        return chain.counters_of(row)


def issue_outside(
    session: Session,
    *,
    box: str,
    voters: Sequence[tuple[str, str]],
    desk_name: str,
    actor: str,
    now: datetime,
) -> Counters:
    """Check in the people (roll entry, roll number) to whom a mobile box brought a paper.

    Raises Conflict ALREADY_CHECKED_IN, NO_PAPERS_LEFT; TooEarly BOX_NOT_OPEN.
    """
    with transaction(session):
        row = chain.locked(session, box)
        _require_before_closing(row)
        desk.hand_out(row, "paper", len(voters))
        marks = [
            desk.new_mark(row, voter, label, desk=desk_name, actor=actor, now=now, channel="paper")
            for voter, label in voters
        ]
        desk.add_marks(session, marks)
        return chain.counters_of(row)


def assisted(session: Session, *, box: str) -> int:
    """Voters for whom somebody wrote (代写), by number only."""
    found = select(func.count()).where(DeskMark.box_id == box, DeskMark.undone.is_(None), DeskMark.assisted)
    return session.scalar(found) or 0


def _require_before_closing(row: Box) -> None:
    if row.state not in ("open", "shut"):
        raise TooEarly(
            "BOX_NOT_OPEN",
            "只有投票期间才能收发纸质选票。请把票留在发票处，交给监督委员。",
            "Papers are handed out and taken back during the poll only; keep the paper for the supervisors.",
        )
