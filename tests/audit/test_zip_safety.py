"""Zips made to hurt their reader: none is opened, each is named."""

import contextlib
import stat
import struct
import zipfile
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from log_samples import SIGNER, chain, export, refused

from audit import AuditError
from audit.source import ZipSource, open_source, safe_members
from audit.verify import verify

RAWS = chain(3)


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return export(tmp_path_factory.mktemp("sound") / "log", RAWS, named=(1,))


def zip_of(log, path, prefix="", extra=()):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(p for p in log.rglob("*") if p.is_file()):
            archive.write(file, prefix + file.relative_to(log).as_posix())
        for name, raw in extra:
            archive.writestr(name, raw)
    return path


def look(path):
    with open_source(path) as source:
        return verify(source, SIGNER.key, every_tile=True)


@pytest.mark.parametrize("prefix", ["", "bundle/log/"])
def test_a_sound_zip(log, tmp_path, prefix):
    path = zip_of(log, tmp_path / "log.zip", prefix, [("readme/other.txt", "not of the log")])
    report = look(path)
    assert (report.exit_code, report.entries) == (0, 3)


@pytest.mark.parametrize(
    "name",
    ["../evil", "a/../../evil", "/etc/passwd", "C:/evil", "a\\..\\evil", "a//b", "./a", "checkpoint\0.txt", "", ".."],
)
def test_names_that_lead_elsewhere(log, tmp_path, name):
    info = zipfile.ZipInfo("placeholder")
    info.filename = name
    path = zip_of(log, tmp_path / "log.zip", extra=[(info, "x")])
    with refused("BUNDLE_UNSAFE"):
        look(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["tile/0/000.p/3", "Tile/0/000.p/3"])
def test_one_name_twice(log, tmp_path, name):
    path = zip_of(log, tmp_path / "log.zip", extra=[(name, "x")])
    with refused("BUNDLE_UNSAFE"):
        look(path)


def test_two_logs_in_one_zip(log, tmp_path):
    path = zip_of(log, tmp_path / "log.zip", extra=[("other/checkpoint", (log / "checkpoint").read_bytes())])
    with refused("BUNDLE_UNSAFE"):
        look(path)


def test_a_link(log, tmp_path):
    info = zipfile.ZipInfo("tile/0/link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with refused("BUNDLE_UNSAFE"):
        look(zip_of(log, tmp_path / "log.zip", extra=[(info, "/dev/zero")]))


def test_a_bomb_by_ratio(log, tmp_path):
    with refused("BUNDLE_UNSAFE"):
        look(zip_of(log, tmp_path / "log.zip", extra=[("checkpoints/9.txt", bytes(20_000_000))]))


def test_a_member_larger_than_its_format_allows(log, tmp_path):
    import random

    noise = random.Random(1).randbytes(200_000)
    report = look(zip_of(log, tmp_path / "log.zip", extra=[("checkpoints/9.txt", noise)]))
    assert [f.code for f in report.findings] == ["BUNDLE_UNSAFE"]


def patched(path, old, new, tmp_path):
    raw = path.read_bytes()
    assert old in raw
    (tmp_path / "patched.zip").write_bytes(raw.replace(old, new))
    return tmp_path / "patched.zip"


def test_a_declared_size_that_lies(tmp_path):
    """The directory says 5 bytes, the stream holds a million."""
    path, raw = tmp_path / "lie.zip", bytes(1_000_000)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("checkpoint", raw)
    size = struct.pack("<L", len(raw))
    lie = patched(path, size, struct.pack("<L", 5), tmp_path)
    assert [f.code for f in look(lie).findings] == ["BUNDLE_DAMAGED"]


def test_a_checksum_that_lies(log, tmp_path):
    path = zip_of(log, tmp_path / "log.zip")
    crc = struct.pack("<L", zlib.crc32((log / "checkpoint").read_bytes()))
    report = look(patched(path, crc, b"\0\0\0\0", tmp_path))
    assert [f.code for f in report.findings] == ["BUNDLE_DAMAGED"]


def test_members_that_share_their_bytes(log, tmp_path):
    path = zip_of(log, tmp_path / "log.zip")
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        infos[1].header_offset = infos[0].header_offset
        with refused("BUNDLE_UNSAFE"):
            safe_members(archive)


def test_too_many_members(log, tmp_path, monkeypatch):
    monkeypatch.setattr("audit.source.MAX_MEMBERS", 3)
    with refused("BUNDLE_UNSAFE"):
        look(zip_of(log, tmp_path / "log.zip"))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_methods(tmp_path, method):
    with zipfile.ZipFile(tmp_path / "log.zip", "w", method) as archive:
        archive.writestr("checkpoint", "x")
    with refused("BUNDLE_UNSAFE"):
        look(tmp_path / "log.zip")


def test_encrypted(log, tmp_path):
    with zipfile.ZipFile(zip_of(log, tmp_path / "log.zip")) as archive:
        archive.infolist()[0].flag_bits |= 1
        with refused("BUNDLE_UNSAFE"):
            ZipSource(archive)


def test_no_zip_and_no_log(tmp_path):
    (tmp_path / "text.zip").write_text("not a zip")
    with refused("BUNDLE_DAMAGED"):
        look(tmp_path / "text.zip")
    with refused("BUNDLE_MISSING"):
        look(tmp_path / "absent.zip")
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as archive:
        archive.writestr("readme", "x")
    with refused("BUNDLE_MISSING"):
        look(tmp_path / "empty.zip")


# A busy machine is no fault of the zip.
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_a_damaged_zip_is_never_a_crash(data, log, tmp_path_factory):
    folder = tmp_path_factory.mktemp("damaged")
    raw = bytearray(zip_of(log, folder / "log.zip").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    (folder / "bad.zip").write_bytes(raw[: data.draw(st.integers(1, len(raw)))])
    with contextlib.suppress(AuditError):
        assert look(folder / "bad.zip").exit_code in (0, 1, 2)
