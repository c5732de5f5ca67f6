"""An installation with an open poll, passphrases that cost nothing, ballots that are sent again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from backup_build import BALLOTS
from box_build import Built, an_open_box

from voting.backup import sealed
from voting.backup.mirror import mirrored_engine
from voting.config import Settings, for_folder
from voting.database import Base
from voting.keys import make_keys


@pytest.fixture(autouse=True)
def _cheap_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "PASSES", 1)
    monkeypatch.setattr(sealed, "MEMORY_KIB", 8192)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = for_folder(tmp_path / "data")
    made.data_dir.mkdir()
    make_keys(made)
    return made


@pytest.fixture
def box(settings: Settings) -> Iterator[Built]:
    engine = mirrored_engine(settings.database_url)
    Base.metadata.create_all(engine)
    built = an_open_box(engine, voters=8, checked_in=3)
    yield built
    engine.dispose()


@pytest.fixture(autouse=True)
def _remember_ballots(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tablet sends the same sealed ballot again, it does not seal another."""
    seal = Built.ballot

    def once(built: Built, card: int, **facts: object) -> bytes:
        return BALLOTS.setdefault((built.box, card), seal(built, card, **facts))  # type: ignore[arg-type]

    monkeypatch.setattr(Built, "ballot", once)
