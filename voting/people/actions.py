"""Deeds of administrators: setting up units, opening accounts, appointing. Signing in is in `sign_in.py`.

Where a deed is recorded: in the log of the community it lies in; a deed above the communities (an
appointment at the street, say) is recorded in the log of every community below, because it gives power
over each of them. A community that is set up later begins its log with the appointments it inherits.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from voting import journal
from voting.database import random_id, transaction
from voting.errors import Conflict, Malformed, NotAllowed, NotFound
from voting.people import passwords, queries
from voting.people.events import (
    AccountCreated,
    AccountDisabled,
    AppointmentEnded,
    AppointmentMade,
    PasswordReset,
    UnitCreated,
)
from voting.people.tables import Account, Appointment, Unit
from voting.people.tree import require_place
from voting.permissions import DEPARTMENTS, Actor, Permission, Role, compatible

_LOGIN = re.compile(r"[a-z][a-z0-9._-]{1,39}", re.ASCII)
_ADMINISTRATOR = Role.SYSTEM_ADMINISTRATOR


@dataclass(frozen=True)
class NewAccount:
    """An account just opened; `password` is shown once and stored nowhere."""

    account_id: str
    login: str
    password: str


def create_unit(
    session: Session, *, actor: Actor | None, now: datetime, parent_id: str | None, kind: str, name: str
) -> str:
    """Set up a unit; return its id. `actor` is None only for `voting init`."""
    name = _short("UNIT_NAME", name)
    with transaction(session):
        parent = _unit(session, parent_id) if parent_id else None
        require_place(kind, parent.kind if parent else None)
        _require_power(actor, Permission.MANAGE_UNITS, parent)
        if any(sibling.name == name for sibling in queries.children(session, parent_id)):
            raise _unit_exists(name)
        unit_id = random_id()
        path = f"{parent.path}/{unit_id}" if parent else unit_id
        unit = Unit(id=unit_id, parent_id=parent_id, kind=kind, name=name, path=path, created_at=now)
        _add(session, unit, _unit_exists(name))
        event = UnitCreated(unit_id, kind, name, _by(actor))
        if kind in {"community", "grid", "building"}:
            _record(session, unit, event, now)
        if kind == "community" and parent is not None:
            _record_inherited(session, unit, now)
        return unit_id


def create_account(
    session: Session,
    *,
    actor: Actor | None,
    now: datetime,
    unit_id: str,
    login: str,
    display_name: str,
    password: str | None = None,
) -> NewAccount:
    """Open an account with a first password (random unless given) that must be changed at the first sign-in."""
    login = login.strip().lower()
    if not _LOGIN.fullmatch(login):
        raise Malformed(
            "LOGIN_FORM",
            "登录名用 2 到 40 个小写字母、数字、点、横线，字母开头。请改一下。",
            "A sign-in name has 2 to 40 small letters, digits, dots or dashes and begins with a letter.",
        )
    display_name = _short("ACCOUNT_NAME", display_name)
    first = password or passwords.first_password()
    passwords.require_good(first, login)
    hashed = passwords.hash_password(first)
    with transaction(session):
        unit = _unit(session, unit_id)
        _require_power(actor, Permission.MANAGE_ACCOUNTS, unit)
        if session.scalar(select(Account.id).where(Account.login == login)) is not None:
            raise _login_taken(login)
        account_id = random_id()
        account = Account(
            id=account_id,
            unit_id=unit.id,
            login=login,
            display_name=display_name,
            password_hash=hashed,
            created_at=now,
        )
        _add(session, account, _login_taken(login))
        _record(session, unit, AccountCreated(account_id, _by(actor)), now)
        return NewAccount(account_id, login, first)


def appoint(
    session: Session,
    *,
    actor: Actor | None,
    now: datetime,
    today: date,
    account_id: str,
    unit_id: str,
    role: Role,
    from_day: date,
    until_day: date | None = None,
    department: str = "",
) -> str:
    """Appoint an account to `role` over a unit; return the appointment's id. A reviewer answers for a `department`.

    Nobody appoints himself, and a supervisor is never at the same time one of those who are watched.
    """
    _require_days(today, from_day, until_day)
    _require_department(role, department)
    with transaction(session):
        # Locked, so that two appointments at once do not each miss the other that it may not stand beside.
        session.scalars(select(Account.id).where(Account.id == account_id).with_for_update()).first()
        unit, account = _unit(session, unit_id), _account(session, account_id)
        _require_power(actor, Permission.APPOINT, unit)
        if actor is not None and actor.account_id == account_id:
            raise NotAllowed(
                "APPOINT_SELF",
                "不能任命自己，请另一位系统管理员来办。",
                "Nobody appoints himself; ask another administrator.",
            )
        _require_compatible(session, account, unit, role, today)
        appointment = Appointment(
            id=random_id(),
            account_id=account.id,
            unit_id=unit.id,
            role=role.value,
            department=department or None,
            from_day=from_day,
            until_day=until_day,
            by_id=_by(actor),
        )
        session.add(appointment)
        session.flush()
        _record(session, unit, _made(appointment), now)
        return appointment.id


def end_appointment(session: Session, *, actor: Actor, now: datetime, today: date, appointment_id: str) -> None:
    """Take a role back, at once. The last administrator of the whole tree stays, or nobody could mend anything."""
    with transaction(session):
        appointment = session.get(Appointment, appointment_id)
        if appointment is None:
            raise NotFound(
                "APPOINTMENT", "没有这项任命，请刷新名单。", "There is no such appointment; reload the list."
            )
        unit = _unit(session, appointment.unit_id)
        _require_power(actor, Permission.APPOINT, unit)
        if appointment.ended_at is not None or (appointment.until_day is not None and appointment.until_day < today):
            raise Conflict(
                "APPOINTMENT_OVER",
                "这项任命已经结束，不用再办。",
                "This appointment is already over; nothing is left to do.",
            )
        if appointment.role == _ADMINISTRATOR.value and unit.parent_id is None:
            _require_another_administrator(session, unit, appointment.account_id, today)
        appointment.ended_at = now
        appointment.ended_by_id = actor.account_id
        session.flush()
        event = AppointmentEnded(
            appointment.id, appointment.account_id, Role(appointment.role), today.isoformat(), actor.account_id
        )
        _record(session, unit, event, now)


def reset_password(session: Session, *, actor: Actor, now: datetime, today: date, account_id: str) -> NewAccount:
    """Give an account a new random first password and end all its sessions; return the password, shown once."""
    first = passwords.first_password()
    hashed = passwords.hash_password(first)
    with transaction(session):
        account = _account(session, account_id)
        _require_over_account(session, actor, account, today)
        account.password_hash = hashed
        account.must_change_password = True
        account.session_mark = random_id()
        record_for_account(session, account, PasswordReset(account.id, actor.account_id), now, today)
        return NewAccount(account.id, account.login, first)


def disable_account(
    session: Session, *, actor: Actor, now: datetime, today: date, account_id: str, disabled: bool
) -> None:
    """Close an account (its sessions end at once) or open it again. The last administrator's stays open."""
    with transaction(session):
        account = _account(session, account_id)
        _require_over_account(session, actor, account, today)
        if account.id == actor.account_id:
            raise NotAllowed(
                "DISABLE_SELF",
                "不能停用自己的账号，请另一位系统管理员来办。",
                "Nobody closes his own account; ask another administrator.",
            )
        for held, unit in queries.not_over(session, account.id, today) if disabled else ():
            if held.role == _ADMINISTRATOR.value and unit.parent_id is None:
                _require_another_administrator(session, unit, account.id, today)
        account.disabled = disabled
        account.session_mark = random_id()
        record_for_account(session, account, AccountDisabled(account.id, disabled, actor.account_id), now, today)


def _require_power(actor: Actor | None, permission: Permission, unit: Unit | None) -> None:
    # None is the command line on the server itself, whose user owns the database anyway.
    if actor is None:
        return
    allowed = actor.may(permission, unit.lineage) if unit is not None else False
    if not allowed:
        raise NotAllowed(
            "NOT_ALLOWED",
            f"您在这一级没有「{permission.value}」权限，请找上级的系统管理员。",
            "You have no such power over this unit; ask the administrator of the unit above.",
        )


def _require_over_account(session: Session, actor: Actor, account: Account, today: date) -> None:
    """The actor must be over the account's home unit and over every unit it has power in.

    Otherwise a street's administrator could reset the password of a city administrator whose account
    happens to be looked after by the street, and be city administrator a minute later.
    """
    _require_power(actor, Permission.MANAGE_ACCOUNTS, _unit(session, account.unit_id))
    for _, unit in queries.not_over(session, account.id, today):
        _require_power(actor, Permission.MANAGE_ACCOUNTS, unit)


def _require_compatible(session: Session, account: Account, unit: Unit, role: Role, today: date) -> None:
    near = frozenset(
        Role(other.role)
        for other, over in queries.not_over(session, account.id, today)
        if over.id in unit.lineage or unit.id in over.lineage
    )
    if role in near:
        raise Conflict(
            "APPOINTMENT_EXISTS",
            f"{account.display_name}已经担任这个职务，不用再任命。",
            f"{account.display_name} already holds this role; no new appointment is needed.",
        )
    if not compatible(role, near):
        raise Conflict(
            "ROLES_INCOMPATIBLE",
            f"{account.display_name}在这里已有别的职务；监督委员不能同时是被监督的人，资格审查员不能同时是提请审查的人。"
            "请先免去原职务，或另选一人。",
            f"{account.display_name} already has another role here; a supervisor cannot be one of those supervised, "
            "nor a reviewer one of those who ask for the review. End the other role first, or choose somebody else.",
        )


def _require_another_administrator(session: Session, unit: Unit, leaving: str, today: date) -> None:
    """Somebody besides the account `leaving` is administrator of the whole tree and can sign in.

    Two administrators who take each other's power at once are put one after the other by the unit's row.
    """
    session.scalars(select(Unit.id).where(Unit.id == unit.id).with_for_update()).one()
    if all(one.disabled or one.id == leaving for one in queries.holders(session, unit, _ADMINISTRATOR, today)):
        raise Conflict(
            "LAST_ADMINISTRATOR",
            "这是最后一位系统管理员，请先任命另一位。",
            "This is the last system administrator; appoint another one first.",
        )


def _require_days(today: date, from_day: date, until_day: date | None) -> None:
    if until_day is not None and until_day < max(from_day, today):
        raise Malformed(
            "APPOINTMENT_DAYS",
            "任期的最后一天不能早于第一天，也不能早于今天，请改日期。",
            "The last day cannot be before the first, nor before today; change the dates.",
        )


def _require_department(role: Role, department: str) -> None:
    if (role is Role.REVIEWER) != (department in DEPARTMENTS) or (department and department not in DEPARTMENTS):
        raise Malformed(
            "DEPARTMENT",
            "资格审查员要选一个部门，别的职务不选部门。请改一下。",
            "A reviewer answers for one department, every other role for none; choose again.",
        )


def _unit(session: Session, unit_id: str) -> Unit:
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise NotFound(
            "UNIT", "没有这个单位，请从单位目录重新进入。", "There is no such unit; start again from the list."
        )
    return unit


def _account(session: Session, account_id: str) -> Account:
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound("ACCOUNT", "没有这个账号，请刷新名单。", "There is no such account; reload the list.")
    return account


def _add(session: Session, row: Unit | Account, taken: Conflict) -> None:
    """Add `row`; raises `taken` where another transaction took its name after this one looked."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise taken from None


def _unit_exists(name: str) -> Conflict:
    return Conflict(
        "UNIT_EXISTS",
        f"这里已经有「{name}」了，请换一个名称或打开已有的那一个。",
        f"There is already a “{name}” here; choose another name or open the existing one.",
    )


def _login_taken(login: str) -> Conflict:
    return Conflict(
        "LOGIN_TAKEN",
        f"登录名 {login} 已经有人用了，请换一个。",
        f"The sign-in name {login} is taken; choose another.",
    )


def _short(code: str, text: str) -> str:
    text = " ".join(journal.typed(text).split())
    if not 1 <= len(text) <= 40 or not text.isprintable():
        raise Malformed(code, "名称要有 1 到 40 个字，请改一下。", "A name has 1 to 40 characters; please change it.")
    return text


def _by(actor: Actor | None) -> str | None:
    return actor.account_id if actor else None


def _made(appointment: Appointment) -> AppointmentMade:
    return AppointmentMade(
        appointment_id=appointment.id,
        account_id=appointment.account_id,
        role=Role(appointment.role),
        unit_id=appointment.unit_id,
        from_day=appointment.from_day.isoformat(),
        until_day=appointment.until_day.isoformat() if appointment.until_day else None,
        by=appointment.by_id,
        department=appointment.department,
    )


def _logs(session: Session, unit: Unit) -> list[str]:
    """Ids of the communities in whose logs a deed at `unit` belongs."""
    above = [one.id for one in queries.lineage(session, unit) if one.kind == "community"]
    return above or [one.id for one in queries.below(session, unit, "community")]


def _record(session: Session, unit: Unit, event: journal.Event, now: datetime) -> None:
    for community_id in _logs(session, unit):
        journal.record(session, community_id, event, now)


def record_for_account(session: Session, account: Account, event: journal.Event, now: datetime, today: date) -> None:
    """Record in every community the account is looked after in or has power over."""
    units = [_unit(session, account.unit_id), *(unit for _, unit in queries.not_over(session, account.id, today))]
    for community_id in sorted({log for unit in units for log in _logs(session, unit)}):
        journal.record(session, community_id, event, now)


def _record_inherited(session: Session, unit: Unit, now: datetime) -> None:
    rows = session.scalars(
        select(Appointment)
        .where(Appointment.unit_id.in_(unit.lineage[:-1]), Appointment.ended_at.is_(None))
        .order_by(Appointment.id)
    )
    for appointment in rows:
        journal.record(session, unit.id, _made(appointment), now)
