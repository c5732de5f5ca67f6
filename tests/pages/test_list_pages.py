"""The posted lists of candidates as everybody sees them: as they were posted, for as long as the law says."""

from datetime import UTC, date, datetime

import pytest
from election_build import Built, a_published_election, add_candidate, an_election, clear, with_roll
from house_build import House
from page_visit import at, said, send
from photo_build import a_png

from voting.database import write
from voting.elections.actions import NewOffice
from voting.elections.candidates import actions, answers, listing, nominations
from voting.elections.candidates.actions import About
from voting.elections.candidates.nominations import Proposal
from voting.elections.roll.queries import find
from voting.elections.roll.tables import RollEntry

SCRIPT = "<script>甲</script>"


def public(built: Built, rest: str = "/candidates") -> str:
    return f"/c/{built.community}/e/{built.election_id}{rest}"


@pytest.fixture
def built(house: House) -> Built:
    made = a_published_election(house, offices=[NewOffice("主任", 1)])
    with write(made.engine) as session:
        session.query(RollEntry).filter_by(number=2).one().name = SCRIPT
    return made


def test_both_lists_as_posted_with_what_the_notice_says_and_nothing_of_a_review(house: House, built: Built) -> None:
    anybody = house.app().test_client()
    assert anybody.get(public(built)).status_code == 404
    about = About("本科", "中共党员", "汉族")
    people = [add_candidate(built, 0, number, about=about, photo=a_png(80, 100)) for number in "12"]
    third = add_candidate(built, 0, "3")
    built.do(listing.post_preliminary)
    page = anybody.get(public(built))
    assert "初步候选人" in said(page) and "正式候选人 2026" not in said(page)
    assert "汉族 · 本科 · 中共党员 · 教师" in said(page) and "按选举委员会排定的次序" in said(page)
    assert SCRIPT not in page.text and "&lt;script&gt;" in page.text
    assert "初步候选人名单已经公布" in said(anybody.get(public(built, "")))
    for one in (*people, third):
        clear(built, one)
    built.do(actions.post_candidates)
    assert anybody.get(public(built, f"/candidates/{people[0]}.photo")).data == a_png(80, 100)
    assert anybody.get(public(built, f"/candidates/{third}.photo")).status_code == 404
    assert anybody.get(public(built, "/candidates/none.photo")).status_code == 404
    # Somebody withdraws: people still see what was posted, and that it is being posted anew.
    built.do(answers.withdraw_candidate, candidate_id=third, day=built.now.date())
    page = said(anybody.get(public(built)))
    assert "正在重新公布" in page and page.count("样人寅") == 2
    assert "正在重新公布" in said(anybody.get(public(built, "")))
    assert "review" not in anybody.get(public(built)).text


def test_nominations_stand_by_office_and_tell_namesakes_apart(house: House) -> None:
    made = with_roll(an_election(house), 13, {13: "样人子"})
    entry = lambda number: made.look(lambda s, e: find(s, election=e, query=number)[0].id)  # noqa: E731
    chair, member = made.election.offices
    for office, number, day in ((member, "2", 20), (chair, "13", 21), (chair, "1", 19)):
        received = date(2026, 11, day)
        made.do(nominations.nominate, proposal=Proposal(office.id, str(entry(number)), "party", received))
    page = house.signed_in("official").get(at(made, "nominations"))
    people = ["样人子 1 号 · 女", "样人子 13 号 · 女", "样人丑 2 号 · 男"]
    places = [said(page).index(one) for one in people]
    assert places == sorted(places)
    assert "公布期内不能撤下" in page.text.split("nominations/preliminary")[1].split("</form>")[0]


def test_the_lists_are_not_taken_down_before_their_time(house: House, built: Built) -> None:
    for number in "13":
        clear(built, add_candidate(built, 0, number, photo=a_png(80, 100)))
    built.do(actions.post_candidates)
    official, anybody = house.signed_in("official"), house.app().test_client()
    url = at(built, "nominations")
    assert "公布期内不能撤下" in said(official.get(url)) and "撤下网上的名单" not in said(official.get(url))
    refusal = send(official, f"{url}/lists/withdrawn")
    assert refusal.status_code == 409 and "2026-12-21" in said(refusal)
    posted = at(built, "candidates")
    assert "2026-12-21" in said(send(official, f"{posted}/{first(built)}/remove"))
    house.clock.now = datetime(2026, 12, 21, 2, 0, tzinfo=UTC)
    official = house.signed_in("official")
    assert send(official, f"{url}/lists/withdrawn").status_code == 303
    gone = anybody.get(public(built))
    assert gone.status_code == 404 and "2026-12-21 撤下" in said(gone)
    assert anybody.get(public(built, f"/photo/{first(built)}")).status_code == 404
    assert anybody.get(public(built, "")).status_code == 200


def first(built: Built) -> str:
    from voting.elections.candidates.queries import contests

    return str(built.look(lambda session, election: contests(session, election=election))[0].candidates[0].id)


CODES = ("LISTS_NOT_POSTED", "LISTS_TAKEN_DOWN")
