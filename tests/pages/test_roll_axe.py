"""Overview, changing, rules, calendar and the roll's pages in a real browser: axe finds nothing wrong."""

import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_check import violations
from election_build import AFTER_OBJECTIONS, Built, an_election, with_roll
from house_build import PASSWORD, House
from page_visit import at
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from voting.elections.roll import objections, publication, representatives

CHROMIUM = next((p for p in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if os.access(p, os.X_OK)), None)
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]

STAFF = {
    "official": (
        "", "change", "rules", "calendar", "roll", "roll/objections", "roll/versions", "roll/representatives",
        "moves/post_candidates",
    ),
    "supervisor": ("", "rules", "calendar"),
}  # fmt: skip
PUBLIC = ("", "/roll", "/rules", "/calendar")


@pytest.fixture
def built(house: House) -> Built:
    """Posted, with representatives; one objection open, one upheld, one out of time."""
    built = with_roll(an_election(house, mode="household_reps", profile="zhejiang"), 24)
    lines = representatives.read_lines("\n".join(f"{number},{number}栋1单元" for number in range(1, 13)))
    built.do(representatives.enter_representatives, lines=lines)
    built.do(publication.publish_roll)
    for number, now in ((20, built.now), (21, built.now), (22, AFTER_OBJECTIONS)):
        made = built.do(
            objections.receive_objection, kind="remove", by="张样", text="已经迁出本社区", number=number, row={},
            keys=built.keys, now=now,
        )  # fmt: skip
        if number == 20:
            built.do(objections.decide_objection, objection_id=made, upheld=True, answer="经核对属实", keys=built.keys)
    house.clock.now = datetime(2026, 12, 13, 1, 0, tzinfo=UTC)
    return built


@pytest.fixture
def address(house: House) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, house.app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def sign_in(page: Page, address: str, login: str) -> None:
    page.goto(f"{address}/sign-in")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")


def look(page: Page, path: str, name: str, width: int) -> None:
    page.goto(path)
    assert not violations(page), name
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than the screen"
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"roll-{name}.png"), full_page=True)


def test_axe_finds_nothing_on_the_pages_of_rules_calendar_and_roll(house: House, built: Built, address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        for login, paths in STAFF.items():
            page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN")
            sign_in(page, address, login)
            for path in paths:
                look(page, address + at(built, path), f"{login}-{path.replace('/', '-') or 'overview'}", 1440)
        page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        sign_in(page, address, "official")
        look(page, f"{address}/c/{house.community}/elections/new", "official-new", 1440)
        page.fill("#day", "2026-12-20")
        assert page.is_visible("#near-day") and "2027-01-02" in page.inner_text("#near-first")
        page.fill("#day", "2027-01-02")
        assert not page.is_visible("#near-day")
        phone = browser.new_page(viewport={"width": 390, "height": 844}, locale="zh-CN")
        base = f"{address}/c/{house.community}/e/{built.election_id}"
        for path in PUBLIC:
            look(phone, base + path, f"public-{path.strip('/') or 'election'}", 390)
        phone.goto(base)
        phone.fill("#name", "样人寅")
        phone.fill("#last4", "0000")
        phone.click("#roll button")
        assert "没有查到" in phone.inner_text("#roll") and not violations(phone)
        browser.close()
