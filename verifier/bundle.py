"""A certified bundle as files, from a directory or a zip, both taken as hostile; checks 1 and 2 (docs/verify.md).

Nothing is unpacked but the ballot archive, which is streamed into a private file while it is hashed, so
that the bytes verified later are the bytes that the manifest names.
"""

import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Final

from audit.errors import AuditError, fault
from audit.note import MAX_NOTE, VerifierKey, open_note, split_note
from audit.source import DirectorySource, Source, ZipSource, safe_members
from verifier.report import Lacking
from voting.elections.count.exports import read_manifest
from voting.errors import Malformed, Refused

MANIFEST: Final = "manifest.txt"
ARCHIVE: Final = "ballots.bel"
LOG: Final = "log/"
LOG_VKEY: Final = "log.vkey"
AUTHORITY: Final = "authority.pem"
RESULT: Final = "result.json"
CSV: Final = "result.csv"
XLSX: Final = "result.xlsx"
PDF: Final = "result.pdf"
#: What no bundle can do without; the log's tiles depend on its size and are check 3's.
REQUIRED: Final = (ARCHIVE, AUTHORITY, LOG_VKEY, f"{LOG}checkpoint", RESULT, CSV, XLSX, PDF)
LARGEST_PAPER: Final = 20_000_000
LARGEST_ARCHIVE: Final = 8 * 2**30
_CHUNK = 2**20
_MOST_FILES_NAMED = 20
_READ_ERRORS = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)


@dataclass
class Bundle:
    """Named files and how to open one; nothing in them is trusted yet."""

    source: Source
    _open: Callable[[str], IO[bytes]]
    _copy: Path
    _copied: str = ""

    def read(self, name: str, limit: int = LARGEST_PAPER) -> bytes:
        """One file's bytes. Raises BUNDLE_MISSING, BUNDLE_DAMAGED, BUNDLE_UNSAFE."""
        return self.source.read(name, limit)

    def digest(self, name: str) -> str:
        """SHA-256 of a file, hex. Raises BUNDLE_MISSING, BUNDLE_DAMAGED, BUNDLE_UNSAFE."""
        if name == ARCHIVE:
            self._copied = self._copied or self._stream(name, self._copy)
            return self._copied
        return self._stream(name, Path(os.devnull))

    def archive(self) -> Path:
        """The private copy of the ballot archive, whose hash ``digest`` told. Raises as that does."""
        self.digest(ARCHIVE)
        return self._copy

    def _stream(self, name: str, to: Path) -> str:
        if name not in self.source.names():
            raise fault("BUNDLE_MISSING", where=name)
        seen, size = hashlib.sha256(), 0
        try:
            with self._open(name) as file, to.open("wb") as copy:
                while chunk := file.read(_CHUNK):
                    size += len(chunk)
                    if size > LARGEST_ARCHIVE:
                        raise fault("BUNDLE_UNSAFE", where=f"{name}: too large")
                    seen.update(chunk)
                    copy.write(chunk)
        except _READ_ERRORS as error:
            raise fault("BUNDLE_DAMAGED", where=name) from error
        return seen.hexdigest()


class LogFiles:
    """The files below ``log/`` as the source of a log."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def names(self) -> frozenset[str]:
        """Every file of the log."""
        return frozenset(name.removeprefix(LOG) for name in self._source.names() if name.startswith(LOG))

    def read(self, name: str, limit: int) -> bytes:
        """One file's bytes."""
        return self._source.read(LOG + name, limit)


@contextmanager
def open_bundle(path: Path) -> Iterator[Bundle]:
    """Open a directory or a zip; in a zip the bundle is where its only manifest is.

    Raises BUNDLE_MISSING, BUNDLE_DAMAGED, BUNDLE_UNSAFE (``audit.errors``).
    """
    with NamedTemporaryFile(prefix="community-verifier-", suffix=".bel") as copy:
        if path.is_dir():
            yield Bundle(DirectorySource(path), lambda name: (path / name).open("rb"), Path(copy.name))
            return
        try:
            archive = zipfile.ZipFile(path)
        except FileNotFoundError as error:
            raise fault("BUNDLE_MISSING", where=path.name) from error
        except _READ_ERRORS as error:
            raise fault("BUNDLE_DAMAGED", where=f"{path.name}: not a zip") from error
        with archive:
            prefix = _prefix(archive)
            source = ZipSource(archive, prefix)
            yield Bundle(source, lambda name: archive.open(prefix + name), Path(copy.name))


def _prefix(archive: zipfile.ZipFile) -> str:
    """The folder inside the zip; raises where other files lie beside it, which no manifest would mention."""
    names = list(safe_members(archive))
    found = [name for name in names if name.rpartition("/")[2] == MANIFEST]
    if not found:
        raise fault("BUNDLE_MISSING", where=MANIFEST)
    prefix = min(found, key=len).removesuffix(MANIFEST)
    outside = [name for name in names if not name.startswith(prefix)]
    if outside:
        raise _extra(outside[0])
    return prefix


# --- check 1 -----------------------------------------------------------------------------------------------------


def read_listing(bundle: Bundle) -> dict[str, str]:
    """1: path → SHA-256 as the manifest says, whoever signed it. Raises BUNDLE_MISSING, NOTE_…, MANIFEST_FORM."""
    body, _ = split_note(bundle.read(MANIFEST, MAX_NOTE))
    return read_manifest(body.decode())


def check_whole(bundle: Bundle) -> list[Refused | AuditError]:
    """1: every file that the manifest names is there with that hash, and no other. Returns what is wrong."""
    listing = read_listing(bundle)
    present = bundle.source.names() - {MANIFEST}
    required = [fault("BUNDLE_MISSING", where=name) for name in REQUIRED if name not in listing]
    missing = [fault("BUNDLE_MISSING", where=name) for name in sorted(listing.keys() - present)]
    extra = [_extra(name) for name in sorted(present - listing.keys())]
    changed = [found for name in sorted(listing.keys() & present) for found in check_file(bundle, name, listing[name])]
    return [*changed, *required, *missing, *extra][:_MOST_FILES_NAMED]


def check_file(bundle: Bundle, name: str, wanted: str) -> list[Refused | AuditError]:
    """1: one file is what the manifest's hash says. Returns what is wrong with it."""
    try:
        digest = bundle.digest(name)
    except AuditError as error:
        return [error]
    if digest == wanted:
        return []
    return [
        Malformed(
            "FILE_CHANGED",
            f"文件 {name} 与清单中的指纹不符：签字之后被改动过。",
            f"{name} is not the file the manifest names: it was changed after signing.",
        )
    ]


def _extra(name: str) -> Malformed:
    return Malformed(
        "BUNDLE_EXTRA",
        f"文件 {_shown(name)} 不在清单里：请删去它，或重新取得原件。",
        f"{_shown(name)} is not in the manifest: remove it, or get the original again.",
    )


def _shown(name: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in name)[:80]


# --- check 2 -----------------------------------------------------------------------------------------------------


def check_signed(bundle: Bundle, key: VerifierKey | None) -> VerifierKey:
    """2: the manifest is signed by the key from the notice board. Raises Lacking COMMITTEE_KEY_NONE, SIG_BAD, …"""
    if key is None:
        raise Lacking(
            "COMMITTEE_KEY_NONE",
            "没有给出选举委员会的公钥，所以没有核对是谁签的字：请用 --key 给出公告栏上“选举委员会签名钥”那一行。",
            "No key of the election committee was given, so nobody checked who signed: give the line from the notice "
            "board with --key.",
        )
    return open_note(bundle.read(MANIFEST, MAX_NOTE), [key]).verified[0]
