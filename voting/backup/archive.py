"""Making backups while everything runs: one sealed file, or a second copy that follows every transaction.

A backup holds the database as one snapshot, the server's key files and the committee's sealed files, as a tar
inside a sealed stream, its manifest first. With it and the passphrase another laptop can go on.
"""

import hashlib
import json
import os
import secrets
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from sqlalchemy.engine import make_url

from voting.backup import mirror
from voting.backup.sealed import Recipient, SealedWriter, new_recipient
from voting.config import Settings
from voting.errors import Conflict, Malformed, NotFound, Unavailable

DATABASE: Final = "voting.sqlite3"
MANIFEST: Final = "manifest.json"
#: Names of the key files inside a backup, and below the data folder of the restored installation.
KEY_NAMES: Final = ("keys/session.key", "keys/field.key", "keys/match.key", "keys/log.key")


@dataclass(frozen=True)
class Made:
    """A finished backup: its file, its size, and the number of the last transaction in it."""

    path: Path
    size: int
    position: int


@dataclass(frozen=True)
class Following:
    """A second copy that is being kept: where, and the backup that it starts from."""

    folder: Path
    base: Made


def backup(settings: Settings, *, to: Path, passphrase: str, now: datetime) -> Made:
    """Write one sealed backup to the new file `to`, while the poll goes on.

    Raises Conflict BACKUP_EXISTS; Malformed PASSPHRASE_SHORT, NOT_SQLITE; Conflict DATABASE_BROKEN;
    NotFound BACKUP_WRITE.
    """
    database = database_path(settings)
    if to.exists():
        raise _exists(to)
    return _write(settings, database, to, new_recipient(passphrase), now=now, extra={})


def follow(settings: Settings, *, folder: Path, passphrase: str, now: datetime, same_disk: bool = False) -> Following:
    """Begin a second copy in the empty `folder` on another medium; it then follows every transaction.

    The copy protects from the moment this returns. Raises Conflict FOLLOW_ON, FOLLOW_NOT_EMPTY, FOLLOW_SAME_DISK;
    and the refusals of `backup`.
    """
    database = database_path(settings)
    old = mirror.read_target(database)
    if old is not None:
        raise Conflict(
            "FOLLOW_ON",
            f"已经有双份存储（{old.folder}）。换地方请先运行 voting backup --stop。",
            f"There is a second copy already ({old.folder}). To move it run voting backup --stop first.",
        )
    _require_place(database, folder, same_disk=same_disk)
    recipient, mac_key = new_recipient(passphrase), secrets.token_bytes(32)
    try:
        with _write_lock(database) as connection:
            # One number is left out: what was written while nothing followed can never be mistaken for followed.
            start = _position(connection) + 1
            connection.execute(f"PRAGMA user_version = {start}")
            target = mirror.Target(folder.absolute(), start, recipient, mac_key)
            _on_medium(folder, lambda: mirror.create_journal(target))
            # In force before the commit of the number: whoever writes next sees both.
            target.write(database)
        return Following(folder, _write_base(settings, database, target, now))
    except BaseException:
        stop(settings)
        raise


def renew(settings: Settings, *, now: datetime) -> Following | None:
    """A new starting point for the second copy, if there is one: at every start of the server.

    The old starting point and its journals are deleted only when the new one is on the medium. Raises
    Unavailable MIRROR_DOWN when the medium is away.
    """
    if make_url(settings.database_url).get_backend_name() != "sqlite":
        return None
    database = database_path(settings)
    target = mirror.read_target(database)
    if target is None:
        return None
    with _write_lock(database) as connection:
        start = _position(connection)
        if start != target.start:
            target = mirror.Target(target.folder, start, target.recipient, target.mac_key)
            # Left by a renewal that was killed before it could say so: nothing was ever written to it.
            _on_medium(target.folder, lambda: target.journal.unlink(missing_ok=True))
            _on_medium(target.folder, lambda: mirror.create_journal(target))
            target.write(database)
    base = _write_base(settings, database, target, now)
    _delete_older(target.folder, base)
    return Following(target.folder, base)


def stop(settings: Settings) -> bool:
    """End the second copy; False when there was none. What was written to the medium stays there."""
    database = database_path(settings)
    path = mirror.config_path(database)
    with _write_lock(database):
        there = path.exists()
        path.unlink(missing_ok=True)
        mirror.sync_folder(path.parent)
    return there


def database_path(settings: Settings) -> Path:
    """The SQLite file. Raises Malformed NOT_SQLITE; NotFound NO_DATABASE."""
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise Malformed(
            "NOT_SQLITE",
            "voting backup 只管 SQLite 数据库；PostgreSQL 请用它自己的备份和同步复制，并另存 keys 文件夹。",
            "voting backup keeps SQLite databases; for PostgreSQL use its own backups and synchronous replication, "
            "and keep the keys folder too.",
        )
    path = Path(url.database).absolute()
    if not path.exists():
        raise NotFound(
            "NO_DATABASE",
            f"{path} 不存在，没有可备份的数据；请核对 VOTING_DATA_DIR。",
            f"{path} does not exist, there is nothing to back up; check VOTING_DATA_DIR.",
        )
    return path


# --- the archive ---------------------------------------------------------------------------------------------------


def base_name(position: int) -> str:
    """Name of the backup that a second copy starts from."""
    return f"base-{position:012d}"


def _write_base(settings: Settings, database: Path, target: mirror.Target, now: datetime) -> Made:
    extra = {"mac_key": target.mac_key.hex()}
    part = target.folder / ".base.part"
    _on_medium(target.folder, lambda: part.unlink(missing_ok=True))
    made = _write(settings, database, part, target.recipient, now=now, extra=extra)
    final = target.folder / base_name(made.position)
    _on_medium(target.folder, lambda: part.replace(final))
    _on_medium(target.folder, lambda: mirror.sync_folder(target.folder))
    return Made(final, made.size, made.position)


def _delete_older(folder: Path, base: Made) -> None:
    for old in folder.glob("base-*"):
        if old.name < base.path.name:
            old.unlink()
    journals = sorted(folder.glob("journal-*"))
    for old, following in pairwise(journals):
        if following.name <= mirror.journal_name(base.position):
            old.unlink()


def _write(
    settings: Settings, database: Path, to: Path, recipient: Recipient, *, now: datetime, extra: dict[str, str]
) -> Made:
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=database.parent) as folder:
        snapshot = Path(folder) / DATABASE
        position = _snapshot(database, snapshot)
        files = {DATABASE: snapshot, **_other_files(settings)}
        manifest = {
            "v": 1,
            "made_at": now.isoformat(timespec="seconds"),
            "position": position,
            **extra,
            "files": {name: _fingerprint(path) for name, path in files.items()},
        }
        size = _write_archive(to, recipient, manifest, files)
    return Made(to, size, position)


def _snapshot(database: Path, to: Path) -> int:
    """Copy the database as of one transaction (SQLite's online backup), check it, return its number."""
    source, copy = _connect(database), sqlite3.connect(to)
    try:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        said = [row[0] for row in copy.execute("PRAGMA integrity_check(10)")]
        if said != ["ok"]:
            raise Conflict(
                "DATABASE_BROKEN",
                f"数据库自检不通过（{said[0]}），没有备份。请停止办理，保存数据文件夹，改用上一份备份。",
                f"The database fails its own check ({said[0]}); no backup was made. Stop, keep the data folder as it "
                "is and use the previous backup.",
            )
        return _position(copy)
    finally:
        copy.close()
        source.close()


def _other_files(settings: Settings) -> dict[str, Path]:
    keys = (settings.session_key_file, settings.field_key_file, settings.match_key_file, settings.log_key_file)
    committee = settings.data_dir / "committee"
    found = sorted(path for path in committee.glob("*/*") if path.is_file())
    return {
        **dict(zip(KEY_NAMES, keys, strict=True)),
        **{f"committee/{path.parent.name}/{path.name}": path for path in found},
    }


def _fingerprint(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "size": path.stat().st_size}


def _write_archive(to: Path, recipient: Recipient, manifest: dict[str, Any], files: dict[str, Path]) -> int:
    try:
        handle = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise _exists(to) from None
    except OSError as error:
        raise _cannot_write(to, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            _fill(file, recipient, manifest, files)
            file.flush()
            os.fsync(file.fileno())
            return file.tell()
    except OSError as error:
        to.unlink(missing_ok=True)
        raise _cannot_write(to, error) from error


def _fill(file: BinaryIO, recipient: Recipient, manifest: dict[str, Any], files: dict[str, Path]) -> None:
    sealed = SealedWriter(file, recipient)
    with tempfile.TemporaryFile() as first, tarfile.open(fileobj=cast(BinaryIO, sealed), mode="w|") as tar:
        first.write(json.dumps(manifest, ensure_ascii=False).encode())
        size = first.tell()
        first.seek(0)
        _add(tar, MANIFEST, size, first)
        for name, path in files.items():
            with path.open("rb") as content:
                _add(tar, name, manifest["files"][name]["size"], content)
    sealed.close()


def _add(tar: tarfile.TarFile, name: str, size: int, content: Any) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    tar.addfile(info, content)


# --- the medium and the lock ---------------------------------------------------------------------------------------


def _connect(database: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(database, timeout=30, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    return connection


@contextmanager
def _write_lock(database: Path) -> Iterator[sqlite3.Connection]:
    connection = _connect(database)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.execute("COMMIT")
    finally:
        connection.close()


def _position(connection: sqlite3.Connection) -> int:
    position: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return position


def _on_medium(folder: Path, deed: Any) -> None:
    try:
        deed()
    except OSError as error:
        raise Unavailable(
            "MIRROR_DOWN",
            f"双份存储的文件夹 {folder} 写不进去（{error.strerror}）。请插好存储盘，或运行 voting backup --stop 停用。",
            f"The folder of the second copy, {folder}, cannot be written ({error.strerror}). Put the medium back, "
            "or end the second copy with voting backup --stop.",
        ) from error


def _require_place(database: Path, folder: Path, *, same_disk: bool) -> None:
    if not folder.is_dir() or any(folder.iterdir()):
        raise Conflict(
            "FOLLOW_NOT_EMPTY",
            f"{folder} 不是空文件夹。请先在另一块盘上新建一个空文件夹，再指定它。",
            f"{folder} is not an empty folder. Make an empty folder on the other medium first and name it.",
        )
    if not same_disk and folder.stat().st_dev == database.stat().st_dev:
        raise Conflict(
            "FOLLOW_SAME_DISK",
            f"{folder} 和数据库在同一块盘上，盘坏了两份一起丢。请插上另一块盘，用那上面的文件夹。",
            f"{folder} is on the same disk as the database and would be lost with it. Use a folder on another disk.",
        )


def _exists(path: Path) -> Conflict:
    return Conflict(
        "BACKUP_EXISTS",
        f"{path} 已经存在，不覆盖；请换一个文件名。",
        f"{path} exists and is not overwritten; choose another name.",
    )


def _cannot_write(path: Path, error: OSError) -> NotFound:
    return NotFound(
        "BACKUP_WRITE",
        f"备份 {path} 写不成（{error.strerror}），没有留下半份；请换一个位置，或先腾出空间。",
        f"The backup {path} cannot be written ({error.strerror}); no half of it was left. Choose another place or "
        "make room.",
    )
