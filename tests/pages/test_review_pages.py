"""The pages of nominations and of the joint review: the official's, and a department's own."""

import io
import re

import pytest
from election_build import Built, add_candidate, an_election, an_id_number, clear, with_roll
from flask.testing import FlaskClient
from house_build import House, token
from page_visit import at, said, send

from voting.elections.candidates import actions as candidates
from voting.elections.candidates.queries import contests
from voting.elections.review import evidence
from voting.elections.roll.publication import publish_roll
from voting.permissions import Role


@pytest.fixture
def built(house: House) -> Built:
    return with_roll(an_election(house), 24)


def office(built: Built, place: int = 0) -> str:
    return str(built.election.offices[place].id)


def a_nomination(built: Built, **facts: str) -> dict[str, str]:
    return {"office": office(built), "person": "1", "way": "party", "received_on": "2026-11-20", **facts}


def names(built: Built) -> list[str]:
    return [one.name for one in built.look(lambda session, e: contests(session, election=e))[0].candidates]


def test_nominations_on_their_page(house: House, built: Built) -> None:
    client, url = house.signed_in("official"), at(built, "nominations")
    assert "还没有收到提名" in said(client.get(url))
    assert send(client, url, a_nomination(built)).status_code == 303
    few = send(client, url, a_nomination(built, person="2", way="voters", signers="11 12 13"))
    assert few.status_code == 422 and "须 10 名以上" in said(few) and "第18条" in said(few)
    ten = " ".join(str(number) for number in range(11, 21))
    assert send(client, url, a_nomination(built, person="2", way="voters", signers=ten)).status_code == 303
    page = client.get(url)
    assert "10 人联名" in said(page) and "等本人书面接受" in said(page)
    ids = dict.fromkeys(re.findall(r'name="nomination" value="(\w+)"', page.text))
    for one in ids:
        assert send(client, f"{url}/accepted", {"nomination": one}).status_code == 303
    assert send(client, f"{url}/accepted", {"nomination": next(iter(ids)), "day": "soon"}).status_code == 422
    made = re.search(r'<option[^>]*value="(\w{22})"[^>]*>样人子<', client.get(url).text)[1]  # type: ignore[index]
    assert send(client, f"{url}/party-post", {"candidate": made, "post": "书记"}).status_code == 303
    assert "一肩挑" in said(client.get(url)).split("收到的提名")[0]
    ordered = send(client, f"{url}/order")
    assert ordered.status_code == 200 and "次序已经排定" in said(ordered)
    assert names(built) == ["样人子", "样人丑"]
    assert send(client, f"{url}/preliminary").status_code == 409
    built.do(publish_roll)
    assert send(client, f"{url}/preliminary").status_code == 303
    assert "第 1 次公布" in said(client.get(url))
    assert send(client, f"{url}/withdrawn", {"nomination": next(iter(ids))}).status_code == 303
    assert len(names(built)) == 1


def test_a_nominating_poll_on_the_page(house: House, built: Built) -> None:
    client, url = house.signed_in("official"), at(built, "nominations")
    poll = {"held_on": "2026-11-20", "taking_part": "13", "votes": "主任 1 7\n主任 2 6\n"}
    wrong = send(client, f"{url}/poll", {**poll, "votes": "市长 1 7"})
    assert wrong.status_code == 422 and "这一行看不懂" in said(wrong)
    wrong = send(client, f"{url}/poll", {**poll, "taking_part": "12"})
    assert wrong.status_code == 422 and "没有过半数" in said(wrong)
    assert send(client, f"{url}/poll", poll).status_code == 303
    assert "7 票" in said(client.get(url))


def test_namesakes_are_told_apart_wherever_candidates_stand(house: House) -> None:
    built = with_roll(an_election(house), 24, {5: "样人子"})
    reviewers(house, built)
    for number in ("1", "2"):
        clear(built, add_candidate(built, 0, number))
    built.do(publish_roll)
    official, url = house.signed_in("official"), at(built, "review")
    assert send(official, at(built, "nominations/preliminary")).status_code == 303
    send(official, f"{url}/opened", {"due": "2026-12-05"})
    visitor = house.app().test_client()
    pages = {
        "candidates": official.get(at(built, "candidates")),
        "review": official.get(url),
        "nominations": official.get(at(built, "nominations")),
        "answers": house.signed_in("street").get(at(built, "review/answers")),
        "public": visitor.get(f"/c/{built.community}/e/{built.election_id}/candidates"),
    }
    for place, page in pages.items():
        assert page.status_code == 200 and "1 号 · 1栋" in said(page), place
        assert "2 号 · " not in said(page), place


CODES = ("POLL_LINE", "ANSWER_DATE", "CRITERION_LINE")


def reviewers(house: House, built: Built) -> None:
    for department in ("street", "court", "police"):
        account = house.account(department, house.street, f"审{department[0]}")
        house.appoint(account, house.street, Role.REVIEWER, department=department)
        built.accounts[department] = account


def questions(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'name="question" value="(\w+)"', page)))


def test_the_review_from_criteria_to_the_ruling(house: House, built: Built) -> None:
    reviewers(house, built)
    for number in ("1", "2"):
        clear(built, add_candidate(built, 0, number))
    official, url = house.signed_in("official"), at(built, "review")
    preset = official.get(url, query_string={"preset": "six-and-six"})
    assert "dadasou.com" in said(preset) and "不宜｜5｜" in preset.text
    assert send(official, f"{url}/criteria", {"items": "不宜 5 赌博"}).status_code == 422
    assert send(official, f"{url}/criteria", {"items": "不宜｜5｜赌博被查处未满五年的"}).status_code == 303
    assert "回溯 5 年" in said(official.get(url)) and "法定，不能取消" in said(official.get(url))
    assert send(official, f"{url}/opened", {"due": "2026-12-05"}).status_code == 303
    street = house.signed_in("street")
    mine = street.get(at(built, "review/answers"))
    assert len(questions(mine.text)) == 2 and "街道（乡镇）初审" in said(mine)
    for one in questions(mine.text):
        clear_answer = {"question": one, "verdict": "clear"}
        assert send(street, at(built, "review/answers"), clear_answer).status_code == 303
    none = send(official, f"{url}/departments", {"due": "2026-12-09"})
    assert none.status_code == 422 and "至少选一个" in said(none)
    sent = {"due": "2026-12-09", "department": ["court", "police"]}
    assert send(official, f"{url}/departments", sent).status_code == 303
    court = house.signed_in("court")
    identity_room(house, built)
    first, second = questions(court.get(at(built, "review/answers")).text)
    page = at(built, "review/answers")
    assert send(court, page, {"question": first, "verdict": "problem"}).status_code == 422
    finding = {
        "csrf_token": token(court), "question": first, "verdict": "problem", "clause": "cult", "words": "某教某年",
        "evidence": (io.BytesIO(b"%PDF-1.7 x"), "x.pdf"),
    }  # fmt: skip
    assert court.post(page, data=finding, content_type="multipart/form-data").status_code == 303
    assert send(court, page, {"question": second, "verdict": "clear"}).status_code == 303
    police = house.signed_in("police")
    own_room(built, {"court": court, "police": police, "street": street}, first)
    assert "某教某年" not in police.get(page).text and "有问题" not in said(police.get(page)).split("有问题或需核实")[0]
    assert send(police, page, {"question": first, "verdict": "clear"}).status_code == 404
    overview = official.get(url)
    assert "不通过" in said(overview) and "某教某年" not in overview.text
    looked(house, official, url, first, overview.text)


def identity_room(house: House, built: Built) -> None:
    """Each department × each question: the whole number is for the one asked, on no page but the one it opens."""
    room, number = at(built, "review/answers"), an_id_number(0)
    browsers = {who: house.signed_in(who) for who in ("court", "police", "street", "official")}
    open_one = {}
    for department in ("court", "police"):
        page = browsers[department].get(room)
        assert "查看身份证号（记入日志）" in said(page) and number not in page.text
        open_one[department] = questions(page.text)[0]
    for department, browser in browsers.items():
        for asked, question in open_one.items():
            page = send(browser, f"{room}/person", {"question": question})
            seen = department == asked
            assert page.status_code == (200 if seen else 403 if department == "official" else 404), department
            assert (number in page.text, "1970-01-01" in page.text) == (seen, seen)
        assert browser.get(f"{room}/person").status_code in {404, 405}
    assert "查看身份证号" not in browsers["street"].get(room).text
    for public in (at(built, "review"), at(built, "candidates")):
        assert number not in browsers["official"].get(public).text


def own_room(built: Built, browsers: dict[str, FlaskClient], question: str) -> None:
    """Each department × each page of the reviewer's room: only the one that was asked opens what it answered."""
    room, answer = at(built, "review/answers"), ""
    assert "查看（记入日志）" in said(browsers["court"].get(room))
    for department, browser in browsers.items():
        page = send(browser, f"{room}/own", {"question": question})
        assert page.status_code == (200 if department == "court" else 404), department
        if department == "court":
            assert "某教某年" in page.text
            answer = re.search(r'name="answer" value="(\w+)"', page.text)[1]  # type: ignore[index]
    for department, browser in browsers.items():
        file = send(browser, f"{room}/evidence", {"answer": answer})
        mine = department == "court"
        assert (file.status_code, file.data == b"%PDF-1.7 x") == (200 if mine else 404, mine)
        for guess in ("", "none", question, answer[::-1]):
            assert send(browser, f"{room}/evidence", {"answer": guess}).status_code == 404
        for foreign in ("look/none", "heard/none", "struck/none", "ruled", "appeal", "evidence", "criteria", "ties"):
            assert send(browser, at(built, f"review/{foreign}"), {"answer": answer}).status_code in {403, 404}, foreign
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evidence, "LIMIT", 1_000)
        for content, words in ((b"MZ a program", "PDF、JPEG 或 PNG"), (b"%PDF-" + bytes(1_001), "请压缩后再传")):
            data = {
                "csrf_token": token(browsers["court"]), "question": question, "verdict": "problem", "clause": "cult",
                "evidence": (io.BytesIO(content), "x.pdf"),
            }  # fmt: skip
            wrong = browsers["court"].post(room, data=data, content_type="multipart/form-data")
            assert wrong.status_code == 422 and words in said(wrong)


def looked(house: House, official: object, url: str, question: str, overview: str) -> None:
    """The committee opens, hears, rules; every look is in the log."""
    before = len([kind for kind, _ in house.log() if kind == "review_looked"])
    for place in dict.fromkeys(re.findall(r'action="([^"]*/look/\w+)"', overview)):
        page = send(official, place)  # type: ignore[arg-type]  # a browser
        if "某教某年" in page.text:
            break
    assert "这次查看已经记入日志" in said(page)
    answer = re.search(r'name="answer" value="(\w+)"', page.text)[1]  # type: ignore[index]
    file = send(official, f"{url}/evidence", {"answer": answer})  # type: ignore[arg-type]
    assert (file.data, file.headers["Content-Type"]) == (b"%PDF-1.7 x", "application/pdf")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert len([kind for kind, _ in house.log() if kind == "review_looked"]) > before + 1
    hear = place.replace("/look/", "/heard/")
    ruling = {"question": question, "ruling": "set_aside", "why": "同名不同人"}
    assert send(official, f"{url}/ruled", ruling).status_code == 409  # type: ignore[arg-type]
    told = {"kind": "told", "held_on": "2026-11-25", "words": "第18条"}
    assert send(official, hear, told).status_code == 303  # type: ignore[arg-type]
    appeal = {"kind": "appeal", "held_on": "2026-11-25", "words": "同名"}
    assert send(official, hear, appeal).status_code == 303  # type: ignore[arg-type]
    page = send(official, place)  # type: ignore[arg-type]
    hearing = re.search(r'name="hearing" value="(\w+)"', page.text)[1]  # type: ignore[index]
    upheld = {"hearing": hearing, "upheld": "yes"}
    assert send(official, f"{url}/appeal", upheld).status_code == 303  # type: ignore[arg-type]
    assert send(official, f"{url}/ruled", ruling).status_code == 303  # type: ignore[arg-type]
    assert "审查中" in said(official.get(url)) and "不通过" not in said(official.get(url))  # type: ignore[attr-defined]


def test_who_may_not_see_what(house: House, built: Built) -> None:
    reviewers(house, built)
    court = house.signed_in("court")
    for page in ("review", "candidates", "nominations", "committee", "roll", ""):
        assert court.get(at(built, page)).status_code == 403, page
    assert house.signed_in("official").get(at(built, "review/answers")).status_code == 403
    assert house.signed_in("supervisor").get(at(built, "review")).status_code == 403
    assert "资格审查" in said(court.get(f"/c/{built.community}/")) + said(court.get("/"))


def test_waiving_and_ties_on_the_page(house: House, built: Built) -> None:
    reviewers(house, built)
    official, url = house.signed_in("official"), at(built, "review")
    assert send(official, f"{url}/waived", {"why": "无"}).status_code == 422
    assert send(official, f"{url}/waived", {"why": "居民代表会议决定"}).status_code == 303
    assert "决定不举行联审" in said(official.get(url))
    made = {"login": "court", "person": "3", "relation": "self"}
    assert send(official, f"{url}/ties", {**made, "login": "nobody"}).status_code == 422
    assert send(official, f"{url}/ties", made).status_code == 303


def test_a_reviewer_is_appointed_for_a_department_on_the_page(house: House) -> None:
    house.account("newcomer", house.street)
    admin = house.signed_in("admin")
    data = {
        "appointment-login": "newcomer", "appointment-role": "reviewer", "appointment-from_day": "2026-12-01",
    }  # fmt: skip
    url = f"/units/{house.street}/appointments"
    assert send(admin, url, data).status_code == 422
    assert send(admin, url, {**data, "appointment-department": "court"}).status_code == 303
    assert "法院" in said(admin.get(f"/units/{house.street}"))


def test_a_candidate_under_review_keeps_the_list_from_being_posted(house: House, built: Built) -> None:
    from voting.database import write
    from voting.elections.candidates.tables import Candidate

    made = add_candidate(built, 0, "1")
    clear(built, made)
    with write(built.engine) as session:
        session.get_one(Candidate, made).review = "suspended"
    assert "资格联审还没有通过" in said(house.signed_in("official").get(at(built, "candidates")))
    assert candidates is not None
