"""The verifier's command line: what it prints, and its exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_election import SmallElection, a_small_election

from verifier.__main__ import main
from verifier.archive import CHECKS
from verifier.report import Verdict
from voting.crypto import trustees

Votes = list[bytes]
ALL = tuple(CHECKS)


@pytest.fixture(scope="module")
def small() -> SmallElection:
    return a_small_election(voters=3)


@pytest.fixture(scope="module")
def votes(small: SmallElection) -> Votes:
    return [small.ballot(0, [0, 1, 0, 0]), small.ballot(1, [0, 0, 1, 0]), small.ballot(2, [1, 0, 0, 0])]


def moved(small: SmallElection, votes: Votes) -> bytes:
    """One vote moved from the first candidate to the last."""
    return small.file(votes, result=trustees.result_record([[1, 0, 1, 1]]))


def test_exit_codes(small: SmallElection, votes: Votes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.bel"
    path.write_bytes(small.file(votes))
    assert main(["archive", str(path)]) == 0
    out = capsys.readouterr().out
    assert all(f"{number:2} ✓" in out for number in ALL)
    path.write_bytes(moved(small, votes))
    assert main(["archive", str(path)]) == 1
    assert " 9 ✗" in capsys.readouterr().out
    path.write_bytes(small.file(votes)[:-700])
    assert main(["archive", str(path)]) == 2
    assert " 5 –" in capsys.readouterr().out
    path.write_bytes(small.file(votes, until="Ballot"))
    assert main(["archive", str(path)]) == 3
    assert main(["archive", str(tmp_path / "absent.bel")]) == 2
    assert main(["archive", str(tmp_path)]) == 2
    os.mkfifo(tmp_path / "pipe.bel")
    assert main(["archive", str(tmp_path / "pipe.bel")]) == 2
    for wrong in ([], ["archive"], ["archive", "a", "b"], ["archive", "--color", "x"]):
        with pytest.raises(SystemExit) as stopped:
            main(wrong)
        assert stopped.value.code == 4


def test_json(small: SmallElection, votes: Votes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.bel"
    path.write_bytes(moved(small, votes))
    assert main(["archive", "--json", str(path)]) == 1
    value = json.loads(capsys.readouterr().out)
    assert (value["verdict"], value["exit"], value["passed"]) == ("tampered", 1, [4, 5, 6, 7, 8])
    assert value["findings"][0]["code"] == "RESULT_COUNT"
    assert value["facts"]["counted"] == 3


def test_a_failing_machine_is_no_proof_of_tampering(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("verifier.__main__.verify_archive", fail)
    assert main(["archive", "x.bel"]) == Verdict.LACKING
    assert "MemoryError" in capsys.readouterr().err


def test_stands_alone() -> None:
    """The verifier loads no database, no web framework and no configuration."""
    code = "import sys, verifier.__main__; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"flask", "sqlalchemy", "voting.config", "voting.database", "rich"} & set(loaded)
