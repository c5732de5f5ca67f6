"""An election that is set up is changed: everything in the draft; day, hours and place once the roll is posted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from election_build import (
    AFTER_OBJECTIONS,
    BEFORE,
    DAY,
    OFFICES,
    Built,
    a_csv,
    a_published_election,
    a_row,
    a_sealed_election,
    add_candidate,
    an_election,
    an_id_number,
    clear,
    with_candidates,
    with_cards,
    with_keys_and_cards,
    with_roll,
)
from house_build import House

from voting.database import writing_session
from voting.elections import amending
from voting.elections.actions import NewOffice
from voting.elections.amending import Held
from voting.elections.candidates import actions as candidates
from voting.elections.roll import actions as roll
from voting.elections.roll import objections, publication, queries
from voting.elections.schedule import calendar_of
from voting.elections.sealing import seal_election
from voting.elections.tables import Election
from voting.errors import Conflict, Malformed, Refused, TooEarly, TooLate
from voting.law.calendar import HALL


def refused(
    family: type[Refused], code: str, deed: Callable[..., object], /, *args: object, **facts: object
) -> Refused:
    with pytest.raises(family) as caught:
        deed(*args, **facts)
    assert caught.value.code == code
    return caught.value


def held(day: date = DAY, place: str = "社区活动中心", opens: int = 8) -> Held:
    start = datetime.combine(day, time(opens), HALL).astimezone(UTC)
    return Held(day, start, start + timedelta(hours=10), place)


def amend(built: Built, **facts: Any) -> None:
    given = {"title": "换届选举", "held": held(), "offices": OFFICES, "keys": built.keys, **facts}
    built.do(amending.amend_election, **given)


def move(built: Built, day: date, now: datetime | None = None, **facts: Any) -> None:
    given = {"held": held(day), "decision": "台风，选举委员会决定改期", "keys": built.keys, **facts}
    built.do(amending.move_day, now=now or built.now, **given)


def object_to(built: Built, now: datetime, number: int | None = 12) -> str:
    """Somebody asks for number ``number`` to be struck off; None: for a newcomer to be added."""
    row = {} if number else {"name": "新来人", "sex": "男", "id_number": an_id_number(901), "building": "1栋"}
    return str(
        built.do(objections.receive_objection, kind="remove" if number else "add", by="张某", text="理由",
                 number=number, row=row, keys=built.keys, now=now)
    )  # fmt: skip


def decide(built: Built, made: str) -> None:
    built.do(objections.decide_objection, objection_id=made, upheld=True, answer="属实", keys=built.keys)


def outcome(built: Built, made: str) -> str:
    found = built.look(lambda session, e: objections.list_objections(session, election=e, keys=built.keys))
    return next(one.outcome for one in found if one.id == made)


# --- the draft --------------------------------------------------------------------------------------------------------


def test_a_draft_is_changed_in_every_part_and_the_log_has_it(house: House) -> None:
    built = with_roll(an_election(house))
    kept = add_candidate(built, 1, "3")
    offices = [NewOffice("委员", 4), NewOffice("副主任", 1, write_in=False)]
    amend(built, title="第十届换届选举", held=held(date(2026, 12, 27), "二楼礼堂", 9), offices=offices)
    now = built.election
    assert (now.title, now.day, now.place, now.opens_at.astimezone(HALL).hour) == (
        "第十届换届选举", date(2026, 12, 27), "二楼礼堂", 9,
    )  # fmt: skip
    assert [(one.ordinal, one.title, one.seats, one.write_in) for one in now.offices] == [
        (1, "委员", 4, True), (2, "副主任", 1, False),
    ]  # fmt: skip
    assert built.look(lambda session, e: candidates.get_candidate(session, election=e, candidate_id=kept)).name
    kind, fact = built.events()[-1]
    assert (kind, fact["day"], fact["offices"][1]) == (
        "election_amended",
        "2026-12-27",
        {"title": "副主任", "seats": 1},
    )


def test_what_a_draft_may_not_become(house: House) -> None:
    built = with_roll(an_election(house))
    add_candidate(built, 0, "1")
    refused(Conflict, "OFFICE_HELD", amend, built, offices=[NewOffice("委员", 2)])
    refused(Malformed, "ELECTION_OFFICES", amend, built, offices=[])
    refused(Malformed, "ELECTION_SEATS", amend, built, offices=[NewOffice("主任", 0)])
    refused(Malformed, "ELECTION_DAY", amend, built, held=held(date(2026, 11, 1)))
    refused(Malformed, "ELECTION_HOURS", amend, built, held=replace(held(), closes_at=held().opens_at))
    refused(Malformed, "TEXT_LENGTH", amend, built, title=" ")
    assert [one.title for one in built.election.offices] == ["主任", "委员"]
    built.do(publication.publish_roll)
    refused(TooLate, "ELECTION_POSTED", amend, built)


def young_roll(built: Built) -> None:
    """Number 2 comes of age on 18 December 2026, number 1 is thirty on the 20th."""
    rows = [a_row(1, born=date(1996, 12, 20)), a_row(2, born=date(2008, 12, 18))]
    with writing_session(built.engine) as session:
        dry = roll.keep_draft(
            session, election_id=built.election_id, filename="r.csv", content=a_csv(rows), keys=built.keys
        )
        roll.import_draft(
            session, election_id=built.election_id, digest=dry.digest, keys=built.keys, actor=built.actor(), now=BEFORE
        )


def test_an_earlier_day_on_which_somebody_is_under_age_is_refused(house: House) -> None:
    built = an_election(house)
    young_roll(built)
    said = refused(Conflict, "DAY_UNDER_AGE", amend, built, held=held(date(2026, 12, 17)))
    assert "1 人未满 18 周岁（编号 2" in said.zh and "第16条" in said.zh
    amend(built, held=held(date(2026, 12, 18)))
    # Thirty on the 20th, twenty-nine on the 18th.
    assert built.look(lambda s, e: queries.find(s, election=e, query="1"))[0].age_group == "20–29 岁"
    amend(built, held=held(DAY))
    built.do(publication.publish_roll)
    refused(Conflict, "DAY_UNDER_AGE", move, built, date(2026, 12, 17))
    move(built, date(2026, 12, 18))
    assert built.election.roll_again is None, "an earlier day lets nobody come of age"


# --- once the roll is posted ------------------------------------------------------------------------------------------


def test_a_later_day_posts_the_roll_again_and_objections_run_anew(house: House) -> None:
    built = with_candidates(a_published_election(house))
    later = datetime(2026, 12, 4, 1, 0, tzinfo=UTC)
    assert outcome(built, object_to(built, later)) == "refused", "the first five days ended on 30 November"
    move(built, date(2026, 12, 27), later)
    now = built.election
    assert (now.day, now.roll_posted, now.roll_again) == (date(2026, 12, 27), date(2026, 11, 25), date(2026, 12, 4))
    assert now.candidates_posted is not None, "nobody's age changed"
    kind, fact = built.events()[-1]
    assert (kind, fact["before"], fact["day"], fact["roll_again"], fact["candidates_again"]) == (
        "election_day_moved", "2026-12-20", "2026-12-27", True, False,
    )  # fmt: skip
    # 4 December + 5 = the 9th; sealing from the 10th.
    assert outcome(built, object_to(built, datetime(2026, 12, 9, 1, 0, tzinfo=UTC))) == "open"
    assert outcome(built, object_to(built, datetime(2026, 12, 10, 1, 0, tzinfo=UTC))) == "refused"
    said = refused(TooEarly, "keys_missing", built.do, seal_election, now=datetime(2026, 12, 9, 1, 0, tzinfo=UTC))
    assert "最早 2026-12-10 才能封定" in said.zh
    steps = {one.step.name: one for one in built.look(lambda s, e: calendar_of(s, e, later))}
    assert (steps["objections"].step.latest, steps["place"].done) == (date(2026, 12, 9), date(2026, 12, 4))


def test_candidates_whose_age_changes_are_posted_again(house: House) -> None:
    built = an_election(house)
    with writing_session(built.engine) as session:
        rows = [a_row(index, born=date(1970, 12, 24)) for index in range(6)]
        dry = roll.keep_draft(
            session, election_id=built.election_id, filename="r.csv", content=a_csv(rows), keys=built.keys
        )
        roll.import_draft(
            session, election_id=built.election_id, digest=dry.digest, keys=built.keys, actor=built.actor(), now=BEFORE
        )
    built.do(publication.publish_roll)
    for office, number in ((0, "1"), (0, "2"), (1, "3"), (1, "4"), (1, "5")):
        clear(built, add_candidate(built, office, number))
    built.do(candidates.post_candidates)
    move(built, date(2026, 12, 27))
    assert built.election.candidates_posted is None and built.events()[-1][1]["candidates_again"] is True
    # 56 on the ballot now; posted again in time for the new day.
    built.do(candidates.post_candidates, now=datetime(2026, 12, 26, 1, 0, tzinfo=UTC))
    assert built.election.candidates_posted == date(2026, 12, 26)


@pytest.mark.parametrize(
    ("profile", "today", "day", "first", "article"),
    [
        # Posted on 25 November: + 20 = 15 December.
        ("national", date(2026, 11, 26), date(2026, 12, 14), "2026-12-15", "第17条"),
        # Posted again on the 18th: + 5 = the 23rd, so the 24th.
        ("national", date(2026, 12, 18), date(2026, 12, 23), "2026-12-24", "第17条"),
        # Candidates not posted; on 17 December + 5 = the 22nd, objections from the 17th end on the 22nd: the 23rd.
        ("beijing", date(2026, 12, 17), date(2026, 12, 22), "2026-12-23", "第17条"),
        # An earlier day in Zhejiang: posted 5 days before; 12 December + 5 = the 17th.
        ("zhejiang", date(2026, 12, 12), date(2026, 12, 16), "2026-12-17", "浙江省"),
    ],
)
def test_a_day_that_the_law_does_not_allow_is_refused_with_the_first_that_it_does(
    house: House, profile: str, today: date, day: date, first: str, article: str
) -> None:
    built = a_published_election(house, profile=profile)
    now = datetime.combine(today, time(9), HALL).astimezone(UTC)
    said = refused(TooEarly, "DAY_TOO_EARLY", move, built, day, now)
    assert f"最早可以改到 {first}" in said.zh and article in said.zh and first in said.en
    move(built, date.fromisoformat(first), now)
    assert built.election.day.isoformat() == first


def test_hours_and_place_alone_are_moved_while_they_can_still_be_posted(house: House) -> None:
    built = a_published_election(house, profile="zhejiang")
    in_time, late = (datetime(2026, 12, day, 1, 0, tzinfo=UTC) for day in (15, 16))
    refused(Conflict, "DAY_SAME", move, built, DAY, in_time)
    refused(TooEarly, "DAY_TOO_EARLY", move, built, DAY, late, held=held(DAY, "小学操场"))
    move(built, DAY, in_time, held=held(DAY, "小学操场"))
    assert (built.election.place, built.election.roll_again) == ("小学操场", None)
    refused(Malformed, "TEXT_LENGTH", move, built, DAY, in_time, decision=" ")


def test_a_sealed_election_and_a_recall_are_not_moved(house: House) -> None:
    built = a_sealed_election(house)
    said = refused(TooLate, "DAY_SEALED", move, built, date(2026, 12, 27))
    assert "宣布选举无效" in said.zh and "沿用" in said.zh
    refused(TooLate, "ELECTION_POSTED", amend, built)

    def as_recall(session: Any, **_facts: Any) -> None:
        row = session.get_one(Election, built.election_id)
        row.kind, row.follows_id = "recall", row.id

    built.act(as_recall)
    refused(Conflict, "RECALL_DAY", move, built, date(2026, 12, 27))


def test_only_a_posted_election_is_moved(house: House) -> None:
    refused(TooEarly, "state_too_early", move, with_roll(an_election(house)), date(2026, 12, 27))


# --- the number of voters after the cards were made ------------------------------------------------------------------


def test_a_decision_after_the_cards_were_made_takes_a_spare_or_gives_one_back(house: House) -> None:
    built = with_candidates(a_published_election(house))
    in_time = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
    struck, other = object_to(built, in_time, 12), object_to(built, in_time, 11)
    added = object_to(built, in_time, None)
    with_keys_and_cards(built)

    def sums() -> tuple[int, int, int]:
        return built.box.roll_size, built.box.spares, built.box.cards_made

    assert sums() == (12, 5, 17)
    decide(built, added)
    assert sums() == (13, 4, 17)
    decide(built, struck)
    assert sums() == (12, 5, 17)
    # A sixth spare is one too many: sealing says what to do, and goes once the cards are made anew.
    decide(built, other)
    assert sums() == (11, 5, 17)
    said = refused(TooEarly, "cards_too_many", built.do, seal_election, now=AFTER_OBJECTIONS)
    assert "重新制卡" in said.zh
    with_cards(built)
    built.do(seal_election, now=AFTER_OBJECTIONS)
    assert built.election.eligible == 11
