"""A backup: whole while the poll goes on, read by nobody else, never over another, refused where it is damaged."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from backup_build import PASSPHRASE, cast, refused, restored
from box_build import NOW, Built

from voting import cli, journal
from voting.backup import archive, sealed
from voting.backup.mirror import mirrored_engine
from voting.box.tables import Box
from voting.config import Settings, for_folder
from voting.database import read
from voting.errors import Refused


def test_backup_while_the_poll_is_open_comes_back_whole(settings: Settings, box: Built, tmp_path: Path) -> None:
    cast(settings, box, 0)
    made = archive.backup(settings, to=tmp_path / "a.backup", passphrase=PASSPHRASE, now=NOW)
    cast(settings, box, 1)
    done = restored(made.path, tmp_path / "again")
    assert done.checked.boxes == {box.row().uuid: (1, 3)}
    assert list(done.checked.logs) == [journal.origin(box.community)]
    for name in archive.KEY_NAMES:
        copy = tmp_path / "again" / name
        assert copy.read_bytes() == (settings.data_dir / name).read_bytes()
        assert copy.stat().st_mode & 0o777 == 0o600
    with read(mirrored_engine(for_folder(tmp_path / "again").database_url)) as session:
        assert session.get_one(Box, box.box).casts == 1


def test_a_thief_of_the_backup_reads_nothing(settings: Settings, box: Built, tmp_path: Path) -> None:
    raw = archive.backup(settings, to=tmp_path / "a.backup", passphrase=PASSPHRASE, now=NOW).path.read_bytes()
    secrets = [(settings.data_dir / name).read_bytes() for name in archive.KEY_NAMES]
    assert not any(secret in raw for secret in (*secrets, b"SQLite format", b"manifest", box.row().uuid.encode()))
    assert (tmp_path / "a.backup").stat().st_mode & 0o777 == 0o600
    assert not list(settings.data_dir.glob(".backup-*")), "the plain snapshot is gone"


def test_committee_files_are_in_the_backup(settings: Settings, box: Built, tmp_path: Path) -> None:
    folder = settings.data_dir / "committee" / box.community
    folder.mkdir(parents=True)
    (folder / "committee-key.json").write_bytes(b"sealed")
    archive.backup(settings, to=tmp_path / "a.backup", passphrase=PASSPHRASE, now=NOW)
    restored(tmp_path / "a.backup", tmp_path / "again")
    assert (tmp_path / "again" / "committee" / box.community / "committee-key.json").read_bytes() == b"sealed"


def test_wrong_passphrase(settings: Settings, box: Built, tmp_path: Path) -> None:
    archive.backup(settings, to=tmp_path / "a.backup", passphrase=PASSPHRASE, now=NOW)
    assert refused(tmp_path / "a.backup", tmp_path / "again", "another passphrase").code == "PASSPHRASE_WRONG"


def test_short_passphrase_makes_no_backup(settings: Settings, box: Built, tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        archive.backup(settings, to=tmp_path / "a.backup", passphrase="short", now=NOW)
    assert caught.value.code == "PASSPHRASE_SHORT"
    assert not (tmp_path / "a.backup").exists()


def test_a_cut_backup_is_refused_wherever_it_is_cut(settings: Settings, box: Built, tmp_path: Path) -> None:
    raw = archive.backup(settings, to=tmp_path / "a.backup", passphrase=PASSPHRASE, now=NOW).path.read_bytes()
    for length in (0, 10, 30, 300, 70_000, len(raw) // 2, len(raw) - 1):
        (tmp_path / "cut").write_bytes(raw[:length])
        assert refused(tmp_path / "cut", tmp_path / "again").code in {"BACKUP_FORM", "BACKUP_DAMAGED"}


def test_a_changed_backup_is_refused(settings: Settings, box: Built, tmp_path: Path) -> None:
    raw = archive.backup(settings, to=tmp_path / "a.backup", passphrase=PASSPHRASE, now=NOW).path.read_bytes()
    for place in (len(raw) // 3, len(raw) - 5):
        changed = bytearray(raw)
        changed[place] ^= 1
        (tmp_path / "changed").write_bytes(changed)
        assert refused(tmp_path / "changed", tmp_path / "again").code == "BACKUP_DAMAGED"
    (tmp_path / "changed").write_bytes(raw + b"x")
    assert refused(tmp_path / "changed", tmp_path / "again").code == "BACKUP_DAMAGED"


@pytest.mark.parametrize(("field", "value"), [("passes", 99), ("memory_kib", 1 << 30), ("passes", 0), ("salt", "!")])
def test_a_header_that_asks_for_too_much(tmp_path: Path, field: str, value: object) -> None:
    header = {**sealed.new_recipient(PASSPHRASE).record(), "key": "", field: value}
    (tmp_path / "dear").write_bytes(sealed.MAGIC + json.dumps(header).encode() + b"\n")
    assert refused(tmp_path / "dear", tmp_path / "again").code == "BACKUP_FORM"


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8" * 500)
    assert refused(tmp_path / "photo.jpg", tmp_path / "again").code == "BACKUP_FORM"
    assert refused(tmp_path / "nowhere", tmp_path / "again").code == "NO_BACKUP"
    (tmp_path / "empty").mkdir()
    assert refused(tmp_path / "empty", tmp_path / "again").code == "NO_BACKUP"


def test_nothing_is_overwritten(settings: Settings, box: Built, tmp_path: Path) -> None:
    made = archive.backup(settings, to=tmp_path / "a.backup", passphrase=PASSPHRASE, now=NOW)
    with pytest.raises(Refused) as caught:
        archive.backup(settings, to=made.path, passphrase=PASSPHRASE, now=NOW)
    assert caught.value.code == "BACKUP_EXISTS"
    with pytest.raises(Refused) as caught:
        restored(made.path, settings.data_dir)
    assert caught.value.code == "RESTORE_EXISTS"


def test_a_place_that_cannot_be_written(settings: Settings, box: Built, tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        archive.backup(settings, to=tmp_path / "no" / "a.backup", passphrase=PASSPHRASE, now=NOW)
    assert caught.value.code == "BACKUP_WRITE"


def test_other_databases_are_refused_with_what_to_do(tmp_path: Path) -> None:
    elsewhere = for_folder(tmp_path, database_url="postgresql://somewhere/voting")
    with pytest.raises(Refused) as caught:
        archive.backup(elsewhere, to=tmp_path / "a", passphrase=PASSPHRASE, now=NOW)
    assert caught.value.code == "NOT_SQLITE"
    with pytest.raises(Refused) as caught:
        archive.backup(for_folder(tmp_path), to=tmp_path / "a", passphrase=PASSPHRASE, now=NOW)
    assert caught.value.code == "NO_DATABASE"


def test_a_damaged_database_is_not_backed_up_over_the_good_one(settings: Settings, box: Built, tmp_path: Path) -> None:
    cast(settings, box, 0)
    path = archive.database_path(settings)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ballot'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    with path.open("r+b") as file:
        file.seek((page - 1) * size + size // 2)
        file.write(b"\xff" * (size // 2))
    with pytest.raises(Refused) as caught:
        archive.backup(settings, to=tmp_path / "a.backup", passphrase=PASSPHRASE, now=NOW)
    assert caught.value.code == "DATABASE_BROKEN"
    assert not (tmp_path / "a.backup").exists()


def test_commands(
    settings: Settings, box: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VOTING_DATA_DIR", str(settings.data_dir))
    word = tmp_path / "passphrase"
    word.write_text(PASSPHRASE + "\n")
    secret = ["--passphrase-file", str(word)]
    stick = tmp_path / "stick"
    stick.mkdir()
    assert cli.main(["backup", "--to", str(tmp_path / "a.backup"), *secret]) == 0
    assert cli.main(["backup", "--follow", str(stick), *secret]) == 2
    assert "同一块盘" in capsys.readouterr().err
    assert cli.main(["backup", "--follow", str(stick), "--same-disk", *secret]) == 0
    cast(settings, box, 0)
    assert cli.main(["restore", str(stick), "--into", str(tmp_path / "again"), *secret]) == 0
    assert box.row().uuid in capsys.readouterr().out
    assert cli.main(["backup", "--stop"]) == 0
    assert cli.main(["backup", "--to", str(tmp_path / "b"), "--passphrase-file", str(tmp_path / "none")]) == 2
    assert cli.main(["restore", str(tmp_path / "a.backup"), "--into", str(tmp_path / "again"), *secret]) == 2
