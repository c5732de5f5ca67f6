"""Count sheets: their sums, their differences, both channels added once; what no order and no vote more may change."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voting.elections.count.merging import with_paper
from voting.elections.count.rules import CountFacts, OfficeCount, decide
from voting.elections.paper.channels import Outlet, Tablets, merge, outlets_of
from voting.elections.paper.sent import LINES, fields_of, lines_of, number, sheet_from, unlike
from voting.elections.paper.sheets import (
    BoxSheet,
    OfficeSheet,
    add,
    as_data,
    check_sheet,
    differences,
    from_data,
    settle_names,
)
from voting.errors import Malformed
from voting.law.profiles import Mode

NAMES = ("甲", "乙", "丙")
SEATS = 2
#: One paper: names marked, or a class of its own.
papers = st.one_of(
    st.sets(st.sampled_from((*NAMES, "丁某")), max_size=SEATS), st.sampled_from(["void", "spoilt", "unknown"])
)


def count(box: list[object]) -> BoxSheet:
    """What honest counters make of a box, paper by paper."""
    votes, written, void, blank, spoilt, unknown, unused = dict.fromkeys(NAMES, 0), 0, 0, 0, 0, 0, 0
    for paper in box:
        if paper == "void":
            void += 1
        elif paper == "spoilt":
            spoilt += 1
        elif paper == "unknown":
            unknown, unused = unknown + 1, unused + SEATS - 1
        elif not paper:
            blank += 1
        else:
            for name in paper:  # type: ignore[attr-defined]  # a set of names
                votes[name] = votes[name] + 1 if name in votes else 0
                written += name not in NAMES
            votes.pop("丁某", None)
            unused += SEATS - len(paper)  # type: ignore[arg-type]  # as above
    wrote = (("丁某", written),) if written else ()
    return BoxSheet(
        len(box), void, (OfficeSheet("委员", SEATS, tuple(votes.items()), wrote, blank, spoilt, unknown, unused),)
    )


def facts(sheet: BoxSheet | None, *, tablets: dict[str, int] | None = None, issued: int = 400) -> CountFacts:
    cast = tablets or {"甲": 6, "乙": 5, "丙": 1}
    alone = CountFacts(Mode.ALL_VOTERS, 1000, 20, 10, (OfficeCount("委员", SEATS, cast),))
    return with_paper(alone, sheet, (), papers_issued=issued, legal_record="tablet")


@given(st.lists(papers, max_size=40))
def test_every_honest_box_adds_up(box: list[object]) -> None:
    check_sheet(count(box))


@given(st.lists(st.lists(papers, max_size=12), min_size=1, max_size=5), st.randoms())
def test_the_order_of_papers_and_boxes_never_matters(boxes: list[list[object]], dice: object) -> None:
    whole = add([count(box) for box in boxes])
    mixed = [list(box) for box in boxes]
    dice.shuffle(mixed)  # type: ignore[attr-defined]  # Hypothesis' random
    for box in mixed:
        dice.shuffle(box)  # type: ignore[attr-defined]  # as above
    assert add([count(box) for box in mixed]) == whole
    # And all papers in one box are the same count.
    assert replace(add([count([one for box in boxes for one in box])])) == whole


@settings(max_examples=60)
@given(st.lists(papers, max_size=60), st.sampled_from(NAMES))
def test_a_vote_more_never_unseats(box: list[object], name: str) -> None:
    """A paper that was blank names somebody instead: that person is elected still if they were before."""
    sheet = count([*box, set()])
    more = count([*box, {name}])
    before, after = decide(facts(sheet)).offices[0].outcome, decide(facts(more)).offices[0].outcome
    assert name not in before.elected or name in after.elected


@given(st.lists(papers, max_size=30))
def test_both_channels_reconcile(box: list[object]) -> None:
    sheet = count(box)
    merged = facts(sheet)
    [office] = merged.offices
    assert merged.collected == 10 + len(box)
    assert sum(office.votes.values()) == sum(office.tablet.values()) + sum(office.paper.values())
    [decided] = decide(merged).offices
    used = sum(office.votes.values()) + office.over_vote_loss + decided.unused
    assert used == SEATS * merged.collected


@given(st.lists(papers, max_size=20))
def test_a_sheet_survives_its_record(box: list[object]) -> None:
    assert from_data(as_data(count(box))) == count(box)


def test_two_entries_name_what_differs() -> None:
    one = count([{"甲"}, {"甲", "乙"}, "void"])
    other = count([{"甲"}, {"乙", "丙"}, "void"])
    found = {(each.zh, each.first, each.second) for each in differences(one, other)}
    assert found == {("委员 甲", 2, 1), ("委员 丙", 0, 1)}
    assert differences(one, one) == ()


def test_a_written_name_becomes_a_candidate_a_person_or_nobody() -> None:
    office = OfficeSheet("委员", 2, (("甲", 1),), (("甲某", 1), ("丁", 2), ("无名", 1)), unused=3)
    sheet = BoxSheet(4, 0, (office,))
    settled = settle_names(sheet, {("委员", "甲某"): "甲", ("委员", "丁"): "丁（9 号）", ("委员", "无名"): None})
    [one] = settled.offices
    assert (one.votes, one.written, one.unknown) == ((("甲", 2),), (("丁（9 号）", 2),), 1)
    check_sheet(settled)
    with pytest.raises(KeyError):
        settle_names(sheet, {})


def test_where_paper_is_the_record_the_tablets_only_check() -> None:
    sheet = count([{"甲"}, {"甲", "乙"}, {"乙"}])
    tablets = [Tablets("委员", SEATS, (("甲", 2), ("乙", 1), ("丙", 0)), 0)]
    [one] = merge(tablets, sheet, legal_record="paper")
    assert one.votes == {"甲": 2, "乙": 2, "丙": 0}
    assert (one.tablet["乙"], one.paper["乙"]) == (1, 2)
    alone = CountFacts(Mode.ALL_VOTERS, 5, 3, 3, (OfficeCount("委员", SEATS, {"甲": 2, "乙": 1, "丙": 0}),))
    counted = with_paper(alone, sheet, (), papers_issued=0, legal_record="paper")
    assert (counted.collected, counted.issued) == (3, 3)


def test_a_box_fuller_than_what_was_issued_for_it_voids_the_poll() -> None:
    outlets = outlets_of([(1, "main", 0, 7), (2, "mobile", 2, 3)], 9)
    assert outlets == (Outlet("大厅票箱", "the boxes of the hall", 7, 7), Outlet("2 号流动票箱", "mobile box 2", 2, 3))
    outcome = decide(replace(facts(count([{"甲"}])), outlets=outlets))
    assert (outcome.valid, outcome.reason, str(outcome.next)) == (False, "collected>issued", "rerun")
    assert [one.outcome.elected for one in outcome.offices] == [()]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"collected": 3}, "PAPER_SUM"),
        ({"void": 9}, "PAPER_FIGURES"),
        ({"collected": 100_001}, "PAPER_FIGURES"),
    ],
)
def test_a_sheet_that_cannot_be_is_refused(change: dict[str, int], code: str) -> None:
    with pytest.raises(Malformed) as caught:
        check_sheet(replace(count([{"甲"}, {"乙"}]), **change))
    assert caught.value.code == code


@pytest.mark.parametrize("data", [None, {}, {"collected": 1, "void": 0, "offices": {}}, {"collected": -1}])
def test_what_is_no_sheet_is_no_sheet(data: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_data(data)


# --- as the page sends it -------------------------------------------------------------------------------------------


def test_more_names_than_the_page_began_with_are_read_back_and_shown_with_empty_lines() -> None:
    wrote = tuple((f"另{place}", 1) for place in range(LINES + 1))
    empty = BoxSheet(0, 0, (OfficeSheet("主任", 1, (("甲", 0),)),))
    full = BoxSheet(20, 0, (OfficeSheet("主任", 1, (("甲", 7),), written=wrote),))
    assert sheet_from(fields_of(full), empty) == full
    assert (lines_of({}, empty), lines_of({}, full), lines_of(fields_of(full), empty)) == ((12,), (19,), (19,))


def test_the_fields_in_which_two_entries_differ() -> None:
    one = BoxSheet(2, 0, (OfficeSheet("主任", 1, (("甲", 1), ("乙", 1))),))
    other = BoxSheet(2, 0, (OfficeSheet("主任", 1, (("甲", 2), ("乙", 0))),))
    assert unlike(one, one) == frozenset() and unlike(one, other) == {"v0-0", "v0-1"}


@pytest.mark.parametrize("typed", ["²", "①", "3.5", "-1", "1234567", "九"])
def test_what_is_no_number_of_papers(typed: str) -> None:
    with pytest.raises(Malformed) as refusal:
        number(typed)
    assert refusal.value.code == "PAPER_NUMBER"
    assert (number("１２"), number(" "), number("007")) == (12, 0, 7)
