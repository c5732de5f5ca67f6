"""The joint review's outcome: one evidenced bar fails, nothing but the committee's ruling sets it aside."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voting.elections.candidates.rules import BARS, Nominee, check_candidates
from voting.elections.review.evidence import LIMIT, type_of
from voting.elections.review.presets import presets
from voting.elections.review.rules import (
    Criterion,
    Standing,
    full_on,
    overall,
    read_items,
    statutory,
    still_counts,
    verdict_by,
)
from voting.errors import Malformed, TooLarge
from voting.permissions import DEPARTMENTS

STANDINGS = st.builds(
    Standing,
    department=st.sampled_from(["police", "court", "justice"]),
    verdict=st.sampled_from(["", "clear", "problem", "verify", "overdue"]),
    kind=st.sampled_from(["bar", "must", "unfit"]),
    evidenced=st.booleans(),
    ruling=st.sampled_from(["", "stands", "set_aside"]),
)
MANY = st.lists(STANDINGS, max_size=8)
CLEAR = Standing("health", "clear")
BAR = Standing("court", "problem", "bar", True)
WORSE = {"passed": 0, "open": 1, "suspended": 2, "failed": 3}


@settings(max_examples=150, deadline=None)
@given(MANY, st.randoms())
def test_the_order_of_answers_never_matters(standings: list[Standing], dice: object) -> None:
    shuffled = list(standings)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis's own random.Random
    assert overall(shuffled) == overall(standings)


@settings(max_examples=150, deadline=None)
@given(MANY)
def test_one_evidenced_bar_fails_whatever_the_others_say(standings: list[Standing]) -> None:
    assert overall([*standings, BAR]).outcome == "failed"


@settings(max_examples=150, deadline=None)
@given(MANY, STANDINGS)
def test_another_answer_never_makes_it_better(standings: list[Standing], one: Standing) -> None:
    if standings:
        assert WORSE[overall([*standings, one]).outcome] >= WORSE[overall(standings).outcome]
        assert overall([*standings, CLEAR]).outcome == overall(standings).outcome


@settings(max_examples=150, deadline=None)
@given(MANY)
def test_passed_means_everything_is_clear_or_set_aside(standings: list[Standing]) -> None:
    clean = bool(standings) and all(one.verdict == "clear" or one.ruling == "set_aside" for one in standings)
    assert (overall(standings).outcome == "passed") is clean
    assert bool(overall(standings).because) is any(
        one.verdict != "clear" and one.ruling != "set_aside" for one in standings
    )


@pytest.mark.parametrize(
    ("one", "outcome"),
    [
        (Standing("court", "problem", "bar", True), "failed"),
        (Standing("court", "problem", "bar", True, "stands"), "failed"),
        (Standing("court", "problem", "bar", True, "set_aside"), "passed"),
        (Standing("court", "problem", "bar", False), "suspended"),
        (Standing("court", "problem", "must", True), "failed"),
        (Standing("court", "problem", "unfit", True), "suspended"),
        (Standing("court", "problem", "unfit", True, "stands"), "failed"),
        (Standing("court", "problem", "unfit", True, "set_aside"), "passed"),
        (Standing("court", "verify"), "suspended"),
        (Standing("court", "overdue"), "suspended"),
        (Standing("court", "overdue", ruling="set_aside"), "passed"),
        (Standing("court", ""), "open"),
        (Standing("court", "clear"), "passed"),
    ],
)
def test_each_answer_by_itself(one: Standing, outcome: str) -> None:
    assert overall([one]).outcome == outcome
    assert overall([]).outcome == "open"


def test_overdue_comes_by_itself_the_day_after_the_last_day() -> None:
    due = date(2026, 12, 10)
    assert [verdict_by("", due, day) for day in (due, date(2026, 12, 11))] == ["", "overdue"]
    assert verdict_by("clear", due, date(2026, 12, 11)) == "clear"


def test_the_published_lists_have_sources_and_the_five_positive_items_are_left_to_the_committee() -> None:
    found = presets()
    assert set(found) == {"ten-not-elected-2020", "ten-unfit-2016", "six-and-six", "five-good"}
    assert found["five-good"].items == () and "编造" in found["five-good"].note_zh
    assert all(one.source for key, one in found.items() if key != "five-good")
    assert [len(found[key].items) for key in ("ten-not-elected-2020", "ten-unfit-2016", "six-and-six")] == [13, 9, 12]
    assert {item.years for item in found["six-and-six"].items} == {0, 2, 5}
    assert all(item.department in DEPARTMENTS for one in found.values() for item in one.items)


def test_statutory_bars_have_no_limit_in_time_and_no_local_item_takes_their_name() -> None:
    fixed = statutory(BARS)
    assert [one.code for one in fixed] == list(BARS) and all(one.statutory and one.years == 0 for one in fixed)
    good = {"code": "a", "zh": "内容", "kind": "bar", "years": 5, "department": "court"}
    assert read_items([good], DEPARTMENTS, BARS)[0].years == 5


@pytest.mark.parametrize(
    "wrong",
    [{"zh": " "}, {"zh": "长" * 201}, {"kind": "maybe"}, {"years": -1}, {"years": 100}, {"years": True},
     {"years": "5"}, {"department": "nobody"}, {"code": "cult"}],
)  # fmt: skip
def test_an_item_that_is_not_complete_is_refused(wrong: dict[str, object]) -> None:
    row = {"code": "a", "zh": "内容", "kind": "bar", "years": 5, "department": "court", **wrong}
    with pytest.raises(Malformed) as caught:
        read_items([row], DEPARTMENTS, BARS)
    assert caught.value.code == "CRITERION"


def test_evidence_is_known_by_its_bytes() -> None:
    assert type_of(b"%PDF-1.7 ...") == "application/pdf"
    with pytest.raises(Malformed) as caught:
        type_of(b"<html>")
    assert caught.value.code == "EVIDENCE_FORMAT"
    with pytest.raises(TooLarge) as large:
        type_of(b"%PDF-" + bytes(LIMIT))
    assert large.value.code == "EVIDENCE_TOO_LARGE"


def test_a_candidate_who_came_after_the_review_began_needs_it_too() -> None:
    clear = dict.fromkeys(BARS, False)

    def stands(person: str, review: str) -> Nominee:
        return Nominee(person, person, "主任", person, 40, "女", clear, clear, "official", review)

    def codes(*reviews: str) -> list[str]:
        people = tuple(stands(f"人{number}", review) for number, review in enumerate(reviews))
        return [one.code for one in check_candidates(people, {"主任": 1}, date(2026, 12, 20)).errors]

    assert codes("", "") == codes("passed", "passed") == []
    assert codes("passed", "") == ["review_open"]
    assert codes("failed", "suspended") == ["review_failed", "review_open"]


@pytest.mark.parametrize(
    ("event", "counts"),
    [(date(2021, 12, 19), False), (date(2021, 12, 20), False), (date(2021, 12, 21), True), (None, False)],
)
def test_a_look_back_of_five_years_is_reckoned_to_the_election_day(event: date | None, counts: bool) -> None:
    item = Criterion("gambling", "赌博未满五年", "gambling", "unfit", years=5)
    assert still_counts(item, event, date(2026, 12, 20)) is counts
    # An item without a number of years looks back without limit.
    assert still_counts(Criterion("tyrant", "村霸", "tyrant", "bar"), event, date(2026, 12, 20))


def test_years_from_a_leap_day_are_full_on_the_first_of_march() -> None:
    assert full_on(date(2024, 2, 29), 5) == date(2029, 3, 1)
    assert full_on(date(2024, 2, 29), 4) == date(2028, 2, 29)
