"""The 印件 page: what can be printed, what is missing, who may print what."""

import io
import json
import os
import re
import zipfile

import pypdf
from count_build import PASSPHRASE, a_decided_election, bundle, certify, committee
from election_build import Built, a_published_election, an_election, with_candidates
from flask.testing import FlaskClient
from house_build import House, token

from voting.elections.candidates.queries import contests


def get(built: Built, client: FlaskClient, place: str = ""):
    return client.get(f"/c/{built.community}/elections/{built.election_id}/papers{place}")


def text(pdf: bytes) -> str:
    return "".join("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


def printable(page: str) -> set[str]:
    return set(re.findall(r"/papers/([a-z0-9-]+)\.pdf\"", page))


def test_a_draft_prints_what_it_knows_and_says_what_is_missing(house: House) -> None:
    built = an_election(house)
    client = house.signed_in("official")
    page = get(built, client).text
    assert {"notice-01", "notice-03", "notice-07", "notice-15"} <= printable(page)
    assert not {"notice-04", "notice-09", "notice-16", "certificates", "voter-cards"} & printable(page)
    assert "选民名单还没有公布：请选举工作人员公布。" in page
    refused = get(built, client, "/notice-04.pdf")
    assert refused.status_code == 409 and "PAPER_LACKS" in refused.text
    english = get(built, client, "?lang=en").text
    assert "The roll is not posted" in english and "Election day" in english


def test_papers_follow_the_election(house: House) -> None:
    built = with_candidates(a_published_election(house))
    client = house.signed_in("official")
    assert {"notice-04", "notice-09", "voter-cards", "ballot", "issue-register"} <= printable(get(built, client).text)
    answer = get(built, client, "/notice-04.pdf")
    assert answer.mimetype == "application/pdf" and "共12人" in text(answer.data)
    assert "样人子" in text(get(built, client, "/voter-cards.pdf").data)


def test_voters_cards_and_the_register_are_for_those_who_keep_the_roll(house: House) -> None:
    built = a_published_election(house)
    supervisor = house.signed_in("supervisor")
    page = get(built, supervisor).text
    assert "voter-cards" not in printable(page) and "notice-04" in printable(page)
    refused = get(built, supervisor, "/voter-cards.pdf")
    assert refused.status_code == 403 and "PAPER_PERSONAL" in refused.text
    assert get(built, house.signed_in("clerk")).status_code == 403


def test_the_result_is_printed_at_once_and_the_report_as_it_was_signed(house: House) -> None:
    built = a_decided_election(house)
    client = house.signed_in("official")
    assert "本次选举有效" in text(get(built, client, "/notice-16.pdf").data)
    assert get(built, client, "/result-report.pdf").status_code == 409
    certify(built)
    assert get(built, client, "/result-report.pdf").data == bundle(built)["result.pdf"]


def test_an_unknown_paper_is_not_found(house: House) -> None:
    built = an_election(house)
    answer = get(built, house.signed_in("official"), "/notice-99.pdf")
    assert answer.status_code == 404 and "NO_SUCH_PAPER" in answer.text


def test_the_pack_is_made_by_the_committees_passphrase_with_each_step_told(house: House) -> None:
    built = a_published_election(house)
    committee(built)
    client = house.signed_in("official")
    assert get(built, client, "/pack.zip").status_code == 404, "NOT_PACKED"
    base = f"/c/{built.community}/elections/{built.election_id}/papers/pack"
    body = {"csrf_token": token(client), "passphrase": "不对的口令 不对 不对"}
    assert client.post(base, data=body).status_code == 422
    told = client.post(base, data=body, headers={"X-Progress": "1"}).text.splitlines()
    assert [json.loads(one)["code"] for one in told] == ["PASSPHRASE_WRONG"]
    body["passphrase"] = PASSPHRASE
    told = [json.loads(one) for one in client.post(base, data=body, headers={"X-Progress": "1"}).text.splitlines()]
    assert told[-1]["zip"].endswith("/pack.zip") and told[-2]["done"] == told[-2]["of"] == len(told) - 1
    assert client.post(base, data=body).status_code == 303, "without a script too"
    with get(built, client, "/pack.zip") as answer, zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert "manifest.txt" in archive.namelist() and "papers/notice-04.pdf" in archive.namelist()
    page = get(built, client).text
    assert "下载上次制作的归档包" in page
    assert get(built, house.signed_in("supervisor"), "/pack.zip").status_code == 403
    (kept,) = (house.settings.data_dir / "packs").iterdir()
    os.utime(kept, (0, 0))
    assert get(built, client, "/pack.zip").status_code == 404 and not kept.exists(), "it names every voter"


def test_the_reporting_table_in_three_forms(house: House) -> None:
    built = a_published_election(house)
    client = house.signed_in("official")
    table = get(built, client, "/report.csv").data.decode("utf-8-sig")
    assert "张榜公布选民总数 Voters posted,,12,已有 there" in table and table.startswith("报表 Form,项目 Field,")
    fields = get(built, client, "/report.json").json["fields"]
    assert {"已有", "尚未登记"} == {one["state"] for one in fields}
    assert get(built, client, "/report.xlsx").data.startswith(b"PK")
    assert "NO_SUCH_REPORT" in get(built, client, "/report.doc").text


def enter(built: Built, client: FlaskClient, **sent: str):
    place = f"/c/{built.community}/elections/{built.election_id}/papers/facts"
    return client.post(place, data={"csrf_token": token(client), **sent})


def test_what_only_the_papers_ask_for_is_entered_once_and_printed(house: House) -> None:
    built = with_candidates(a_published_election(house))
    client = house.signed_in("official")
    assert {"notice-06-1", "notice-17"}.isdisjoint(printable(get(built, client).text))
    candidate = built.look(lambda session, election: contests(session, election=election))[0].candidates[0].id
    sent = {
        "leaders": "第一居民小组 样例组长\n第二居民小组 阿卜杜拉·示例 吐尔逊",
        "winners": "主任 样例委员 120",
        "roll.party": "3",
        "prepare.leader": "样例领导",
        f"again.{candidate}": "yes",
    }
    assert enter(built, client, **sent).status_code == 303
    printed = text(get(built, client, "/notice-06-1.pdf").data)
    assert "样例组长" in printed and "阿卜杜拉·示例吐尔逊" in printed
    assert "120" in text(get(built, client, "/notice-17.pdf").data)
    fields = get(built, client, "/report.json").json["fields"]
    values = {one["code"]: one["value"] for one in fields if not one["about"]}
    assert (values["roll.party"], values["prepare.leader"], values["result.leaders"]) == (3, "样例领导", 2)
    assert values["poll.booths"] is None, "left empty is not zero"
    form = get(built, client, "/facts").text
    assert "样例领导" in form and re.search(r'value="yes" selected', form)
    kind, data = built.events()[-1]
    assert kind == "paper_facts_entered" and "样例" not in json.dumps(data, ensure_ascii=False)
    assert set(data["codes"]) == {"again", "leaders", "prepare.leader", "roll.party", "winners"}
    database = house.settings.data_dir / "voting.sqlite3"
    assert "样例领导".encode() not in database.read_bytes(), "sealed"
    assert get(built, house.signed_in("supervisor"), "/facts").status_code == 403


def test_entries_that_cannot_be_are_refused_and_come_back(house: House) -> None:
    built = a_published_election(house)
    client = house.signed_in("official")
    for sent, said in (
        ({"poll.booths": "四个"}, "不是 0 至"),  # ENTRY_NUMBER
        ({"roll.party": "13"}, "多于总数 12"),  # ENTRY_PART
        ({"leaders": "只有组名"}, "第 1 行不完整"),  # ENTRY_LINES
        ({"winners": "主任 样例委员 很多"}, "不是 0 至"),
    ):
        answer = enter(built, client, **sent)
        assert answer.status_code == 422 and said in answer.text and next(iter(sent.values())) in answer.text
    assert built.events()[-1][0] != "paper_facts_entered"
