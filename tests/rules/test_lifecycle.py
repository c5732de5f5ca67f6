"""The life of an election: every move of the table, every fact that can be missing, every wrong state."""

import ast
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from voting.elections import moves
from voting.elections.lifecycle import RULES, STATES, TABLE, Facts, deeds_of, next_moves, require, require_state
from voting.errors import Conflict, Refused, TooEarly, TooLate
from voting.law.profiles import Mode
from voting.law.timeline import Hung, Status, standing, statutory

DAY = date(2026, 12, 20)
READY = Facts(
    today=DAY,
    day=DAY,
    offices=3,
    roll=980,
    roll_posted=date(2026, 11, 30),
    candidates_posted=date(2026, 12, 10),
    trustees=3,
    keys=3,
    cards=1000,
    cards_needed=980,
    cards_allowed=1000,
    rehearsals=3,
    tablets=4,
    closing_time=True,
    until_later=True,
    ballots=512,
    shares=3,
    result=True,
    reason="停电",
)
# One fact taken away, and the move it stops with which code.
MISSING = [
    ("publish", {"offices": 0}, "no_offices"),
    ("publish", {"roll": 0}, "no_roll"),
    ("publish", {"roll": 0, "registered": 980, "mode": Mode.RESIDENT_REPS}, "no_representatives"),
    ("publish", {"unconfirmed": 3}, "categories_unconfirmed"),
    ("publish", {"roll_posted": None, "today": date(2026, 12, 1)}, "roll_too_late"),
    ("post_candidates", {"today": DAY}, "candidates_too_late"),
    ("post_candidates", {"offices_short": ("主任",)}, "not_differential"),
    ("post_candidates", {"candidate_errors": 2}, "candidates_unchecked"),
    ("post_candidates", {"candidates_unanswered": 9}, "candidates_unanswered"),
    ("post_candidates", {"list_zh": "有一份提名没有答复。", "list_en": "One is unanswered."}, "candidates_open"),
    ("seal", {"list_zh": "有一份提名没有答复。", "list_en": "One is unanswered."}, "candidates_open"),
    ("seal", {"candidates_posted": None}, "candidates_not_posted"),
    ("seal", {"offices_short": ("主任", "委员")}, "not_differential"),
    ("seal", {"candidate_errors": 1}, "candidates_unchecked"),
    ("seal", {"candidates_unanswered": 1}, "candidates_unanswered"),
    ("seal", {"objections_open": 1}, "objections_open"),
    ("seal", {"today": date(2026, 12, 5)}, "objections_running"),
    ("seal", {"trustees": 1, "keys": 1}, "few_trustees"),
    ("seal", {"keys": 2}, "keys_missing"),
    ("seal", {"cards": 979}, "cards_missing"),
    ("seal", {"cards": 0, "cards_needed": 0}, "cards_missing"),
    ("seal", {"cards": 1001}, "cards_too_many"),
    ("open", {"roll_posted": date(2026, 12, 1)}, "roll_posted_late"),
    ("open", {"candidates_posted": DAY}, "candidates_posted_late"),
    ("open", {"today": DAY - timedelta(days=1)}, "before_the_day"),
    ("open", {"today": DAY + timedelta(days=1)}, "after_the_day"),
    ("open", {"rehearsals": 2}, "rehearsal_missing"),
    ("open", {"tablets": 0}, "no_tablet"),
    ("pause", {"reason": " "}, "reason_missing"),
    ("lengthen", {"reason": ""}, "reason_missing"),
    ("lengthen", {"until_later": False}, "not_later"),
    ("stop_queue", {"closing_time": False, "reason": ""}, "before_closing_time"),
    ("close", {"boxes_away": 1}, "mobile_boxes_away"),
    ("decide", {"paper_zh": "1 号票箱的纸质选票还没有核对一致。", "paper_en": "Box 1 is not agreed."}, "paper_open"),
    ("close", {"queue": 2}, "queue_left"),
    ("close", {"in_hand": 1, "reason": " "}, "cards_in_hand"),
    ("count", {"cards_unscanned": 7}, "cards_unscanned"),
    ("count", {"cards_unscanned": 7, "pile_voted": 1}, "pile_card_voted"),
    ("count", {"ballots": 4}, "under_floor"),
    ("count", {"papers": 4}, "under_floor"),
    ("decide", {"shares": 2}, "shares_missing"),
    ("decide", {"result": False}, "no_result"),
    ("void", {"reason": ""}, "reason_missing"),
]


#: The moves that the law allows before the day alone, and a day on which they may be made.
TODAY = {"publish": date(2026, 11, 30), "post_candidates": date(2026, 12, 10), "seal": date(2026, 12, 10)}
LATE = {"after_the_day", "roll_too_late", "roll_posted_late", "candidates_too_late", "candidates_posted_late"}


def test_the_whole_way_from_draft_to_certified() -> None:
    state = "draft"
    way = ["publish", "post_candidates", "seal", "rehearse", "open", "pause", "lengthen", "resume", "stop_queue"]
    for move in [*way, "close", "count", "decrypt", "decide", "certify"]:
        state = require(state, move, replace(READY, today=TODAY.get(move, DAY)))
    assert state == "certified"


@pytest.mark.parametrize(("move", "changed", "code"), MISSING, ids=str)
def test_a_missing_fact_stops_the_move_and_says_who_supplies_it(move: str, changed: dict, code: str) -> None:
    facts, state = replace(READY, **{"today": TODAY.get(move, DAY), **changed}), RULES[move].sources[0]
    with pytest.raises(TooLate if code in LATE else TooEarly) as refused:
        require(state, move, facts)
    assert refused.value.code == code
    assert refused.value.zh.endswith("。")
    assert refused.value.en.endswith(".")
    assert "{" not in refused.value.zh + refused.value.en
    listed = next(each for each in next_moves(state, facts) if each.name == move)
    assert not listed.allowed
    assert refused.value.zh == "".join(reason.zh for reason in listed.missing)


def test_every_fact_of_the_table_is_gathered() -> None:
    """A guard whose fact nobody gathers can never fail, or never pass."""
    source = Path(moves.__file__).read_text(encoding="utf-8")
    calls = [one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.Call)]
    call = next(one for one in calls if ast.unparse(one.func) == "Facts")
    given: dict[str | None, ast.expr] = {one.arg: one.value for one in call.keywords}
    # What is asked for only where a move of the state needs it stands in mappings of its own.
    given |= {
        key.value: value
        for one in ast.walk(ast.parse(source))
        if isinstance(one, ast.Dict)
        for key, value in zip(one.keys, one.values, strict=True)
        if isinstance(key, ast.Constant)
    }
    given.pop(None, None)
    typed_with_the_move = {"reason", "until_later"}
    assert {one.name for one in fields(Facts)} - given.keys() == typed_with_the_move
    assert not [name for name, value in given.items() if isinstance(value, ast.Constant)]


def test_every_need_of_the_table_has_a_refusal_tested() -> None:
    assert {(rule.name, need.code) for rule in TABLE for need in rule.needs} == {(m, code) for m, _, code in MISSING}


def test_the_queue_is_of_people_without_a_card() -> None:
    with pytest.raises(TooEarly) as refused:
        require("closing", "close", replace(READY, queue=2))
    assert "2 人没有领卡" in refused.value.zh and "no card yet" in refused.value.en


@pytest.mark.parametrize("voted", [0, 1])
def test_missing_cards_stop_the_count_until_that_number_is_decided_upon(voted: int) -> None:
    lacking = replace(READY, cards_unscanned=2, pile_voted=voted)
    assert require("closed", "count", replace(lacking, cards_missing=2, voted_decided=voted)) == "counting"
    for decided in (1, 3):
        with pytest.raises(TooEarly):
            require("closed", "count", replace(lacking, cards_missing=decided, voted_decided=voted))
    # All of them turned up after the decision.
    assert require("closed", "count", replace(lacking, cards_unscanned=0, cards_missing=2)) == "counting"
    # A used card that was laid back on a whole pile stops nothing.
    assert require("closed", "count", replace(READY, pile_voted=1)) == "counting"


def test_a_voted_card_found_after_the_decision_asks_for_another() -> None:
    found = replace(READY, cards_unscanned=2, cards_missing=2, pile_voted=1)
    with pytest.raises(TooEarly, match="pile_card_voted"):
        require("closed", "count", found)


def test_all_missing_facts_are_named_at_once() -> None:
    with pytest.raises(TooEarly) as refused:
        require("published", "seal", replace(READY, keys=1, cards=0, offices_short=("副主任",)))
    assert "副主任" in refused.value.zh
    assert "收到 1 份，须 3 份" in refused.value.zh
    assert "0 card(s) for a list of 980" in refused.value.en


@pytest.mark.parametrize("rule", TABLE, ids=lambda rule: rule.name)
@pytest.mark.parametrize("state", STATES)
def test_every_move_from_every_state_is_a_state_or_a_refusal(state: str, rule) -> None:
    if state in rule.sources:
        facts = replace(READY, today=TODAY.get(rule.name, DAY))
        assert require(state, rule.name, facts) == (rule.target or state)
        return
    with pytest.raises((TooEarly, TooLate, Conflict)) as refused:
        require(state, rule.name, READY)
    assert refused.value.code in {"already_moved", "state_too_early", "state_too_late"}


def test_two_officials_at_once() -> None:
    assert require("sealed", "open", READY, expected="sealed") == "open"
    with pytest.raises(Conflict, match="moved_meanwhile"):
        require("open", "pause", READY, expected="sealed")
    with pytest.raises(Conflict, match="already_moved"):
        require("open", "open", READY)


def test_too_early_and_too_late_by_state() -> None:
    with pytest.raises(TooEarly, match="state_too_early"):
        require("draft", "open", READY)
    with pytest.raises(TooLate, match="state_too_late"):
        require("closed", "pause", READY)
    with pytest.raises(TooLate, match="state_too_late"):
        require("certified", "void", READY)
    assert next_moves("certified", READY) == next_moves("void", READY) == []


def test_an_act_that_belongs_to_a_state() -> None:
    require_state("closed", "closed")
    require_state("paused", "open", "paused")
    with pytest.raises(TooEarly, match="state_too_early"):
        require_state("open", "closed")
    for state in ("counting", "void"):
        with pytest.raises(TooLate, match="state_too_late"):
            require_state(state, "closed")


def test_an_early_end_needs_everyone_or_a_recorded_decision() -> None:
    early = replace(READY, closing_time=False, reason="")
    assert require("open", "stop_queue", replace(early, everyone_voted=True)) == "closing"
    assert require("open", "stop_queue", replace(early, reason="选举委员会决定")) == "closing"


def test_under_the_floor_only_by_decision() -> None:
    assert require("closed", "count", replace(READY, ballots=0, floor_decision=True)) == "counting"


def test_who_moves() -> None:
    assert {rule.who for rule in TABLE if rule.name in {"rehearse", "decrypt"}} == {("supervisor",)}
    assert all(rule.who == ("election_official",) for rule in TABLE if rule.name not in {"rehearse", "decrypt"})


def test_require_refuses_only_with_refusals() -> None:
    assert all(issubclass(kind, Refused) for kind in (TooEarly, TooLate, Conflict))


def _status(facts: Facts, state: str = "draft") -> dict[str, Status]:
    steps = statutory(facts.rules, facts.mode, facts.day, hung=Hung(facts.roll_posted))
    return {one.step.name: one.status for one in standing(steps, deeds_of(state, facts), facts.today)}


def test_the_calendar_before_the_day() -> None:
    bare = Facts(today=date(2026, 11, 30), day=DAY)
    assert _status(bare)["post_roll"] is Status.DUE
    assert _status(replace(bare, today=date(2026, 11, 29)))["post_roll"] is Status.AHEAD
    assert _status(replace(bare, today=date(2026, 12, 1)))["post_roll"] is Status.LATE
    late = replace(READY, roll_posted=date(2026, 12, 1))
    assert _status(late)["post_roll"] is Status.DONE_LATE


def test_the_calendar_after_the_day() -> None:
    done = _status(READY, "certified")
    assert {done[name] for name in deeds_of("certified", READY)} == {Status.DONE}
    assert _status(READY, "void")["poll"] is Status.DUE
    # Posted on 30 November: on 5 December objections may still come, on the 6th they are over.
    assert _status(replace(READY, today=date(2026, 12, 5)))["objections"] is Status.DUE
    assert _status(replace(READY, today=date(2026, 12, 6)))["objections"] is Status.DONE
    assert _status(replace(READY, today=date(2026, 12, 9), objections_open=1))["decisions"] is Status.LATE


def test_a_refused_move_names_the_article_and_the_first_day() -> None:
    with pytest.raises(TooEarly) as early:
        require("published", "seal", replace(READY, today=date(2026, 12, 1)))
    assert "最早 2026-12-06 才能封定" in early.value.zh and "第17条" in early.value.zh
    with pytest.raises(TooLate) as late:
        require("sealed", "open", replace(READY, roll_posted=date(2026, 12, 1)))
    assert "最早 2026-12-21 才能投票" in late.value.zh and "Art. 17" in late.value.en
    beijing = replace(READY, profile="beijing", today=date(2026, 12, 16), candidates_posted=None)
    with pytest.raises(TooLate) as formal:
        require("published", "post_candidates", beijing)
    # Posted on the 16th at the earliest: 16 + 5 = 21 December.
    assert "2026-12-15" in formal.value.zh and "选举日最早是 2026-12-21" in formal.value.zh
    assert "《北京市村民委员会选举办法》第20条" in formal.value.zh and "Art. 20" in formal.value.en


#: Each move that a date of the law can forbid: the state, the facts, the first day and the article it must name.
DATED = [
    ("draft", "publish", {"roll_posted": None, "today": date(2026, 12, 1)}, "2026-12-21", "第17条"),
    ("published", "post_candidates", {"today": DAY, "candidates_posted": None}, "2026-12-21", "默认"),
    ("published", "seal", {"today": date(2026, 12, 5)}, "2026-12-06", "第17条"),
    ("published", "seal", {"today": date(2026, 12, 12), "roll_again": date(2026, 12, 8)}, "2026-12-14", "第17条"),
    ("sealed", "open", {"roll_posted": date(2026, 12, 1)}, "2026-12-21", "第17条"),
    ("sealed", "open", {"candidates_posted": DAY}, "2026-12-21", "默认"),
    ("sealed", "open", {"today": date(2026, 12, 19)}, "2026-12-20", "第19条"),
    ("sealed", "open", {"today": date(2026, 12, 21)}, "另定选举日", "第19条"),
]


@pytest.mark.parametrize(("state", "move", "changed", "first", "article"), DATED, ids=str)
def test_every_move_that_a_date_forbids_says_when_and_by_which_article(
    state: str, move: str, changed: dict, first: str, article: str
) -> None:
    with pytest.raises((TooEarly, TooLate)) as refused:
        require(state, move, replace(READY, **changed))
    assert first in refused.value.zh and article in refused.value.zh
    if first[0] == "2":
        assert first in refused.value.en


def test_last_days_off_move_the_sealing_where_the_committee_chose_so() -> None:
    """Posted on Monday 30 November: 5 December is a Saturday, objections end on Monday the 7th."""
    moved = replace(READY, options={"holiday_moves": "yes"}, today=date(2026, 12, 7))
    assert moved.objections_end == date(2026, 12, 7)
    with pytest.raises(TooEarly, match="objections_running"):
        require("published", "seal", moved)
    assert require("published", "seal", replace(moved, today=date(2026, 12, 8))) == "sealed"


def test_a_poll_that_follows_another_has_no_calendar_of_its_own() -> None:
    second = replace(READY, kind="second", profile="beijing", candidates_posted=DAY)
    assert require("published", "post_candidates", second) == "published"
    assert require("sealed", "open", second) == "open"
