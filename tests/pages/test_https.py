"""Behind https: every cookie is Secure, every answer says to stay, and forms work through the proxy that ends it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from election_build import ON_THE_DAY, Built, an_open_election
from flask import Flask
from flask.testing import FlaskClient
from house_build import PASSWORD, House, token

from voting.box import kiosk
from voting.people.session import limiter

#: What a reverse proxy on the same machine adds: the browser came by https.
PROXIED = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Host": "vote.example"}


@pytest.fixture(params=[True, False], ids=["https", "http"])
def https(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def built(house: House, https: bool) -> Built:
    built = an_open_election(house)
    house.clock.now = ON_THE_DAY
    house.settings = replace(house.settings, https=https, trusted_proxies=int(https))
    return built


@pytest.fixture
def client(built: Built, https: bool) -> Iterator[FlaskClient]:
    limiter.enabled = False
    app: Flask = built.house.app()
    client = app.test_client()
    if https:
        client.environ_base |= {f"HTTP_{name.upper().replace('-', '_')}": text for name, text in PROXIED.items()}
    yield client
    limiter.enabled = True


def everything(client: FlaskClient, built: Built) -> list[Any]:
    """Answers of every kind: pages, a sign-in, a pairing, a language, a mistake, a file, JSON, a redirect."""
    official = built.accounts["official"]
    code = built.act(kiosk.new_pairing_code, box=built.box.id, name="二号", actor=official, now=ON_THE_DAY).code
    form = token(client)
    sent = {"login": "official", "password": PASSWORD, "csrf_token": form}
    return [
        client.post("/sign-in", data=sent),
        client.get("/?lang=en"),
        client.get(f"/c/{built.community}/elections/{built.election_id}/"),
        client.get("/nope"),
        client.get("/static/css/base.css"),
        client.get(f"/board/{built.box.uuid}/trackers.json"),
        client.post("/booth/pair", data={"code": code, "csrf_token": token(client)}),
        client.post("/sign-in", data={}),
    ]


def test_cookies_and_headers(client: FlaskClient, built: Built, https: bool) -> None:
    answers = everything(client, built)
    assert [answer.status_code for answer in answers] == [303, 200, 200, 404, 200, 200, 303, 400]
    cookies = [one for answer in answers for one in answer.headers.getlist("Set-Cookie")]
    names = {one.partition("=")[0] for one in cookies}
    assert names >= {"__Host-voting" if https else "voting", "voting_lang", "kiosk"}
    for cookie in cookies:
        parts = {part.strip().lower() for part in cookie.split(";")}
        assert "httponly" in parts and "samesite=strict" in parts, cookie
        assert ("secure" in parts) == https, cookie
        assert not any(part.startswith("domain=") for part in parts), cookie
    for answer in answers:
        stay = answer.headers.get("Strict-Transport-Security", "")
        assert stay.startswith("max-age=31536000") if https else stay == "", answer.request.path
        assert "Content-Security-Policy" in answer.headers
        answer.close()
