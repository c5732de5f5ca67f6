"""The pages of the candidates: found, proposed, answered for, ordered; what is refused."""

import io
import re

from election_build import (
    Built,
    a_published_election,
    a_sealed_election,
    add_candidate,
)
from house_build import House, token
from page_visit import at, said, send
from photo_build import a_png

from voting.elections.candidates.queries import contests
from voting.elections.roll.tables import RollEntry


def office(built: Built, index: int = 0) -> str:
    return str(built.election.offices[index].id)


def test_a_candidate_is_found_proposed_answered_for_and_ordered(house: House) -> None:
    built = a_published_election(house)
    client = house.signed_in("official")
    assert 'method="post"' in client.get(at(built, f"candidates/new?office={office(built)}")).text, "no name in a URL"
    hits = send(client, at(built, "candidates/find"), {"office": office(built), "q": "样人寅"})
    entry = re.search(r"entry=(\w+)", hits.text)[1]  # type: ignore[index]
    data = {
        "csrf_token": token(client), "office": office(built), "entry": entry, "trade": "医生", "introduction": "你好。",
        "photo": (io.BytesIO(a_png(80, 100)), "x.png"),
    }  # fmt: skip
    made = client.post(at(built, "candidates/new"), data=data, content_type="multipart/form-data")
    assert made.status_code == 303
    photo = client.get(f"{made.location}/photo")
    assert photo.data == a_png(80, 100) and photo.headers["Content-Type"] == "image/png"
    assert photo.headers["X-Content-Type-Options"] == "nosniff"
    assert "尚未核对" in said(client.get(at(built, "candidates")))
    answers = {f"{who}_{code}": "no" for who in ("declared", "checked") for code in CODES}
    assert send(client, f"{made.location}/bars", answers).status_code == 303
    assert "核对无误" in said(client.get(at(built, "candidates")))
    assert send(client, f"{made.location}/bars", {**answers, "checked_cult": "yes"}).status_code == 303
    assert "不得提名" in said(client.get(at(built, "candidates")))
    add_candidate(built, 0, "1")
    assert names(built) == ["样人寅", "样人子"]
    assert send(client, f"{made.location}/move-down").status_code == 303
    assert send(client, f"{made.location}/move-down").status_code == 303
    assert names(built) == ["样人子", "样人寅"]
    assert send(client, f"{made.location}/move-sideways").status_code == 404
    assert send(client, made.location, {"trade": "护士", "introduction": "你好。"}).status_code == 303
    assert "护士" in client.get(at(built, "candidates")).text
    assert send(client, f"{made.location}/remove").status_code == 303
    assert client.get(made.location).status_code == 404


CODES = ("expelled_from_party", "criminal_penalty", "organised_crime", "cult")


def names(built: Built) -> list[str]:
    return [one.name for one in built.look(lambda session, e: contests(session, election=e))[0].candidates]


def test_what_is_refused_about_candidates(house: House) -> None:
    built = a_published_election(house)
    client = house.signed_in("official")
    made = at(built, f"candidates/{add_candidate(built, 0, '1')}")
    entry = built.look(lambda session, _e: session.query(RollEntry).filter_by(number=1).one().id)
    again = send(client, at(built, "candidates/new"), {"office": office(built, 1), "entry": entry})
    assert again.status_code == 422 and "已经是本次选举的候选人" in said(again)
    data = {"csrf_token": token(client), "photo": (io.BytesIO(b"<svg/>"), "x.svg")}
    wrong = client.post(made, data=data, content_type="multipart/form-data")
    assert wrong.status_code == 422 and "JPEG 或 PNG" in said(wrong)
    big = {"csrf_token": token(client), "photo": (io.BytesIO(a_png(80, 100) + bytes(350_000)), "x.png")}
    assert "照片有 350 KB，最多 300 KB" in said(client.post(made, data=big, content_type="multipart/form-data"))
    huge = {"csrf_token": token(client), "photo": (io.BytesIO(bytes(500_000)), "x.png")}
    far = client.post(made, data=huge, content_type="multipart/form-data")
    assert far.status_code == 413 and "最多收 300 KB" in said(far) and f'href="{made}"' in far.text
    form = at(built, f"candidates/new?office={office(built)}&entry={entry}")
    assert f'action="{form.replace("&", "&amp;")}"' in client.get(form).text
    huge["photo"] = (io.BytesIO(bytes(500_000)), "x.png")
    far = client.post(form, data=huge, content_type="multipart/form-data")
    assert far.status_code == 413 and f'href="{form.replace("&", "&amp;")}"' in far.text, "back to the form"
    assert client.get(f"{made}/photo").status_code == 404
    assert send(client, at(built, "candidates/new"), {"office": "no", "entry": entry}).status_code == 404
    assert client.get(at(built, f"candidates/new?office={office(built)}&entry=no")).status_code == 404


def test_half_answered_bars_are_refused_at_their_rows(house: House) -> None:
    built = a_published_election(house)
    client = house.signed_in("official")
    made = at(built, f"candidates/{add_candidate(built, 0, '1')}")
    nothing = send(client, f"{made}/bars")
    assert nothing.status_code == 422 and nothing.text.count("这一项还没有答") == len(CODES)
    answers = {f"{who}_{code}": "no" for who in ("declared", "checked") for code in CODES}
    half = send(client, f"{made}/bars", {**answers, "checked_cult": ""})
    assert half.status_code == 422 and half.text.count("缺工作人员核对，没有记下") == 1
    assert half.text.count('value="no" checked') == 7, "what was answered is kept"
    recorded = built.look(lambda session, e: contests(session, election=e))[0].candidates[0]
    assert recorded.checked == {} and recorded.checked_by is None


def test_a_sealed_ballot_has_no_buttons(house: House) -> None:
    built = a_sealed_election(house)
    client = house.signed_in("official")
    page = client.get(at(built, "candidates"))
    assert "上移" not in page.text and "移除" not in page.text
    made = built.look(lambda session, e: contests(session, election=e))[0].candidates[0].id
    assert send(client, at(built, f"candidates/{made}/remove")).status_code == 409
    late = send(client, at(built, f"candidates/{made}/bars"), {})
    assert late.status_code == 409 and "选票已经封定" in said(late)
