"""Check a whole exported log in one streaming pass; trusts nothing in it, keys come from outside.

Memory is O(log n) hashes, one bundle, and the list of file names. Findings are collected, the first of
each kind with the first bad index, so that one fault does not hide another.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit.checkpoint import Checkpoint, open_checkpoint, read_checkpoint
from audit.entry import GENESIS, Entry, decode
from audit.errors import AuditError, Tampered, fault
from audit.merkle import HASH_SIZE, leaf_hash
from audit.note import VerifierKey
from audit.source import Source
from audit.tiles import ENTRIES, MAX_BUNDLE, WIDTH, Emit, Tile, TileBuilder, decode_bundle, parse_path, shape

SKEW = timedelta(minutes=10)
MAX_CHECKPOINT = 100_000


@dataclass(frozen=True, slots=True)
class Report:
    """What a pass found. ``entries`` were read; ``signed`` says that the given key signed the checkpoint."""

    checkpoint: Checkpoint | None
    signed: bool
    entries: int
    first_at: datetime | None
    last_at: datetime | None
    findings: tuple[AuditError, ...]

    @property
    def exit_code(self) -> int:
        """0 sound, 1 tampering proven, 2 unusable, 3 evidence lacking: the gravest finding decides."""
        return min((finding.exit_code for finding in self.findings), default=0)


class Findings:
    """The first finding of each code."""

    def __init__(self) -> None:
        self._first: dict[str, AuditError] = {}

    def add(self, finding: AuditError) -> None:
        """Keep it unless one of its code is there."""
        self._first.setdefault(finding.code, finding)

    def gravest_first(self) -> tuple[AuditError, ...]:
        """Ordered by gravity, then by first bad index."""
        return tuple(sorted(self._first.values(), key=lambda f: (f.exit_code, f.index is None, f.index or 0)))


class EntryCheck:
    """Takes the stored entries in order: form, number, link, time, and the root at each known checkpoint."""

    def __init__(self, findings: Findings, known: Iterable[Checkpoint], received: datetime | None, emit: Emit) -> None:
        self.findings = findings
        self.builder = TileBuilder(emit)
        self.prev = GENESIS
        self.first_at: datetime | None = None
        self.last_at: datetime | None = None
        self._latest = None if received is None else received + SKEW
        self._known: defaultdict[int, list[Checkpoint]] = defaultdict(list)
        for checkpoint in known:
            self._known[checkpoint.size].append(checkpoint)
        self._compare_roots()

    def add(self, raw: bytes) -> None:
        """Check the next entry."""
        index = self.builder.size
        leaf = leaf_hash(raw)
        try:
            entry = decode(raw, index)
        except AuditError as error:
            self.findings.add(error)
        else:
            self._links(entry, index)
            self._times(entry, index)
        self.prev = leaf.hex()
        self.builder.append(leaf)
        if self.builder.size in self._known:
            self._compare_roots()

    def _links(self, entry: Entry, index: int) -> None:
        if entry.seq != index:
            self.findings.add(fault("SEQ_GAP", where=entry.seq, index=index))
        if entry.prev != self.prev:
            self.findings.add(fault("CHAIN_BREAK", index=index))

    def _times(self, entry: Entry, index: int) -> None:
        if self.last_at is not None and entry.at < self.last_at:
            self.findings.add(fault("TIME_BACKWARDS", index=index))
        if self._latest is not None and entry.at > self._latest:
            self.findings.add(fault("POSTDATED", where=entry.at.isoformat(), index=index))
        self.first_at = self.first_at or entry.at
        self.last_at = entry.at

    def _compare_roots(self) -> None:
        root = self.builder.root()
        for checkpoint in self._known.get(self.builder.size, ()):
            if checkpoint.root != root:
                mine = Checkpoint(checkpoint.origin, self.builder.size, root)
                self.findings.add(fault("FORK", where=str(checkpoint.size), evidence=(checkpoint.text, mine.text)))


def verify(
    source: Source,
    key: VerifierKey | None,
    *,
    origin: str | None = None,
    received: datetime | None = None,
    seen: Iterable[Checkpoint] = (),
    every_tile: bool = False,
) -> Report:
    """Check the log in ``source`` against the log's ``key`` (name = origin unless ``origin`` is given).

    ``received``: when this copy was handed over; no entry may be dated later. ``seen``: checkpoints known
    from elsewhere (a printed sheet, the last visit); the log must continue them. ``every_tile``: hash
    tiles are optional for a verifier, but must all be there for ``fsck``, which is about storage and does
    not miss a key. Never raises for what is in the source.
    """
    findings = Findings()
    if key is None and not every_tile:
        findings.add(fault("KEY_NONE"))
    try:
        checkpoint, signed = _checkpoint(source, key, origin, findings)
    except AuditError as error:
        findings.add(error)
        return Report(None, False, 0, None, None, findings.gravest_first())
    known = [*_named(source, key, checkpoint, findings), *comparable(seen, checkpoint, findings)]
    export = _Export(source, checkpoint, findings, every_tile)
    check = EntryCheck(findings, known, received, export.compare)
    complete = export.read_into(check)
    if complete:
        check.builder.finish()
        if check.builder.root() != checkpoint.root:
            where = export.first_difference or str(checkpoint.size)
            findings.add(fault("ROOT_MISMATCH", where=where, evidence=(checkpoint.text,)))
    return Report(checkpoint, signed, check.builder.size, check.first_at, check.last_at, findings.gravest_first())


def read_entries(source: Source) -> Iterator[Entry]:
    """The decoded entries below the checkpoint's size, *unverified*; raises the first error met."""
    checkpoint = read_checkpoint(source.read("checkpoint", MAX_CHECKPOINT))
    export = _Export(source, checkpoint, Findings(), every_tile=False)
    for tile in export.bundles():
        for offset, raw in enumerate(export.bundle(tile)):
            yield decode(raw, tile.index * WIDTH + offset)


def _checkpoint(
    source: Source, key: VerifierKey | None, origin: str | None, findings: Findings
) -> tuple[Checkpoint, bool]:
    raw = source.read("checkpoint", MAX_CHECKPOINT)
    if key is not None:
        try:
            return open_checkpoint(raw, key, origin), True
        except Tampered as error:  # its claim is still worth comparing with the entries
            findings.add(error)
    checkpoint = read_checkpoint(raw)
    if origin is not None and checkpoint.origin != origin:
        raise fault("CP_ORIGIN", where=checkpoint.origin)
    return checkpoint, False


def _named(source: Source, key: VerifierKey | None, checkpoint: Checkpoint, findings: Findings) -> Iterator[Checkpoint]:
    """The older checkpoints in the export; those that the log contradicts become findings."""
    for name in sorted(n for n in source.names() if n.startswith("checkpoints/")):
        try:
            raw = source.read(name, MAX_CHECKPOINT)
            old = read_checkpoint(raw) if key is None else open_checkpoint(raw, key, checkpoint.origin)
            if name != f"checkpoints/{old.size}.txt":
                raise fault("TILE_SHAPE", where=name)
        except AuditError as error:
            findings.add(error)
        else:
            yield from comparable([old], checkpoint, findings)


def comparable(known: Iterable[Checkpoint], checkpoint: Checkpoint, findings: Findings) -> Iterator[Checkpoint]:
    """Those below the present size; the others are compared at once."""
    for old in known:
        evidence = (old.text, checkpoint.text)
        if old.origin != checkpoint.origin:
            findings.add(fault("CP_ORIGIN", where=old.origin))
        elif old.size > checkpoint.size:
            findings.add(fault("ROLLBACK", where=f"{checkpoint.size} < {old.size}", evidence=evidence))
        elif old.size < checkpoint.size:
            yield old
        elif old.root != checkpoint.root:
            findings.add(fault("SPLIT_VIEW", where=str(old.size), evidence=evidence))


class _Export:
    """The tile files of one export, by level and index, with the widths that are there."""

    def __init__(self, source: Source, checkpoint: Checkpoint, findings: Findings, every_tile: bool) -> None:
        self._source = source
        self._size = checkpoint.size
        self._findings = findings
        self._every_tile = every_tile
        self._widths: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        self._last_bundle = -1
        self.first_difference = ""
        for name in sorted(n for n in source.names() if n.startswith("tile/")):
            try:
                self._note(parse_path(name))
            except AuditError as error:
                findings.add(error)

    def _note(self, tile: Tile) -> None:
        self._widths[tile.level, tile.index].append(tile.width)
        if tile.level == ENTRIES:
            self._last_bundle = max(self._last_bundle, tile.index)
        signed = (self._size >> 8 * max(tile.level, 0)) - tile.index * WIDTH
        if tile.width > max(0, signed):
            self._findings.add(fault("UNSIGNED_TAIL", where=tile.path, index=self._size))

    def bundles(self) -> Iterator[Tile]:
        """The entry bundles that the checkpoint's size asks for."""
        for tile in shape(self._size):
            if tile.level != ENTRIES:
                return
            yield tile

    def read_into(self, check: EntryCheck) -> bool:
        """Feed every signed entry; False where some cannot be had, so that no root can be computed."""
        for tile in self.bundles():
            try:
                entries = self.bundle(tile)
            except AuditError as error:
                self._findings.add(error)
                return False
            for raw in entries:
                check.add(raw)
            if len(entries) < tile.width:
                self._findings.add(fault("TRUNCATED", where=self._size, index=check.builder.size))
                return False
        return True

    def bundle(self, tile: Tile) -> list[bytes]:
        """The signed entries of a bundle: fewer than its width only where the log ends there.

        Raises BUNDLE_MISSING, BUNDLE_UNSAFE, TILE_SHAPE.
        """
        widths = sorted(self._widths[ENTRIES, tile.index])
        if not widths:
            if self._last_bundle < tile.index:
                return []  # the tail was cut, which is not the same as a lost file
            raise fault("BUNDLE_MISSING", where=tile.path)
        width = next((w for w in widths if w >= tile.width), widths[-1])
        path = Tile(ENTRIES, tile.index, width).path
        raw = self._source.read(path, MAX_BUNDLE)
        entries = decode_bundle(raw, path)
        if len(entries) > width or (len(entries) < tile.width and self._last_bundle > tile.index):
            raise fault("TILE_SHAPE", where=path)
        for other in widths:  # left from earlier sizes: must tell the same beginning
            if other != width and not self._begins_alike(raw, Tile(ENTRIES, tile.index, other)):
                self._findings.add(fault("TILE_MISMATCH", where=Tile(ENTRIES, tile.index, other).path))
        return entries[: tile.width]

    def _begins_alike(self, raw: bytes, tile: Tile) -> bool:
        other = self._source.read(tile.path, MAX_BUNDLE)
        common = min(len(raw), len(other))
        return raw[:common] == other[:common]

    def compare(self, tile: Tile, derived: bytes) -> None:
        """Hold a tile derived from the entries against every file of its index."""
        widths = self._widths.get((tile.level, tile.index), [])
        if self._every_tile and not any(w >= tile.width for w in widths):
            self._findings.add(fault("BUNDLE_MISSING", where=tile.path))
        for width in widths:
            found = Tile(tile.level, tile.index, width)
            try:
                raw = self._source.read(found.path, width * HASH_SIZE)
                if len(raw) != width * HASH_SIZE:
                    raise fault("TILE_SHAPE", where=found.path)
            except AuditError as error:
                self._findings.add(error)
            else:
                self._differs(found, raw, derived)

    def _differs(self, tile: Tile, raw: bytes, derived: bytes) -> None:
        common = min(len(raw), len(derived))
        if raw[:common] == derived[:common]:
            return
        self.first_difference = self.first_difference or tile.path
        if tile.level > 0:
            self._findings.add(fault("TILE_MISMATCH", where=tile.path))
            return
        at = next(i for i in range(0, common, HASH_SIZE) if raw[i : i + HASH_SIZE] != derived[i : i + HASH_SIZE])
        self._findings.add(fault("LEAF_MISMATCH", index=tile.index * WIDTH + at // HASH_SIZE))
