"""Names made of markup where programs put pages together: desk and booth, in a real Chromium."""

from collections.abc import Callable

import pytest
from booth_stand import Stand, people
from booth_visit import choose, enter, go_on, on, to_offices
from election_build import Built
from house_build import House
from playwright.sync_api import Page, expect
from served_house import an_open_election_with_codes, served, sign_in
from sqlalchemy import update

from voting.box.tables import Kiosk
from voting.database import write
from voting.elections.roll.tables import RollEntry

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

HOSTILE = "\"'><img src=x onerror=alert(1)>"
#: What was injected if anything was: elements of the markup, or anything that it would have fetched.
INJECTED = "() => document.querySelectorAll('img[src=\"x\"], [onerror], [onclick]').length"


def clean(tab: Page, shown: str) -> None:
    """The markup is on the screen as text, and no part of it became an element."""
    expect(tab.locator("body")).to_contain_text(shown)
    assert tab.evaluate(INJECTED) == 0


@pytest.fixture
def alarmed(page: Page) -> Page:
    """A page on which any script of a name would be seen."""

    def alarm(said: object) -> None:
        raise AssertionError(f"a name was run: {said}")

    page.on("dialog", alarm)
    page.on("request", lambda request: None if not request.url.endswith("/x") else alarm(request.url))
    return page


def name_all(built: Built, name: str) -> None:
    with write(built.engine) as session:
        session.execute(update(RollEntry).values(name=name, building="<b>1</b>", grid="<i>2</i>"))
        session.execute(update(Kiosk).values(name=name, calling=True))


def test_the_desk_shows_markup_as_it_is_written(house: House, alarmed: Page) -> None:
    built, _codes = an_open_election_with_codes(house)
    name_all(built, HOSTILE)
    with served(house) as address:
        sign_in(alarmed, address, "clerk")
        alarmed.goto(f"{address}/c/{built.community}/elections/{built.election_id}/desk")
        expect(alarmed.locator("#lamps")).to_contain_text(HOSTILE)
        alarmed.keyboard.type("3")
        expect(alarmed.locator("#verdict .verdict-name")).to_have_text(HOSTILE)
        clean(alarmed, "<b>1</b>")
        alarmed.keyboard.press("Enter")
        expect(alarmed.locator("#recent [data-mark]")).to_have_count(1)
        clean(alarmed, HOSTILE)
        alarmed.locator("#recent button").click()
        expect(alarmed.locator("#undo strong.name")).to_have_text(HOSTILE)
        clean(alarmed, HOSTILE)


def test_the_booth_shows_markup_as_it_is_written(alarmed: Page, stands: Callable[..., Stand]) -> None:
    office = "'\"><b onclick=p()>"
    candidates = [one | {"name": f"{HOSTILE}{one['number']}", "introduction": HOSTILE} for one in people(0, 3)]
    stand = stands(offices=({"title": office, "seats": 1, "candidates": candidates},), write_in=(True,), title=HOSTILE)
    enter(alarmed, stand)
    clean(alarmed, HOSTILE)
    to_offices(alarmed, stand)
    clean(alarmed, f"{HOSTILE}1")
    clean(alarmed, office)
    choose(alarmed, 0)
    go_on(alarmed)
    on(alarmed, "check")
    clean(alarmed, f"{HOSTILE}1")
