"""Backup and second copy: nothing acknowledged is lost, nothing damaged is restored, nothing is overwritten."""

import hashlib
import io
import json
import shutil
import sqlite3
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from box_build import NOW, Built, an_open_box
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from audit import store as log_store
from voting import cli, clock, journal
from voting.backup import archive, mirror, sealed
from voting.backup.checks import check
from voting.backup.mirror import mirrored_engine
from voting.backup.restore import Restored, restore
from voting.box import casting
from voting.box.tables import Box
from voting.config import Settings, for_folder
from voting.database import Base, read, write
from voting.errors import Refused
from voting.keys import make_keys, read_keys

PASSPHRASE = "korrekt pferd batterie"


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


def cast(settings: Settings, box: Built, card: int) -> casting.Accepted:
    return casting.accept(box.engine, box=box.box, raw=box.ballot(card), log_key=read_keys(settings).log_seed)


def follow(settings: Settings, folder: Path) -> Path:
    folder.mkdir()
    archive.follow(settings, folder=folder, passphrase=PASSPHRASE, now=NOW, same_disk=True)
    return folder


def dump(database: Path) -> list[str]:
    connection = sqlite3.connect(database)
    try:
        return sorted(connection.iterdump())
    finally:
        connection.close()


def restored(source: Path, into: Path) -> Restored:
    return restore(source, into=into, passphrase=PASSPHRASE)


def refused(source: Path, into: Path, passphrase: str = PASSPHRASE) -> Refused:
    with pytest.raises(Refused) as caught:
        restore(source, into=into, passphrase=passphrase)
    assert caught.value.zh and caught.value.en
    assert not into.exists(), "nothing is put in place unless every check has passed"
    assert not list(into.parent.glob(f".{into.name}-*")), "no plain data is left lying beside it"
    return caught.value


# --- one backup ----------------------------------------------------------------------------------------------------


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


# --- the second copy -----------------------------------------------------------------------------------------------


def test_everything_acknowledged_is_in_the_second_copy(settings: Settings, box: Built, tmp_path: Path) -> None:
    """The laptop dies with its disk at once after an answer; the stick and the passphrase give all of it back."""
    stick = follow(settings, tmp_path / "stick")
    keeper = clock.Clock(box.engine, read_keys(settings).log_seed)
    accepted = [cast(settings, box, 0), cast(settings, box, 1)]
    mark = box.check_in(3).mark
    box.undo(mark, 7, note="写错“名字”")
    box.torn(6)
    keeper.beat(NOW)
    keeper.beat(NOW + timedelta(minutes=2))
    keeper.beat(NOW + timedelta(hours=1))
    with pytest.raises(Refused):
        box.check_in(0)
    accepted.append(cast(settings, box, 2))
    before = dump(archive.database_path(settings))
    box.engine.dispose()
    shutil.rmtree(settings.data_dir)

    done = restored(stick, tmp_path / "again")
    assert dump(tmp_path / "again" / archive.DATABASE) == before
    assert done.replayed > 6
    elsewhere = for_folder(tmp_path / "again")
    other = mirrored_engine(elsewhere.database_url)
    for card, first in enumerate(accepted):
        again = casting.accept(other, box=box.box, raw=_same(box, card), log_key=read_keys(elsewhere).log_seed)
        assert (again.status, again.acceptance) == (200, first.acceptance)
    other.dispose()


_BALLOTS: dict[tuple[str, int], bytes] = {}


def _same(box: Built, card: int) -> bytes:
    return _BALLOTS[box.box, card]


@pytest.fixture(autouse=True)
def _remember_ballots(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tablet sends the same sealed ballot again, it does not seal another."""
    seal = Built.ballot

    def once(built: Built, card: int, **facts: object) -> bytes:
        return _BALLOTS.setdefault((built.box, card), seal(built, card, **facts))  # type: ignore[arg-type]

    monkeypatch.setattr(Built, "ballot", once)


def test_several_writers_keep_one_order(settings: Settings, box: Built, tmp_path: Path) -> None:
    """Workers and the clock are processes of their own: engines that know nothing of each other."""
    stick = follow(settings, tmp_path / "stick")
    engines = [mirrored_engine(settings.database_url) for _ in range(3)]

    def work(number: int) -> None:
        for step in range(15):
            with write(engines[number]) as session:
                log = journal.origin(box.community)
                log_store.append(session.connection(), log, "test.entry", {"by": number, "step": step}, NOW)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = restored(stick, tmp_path / "again")
    assert done.replayed == 45
    assert dump(tmp_path / "again" / archive.DATABASE) == dump(archive.database_path(settings))
    for engine in engines:
        engine.dispose()


def test_a_medium_that_is_away_stops_the_act_and_loses_nothing(settings: Settings, box: Built, tmp_path: Path) -> None:
    stick = follow(settings, tmp_path / "stick")
    cast(settings, box, 0)
    before = dump(archive.database_path(settings))
    stick.rename(tmp_path / "pulled")
    with pytest.raises(Refused) as caught:
        cast(settings, box, 1)
    assert caught.value.code == "MIRROR_DOWN"
    assert dump(archive.database_path(settings)) == before
    assert not stick.exists(), "a stick that is away is never mistaken for an empty folder"
    (tmp_path / "pulled").rename(stick)
    assert cast(settings, box, 1).status == 201
    assert restored(stick, tmp_path / "again").checked.boxes[box.row().uuid] == (2, 3)


def test_killed_between_the_second_copy_and_the_commit(
    settings: Settings, box: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The orphaned record is cut off by the next writer, and never counts twice or in another's place."""
    stick = follow(settings, tmp_path / "stick")
    cast(settings, box, 0)

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(mirror.Mirror, "take_back", lambda *_: None)
        patched.setattr(box.engine.dialect, "do_commit", die)
        with pytest.raises(Killed):
            cast(settings, box, 1)
    assert box.row().casts == 1
    box.check_in(4)
    assert cast(settings, box, 2).status == 201
    restored(stick, tmp_path / "again")
    assert dump(tmp_path / "again" / archive.DATABASE) == dump(archive.database_path(settings))


def test_a_failed_commit_takes_its_record_back(
    settings: Settings, box: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = follow(settings, tmp_path / "stick")
    cast(settings, box, 0)
    size = next(stick.glob("journal-*")).stat().st_size

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(box.engine.dialect, "do_commit", full)
        with pytest.raises(OperationalError):
            cast(settings, box, 1)
    assert next(stick.glob("journal-*")).stat().st_size == size
    assert cast(settings, box, 1).status == 201


def test_a_commit_that_undoes_itself_leaves_room_for_another_process(
    settings: Settings, box: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk may make SQLite roll back by itself: the lock is free, and another process writes a record of
    another length in the place of ours before we write again."""
    stick = follow(settings, tmp_path / "stick")
    other = mirrored_engine(settings.database_url)

    def undone(connection: sqlite3.Connection) -> None:
        connection.rollback()
        with write(other) as session:
            session.execute(text("UPDATE box SET refused_uses = 7"))
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(box.engine.dialect, "do_commit", undone)
        with pytest.raises(OperationalError):
            cast(settings, box, 0)
    cast(settings, box, 1)
    with write(other) as session:
        session.execute(text("UPDATE box SET refused_uses = 8"))
    cast(settings, box, 2)
    restored(stick, tmp_path / "again")
    assert dump(tmp_path / "again" / archive.DATABASE) == dump(archive.database_path(settings))
    other.dispose()


def test_a_torn_tail_is_not_restored_and_not_kept(settings: Settings, box: Built, tmp_path: Path) -> None:
    stick = follow(settings, tmp_path / "stick")
    cast(settings, box, 0)
    file = next(stick.glob("journal-*"))
    whole = file.read_bytes()
    for more, junk in enumerate((b"\0" * 5, b"\0" * 44, whole[-80:])):
        file.write_bytes(whole + junk)
        assert restored(stick, tmp_path / f"again{len(junk)}").checked.boxes[box.row().uuid] == (1, 3 + more)
        assert cast(settings, box, 0).status == 200
        box.check_in(20 + more)
        assert file.read_bytes()[: len(whole)] == whole
        done = restored(stick, tmp_path / f"more{len(junk)}")
        assert dump(done.folder / archive.DATABASE) == dump(archive.database_path(settings))
        whole = file.read_bytes()


def test_a_record_that_is_missing_or_forged(settings: Settings, box: Built, tmp_path: Path) -> None:
    stick = follow(settings, tmp_path / "stick")
    start = len(mirror.JOURNAL_MAGIC)
    file = next(stick.glob("journal-*"))
    cast(settings, box, 0)
    first = file.stat().st_size
    cast(settings, box, 1)
    whole = file.read_bytes()
    file.write_bytes(whole[:start] + whole[first:])
    assert refused(stick, tmp_path / "again").code == "MIRROR_INCOMPLETE"
    changed = bytearray(whole)
    changed[start + 60] ^= 1
    file.write_bytes(changed)
    assert refused(stick, tmp_path / "again").code == "BACKUP_DAMAGED"
    file.write_bytes(b"something else")
    assert refused(stick, tmp_path / "again").code == "BACKUP_DAMAGED"


def test_a_journal_that_lost_its_beginning_stops_the_act(settings: Settings, box: Built, tmp_path: Path) -> None:
    stick = follow(settings, tmp_path / "stick")
    cast(settings, box, 0)
    next(stick.glob("journal-*")).write_bytes(mirror.JOURNAL_MAGIC)
    elsewhere = mirrored_engine(settings.database_url)
    with pytest.raises(Refused) as caught, write(elsewhere) as session:
        session.execute(text("UPDATE box SET refused_uses = refused_uses + 1"))
    assert caught.value.code == "MIRROR_GAP"
    elsewhere.dispose()


def test_the_second_copy_shows_no_order_to_a_thief(settings: Settings, box: Built, tmp_path: Path) -> None:
    stick = follow(settings, tmp_path / "stick")
    cast(settings, box, 0)
    box.check_in(5)
    raw = next(stick.glob("journal-*")).read_bytes()
    assert b"voter5" not in raw and b"INSERT" not in raw
    assert box.publics[0].encode() not in raw


def test_renewing_at_a_start_keeps_one_backup_and_one_journal(settings: Settings, box: Built, tmp_path: Path) -> None:
    stick = follow(settings, tmp_path / "stick")
    cast(settings, box, 0)
    assert archive.renew(settings, now=NOW) is not None
    cast(settings, box, 1)
    assert len(list(stick.glob("base-*"))) == len(list(stick.glob("journal-*"))) == 1
    assert restored(stick, tmp_path / "again").checked.boxes[box.row().uuid] == (2, 3)


def test_killed_while_renewing(settings: Settings, box: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new journal without its backup yet: the old backup with both journals gives everything. And an orphan
    at the end of the old journal does not take the place of the first transaction of the new one."""
    stick = follow(settings, tmp_path / "stick")
    cast(settings, box, 0)
    target = mirror.read_target(archive.database_path(settings))
    assert target is not None
    with read(box.engine) as session:
        number = session.scalar(text("PRAGMA user_version"))
    orphan = target.recipient.seal(json.dumps([["DELETE FROM ballot", [[]]]]).encode())
    with target.journal.open("ab") as file:
        file.write(mirror.seal_frame(target.mac_key, number + 1, orphan))

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(archive, "_write_base", die)
        with pytest.raises(KeyboardInterrupt):
            archive.renew(settings, now=NOW)
    cast(settings, box, 1)
    assert len(list(stick.glob("journal-*"))) == 2
    done = restored(stick, tmp_path / "again")
    assert dump(done.folder / archive.DATABASE) == dump(archive.database_path(settings))


def test_what_was_written_while_nothing_followed_is_not_passed_over(
    settings: Settings, box: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = follow(settings, tmp_path / "stick")
    cast(settings, box, 0)
    assert archive.stop(settings)
    assert not archive.stop(settings)
    cast(settings, box, 1)
    other = follow(settings, tmp_path / "other")
    cast(settings, box, 2)
    box.check_in(6)
    assert restored(other, tmp_path / "again").checked.boxes[box.row().uuid] == (3, 4)
    shutil.copy(next(other.glob("journal-*")), stick)
    assert refused(stick, tmp_path / "mixed").code in {"MIRROR_INCOMPLETE", "BACKUP_DAMAGED"}


def test_where_a_second_copy_may_not_stand(settings: Settings, box: Built, tmp_path: Path) -> None:
    def refusal(folder: Path, **facts: bool) -> str:
        with pytest.raises(Refused) as caught:
            archive.follow(settings, folder=folder, passphrase=PASSPHRASE, now=NOW, **facts)
        return caught.value.code

    assert refusal(tmp_path / "not there") == "FOLLOW_NOT_EMPTY"
    assert refusal(settings.data_dir) == "FOLLOW_NOT_EMPTY"
    (tmp_path / "empty").mkdir()
    assert refusal(tmp_path / "empty") == "FOLLOW_SAME_DISK"
    follow(settings, tmp_path / "stick")
    assert refusal(tmp_path / "empty") == "FOLLOW_ON"


def test_the_server_does_not_start_without_its_second_copy(settings: Settings, box: Built, tmp_path: Path) -> None:
    stick = follow(settings, tmp_path / "stick")
    cast(settings, box, 0)
    stick.rename(tmp_path / "pulled")
    with pytest.raises(Refused) as caught:
        archive.renew(settings, now=NOW)
    assert caught.value.code == "MIRROR_DOWN"
    (tmp_path / "pulled").rename(stick)
    assert archive.renew(settings, now=NOW) is not None
    archive.stop(settings)
    assert archive.renew(settings, now=NOW) is None
    assert archive.renew(for_folder(tmp_path, database_url="postgresql://somewhere/voting"), now=NOW) is None


def test_a_spoilt_setting_stops_the_act(settings: Settings, box: Built, tmp_path: Path) -> None:
    mirror.config_path(archive.database_path(settings)).write_text("{}")
    with pytest.raises(Refused) as caught:
        cast(settings, box, 0)
    assert caught.value.code == "MIRROR_CONFIG"
    assert box.row().casts == 0


# --- the command line ----------------------------------------------------------------------------------------------


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
