"""Units, accounts, appointments, and the counter that slows down password guessing."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from voting.database import Base, UTCDateTime, one_of, random_id
from voting.people.tree import KINDS
from voting.permissions import Role


class Unit(Base):
    """A city, district, street, community, grid or building. `path` is its ids from the top, joined by '/'.

    The path never changes after creation: who has power over a unit can be read from this row alone.
    """

    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint(one_of("kind", KINDS), name="kind"),
        CheckConstraint("length(trim(name)) > 0", name="name"),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="parent"),
        # One name once under one parent; the top of the tree is kept apart in `actions.create_unit`.
        UniqueConstraint("parent_id", "name"),
        Index("ix_unit_path", "path"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(40))
    path: Mapped[str] = mapped_column(String(160))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @property
    def lineage(self) -> tuple[str, ...]:
        """Ids from the top of the tree down to this unit."""
        return tuple(self.path.split("/"))


class Account(Base):
    """Somebody who signs in. Residents have no account."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("length(login) >= 2", name="login"),
        CheckConstraint("length(trim(display_name)) > 0", name="display_name"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    # The unit whose administrators look after this account.
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), index=True)
    login: Mapped[str] = mapped_column(String(40), unique=True)
    display_name: Mapped[str] = mapped_column(String(40))
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=True)
    disabled: Mapped[bool] = mapped_column(default=False)
    # Part of every session cookie of this account: a new mark ends them all.
    session_mark: Mapped[str] = mapped_column(String(22), default=random_id)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Appointment(Base):
    """Account × role × unit × dates × by whom. Never deleted: it runs out with `until_day`, or is ended by hand."""

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint(one_of("role", tuple(role.value for role in Role)), name="role"),
        CheckConstraint("(role = 'reviewer') = (department IS NOT NULL)", name="reviewer"),
        CheckConstraint("until_day IS NULL OR until_day >= from_day", name="days"),
        CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ended"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), index=True)
    role: Mapped[str] = mapped_column(String(24))
    # Which department a reviewer answers for; nobody else has one.
    department: Mapped[str | None] = mapped_column(String(20))
    from_day: Mapped[date]
    until_day: Mapped[date | None]
    # NULL only for the very first administrator, whom `voting init` appoints.
    by_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    ended_by_id: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    # Set when somebody ended it by hand; an appointment ended today is out of force at once.
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class SignInThrottle(Base):
    """Failed sign-ins under one login name, existing or not (so that guessing cannot tell which exist), from all
    addresses; or, under a hashed key, from one address (`sign_in.throttle_key`).
    """

    __tablename__ = "sign_in_throttle"
    __table_args__ = (CheckConstraint("failures >= 0", name="failures"),)

    login: Mapped[str] = mapped_column(String(40), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UTCDateTime)
    not_before: Mapped[datetime] = mapped_column(UTCDateTime)
