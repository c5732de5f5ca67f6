"""``python -m verifier BUNDLE``: the honest bundle, cards where they should not lie, evidence that is not there."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bundle_build import Files, Forger, codes, write, zipped

from verifier import bundle, printed, story
from verifier.checks import CHECKS, verify_bundle
from verifier.report import Lacking, Verdict
from voting.box import events
from voting.crypto import trustees
from voting.elections.count import certificate, exports
from voting.errors import Malformed
from voting.pdf_signature import fingerprint
from voting.zips import zip_of

ALL = tuple(CHECKS)


# --- the honest bundle ------------------------------------------------------------------------------------------------


def test_the_certified_bundle_is_sound(forger: Forger, honest: Path) -> None:
    report = verify_bundle(honest, forger.committee.key)
    assert (report.verdict, report.findings, report.passed) == (Verdict.SOUND, (), ALL)
    facts = report.facts
    assert facts.outcome is not None and facts.outcome.valid
    assert facts.document == forger.document
    assert facts.log_key == forger.log.key
    assert facts.authority == fingerprint(forger.files["authority.pem"])


@pytest.mark.parametrize("prefix", ["", "选举结果/"])
def test_as_a_zip(forger: Forger, tmp_path: Path, prefix: str) -> None:
    path = zipped(forger.files, tmp_path / "bundle.zip", prefix)
    assert verify_bundle(path, forger.committee.key).verdict is Verdict.SOUND


def test_as_the_zip_of_the_public_page(forger: Forger, tmp_path: Path) -> None:
    (tmp_path / "bundle.zip").write_bytes(zip_of(forger.files, forger.document.certified_at))
    assert verify_bundle(tmp_path / "bundle.zip", forger.committee.key).verdict is Verdict.SOUND


def test_the_forger_repairs_everything(forger: Forger, tmp_path: Path) -> None:
    """Otherwise the attacks would be caught by their own seams. Made anew, the honest bundle is the honest bundle."""
    again = forger.build()
    signed = {"result.pdf", "result.xlsx", "manifest.txt"}  # hold times or fresh signatures
    named = {name for name in forger.files if name.startswith("log/checkpoints/")}
    assert {name for name in forger.files if forger.files[name] != again.get(name)} <= signed | named
    assert codes(write(again, tmp_path / "again"), forger) == set()


def test_the_names_are_those_of_the_certificate() -> None:
    assert (bundle.MANIFEST, bundle.ARCHIVE, bundle.LOG_VKEY) == (
        certificate.MANIFEST,
        certificate.ARCHIVE,
        certificate.LOG_VKEY,
    )
    assert (
        certificate.CERTIFICATE,
        certificate.RESULT,
        certificate.CSV,
        certificate.XLSX,
        certificate.PDF,
        f"{certificate.LOG}/",
    ) == (bundle.AUTHORITY, bundle.RESULT, bundle.CSV, bundle.XLSX, bundle.PDF, bundle.LOG)


# --- cards that lie where they should not -----------------------------------------------------------------------------


def test_a_used_card_laid_back_on_a_whole_pile_is_no_fault(forger: Forger, tmp_path: Path) -> None:
    files = forger.build(more=[("box_unused_card_voted", pile_card(forger, 0))] * 2)
    report = verify_bundle(write(files, tmp_path / "b"), forger.committee.key)
    assert (report.verdict, report.findings, report.passed) == (Verdict.SOUND, (), ALL)
    (note,) = report.facts.card_notes
    assert "1 张投过票的卡" in note[0] and "9 people" in note[1]
    assert "注意：剩下的卡里另有 1 张" in printed.text(report, "zh") and "Note: 1 card" in printed.text(report, "en")
    assert json.loads(printed.as_json(report))["facts"]["card_notes"] == [{"zh": note[0], "en": note[1]}]


def test_an_honest_bundle_has_no_note(forger: Forger, honest: Path) -> None:
    assert verify_bundle(honest, forger.committee.key).facts.card_notes == ()


def test_missing_cards_that_were_decided_upon_are_printed(forger: Forger, tmp_path: Path) -> None:
    files = forger.build(more=[("cards_missing_decided", missing_cards(forger, 4, 2))], retell=pile_not_whole)
    report = verify_bundle(write(files, tmp_path / "b"), forger.committee.key)
    assert (report.verdict, report.findings, report.passed) == (Verdict.SOUND, (), ALL)
    assert "制卡 17 = 发卡 11 + 未用 4 + 缺 2" in printed.text(report, "zh")
    assert report.facts.document is not None
    assert (report.facts.document.cards.unused, report.facts.document.cards.missing) == (4, 2)
    assert "未用 4，缺 2" in printed.text(report, "zh") and "unused 4, missing 2" in printed.text(report, "en")
    assert ("缺卡", "2") in exports.read_csv(files["result.csv"])


def test_cards_found_after_the_decision_make_the_pile_whole(forger: Forger, tmp_path: Path) -> None:
    files = forger.build(more=[("cards_missing_decided", missing_cards(forger, 4, 2))])
    report = verify_bundle(write(files, tmp_path / "b"), forger.committee.key)
    assert (report.verdict, report.facts.card_notes) == (Verdict.SOUND, ())


@pytest.mark.parametrize(("voted", "order"), [(0, 1), (2, 1), (1, -1)])
def test_a_decision_covers_only_the_voted_cards_that_it_names(
    forger: Forger, tmp_path: Path, voted: int, order: int
) -> None:
    decided = missing_cards(forger, 5, 1, voted)
    more = [("box_unused_card_voted", pile_card(forger, 0)), ("cards_missing_decided", decided)]
    files = forger.build(more=more[::order], retell=pile_not_whole)
    report = verify_bundle(write(files, tmp_path / "b"), forger.committee.key)
    assert (report.verdict, report.findings[0].code) == (Verdict.TAMPERED, "UNUSED_CARD_VOTED")


def test_a_used_card_exchanged_for_an_unused_one_is_printed(forger: Forger, tmp_path: Path) -> None:
    """One voter must not be able to void the poll: the committee decided, knowing of the card."""
    decided = missing_cards(forger, 5, 1, voted=1)
    more = [("box_unused_card_voted", pile_card(forger, 0)), ("cards_missing_decided", decided)]
    files = forger.build(more=more, retell=pile_not_whole)
    report = verify_bundle(write(files, tmp_path / "b"), forger.committee.key)
    assert (report.verdict, report.findings, report.passed) == (Verdict.SOUND, (), ALL)
    assert "务必查问：剩下的卡里有 1 张投过票的卡" in printed.text(report, "zh")
    assert "Ask about this: 1 card(s) with a ballot" in printed.text(report, "en")


def missing_cards(forger: Forger, unused: int, missing: int, voted: int = 0) -> dict[str, Any]:
    sealed = next(one.data for one in forger.entries if one.type == "election_sealed")
    said = {"unused": unused, "missing": missing, "voted": voted, "reason": "掉进水沟", "by": "x"}
    return {"election": sealed["election"], "box": sealed["box"], **said}


def pile_not_whole(kind: str, data: dict[str, Any]) -> dict[str, Any] | None:
    return None if kind == "box_unused_scanned" else data


def pile_card(forger: Forger, card: int) -> dict[str, Any]:
    """The fact that this card, found on the pile, has a ballot."""
    closed = next(one.data for one in forger.entries if one.type == "box_closed")
    return {"box": closed["box"], "credential": forger.small.public(card), "by": "x"}


# --- evidence that is not there ---------------------------------------------------------------------------------------


def test_without_a_key_everything_else_is_checked(honest: Path) -> None:
    report = verify_bundle(honest, None)
    assert report.verdict is Verdict.LACKING
    assert [finding.code for finding in report.findings] == ["COMMITTEE_KEY_NONE"]
    assert report.passed == tuple(number for number in ALL if number != 2)
    assert "--key" in printed.text(report, "zh") and "notice board" in printed.text(report, "en")


def test_no_result_yet(forger: Forger, tmp_path: Path) -> None:
    raw = forger.small.file(forger.ballots, until="PartialDecryption")
    files = forger.sign(forger.files | {"ballots.bel": raw})
    report = verify_bundle(write(files, tmp_path / "b"), forger.committee.key)
    assert report.verdict is Verdict.LACKING
    assert {(one.check, one.code) for one in report.findings} == {(9, "RESULT_MISSING")}
    assert 12 not in report.passed


def test_too_few_decryptions_and_yet_a_result(forger: Forger, tmp_path: Path) -> None:
    tally = forger.small.tally(forger.ballots)
    shares = forger.small.shares(tally)
    result = trustees.result_record(forger.small.counts(tally, shares))
    files = forger.build(forger.small.file(forger.ballots, shares={1: shares[1]}, result=result))
    report = verify_bundle(write(files, tmp_path / "b"), forger.committee.key)
    assert (report.verdict, report.findings[0].code) == (Verdict.TAMPERED, "RESULT_SHARES")


@pytest.mark.parametrize(
    ("left_out", "check", "code"),
    [
        ("box_closed", 10, "LOG_SILENT"),
        ("box_cards_received", 10, "LOG_SILENT"),
        ("box_anchored", 11, "LOG_SILENT"),
        ("box_slot_opened", 11, "LOG_SILENT"),
        ("outcome_decided", 12, "LOG_SILENT"),
    ],
)
def test_a_log_that_does_not_say(forger: Forger, tmp_path: Path, left_out: str, check: int, code: str) -> None:
    files = relogged(forger, [one for one in forger.entries if one.type != left_out])
    report = verify_bundle(write(files, tmp_path / "b"), forger.committee.key)
    assert (check, code) in {(one.check, one.code) for one in report.findings}
    assert report.verdict is not Verdict.SOUND


def relogged(forger: Forger, entries: list[Any]) -> Files:
    log, _ = forger.log_files(entries)
    kept = {name: raw for name, raw in forger.files.items() if not name.startswith("log/")}
    return forger.sign(kept | {f"log/{name}": raw for name, raw in log.items()})


def test_a_fact_told_twice_is_refused(forger: Forger) -> None:
    told = story.Story([one for one in forger.entries for _ in range(2)])
    with pytest.raises(Malformed, match="LOG_SAID_TWICE"):
        told.only(events.BoxClosed)


@pytest.mark.parametrize(
    "data",
    [
        {"casts": True},
        {"casts": "9"},
        {"casts": -1},
        {"casts": None},
        {"head": 5},
        {"more": 1},
    ],
)
def test_a_fact_in_an_unknown_form_is_never_sound(forger: Forger, data: dict[str, Any]) -> None:
    (closed,) = [one for one in forger.entries if one.type == "box_closed"]
    with pytest.raises(Lacking, match="LOG_FACT_FORM"):
        story.Story([replace(closed, data=closed.data | data)]).only(events.BoxClosed)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("election_sealed", {"offices": [{"title": "主任", "seats": 1}]}),
        ("election_sealed", {"offices": ["主任"]}),
        ("election_sealed", {"offices": [{"title": "主任", "seats": 1, "candidates": [1]}]}),
        ("election_sealed", {"day": "2026-02-30"}),
        ("outcome_decided", {"elected": [["主任", "甲"]]}),
        ("outcome_decided", {"valid": 1}),
    ],
)
def test_facts_of_the_election_in_an_unknown_form(forger: Forger, kind: str, data: dict[str, Any]) -> None:
    from voting.elections.events import ElectionSealed, OutcomeDecided

    (entry,) = [one for one in forger.entries if one.type == kind]
    with pytest.raises(Lacking, match="LOG_FACT_FORM"):
        for fact in (ElectionSealed, OutcomeDecided):
            story.Story([replace(entry, data=entry.data | data)]).all(fact)
