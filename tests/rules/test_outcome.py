"""The outcome over several offices, the count's invariant, and properties of the arithmetic."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voting.elections.count.rules import (
    CountFacts,
    Kind,
    Next,
    OfficeCount,
    Poll,
    by_candidates,
    decide,
    election_by,
    election_first,
    reconcile,
    revote,
)
from voting.errors import Malformed
from voting.law import statutes
from voting.law.profiles import LAWS, RESIDENTS_2026, Law, Mode, law_of, law_on, rules_of
from voting.law.thresholds import (
    OVER_TWO_THIRDS,
    Share,
    at_least,
    figure,
    more_than,
    needed_at_least,
    needed_more_than,
    over_half,
)
from voting.law.timeline import statutory

CHAIR = OfficeCount("主任", 1, {"甲": 300, "乙": 200}, blank=12)
MEMBERS = OfficeCount("委员", 3, {"丙": 400, "丁": 350, "戊": 300, "己": 290}, blank=10)
FACTS = CountFacts(Mode.ALL_VOTERS, eligible=980, issued=515, collected=512, offices=(CHAIR, MEMBERS))


def test_two_offices_done() -> None:
    result = decide(FACTS)
    assert result.valid
    assert result.next is Next.DONE
    assert result.turnout_needed == 491
    assert [office.outcome.elected for office in result.offices] == [("甲",), ("丙", "丁", "戊")]
    assert [office.unused for office in result.offices] == [12, 3 * 512 - 1340]
    assert "2 × 512 = 1,024 ＞ 980" in result.because[1].zh
    assert "2 × 512 = 1,024 ＞ 980" in result.because[1].en
    assert result.because[1].article == "《城市居民委员会组织法》第19条"


def test_reasons_of_an_office_hold_its_sums_and_not_the_turnout() -> None:
    chair = decide(FACTS).offices[0].outcome
    assert [reason.zh for reason in chair.because] == [
        "甲 得赞成票 300 张，须超过收回选票 512 张的半数：2 × 300 = 600 ＞ 512，过半数。",
        "乙 得赞成票 200 张，须超过收回选票 512 张的半数：2 × 200 = 400 ≤ 512，未过半数。",
    ]


def test_the_most_pressing_next_step_wins() -> None:
    tied = replace(MEMBERS, votes={"丙": 400, "丁": 350, "戊": 300, "己": 300})
    nobody = replace(CHAIR, votes={"甲": 250, "乙": 250})
    assert decide(replace(FACTS, offices=(nobody, tied))).next is Next.REVOTE
    assert decide(replace(FACTS, offices=(nobody, MEMBERS))).next is Next.BY_ELECTION


def test_a_void_poll_elects_nobody_in_any_office() -> None:
    result = decide(replace(FACTS, eligible=1024))
    assert (result.valid, result.reason, result.next) == (False, "turnout", Next.RERUN)
    assert all(office.outcome.elected == () for office in result.offices)
    assert decide(replace(FACTS, issued=511)).reason == "collected>issued"


def test_the_second_poll() -> None:
    facts = replace(FACTS, offices=(replace(CHAIR, votes={"甲": 171, "乙": 170}),), kind=Kind.SECOND)
    assert decide(facts).offices[0].outcome.elected == ("甲",)
    low = replace(facts, eligible=2000)
    assert decide(low).reason == "turnout"
    assert decide(replace(low, require_turnout=False)).offices[0].outcome.elected == ("甲",)
    # The exemption is the second poll's alone.
    assert decide(replace(low, kind=Kind.FIRST, require_turnout=False)).reason == "turnout"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"offices": ()}, "count_offices"),
        ({"offices": (CHAIR, CHAIR)}, "count_offices"),
        ({"collected": -1}, "count_figures"),
        ({"invalid": 513}, "void_over_collected"),
        ({"issued": 981}, "issued_over_roll"),
        ({"offices": (replace(CHAIR, votes={"甲": 500, "乙": 13}),)}, "count_does_not_add_up"),
        ({"offices": (replace(CHAIR, votes={"甲": 501}, blank=12, unused=12),)}, "count_does_not_add_up"),
        ({"offices": (replace(CHAIR, unused=11),)}, "count_does_not_add_up"),
        ({"offices": (replace(CHAIR, votes={"甲": -1}),)}, "count_does_not_add_up"),
        ({"offices": (replace(CHAIR, seats=0),)}, "count_does_not_add_up"),
        ({"offices": (replace(CHAIR, blank=513),)}, "count_does_not_add_up"),
        ({"offices": (replace(MEMBERS, votes={"丙": 503}),)}, "votes_over_ballots"),
    ],
)
def test_a_count_that_cannot_be_true_is_refused(changed: dict, code: str) -> None:
    with pytest.raises(Malformed) as refused:
        decide(replace(FACTS, **changed))
    assert refused.value.code == code


def test_over_votes_are_accounted_for() -> None:
    office = OfficeCount("委员", 3, {"丙": 300}, over_vote_loss=6, unused=3 * 512 - 306)
    assert reconcile(replace(FACTS, offices=(office,))) == {"委员": 3 * 512 - 306}


def test_a_barred_winner_leaves_the_seat_open_and_ties_go_to_the_others() -> None:
    poll = Poll(Mode.VILLAGE, 800, 500, 500, 1, {"丙": 260, "丁": 260, "戊": 260}, ineligible=frozenset({"丙"}))
    assert election_first(poll).tied == ("丁", "戊")
    alone = replace(poll, votes={"丙": 260, "丁": 260})
    assert election_first(alone).elected == ("丁",)
    first = replace(poll, seats=2, votes={"丙": 300, "丁": 260, "戊": 260})
    outcome = election_first(first)
    assert (outcome.elected, outcome.tied, outcome.tied_seats, outcome.vacancies) == ((), ("丁", "戊"), 1, 1)
    assert outcome.next is Next.REVOTE


def test_an_empty_box_elects_nobody() -> None:
    poll = Poll(Mode.ALL_VOTERS, 0, 0, 0, 1, {"甲": 0})
    assert election_by(poll, require_turnout=False).elected == ()
    assert election_first(poll).reason == "turnout"


@pytest.mark.parametrize("changed", [{"seats": 0}, {"blank": -1}, {"votes": {"甲": -1}}, {"votes": {"甲": 501}}])
def test_figures_that_cannot_be(changed: dict) -> None:
    poll = replace(Poll(Mode.VILLAGE, 800, 500, 500, 1, {"甲": 260}), **changed)
    for rule in (election_first, election_by):
        with pytest.raises(Malformed):
            rule(poll)


def test_revote_and_second_poll_refuse_what_makes_no_sense() -> None:
    with pytest.raises(Malformed, match="revote_seats"):
        revote(("丙", "丁"), 2, {})
    with pytest.raises(Malformed, match="count_figures"):
        revote(("丙", "丁"), 1, {"丙": -1})
    with pytest.raises(Malformed, match="no_vacancy"):
        by_candidates({"丙": 1}, (), 0)
    tied = by_candidates({"丙": 3, "丁": 2, "戊": 2, "己": 1}, (), 1)
    assert tied.candidates == ("丙", "丁", "戊")


def a_later_law(monkeypatch: pytest.MonkeyPatch) -> Law:
    """A version that asks two thirds of the voters to come, in force from 2031."""
    later = replace(
        RESIDENTS_2026,
        key="residents-2031",
        in_force=date(2031, 1, 1),
        turnout=MappingProxyType(dict.fromkeys(RESIDENTS_2026.turnout, OVER_TWO_THIRDS)),
        roll_days=30,
    )
    monkeypatch.setattr(statutes, "LAWS", (*LAWS, later))
    return later


def test_an_election_is_judged_by_the_version_it_began_under(monkeypatch: pytest.MonkeyPatch) -> None:
    pinned = replace(FACTS, law="residents-2026")
    before = decide(pinned)
    later = a_later_law(monkeypatch)
    assert decide(pinned) == before and before.valid
    assert decide(replace(FACTS, law=later.key)).reason == "turnout"
    assert decide(FACTS).reason == "turnout", "without a key the newest version judges"
    second = replace(pinned, kind=Kind.SECOND)
    assert decide(second).valid and not decide(replace(second, law=later.key)).valid


def test_the_calendar_of_an_election_is_the_one_it_began_under(monkeypatch: pytest.MonkeyPatch) -> None:
    a_later_law(monkeypatch)
    day = date(2031, 2, 1)
    due = {}
    for key in ("residents-2026", "residents-2031"):
        steps = statutory(rules_of(key, Mode.ALL_VOTERS, "national", {}), Mode.ALL_VOTERS, day)
        due[key] = next(one.latest for one in steps if one.name == "post_roll")
    assert (due["residents-2026"], due["residents-2031"]) == (date(2031, 1, 12), date(2031, 1, 2))


def test_a_new_election_begins_under_the_law_of_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    a_later_law(monkeypatch)
    keys = [law_on(Mode.ALL_VOTERS, day).key for day in (date(2030, 12, 31), date(2031, 1, 1))]
    assert keys == ["residents-2026", "residents-2031"]


@pytest.mark.parametrize(
    ("key", "mode", "code"),
    [("residents-1989", Mode.ALL_VOTERS, "law_unknown"), ("villagers-2026", Mode.ALL_VOTERS, "law_mode"),
     ("residents-2026", Mode.VILLAGE, "law_mode")],
)  # fmt: skip
def test_a_law_that_is_not_this_elections_is_refused(key: str, mode: Mode, code: str) -> None:
    with pytest.raises(Malformed) as caught:
        law_of(key, mode)
    assert caught.value.code == code
    with pytest.raises(Malformed):
        decide(replace(FACTS, law=key, mode=mode))


counts = st.integers(0, 10**6)
shares = st.builds(Fraction, st.integers(1, 9), st.integers(9, 12))


@given(counts, counts, shares)
def test_comparisons_agree_with_exact_fractions(part: int, whole: int, share: Fraction) -> None:
    assert bool(more_than(part, share, whole)) == (part > share * whole)
    assert bool(at_least(part, share, whole)) == (part >= share * whole)
    assert bool(over_half(part, whole)) == (2 * part > whole)
    for strict, needed in ((True, needed_more_than(share, whole)), (False, needed_at_least(share, whole))):
        rule = Share(share, strict, "", "")
        assert rule.needed(whole) == needed
        assert rule.compare(needed, whole)
        assert not rule.compare(needed - 1, whole)


def test_figures_are_written_as_print_shows_them() -> None:
    numbers = [1024, Fraction(671, 2), Fraction(1, 3), Fraction(-5, 4), Fraction(1, 40), 0]
    assert [figure(number) for number in numbers] == ["1,024", "335.5", "1/3", "-1.25", "0.025", "0"]


@st.composite
def polls(draw: st.DrawFn) -> Poll:
    collected = draw(st.integers(0, 60))
    votes = draw(st.dictionaries(st.sampled_from("甲乙丙丁戊己"), st.integers(0, collected), max_size=6))
    barred = draw(st.frozensets(st.sampled_from("甲乙丙丁戊己"), max_size=2))
    mode = draw(st.sampled_from(Mode))
    eligible = draw(st.integers(collected, 120))
    return Poll(mode, eligible, draw(st.integers(0, 120)), collected, draw(st.integers(1, 5)), votes, ineligible=barred)


@settings(max_examples=200)
@given(polls())
def test_outcomes_keep_their_promises(poll: Poll) -> None:
    for outcome in (election_first(poll), election_by(poll)):
        assert outcome.because
        assert len(outcome.elected) + outcome.tied_seats + outcome.vacancies == poll.seats
        assert not set(outcome.elected) & set(outcome.tied)
        assert not set(outcome.elected + outcome.tied) & poll.ineligible
        if not outcome.valid:
            assert (outcome.elected, outcome.tied, outcome.next) == ((), (), Next.RERUN)
        if outcome.tied:
            assert outcome.next is Next.REVOTE
            assert len(outcome.tied) > outcome.tied_seats >= 1
            assert len({poll.votes[name] for name in outcome.tied}) == 1
        bar = outcome.majority_needed or outcome.third_needed
        seated = [*outcome.elected, *outcome.tied]
        assert all(poll.votes[name] >= bar and poll.votes[name] > 0 for name in seated)
        if outcome.next is Next.DONE:
            assert len(outcome.elected) == poll.seats


@given(st.permutations(list("甲乙丙丁")), st.lists(st.integers(0, 3), min_size=4, max_size=4))
def test_the_order_of_entry_never_matters(order: list[str], votes: list[int]) -> None:
    counted = dict(zip("甲乙丙丁", votes, strict=True))
    again = {name: counted[name] for name in order}
    assert revote(tuple("甲乙丙丁"), 2, counted) == revote(tuple(order), 2, again)
