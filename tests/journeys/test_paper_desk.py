"""Both channels in a real Chromium: the desk with proxies and papers, a mobile box, a box entered by two people."""

import os
from pathlib import Path

import pytest
from axe_check import violations
from browser_page import chromium, page  # noqa: F401  fixtures
from count_build import EVENING, close, in_hand
from election_build import ON_THE_DAY
from house_build import House
from paper_build import a_paper_poll, issue, name
from playwright.sync_api import Page, expect
from served_house import served, sign_in

from voting.elections.desk import issuing

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


def seen(tab: Page, shot: str) -> None:
    """What every page must be: clean for axe, no wider than the screen; kept as a picture where a folder is named."""
    if folder := os.environ.get("PAPER_SHOTS"):
        tab.screenshot(path=str(Path(folder, f"{shot}.png")), full_page=True)
    assert violations(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def find(tab: Page, text: str) -> None:
    tab.keyboard.press("Escape")
    tab.keyboard.type(text)
    expect(tab.locator("#verdict > *")).to_have_count(1)


def test_two_channels_from_the_desk_to_the_count(house: House, page: Page) -> None:  # noqa: F811  the fixture
    built, *_ = a_paper_poll(house)
    house.clock.now = ON_THE_DAY
    page.set_viewport_size({"width": 1440, "height": 900})
    assert page.context.browser is not None
    official = page.context.browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900}).new_page()
    place = f"/c/{built.community}/elections/{built.election_id}"
    with served(house) as address:
        sign_in(page, address, "clerk")
        page.goto(f"{address}{place}/desk")
        # Search, verdict, one button.
        find(page, name(built, 15))
        expect(page.locator(".verdict-band h2")).to_have_text("本人 + 代 3 人")
        seen(page, "desk-proxies")
        page.locator('[data-deed="paper"]').click()
        expect(page.locator("#said")).to_contain_text("已登记：发纸票 4 张")
        find(page, name(built, 9))
        page.locator('[data-deed="paper"]').click()
        expect(page.locator("#recent")).to_contain_text(name(built, 9))
        seen(page, "desk-paper")
        find(page, name(built, 16))
        expect(page.locator(".verdict-band h2")).to_have_text("受托人已经代领")
        seen(page, "desk-principal")
        # A paper written badly: asked for once more, since a click too many would spoil the sum.
        page.locator("#paper-spoilt").click()
        seen(page, "desk-spoilt")
        page.locator("#spoilt .button--primary").click()
        expect(page.locator('[data-count="papers_left"]').first).to_have_text("24")
        # Somebody with a card wants to write in a name: the card comes back, a paper goes out.
        mark = issue(built, 10, channel="card").mark
        find(page, name(built, 10))
        page.locator('[data-deed="to-paper"]').click()
        expect(page.locator("#undo-reason")).to_have_value("paper")
        seen(page, "desk-to-paper")
        page.locator("#undo [data-close]").click()
        who = {"second": built.accounts["official"], "desk": "1 号台", "actor": built.actor("clerk"), "now": ON_THE_DAY}
        built.do(issuing.change_to_paper, mark_id=mark, card=in_hand(built, 0, "undo", mark), **who)
        find(page, name(built, 10))
        expect(page.locator('[data-deed="paper-back"]')).to_be_visible()
        expect(page.locator('[data-deed="to-paper"]')).to_be_hidden()

        sign_in(official, address, "official")
        official.goto(f"{address}{place}/paper")
        seen(official, "paper-open")
        official.fill("#taken-2", "4")
        official.get_by_role("button", name="票箱出发").click()
        expect(official.get_by_text("正在上门")).to_be_visible()
        official.get_by_label(name(built, 19)).check()
        official.get_by_label(name(built, 20)).check()
        official.fill("#back-2", "2")
        seen(official, "paper-mobile")
        official.get_by_role("button", name="票箱回来了").click()
        expect(official.get_by_text("已回来")).to_be_visible()

        close(built)
        house.clock.now = EVENING
        official.goto(f"{address}{place}/paper")
        official.fill("#seal-2", "封 002")
        official.locator("#seal-2 ~ *, button", has_text="当众开箱").last.click()
        official.get_by_role("link", name="唱计票单").click()
        official.set_input_files(
            "#picture", {"name": "a.png", "mimeType": "image/png", "buffer": official.screenshot()}
        )
        official.get_by_role("button", name="送选举委员会认定").click()
        expect(official.locator(".paper-doubt img")).to_be_visible()
        # Shown as it was taken, and as large as the committee needs.
        official.wait_for_function("document.querySelector('.paper-doubt img').naturalWidth === 1440")
        seen(official, "doubtful")
        for field, value in {"collected": "2", "v0-0": "1", "v0-1": "1", "v1-0": "2", "unused1": "1"}.items():
            official.fill(f"#{field}", value)
        # The sum that is not right says so in its place, before anything is sent.
        expect(official.locator("[data-sum]").nth(1)).to_contain_text("不符")
        seen(official, "count-sheet")
        official.fill("#unused1", "2")
        expect(official.locator("[data-sum]").nth(1)).to_contain_text("相符")
        # Nothing typed is lost by a click beside the sheet.
        official.once("dialog", lambda dialog: dialog.dismiss())
        official.get_by_role("link", name="返回纸质选票").click()
        expect(official.locator("#unused1")).to_have_value("2")
        official.get_by_role("button", name="保存我的录入").click()
        expect(official.get_by_text("您的录入已保存")).to_be_visible()
