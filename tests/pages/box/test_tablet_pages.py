"""The tablet over HTTP: pairing, the form, ballots, what is refused; and tablets as staff see them."""

import re
from datetime import UTC, datetime

import pytest
from box_build import NOW, Built, a_box, a_sealed_box, an_open_box
from box_visit import BOOTH, address, cast, give, signed_in, tablet, token
from flask import Flask
from sqlalchemy import Engine

from audit.note import open_note
from voting import journal
from voting.box import kiosk, sealing, slot
from voting.box.tables import Kiosk
from voting.crypto.ballot import short_tracker, tracker
from voting.database import read, write
from voting.people.tables import Account
from voting.permissions import Role

# --- the tablet -------------------------------------------------------------------------------------------------------


def test_pairing_gives_a_cookie_for_the_booth_alone(app: Flask, engine: Engine) -> None:
    box = an_open_box(engine)
    client = tablet(app, box)
    cookie = client.get_cookie("kiosk", path="/booth")
    assert cookie is not None and cookie.http_only and cookie.same_site == "Strict" and cookie.path == "/booth"
    assert "booth-app" in client.get("/booth").text
    with read(engine) as session:
        stored = session.query(Kiosk).one()
    assert stored.token_hash and cookie.value not in stored.token_hash
    assert stored.pairing_hash is None


def test_pairing_is_refused(app: Flask, engine: Engine) -> None:
    box = an_open_box(engine)
    client = app.test_client()
    page = client.get("/booth").text

    def pair(code: str) -> object:
        return client.post("/booth/pair", data={"code": code, "csrf_token": token(page)})

    wrong = pair("1234 5678")
    assert (wrong.status_code, "配对码不对" in wrong.text) == (422, True)  # type: ignore[attr-defined]
    assert "代码只有数字" in pair("abc").text  # type: ignore[attr-defined]
    code = box.act(kiosk.new_pairing_code, box=box.box, name="x", actor=box.clerk).code  # type: ignore[attr-defined]
    assert pair(code).status_code == 303  # type: ignore[attr-defined]
    assert "已经用过" in pair(code).text, "a code is used once"  # type: ignore[attr-defined]
    old = datetime(2026, 12, 19, 23, 0, tzinfo=UTC)
    late = box.act(kiosk.new_pairing_code, box=box.box, name="y", actor=box.clerk, now=old).code  # type: ignore[attr-defined]
    assert pair(late).status_code == 422  # type: ignore[attr-defined]
    answer = client.post(
        "/booth/pair", json={"code": "1"}, headers={"X-CSRFToken": token(page), "Accept": "application/json"}
    )
    assert (answer.status_code, answer.json["code"]) == (403, "PAIRING_CODE")


def test_pairing_is_throttled(app: Flask, engine: Engine) -> None:
    an_open_box(engine)
    client = app.test_client()
    page = client.get("/booth").text
    statuses = [
        client.post("/booth/pair", data={"code": "1", "csrf_token": token(page)}).status_code for _ in range(11)
    ]
    assert statuses[-1] == 429


def test_booth_needs_a_paired_tablet(app: Flask, engine: Engine) -> None:
    box = an_open_box(engine)
    client = app.test_client()
    client.set_cookie("kiosk", "guessed", path="/booth")
    for answer in (
        client.get("/booth/election", headers=BOOTH),
        cast(client, box.ballot(0)),
        client.get("/booth/photo/1"),
    ):
        assert answer.status_code == 403  # type: ignore[attr-defined]
    assert box.row().casts == 0


def test_revoked_tablet_is_shut_out(app: Flask, engine: Engine) -> None:
    box = an_open_box(engine, checked_in=1)
    client = tablet(app, box)
    with read(engine) as session:
        found = session.query(Kiosk).one().id
    box.act(kiosk.revoke, box=box.box, kiosk=found, actor=box.clerk)
    assert cast(client, box.ballot(0)).status_code == 403  # type: ignore[attr-defined]
    assert "配对" in client.get("/booth").text


def test_the_form_reaches_the_tablet_byte_for_byte(app: Flask, engine: Engine) -> None:
    box = a_sealed_box(engine)
    png = b"\x89PNG\r\n\x1a\nrest"
    with write(engine) as session:
        sealing.set_display(session, box=box.box, display={"hall": "活动中心", "idle_seconds": 120}, pictures=[png])
    client = tablet(app, box)
    shown = client.get("/booth/election", headers=BOOTH).json
    assert shown["election"] == box.election.record.decode()
    assert (shown["hall"], shown["idle_seconds"], shown["done_seconds"]) == ("活动中心", 120, 15)
    assert (shown["state"], shown["kiosk"]) == ("sealed", "1 号写票处")
    assert [office["title"] for office in shown["offices"]] == ["主任", "委员"]
    photo = client.get("/booth/photo/1")
    assert (photo.mimetype, photo.data) == ("image/png", png)
    assert client.get("/booth/photo/2").status_code == 404


def test_one_ballot_over_http(app: Flask, engine: Engine) -> None:
    box = an_open_box(engine, checked_in=2)
    client = tablet(app, box)
    raw = box.ballot(0)
    first, again = cast(client, raw), cast(client, raw)
    assert (first.status_code, again.status_code) == (201, 200)  # type: ignore[attr-defined]
    assert first.json == again.json  # type: ignore[attr-defined]
    assert first.json["tracker"] == tracker(raw)  # type: ignore[attr-defined]
    assert first.json["short"].replace(" ", "") == short_tracker(raw)  # type: ignore[attr-defined]
    signer = journal.signer(box.community, app.extensions["voting"].keys.log_seed)
    assert f"tracker {tracker(raw)}" in open_note(first.json["acceptance"].encode(), [signer.key]).text  # type: ignore[attr-defined]
    assert first.headers["Cache-Control"] == "no-store"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("make", "status", "code"),
    [
        (lambda box: box.ballot(0, first=2), 409, "CARD_USED"),
        (lambda box: box.ballot(1)[:-3], 422, "BALLOT_JSON"),
        (lambda box: b"0" * 500_000, 413, "BALLOT_TOO_LARGE"),
        (lambda box: b"0" * 2_000_000, 413, "TOO_LARGE"),
        (lambda box: b"", 422, "BALLOT_JSON"),
        (lambda box: b"\xff\xfe", 422, "BALLOT_JSON"),
        (lambda box: b"[" * 3_000, 422, "BALLOT_JSON"),
    ],
)
def test_ballots_refused_over_http(app: Flask, engine: Engine, make: object, status: int, code: str) -> None:
    box = an_open_box(engine, checked_in=2)
    client = tablet(app, box)
    cast(client, box.ballot(0))
    answer = cast(client, make(box))  # type: ignore[operator]
    assert (answer.status_code, answer.json["code"]) == (status, code)  # type: ignore[attr-defined]
    assert set(answer.json) == {"code", "zh", "en"}  # type: ignore[attr-defined]
    assert box.row().casts == 1


def test_paused_box_answers_409(app: Flask, engine: Engine) -> None:
    box = an_open_box(engine, checked_in=1)
    client = tablet(app, box)
    box.act(slot.shut_slot, box=box.box, actor=None)
    answer = cast(client, box.ballot(0))
    assert (answer.status_code, answer.json["code"]) == (409, "BOX_NOT_OPEN")  # type: ignore[attr-defined]
    assert client.get("/booth/election", headers=BOOTH).json["state"] == "shut"


def test_a_void_poll_has_ended_for_the_tablet(app: Flask, engine: Engine) -> None:
    box = an_open_box(engine, checked_in=1)
    client = tablet(app, box)
    box.act(slot.void, box=box.box, actor=None)
    assert "宣布无效" in cast(client, box.ballot(0)).json["zh"]  # type: ignore[index]
    assert client.get("/booth/election", headers=BOOTH).json["state"] == "void", "which the tablet reads as ended"


def test_another_site_cannot_post_for_the_tablet(app: Flask, engine: Engine) -> None:
    box = an_open_box(engine, checked_in=1)
    client = tablet(app, box)
    answer = client.post("/booth/ballots", data=box.ballot(0), headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["code"]) == (403, "NOT_BOOTH")
    assert client.post("/booth/help", json={"on": True}).status_code == 403


def test_calling_staff_lights_the_lamp(app: Flask, engine: Engine) -> None:
    box = an_open_box(engine)
    client = tablet(app, box)
    official = signed_in(app, give(box, box.clerk, Role.ELECTION_OFFICIAL))
    assert client.post("/booth/help", json={"on": True}, headers=BOOTH).json == {"on": True}
    assert "正在叫工作人员" in official.get(address(box, "kiosks")).text
    client.post("/booth/help", json={"on": False}, headers=BOOTH)
    assert "正在叫工作人员" not in official.get(address(box, "kiosks")).text
    refused = client.post("/booth/help", json={"on": "yes"}, headers=BOOTH)
    assert (refused.status_code, refused.json["code"]) == (422, "HELP")


# --- tablets, by staff ------------------------------------------------------------------------------------------------


def test_official_pairs_and_revokes(app: Flask, engine: Engine) -> None:
    box = a_box(engine)
    official = signed_in(app, give(box, box.clerk, Role.ELECTION_OFFICIAL))
    page = official.get(address(box, "kiosks")).text
    assert "VOTING_LISTEN=0.0.0.0:8000" in page, "no other tablet reaches a server that hears itself alone"
    made = official.post(address(box, "kiosks"), data={"name": "二号写票处", "csrf_token": token(page)})
    assert made.status_code == 201
    shown = re.search(r"pairing-code[^>]*>(\d{4}) (\d{4})<", made.text)
    assert shown
    with write(engine) as session:
        assert kiosk.pair(session, "".join(shown.groups()), NOW)
    nameless = official.post(address(box, "kiosks"), data={"name": " ", "csrf_token": token(page)})
    assert (nameless.status_code, "请写平板的名字" in nameless.text) == (422, True)
    with read(engine) as session:
        found = session.query(Kiosk).one().id
    assert official.post(address(box, f"kiosks/{found}/revoke"), data={"csrf_token": token(page)}).status_code == 303
    assert "已停用" in official.get(address(box, "kiosks")).text
    assert official.post(address(box, "kiosks/other/revoke"), data={"csrf_token": token(page)}).status_code == 404


def test_ids_of_another_community_are_not_found(app: Flask, engine: Engine) -> None:
    box, other = a_box(engine), _another(engine)
    official = signed_in(app, give(box, box.clerk, Role.ELECTION_OFFICIAL))
    crossed = f"/c/{box.community}/boxes/{other.box}/kiosks"
    assert official.get(crossed).status_code == 404
    assert official.get(address(other, "kiosks")).status_code == 403
    assert official.get(address(box, "trustee")).status_code == 403
    assert app.test_client().get(address(box, "kiosks")).status_code == 302


def _another(engine: Engine) -> Built:
    with write(engine) as session:
        for account in session.query(Account):
            account.login += "-one"
    return a_box(engine)
