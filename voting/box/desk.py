"""The desk: one person, one card or one paper. No table, entry or answer here says which card went to whom."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from voting import journal
from voting.box import chain, events, in_hand
from voting.box.in_hand import CardInHand
from voting.box.rules import UNDO_REASONS, Counters, commitment, hour_words, require_cards, whole_hour
from voting.box.tables import Ballot, Box, DeskMark, PublicCredential
from voting.database import transaction
from voting.errors import Conflict, Malformed, NotAllowed, NotEligible, NotFound, TooEarly


@dataclass(frozen=True)
class CheckedIn:
    """Cards or papers may be handed over now. ``mark`` names the person's own check-in, for an undo; ``proxies`` those
    of the people voted for, in their order."""

    mark: str
    counters: Counters
    proxies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scanned:
    """What a card scanned after closing turned out to be: unused, returned, torn or voted."""

    kind: str
    cards_unused: int
    expected: int


def check_in(
    session: Session,
    *,
    box: str,
    voter: str,
    voter_label: str,
    desk: str,
    actor: str,
    now: datetime,
    channel: str = "card",
    principals: Sequence[tuple[str, str]] = (),
    assisted: bool = False,
) -> CheckedIn:
    """Mark `voter` as having received one card (or paper), and one more for each of `principals` (roll entry and
    roll number), who vote through them. `voter_label` is the roll number, for the log's commitment.

    Raises Conflict ALREADY_CHECKED_IN (naming desk and hour), CHANGED_TO_PAPER, NO_CARDS_LEFT, NO_PAPERS_LEFT;
    TooEarly DESK_NOT_OPEN, QUEUE_SERVED.
    """
    with transaction(session):
        row = chain.locked(session, box)
        _require_desk(row)
        people = ((voter, voter_label), *principals)
        known = active_marks(session, box, [person for person, _ in people])
        _refuse_second(known.get(voter) or next(iter(known.values()), None))
        if channel == "card":
            for person, _ in people:
                _refuse_after_paper(session, box, person)
        hand_out(row, channel, len(people))
        marks = [
            new_mark(row, person, label, desk=desk, actor=actor, now=now, channel=channel) for person, label in people
        ]
        for mark in marks[1:]:
            mark.holder = voter
        marks[0].assisted = assisted
        row.queue_left -= row.desk == "queue"
        add_marks(session, marks)
        return CheckedIn(marks[0].id, chain.counters_of(row), tuple(mark.id for mark in marks[1:]))


def new_mark(
    row: Box, voter: str, label: str, *, desk: str, actor: str, now: datetime, channel: str = "card"
) -> DeskMark:
    """The mark of one person's check-in, not yet stored."""
    salt = secrets.token_bytes(16)
    return DeskMark(
        box_id=row.id,
        voter=voter,
        hour=whole_hour(now),
        desk=desk,
        clerk_id=actor,
        salt=salt,
        commitment=commitment(salt, row.uuid, label),
        channel=channel,
        assisted=False,
    )


def add_marks(session: Session, marks: Iterable[DeskMark]) -> None:
    """Store check-ins. Raises Conflict ALREADY_CHECKED_IN where another desk was faster."""
    session.add_all(marks)
    try:
        session.flush()
    except IntegrityError as error:
        # The index on active marks spoke: another desk won between our look and our insert.
        raise _already("", "") from error


def hand_out(row: Box, channel: str, number: int) -> None:
    """So many cards or papers leave the pile. Raises Conflict NO_CARDS_LEFT, NO_PAPERS_LEFT."""
    if channel == "card":
        _require_pile(row, number)
        row.cards_out += number
        return
    if row.papers_out + number > row.papers_printed:
        raise Conflict(
            "NO_PAPERS_LEFT",
            f"纸质选票不够：印了 {row.papers_printed} 张，已发 {row.papers_out} 张。请监督委员清点。",
            f"Not enough papers: {row.papers_printed} printed, {row.papers_out} out. Ask the supervisors to count.",
        )
    row.papers_out += number


def active_mark(session: Session, box: str, voter: str) -> DeskMark | None:
    """The check-in of `voter` that stands, if any."""
    return session.scalars(
        select(DeskMark).where(DeskMark.box_id == box, DeskMark.voter == voter, DeskMark.undone.is_(None))
    ).first()


def active_marks(session: Session, box: str, voters: Iterable[str]) -> dict[str, DeskMark]:
    """The check-ins that stand, by voter, of those asked for."""
    found = session.scalars(
        select(DeskMark).where(DeskMark.box_id == box, DeskMark.voter.in_(set(voters)), DeskMark.undone.is_(None))
    )
    return {mark.voter: mark for mark in found}


def undo(
    session: Session,
    *,
    mark: str,
    card: CardInHand,
    reason: str,
    second: str,
    actor: str,
    now: datetime,
    note: str = "",
) -> Counters:
    """Take a check-in back, with the card on the table: it has no ballot and is set aside for good.

    `reason` is a key of `rules.UNDO_REASONS`; `note` stays in the house. `second` is the account of the other
    member of staff who saw it: no program can tell whose card lies there, so two people answer for it.
    Raises NotFound NO_SUCH_CHECK_IN; Malformed UNDO_REASON; NotAllowed UNDO_ALONE; TooLate CARD_NONCE;
    NotEligible CARD_NOT_IN_HAND, CARD_UNKNOWN; Conflict CARD_USED, CARD_MARKED, CASTS_EXCEED_CARDS.
    """
    if reason not in UNDO_REASONS:
        raise Malformed("UNDO_REASON", "请从列表里选择撤销的原因。", "Choose the reason for the undo from the list.")
    if second == actor:
        raise undo_alone()
    with transaction(session):
        box = _undoable(session.get(DeskMark, mark)).box_id
    in_hand.require(session, box=box, card=card, deed="undo", mark=mark, actor=actor, now=now)
    with transaction(session):
        row = chain.locked(session, box)
        found = _undoable(session.get(DeskMark, mark, populate_existing=True))
        _require_before_closing(row)
        returned = _unvoted_card(session, row, card.credential)
        require_cards(chain.counters_of(row), returned=1)
        returned.mark = "returned"
        row.cards_returned += 1
        found.undone = f"{reason} {note}".strip()[:200]
        fact = events.CheckInUndone(row.uuid, found.commitment, reason, row.cards_returned, second, actor)
        journal.record(session, row.community_id, fact, now)
        return chain.counters_of(row)


def change_to_paper(
    session: Session,
    *,
    mark: str,
    voter_label: str,
    card: CardInHand,
    second: str,
    desk: str,
    actor: str,
    now: datetime,
) -> CheckedIn:
    """The card comes back, unused, and a paper goes out for it: once, as there is no way back from paper.

    Raises what `undo` raises, and Conflict NO_PAPERS_LEFT; then nothing has changed.
    """
    with transaction(session):
        undo(session, mark=mark, card=card, reason="paper", second=second, actor=actor, now=now)
        before = session.get_one(DeskMark, mark)
        row = chain.locked(session, before.box_id)
        hand_out(row, "paper", 1)
        made = new_mark(row, before.voter, voter_label, desk=desk, actor=actor, now=now, channel="paper")
        made.holder = before.holder
        add_marks(session, [made])
        return CheckedIn(made.id, chain.counters_of(row))


def undo_alone() -> NotAllowed:
    """The refusal of an undo that nobody else on duty has seen."""
    return NotAllowed(
        "UNDO_ALONE",
        "撤销要有另一位工作人员在场核对，请选择那一位的姓名。",
        "An undo is seen by another member of staff; choose that person's name.",
    )


def _undoable(found: DeskMark | None, channel: str = "card") -> DeskMark:
    if found is None or found.undone is not None or found.channel != channel:
        raise NotFound(
            "NO_SUCH_CHECK_IN",
            "没有这条领票记录，或者已经撤销。请刷新页面再看。",
            "No such check-in, or it was undone already; reload the page and look again.",
        )
    return found


def replace_torn(session: Session, *, box: str, card: CardInHand, actor: str, now: datetime) -> Counters:
    """Void a torn card, which lies on the table, and hand over a spare.

    Raises TooLate CARD_NONCE; NotEligible CARD_NOT_IN_HAND, CARD_UNKNOWN; Conflict CARD_USED, CARD_MARKED,
    NO_CARDS_LEFT, CASTS_EXCEED_CARDS.
    """
    in_hand.require(session, box=box, card=card, deed="torn", mark="", actor=actor, now=now)
    with transaction(session):
        row = chain.locked(session, box)
        _require_before_closing(row)
        torn = _unvoted_card(session, row, card.credential)
        _require_pile(row)
        torn.mark = "torn"
        row.cards_torn += 1
        row.cards_out += 1
        # The spare goes out as the torn one comes in, so the sum must hold for both together.
        require_cards(chain.counters_of(row))
        journal.record(session, row.community_id, events.CardTorn(row.uuid, row.cards_torn, actor), now)
        return chain.counters_of(row)


def scan_unused(session: Session, *, box: str, card: CardInHand, actor: str, now: datetime) -> Scanned:
    """After closing: scan one card of the pile that nobody received, or of those set aside.

    A card that has a ballot in the box is reported as ``voted`` and logged: somebody knew its code. Scanning
    a card twice counts once. Raises TooEarly BOX_NOT_CLOSED; TooLate CARD_NONCE; NotEligible CARD_NOT_IN_HAND,
    CARD_UNKNOWN; Conflict MORE_UNUSED.
    """
    in_hand.require(session, box=box, card=card, deed="unused", mark="", actor=actor, now=now)
    with transaction(session):
        row = chain.locked(session, box)
        chain.refuse_void(row)
        if row.state in ("preparing", "sealed", "open", "shut"):
            raise TooEarly(
                "BOX_NOT_CLOSED",
                "投票还没有结束，请结束后再扫描未用的卡。",
                "The poll is still on; scan unused cards after closing.",
            )
        scanned = _card(session, row, card.credential)
        expected = chain.counters_of(row).never_out
        if _has_ballot(session, row, scanned.public):
            if scanned.mark is None:
                scanned.mark = "voted"
                journal.record(session, row.community_id, events.UnusedCardVoted(row.uuid, scanned.public, actor), now)
            return Scanned("voted", row.cards_unused, expected)
        if scanned.mark is None:
            _count_unused(session, row, scanned, actor=actor, now=now)
        return Scanned(scanned.mark or "unused", row.cards_unused, expected)


def counters(session: Session, box: str) -> Counters:
    """The counters of the box and its desk."""
    row = session.get(Box, box)
    return chain.counters_of(row) if row is not None else chain.no_such_box()


def _count_unused(session: Session, row: Box, card: PublicCredential, *, actor: str, now: datetime) -> None:
    expected = chain.counters_of(row).never_out
    if row.cards_unused >= expected:
        raise Conflict(
            "MORE_UNUSED",
            f"未用的卡应有 {expected} 张，现在多出一张：有人领卡时没有拿到卡，或计数有误。请监督委员到场清点。",
            f"There should be {expected} unused cards and here is one more: somebody checked in without a card, "
            "or the count is wrong. Count again before the supervisors.",
        )
    card.mark = "unused"
    row.cards_unused += 1
    if row.cards_unused == expected:
        journal.record(session, row.community_id, events.UnusedScanned(row.uuid, row.cards_unused, actor), now)


def _require_desk(row: Box) -> None:
    if row.desk == "shut" or row.state != "open":
        raise TooEarly(
            "DESK_NOT_OPEN",
            "发票处现在没有开放，请等选举工作人员开始投票。",
            "The desk is not open; wait for the official to open the poll.",
        )
    if row.desk == "queue" and row.queue_left == 0:
        raise TooEarly(
            "QUEUE_SERVED",
            "投票时间已到，排队的人都已领卡，不能再接待。请选举工作人员结束投票。",
            "The poll has ended and everyone in the queue has been served; the official closes it now.",
        )


def _require_before_closing(row: Box) -> None:
    if row.state not in ("open", "shut"):
        raise TooEarly(
            "BOX_NOT_OPEN",
            "只有投票期间才能收回或更换选票卡。请把卡留在发票处，交给监督委员。",
            "Cards are taken back or replaced during the poll only; keep the card at the desk for the supervisors.",
        )


def _require_pile(row: Box, number: int = 1) -> None:
    if row.cards_out + number > row.cards_made:
        raise Conflict(
            "NO_CARDS_LEFT",
            f"选票卡不够了（共 {row.cards_made} 张，已发 {row.cards_out} 张）。请监督委员清点。",
            f"Not enough cards: {row.cards_out} of {row.cards_made} are out. Ask the supervisors to count.",
        )


def _refuse_second(mark: DeskMark | None) -> None:
    if mark is not None:
        raise _already(mark.desk, hour_words(mark.hour))


def _refuse_after_paper(session: Session, box: str, voter: str) -> None:
    """Who gave the card back for a paper has made the choice, once."""
    changed = select(DeskMark.id).where(
        DeskMark.box_id == box, DeskMark.voter == voter, DeskMark.undone.startswith("paper")
    )
    if session.scalar(changed.limit(1)) is not None:
        raise Conflict(
            "CHANGED_TO_PAPER",
            "此人已经交回选票卡改用纸质选票，只能改一次。请发纸质选票。",
            "This person gave the card back for a paper ballot, which is done once; give a paper ballot.",
        )


def _already(desk: str, hour: str) -> Conflict:
    where_zh = f"：{hour}，{desk}" if desk else ""
    where_en = f": {hour}, {desk}" if desk else ""
    return Conflict(
        "ALREADY_CHECKED_IN",
        f"此人已经领过选票卡{where_zh}。如有疑问请找该处的发票员核对。",
        f"This person has received a card already{where_en}. If in doubt ask the clerk of that desk.",
    )


def _card(session: Session, row: Box, credential: str) -> PublicCredential:
    card = session.get(PublicCredential, (row.id, credential))
    if card is None:
        raise NotEligible(
            "CARD_UNKNOWN",
            "这张卡不是本次选举的选票卡，请核对。",
            "This card does not belong to this election; check it.",
        )
    return card


def _has_ballot(session: Session, row: Box, credential: str) -> bool:
    found = session.scalar(select(Ballot.hash).where(Ballot.box_id == row.id, Ballot.credential == credential))
    return found is not None


def pile_voted(session: Session, box: str) -> int:
    """How many of the cards scanned after closing turned out to have a ballot."""
    marked = select(func.count()).select_from(PublicCredential)
    return session.scalar(marked.where(PublicCredential.box_id == box, PublicCredential.mark == "voted")) or 0


def _unvoted_card(session: Session, row: Box, credential: str) -> PublicCredential:
    card = _card(session, row, credential)
    if _has_ballot(session, row, credential):
        raise Conflict(
            "CARD_USED",
            "这张卡已经投过票，不能收回或更换。它若是此人手里的那张，此人就已经投票：请不要再发卡。",
            "This card has voted and cannot be taken back or replaced. If it is the one this person held, the person "
            "has voted: give no other card.",
        )
    if card.mark is not None:
        raise Conflict(
            "CARD_MARKED",
            "这张卡先前已经作废或交回，请核对手里的卡。",
            "This card was voided or handed back before; check the card in your hand.",
        )
    return card
