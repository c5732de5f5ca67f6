"""What pages and actions read about units and people."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from voting.people.tables import Account, Appointment, Unit
from voting.permissions import Actor, Held, Role


def community(session: Session, unit_id: str) -> Unit | None:
    """The community with this id; None when there is none (a unit of another kind is none)."""
    unit = session.get(Unit, unit_id)
    return unit if unit is not None and unit.kind == "community" else None


def children(session: Session, unit_id: str | None) -> list[Unit]:
    """Units directly under `unit_id` (None: the top), by name."""
    return list(session.scalars(select(Unit).where(Unit.parent_id == unit_id).order_by(Unit.name)))


def lineage(session: Session, unit: Unit) -> list[Unit]:
    """The units from the top of the tree down to `unit`."""
    found = {one.id: one for one in session.scalars(select(Unit).where(Unit.id.in_(unit.lineage)))}
    return [found[unit_id] for unit_id in unit.lineage]


def below(session: Session, unit: Unit, kind: str) -> list[Unit]:
    """Units of `kind` anywhere below `unit`, itself included, by name."""
    inside = or_(Unit.id == unit.id, Unit.path.startswith(f"{unit.path}/", autoescape=True))
    return list(session.scalars(select(Unit).where(inside, Unit.kind == kind).order_by(Unit.name)))


def names(session: Session, account_ids: Iterable[str]) -> dict[str, str]:
    """Account id → the name a page shows."""
    rows = session.execute(select(Account.id, Account.display_name).where(Account.id.in_(set(account_ids))))
    return {row.id: row.display_name for row in rows}


def in_force(session: Session, account_id: str, day: date) -> list[Appointment]:
    """Appointments of an account that are in force on `day`."""
    return list(
        session.scalars(
            select(Appointment)
            .where(
                Appointment.account_id == account_id,
                Appointment.ended_at.is_(None),
                Appointment.from_day <= day,
                or_(Appointment.until_day.is_(None), Appointment.until_day >= day),
            )
            .order_by(Appointment.from_day, Appointment.id)
        )
    )


def not_over(session: Session, account_id: str, day: date) -> list[tuple[Appointment, Unit]]:
    """Appointments of an account in force on `day` or later, with their units."""
    rows = session.execute(
        select(Appointment, Unit)
        .join(Unit, Unit.id == Appointment.unit_id)
        .where(
            Appointment.account_id == account_id,
            Appointment.ended_at.is_(None),
            or_(Appointment.until_day.is_(None), Appointment.until_day >= day),
        )
        .order_by(Appointment.from_day, Appointment.id)
    )
    return [(appointment, unit) for appointment, unit in rows]


def actor_of(session: Session, account: Account, day: date) -> Actor:
    """The person behind `account`, with the appointments in force on `day`."""
    held = tuple(
        Held(Role(one.role), one.unit_id, one.from_day, one.until_day, one.department or "")
        for one in in_force(session, account.id, day)
    )
    return Actor(account.id, account.display_name, held)


def accounts(session: Session, unit: Unit) -> list[Account]:
    """Accounts looked after by `unit`, by sign-in name."""
    return list(session.scalars(select(Account).where(Account.unit_id == unit.id).order_by(Account.login)))


def appointments(session: Session, unit: Unit) -> list[tuple[Appointment, Account]]:
    """Every appointment over exactly this unit with its account, the latest first."""
    rows = session.execute(
        select(Appointment, Account)
        .join(Account, Account.id == Appointment.account_id)
        .where(Appointment.unit_id == unit.id)
        .order_by(Appointment.from_day.desc(), Appointment.id)
    )
    return [(appointment, account) for appointment, account in rows]


def holders(session: Session, unit: Unit, role: Role, day: date) -> list[Account]:
    """Accounts that hold `role` over `unit` on `day`, whether appointed here or above, by sign-in name."""
    return list(
        session.scalars(
            select(Account)
            .join(Appointment, Appointment.account_id == Account.id)
            .where(
                Appointment.unit_id.in_(unit.lineage),
                Appointment.role == role.value,
                Appointment.ended_at.is_(None),
                Appointment.from_day <= day,
                or_(Appointment.until_day.is_(None), Appointment.until_day >= day),
            )
            .distinct()
            .order_by(Account.login)
        )
    )
