"""Who may do what: one table that a supervisor can read.

A role is held through an *appointment*: role × unit × dates. It reaches the unit and everything below it
(`voting.people.tree`). No role sees how anybody voted, because nothing in the house knows it.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum


class Permission(Enum):
    """One kind of deed. The value is what the person allowed to do it would call it."""

    OWN_ACCOUNT = "看自己的账号，改自己的口令"
    MANAGE_UNITS = "建立市、区、街道、社区、网格、楼栋"
    MANAGE_ACCOUNTS = "开设账号、重置口令、停用账号"
    APPOINT = "任命和免去工作人员"
    SEE_ELECTION = "看选举进程和登记、领票的人数"
    PREPARE_ELECTION = "建立选举、职务、候选人、选票"
    SEE_ROLL = "看选民名单"
    MANAGE_ROLL = "导入、公布、封存选民名单"
    MOVE_ELECTION = "开始、暂停、延长、结束投票"
    PAIR_KIOSK = "把平板配对到写票处"
    CHECK_IN = "验证选民、发卡、收卡、扫描未用的卡"
    HOLD_KEY = "制作监督委员密钥、演练、解密合计"
    DELIVER_CARDS = "监督制卡，交来公开凭据"
    SEE_LOG = "看审计日志、核验选举"
    CERTIFY = "签发选举结果、导出结果包"


class Role(Enum):
    """What somebody is appointed to be."""

    SYSTEM_ADMINISTRATOR = "system_administrator"
    ELECTION_OFFICIAL = "election_official"
    DESK_CLERK = "desk_clerk"
    SUPERVISOR = "supervisor"


#: Role names as people say them: Chinese (the message key) and English.
ROLE_NAMES: dict[Role, tuple[str, str]] = {
    Role.SYSTEM_ADMINISTRATOR: ("系统管理员", "system administrator"),
    Role.ELECTION_OFFICIAL: ("选举工作人员", "election official"),
    Role.DESK_CLERK: ("发票员", "desk clerk"),
    Role.SUPERVISOR: ("监督委员", "supervisor"),
}

P = Permission
#: The matrix. The administrator runs the house and has no hand in an election; the supervisor watches
#: and holds the keys, and moves nothing; the clerk sees the roll at the desk and nothing else.
GRANTS: dict[Role, frozenset[Permission]] = {
    Role.SYSTEM_ADMINISTRATOR: frozenset({P.MANAGE_UNITS, P.MANAGE_ACCOUNTS, P.APPOINT}),
    Role.ELECTION_OFFICIAL: frozenset(
        {
            P.SEE_ELECTION,
            P.PREPARE_ELECTION,
            P.SEE_ROLL,
            P.MANAGE_ROLL,
            P.MOVE_ELECTION,
            P.PAIR_KIOSK,
            P.SEE_LOG,
            P.CERTIFY,
        }
    ),
    Role.DESK_CLERK: frozenset({P.CHECK_IN}),
    Role.SUPERVISOR: frozenset({P.SEE_ELECTION, P.HOLD_KEY, P.DELIVER_CARDS, P.SEE_LOG}),
}

#: What everyone who is signed in may do, whatever their appointments.
SIGNED_IN: frozenset[Permission] = frozenset({P.OWN_ACCOUNT})

#: Pairs that one person may not hold over the same unit at the same time: whoever holds a key or watches
#: must not be among those who are watched.
INCOMPATIBLE: frozenset[frozenset[Role]] = frozenset(
    frozenset({Role.SUPERVISOR, other}) for other in Role if other is not Role.SUPERVISOR
)


@dataclass(frozen=True)
class Held:
    """One appointment: `role` over `unit_id` and all below it, from `since` to `until`, both days included."""

    role: Role
    unit_id: str
    since: date
    until: date | None

    def in_force(self, day: date) -> bool:
        """Whether the appointment is in force on `day`."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Actor:
    """The person behind an act: an account and the appointments in force today."""

    account_id: str
    name: str
    held: tuple[Held, ...] = ()

    def roles_over(self, path: tuple[str, ...]) -> frozenset[Role]:
        """Roles held over a unit; `path` is the ids from the top of the tree down to that unit."""
        return frozenset(held.role for held in self.held if held.unit_id in path)

    def may(self, permission: Permission, path: tuple[str, ...]) -> bool:
        """Whether this person may do `permission` within the unit at `path`."""
        return permission in SIGNED_IN or any(permission in GRANTS[role] for role in self.roles_over(path))

    def may_somewhere(self, permission: Permission) -> bool:
        """Whether this person may do `permission` within any unit at all."""
        return permission in SIGNED_IN or any(permission in GRANTS[held.role] for held in self.held)


def compatible(role: Role, others: frozenset[Role]) -> bool:
    """Whether `role` may be held beside `others` over the same unit."""
    return all(frozenset({role, other}) not in INCOMPATIBLE for other in others)
