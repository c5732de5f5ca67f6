"""The signed-in person of a request: Flask-Login over accounts.

The cookie carries account id and session mark, signed. Signing out, disabling an account, or
changing or resetting its password changes the mark and thereby ends every session of it.
"""

from typing import Any

from flask import Flask, g, session
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from voting.people import queries
from voting.people.tables import Account
from voting.permissions import ROLE_NAMES, Actor, Permission, Role
from voting.request import house, reading, today

login_manager = LoginManager()
#: Per address and per server process; the limit per account is in the database (`sign_in`).
limiter = Limiter(get_remote_address, storage_uri="memory://", strategy="fixed-window")
SIGN_IN_LIMIT = "30 per minute"


class _Person(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    def __init__(self, account_id: str, mark: str) -> None:
        self.id = f"{account_id}.{mark}"


def init_app(app: Flask) -> None:
    """Recognise people by their session cookie."""
    # The address and browser of a person are not kept in the cookie.
    login_manager.session_protection = None
    login_manager.init_app(app)
    limiter.init_app(app)
    app.before_request(_load_actor)


def begin(account_id: str, mark: str) -> None:
    """Start a session afresh: nothing of what was in the cookie before survives."""
    session.clear()
    session.permanent = True
    login_user(_Person(account_id, mark))


def end() -> None:
    """Sign out; the form token goes with the session."""
    logout_user()
    session.clear()


@login_manager.user_loader  # type: ignore[untyped-decorator]  # Flask-Login has no types
def _load_person(text: str) -> _Person | None:
    account_id, _, mark = text.partition(".")
    account = reading().get(Account, account_id)
    if account is None or account.disabled or account.session_mark != mark:
        return None
    g.account = account
    return _Person(account_id, mark)


def _load_actor() -> None:
    g.actor, g.must_change_password = None, False
    # Public pages and tablets send no session: nothing is read for them.
    if "_user_id" in session and current_user.is_authenticated:
        account: Account = g.account
        g.actor = queries.actor_of(reading(), account, today())
        g.must_change_password = account.must_change_password


def _person() -> Actor | None:
    person: Actor | None = g.get("actor")
    return person


def _may(permission: str, unit: Any = None) -> bool:
    """For templates: `may("MANAGE_ROLL", community)`, or anywhere without a unit."""
    person = _person()
    if person is None:
        return False
    wanted = Permission[permission]
    return person.may(wanted, unit.lineage) if unit is not None else person.may_somewhere(wanted)


def _must_change() -> bool:
    return bool(g.get("must_change_password"))


def _login() -> str:
    account: Account | None = g.get("account")
    return account.login if account else ""


def _session_seconds() -> int:
    return house().settings.session_minutes * 60


def _role_name(value: str) -> tuple[str, str]:
    return ROLE_NAMES[Role(value)]


TEMPLATE_GLOBALS: dict[str, Any] = {
    "person": _person,
    "may": _may,
    "must_change": _must_change,
    "login": _login,
    "session_seconds": _session_seconds,
    "role_names": ROLE_NAMES,
    "role_names_by_value": _role_name,
}
