"""Restoring: what was changed is not put in place, what is hostile is not unpacked."""

import hashlib
import io
import json
import sqlite3
import tarfile
from pathlib import Path

import pytest
from backup_build import PASSPHRASE, cast, refused, restored
from box_build import NOW, Built

from voting import clock
from voting.backup import archive, sealed
from voting.backup.checks import check
from voting.box.tables import Box
from voting.config import Settings
from voting.database import read
from voting.errors import Refused
from voting.keys import read_keys


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        ("UPDATE box SET casts = casts - 1", "RESTORED_BROKEN"),
        ("UPDATE box SET cards_out = cards_out + 1", "RESTORED_BROKEN"),
        ("UPDATE box SET head = substr(head, 2) || '0'", "RESTORED_BROKEN"),
        ("UPDATE box_event SET hash = upper(hash) WHERE height = 1", "RESTORED_BROKEN"),
        ("UPDATE ballot SET record = CAST(record || x'20' AS BLOB)", "RESTORED_BROKEN"),
        ("UPDATE ballot SET record = record || ''", "RESTORED_BROKEN"),
        ("DELETE FROM ballot", "RESTORED_BROKEN"),
        ("DELETE FROM desk_mark", "RESTORED_BROKEN"),
        (
            "UPDATE public_credential SET mark = 'torn' WHERE public = (SELECT max(public) FROM public_credential)",
            "RESTORED_BROKEN",
        ),
        ("UPDATE log_entry SET raw = CAST(raw || x'20' AS BLOB) WHERE seq = 1", "LOG_DAMAGED"),
        ("DELETE FROM log_entry WHERE seq = (SELECT max(seq) FROM log_entry)", "LOG_DAMAGED"),
        ("UPDATE log SET size = size - 1", "LOG_DAMAGED"),
        ("PRAGMA foreign_keys = OFF; DELETE FROM unit", "RESTORED_BROKEN"),
    ],
)
def test_changed_data_is_not_put_in_place(
    settings: Settings, box: Built, tmp_path: Path, spoil: str, code: str
) -> None:
    cast(settings, box, 0)
    cast(settings, box, 1)
    clock.Clock(box.engine, read_keys(settings).log_seed).beat(NOW)
    with read(box.engine) as session:
        check(box.engine, read_keys(settings).log_seed)
        assert session.get_one(Box, box.box).casts == 2
    connection = sqlite3.connect(archive.database_path(settings))
    connection.executescript(spoil)
    connection.close()
    archive.backup(settings, to=tmp_path / "a.backup", passphrase=PASSPHRASE, now=NOW)
    assert refused(tmp_path / "a.backup", tmp_path / "again").code == code


def hostile(path: Path, manifest: object, *members: tarfile.TarInfo) -> Path:
    """An archive that somebody else sealed to the same public key."""
    with path.open("wb") as file:
        writer = sealed.SealedWriter(file, sealed.new_recipient(PASSPHRASE))
        with tarfile.open(fileobj=writer, mode="w|") as tar:  # type: ignore[call-overload]
            content = json.dumps(manifest).encode()
            first = tarfile.TarInfo(archive.MANIFEST)
            first.size = len(content)
            tar.addfile(first, io.BytesIO(content))
            for member in members:
                tar.addfile(member, io.BytesIO(b"x" * member.size))
        writer.close()
    return path


def member(name: str, **facts: object) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    for fact, value in facts.items():
        setattr(info, fact, value)
    return info


def manifest(**changes: object) -> dict[str, object]:
    nothing = {"sha256": hashlib.sha256(b"").hexdigest(), "size": 0}
    files = dict.fromkeys((archive.DATABASE, *archive.KEY_NAMES, "../evil", "keys/../../evil"), nothing)
    return {"v": 1, "made_at": "", "position": 0, "files": files, **changes}


@pytest.mark.parametrize(
    ("says", "members"),
    [
        (manifest(), [member("../evil")]),
        (manifest(), [member("keys/../../evil")]),
        (manifest(), [member("keys/log.key", type=tarfile.SYMTYPE, linkname="/etc/passwd")]),
        (manifest(), [member("keys/log.key", size=3)]),
        (manifest(), [member("keys/log.key"), member("keys/log.key")]),
        (manifest(), [member("unannounced")]),
        (manifest(), []),
        (manifest(v=2), []),
        (manifest(files="x"), []),
        (manifest(files=[]), []),
        (manifest(files={}), []),
        ([], []),
        ("", []),
    ],
)
def test_a_hostile_archive_writes_nothing_outside(tmp_path: Path, says: object, members: list[tarfile.TarInfo]) -> None:
    source = hostile(tmp_path / "hostile", says, *members)
    assert refused(source, tmp_path / "deep" / "again").code == "BACKUP_DAMAGED"
    assert {path.name for path in tmp_path.iterdir()} == {"hostile", "deep"}


def test_a_place_that_cannot_be_restored_into(settings: Settings, box: Built, tmp_path: Path) -> None:
    made = archive.backup(settings, to=tmp_path / "a.backup", passphrase=PASSPHRASE, now=NOW)
    with pytest.raises(Refused) as caught:
        restored(made.path, made.path / "below a file")
    assert caught.value.code == "RESTORE_WRITE"
