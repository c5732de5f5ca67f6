"""The people's pages in a real browser: axe finds nothing, in both languages and in high contrast."""

import os
import threading
from collections.abc import Iterator

import pytest
from axe_check import violations
from house_build import PASSWORD, House
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

CHROMIUM = next((p for p in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if os.access(p, os.X_OK)), None)
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


@pytest.fixture
def address(house: House) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, house.app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield started
        started.close()


def test_axe_finds_nothing_on_the_peoples_pages(house: House, address: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{address}/sign-in")
    pages = ["/sign-in"]
    assert not violations(page)
    page.fill("#login", "admin")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    pages = ["/", "/units", f"/units/{house.community}", "/account", "/permissions", "/permissions?lang=en"]
    for path in pages:
        page.goto(address + path)
        for theme in ("", "contrast"):
            page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
            assert not violations(page), (path, theme)
        assert page.evaluate("document.documentElement.scrollWidth") <= 1440, path
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        page.set_viewport_size({"width": 1440, "height": 900})
    assert said == [], "the content policy or a script complained"
