"""The card must lie on the desk: a clerk who knows only the public credentials can mark no card.

The page asks for a nonce, the card's key signs it with the deed (`voting.crypto.card_in_hand`), and the deed spends
it. A nonce belongs to one box and one account, lives two minutes and is spent whatever becomes of the deed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import delete
from sqlalchemy.orm import Session

from voting.box import chain
from voting.box.tables import Box, DeskNonce
from voting.crypto.card_in_hand import is_in_hand
from voting.crypto.group import get_group
from voting.database import random_id, transaction
from voting.errors import NotEligible, TooLate

#: From the nonce to the deed passes one scan's arithmetic; the rest is for a slow line.
NONCE_TIME = timedelta(minutes=2)

Deed = Literal["undo", "torn", "unused"]


@dataclass(frozen=True)
class CardInHand:
    """A card as the desk's scanner shows it: public half, the nonce it answered, and the proof as it came."""

    credential: str
    nonce: str
    proof: Any


def new_nonce(session: Session, *, box: str, actor: str, now: datetime) -> str:
    """A fresh nonce for one card at this desk; those that nobody used in time are swept away."""
    with transaction(session):
        row = session.get(Box, box) or chain.no_such_box()
        session.execute(delete(DeskNonce).where(DeskNonce.box_id == row.id, DeskNonce.until < now))
        nonce = random_id()
        session.add(DeskNonce(nonce=nonce, box_id=row.id, account_id=actor, until=now + NONCE_TIME))
        return nonce


def require(session: Session, *, box: str, card: CardInHand, deed: Deed, mark: str, actor: str, now: datetime) -> None:
    """Spend the card's nonce and check its proof. Raises TooLate CARD_NONCE; NotEligible CARD_NOT_IN_HAND."""
    with transaction(session):
        row = session.get(Box, box) or chain.no_such_box()
        group, uuid = get_group(row.group), row.uuid
        spent = session.execute(
            delete(DeskNonce)
            .where(
                DeskNonce.nonce == card.nonce,
                DeskNonce.box_id == row.id,
                DeskNonce.account_id == actor,
                DeskNonce.until >= now,
            )
            .returning(DeskNonce.nonce)
        ).all()
    if not spent:
        raise TooLate(
            "CARD_NONCE",
            "这次扫卡已经过了时间或已经用过，什么都没有改动。请再扫一次这张卡。",
            "This scan is too old or was used before; nothing was changed. Scan the card again.",
        )
    # Outside the transaction: in the larger group the check takes long enough to make other desks wait.
    if not is_in_hand(group, card.credential, card.proof, uuid=uuid, deed=deed, mark=mark, nonce=card.nonce):
        raise NotEligible(
            "CARD_NOT_IN_HAND",
            "没有证明这张卡就在手里，什么都没有改动。请在本页扫描卡上的图案，或输入卡上的 30 位数字。",
            "There is no proof that this card is in hand; nothing was changed. Scan the card on this page, "
            "or type its 30 digits.",
        )
