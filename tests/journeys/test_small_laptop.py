"""Staff pages on a small laptop, in English as well, and on an upright screen."""

import pytest
from browser_page import chromium, page  # noqa: F401  fixtures
from election_build import ON_THE_DAY, an_open_election
from house_build import House
from playwright.sync_api import Page
from served_house import served, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


def test_the_official_has_room_in_both_languages_and_both_ways_up(
    house: House,
    page: Page,  # noqa: F811  the fixture
) -> None:
    built = an_open_election(house)
    house.clock.now = ON_THE_DAY
    with served(house) as address:
        here = f"{address}/c/{built.community}/elections/{built.election_id}"
        sign_in(page, address, "official")
        for lang in ("en", "zh"):
            page.set_viewport_size({"width": 1280, "height": 800})
            page.goto(f"{here}/keys?lang={lang}")
            top = page.locator(".top").bounding_box()
            assert top is not None and top["height"] <= 100, "an official's fifteen pages keep to two lines"
            group = page.locator(".fingerprint span").first
            shown = group.evaluate(
                "one => [getComputedStyle(one).fontVariantEastAsian, getComputedStyle(one).fontFamily]"
            )
            assert shown[0] == "normal" and "Mono" in shown[1], "groups of a fingerprint stand under one another"
            page.set_viewport_size({"width": 800, "height": 1280})
            page.goto(f"{here}/")
            now, calendar = (page.locator(one).bounding_box() for one in ("#next-title", "#calendar"))
            assert now is not None and calendar is not None and now["y"] < calendar["y"], "what to do now comes first"
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.emulate_media(media="print")
        assert page.locator("#calendar").is_visible()
        assert not page.locator(".counters").is_visible(), "the printed calendar tells no turnout"
