"""Who stands in 另行选举 and 再次投票 is not chosen anew: the first poll's votes say so, and who is next in line."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from count_build import EVENING, a_decided_election, certify
from election_build import Built, add_candidate, clear
from house_build import House
from polls_build import go_on, prepare, sound, voted, when

from voting.elections.actions import NewOffice
from voting.elections.candidates import actions as candidates
from voting.elections.candidates import answers, nominations
from voting.elections.candidates.following import require_may_join, require_may_leave
from voting.elections.candidates.nominations import Proposal
from voting.elections.candidates.queries import check, contests
from voting.elections.candidates.rules import BARS
from voting.elections.roll.queries import find
from voting.errors import Refused
from voting.law.calendar import HALL
from voting.law.polls import Kind

ONE_EACH = [NewOffice("主任", 1), NewOffice("委员", 1)]
#: 主任 is elected; 委员 3 : 2 : 1 of seven is no majority: two stand again, the third is next in line.
NO_MEMBER = [
    *([[0, 1, 0], [0, 1, 0, 0]] for _ in range(3)),
    *([[0, 1, 0], [0, 0, 1, 0]] for _ in range(2)),
    [[0, 1, 0], [0, 0, 0, 1]],
    [[0, 1, 0], [1, 0, 0, 0]],
]


def a_second_poll(house: House) -> tuple[Built, Any]:
    built = a_decided_election(house, NO_MEMBER, offices=ONE_EACH)
    at = when(built.election.day + timedelta(days=7))
    certify(built)
    go_on(built, prepare(built, "second", at))
    built.now = EVENING + timedelta(hours=1)
    return built, at


def listed(built: Built) -> list[Any]:
    return built.look(lambda session, election: list(contests(session, election=election)[0].candidates))


def code(call: Any, *args: Any, **facts: Any) -> str:
    with pytest.raises(Refused) as refusal:
        call(*args, **facts)
    return refusal.value.code


def test_nobody_is_exchanged_and_who_declines_makes_room_for_the_next(house: House, tmp_path: Path) -> None:
    built, at = a_second_poll(house)
    first, second = listed(built)
    assert code(built.do, candidates.remove_candidate, candidate_id=second.id) == "NEXT_CANDIDATES_FIXED"
    assert code(add_candidate, built, 0, "9") == "NEXT_CANDIDATES_FIXED"
    office, today = built.election.offices[0].id, built.now.astimezone(HALL).date()
    nine = built.look(lambda session, election: find(session, election=election, query="9")[0].id)
    proposal = Proposal(office, nine, "party", today, ())
    assert code(built.do, nominations.nominate, proposal=proposal) == "NEXT_CANDIDATES_FIXED"
    built.do(answers.withdraw_candidate, candidate_id=second.id, day=today)
    assert [kind for kind, _ in built.events()][-2:] == ["candidate_removed", "candidate_added"]
    assert built.events()[-2][1]["on_record"] is True
    stays, third = listed(built)
    assert stays.id == first.id and third.name == "样人辰" and third.checked == dict.fromkeys(BARS, False)
    built.do(candidates.post_candidates)
    decided = voted(built, at, [[[0, 1, 0]]] * 4 + [[[0, 0, 1]]] * 3)
    assert decided.outcome.valid
    certify(built, now=at.closes_at + timedelta(minutes=5))
    assert sound(built, tmp_path / "bundle") == "second"


def test_where_the_votes_leave_no_choice_somebody_is_named(house: House) -> None:
    built, _ = a_second_poll(house)
    first, second = listed(built)
    # A statutory bar on record is a ground as well.
    barred = dict.fromkeys(BARS, False) | {next(iter(BARS)): True}
    built.do(candidates.record_bars, candidate_id=second.id, declared=barred, checked=barred)
    built.do(candidates.remove_candidate, candidate_id=second.id)
    third = listed(built)[1]
    today = built.now.astimezone(HALL).date()
    built.do(answers.withdraw_candidate, candidate_id=third.id, day=today)
    assert [one.id for one in listed(built)] == [first.id]
    named = add_candidate(built, 0, "9")
    clear(built, named)
    # Whom the committee named by mistake it takes off again; whom the votes put there it does not.
    built.do(candidates.remove_candidate, candidate_id=named)
    office, nine = built.election.offices[0].id, built.look(lambda s, e: find(s, election=e, query="9")[0].id)
    nominated = built.do(nominations.nominate, proposal=Proposal(office, nine, "party", today))
    built.do(answers.accept_nomination, nomination_id=nominated, day=today, keys=built.keys)
    # Accepted, the person stands, and the log says so; whom the votes put there needs no nomination.
    assert [kind for kind, _ in built.events()][-2:] == ["nomination_answered", "candidate_added"]
    wrong = built.look(lambda session, election: check(session, election=election).errors)
    assert "not_accepted" not in {one.code for one in wrong}
    assert code(built.do, candidates.remove_candidate, candidate_id=first.id) == "NEXT_CANDIDATES_FIXED"


def test_a_revote_is_between_those_tied(house: House) -> None:
    built, _ = a_second_poll(house)

    def tied(session: Any, election: Any) -> tuple[str, str]:
        election.kind = Kind.REVOTE.value
        join = code(require_may_join, session, election, election.offices[0])
        leave = code(require_may_leave, session, election, listed(built)[0], on_record=True)
        return join, leave

    assert built.look(tied) == ("NEXT_CANDIDATES_FIXED", "NEXT_CANDIDATES_FIXED")
