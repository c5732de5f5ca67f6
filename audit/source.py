"""Where an exported log is read from: a directory or a zip, both taken as hostile.

Nothing is ever unpacked to disk and no name is ever joined to a path outside; one file is in memory at
a time, and no more of it than its format allows.
"""

import os
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from audit.errors import fault

MAX_MEMBERS = 1_000_000
MAX_RATIO = 100
_RATIO_MATTERS = 1_000_000
_READ_ERRORS = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)


class Source(Protocol):
    """Named read-only files."""

    def names(self) -> frozenset[str]:
        """Every file's name, with ``/`` between its parts."""

    def read(self, name: str, limit: int) -> bytes:
        """One file's bytes; raises BUNDLE_MISSING, or BUNDLE_UNSAFE above ``limit`` bytes."""


class DirectorySource:
    """Files under a directory; links and devices are refused, because they lead out of it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._names = frozenset(self._walk())

    def _walk(self) -> Iterator[str]:
        for folder, folders, files in os.walk(self._root, onerror=_unreadable):
            for name in [*folders, *files]:
                path = Path(folder, name)
                mode = path.lstat().st_mode
                if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                    raise fault("BUNDLE_UNSAFE", where=f"{name}: link or device")
            yield from (Path(folder, name).relative_to(self._root).as_posix() for name in files)

    def names(self) -> frozenset[str]:
        """Every regular file."""
        return self._names

    def read(self, name: str, limit: int) -> bytes:
        """One file's bytes."""
        if name not in self._names:
            raise fault("BUNDLE_MISSING", where=name)
        try:
            with (self._root / name).open("rb") as file:
                raw = file.read(limit + 1)
        except OSError as error:
            raise fault("BUNDLE_MISSING", where=name) from error
        return _within(raw, limit, name)


class ZipSource:
    """Members of a zip below ``prefix``, checked before any is opened."""

    def __init__(self, archive: zipfile.ZipFile, prefix: str = "") -> None:
        self._archive = archive
        self._prefix = prefix
        members = safe_members(archive)
        self._members = {name.removeprefix(prefix): info for name, info in members.items() if name.startswith(prefix)}

    def names(self) -> frozenset[str]:
        """Every member that is a file."""
        return frozenset(self._members)

    def read(self, name: str, limit: int) -> bytes:
        """One member's bytes; its checksum and declared length must hold."""
        info = self._members.get(name)
        if info is None:
            raise fault("BUNDLE_MISSING", where=name)
        _within(b"", limit - info.file_size, name)
        try:
            with self._archive.open(info) as file:
                raw = file.read(limit + 1)
        except _READ_ERRORS as error:
            raise fault("BUNDLE_DAMAGED", where=name) from error
        if len(raw) != info.file_size:
            raise fault("BUNDLE_DAMAGED", where=f"{name}: length")
        return raw


def safe_members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The files of a zip by name; raises BUNDLE_UNSAFE for anything an honest publisher never makes."""
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise fault("BUNDLE_UNSAFE", where=f"{len(infos)} members")
    _refuse_overlap(infos)
    members: dict[str, zipfile.ZipInfo] = {}
    folded: set[str] = set()
    for info in infos:
        _refuse_unsafe(info)
        # Two names that one file system takes for the same file let two readers see two logs.
        plain = unicodedata.normalize("NFC", info.filename).casefold()
        if plain in folded:
            raise fault("BUNDLE_UNSAFE", where=f"{info.filename}: twice")
        folded.add(plain)
        if not info.is_dir():
            members[info.filename] = info
    return members


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Open a directory or a zip; in a zip the log is where its only ``checkpoint`` is.

    Raises BUNDLE_MISSING, BUNDLE_DAMAGED, BUNDLE_UNSAFE.
    """
    if path.is_dir():
        yield DirectorySource(path)
        return
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise fault("BUNDLE_MISSING", where=str(path)) from error
    except _READ_ERRORS as error:
        raise fault("BUNDLE_DAMAGED", where=f"{path.name}: not a zip") from error
    with archive:
        yield ZipSource(archive, _log_prefix(archive))


def _log_prefix(archive: zipfile.ZipFile) -> str:
    found = [name for name in safe_members(archive) if name == "checkpoint" or name.endswith("/checkpoint")]
    if not found:
        raise fault("BUNDLE_MISSING", where="checkpoint")
    if len(found) > 1:
        raise fault("BUNDLE_UNSAFE", where=f"checkpoint: {len(found)} times")
    return found[0].removesuffix("checkpoint")


def _refuse_unsafe(info: zipfile.ZipInfo) -> None:
    name = info.filename
    parts = name.removesuffix("/").split("/")
    if name != info.orig_filename or "\\" in name or ":" in parts[0] or any(p in ("", ".", "..") for p in parts):
        raise fault("BUNDLE_UNSAFE", where=f"{ascii(info.orig_filename)[:80]}: name")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise fault("BUNDLE_UNSAFE", where=f"{name}: link")
    if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise fault("BUNDLE_UNSAFE", where=f"{name}: method")
    if info.file_size > max(_RATIO_MATTERS, MAX_RATIO * info.compress_size):
        raise fault("BUNDLE_UNSAFE", where=f"{name}: {info.file_size} bytes")


def _refuse_overlap(infos: list[zipfile.ZipInfo]) -> None:
    """Members sharing compressed bytes are how a small zip holds petabytes without any ratio showing it."""
    end = 0
    for info in sorted(infos, key=lambda i: i.header_offset):
        if info.header_offset < end:
            raise fault("BUNDLE_UNSAFE", where=f"{ascii(info.filename)[:80]}: overlap")
        end = info.header_offset + 30 + info.compress_size


def _within(raw: bytes, limit: int, name: str) -> bytes:
    if len(raw) > limit:
        raise fault("BUNDLE_UNSAFE", where=f"{name}: too large")
    return raw


def _unreadable(error: OSError) -> None:
    raise fault("BUNDLE_MISSING", where=str(error.filename)) from error
