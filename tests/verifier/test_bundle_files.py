"""Bundles that cannot be used: files missing, damaged, hostile; whatever comes, the verifier answers."""

import random
import zipfile
from pathlib import Path

import pytest
from bundle_build import Forger, codes, write, zipped

from verifier import printed
from verifier.checks import verify_bundle
from verifier.report import Verdict

ROOT = Path(__file__).parent.parent.parent
REFUSED = ROOT / "tests" / "vectors" / "refused" / "bundles"


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
