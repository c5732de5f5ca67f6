"""Signatures of a petition against the roll: names, numbers, namesakes, twice, representatives; void polls."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from count_build import EVENING, a_decided_election, certify
from election_build import Built
from house_build import House
from sqlalchemy import select

from voting.database import write
from voting.elections import actions as elections
from voting.elections.after import deeds
from voting.elections.after.next_polls import When
from voting.elections.recall import actions as recall
from voting.elections.recall.rules import Person as Listed
from voting.elections.recall.rules import Written, check_signatures, decide_recall, read_signatures
from voting.elections.recall.tables import Petition
from voting.elections.roll.tables import Representative, RollEntry
from voting.elections.tables import Election
from voting.errors import Refused
from voting.law.calendar import HALL
from voting.law.profiles import Mode

LATER = EVENING + timedelta(days=2)


def test_signatures_are_read_as_they_stand_on_the_paper() -> None:
    text = "张三 12、李四\n30 45；王五"
    assert read_signatures(text) == (
        Written("张三", 12),
        Written("李四"),
        Written(number=30),
        Written(number=45),
        Written("王五"),
    )
    assert str(Written("张三", 12)) == "张三 12"


def test_each_person_counts_once_and_namesakes_need_a_number() -> None:
    people = {1: Listed("a", "张三", 1), 2: Listed("b", "张三", 2), 3: Listed("c", "李四", 3)}
    named = {"张三": (1, 2), "李四": (3,)}
    checked = check_signatures(read_signatures("张三、张三 2、李四、3、赵六、李四 1、9"), people, named, {"x"})
    assert checked.found == ("b", "c")
    assert checked.namesakes == (Written("张三"),)
    assert checked.twice == (Written(number=3),)
    # Not on the list, or a number that is somebody else's.
    assert checked.unknown == (Written("赵六"), Written("李四", 1), Written(number=9))
    assert check_signatures((Written("李四"),), people, named, {"c"}).twice == (Written("李四"),)


@pytest.mark.parametrize(
    ("mode", "eligible", "signed", "enough"),
    [
        (Mode.ALL_VOTERS, 1230, 123, True),
        (Mode.ALL_VOTERS, 1231, 123, False),
        (Mode.HOUSEHOLD_REPS, 400, 40, True),
        (Mode.HOUSEHOLD_REPS, 400, 39, False),
        (Mode.RESIDENT_REPS, 60, 20, True),
        (Mode.RESIDENT_REPS, 61, 20, False),
        (Mode.VILLAGE, 1000, 200, True),
        (Mode.VILLAGE, 1001, 200, False),
    ],
)
def test_the_share_of_the_list_by_mode(mode: Mode, eligible: int, signed: int, enough: bool) -> None:
    assert decide_recall(mode, eligible=eligible, petition=signed).petition_ok is enough


@pytest.fixture
def seated(house: House) -> tuple[Built, str]:
    built = a_decided_election(house)
    certify(built)
    return built, built.do(deeds.seat_members, now=LATER)[0].id


def petition(built: Built, member: str) -> dict[str, Any]:
    made: Petition = built.do(recall.petition, member_id=member, reasons="一年没有召开居民会议", now=LATER)
    return {"petition_id": made.id, "now": LATER}


def test_representatives_alone_sign_where_they_elect(seated: tuple[Built, str]) -> None:
    """One third of seven representatives is 2.33: three must sign, and voters who represent nobody do not count."""
    built, member = seated
    with write(built.engine) as session:
        election = session.get_one(Election, built.election_id)
        election.mode = "resident_reps"
        rows = session.scalars(
            select(RollEntry.id).where(RollEntry.election_id == election.id).order_by(RollEntry.number)
        )
        for entry in list(rows)[:7]:
            session.add(Representative(roll_entry_id=entry, election_id=election.id, represents=30))
    at = petition(built, member)
    checked = built.do(recall.sign, **at, written=read_signatures("1 2 8 样人亥"))
    assert len(checked.found) == 2 and checked.unknown == (Written(number=8), Written("样人亥"))
    with pytest.raises(Refused) as few:
        built.do(recall.accept, **at)
    assert few.value.code == "RECALL_TOO_FEW" and "3 × 2 = 6 ＜ 7" in few.value.zh
    built.do(recall.sign, **at, written=read_signatures("样人寅"))
    built.do(recall.accept, **at)


def test_a_recall_poll_that_is_void_is_held_again(seated: tuple[Built, str]) -> None:
    built, member = seated
    first, at = built.election_id, petition(built, member)
    built.do(recall.sign, **at, written=read_signatures("样人子、2"))
    built.do(recall.accept, **at)
    day = date(2027, 1, 10)
    opens, closes = (datetime.combine(day, time(hour), HALL).astimezone(UTC) for hour in (8, 18))
    poll = {**at, "when": When(day, opens, closes), "keys": built.keys, "heard": True}
    made = built.do(recall.prepare_poll, **poll)
    with pytest.raises(Refused) as there:
        built.do(recall.prepare_poll, **poll)
    assert there.value.code == "RECALL_POLL"
    built.election_id = made.id
    built.do(elections.declare_void, reason="停电", now=LATER)
    built.election_id = first
    with pytest.raises(Refused) as void:
        built.do(recall.conclude, **at)
    assert void.value.code == "RECALL_VOID_POLL"
    again = built.do(recall.prepare_poll, **poll)
    assert again.id != made.id and again.title.endswith("（罢免投票）")


def test_a_third_of_the_representatives_may_ask_where_voters_elect(seated: tuple[Built, str]) -> None:
    built, member = seated
    given = {"member_id": member, "reasons": "不履行职责", "now": LATER}
    for wrong in (0, 13):
        with pytest.raises(Refused) as refusal:
            built.do(recall.petition, **given, representatives=wrong)
        assert refusal.value.code == "RECALL_REPRESENTATIVES"
    made: Petition = built.do(recall.petition, **given, representatives=9)
    at = {"petition_id": made.id, "now": LATER}
    built.do(recall.sign, **at, written=read_signatures("1 2"))
    with pytest.raises(Refused) as few:
        built.do(recall.accept, **at)
    # Two of twelve voters are a tenth; two of nine representatives are no third.
    assert few.value.code == "RECALL_TOO_FEW" and "3 × 2 = 6 ＜ 9" in few.value.zh
    built.do(recall.sign, **at, written=read_signatures("3"))
    built.do(recall.accept, **at)
    said = [data for kind, data in built.events() if kind == "recall_moved"][-1]
    assert (said["signed"], said["eligible"], said["by_reps"]) == (3, 9, True)
