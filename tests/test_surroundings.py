"""The tests and the servers they start know nothing of the settings of whoever runs them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from voting.mock_election.server import environment_of

ROOT = Path(__file__).parent.parent
ELSEWHERE = {"VOTING_DATABASE_URL": "sqlite:////nowhere/real.sqlite3", "VOTING_MIRROR_DIR": "/nowhere"}


def test_no_setting_is_around() -> None:
    assert not [name for name in os.environ if name.startswith("VOTING_")]


def test_no_setting_of_the_caller_reaches_a_test() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    this = f"{Path(__file__).relative_to(ROOT)}::test_no_setting_is_around"
    done = subprocess.run(
        [*command, this], cwd=ROOT, env=os.environ | ELSEWHERE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_no_setting_of_the_caller_reaches_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ELSEWHERE.items():
        monkeypatch.setenv(name, value)
    given = environment_of(tmp_path, VOTING_WORKERS="1")
    assert {name: value for name, value in given.items() if name.startswith("VOTING_")} == {
        "VOTING_DATA_DIR": str(tmp_path),
        "VOTING_WORKERS": "1",
    }
    assert given["PATH"] == os.environ["PATH"]


def test_whoever_starts_the_project_hands_on_no_settings() -> None:
    for path in set((ROOT / "tests").rglob("*.py")) - {Path(__file__)}:
        text = path.read_text()
        assert not ("os.environ" in text and ('"voting.cli"' in text or "voting.app:from_environment" in text)), path
