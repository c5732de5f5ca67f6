"""How often a page asks the database: never the same twice, and no more often for a longer list."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from election_build import ON_THE_DAY, Built, an_open_election
from flask import Flask
from flask.testing import FlaskClient
from house_build import House, token
from sqlalchemy import Engine, event

from voting.box import desk
from voting.elections.roll.queries import find

#: Page → who looks at it, and how many statements it may take.
PAGES = {
    "/": ("official", 5),
    "{c}/": ("official", 5),
    "{c}/elections": ("official", 5),
    "{c}/log": ("official", 7),
    "{e}/": ("official", 18),
    "{e}/moves/close": ("official", 11),
    "{e}/candidates": ("official", 12),
    "{e}/committee": ("official", 14),
    "{e}/nominations": ("official", 15),
    "{e}/review": ("official", 14),
    "{e}/roll": ("official", 9),
    "{e}/keys": ("official", 10),
    "{e}/count": ("official", 14),
    "{e}/after": ("official", 14),
    "{e}/recall": ("official", 10),
    "{p}/recall": ("official", 9),
    "{e}/papers": ("official", 60),
    "{e}/desk": ("clerk", 12),
    "{e}/desk/state": ("clerk", 8),
    "{b}/kiosks": ("official", 8),
    "{b}/trustee": ("supervisor", 10),
    "{b}/cards": ("supervisor", 8),
    "{p}": ("official", 10),
    "{p}/screen": ("official", 7),
    "{p}/screen.json": ("official", 7),
    "/board/{uuid}": ("official", 6),
    "/board/{uuid}/trackers.txt": ("official", 6),
}


@pytest.fixture
def built(house: House) -> Built:
    made = an_open_election(house)
    house.clock.now = ON_THE_DAY
    return made


@contextmanager
def statements(engine: Engine) -> Iterator[list[tuple[str, str]]]:
    """Every statement with its parameters while the block runs."""
    seen: list[tuple[str, str]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: object) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN", "SET TRANSACTION")):
            seen.append((statement, repr(parameters)))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def engine_of(app: Flask) -> Engine:
    engine: Engine = app.extensions["voting"].engine
    return engine


def address(built: Built, page: str) -> str:
    community = f"/c/{built.community}"
    return page.format(
        c=community,
        e=f"{community}/elections/{built.election_id}",
        p=f"{community}/e/{built.election_id}",
        b=f"{community}/boxes/{built.box.id}",
        uuid=built.box.uuid,
    )


def test_no_page_asks_the_same_twice_or_too_often(house: House, built: Built, app: Flask) -> None:
    browsers = {login: house.signed_in(login, app) for login in ("official", "clerk", "supervisor")}
    for page, (login, most) in PAGES.items():
        with statements(engine_of(app)) as seen:
            assert browsers[login].get(address(built, page)).status_code == 200, page
        twice = [asked for asked, times in Counter(seen).items() if times > 1]
        assert not twice, page
        assert len(seen) <= most, (page, len(seen))


def hits(client: FlaskClient, built: Built, query: str) -> list[dict[str, Any]]:
    """What the desk finds."""
    headers = {"X-CSRFToken": token(client)}
    answer = client.post(address(built, "{e}/desk/find"), json={"query": query}, headers=headers)
    found: list[dict[str, Any]] = answer.get_json()["hits"]
    return found


def test_the_desk_asks_no_more_for_eight_people_than_for_one(house: House, built: Built, app: Flask) -> None:
    everybody = built.look(lambda session, election: find(session, election=election, query="样", limit=20))
    for entry in everybody:
        facts = {"voter": entry.id, "voter_label": str(entry.number), "desk": "1 号台", "now": ON_THE_DAY}
        built.act(desk.check_in, box=built.box.id, actor=built.accounts["clerk"], **facts)
    client = house.signed_in("clerk", app)
    hits(client, built, "样")
    with statements(engine_of(app)) as one:
        assert len(hits(client, built, everybody[0].name)) == 1
    with statements(engine_of(app)) as many:
        found = hits(client, built, "样")
    assert len(found) >= 8 and all(hit["verdict"]["mark"] for hit in found)
    assert len(many) <= len(one)
