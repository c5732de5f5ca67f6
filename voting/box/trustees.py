"""Supervisors as trustees: a key each, a rehearsal each, a share each — every record verified on arrival.

The server holds public records only. A rehearsal decrypts ciphertexts that anyone recomputes from the
form; its proofs are bound to another prefix, so it can never serve as a share.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from voting import journal
from voting.box import chain, events, tallying
from voting.box.tables import Box, TrusteeKey
from voting.crypto import trustees as crypto
from voting.crypto.group import get_group
from voting.database import transaction
from voting.errors import Conflict, Malformed, NotAllowed, TooEarly, TooLate
from voting.law.calendar import HALL

#: A share of 100 questions in BELENIOS-2048 stays under this; anything longer is not one of ours.
MAX_RECORD = 4_000_000


@dataclass(frozen=True)
class TrusteeState:
    """How far one trustee is."""

    owner: int
    account: str
    name: str
    rehearsed: bool
    shared: bool


def add_key(session: Session, *, box: str, account: str, record: bytes, now: datetime) -> TrusteeState:
    """Take a supervisor's public key with its proof; the same supervisor may replace it until sealing.

    Raises Malformed TRUSTEE_…, GROUP_…, TRUSTEE_NAME; TooLate BOX_SEALED; Conflict KEY_TWICE, KEYS_FULL.
    """
    _refuse_long(record)
    with transaction(session):
        row = chain.locked(session, box)
        if row.state != "preparing":
            raise TooLate(
                "BOX_SEALED",
                "票箱已经封存，密钥不能再换。请用封存时登记的密钥；密钥丢了请报告选举委员会。",
                "The box is sealed and keys can no longer change. Use the key that was registered; if it is lost, tell "
                "the election committee.",
            )
        group = get_group(row.group)
        key = crypto.parse_trustee(group, record)
        if not key.name or len(key.name) > 40:
            raise Malformed(
                "TRUSTEE_NAME",
                "密钥记录里没有委员的称呼（1–40 字）。请在「监督委员密钥」页写明称呼，重新建密钥。",
                "The key record lacks the trustee's name (1–40 characters); make the key anew on the trustee page.",
            )
        own = _own(session, box, account)
        _refuse_same_key(session, row, record, own)
        if own is None:
            own = TrusteeKey(
                box_id=box, owner=_next_owner(session, row), account_id=account, name=key.name, record=record
            )
            session.add(own)
        own.name, own.record, own.made_on = key.name, record, now.astimezone(HALL).date()
        fact = events.TrusteeKeyAdded(row.uuid, own.owner, group.text(key.public_key), account)
        journal.record(session, row.community_id, fact, now)
        return _state(own)


def add_rehearsal(session: Session, *, box: str, account: str, record: bytes, now: datetime) -> TrusteeState:
    """Take a rehearsal decryption: proof that the key file opens and holds the right key.

    Raises TooEarly BOX_NOT_SEALED; NotAllowed NOT_TRUSTEE; Malformed DECRYPTION_….
    """
    _refuse_long(record)
    with transaction(session):
        row = chain.locked(session, box)
        if row.state == "preparing":
            raise TooEarly(
                "BOX_NOT_SEALED",
                "票箱封存以后才能演练，请等选举工作人员封存。",
                "Rehearse after the official has sealed the box.",
            )
        own = _require_own(session, box, account)
        election = chain.sealed_election(session, box)
        phi, tally = crypto.rehearsal_phi(election), crypto.rehearsal_tally(election)
        _check_share(session, own, lambda key: crypto.check_partial_decryption(election.group, phi, key, tally, record))
        own.rehearsal, own.rehearsed_on = record, now.astimezone(HALL).date()
        fact = events.TrusteeRehearsed(row.uuid, own.owner, hashlib.sha256(record).hexdigest())
        journal.record(session, row.community_id, fact, now)
        return _state(own)


def add_share(session: Session, *, box: str, account: str, record: bytes, now: datetime) -> TrusteeState:
    """Take a supervisor's share of the decryption of the tally; the same share again changes nothing.

    Raises TooEarly NOT_TALLIED; TooLate RESULT_KNOWN; NotAllowed NOT_TRUSTEE; Malformed DECRYPTION_….
    """
    _refuse_long(record)
    with transaction(session):
        row = chain.locked(session, box)
        own = _require_own(session, box, account)
        if own.share is not None:
            return _state(own)
        if row.state == "opened":
            raise TooLate(
                "RESULT_KNOWN",
                "结果已经解出，不需要再交份额。请刷新页面看结果。",
                "The result is known and no further share is needed; reload the page to see it.",
            )
        if row.state != "tallied":
            raise TooEarly(
                "NOT_TALLIED",
                "投票结束、合计以后才能解密。请等选举工作人员合计，再刷新页面。",
                "Decrypt after the poll has ended and the tally is made: wait for the official, then reload the page.",
            )
        election = chain.sealed_election(session, box)
        tally = tallying.encrypted_tally(session, row, election)
        phi = election.fingerprint
        _check_share(session, own, lambda key: crypto.check_partial_decryption(election.group, phi, key, tally, record))
        own.share = record
        fact = events.ShareReceived(row.uuid, own.owner, hashlib.sha256(record).hexdigest())
        journal.record(session, row.community_id, fact, now)
        return _state(own)


def require_trustee(session: Session, *, box: str, account: str) -> None:
    """Raises NotAllowed NOT_TRUSTEE for an account that registered no key with this box."""
    _require_own(session, box, account)


def public_key(session: Session, *, box: str, account: str) -> str:
    """The public key that `account` registered with this box, as text; "" when there is none."""
    own = _own(session, box, account)
    group = get_group((session.get(Box, box) or chain.no_such_box()).group)
    return group.text(crypto.parse_trustee(group, own.record).public_key) if own is not None else ""


def states(session: Session, box: str) -> list[TrusteeState]:
    """All trustees of the box in the order of their keys."""
    return [
        _state(key)
        for key in session.scalars(select(TrusteeKey).where(TrusteeKey.box_id == box).order_by(TrusteeKey.owner))
    ]


def days(session: Session, box: str) -> tuple[tuple[date | None, ...], tuple[date | None, ...]]:
    """The days on which each trustee made the key, and rehearsed, in the order of the keys."""
    rows = session.execute(
        select(TrusteeKey.made_on, TrusteeKey.rehearsed_on).where(TrusteeKey.box_id == box).order_by(TrusteeKey.owner)
    ).all()
    return tuple(made for made, _ in rows), tuple(rehearsed for _, rehearsed in rows)


def _own(session: Session, box: str, account: str) -> TrusteeKey | None:
    return session.scalars(select(TrusteeKey).where(TrusteeKey.box_id == box, TrusteeKey.account_id == account)).first()


def _require_own(session: Session, box: str, account: str) -> TrusteeKey:
    own = _own(session, box, account)
    if own is None:
        raise NotAllowed(
            "NOT_TRUSTEE",
            "您的账号没有在这个票箱建过密钥。请用建密钥的那个账号登录。",
            "Your account made no key for this box; sign in with the account that made it.",
        )
    return own


def _check_share(session: Session, own: TrusteeKey, check: Callable[[crypto.TrusteeKey], object]) -> None:
    """`check` with the trustee's own key. One made with another's key file says so: the commonest mistake."""
    box = session.get_one(Box, own.box_id)
    group = get_group(box.group)
    try:
        check(crypto.parse_trustee(group, own.record))
    except Malformed:
        for other in session.scalars(select(TrusteeKey).where(TrusteeKey.box_id == own.box_id)):
            if other is not own and _holds(check, crypto.parse_trustee(group, other.record)):
                raise NotAllowed(
                    "SHARE_OF_ANOTHER",
                    f"这份记录是用“{other.name}”的密钥文件做的，您登记的是“{own.name}”。请用自己的密钥文件重做。",
                    f"This record was made with the key file of “{other.name}”; yours is “{own.name}”. Make it again "
                    "with your own key file.",
                ) from None
        raise


def _holds(check: Callable[[crypto.TrusteeKey], object], key: crypto.TrusteeKey) -> bool:
    try:
        check(key)
    except Malformed:
        return False
    return True


def _refuse_long(record: bytes) -> None:
    if len(record) > MAX_RECORD:
        raise Malformed(
            "TRUSTEE_RECORD_SIZE",
            "这份记录太长，不是本系统生成的。请在「监督委员密钥」页重新生成再交。",
            "This record is too long to be one of ours; make it again on the trustee page and send that.",
        )


def _refuse_same_key(session: Session, row: Box, record: bytes, own: TrusteeKey | None) -> None:
    group = get_group(row.group)
    new = crypto.parse_trustee(group, record).public_key
    for other in session.scalars(select(TrusteeKey).where(TrusteeKey.box_id == row.id)):
        if other is not own and crypto.parse_trustee(group, other.record).public_key == new:
            raise Conflict(
                "KEY_TWICE",
                "这把密钥已经由另一位委员登记。请用自己的账号另建一把密钥。",
                "Another trustee has registered this key; make one of your own under your own account.",
            )


def _next_owner(session: Session, row: Box) -> int:
    taken = session.scalar(select(func.count()).select_from(TrusteeKey).where(TrusteeKey.box_id == row.id)) or 0
    if taken >= row.trustees:
        raise Conflict(
            "KEYS_FULL",
            f"{row.trustees} 位监督委员的密钥已经齐了。要换人请选举工作人员重新设立选举。",
            f"The keys of all {row.trustees} trustees are in; "
            "to change who holds them the official sets the election up anew.",
        )
    return taken + 1


def _state(key: TrusteeKey) -> TrusteeState:
    return TrusteeState(key.owner, key.account_id, key.name, key.rehearsal is not None, key.share is not None)
