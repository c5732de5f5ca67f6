"""`voting election`: the whole job over a real server, judged by both verifiers."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from voting.errors import Refused
from voting.mock_election import cli

pytestmark = pytest.mark.slow


def hold(folder: Path, group: str, voters: int) -> dict:
    command = [sys.executable, "-m", "voting.cli", "election", "--voters", str(voters)]
    done = subprocess.run(
        [*command, "--group", group, "--out", str(folder)], check=False, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((folder / "summary.json").read_text())


def test_ed25519(tmp_path: Path) -> None:
    held = hold(tmp_path / "out", "Ed25519", 20)
    assert held["notes"]["verifier"] == "exit 0"
    assert held["notes"]["second use of a card"] == "409 CARD_USED"
    assert held["notes"]["second check-in"] == "ALREADY_CHECKED_IN"
    # 16 of 20 came, and one more whose card was torn; an office of one seat has at most one mark of each.
    assert held["ballots"] == 17
    assert sum(count for office, _, count in held["counts"] if office == "主任") <= 17
    assert held["notes"]["cards on the pile"] == "6 unused"


@pytest.mark.skipif(shutil.which("belenios-tool") is None, reason="Debian's belenios-tool is not installed")
def test_belenios_2048_passes_belenios_tool(tmp_path: Path) -> None:
    held = hold(tmp_path / "out", "BELENIOS-2048", 12)
    assert (held["notes"]["verifier"], held["notes"]["belenios-tool"]) == ("exit 0", "exit 0")


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(Refused) as caught:
        cli._fresh_folder(tmp_path)
    assert caught.value.code == "OUT_NOT_EMPTY"
    assert (tmp_path / "thesis.txt").exists()


def test_a_folder_of_an_earlier_election_is_made_anew(tmp_path: Path) -> None:
    folder = cli._fresh_folder(tmp_path / "out")
    (folder / "old.txt").write_text("old")
    assert not (cli._fresh_folder(folder) / "old.txt").exists()
