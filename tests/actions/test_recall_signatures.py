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
from voting.elections.recall.rules import Basis, Written, bases_of, check_signatures, decide_recall, read_signatures
from voting.elections.recall.rules import Person as Listed
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
    by_reps = mode is Mode.RESIDENT_REPS
    assert decide_recall(mode, eligible=eligible, petition=signed, by_reps=by_reps).petition_ok is enough


@pytest.fixture
def seated(house: House) -> tuple[Built, str]:
    built = a_decided_election(house)
    certify(built)
    return built, built.do(deeds.seat_members, now=LATER)[0].id


def petition(built: Built, member: str, basis: str = "voters") -> dict[str, Any]:
    made: Petition = built.do(recall.petition, member_id=member, basis=basis, reasons="一年没有召开居民会议", now=LATER)
    return {"petition_id": made.id, "now": LATER}


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


def as_electors(built: Built, mode: str, many: int) -> None:
    """The first ``many`` of the roll are the list of representatives, and they elect."""
    with write(built.engine) as session:
        election = session.get_one(Election, built.election_id)
        election.mode = mode
        rows = session.scalars(
            select(RollEntry.id).where(RollEntry.election_id == election.id).order_by(RollEntry.number)
        )
        for entry in list(rows)[:many]:
            session.add(Representative(roll_entry_id=entry, election_id=election.id, represents=entry))


def test_representatives_sign_by_their_list_where_they_elect(seated: tuple[Built, str]) -> None:
    """One third of seven representatives is 2.33: three must sign, and voters who represent nobody do not count."""
    built, member = seated
    as_electors(built, "resident_reps", 7)
    at = petition(built, member, "reps")
    checked = built.do(recall.sign, **at, written=read_signatures("1 2 8 样人亥"))
    assert len(checked.found) == 2 and checked.unknown == (Written(number=8), Written("样人亥"))
    with pytest.raises(Refused) as few:
        built.do(recall.accept, **at)
    assert few.value.code == "RECALL_TOO_FEW" and "3 × 2 = 6 ＜ 7" in few.value.zh
    built.do(recall.sign, **at, written=read_signatures("样人寅"))
    built.do(recall.accept, **at)


@pytest.mark.parametrize(
    ("mode", "basis", "written", "found", "eligible"),
    [
        ("resident_reps", "voters", "8 9", 2, 12),  # a tenth of everybody, whoever elects
        ("household_reps", "households", "1 8", 1, 7),
        ("household_reps", "voters", "1 8", 2, 12),
    ],
)
def test_each_who_may_ask_is_counted_by_their_own_list(
    seated: tuple[Built, str], mode: str, basis: str, written: str, found: int, eligible: int
) -> None:
    built, member = seated
    as_electors(built, mode, 7)
    at = petition(built, member, basis)
    assert len(built.do(recall.sign, **at, written=read_signatures(written)).found) == found
    built.do(recall.accept, **at)
    said = [data for kind, data in built.events() if kind == "recall_moved"][-1]
    assert (said["basis"], said["signed"], said["eligible"]) == (basis, found, eligible)


def test_a_third_of_the_representatives_may_ask_where_voters_elect(seated: tuple[Built, str]) -> None:
    built, member = seated
    at = petition(built, member, "reps")
    signing = {**at, "written": read_signatures("1 2")}
    # Of no number, of fewer than signed, of more than there are voters: no share.
    for wrong in (None, 0, 1, 13):
        with pytest.raises(Refused) as refusal:
            built.do(recall.sign, **signing, representatives=wrong)
        assert refusal.value.code == "RECALL_REPRESENTATIVES" and "2 到 12" in refusal.value.zh
    with pytest.raises(Refused) as none:
        built.do(recall.accept, **at)
    assert none.value.code == "RECALL_REPRESENTATIVES"
    built.do(recall.sign, **signing, representatives=9)
    with pytest.raises(Refused) as few:
        built.do(recall.accept, **at)
    # Two of twelve voters are a tenth; two of nine representatives are no third.
    assert few.value.code == "RECALL_TOO_FEW" and "3 × 2 = 6 ＜ 9" in few.value.zh
    built.do(recall.sign, **at, written=read_signatures("3"))
    built.do(recall.accept, **at)
    said = [data for kind, data in built.events() if kind == "recall_moved"][-1]
    assert (said["signed"], said["eligible"], said["basis"]) == (3, 9, "reps")


def test_who_may_ask_follows_from_mode_and_law(seated: tuple[Built, str]) -> None:
    built, member = seated
    assert bases_of(Mode.HOUSEHOLD_REPS) == tuple(Basis)
    assert bases_of(Mode.VILLAGE, "villagers-2018") == (Basis.VOTERS, Basis.REPS)
    # The law of 2018 for communities names a third of the groups, and no representatives.
    assert bases_of(Mode.ALL_VOTERS, "residents-2018") == (Basis.VOTERS,)
    for wrong in ("households", ""):
        with pytest.raises(Refused) as refusal:
            petition(built, member, wrong)
        assert refusal.value.code == "RECALL_BASIS"
