"""The honest bundle, made once for all tests of the verifier."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "crypto"))  # small_election, forged_ballots

from bundle_build import Forger, a_forger, write
from house_build import Clock, build_house

from voting.config import for_folder


@pytest.fixture(scope="session")
def forger(tmp_path_factory: pytest.TempPathFactory) -> Forger:
    """An honest, certified election and everybody's secrets."""
    house = build_house(for_folder(tmp_path_factory.mktemp("house")), Clock())
    made = a_forger(house)
    house.engine.dispose()
    return made


@pytest.fixture
def honest(forger: Forger, tmp_path: Path) -> Path:
    """The honest bundle as a folder."""
    return write(forger.files, tmp_path / "bundle")
