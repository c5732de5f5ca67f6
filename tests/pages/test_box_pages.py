"""The box over HTTP: tablets and ballots, supervisors' keys, cards, the public board."""

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from box_build import NOW, Built, a_box, a_sealed_box, an_open_box, form, with_cards, with_keys
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from audit.note import open_note
from voting import config, journal, keys
from voting.app import create_app
from voting.box import anchors, kiosk, sealing, slot, tallying
from voting.box.tables import Box, Kiosk, TrusteeKey
from voting.crypto import archive
from voting.crypto import trustees as crypto
from voting.crypto.ballot import short_tracker, tracker
from voting.database import Base, make_engine, read, write
from voting.people import passwords
from voting.people.tables import Account, Appointment
from voting.permissions import Role

PASSWORD = "correct horse battery"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    settings = config.for_folder(tmp_path)
    keys.make_keys(settings)
    app = create_app(settings, clock=lambda: NOW)
    yield app
    app.extensions["voting"].engine.dispose()


@pytest.fixture
def engine(app: Flask) -> Engine:
    engine: Engine = app.extensions["voting"].engine
    Base.metadata.create_all(engine)
    return engine


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


# --- the tablet ----------------------------------------------------------------------------------------------------


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


# --- tablets, by staff ---------------------------------------------------------------------------------------------


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


# --- supervisors -----------------------------------------------------------------------------------------------------


def test_key_rehearsal_and_share_over_http(app: Flask, engine: Engine) -> None:
    box = a_box(engine, trustee_count=1)
    client, page = supervisor(app, box), address(box, "trustee")
    shown = client.get(page).text
    assert 'data-name="监督委员一"' in shown and "data-key-url" in shown and "data-share-url" not in shown
    secret, record = crypto.make_key(_group(box), "监督委员一")
    assert post_json(client, page, address(box, "trustee/key"), {"record": record.decode()}).json == {"ok": True}  # type: ignore[attr-defined]
    _seal(box)
    assert "data-rehearsal-url" in client.get(page).text
    setup = client.get(address(box, "trustee/setup")).json
    assert setup["election"] == box.election.record.decode()
    phi, tally = crypto.rehearsal_phi(box.election), crypto.rehearsal_tally(box.election)
    rehearsal = crypto.partial_decryption(box.election.group, phi, secret, tally)
    url = address(box, "trustee/rehearsal")
    upload = {"file": (io.BytesIO(rehearsal), "r.json"), "csrf_token": token(client.get(page).text)}
    assert client.post(url, data=upload).status_code == 303, "a file of the command line"
    _vote_and_close(box)
    assert "data-share-url" in client.get(page).text
    events = list(archive.read(io.BytesIO(client.get(address(box, "trustee/archive")).data)))
    assert events[-1].type == "EncryptedTally"
    with read(engine) as session:
        encrypted = tallying.encrypted_tally(session, session.get_one(Box, box.box), box.election)
    share = crypto.partial_decryption(box.election.group, box.election.fingerprint, secret, encrypted)
    assert post_json(client, page, address(box, "trustee/share"), {"record": share.decode()}).status_code == 200  # type: ignore[attr-defined]
    assert "已解密" in client.get(page).text
    with read(engine) as session:
        assert session.query(TrusteeKey).one().share == share


def _group(box: Built) -> object:
    from voting.crypto.group import get_group

    return get_group(box.row().group)


def _seal(box: Built) -> None:
    with_cards(box)
    record = form(box)
    box.act(sealing.seal, box=box.box, election_record=record, actor=None)
    box.form = sealing.Election.parse(record)


def _vote_and_close(box: Built) -> None:
    box.act(slot.open_slot, box=box.box, actor=None)
    _close_and_tally(box)


def _close_and_tally(box: Built) -> None:
    box.act(slot.serve_queue, 0, box=box.box, actor=None)
    box.act(slot.close, box=box.box, actor=None)
    box.act(tallying.tally, box=box.box, floor=5, floor_decision="演练")


def test_supervisors_refusals_over_http(app: Flask, engine: Engine) -> None:
    box = a_box(engine)
    client, page = supervisor(app, box), address(box, "trustee")

    def send(deed: str, value: object) -> tuple[int, str]:
        answer = post_json(client, page, address(box, f"trustee/{deed}"), value)
        return answer.status_code, answer.json["code"]  # type: ignore[attr-defined]

    assert send("key", {}) == (422, "NO_RECORD")
    assert send("key", [1]) == (422, "JSON_BODY")
    lone = post_raw(client, page, address(box, "trustee/key"), b'{"record": "\\ud800"}')
    assert (lone.status_code, lone.json["code"]) == (422, "JSON_BODY")  # type: ignore[attr-defined]
    assert send("rehearsal", {"record": "{}"}) == (409, "BOX_NOT_SEALED")
    assert send("share", {"record": "{}"})[0] == 403
    nothing = client.get(address(box, "trustee/archive"), headers={"Accept": "application/json"})
    assert (nothing.status_code, nothing.json["code"]) == (409, "BOX_NOT_SEALED")
    assert client.get(address(box, "trustee/setup")).status_code == 409
    assert client.post(address(box, "trustee/key"), json={"record": "{}"}).status_code == 400, "no form token"


def test_a_supervisor_reads_no_ballot_during_the_poll(app: Flask, engine: Engine) -> None:
    box = an_open_box(engine, checked_in=1)
    client, url = supervisor(app, box), address(box, "trustee/archive")
    cast(tablet(app, box), box.ballot(0))

    def early() -> tuple[int, str]:
        answer = client.get(url, headers={"Accept": "application/json"})
        assert url not in client.get(address(box, "trustee")).text, "no way is shown to what is not given"
        return answer.status_code, answer.json["code"]

    assert early() == (409, "ARCHIVE_NOT_YET")
    box.act(slot.serve_queue, 0, box=box.box, actor=None)
    assert early() == (409, "ARCHIVE_NOT_YET"), "the queue is still voting"
    box.act(slot.close, box=box.box, actor=None)
    assert early() == (409, "ARCHIVE_NOT_YET"), "as for everybody: the unused cards are still to be scanned"
    box.act(tallying.tally, box=box.box, floor=5, floor_decision="演练")
    events = list(archive.read(io.BytesIO(client.get(url).data)))
    assert [event.type for event in events] == ["Setup", "Ballot", "EndBallots", "EncryptedTally"]
    assert url in client.get(address(box, "trustee")).text


def test_the_archive_for_decrypting_is_for_trustees(app: Flask, engine: Engine) -> None:
    box = an_open_box(engine)
    _close_and_tally(box)
    keyless = give(box, box.clerk, Role.SUPERVISOR)
    client = signed_in(app, keyless)
    refused = client.get(address(box, "trustee/archive"), headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json["code"]) == (403, "NOT_TRUSTEE"), "a supervisor without a key here"
    assert address(box, "trustee/archive") not in client.get(address(box, "trustee")).text
    assert app.test_client().get(address(box, "trustee/archive")).status_code in (302, 303, 401, 403)


def test_cards_need_the_second_supervisor(app: Flask, engine: Engine) -> None:
    box = a_box(engine, voters=2, spares=0)
    client, page = supervisor(app, box), address(box, "cards")
    second = give(box, box.supervisors[1], Role.SUPERVISOR)
    group = _group(box)
    credentials = sorted(group.text(group.base_power(n)) for n in (5, 6))  # type: ignore[attr-defined]
    url = address(box, "cards/credentials")
    early = post_json(client, page, url, {"credentials": credentials})
    assert (early.status_code, early.json["code"]) == (403, "WITNESS_MISSING")  # type: ignore[attr-defined]

    def confirm(login: str, password: str = PASSWORD) -> object:
        data = {"login": login, "password": password, "csrf_token": token(client.get(page).text)}
        return client.post(address(box, "cards/witness"), data=data)

    assert "口令不对" in confirm(second, "wrong").text  # type: ignore[attr-defined]
    assert "另一位监督委员" in confirm("supervisor0").text  # type: ignore[attr-defined]
    clerk = give(box, box.clerk, Role.DESK_CLERK)
    assert "不是本社区的监督委员" in confirm(clerk).text  # type: ignore[attr-defined]
    assert confirm(second).status_code == 303  # type: ignore[attr-defined]
    assert f'data-count="2" data-uuid="{box.row().uuid}"' in client.get(page).text
    for wrong in ({}, {"credentials": "x"}, {"credentials": [1]}):
        assert post_json(client, page, url, wrong).json["code"] == "NO_CREDENTIALS"  # type: ignore[attr-defined]
    assert post_json(client, page, url, {"credentials": credentials[:1]}).json["code"] == "CARD_COUNT"  # type: ignore[attr-defined]
    assert post_json(client, page, url, {"credentials": credentials}).json == {"ok": True, "cards": 2}  # type: ignore[attr-defined]
    assert box.row().cards_made == 2
    again = post_json(client, page, url, {"credentials": credentials})
    assert again.json["code"] == "WITNESS_MISSING", "one confirmation, one set of cards"  # type: ignore[attr-defined]


def test_a_kept_cookie_is_no_witness(app: Flask, engine: Engine) -> None:
    """The confirmation was used; sending the browser's earlier cookies again does not bring it back."""
    box = a_box(engine, voters=2, spares=0)
    client, page = supervisor(app, box), address(box, "cards")
    second = give(box, box.supervisors[1], Role.SUPERVISOR)
    data = {"login": second, "password": PASSWORD, "csrf_token": token(client.get(page).text)}
    client.post(address(box, "cards/witness"), data=data)
    kept = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert kept is not None
    group = _group(box)
    credentials = sorted(group.text(group.base_power(n)) for n in (5, 6))  # type: ignore[attr-defined]
    url = address(box, "cards/credentials")
    assert post_json(client, page, url, {"credentials": credentials}).status_code == 200  # type: ignore[attr-defined]
    client.set_cookie(app.config["SESSION_COOKIE_NAME"], kept.value)
    again = post_json(client, page, url, {"credentials": credentials})
    assert again.json["code"] == "WITNESS_MISSING"  # type: ignore[attr-defined]


def test_credentials_as_the_file_of_the_command_line(app: Flask, engine: Engine) -> None:
    box = a_box(engine, voters=1, spares=0)
    client, page = supervisor(app, box), address(box, "cards")
    second = give(box, box.supervisors[1], Role.SUPERVISOR)
    csrf = token(client.get(page).text)
    client.post(address(box, "cards/witness"), data={"login": second, "password": PASSWORD, "csrf_token": csrf})
    group = _group(box)
    content = json.dumps([group.text(group.base_power(5))]).encode()  # type: ignore[attr-defined]
    sent = client.post(
        address(box, "cards/credentials"), data={"file": (io.BytesIO(content), "credentials.json"), "csrf_token": csrf}
    )
    assert sent.status_code == 303
    assert "已登记 1 张卡" in client.get(page).text


# --- the public ------------------------------------------------------------------------------------------------------


def test_board_shows_the_last_anchor_only(app: Flask, engine: Engine) -> None:
    box = an_open_box(engine, voters=12, spares=0, checked_in=12)
    client = tablet(app, box)
    raws = [box.ballot(number) for number in range(10)]
    for raw in raws:
        cast(client, raw)
    public = app.test_client()
    url = f"/board/{box.row().uuid}"
    assert "还没有公布" in public.get(url).text
    assert box.act(anchors.anchor_if_due, box=box.box)
    late = box.ballot(10)
    cast(client, late)
    trackers = sorted(tracker(raw) for raw in raws)
    assert public.get(f"{url}/trackers.txt").text.splitlines() == trackers
    assert public.get(f"{url}/trackers.json").json["trackers"] == trackers
    page = public.get(url).text
    shorts = re.findall(r'<li class="mono">([^<]+)</li>', page)
    assert shorts == sorted(shorts)
    assert {one.replace(" ", "") for one in shorts} == {short_tracker(raw) for raw in raws}
    assert "11" not in re.findall(r"<strong>([\d,]+)</strong>", page), "turnout is for staff only"
    with write(engine) as session:
        seed = app.extensions["voting"].keys.log_seed
        note = journal.sign_head(session, box.community, seed)
    assert note.splitlines()[0] in public.get(url).text
    assert public.get("/board/nothing").status_code == 404


def test_archive_is_public_once_the_count_has_begun(app: Flask, engine: Engine) -> None:
    box = an_open_box(engine, checked_in=1)
    public, url = app.test_client(), f"/archive/{box.row().uuid}.bel"

    def early() -> tuple[int, str]:
        answer = public.get(url, headers={"Accept": "application/json"})
        assert url not in public.get(f"/board/{box.row().uuid}").text
        return answer.status_code, answer.json["code"]

    assert early() == (409, "ARCHIVE_NOT_YET")
    box.act(slot.serve_queue, 0, box=box.box, actor=None)
    box.act(slot.close, box=box.box, actor=None)
    assert early() == (409, "ARCHIVE_NOT_YET"), "the unused cards are still to be scanned, from the cards"
    box.act(tallying.tally, box=box.box, floor=5, floor_decision="演练")
    assert url in public.get(f"/board/{box.row().uuid}").text
    events = list(archive.read(io.BytesIO(public.get(url).data)))
    assert [event.type for event in events] == ["Setup", "EndBallots", "EncryptedTally"]


def test_a_box_in_preparation_has_no_board(app: Flask, engine: Engine) -> None:
    box = with_keys(a_box(engine))
    assert app.test_client().get(f"/board/{box.row().uuid}").status_code == 404


def test_doors_without_the_box(tmp_path: Path) -> None:
    settings = config.for_folder(tmp_path)
    keys.make_keys(settings)
    Base.metadata.create_all(make_engine(settings.database_url))
    app = create_app(settings, doors={"kiosk"})
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    assert "/booth/ballots" in rules
    assert not any("boxes" in rule or "board" in rule for rule in rules), "a kiosk server has no staff page to attack"
    app.extensions["voting"].engine.dispose()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_renders_in_both_languages(app: Flask, engine: Engine, language: str) -> None:
    box = an_open_box(engine)
    client = supervisor(app, box)
    official = signed_in(app, give(box, box.clerk, Role.ELECTION_OFFICIAL))
    for who, url in (
        (client, address(box, "trustee")),
        (client, address(box, "cards")),
        (official, address(box, "kiosks")),
        (official, f"/board/{box.row().uuid}"),
        (official, "/booth"),
    ):
        assert who.get(f"{url}?lang={language}").status_code == 200
