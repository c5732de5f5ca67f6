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
    COUNT_PAPER = "录入纸质选票的唱计票单"
    HOLD_KEY = "制作监督委员密钥、演练、解密合计"
    DELIVER_CARDS = "监督制卡，交来公开凭据"
    SEE_LOG = "看审计日志、核验选举"
    CERTIFY = "签发选举结果、导出结果包"
    ANSWER_REVIEW = "答复本部门的候选人资格审查"
    DECIDE_REVIEW = "办理资格联审，看答复，记录选举委员会的决定"


class Role(Enum):
    """What somebody is appointed to be."""

    SYSTEM_ADMINISTRATOR = "system_administrator"
    ELECTION_OFFICIAL = "election_official"
    DESK_CLERK = "desk_clerk"
    SUPERVISOR = "supervisor"
    REVIEWER = "reviewer"


#: Where a reviewer answers for: the street's first review, then the departments of the district's joint review.
#: Found in published procedures: street, police, justice (street level); organisation, civil affairs, discipline,
#: political and legal affairs, justice. The others are what districts usually add.
DEPARTMENTS: dict[str, tuple[str, str]] = {
    "street": ("街道（乡镇）初审", "street, first review"),
    "organisation": ("组织部门", "organisation department"),
    "civil_affairs": ("民政部门", "civil affairs"),
    "social_work": ("社会工作部门", "social work department"),
    "discipline": ("纪检监察机关", "discipline and supervision"),
    "political_legal": ("政法委员会", "political and legal affairs"),
    "police": ("公安机关", "public security"),
    "procuratorate": ("检察院", "procuratorate"),
    "court": ("法院", "court"),
    "justice": ("司法行政部门", "justice"),
    "petitions": ("信访部门", "letters and calls"),
    "natural_resources": ("自然资源部门", "natural resources"),
    "tax_and_market": ("税务、市场监管部门", "taxation and market regulation"),
    "agriculture": ("农业农村部门", "agriculture and rural affairs"),
    "health": ("卫生健康部门", "health"),
}

#: Role names as people say them: Chinese (the message key) and English.
ROLE_NAMES: dict[Role, tuple[str, str]] = {
    Role.SYSTEM_ADMINISTRATOR: ("系统管理员", "system administrator"),
    Role.ELECTION_OFFICIAL: ("选举工作人员", "election official"),
    Role.DESK_CLERK: ("发票员", "desk clerk"),
    Role.SUPERVISOR: ("监督委员", "supervisor"),
    Role.REVIEWER: ("资格审查员", "department reviewer"),
}

P = Permission
#: The matrix. The administrator runs the house and has no hand in an election; the supervisor watches
#: and holds the keys, and moves nothing; the clerk sees the roll at the desk and nothing else; the reviewer
#: sees the questions put to one department.
GRANTS: dict[Role, frozenset[Permission]] = {
    Role.SYSTEM_ADMINISTRATOR: frozenset({P.MANAGE_UNITS, P.MANAGE_ACCOUNTS, P.APPOINT}),
    Role.ELECTION_OFFICIAL: frozenset(
        {
            P.SEE_ELECTION,
            P.PREPARE_ELECTION,
            P.SEE_ROLL,
            P.MANAGE_ROLL,
            P.MOVE_ELECTION,
            P.COUNT_PAPER,
            P.PAIR_KIOSK,
            P.SEE_LOG,
            P.CERTIFY,
            P.DECIDE_REVIEW,
        }
    ),
    Role.DESK_CLERK: frozenset({P.CHECK_IN, P.COUNT_PAPER}),
    Role.SUPERVISOR: frozenset({P.SEE_ELECTION, P.HOLD_KEY, P.DELIVER_CARDS, P.SEE_LOG}),
    Role.REVIEWER: frozenset({P.ANSWER_REVIEW}),
}

#: What everyone who is signed in may do, whatever their appointments.
SIGNED_IN: frozenset[Permission] = frozenset({P.OWN_ACCOUNT})

#: Pairs that one person may not hold over the same unit at the same time: whoever holds a key or watches
#: must not be among those who are watched, and who answers a question must not be who asked it.
INCOMPATIBLE: frozenset[frozenset[Role]] = frozenset(
    {frozenset({Role.SUPERVISOR, other}) for other in Role if other is not Role.SUPERVISOR}
    | {frozenset({Role.REVIEWER, Role.ELECTION_OFFICIAL}), frozenset({Role.REVIEWER, Role.SYSTEM_ADMINISTRATOR})}
)


@dataclass(frozen=True)
class Held:
    """One appointment: `role` over `unit_id` and all below it, from `since` to `until`, both days included.

    `department` is the one of DEPARTMENTS that a reviewer answers for, empty for every other role.
    """

    role: Role
    unit_id: str
    since: date
    until: date | None
    department: str = ""

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

    def departments_over(self, path: tuple[str, ...]) -> frozenset[str]:
        """Departments this person answers for over the unit at `path`."""
        return frozenset(held.department for held in self.held if held.unit_id in path and held.department)

    def may(self, permission: Permission, path: tuple[str, ...]) -> bool:
        """Whether this person may do `permission` within the unit at `path`."""
        return permission in SIGNED_IN or any(permission in GRANTS[role] for role in self.roles_over(path))

    def may_somewhere(self, permission: Permission) -> bool:
        """Whether this person may do `permission` within any unit at all."""
        return permission in SIGNED_IN or any(permission in GRANTS[held.role] for held in self.held)


def compatible(role: Role, others: frozenset[Role]) -> bool:
    """Whether `role` may be held beside `others` over the same unit."""
    return all(frozenset({role, other}) not in INCOMPATIBLE for other in others)
