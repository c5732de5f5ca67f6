"""The desk in a real Chromium: the keyboard alone, cards scanned on this side of the wire, two desks, a bad line."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from axe_check import violations
from browser_page import chromium, page  # noqa: F401  fixtures
from count_build import CHOICES, close, vote
from election_build import ON_THE_DAY, Built
from house_build import House
from playwright.sync_api import Page, Route, expect
from served_house import an_open_election_with_codes, served, sign_in
from sqlalchemy import select

from voting.box import desk as box_desk
from voting.box import kiosk
from voting.box.tables import DeskMark, Kiosk
from voting.crypto.credentials import make_code
from voting.database import read
from voting.law.calendar import HALL

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


@dataclass
class Desk:
    """A clerk's screen over an open poll."""

    built: Built
    codes: list[str]
    address: str
    tab: Page
    sent: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.address}/c/{self.built.community}/elections/{self.built.election_id}/desk"

    def open(self, tab: Page | None = None) -> Page:
        shown = tab or self.tab
        shown.set_viewport_size({"width": 1440, "height": 900})
        shown.on("request", lambda request: self.sent.append(f"{request.url} {request.post_data or ''}"))
        sign_in(shown, self.address, "clerk")
        shown.goto(self.url)
        return shown

    def type(self, text: str) -> None:
        self.tab.keyboard.press("Escape")
        self.tab.keyboard.type(text)
        expect(self.tab.locator("#verdict > *")).to_have_count(1)

    def count(self, name: str) -> str:
        return self.tab.locator(f'.counter [data-count="{name}"]').inner_text()


@pytest.fixture
def desk(house: House, page: Page) -> Iterator[Desk]:  # noqa: F811  the fixture
    built, codes = an_open_election_with_codes(house)
    with served(house) as address:
        opened = Desk(built, codes, address, page)
        opened.open()
        yield opened


def sound(tab: Page) -> None:
    assert violations(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def focused(tab: Page) -> str:
    return str(tab.evaluate("document.activeElement.id"))


def test_people_are_served_with_the_keyboard_alone(desk: Desk) -> None:
    tab = desk.tab
    assert focused(tab) == "query"
    sound(tab)
    tab.keyboard.type("样人子")
    expect(tab.locator(".verdict--ok h2")).to_have_text("可以领票")
    sound(tab)
    tab.keyboard.press("Enter")
    expect(tab.locator("#said")).to_contain_text("样人子 0001 已登记：本人领票，发卡 1 张")
    assert (focused(tab), tab.input_value("#query"), desk.count("checked_in")) == ("query", "", "1")
    assert tab.locator("#recent [data-mark]").count() == 1
    tab.keyboard.type("样")  # the next person is typed at once, and the message makes room
    expect(tab.locator("#said > *")).to_have_count(0)
    sound(tab)
    desk.type("样人子")
    expect(tab.locator(".verdict--bad h2")).to_have_text("不能再领票")
    expect(tab.locator(".verdict--bad")).to_contain_text("9:00–10:00 已在1 号台领过票，经办人 甲c")
    tab.keyboard.press("Enter")
    tab.wait_for_timeout(300)
    assert desk.count("checked_in") == "1", "a red verdict has no Enter deed"
    sound(tab)
    tab.keyboard.press("Escape")
    assert tab.input_value("#query") == "" and tab.locator("#verdict > *").count() == 0


def test_digits_choose_among_names_and_are_typed_among_numbers(desk: Desk) -> None:
    tab = desk.tab
    desk.type("y")
    expect(tab.locator("#hits button")).to_have_count(9)
    tab.keyboard.press("3")
    expect(tab.locator(".verdict-name")).to_have_text("样人寅")
    tab.keyboard.press("ArrowDown")
    expect(tab.locator(".verdict-name")).to_have_text("样人卯")
    assert tab.input_value("#query") == "y"
    deed = tab.locator('[data-deed="check-in"]')
    box = deed.bounding_box()
    assert box is not None and box["y"] + box["height"] <= 900, "nine found, and the deed is still on the screen"
    tab.set_viewport_size({"width": 1366, "height": 768})
    tab.evaluate("scrollTo(0, 0)")
    box = deed.bounding_box()
    assert box is not None and box["y"] + box["height"] <= 768, "on a low laptop screen as well"
    expect(tab.locator("#hits [data-slot=building]").first).to_have_text("1栋")
    expect(tab.locator(".verdict [data-slot=group]")).to_contain_text("栋")
    sound(tab)
    tab.set_viewport_size({"width": 1440, "height": 900})
    desk.type("1")
    expect(tab.locator(".verdict-name")).to_have_text("样人子")
    tab.keyboard.type("2")
    expect(tab.locator(".verdict-name")).to_have_text("样人亥")
    desk.type("没有此人")
    expect(tab.locator("#verdict")).to_contain_text("名单上没有找到")


def test_enter_never_serves_the_person_of_an_earlier_search(desk: Desk) -> None:
    tab = desk.tab
    desk.type("样人子")
    expect(tab.locator(".verdict--ok")).to_be_visible()
    tab.route("**/desk/find", lambda route: None)  # the next answer never comes
    tab.keyboard.press("Backspace")
    tab.keyboard.type("丑")
    tab.keyboard.press("Enter")
    tab.wait_for_timeout(300)
    assert desk.built.box.cards_out == 0


def test_a_check_in_is_undone_with_the_card_and_the_code_stays_here(desk: Desk) -> None:
    tab = desk.tab
    desk.type("样人子")
    tab.keyboard.press("Enter")
    expect(tab.locator("#recent [data-mark]")).to_have_count(1)
    hall = datetime.now(HALL)
    assert tab.locator('#recent [data-slot="time"]').inner_text() in {
        f"{moment:%H:%M}" for moment in (hall, hall - timedelta(minutes=1))
    }, "the hall's time, not the laptop's"
    tab.locator("#recent button").click()
    assert focused(tab) == "undo-card"
    tab.fill("#undo-card", "12345" * 6)
    tab.select_option("#undo-second", label="甲o")
    tab.focus("#undo-card")
    tab.keyboard.press("Enter")
    expect(tab.locator("#undo .card-scan-error")).to_contain_text("组有误")
    tab.locator("#undo [data-close]").click()
    tab.locator("#recent button").click()
    expect(tab.locator("#undo .card-scan-error")).to_have_text("")
    assert tab.locator("#undo .field--wrong, #undo [aria-invalid]").count() == 0, "the next undo begins clean"
    tab.select_option("#undo-reason", "left")
    tab.select_option("#undo-second", label="甲o")
    tab.fill("#undo-note", "有急事")
    sound(tab)
    tab.fill("#undo-card", "12345" * 6)
    tab.keyboard.press("Enter")
    expect(tab.locator("#undo .card-scan-error")).to_contain_text("组有误")
    tab.fill("#undo-card", " ".join(desk.codes[0][start : start + 5] for start in range(0, 30, 5)))
    tab.keyboard.press("Enter")
    expect(tab.locator("#undo")).not_to_have_attribute("open", "")
    expect(tab.locator("#said")).to_contain_text("已撤销")
    expect(tab.locator("#recent .pill--warn")).to_have_text("已撤销：本人没有投票就离开了")
    expect(tab.locator("#query")).to_be_focused()
    assert (focused(tab), desk.count("checked_in"), desk.count("returned")) == ("query", "0", "1")
    box = desk.built.box
    assert (box.cards_out, box.cards_returned) == (1, 1)
    assert desk.codes[0] not in "".join(desk.sent), "the card's code has left the browser"
    assert desk.codes[0][:5] not in "".join(one for one in desk.sent if "/undo" in one)


def test_a_card_of_nobody_cannot_undo(desk: Desk) -> None:
    tab = desk.tab
    desk.type("样人子")
    tab.keyboard.press("Enter")
    expect(tab.locator("#recent [data-mark]")).to_have_count(1)
    desk.type("样人子")
    tab.locator('button[data-deed="undo"]').click()
    tab.fill("#undo-card", make_code())
    tab.keyboard.press("Enter")
    assert focused(tab) == "undo-second", "who else has seen it is asked before the card is taken"
    tab.select_option("#undo-second", index=1)
    tab.focus("#undo-card")
    tab.keyboard.press("Enter")
    expect(tab.locator('#undo [data-slot="refusal"]')).to_contain_text("不是本次选举的选票卡")
    tab.locator("#undo [data-close]").click()
    expect(tab.locator("#query")).to_be_focused()
    assert desk.built.box.cards_returned == 0


def test_a_torn_card_is_replaced(desk: Desk) -> None:
    tab = desk.tab
    desk.type("样人子")
    tab.keyboard.press("Enter")
    expect(tab.locator("#recent [data-mark]")).to_have_count(1)
    tab.locator("#torn-open").click()
    sound(tab)
    tab.fill("#torn-card", desk.codes[0])
    tab.get_by_role("button", name="作废这张，发新卡").click()
    expect(tab.locator("#said")).to_contain_text("破损的卡已作废")
    assert (desk.count("torn"), desk.count("cards_out"), desk.count("checked_in")) == ("1", "2", "1")


def test_the_slower_of_two_desks_is_told_which_desk_was_first(desk: Desk, chromium) -> None:  # noqa: F811
    other = chromium.new_context(locale="zh-CN").new_page()
    desk.open(other)
    other.select_option("#own-desk", index=1)
    desk.type("样人子")
    expect(desk.tab.locator(".verdict--ok")).to_be_visible()
    other.locator("#query").click()
    other.keyboard.type("样人子")
    expect(other.locator(".verdict--ok")).to_be_visible()
    other.keyboard.press("Enter")
    expect(other.locator("#said")).to_contain_text("已登记")
    desk.tab.keyboard.press("Enter")
    expect(desk.tab.locator(".verdict--bad")).to_contain_text("已在2 号台领过票")
    expect(desk.tab.locator("#said")).to_contain_text("此人已经领过选票卡")
    assert desk.built.box.cards_out == 1
    other.reload()
    assert other.input_value("#own-desk") == "2 号台"
    other.context.close()


def test_a_broken_line_is_said_and_nothing_counts_twice(desk: Desk) -> None:
    tab = desk.tab
    desk.type("样人子")
    expect(tab.locator(".verdict--ok")).to_be_visible()

    def lose_the_answer(route: Route) -> None:
        entry = route.request.post_data_json["entry"]
        facts = {"voter": entry, "voter_label": "1", "desk": "1 号台", "actor": desk.built.accounts["clerk"]}
        desk.built.act(box_desk.check_in, box=desk.built.box.id, now=ON_THE_DAY, **facts)
        route.abort()

    tab.route("**/desk/check-in", lose_the_answer, times=1)
    tab.keyboard.press("Enter")
    expect(tab.locator("#said")).to_contain_text("连不上服务器")
    expect(tab.locator(".verdict--bad")).to_contain_text("已在1 号台领过票")
    with read(desk.built.engine) as session:
        assert len(session.scalars(select(DeskMark)).all()) == 1


def test_a_calling_tablet_is_seen_and_answered(desk: Desk) -> None:
    tab, built = desk.tab, desk.built
    with read(built.engine) as session:
        tablet = session.scalars(select(Kiosk)).one()
    built.act(kiosk.call_staff, box=built.box.id, kiosk=tablet.id, on=True)
    expect(tab.locator("#lamps")).to_contain_text("1 号", timeout=8000)
    sound(tab)
    tab.get_by_role("button", name="已经有人过去").click()
    expect(tab.locator("#lamps > *")).to_have_count(0)
    with read(built.engine) as session:
        assert not session.get_one(Kiosk, tablet.id).calling


def test_after_closing_the_page_turns_to_the_pile(desk: Desk) -> None:
    tab, built = desk.tab, desk.built
    vote(built, CHOICES[:2])
    close(built)
    expect(tab.locator("#unused")).to_be_visible(timeout=8000)
    expect(tab.locator("#checking")).to_be_hidden()
    assert focused(tab) == "unused-card"
    sound(tab)

    def scan(place: int) -> None:
        tab.fill("#unused-card", desk.codes[place])
        tab.keyboard.press("Enter")

    scan(0)
    expect(tab.locator("#unused-said")).to_contain_text("立刻请监督委员到场")
    sound(tab)
    for place in range(2, len(desk.codes)):
        scan(place)
        expect(tab.locator(".desk-pile > strong")).to_have_text(str(place - 1))
    expect(tab.locator("#unused-said")).to_contain_text("数目相符；另有 1 张投过票的卡")
    scan(5)
    expect(tab.locator("#unused-said")).to_contain_text("已经扫过")
    assert (focused(tab), built.box.cards_unused) == ("unused-card", 15)


def test_the_desk_in_english_and_in_high_contrast(desk: Desk) -> None:
    tab = desk.tab
    tab.goto(f"{desk.url}?lang=en")
    tab.evaluate("document.documentElement.dataset.theme = 'contrast'")
    desk.type("样人子")
    sound(tab)
