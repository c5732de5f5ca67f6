"""A founded installation for tests: 甲市 › 甲区 › 甲街道 › 阳光社区 and 朝晖社区, and people in every role."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from copied import founded_once
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from voting import journal
from voting.app import create_app
from voting.config import Settings
from voting.database import make_engine, read, write
from voting.keys import make_keys
from voting.people import actions, queries
from voting.people.tables import Account, Unit
from voting.permissions import Actor, Role
from voting.schema import METADATA

PASSWORD = "正确的马 电池 订书钉"


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    # Early enough to post the roll for the builders' election day, 2026-12-20.
    now: datetime = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)

    @property
    def today(self) -> date:
        return self.now.date()


@dataclass
class House:
    """The installation and the ids of what stands in it; `accounts` by role, over 阳光社区 unless named."""

    settings: Settings
    clock: Clock
    engine: Engine
    city: str = ""
    street: str = ""
    community: str = ""
    other_community: str = ""
    admin: str = ""
    accounts: dict[Role, str] = field(default_factory=dict)

    def app(self, doors: Iterable[str] | None = None) -> Flask:
        """A fresh application over this installation."""
        return create_app(self.settings, doors, self.clock)

    def act(self, action: Callable[..., Any], /, **facts: Any) -> Any:
        """One action at the house's time."""
        with write(self.engine) as session:
            return action(session, now=self.clock.now, **facts)

    def account(self, login: str, unit_id: str, name: str = "某人") -> str:
        """An account that has changed its first password to PASSWORD."""
        made = self.act(
            actions.create_account, actor=None, unit_id=unit_id, login=login, display_name=name, password=PASSWORD
        )
        with write(self.engine) as session:
            session.get_one(Account, made.account_id).must_change_password = False
        return made.account_id

    def appoint(self, account_id: str, unit_id: str, role: Role, **facts: Any) -> str:
        """An appointment made by the command line."""
        given = {"actor": None, "today": self.clock.today, "from_day": self.clock.today, **facts}
        return self.act(actions.appoint, account_id=account_id, unit_id=unit_id, role=role, **given)

    def actor(self, account_id: str) -> Actor:
        """The person behind an account, today."""
        with read(self.engine) as session:
            return queries.actor_of(session, session.get_one(Account, account_id), self.clock.today)

    def unit(self, unit_id: str) -> Unit:
        """The row of a unit."""
        with read(self.engine) as session:
            return session.get_one(Unit, unit_id)

    def log(self, community_id: str = "") -> list[tuple[str, dict[str, Any]]]:
        """Type and data of every entry in a community's log."""
        with read(self.engine) as session:
            entries = journal.store.entries(session.connection(), journal.origin(community_id or self.community))
            return [(entry.type, entry.data) for entry in entries]

    def signed_in(self, login: str, app: Flask | None = None) -> FlaskClient:
        """A browser with the session of `login`."""
        client = (app or self.app()).test_client()
        answer = client.post("/sign-in", data={"login": login, "password": PASSWORD, "csrf_token": token(client)})
        assert answer.status_code == 303, answer.text
        return client


def token(client: FlaskClient) -> str:
    """The form token of this browser's session."""
    page = client.get("/sign-in").text
    return page.split('name="csrf-token" content="')[1].split('"')[0]


@founded_once
def build_house(settings: Settings, clock: Clock) -> House:
    """Found the installation over `settings`."""
    make_keys(settings)
    engine = make_engine(settings.database_url)
    if engine.dialect.name != "sqlite":
        METADATA.drop_all(engine)
    METADATA.create_all(engine)
    house = House(settings, clock, engine)
    parent = None
    for kind, name in (("city", "甲市"), ("district", "甲区"), ("street", "甲街道"), ("community", "阳光社区")):
        unit = house.act(actions.create_unit, actor=None, parent_id=parent, kind=kind, name=name)
        house.city = house.city or unit
        house.street = unit if kind == "street" else house.street
        house.community = parent = unit
    house.other_community = house.act(
        actions.create_unit, actor=None, parent_id=house.street, kind="community", name="朝晖社区"
    )
    house.admin = house.account("admin", house.city, "何玉梅")
    house.appoint(house.admin, house.city, Role.SYSTEM_ADMINISTRATOR)
    house.accounts[Role.SYSTEM_ADMINISTRATOR] = house.admin
    for login, role in (
        ("official", Role.ELECTION_OFFICIAL),
        ("clerk", Role.DESK_CLERK),
        ("supervisor", Role.SUPERVISOR),
    ):
        house.accounts[role] = house.account(login, house.community, f"甲{login[0]}")
        house.appoint(house.accounts[role], house.community, role)
    return house
