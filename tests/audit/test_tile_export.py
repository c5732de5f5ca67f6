"""tlog-tiles: paths and widths from the spec, two public logs as files, and our own exports."""

import base64
import os
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from log_samples import SIGNER, chain, export, refused, signed, vectors

from audit import EMPTY_ROOT, leaf_hash, read_checkpoint, root_of
from audit.tiles import (
    ENTRIES,
    Tile,
    TileBuilder,
    decode_bundle,
    encode_bundle,
    index_path,
    parse_path,
    shape,
    write_export,
)


def built(leaves):
    tiles = {}
    builder = TileBuilder(lambda tile, raw: tiles.__setitem__(tile.path, raw))
    for leaf in leaves:
        builder.append(leaf)
    builder.finish()
    return tiles, builder.root()


def test_public_paths_and_widths():
    for case in vectors("tile_paths"):
        if "index" in case:
            assert index_path(case["index"]) == case["path"]
            assert parse_path(f"tile/3/{case['path']}") == Tile(3, case["index"])
        elif "size" in case:
            for level, want in case["tiles"].items():
                tiles = [t for t in shape(case["size"]) if t.level == int(level)]
                widths = Counter(t.width for t in tiles)
                assert widths.pop(256, 0) == want["full"]
                assert list(widths) == [want["partial"]]
        else:
            for bad in case["bad_paths"]:
                with refused("TILE_SHAPE"):
                    parse_path(bad)


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/1",
        "tile/0/x001",
        "tile/0/x000/001",
        "tile/0/000.p/01",
        "tile/0/０００",
        "tile/entries/000/",
        "tile/0/000\n",
    ],
)
def test_paths_in_another_form(path):
    with refused("TILE_SHAPE"):
        parse_path(path)


@given(st.integers(-1, 63), st.integers(0, 10**12), st.integers(1, 256))
def test_paths_read_back(level, index, width):
    tile = Tile(level, index, width)
    assert parse_path(tile.path) == tile


def test_a_public_log_as_files():
    checkpoints = {}
    for case in vectors("signed_checkpoints"):
        if case["id"].startswith("tessera"):
            checkpoint = read_checkpoint(case["note"].encode())
            checkpoints[checkpoint.size] = checkpoint.root
    for case in vectors("tessera_log"):
        entries = [text.encode() for text in case["entries_utf8"]]
        for size, bundle in case["entry_bundles_b64"].items():
            some = entries[: int(size)]
            assert encode_bundle(some) == base64.b64decode(bundle)
            assert decode_bundle(base64.b64decode(bundle), "") == some
            tiles, root = built(map(leaf_hash, some))
            if size in case["level0_tiles_b64"]:
                assert tiles[Tile(0, 0, int(size)).path] == base64.b64decode(case["level0_tiles_b64"][size])
            if int(size) in checkpoints:
                assert root == checkpoints[int(size)] == root_of(some)
    assert checkpoints[0] == EMPTY_ROOT


def test_a_public_tree_of_two_levels():
    for case in vectors("tiles_300"):
        files = {name: base64.b64decode(raw) for name, raw in case.items() if name.startswith("tile/")}
        level0 = files["tile/0/000"] + files["tile/0/001.p/44"]
        tiles, root = built(level0[i : i + 32] for i in range(0, len(level0), 32))
        assert tiles == files
        assert root == read_checkpoint(case["checkpoint"].encode()).root


@settings(max_examples=25, deadline=None)
@given(st.sampled_from([0, 1, 2, 255, 256, 257, 511, 512, 700, 65_535, 65_536, 65_537]) | st.integers(0, 3000))
def test_exactly_the_tiles_of_the_size(size):
    tiles, root = built(leaf_hash(n.to_bytes(4, "big")) for n in range(size))
    assert set(tiles) == {t.path for t in shape(size) if t.level != ENTRIES}
    assert root == root_of(n.to_bytes(4, "big") for n in range(size))
    for path, raw in tiles.items():
        assert len(raw) == 32 * parse_path(path).width


def test_bundles():
    with refused("ENTRY_SIZE"):
        encode_bundle([bytes(65_536)])
    assert decode_bundle(encode_bundle([bytes(65_535), b""]), "") == [bytes(65_535), b""]
    for bad in (b"\0", b"\0\2x", encode_bundle([b"x"]) + b"\0", encode_bundle([b""] * 257)):
        with refused("TILE_SHAPE"):
            decode_bundle(bad, "tile/entries/000")


def test_an_export_is_whole_or_absent(tmp_path):
    raws = chain(300)
    log = export(tmp_path / "log", raws, named=(1, 256))
    files = {p.relative_to(log).as_posix() for p in log.rglob("*") if p.is_file()}
    assert files == {t.path for t in shape(300)} | {"checkpoint", "checkpoints/1.txt", "checkpoints/256.txt"}
    assert oct(log.stat().st_mode & 0o777) == "0o755"
    with refused("EXPORT_EXISTS"):
        export(log, raws)
    with refused("TRUNCATED"):
        write_export(tmp_path / "short", signed(raws), raws[:299], {})
    with refused("ROOT_MISMATCH"):
        write_export(tmp_path / "other", signed(raws), [*raws[:299], b"{}"], {})
    with refused("ROOT_MISMATCH"):
        write_export(tmp_path / "long", signed(raws[:299]), raws, {})
    assert [p.name for p in tmp_path.iterdir()] == ["log"]  # nothing half done is left lying


@pytest.mark.parametrize("room", [0, 1, 2])
def test_the_disk_fills_at_each_write(tmp_path, monkeypatch, room):
    """The checkpoint comes after its tiles; a failed export leaves neither a log nor rubbish."""
    original, done = os.fsync, []

    def fsync(descriptor):
        if len(done) == room:
            raise OSError(28, "no space left")
        done.append({p.name for p in tmp_path.rglob("*") if p.is_file()})
        original(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError, match="no space left"):
        export(tmp_path / "log", chain(3))
    assert len(done) == room  # bundle, tile, and the checkpoint that did not fit
    assert not any("checkpoint" in names for names in done)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_log(tmp_path):
    log = export(tmp_path / "log", [])
    assert [p.name for p in log.iterdir()] == ["checkpoint"]
    assert read_checkpoint((log / "checkpoint").read_bytes()).origin == SIGNER.name


def test_a_race_for_the_directory(tmp_path, monkeypatch):
    original = tempfile.mkdtemp

    def slow(**options):
        made = original(**options)
        (tmp_path / "log").mkdir()
        (tmp_path / "log" / "theirs").write_text("x")
        return made

    monkeypatch.setattr(tempfile, "mkdtemp", slow)
    with refused("EXPORT_EXISTS"):
        export(tmp_path / "log", chain(1))
    assert [p.name for p in Path(tmp_path).rglob("*")] == ["log", "theirs"]
