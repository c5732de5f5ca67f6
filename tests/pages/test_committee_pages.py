"""The page of the election committee: formed, filed, met, left, kinship and staff; refusals stand where they belong."""

import re
from datetime import date

from election_build import Built, add_candidate, an_election, with_roll
from house_build import House
from page_visit import at, said, send

from voting.elections.candidates.nominations import Proposal, nominate
from voting.elections.committee import queries
from voting.elections.roll.queries import find

VOTE = {
    "body": "representatives", "held_on": "2026-11-20", "due": "40", "attended": "33", "size": "3",
    "chosen": "6 主任 90\n7 委员 80\n8 委员 70\n9 委员 60\n",
}  # fmt: skip


def first(built: Built, name: str) -> str:
    return next(one.id for one in built.look(queries.members) if one.name == name)


def entry_named(built: Built, name: str) -> str:
    return str(built.look(lambda session, election: find(session, election=election, query=name)[0].id))


def test_a_committee_on_its_page(house: House) -> None:
    built = with_roll(an_election(house))
    client, url = house.signed_in("official"), at(built, "committee")
    assert "选举委员会还没有登记" not in said(client.get(url)) and "推选结果" in said(client.get(url))
    wrong = send(client, f"{url}/formed", {**VOTE, "chosen": "6 主任"})
    assert wrong.status_code == 422 and "这一行看不懂" in said(wrong)
    wrong = send(client, f"{url}/formed", {**VOTE, "chosen": "99 主任 5"})
    assert wrong.status_code == 422 and "没有 99 号" in said(wrong)
    wrong = send(client, f"{url}/formed", {**VOTE, "size": "2"})
    assert wrong.status_code == 422 and "单数" in said(wrong) and "民发" in said(wrong)
    assert send(client, f"{url}/formed", VOTE).status_code == 303
    assert send(client, f"{url}/filed").status_code == 303
    assert "备案" in said(client.get(url))
    add_candidate(built, 0, "1")
    kin = {"one": "7", "other": "1", "relation": "spouse"}
    assert send(client, f"{url}/kinships", {**kin, "one": "七"}).status_code == 422
    assert send(client, f"{url}/kinships", kin).status_code == 303
    page = said(client.get(url))
    assert "近亲属被提名为候选人" in page and "已退出" in page, "the member left with the declaration"
    assert [one.standing for one in built.look(queries.members)] == ["sitting", "left", "sitting", "sitting"]
    office = built.election.offices[0].id
    built.do(nominate, proposal=Proposal(office, entry_named(built, "样人巳"), "party", date(2026, 11, 20)))
    assert "确认退出，由下一名递补" in said(client.get(url))
    absent = {"held_on": "2026-11-25", "absent": [first(built, "样人未")]}
    assert send(client, f"{url}/meetings", absent).status_code == 303
    assert "缺席 1 人" in said(client.get(url))
    assert send(client, f"{url}/meetings", absent).status_code == 422
    kinship = built.look(queries.declared)[0].id
    assert send(client, f"{url}/kinships/withdraw", {"kinship": kinship}).status_code == 303


def test_a_committee_is_the_first_thing_to_do_and_needs_no_roll(house: House) -> None:
    built = an_election(house)
    client, url = house.signed_in("official"), at(built, "committee")
    overview = lambda: client.get(at(built, ""))  # noqa: E731
    assert "现在要做" in said(overview()) and "登记选举委员会" in said(overview()) and url in overview().text
    assert "还没有登记选举委员会" not in said(client.get(at(built, "moves/publish"))), "the roll lacks first"
    with_roll(built, 13, {13: "样人子"})
    assert "还没有登记选举委员会" in said(client.get(at(built, "moves/publish")))
    chosen = "样人子 女 主任 90\n样人丑 男 委员 80\n样人寅 女 委员 70\n"
    assert send(client, f"{url}/formed", {**VOTE, "chosen": chosen}).status_code == 303
    assert "登记选举委员会" not in said(overview())
    assert "还没有登记选举委员会" not in said(client.get(at(built, "moves/publish")))
    page = client.get(url)
    assert "有 2 位同名同性别的“样人子”" in said(page) and "样人子的选民编号" in page.text
    tied = {"member": first(built, "样人子"), "number": "13"}
    assert send(client, f"{url}/tied", tied).status_code == 303
    assert "同名同性别" not in said(client.get(url))


def test_staff_on_the_page(house: House) -> None:
    built = with_roll(an_election(house))
    client, url = house.signed_in("official"), at(built, "committee")
    add_candidate(built, 0, "1")
    wrong = send(client, f"{url}/staff", {"person": "1", "duty": "watcher"})
    assert wrong.status_code == 422 and "是候选人，不能担任" in said(wrong)
    assert send(client, f"{url}/staff", {"person": "2", "duty": "watcher"}).status_code == 303
    assert send(client, f"{url}/staff", {"name": "社工甲", "duty": "caller"}).status_code == 303
    page = client.get(url)
    assert "还没有宣誓" in said(page)
    ids = re.findall(r'name="staff" value="(\w+)"', page.text)
    assert send(client, f"{url}/staff/sworn", {"staff": ids[0]}).status_code == 303
    assert send(client, f"{url}/staff/ended", {"staff": ids[0]}).status_code == 303
    assert "2026-12-01 宣誓" not in said(client.get(url))


def test_a_supervisor_sees_and_changes_nothing(house: House) -> None:
    built = with_roll(an_election(house))
    client, url = house.signed_in("supervisor"), at(built, "committee")
    page = client.get(url)
    assert (
        page.status_code == 200
        and "登记选举委员会" not in page.text
        and "<button" not in page.text.split("<main")[1].split("</main>")[0]
    )
    assert send(client, f"{url}/formed", VOTE).status_code == 403


def test_numbers_are_read_from_what_people_type() -> None:
    import pytest

    from voting.elections.by_number import numbers_in
    from voting.errors import Malformed

    assert numbers_in(" 3、14，15 9;2") == (3, 14, 15, 9, 2)
    for wrong in ("三", "1 x", "１"):
        with pytest.raises(Malformed) as caught:
            numbers_in(wrong)
        assert caught.value.code == "ROLL_NUMBERS"


CODES = ("VOTE_LINE", "ROLL_NO_NUMBER")
