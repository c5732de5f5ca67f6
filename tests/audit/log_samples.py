"""Sample logs for the audit tests: every key, name and event here is invented."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from audit import GENESIS, AuditError, Checkpoint, Entry, Signer, encode, leaf_hash, root_of, sign_checkpoint
from audit.tiles import write_export

ORIGIN = "log.example/invented-community"
SIGNER = Signer(ORIGIN, bytes(range(32)))
OTHER = Signer("other.example/log", bytes(range(1, 33)))
EIGHT = datetime(2026, 12, 20, 8, tzinfo=UTC)
VECTORS = Path(__file__).parents[2] / ".." / "shared" / "vectors" / "tlog"


def vectors(name: str) -> list[dict[str, Any]]:
    """The cases of one public vector file, read where they are kept; skips where they are not."""
    path = VECTORS / f"{name}.json"
    if not path.exists():
        pytest.skip(f"no transparency-log vectors at ../shared/vectors/tlog/{name}.json")
    cases: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["cases"]
    return cases


@contextmanager
def refused(code: str) -> Iterator[None]:
    """The body must end with exactly this error, told in both languages."""
    with pytest.raises(AuditError) as caught:
        yield
    assert caught.value.code == code
    assert caught.value.zh.endswith("。")
    assert caught.value.en.endswith(".")


def chain(count: int, **changes: dict[int, dict[str, Any]]) -> list[bytes]:
    """A sound chain of ``count`` entries; ``changes={5: {"at": …}}`` alters fields of entry 5 before it is linked."""
    altered = changes.get("changes", {})
    raws: list[bytes] = []
    prev = GENESIS
    for seq in range(count):
        entry = Entry(seq, prev, EIGHT + timedelta(seconds=seq), "sample.counted", {"n": seq, "name": "样例"})
        raws.append(encode(replace(entry, **altered.get(seq, {}))))
        prev = leaf_hash(raws[-1]).hex()
    return raws


def signed(raws: list[bytes], signer: Signer = SIGNER) -> str:
    """A checkpoint over these entries."""
    return sign_checkpoint(Checkpoint(signer.name, len(raws), root_of(raws)), signer)


def export(directory: Path, raws: list[bytes], named: tuple[int, ...] = ()) -> Path:
    """The entries as an exported log with its checkpoint."""
    write_export(directory, signed(raws), raws, {size: signed(raws[:size]) for size in named})
    return directory
