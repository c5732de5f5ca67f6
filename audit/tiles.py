"""tlog-tiles v0.1.0: paths, widths, entry bundles, and the directory an exported log is.

One builder derives every hash tile from the leaf hashes; the exporter writes what it emits and the
verifier compares with it, so that both follow the same few lines.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from audit.checkpoint import Checkpoint, read_checkpoint
from audit.errors import fault
from audit.merkle import CompactRange, fold, leaf_hash

WIDTH = 256
MAX_RAW = 65_535
MAX_BUNDLE = WIDTH * (2 + MAX_RAW)
_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """Tile ``index`` of a hash level (0..63), or the entry bundle where ``level`` is ENTRIES; 1 ≤ width ≤ 256."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """``tile/0/x001/x234/067.p/44``."""
        level = "entries" if self.level == ENTRIES else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{index_path(self.index)}{partial}"


ENTRIES = -1
Emit = Callable[[Tile, bytes], None]


def index_path(index: int) -> str:
    """Groups of three digits, all but the last with an x: 1234067 → ``x001/x234/067``."""
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])


def parse_path(path: str) -> Tile:
    """Read a tile's path in its only form; raises TILE_SHAPE."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise fault("TILE_SHAPE", where=path)
    level = ENTRIES if match["level"] == "entries" else int(match["level"])
    index = int(match["index"].replace("x", "").replace("/", ""))
    tile = Tile(level, index, int(match["width"] or WIDTH))
    if level > 63 or tile.path != path:  # a partial of 256, needless leading groups
        raise fault("TILE_SHAPE", where=path)
    return tile


def shape(size: int) -> Iterator[Tile]:
    """Every tile of a tree of ``size``, the entry bundles included."""
    yield from _level(ENTRIES, size)
    level = 0
    while size:
        yield from _level(level, size)
        size //= WIDTH
        level += 1


def _level(level: int, count: int) -> Iterator[Tile]:
    full, partial = divmod(count, WIDTH)
    for index in range(full):
        yield Tile(level, index)
    if partial:
        yield Tile(level, full, partial)


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Entries one after another, each after its length as a big-endian uint16; raises ENTRY_SIZE."""
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > MAX_RAW:
            raise fault("ENTRY_SIZE", where=f"{len(entry)} bytes")
        parts += (len(entry).to_bytes(2, "big"), entry)
    return b"".join(parts)


def decode_bundle(raw: bytes, path: str) -> list[bytes]:
    """The entries of a bundle; raises TILE_SHAPE when they are over 256 or the bytes do not end with an entry."""
    entries: list[bytes] = []
    at = 0
    while at < len(raw):
        end = at + 2 + int.from_bytes(raw[at : at + 2], "big")
        if at + 2 > len(raw) or end > len(raw) or len(entries) == WIDTH:
            raise fault("TILE_SHAPE", where=path)
        entries.append(raw[at + 2 : end])
        at = end
    return entries


class TileBuilder:
    """Feeds leaf hashes in, hash tiles out; holds at most one tile for each level.

    Only full tiles are hashed into the next level. The levels' compact ranges, highest level first,
    are together the compact range of the whole tree.
    """

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._levels: list[tuple[CompactRange, list[bytes]]] = []
        self._full: list[int] = []
        self.size = 0

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash; emits the tiles that it fills."""
        self.size += 1
        level, value = 0, leaf
        while True:
            if level == len(self._levels):
                self._levels.append((CompactRange(), []))
                self._full.append(0)
            tree, tile = self._levels[level]
            tree.append(value)
            tile.append(value)
            if len(tile) < WIDTH:
                return
            self._emit(Tile(level, self._full[level]), b"".join(tile))
            value = tree.root()
            self._levels[level] = (CompactRange(), [])
            self._full[level] += 1
            level += 1

    def root(self) -> bytes:
        """Root of everything so far."""
        return fold([h for tree, _ in reversed(self._levels) for h in tree.hashes])

    def finish(self) -> None:
        """Emit the partial tiles of the present size."""
        for level, (_, tile) in enumerate(self._levels):
            if tile:
                self._emit(Tile(level, self._full[level], len(tile)), b"".join(tile))


def write_export(directory: Path, note: str, entries: Iterable[bytes], named: Mapping[int, str]) -> Checkpoint:
    """Write a log up to the signed checkpoint ``note``; ``named`` are older checkpoints by size.

    The checkpoint is written last and the directory renamed into place, so that no reader sees a
    checkpoint whose tiles are not there. Raises EXPORT_EXISTS, TRUNCATED, ROOT_MISMATCH.
    """
    checkpoint = read_checkpoint(note.encode())
    if directory.exists():
        raise fault("EXPORT_EXISTS", where=str(directory))
    directory.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    try:
        _write_tiles(work, checkpoint, entries)
        for size, old in sorted(named.items()):
            _write(work / "checkpoints" / f"{size}.txt", old.encode())
        _write(work / "checkpoint", note.encode())
        work.chmod(0o755)  # mkdtemp makes it private; an export is public
        try:
            work.rename(directory)
        except OSError as error:  # somebody made it meanwhile; a non-empty directory is never replaced
            raise fault("EXPORT_EXISTS", where=str(directory)) from error
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return checkpoint


def _write_tiles(work: Path, checkpoint: Checkpoint, entries: Iterable[bytes]) -> None:
    builder = TileBuilder(lambda tile, raw: _write(work / tile.path, raw))
    bundle: list[bytes] = []
    for raw in entries:
        builder.append(leaf_hash(raw))
        bundle.append(raw)
        if len(bundle) == WIDTH:
            _write(work / Tile(ENTRIES, builder.size // WIDTH - 1).path, encode_bundle(bundle))
            bundle = []
    if bundle:
        _write(work / Tile(ENTRIES, builder.size // WIDTH, len(bundle)).path, encode_bundle(bundle))
    builder.finish()
    if builder.size < checkpoint.size:
        raise fault("TRUNCATED", where=str(checkpoint.size), index=builder.size)
    if builder.size != checkpoint.size or builder.root() != checkpoint.root:
        raise fault("ROOT_MISMATCH", where=str(checkpoint.size))


def _write(path: Path, raw: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
