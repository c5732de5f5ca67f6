"""Committee, nominations, candidates, review and the posted lists in a real browser: axe finds nothing wrong."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_check import violations
from election_build import Built, a_published_election, clear
from house_build import PASSWORD, House
from page_visit import at
from photo_build import a_png
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from voting.elections import conflicts
from voting.elections.candidates import actions, answers, listing, nominations
from voting.elections.candidates.nominations import Proposal
from voting.elections.committee import actions as committee
from voting.elections.committee.actions import Chosen, Vote
from voting.elections.queries import rules
from voting.elections.review import actions as review
from voting.elections.review.actions import Answer
from voting.elections.review.presets import presets
from voting.elections.review.queries import questions
from voting.elections.roll.queries import find
from voting.permissions import Role

CHROMIUM = next((p for p in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if os.access(p, os.X_OK)), None)
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


def entry(built: Built, number: int) -> str:
    return str(built.look(lambda session, election: find(session, election=election, query=str(number))[0].id))


@pytest.fixture
def built(house: House) -> Built:
    """A committee, staff and kin, candidates by nomination, one finding of the court, the preliminary list posted."""
    built = a_published_election(house, voters=24)
    day = built.now.date()
    chosen = tuple(Chosen(entry(built, n), "chair" if n == 6 else "member", 40 - n) for n in range(6, 12))
    built.do(committee.form_committee, vote=Vote("representatives", day, 42, 38, 5, chosen), profile=profile(built))
    built.do(conflicts.declare_kinship, one=entry(built, 12), other=entry(built, 3), relation="sibling")
    built.do(conflicts.appoint, person=entry(built, 12), name="", duty="watcher")
    for office, number, signers in ((0, 1, ()), (0, 2, ()), (1, 3, ()), (1, 4, ()), (1, 5, tuple(range(11, 21)))):
        way = "voters" if signers else "party"
        proposal = Proposal(built.election.offices[office].id, entry(built, number), way, day, signers)
        made = built.do(nominations.nominate, proposal=proposal)
        one = built.do(answers.accept_nomination, nomination_id=made, day=day, keys=built.keys)
        shown = {"trade": "退休教师", "introduction": "在本社区住了二十年。", "photo": a_png(80, 100)}
        about = actions.About("大专", "中共党员", "汉族")
        built.do(actions.describe_candidate, candidate_id=one, about=about, **shown)
        clear(built, one)
    built.do(nominations.nominate, proposal=Proposal(built.election.offices[1].id, entry(built, 13), "party", day))
    built.do(listing.post_preliminary)
    for department in ("street", "court"):
        built.accounts[department] = house.account(department, house.street, f"审查员{department[0]}")
        house.appoint(built.accounts[department], house.street, Role.REVIEWER, department=department)
    items = [one.as_json() for one in presets()["six-and-six"].items]
    built.do(review.adopt_criteria, items=items, preset="six-and-six")
    built.do(review.open_review, due=day)
    answer(built, "street")
    built.do(review.ask_departments, departments=["court", "police"], due=day)
    answer(built, "court")
    return built


def profile(built: Built) -> object:
    return built.look(lambda _session, election: rules(election))


def answer(built: Built, department: str) -> None:
    asked = built.look(lambda session, election: questions(session, election, built.now.date(), [department]))
    for place, one in enumerate(asked):
        given = Answer("clear")
        if department == "court" and place == 1:
            given = Answer("problem", "criminal_penalty", "见判决书", b"%PDF-1.7 x")
        built.do(
            review.answer_question, question_id=one.id, answer=given, departments=frozenset({department}),
            keys=built.keys, actor=built.actor(department),
        )  # fmt: skip


@pytest.fixture
def address(built: Built) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, built.house.app(), threaded=True)
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


def sound(page: Page, name: str) -> None:
    """Nothing for axe, nothing wider than the window; a picture where a folder for it is named."""
    width = (page.viewport_size or {"width": 0})["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    assert violations(page) == [], name
    if folder := os.environ.get("LISTS_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_axe_finds_nothing_about_committee_candidates_and_review(built: Built, address: str) -> None:
    wide, narrow = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        official = browser.new_page(viewport=wide, locale="zh-CN")  # type: ignore[arg-type]
        sign_in(official, address, "official")
        for name in ("committee", "nominations", "candidates", "review"):
            official.goto(address + at(built, name))
            sound(official, name)
        official.goto(address + at(built, "review"))
        official.get_by_role("row", name="不通过").get_by_role("button").click()
        official.wait_for_url("**/look/**")
        sound(official, "look")
        official.goto(address + at(built, "candidates"))
        official.get_by_role("link", name="核对条件").first.click()
        sound(official, "person")
        official.goto(address + at(built, "candidates"))
        official.locator('a[href*="candidates/new"]').first.click()
        official.fill("#q", "样人")
        official.get_by_role("button", name="查找").click()
        assert "样人" not in official.url and official.get_by_text("选这一位").count() > 3
        sound(official, "find")
        reviewer = browser.new_page(viewport=wide, locale="zh-CN")  # type: ignore[arg-type]
        sign_in(reviewer, address, "court")
        reviewer.goto(address + at(built, "review/answers"))
        sound(reviewer, "answers")
        reviewer.get_by_role("row", name="有问题").get_by_role("button", name="查看我们").click()
        reviewer.wait_for_url("**/answers/own")
        sound(reviewer, "own")
        anybody = browser.new_page(viewport=narrow, locale="zh-CN")  # type: ignore[arg-type]
        for name, rest in (("public", ""), ("public-lists", "/candidates"), ("public-en", "/candidates?lang=en")):
            anybody.goto(f"{address}/c/{built.community}/e/{built.election_id}{rest}")
            sound(anybody, name)
        browser.close()
