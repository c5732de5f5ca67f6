"""Who takes part in a mock election: an official, a clerk, three supervisors; all invented."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine

from voting import config, founding
from voting.database import read, writing_session
from voting.mock_election.browser import Browser
from voting.people import actions, passwords, queries, sign_in
from voting.people.tables import Account
from voting.permissions import Actor, Role

COMMITTEE_PASSPHRASE = "mock election committee passphrase"  # noqa: S105 — no secret: its key is thrown away

_STAFF = (
    ("official", "选举样例", Role.ELECTION_OFFICIAL),
    ("clerk", "发票样例", Role.DESK_CLERK),
    ("supervisor1", "监督样例一", Role.SUPERVISOR),
    ("supervisor2", "监督样例二", Role.SUPERVISOR),
    ("supervisor3", "监督样例三", Role.SUPERVISOR),
)


@dataclass(frozen=True)
class Party:
    """One member of staff: account, power, password."""

    actor: Actor
    login: str
    password: str

    @property
    def account(self) -> str:
        """The account's id."""
        return self.actor.account_id

    def browser(self, port: int) -> Browser:
        """Signed in over HTTP."""
        browser = Browser(port)
        browser.post_form("/sign-in", {"login": self.login, "password": self.password}, page="/sign-in")
        return browser


@dataclass(frozen=True)
class Community:
    """The founded installation and its people."""

    engine: Engine
    settings: config.Settings
    id: str
    committee: founding.Committee
    official: Party
    clerk: Party
    supervisors: tuple[Party, ...]


def found(folder: Path, now: datetime, today: date) -> Community:
    """A fresh database in `folder` with a community, its committee's key and its staff."""
    settings = config.for_folder(folder)
    engine = founding.prepare(settings)
    units = [("city", "样例市"), ("district", "样例区"), ("street", "样例街道"), ("community", "样例社区")]
    founded = founding.found(engine, now=now, today=today, units=units, login="admin", name="管理样例")
    committee = founding.make_committee(
        settings, engine, now=now, community_id=founded.community_id, passphrase=COMMITTEE_PASSPHRASE
    )
    with read(engine) as session:
        admin = queries.actor_of(session, session.query(Account).filter_by(login=founded.login).one(), today)
    staff = [_join(engine, admin, founded.community_id, one, now=now, today=today) for one in _STAFF]
    return Community(engine, settings, founded.community_id, committee, staff[0], staff[1], tuple(staff[2:]))


def _join(
    engine: Engine, admin: Actor, community: str, who: tuple[str, str, Role], *, now: datetime, today: date
) -> Party:
    """Account by the administrator, appointment, and the person's own password."""
    login, name, role = who
    password = passwords.first_password()
    with writing_session(engine) as session:
        made = actions.create_account(session, actor=admin, now=now, unit_id=community, login=login, display_name=name)
        actions.appoint(
            session,
            actor=admin,
            now=now,
            today=today,
            account_id=made.account_id,
            unit_id=community,
            role=role,
            from_day=today,
        )
        sign_in.change_password(
            session, now=now, today=today, account_id=made.account_id, old=made.password, new=password
        )
    with read(engine) as session:
        return Party(queries.actor_of(session, session.get_one(Account, made.account_id), today), login, password)
