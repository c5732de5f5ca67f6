"""``python -m verifier BUNDLE``: the honest bundle, hostile containers, lacking evidence, the command line."""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bundle_build import Files, Forger, a_decided_election_with_anchors, facts_of, write, zipped
from count_build import EVENING, PASSPHRASE, certify, committee
from count_build import bundle as certified
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from house_build import House
from small_election import a_small_election

from audit import Signer, sign_note
from verifier import bundle, papers, printed, story
from verifier.__main__ import main
from verifier.checks import CHECKS, verify_bundle
from verifier.report import Lacking, Verdict
from voting import signing
from voting.box import events
from voting.box.rules import acceptance_text
from voting.crypto import records, trustees
from voting.elections.count import certificate, exports
from voting.errors import Malformed
from voting.pdf_signature import fingerprint
from voting.zips import zip_of

ALL = tuple(CHECKS)
ROOT = Path(__file__).parent.parent.parent
REFUSED = ROOT / "tests" / "vectors" / "refused" / "bundles"


@pytest.fixture
def honest(forger: Forger, tmp_path: Path) -> Path:
    return write(forger.files, tmp_path / "bundle")


def codes(path: Path, forger: Forger) -> set[str]:
    return {finding.code for finding in verify_bundle(path, forger.committee.key).findings}


# --- the honest bundle -------------------------------------------------------------------------------------------


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


# --- cards that lie where they should not -------------------------------------------------------------------------


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


def test_a_decision_does_not_cover_a_card_of_the_pile_that_voted(forger: Forger, tmp_path: Path) -> None:
    more = [("box_unused_card_voted", pile_card(forger, 16)), ("cards_missing_decided", missing_cards(forger, 5, 1))]
    files = forger.build(more=more, retell=pile_not_whole)
    report = verify_bundle(write(files, tmp_path / "b"), forger.committee.key)
    assert (report.verdict, report.findings[0].code) == (Verdict.TAMPERED, "UNUSED_CARD_VOTED")


def missing_cards(forger: Forger, unused: int, missing: int) -> dict[str, Any]:
    sealed = next(one.data for one in forger.entries if one.type == "election_sealed")
    said = {"unused": unused, "missing": missing, "reason": "掉进水沟", "by": "x"}
    return {"election": sealed["election"], "box": sealed["box"], **said}


def pile_not_whole(kind: str, data: dict[str, Any]) -> dict[str, Any] | None:
    return None if kind == "box_unused_scanned" else data


def pile_card(forger: Forger, card: int) -> dict[str, Any]:
    """The fact that this card, found on the pile, has a ballot."""
    closed = next(one.data for one in forger.entries if one.type == "box_closed")
    return {"box": closed["box"], "credential": forger.small.public(card), "by": "x"}


# --- evidence that is not there ----------------------------------------------------------------------------------


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


# --- files that cannot be used -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["result.pdf", "ballots.bel", "log/checkpoint", "log.vkey", "manifest.txt"])
def test_a_missing_file_is_named(forger: Forger, tmp_path: Path, name: str) -> None:
    files = {path: raw for path, raw in forger.files.items() if path != name}
    report = verify_bundle(write(files, tmp_path / "b"), forger.committee.key)
    assert report.verdict is Verdict.UNUSABLE
    assert any(one.check == 1 and name in one.zh and name in one.en for one in report.findings)


@pytest.mark.parametrize(
    ("name", "raw", "check", "verdict"),
    [
        ("manifest.txt", b"", 1, Verdict.UNUSABLE),
        ("manifest.txt", b"\xff\n\nx\n", 1, Verdict.UNUSABLE),
        ("manifest.txt", b"some text\n\n\xe2\x80\x94 x AAAAAAAA\n", 1, Verdict.UNUSABLE),
        ("log.vkey", b"\xff", 3, Verdict.UNUSABLE),
        ("log.vkey", b"", 3, Verdict.UNUSABLE),
        ("log/checkpoint", b"", 3, Verdict.UNUSABLE),
        ("ballots.bel", b"", 4, Verdict.UNUSABLE),
        ("result.json", b"{}", 12, Verdict.TAMPERED),
        ("result.csv", b"\xff", 13, Verdict.TAMPERED),
        ("result.xlsx", b"PK", 13, Verdict.TAMPERED),
        ("result.pdf", b"%PDF", 13, Verdict.TAMPERED),
        ("authority.pem", b"x", 13, Verdict.TAMPERED),
    ],
)
def test_files_of_any_bytes_are_findings(
    forger: Forger, tmp_path: Path, name: str, raw: bytes, check: int, verdict: Verdict
) -> None:
    files = forger.files | {name: raw}
    files = files if name == "manifest.txt" else forger.sign(files)
    report = verify_bundle(write(files, tmp_path / "b"), forger.committee.key)
    assert any((one.check, one.verdict) == (check, verdict) for one in report.findings)
    assert report.verdict is verdict


def test_a_damaged_download_is_called_damaged(forger: Forger, tmp_path: Path) -> None:
    """Cut short, or one bit turned: nobody is told of an attack, and the exit stays 2."""
    whole = zipped(forger.files, tmp_path / "whole.zip").read_bytes()
    at = whole.index(b"ballots.bel") + 5_000
    for damaged in (whole[:-2_000], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]):
        (tmp_path / "cut.zip").write_bytes(damaged)
        report = verify_bundle(tmp_path / "cut.zip", forger.committee.key)
        assert report.verdict is Verdict.UNUSABLE
        assert {one.code for one in report.findings} == {"BUNDLE_DAMAGED"}
        said = printed.text(report, "zh") + printed.text(report, "en")
        assert "损坏" in said and "请重新下载" in said and "download it again" in said
        assert "不安全" not in said and "unsafe" not in said


def test_links_are_not_followed(forger: Forger, honest: Path) -> None:
    (honest / "result.csv").unlink()
    (honest / "result.csv").symlink_to("/etc/hostname")
    report = verify_bundle(honest, forger.committee.key)
    assert (report.verdict, [one.code for one in report.findings]) == (Verdict.UNUSABLE, ["BUNDLE_UNSAFE"])


@pytest.mark.parametrize("path", sorted(REFUSED.glob("*.zip")), ids=lambda path: path.stem)
def test_hostile_zips_are_not_opened(forger: Forger, path: Path) -> None:
    report = verify_bundle(path, forger.committee.key)
    assert (report.verdict, report.passed) == (Verdict.UNUSABLE, ())
    assert [(one.check, one.code) for one in report.findings] == [(1, "BUNDLE_UNSAFE")]


def test_no_zip_and_nothing_at_all(forger: Forger, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"not a zip")
    (tmp_path / "empty").mkdir()
    zipped({"readme.txt": b""}, tmp_path / "other.zip")
    for name, code in (
        ("x.zip", "BUNDLE_DAMAGED"),
        ("empty", "BUNDLE_MISSING"),
        ("absent", "BUNDLE_MISSING"),
        ("other.zip", "BUNDLE_MISSING"),
    ):
        report = verify_bundle(tmp_path / name, forger.committee.key)
        assert (report.verdict, report.findings[0].code) == (Verdict.UNUSABLE, code), name


def test_a_zip_with_a_file_beside_the_bundle(forger: Forger, tmp_path: Path) -> None:
    path = zipped(forger.files, tmp_path / "b.zip", "a/")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("result.pdf", b"%PDF")
    assert codes(path, forger) == {"BUNDLE_EXTRA"}


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_zip_cut_or_damaged_anywhere(forger: Forger, tmp_path: Path, share: float) -> None:
    whole = zipped(forger.files, tmp_path / "b.zip").read_bytes()
    at = int(len(whole) * share)
    for raw in (whole[:at], whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :]):
        (tmp_path / "b.zip").write_bytes(raw)
        assert verify_bundle(tmp_path / "b.zip", forger.committee.key).verdict in (Verdict.TAMPERED, Verdict.UNUSABLE)


def test_what_was_not_checked_is_never_sound(forger: Forger, honest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that silently did not run leaves the verdict open."""
    monkeypatch.setattr("verifier.checks._papers", lambda _run: None)
    report = verify_bundle(honest, forger.committee.key)
    assert (report.findings, report.verdict) == ((), Verdict.LACKING)
    assert "证据" in printed.text(report, "zh")


@pytest.mark.parametrize("seed", range(12))
def test_a_changed_byte_anywhere_is_found_and_never_a_crash(forger: Forger, tmp_path: Path, seed: int) -> None:
    """With the manifest as it was: check 1. Signed anew over the damage: the check for that file."""
    chance = random.Random(seed)
    names = [name for name in forger.files if name != "manifest.txt"]
    name = names[seed % len(names)] if seed < len(names) else chance.choice(names)
    raw = bytearray(forger.files[name])
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    files = forger.files | {name: bytes(raw)}
    report = verify_bundle(write(files, tmp_path / "as_it_was"), forger.committee.key)
    assert 1 in {finding.check for finding in report.findings}
    report = verify_bundle(write(forger.sign(files), tmp_path / "signed"), forger.committee.key)
    # A spreadsheet's or a certificate's wrapping may hold bits that mean nothing.
    assert report.verdict is not Verdict.SOUND or name in ("result.xlsx", "authority.pem")


# --- the command line --------------------------------------------------------------------------------------------


def test_text_in_two_languages(forger: Forger, honest: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(honest), "--key", forger.committee.key.text]) == 0
    zh = capsys.readouterr().out
    assert main([str(honest), "--key", forger.committee.key.text, "--lang", "en", "--plain"]) == 0
    en = capsys.readouterr().out
    for number in ALL:
        assert f"{number:2} ✓" in zh and f"{number:2} ✓" in en
    assert "样人丑 6 当选" in zh and "样人丑 6 elected" in en
    for text in (zh, en):
        assert forger.committee.key.text in text and forger.log.key.text in text
        assert fingerprint(forger.files["authority.pem"]) in text
        assert facts_of(forger.files["ballots.bel"]).head in text
    assert "2 × 6 = 12" in zh and zh.endswith("可信：13 项检查全部通过。\n")


def test_the_first_failing_item_and_who_mends_it(
    forger: Forger, honest: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (honest / "result.csv").write_bytes(b"\xff")
    assert main([str(honest), "--key", forger.committee.key.text]) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert re.fullmatch(r"第 1 项没有通过：文件 result.csv .*。怎么办：请向选举委员会重新取得结果包原件。", last)


def test_key_from_a_file(forger: Forger, honest: Path, tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text(forger.committee.key.text + "\n")
    assert main([str(honest), "--key", str(tmp_path / "key.txt"), "--json"]) == 0


def test_exit_codes(forger: Forger, honest: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(honest)]) == 3
    other = Signer("other", bytes(32)).key.text
    assert main([str(honest), "--key", other]) == 2
    assert main([str(tmp_path / "absent"), "--key", other]) == 2
    (tmp_path / "long").write_bytes(b"\xff" * 20_000)
    wrong = ([], ["--key", other], [str(honest), "--key", "x"], [str(honest), "--key", str(tmp_path / "long")])
    for arguments in (*wrong, [str(honest), "--lang", "fr"], [str(honest), "--color"], ["archive"]):
        with pytest.raises(SystemExit) as stopped:
            main(list(arguments))
        assert stopped.value.code == 4


def test_a_key_copied_with_unseen_characters_is_the_key(forger: Forger, honest: Path) -> None:
    key = forger.committee.key
    copied = "\u200b".join(key.text[:40]) + key.text[40:60] + "\n  " + key.text[60:] + "\ufeff"
    assert copied != key.text
    assert main([str(honest), "--key", copied, "--json"]) == 0


def test_json(forger: Forger, honest: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(honest), "--key", forger.committee.key.text, "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["verdict"], value["exit"], value["passed"], value["first"]) == ("sound", 0, list(ALL), None)
    assert value["facts"]["outcome"]["elected"] == {"主任": ["样人丑"], "委员": ["样人寅", "样人卯"]}
    assert value["facts"]["archive"]["ballots"] == 9
    (honest / "extra").write_bytes(b"")
    assert main([str(honest), "--json"]) == 2
    value = json.loads(capsys.readouterr().out)
    assert (value["first"]["check"], value["findings"][0]["code"]) == (1, "BUNDLE_EXTRA")


def test_hostile_words_do_not_reach_the_terminal(forger: Forger, tmp_path: Path) -> None:
    """A direction mark in a title would let a forged line be read as another."""
    title = "样例\u202e举选"
    report = verify_bundle(write(forger.files, tmp_path / "b"), forger.committee.key)
    assert report.facts.document is not None
    report.facts.document = replace(report.facts.document, title=title)
    assert "\u202e" not in printed.text(report, "zh")


def test_hostile_words_in_an_archive_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = a_small_election(voters=1)
    value = json.loads(small.election.record) | {"name": "样例\u202e\x1b[2J"}
    (tmp_path / "x.bel").write_bytes(small.file([], election=records.write(value), until="Ballot"))
    assert main(["archive", str(tmp_path / "x.bel"), "--plain"]) == 3
    out = capsys.readouterr().out
    assert "\u202e" not in out and "\x1b" not in out and "\\u202e" in out


def test_a_failing_machine_is_no_proof_of_tampering(
    honest: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("verifier.checks._log", fail)
    assert main([str(honest)]) == Verdict.LACKING
    assert "MemoryError" in capsys.readouterr().err


def fail(*_: object) -> None:
    raise MemoryError


def test_it_stands_alone_and_asks_no_network(honest: Path, forger: Forger) -> None:
    """A whole run in a process where opening a socket ends it; no server room is loaded."""
    code = (
        "import sys, socket\n"
        "def shut(*_): raise SystemExit(99)\n"
        "socket.socket.connect = shut\n"
        "from verifier.__main__ import main\n"
        "code = main(sys.argv[1:])\n"
        "print(*sorted(sys.modules), file=sys.stderr)\n"
        "sys.exit(code)\n"
    )
    command = [sys.executable, "-c", code, str(honest), "--key", forger.committee.key.text]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env={**os.environ})
    assert done.returncode == 0, done.stderr
    loaded = set(done.stderr.split())
    assert not loaded & {"flask", "sqlalchemy", "alembic", "typst", "voting.config", "voting.database", "voting.app"}


def test_every_check_stands_in_the_document() -> None:
    text = (ROOT / "docs" / "verify.md").read_text(encoding="utf-8")
    for number, (zh, en) in CHECKS.items():
        assert f"**{number}. {zh}**" in text
        assert en in text
        assert printed.MENDS[number][0] in text


def test_a_pdf_without_or_with_two_signatures(forger: Forger) -> None:
    document = forger.document
    plain = certificate.write_pdf(document)
    for pdf in (plain, plain[:100], b""):
        with pytest.raises(Malformed, match="PDF_SIGNATURE"):
            papers.check_pdf_signature(pdf, forger.files["authority.pem"], document.certified_at)


# --- docs/verify.md ----------------------------------------------------------------------------------------------


def recipe(name: str) -> str:
    """The shell lines of docs/verify.md under this comment."""
    text = (ROOT / "docs" / "verify.md").read_text(encoding="utf-8")
    (block,) = re.findall(rf"```sh\n# {name}\n(.*?)```", text, re.DOTALL)
    return str(block)


def shell(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", "-o", "pipefail", "-ec", script]
    return subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_the_note_recipe(forger: Forger, honest: Path, tmp_path: Path) -> None:
    assert shell(recipe("note"), honest, VKEY=forger.committee.key.text).returncode == 0
    assert shell(recipe("note"), honest, VKEY=Signer("x", bytes(32)).key.text).returncode != 0
    # The same for the log's checkpoint, and for the acceptance that a tablet gets.
    for number, note in enumerate((forger.files["log/checkpoint"].decode(), acceptance(forger))):
        folder = tmp_path / f"note{number}"
        folder.mkdir()
        (folder / "manifest.txt").write_text(note)
        assert shell(recipe("note"), folder, VKEY=forger.log.key.text).returncode == 0, note


def acceptance(forger: Forger) -> str:
    found = facts_of(forger.files["ballots.bel"])
    text = acceptance_text(found.election.uuid, found.trackers[0], 1, found.heads[1])
    return sign_note(text, forger.log)


def test_the_acceptance_is_as_documented(forger: Forger) -> None:
    document = (ROOT / "docs" / "verify.md").read_text(encoding="utf-8")
    lines = [line.split(" ")[0] for line in acceptance(forger).splitlines()]
    documented = re.search(r"    选票已收 / ballot accepted\n(?:    .*\n)*", document)
    assert documented is not None
    assert lines == [line.strip().split(" ")[0].replace("⏎", "") for line in documented[0].splitlines()]


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
def test_the_hashes_recipe(honest: Path) -> None:
    assert shell(recipe("hashes"), honest).returncode == 0
    (honest / "result.csv").write_bytes(b"x")
    assert shell(recipe("hashes"), honest).returncode != 0


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_the_certificate_recipe(forger: Forger, honest: Path) -> None:
    printed_by = shell(recipe("certificate"), honest).stdout.strip().rpartition("=")[2]
    ours = fingerprint(forger.files["authority.pem"])
    assert printed_by.replace(":", "").lower() == ours.replace(" ", "")


@pytest.mark.skipif(shutil.which("belenios-tool") is None, reason="belenios-tool is not installed")
def test_the_belenios_recipes(tmp_path: Path) -> None:
    """On BELENIOS-2048, which Debian 12's belenios-tool 2.0 reads. 2.0 has no verify-ballot: there a stand-in nods."""
    small = a_small_election("BELENIOS-2048", voters=3)
    votes = [small.ballot(0, [0, 1, 0, 0]), small.ballot(1, [0, 0, 1, 0])]
    stand_in = tmp_path / "bin" / "belenios-tool"
    stand_in.parent.mkdir()
    stand_in.write_text(
        f'#!/bin/sh\n[ "$2" = verify-ballot ] && test -f "$6" && exit\nexec {shutil.which("belenios-tool")} "$@"\n'
    )
    stand_in.chmod(0o755)
    path = f"{stand_in.parent}:{os.environ['PATH']}"
    cases = {
        "honest": (small.file(votes), True),
        "twice": (small.file([*votes, votes[1]]), False),
        "dropped": (small.file(votes, tally=small.tally(votes[:1])), False),
    }
    for name, (raw, sound) in cases.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "ballots.bel").write_bytes(raw)
        done = shell(recipe("belenios-3"), tmp_path / name, PATH=path)
        assert ("FAILED" not in done.stdout and done.returncode == 0) is sound, (name, done.stdout, done.stderr)
    done = shell(recipe("belenios"), tmp_path / "honest")
    assert done.returncode == 0, done.stderr
    order = shell(recipe("belenios-3").partition("# 2 ")[0], tmp_path / "honest").stdout.split()
    assert order[1::2] == ["Setup", "Ballot", "EndBallots", "EncryptedTally", "PartialDecryption", "Result"]


# --- a certificate that the office already has ---------------------------------------------------------------------


def office_certificate(*, signs_documents: bool = True) -> tuple[bytes, bytes]:
    """A PKCS#12 of the office, sealed with the committee's passphrase, and the PEM of the authority that issued it."""
    start = EVENING - timedelta(days=1)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, name = (x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, one)]) for one in ("街道根证书", "街道"))

    def certificate(subject: x509.Name, public: ec.EllipticCurvePublicKey, *, ca: bool) -> x509.Certificate:
        usage = dict.fromkeys(("key_encipherment", "data_encipherment", "key_agreement"), False)
        signing_usage = x509.KeyUsage(
            digital_signature=not ca,
            content_commitment=signs_documents and not ca,
            key_cert_sign=ca,
            crl_sign=ca,
            encipher_only=False,
            decipher_only=False,
            **usage,
        )
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(root_name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(signing_usage, critical=True)
            .sign(root_key, hashes.SHA256())
        )

    root = certificate(root_name, root_key.public_key(), ca=True)
    leaf = certificate(name, key.public_key(), ca=False)
    sealed = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    p12 = pkcs12.serialize_key_and_certificates(b"office", key, leaf, None, sealed)
    return p12, root.public_bytes(serialization.Encoding.PEM)


def test_an_office_certificate_with_its_authority_beside_it_is_sound(house: House, tmp_path: Path) -> None:
    built = a_decided_election_with_anchors(house)
    own = committee(built)
    p12, authority = office_certificate()
    for wrong in (replace(own, signing_p12=p12), replace(own, authority=authority)):
        with pytest.raises(Malformed) as refused:
            certify(built, committee=wrong)
        assert refused.value.code == "P12_AUTHORITY" and "authority.pem" in refused.value.zh
    weak, weak_authority = office_certificate(signs_documents=False)
    with pytest.raises(Malformed) as refused:
        certify(built, committee=replace(own, signing_p12=weak, authority=weak_authority))
    assert refused.value.code == "P12_AUTHORITY" and built.state == "decided"
    certify(built, committee=replace(own, signing_p12=p12, authority=authority))
    folder = write(certified(built), tmp_path / "office")
    key = signing.open_committee_key(own.key, PASSPHRASE).key.text
    assert main([str(folder), "--key", key]) == 0
