"""Profiles: what each province rules otherwise, under which law, and what the committee may settle itself."""

from datetime import date

import pytest

from voting.errors import Malformed, Refused
from voting.law.profiles import OPTIONS, PROFILES, Mode, Source, check_options, law_on, profile_of, rules_of
from voting.law.thresholds import ONE_FIFTH, OVER_HALF


@pytest.mark.parametrize(
    ("profile", "formal", "proxy_paper", "proxy_list", "withdraw", "second", "excess_chair", "size"),
    [
        ("national", 1, 1, 1, 1, 10, (1, None), (3, None)),
        ("beijing", 5, 1, 1, 1, 15, (1, 2), (5, 9)),
        ("shanghai", 5, 5, 2, 1, 30, (1, 1), (7, 9)),
        ("zhejiang", 5, 3, 1, 3, 30, (1, None), (5, 9)),
    ],
)
def test_the_numbers_of_each_province(
    profile: str,
    formal: int,
    proxy_paper: int,
    proxy_list: int,
    withdraw: int,
    second: int,
    excess_chair: tuple[int, int | None],
    size: tuple[int, int | None],
) -> None:
    rules = rules_of("residents-2026", Mode.ALL_VOTERS, profile, {})
    assert (rules.roll_days.value, rules.objection_days.value, rules.decision_days.value) == (20, 5, 3)
    assert (rules.formal_list_days.value, rules.withdraw_days.value, rules.second_poll_days.value) == (
        formal, withdraw, second,
    )  # fmt: skip
    assert (rules.proxy_paper_days.value, rules.proxy_list_days.value) == (proxy_paper, proxy_list)
    assert rules.excess.value["chair"] == excess_chair
    assert (rules.committee_size.value.least, rules.committee_size.value.most) == size


@pytest.mark.parametrize("profile", PROFILES, ids=lambda one: one.key)
@pytest.mark.parametrize(
    ("law", "mode"),
    [("residents-2026", Mode.RESIDENT_REPS), ("villagers-2026", Mode.VILLAGE), ("residents-2018", Mode.ALL_VOTERS)],
)
def test_every_value_has_a_source(profile, law: str, mode: Mode) -> None:
    for name, ruled in rules_of(law, mode, profile.key, {}).values().items():
        assert ruled.source_zh and ruled.source_en, name
        # A statute is cited by its article, and only the statute of this election.
        if ruled.kind is Source.STATUTE:
            assert "第" in ruled.source_zh and "、" not in ruled.source_zh, name
        # A text that was read is named with its article and the day of this version.
        if ruled.kind in (Source.STATUTE, Source.FOUND):
            assert ruled.dated is not None and "条" in ruled.source_zh, name


def test_values_known_from_memory_say_so() -> None:
    rules = rules_of("residents-2026", Mode.ALL_VOTERS, "national", {})
    memory = {name for name, ruled in rules.values().items() if ruled.kind is Source.MEMORY}
    assert memory == {"committee_size", "second_poll_days"}
    assert all("凭记忆" in rules.values()[name].source_zh for name in memory)


def test_no_proxies_in_representatives_mode_under_any_profile() -> None:
    for profile in PROFILES:
        assert rules_of("residents-2026", Mode.RESIDENT_REPS, profile.key, {}).proxies_max.value == 0
        assert rules_of("residents-2026", Mode.HOUSEHOLD_REPS, profile.key, {}).proxies_max.value == 3


def test_an_election_begun_before_2026_keeps_the_law_it_began_under() -> None:
    assert law_on(Mode.ALL_VOTERS, date(2025, 12, 31)).key == "residents-2018"
    assert law_on(Mode.ALL_VOTERS, date(2026, 1, 1)).key == "residents-2026"
    old = law_on(Mode.VILLAGE, date(2025, 12, 31))
    assert (old.key, old.proxies_near_kin_only, old.recall_by_voters) == ("villagers-2018", True, ONE_FIFTH)
    # Representatives: the residents' meeting's half in 2018, over two thirds since 2026.
    assert law_on(Mode.RESIDENT_REPS, date(2025, 6, 1)).turnout[Mode.RESIDENT_REPS] == OVER_HALF
    rules = rules_of("residents-2018", Mode.ALL_VOTERS, "national", {})
    assert rules.roll_days.kind is Source.DESIGN and "没有规定" in rules.roll_days.source_zh
    with pytest.raises(Refused, match="law_not_in_force"):
        law_on(Mode.ALL_VOTERS, date(2018, 12, 28))


def test_open_points_have_a_default_and_can_be_settled() -> None:
    rules = rules_of("residents-2026", Mode.ALL_VOTERS, "zhejiang", {})
    assert all(option.name in rules.values() for option in OPTIONS)
    assert rules.second_poll_turnout.value is True and rules.holiday_moves.value is False
    assert (rules.dup_office.value, rules.over_vote.value, rules.legal_record.value) == ("void", "office", "tablet")
    settled = rules_of("residents-2026", Mode.ALL_VOTERS, "zhejiang", {"second_poll_turnout": "no"})
    assert settled.second_poll_turnout.value is False
    assert settled.second_poll_turnout.kind is Source.CHOSEN
    # What equals the default is no decision.
    assert check_options(rules, {"second_poll_turnout": "yes", "legal_record": "paper"}) == {"legal_record": "paper"}


@pytest.mark.parametrize(
    "wrong", [{"roll_days": "10"}, {"over_vote": "lower_adds"}, {"legal_record": "both"}, {"": ""}]
)
def test_what_is_no_open_point_cannot_be_chosen(wrong: dict[str, str]) -> None:
    with pytest.raises(Malformed, match="OPTION_UNKNOWN"):
        rules_of("residents-2026", Mode.ALL_VOTERS, "national", wrong)


def test_an_unknown_profile() -> None:
    with pytest.raises(Malformed, match="PROFILE_UNKNOWN"):
        profile_of("atlantis")
