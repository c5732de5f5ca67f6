"""The supervisors' pages over HTTP: keys, rehearsal, shares, the making of cards."""

import html
import io
import json
import re
import shlex

from box_build import Built, a_box, an_open_box, form, with_cards
from box_visit import PASSWORD, address, cast, give, post_json, post_raw, signed_in, supervisor, tablet, token
from flask import Flask
from sqlalchemy import Engine

from voting import cli
from voting.box import sealing, slot, tallying
from voting.box.tables import Box, TrusteeKey
from voting.crypto import archive
from voting.crypto import trustees as crypto
from voting.database import read
from voting.permissions import Role


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


def test_a_registered_key_is_said_first_and_a_further_supervisor_is_told_there_are_enough(
    app: Flask, engine: Engine
) -> None:
    box = a_box(engine, trustee_count=1)
    client, page = supervisor(app, box), address(box, "trustee")
    secret, record = crypto.make_key(_group(box), "监督委员一")
    post_json(client, page, address(box, "trustee/key"), {"record": record.decode()})
    shown = client.get(page).text
    text = box_key(box, secret)
    assert "您已登记" in shown and f"{text[:4]} {text[4:8]}" in shown
    assert shown.index("您已登记") < shown.index("重做密钥，旧文件作废") < shown.index("data-key-url"), "folded away"
    other = signed_in(app, give(box, box.clerk, Role.SUPERVISOR)).get(page).text
    assert "要的 1 把密钥都已登记" in other
    assert "data-key-url" not in other and "公钥记录文件" not in other


def box_key(box: Built, secret: int) -> str:
    group = _group(box)
    return group.text(group.base_power(secret))  # type: ignore[attr-defined,no-any-return]


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
    hint = re.search(r"voting (cards --uuid [^<]+)</p>", html.unescape(client.get(page).text))
    assert hint is not None
    asked = cli._parser().parse_args(shlex.split(hint[1]))
    assert (asked.uuid, asked.count, str(asked.out)) == (box.row().uuid, 1, "cards"), "the command is complete"
    sent = client.post(
        address(box, "cards/credentials"), data={"file": (io.BytesIO(content), "credentials.json"), "csrf_token": csrf}
    )
    assert sent.status_code == 303
    assert "已登记 1 张卡" in client.get(page).text
