"""The second, independent implementation: belenios-tool 2.0 of Debian on archives made here."""

import shutil
import subprocess
from pathlib import Path

import pedersen
import pytest
from small_election import BLANK_OR_ONE, SmallElection, a_small_election

from verifier.archive import verify_archive
from verifier.report import Verdict
from voting.crypto import trustees
from voting.crypto.election import Question

TOOL = shutil.which("belenios-tool")
pytestmark = pytest.mark.skipif(TOOL is None, reason="belenios-tool is not installed (apt install belenios-tool)")
SEVERAL = Question("选委员", ("甲某", "乙某", "丙某"), blank=False, minimum=0, maximum=2)


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    assert TOOL is not None
    return subprocess.run([TOOL, *command, "--dir", str(folder)], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def small() -> SmallElection:
    return a_small_election("BELENIOS-2048", voters=5, weights=[1, 2, 3, 40, 1], questions=(BLANK_OR_ONE, SEVERAL))


@pytest.fixture
def votes(small: SmallElection) -> list[bytes]:
    return [
        small.ballot(0, [1, 0, 0, 0], [0, 0, 0]),
        small.ballot(1, [0, 1, 0, 0], [1, 1, 0]),
        small.ballot(2, [0, 0, 1, 0], [0, 1, 0]),
        small.ballot(3, [0, 0, 0, 1], [0, 0, 1]),
        small.ballot(1, [0, 0, 1, 0], [1, 0, 0]),  # a revote
    ]


def put(folder: Path, small: SmallElection, raw: bytes) -> Path:
    path = folder / f"{small.election.uuid}.bel"
    path.write_bytes(raw)
    return path


def test_accepts_our_archive(small: SmallElection, votes: list[bytes], tmp_path: Path) -> None:
    path = put(tmp_path, small, small.file(votes))
    done = run(tmp_path, "election", "verify")
    assert done.returncode == 0, done.stderr
    assert "all checks passed" in done.stdout + done.stderr
    assert verify_archive(path).verdict is Verdict.SOUND


def test_accepts_our_archive_without_ballots(small: SmallElection, tmp_path: Path) -> None:
    put(tmp_path, small, small.file([]))
    done = run(tmp_path, "election", "verify")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("recent", [True, False], ids=["3.x", "2.0"])
def test_accepts_the_threshold_groups_that_we_accept(tmp_path: Path, recent: bool) -> None:
    small, shares = pedersen.a_threshold_election("BELENIOS-2048", recent=recent)
    votes = [small.ballot(0, [0, 1, 0, 0]), small.ballot(1, [1, 0, 0, 0])]
    path = put(tmp_path, small, small.file(votes, shares=shares(small.tally(votes))))
    assert verify_archive(path).verdict is Verdict.SOUND
    done = run(tmp_path, "election", "verify")
    assert done.returncode == 0, done.stderr


def test_computes_our_encrypted_tally(small: SmallElection, votes: list[bytes], tmp_path: Path) -> None:
    whole = small.file(votes)
    put(tmp_path, small, whole[: whole.index(b'"type":"EndBallots"') // 512 * 512 + 512])
    done = run(tmp_path, "election", "compute-encrypted-tally")
    assert done.returncode == 0, done.stderr
    tally = small.tally(votes)
    assert done.stdout.encode().splitlines() == [tally.record(), tally.sized_record()]


def test_rejects_what_we_forge(small: SmallElection, votes: list[bytes], tmp_path: Path) -> None:
    result = trustees.result_record([[1, 0, 4, 41], [2, 3, 40]])
    path = put(tmp_path, small, small.file(votes, result=result))
    assert run(tmp_path, "election", "verify").returncode != 0
    assert verify_archive(path).verdict is Verdict.TAMPERED
