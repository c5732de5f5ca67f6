"""The evening in real browsers: the hall's screen follows by itself, the official counts and signs, phones look."""

from collections.abc import Iterator

import pytest
from axe_check import violations
from browser_page import chromium, page  # noqa: F401  fixtures
from count_build import (
    CHOICES,
    EVENING,
    PASSPHRASE,
    a_decided_election,
    close,
    committee,
    give_share,
    scan_pile,
    vote,
)
from election_build import Built, a_sealed_election, an_open_election
from house_build import House
from playwright.sync_api import Browser, Page, expect
from served_house import served, sign_in

from voting.box import anchors
from voting.box.rules import short_of_tracker
from voting.database import read
from voting.elections import actions
from voting.elections.count import actions as count

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

HALL, LAPTOP, PHONE = (
    {"width": 1920, "height": 1080},
    {"width": 1440, "height": 900},
    {"width": 390, "height": 844},
)


@pytest.fixture
def address(house: House) -> Iterator[str]:
    with served(house) as at:
        yield at


def public(built: Built, rest: str = "") -> str:
    built.house.clock.now = EVENING
    return f"/c/{built.community}/e/{built.election_id}{rest}"


def sound(tab: Page) -> None:
    assert violations(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def fits_the_hall(tab: Page) -> None:
    """Nothing scrolls, nothing is printed under 27 px, no name is cut."""
    assert tab.evaluate("document.documentElement.scrollHeight <= innerHeight")
    small = """[...document.querySelectorAll("body *")].filter((one) => one.getClientRects().length &&
      [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) &&
      !one.closest(".skip, .hidden") && parseFloat(getComputedStyle(one).fontSize) < 27).map((one) => one.outerHTML)"""
    assert tab.evaluate(small) == []
    cut = '[...document.querySelectorAll(".tally-name")].filter((one) => one.scrollWidth > one.clientWidth + 1).length'
    assert tab.evaluate(cut) == 0


def test_the_hall_follows_from_the_poll_to_the_result(house: House, address: str, page: Page) -> None:  # noqa: F811
    built = an_open_election(house)
    page.set_viewport_size(HALL)
    page.goto(address + public(built, "/screen"))
    page.evaluate("window.notReloaded = true")
    large = page.locator(".screen-large")
    expect(large).to_have_text("正在投票")
    sound(page)
    fits_the_hall(page)
    vote(built)
    close(built)
    expect(large).to_have_text("票箱已关闭", timeout=9000)
    scan_pile(built)
    built.do(count.begin_count, now=EVENING)
    expect(large).to_have_text("正在计票", timeout=9000)
    give_share(built, 0)
    expect(page.locator(".screen-shares .done")).to_have_count(1, timeout=9000)
    sound(page)
    fits_the_hall(page)
    give_share(built, 1)
    built.do(count.decide_outcome, now=EVENING)
    expect(page.locator(".tallies > li")).to_have_count(2, timeout=9000)
    expect(page.locator(".tally-name").first).to_have_text("样人丑")
    expect(page.locator(".tally-sum").first).to_contain_text("2 × 6 = 12 ＞ 8")
    expect(page.locator(".seal:visible")).to_have_count(1)
    expect(page.locator(".votes-fill").first).to_have_attribute("width", "750")
    sound(page)
    fits_the_hall(page)
    page.keyboard.press("ArrowRight")
    expect(page.locator("h1")).to_have_text("委员选举 · 计票结果")
    expect(page.locator(".seal:visible")).to_have_count(2)
    expect(page.get_by_role("button", name="继续轮换")).to_be_visible()
    sound(page)
    assert page.evaluate("window.notReloaded")


def test_the_offices_turn_by_themselves_until_stopped(house: House, address: str, page: Page) -> None:  # noqa: F811
    built = a_decided_election(house)
    page.clock.install()
    page.goto(address + public(built, "/screen"))
    expect(page.locator("h1")).to_have_text("主任选举 · 计票结果")
    page.clock.fast_forward(15_500)
    expect(page.locator("h1")).to_have_text("委员选举 · 计票结果")
    page.get_by_role("button", name="停在这一页").click()
    page.clock.fast_forward(15_500)
    expect(page.locator("h1")).to_have_text("委员选举 · 计票结果")


def test_nothing_moves_for_who_asked_for_stillness(house: House, address: str, page: Page) -> None:  # noqa: F811
    built = a_decided_election(house)
    page.emulate_media(reduced_motion="reduce")
    page.clock.install()
    page.goto(address + public(built, "/screen"))
    page.clock.fast_forward(40_000)
    expect(page.locator("h1")).to_have_text("主任选举 · 计票结果")


def test_the_official_counts_and_signs_and_everyone_may_check(
    house: House,
    address: str,
    page: Page,  # noqa: F811
) -> None:
    built = close(vote(an_open_election(house)))
    committee(built)
    house.clock.now = EVENING
    page.set_viewport_size(LAPTOP)
    sign_in(page, address, "official")
    page.goto(f"{address}/c/{built.community}/elections/{built.election_id}/count")
    expect(page.locator(".next-action")).to_contain_text("还有 9 张")
    sound(page)
    scan_pile(built)
    page.get_by_role("button", name="开始计票").click(timeout=12_000)  # the page has noticed by itself
    expect(page.locator(".checks > li")).to_have_count(2)
    sound(page)
    give_share(built, 0)
    give_share(built, 1)
    page.get_by_role("button", name="合成并确定结果").click(timeout=12_000)
    expect(page.locator(".band h2")).to_have_text("选举有效")
    sound(page)
    page.get_by_label("选举委员会的口令").fill("不是这个口令不是这个口令")
    page.get_by_role("button", name="选举委员会签字，签发结果").click()
    expect(page.get_by_role("alert")).to_contain_text("口令不对")
    sound(page)
    page.get_by_label("选举委员会的口令").fill(PASSPHRASE)
    page.get_by_role("button", name="选举委员会签字，签发结果").click()
    expect(page.get_by_text("已签发的结果包")).to_be_visible(timeout=20_000)
    sound(page)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="整包（zip）").click()
    assert downloading.value.suggested_filename == "election-2026-12-20.zip"
    assert built.state == "certified"


def test_a_phone_finds_the_result_and_its_ballot(house: House, address: str, page: Page) -> None:  # noqa: F811
    built = a_decided_election(house)
    page.set_viewport_size(PHONE)
    page.goto(address + public(built))
    sound(page)
    with read(built.engine) as session:
        tracker = anchors.board(session, built.box.id).trackers[0]
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url + (request.post_data or "")))
    page.fill("#tracker-text", short_of_tracker(tracker))
    page.get_by_role("button", name="查凭据").click()
    expect(page.get_by_text("在。这张选票凭据在已公布的名单上。")).to_be_visible()
    assert not any(tracker in one for one in asked), "the server never learns which ballot was asked for"
    sound(page)
    page.get_by_text("公布的密钥和指纹").click()
    page.fill("#name", "样人子")
    page.fill("#last4", "0000")
    page.get_by_role("button", name="查一查").click()
    expect(page.locator(".answer")).to_contain_text("没有查到")
    sound(page)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_phase_on_a_phone_and_in_high_contrast(
    house: House,
    address: str,
    page: Page,  # noqa: F811
    language: str,
) -> None:
    built = a_sealed_election(house)
    page.set_viewport_size(PHONE)

    def look() -> None:
        page.goto(f"{address}{public(built)}?lang={language}")
        sound(page)
        page.evaluate("document.documentElement.dataset.theme = 'contrast'")
        sound(page)

    look()
    built.do(actions.declare_void, reason="停电", now=EVENING)
    look()
    page.goto(f"{address}/c/{built.community}/")
    sound(page)


def test_a_crowded_ballot_still_fits_the_hall(house: House, address: str, page: Page) -> None:  # noqa: F811
    built = a_decided_election(house, CHOICES)
    page.set_viewport_size(HALL)
    page.goto(address + public(built, "/screen"))
    first = page.evaluate("JSON.parse(document.getElementById('screen').dataset.first)")
    names = ["买买提·示例", "欧阳青云", "司马相如子（女，41 岁）", *(f"甲乙{one}" for one in "丙丁戊己庚辛壬")]
    line = first["offices"][0]["lines"][0]
    first["offices"] = [{**first["offices"][0], "lines": [{**line, "name": name} for name in names]}]
    page.route("**/screen.json", lambda route: route.fulfill(json=first))
    expect(page.locator(".tallies > li")).to_have_count(10, timeout=9000)
    fits_the_hall(page)
    sound(page)


def test_a_name_is_shown_and_never_run(
    house: House,
    address: str,
    chromium: Browser,  # noqa: F811
) -> None:
    built = a_decided_election(house)
    tab = chromium.new_page()
    tab.on("dialog", lambda dialog: pytest.fail(dialog.message))
    tab.goto(address + public(built, "/screen"))
    first = tab.evaluate("JSON.parse(document.getElementById('screen').dataset.first)")
    first["offices"][0]["lines"][0]["name"] = "<img src=x onerror=alert(1)>"
    tab.route("**/screen.json", lambda route: route.fulfill(json=first))
    expect(tab.locator(".tally-name").first).to_have_text("<img src=x onerror=alert(1)>", timeout=9000)
    tab.close()
