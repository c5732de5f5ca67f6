"""The official's pages over HTTP: what they show, what they refuse, what they never show."""

import io
import re
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from count_build import committee
from election_build import (
    DAY,
    ON_THE_DAY,
    a_published_election,
    a_sealed_election,
    an_election,
    an_open_election,
    with_candidates,
    with_roll,
)
from house_build import House
from page_visit import at, said, send

from audit.cli import main as audit_cli
from voting import journal
from voting.box import desk
from voting.database import write
from voting.elections.committee.actions import Chosen, Vote, form_committee
from voting.elections.roll import publication
from voting.keys import read_keys
from voting.law.profiles import NATIONAL

NEW = {
    "title": "样例社区居民委员会换届选举", "place": "活动中心", "day": DAY.isoformat(),
    "opens": "08:00", "closes": "18:00",
    "mode": "all_voters", "trustees": "3", "ballot_floor": "5",
    "offices-0-title": "主任", "offices-0-seats": "1", "offices-0-write_in": "y",
    "offices-1-title": "委员", "offices-1-seats": "3",
}  # fmt: skip


# --- setting up ------------------------------------------------------------------------------------------------


def test_an_election_is_set_up_from_its_form(house: House) -> None:
    client = house.signed_in("official")
    form = client.get(f"/c/{house.community}/elections/new")
    assert 'value="主任"' in form.text and 'value="08:00"' in form.text
    answer = send(client, f"/c/{house.community}/elections/new", NEW)
    assert answer.status_code == 303
    page = client.get(answer.location)
    assert "主任 1 名、委员 3 名" in said(page) and "登记选举委员会" in said(page)
    with_list = client.get(f"/c/{house.community}/elections")
    assert "样例社区居民委员会换届选举" in with_list.text and "筹备中" in with_list.text
    kind, fact = house.log()[-1]
    assert kind == "election_created" and fact["offices"][1] == {"title": "委员", "seats": 3}


def test_a_day_too_near_to_post_the_roll_in_time_is_warned_of(house: House) -> None:
    client, url = house.signed_in("official"), f"/c/{house.community}/elections/new"
    soonest = house.clock.today + timedelta(days=20)
    for day, warned in ((soonest, False), (soonest - timedelta(days=1), True)):
        page = send(client, url, {**NEW, "title": "", "day": day.isoformat()}).text
        mark = re.search(r'<p [^>]*id="near-day"[^>]*>', page)
        # Twenty days by law in every mode and province; the page's script reads them by both.
        assert mark is not None and f"&#34;village zhejiang&#34;: &#34;{soonest}&#34;" in mark[0]
        assert f'id="near-first">{soonest}<' in page
        assert mark[0].endswith(" hidden>") is not warned
        assert "js/day.js" in page


def test_a_day_too_near_is_asked_about_once(house: House) -> None:
    client, url = house.signed_in("official"), f"/c/{house.community}/elections/new"
    near = (house.clock.today + timedelta(days=7)).isoformat()
    asked = send(client, url, {**NEW, "day": near})
    assert asked.status_code == 422 and "太近" in said(asked) and "最早也是 2026-12-15" in said(asked)
    assert f'name="meant" type="hidden" value="{near}"' in asked.text
    other = (house.clock.today + timedelta(days=6)).isoformat()
    assert send(client, url, {**NEW, "day": other, "meant": near}).status_code == 422, "another day is asked about anew"
    assert send(client, url, {**NEW, "day": near, "meant": near}).status_code == 303


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"title": ""}, "请填写这一项"),
        ({"title": "选" * 81}, "最多 80 个字"),
        ({"day": ""}, "请填写日期"),
        ({"day": "2026-11-01"}, "选举日已经过去"),
        ({"closes": "07:00"}, "开始早于结束"),
        ({"trustees": "1"}, "应为 2 至 9 人"),
        ({"trustees": "many"}, ""),
        ({"mode": "by_lot"}, ""),
        ({"profile": "atlantis"}, ""),
        ({"offices-0-seats": "0"}, "名额应在 1 至 30 之间"),
        ({"offices-0-seats": ""}, "名额须在 1 至 30 之间"),
        ({"offices-0-title": "", "offices-1-title": ""}, "须有 1 至 20 个职务"),
        ({"offices-1-title": "主任"}, "名称不能相同"),
        ({"offices-0-seats": "一"}, "不是有效的整数"),
    ],
)
def test_a_wrong_form_comes_back_with_what_was_typed(house: House, changed: dict[str, str], words: str) -> None:
    client = house.signed_in("official")
    answer = send(client, f"/c/{house.community}/elections/new", {**NEW, **changed})
    assert answer.status_code == 422
    assert words in said(answer) and "活动中心" in answer.text
    assert all(kind != "election_created" for kind, _ in house.log())


def test_an_election_of_another_community_is_not_there(house: House) -> None:
    built = an_election(house)
    client = house.signed_in("official")
    wrong = at(built).replace(built.community, house.other_community)
    assert client.get(wrong).status_code in (403, 404)
    assert client.get(at(built).replace(built.election_id, "x" * 22)).status_code == 404


# --- overview --------------------------------------------------------------------------------------------------


def test_the_overview_says_what_to_do_next_at_every_stage(house: House) -> None:
    built = an_election(house)
    client = house.signed_in("official")

    def now_to_do() -> str:
        page = client.get(at(built)).text
        return re.search(r'id="next-title">([^<]+)<', page)[1]  # type: ignore[index]

    assert now_to_do() == "登记选举委员会"
    chosen = tuple(Chosen("", post, 9, name=f"样人{post}", sex="女") for post in ("chair", "deputy", "member"))
    vote = Vote("representatives", built.now.date(), 30, 30, 3, chosen)
    built.do(form_committee, vote=vote, profile=NATIONAL)
    assert now_to_do() == "导入选民名单"
    with_roll(built)
    assert now_to_do() == "公布选民名单"
    built.do(publication.publish_roll)
    assert now_to_do() == "补充候选人"
    with_candidates(built)
    assert now_to_do() == "请监督委员建密钥"
    page = said(client.get(at(built)))
    assert "现在还不能做的" in page and "封定选举" in page and "缺：" in page


def test_the_calendar_counts_the_days(house: House) -> None:
    built = a_published_election(house)
    page = said(house.signed_in("official").get(at(built)))
    assert "25 天后 选举日" in page
    # Posted on 25 November for 20 December: in time for the twenty days of Art. 17.
    assert "11-25 公布选民名单" in page and "第17条" in page and "已完成，迟于期限" not in page


def test_turnout_is_for_staff_while_the_poll_is_open(house: House) -> None:
    built = an_open_election(house)
    house.clock.now = ON_THE_DAY
    page = said(house.signed_in("official").get(at(built)))
    assert "0 名单 12 人" in page and "投票中" in page
    assert house.app().test_client().get(at(built)).status_code == 302


def test_a_supervisor_sees_and_moves_nothing(house: House) -> None:
    built = an_open_election(house)
    house.clock.now = ON_THE_DAY
    client = house.signed_in("supervisor")
    page = client.get(at(built))
    assert page.status_code == 200
    assert "moves/" not in page.text and "我的密钥" in client.get(at(built, "keys")).text
    assert client.get(at(built, "moves/pause")).status_code == 403
    assert send(client, at(built, "moves/pause"), {"state": "open", "reason": "x"}).status_code == 403
    assert client.get(at(built, "roll")).status_code == 403
    assert "添加候选人" not in said(client.get(at(built, "candidates")))


def test_every_page_speaks_english(house: House) -> None:
    built = an_open_election(house)
    house.clock.now = ON_THE_DAY
    client = house.signed_in("official")
    for rest in ("", "keys", "roll", "candidates", "moves/pause", "moves/lengthen"):
        answer = client.get(at(built, rest), query_string={"lang": "en"})
        assert answer.status_code == 200 and 'lang="en"' in answer.text, rest


# --- moves -----------------------------------------------------------------------------------------------------


def test_a_move_carries_the_state_that_was_on_the_screen(house: House) -> None:
    built = an_open_election(house)
    house.clock.now = ON_THE_DAY
    client = house.signed_in("official")
    page = client.get(at(built, "moves/pause"))
    assert 'name="state" type="hidden" value="open"' in page.text
    answer = send(client, at(built, "moves/pause"), {"state": "open", "reason": "停电"})
    assert answer.status_code == 303 and built.state == "paused"
    second = send(client, at(built, "moves/pause"), {"state": "open", "reason": "我也要停"})
    assert second.status_code == 409 and "已由他人改为“暂停投票”" in said(second)
    as_json = send(client, at(built, "moves/pause"), {"state": "open", "reason": "x"}, Accept="application/json")
    assert as_json.status_code == 409 and as_json.json["code"] == "moved_meanwhile"


@pytest.mark.parametrize(
    ("name", "data", "status", "words"),
    [
        ("pause", {"state": "open", "reason": ""}, 409, "须写明原因"),
        ("pause", {"state": "open", "reason": "停" * 501}, 422, "最多 500 个字"),
        ("lengthen", {"state": "open", "reason": "人多"}, 422, "请填写新的结束时间"),
        ("lengthen", {"state": "open", "reason": "人多", "closes": "17:00"}, 409, "须晚于原定时间"),
        ("lengthen", {"state": "open", "reason": "人多", "closes": "99:00"}, 422, ""),
        ("stop_queue", {"state": "open"}, 422, "请清点并填写排队的人数"),
        ("stop_queue", {"state": "open", "people": "3"}, 409, "还没有到公布的结束时间"),
        ("stop_queue", {"state": "open", "people": "-1", "reason": "x"}, 422, "不能少于 0"),
        ("seal", {"state": "open"}, 409, "不能再封定选举"),
        ("decide", {"state": "open"}, 404, "没有这一步"),
        ("nothing", {"state": "open"}, 404, "没有这一步"),
    ],
)
def test_a_refused_move_says_why_and_keeps_what_was_typed(
    house: House, name: str, data: dict[str, str], status: int, words: str
) -> None:
    built = an_open_election(house)
    house.clock.now = ON_THE_DAY
    answer = send(house.signed_in("official"), at(built, f"moves/{name}"), data)
    assert answer.status_code == status and words in said(answer)
    assert built.state == "open"
    if status == 409 and data.get("reason"):
        assert data["reason"] in answer.text


@pytest.mark.parametrize(
    ("name", "data", "field"),
    [
        ("pause", {"reason": ""}, "reason"),
        ("pause", {"reason": "姓\ue000"}, "reason"),
        ("lengthen", {"reason": "", "closes": "19:30"}, "reason"),
        ("lengthen", {"reason": "人多"}, "closes"),
        ("lengthen", {"reason": "人多", "closes": "17:00"}, "closes"),
        ("stop_queue", {"people": "4", "reason": ""}, "reason"),
        ("stop_queue", {"people": "", "reason": "委员会决定"}, "people"),
    ],
)
def test_a_refusal_stands_at_its_field(house: House, name: str, data: dict[str, str], field: str) -> None:
    built = an_open_election(house)
    house.clock.now = ON_THE_DAY
    page = send(house.signed_in("official"), at(built, f"moves/{name}"), {"state": "open", **data}).text
    assert f'id="{field}-error"' in page and 'class="notice notice--bad"' not in page
    for kept, value in data.items():
        assert not value or (f">\r\n{value}<" in page or f">{value}<" in page or f'value="{value}"' in page), kept


def test_deeds_done_stand_with_their_own_day_and_deadlines_say_so(house: House) -> None:
    built = an_open_election(house)
    house.clock.now = ON_THE_DAY
    page = said(house.signed_in("official").get(at(built)))
    posted = built.election.candidates_posted
    assert posted and f"{posted:%m-%d} 公布正式候选人名单" in page
    assert "最晚 12-20 公布结果" in page or "今天 12-20 公布结果" in page
    # Keys and cards were made on 25 November; nobody holds a proxy, nobody was reviewed.
    assert "11-25 密钥和选票卡" in page and "11-25 演练解密" in page
    assert page.count("不需要") == 2


def test_the_tablets_stand_under_the_elections_navigation(house: House) -> None:
    built = an_open_election(house)
    client = house.signed_in("official")
    overview = client.get(at(built)).text
    kiosks = f"/c/{built.community}/boxes/{built.election.box_id}/kiosks"
    assert f'href="{kiosks}"' in overview
    page = client.get(kiosks).text
    assert f'href="{at(built)}"' in page and f'href="{at(built, "count")}"' in page
    assert re.search(rf'href="{kiosks}" aria-current="page"', page)


def test_the_notice_sheet_is_printed_from_keys_and_cards(house: House) -> None:
    built = an_open_election(house)
    page = house.signed_in("official").get(at(built, "keys")).text
    assert f'href="/c/{built.community}/e/{built.election_id}/notice.pdf"' in page


def test_lengthening_and_the_queue_by_their_forms(house: House) -> None:
    built = an_open_election(house)
    house.clock.now = ON_THE_DAY
    client = house.signed_in("official")
    assert "现在公布的结束时间是 18:00" in said(client.get(at(built, "moves/lengthen")))
    assert (
        send(client, at(built, "moves/lengthen"), {"state": "open", "reason": "人多", "closes": "19:30"}).status_code
        == 303
    )
    assert "08:00–19:30" in said(client.get(at(built)))
    form = {"state": "open", "people": "2", "reason": "委员会决定"}
    assert send(client, at(built, "moves/stop_queue"), form).status_code == 303
    assert "等排队的人投完" in said(client.get(at(built)))
    assert send(client, at(built, "queue"), {"people": "3"}).status_code == 409
    assert send(client, at(built, "queue"), {}).status_code == 422
    assert send(client, at(built, "queue"), {"people": "0"}).status_code == 303
    assert send(client, at(built, "moves/close"), {"state": "closing"}).status_code == 303
    assert built.state == "closed"


def test_closing_with_cards_in_hand_asks_what_became_of_them(house: House) -> None:
    built = an_open_election(house)
    house.clock.now = ON_THE_DAY
    client = house.signed_in("official")
    card = {"box": built.box.id, "voter": "v", "voter_label": "1", "desk": "一号桌"}
    built.act(desk.check_in, **card, actor=built.accounts["clerk"], now=ON_THE_DAY)
    form = {"state": "open", "people": "0", "reason": "委员会决定"}
    assert send(client, at(built, "moves/stop_queue"), form).status_code == 303
    page = said(client.get(at(built, "moves/close")))
    assert "还有 1 人领了卡没有投票" in page and "原因" in page
    refused = send(client, at(built, "moves/close"), {"state": "closing"})
    assert refused.status_code == 409 and "写明情况" in said(refused) and built.state == "closing"
    assert send(client, at(built, "moves/close"), {"state": "closing", "reason": "已经离开"}).status_code == 303
    assert built.state == "closed"


def test_a_move_that_waits_names_what_is_missing(house: House) -> None:
    built = a_sealed_election(house)
    page = said(house.signed_in("official").get(at(built, "moves/open")))
    assert "演练解密完成 0 人" in page and "还没有配对的" in page and "确认" not in page


def test_publishing_asks_for_the_spare_cards(house: House) -> None:
    built = with_roll(an_election(house))
    client = house.signed_in("official")
    assert 'value="5"' in client.get(at(built, "moves/publish")).text
    assert send(client, at(built, "moves/publish"), {"state": "draft", "spares": "6"}).status_code == 422
    assert send(client, at(built, "moves/publish"), {"state": "draft", "spares": "2"}).status_code == 303
    assert built.box.spares == 2


def test_no_form_without_its_token(house: House) -> None:
    built = an_open_election(house)
    client = house.signed_in("official")
    assert client.post(at(built, "moves/pause"), data={"state": "open", "reason": "x"}).status_code == 400
    assert built.state == "open"


# --- keys and the log ------------------------------------------------------------------------------------------


def test_keys_and_cards_at_a_glance(house: House) -> None:
    built = an_open_election(house)
    page = said(house.signed_in("official").get(at(built, "keys")))
    assert "已演练" in page and "已登记 17 张" in page and "已配对" in page and "选举指纹" in page


def test_the_log_is_read_paged_and_exported(house: House, tmp_path: Path) -> None:
    built = a_sealed_election(house)
    client = house.signed_in("supervisor")
    early = client.get(f"/c/{built.community}/log/log.zip")
    assert early.status_code == 409 and "还没有签过名" in said(early)
    with write(built.engine) as session:
        journal.sign_head(session, built.community, read_keys(house.settings).log_seed)
    page = client.get(f"/c/{built.community}/log")
    head = built.look(lambda session, _e: journal.head(session, built.community))
    assert all(group in page.text for group in head.spoken) and len(head.spoken) == 8
    assert "封定选举" in said(page) and "甲o" in page.text
    assert client.get(f"/c/{built.community}/log?page=99999").status_code == 200
    assert client.get(f"/c/{built.community}/log?page=x").status_code == 200
    content = client.get(f"/c/{built.community}/log/log.zip").data
    assert "checkpoint" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    (tmp_path / "log.zip").write_bytes(content)
    vkey = journal.signer(built.community, read_keys(house.settings).log_seed).key.text
    assert audit_cli(["verify", str(tmp_path / "log.zip"), "--key", vkey]) == 0
    assert house.signed_in("clerk").get(f"/c/{built.community}/log").status_code == 403


def test_a_community_without_its_committees_key_is_told_before_sealing(house: House) -> None:
    built = a_published_election(house)
    page = said(house.signed_in("official").get(at(built, "keys")))
    assert f"voting committee --community {built.community}" in page
    unit = said(house.signed_in("admin").get(f"/units/{built.community}"))
    assert f"社区编号 {built.community}" in unit, "where the command's number stands"
    committee(built)
    assert "voting committee" not in said(house.signed_in("official").get(at(built, "keys")))
