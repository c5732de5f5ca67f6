"""Tablets in the booths: paired by a one-use code, recognised by a cookie, never named beside a ballot."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from voting import journal
from voting.box import chain, events
from voting.box.rules import PAIRING_TIME, digits, whole_hour
from voting.box.tables import Box, Kiosk, PairingFailures
from voting.database import transaction
from voting.errors import Malformed, NotEligible, NotFound

#: After so many wrong codes within an hour, over all server processes, the waiting codes of the box are void. Odds of
#: guessing a code of eight digits are then one in half a million for each that the staff make; people mistype far
#: less. Nothing pauses: a new code works at once, so that who guesses in one hall stops no tablet in another.
MAX_FAILURES = 200


@dataclass(frozen=True)
class PairingCode:
    """Eight digits to type at the tablet, once, before ``until``."""

    kiosk: str
    code: str
    until: datetime


@dataclass(frozen=True)
class Tablet:
    """A paired tablet: which box it serves, and the name painted on its booth."""

    id: str
    box: str
    name: str


@dataclass(frozen=True)
class TabletState:
    """One line of the list of tablets."""

    id: str
    name: str
    paired: bool
    calling: bool
    revoked: bool
    waiting_until: datetime | None


def tablets(session: Session, box: str) -> list[TabletState]:
    """All tablets of a box: those in use by name, revoked ones last. The desk shows who is calling."""
    found = session.scalars(select(Kiosk).where(Kiosk.box_id == box).order_by(Kiosk.revoked, Kiosk.name, Kiosk.id))
    return [
        TabletState(
            one.id, one.name, one.token_hash is not None, one.calling, one.revoked, waiting_until=one.pairing_until
        )
        for one in found
    ]


def new_pairing_code(session: Session, *, box: str, name: str, actor: str, now: datetime) -> PairingCode:
    """Announce a tablet and give its pairing code. Raises Malformed KIOSK_NAME."""
    name = journal.typed(name).strip()
    if not 1 <= len(name) <= 40:
        raise Malformed(
            "KIOSK_NAME",
            "请写平板的名字（1–40 字，如「2 号写票处」）。",
            "Name the tablet in 1–40 characters, for example “Booth 2”.",
        )
    with transaction(session):
        row = chain.locked(session, box)
        code = f"{secrets.randbelow(10**8):08d}"
        found = Kiosk(box_id=row.id, name=name, pairing_hash=_hash("pair", code), pairing_until=now + PAIRING_TIME)
        session.add(found)
        session.flush()
        journal.record(session, row.community_id, events.KioskAdmitted(row.uuid, found.id, name, actor), now)
        return PairingCode(found.id, code, now + PAIRING_TIME)


def pair(session: Session, code: str, now: datetime) -> str:
    """Use a pairing code up; returns the token for the tablet's cookie.

    Raises NotEligible PAIRING_CODE, also for a code that too many wrong ones made void.
    """
    hashed = _hash("pair", digits(code))
    with transaction(session):
        found = session.scalars(select(Kiosk).where(Kiosk.pairing_hash == hashed)).first()
        if found is None or found.pairing_until is None or found.pairing_until < now:
            # Kept although the attempt is refused: the transaction ends before the refusal is raised.
            _count_failure(session, now)
        else:
            # First the box, then the tablet, as everywhere: two transactions never wait for each other.
            row = chain.locked(session, found.box_id)
            session.refresh(found)
            if found.pairing_hash == hashed and not found.revoked:
                return _admit(session, row, found, now)
    raise NotEligible(
        "PAIRING_CODE",
        "配对码不对、已经用过、过了十分钟，或因有人输错太多次已作废。请工作人员重新生成一个。",
        "The pairing code is wrong, used, older than ten minutes, or void after too many wrong ones; ask the staff for "
        "a new one.",
    )


def _admit(session: Session, row: Box, found: Kiosk, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    found.token_hash = _hash("token", token)
    found.pairing_hash, found.pairing_until = None, None
    journal.record(session, row.community_id, events.KioskPaired(row.uuid, found.id, found.name), now)
    return token


def _waiting(session: Session, now: datetime) -> list[str]:
    """The boxes that have a code waiting: a wrong one may have been meant for any of them."""
    waiting = select(Kiosk.box_id).where(Kiosk.pairing_until >= now, Kiosk.revoked.is_(False)).distinct()
    return sorted(session.scalars(waiting))


def _count_failure(session: Session, now: datetime) -> None:
    for box in _waiting(session, now):
        chain.locked(session, box)
        counted = session.get(PairingFailures, (box, whole_hour(now)), populate_existing=True)
        if counted is None:
            counted = PairingFailures(box_id=box, hour=whole_hour(now), count=0)
            session.add(counted)
        counted.count += 1
        if counted.count % MAX_FAILURES == 0:
            void = update(Kiosk).where(Kiosk.box_id == box, Kiosk.pairing_hash.is_not(None))
            session.execute(void.values(pairing_hash=None, pairing_until=None))


def kiosk_from_token(session: Session, token: str) -> Tablet | None:
    """The paired tablet that holds this token; None when there is none or it was revoked."""
    found = session.execute(
        select(Kiosk.id, Kiosk.box_id, Kiosk.name).where(
            Kiosk.token_hash == _hash("token", token), Kiosk.revoked.is_(False)
        )
    ).first()
    return Tablet(*found) if found else None


def revoke(session: Session, *, box: str, kiosk: str, actor: str, now: datetime) -> None:
    """Shut a tablet out; a code that was not used yet dies as well. Raises NotFound NO_SUCH_KIOSK."""
    with transaction(session):
        row = chain.locked(session, box)
        found = _tablet(session, box, kiosk)
        if found.revoked:
            return
        found.revoked, found.calling = True, False
        found.pairing_hash, found.pairing_until = None, None
        journal.record(session, row.community_id, events.KioskRevoked(row.uuid, found.id, found.name, actor), now)


def call_staff(session: Session, *, box: str, kiosk: str, on: bool) -> None:
    """Light (or put out) the lamp of this tablet on the desk's screen. Raises NotFound NO_SUCH_KIOSK."""
    with transaction(session):
        _tablet(session, box, kiosk).calling = on


def _tablet(session: Session, box: str, kiosk: str) -> Kiosk:
    found = session.get(Kiosk, kiosk)
    if found is None or found.box_id != box:
        raise NotFound("NO_SUCH_KIOSK", "没有这台平板，请刷新列表。", "There is no such tablet; reload the list.")
    return found


def _hash(what: str, secret: str) -> str:
    # A thief of the table gets no token (256 bits); a pairing code (8 digits) he could search, within its ten minutes.
    return hashlib.sha256(f"{what}|{secret}".encode()).hexdigest()
