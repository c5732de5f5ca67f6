"""What everybody sees: nothing before it is posted, no turnout during the poll, everything that was signed after."""

import hashlib
import io
import json
import zipfile

import pypdf
import pytest
from count_build import (
    CHOICES,
    EVENING,
    PASSPHRASE,
    a_closed_election,
    a_decided_election,
    bundle,
    certify,
    give_share,
    vote,
)
from election_build import (
    ON_THE_DAY,
    Built,
    a_published_election,
    a_sealed_election,
    add_candidate,
    an_election,
    an_id_number,
    an_open_election,
    clear,
    with_candidates,
)
from flask.testing import FlaskClient
from house_build import House
from photo_build import a_png
from sqlalchemy import select
from sqlalchemy.orm import Session

from voting import founding
from voting.box.tables import TrusteeKey
from voting.elections import actions, public_pages
from voting.elections.candidates import actions as candidates
from voting.elections.count import actions as count
from voting.law.calendar import HALL
from voting.people.tables import Account


def visitor(built: Built) -> tuple[FlaskClient, str]:
    built.house.clock.now = ON_THE_DAY
    return built.house.app().test_client(), f"/c/{built.community}/e/{built.election_id}"


def screen(built: Built) -> dict:
    client, base = visitor(built)
    return client.get(f"{base}/screen.json").json


# --- before --------------------------------------------------------------------------------------------------------


def test_a_draft_is_nobodys_business(house: House) -> None:
    built = an_election(house)
    client, base = visitor(built)
    for rest in ("", "/screen", "/screen.json", "/notice.pdf"):
        answer = client.get(f"{base}{rest}", headers={"Accept": "application/json"})
        assert answer.status_code in (404, 409), rest
    assert client.get(f"/c/{built.community}/").text.count(built.election.title) == 0
    assert client.post(f"{base}/roll", data={"name": "样人子", "last4": "0000"}).status_code == 404


def test_an_abandoned_draft_stays_unseen(house: House) -> None:
    built = an_election(house)
    built.do(actions.declare_void, reason="另行安排", now=ON_THE_DAY)
    client, base = visitor(built)
    assert client.get(base).status_code == 404


def test_before_the_day_people_find_themselves_the_place_and_the_candidates(house: House) -> None:
    built = with_candidates(a_published_election(house))
    client, base = visitor(built)
    page = client.get(base).text
    assert page.index("我在名单上吗") < page.index("什么时候、在哪里") < page.index("候选人</h2>")
    assert "08:00–18:00" in page and "社区活动中心" in page and "样人丑" in page
    assert "星期日" in page
    assert built.election.title in client.get(f"/c/{built.community}/").text


def test_candidates_are_shown_only_once_posted(house: House) -> None:
    built = a_published_election(house)
    client, base = visitor(built)
    assert "候选人</h2>" not in client.get(base).text


@pytest.mark.parametrize(
    ("name", "right_last4", "found"),
    [
        ("样人子", True, True),
        ("样人子\0", True, True),
        ("样人子", False, False),
        ("没有此人", True, False),
        ("", True, False),
        ("样人", True, False),
    ],
)
def test_the_roll_answers_only_who_knows_name_and_number(
    house: House, name: str, right_last4: bool, found: bool
) -> None:
    built = a_published_election(house)
    client, base = visitor(built)
    last4 = an_id_number(0)[-4:].lower() if right_last4 else "9998"
    page = client.post(f"{base}/roll", data={"name": name, "last4": last4}).text
    assert ("选民编号 0001" in page) == found
    assert ("没有查到" in page) == (not found)
    assert "1栋" not in page and an_id_number(0) not in page


def test_looking_up_is_slowed_down(house: House) -> None:
    built = a_published_election(house)
    client, base = visitor(built)
    statuses = [client.post(f"{base}/roll", data={"name": "甲", "last4": "0000"}).status_code for _ in range(12)]
    assert statuses[0] == 200 and statuses[-1] == 429


# --- during --------------------------------------------------------------------------------------------------------


def test_during_the_poll_no_page_tells_how_many_came(house: House) -> None:
    built = vote(an_open_election(house), CHOICES[:7])
    client, base = visitor(built)
    page = client.get(base).text
    shown = screen(built)
    assert "正在投票" in page and shown["phase"] == "voting"
    for text in (page, json.dumps(shown, ensure_ascii=False), client.get(f"/c/{built.community}/").text):
        assert "收回" not in text and "已领" not in text
    assert set(shown) == {"phase", "certified", "title", "sub", "words", "head", "shares", "offices"}
    assert shown["head"] == shown["shares"] == shown["offices"] == []
    for rest in ("/bundle.zip", "/files/result.pdf", "/files/ballots.bel"):
        answer = client.get(f"{base}{rest}", headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json["code"]) == (404, "NOT_CERTIFIED")


@pytest.mark.parametrize(("move", "phase"), [("pause_poll", "paused"), ("stop_queue", "closing")])
def test_a_pause_and_the_end_are_said(house: House, move: str, phase: str) -> None:
    built = an_open_election(house)
    facts = {"reason": "停电"} | ({"people": 0} if move == "stop_queue" else {})
    built.do(getattr(actions, move), now=ON_THE_DAY, **facts)
    assert screen(built)["phase"] == phase
    client, base = visitor(built)
    assert client.get(base).status_code == 200


def test_a_pause_says_why_and_since_when(house: House) -> None:
    built = an_open_election(house)
    built.do(actions.pause_poll, now=ON_THE_DAY, reason="停电，等恢复供电")
    client, base = visitor(built)
    since = ON_THE_DAY.astimezone(HALL).strftime("%H:%M")
    small = screen(built)["words"]["small"]
    assert since in small and "停电，等恢复供电" in small
    page = client.get(base).text
    assert f"投票从 {since} 起暂停：停电，等恢复供电" in page
    built.do(actions.resume_poll, now=ON_THE_DAY)
    assert "停电" not in screen(built)["words"]["small"] and "停电" not in client.get(base).text


def _supervisors(session: Session, built: Built) -> list[Account]:
    keys = select(TrusteeKey.account_id).where(TrusteeKey.box_id == built.box.id)
    return list(session.scalars(select(Account).where(Account.id.in_(keys))))


# --- the count -----------------------------------------------------------------------------------------------------


def test_the_hall_follows_the_count(house: House) -> None:
    built = a_closed_election(house)
    assert screen(built)["phase"] == "closed" and len(screen(built)["head"]) == 8
    built.do(count.begin_count, now=EVENING)
    give_share(built, 0)
    shares = screen(built)["shares"]
    assert [one["done"] for one in shares] == [True, False]
    names = built.look(lambda session, _e: [one.display_name for one in _supervisors(session, built)])
    assert sorted(one["name"] for one in shares) == sorted(names), "the hall reads who has come, not which key"
    assert "offices" in screen(built) and screen(built)["offices"] == []


def test_the_hall_sees_the_result_with_its_sums(house: House) -> None:
    built = a_decided_election(house)
    shown = screen(built)
    assert shown["phase"] == "result" and not shown["certified"]
    assert shown["sums"] == {"roll": "12", "issued": "8", "collected": "8"}
    assert [(one["ok"], one["sum"]) for one in shown["proofs"]] == [(True, "8 ≤ 8"), (True, "2 × 8 = 16 ＞ 12")]
    chair, members = shown["offices"]
    assert [(one["name"], one["votes"], one["seal"], one["sum"]) for one in chair["lines"]] == [
        ("样人丑", 6, "elected", "2 × 6 = 12 ＞ 8"),
        ("样人子", 1, "none", "2 × 1 = 2 ≤ 8"),
    ]
    assert members["marks"] == {"ok": True, "words": "每个票位都有着落", "sum": "13 + 3 = 16 = 2 × 8"}
    assert members["half"] == "过半须 5 票"


def test_an_invalid_poll_is_said_plainly(house: House) -> None:
    built = a_decided_election(house, CHOICES[:6])
    shown = screen(built)
    assert shown["words"]["large"] == "选举无效"
    assert not shown["valid"] and not shown["proofs"][1]["ok"]
    assert {office["follows"] for office in shown["offices"]} == {"选举无效，须重新组织选举"}
    client, base = visitor(built)
    page = client.get(base).text
    assert "选举完成" not in page and page.count("选举无效，须重新组织") >= 2
    box = page[page.index("answer--bad") :]
    assert "2 × 6 = 12 ≤ 12，未达到" in box[: box.index("</div>")], "the reason in words"


def test_staff_are_not_told_that_an_invalid_poll_is_settled(house: House) -> None:
    built = a_decided_election(house, CHOICES[:6])
    certify(built)
    client = house.signed_in("official")
    page = client.get(f"/c/{built.community}/elections/{built.election_id}/").text
    assert "办完了" not in page
    # Which poll follows, why with the sum, from when, and where it is prepared; residents read the same.
    wanted = ("重新选举", "2 × 6 = 12 ≤ 12", "第19条", "须重新组织投票", "最早 2026-12-21 可以投票")
    assert all(word in page for word in (*wanted, f"/elections/{built.election_id}/after"))
    client, base = visitor(built)
    assert all(word in client.get(base).text for word in wanted)


def test_the_same_screen_in_english(house: House) -> None:
    built = a_decided_election(house)
    client, base = visitor(built)
    client.get(f"{base}?lang=en")
    assert client.get(f"{base}/screen.json").json["proofs"][0]["words"] == "No more collected than issued"


# --- after ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def certified(house: House) -> Built:
    built = a_decided_election(house)
    certify(built)
    return built


def test_after_the_count_the_result_comes_first(certified: Built) -> None:
    client, base = visitor(certified)
    page = client.get(base).text
    order = ["选举结果</h2>", "我的选票在不在", "自己核验", "我在名单上吗", "什么时候、在哪里"]
    assert [page.index(one) for one in order] == sorted(page.index(one) for one in order)
    assert f'data-trackers-url="/board/{certified.box.uuid}/trackers.json"' in page
    assert page.count('class="log-head-group"') == 8
    vkey = bundle(certified)["log.vkey"].decode().strip()
    assert vkey in page.replace("&#43;", "+")


def test_every_signed_file_can_be_downloaded_as_it_was_signed(certified: Built) -> None:
    client, base = visitor(certified)
    files = bundle(certified)
    for path, content in files.items():
        answer = client.get(f"{base}/files/{path}")
        assert answer.data == content and answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "attachment" in answer.headers["Content-Disposition"]
    assert client.get(f"{base}/files/../../keys/log.key").status_code == 404
    kinds = {
        "result.pdf": "application/pdf",
        "result.csv": "text/csv; charset=utf-8",
        "manifest.txt": "text/plain; charset=utf-8",
    }
    for path, kind in kinds.items():
        assert client.get(f"{base}/files/{path}").headers["Content-Type"] == kind


def test_the_zip_holds_the_whole_bundle_and_is_made_once(certified: Built) -> None:
    client, base = visitor(certified)
    packed = client.get(f"{base}/bundle.zip")
    with zipfile.ZipFile(io.BytesIO(packed.data)) as opened:
        assert {name: opened.read(name) for name in opened.namelist()} == bundle(certified)
    (kept,) = (certified.house.settings.data_dir / "bundles").iterdir()
    assert hashlib.sha256(kept.read_bytes()).digest() == hashlib.sha256(packed.data).digest()
    written = kept.stat().st_mtime_ns
    client.get(f"{base}/bundle.zip").close()
    assert kept.stat().st_mtime_ns == written
    kept.unlink()
    again = client.get(f"{base}/bundle.zip")
    assert again.data == packed.data
    again.close()
    packed.close()


def test_the_notice_sheet_prints_the_four_keys(house: House) -> None:
    built = a_sealed_election(house)
    client, base = visitor(built)
    answer = client.get(f"{base}/notice.pdf", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["code"]) == (409, "NOT_SEALED")
    made = founding.make_committee(
        house.settings, house.engine, now=ON_THE_DAY, community_id=built.community, passphrase=PASSPHRASE
    )
    answer = client.get(f"{base}/notice.pdf")
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.data)).pages)
    printed = "".join(text.replace("\u200b", "").split())
    assert answer.status_code == 200 and made.ca_fingerprint.replace(" ", "")[:32] in printed


def test_the_notice_sheet_is_set_once_and_kept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    built = a_sealed_election(house)
    client, base = visitor(built)
    founding.make_committee(
        house.settings, house.engine, now=ON_THE_DAY, community_id=built.community, passphrase=PASSPHRASE
    )
    first = client.get(f"{base}/notice.pdf").data
    (sheet,) = (house.settings.data_dir / "notices").iterdir()
    house.clock.forward(hours=1)
    with monkeypatch.context() as patched:
        patched.setattr(public_pages, "write_notice", lambda _sheet: b"set anew")
        assert client.get(f"{base}/notice.pdf").data == first
    sheet.unlink()
    assert client.get(f"{base}/notice.pdf").data == first, (
        "dated when the election was sealed, not when it is asked for"
    )
    assert [client.get(f"{base}/notice.pdf").status_code for _ in range(30)][-1] == 429


def test_an_id_of_another_community_is_not_here(certified: Built) -> None:
    client, base = visitor(certified)
    elsewhere = base.replace(certified.community, certified.house.other_community)
    for rest in ("", "/screen", "/screen.json", "/bundle.zip", "/files/result.json", "/notice.pdf"):
        assert client.get(f"{elsewhere}{rest}").status_code == 404, rest


def test_portraits_are_shown_once_posted(house: House) -> None:
    built = a_published_election(house)
    picture = a_png(80, 100)
    places = ((0, "1"), (0, "2"), (1, "3"), (1, "4"), (1, "5"))
    made = [
        add_candidate(built, office, number, photo=None if int(number) - 1 else picture) for office, number in places
    ]
    for one in made:
        clear(built, one)
    first, *_, last = made
    client, base = visitor(built)
    assert client.get(f"{base}/photo/{first}").status_code == 404
    built.do(candidates.post_candidates)
    answer = client.get(f"{base}/photo/{first}")
    assert (answer.data, answer.headers["Content-Type"]) == (picture, "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert f"/photo/{first}" in client.get(base).text
    assert client.get(f"{base}/photo/{last}").status_code == 404  # no picture was given
