"""Whoever can write to the medium, without the passphrase: what he makes does not open, and no record reaches out."""

import json
import sqlite3
from pathlib import Path

import pytest
from backup_build import cast, follow, refused
from box_build import Built

from voting.backup import archive, mirror
from voting.backup.sealed import MAGIC, Recipient
from voting.config import Settings


def header_of(stick: Path) -> Recipient:
    """What stands in clear at the head of the starting point."""
    with next(stick.glob("base-*")).open("rb") as file:
        assert file.read(len(MAGIC)) == MAGIC
        return Recipient.read(json.loads(file.readline()))


def test_a_copy_sealed_by_somebody_without_the_passphrase_does_not_open(
    settings: Settings, box: Built, tmp_path: Path
) -> None:
    stick = follow(settings, tmp_path / "stick")
    base = next(stick.glob("base-*"))
    recipient = header_of(stick)
    assert recipient.tag_key == b"", "the medium shows only what seals"
    files = {archive.DATABASE: archive.database_path(settings)}
    files |= {name: Path(settings.data_dir) / name for name in archive.KEY_NAMES}
    manifest = {"v": 1, "made_at": "2026-12-20T03:00:00+00:00", "position": 5, "mac_key": "00" * 32}
    manifest["files"] = {name: archive._fingerprint(path) for name, path in files.items()}
    base.unlink()
    with base.open("wb") as file:
        archive._fill(file, recipient, manifest, files)
    assert refused(stick, tmp_path / "again").code == "BACKUP_DAMAGED"


@pytest.mark.parametrize(
    "statements",
    [
        ["ATTACH DATABASE '{outside}' AS outside", "CREATE TABLE outside.x (t)"],
        ["COMMIT", "ATTACH DATABASE '{outside}' AS outside"],
        ["VACUUM INTO '{outside}'"],
        ["PRAGMA writable_schema = 1"],
    ],
)
def test_a_record_changes_this_one_file_and_no_other(
    settings: Settings, box: Built, tmp_path: Path, statements: list[str]
) -> None:
    stick = follow(settings, tmp_path / "stick")
    cast(settings, box, 0)
    target = mirror.read_target(archive.database_path(settings))
    assert target is not None
    with sqlite3.connect(archive.database_path(settings)) as connection:
        number = connection.execute("PRAGMA user_version").fetchone()[0] + 1
    outside = tmp_path / "outside.sqlite3"
    record = json.dumps([[one.format(outside=outside), [[]]] for one in statements]).encode()
    with target.journal.open("ab") as file:
        file.write(mirror.seal_frame(target.mac_key, number, target.recipient.seal(record)))
    assert refused(stick, tmp_path / "again").code == "MIRROR_INCOMPLETE"
    assert not outside.exists()
