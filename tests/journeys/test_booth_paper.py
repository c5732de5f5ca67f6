"""Where the paper is the record: the tablet prints the marked ballot, once, on one sheet, in a real Chromium."""

import io
from collections.abc import Callable
from typing import Any

import pypdf
import pytest
from booth_stand import THREE_OFFICES, Stand, people
from booth_visit import cast, choose, enter, go_on, on, to_offices
from playwright.sync_api import Page, expect

from voting.crypto.ballot import short_tracker

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

#: More names than fit under each other.
MANY = (
    {"title": "主任", "seats": 1, "candidates": people(6, 4)},
    {"title": "副主任", "seats": 2, "candidates": people(10, 5)},
    {"title": "委员", "seats": 7, "candidates": people(0, 16)},
)


@pytest.mark.parametrize(("offices", "lines"), [(THREE_OFFICES, 12), (MANY, 28)], ids=["usual", "many names"])
def test_the_tablet_prints_one_sheet_with_the_marks_and_nothing_else(
    tablet: Page, stands: Callable[..., Stand], offices: tuple[dict[str, Any], ...], lines: int
) -> None:
    stand = stands(legal_record="paper", offices=offices, write_in=(False,) * len(offices))
    # What is in the page when the printer is called is kept, and nothing waits for a printer here.
    tablet.add_init_script("window.sheets = []; window.print = () => sheets.push(document.body.lastElementChild);")
    enter(tablet, stand)
    tablet.locator(".booth-language").click()
    to_offices(tablet, stand)
    for _ in offices:
        choose(tablet, 0)
        go_on(tablet)
    on(tablet, "check")
    go_on(tablet)
    cast(tablet)
    on(tablet, "done")
    tablet.locator(".booth-language").click()
    expect(tablet.locator("main.screen-done")).to_contain_text("投入票箱")
    assert tablet.evaluate("sheets.length") == 1, "a second copy would be a second vote"
    assert tablet.evaluate("sheets[0].querySelectorAll('li').length") == lines
    marked = [f"○{office['candidates'][0]['name']}" for office in offices]
    said = tablet.evaluate("[...sheets[0].querySelectorAll('li')].map((one) => one.textContent)")
    assert [one for one in said if one.startswith("○")] == marked
    # Chinese whatever the voter reads: the sheet tells nothing of who voted, and not which ballot it was.
    whole = tablet.evaluate("sheets[0].textContent")
    (raw,) = stand.box.values()
    assert "弃权" in whole and "Abstain" not in whole and short_tracker(raw)[:4] not in whole
    content = tablet.pdf(prefer_css_page_size=True)
    pdf = pypdf.PdfReader(io.BytesIO(content))
    assert len(pdf.pages) == 1
    # A5, 148 × 210 mm in points: a printer with A4 in it takes it as well.
    assert [round(side) for side in (pdf.pages[0].mediabox.width, pdf.pages[0].mediabox.height)] == [420, 595]
    printed = "".join(pdf.pages[0].extract_text().split())
    assert "选举委员会（盖章）" in printed and "选票" in printed and "凭据" not in printed
    go_on(tablet)
    on(tablet, "welcome")
    assert tablet.locator(".booth-paper").count() == 0
