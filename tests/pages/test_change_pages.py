"""Changing an election on its page; rules and calendar in public; what a supervisor is told on the overview."""

from datetime import UTC, datetime
from typing import Any

from election_build import Built, a_published_election, a_sealed_election, an_election, with_roll
from house_build import House
from page_visit import at, said, send

from voting.elections.roll.publication import publish_roll

OFFICES = {
    "offices-0-title": "主任", "offices-0-seats": "1", "offices-0-write_in": "y", "offices-1-title": "委员",
    "offices-1-seats": "4",
}  # fmt: skip


def held(day: str, **more: str) -> dict[str, Any]:
    return {"place": "二楼礼堂", "day": day, "opens": "09:00", "closes": "17:00", **more}


def public(built: Built, rest: str) -> str:
    return f"/c/{built.community}/e/{built.election_id}/{rest}"


def test_a_draft_is_changed_on_its_page(house: House) -> None:
    built = with_roll(an_election(house))
    client, url = house.signed_in("official"), at(built, "change")
    assert f'href="{url}"' in client.get(at(built)).text
    page = client.get(url).text
    assert 'value="样例社区居民委员会换届选举"' in page and 'value="主任"' in page and "修改选举" in page
    form = held("2026-12-27", title="第十届换届选举", **OFFICES)
    assert send(client, url, form).status_code == 303
    assert (built.election.title, built.election.day.isoformat(), built.election.place) == (
        "第十届换届选举", "2026-12-27", "二楼礼堂",
    )  # fmt: skip
    assert [(one.title, one.seats) for one in built.election.offices] == [("主任", 1), ("委员", 4)]
    wrong = send(client, url, {**form, "day": "2026-11-01"})
    assert wrong.status_code == 422 and 'id="day-error"' in wrong.text
    assert "选举日已经过去" in wrong.text and 'value="2026-11-01"' in wrong.text
    assert send(client, url, {**form, "day": "x"}).status_code == 422
    assert send(client, url, {**form, "title": ""}, Accept="application/json").status_code == 422


def test_a_posted_election_is_moved_on_its_page_with_the_first_day_shown(house: House) -> None:
    built = a_published_election(house, profile="zhejiang")
    house.clock.now = datetime(2026, 12, 12, 1, 0, tzinfo=UTC)
    client, url = house.signed_in("official"), at(built, "change")
    assert "改期" in client.get(at(built)).text
    # Posted again on 12 December, objections end on the 17th: the 18th; but only a day after the 20th is a later one.
    page = said(client.get(url))
    assert "往后改期，最早可以改到 2026-12-21" in page and "2026-12-18：名单重新公布" in page
    assert "《浙江省村民委员会选举办法》第22条" in page and "主任" not in page
    early = send(client, url, held("2026-12-16", decision="会场要修"))
    assert early.status_code == 422 and "最早可以改到 2026-12-17" in early.text
    assert send(client, url, held("2026-12-27")).status_code == 422, "a decision is asked for"
    assert send(client, url, held("2026-12-27", decision="会场要修")).status_code == 303
    assert built.election.day.isoformat() == "2026-12-27"
    english = said(client.get(f"{url}?lang=en"))
    assert "Move the election day" in english and "For a later day, the first possible is" in english


def test_a_sealed_election_says_what_to_do_instead(house: House) -> None:
    built = a_sealed_election(house)
    answer = send(house.signed_in("official"), at(built, "change"), held("2026-12-27", decision="台风"))
    assert answer.status_code == 422 and "宣布选举无效" in answer.text


def test_rules_and_calendar_are_public_once_the_election_is_announced(house: House) -> None:
    built = with_roll(an_election(house, profile="zhejiang", options={"holiday_moves": "yes"}))
    visitor = house.app().test_client()
    for page in ("rules", "calendar"):
        assert visitor.get(public(built, page)).status_code == 404
    built.do(publish_roll)
    rules = said(visitor.get(public(built, "rules")))
    assert "《城市居民委员会组织法》第17条 · 2026-01-01 施行" in rules
    assert "《浙江省村民委员会选举办法》第18条 · 2020-07-31 的文本" in rules and "第41号" in rules
    calendar = said(visitor.get(public(built, "calendar")))
    # 20 December + 30 = 19 January, a year whose days off nobody has arranged yet.
    assert "2027-01-19" in calendar and "2027 年的放假安排还没有公布" in calendar
    assert "Rules in force" in said(visitor.get(public(built, "rules?lang=en")))
    page = visitor.get(public(built, "")[:-1]).text
    assert public(built, "calendar") in page and public(built, "rules") in page


def test_a_supervisor_sees_what_to_do_and_the_official_does_not(house: House) -> None:
    built = a_published_election(house)
    page = house.signed_in("supervisor").get(at(built)).text
    assert "建自己的密钥" in page and "去我的密钥" in page and "公布候选人名单</a>" not in page
    assert "建自己的密钥" not in house.signed_in("official").get(at(built)).text


def test_what_is_nearly_due_is_called_on_the_overview(house: House) -> None:
    built = with_roll(an_election(house))
    house.clock.now = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
    page = said(house.signed_in("official").get(at(built)))
    assert "快到期和逾期的" in page and "公布选民名单 · 还有 2 天（2026-11-30）" in page
