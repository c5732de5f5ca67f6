"""The desk over HTTP: verdicts, two clerks at once, cards that come back, the pile after closing."""

import threading
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import pytest
from count_build import CHOICES, EVENING, a_closed_election, close, in_hand, vote
from election_build import OFFICES, ON_THE_DAY, Built, a_csv, a_row, a_sealed_election, an_election, an_open_election
from flask.testing import FlaskClient
from house_build import House, token
from sqlalchemy import select

from voting.box import kiosk
from voting.box.tables import DeskMark, Kiosk
from voting.database import read, writing_session
from voting.elections import actions
from voting.elections.roll import actions as roll
from voting.elections.roll.queries import find
from voting.permissions import Role


class Clerk:
    """A browser at the desk."""

    def __init__(self, built: Built, login: str = "clerk") -> None:
        built.house.clock.now = ON_THE_DAY
        self.built, self.login = built, login
        self.client: FlaskClient = built.house.signed_in(login)
        self.token = token(self.client)
        self.base = f"/c/{built.community}/elections/{built.election_id}/desk"

    def post(self, rest: str, **body: Any) -> Any:
        headers = {"X-CSRFToken": self.token, "Accept": "application/json"}
        return self.client.post(f"{self.base}/{rest}", json=body, headers=headers)

    def find(self, query: str) -> list[dict[str, Any]]:
        answer = self.post("find", query=query)
        assert answer.status_code == 200, answer.text
        return answer.json["hits"]

    def check_in(self, query: str, desk: str = "1 号台") -> Any:
        return self.post("check-in", entry=self.find(query)[0]["id"], desk=desk)

    def card(self, card: int, deed: str, mark: str = "") -> dict[str, Any]:
        """What this desk's scanner sends along with a card."""
        return asdict(in_hand(self.built, card, deed, mark, by=self.login))

    def undo(self, given: str, card: int, /, **change: Any) -> Any:
        second = self.built.accounts["official"]
        body = {"mark": given, "reason": "left", "second": second, "note": "", **self.card(card, "undo", given)}
        return self.post("undo", **{**body, **change})

    def state(self) -> dict[str, Any]:
        return self.client.get(f"{self.base}/state").json


@pytest.fixture
def built(house: House) -> Built:
    return an_open_election(house)


@pytest.fixture
def clerk(built: Built) -> Clerk:
    return Clerk(built)


def second_clerk(built: Built) -> Clerk:
    house = built.house
    account = house.account("clerk2", house.community, "乙c")
    house.appoint(account, house.community, Role.DESK_CLERK)
    return Clerk(built, "clerk2")


def refused(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.json["zh"] and answer.json["en"]
    return str(answer.json["code"])


# --- finding -----------------------------------------------------------------------------------------------------


def test_the_page_has_everything_and_no_roll(built: Built, clerk: Clerk) -> None:
    page = clerk.client.get(clerk.base)
    assert page.status_code == 200
    assert built.box.uuid in page.text and "已领票" in page.text
    assert "样人" not in page.text
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("样人子", ["0001"]),
        ("yrz", ["0001"]),
        ("3", ["0003"]),
        ("0003", ["0003"]),
        ("样人", None),
        ("  ", []),
        ("没有此人", []),
    ],
)
def test_people_are_found_by_whatever_they_say(clerk: Clerk, query: str, numbers: list[str] | None) -> None:
    found = [hit["number"] for hit in clerk.find(query)]
    if numbers is None:
        assert len(found) == 9
    elif query == "yrz":
        assert "0001" in found
    else:
        assert found == numbers


def test_a_person_is_found_by_the_last_four_of_the_id(clerk: Clerk) -> None:
    last4 = clerk.find("样人辰")[0]["last4"]
    assert "样人辰" in [hit["name"] for hit in clerk.find(last4)]


def test_the_answer_holds_what_tells_people_apart_and_no_more(clerk: Clerk) -> None:
    (hit,) = clerk.find("样人子")
    assert set(hit) == {"id", "number", "name", "building", "person", "group", "last4", "namesakes", "verdict"}
    reason = "在选民名单上，尚未领票"
    deeds = {"number": 1, "channel": "", "cards": "本人领票，发卡 1 张", "papers": "发纸票 1 张"}
    assert hit["verdict"] == {"ok": True, "title": "可以领票", "reason": reason, "help": [], "mark": None, **deeds}
    assert hit["person"] == "女 · 50–59 岁" and hit["namesakes"] == ""


def test_namesakes_are_pointed_out(house: House) -> None:
    built = an_election(house)
    rows = [a_row(index, "林桂芳" if index in (1, 8) else None) for index in range(12)]
    with writing_session(built.engine) as session:
        facts = {"election_id": built.election_id, "keys": built.keys}
        dry = roll.keep_draft(session, filename="r.csv", content=a_csv(rows), **facts)
        roll.import_draft(session, digest=dry.digest, actor=built.actor(), now=ON_THE_DAY, **facts)
    first, second = Clerk(built).find("林桂芳")
    assert first["namesakes"] == "名单上有 2 位林桂芳，另有 0009 号（4栋）。请核对证件号后四位。"
    assert "0002 号" in second["namesakes"]


# --- checking in -------------------------------------------------------------------------------------------------


def test_checking_in_moves_the_counters_and_turns_the_verdict_red(built: Built, clerk: Clerk) -> None:
    answer = clerk.check_in("样人子", "2 号台")
    assert answer.status_code == 200
    assert answer.json["state"]["counters"] == {
        "roll": 12, "checked_in": 1, "cards_out": 1, "returned": 0, "torn": 0, "spares": 5, "left": 16, "unused": 0,
        "voted": 0, "papers": 0, "papers_left": 0,
    }  # fmt: skip
    verdict = clerk.find("样人子")[0]["verdict"]
    assert (verdict["ok"], verdict["title"]) == (False, "不能再领票")
    assert verdict["reason"] == "9:00–10:00 已在2 号台领过票，经办人 甲c"
    assert verdict["mark"] == answer.json["mark"]
    assert "居务监督委员 甲s、乙s" in verdict["help"][1]


def test_no_minute_of_a_check_in_is_stored(built: Built, clerk: Clerk) -> None:
    built.house.clock.forward(minutes=42)
    clerk.check_in("样人子")
    with read(built.engine) as session:
        mark = session.scalars(select(DeskMark)).one()
    assert (mark.hour.hour, mark.hour.minute, mark.desk) == (1, 0, "1 号台")


def test_a_second_check_in_names_desk_and_hour(clerk: Clerk) -> None:
    clerk.check_in("样人子", "2 号台")
    answer = clerk.check_in("样人子")
    assert refused(answer, 409) == "ALREADY_CHECKED_IN"
    assert "9:00–10:00" in answer.json["zh"] and "2 号台" in answer.json["zh"]


def test_two_clerks_at_once_one_wins_and_the_other_is_told_where(built: Built) -> None:
    clerks = [Clerk(built), second_clerk(built)]
    entries = [clerk.find("样人子")[0]["id"] for clerk in clerks]
    barrier, answers = threading.Barrier(2), []

    def hand_out(number: int) -> None:
        barrier.wait()
        answers.append(clerks[number].post("check-in", entry=entries[number], desk=f"{number + 1} 号台"))

    threads = [threading.Thread(target=hand_out, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, refused(lost, 409)) == (200, "ALREADY_CHECKED_IN")
    assert "号台" in lost.json["zh"]
    assert built.box.cards_out == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "DESK_REQUEST"),
        ({"entry": 7, "desk": "1"}, 422, "DESK_REQUEST"),
        ({"entry": "x" * 1001, "desk": "1"}, 422, "DESK_REQUEST"),
        ({"entry": "nobody", "desk": "1"}, 404, "ROLL_NO_ENTRY"),
        ({"entry": "*", "desk": ""}, 422, "TEXT_LENGTH"),
        ({"entry": "*", "desk": "台" * 41}, 422, "TEXT_LENGTH"),
        ({"entry": "*"}, 422, "DESK_REQUEST"),
    ],
)
def test_malformed_requests_are_refused(built: Built, clerk: Clerk, body: dict, status: int, code: str) -> None:
    if body.get("entry") == "*":
        body = {**body, "entry": clerk.find("1")[0]["id"]}
    assert refused(clerk.post("check-in", **body), status) == code
    assert built.box.cards_out == 0


def test_a_body_that_is_no_object_is_refused(clerk: Clerk) -> None:
    headers = {"X-CSRFToken": clerk.token, "Accept": "application/json", "Content-Type": "application/json"}
    for raw in (b"[]", b"{", b"null", b'"query"'):
        assert refused(clerk.client.post(f"{clerk.base}/find", data=raw, headers=headers), 422) == "JSON_BODY"


def test_without_the_form_token_nothing_happens(built: Built, clerk: Clerk) -> None:
    entry = clerk.find("1")[0]["id"]
    answer = clerk.client.post(
        f"{clerk.base}/check-in", json={"entry": entry, "desk": "1"}, headers={"Accept": "application/json"}
    )
    assert refused(answer, 400) == "FORM_EXPIRED"
    assert built.box.cards_out == 0


# --- who may -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("login", ["official", "supervisor", "admin"])
def test_only_clerks_hand_out_cards(built: Built, login: str) -> None:
    other = Clerk(built, login)
    assert other.client.get(other.base).status_code == 403
    assert other.post("find", query="1").status_code == 403


def test_an_election_of_another_community_is_not_here(built: Built, clerk: Clerk) -> None:
    elsewhere = clerk.base.replace(built.community, built.house.other_community)
    assert clerk.client.get(elsewhere).status_code in (403, 404)


def test_a_check_in_of_another_box_cannot_be_undone_here(built: Built, clerk: Clerk) -> None:
    mark = clerk.check_in("样人子").json["mark"]
    row = built.election
    facts = {"community_id": built.community, "day": row.day, "opens_at": row.opens_at, "closes_at": row.closes_at}
    made = built.act(
        actions.create_election,
        actor=built.actor(),
        now=ON_THE_DAY,
        title="另一次",
        place="别处",
        offices=OFFICES,
        trustees=2,
        **facts,
    )
    there = Clerk(replace(built, election_id=made.id))
    answer = there.undo(mark, 0)
    assert refused(answer, 404) == "NO_SUCH_CHECK_IN"


# --- the desk shut -----------------------------------------------------------------------------------------------


def shut_before(house: House) -> Built:
    return a_sealed_election(house)


def shut_paused(house: House) -> Built:
    built = an_open_election(house)
    built.do(actions.pause_poll, reason="停电", now=ON_THE_DAY)
    return built


def shut_queue_served(house: House) -> Built:
    built = an_open_election(house)
    built.do(actions.stop_queue, people=0, now=EVENING)
    return built


def shut_closed(house: House) -> Built:
    return close(an_open_election(house))


@pytest.mark.parametrize(
    ("make", "reason", "code"),
    [
        (shut_before, "投票还没有开始", "DESK_NOT_OPEN"),
        (shut_paused, "投票已暂停", "DESK_NOT_OPEN"),
        (shut_queue_served, "投票时间已到，排队的人都已领卡", "QUEUE_SERVED"),
        (shut_closed, "投票已经结束", "DESK_NOT_OPEN"),
    ],
)
def test_a_shut_desk_says_why_and_who_helps(
    house: House, make: Callable[[House], Built], reason: str, code: str
) -> None:
    built = make(house)
    clerk = Clerk(built)
    verdict = clerk.find("1")[0]["verdict"]
    assert (verdict["ok"], verdict["title"], verdict["reason"]) == (False, "现在不能发卡", reason)
    assert "选举工作人员 甲o" in verdict["help"][0]
    assert refused(clerk.check_in("1"), 409) == code


def test_people_in_the_queue_are_still_served(house: House) -> None:
    built = an_open_election(house)
    built.do(actions.stop_queue, people=1, now=EVENING)
    clerk = Clerk(built)
    assert clerk.find("1")[0]["verdict"]["ok"]
    assert clerk.check_in("1").json["state"]["queue"] == 0
    assert not clerk.find("2")[0]["verdict"]["ok"]


# --- cards that come back ----------------------------------------------------------------------------------------


def test_an_undo_takes_the_card_and_the_person_may_come_again(built: Built, clerk: Clerk) -> None:
    mark = clerk.check_in("样人子").json["mark"]
    answer = clerk.undo(mark, 0, reason="wrong_person", note="同名")
    assert answer.status_code == 200
    counters = answer.json["state"]["counters"]
    assert (counters["checked_in"], counters["cards_out"], counters["returned"]) == (0, 1, 1)
    assert clerk.find("样人子")[0]["verdict"]["ok"]
    assert "同名" not in str(built.events())
    again = clerk.undo(mark, 1)
    assert refused(again, 404) == "NO_SUCH_CHECK_IN"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"reason": "weil"}, 422, "UNDO_REASON"),
        ({"credential": "x"}, 403, "CARD_NOT_IN_HAND"),
        ({"proof": None}, 403, "CARD_NOT_IN_HAND"),
        ({"proof": {"challenge": "1", "response": "2"}}, 403, "CARD_NOT_IN_HAND"),
        ({"nonce": "nothing"}, 409, "CARD_NONCE"),
        ({"second": "nobody"}, 403, "UNDO_ALONE"),
        ({"mark": "nothing"}, 404, "NO_SUCH_CHECK_IN"),
        ({"note": "字" * 151}, 422, "TEXT_LENGTH"),
        ({"note": None}, 422, "DESK_REQUEST"),
    ],
)
def test_an_undo_is_refused(built: Built, clerk: Clerk, change: dict, status: int, code: str) -> None:
    mark = clerk.check_in("样人子").json["mark"]
    assert refused(clerk.undo(mark, 0, **change), status) == code
    assert (built.box.cards_returned, built.box.cards_out) == (0, 1)


def test_a_card_that_voted_cannot_come_back(house: House) -> None:
    built = vote(an_open_election(house), CHOICES[:1])
    clerk = Clerk(built)
    mark = clerk.check_in("样人丑").json["mark"]
    assert refused(clerk.undo(mark, 0), 409) == "CARD_USED"
    assert refused(clerk.post("torn", **clerk.card(0, "torn")), 409) == "CARD_USED"


def test_a_torn_card_is_voided_and_a_spare_goes_out(built: Built, clerk: Clerk) -> None:
    clerk.check_in("样人子")
    counters = clerk.post("torn", **clerk.card(0, "torn")).json["state"]["counters"]
    assert (counters["torn"], counters["cards_out"], counters["checked_in"], counters["left"]) == (1, 2, 1, 15)
    assert refused(clerk.post("torn", **clerk.card(0, "torn")), 409) == "CARD_MARKED"
    assert refused(clerk.post("torn", **stranger(built, clerk, "torn")), 403) == "CARD_UNKNOWN"


def stranger(built: Built, clerk: Clerk, deed: str) -> dict[str, Any]:
    """A card of another election, in hand."""
    return asdict(in_hand(replace(built, cards=[12345]), 0, deed, by=clerk.login))


# --- after closing -----------------------------------------------------------------------------------------------


def test_every_card_of_the_pile_is_scanned_once(house: House) -> None:
    built = close(vote(an_open_election(house), CHOICES[:2]))
    clerk = Clerk(built)
    seen = clerk.post("unused", **clerk.card(5, "unused"))
    assert (seen.json["kind"], seen.json["state"]["counters"]["unused"]) == ("unused", 1)
    again = clerk.post("unused", **clerk.card(5, "unused"))
    assert again.json["state"]["counters"]["unused"] == 1
    assert refused(clerk.post("unused", **stranger(built, clerk, "unused")), 403) == "CARD_UNKNOWN"
    assert refused(clerk.post("torn", **clerk.card(6, "torn")), 409) == "BOX_NOT_OPEN"


def test_a_card_of_the_pile_that_voted_raises_the_alarm(house: House) -> None:
    built = close(vote(an_open_election(house), CHOICES[:2]))
    clerk = Clerk(built)
    seen = clerk.post("unused", **clerk.card(0, "unused"))
    assert seen.json["kind"] == "voted"
    assert seen.json["state"]["counters"]["voted"] == 1, "the last word of the scanning must not say that none voted"
    assert "box_unused_card_voted" in [kind for kind, _ in built.events()]


def test_cards_are_not_counted_before_closing(built: Built, clerk: Clerk) -> None:
    assert refused(clerk.post("unused", **clerk.card(5, "unused")), 409) == "BOX_NOT_CLOSED"


def test_the_desk_of_a_finished_count_shows_the_same_figures(house: House) -> None:
    built = a_closed_election(house)
    state = Clerk(built).state()
    assert state["state"] == "closed"
    assert state["counters"]["unused"] == state["counters"]["left"] == 9


# --- tablets -----------------------------------------------------------------------------------------------------


def test_a_calling_tablet_lights_the_lamp_until_somebody_goes(built: Built, clerk: Clerk) -> None:
    with read(built.engine) as session:
        tablet = session.scalars(select(Kiosk)).one()
    built.act(kiosk.call_staff, box=built.box.id, kiosk=tablet.id, on=True)
    assert clerk.state()["calling"] == [{"id": tablet.id, "name": "1 号"}]
    assert clerk.post("lamp", kiosk=tablet.id).json["state"]["calling"] == []
    assert refused(clerk.post("lamp", kiosk="nothing"), 404) == "NO_SUCH_KIOSK"


def test_the_front_page_leads_the_clerk_to_the_desk(built: Built, clerk: Clerk) -> None:
    assert clerk.base in clerk.client.get("/").text
    assert clerk.base not in built.house.signed_in("official").get("/").text


def test_an_undo_from_the_log_side_names_no_person(built: Built, clerk: Clerk) -> None:
    entry = built.look(lambda session, election: find(session, election=election, query="样人子")[0])
    mark = clerk.check_in("样人子").json["mark"]
    assert clerk.undo(mark, 0).status_code == 200
    assert entry.id not in str(built.events()) and entry.name not in str(built.events()[-1])
