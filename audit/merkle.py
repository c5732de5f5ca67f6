"""The tree of RFC 6962 §2.1 (unchanged in RFC 9162 §2.1) over SHA-256: hashes, compact range, proofs.

Proofs are made from any source of perfect-subtree hashes (a list of leaves, tiles) and are checked
by functions that raise; none returns a boolean that a caller could forget to look at.
"""

import hmac
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from hashlib import sha256

from audit.errors import fault

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()

# (level, index) -> hash of the perfect subtree over leaves [index·2^level, (index+1)·2^level).
Node = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 ‖ entry); the prefix keeps an entry from posing as an inner node (RFC 6962 §2.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """Root of a compact range given as its subtree hashes, the biggest subtree first."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


class CompactRange:
    """The O(log n) state of an append-only tree: one hash for every 1-bit of its size."""

    __slots__ = ("hashes", "size")

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)
        if size < 0 or len(self.hashes) != size.bit_count() or any(len(h) != HASH_SIZE for h in self.hashes):
            raise fault("HEAD_BAD", where=f"compact range of {size}")

    @classmethod
    def load(cls, size: int, raw: bytes) -> "CompactRange":
        """Read back ``dump()``; refuses a length that does not belong to ``size``."""
        return cls(size, (raw[i : i + HASH_SIZE] for i in range(0, len(raw), HASH_SIZE)))

    def dump(self) -> bytes:
        """The hashes one after another, the biggest subtree first."""
        return b"".join(self.hashes)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        bits = self.size
        while bits & 1:
            leaf = node_hash(self.hashes.pop(), leaf)
            bits >>= 1
        self.hashes.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Root of the tree so far."""
        return fold(self.hashes)


def root_of(entries: Iterable[bytes]) -> bytes:
    """Root of the tree over these entries (bytes, not hashes)."""
    tree = CompactRange()
    for entry in entries:
        tree.append(leaf_hash(entry))
    return tree.root()


def nodes_of(leaves: Sequence[bytes]) -> Node:
    """Perfect-subtree hashes over a list of leaf hashes, each computed once."""

    @cache
    def node(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        return node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

    return node


def _split(count: int) -> int:
    """Largest power of two strictly below ``count`` (> 1)."""
    return 1 << (count - 1).bit_length() - 1


def _range_root(lo: int, hi: int, node: Node) -> bytes:
    count = hi - lo
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return node(level, lo >> level)
    middle = lo + _split(count)
    return node_hash(_range_root(lo, middle, node), _range_root(middle, hi, node))


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """Sibling hashes from the leaf up (RFC 6962 §2.1.1).

    Raises PROOF_LENGTH when ``index`` is not below ``size``.
    """
    if not 0 <= index < size:
        raise fault("PROOF_LENGTH", where=f"{index}/{size}", index=index)
    lo, hi, path = 0, size, list[bytes]()
    while hi - lo > 1:
        middle = lo + _split(hi - lo)
        if index < middle:
            path.append(_range_root(middle, hi, node))
            hi = middle
        else:
            path.append(_range_root(lo, middle, node))
            lo = middle
    return path[::-1]


def consistency_proof(old: int, size: int, node: Node) -> list[bytes]:
    """Hashes showing that the first ``old`` leaves are unchanged in the tree of ``size`` (RFC 6962 §2.1.2).

    Raises PROOF_LENGTH unless 0 < old ≤ size; what follows from an empty log is the caller's case.
    """
    if not 0 < old <= size:
        raise fault("PROOF_LENGTH", where=f"{old}→{size}")
    lo, hi, path = 0, size, list[bytes]()
    while old != hi:
        middle = lo + _split(hi - lo)
        if old <= middle:
            path.append(_range_root(middle, hi, node))
            hi = middle
        else:
            path.append(_range_root(lo, middle, node))
            lo = middle
    if lo:  # an old tree that is one perfect subtree is already known to the checker
        path.append(_range_root(lo, hi, node))
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that ``leaf`` (a leaf hash) is entry ``index`` of the tree of ``size`` with ``root``.

    Raises PROOF_LENGTH when the proof is not exactly as long as (index, size) demands, INCLUSION_BAD
    when it leads elsewhere.
    """
    if not 0 <= index < size:
        raise fault("PROOF_LENGTH", where=f"{index}/{size}", index=index)
    inner, border = _path_shape(index, size)
    _require_hashes([leaf, root, *proof], len(proof) == inner + border)
    found = _right_edge(_inner(leaf, proof[:inner], index), proof[inner:])
    if not hmac.compare_digest(found, root):
        raise fault("INCLUSION_BAD", index=index)


def verify_consistency(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree of ``size`` continues the tree of ``old`` leaves.

    Raises PROOF_LENGTH (also for ``old`` = 0, which proves nothing) or CONSISTENCY_BAD.
    """
    if not 0 < old <= size:
        raise fault("PROOF_LENGTH", where=f"{old}→{size}")
    if old == size:
        _require_hashes(proof, not proof)
        if old_root != root:
            raise fault("CONSISTENCY_BAD")
        return
    shift = (old & -old).bit_length() - 1
    inner, border = _path_shape(old - 1, size)
    inner -= shift
    start = 0 if old == 1 << shift else 1
    _require_hashes([old_root, root, *proof], len(proof) == start + inner + border)
    seed, path, mask = (proof[0] if start else old_root), proof[start:], (old - 1) >> shift
    left = [sibling for level, sibling in enumerate(path[:inner]) if mask >> level & 1]
    before = _right_edge(_right_edge(seed, left), path[inner:])
    after = _right_edge(_inner(seed, path[:inner], mask), path[inner:])
    if before != old_root or after != root:
        raise fault("CONSISTENCY_BAD")


def _path_shape(index: int, size: int) -> tuple[int, int]:
    """How many siblings lie below the right edge of the tree, and how many on it."""
    inner = (index ^ (size - 1)).bit_length()
    return inner, (index >> inner).bit_count()


def _inner(seed: bytes, path: Sequence[bytes], index: int) -> bytes:
    for level, sibling in enumerate(path):
        seed = node_hash(sibling, seed) if index >> level & 1 else node_hash(seed, sibling)
    return seed


def _right_edge(seed: bytes, path: Sequence[bytes]) -> bytes:
    for sibling in path:
        seed = node_hash(sibling, seed)
    return seed


def _require_hashes(hashes: Sequence[bytes], right_length: bool) -> None:
    if not right_length or any(len(h) != HASH_SIZE for h in hashes):
        raise fault("PROOF_LENGTH", where=f"{len(hashes)} hashes")
