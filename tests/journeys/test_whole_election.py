"""A whole 换届 in real browsers: from the first notice to the archive pack, every role at a browser of its own."""

from pathlib import Path

import pytest
import whole_after as after
import whole_before as before
import whole_day as day
from browser_page import chromium  # noqa: F401  (a fixture)
from election_build import a_built
from house_build import House
from playwright.sync_api import Browser, expect
from served_house import served
from whole_people import Journey, named

from voting.permissions import Role

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.enable_socket]


def test_a_whole_change_of_term(house: House, chromium: Browser, tmp_path: Path) -> None:  # noqa: F811
    second = house.account("official2", house.community, "甲p")
    house.appoint(second, house.community, Role.ELECTION_OFFICIAL)
    with served(house) as address:
        journey = Journey(a_built(house), chromium, address, tmp_path)
        prepare(journey)
        first = hold(journey)
        follow(journey, first)
        journey.close()


def prepare(journey: Journey) -> None:
    before.set_up(journey)
    before.draw_up_the_roll(journey)
    before.form_the_committee(journey)
    before.post_the_roll(journey)
    before.object_to_the_roll(journey)
    before.nominate(journey)
    before.post_the_preliminary_list(journey)
    before.appoint_reviewers(journey)
    before.review(journey)
    before.post_the_formal_list(journey)
    before.hold_the_ceremony(journey)


def hold(journey: Journey) -> str:
    day.record_proxies(journey)
    day.make_papers_ready(journey)
    tablet = day.open_the_poll(journey)
    day.vote_on_tablets(journey, tablet)
    day.vote_on_paper(journey)
    day.go_round_with_the_mobile_box(journey)
    day.close_the_poll(journey)
    after.scan_the_pile(journey)
    after.count_the_papers(journey, named(7))
    journey.at(12, 20, 18, 20)
    after.count(journey)
    official = journey.person("official")
    for words in ("票数相同", "再次投票", "另行选举"):
        expect(official.page.get_by_text(words).first).to_be_visible()
    official.shot("17-result")
    bundle = after.certify(journey, "first")
    said = after.verify(journey, bundle)
    assert "纸质" in said and "委托" in said
    return journey.built.election_id


def follow(journey: Journey, first: str) -> None:
    again = after.vote_again(journey)
    journey.built.election_id = first
    second = after.vote_for_the_open_seat(journey)
    for bundle in (again, second):
        after.verify(journey, bundle)
    journey.built.election_id = first
    packed = after.archive(journey)
    assert {"manifest.txt", "catalogue.pdf", "log.vkey", "bundle/result.pdf", "papers/notice-16.pdf"} <= packed
