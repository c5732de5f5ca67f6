"""The voter's booth in a real Chromium: every screen, both ways of holding the tablet, and every bad day."""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import box_build
import pytest
from axe_playwright_python.sync_playwright import Axe
from booth_stand import THREE_OFFICES, Stand, people
from box_build import NOW, Built
from browser_page import HOST, ROOT, chromium, page  # noqa: F401  fixtures
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

LANDSCAPE, PORTRAIT = {"width": 1280, "height": 800}, {"width": 800, "height": 1280}
HELD = pytest.mark.parametrize("held", [LANDSCAPE, PORTRAIT], ids=["landscape", "portrait"])

#: What a screen must not do: scroll, print under 22 px, run out of its box, leave a small target.
LOOK = """() => {
  const main = document.querySelector("main"), seen = [];
  if (main.scrollHeight > main.clientHeight) seen.push(`main scrolls by ${main.scrollHeight - main.clientHeight}`);
  const whole = document.documentElement;
  if (whole.scrollHeight > innerHeight || whole.scrollWidth > innerWidth) seen.push("page scrolls");
  for (const one of document.querySelectorAll("#booth-app *")) {
    if (one.closest(".booth-hidden, svg, [hidden]")) continue;
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    if (style.display === "none" || box.width === 0) continue;
    const name = `${one.tagName}.${one.className}`;
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (own && parseFloat(style.fontSize) < 22) seen.push(`${name}: ${style.fontSize}`);
    const off = box.left < -1 || box.right > innerWidth + 1 || box.top < -1 || box.bottom > innerHeight + 1;
    if (off) seen.push(`${name} is off the screen`);
    const cut = one.matches(".booth-name") && one.scrollWidth > one.clientWidth + 1;
    if (cut) seen.push(`${name} is cut: ${one.textContent}`);
    const least = one.matches(".booth-button, .booth-key, .booth-tool") ? 64 : 44;
    const small = one.matches("button") && (box.width < 44 || box.height < least);
    if (small) seen.push(`${name}: ${box.width} × ${box.height}`);
  }
  return seen;
}"""


@pytest.fixture
def tablet(page: Page) -> Page:  # noqa: F811  the imported fixture
    """A page that has not been anywhere yet."""
    return page


@pytest.fixture
def stands() -> Iterator[Callable[..., Stand]]:
    """Makes stands and takes them down."""
    made: list[Stand] = []

    def make(**facts: Any) -> Stand:
        made.append(Stand(**facts))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def stand(stands: Callable[..., Stand]) -> Stand:
    """The usual one: three offices, the third with three seats and write-ins."""
    return stands()


def enter(tablet: Page, stand: Stand, *, held: dict[str, int] = LANDSCAPE) -> None:
    tablet.set_viewport_size(held)
    tablet.goto(stand.address)
    on(tablet, "welcome")


def on(tablet: Page, screen: str) -> None:
    """Wait for a screen; its heading has the focus."""
    expect(tablet.locator(f"main.screen-{screen}")).to_be_visible(timeout=20_000)
    expect(tablet.locator("h1")).to_be_focused()


def scan(tablet: Page, code: str) -> None:
    tablet.keyboard.type(code)
    tablet.keyboard.press("Enter")


def go_on(tablet: Page) -> None:
    tablet.locator(".booth-foot > .booth-primary").click()


def choose(tablet: Page, *positions: int) -> None:
    for position in positions:
        tablet.locator(".booth-choose").nth(position).click()


def to_offices(tablet: Page, stand: Stand) -> None:
    tablet.locator(".booth-deed").click()
    on(tablet, "card")
    scan(tablet, stand.card)
    on(tablet, "office")


def to_seal(tablet: Page, stand: Stand) -> None:
    """李明华 as head, nobody as deputy, 周海燕 and 郑晓岚 as members."""
    to_offices(tablet, stand)
    choose(tablet, 0)
    go_on(tablet)
    expect(tablet.locator("h1")).to_have_text("选举副主任")
    tablet.locator(".booth-blank").click()
    go_on(tablet)
    expect(tablet.locator("h1")).to_have_text("选举委员")
    choose(tablet, 0, 2)
    go_on(tablet)
    on(tablet, "check")
    go_on(tablet)
    expect(tablet.locator("h1")).to_have_text("选票已经封好")


def cast(tablet: Page) -> None:
    tablet.locator(".booth-deed").click()


def sound(tablet: Page) -> None:
    """The look holds and axe finds nothing."""
    assert tablet.evaluate(LOOK) == []
    found = Axe().run(tablet, options={"resultTypes": ["violations"]})
    assert found.response["violations"] == [], found.generate_report()


# --- the straight way ------------------------------------------------------------------------------------------------


@HELD
@pytest.mark.parametrize("theme", ["light", "contrast"])
def test_a_vote_from_welcome_to_welcome(tablet: Page, stand: Stand, held: dict[str, int], theme: str) -> None:
    enter(tablet, stand, held=held)
    if theme == "contrast":
        tablet.locator(".booth-tool-contrast").click()
    sound(tablet)
    tablet.locator(".booth-deed").click()
    on(tablet, "card")
    sound(tablet)
    scan(tablet, stand.card)
    for heading, taps in (("选举主任", (0,)), ("选举副主任", ()), ("选举委员", (0, 2))):
        expect(tablet.locator("h1")).to_have_text(heading)
        expect(tablet.locator("h1")).to_be_focused()
        choose(tablet, *taps)
        if not taps:
            tablet.locator(".booth-blank").click()
        sound(tablet)
        go_on(tablet)
    on(tablet, "check")
    expect(tablet.locator(".booth-row").nth(0)).to_contain_text("李明华")
    expect(tablet.locator(".booth-row").nth(1)).to_contain_text("弃权")
    expect(tablet.locator(".booth-row").nth(2)).to_contain_text("还可以再选 1 人")
    sound(tablet)
    go_on(tablet)
    expect(tablet.locator("h1")).to_have_text("选票已经封好")
    expect(tablet.locator("h1")).to_be_focused()
    sound(tablet)
    assert stand.received == []
    cast(tablet)
    on(tablet, "done")
    sound(tablet)
    (raw,) = stand.box.values()
    assert stand.choices(raw) == [[0, 1, 0], [1, 0, 0], [0, 1, 0, 1, 0, 0]]
    assert tablet.locator(".booth-tracker span").all_inner_texts() == re.findall("....", short_tracker(raw))
    go_on(tablet)
    on(tablet, "welcome")
    assert tablet.locator("html").get_attribute("data-theme") is None


@HELD
def test_english_fits_too(tablet: Page, stands: Callable[..., Stand], held: dict[str, int]) -> None:
    stand = stands(lang="en")
    enter(tablet, stand, held=held)
    sound(tablet)
    to_offices(tablet, stand)
    go_on(tablet)
    expect(tablet.locator(".booth-say")).to_contain_text("Abstain?")
    sound(tablet)
    tablet.locator(".booth-say .booth-button").first.click()
    tablet.locator(".booth-blank").click()
    go_on(tablet)
    choose(tablet, 1, 3, 4, 0)
    expect(tablet.get_by_role("alert")).to_have_text("Already 3 chosen. To choose 周海燕, tap one off first.")
    sound(tablet)
    go_on(tablet)
    on(tablet, "check")
    sound(tablet)
    go_on(tablet)
    expect(tablet.locator("h1")).to_have_text("Your ballot is sealed")
    sound(tablet)
    cast(tablet)
    on(tablet, "done")
    sound(tablet)
    (raw,) = stand.box.values()
    assert stand.choices(raw) == [[1, 0, 0], [1, 0, 0], [0, 0, 1, 0, 1, 1]]


@HELD
@pytest.mark.parametrize(
    ("count", "write_in"), [(2, True), (6, True), (8, True), (9, True), (12, True), (12, False), (16, True)]
)
def test_every_candidate_stands_on_one_screen(
    tablet: Page,
    stands: Callable[..., Stand],
    held: dict[str, int],
    count: int,
    write_in: bool,
) -> None:
    seats = min(7, count - 1)
    stand = stands(offices=({"title": "委员", "seats": seats, "candidates": people(0, count)},), write_in=(write_in,))
    enter(tablet, stand, held=held)
    to_offices(tablet, stand)
    expect(tablet.locator(".booth-choose")).to_have_count(count)
    assert (tablet.get_by_text("另选他人").count() == 1) is write_in
    assert tablet.locator("main input").count() == 0
    sound(tablet)
    choose(tablet, *range(seats))
    sound(tablet)
    go_on(tablet)
    on(tablet, "check")
    sound(tablet)


def test_a_candidate_without_a_photo_has_the_same_ground(tablet: Page, stand: Stand) -> None:
    enter(tablet, stand)
    tablet.route("**/booth/photo/*", lambda route: route.fulfill(status=404))
    to_offices(tablet, stand)
    expect(tablet.locator(".booth-surname")).to_have_text(["李", "赵"])
    tablet.locator(".booth-blank").click()
    go_on(tablet)
    expect(tablet.locator(".booth-surname")).to_have_text(["单", "孙"])


# --- the card --------------------------------------------------------------------------------------------------------


def test_each_group_is_checked_at_once(tablet: Page, stand: Stand) -> None:
    enter(tablet, stand)
    tablet.locator(".booth-deed").click()
    on(tablet, "card")
    key = tablet.locator(".booth-key")
    right = credentials.split_code(stand.card)
    for digit in right[0] + right[1][:4] + str((int(right[1][4]) + 1) % 10):
        key.get_by_text(digit, exact=True).click()
    expect(tablet.locator(".booth-group").nth(0)).to_have_class(re.compile("booth-group-right"))
    expect(tablet.get_by_role("alert")).to_have_text("第 2 组有误，请再看一遍")
    sound(tablet)
    expect(tablet.get_by_role("button", name="下一步")).to_be_disabled()
    # The next digit begins the wrong group anew; the keyboard does what the keypad does.
    for digit in "".join(right[1:]):
        tablet.keyboard.press(digit, delay=1)
        tablet.wait_for_timeout(130)
    tablet.keyboard.press("Backspace")
    expect(tablet.get_by_role("button", name="下一步")).to_be_disabled()
    tablet.keyboard.press(right[5][4])
    expect(tablet.get_by_role("alert")).to_have_text("")
    tablet.get_by_role("button", name="下一步").click()
    on(tablet, "office")


def test_a_scan_presses_no_button_and_may_come_on_the_welcome(tablet: Page, stand: Stand) -> None:
    enter(tablet, stand)
    tablet.locator(".booth-tool-contrast").focus()
    scan(tablet, stand.card)
    on(tablet, "office")
    assert tablet.locator("html").get_attribute("data-theme") is None
    tablet.locator(".booth-blank").focus()
    scan(tablet, stand.card)
    expect(tablet.locator(".booth-blank")).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize(
    ("scanned", "said"),
    [
        ("https://example.test/x", "扫到的不是选票卡，请再扫一次"),
        ("6901234567892", ""),
        ("0" * 30, "第 2 组有误，请再看一遍"),
    ],
)
def test_a_wrong_scan_is_said(tablet: Page, stand: Stand, scanned: str, said: str) -> None:
    enter(tablet, stand)
    tablet.locator(".booth-deed").click()
    on(tablet, "card")
    scan(tablet, scanned)
    if said:
        expect(tablet.get_by_role("alert")).to_have_text(said)
    expect(tablet.get_by_role("button", name="下一步")).to_be_disabled()
    scan(tablet, stand.card)
    on(tablet, "office")


CAMERA = """
window.BarcodeDetector = class { async detect() { return window.held ? [{ rawValue: window.held }] : []; } };
navigator.mediaDevices.getUserMedia = async () => {
  window.stream = document.createElement("canvas").captureStream();
  return window.stream;
};
"""


@HELD
def test_the_camera_reads_a_card_where_there_is_one(tablet: Page, stand: Stand, held: dict[str, int]) -> None:
    tablet.add_init_script(CAMERA)
    tablet.set_viewport_size(held)
    # Only 127.0.0.1 and https are places where a browser gives a page the camera.
    tablet.goto(stand.address.replace(HOST, "127.0.0.1"))
    on(tablet, "welcome")
    tablet.locator(".booth-deed").click()
    on(tablet, "card")
    sound(tablet)
    tablet.get_by_role("button", name="用摄像头扫").click()
    expect(tablet.locator("video")).to_be_visible()
    sound(tablet)
    tablet.evaluate("window.held = 'https://example.test/'")
    expect(tablet.get_by_role("alert")).to_have_text("扫到的不是选票卡，请再扫一次")
    tablet.evaluate("code => { window.held = code }", stand.card)
    on(tablet, "office")
    assert tablet.evaluate("window.stream.getTracks().every((track) => track.readyState === 'ended')")


def test_no_camera_on_plain_http(tablet: Page, stand: Stand) -> None:
    enter(tablet, stand)
    tablet.locator(".booth-deed").click()
    on(tablet, "card")
    assert tablet.get_by_role("button", name="用摄像头扫").count() == 0


# --- choosing --------------------------------------------------------------------------------------------------------


def pressed(tablet: Page) -> list[bool]:
    return [one.get_attribute("aria-pressed") == "true" for one in tablet.locator(".booth-choose, .booth-blank").all()]


def test_a_choice_too_many_changes_nothing(tablet: Page, stands: Callable[..., Stand]) -> None:
    stand = stands(offices=THREE_OFFICES[2:], write_in=(True,))
    tablet.clock.install()
    enter(tablet, stand)
    to_offices(tablet, stand)
    choose(tablet, 0, 1, 2)
    expect(tablet.locator(".booth-count")).to_have_text("已选满 3 人")
    choose(tablet, 4)
    expect(tablet.get_by_role("alert")).to_have_text("已经选满 3 人。要选陈秀英，请先点掉一位。")
    expect(tablet.locator(".booth-card-refused")).to_contain_text("陈秀英")
    assert pressed(tablet) == [True, True, True, False, False, False]
    tablet.clock.run_for(4100)
    expect(tablet.locator(".booth-card-refused")).to_have_count(0)
    choose(tablet, 1, 4)
    assert pressed(tablet) == [True, False, True, False, True, False]


def test_blank_clears_the_choices_and_undo_brings_them_back(tablet: Page, stands: Callable[..., Stand]) -> None:
    stand = stands(offices=THREE_OFFICES[2:], write_in=(False,))
    enter(tablet, stand)
    to_offices(tablet, stand)
    choose(tablet, 0, 3)
    tablet.locator(".booth-blank").click()
    assert pressed(tablet) == [False] * 5 + [True]
    tablet.get_by_role("button", name="撤销").click()
    assert pressed(tablet) == [True, False, False, True, False, False]
    tablet.locator(".booth-blank").click()
    choose(tablet, 1)
    assert pressed(tablet) == [False, True, False, False, False, False]


def test_nothing_chosen_is_asked_about(tablet: Page, stand: Stand) -> None:
    enter(tablet, stand)
    to_offices(tablet, stand)
    go_on(tablet)
    expect(tablet.get_by_role("alert")).to_contain_text("这一项还没有选。要弃权吗？")
    sound(tablet)
    tablet.get_by_role("button", name="回去选").click()
    expect(tablet.locator(".booth-choose").first).to_be_focused()
    go_on(tablet)
    tablet.locator(".booth-say").get_by_role("button", name="弃权").click()
    expect(tablet.locator("h1")).to_have_text("选举副主任")


def test_introduction_and_change_from_the_check(tablet: Page, stand: Stand) -> None:
    enter(tablet, stand)
    to_offices(tablet, stand)
    tablet.get_by_role("button", name="李明华的介绍").click()
    dialog = tablet.get_by_role("dialog")
    expect(dialog).to_contain_text("愿意为邻居们办实事")
    sound(tablet)
    tablet.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert pressed(tablet) == [False, False, False]
    for _ in range(3):
        tablet.locator(".booth-blank").click()
        go_on(tablet)
        tablet.wait_for_timeout(50)
    on(tablet, "check")
    tablet.get_by_role("button", name="改副主任这一项").click()
    on(tablet, "office")
    choose(tablet, 1)
    go_on(tablet)
    on(tablet, "check")
    expect(tablet.locator(".booth-row").nth(1)).to_contain_text("孙䶮")


def test_the_whole_vote_by_keyboard(tablet: Page, stands: Callable[..., Stand]) -> None:
    stand = stands(offices=THREE_OFFICES[:1], write_in=(False,))
    enter(tablet, stand)

    def press(name: str, key: str = "Enter") -> None:
        tablet.wait_for_timeout(450)
        for _ in range(30):
            tablet.keyboard.press("Tab")
            if name in tablet.evaluate("() => document.activeElement.closest('button')?.textContent ?? ''"):
                break
        tablet.keyboard.press(key)

    press("开始投票")
    on(tablet, "card")
    scan(tablet, stand.card)
    on(tablet, "office")
    press("赵国强", "Space")
    press("下一步")
    on(tablet, "check")
    press("封好选票")
    expect(tablet.locator("h1")).to_have_text("选票已经封好")
    press("投出选票")
    on(tablet, "done")
    (raw,) = stand.box.values()
    assert stand.choices(raw) == [[0, 0, 1]]


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


def to_seal_with_clock(tablet: Page, stand: Stand) -> None:
    """The page's time stands still unless it is run; the double-tap guard and the sealing need some."""
    tablet.clock.run_for(500)
    tablet.locator(".booth-deed").click()
    tablet.clock.run_for(500)
    scan(tablet, stand.card)
    on(tablet, "office")
    for _ in stand.offices:
        tablet.clock.run_for(500)
        tablet.locator(".booth-blank").click()
        go_on(tablet)
    on(tablet, "check")
    tablet.clock.run_for(500)
    go_on(tablet)
    tablet.clock.run_for(1000)
    expect(tablet.locator("h1")).to_have_text("选票已经封好", timeout=20_000)
    tablet.clock.run_for(500)


def wait_until(tablet: Page, true: Callable[[], bool]) -> None:
    for _ in range(100):
        if true():
            return
        tablet.wait_for_timeout(50)
    raise AssertionError("it never came true")


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


# --- tools -----------------------------------------------------------------------------------------------------------

VOICE = """
window.spoken = [];
const engine = { getVoices: () => [{ lang: "zh-CN", localService: true, name: "zh" }], cancel() {},
  speak(one) { spoken.push(one.text); }, addEventListener() {} };
Object.defineProperty(window, "speechSynthesis", { value: engine });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } addEventListener() {} };
"""


def test_no_voice_no_button(tablet: Page, stand: Stand) -> None:
    tablet.add_init_script(VOICE.replace("zh-CN", "fr-FR"))
    enter(tablet, stand)
    expect(tablet.locator(".booth-tool-sound")).to_be_hidden()


def test_reading_aloud_never_tells_the_choices_unasked(tablet: Page, stand: Stand) -> None:
    tablet.add_init_script(VOICE)
    enter(tablet, stand)
    tablet.get_by_role("button", name="朗读").click()
    to_offices(tablet, stand)
    assert "1 号，李明华" in tablet.evaluate("spoken")
    for _ in range(3):
        tablet.locator(".booth-blank").click() if tablet.locator("h1").inner_text() != "选举委员" else choose(tablet, 1)
        go_on(tablet)
        tablet.wait_for_timeout(50)
    on(tablet, "check")
    tablet.evaluate("spoken.length = 0")
    sound_button = tablet.get_by_role("button", name="朗读")
    sound_button.click()
    sound_button.click()
    expect(tablet.get_by_role("dialog")).to_contain_text("旁边的人会听见您选了谁")
    assert not any("吴建国" in line for line in tablet.evaluate("spoken"))
    tablet.get_by_role("button", name="读出来").click()
    assert "委员：吴建国" in tablet.evaluate("spoken")


def test_language_changes_in_place(tablet: Page, stand: Stand) -> None:
    enter(tablet, stand)
    to_offices(tablet, stand)
    choose(tablet, 1)
    tablet.get_by_role("button", name="Switch to English").click()
    expect(tablet.locator("h1")).to_have_text("Vote for 主任")
    assert pressed(tablet) == [False, True, False]
    assert tablet.locator("html").get_attribute("lang") == "en"


def test_the_welcome_follows_the_poll(tablet: Page, stand: Stand) -> None:
    stand.state = "shut"
    tablet.clock.install()
    enter(tablet, stand)
    expect(tablet.locator("main")).to_contain_text("投票暂停了")
    sound(tablet)
    scan(tablet, stand.card)
    expect(tablet.locator("main")).to_contain_text("投票暂停了")
    stand.state = "open"
    tablet.clock.run_for(21_000)
    expect(tablet.get_by_role("button", name="开始投票")).to_be_visible()


def test_the_booth_speaks_plainly() -> None:
    sources = (ROOT / "booth/src/booth").glob("*.ts")
    strings = "".join(re.sub(r"//.*|/\*.*?\*/", "", source.read_text("utf-8"), flags=re.S) for source in sources)
    assert not re.search("加密|哈希|令牌|提交成功|encrypt|hash|token", strings, re.I)


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
    thread = threading.Thread(target=server.serve_forever, daemon=True)
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
    found = Axe().run(tablet, options={"resultTypes": ["violations"]})
    assert found.response["violations"] == [], found.generate_report()
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
