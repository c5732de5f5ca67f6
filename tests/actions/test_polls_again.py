"""Polls held again and seats filled, each to its end: a void poll, a void second poll, a by-election."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from count_build import CHOICES, EVENING, a_decided_election, certify
from election_build import (
    a_published_election,
    add_candidate,
    clear,
)
from house_build import House
from paper_build import enter, name, seal_of, sheet, voted_on_paper
from polls_build import go_on, prepare, sound, voted, waiting, when

from voting.database import write
from voting.elections import actions, conflicts
from voting.elections.after import by_election, deeds, next_polls, outcome, queries
from voting.elections.candidates import actions as candidates
from voting.elections.candidates.queries import contests
from voting.elections.paper import boxes
from voting.elections.roll import publication
from voting.elections.tables import Election
from voting.errors import Refused
from voting.law.calendar import HALL

#: 主任 3 : 3 with one abstention of seven is no majority; 委员 is filled.
NO_CHAIR = [
    *([[0, 1, 0], [0, 1, 1, 0]] for _ in range(3)),
    *([[0, 0, 1], [0, 1, 1, 0]] for _ in range(3)),
    [[1, 0, 0], [0, 1, 0, 0]],
]


def test_a_poll_without_turnout_is_held_again_to_its_end(house: House, tmp_path: Path) -> None:
    built = a_decided_election(house, CHOICES[:5])
    certify(built)
    first = built.election
    assert waiting(built) == [("rerun", False)]
    with pytest.raises(Refused) as early:
        prepare(built, "rerun", when(first.day))
    # The poll's own hours are over, and the law wants another day.
    assert early.value.code == "NEXT_TOO_EARLY"
    at = when(first.day + timedelta(days=40))
    made = prepare(built, "rerun", at)
    assert [(one.title, one.seats) for one in made.offices] == [("主任", 1), ("委员", 2)]
    assert made.candidates_posted is not None and made.title.endswith("（重新选举）")
    go_on(built, made)
    decided = voted(built, at, CHOICES)
    assert decided.outcome.valid and [len(one.outcome.elected) for one in decided.outcome.offices] == [1, 2]
    certify(built, now=at.closes_at + timedelta(minutes=5))
    assert sound(built, tmp_path / "bundle") == "rerun"


def test_a_void_second_poll_is_repeated_as_a_second_poll(house: House, tmp_path: Path) -> None:
    """Its bar stays a third, and the window of 另行选举 does not end it."""
    built = a_decided_election(house, NO_CHAIR)
    first = built.election_id
    made = prepare(built, "second", when(built.election.day + timedelta(days=7)))
    go_on(built, made)
    built.do(actions.declare_void, reason="停电", now=EVENING)
    assert waiting(built) == [("second", False)]
    built.election_id = first
    assert waiting(built) == [("second", True)]
    built.election_id = made.id
    at = when(made.day + timedelta(days=30))
    again = prepare(built, "second", at)
    assert again.title.endswith("（第 2 次另行选举）") and again.follows_id == made.id
    go_on(built, again)
    # 3 of 7 are no majority, and at least a third.
    decided = voted(built, at, [[[0, 1, 0]]] * 3 + [[[0, 0, 1]]] * 2 + [[[1, 0, 0]]] * 2)
    assert len(decided.outcome.offices[0].outcome.elected) == 1
    so_far = built.look(lambda session, election: queries.members_elected(session, election=election))
    # Two of the first poll, and the chair.
    assert (so_far.members, so_far.chair, so_far.second) == (3, True, True)
    certify(built, now=at.closes_at + timedelta(minutes=5))
    assert sound(built, tmp_path / "bundle") == "second"


def test_a_by_election_is_held_to_its_end_and_serves_the_rest_of_the_term(house: House, tmp_path: Path) -> None:
    built = a_decided_election(house)
    certify(built)
    first, later = built.election_id, EVENING + timedelta(days=1)
    chair = next(one for one in built.do(deeds.seat_members, now=later) if one.office == "主任")
    built.do(deeds.resign, member_id=chair.id, now=later)
    built.do(deeds.approve_resignation, member_id=chair.id, day=later.astimezone(HALL).date(), now=later)
    at = when(date(2027, 3, 1))
    made = built.do(by_election.prepare_by_election, when=at, keys=built.keys, now=later)
    go_on(built, made)
    built.now = later
    built.do(publication.publish_roll)
    for number in ("6", "7"):
        clear(built, add_candidate(built, 0, number))
    built.do(candidates.post_candidates)
    decided = voted(built, at, [[[0, 1, 0]]] * 5 + [[[0, 0, 1]]] * 2)
    (winner,) = decided.outcome.offices[0].outcome.elected
    certify(built, now=at.closes_at + timedelta(minutes=5))
    assert sound(built, tmp_path / "bundle") == "by_election"
    (member,) = built.do(deeds.seat_members, now=at.closes_at + timedelta(hours=1))
    assert (member.name, member.since, member.term_ends) == (winner, at.day, chair.term_ends)
    built.election_id = first
    assert built.look(lambda s, e: by_election.open_offices(s, election=e)) == ()


def test_a_win_void_after_the_certificate_ends_the_seat_and_goes_to_a_second_poll(house: House) -> None:
    built = a_decided_election(house)
    certify(built)
    later = EVENING + timedelta(days=1)
    chair = next(one for one in built.do(deeds.seat_members, now=later) if one.office == "主任")
    built.do(outcome.annul_win, office="主任", name=chair.name, ground="wrongful", now=later)
    ended = {one.office: one.ended for one in built.look(lambda s, e: queries.members(s, election=e))}
    assert ended["主任"] == "annulled"
    # One way to fill the seat, not two.
    assert built.look(lambda s, e: by_election.open_offices(s, election=e)) == ()
    assert waiting(built) == [("second", False)]


def test_the_number_of_candidates_is_the_committees_within_the_profile(house: House) -> None:
    # 委员 has three for two seats; 丙 alone has a majority of eight.
    none = [[1, 0, 0], [0, 1, 0, 0]]
    built = a_decided_election(house, [none] * 5 + [[[1, 0, 0], [0, 0, 1, 0]], [[1, 0, 0], [0, 0, 0, 1]], none])
    at = when(built.election.day + timedelta(days=7))
    with pytest.raises(Refused) as refusal:
        prepare(built, "second", at, extra=0)
    assert refusal.value.code == "NEXT_EXCESS"
    made = prepare(built, "second", at, extra=2)
    said = next(data for kind, data in reversed(built.events()) if kind == "next_poll_prepared")
    assert [(one["title"], len(one["candidates"])) for one in said["offices"]] == [("主任", 2), ("委员", 2)]
    assert made.kind == "second"


def test_somebody_the_count_names_by_number_is_that_person(house: House) -> None:
    built = a_published_election(house)

    def find(session: Any, election: Election) -> dict[str, Any]:
        return next_polls.from_roll(
            session, election, "样人丑（2 号）", next_polls.Sources(election, {}, {}, built.keys)
        )

    assert built.look(find)["name"] == "样人丑"


@pytest.mark.parametrize(("kind", "article"), [("revote", "第19条"), ("recall", "第20条")])
def test_nobody_is_written_in_where_the_law_fixes_who_stands(house: House, kind: str, article: str) -> None:
    built, hall, _ = voted_on_paper(house)
    built.do(boxes.open_box, box_id=hall, seal=seal_of(built, hall), now=EVENING)
    with write(built.engine) as session:
        election = session.get_one(Election, built.election_id)
        election.kind, election.follows_id = kind, election.id
    figures = sheet(built, 7, 0, {"votes": [3, 2], "written": ((name(built, 12), 1),)}, {})
    with pytest.raises(Refused) as refusal:
        enter(built, hall, figures, "official")
    assert refusal.value.code == "PAPER_NO_WRITE_IN" and article in refusal.value.zh


def test_no_certificate_is_given_while_declared_relatives_sit_together(house: House) -> None:
    built = a_decided_election(house)
    seats = {one.office: one.members for one in built.look(lambda s, e: queries.sitting(s, election=e))}
    pair = [seats["主任"][0], seats["委员"][0]]
    ids = built.look(
        lambda s, e: [
            one.roll_entry_id for contest in contests(s, election=e) for one in contest.candidates if one.name in pair
        ]
    )
    built.do(conflicts.declare_kinship, one=ids[0], other=ids[1], relation="spouse", now=EVENING)
    certify(built)
    with pytest.raises(Refused) as together:
        built.do(deeds.seat_members, now=EVENING)
    assert together.value.code == "KIN_OPEN" and all(name in together.value.zh for name in pair)
    declared = built.look(queries.relatives)
    built.do(outcome.settle_kin, pairs=declared, now=EVENING)
    assert pair[1] not in [one.name for one in built.do(deeds.seat_members, now=EVENING)]
