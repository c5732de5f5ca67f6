"""Setting an election up and moving it: each refusal, the log's facts, and two officials at once."""

import threading
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from election_build import (
    BEFORE,
    DAY,
    ON_THE_DAY,
    Built,
    a_built,
    a_published_election,
    a_sealed_election,
    an_election,
    an_open_election,
    with_candidates,
    with_keys_and_cards,
    with_rehearsals,
    with_roll,
    with_tablet,
)
from house_build import House
from sqlalchemy import text

from voting.box import chain, desk
from voting.box.tables import Box, BoxPicture
from voting.database import write
from voting.elections import actions
from voting.elections.actions import NewOffice
from voting.elections.moves import gather
from voting.elections.queries import of_community
from voting.elections.roll import publication
from voting.elections.roll.queries import roll_hash
from voting.elections.roll.tables import RollEntry
from voting.elections.sealing import seal_election
from voting.elections.tables import Election
from voting.errors import Conflict, Malformed, NotFound, Refused, TooEarly, TooLate
from voting.law.calendar import HALL


def refused(family: type[Refused], code: str, deed: Any, /, *args: Any, **facts: Any) -> Refused:
    """The refusal of this family and code that the deed meets."""
    with pytest.raises(family) as caught:
        deed(*args, **facts)
    assert caught.value.code == code
    assert caught.value.zh and caught.value.en
    return caught.value


def hall(hour: int, day: date = DAY) -> datetime:
    return datetime.combine(day, time(hour), HALL).astimezone(UTC)


# --- setting up ------------------------------------------------------------------------------------------------------


def test_a_new_election_is_a_draft_with_an_empty_box(house: House) -> None:
    built = an_election(house)
    assert built.state == "draft"
    assert [(office.title, office.seats) for office in built.election.offices] == [("主任", 1), ("委员", 2)]
    assert (built.box.state, built.box.trustees, built.box.cards_made) == ("preparing", 2, 0)
    kind, fact = built.events()[-1]
    assert kind == "election_created"
    assert fact["offices"] == [{"title": "主任", "seats": 1}, {"title": "委员", "seats": 2}]
    assert fact["by"] == built.accounts["official"]
    assert built.look(lambda session, _election: [one.id for one in of_community(session, built.community)]) == [
        built.election_id
    ]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"title": " "}, "TEXT_LENGTH"),
        ({"title": "选" * 81}, "TEXT_LENGTH"),
        ({"title": "选举\ue000"}, "TEXT_CHARACTER"),
        ({"place": ""}, "TEXT_LENGTH"),
        ({"day": date(2026, 11, 24)}, "ELECTION_DAY"),
        ({"closes_at": hall(8)}, "ELECTION_HOURS"),
        ({"closes_at": hall(9, date(2026, 12, 21))}, "ELECTION_HOURS"),
        ({"opens_at": hall(9, date(2026, 12, 19))}, "ELECTION_HOURS"),
        ({"offices": []}, "ELECTION_OFFICES"),
        ({"offices": [NewOffice("主任", 1), NewOffice(" 主任", 1)]}, "ELECTION_OFFICES"),
        ({"offices": [NewOffice(f"职务{n}", 1) for n in range(21)]}, "ELECTION_OFFICES"),
        ({"offices": [NewOffice("", 1)]}, "TEXT_LENGTH"),
        ({"offices": [NewOffice("主任", 0)]}, "ELECTION_SEATS"),
        ({"offices": [NewOffice("主任", 31)]}, "ELECTION_SEATS"),
        ({"mode": "by_lot"}, "ELECTION_MODE"),
        ({"profile": "atlantis"}, "PROFILE_UNKNOWN"),
        ({"options": {"roll_days": "10"}}, "OPTION_UNKNOWN"),
        ({"alarm_days": 31}, "ALARM_DAYS"),
        ({"trustees": 1}, "ELECTION_TRUSTEES"),
        ({"trustees": 10}, "ELECTION_TRUSTEES"),
        ({"ballot_floor": 0}, "ELECTION_FLOOR"),
        ({"group": "P-256"}, "GROUP_UNKNOWN"),
    ],
)
def test_what_an_election_may_not_be(house: House, changed: dict[str, Any], code: str) -> None:
    refused(Malformed, code, an_election, house, **changed)
    assert all(kind != "election_created" for kind, _ in house.log())


def test_line_breaks_in_a_title_become_blanks(house: House) -> None:
    assert an_election(house, title="换届\n\t选举  一").election.title == "换届 选举 一"


def test_an_election_that_is_not_there(house: House) -> None:
    built = a_built(house)
    built.election_id = "no"
    refused(NotFound, "NO_SUCH_ELECTION", built.do, publication.publish_roll)


# --- the roll is posted -----------------------------------------------------------------------------------------------


def test_posting_the_roll_fixes_its_hash_and_the_number_of_cards(house: House) -> None:
    built = with_roll(an_election(house), 12)
    digest = built.do(publication.publish_roll, expected="draft")
    assert built.election.roll_hash == digest and len(digest) == 64
    assert built.election.roll_posted == BEFORE.astimezone(HALL).date()
    assert (built.box.roll_size, built.box.spares) == (12, 5)
    assert built.events()[-1] == (
        "roll_published",
        {"election": built.election_id, "roll_sha256": digest, "entries": 12, "by": built.accounts["official"]},
    )


def test_no_roll_is_posted_without_people_or_twice_or_with_too_many_spares(house: House) -> None:
    built = an_election(house)
    refused(TooEarly, "no_roll", built.do, publication.publish_roll)
    with_roll(built)
    refused(Malformed, "SPARES", built.do, publication.publish_roll, spares=6)
    assert built.state == "draft"
    built.do(publication.publish_roll)
    refused(Conflict, "already_moved", built.do, publication.publish_roll)
    refused(Conflict, "moved_meanwhile", built.do, publication.publish_roll, expected="draft")


# --- sealing ---------------------------------------------------------------------------------------------------------


def test_sealing_writes_the_ballot_the_display_and_the_facts(house: House) -> None:
    built = with_keys_and_cards(with_candidates(a_published_election(house)))
    fingerprint = built.do(seal_election, expected="published")
    assert built.state == "sealed" and built.election.eligible == 12
    form = built.look(lambda session, election: chain.sealed_election(session, election.box_id))
    assert form.fingerprint == fingerprint
    assert [(q.text, q.blank, q.minimum, q.maximum) for q in form.questions] == [
        ("主任", True, 1, 1),
        ("委员", True, 1, 2),
    ]
    assert [len(q.answers) for q in form.questions] == [2, 3]
    display = built.look(lambda session, election: session.get_one(Box, election.box_id).display)
    assert display["write_in"] == [True, False] and display["hall"] == "社区活动中心"
    shown = display["offices"][0]["candidates"][0]
    assert shown["name"] == form.questions[0].answers[0]
    assert (shown["number"], shown["age"], shown["photo"]) == (1, 56, None)
    kinds = [kind for kind, _ in built.events()][-2:]
    assert kinds == ["box_sealed", "election_sealed"]
    fact = built.events()[-1][1]
    assert fact["eligible"] == 12 and fact["roll_sha256"] == built.election.roll_hash
    assert fact["offices"][1] == {"title": "委员", "seats": 2, "candidates": list(form.questions[1].answers)}


def test_what_sealing_waits_for(house: House) -> None:
    built = a_published_election(house)
    missing = refused(TooEarly, "candidates_not_posted", built.do, seal_election)
    # One refusal names everything that is missing, and who supplies it.
    assert "主任、委员" in missing.zh and "监督委员的密钥" in missing.zh and "选票卡" in missing.zh
    with_candidates(built)
    refused(TooEarly, "keys_missing", built.do, seal_election)
    with_keys_and_cards(built)
    refused(Conflict, "moved_meanwhile", built.do, seal_election, expected="draft")
    built.do(seal_election)
    refused(Conflict, "already_moved", built.do, seal_election)


def test_a_roll_changed_behind_the_log_is_not_sealed(house: House) -> None:
    built = with_keys_and_cards(with_candidates(a_published_election(house)))
    with write(built.engine) as session:
        session.query(RollEntry).filter_by(election_id=built.election_id, number=12).one().name = "冒名"
    refused(Conflict, "ROLL_CHANGED", built.do, seal_election)
    assert built.state == "published" and built.box.state == "preparing"


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE election SET options = '{\"second_poll_turnout\":\"no\"}'",
        "UPDATE office SET seats = 1",
        "UPDATE candidate SET name = '样人亥' WHERE name = (SELECT min(name) FROM candidate)",
    ],
)
def test_what_was_posted_is_sealed_and_nothing_else(house: House, edit: str) -> None:
    """Rules, seats and candidates edited in the database: the log knows what hung on the wall."""
    built = with_keys_and_cards(with_candidates(a_published_election(house)))
    with write(built.engine) as session:
        session.execute(text(edit))
    refused(Conflict, "POSTED_CHANGED", built.do, seal_election)


def test_a_roll_changed_together_with_its_hash_is_not_sealed(house: House) -> None:
    built = with_keys_and_cards(with_candidates(a_published_election(house)))
    with write(built.engine) as session:
        election = session.get_one(Election, built.election_id)
        session.query(RollEntry).filter_by(election_id=built.election_id, number=12).one().name = "冒名"
        session.flush()
        election.roll_hash = roll_hash(session, election=election)
    assert refused(Conflict, "POSTED_CHANGED", built.do, seal_election).zh.startswith("选民名单")


def test_portraits_go_to_the_tablets_in_ballot_order(house: House) -> None:
    from election_build import add_candidate, clear
    from photo_build import a_png

    from voting.elections.candidates import actions as candidates

    built = a_published_election(house)
    pictures = [a_png(80, 100, shade) for shade in (10, 200)]
    for office, number, photo in (
        (0, "1", None),
        (0, "2", pictures[0]),
        (1, "3", pictures[1]),
        (1, "4", None),
        (1, "5", None),
    ):
        clear(built, add_candidate(built, office, number, photo=photo))
    built.do(candidates.post_candidates)
    with_keys_and_cards(built).do(seal_election)
    display = built.look(lambda session, election: session.get_one(Box, election.box_id).display)
    assert [one["photo"] for office in display["offices"] for one in office["candidates"]] == [
        None, "/booth/photo/1", "/booth/photo/2", None, None,
    ]  # fmt: skip
    stored = built.look(lambda session, _e: {one.number: one.content for one in session.query(BoxPicture)})
    assert stored == {1: pictures[0], 2: pictures[1]}


# --- the poll --------------------------------------------------------------------------------------------------------


def test_the_poll_opens_on_the_day_after_rehearsals_with_a_tablet(house: House) -> None:
    built = a_sealed_election(house)
    refused(TooEarly, "before_the_day", built.do, actions.open_poll)
    refused(TooEarly, "rehearsal_missing", built.do, actions.open_poll, now=ON_THE_DAY)
    with_rehearsals(built)
    refused(TooEarly, "no_tablet", built.do, actions.open_poll, now=ON_THE_DAY)
    with_tablet(built)
    refused(TooLate, "after_the_day", built.do, actions.open_poll, now=ON_THE_DAY + timedelta(days=1))
    built.do(actions.open_poll, now=ON_THE_DAY, expected="sealed")
    assert (built.state, built.box.state, built.box.desk) == ("open", "open", "open")
    assert built.election.opened_at == ON_THE_DAY


def test_a_pause_has_a_reason_that_everyone_can_read(house: House) -> None:
    built = an_open_election(house)
    refused(TooEarly, "reason_missing", built.do, actions.pause_poll, now=ON_THE_DAY, reason=" ")
    refused(Malformed, "TEXT_LENGTH", built.do, actions.pause_poll, now=ON_THE_DAY, reason="停" * 501)
    built.do(actions.pause_poll, now=ON_THE_DAY, reason="停电\n等候", expected="open")
    assert (built.state, built.box.state) == ("paused", "shut")
    assert built.events()[-1][1] == {
        "election": built.election_id, "move": "pause", "state": "paused", "by": built.accounts["official"],
        "reason": "停电 等候", "queue": None, "in_hand": None,
    }  # fmt: skip
    built.do(actions.resume_poll, now=ON_THE_DAY, expected="paused")
    assert (built.state, built.box.state) == ("open", "open")


def test_lengthening_goes_forward_only_and_within_the_day(house: House) -> None:
    built = an_open_election(house)
    later = built.election.closes_at + timedelta(hours=1)
    facts = {"now": ON_THE_DAY, "closes_at": later, "reason": "排队的人多"}
    refused(TooEarly, "reason_missing", built.do, actions.lengthen_poll, **{**facts, "reason": ""})
    refused(TooEarly, "not_later", built.do, actions.lengthen_poll, **{**facts, "closes_at": hall(17)})
    refused(
        Malformed,
        "ELECTION_HOURS",
        built.do,
        actions.lengthen_poll,
        **{**facts, "closes_at": later + timedelta(hours=8)},
    )
    refused(Conflict, "moved_meanwhile", built.do, actions.lengthen_poll, **facts, expected="paused")
    built.do(actions.lengthen_poll, **facts, expected="open")
    assert built.election.closes_at == later and built.state == "open"
    assert built.events()[-1][0] == "poll_lengthened"


def test_the_queue_at_closing_time_still_votes(house: House) -> None:
    built = an_open_election(house)
    refused(TooEarly, "before_closing_time", built.do, actions.stop_queue, now=ON_THE_DAY, people=2)
    after = built.election.closes_at
    refused(Malformed, "QUEUE_NUMBER", built.do, actions.stop_queue, now=after, people=-1)
    built.do(actions.stop_queue, now=after, people=2, expected="open")
    assert (built.state, built.box.desk, built.box.queue_left) == ("closing", "queue", 2)
    refused(TooEarly, "queue_left", built.do, actions.close_poll, now=after)
    refused(Conflict, "QUEUE_ONLY_SHRINKS", built.do, actions.shorten_queue, now=after, people=3)
    built.do(actions.shorten_queue, now=after, people=1)
    built.act(
        desk.check_in,
        box=built.box.id,
        voter="v",
        voter_label="1",
        desk="一号桌",
        actor=built.accounts["clerk"],
        now=after,
    )
    # The person left with the card: the poll does not wait for ever, but says so.
    refused(TooEarly, "cards_in_hand", built.do, actions.close_poll, now=after)
    built.do(actions.close_poll, now=after, expected="closing", reason="一人带卡离开，电话联系不上")
    said = next(fact for kind, fact in reversed(built.events()) if kind == "poll_moved")
    assert (said["in_hand"], said["reason"]) == (1, "一人带卡离开，电话联系不上")
    assert (built.state, built.box.state) == ("closed", "closed")
    refused(TooLate, "state_too_late", built.do, actions.shorten_queue, now=after, people=0)


def test_a_paused_poll_may_close_and_those_who_wait_are_served(house: House) -> None:
    built = an_open_election(house)
    built.do(actions.pause_poll, now=ON_THE_DAY, reason="停电")
    built.do(actions.stop_queue, now=built.election.closes_at, people=3)
    assert (built.state, built.box.state, built.box.queue_left) == ("closing", "open", 3)


def test_closing_early_takes_the_committees_decision(house: House) -> None:
    built = an_open_election(house)
    built.do(actions.stop_queue, now=ON_THE_DAY, people=0, reason="选举委员会决定提前结束")
    assert built.events()[-1][1]["reason"] == "选举委员会决定提前结束"


def test_a_small_tally_needs_a_recorded_decision(house: House) -> None:
    built = an_open_election(house)
    refused(TooEarly, "state_too_early", built.do, actions.decide_floor, reason="x", now=ON_THE_DAY)
    built.do(actions.stop_queue, now=built.election.closes_at, people=0)
    built.do(actions.close_poll, now=built.election.closes_at)
    refused(Malformed, "TEXT_LENGTH", built.do, actions.decide_floor, reason=" ")
    built.do(actions.decide_floor, reason="全体选民书面同意")
    assert built.look(lambda session, election: gather(session, election, BEFORE)).floor_decision
    assert built.events()[-1][1]["ballots"] == 0


@pytest.mark.parametrize("stage", [an_election, a_sealed_election, an_open_election])
def test_void_at_any_time_with_a_reason(house: House, stage: Any) -> None:
    built: Built = stage(house)
    refused(TooEarly, "reason_missing", built.do, actions.declare_void, reason="", now=ON_THE_DAY)
    built.do(actions.declare_void, reason="名单有误", now=ON_THE_DAY)
    assert built.state == "void"
    assert (built.box.state, built.box.desk) == ("void", "shut")
    assert [kind for kind, _ in built.events()][-2:] == ["box_voided", "poll_moved"]
    refused(Conflict, "already_moved", built.do, actions.declare_void, reason="再来", now=ON_THE_DAY)
    refused(TooLate, "state_too_late", built.do, actions.open_poll, now=ON_THE_DAY)


def test_two_officials_at_once_one_moves_the_other_is_told(house: House) -> None:
    built = an_open_election(house)
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def official() -> None:
        start.wait()
        try:
            built.do(actions.pause_poll, now=ON_THE_DAY, reason="停电", expected="open")
            outcomes.append("moved")
        except Refused as refusal:
            outcomes.append(refusal.code)

    both = [threading.Thread(target=official) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(outcomes) == ["moved", "moved_meanwhile"]
    assert [kind for kind, fact in built.events() if kind == "poll_moved" and fact["move"] == "pause"] == ["poll_moved"]


def test_a_refused_move_leaves_nothing_behind(house: House) -> None:
    built = an_open_election(house)
    before = built.events()
    # The slot refuses after the state was set: the whole act is taken back.
    refused(Malformed, "QUEUE_NUMBER", built.do, actions.stop_queue, now=built.election.closes_at, people=-1)
    assert built.state == "open" and built.events() == before
