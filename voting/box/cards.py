"""Cards: the server receives their public credentials, sorted, and never sees a code."""

import hashlib
import itertools
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from voting import journal
from voting.box import chain, events
from voting.box import witness as witnesses
from voting.box.rules import Counters, spares_allowed
from voting.box.tables import Box, PublicCredential
from voting.crypto.group import get_group
from voting.database import transaction
from voting.errors import Conflict, Malformed, TooEarly, TooLate
from voting.law.calendar import HALL


def declare(session: Session, *, box: str, roll_size: int, spares: int) -> Counters:
    """Fix how many cards may be made: one per person on the roll and `spares` for torn ones.

    Cards belong to nobody until the desk hands them out. Where they were made already, somebody added to the roll
    takes one of the spares, and the card of somebody struck off becomes one. Where they no longer do (too few, or
    more spares than the bound), sealing refuses until two supervisors have made them anew.
    Raises Malformed ROLL_EMPTY, SPARES (more than max(5, 2 %)).
    """
    if roll_size < 1:
        raise Malformed("ROLL_EMPTY", "选民名单是空的，请先导入名单。", "The roll is empty; import it first.")
    if not 0 <= spares <= spares_allowed(roll_size):
        raise Malformed(
            "SPARES",
            f"备用卡最多 {spares_allowed(roll_size)} 张（5 张或名单的 2%，取多者），请减少。",
            f"At most {spares_allowed(roll_size)} spare cards (five, or 2 % of the roll if more); ask for fewer.",
        )
    with transaction(session):
        row = chain.locked(session, box)
        _require_preparing(row)
        if row.cards_made:
            spares = min(max(row.cards_made - roll_size, 0), spares_allowed(roll_size))
        row.roll_size, row.spares = roll_size, spares
        return chain.counters_of(row)


def receive_credentials(
    session: Session, *, box: str, credentials: list[str], actor: str, witness: str, now: datetime
) -> Counters:
    """Take in the public credentials of all cards, made before two supervisors; replaces an earlier set.

    The list is sorted as text, so that it does not tell the order of printing. Raises NotAllowed
    SAME_SUPERVISOR; TooEarly ROLL_NOT_DECLARED; TooLate BOX_SEALED; Conflict CARD_COUNT; Malformed
    CARDS_UNSORTED, CARDS_TWICE, GROUP_ELEMENT, CARD_NEUTRAL.
    """
    if actor == witness:
        raise witnesses.same_supervisor()
    with transaction(session):
        row = chain.locked(session, box)
        _require_preparing(row)
        _require_count(row, len(credentials))
        _require_sorted(row, credentials)
        _require_members(row, credentials)
        session.execute(delete(PublicCredential).where(PublicCredential.box_id == box))
        session.execute(insert(PublicCredential), [{"box_id": box, "public": one} for one in credentials])
        row.cards_made, row.cards_on = len(credentials), now.astimezone(HALL).date()
        # Of the set, whichever of its two orders it came in: the verifier reads the archive's.
        digest = hashlib.sha256("\n".join(sorted(credentials)).encode()).hexdigest()
        fact = events.CardsReceived(
            row.uuid, len(credentials), row.roll_size, row.spares, digest, by=actor, witness=witness
        )
        journal.record(session, row.community_id, fact, now)
        return chain.counters_of(row)


def receive_witnessed(session: Session, *, box: str, credentials: list[str], actor: str, now: datetime) -> Counters:
    """`receive_credentials` before whoever confirmed for this set of cards; cards and confirmation go together.

    Raises as that does, and NotAllowed WITNESS_MISSING.
    """
    with transaction(session):
        witness = witnesses.spend(session, box=box, maker=actor, now=now)
        return receive_credentials(session, box=box, credentials=credentials, actor=actor, witness=witness, now=now)


def _require_preparing(row: Box) -> None:
    if row.state != "preparing":
        raise TooLate(
            "BOX_SEALED",
            "票箱已经封存，密钥和选票卡不能再改。请用封存时的卡；卡有问题请报告选举委员会。",
            "The box is sealed; use the cards it was sealed with, and tell the election committee if they are wrong.",
        )


def _require_count(row: Box, count: int) -> None:
    if row.roll_size == 0:
        raise TooEarly(
            "ROLL_NOT_DECLARED",
            "名单人数还没有确定，请选举工作人员先公布名单。",
            "The size of the roll is not fixed; the official publishes the roll first.",
        )
    if not row.roll_size <= count <= row.roll_size + row.spares:
        raise Conflict(
            "CARD_COUNT",
            f"收到 {count} 张卡的凭据，应为 {row.roll_size} 至 {row.roll_size + row.spares} 张（名单加备用）。"
            "请重新制卡。",
            f"Received {count} credentials; expected {row.roll_size} to {row.roll_size + row.spares} "
            "(roll plus spares). Make the cards again.",
        )


def _require_sorted(row: Box, credentials: list[str]) -> None:
    if len(set(credentials)) < len(credentials):
        raise Malformed(
            "CARDS_TWICE", "有两张卡的凭据相同，请重新制卡。", "Two cards have one credential; make them again."
        )
    # Both orders follow from the values alone: as texts (voting cards) or as the archive lists them (the browser).
    group = get_group(row.group)
    if not _ascends(credentials) and not _ascends([group.sort_key(group.claim(one)) for one in credentials]):
        raise Malformed(
            "CARDS_UNSORTED",
            "凭据没有排序，请用制卡页重新制卡。",
            "The credentials are not sorted; use the card page again.",
        )


def _ascends(values: Sequence[Any]) -> bool:
    return all(left < right for left, right in itertools.pairwise(values))


def _require_members(row: Box, credentials: list[str]) -> None:
    group = get_group(row.group)
    for one in credentials:
        # The neutral element's secret is 0, which everyone knows.
        if group.parse(one) == group.neutral:
            raise Malformed(
                "CARD_NEUTRAL",
                "有一张卡的凭据是单位元，请重新制卡。",
                "One credential is the neutral element; make the cards again.",
            )
