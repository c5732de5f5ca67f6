"""The pages of proxies and paper, and paper at the desk, as an official and a clerk use them."""

import io
import re
from typing import Any

import pytest
from count_build import EVENING, give_share
from election_build import AFTER_OBJECTIONS, ON_THE_DAY, Built, a_sealed_election, with_rehearsals
from flask.testing import FlaskClient
from house_build import House, token
from paper_build import (
    a_paper_poll,
    entered,
    entry,
    issue,
    main_box,
    name,
    opened,
    printed,
    record,
    sheet,
    voted_on_paper,
)
from photo_build import a_jpeg

from voting.elections.count import actions as count
from voting.elections.paper import actions as paper
from voting.elections.paper import ledger
from voting.elections.proxies import actions as proxies
from voting.permissions import Role


def send(client: FlaskClient, url: str, data: dict[str, Any], **more: Any) -> Any:
    return client.post(url, data={"csrf_token": token(client), **data}, **more)


def post(client: FlaskClient, url: str, data: dict[str, Any]) -> Any:
    return client.post(url, json=data, headers={"X-CSRFToken": token(client)})


def place(built: Built, rest: str) -> str:
    return f"/c/{built.community}/elections/{built.election_id}/{rest}"


@pytest.fixture
def sealed(house: House) -> Built:
    built = with_rehearsals(a_sealed_election(house, voters=24))
    house.clock.now = AFTER_OBJECTIONS
    return built


def test_an_official_records_and_posts_proxies(sealed: Built) -> None:
    official = sealed.house.signed_in("official")
    page = place(sealed, "proxies")
    form = {"principal": "16", "holder": "15", "day": "2026-12-01", "reason": "住院"}
    photo = {"evidence": (io.BytesIO(a_jpeg(200, 300)), "form.jpg")}
    done = send(official, page, {**form, **photo}, content_type="multipart/form-data")
    assert done.status_code == 303, done.text
    refused = send(official, page, form)
    assert refused.status_code == 422 and "已经委托了别人" in refused.text
    assert "选民名单上没有 99 号" in send(official, page, {**form, "principal": "99"}).text
    no_day = send(official, page, {**form, "day": "昨天"}, headers={"Accept": "application/json"})
    assert no_day.json["code"] == "PROXY_DATE"
    assert send(official, f"{page}/posted", {}).status_code == 303
    shown = official.get(page).text
    assert name(sealed, 16) in shown and "2026-12-02 公布" in shown


def test_a_form_is_withdrawn_on_the_page(sealed: Built) -> None:
    made = record(sealed, 16, 15)
    official = sealed.house.signed_in("official")
    assert send(official, place(sealed, f"proxies/{made}/withdrawn"), {}).status_code == 303
    assert "已撤回" in official.get(place(sealed, "proxies")).text


def test_an_official_prints_and_seals_on_the_page(sealed: Built) -> None:
    official = sealed.house.signed_in("official")
    page = place(sealed, "paper")
    run = {"style": "全部", "printed": "30", "second": sealed.accounts["clerk"]}
    assert send(official, f"{page}/printed", run).status_code == 303
    assert "选票要两人清点" in send(official, f"{page}/printed", {**run, "second": ""}).text
    letters = send(official, f"{page}/printed", {**run, "printed": "三十"}, headers={"Accept": "application/json"})
    assert letters.json["code"] == "PAPER_NUMBER"
    # A digit to the eye and none to count with.
    for odd in ("²", "①"):
        sent = send(official, f"{page}/printed", {**run, "printed": odd}, headers={"Accept": "application/json"})
        assert sent.json["code"] == "PAPER_NUMBER"
    box = {
        "kind": "mobile",
        "seal": "封 1",
        "place": "3 栋",
        "watchers": "甲\n乙\n丙",
        "voters": "19 20",
        "approval": "街道",
    }
    assert send(official, f"{page}/sealed", box).status_code == 303
    shown = official.get(page).text
    assert "封 1" in shown and "街道批准" in shown


def test_the_desk_hands_out_for_the_holder_and_on_paper(house: House) -> None:
    built, *_ = a_paper_poll(house)
    house.clock.now = ON_THE_DAY
    clerk = house.signed_in("clerk")
    desk = place(built, "desk")
    [hit] = post(clerk, f"{desk}/find", {"query": name(built, 15)}).json["hits"]
    verdict = hit["verdict"]
    assert (verdict["title"], verdict["number"]) == ("本人 + 代 3 人", 4)
    assert name(built, 16) in verdict["reason"]
    sent = {"entry": hit["id"], "desk": "1 号台", "channel": "paper", "expected": 4}
    assert post(clerk, f"{desk}/check-in", {**sent, "expected": 1}).json["code"] == "PROXIES_CHANGED"
    assert post(clerk, f"{desk}/check-in", {**sent, "channel": "post"}).json["code"] == "DESK_REQUEST"
    answer = post(clerk, f"{desk}/check-in", sent).json
    assert answer["number"] == 4
    assert answer["state"]["counters"]["papers"] == 4
    # The principal turns up: told who took the ballot.
    [late] = post(clerk, f"{desk}/find", {"query": name(built, 16)}).json["hits"]
    assert late["verdict"]["title"] == "受托人已经代领"
    assert name(built, 15) in late["verdict"]["reason"]
    assert post(clerk, f"{desk}/paper-spoilt", {}).json["state"]["counters"]["papers_left"] == 25
    back = {"mark": answer["mark"], "reason": "left", "second": built.accounts["official"]}
    assert post(clerk, f"{desk}/paper-back", {**back, "second": ""}).json["code"] == "UNDO_ALONE"
    assert post(clerk, f"{desk}/paper-back", {**back, "mark": "none"}).json["code"] == "NO_SUCH_CHECK_IN"
    assert post(clerk, f"{desk}/paper-back", back).status_code == 200
    page = clerk.get(desk).text
    assert "换写坏的纸票" in page and 'id="paper-back"' in page


def test_a_desk_without_paper_shows_none(house: House) -> None:
    built = with_rehearsals(a_sealed_election(house))
    opened(built)
    house.clock.now = ON_THE_DAY
    page = house.signed_in("clerk").get(place(built, "desk")).text
    assert "纸票" not in page.split('<template id="t-verdict">')[1].split("</template>")[0].replace(
        "收回空白纸票并撤销", ""
    )


def sheet_fields(**changes: str) -> dict[str, str]:
    """The hall's seven papers, one void."""
    given = {"collected": "7", "void": "1", "v0-0": "2", "v0-1": "4", "v1-0": "5", "v1-1": "3", "v1-2": "1"}
    return {**given, "spoilt1": "1", "unused1": "1", **changes}


def field(page: str, name: str) -> str:
    """What stands in a field of the sheet."""
    return re.findall(rf'name="{name}"[^>]* value="([^"]*)"', page)[0]


def test_a_box_is_entered_twice_and_settled_on_the_page(house: House) -> None:
    built, hall, _ = voted_on_paper(house)
    house.clock.now = EVENING
    official, clerk = house.signed_in("official"), house.signed_in("clerk")
    page = place(built, f"paper/{hall}")
    assert send(official, f"{page}/opened", {"seal": "封 001"}).status_code == 303
    wrong = send(official, page, sheet_fields(unused1="2"))
    assert wrong.status_code == 422 and "应为 2×7 = 14" in wrong.text
    assert 'value="5"' in wrong.text, "what was typed stays"
    assert send(official, page, sheet_fields()).status_code == 303
    # The clerk sees zeros, not the official's figures.
    assert 'name="v0-1" inputmode="numeric" autocomplete="off" maxlength="6" value="0"' in clerk.get(page).text
    assert send(clerk, page, sheet_fields(**{"v0-0": "3", "v0-1": "3"})).status_code == 303
    differing = official.get(page).text
    assert "两次录入有 2 处不同" in differing
    third = house.account("official2", house.community, "甲p")
    house.appoint(third, house.community, Role.ELECTION_OFFICIAL)
    deciding = house.signed_in("official2").get(page).text
    assert field(deciding, "collected") == field(official.get(page).text, "collected") == "7"
    assert (field(deciding, "v0-0"), field(deciding, "v0-1"), field(deciding, "v1-0")) == ("", "", "5")
    assert deciding.count("field paper-figure field--wrong") == 2
    assert "两次录入有 2 处不同" in send(official, f"{page}/agreed", {}).text
    assert send(clerk, page, sheet_fields()).status_code == 303
    assert "两次录入完全一致" in clerk.get(page).text
    assert send(clerk, f"{page}/agreed", {}).status_code == 303
    assert "已核对一致" in clerk.get(page).text


def test_names_doubts_and_the_ledger_on_the_page(house: House) -> None:
    built, hall, mobile = voted_on_paper(house)
    house.clock.now = EVENING
    official, clerk = house.signed_in("official"), house.signed_in("clerk")
    page = place(built, "paper")
    for box, seal in ((hall, "封 001"), (mobile, "封 002")):
        send(official, f"{page}/{box}/opened", {"seal": seal})
    wrote = sheet_fields(**{"v0-0": "1", "w0-0": name(built, 12), "n0-0": "1"})
    small = {"collected": "2", "v0-0": "1", "v0-1": "1", "blank1": "2"}
    for client in (official, clerk):
        assert send(client, f"{page}/{hall}", wrote).status_code == 303
        assert send(client, f"{page}/{mobile}", small).status_code == 303
    picture = {"picture": (io.BytesIO(a_jpeg(200, 300)), "paper.jpg")}
    doubtful = f"{page}/{hall}/doubtful"
    assert send(official, doubtful, picture, content_type="multipart/form-data").status_code == 303
    # The committee sees the picture before it decides, and nobody else does.
    asked = official.get(f"{page}/{hall}").text
    assert f'src="{doubtful}/1"' in asked and "有职务选的人多于应选人数 → 部分有效" in asked
    shown = official.get(f"{doubtful}/1")
    assert (shown.status_code, shown.mimetype, shown.headers["Cache-Control"]) == (200, "image/jpeg", "no-store")
    assert official.get(f"{doubtful}/2").status_code == 404
    assert clerk.get(f"{doubtful}/1").status_code == 403
    votes = {"finding": "unreadable", "reason": "看不清", "in_favour": "3", "against": "1"}
    assert "多数同意" in send(official, f"{doubtful}/1", {**votes, "against": "3"}).text
    assert send(official, f"{doubtful}/1", votes).status_code == 303
    assert "废票 · 看不清 · 同意 3 人，不同意 1 人" in official.get(f"{page}/{hall}").text
    assert name(built, 12) in official.get(page).text
    settled = {"office": "主任", "name": name(built, 12), "entry": entry(built, 12), "in_favour": "3", "against": "0"}
    assert send(official, f"{page}/names", settled).status_code == 303
    for box in (hall, mobile):
        assert send(clerk, f"{page}/{box}/agreed", {}).status_code == 303
    assert "清点到 20 张" in send(official, f"{page}/ledger", {"unused": "20"}).text
    lost = {"unused": "20", "reason": "当众数过三遍", "in_favour": "5", "against": "0"}
    assert send(official, f"{page}/missing", lost).status_code == 303
    assert "缺失 1 张" in official.get(page).text
    assert send(official, f"{page}/ledger", {"unused": "20"}).status_code == 303
    assert "缺失 1 · 多出 0" in official.get(page).text


def test_more_papers_than_issued_say_what_follows(house: House) -> None:
    built, hall, mobile = voted_on_paper(house)
    entered(built, hall, sheet(built, 7, 0, {"votes": [2, 5]}, {"votes": [5, 3, 1]}))
    entered(built, mobile, sheet(built, 3, 0, {"votes": [1, 2]}, {"votes": [1, 1, 1]}))
    for box in (hall, mobile):
        built.do(paper.agree_box, box_id=box, now=EVENING)
    house.clock.now = EVENING
    page = house.signed_in("official").get(place(built, "paper")).text
    assert "2 号流动票箱收回 3 张，多于发出的 2 张：整次选举无效" in page and "重新选举" in page
    built.do(ledger.close_ledger, unused=21, now=EVENING)
    built.do(count.begin_count, now=EVENING)
    for trustee in (0, 1):
        give_share(built, trustee)
    built.do(count.decide_outcome, now=EVENING)
    decided = house.signed_in("official").get(place(built, "count")).text
    assert "选举无效" in decided and "接下来怎么办：重新组织选举" in decided
    assert "多于发出的 2 张" in decided


def test_a_mobile_box_goes_and_comes_on_the_page(house: House) -> None:
    built, _, mobile = a_paper_poll(house)
    house.clock.now = ON_THE_DAY
    official = house.signed_in("official")
    page = place(built, "paper")
    assert send(official, f"{page}/{mobile}/out", {"taken": "4"}).status_code == 303
    assert "正在上门" in official.get(page).text
    back = {"back": "2", "voter": [entry(built, 19), entry(built, 20)]}
    assert send(official, f"{page}/{mobile}/back", back).status_code == 303
    assert "已回来" in official.get(page).text


def test_the_desk_names_the_mobile_box_and_its_list_marks_who_came(house: House) -> None:
    built, _, mobile = a_paper_poll(house)
    house.clock.now = ON_THE_DAY
    clerk, official, page = house.signed_in("clerk"), house.signed_in("official"), place(built, "paper")
    [hit] = post(clerk, f"{place(built, 'desk')}/find", {"query": name(built, 19)}).json["hits"]
    assert hit["verdict"]["ok"] and "在 2 号流动票箱名单上" in hit["verdict"]["reason"]
    assert "已在大厅领票" not in official.get(page).text
    asked = {"entry": entry(built, 19), "desk": "1 号台", "channel": "paper", "expected": 1}
    assert post(clerk, f"{place(built, 'desk')}/check-in", asked).status_code == 200
    before = official.get(page).text
    assert f'<s class="name">{name(built, 19)}</s>（已在大厅领票）' in before
    assert 'id="taken-2" name="taken" inputmode="numeric" size="5" value="2"' in before
    assert send(official, f"{page}/{mobile}/out", {"taken": "2"}).status_code == 303
    assert official.get(page).text.count("已在大厅领票") == 1
    back = {"back": "0", "voter": [entry(built, 19), entry(built, 20)]}
    refused = send(official, f"{page}/{mobile}/back", back)
    assert f"{name(built, 19)}（19 号）出门以前已在大厅领过票" in refused.text


def test_a_second_box_cannot_take_the_first_ones_seal_on_the_page(sealed: Built) -> None:
    printed(sealed)
    main_box(sealed)
    official = sealed.house.signed_in("official")
    again = {"kind": "main", "seal": "封 001", "place": "门口", "watchers": "甲\n乙"}
    assert "已经用在另一个票箱上" in send(official, place(sealed, "paper/sealed"), again).text


def test_a_posted_list_takes_no_more_on_the_page(sealed: Built) -> None:
    record(sealed, 16, 15)
    sealed.do(proxies.post_list)
    official = sealed.house.signed_in("official")
    form = {"principal": "17", "holder": "15", "day": "2026-12-01", "reason": "住院"}
    page = send(official, place(sealed, "proxies"), form).text
    assert "名单已经公布" in page
    # A landmark of its own name each: the card and the table that scrolls in it.
    assert page.count('aria-labelledby="forms-title"') == 1
    assert 'role="region" aria-label="已登记的委托书（表格）"' in page
    assert issue is not None
