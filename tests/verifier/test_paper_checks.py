"""Check 14 and what 10 and 12 make of paper: an honest bundle with papers, a mobile box and proxies, and attacks on it.

As for the other checks: switched off, the forged bundle passes, so no other check stands behind it.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bundle_build import Data, Files, Forger, a_forger, write
from count_build import certify
from election_build import Built
from house_build import Clock, House, build_house
from paper_build import a_decided_paper_election

from audit import Entry
from verifier import cards, outcome, paper, times
from verifier.checks import CHECKS, verify_bundle
from verifier.printed import text
from verifier.report import Lacking, Verdict
from verifier.story import Story
from voting.box import events
from voting.config import for_folder
from voting.elections.count.exports import rows
from voting.elections.paper.sheets import as_data, from_data
from voting.errors import Malformed

Off = tuple[tuple[object, str], ...]


@pytest.fixture(scope="module")
def paper_forger(tmp_path_factory: pytest.TempPathFactory) -> Forger:
    house = build_house(for_folder(tmp_path_factory.mktemp("paper-house")), Clock())

    def certified(house: House) -> Built:
        built = a_decided_paper_election(house)
        certify(built, number="样例〔2026〕2 号")
        return built

    made = a_forger(house, certified)
    house.engine.dispose()
    return made


def nothing(*_: object, **__: object) -> None:
    """A check that is switched off."""


def told(kind: str, which: Callable[[Data], bool] = lambda _data: True, **change: Any) -> Callable[[str, Data], Data]:
    return lambda entry, data: data | change if entry == kind and which(data) else data


def box(number: int) -> Callable[[Data], bool]:
    return lambda data: data["paper_box"] == number


def without(*kinds: str, which: Callable[[Data], bool] = lambda _data: True) -> Callable[[str, Data], Data | None]:
    return lambda entry, data: None if entry in kinds and which(data) else data


def twice(kind: str) -> Callable[[list[Entry]], list[Entry]]:
    return lambda entries: [one for entry in entries for one in ([entry, entry] if entry.type == kind else [entry])]


def one_more_vote(forger: Forger) -> Files:
    """The first candidate of the second office gets a vote that was unused; nobody counts the marks."""

    def moved(kind: str, data: Data) -> Data:
        if kind != "papers_reconciled":
            return data
        sheet = as_data(from_data(data["sheet"]))
        sheet["offices"][1]["votes"][0][1] = 7
        return data | {"sheet": sheet}

    return forger.build(retell=moved)


def moved_behind(kind: str, anchor: str) -> Callable[[list[Entry]], list[Entry]]:
    """The first entry of this kind stands behind the first of the other, with its time."""

    def moved(entries: list[Entry]) -> list[Entry]:
        late = next(one for one in entries if one.type == kind)
        rest = [one for one in entries if one is not late]
        at = next(place for place, one in enumerate(rest) if one.type == anchor) + 1
        return [*rest[:at], replace(late, at=rest[at - 1].at, clock=None), *rest[at:]]

    return moved


def gone(forger: Forger, **decision: int) -> Files:
    """Two papers are missing at closing of the ledger; ``decision``: what the committee is said to have decided."""
    honest = next(one.data for one in forger.entries if one.type == "papers_reconciled")
    where = {name: honest[name] for name in ("election", "box", "by")}
    said = {"unused": 19, "missing": 2, "surplus": 0, "reason": "数过三遍", "in_favour": 5, "against": 0} | decision

    def decided(entries: list[Entry]) -> list[Entry]:
        at = next(place for place, one in enumerate(entries) if one.type == "papers_reconciled")
        told = replace(entries[at], type="papers_missing_decided", data=where | said)
        return [*entries[:at], *([told] if decision else []), *entries[at:]]

    return forger.build(
        retell=told("papers_reconciled", unused=19, missing=2),
        moved=decided,
        state=lambda document: replace(document, papers=replace(document.papers, unused=19, missing=2)),
    )


def doubt(forger: Forger) -> list[tuple[str, Data]]:
    """A doubtful paper of the hall, laid and decided when its box had been agreed upon."""
    agreed = next(one.data for one in forger.entries if one.type == "paper_box_agreed")
    where = {name: agreed[name] for name in ("election", "box", "paper_box", "by")}
    laid = where | {"number": 1, "picture_sha256": "a" * 64}
    decided = laid | {"kind": "void", "in_favour": 4, "against": 1}
    return [("paper_doubtful_laid", laid), ("paper_doubtful_decided", decided)]


def late_proxies(entries: list[Entry]) -> list[Entry]:
    """The list of proxies is posted when the poll is over."""
    (posted,) = [one for one in entries if one.type == "proxies_posted"]
    rest = [one for one in entries if one is not posted]
    at = next(place for place, one in enumerate(rest) if one.type == "box_closed") + 1
    late = posted.__class__(**{**vars_of(posted), "at": rest[at - 1].at, "clock": None})
    return [*rest[:at], late, *rest[at:]]


def vars_of(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in entry.__dataclass_fields__}


#: Attack → code, how it is made, which checks are switched off for it to pass.
ATTACKS: dict[str, tuple[str, Callable[[Forger], Files], Off]] = {
    "counted_alone": (
        "PRINTED_ALONE",
        lambda forger: forger.build(
            retell=lambda kind, data: data | {"second": data["by"]} if kind == "papers_printed" else data
        ),
        ((paper, "check_printed"),),
    ),
    "never_sealed": (
        "PAPER_BOX_STORY",
        lambda forger: forger.build(retell=without("paper_box_sealed", which=box(1))),
        ((paper, "check_boxes"),),
    ),
    "another_seal": (
        "PAPER_BOX_STORY",
        lambda forger: forger.build(retell=told("paper_box_opened", box(1), seal="封 777")),
        ((paper, "check_boxes"),),
    ),
    "opened_twice": (
        "PAPER_BOX_STORY",
        lambda forger: forger.build(moved=twice("paper_box_opened")),
        ((paper, "check_boxes"),),
    ),
    "entered_by_one": (
        "ENTRIES_NOT_TWO",
        lambda forger: forger.build(
            retell=lambda kind, data: data | {"second": data["first"]} if kind == "paper_box_agreed" else data
        ),
        ((paper, "check_entries"),),
    ),
    "settled_by_nobody": (
        "ENTRIES_NOT_TWO",
        lambda forger: forger.build(retell=told("paper_box_agreed", box(1), differences=3)),
        ((paper, "check_entries"),),
    ),
    "one_more_vote": ("PAPER_SHEET_OTHER", one_more_vote, ((paper, "check_sheets"),)),
    "names_written_in_left_out": (
        "PAPER_SHEET_OTHER",
        lambda forger: forger.build(retell=without("papers_written")),
        ((paper, "check_sheets"),),
    ),
    "two_watchers": (
        "MOBILE_BOX_OTHER",
        lambda forger: forger.build(retell=told("paper_box_sealed", box(2), watchers=2)),
        ((paper, "check_mobile"),),
    ),
    "papers_lost_on_the_way": (
        "MOBILE_BOX_OTHER",
        lambda forger: forger.build(retell=told("paper_box_left", papers=9)),
        ((paper, "check_mobile"),),
    ),
    "reconciled_otherwise": (
        "PAPERS_SUM_OTHER",
        lambda forger: forger.build(retell=told("papers_reconciled", unused=20)),
        ((paper, "check_reconciled"),),
    ),
    "proxies_posted_late": (
        "PROXIES_UNPOSTED",
        lambda forger: forger.build(moved=late_proxies),
        ((paper, "check_proxies"),),
    ),
    "proxies_without_a_list": (
        "PROXIES_UNPOSTED",
        lambda forger: forger.build(retell=without("proxies_posted")),
        ((paper, "check_proxies"),),
    ),
    "a_proxy_counted_twice": (
        "PROXIES_UNPOSTED",
        lambda forger: forger.build(
            retell=told("box_closed", proxies=4),
            state=lambda document: replace(document, figures=replace(document.figures, proxy=4)),
        ),
        ((paper, "check_proxies"),),
    ),
    "one_holder_for_too_many": (
        "PROXIES_OVER_LIMIT",
        lambda forger: forger.build(retell=told("proxies_posted", principals=4)),
        ((paper, "check_proxies"),),
    ),
    "a_limit_over_the_law": (
        "SEALED_OTHER",
        lambda forger: forger.build(retell=told("election_sealed", proxies_max=9)),
        ((outcome, "check_posted"), (outcome, "check_kind")),
    ),
    "a_roll_that_never_hung": (
        "SEALED_OTHER",
        lambda forger: forger.build(retell=told("election_sealed", roll_sha256="a" * 64)),
        ((outcome, "check_posted"),),
    ),
    "other_candidates_hung": (
        "SEALED_OTHER",
        lambda forger: forger.build(retell=told("candidates_posted", offices=[])),
        ((outcome, "check_posted"),),
    ),
    "other_rules_chosen": (
        "SEALED_OTHER",
        lambda forger: forger.build(retell=told("election_created", options={"second_poll_turnout": "no"})),
        ((outcome, "check_posted"),),
    ),
    "doubts_after_the_figures": (
        "DOUBTFUL_OTHER",
        lambda forger: forger.build(more=doubt(forger)),
        ((paper, "check_doubtful"),),
    ),
    "papers_gone_without_a_decision": (
        "PAPERS_MISSING_UNDECIDED",
        gone,
        ((paper, "check_reconciled"),),
    ),
    "papers_gone_by_a_minority": (
        "PAPERS_MISSING_UNDECIDED",
        lambda forger: gone(forger, in_favour=2, against=2),
        ((paper, "check_reconciled"),),
    ),
    "sealed_after_the_poll": (
        "LOG_OUT_OF_TIME",
        lambda forger: forger.build(moved=moved_behind("paper_box_sealed", "box_closed")),
        ((times, "check_around_closing"),),
    ),
    "printed_in_the_poll": (
        "PAPERS_OUT_OF_ORDER",
        lambda forger: forger.build(moved=moved_behind("papers_printed", "box_slot_opened")),
        ((times, "check_papers_in_order"),),
    ),
    "back_before_it_left": (
        "PAPERS_OUT_OF_ORDER",
        lambda forger: forger.build(moved=moved_behind("paper_box_left", "paper_box_back")),
        ((times, "check_papers_in_order"),),
    ),
    "check_ins_of_nobody": (
        "CHECK_INS_OTHER",
        lambda forger: forger.build(
            retell=lambda kind, data: (
                data | {"commitments": data["commitments"][1:]}
                if kind == "box_check_in_batch" and data["channel"] == "paper"
                else data
            )
        ),
        ((cards, "check_check_ins"),),
    ),
    "channel_of_nothing": (
        "CHANNEL_UNKNOWN",
        lambda forger: forger.build(
            retell=lambda kind, data: data | {"channel": "post"} if kind == "box_check_in_batch" else data
        ),
        ((cards, "check_check_ins"),),
    ),
}


def test_an_honest_bundle_with_paper_and_proxies_is_sound(paper_forger: Forger, tmp_path: Path) -> None:
    report = verify_bundle(write(paper_forger.files, tmp_path / "bundle"), paper_forger.committee.key)
    assert (report.findings, report.passed) == ((), tuple(CHECKS))
    document = paper_forger.document
    figures = document.figures
    assert (figures.issued, figures.collected) == (17, 17)
    assert (figures.tablet, figures.paper, figures.mobile, figures.proxy) == (8, 7, 2, 3)
    papers = document.papers
    assert (papers.printed, papers.out, papers.unused, papers.assisted) == (30, 9, 21, 1)
    table = rows(document)
    assert ("印制纸票", 30) in table and ("代写", 1) in table and ("委托投票", 3) in table


def test_an_untouched_rebuild_is_sound(paper_forger: Forger, tmp_path: Path) -> None:
    """What the forger rebuilds without changing anything passes: the attacks below fail for what they change."""
    report = verify_bundle(write(paper_forger.build(), tmp_path / "bundle"), paper_forger.committee.key)
    assert [str(one) for one in report.findings] == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_each_paper_check_alone_stops_its_attack(
    paper_forger: Forger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attack: str
) -> None:
    code, make, off = ATTACKS[attack]
    folder = write(make(paper_forger), tmp_path / "bundle")
    report = verify_bundle(folder, paper_forger.committee.key)
    assert {one.code for one in report.findings} == {code}
    assert report.verdict is not Verdict.SOUND
    for where, name in off:
        monkeypatch.setattr(where, name, nothing)
    blind = verify_bundle(folder, paper_forger.committee.key)
    assert ([str(one) for one in blind.findings], blind.verdict) == ([], Verdict.SOUND)


def test_a_limit_over_the_law_is_found_by_itself(
    paper_forger: Forger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcome, "check_posted", nothing)
    files = paper_forger.build(retell=told("election_sealed", proxies_max=9))
    report = verify_bundle(write(files, tmp_path / "bundle"), paper_forger.committee.key)
    assert {one.code for one in report.findings} == {"PROXIES_OVER_LAW"}


def test_rules_that_do_not_exist_leave_evidence_lacking(paper_forger: Forger, tmp_path: Path) -> None:
    files = paper_forger.build(retell=told("election_created", mode="guild"))
    report = verify_bundle(write(files, tmp_path / "bundle"), paper_forger.committee.key)
    assert {one.code for one in report.findings} == {"RULES_UNKNOWN"}


def test_papers_gone_by_decision_are_sound_and_printed(paper_forger: Forger, tmp_path: Path) -> None:
    report = verify_bundle(write(gone(paper_forger, in_favour=5), tmp_path / "bundle"), paper_forger.committee.key)
    assert [str(one) for one in report.findings] == []
    assert "缺失 2" in text(report, "zh") and "missing 2" in text(report, "en")


def test_papers_of_another_ballot_are_no_sum(paper_forger: Forger, tmp_path: Path) -> None:
    """Boxes of different ballots cannot even be added: check 12 says so."""

    def other(kind: str, data: Data) -> Data:
        if kind != "papers_reconciled":
            return data
        sheet = as_data(from_data(data["sheet"]))
        sheet["offices"] = sheet["offices"][:1]
        return data | {"sheet": sheet}

    # The forger's own sums fail on it just as the verifier's would.
    with pytest.raises(Exception, match="PAPER_FORM_OTHER"):
        paper_forger.build(retell=other)


def test_a_moved_total_is_found_against_the_result(paper_forger: Forger, tmp_path: Path) -> None:
    """The log stays honest, `result.json` moves a vote from paper to the tablet's column."""

    def moved(document: Any) -> Any:
        office = document.offices[0]
        first = office.candidates[0]
        changed = replace(first, tablet=first.tablet + 1, paper=first.paper - 1)
        offices = (replace(office, candidates=(changed, *office.candidates[1:])), *document.offices[1:])
        return replace(document, offices=offices)

    folder = write(paper_forger.build(state=moved), tmp_path / "bundle")
    report = verify_bundle(folder, paper_forger.committee.key)
    assert {one.code for one in report.findings} == {"RESULT_STATES_OTHER"}


def test_more_papers_than_the_roll_are_found(paper_forger: Forger) -> None:
    """The sums of check 10 by themselves, on facts made by hand."""

    story = Story(paper_forger.entries)
    closed = story.only(events.BoxClosed).fact
    cards.check_issued(story, closed)
    for changed, code in (
        (replace(closed, papers_out=closed.papers_out + 20, papers_printed=99), "ISSUED_OVER_ROLL"),
        (replace(closed, papers_printed=8), "PAPERS_OVER_PRINTED"),
        (replace(closed, proxies=14), "PROXIES_OVER_HOLDERS"),
    ):
        with pytest.raises(Malformed) as caught:
            cards.check_issued(story, changed)
        assert caught.value.code == code
    with pytest.raises(Malformed, match="PRINTED_OTHER"):
        paper.check_printed(story, replace(closed, papers_printed=1))
    assert outcome.CountFacts


def test_a_box_without_figures_leaves_evidence_lacking(paper_forger: Forger) -> None:

    entries = [one for one in paper_forger.entries if one.type not in ("paper_box_opened", "paper_box_agreed")]
    story = Story(entries)
    with pytest.raises(Lacking, match="BOXES_UNCOUNTED"):
        paper.check_boxes(story, story.only(events.BoxClosed))


def test_where_the_paper_is_the_record_no_boxes_are_no_count(paper_forger: Forger) -> None:
    """Without a word of boxes the tablets' count would pass for the record."""

    by_paper = [
        replace(one, data=one.data | {"legal_record": "paper"}) if one.type == "election_sealed" else one
        for one in paper_forger.entries
        if not one.type.startswith("paper_box")
    ]
    story = Story(by_paper)
    with pytest.raises(Lacking, match="BOXES_UNCOUNTED"):
        paper.check_boxes(story, story.only(events.BoxClosed))


def test_a_paper_back_before_one_person_alone(paper_forger: Forger) -> None:

    like = next(one for one in paper_forger.entries if one.type == "papers_printed")
    who, what = {"by": "a", "second": "a", "reason": "left"}, {"commitment": "c", "papers_returned": 1}
    alone = replace(like, type="box_paper_returned", data={"box": like.data["box"]} | who | what)
    with pytest.raises(Malformed, match="ONE_PERSON_ALONE"):
        times.check_two_people(Story([*paper_forger.entries, alone]))


def test_names_written_in_for_an_office_of_no_ballot(paper_forger: Forger) -> None:
    change = {"office": "顾问"}
    story = Story(
        replace(one, data=one.data | change) if one.type == "papers_written" else one for one in paper_forger.entries
    )
    with pytest.raises(Malformed, match="PAPER_SHEET_OTHER"):
        paper.check_sheets(story)


def test_boxes_without_a_ledger_leave_evidence_lacking(paper_forger: Forger) -> None:
    story = Story([one for one in paper_forger.entries if one.type != "papers_reconciled"])
    with pytest.raises(Lacking, match="PAPERS_OPEN"):
        paper.check_reconciled(story, story.only(events.BoxClosed).fact)


@pytest.mark.parametrize("change", [{"sheet": {}}, {"collected": 8}])
def test_the_sum_is_of_the_boxes(paper_forger: Forger, change: Data) -> None:
    """No sum at all, or a box that is said to hold another number of papers."""
    kind = "papers_reconciled" if "sheet" in change else "paper_box_agreed"
    entries = [replace(one, data=one.data | change) if one.type == kind else one for one in paper_forger.entries]
    story = Story(entries)
    with pytest.raises(Malformed, match=r"PAPER_SHEET_OTHER|PAPERS_SUM_OTHER"):
        paper.check_reconciled(story, story.only(events.BoxClosed).fact)
    if "collected" in change:
        with pytest.raises(Malformed, match="PAPER_SHEET_OTHER"):
            paper.check_sheets(story)
