"""The recall's pages: the official's from petition to poll, and the posted one that names no signer."""

from datetime import timedelta

from count_build import EVENING, a_decided_election, certify
from flask import Flask
from house_build import House
from page_visit import at, said, send

from voting.elections.after import deeds
from voting.elections.recall import queries


def test_a_recall_on_its_pages(house: House, app: Flask) -> None:
    built = a_decided_election(house)
    certify(built)
    house.clock.now = EVENING + timedelta(days=2)
    (member, second, *_) = built.do(deeds.seat_members, now=house.clock.now)
    client = house.signed_in("official", app)
    assert client.get(at(built, "recall")).status_code == 200
    given = {"member": member.id, "basis": "voters", "reasons": "一年没有召开居民会议"}
    assert send(client, at(built, "recall"), given).status_code == 303
    assert send(client, at(built, "recall"), given).status_code == 422
    (found,) = built.look(lambda s, e: queries.petitions(s, election=e))
    notice = f"/c/{built.community}/e/{built.election_id}/recall"
    assert "居民会议" not in said(app.test_client().get(notice))
    answer = send(client, at(built, f"recall/{found.id}/signatures"), {"written": "1 2，99"})
    assert answer.status_code == 200 and "99" in said(answer)
    assert "2 人" in said(client.get(at(built, "recall")))
    assert send(client, at(built, f"recall/{found.id}/accept")).status_code == 303
    assert send(client, at(built, f"recall/{found.id}/give-up")).status_code == 422
    posted = said(app.test_client().get(notice))
    assert (
        "居民会议" in posted
        and "登记选民联名 2 人，共 12 人" in posted
        and "样人子" not in posted.replace(member.name, "")
    )
    assert send(client, at(built, f"recall/{found.id}/defence"), {"text": "已经补开"}).status_code == 303
    poll = {"day": "2027-03-01", "opens": "08:00", "closes": "18:00"}
    late = send(client, at(built, f"recall/{found.id}/poll"), poll)
    assert late.status_code == 422 and "最迟" in said(late)
    assert send(client, at(built, f"recall/{found.id}/poll"), {**poll, "day": "2027-01-10"}).status_code == 303
    assert send(client, at(built, f"recall/{found.id}/conclude")).status_code == 422
    assert send(client, at(built, f"recall/{found.id}/resigned")).status_code == 422
    assert "已经补开" in said(app.test_client().get(notice))
    # A third of the representatives, who elect nobody here: their number comes with the signatures.
    by_reps = {"member": second.id, "reasons": "不履行职责"}
    for wrong in ("", "households"):
        assert send(client, at(built, "recall"), {**by_reps, "basis": wrong}).status_code == 422
    assert send(client, at(built, "recall"), {**by_reps, "basis": "reps"}).status_code == 303
    assert "由居民代表联名" in said(client.get(at(built, "recall")))
    other = built.look(lambda s, e: next(one for one in queries.petitions(s, election=e) if one.id != found.id))
    signing = at(built, f"recall/{other.id}/signatures")
    unnumbered = send(client, signing, {"written": "3"})
    assert unnumbered.status_code == 422 and "1 到 12 之间" in said(unnumbered)
    assert send(client, signing, {"written": "3", "representatives": "4"}).status_code == 303
    assert "3 × 1 = 3 ＜ 4" in said(client.get(at(built, "recall")))
    # Every page of the poll stands although nobody is a candidate.
    election_id = built.look(lambda s, e: queries.get_petition(s, election=e, petition_id=found.id)).poll_id
    built.election_id = str(election_id)
    for place in ("", "candidates", "keys", "count", "roll", "after", "papers", "moves/seal"):
        assert client.get(at(built, place)).status_code == 200, place
    public = app.test_client().get(f"/c/{built.community}/e/{election_id}")
    assert public.status_code == 200 and f"罢免{member.name}" in said(public)
