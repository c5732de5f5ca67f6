"""A recall voted on to its end: yes or no on the tablet, a bundle that verifies, the office over."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pypdf
from count_build import EVENING, a_decided_election, certify, give_share, scan_pile, vote
from count_build import bundle as certified
from election_build import with_keys_and_cards, with_rehearsals, with_tablet
from house_build import House

from audit.note import parse_vkey
from verifier import printed
from verifier.checks import verify_bundle
from verifier.report import Verdict
from voting.box import sealing
from voting.elections import actions
from voting.elections.after import by_election, deeds, queries
from voting.elections.after.next_polls import When
from voting.elections.count import actions as count
from voting.elections.recall import actions as recall
from voting.elections.recall.rules import read_signatures
from voting.elections.sealing import seal_election
from voting.law.calendar import HALL
from voting.law.polls import RECALL_NO, RECALL_YES


def test_a_recall_is_voted_counted_verified_and_ends_the_office(house: House, tmp_path: Path) -> None:
    built = a_decided_election(house)
    certify(built)
    day = EVENING + timedelta(days=2)
    first = built.election_id
    member, *_ = built.do(deeds.seat_members, now=day)
    made = built.do(recall.petition, member_id=member.id, basis="reps", reasons="一年没有召开居民会议", now=day)
    at = {"petition_id": made.id, "now": day}
    # Nobody of the roll votes as a representative here; two of the five there are ask for the recall.
    built.do(recall.sign, **at, written=read_signatures("1 2"), representatives=5)
    built.do(recall.accept, **at)
    opens, closes = (datetime.combine(date(2027, 1, 10), time(hour), HALL).astimezone(UTC) for hour in (8, 18))
    when = When(date(2027, 1, 10), opens, closes)
    poll = built.do(recall.prepare_poll, **at, when=when, keys=built.keys, heard=True)
    built.election_id, built.cards, built.trustee_secrets = poll.id, [], []
    with_keys_and_cards(built)
    built.do(seal_election, now=day)
    with_rehearsals(built)
    with_tablet(built)
    shown = built.look(lambda session, election: sealing.booth_display(session, box=election.box_id))
    assert [one["name"] for one in shown["offices"][0]["candidates"]] == [RECALL_YES, RECALL_NO]
    built.do(actions.open_poll, now=opens)
    vote(built, [[[0, 1, 0]]] * 5 + [[[0, 0, 1]]] * 2 + [[[1, 0, 0]]])
    built.do(actions.stop_queue, people=0, now=closes)
    built.do(actions.close_poll, now=closes)
    scan_pile(built)
    built.do(count.begin_count, now=closes)
    give_share(built, 0)
    give_share(built, 1)
    decided = built.do(count.decide_outcome, now=closes)
    assert decided.outcome.offices[0].outcome.elected == (RECALL_YES,)
    certify(built, now=closes + timedelta(minutes=5))
    folder = tmp_path / "bundle"
    for path, content in certified(built).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    key = [data["committee_key"] for kind, data in built.events() if kind == "result_certified"][-1]
    report = verify_bundle(folder, parse_vkey(key))
    assert report.verdict is Verdict.SOUND, report.findings
    # Nobody is elected by a recall, on paper or on the screen.
    assert report.facts.document is not None and "第20条" in report.facts.document.article
    table = (folder / "result.csv").read_text(encoding="utf-8-sig")
    assert "罢免投票结果报告单" in table and "通过" in table and "当选" not in table
    assert "联名提出罢免,居民代表" in table and "联名人数,2" in table and "居民代表共,5" in table
    said = "".join(page.extract_text() for page in pypdf.PdfReader(folder / "result.pdf").pages)
    said = said.replace("\n", "").replace(" ", "")
    assert "当选" not in said and "本次投票有效" in said and "罢免成立" in said
    asked = "本次罢免由居民代表 2 人联名提出（居民代表共 5 人，须三分之一以上）"
    assert asked.replace(" ", "") in said and asked in printed.text(report, "zh")
    assert "通过" in printed.text(report, "zh") and "当选" not in printed.text(report, "zh")
    client, base = built.house.app().test_client(), f"/c/{built.community}/e/{built.election_id}"
    assert "当选" not in client.get(base).text.partition("<main")[2]
    screen = client.get(f"{base}/screen.json").json
    assert screen["marks"]["won"] == "通过" and screen["offices"][0]["lines"][1]["over"] is None
    built.election_id = first
    assert built.do(recall.conclude, petition_id=made.id, now=closes + timedelta(hours=1)) is True
    ended = built.look(lambda s, e: [(one.ended, one.office) for one in queries.members(s, election=e)])
    assert ("recalled", member.office) in ended
    offices = built.look(lambda s, e: by_election.open_offices(s, election=e))
    assert [(one.title, one.seats) for one in offices] == [(member.office, 1)]
