"""Names, titles and reasons made of markup, on every page for every role: they are read, never run."""

from collections.abc import Iterator
from html.parser import HTMLParser

from count_build import a_decided_election
from election_build import ON_THE_DAY, Built, a_published_election, an_open_election, with_candidates
from flask import Flask
from house_build import House
from sqlalchemy import Connection, Table, select

from voting.database import read, write
from voting.elections import actions
from voting.elections.candidates.tables import Candidate
from voting.permissions import Role
from voting.schema import METADATA

LOGINS = {
    Role.SYSTEM_ADMINISTRATOR: "admin",
    Role.ELECTION_OFFICIAL: "official",
    Role.DESK_CLERK: "clerk",
    Role.SUPERVISOR: "supervisor",
}
MOVES = ("publish", "post_candidates", "seal", "open", "pause", "resume", "lengthen", "stop_queue", "close", "void")

#: Closes an attribute of either quote, an element, a script; then calls.
HOSTILE = "\"'><img src=x onerror=alert(1)>"
SHORT = "'\"><b onclick=p()>"
#: Every text that a person types, by table.
TYPED = {
    "unit": ("name",),
    "account": ("display_name",),
    "election": ("title", "place", "floor_decision"),
    "office": ("title",),
    "candidate": ("name", "trade", "introduction"),
    "roll_entry": ("name", "building", "grid", "category"),
    "roll_draft": ("filename",),
    "kiosk": ("name",),
    "desk_mark": ("desk",),
    "trustee_key": ("name",),
}


def hostile(connection: Connection, table: Table, names: tuple[str, ...]) -> None:
    """Every text of these columns becomes markup; a number at its end keeps them apart."""
    keys = list(table.primary_key.columns)
    for number, row in enumerate(connection.execute(select(*keys)).all()):
        length = {name: getattr(table.c[name].type, "length", None) or 200 for name in names}
        texts = {name: f"{HOSTILE if length[name] >= 40 else SHORT}{number}"[: length[name]] for name in names}
        same = (key == value for key, value in zip(keys, row, strict=True))
        connection.execute(table.update().where(*same).values(**texts))


def poison(built: Built) -> None:
    """As if whoever may type anything had typed markup everywhere."""
    with write(built.engine) as session:
        for name, columns in TYPED.items():
            hostile(session.connection(), METADATA.tables[name], columns)


class Elements(HTMLParser):
    """What a browser would make of a page, as far as scripts go."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if any(name.startswith("on") for name in given) or (tag, given.get("src")) == ("img", "x"):
            self.found.append(f"<{tag} {given}>")
        if str(given.get("href") or given.get("src") or "").strip().lower().startswith("javascript:"):
            self.found.append(f"<{tag} {given}>")


def pages(app: Flask, built: Built) -> Iterator[str]:
    """The address of every page there is, with ids that exist."""
    with read(built.engine) as session:
        candidate = session.scalars(select(Candidate.id)).first() or "none"
    ids = {"community_id": built.community, "unit_id": built.community, "election_id": built.election_id}
    known = {**ids, "box_id": built.box.id, "uuid": built.box.uuid, "candidate_id": candidate, "kind": "csv"}
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static" or "GET" not in (rule.methods or ()):
            continue
        for move in MOVES if "name" in rule.arguments else ("",):
            values = {name: known.get(name) or move or "1" for name in rule.arguments}
            with app.test_request_context():
                yield app.url_map.bind("localhost").build(rule.endpoint, values)


def look_at_everything(built: Built) -> set[str]:
    """Every page as every role, in both languages; returns those in which the markup stands, as text."""
    app, shown = built.house.app(), set()
    clients = {"nobody": app.test_client()} | {one: built.house.signed_in(one, app) for one in LOGINS.values()}
    for who, client in clients.items():
        for url in pages(app, built):
            answer = client.get(url, query_string={"lang": "en" if who == "official" else "zh"})
            assert answer.status_code < 500, (who, url)
            if answer.mimetype != "text/html":
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                continue
            elements = Elements()
            elements.feed(answer.text)
            assert not elements.found, (who, url, elements.found)
            # In a script's data `<` is written \\u003c or &lt;: no page holds the element's own text.
            assert "<img src=x" not in answer.text and "<b onclick" not in answer.text, (who, url)
            if "onerror=alert" in answer.text or "onclick=p()" in answer.text:
                shown.add(url.rpartition(built.election_id)[2] or url)
    return shown


def test_while_it_is_prepared(house: House) -> None:
    built = with_candidates(a_published_election(house))
    poison(built)
    shown = look_at_everything(built)
    assert {"/roll", "/candidates", "/candidates/new"} <= shown, shown


def test_while_the_poll_is_on(house: House) -> None:
    built = an_open_election(house)
    house.clock.now = ON_THE_DAY
    built.do(actions.pause_poll, reason=HOSTILE, now=ON_THE_DAY)
    poison(built)
    shown = look_at_everything(built)
    assert {"/", "/desk", "/screen"} <= shown, shown
    assert any(url.endswith("/log") for url in shown), "the log shows the reason"


def test_when_it_is_decided(house: House) -> None:
    built = a_decided_election(house)
    poison(built)
    assert {"/count", "/screen"} <= look_at_everything(built)


def test_the_walk_would_see_it() -> None:
    for page in (f'<p title="{HOSTILE}">', f"<p title='{SHORT}'>", f"<p>{HOSTILE}</p>", '<a href=" JavaScript:x">'):
        elements = Elements()
        elements.feed(page)
        assert elements.found, page
