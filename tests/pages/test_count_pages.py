"""The count's page: every step by its button, every refusal in its form, who may see and do what."""

import re
from dataclasses import replace

import pytest
from count_build import (
    CHOICES,
    EVENING,
    PASSPHRASE,
    a_closed_election,
    a_count,
    a_decided_election,
    certify,
    close,
    committee,
    give_share,
    scan_pile,
    vote,
)
from election_build import Built, an_open_election
from flask import url_for
from flask.testing import FlaskClient
from house_build import House

from voting.database import read
from voting.elections.count.queries import certified_bundle
from voting.elections.count.report import read_result_json
from voting.elections.tables import Election


class Official:
    """A browser on the count's page; forms are sent with the token and the state that stand on the page."""

    def __init__(self, built: Built, login: str = "official") -> None:
        built.house.clock.now = EVENING
        self.built = built
        self.client: FlaskClient = built.house.signed_in(login)
        self.base = f"/c/{built.community}/elections/{built.election_id}/count"

    def page(self) -> str:
        answer = self.client.get(self.base)
        assert answer.status_code == 200, answer.text
        return answer.text

    def send(self, step: str, **fields: str):
        page = self.page()
        state = re.search(r'name="state" type="hidden" value="([a-z]+)"', page)
        body = {"csrf_token": page.split('name="csrf-token" content="')[1].split('"')[0], **fields}
        body.setdefault("state", state[1] if state else self.built.state)
        return self.client.post(f"{self.base}/{step}", data=body)


def test_the_whole_count_by_its_buttons(house: House) -> None:
    built = close(vote(an_open_election(house)))
    official = Official(built)
    assert "还有 9 张" in official.page() and "count/begin" not in official.page()
    assert '<details class="card">' in official.page(), "the decision about missing cards is no everyday deed"
    assert '<details class="card" open>' in official.send("missing", missing="1", reason="").text
    scan_pile(built)
    assert official.send("begin").status_code == 303
    assert "0 / 2 人" in official.page()
    give_share(built, 0)
    assert official.client.get(f"{official.base}/state").json == {"state": "counting", "shares": 1, "unused": 9}
    page = official.page()
    assert "等候解密" in page and "count/decide" not in page
    waiting = re.search(r'还在等：<strong class="name">([^<]+)<', page)
    assert waiting and page.count(waiting[1]) == 2, "by name, in the list and in the sentence"
    give_share(built, 1)
    assert official.send("decide").status_code == 303
    page = official.page()
    marks = re.search(r"得票 (\d+) \+ 弃权 (\d+) 张 × 1 \+ 少选 (\d+) = 8 = 1 × 收回 8 张", page)
    assert marks and sum(int(one) for one in marks.groups()) == 8
    assert "选举有效" in page and "2 × 6 = 12 ＞ 8" in page and "第19条" in page and "没有选举委员会的密钥文件" in page
    committee(built)
    assert official.send("certify", passphrase=PASSPHRASE, number="枫选字 1 号").status_code == 303
    page = official.page()
    assert "已签发的结果包" in page and "bundle.zip" in page
    raw = official.client.get(f"/c/{built.community}/e/{built.election_id}/files/result.json").data
    document = read_result_json(raw)
    assert document.number == "枫选字 1 号"
    assert document.verify_url == "", "an address that leads readers to their own machine is not printed"


def certified_address(official: Official, **fields: str) -> str:
    """Sign with `fields` and return the address on the signed result."""
    assert official.send("certify", passphrase=PASSPHRASE, **fields).status_code == 303
    with read(official.built.engine) as session:
        election = session.get_one(Election, official.built.election_id)
        return read_result_json(certified_bundle(session, election=election)["result.json"]).verify_url


def test_the_address_on_the_sheet_is_the_settings_whatever_the_browser_says(house: House) -> None:
    house.settings = replace(house.settings, public_url="https://vote.example/fenglin")
    built = a_decided_election(house)
    committee(built)
    official = Official(built)
    expected = f"https://vote.example/fenglin/c/{built.community}/e/{built.election_id}"
    page = official.page()
    assert expected in page and 'name="verify_url"' not in page
    assert certified_address(official, verify_url="https://elsewhere.example/") == expected


def test_the_address_is_shown_before_it_is_printed_and_can_be_changed(house: House) -> None:
    built = a_decided_election(house)
    committee(built)
    official = Official(built)
    assert re.search(r'name="verify_url"[^>]*value=""', official.page()), "this browser came by a loopback address"
    proposed = f"http://10.0.0.7:8000/c/{built.community}/e/{built.election_id}"
    cookie = official.client.get_cookie("voting")
    assert cookie is not None
    official.client.set_cookie("voting", cookie.value, domain="10.0.0.7")
    assert proposed in official.client.get(official.base, base_url="http://10.0.0.7:8000").text
    for wrong, said in (
        ("http://127.0.0.1:8000/x", "只有服务器自己打得开"),
        ("vote.example", "网址「vote.example」不对"),
    ):
        refused = official.send("certify", passphrase=PASSPHRASE, verify_url=wrong)
        assert refused.status_code == 422 and said in refused.text and wrong in refused.text
    assert built.state == "decided"
    assert certified_address(official, verify_url="https://vote.example/e/2/") == "https://vote.example/e/2"


def test_the_printed_path_is_the_notices_own(house: House) -> None:
    built = a_decided_election(house)
    with house.app().test_request_context():
        path = url_for("notice.show", community_id=built.community, election_id=built.election_id)
    assert path == f"/c/{built.community}/e/{built.election_id}"


def test_a_decision_counts_without_missing_cards(house: House) -> None:
    built = close(vote(an_open_election(house)))
    official = Official(built)
    assert "记录缺卡的决定" in official.page()
    assert official.send("missing", missing="9", reason="").status_code == 422
    refused = official.send("missing", missing="2", reason="掉进水沟")
    assert refused.status_code == 422 and "现在没有扫到的卡是 9 张" in refused.text
    assert official.send("missing", missing="9", reason="掉进水沟").status_code == 303
    page = official.page()
    assert "掉进水沟" in page and "记录缺卡的决定" not in page
    assert official.send("begin").status_code == 303


def test_a_decision_opens_a_small_count(house: House) -> None:
    built = a_closed_election(house, CHOICES[:3])
    official = Official(built)
    assert "记录开票的决定" in official.page()
    refused = official.send("floor", reason="")
    assert refused.status_code == 422 and "请填写这一项" in refused.text
    assert official.send("begin").status_code == 422
    assert official.send("floor", reason="票少，三人都同意开票").status_code == 303
    assert "票少，三人都同意开票" in official.page()
    assert official.send("begin").status_code == 303


def test_two_officials_at_once_the_second_is_told(house: House) -> None:
    built = a_closed_election(house)
    official = Official(built)
    assert official.send("begin").status_code == 303
    late = official.send("begin", state="closed")
    assert late.status_code == 422 and "本次“开始计票”没有执行" in late.text
    assert 'value="counting"' in late.text or "监督委员解密" in late.text


def test_a_wrong_passphrase_is_said_at_its_form_and_kept_nowhere(house: House) -> None:
    built = a_decided_election(house)
    committee(built)
    official = Official(built)
    wrong = official.send("certify", passphrase="不是这个口令不是这个口令", number="第 7 号")
    assert wrong.status_code == 422 and "口令不对" in wrong.text
    assert "不是这个口令" not in wrong.text and "第 7 号" in wrong.text
    assert built.state == "decided"
    assert official.send("certify", passphrase="").status_code == 422


def test_missing_committee_files_are_said(house: House) -> None:
    built = a_decided_election(house)
    answer = Official(built).send("certify", passphrase=PASSPHRASE)
    assert answer.status_code == 422 and "committee-key.json" in answer.text
    assert built.state == "decided"


def test_a_program_gets_the_refusal_as_json(house: House) -> None:
    built = a_decided_election(house)
    official = Official(built)
    token = official.page().split('name="csrf-token" content="')[1].split('"')[0]
    answer = official.client.post(
        f"{official.base}/certify",
        data={"csrf_token": token, "state": "decided", "passphrase": PASSPHRASE},
        headers={"Accept": "application/json"},
    )
    assert (answer.status_code, answer.json["code"]) == (404, "COMMITTEE_KEY_MISSING")


@pytest.mark.parametrize(("step", "state"), [("begin", "open"), ("decide", "open"), ("certify", "open")])
def test_steps_out_of_their_time_are_refused(house: House, step: str, state: str) -> None:
    built = an_open_election(house)
    committee(built)
    answer = Official(built).send(step, state=state, passphrase=PASSPHRASE)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text and "现在是“投票中”，还不能" in answer.text
    assert built.state == "open"


def test_supervisors_watch_and_are_led_to_their_key(house: House) -> None:
    built = a_count(house)
    give_share(built, 0)
    second = Official(built, "supervisor2")
    assert "用我的密钥解密" in second.page()
    assert "用我的密钥解密" not in Official(built, "supervisor").page()
    give_share(built, 1)
    page = second.page()
    assert "份额已经齐了" in page and "count/decide" not in page


@pytest.mark.parametrize(("login", "status"), [("supervisor", 403), ("clerk", 403), ("admin", 403)])
def test_only_officials_move_the_count(house: House, login: str, status: int) -> None:
    built = a_closed_election(house)
    other = Official(built, login)
    token = other.client.get("/").text.split('name="csrf-token" content="')[1].split('"')[0]
    for step in ("begin", "decide", "floor", "certify"):
        answer = other.client.post(f"{other.base}/{step}", data={"csrf_token": token, "state": "closed"})
        assert answer.status_code == status
    assert built.state == "closed"


def test_clerks_and_strangers_do_not_see_the_count(house: House) -> None:
    built = a_closed_election(house)
    clerk = Official(built, "clerk")
    assert clerk.client.get(clerk.base).status_code == 403
    assert built.house.app().test_client().get(clerk.base).status_code == 302
    assert clerk.client.get(clerk.base.replace(built.community, house.other_community)).status_code in (403, 404)


def test_an_invalid_poll_is_shown_as_one(house: House) -> None:
    built = a_decided_election(house, CHOICES[:6])
    page = Official(built).page()
    assert "选举无效，须重新组织" in page and "没有人当选" in page


def test_a_certified_count_offers_no_further_step(house: House) -> None:
    built = a_decided_election(house)
    certify(built)
    page = Official(built).page()
    day = built.election.day
    assert "count/certify" not in page and f".venv/bin/python -m verifier election-{day}.zip --key" in page
