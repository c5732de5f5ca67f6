"""The official's overview: one thing to do now at every stage, and nothing that nobody can act on."""

from dataclasses import replace
from datetime import date

import pytest

from voting.elections.facts import Facts
from voting.elections.lifecycle import ENDED, OFFICIAL, RULES, STATES, TABLE
from voting.elections.overview import _LEADING, _SUPPLY, COUNT_MOVES, Own, overview, supervisors_next
from voting.law.profiles import Mode

DAY = date(2026, 12, 20)
READY = Facts(
    today=DAY, day=DAY, offices=2, roll=100, roll_posted=date(2026, 11, 28), candidates_posted=date(2026, 12, 10),
    trustees=3, keys=3, cards=102, cards_needed=100, cards_allowed=102, rehearsals=3, tablets=1, closing_time=True,
    ballots=60, shares=3, result=True,
)  # fmt: skip


@pytest.mark.parametrize("state", [state for state in STATES if state not in ENDED])
def test_with_everything_ready_the_next_move_is_offered(state: str) -> None:
    now = overview(state, READY).now
    assert now is not None
    leading = "seal" if state == "published" else _LEADING[state]
    assert now.title.zh == RULES[leading].zh
    assert (now.move, now.place) == (("", "count") if leading in COUNT_MOVES else (leading, ""))


@pytest.mark.parametrize("state", ENDED)
def test_an_ended_election_asks_for_nothing(state: str) -> None:
    view = overview(state, READY)
    assert view.now is None and view.locked == () and view.others == ()


@pytest.mark.parametrize(
    ("state", "changed", "title", "place"),
    [
        ("draft", {"roll": 0}, "导入选民名单", "roll"),
        ("published", {"candidates_posted": None, "offices_short": ("主任",)}, "补充候选人", "candidates"),
        ("published", {"candidates_posted": None, "candidate_errors": 1}, "逐人核对候选人", "candidates"),
        ("published", {"keys": 2}, "请监督委员建密钥", "keys"),
        ("draft", {"unconfirmed": 1}, "录入登记类别的确认", "roll"),
        ("draft", {"roll": 0, "registered": 9, "mode": Mode.HOUSEHOLD_REPS}, "录入代表名单", "roll/representatives"),
        ("published", {"objections_open": 1}, "处理名单异议", "roll/objections"),
        ("published", {"cards": 0}, "请两位监督委员制卡", "keys"),
        ("sealed", {"rehearsals": 2}, "请监督委员演练解密", "keys"),
        ("sealed", {"tablets": 0}, "配对平板", "kiosks"),
        ("closed", {"cards_unscanned": 4}, "扫描未用的卡", "desk"),
        ("closed", {"cards_unscanned": 4, "pile_voted": 1}, "查清投过票的卡", "count"),
        ("counting", {"shares": 1}, "请监督委员解密", "count"),
    ],
)
def test_what_is_missing_leads_to_where_it_is_supplied(
    state: str, changed: dict[str, object], title: str, place: str
) -> None:
    now = overview(state, replace(READY, **changed)).now  # type: ignore[arg-type]
    assert now is not None
    assert (now.title.zh, now.place, now.move) == (title, place, "")
    assert now.text.zh and now.text.en


def test_what_can_be_done_comes_before_what_must_be_waited_for() -> None:
    eve = replace(READY, today=date(2026, 12, 19))
    waiting = overview("sealed", eve).now
    assert waiting is not None and waiting.waiting and waiting.title.zh == "一切就绪，等到选举日"
    busy = overview("sealed", replace(eve, tablets=0)).now
    assert busy is not None and not busy.waiting and busy.place == "kiosks"


def test_a_reason_that_is_typed_with_the_move_locks_nothing() -> None:
    view = overview("open", replace(READY, closing_time=False))
    assert view.locked == ()
    assert {move.name for move in view.others} == {"pause", "lengthen", "stop_queue", "void"}
    assert view.now is not None and view.now.waiting


def test_posted_candidates_are_not_offered_again() -> None:
    assert "post_candidates" not in {move.name for move in overview("published", READY).others}
    # With something missing for sealing, a changed list may be posted at once.
    changed = overview("published", replace(READY, candidates_posted=None, today=date(2026, 12, 19)))
    assert changed.now is not None and changed.now.move == "post_candidates"


def test_locked_moves_say_what_is_missing() -> None:
    locked = {move.name: move for move in overview("published", replace(READY, keys=0, cards=0)).locked}
    assert set(locked) == {"seal"} and len(locked["seal"].missing) == 2


def test_every_need_of_an_officials_move_has_a_place_or_a_form() -> None:
    typed_in = {"reason_missing", "not_later"}
    needs = {need.code for rule in TABLE if OFFICIAL in rule.who for need in rule.needs}
    assert needs - typed_in <= _SUPPLY.keys()


@pytest.mark.parametrize(
    ("state", "own", "changed", "title", "place"),
    [
        ("draft", Own(False, False, False), {}, "建自己的密钥", "trustee"),
        ("published", Own(True, False, False), {"keys": 2}, "等其他监督委员建密钥", ""),
        ("published", Own(True, False, False), {"cards": 0}, "两位监督委员一起制卡", "cards"),
        ("published", Own(True, False, False), {"cards": 103}, "两位监督委员一起制卡", "cards"),
        ("published", Own(True, False, False), {}, "等选举工作人员封定选举", ""),
        ("sealed", Own(True, False, False), {}, "演练解密", "trustee"),
        ("sealed", Own(True, True, False), {}, "等选举日开始投票", ""),
        ("open", Own(True, True, False), {}, "在场监督投票", ""),
        ("closed", Own(True, True, False), {}, "等选举工作人员办下一步", ""),
        ("counting", Own(True, True, False), {}, "解密", "trustee"),
        ("counting", Own(True, True, True), {}, "等选举工作人员办下一步", ""),
        ("decided", Own(False, False, False), {}, "等选举工作人员办下一步", ""),
    ],
)
def test_a_supervisor_is_told_what_to_do_or_to_wait_for(
    state: str, own: Own, changed: dict[str, object], title: str, place: str
) -> None:
    now = supervisors_next(state, replace(READY, **changed), own)  # type: ignore[arg-type]
    assert now is not None
    assert (now.title.zh, now.place, now.waiting) == (title, place, not place)
    assert now.text.zh.endswith("。") and now.text.en.endswith(".")


@pytest.mark.parametrize("state", ENDED)
def test_a_supervisor_has_nothing_left_when_the_election_has_ended(state: str) -> None:
    assert supervisors_next(state, READY, Own(True, True, True)) is None
