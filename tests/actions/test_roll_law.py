"""The roll by the law: versions, objections with both clocks, grids, confirmed grounds, representatives, withdrawal."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from election_build import (
    BEFORE,
    HEADER,
    Built,
    a_csv,
    a_published_election,
    a_row,
    a_sealed_election,
    add_candidate,
    an_election,
    an_id_number,
    with_roll,
)
from house_build import House

from voting.database import writing_session
from voting.elections import actions, rule_choice
from voting.elections.amending import Held, move_day
from voting.elections.roll import actions as roll
from voting.elections.roll import grids, grounds, objections, publication, queries, representatives
from voting.elections.roll.copying import copy_roll
from voting.elections.roll.rules import category_of
from voting.elections.tables import Election
from voting.errors import Conflict, Malformed, NotEligible, NotFound, Refused, TooEarly, TooLate
from voting.law.profiles import Mode

POSTED = date(2026, 11, 25)
#: 25 November + 5 days, its own not counted: the 30th is the last day, 1 December is too late.
LAST_DAY = BEFORE + timedelta(days=5)


def refused(family: type[Refused], code: str, deed: Any, /, *args: Any, **facts: Any) -> Refused:
    with pytest.raises(family) as caught:
        deed(*args, **facts)
    assert caught.value.code == code and caught.value.zh.endswith("。")
    return caught.value


def object_to(built: Built, kind: str, *, now: datetime = BEFORE, **facts: Any) -> str:
    given = {"by": "张某", "text": "理由在此", "number": None, "row": {}, "keys": built.keys, "now": now, **facts}
    made: str = built.do(objections.receive_objection, kind=kind, **given)
    return made


def decide(built: Built, objection: str, *, upheld: bool = True, **facts: Any) -> None:
    given = {"answer": "经核对属实", "keys": built.keys, **facts}
    built.do(objections.decide_objection, objection_id=objection, upheld=upheld, **given)


def opened(built: Built) -> list[objections.Opened]:
    return built.look(lambda session, e: objections.list_objections(session, election=e, keys=built.keys))  # type: ignore[no-any-return]  # tests look untyped


def versions(built: Built) -> list[Any]:
    return built.look(lambda session, e: publication.versions(session, election=e))  # type: ignore[no-any-return]  # as above


def size(built: Built) -> tuple[int, int]:
    return built.look(  # type: ignore[no-any-return]  # as above
        lambda session, e: (queries.registered(session, election=e), queries.roll_size(session, election=e))
    )


A_NEWCOMER = {"name": "新来人", "sex": "男", "id_number": an_id_number(901), "building": "3栋", "category": "常住"}


# --- versions and objections ------------------------------------------------------------------------------------------


def test_publication_is_the_first_version(house: House) -> None:
    built = a_published_election(house)
    (first,) = versions(built)
    assert (first.number, first.entries, first.counted, first.posted) == (1, 12, 12, POSTED)
    assert first.sha256 == built.election.roll_hash and first.objection_id is None


def test_an_upheld_objection_adds_somebody_and_makes_the_next_version(house: House) -> None:
    built = a_published_election(house)
    first = built.election.roll_hash
    made = object_to(built, "add", row=A_NEWCOMER)
    decide(built, made)
    assert size(built) == (13, 13) and built.box.roll_size == 13
    last = versions(built)[-1]
    assert (last.number, last.objection_id) == (2, made)
    assert built.election.roll_hash == last.sha256 != first
    (kind, fact) = built.events()[-1]
    assert kind == "roll_version_posted" and fact["cause"] == made and fact["number"] == 2
    kinds = [kind for kind, _ in built.events()][-3:]
    assert kinds == ["roll_objection_received", "roll_objection_decided", "roll_version_posted"]
    # No name and no number of a person in the log.
    said = str(built.events())
    assert "新来人" not in said and "张某" not in said and "理由" not in said and A_NEWCOMER["id_number"] not in said


def test_somebody_is_removed_or_corrected(house: House) -> None:
    built = a_published_election(house)
    decide(built, object_to(built, "remove", number=12))
    decide(built, object_to(built, "correct", number=3, row={"name": "更正名", "building": "9栋"}))
    assert size(built) == (11, 11)
    (found,) = built.look(lambda session, e: queries.find(session, election=e, query="gzm"))
    assert (found.number, found.name, found.building) == (3, "更正名", "9栋")
    assert [one.number for one in versions(built)] == [1, 2, 3]


def test_a_number_that_somebody_had_is_nobody_elses_afterwards(house: House) -> None:
    built = a_published_election(house)
    decide(built, object_to(built, "remove", number=12))
    decide(built, object_to(built, "add", row=A_NEWCOMER))
    numbers = [one.number for one in built.look(lambda s, e: list(queries.whole_roll(s, election=e)))]
    assert numbers == [*range(1, 12), 13]
    assert [one.last_number for one in versions(built)] == [12, 12, 13]


def test_a_refused_objection_changes_nothing(house: House) -> None:
    built = a_published_election(house)
    decide(built, object_to(built, "remove", number=1), upheld=False, answer="本人住在社区")
    assert size(built) == (12, 12) and len(versions(built)) == 1
    (one,) = opened(built)
    assert (one.outcome, one.answer, one.by) == ("refused", "本人住在社区", "张某")


def test_an_objection_outside_its_five_days_is_recorded_answered_and_refused(house: House) -> None:
    built = a_published_election(house)
    object_to(built, "remove", number=1, now=LAST_DAY)
    late = object_to(built, "remove", number=2, now=LAST_DAY + timedelta(days=1))
    by_id = {one.id: one for one in opened(built)}
    assert sum(one.outcome == "open" for one in by_id.values()) == 1
    assert by_id[late].outcome == "refused" and "2026-11-30" in by_id[late].answer
    kind, fact = built.events()[-1]
    assert (kind, fact["outcome"]) == ("roll_objection_decided", "refused")
    received = next(
        data for name, data in built.events() if name == "roll_objection_received" and data["objection"] == late
    )
    assert received["within"] is False
    refused(Conflict, "OBJECTION_DECIDED", decide, built, late)


def test_the_three_days_run_from_receipt_and_a_late_decision_says_so(house: House) -> None:
    built = a_published_election(house)
    made = object_to(built, "remove", number=1, now=LAST_DAY)
    assert opened(built)[0].decide_by == date(2026, 12, 3)
    decide(built, made, upheld=False, now=LAST_DAY + timedelta(days=4))
    assert built.events()[-1][1]["late"] is True


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"kind": "praise"}, "OBJECTION_KIND"),
        ({"kind": "remove", "number": 99}, "OBJECTION_ABOUT"),
        ({"kind": "correct", "number": 1, "row": {}}, "OBJECTION_ROW"),
        ({"kind": "correct", "number": 1, "row": {"sex": "?"}}, "OBJECTION_ROW"),
        ({"kind": "add", "row": {**A_NEWCOMER, "id_number": "123"}}, "OBJECTION_ROW"),
        ({"kind": "add", "row": {**A_NEWCOMER, "id_number": an_id_number(902, date(2010, 1, 1))}}, "OBJECTION_ROW"),
        ({"kind": "remove", "number": 1, "by": " "}, "TEXT_LENGTH"),
    ],
)
def test_what_an_objection_may_not_be(house: House, facts: dict[str, Any], code: str) -> None:
    built = a_published_election(house)
    refused(Malformed, code, object_to, built, **facts)
    assert opened(built) == []


def test_what_a_decision_cannot_do(house: House) -> None:
    built = a_published_election(house)
    refused(NotFound, "NO_SUCH_OBJECTION", decide, built, "none")
    add_candidate(built, 0, "1")
    refused(Conflict, "ROLL_ENTRY_HELD", decide, built, object_to(built, "remove", number=1))
    twice = {**A_NEWCOMER, "id_number": an_id_number(2)}
    refused(Conflict, "ROLL_ON_IT", decide, built, object_to(built, "add", row=twice))
    gone = object_to(built, "correct", number=5, row={"building": "7栋"})
    decide(built, object_to(built, "remove", number=5))
    refused(Malformed, "OBJECTION_ABOUT", decide, built, gone)
    assert all(one.outcome == "open" for one in opened(built) if one.number in (1, 5) and one.kind != "remove")


def test_no_objection_before_posting_and_no_decision_after_sealing(house: House) -> None:
    draft = with_roll(an_election(house))
    refused(TooEarly, "ROLL_NOT_POSTED", object_to, draft, "remove", number=1)


def test_after_sealing_an_objection_is_out_of_time(house: House) -> None:
    built = a_sealed_election(house)
    late = object_to(built, "remove", number=1, now=built.now)
    assert next(one for one in opened(built) if one.id == late).outcome == "refused"
    refused(TooLate, "state_too_late", decide, built, late)


# --- the end of posting -----------------------------------------------------------------------------------------------


def test_the_list_cannot_be_taken_down_inside_its_posting_period(house: House) -> None:
    draft = with_roll(an_election(house))
    refused(TooEarly, "ROLL_NOT_POSTED", draft.do, publication.withdraw_roll)
    draft.do(publication.publish_roll)
    # 25 November + 15 days = 10 December, but the poll is on the 20th: the 21st is the first day.
    for day in (1, 16, 25):
        said = refused(
            TooEarly, "ROLL_POSTING_PERIOD", draft.do, publication.withdraw_roll, now=BEFORE + timedelta(days=day)
        )
        assert "2026-12-21" in said.zh and "第34条" in said.zh
    draft.do(publication.withdraw_roll, now=BEFORE + timedelta(days=26))
    assert draft.election.roll_withdrawn == date(2026, 12, 21)
    assert draft.events()[-1][0] == "roll_withdrawn"
    refused(Conflict, "ROLL_WITHDRAWN", draft.do, publication.withdraw_roll, now=BEFORE + timedelta(days=27))


def test_a_roll_posted_again_hangs_its_time_anew(house: House) -> None:
    built = a_published_election(house)
    opens = datetime(2026, 12, 22, 0, 0, tzinfo=UTC)
    again = Held(date(2026, 12, 22), opens, opens + timedelta(hours=10), "社区活动中心")
    built.do(move_day, held=again, decision="改期", keys=built.keys, now=datetime(2026, 12, 10, 1, 0, tzinfo=UTC))
    # Posted again on 10 December: + 15 = the 25th, after the poll of the 22nd.
    said = refused(
        TooEarly, "ROLL_POSTING_PERIOD", built.do, publication.withdraw_roll, now=BEFORE + timedelta(days=29)
    )
    assert "最早 2026-12-25" in said.zh
    built.do(publication.withdraw_roll, now=BEFORE + timedelta(days=30))


def test_a_roll_posted_too_late_for_its_day_is_not_posted(house: House) -> None:
    built = with_roll(an_election(house))
    said = refused(TooLate, "roll_too_late", built.do, publication.publish_roll, now=BEFORE + timedelta(days=6))
    assert "2026-12-21" in said.zh and built.state == "draft"
    built.do(publication.publish_roll, now=BEFORE + timedelta(days=5))


# --- grids and grounds ------------------------------------------------------------------------------------------------


def take_in(built: Built, rows: list[str], grid: str = "") -> int:
    with writing_session(built.engine) as session:
        dry = roll.keep_draft(
            session, election_id=built.election_id, filename="g.csv", content=a_csv(rows), keys=built.keys
        )
        return roll.import_draft(
            session, election_id=built.election_id, digest=dry.digest, keys=built.keys, actor=built.actor(),
            now=BEFORE, grid=grid,
        )  # fmt: skip


def in_grid(index: int, grid: str = "") -> str:
    assert HEADER.endswith("网格")
    return a_row(index) + grid


def test_a_grids_file_replaces_its_own_part_and_a_move_is_told_to_both(house: House) -> None:
    built = an_election(house)
    take_in(built, [in_grid(1, "一格"), in_grid(2, "一格"), in_grid(3, "二格")])
    before = {one.id_last4: one for one in built.look(lambda s, e: list(queries.whole_roll(s, election=e)))}
    # Grid two's new file: 3 stays, 2 has moved here, 4 is new.
    take_in(built, [in_grid(3), in_grid(2), in_grid(4)], grid="二格")
    after = {one.id_last4: one for one in built.look(lambda s, e: list(queries.whole_roll(s, election=e)))}
    assert {one.grid for one in after.values()} == {"一格", "二格"} and len(after) == 4
    assert all(after[key].id == one.id and after[key].number == one.number for key, one in before.items())
    assert built.look(lambda s, e: grids.grids_of(s, election=e)) == [("一格", 1), ("二格", 3)]
    (moved,) = built.look(lambda s, e: grids.grid_moves(s, election=e))
    assert (moved.number, moved.from_grid, moved.to_grid) == (2, "一格", "二格")
    assert (built.events()[-1][1]["grid"], built.events()[-1][1]["moved"]) == ("二格", 1)
    # Who is not in the grid's newest file is off the roll; other grids keep theirs.
    take_in(built, [in_grid(3)], grid="二格")
    assert sorted(one.number for one in built.look(lambda s, e: list(queries.whole_roll(s, election=e)))) == [1, 3]


@pytest.mark.parametrize(
    ("mode", "text", "key"),
    [
        ("all_voters", "户籍在册", "hukou"),
        ("all_voters", "非户籍常住", "resident"),
        ("all_voters", "户籍不在本社区，常住", "resident"),
        ("all_voters", "非本社区户籍", ""),
        ("all_voters", "无本地户口，常住", "resident"),
        ("all_voters", "外地户口，居住", "resident"),
        ("all_voters", "本地户籍", "hukou"),
        ("village", "户籍不在村，居住一年以上", "without_hukou"),
        ("village", "户籍在村，不在村居住", "away"),
    ],
)
def test_a_registration_that_is_denied_is_no_ground(mode: str, text: str, key: str) -> None:
    found = category_of(text, Mode(mode))
    assert (found.key if found else "") == key


def test_a_villages_rows_are_judged_by_the_villages_law(house: House) -> None:
    built = an_election(house, mode="village")
    with writing_session(built.engine) as session:
        dry = roll.keep_draft(
            session, election_id=built.election_id, filename="r.csv", content=a_csv([a_row(1, born=date(2010, 1, 1))]),
            keys=built.keys,
        )  # fmt: skip
    assert "《村民委员会组织法》第16条" in dry.rows[0].reasons[0][0]


def test_a_grids_file_with_another_grids_people_is_refused(house: House) -> None:
    built = an_election(house)
    take_in(built, [in_grid(1, "一格"), in_grid(2, "二格")])
    refused(Malformed, "GRID_OTHER", take_in, built, [in_grid(3, "一格")], grid="二格")
    add_candidate(built, 0, "2")
    refused(Conflict, "GRID_HAS_CANDIDATES", take_in, built, [in_grid(5)], grid="二格")
    assert size(built) == (2, 2)


def test_community_workers_are_confirmed_before_the_roll_is_posted(house: House) -> None:
    built = an_election(house)
    worker = a_row(2).replace(",常住,", ",社区工作者,")
    take_in(built, [a_row(1), worker])
    refused(TooEarly, "categories_unconfirmed", built.do, publication.publish_roll)
    confirm = {"basis": "选举委员会第一次会议", "decided": POSTED}
    refused(NotFound, "NO_SUCH_CATEGORY", built.do, grounds.confirm_category, category="hukou", **confirm)
    refused(Malformed, "CONFIRMED_LATER", built.do, grounds.confirm_category, category="worker",
            **{**confirm, "decided": date(2026, 12, 1)})  # fmt: skip
    built.do(grounds.confirm_category, category="worker", **confirm)
    assert built.events()[-1][1] == {
        "election": built.election_id, "category": "worker", "entries": 1, "basis": "选举委员会第一次会议",
        "decided": "2026-11-25", "by": built.accounts["official"],
    }  # fmt: skip
    # Somebody added later was not among those confirmed.
    take_in(built, [a_row(1), worker, a_row(3).replace(",常住,", ",社区工作者,")])
    refused(TooEarly, "categories_unconfirmed", built.do, publication.publish_roll)
    built.do(grounds.confirm_category, category="worker", **confirm)
    built.do(publication.publish_roll)


# --- representatives --------------------------------------------------------------------------------------------------


def enter(built: Built, text: str) -> int:
    made: int = built.do(representatives.enter_representatives, lines=representatives.read_lines(text))
    return made


@pytest.mark.parametrize("mode", ["household_reps", "resident_reps"])
def test_where_representatives_vote_their_list_is_posted_with_the_roll_and_counts(house: House, mode: str) -> None:
    built = with_roll(an_election(house, mode=mode))
    refused(TooEarly, "no_representatives", built.do, publication.publish_roll)
    assert enter(built, "1,一栋101\n3，一栋102\n 5\t二栋201") == 3
    assert size(built) == (12, 3)
    digest = built.do(publication.publish_roll)
    assert (built.box.roll_size, versions(built)[0].counted, versions(built)[0].entries) == (3, 3, 12)
    # The list of representatives is part of what was posted.
    hashed = built.look(lambda session, e: queries.roll_hash(session, election=e))
    assert hashed == digest
    refused(TooLate, "state_too_late", enter, built, "1,一栋101")
    ids = {one.number: one.id for one in built.look(lambda s, e: list(queries.whole_roll(s, election=e)))}
    cards = built.look(lambda s, e: [one.number for one in queries.voter_cards(s, election=e)])
    assert cards == [1, 3, 5]
    built.look(lambda s, e: queries.require_entitled(s, election=e, entry_id=ids[3]))
    refused(NotEligible, "NOT_REPRESENTATIVE", built.look,
            lambda s, e: queries.require_entitled(s, election=e, entry_id=ids[2]))  # fmt: skip
    assert built.look(lambda s, e: queries.on_roll(s, election=e, entry=ids[2]))
    decide(built, object_to(built, "remove", number=5))
    assert size(built) == (11, 2) and built.box.roll_size == 2


def test_a_representative_is_replaced_and_the_denominator_stays(house: House) -> None:
    built = with_roll(an_election(house, mode="household_reps"))
    enter(built, "1,一栋101\n3,一栋102")
    built.do(publication.publish_roll)
    made = object_to(built, "replace", number=3, row={"replacement": "4"})
    refused(Malformed, "OBJECTION_ABOUT", object_to, built, "replace", number=2, row={"replacement": "4"})
    refused(Malformed, "OBJECTION_ABOUT", object_to, built, "replace", number=3, row={"replacement": "x"})
    refused(Malformed, "OBJECTION_ROW", object_to, built, "replace", number=3, row={"replacement": "1"})
    decide(built, made)
    assert size(built) == (12, 2)
    assert built.look(lambda s, e: queries.represented(s, election=e)) == [(1, "一栋101"), (4, "一栋102")]
    assert [one.counted for one in versions(built)] == [2, 2] and versions(built)[0].sha256 != versions(built)[1].sha256
    # Decided twice over: whoever was replaced represents nobody any more.
    refused(Conflict, "OBJECTION_DECIDED", decide, built, made)
    refused(Malformed, "OBJECTION_ABOUT", object_to, built, "replace", number=3, row={"replacement": "5"})


def test_nobody_is_replaced_where_everybody_votes(house: House) -> None:
    built = a_published_election(house)
    refused(Malformed, "OBJECTION_KIND", object_to, built, "replace", number=1, row={"replacement": "2"})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1;一栋", "REP_LINE"),
        ("一栋101", "REP_LINE"),
        ("99,一栋101", "REP_NOT_ON_ROLL"),
        ("1,一栋101\n1,一栋102", "REP_TWICE"),
        ("1,一栋101\n2,一栋101", "HOUSEHOLD_TWICE"),
        ("1,a\n" * 20_001, "REP_MANY"),
        ("1," + "户" * 41, "TEXT_LENGTH"),
    ],
)
def test_what_a_list_of_representatives_may_not_be(house: House, text: str, code: str) -> None:
    built = with_roll(an_election(house, mode="household_reps"))
    refused(Malformed, code, enter, built, text)
    assert size(built) == (12, 0)


def test_a_group_may_have_several_representatives(house: House) -> None:
    reps = with_roll(an_election(house, mode="resident_reps"))
    assert enter(reps, "1,第一小组\n2,第一小组") == 2


def test_the_poll_that_follows_has_the_same_representatives(house: House) -> None:
    built = with_roll(an_election(house, mode="resident_reps"))
    enter(built, "1,第一小组\n2,第二小组")
    facts = {"title": "另行选举", "place": "大厅", "day": built.election.day, "opens_at": built.election.opens_at}
    made = built.act(
        actions.create_election, actor=built.actor(), now=BEFORE, community_id=built.community,
        closes_at=built.election.closes_at, offices=[actions.NewOffice("主任", 1)], mode="resident_reps", trustees=2,
        **facts,
    )  # fmt: skip

    def take_over(session: Any, first: str, second: str) -> list[Any]:
        source, target = session.get_one(Election, first), session.get_one(Election, second)
        copy_roll(session, source=source, target=target, keys=built.keys)
        return [
            (queries.roll_size(session, election=one), queries.represented(session, election=one))
            for one in (source, target)
        ]

    one, other = built.act(take_over, first=built.election_id, second=made.id)
    assert one == other == (2, [(1, "第一小组"), (2, "第二小组")])


def test_where_everybody_votes_nobody_represents(house: House) -> None:
    refused(Malformed, "REP_MODE", enter, with_roll(an_election(house)), "1,第一小组")


# --- rules ------------------------------------------------------------------------------------------------------------


def choose(built: Built, **facts: Any) -> None:
    built.do(rule_choice.change_rules, **{"profile": "zhejiang", "options": {}, "alarm_days": 3, **facts})


def test_rules_are_chosen_at_creation_and_recorded(house: House) -> None:
    built = an_election(house, profile="shanghai", options={"second_poll_turnout": "no", "legal_record": "tablet"})
    assert (built.election.profile, built.election.options) == ("shanghai", {"second_poll_turnout": "no"})
    kind, fact = built.events()[-1]
    assert (kind, fact["profile"], fact["options"]) == ("election_created", "shanghai", {"second_poll_turnout": "no"})


def test_rules_of_a_running_election_are_fixed(house: House) -> None:
    built = with_roll(an_election(house))
    choose(built)
    assert built.events()[-1][0] == "election_rules_changed" and built.election.profile == "zhejiang"
    refused(Malformed, "PROFILE_UNKNOWN", choose, built, profile="atlantis")
    refused(Malformed, "OPTION_UNKNOWN", choose, built, options={"legal_record": "both"})
    refused(Malformed, "ALARM_DAYS", choose, built, alarm_days=-1)
    built.do(publication.publish_roll)
    refused(TooLate, "PROFILE_FIXED", choose, built, profile="beijing")
    refused(TooLate, "PROFILE_FIXED", choose, built, options={"second_poll_turnout": "no"})
    choose(built, alarm_days=7)
    assert (built.election.profile, built.election.alarm_days) == ("zhejiang", 7)


def test_an_election_that_began_under_the_old_law_is_held_under_it(house: House) -> None:
    old = an_election(house, begun=date(2025, 12, 31))
    assert old.election.law == "residents-2018" and old.events()[-1][1]["law"] == "residents-2018"


def test_no_election_begins_after_today(house: House) -> None:
    with pytest.raises(Malformed, match="ELECTION_BEGUN"):
        an_election(house, begun=date(2026, 11, 26))


def test_a_village_votes_under_its_own_law(house: House) -> None:
    built = with_roll(an_election(house, mode="village"))
    assert built.election.law == "villagers-2026"
    built.do(publication.publish_roll)
