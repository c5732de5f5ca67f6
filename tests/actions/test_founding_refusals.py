"""What founding refuses, by code."""

from collections.abc import Callable
from pathlib import Path

import pytest
from house_build import Clock, House

from voting import founding
from voting.config import for_folder
from voting.errors import Refused

CLOCK = Clock()


def code(deed: Callable[..., object], *given: object, **facts: object) -> str:
    """The code a deed is refused with."""
    with pytest.raises(Refused) as caught:
        deed(*given, **facts)
    return caught.value.code


def test_a_community_founded_once_is_not_founded_again(house: House) -> None:
    facts = {
        "now": CLOCK.now,
        "today": CLOCK.today,
        "units": [("community", "新社区")],
        "login": "boss",
        "name": "某人",
    }
    assert code(founding.found, house.engine, **facts) == "FOUNDED"


def test_the_committee_of_a_community_that_is_not_there(house: House) -> None:
    facts = {"now": CLOCK.now, "community_id": "nowhere", "passphrase": "委员会 很长的 口令 2026"}
    assert code(founding.make_committee, house.settings, house.engine, **facts) == "COMMUNITY"


def test_a_committees_key_is_kept(house: House) -> None:
    folder = founding.committee_folder(house.settings, house.community)
    folder.mkdir(parents=True)
    (folder / "committee-key.json").write_text("the committee's")
    facts = {"now": CLOCK.now, "community_id": house.community, "passphrase": "委员会 很长的 口令 2026"}
    assert code(founding.make_committee, house.settings, house.engine, **facts) == "COMMITTEE_EXISTS"
    assert [path.name for path in folder.iterdir()] == ["committee-key.json"]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert code(founding.prepare, for_folder(tmp_path / "file" / "data")) == "DATA_DIR"
