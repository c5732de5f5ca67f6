"""Restoring: open, compare with the manifest, replay what followed, check everything, and only then put in place."""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from voting.backup import mirror
from voting.backup.archive import DATABASE, KEY_NAMES, MANIFEST
from voting.backup.checks import Checked, check
from voting.backup.sealed import Opener, SealedReader, damaged, not_a_backup
from voting.database import make_engine
from voting.errors import Conflict, NotFound

_NAMES: Final = re.compile(r"voting\.sqlite3|keys/[a-z]{1,16}\.key|committee/[A-Za-z0-9]{1,40}/[A-Za-z0-9.-]{1,40}")
_LARGEST_MANIFEST: Final = 1_000_000
_COPY: Final = 1 << 20
#: VACUUM INTO counts as ATTACH.
_OUTSIDE: Final = (
    sqlite3.SQLITE_ATTACH,
    sqlite3.SQLITE_DETACH,
    sqlite3.SQLITE_PRAGMA,
    sqlite3.SQLITE_TRANSACTION,
)


@dataclass(frozen=True)
class _Manifest:
    """What the first member of a backup says, beside the files, which are compared at once."""

    made_at: str
    position: int
    mac_key: bytes


@dataclass(frozen=True)
class Restored:
    """What stands in the folder now. `position` is the last transaction, `replayed` how many the journal gave."""

    folder: Path
    made_at: str
    position: int
    replayed: int
    checked: Checked


def restore(source: Path, *, into: Path, passphrase: str) -> Restored:
    """Restore a backup file, or the folder of a second copy with all that followed, into the new folder `into`.

    Nothing is in `into` until every check has passed. Raises Conflict RESTORE_EXISTS, RESTORED_BROKEN, LOG_DAMAGED,
    MIRROR_INCOMPLETE; NotFound NO_BACKUP, RESTORE_WRITE; Malformed BACKUP_FORM, BACKUP_DAMAGED; NotAllowed
    PASSPHRASE_WRONG.
    """
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise Conflict(
            "RESTORE_EXISTS",
            f"{into} 里已经有东西，不覆盖；请给一个新文件夹。",
            f"{into} is not empty and is not overwritten; name a new folder.",
        )
    base = _newest_base(source) if source.is_dir() else source
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{into.name}-", dir=into.parent))
        try:
            return _restore(source, base, part, into, passphrase)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except OSError as error:
        raise NotFound(
            "RESTORE_WRITE",
            f"恢复到 {into} 没有办成（{error.strerror}），没有留下半份；请换一个位置，或先腾出空间。",
            f"Restoring into {into} failed ({error.strerror}); no half of it was left. Choose another place or make "
            "room.",
        ) from error


def _restore(source: Path, base: Path, part: Path, into: Path, passphrase: str) -> Restored:
    manifest, opener = _unpack(base, part, passphrase)
    position = _replay(source, part / DATABASE, manifest, opener) if source.is_dir() else manifest.position
    checked = _check(part)
    _sync(part)
    if into.exists():
        into.rmdir()
    part.rename(into)
    mirror.sync_folder(into.parent)
    return Restored(into, manifest.made_at, position, position - manifest.position, checked)


# --- opening -------------------------------------------------------------------------------------------------------


def _newest_base(folder: Path) -> Path:
    bases = sorted(folder.glob("base-*"))
    if not bases:
        raise NotFound(
            "NO_BACKUP",
            f"{folder} 里没有备份（base-…）；请核对是不是双份存储的文件夹。",
            f"There is no backup (base-…) in {folder}; check that it is the folder of the second copy.",
        )
    return bases[-1]


def _unpack(path: Path, into: Path, passphrase: str) -> tuple[_Manifest, Opener]:
    try:
        stream = path.open("rb")
    except OSError as error:
        raise NotFound(
            "NO_BACKUP",
            f"读不到备份 {path}（{error.strerror}）；请核对路径。",
            f"The backup {path} cannot be read ({error.strerror}); check the path.",
        ) from error
    with stream:
        reader = SealedReader(stream, passphrase)
        try:
            with tarfile.open(fileobj=cast(BinaryIO, reader), mode="r|") as tar:
                manifest = _unpack_members(tar, into)
        except (tarfile.TarError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            # Anybody can seal to a public key: what comes out is read as strictly as any other input.
            raise damaged() from None
        reader.finish()
    return manifest, reader.opener


def _unpack_members(tar: tarfile.TarFile, into: Path) -> _Manifest:
    """Write the files that the manifest, the first member, announces: those, whole, and no others."""
    members = iter(tar)
    first = next(members, None)
    if first is None or first.name != MANIFEST or first.size > _LARGEST_MANIFEST:
        raise not_a_backup()
    manifest: dict[str, Any] = json.loads(_content(tar, first).read())
    announced = manifest["files"]
    if manifest["v"] != 1 or not {DATABASE, *KEY_NAMES} <= set(announced):
        raise ValueError("manifest")
    for member in members:
        expected = announced.pop(member.name)
        # The names come from outside: only those that we write ourselves, never a link or a way upwards.
        if not member.isreg() or _NAMES.fullmatch(member.name) is None or member.size != expected["size"]:
            raise ValueError("member")
        if _write(into / member.name, _content(tar, member)) != expected["sha256"]:
            raise ValueError("hash")
    if announced:
        raise ValueError("missing")
    return _Manifest(str(manifest["made_at"]), int(manifest["position"]), bytes.fromhex(manifest.get("mac_key", "")))


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Any:
    content = tar.extractfile(member)
    if content is None:
        raise ValueError("not a file")
    return content


def _write(path: Path, content: Any) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while chunk := content.read(_COPY):
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


# --- replaying -----------------------------------------------------------------------------------------------------


def _replay(folder: Path, database: Path, manifest: _Manifest, opener: Opener) -> int:
    """Apply every journalled transaction after the backup's; returns the number of the last one."""
    position = manifest.position
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        # Nothing here must last yet: the whole folder is synced before it is put in place.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA foreign_keys = ON")
        for number, sealed in _frames(folder, manifest.mac_key):
            if number <= position:
                continue
            if number != position + 1:
                raise _incomplete(position + 1)
            _apply(connection, number, opener.open(sealed))
            position = number
    except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
        raise _incomplete(position + 1) from error
    finally:
        connection.close()
    return position


def _frames(folder: Path, mac_key: bytes) -> Iterator[tuple[int, bytes]]:
    journals = sorted(folder.glob("journal-" + 12 * "[0-9]"))
    starts = [int(path.name.removeprefix("journal-")) for path in journals]
    for path, end in zip(journals, (*starts[1:], None), strict=True):
        with path.open("rb") as file:
            for number, sealed in mirror.read_frames(file, mac_key):
                # Beyond the beginning of the next journal stands only what was never committed.
                if end is None or number <= end:
                    yield number, sealed


def _apply(connection: sqlite3.Connection, number: int, record: bytes) -> None:
    connection.set_authorizer(None)
    connection.execute("BEGIN IMMEDIATE")
    # Whatever a record says, it changes this one file, inside this one transaction, and no other file.
    connection.set_authorizer(_inside)
    for statement, rows in mirror.read_statements(record):
        for row in rows:
            connection.execute(statement, row).fetchall()
    connection.set_authorizer(None)
    connection.execute(f"PRAGMA user_version = {number}")
    connection.execute("COMMIT")


def _inside(deed: int, *_about: str | None) -> int:
    return sqlite3.SQLITE_DENY if deed in _OUTSIDE else sqlite3.SQLITE_OK


def _incomplete(number: int) -> Conflict:
    return Conflict(
        "MIRROR_INCOMPLETE",
        f"双份存储里第 {number} 笔记录缺失或接不上，没有恢复。请保存好这块盘，改用最近一份备份文件，并告知监督委员。",
        f"Record {number} of the second copy is missing or does not fit; nothing was restored. Keep this medium, use "
        "the latest backup file and tell the supervisors.",
    )


# --- checking ------------------------------------------------------------------------------------------------------


def _check(folder: Path) -> Checked:
    engine = make_engine(f"sqlite:///{folder / DATABASE}")
    try:
        return check(engine, (folder / "keys" / "log.key").read_bytes())
    finally:
        engine.dispose()


def _sync(folder: Path) -> None:
    for path in (*folder.rglob("*"), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
