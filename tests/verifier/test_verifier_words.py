"""What the verifier prints, its exit codes, and that it stands alone."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from bundle_build import Forger, facts_of, write
from small_election import a_small_election

from audit import Signer
from verifier import papers, printed
from verifier.__main__ import main
from verifier.checks import CHECKS, verify_bundle
from verifier.report import Verdict
from voting.crypto import records
from voting.elections.count import certificate
from voting.errors import Malformed
from voting.pdf_signature import fingerprint

ALL = tuple(CHECKS)
ROOT = Path(__file__).parent.parent.parent


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
    assert "2 × 6 = 12" in zh and zh.endswith("可信：14 项检查全部通过。\n")


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
