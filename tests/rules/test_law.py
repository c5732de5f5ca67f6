"""Meetings, owners, kin, recall, proxies and paper ballots beyond the worked cases: refusals and edges."""

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voting.elections.paper.rules import Finding, worth
from voting.elections.proxies.rules import Delegation, proxy_errors
from voting.elections.recall.rules import decide_recall
from voting.errors import Malformed
from voting.law.calendar import HALL, age_on, days_after, days_before
from voting.law.kin import Elected, recuse
from voting.law.meetings import Meeting, check_composition, decide_meeting
from voting.law.owners import OwnedUnit, UnitStatus, Weight, decide_owners, weigh
from voting.law.profiles import Mode, rules_of

TOTAL = Weight(Fraction(60_000), 500)


def weight(area: int, heads: int) -> Weight:
    return Weight(Fraction(area), heads)


def test_days_and_ages() -> None:
    assert days_before(date(2026, 12, 20), 20) == date(2026, 11, 30)
    assert days_after(date(2028, 2, 28), 1) == date(2028, 2, 29)
    assert [age_on(date(2000, 2, 29), date(2018, *day)) for day in ((2, 28), (3, 1))] == [17, 18]


@pytest.mark.parametrize(("present", "yes"), [(61, 1), (40, 41), (40, -1)])
def test_meeting_figures_that_cannot_be(present: int, yes: int) -> None:
    with pytest.raises(Malformed, match="meeting_figures"):
        decide_meeting(Meeting.RESIDENT_REPS, members=60, present=present, yes=yes)


def test_meetings_say_their_sums() -> None:
    outcome = decide_meeting(Meeting.RESIDENT_REPS, members=60, present=40, yes=21)
    assert outcome.passed
    assert "3 × 40 = 120 ≥ 2 × 60 = 120" in outcome.because[0].zh
    assert "2 × 21 = 42 ＞ 40" in outcome.because[1].en
    # The base "all" is the hall's own house rule, the law's meetings do not have it.
    hall = {"members": 21, "present": 14, "yes": 8}
    assert not decide_meeting(Meeting.HALL_MEMBERS, **hall, all_members=True).passed
    assert decide_meeting(Meeting.RESIDENTS, **hall, all_members=True).passed


def test_a_village_meeting_needs_a_third_women() -> None:
    assert check_composition(reps=28, committee=7, women=12, village=True).women_ok
    assert not check_composition(reps=28, committee=7, women=11, village=True).women_ok
    assert not check_composition(reps=28, committee=7, village=True).women_ok
    assert check_composition(reps=28, committee=7).women_ok


@pytest.mark.parametrize(
    ("item", "yes"),
    [(0, weight(1, 1)), (10, weight(1, 1)), (4, weight(60_001, 1)), (4, weight(1, 501)), (4, weight(-1, 1))],
)
def test_owners_figures_that_cannot_be(item: int, yes: Weight) -> None:
    with pytest.raises(Malformed, match="owners_figures"):
        decide_owners(item, total=TOTAL, yes=yes, no=Weight(), abstain=Weight())


def test_the_silent_follow_only_one_majority() -> None:
    votes = {"yes": weight(30_000, 240), "no": weight(5_000, 40), "abstain": Weight()}
    assert not decide_owners(4, total=TOTAL, **votes).quorum
    followed = decide_owners(4, total=TOTAL, **votes, follow=weight(10_000, 100))
    assert followed.passed
    assert "面积 2 × 40,000 = 80,000 ＞ 45,000" in followed.because[1].zh
    against = {**votes, "yes": votes["no"], "no": votes["yes"]}
    lost = decide_owners(4, total=TOTAL, **against, follow=weight(10_000, 100))
    assert lost.quorum
    assert not lost.passed


@given(st.integers(0, 60_000), st.integers(0, 500), st.sampled_from(range(1, 10)))
def test_owners_never_pass_without_both_measures(area: int, heads: int, item: int) -> None:
    yes = weight(area, heads)
    no = weight(60_000 - area, 500 - heads)
    outcome = decide_owners(item, total=TOTAL, yes=yes, no=no, abstain=Weight())
    special = item in (6, 7, 8)
    expected = (4 * area >= 180_000 and 4 * heads >= 1_500) if special else (2 * area > 60_000 and 2 * heads > 500)
    assert outcome.passed == expected


def test_heads_of_couples_and_developers() -> None:
    def unit(*owners: str, status: UnitStatus = UnitStatus.DELIVERED, parking: bool = False) -> OwnedUnit:
        return OwnedUnit(frozenset(owners), Fraction("85.5"), status, parking)

    assert weigh([unit("甲", "乙"), unit("乙", "甲"), unit("甲")]) == Weight(Fraction("256.5"), 2)
    # The developer's own delivered unit is the same head as the unsold ones.
    assert weigh([unit("开发商", status=UnitStatus.UNSOLD), unit("开发商")]).heads == 1
    assert weigh([unit("丙", status=UnitStatus.UNDELIVERED)]).heads == 1
    assert weigh([unit("甲", parking=True)], count_parking=False) == Weight()


def test_kin_are_judged_from_the_top_down() -> None:
    people = [Elected("甲", "主任", 1), Elected("乙", "副主任", 9), Elected("丙", "委员", 9)]
    found = recuse([("甲", "乙"), ("丙", "乙")], people)
    assert (found.removed, found.vote_again) == (("乙",), ())
    level = recuse([("丙", "丁")], [Elected("丙", "委员", 5), Elected("丁", "委员", 5)])
    assert (level.removed, level.vote_again) == ((), ("丁", "丙"))


def test_representatives_petition_by_a_third() -> None:
    assert decide_recall(Mode.RESIDENT_REPS, eligible=60, petition=20, by_reps=True).petition_ok
    assert not decide_recall(Mode.RESIDENT_REPS, eligible=60, petition=19, by_reps=True).petition_ok


PROXY = Delegation(Mode.ALL_VOTERS, "a", frozenset("bcd"), 3, candidates=frozenset("k"))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"mode": Mode.RESIDENT_REPS}, "no_proxy_in_rep_mode"),
        ({"candidates": frozenset("a")}, "candidate_cannot_hold"),
        ({"principals": frozenset("bcde")}, "over_three"),
        ({"near_kin_only": True, "kin": frozenset("bc")}, "not_close_relative"),
        ({"holder_delegated": True}, "holder_has_delegated_own_vote"),
        ({"chained": frozenset("b")}, "principal_holds_for_others"),
    ],
)
def test_each_fault_of_a_delegation(changed: dict, code: str) -> None:
    assert proxy_errors(replace(PROXY, **changed)) == {code}
    assert proxy_errors(PROXY) == set()


@pytest.mark.parametrize(
    ("options", "finding", "kind"),
    [
        ({}, Finding.OVER, "partly_valid"),
        ({"over_vote": "ballot"}, Finding.OVER, "void"),
        ({}, Finding.TWICE, "void"),
        ({"dup_office": "each"}, Finding.TWICE, "valid"),
        ({}, Finding.UNREADABLE_HERE, "partly_valid"),
        ({}, Finding.FOREIGN, "foreign"),
    ],
)
def test_what_is_seen_on_a_paper_decides_its_worth(options: dict[str, str], finding: Finding, kind: str) -> None:
    found = worth(finding, rules_of("residents-2026", Mode.ALL_VOTERS, "national", options))
    assert found.value == kind


def test_the_halls_clock_is_the_countrys_one_legal_time() -> None:
    legal = ZoneInfo("Asia/Shanghai")
    for at in (datetime(year, month, 1, 15, 59, 59, tzinfo=UTC) for year in range(1992, 2060) for month in (1, 7)):
        assert at.astimezone(HALL).replace(tzinfo=None) == at.astimezone(legal).replace(tzinfo=None)
    assert str(HALL) == "Asia/Shanghai"
    midnight = datetime(2026, 12, 19, 16, 0, tzinfo=UTC)
    assert midnight.astimezone(HALL).date() == date(2026, 12, 20), "a day begins in the hall, not in Greenwich"


def test_the_time_zone_is_written_down_in_one_place() -> None:
    root = Path(__file__).parents[2]
    sources = [path for room in ("voting", "verifier", "bench") for path in (root / room).rglob("*.py")]
    named = [
        path.name for path in sources if any(w in path.read_text() for w in ("Asia/Shanghai", "ZoneInfo", "hours=8"))
    ]
    assert named == ["calendar.py"]
