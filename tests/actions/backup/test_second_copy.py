"""The second copy: nothing acknowledged is lost, no order shows, nothing forged is replayed."""

import json
import shutil
import sqlite3
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from backup_build import PASSPHRASE, cast, dump, follow, refused, restored, same
from box_build import NOW, Built
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from audit import store as log_store
from voting import clock, journal
from voting.backup import archive, mirror
from voting.backup.mirror import mirrored_engine
from voting.box import casting
from voting.config import Settings, for_folder
from voting.database import read, write
from voting.errors import Refused
from voting.keys import read_keys


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
        again = casting.accept(other, box=box.box, raw=same(box, card), log_key=read_keys(elsewhere).log_seed)
        assert (again.status, again.acceptance) == (200, first.acceptance)
    other.dispose()


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
