"""How the tests of the box visit its pages: staff signed in, a paired tablet, JSON with its token."""

import re
from datetime import date

from box_build import Built
from flask import Flask
from flask.testing import FlaskClient

from voting.box import kiosk
from voting.database import write
from voting.people import passwords
from voting.people.tables import Account, Appointment
from voting.permissions import Role

PASSWORD = "correct horse battery"


def give(box: Built, account_id: str, role: Role) -> str:
    """Appoint an account and give it a known password; returns its sign-in name."""
    with write(box.engine) as session:
        account = session.get_one(Account, account_id)
        account.password_hash, account.must_change_password = passwords.hash_password(PASSWORD), False
        session.add(
            Appointment(account_id=account_id, unit_id=box.community, role=role.value, from_day=date(2026, 1, 1))
        )
        return account.login


def token(page: str) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', page) or re.search(
        r'name="csrf_token" value="([^"]+)"', page
    )
    assert found, page
    return found[1]


def signed_in(app: Flask, login: str) -> FlaskClient:
    client = app.test_client()
    page = client.get("/sign-in").text
    answer = client.post("/sign-in", data={"login": login, "password": PASSWORD, "csrf_token": token(page)})
    assert answer.status_code == 303, answer.text
    return client


def supervisor(app: Flask, box: Built, number: int = 0) -> FlaskClient:
    return signed_in(app, give(box, box.supervisors[number], Role.SUPERVISOR))


def address(box: Built, rest: str) -> str:
    return f"/c/{box.community}/boxes/{box.box}/{rest}"


def post_json(client: FlaskClient, page: str, url: str, value: object) -> object:
    return client.post(
        url, json=value, headers={"X-CSRFToken": token(client.get(page).text), "Accept": "application/json"}
    )


def tablet(app: Flask, box: Built) -> FlaskClient:
    code = box.act(kiosk.new_pairing_code, box=box.box, name="1 号写票处", actor=box.clerk).code  # type: ignore[attr-defined]
    client = app.test_client()
    page = client.get("/booth")
    assert "配对" in page.text
    answer = client.post("/booth/pair", data={"code": f"{code[:4]} {code[4:]}", "csrf_token": token(page.text)})
    assert answer.status_code == 303
    return client


def post_raw(client: FlaskClient, page: str, url: str, raw: bytes) -> object:
    headers = {"X-CSRFToken": token(client.get(page).text), "Accept": "application/json"}
    return client.post(url, data=raw, content_type="application/json", headers=headers)


BOOTH = {"X-Booth": "1", "Accept": "application/json"}


def cast(client: FlaskClient, raw: bytes) -> object:
    return client.post("/booth/ballots", data=raw, content_type="application/octet-stream", headers=BOOTH)
