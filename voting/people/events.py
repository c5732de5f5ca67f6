"""What the log of a community says about its units and its people. Pure.

The log is public: it names accounts by their random id, never by name or login.
"""

from dataclasses import dataclass
from typing import ClassVar

from voting.permissions import Role


@dataclass(frozen=True)
class UnitCreated:
    """A community, or a grid or building inside it, was set up."""

    type: ClassVar[str] = "unit_created"
    unit_id: str
    kind: str
    name: str
    by: str | None

    def data(self) -> dict[str, object]:
        return {"unit": self.unit_id, "kind": self.kind, "name": self.name, "by": self.by}


@dataclass(frozen=True)
class AccountCreated:
    """An account was opened with a first password that must be changed."""

    type: ClassVar[str] = "account_created"
    account_id: str
    by: str | None

    def data(self) -> dict[str, object]:
        return {"account": self.account_id, "by": self.by}


@dataclass(frozen=True)
class AppointmentMade:
    """Somebody was given a role that reaches this community."""

    type: ClassVar[str] = "appointment_made"
    appointment_id: str
    account_id: str
    role: Role
    unit_id: str
    from_day: str
    until_day: str | None
    by: str | None
    department: str | None = None

    def data(self) -> dict[str, object]:
        return {
            "appointment": self.appointment_id,
            "account": self.account_id,
            "role": self.role.value,
            "unit": self.unit_id,
            "from": self.from_day,
            "until": self.until_day,
            "by": self.by,
            **({"department": self.department} if self.department else {}),
        }


@dataclass(frozen=True)
class AppointmentEnded:
    """A role that reached this community was taken back."""

    type: ClassVar[str] = "appointment_ended"
    appointment_id: str
    account_id: str
    role: Role
    last_day: str
    by: str

    def data(self) -> dict[str, object]:
        return {
            "appointment": self.appointment_id,
            "account": self.account_id,
            "role": self.role.value,
            "last_day": self.last_day,
            "by": self.by,
        }


@dataclass(frozen=True)
class PasswordReset:
    """An administrator gave an account a new first password: from here on he could have used it."""

    type: ClassVar[str] = "password_reset"
    account_id: str
    by: str

    def data(self) -> dict[str, object]:
        return {"account": self.account_id, "by": self.by}


@dataclass(frozen=True)
class PasswordChanged:
    """The person chose a password of their own."""

    type: ClassVar[str] = "password_changed"
    account_id: str

    def data(self) -> dict[str, object]:
        return {"account": self.account_id}


@dataclass(frozen=True)
class AccountDisabled:
    """An account was closed or opened again."""

    type: ClassVar[str] = "account_disabled"
    account_id: str
    disabled: bool
    by: str

    def data(self) -> dict[str, object]:
        return {"account": self.account_id, "disabled": self.disabled, "by": self.by}
