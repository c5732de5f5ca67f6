"""What follows a counted poll: worked by hand, and what never happens whatever the votes."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voting.elections.after.days import require_window, window
from voting.elections.after.rules import (
    ElectedMembers,
    Settled,
    extra_candidates,
    may_stay_empty,
    next_polls,
    require_extra,
    settle_relatives,
    standing,
)
from voting.elections.count.rules import CountFacts, Kind, OfficeCount, decide
from voting.elections.recall.rules import decide_recall, require_again, require_petition, require_poll_day
from voting.errors import Refused
from voting.law.polls import RECALL_NO, RECALL_YES, Next, revote
from voting.law.profiles import BEIJING, NATIONAL, SHANGHAI, ZHEJIANG, Mode, Profile

D = date(2026, 12, 20)


def facts(votes: dict[str, int], seats: int = 2, collected: int = 900, **more: object) -> CountFacts:
    given = {"mode": Mode.ALL_VOTERS, "eligible": 1000, "issued": collected, "collected": collected, **more}
    return CountFacts(offices=(OfficeCount("委员", seats, votes),), **given)  # type: ignore[arg-type]


def polls(count: CountFacts, settled: Settled | None = None) -> list[tuple[str, str, int, tuple[str, ...]]]:
    found = next_polls(count, decide(count), settled or Settled())
    return [(poll.kind.value, one.title, one.seats, one.candidates) for poll in found for one in poll.offices]


def test_nothing_follows_a_full_office() -> None:
    assert polls(facts({"甲": 600, "乙": 500, "丙": 100})) == []


def test_a_tie_is_voted_on_again_among_the_tied() -> None:
    assert polls(facts({"甲": 600, "乙": 500, "丙": 500})) == [("revote", "委员", 1, ("丙", "乙"))]


def test_an_open_seat_goes_to_a_second_poll_with_one_candidate_more() -> None:
    count = facts({"甲": 600, "乙": 300, "另选庚": 200, "丙": 100})
    assert polls(count) == [("second", "委员", 1, ("乙", "另选庚"))]
    (poll,) = next_polls(count, decide(count), Settled())
    assert "三分之一" in poll.because[0].zh and poll.because[0].article.endswith("第19条")


def test_nobody_stands_for_two_offices() -> None:
    """乙 was written in for the chair by twelve, and has 300 votes as a member; 丁 got as many for both."""
    votes = {"主任": {"甲": 400, "丁": 20, "乙": 12}, "委员": {"乙": 300, "丙": 200, "丁": 20}}
    offices = tuple(OfficeCount(title, 1, counted) for title, counted in votes.items())
    count = CountFacts(mode=Mode.ALL_VOTERS, eligible=1000, issued=900, collected=900, offices=offices)
    assert polls(count) == [("second", "主任", 1, ("甲", "丁")), ("second", "委员", 1, ("乙", "丙"))]


def test_one_name_for_one_seat_is_no_choice() -> None:
    count = facts({"甲": 600, "乙": 300})
    (poll,) = next_polls(count, decide(count), Settled())
    assert poll.offices[0].candidates == ("乙",) and not poll.offices[0].differential


def test_a_void_poll_is_held_again_whole() -> None:
    assert polls(facts({"甲": 300, "乙": 100, "丙": 0}, collected=500)) == [("rerun", "委员", 2, ("甲", "乙", "丙"))]


def test_a_win_declared_void_opens_the_seat_and_not_for_the_next() -> None:
    count = facts({"甲": 600, "乙": 500, "丙": 480, "丁": 10})
    settled = Settled(annulled=frozenset({"甲"}))
    (seat,) = standing(decide(count), settled)
    assert (seat.members, seat.open_seats) == (("乙",), 1)
    assert polls(count, settled) == [("second", "委员", 1, ("丙", "丁"))]


def test_relatives_with_equal_votes_are_voted_on_again() -> None:
    count = facts({"甲": 600, "乙": 600, "丙": 500})
    found = settle_relatives(count, decide(count), [("甲", "乙")])
    assert {name for _, name in found.vote_again} == {"甲", "乙"} and not found.gave_way
    assert polls(count, Settled(again={"委员": ("甲", "乙")})) == [
        ("revote", "委员", 1, ("甲", "乙")),
        ("second", "委员", 1, ("丙",)),
    ]


@pytest.mark.parametrize(("move_up", "moved"), [(True, (("委员", "丙"),)), (False, ())])
def test_the_next_moves_up_only_where_the_profile_says(move_up: bool, moved: tuple[tuple[str, str], ...]) -> None:
    count = facts({"甲": 700, "乙": 600, "丙": 500})
    found = settle_relatives(count, decide(count), [("乙", "甲")], move_up=move_up)
    assert (found.gave_way, found.moved_up) == ((("委员", "乙"),), moved)


def test_nobody_related_to_a_member_moves_up() -> None:
    count = facts({"甲": 700, "乙": 600, "丙": 500})
    found = settle_relatives(count, decide(count), [("乙", "甲"), ("丙", "甲")], move_up=True)
    assert found.moved_up == ()


@pytest.mark.parametrize(
    ("profile", "so_far", "open_seats", "missing"),
    [
        (ZHEJIANG, ElectedMembers(3, True, True), 2, ""),
        (ZHEJIANG, ElectedMembers(3, False, True), 2, ""),
        (ZHEJIANG, ElectedMembers(2, True, True), 3, "2 ＜ 3"),
        (ZHEJIANG, ElectedMembers(3, True, True), 0, "没有空缺"),
        # The law asks for 另行选举 first, however many are elected.
        (ZHEJIANG, ElectedMembers(6, True, False), 1, "还没有另行选举"),
        # Beijing: more than three, and a chair among them.
        (BEIJING, ElectedMembers(3, True, True), 1, "3 ＜ 4"),
        (BEIJING, ElectedMembers(4, False, True), 1, "主任没有选出"),
        (BEIJING, ElectedMembers(4, True, True), 1, ""),
    ],
)
def test_when_places_may_stay_empty(profile: Profile, so_far: ElectedMembers, open_seats: int, missing: str) -> None:
    if not missing:
        said = may_stay_empty(so_far, open_seats, rules=profile)
        assert "可以空缺" in said.zh and profile.name_zh[:2] in said.article
        assert ("主持工作" in said.zh) is not so_far.chair
        return
    with pytest.raises(Refused) as refusal:
        may_stay_empty(so_far, open_seats, rules=profile)
    assert refusal.value.code == "PLACES_NOT_EMPTY" and missing in refusal.value.zh


def test_the_profile_says_how_many_more_stand_in_a_second_poll() -> None:
    assert [extra_candidates(title, SHANGHAI.excess.value, 3) for title in ("主任", "副主任", "委员")] == [1, 1, 3]
    assert extra_candidates("主任", BEIJING.excess.value, None) == 1
    assert extra_candidates("委员", NATIONAL.excess.value, 7) == 7
    count = facts({"甲": 600, "乙": 300, "丙": 200, "丁": 100})
    (poll,) = next_polls(count, decide(count), Settled(), extra={"委员": 2})
    assert poll.offices[0].candidates == ("乙", "丙", "丁")
    require_extra(2, ["主任"], BEIJING)
    for wanted, titles, profile in ((3, ["主任", "委员"], BEIJING), (0, ["委员"], NATIONAL), (2, ["主任"], SHANGHAI)):
        with pytest.raises(Refused) as refusal:
            require_extra(wanted, titles, profile)
        assert refusal.value.code == "NEXT_EXCESS"


@pytest.mark.parametrize(
    ("kind", "again"),
    [
        (Kind.FIRST, Kind.RERUN),
        (Kind.RERUN, Kind.RERUN),
        (Kind.SECOND, Kind.SECOND),
        (Kind.REVOTE, Kind.REVOTE),
        (Kind.BY_ELECTION, Kind.BY_ELECTION),
    ],
)
def test_a_void_poll_is_held_again_by_its_own_bar(kind: Kind, again: Kind) -> None:
    """A second poll that is repeated still asks for a third, a re-vote for no majority."""
    count = facts({"甲": 30, "乙": 20}, seats=1, collected=51, issued=50, kind=kind)
    (poll,) = next_polls(count, decide(count), Settled())
    assert (poll.kind, poll.again) == (again, True)
    assert "无效" in poll.because[-1].zh


@pytest.mark.parametrize(
    ("kind", "day", "days", "same_day", "code"),
    [
        (Kind.REVOTE, D, 15, False, ""),
        (Kind.SECOND, D, 30, True, ""),
        (Kind.SECOND, D, 15, False, "NEXT_TOO_EARLY"),
        (Kind.SECOND, date(2027, 1, 4), 15, False, ""),  # 20 December + 15 = 4 January
        (Kind.SECOND, date(2027, 1, 5), 15, False, "NEXT_TOO_LATE"),
        (Kind.RERUN, D, 15, True, "NEXT_TOO_EARLY"),
        (Kind.RERUN, date(2027, 3, 1), 15, False, ""),
    ],
)
def test_the_window_of_the_profile(kind: Kind, day: date, days: int, same_day: bool, code: str) -> None:
    between = window(kind, D, days=days, same_day=same_day)
    if not code:
        require_window(day, *between)
        return
    with pytest.raises(Refused) as refusal:
        require_window(day, *between)
    assert refusal.value.code == code


def test_a_void_second_poll_has_no_last_day() -> None:
    assert window(Kind.SECOND, D, days=10, same_day=True) == (D, date(2026, 12, 30))
    assert window(Kind.SECOND, D, days=10, same_day=True, again=True) == (D, None)


def test_a_revote_needs_no_turnout_and_no_majority() -> None:
    count = facts({"甲": 120, "乙": 100}, seats=1, collected=300, kind=Kind.REVOTE)
    outcome = decide(count)
    assert outcome.valid and outcome.offices[0].outcome.elected == ("甲",)
    assert not decide(facts({"甲": 1, "乙": 0}, seats=1, collected=300, issued=299, kind=Kind.REVOTE)).valid


def test_a_barred_winner_of_a_revote_leaves_the_seat_open() -> None:
    found = revote(("甲", "乙"), 1, {"甲": 5, "乙": 4}, ineligible=frozenset({"甲"}))
    assert (found.elected, found.vacancies, found.next) == ((), 1, Next.BY_ELECTION)
    again = revote(("甲", "乙"), 1, {"甲": 5, "乙": 5}, ineligible=frozenset({"甲"}))
    assert (again.elected, again.tied, again.next) == (("乙",), (), Next.DONE)


@pytest.mark.parametrize(
    ("collected", "yes", "valid", "recalled"),
    [(501, 251, True, True), (502, 251, True, False), (500, 500, False, False)],
)
def test_a_recall_needs_turnout_and_more_than_half_of_those_voting(
    collected: int, yes: int, valid: bool, recalled: bool
) -> None:
    votes = {RECALL_YES: yes, RECALL_NO: collected - yes}
    outcome = decide(facts(votes, seats=1, collected=collected, kind=Kind.RECALL))
    assert (outcome.valid, outcome.next) == (valid, Next.DONE)
    assert (RECALL_YES in outcome.offices[0].outcome.elected) is recalled
    assert next_polls(facts(votes, seats=1, collected=collected, kind=Kind.RECALL), outcome, Settled()) == ()


def test_the_petition_and_its_dates() -> None:
    require_petition(decide_recall(Mode.ALL_VOTERS, eligible=1230, petition=123))
    require_again(None, D, 365)
    require_again(date(2025, 12, 19), D, 365)
    require_poll_day(date(2027, 1, 19), date(2027, 1, 19), 30)
    for call, code in (
        (lambda: require_petition(decide_recall(Mode.ALL_VOTERS, eligible=1230, petition=122)), "RECALL_TOO_FEW"),
        (lambda: require_again(date(2025, 12, 20), D, 365), "RECALL_AGAIN"),
        (lambda: require_poll_day(date(2027, 1, 19), date(2027, 1, 20), 30), "RECALL_LATE"),
    ):
        with pytest.raises(Refused) as refusal:
            call()
        assert refusal.value.code == code


VOTES = st.dictionaries(st.sampled_from("甲乙丙丁戊己"), st.integers(0, 300), min_size=1)


@settings(max_examples=60)
@given(VOTES, st.integers(1, 3), st.integers(150, 600), st.sampled_from([Kind.FIRST, Kind.SECOND, Kind.REVOTE]))
def test_a_vote_more_never_unseats_and_no_seat_is_lost(
    votes: dict[str, int], seats: int, eligible: int, kind: Kind
) -> None:
    if kind is Kind.REVOTE and len(votes) <= seats:
        return
    collected = max(sum(votes.values()), 1)
    given = {"collected": collected, "eligible": max(eligible, collected), "kind": kind}
    outcome = decide(facts(votes, seats, **given)).offices[0].outcome
    if outcome.valid:
        assert len(outcome.elected) + outcome.tied_seats + outcome.vacancies == seats
    for name in outcome.elected:
        more = decide(
            facts(
                {**votes, name: votes[name] + 1},
                seats,
                **{**given, "collected": collected + 1, "eligible": max(eligible, collected + 1)},
            )
        )
        assert not more.valid or name in more.offices[0].outcome.elected
