"""Odd forms and odd JSON at every route, for every role: whatever a stranger sends, nobody gets a 5xx."""

import io
import json
import random
from typing import Any

import pytest
from election_build import ON_THE_DAY, Built, an_open_election
from flask import Flask
from flask.testing import FlaskClient
from house_build import House, token
from werkzeug.routing import Rule

from voting.box import kiosk
from voting.people.session import limiter
from voting.permissions import GRANTS, SIGNED_IN, Role
from voting.security import guard_of

JSON = {"Content-Type": "application/json", "Accept": "application/json", "X-Booth": "1"}
#: Bodies that are no JSON object; the nested ones exhaust the parser's stack.
NO_OBJECTS = (
    b"[1]",
    b"1",
    b'"a"',
    b"null",
    b"NaN",
    b"",
    b"{",
    b"\xff\xfe",
    b'{"code":"\\ud800","on":true}',
    b"9" * 5000,
    b"[" * 100_000,
    b'{"a":' * 50_000,
)
TEXTS = ("", "a", "\0", "𠮷" * 50, "9" * 5000, "-1", "1e999", "NaN", "²", "\u202e", "0001-01-01", "25:99", "\r\nX: y")
VALUES = (None, True, -1, 1000, 10**30, 1e308, [], {}, ["a"], {"a": {}}, "\ud800", *TEXTS)
NAMES = (
    *("title", "place", "day", "opens", "closes", "mode", "trustees", "group", "ballot_floor", "offices-0-seats"),
    *("reason", "people", "spares", "state", "name", "login", "password", "office", "entry", "trade", "old", "new"),
    *("unit-kind", "unit-name", "account-login", "appointment-login", "appointment-role", "appointment-from_day"),
    *("passphrase", "number", "digest", "code", "next", "last4", "query", "desk", "mark", "credential", "note"),
    *("kiosk", "record", "credentials", "on", "page", "declared_convicted", "introduction", "figures"),
)
MOVES = ("publish", "post_candidates", "seal", "pause", "resume", "lengthen", "stop_queue", "none")
LOGINS = {
    Role.SYSTEM_ADMINISTRATOR: "admin",
    Role.ELECTION_OFFICIAL: "official",
    Role.DESK_CLERK: "clerk",
    Role.SUPERVISOR: "supervisor",
}
#: These would end what the walk needs.
LEFT_OUT = {"people.sign_out", "people.disable_account", "people.reset_password", "people.end_appointment"}


@pytest.fixture
def built(house: House) -> Built:
    return an_open_election(house)


@pytest.fixture
def app(built: Built) -> Flask:
    """The application as in the hall on the day, without the brake on fast callers."""
    built.house.clock.now = ON_THE_DAY
    app = built.house.app()
    limiter.enabled = False
    return app


@pytest.fixture(autouse=True)
def _brake_again() -> Any:
    yield
    limiter.enabled = True


def a_tablet(app: Flask, built: Built) -> FlaskClient:
    given = built.act(
        kiosk.new_pairing_code, box=built.box.id, name="一号", actor=built.accounts["official"], now=ON_THE_DAY
    )
    client = app.test_client()
    answer = client.post("/booth/pair", data={"code": given.code, "csrf_token": token(client)})
    assert answer.status_code == 303, answer.text
    return client


def everybody(app: Flask, built: Built) -> dict[str, FlaskClient]:
    signed_in = {login: built.house.signed_in(login, app) for login in LOGINS.values()}
    return {**signed_in, "nobody": app.test_client(), "tablet": a_tablet(app, built)}


# --- the findings by name ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", NO_OBJECTS, ids=lambda raw: raw[:6].decode("latin-1") + f"×{len(raw)}")
def test_a_body_that_is_no_object_is_refused_in_a_sentence(app: Flask, built: Built, raw: bytes) -> None:
    anyone, tablet = app.test_client(), a_tablet(app, built)
    answer = anyone.post("/booth/pair", data=raw, headers={**JSON, "X-CSRFToken": token(anyone)})
    assert (answer.status_code, answer.json["code"]) == (422, "JSON_BODY")
    answer = tablet.post("/booth/help", data=raw, headers=JSON)
    assert (answer.status_code, answer.json["code"]) == (422, "JSON_BODY")
    assert answer.json["zh"].endswith("。") and answer.json["en"].endswith(".")


@pytest.mark.parametrize("number", [0, 10_000, 99999999999999999999, "9" * 5000, "²"])
def test_a_portrait_of_no_possible_number_is_not_found(app: Flask, built: Built, number: object) -> None:
    assert a_tablet(app, built).get(f"/booth/photo/{number}").status_code == 404


@pytest.mark.parametrize(
    ("login", "path"),
    [
        ("official", "/account"),
        ("admin", "/units/{community}/accounts"),
        ("official", "/c/{community}/elections/{election}/moves/pause"),
        ("official", "/c/{community}/elections/{election}/count/certify"),
        ("official", "/c/{community}/elections/{election}/count/floor"),
    ],
)
def test_json_is_not_taken_for_a_form(app: Flask, built: Built, login: str, path: str) -> None:
    client = built.house.signed_in(login, app)
    url = path.format(community=built.community, election=built.election_id)
    headers = {"Content-Type": "application/json", "X-CSRFToken": token(client)}
    typed = json.dumps(dict.fromkeys(NAMES, 1000)).encode()
    for raw in (*NO_OBJECTS, b'{"reason":1000}', b'{"old":"a","new":"b","again":"b"}', typed):
        status = client.post(url, data=raw, headers=headers).status_code
        # 409: a move that names no state is a page that has gone stale.
        assert status in {409, 422}, (raw[:20], status)
    assert built.state == "open"


# --- everything at every route -------------------------------------------------------------------------------------


def address(app: Flask, rule: Rule, built: Built, chance: random.Random) -> str:
    """An address of the rule: mostly things that exist, sometimes nothing."""
    known = {
        "community_id": [built.community],
        "unit_id": [built.community],
        "election_id": [built.election_id],
        "box_id": [built.box.id],
        "uuid": [built.box.uuid],
        "account_id": [built.accounts["clerk"]],
        "deed": ["close", "open"],
        "number": [0, 1, 9999],
        "number_in_box": [0, 1, 9999],
        "name": list(MOVES),
        "where": ["up", "down"],
        "kind": ["csv", "xlsx"],
        "path": ["result.json", "../x"],
    }
    values = {name: chance.choice(known.get(name, ["none"])) for name in rule.arguments}
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, values)


def body(chance: random.Random) -> dict[str, Any]:
    """An odd form, an odd upload or odd JSON."""
    kind = chance.randrange(4)
    if kind == 0:
        return {"data": chance.choice(NO_OBJECTS), "content_type": "application/json"}
    if kind == 1:
        odd = {name: chance.choice(VALUES) for name in NAMES}
        return {"data": json.dumps(odd).encode(), "content_type": "application/json"}
    fields = {name: chance.choice(TEXTS) for name in chance.sample(NAMES, 20)}
    if kind == 2:
        return {"data": fields}
    blob = chance.choice((b"", b"PK\x03\x04", b"\xff" * 100, b"a,b\n1,2", b"[" * 100_000, b'["\\ud800"]'))
    files = {name: (io.BytesIO(blob), "odd.xlsx") for name in ("file", "photo")}
    return {"data": {**fields, **files}, "content_type": "multipart/form-data"}


def test_odd_input_at_every_route_for_every_role(app: Flask, built: Built) -> None:
    chance = random.Random(20261220)
    people = everybody(app, built)
    # Tokens have tests of their own; here everything behind them is meant to be reached.
    app.config["WTF_CSRF_ENABLED"] = False
    failed = []
    roles = {login: GRANTS[role] | SIGNED_IN for role, login in LOGINS.items()}
    for rule in app.url_map.iter_rules():
        if rule.endpoint in LEFT_OUT or rule.endpoint == "static" or "POST" not in (rule.methods or ()):
            continue
        guard = guard_of(app, rule)
        assert guard is not None
        for who, client in people.items():
            entitled = guard[0] == "public" or (who, guard[0]) == ("tablet", "kiosk") or guard[1] in roles.get(who, ())
            for _ in range(6 if entitled else 1):
                url, sent = address(app, rule, built, chance), body(chance)
                answer = client.post(url, headers={"X-Booth": "1"}, **sent)
                if answer.status_code >= 500:
                    failed.append((rule.rule, who, answer.status_code, str(sent)[:200]))
    assert not failed, failed
