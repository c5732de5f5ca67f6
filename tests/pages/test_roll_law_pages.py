"""Pages of the roll by the law and of the rules in force: what they show, what they refuse, what the public sees."""

import re
from datetime import timedelta
from typing import Any

import pytest
from election_build import (
    BEFORE,
    ON_THE_DAY,
    Built,
    a_csv,
    a_published_election,
    a_row,
    an_election,
    an_id_number,
    an_open_election,
    with_roll,
)
from house_build import House, token

from voting.database import writing_session
from voting.elections.roll import actions as roll
from voting.elections.roll import publication, queries


def address(built: Built, rest: str) -> str:
    return f"/c/{built.community}/elections/{built.election_id}/{rest}"


def send(client: Any, url: str, **form: str) -> Any:
    return client.post(url, data={"csrf_token": token(client), **form})


def test_every_value_in_force_is_shown_with_its_source(house: House) -> None:
    built = an_election(house, profile="shanghai", options={"second_poll_turnout": "no"})
    page = house.signed_in("official").get(address(built, "rules")).text
    for words in (
        "《上海市村民委员会选举办法》第16条",
        "《城市居民委员会组织法》第17条",
        "选举委员会的决定",
        "凭记忆",
        "7–9 人，单数",
    ):
        assert words in page if words != "凭记忆" else "凭记忆" not in page, words
    english = house.signed_in("official").get(address(built, "rules?lang=en")).text
    for words in ("Shanghai village election rules, Art. 16", "2020-09-25", "Rules in force"):
        assert words in english


def test_rules_are_set_on_the_page_until_the_roll_is_posted(house: House) -> None:
    built = with_roll(an_election(house))
    client = house.signed_in("official")
    url = address(built, "rules")
    assert send(client, url, profile="zhejiang", second_poll_turnout="no", alarm_days="5").status_code == 303
    assert (built.election.profile, built.election.options, built.election.alarm_days) == (
        "zhejiang", {"second_poll_turnout": "no"}, 5,
    )  # fmt: skip
    assert send(client, url, profile="zhejiang", alarm_days="x").status_code == 422
    built.do(publication.publish_roll)
    answer = send(client, url, profile="beijing", alarm_days="5")
    assert answer.status_code == 409 and "名单公布以后" in answer.text
    # What cannot be changed any more is not offered; the days of warning still are.
    page = client.get(url).text
    assert page.count("<select") == page.count(" disabled>") > 1
    sent = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert send(client, url, **{**sent, "alarm_days": "7"}).status_code == 303
    assert (built.election.profile, built.election.alarm_days) == ("zhejiang", 7)


def test_the_calendar_page(house: House) -> None:
    built = a_published_election(house, profile="zhejiang")
    page = house.signed_in("official").get(address(built, "calendar")).text
    # 20 December − 5 = the 15th; the roll was posted on 25 November: objections until the 30th.
    assert "2026-12-15" in page and "2026-11-30" in page and "《浙江省村民委员会选举办法》第25条" in page


def test_a_new_election_is_created_with_its_rules(house: House) -> None:
    client = house.signed_in("official")
    url = f"/c/{house.community}/elections/new"
    page = client.get(url).text
    assert 'name="profile"' in page and 'name="legal_record"' in page
    form = {
        "title": "换届", "place": "大厅", "day": "2026-12-20", "opens": "08:00", "closes": "18:00",
        "mode": "all_voters",
        "trustees": "2", "ballot_floor": "5", "group": "Ed25519", "offices-0-title": "主任", "offices-0-seats": "1",
        "profile": "beijing", "second_poll_turnout": "no", "holiday_moves": "no",
        "legal_record": "tablet",
    }  # fmt: skip
    assert send(client, url, **form).status_code == 303
    fact = house.log()[-1][1]
    assert (fact["profile"], fact["options"]) == ("beijing", {"second_poll_turnout": "no"})


# --- objections -------------------------------------------------------------------------------------------------------


def test_an_objection_from_its_receipt_to_the_next_version(house: House) -> None:
    built = a_published_election(house)
    client = house.signed_in("official")
    url = address(built, "roll/objections")
    assert "2026-11-30" in client.get(url).text
    person = {"name": "新来人", "sex": "女", "id_number": an_id_number(900), "building": "2栋", "category": "常住"}
    assert send(client, url, kind="add", by="李某", text="漏登", **person).status_code == 303
    page = client.get(url).text
    assert "要求补登" in page and "李某" in page and an_id_number(900) not in page
    objection = next(data["objection"] for kind, data in built.events() if kind == "roll_objection_received")
    assert send(client, f"{url}/{objection}", answer="属实").status_code == 422, "OBJECTION_OUTCOME"
    assert send(client, f"{url}/{objection}", answer="属实", outcome="upheld").status_code == 303
    assert "成立" in client.get(url).text
    versions = client.get(address(built, "roll/versions")).text
    assert "异议决定" in versions and str(built.election.roll_hash) in versions
    again = send(client, f"{url}/{objection}", answer="属实", outcome="refused")
    assert again.status_code == 409 and "已经处理过" in again.text


def test_what_is_wrong_with_an_objection_is_said_on_its_page(house: House) -> None:
    built = a_published_election(house)
    client = house.signed_in("official")
    answer = send(client, address(built, "roll/objections"), kind="remove", by="李某", text="已搬走", number="99")
    assert answer.status_code == 422 and "没有这个编号" in answer.text and "已搬走" in answer.text
    house.clock.now = BEFORE + timedelta(days=6)
    client = house.signed_in("official")
    late = send(client, address(built, "roll/objections"), kind="remove", by="李某", text="已搬走", number="1")
    assert late.status_code == 303
    page = client.get(address(built, "roll/objections")).text
    assert "不在异议期内" in page and "不予受理" in page


def test_the_list_is_not_taken_down_inside_its_period(house: House) -> None:
    built = a_published_election(house)
    answer = send(house.signed_in("official"), address(built, "roll/withdraw"))
    assert answer.status_code == 409 and "2026-12-21" in answer.text


# --- grounds, grids, representatives ----------------------------------------------------------------------------------


def test_a_ground_is_confirmed_on_the_rolls_page(house: House) -> None:
    built = an_election(house)
    with writing_session(built.engine) as session:
        content = a_csv([a_row(1), a_row(2).replace(",常住,", ",社区工作者,")])
        dry = roll.keep_draft(
            session, election_id=built.election_id, filename="r.csv", content=content, keys=built.keys
        )
    client = house.signed_in("official")
    draft = client.get(address(built, "roll/draft")).text
    assert send(client, address(built, "roll/import"), digest=dry.digest, grid="").status_code == 303
    assert "逐行结果" in draft and "须由选举委员会确认" in client.get(address(built, "roll")).text
    url = address(built, "roll/grounds/worker")
    assert send(client, url, basis="第一次会议", decided="").status_code == 422, "DAY_MISSING"
    assert send(client, url, basis="第一次会议", decided="2026-11-25").status_code == 303
    assert "2026-11-25 已确认" in client.get(address(built, "roll")).text


def test_representatives_are_entered_and_only_they_get_a_card(house: House) -> None:
    built = with_roll(an_election(house, mode="resident_reps"))
    client = house.signed_in("official")
    url = address(built, "roll/representatives")
    wrong = send(client, url, lines="1;一组")
    assert wrong.status_code == 422 and "第 1 行看不懂" in wrong.text and "1;一组" in wrong.text
    assert send(client, url, lines="1,一组\n2,一组\n3,二组").status_code == 303
    assert "代表 3 人" in client.get(url).text
    built.do(publication.publish_roll)
    public = house.app().test_client().get(f"/c/{built.community}/e/{built.election_id}/roll").text
    assert "二组" in public


def test_the_desk_says_who_is_no_representative(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    built = an_open_election(house)
    house.clock.now = ON_THE_DAY
    monkeypatch.setattr("voting.elections.desk.pages.entitled", lambda *_a, **_f: frozenset())
    client = house.signed_in("clerk")
    headers = {"X-CSRFToken": token(client)}
    answer = client.post(address(built, "desk/find"), json={"query": "7"}, headers=headers).get_json()
    hit = answer["hits"][0]
    assert hit["verdict"]["ok"] is False and "代表" in hit["verdict"]["reason"]


# --- in public --------------------------------------------------------------------------------------------------------


def test_the_posted_list_has_nothing_that_only_its_bearer_should_know(house: House) -> None:
    built = an_election(house)
    rows = [a_row(1, "张同名"), a_row(2, "张同名"), a_row(3, "王独名")]
    with writing_session(built.engine) as session:
        dry = roll.keep_draft(
            session, election_id=built.election_id, filename="r.csv", content=a_csv(rows), keys=built.keys
        )
        roll.import_draft(
            session, election_id=built.election_id, digest=dry.digest, keys=built.keys, actor=built.actor(), now=BEFORE
        )
    url = f"/c/{built.community}/e/{built.election_id}/roll"
    visitor = house.app().test_client()
    assert visitor.get(url).status_code == 404, "NOT_POSTED"
    built.do(publication.publish_roll)
    page = visitor.get(url).text
    # Namesakes are told apart by age group; somebody whose name is alone gives away no age.
    assert page.count("50–59 岁") == 2 and "王独名" in page
    for index in (1, 2, 3):
        assert an_id_number(index)[-4:] not in page and f"{index}01室" not in page
    assert "1970" not in page
    assert "1单元" not in page
    built.do(publication.withdraw_roll, now=BEFORE + timedelta(days=26))
    gone = visitor.get(url)
    assert gone.status_code == 404 and "撤下" in gone.text, "ROLL_TAKEN_DOWN"
    lookup = visitor.post(url, data={"name": "王独名", "last4": an_id_number(3)[-4:]})
    assert lookup.status_code == 404


def test_am_i_on_the_roll_answers_yes_or_no_and_no_more(house: House) -> None:
    built = a_published_election(house)
    url = f"/c/{built.community}/e/{built.election_id}/roll"
    visitor = house.app().test_client()
    name = built.look(lambda session, e: queries.find(session, election=e, query="3")[0])
    yes = visitor.post(url, data={"name": name.name, "last4": name.id_last4}).text
    assert "在名单上" in yes and "0003" in yes
    no = visitor.post(url, data={"name": name.name, "last4": "0000"}).text
    wrong_name = visitor.post(url, data={"name": "没有人", "last4": name.id_last4}).text
    assert "没有查到" in no and "没有查到" in wrong_name
    assert "age" not in no.split("没有查到")[1][:200]
