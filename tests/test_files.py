"""Files that are there whole or not at all: on the disk before they have their name, nothing left by what fails."""

import os
from pathlib import Path

import pytest
from house_build import House

from voting import files, founding, signing
from voting.files import kept, write_whole


def test_a_file_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, steps = tmp_path / "one.zip", []
    sync = os.fsync

    def noted(handle: int) -> None:
        steps.append((path.exists(), Path(f"/proc/self/fd/{handle}").is_dir()))
        sync(handle)

    monkeypatch.setattr(files.os, "fsync", noted)
    write_whole(path, b"whole")
    assert steps == [(False, False), (True, True)], "the file, then the folder's names"
    assert path.read_bytes() == b"whole" and path.stat().st_mode & 0o077 == 0


def test_what_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        kept(tmp_path / "one.zip", lambda: b"half")
    assert list(tmp_path.iterdir()) == []


def test_a_kept_file_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "kept" / "one.zip"
    assert kept(path, lambda: b"first") == kept(path, lambda: b"second") == path
    assert path.read_bytes() == b"first"


def test_a_committees_key_comes_last_and_whole(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the power fails in between, making it again is not refused with COMMITTEE_EXISTS."""
    written: list[str] = []
    monkeypatch.setattr(founding, "write_whole", lambda path, _content: written.append(path.name))
    founding.make_committee(
        house.settings,
        house.engine,
        now=house.clock.now,
        community_id=house.community,
        passphrase="委员会的口令 十二个字符以上",
    )
    assert len(written) == 5 and written[-1] == signing.COMMITTEE_KEY
