"""Signing in and one's own password, with a brake on guessing.

The brake counts per sign-in name and network address, in the database, whether the name exists or not: every
process sees it, a restart does not forget it, and it tells nobody which names exist. A larger count per name
alone stops guessing from many addresses; it does not hold at an address where the name signed in within the last
day, so that no stranger can lock staff out on election day. An attempt is counted *before*
the password is looked at, so that many attempts at once do not slip past the count together.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, delete, select, text
from sqlalchemy.orm import Session

from voting.database import UTCDateTime, random_id, transaction
from voting.errors import Malformed, NotAllowed, Refused
from voting.people import actions, passwords
from voting.people.events import PasswordChanged
from voting.people.tables import Account, SignInThrottle

#: Failures that cost nothing; every further one doubles the wait, up to the longest.
FREE_FAILURES = 5
#: The same for one name from all addresses together.
FREE_FAILURES_ANYWHERE = 50
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
#: Failures this old are forgotten.
MEMORY = timedelta(days=1)

_MISSING = text(
    "INSERT INTO sign_in_throttle (login, failures, last_at, not_before) VALUES (:key, 0, :now, :now) "
    "ON CONFLICT DO NOTHING"
).bindparams(bindparam("now", type_=UTCDateTime()))

# Verified in place of an unknown account's hash, so that both take the same time.
_DECOY: list[str] = []


class TooManyAttempts(Refused):
    """Guessing is slowed down (HTTP 429)."""


@dataclass(frozen=True)
class SignedIn:
    """Who signed in; `session_mark` goes into the session cookie."""

    account_id: str
    session_mark: str


def sign_in(session: Session, *, now: datetime, login: str, password: str, address: str = "") -> SignedIn:
    """Check sign-in name and password. Raises TooManyAttempts (SIGN_IN_WAIT) or NotAllowed (SIGN_IN_WRONG)."""
    login = login.strip().lower()[:40]
    with transaction(session):
        _count_attempt(session, login, address, now)
    with transaction(session):
        account = session.scalar(select(Account).where(Account.login == login))
        stored = account.password_hash if account else _decoy()
    # Outside any transaction: hashing takes tens of milliseconds and must not hold the write lock.
    right = passwords.matches(stored, password)
    if account is None or account.disabled or not right:
        raise NotAllowed(
            "SIGN_IN_WRONG",
            "登录名或口令不对，请再试；忘了口令请找系统管理员重置。",
            "The sign-in name or password is wrong; try again, or ask the administrator to reset the password.",
        )
    with transaction(session):
        _forgive(session, login, address, now)
        return SignedIn(account.id, account.session_mark)


def sign_out(session: Session, *, account_id: str) -> None:
    """End every session of the account: the cookie holds all there is of one, so a copied cookie dies only so."""
    with transaction(session):
        session.get_one(Account, account_id).session_mark = random_id()


def change_password(
    session: Session, *, now: datetime, today: date, account_id: str, old: str, new: str, address: str = ""
) -> SignedIn:
    """Change one's own password; all other sessions of the account end. The old one must be right."""
    with transaction(session):
        account = session.get_one(Account, account_id)
        _count_attempt(session, account.login, address, now)
    if not passwords.matches(account.password_hash, old):
        raise NotAllowed(
            "PASSWORD_OLD", "原口令不对，请再输一次。", "The present password is wrong; please enter it again."
        )
    if old == new:
        raise Malformed(
            "PASSWORD_SAME", "新口令和原口令一样，请换一个。", "The new password is the old one; choose another."
        )
    passwords.require_good(new, account.login)
    hashed = passwords.hash_password(new)
    with transaction(session):
        account = session.get_one(Account, account_id)
        account.password_hash = hashed
        account.must_change_password = False
        account.session_mark = random_id()
        _forgive(session, account.login, address, now)
        actions.record_for_account(session, account, PasswordChanged(account.id), now, today)
        return SignedIn(account.id, account.session_mark)


def throttle_key(login: str, address: str, kind: str = "A") -> str:
    """The row of a name at an address; kind "A" counts failures, "K" says that the name is known to sign in there.

    Hashed, so that no address is kept. The capital cannot be typed: a name is put in small letters first.
    """
    return f"{kind}:{hashlib.sha256(f'{login} {address}'.encode(errors='replace')).hexdigest()[:38]}"


def _forgive(session: Session, login: str, address: str, now: datetime) -> None:
    session.execute(delete(SignInThrottle).where(SignInThrottle.login == throttle_key(login, address)))
    _locked(session, throttle_key(login, address, "K"), now).last_at = now


def _count_attempt(session: Session, login: str, address: str, now: datetime) -> None:
    session.execute(delete(SignInThrottle).where(SignInThrottle.last_at < now - MEMORY))
    _count(session, throttle_key(login, address), FREE_FAILURES, now)
    if session.get(SignInThrottle, throttle_key(login, address, "K")) is None:
        _count(session, login, FREE_FAILURES_ANYWHERE, now)


def _count(session: Session, key: str, free: int, now: datetime) -> None:
    entry = _locked(session, key, now)
    if now < entry.not_before:
        wait = int((entry.not_before - now).total_seconds()) + 1
        raise TooManyAttempts(
            "SIGN_IN_WAIT",
            f"试错太多次了，请等 {wait} 秒再试；忘了口令请找系统管理员重置。",
            f"Too many wrong attempts; wait {wait} seconds, or ask the administrator to reset the password.",
        )
    entry.failures += 1
    entry.last_at = now
    if entry.failures > free:
        doubled = FIRST_WAIT * 2 ** min(entry.failures - free - 1, 10)
        entry.not_before = now + min(doubled, LONGEST_WAIT)


def _locked(session: Session, key: str, now: datetime) -> SignInThrottle:
    """The row of `key`, made where there is none and locked: of attempts at once each counts, on PostgreSQL too."""
    session.execute(_MISSING, {"key": key, "now": now})
    return session.scalars(
        select(SignInThrottle)
        .where(SignInThrottle.login == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _decoy() -> str:
    if not _DECOY:
        _DECOY.append(passwords.hash_password(random_id()))
    return _DECOY[0]
