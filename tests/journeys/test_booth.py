"""The voter's booth in a real Chromium: every screen, both ways of holding the tablet, the card, the choices."""

import re
from collections.abc import Callable

import pytest
from booth_stand import THREE_OFFICES, Stand, people
from booth_visit import HELD, cast, choose, enter, go_on, on, pressed, scan, sound, to_offices
from browser_page import HOST, ROOT
from playwright.sync_api import Page, expect

from voting.crypto import credentials
from voting.crypto.ballot import short_tracker

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


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


@HELD
def test_a_title_of_two_lines_stays_in_the_head(
    tablet: Page, stands: Callable[..., Stand], held: dict[str, int]
) -> None:
    stand = stands(title="样例社区居民委员会换届选举（2026-12-20）")
    enter(tablet, stand, held=held)
    to_offices(tablet, stand)
    head = tablet.locator(".booth-head").bounding_box()
    where = tablet.locator(".booth-where").bounding_box()
    assert head is not None and where is not None
    assert where["y"] >= head["y"] + 8 and where["y"] + where["height"] <= head["y"] + head["height"] - 4
    sound(tablet)
