"""The calendar of an election on 2026-12-20, worked out by hand for each profile; and where a step stands."""

from datetime import date, timedelta
from typing import Any

import pytest

from voting.law.holidays import arranged, is_off, working_day
from voting.law.profiles import PROFILES, Mode, rules_of
from voting.law.timeline import NOT_NEEDED, Done, Hung, Status, Step, earliest_election_day, standing, statutory

DAY = date(2026, 12, 20)


def d(text: str) -> date:
    return date.fromisoformat(text)


def steps(
    profile: str,
    mode: Mode = Mode.ALL_VOTERS,
    law: str = "residents-2026",
    options: dict[str, str] | None = None,
    **given: Any,
) -> dict[str, Step]:
    return {one.name: one for one in statutory(rules_of(law, mode, profile, options or {}), mode, DAY, **given)}


def dates(found: dict[str, Step]) -> dict[str, tuple[str | None, str]]:
    return {
        name: (step.earliest.isoformat() if step.earliest else None, step.latest.isoformat())
        for name, step in found.items()
    }


# December 2026 begins after 30 days of November. With D = 20 December:
#   D−1 = 19 Dec, D−2 = 18 Dec, D−3 = 17 Dec, D−5 = 15 Dec, D−9 = 11 Dec, D−13 = 7 Dec, D−15 = 5 Dec,
#   D−20 = 30 Nov (20 days of December are used up by 20 − 20 = 0, the last of November),
#   D−29 = 30 Nov − 9 = 21 Nov, D−33 = 17 Nov, D−34 = 16 Nov, D−35 = 15 Nov.
# From the posting on the last day, 30 Nov, its own day not counted:
#   objections 30 Nov + 5 = 5 Dec; decisions on one that came then 5 Dec + 3 = 8 Dec; 15 days of posting 15 Dec.
# After the day: D+10 = 30 Dec; D+15 = 20 + 15 − 31 = 4 Jan; D+30 = 20 + 30 − 31 = 19 Jan.
EVERYWHERE = {
    "committee": ("2026-11-15", "2026-11-16"),
    "registration": ("2026-11-17", "2026-11-21"),
    "post_roll": (None, "2026-11-30"),
    "objections": ("2026-11-30", "2026-12-05"),
    "decisions": ("2026-11-30", "2026-12-08"),
    "posting_ends": (None, "2026-12-15"),
    "nomination": ("2026-12-05", "2026-12-07"),
    "review": ("2026-12-11", "2026-12-15"),
    "keys_and_cards": (None, "2026-12-19"),
    "rehearsal": (None, "2026-12-19"),
    "poll": ("2026-12-20", "2026-12-20"),
    "result": ("2026-12-20", "2026-12-20"),
    "handover": ("2026-12-20", "2026-12-30"),
}
BY_HAND = {
    "national": {
        "place": (None, "2026-12-19"),
        "post_candidates": (None, "2026-12-19"), "withdrawals": (None, "2026-12-19"),
        "proxy_papers": (None, "2026-12-19"), "proxy_list": (None, "2026-12-19"),
        "second_poll": ("2026-12-20", "2026-12-30"),
    },
    "beijing": {
        "place": (None, "2026-12-19"),
        "post_candidates": (None, "2026-12-15"), "withdrawals": (None, "2026-12-19"),
        "proxy_papers": (None, "2026-12-19"), "proxy_list": (None, "2026-12-19"),
        "second_poll": ("2026-12-20", "2027-01-04"),
    },
    "shanghai": {
        "place": (None, "2026-12-19"),
        "post_candidates": (None, "2026-12-15"), "withdrawals": (None, "2026-12-19"),
        "proxy_papers": (None, "2026-12-15"), "proxy_list": (None, "2026-12-18"),
        "second_poll": ("2026-12-20", "2027-01-19"), "seal_handover": ("2026-12-20", "2026-12-20"),
    },
    "zhejiang": {
        "place": (None, "2026-12-15"),
        "post_candidates": (None, "2026-12-15"), "withdrawals": (None, "2026-12-17"),
        "proxy_papers": (None, "2026-12-17"), "proxy_list": (None, "2026-12-19"),
        "second_poll": ("2026-12-20", "2027-01-19"),
    },
}  # fmt: skip


@pytest.mark.parametrize("profile", BY_HAND)
@pytest.mark.parametrize(
    ("mode", "law"),
    [
        (Mode.ALL_VOTERS, "residents-2026"),
        (Mode.HOUSEHOLD_REPS, "residents-2026"),
        (Mode.VILLAGE, "villagers-2026"),
        (Mode.VILLAGE, "villagers-2018"),
    ],
)
def test_the_calendar_equals_the_dates_worked_out_by_hand(profile: str, mode: Mode, law: str) -> None:
    assert dates(steps(profile, mode, law)) == EVERYWHERE | BY_HAND[profile]


@pytest.mark.parametrize(("mode", "law"), [(Mode.ALL_VOTERS, "residents-2018"), (Mode.RESIDENT_REPS, "residents-2026")])
@pytest.mark.parametrize("profile", BY_HAND)
def test_the_law_of_2018_for_residents_and_representatives_know_no_proxies(profile: str, mode: Mode, law: str) -> None:
    ours = {name: one for name, one in BY_HAND[profile].items() if not name.startswith("proxy")}
    assert dates(steps(profile, mode, law)) == EVERYWHERE | ours


def test_last_days_that_are_days_off_move_on_where_the_committee_chose_so() -> None:
    """Civil Code 203. Posted on Monday 30 November 2026, poll on Sunday 20 December.

    Objections: 5 December is a Saturday → Monday the 7th. Decisions: 7 + 3 = Thursday the 10th. Posting: Tuesday the
    15th, hand-over and second poll Wednesday the 30th: worked. What must be done before the day never moves.
    """
    moved = steps("national", options={"holiday_moves": "yes"}, hung=Hung(d("2026-11-30")))
    assert dates(moved) == EVERYWHERE | BY_HAND["national"] | {
        "objections": ("2026-11-30", "2026-12-07"), "decisions": ("2026-11-30", "2026-12-10"),
    }  # fmt: skip
    # Posted on Tuesday 26 January 2027: + 5 = Sunday the 31st → Monday 1 February; that + 3 = Thursday the 4th.
    late = steps("national", options={"holiday_moves": "yes"}, hung=Hung(d("2027-01-26")))
    assert [late[name].latest for name in ("objections", "decisions")] == [d("2027-02-01"), d("2027-02-04")]


def test_days_off_are_weekends_festivals_and_what_the_state_council_arranged() -> None:
    # National Day 2026: off from Thursday 1 to Wednesday 7 October; Saturday the 10th and Sunday 20 September worked.
    assert [is_off(d(f"2026-10-{day:02}")) for day in (1, 3, 7, 8, 10, 11)] == [True, True, True, False, False, True]
    assert not is_off(d("2026-09-20")) and is_off(d("2026-09-25"))
    assert working_day(d("2026-10-03")) == d("2026-10-08") and working_day(d("2026-10-10")) == d("2026-10-10")
    # Spring Festival: Saturday 14 February is worked, the 15th to the 23rd are off.
    assert working_day(d("2026-02-15")) == d("2026-02-24") and not is_off(d("2026-02-14"))
    # A year that is not arranged yet: weekends, 1 January, 1 and 2 May, 1 to 3 October.
    assert arranged(2026) and not arranged(2027)
    assert is_off(d("2027-01-01")) and not is_off(d("2027-01-04")) and working_day(d("2027-05-01")) == d("2027-05-03")


def test_representatives_post_their_list_with_the_roll_and_have_no_proxies() -> None:
    reps = steps("shanghai", Mode.RESIDENT_REPS)
    assert "居民代表名单" in reps["post_roll"].zh and "representatives" in reps["post_roll"].en
    assert not {"proxy_papers", "proxy_list"} & reps.keys()
    assert "proxy_papers" not in steps("national", law="residents-2018"), "the law of 2018 knew none"


def test_articles_are_those_of_the_law_and_of_the_province() -> None:
    assert steps("national")["post_roll"].article == "《城市居民委员会组织法》第17条"
    assert steps("national", Mode.VILLAGE, "villagers-2026")["handover"].article == "《村民委员会组织法》第24条"
    assert steps("shanghai")["proxy_list"].article == "《上海市村民委员会选举办法》第16条"


def test_a_roll_posted_early_moves_what_is_reckoned_from_it() -> None:
    # 20 Nov + 5 = 25 Nov; + 3 = 28 Nov; 20 Nov + 15 = 5 Dec.
    early = steps("national", hung=Hung(d("2026-11-20")))
    assert [early[name].latest for name in ("objections", "decisions", "posting_ends")] == [
        d("2026-11-25"), d("2026-11-28"), d("2026-12-05"),
    ]  # fmt: skip
    # The day was moved and the roll posted again on 1 December: + 5 = the 6th, + 3 = the 9th.
    again = steps("national", hung=Hung(d("2026-11-20"), d("2026-12-01")))
    assert [again[name].latest for name in ("objections", "decisions")] == [d("2026-12-06"), d("2026-12-09")]


def test_a_poll_that_follows_has_the_steps_of_its_own_day_alone() -> None:
    assert steps("shanghai", whole=False).keys() == {
        "keys_and_cards", "rehearsal", "poll", "result", "handover", "seal_handover",
    }  # fmt: skip


def test_the_earliest_lawful_day_for_a_roll_posted_too_late() -> None:
    # Posted on 1 Dec: 1 + 20 = 21 Dec.
    assert earliest_election_day(rules_of("residents-2026", Mode.ALL_VOTERS, "national", {}), d("2026-12-01")) == d(
        "2026-12-21"
    )


@pytest.mark.parametrize("profile", PROFILES, ids=lambda one: one.key)
def test_the_steps_come_in_the_order_of_their_dates_and_never_end_before_they_begin(profile) -> None:
    found = statutory(rules_of("residents-2026", Mode.ALL_VOTERS, profile.key, {}), Mode.ALL_VOTERS, DAY)
    assert [one.latest for one in found] == sorted(one.latest for one in found)
    assert all(one.earliest is None or one.earliest <= one.latest for one in found)


def test_where_a_step_stands() -> None:
    only = (steps("national")["post_roll"],)
    last = d("2026-11-30")

    def status(deed: Done, today: date, alarm: int = 3) -> tuple[Status, bool, int]:
        (one,) = standing(only, {"post_roll": deed}, today, alarm_days=alarm)
        return one.status, one.alarm, one.days_left

    assert status(False, last - timedelta(days=4)) == (Status.AHEAD, False, 4)
    assert status(False, last - timedelta(days=3)) == (Status.AHEAD, True, 3)
    assert status(False, last - timedelta(days=4), alarm=5) == (Status.AHEAD, True, 4)
    assert status(False, last) == (Status.DUE, True, 0)
    assert status(False, last + timedelta(days=1)) == (Status.LATE, True, -1)
    assert status(last, last + timedelta(days=9)) == (Status.DONE, False, -9)
    assert status(last + timedelta(days=1), DAY) == (Status.DONE_LATE, False, -20)
    assert status(True, DAY)[0] is Status.DONE
    assert status(NOT_NEEDED, DAY) == (Status.NOT_NEEDED, False, -20)
