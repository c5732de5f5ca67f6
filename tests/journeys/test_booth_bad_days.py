"""The booth when something goes wrong: network, refusals, nobody there, nothing left; and against the real box."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import box_build
import pytest
from axe_check import violations
from booth_stand import Stand
from booth_visit import (
    HELD,
    LANDSCAPE,
    cast,
    choose,
    enter,
    go_on,
    on,
    pressed,
    scan,
    sound,
    to_offices,
    to_seal,
    to_seal_with_clock,
    wait_until,
)
from box_build import NOW, Built
from browser_page import HOST
from playwright.sync_api import Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from voting import config, keys
from voting.app import create_app
from voting.box import cards, kiosk, slot
from voting.box.tables import Ballot
from voting.crypto import credentials
from voting.crypto.ballot import short_tracker
from voting.crypto.group import get_group
from voting.database import Base, read

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


# --- casting ---------------------------------------------------------------------------------------------------------


def test_neither_enter_nor_a_double_tap_casts(tablet: Page, stand: Stand) -> None:
    enter(tablet, stand)
    to_offices(tablet, stand)
    for _ in range(3):
        tablet.locator(".booth-blank").click()
        go_on(tablet)
        tablet.wait_for_timeout(50)
    on(tablet, "check")
    tablet.wait_for_timeout(450)
    place = tablet.locator(".booth-foot > .booth-primary").bounding_box()
    assert place is not None
    for _ in range(4):
        tablet.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
        tablet.wait_for_timeout(60)
    expect(tablet.locator("h1")).to_have_text("选票已经封好")
    for _ in range(3):
        tablet.keyboard.press("Enter")
    tablet.wait_for_timeout(500)
    assert stand.received == []
    expect(tablet.locator("h1")).to_have_text("选票已经封好")


def test_a_broken_network_loses_and_doubles_nothing(tablet: Page, stand: Stand) -> None:
    stand.script = ["down", "lost", (429, {"code": "SLOW", "zh": "", "en": ""}), "down"]
    tablet.clock.install()
    enter(tablet, stand)
    to_seal_with_clock(tablet, stand)
    tablet.clock.pause_at(tablet.evaluate("Date.now()") / 1000 + 2)
    cast(tablet)
    expect(tablet.locator("h1")).to_have_text("正在重试，选票未丢失")
    tablet.clock.run_for(450)
    tablet.get_by_role("button", name="叫工作人员").click()
    expect(tablet.get_by_role("button", name="已叫，请稍等")).to_be_visible()
    assert stand.help_calls == [True]
    # After 1, 2, 4 and 8 seconds one more attempt each, none before its time; no idle question meanwhile.
    for milliseconds, attempts in ((400, 2), (1850, 3), (3850, 4)):
        tablet.clock.run_for(milliseconds)
        assert len(stand.received) == attempts - 1
        tablet.clock.run_for(300)
        wait_until(tablet, lambda attempts=attempts: len(stand.received) == attempts)
        tablet.wait_for_timeout(300)
    expect(tablet.get_by_role("dialog")).to_have_count(0)
    tablet.clock.run_for(8100)
    on(tablet, "done")
    assert len(set(stand.received)) == 1
    assert len(stand.received) == 5
    assert len(stand.box) == 1


@HELD
def test_retrying_is_said_and_looks_right(tablet: Page, stand: Stand, held: dict[str, int]) -> None:
    stand.script = ["down"] * 3
    enter(tablet, stand, held=held)
    to_seal(tablet, stand)
    cast(tablet)
    expect(tablet.locator("h1")).to_have_text("正在重试，选票未丢失")
    expect(tablet.locator(".booth-foot .booth-note")).to_contain_text(re.compile("第 [12] 次重试，已等 [1-9] 秒"))
    sound(tablet)
    expect(tablet.locator(".booth-tracker")).to_be_visible()
    assert tablet.get_by_role("button", name="上一步").count() == 0


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("CARD_USED", "这张卡已经投过票了"),
        ("CARD_UNKNOWN", "这不是本次选举的卡"),
        ("CARD_MARKED", "这张卡已经作废"),
        ("CASTS_EXCEED_CARDS", "选票没有投进去"),
    ],
)
def test_each_refusal_says_what_to_do(tablet: Page, stand: Stand, code: str, title: str) -> None:
    stand.script = [(409, {"code": code, "zh": "发卡数与投票数不符，请核对发卡桌。", "en": "Counts differ."})]
    enter(tablet, stand)
    to_seal(tablet, stand)
    cast(tablet)
    on(tablet, "refused")
    expect(tablet.locator("h1")).to_have_text(title)
    expect(tablet.locator("main")).to_contain_text("工作人员")
    assert ("发卡数" in tablet.locator("main").inner_text()) is (code == "CASTS_EXCEED_CARDS")
    assert "周海燕" not in tablet.content()
    sound(tablet)
    go_on(tablet)
    on(tablet, "welcome")


def test_paused_while_sealing_casts_the_same_ballot_later(tablet: Page, stand: Stand) -> None:
    stand.script = [(409, {"code": "BOX_NOT_OPEN", "zh": "", "en": ""})]
    enter(tablet, stand)
    to_seal(tablet, stand)
    cast(tablet)
    on(tablet, "refused")
    expect(tablet.locator("h1")).to_have_text("投票现在暂停")
    sound(tablet)
    tablet.get_by_role("button", name="再试一次").click()
    on(tablet, "done")
    assert len(set(stand.received)) == 1


def test_an_answer_for_another_ballot_is_not_believed(tablet: Page, stand: Stand) -> None:
    stand.script = [(201, {"tracker": "A" * 43, "short": "A" * 16, "acceptance": "note"})]
    enter(tablet, stand)
    to_seal(tablet, stand)
    cast(tablet)
    on(tablet, "refused")
    expect(tablet.locator("main")).to_contain_text("停用这台平板")


# --- nobody there, and nothing left ----------------------------------------------------------------------------------


@HELD
def test_idle_asks_first_and_then_clears(tablet: Page, stand: Stand, held: dict[str, int]) -> None:
    tablet.clock.install()
    enter(tablet, stand, held=held)
    tablet.clock.run_for(500)
    tablet.locator(".booth-deed").click()
    scan(tablet, stand.card)
    on(tablet, "office")
    choose(tablet, 0)
    tablet.clock.run_for(85_000)
    expect(tablet.get_by_role("dialog")).to_have_count(0)
    tablet.clock.run_for(7_000)
    expect(tablet.get_by_role("dialog")).to_contain_text("您还在吗？")
    sound(tablet)
    tablet.get_by_role("button", name="我还在，继续").click()
    assert pressed(tablet)[0] is True
    tablet.clock.run_for(92_000)
    expect(tablet.get_by_role("dialog")).to_contain_text("您还在吗？")
    # A card held to the scanner, or a sleeve on the screen, is not an answer.
    scan(tablet, stand.card)
    tablet.clock.run_for(60_000)
    on(tablet, "welcome")
    tablet.clock.run_for(500)
    tablet.locator(".booth-deed").click()
    on(tablet, "card")
    assert tablet.locator(".booth-group-empty").count() == 6


def test_idle_after_sealing_drops_the_ballot(tablet: Page, stand: Stand) -> None:
    tablet.clock.install()
    enter(tablet, stand)
    to_seal_with_clock(tablet, stand)
    tablet.clock.run_for(95_000)
    expect(tablet.get_by_role("dialog")).to_contain_text("没有投出的选票不算，您的卡仍然有效")
    tablet.clock.run_for(60_000)
    on(tablet, "welcome")
    assert stand.received == []


def test_a_tablet_waking_from_sleep_shows_nothing(tablet: Page, stand: Stand) -> None:
    tablet.clock.install()
    enter(tablet, stand)
    to_seal_with_clock(tablet, stand)
    tablet.clock.fast_forward(3_600_000)
    on(tablet, "welcome")


def test_done_counts_down_and_can_be_prolonged(tablet: Page, stand: Stand) -> None:
    tablet.clock.install()
    enter(tablet, stand)
    to_seal_with_clock(tablet, stand)
    cast(tablet)
    on(tablet, "done")
    expect(tablet.locator(".booth-ring-number")).to_have_text("15")
    tablet.clock.run_for(5_000)
    tablet.get_by_role("button", name="再看 30 秒").click()
    expect(tablet.locator(".booth-ring-number")).to_have_text("40")
    tablet.clock.run_for(30_000)
    expect(tablet.locator("main.screen-done")).to_be_visible()
    tablet.clock.run_for(11_000)
    on(tablet, "welcome")


def test_a_broken_network_at_the_end_shows_no_error_page(tablet: Page, stand: Stand) -> None:
    enter(tablet, stand)
    to_seal(tablet, stand)
    tablet.route("**/booth", lambda route: route.abort())
    cast(tablet)
    on(tablet, "done")
    go_on(tablet)
    on(tablet, "waiting")
    assert not re.search("周海燕|K7|凭据", tablet.locator("#booth-app").inner_text())
    tablet.unroute("**/booth")
    on(tablet, "welcome")


def test_nothing_is_left_behind(tablet: Page, stand: Stand) -> None:
    tablet.goto("about:blank")
    enter(tablet, stand)
    history = tablet.evaluate("history.length")
    to_seal(tablet, stand)
    cast(tablet)
    on(tablet, "done")
    go_on(tablet)
    on(tablet, "welcome")
    assert tablet.evaluate("history.length") == history
    left = tablet.evaluate(
        "async () => [localStorage.length, sessionStorage.length, document.cookie,"
        " (await indexedDB.databases()).length]"
    )
    assert left == [0, 0, "", 0]
    tablet.go_back()
    tablet.go_forward()
    on(tablet, "welcome")
    assert "周海燕" not in tablet.content()


# --- against the real house ------------------------------------------------------------------------------------------


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Built, list[str]]]:
    """The address of a real house with an open box of four cards, three of them handed out; the cards' codes."""
    settings = config.for_folder(tmp_path)
    keys.make_keys(settings)
    app = create_app(settings, clock=lambda: NOW)
    engine = app.extensions["voting"].engine
    Base.metadata.create_all(engine)
    codes = [credentials.make_code() for _ in range(6)]

    def with_these_cards(built: Built) -> Built:
        parsed = [credentials.parse_credential(code) for code in codes]
        publics = [credentials.public_credential(get_group("Ed25519"), card, built.row().uuid) for card in parsed]
        first, second = built.supervisors
        built.act(cards.receive_credentials, box=built.box, credentials=sorted(publics), actor=first, witness=second)
        return built

    monkeypatch.setattr(box_build, "with_cards", with_these_cards)
    built = box_build.an_open_box(engine, checked_in=3)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://{HOST}:{server.server_port}/booth", built, codes
    server.shutdown()
    thread.join()
    server.server_close()
    engine.dispose()


def vote(tablet: Page, code: str) -> None:
    on(tablet, "welcome")
    scan(tablet, code)
    on(tablet, "office")
    choose(tablet, 0)
    go_on(tablet)
    expect(tablet.locator("h1")).to_have_text("选举委员")
    choose(tablet, 0, 2)
    go_on(tablet)
    on(tablet, "check")
    go_on(tablet)
    expect(tablet.locator("h1")).to_have_text("选票已经封好")
    cast(tablet)


def test_pairing_voting_and_refusals_against_the_real_box(tablet: Page, real: tuple[str, Built, list[str]]) -> None:
    address, built, codes = real
    tablet.set_viewport_size(LANDSCAPE)
    tablet.goto(address)
    tablet.get_by_label("配对码").fill("00000000")
    tablet.get_by_role("button", name="配对").click()
    expect(tablet.get_by_role("alert")).to_be_visible()
    assert violations(tablet) == []
    paired = built.act(kiosk.new_pairing_code, box=built.box, name="3 号秘密写票处", actor=built.clerk)
    tablet.get_by_label("配对码").fill(paired.code)
    tablet.get_by_role("button", name="配对").click()
    on(tablet, "welcome")
    expect(tablet.locator(".booth-where")).to_contain_text("3 号秘密写票处")
    sound(tablet)

    vote(tablet, codes[0])
    on(tablet, "done")
    shown = "".join(tablet.locator(".booth-tracker span").all_inner_texts())
    with read(built.engine) as session:
        assert [short_tracker(raw) for raw in session.scalars(select(Ballot.record))] == [shown]
    go_on(tablet)
    for code, title in ((codes[0], "这张卡已经投过票了"), (credentials.make_code(), "这不是本次选举的卡")):
        vote(tablet, code)
        on(tablet, "refused")
        expect(tablet.locator("h1")).to_have_text(title)
        go_on(tablet)
    on(tablet, "welcome")
    built.act(slot.shut_slot, box=built.box, actor=None)
    vote(tablet, codes[1])
    expect(tablet.locator("h1")).to_have_text("投票现在暂停")
    tablet.get_by_role("button", name="叫工作人员").click()
    expect(tablet.get_by_role("button", name="已叫，请稍等")).to_be_visible()
    with read(built.engine) as session:
        assert [one.calling for one in kiosk.tablets(session, built.box)] == [True]
    built.act(slot.open_slot, box=built.box, actor=None)
    tablet.get_by_role("button", name="再试一次").click()
    on(tablet, "done")
    assert (built.row().casts, built.row().refused_uses) == (2, 1)

    built.act(kiosk.revoke, box=built.box, kiosk=paired.kiosk, actor=built.clerk)
    go_on(tablet)
    expect(tablet.get_by_label("配对码")).to_be_visible()
