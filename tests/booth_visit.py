"""A voter's steps in the booth, for the journeys: scan, choose, go on; and what every screen must look like."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_check import violations
from booth_stand import Stand
from playwright.sync_api import Page, expect

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
def tablet(page: Page) -> Page:
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
    """A scanner's keys come within milliseconds of each other, however slowly a busy machine passes them on."""
    tablet.evaluate(
        """() => {
            window.trueTime = Object.getOwnPropertyDescriptor(Event.prototype, "timeStamp");
            const now = performance.now();
            Object.defineProperty(Event.prototype, "timeStamp", { configurable: true, get: () => now });
        }"""
    )
    tablet.keyboard.type(code)
    tablet.keyboard.press("Enter")
    tablet.evaluate("() => Object.defineProperty(Event.prototype, 'timeStamp', window.trueTime)")


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
    assert violations(tablet) == []


def pressed(tablet: Page) -> list[bool]:
    return [one.get_attribute("aria-pressed") == "true" for one in tablet.locator(".booth-choose, .booth-blank").all()]


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
