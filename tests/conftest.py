"""Fixtures of the whole suite: cheap password hashing, shut sockets, and one house to play in."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from house_build import Clock, House, build_house
from playwright.sync_api import expect

from voting.config import Settings, for_folder
from voting.people import passwords

# Before any test: they empty the database they find, and must not be led to a real installation's.
for _setting in [name for name in os.environ if name.startswith("VOTING_")]:
    del os.environ[_setting]

ROOT = Path(__file__).parent.parent
# Opening a key file is made dear on purpose; on a machine with other work it takes longer than the usual 5 seconds.
expect.set_options(timeout=20_000)
# Here nothing may open a socket at all; elsewhere only on this machine.
SHUT = ("rules", "audit", "actions")
# Long files begin first: nobody then waits at the end for one process that got the longest last.
LONGEST_FIRST = (
    "journeys/test_whole_election.py",
    "journeys/test_mock_election.py",
    "faults/",
    "journeys/",
    "crypto/test_browser.py",
    "actions/test_elections_sample.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        file = item.path.relative_to(ROOT / "tests").as_posix()
        return next((n for n, start in enumerate(LONGEST_FIRST) if file.startswith(start)), len(LONGEST_FIRST))

    items.sort(key=place)


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    from pytest_socket import disable_socket, socket_allow_hosts

    part = item.path.relative_to(ROOT / "tests").parts[0]
    if part in SHUT and "browser" not in item.keywords and "enable_socket" not in item.keywords:
        disable_socket(allow_unix_socket=True)
    else:
        socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(autouse=True, scope="session")
def _cheap_passwords() -> Iterator[None]:
    """Argon2 as dear as it should be would make every fixture with an account slow."""
    usual, passwords.HASHER = passwords.HASHER, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield
    passwords.HASHER = usual


@pytest.fixture
def clock() -> Clock:
    """The house's clock, moved by hand."""
    return Clock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Default settings over an empty folder; the database is what HOUSE_TEST_DATABASE names, which is emptied."""
    url = os.environ.get("HOUSE_TEST_DATABASE")
    return for_folder(tmp_path, database_url=url) if url else for_folder(tmp_path)


@pytest.fixture
def house(settings: Settings, clock: Clock) -> Iterator[House]:
    """A founded installation: two communities under one street, one account for every role."""
    built = build_house(settings, clock)
    yield built
    built.engine.dispose()


@pytest.fixture
def app(house: House) -> Flask:
    """The application over the house, all doors open."""
    return house.app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without a session."""
    return app.test_client()
