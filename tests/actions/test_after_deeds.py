"""Certificates of election, deeds after the poll, resignations, ends of office, disputes, recall and by-election."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from count_build import EVENING, a_decided_election, certify
from election_build import Built
from house_build import House

from voting.elections.after import by_election, deeds, queries
from voting.elections.after.next_polls import When
from voting.elections.after.tables import Member
from voting.elections.recall import actions as recall
from voting.elections.recall import queries as recalls
from voting.elections.recall.rules import Written, read_signatures
from voting.elections.recall.tables import Petition
from voting.elections.tables import Election
from voting.errors import Refused
from voting.law.calendar import HALL

DAY = date(2026, 12, 20)
LATER = EVENING + timedelta(days=5)


@pytest.fixture
def built(house: House) -> Built:
    made = a_decided_election(house)
    certify(made)
    return made


def do(built: Built, action: Any, **facts: Any) -> Any:
    return built.do(action, **{"now": LATER, **facts})


def code(built: Built, action: Any, **facts: Any) -> str:
    with pytest.raises(Refused) as refusal:
        do(built, action, **facts)
    return refusal.value.code


def seated(built: Built) -> list[Member]:
    made: list[Member] = do(built, deeds.seat_members)
    return made


def when(day: date) -> When:
    start, end = (datetime.combine(day, time(hour), HALL).astimezone(UTC) for hour in (8, 20))
    return When(day, start, end)


def test_certificates_are_numbered_and_given_once(built: Built) -> None:
    made = seated(built)
    assert [one.number for one in made] == [1, 2, 3]
    assert {one.term_ends for one in made} == {date(2031, 12, 20)}
    kind, said = built.events()[-1]
    assert kind == "members_seated" and len(said["members"]) == 3
    assert code(built, deeds.seat_members) == "ALL_SEATED"


def test_deeds_after_the_poll(built: Built) -> None:
    day = LATER.astimezone(HALL).date()
    assert code(built, deeds.record_deed, kind="x", facts={}, day=day) == "DEED_UNKNOWN"
    handover = {"kind": "handover", "facts": {"signatures": "7", "watched_by": "样例街道"}, "day": day}
    assert code(built, deeds.record_deed, **handover) == "HANDOVER_EMPTY"
    item = {"kind": "handover_item", "facts": {"item": "公章", "amount": "1 枚"}, "day": day}
    assert code(built, deeds.record_deed, **{**item, "day": DAY - timedelta(days=1)}) == "DEED_DAY"
    assert code(built, deeds.record_deed, **{**item, "facts": {}}) == "TEXT_LENGTH"
    do(built, deeds.record_deed, **item)
    do(built, deeds.record_deed, **handover)
    assert code(built, deeds.record_deed, **item) == "HANDED_OVER"
    kind, said = built.events()[-1]
    assert kind == "after_deed" and "公章" not in str(said) and len(said["facts_sha256"]) == 64
    assert built.look(lambda _s, election: queries.handover_by(election)) == date(2026, 12, 30)


def test_a_resignation_waits_for_the_meeting(built: Built) -> None:
    member = seated(built)[0]
    day = LATER.astimezone(HALL).date()
    facts = {"member_id": member.id}
    assert code(built, deeds.approve_resignation, **facts, day=day) == "NOT_RESIGNED"
    assert code(built, deeds.resign, member_id="none") == "NO_SUCH_MEMBER"
    do(built, deeds.resign, **facts)
    assert code(built, deeds.resign, **facts) == "RESIGNED_ALREADY"
    assert code(built, deeds.approve_resignation, **facts, day=day - timedelta(days=1)) == "END_DAY"
    do(built, deeds.approve_resignation, **facts, day=day)
    assert code(built, deeds.resign, **facts) == "OFFICE_OVER"
    assert built.events()[-1][1]["change"] == "ended_resigned"


def test_an_office_that_ends_is_filled_to_the_end_of_the_term(built: Built) -> None:
    member = seated(built)[1]
    day = LATER.astimezone(HALL).date()
    assert code(built, deeds.end_office, member_id=member.id, ending="resigned", day=day) == "ENDING_UNKNOWN"
    given = {"when": when(DAY + timedelta(days=60)), "keys": built.keys}
    assert code(built, by_election.prepare_by_election, **given) == "NO_OPEN_SEAT"
    do(built, deeds.end_office, member_id=member.id, ending="sentence", day=day)
    made: Election = do(built, by_election.prepare_by_election, **given)
    assert (made.kind, made.state, made.candidates_posted) == ("by_election", "draft", None)
    assert [(one.title, one.seats) for one in made.offices] == [(member.office, 1)]
    assert code(built, by_election.prepare_by_election, **given) == "NEXT_PREPARED"
    assert "sentence" in built.look(lambda s, e: str([one.ended for one in queries.members(s, election=e)]))


def test_disputes_name_an_entry_and_where_they_go(built: Built) -> None:
    given = {"seq": 3, "forum": "district", "subject": "对候选人名单公布日期有异议"}
    assert code(built, deeds.record_dispute, **{**given, "forum": "x"}) == "FORUM_UNKNOWN"
    assert code(built, deeds.record_dispute, **{**given, "seq": 10_000}) == "NO_SUCH_ENTRY"
    made = do(built, deeds.record_dispute, **given)
    answer = {"dispute_id": made.id, "answer": "核实后维持"}
    assert code(built, deeds.answer_dispute, **{**answer, "dispute_id": "none"}) == "NO_SUCH_DISPUTE"
    do(built, deeds.answer_dispute, **answer)
    assert code(built, deeds.answer_dispute, **answer) == "DISPUTE_ANSWERED"
    said = [data for kind, data in built.events() if kind == "dispute_recorded"]
    assert [(one["about"], one["answered"]) for one in said] == [(3, False), (3, True)]
    assert "异议" not in str(said)


# --- recall ---------------------------------------------------------------------------------------------------------


def a_petition(built: Built, **facts: Any) -> Petition:
    made: Petition = do(built, recall.petition, basis="voters", reasons="一年没有召开居民会议", **facts)
    return made


def test_a_recall_from_petition_to_poll(built: Built) -> None:
    member = seated(built)[0]
    made = a_petition(built, member_id=member.id)
    at = {"petition_id": made.id}
    assert code(built, recall.petition, member_id=member.id, basis="voters", reasons="再提") == "RECALL_RUNNING"
    assert code(built, recall.accept, **at) == "RECALL_TOO_FEW"
    assert code(built, recall.defend, **at, text="我说明") == "RECALL_NOT_ACCEPTED"
    # One tenth of twelve is 1.2: two must sign; 99 is not on the roll, and a second signature counts once.
    first = do(built, recall.sign, **at, written=read_signatures("1 99"))
    assert (len(first.found), first.unknown) == (1, (Written(number=99),))
    assert do(built, recall.sign, **at, written=read_signatures("1")).twice == (Written(number=1),)
    assert code(built, recall.accept, **at) == "RECALL_TOO_FEW"
    do(built, recall.sign, **at, written=read_signatures("2"))
    do(built, recall.accept, **at)
    assert code(built, recall.sign, **at, written=read_signatures("3")) == "RECALL_ACCEPTED"
    assert code(built, recall.give_up, **at) == "RECALL_ACCEPTED"
    day = LATER.astimezone(HALL).date()
    poll = {**at, "when": when(day + timedelta(days=20)), "keys": built.keys}
    assert code(built, recall.prepare_poll, **poll) == "RECALL_UNHEARD"
    do(built, recall.defend, **at, text="会议因故推迟，已补开")
    assert code(built, recall.defend, **at, text="再说") == "RECALL_DEFENDED"
    assert code(built, recall.prepare_poll, **{**poll, "when": when(day + timedelta(days=31))}) == "RECALL_LATE"
    election: Election = do(built, recall.prepare_poll, **poll)
    assert (election.kind, election.state, election.follows_id) == ("recall", "published", built.election_id)
    assert code(built, recall.prepare_poll, **poll) == "RECALL_POLL"
    assert code(built, recall.conclude, **at) == "RECALL_OPEN"
    # Nobody who signed stands in the log, and neither text.
    said = str([data for kind, data in built.events() if kind == "recall_moved"])
    assert "样人" not in said and "居民会议" not in said and "推迟" not in said


def test_a_recall_ends_when_the_member_resigns_or_too_few_sign(built: Built) -> None:
    first, second, *_ = seated(built)
    made = a_petition(built, member_id=first.id)
    at = {"petition_id": made.id}
    assert code(built, recall.end_by_resignation, **at) == "RECALL_IN_OFFICE"
    do(built, deeds.resign, member_id=first.id)
    do(built, deeds.approve_resignation, member_id=first.id, day=LATER.astimezone(HALL).date())
    do(built, recall.end_by_resignation, **at)
    assert code(built, recall.accept, **at) == "RECALL_ENDED"
    assert code(built, recall.petition, member_id=first.id, basis="voters", reasons="再提") == "OFFICE_OVER"
    other = a_petition(built, member_id=second.id)
    do(built, recall.give_up, petition_id=other.id)
    assert code(built, recall.accept, petition_id="none") == "NO_SUCH_PETITION"
    ends = built.look(lambda s, e: {one.ended for one in recalls.petitions(s, election=e)})
    assert ends == {"resigned", "too_few"}
