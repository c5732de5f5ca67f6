"""Every route × every role: only those whom the permission table allows get in, and nobody gets a 5xx.

The walk is made from the application's own list of routes, so a new page is tested the moment it exists.
"""

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from house_build import House, token
from werkzeug.routing import Rule

from voting.config import DOORS
from voting.permissions import GRANTS, SIGNED_IN, Permission, Role
from voting.security import guard_of

NOBODY = "nobody"
LOGINS = {
    Role.SYSTEM_ADMINISTRATOR: "admin",
    Role.ELECTION_OFFICIAL: "official",
    Role.DESK_CLERK: "clerk",
    Role.SUPERVISOR: "supervisor",
    Role.REVIEWER: "reviewer",
}
#: What a person without the permission may get: sent to sign in, refused, or told there is no such thing.
TURNED_AWAY = {302, 401, 403, 404, 405}


@dataclass(frozen=True)
class Route:
    """One method of one rule, with an address in 阳光社区 made of ids that exist where they must."""

    rule: Rule
    method: str
    url: str


def routes(app: Flask, community: str) -> list[Route]:
    """Every route but static files; ids without a known value point nowhere."""
    known = {"community_id": community, "unit_id": community, "deed": "close"}
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        values = {name: known.get(name, "1" if "int" in rule.rule else "none") for name in rule.arguments}
        with app.test_request_context():
            url = app.url_map.bind("localhost").build(rule.endpoint, values, force_external=False)
        found += [Route(rule, method, url) for method in sorted(rule.methods or ()) if method in {"GET", "POST"}]
    return found


def send(client: FlaskClient, route: Route, form_token: str) -> int:
    """The status of one request, with a good form token, so that only the guard can turn it away."""
    if route.method == "GET":
        return client.get(route.url).status_code
    return client.post(route.url, data={"csrf_token": form_token}, headers={"X-CSRFToken": form_token}).status_code


def with_reviewer(house: House) -> None:
    """The one role that the house does not have from the beginning."""
    house.appoint(house.account("reviewer", house.community), house.community, Role.REVIEWER, department="court")


@pytest.mark.parametrize("who", [NOBODY, *LOGINS.values()])
def test_every_route_for_every_role(house: House, who: str) -> None:
    with_reviewer(house)
    app = house.app()
    role = next((role for role, login in LOGINS.items() if login == who), None)
    granted = GRANTS[role] | SIGNED_IN if role else frozenset()
    client = app.test_client() if role is None else house.signed_in(who, app)
    form_token = token(client)
    for route in routes(app, house.community):
        if route.rule.endpoint == "people.sign_out":
            continue
        guard = guard_of(app, route.rule)
        assert guard is not None
        kind, permission, _ = guard
        status = send(client, route, form_token)
        assert status < 500, (route, status)
        if kind == "kiosk":
            assert status in {403, 404, 405}, (route, status)
        elif kind == "access" and permission not in granted:
            assert status in TURNED_AWAY, (route, status)
            assert status != 302 or role is None, (route, status)
        elif kind == "access" and "none" not in route.url:
            assert status != 403, (route, status)
    assert (client.get("/account").status_code == 200) is (role is not None), "the walk was made with the session alive"


def test_power_ends_at_the_border_of_the_community(house: House) -> None:
    with_reviewer(house)
    app = house.app()
    for role, login in LOGINS.items():
        if role is Role.SYSTEM_ADMINISTRATOR:
            continue
        client = house.signed_in(login, app)
        for route in routes(app, house.other_community):
            kind, permission, _ = guard_of(app, route.rule) or ("", None, False)
            if kind == "access" and permission is not Permission.OWN_ACCOUNT and house.other_community in route.url:
                assert send(client, route, token(client)) in {403, 404}, (login, route)


def test_an_id_of_another_community_is_not_found_under_this_one(house: House) -> None:
    stranger = house.account("stranger", house.other_community)
    appointment = house.appoint(stranger, house.other_community, Role.DESK_CLERK)
    client = house.signed_in("admin")
    form = {"csrf_token": token(client)}
    base = f"/units/{house.community}"
    assert client.post(f"{base}/accounts/{stranger}/password", data=form).status_code == 404
    assert client.post(f"{base}/appointments/{appointment}/end", data=form).status_code == 404
    other = f"/units/{house.other_community}"
    assert client.post(f"{other}/appointments/{appointment}/end", data=form).status_code == 303
    assert client.post(f"{other}/accounts/{stranger}/password", data=form).status_code == 200


@pytest.mark.parametrize("door", sorted(DOORS))
def test_a_closed_door_has_no_pages(house: House, door: str) -> None:
    app = house.app(doors={door})
    client = app.test_client()
    if door != "desk":
        assert client.get("/sign-in").status_code == 404
        assert client.get("/units").status_code == 404
    assert client.get("/").status_code == 200
    assert client.get("/health").json == {"ok": True}


def test_nothing_is_done_without_a_form_token(house: House) -> None:
    client = house.signed_in("admin")
    answer = client.post(f"/units/{house.community}/units", data={"unit-kind": "grid", "unit-name": "第一网格"})
    assert answer.status_code == 400
    assert "FORM_EXPIRED" in answer.text
    answer = client.post("/session/keep", json={})
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["code"] == "FORM_EXPIRED"
    assert client.post("/session/keep", json={}, headers={"X-CSRFToken": token(client)}).json == {"seconds": 3600}
