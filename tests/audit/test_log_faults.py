"""Each fault a log can have, made exactly, and the finding that must name it."""

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from log_samples import EIGHT, ORIGIN, OTHER, SIGNER, chain, export, signed

from audit import Checkpoint, leaf_hash, root_of, sign_checkpoint
from audit.errors import FAULTS
from audit.source import DirectorySource
from audit.tiles import Tile, decode_bundle, encode_bundle
from audit.verify import verify

RAWS = chain(300)


@pytest.fixture
def log(tmp_path):
    return export(tmp_path / "log", RAWS, named=(10, 256))


def look(log, key=SIGNER.key, **options):
    return verify(DirectorySource(log), key, **options)


def codes(report):
    return {finding.code for finding in report.findings}


def found(report, code):
    """The finding of this code; the report must end as that family ends, or graver."""
    (finding,) = [f for f in report.findings if f.code == code]
    assert 0 < report.exit_code <= finding.exit_code
    return finding


def rewrite(log, entries, level=-1):
    """Exchange entries in the bundles (and nothing else): {index: new bytes, or None to leave it out}."""
    for bundle in sorted({index // 256 for index in entries}):
        path = log / Tile(level, bundle, 256 if bundle == 0 else 44).path
        raws = decode_bundle(path.read_bytes(), "")
        for index, raw in entries.items():
            if index // 256 == bundle:
                raws[index % 256] = raw
        path.write_bytes(encode_bundle(raw for raw in raws if raw is not None))


def log_of(tmp_path, raws):
    """A log whose tree and signature are right and whose entries are not: what a dishonest keeper makes."""
    return export(tmp_path / "made", raws)


def test_a_sound_log(log):
    report = look(log, received=EIGHT + timedelta(hours=1), every_tile=True)
    assert (report.exit_code, report.entries, report.signed, report.findings) == (0, 300, True, ())
    assert (report.first_at, report.last_at) == (EIGHT, EIGHT + timedelta(seconds=299))


def test_hash_tiles_are_optional_for_a_verifier_but_not_for_fsck(log):
    (log / "tile/0/001.p/44").unlink()
    assert look(log).exit_code == 0
    assert found(look(log, every_tile=True), "BUNDLE_MISSING").exit_code == 2


# --- the checkpoint ---


def test_note_malformed(log):
    (log / "checkpoint").write_bytes((log / "checkpoint").read_bytes()[:-1])
    report = look(log)
    assert found(report, "NOTE_MALFORMED")
    assert report.exit_code == 2


def test_no_known_key(log):
    report = look(log, OTHER.key)
    assert found(report, "NOTE_NO_KNOWN_KEY")
    assert report.exit_code == 2


def test_no_key_given(log):
    report = look(log, None)
    assert found(report, "KEY_NONE")
    assert (report.exit_code, report.signed) == (3, False)


def test_signature_bad(log):
    note = (log / "checkpoint").read_text()
    (log / "checkpoint").write_text(note.replace("\n300\n", "\n299\n"))
    report = look(log)
    assert found(report, "SIG_BAD")
    assert report.exit_code == 1


def test_checkpoint_malformed(log):
    from audit import sign_note

    (log / "checkpoint").write_text(sign_note(f"{ORIGIN}\n0300\n{'A' * 43}=\n", SIGNER))
    report = look(log)
    assert found(report, "CP_MALFORMED")
    assert report.exit_code == 2


@pytest.mark.parametrize("key", [SIGNER.key, None])
def test_another_logs_checkpoint(log, key):
    report = look(log, key, origin="elsewhere.example/log")
    assert found(report, "CP_ORIGIN")
    assert report.exit_code == 2


def test_checkpoint_missing(log):
    (log / "checkpoint").unlink()
    report = look(log)
    assert found(report, "BUNDLE_MISSING").en.startswith("The file checkpoint is missing")
    assert (report.exit_code, report.checkpoint) == (2, None)


# --- entries against the tree ---


def test_root_mismatch(log):
    (log / "checkpoint").write_text(sign_checkpoint(Checkpoint(ORIGIN, 300, bytes(32)), SIGNER))
    report = look(log)
    assert codes(report) == {"ROOT_MISMATCH"}
    assert report.exit_code == 1


def test_an_entry_edited(log):
    rewrite(log, {7: RAWS[7].replace(b'"n":7', b'"n":8')})
    report = look(log)
    assert found(report, "LEAF_MISMATCH").index == 7
    assert found(report, "CHAIN_BREAK").index == 8
    assert "tile/0/000" in found(report, "ROOT_MISMATCH").en
    assert report.exit_code == 1


def test_an_entry_and_its_tile_edited(log):
    forged = RAWS[7].replace(b'"n":7', b'"n":8')
    rewrite(log, {7: forged})
    tile = log / "tile/0/000"
    tile.write_bytes(tile.read_bytes().replace(leaf_hash(RAWS[7]), leaf_hash(forged)))
    report = look(log)
    assert {"CHAIN_BREAK", "ROOT_MISMATCH", "TILE_MISMATCH", "FORK"} == codes(report)


def test_a_higher_tile_changed(log):
    (log / "tile/1/000.p/1").write_bytes(bytes(32))
    report = look(log)
    assert codes(report) == {"TILE_MISMATCH"}
    assert report.exit_code == 1


def test_the_chain_breaks_under_a_right_root(tmp_path):
    report = look(log_of(tmp_path, chain(5, changes={3: {"prev": "a" * 64}})))
    assert codes(report) == {"CHAIN_BREAK"}
    assert found(report, "CHAIN_BREAK").index == 3


def test_the_first_entry_hangs_on_something(tmp_path):
    assert found(look(log_of(tmp_path, chain(2, changes={0: {"prev": "a" * 64}}))), "CHAIN_BREAK").index == 0


def test_a_number_left_out(tmp_path):
    report = look(log_of(tmp_path, chain(5, changes={3: {"seq": 4}})))
    assert codes(report) == {"SEQ_GAP"}
    assert found(report, "SEQ_GAP").index == 3


def test_an_entry_not_in_the_one_form(tmp_path):
    raws = chain(3)
    raws[2] = raws[2].replace(b'"v":1', b'"v": 1')
    report = look(log_of(tmp_path, raws))
    assert codes(report) == {"ENTRY_NONCANONICAL"}
    assert (found(report, "ENTRY_NONCANONICAL").index, report.exit_code) == (2, 1)


def test_an_entry_of_a_later_version(tmp_path):
    raws = chain(3)
    raws[2] = raws[2].replace(b'"v":1', b'"v":2')
    report = look(log_of(tmp_path, raws))
    assert codes(report) == {"ENTRY_SCHEMA"}
    assert (found(report, "ENTRY_SCHEMA").index, report.exit_code) == (2, 3)


def test_an_entry_too_long(tmp_path):
    raws = [*chain(2), b" " * 20_000]
    report = look(log_of(tmp_path, raws))
    assert codes(report) == {"ENTRY_SIZE"}
    assert (found(report, "ENTRY_SIZE").index, report.exit_code) == (2, 2)


def test_time_runs_backwards(tmp_path):
    report = look(log_of(tmp_path, chain(5, changes={3: {"at": EIGHT - timedelta(days=1)}})))
    assert codes(report) == {"TIME_BACKWARDS"}
    assert found(report, "TIME_BACKWARDS").index == 3


def test_an_entry_dated_after_the_log_was_received(log):
    report = look(log, received=EIGHT - timedelta(minutes=8))
    assert codes(report) == {"POSTDATED"}
    assert found(report, "POSTDATED").index == 121  # ten minutes of two clocks' disagreement are allowed


# --- the end of the log ---


def test_the_tail_cut(log):
    rewrite(log, {299: None})
    report = look(log)
    assert codes(report) == {"TRUNCATED"}
    assert (found(report, "TRUNCATED").index, report.exit_code) == (299, 1)


def test_the_last_file_cut_away(log):
    (log / "tile/entries/001.p/44").unlink()
    assert found(look(log), "TRUNCATED").index == 256


def test_the_last_file_given_as_a_shorter_one(log):
    (log / "tile/entries/001.p/44").rename(log / "tile/entries/001.p/40")
    raws = encode_bundle(RAWS[256:296])
    (log / "tile/entries/001.p/40").write_bytes(raws)
    assert found(look(log), "TRUNCATED").index == 296


def test_a_file_lost_in_the_middle(log):
    (log / "tile/entries/000").unlink()
    report = look(log)
    assert codes(report) == {"BUNDLE_MISSING"}
    assert report.exit_code == 2


def test_entries_beyond_the_checkpoint(tmp_path, log):
    longer = export(tmp_path / "longer", [*RAWS, *chain(310)[300:]])
    (longer / "checkpoint").write_text(signed(RAWS))
    report = look(longer)
    assert codes(report) == {"UNSIGNED_TAIL"}
    assert (found(report, "UNSIGNED_TAIL").index, report.exit_code, report.entries) == (300, 3, 300)


def test_tiles_of_an_earlier_size_may_stay(log):
    for level, whole in (("0", 32 * 40), ("entries", None)):
        folder = log / "tile" / level / "001.p"
        raw = (folder / "44").read_bytes()
        (folder / "40").write_bytes(encode_bundle(RAWS[256:296]) if whole is None else raw[:whole])
    assert look(log, every_tile=True).exit_code == 0
    (log / "tile/entries/001.p/40").write_bytes(encode_bundle(RAWS[255:295]))
    assert codes(look(log)) == {"TILE_MISMATCH"}


# --- other checkpoints ---


def test_a_named_checkpoint_of_another_history(log):
    (log / "checkpoints/10.txt").write_text(signed([*RAWS[:9], b"{}"]))
    report = look(log)
    assert codes(report) == {"FORK"}
    assert report.exit_code == 1
    assert len(found(report, "FORK").evidence) == 2


def test_two_roots_for_one_size(log):
    (log / "checkpoints/300.txt").write_text(signed([*RAWS[:299], b"{}"]))
    report = look(log)
    assert codes(report) == {"SPLIT_VIEW"}
    assert len(found(report, "SPLIT_VIEW").evidence) == 2


def test_a_longer_log_was_signed_before(log):
    (log / "checkpoints/310.txt").write_text(signed(chain(310)))
    report = look(log)
    assert codes(report) == {"ROLLBACK"}
    assert report.exit_code == 1


def test_a_named_checkpoint_under_another_name(log):
    (log / "checkpoints/10.txt").rename(log / "checkpoints/11.txt")
    assert codes(look(log)) == {"TILE_SHAPE"}
    (log / "checkpoints/11.txt").write_text(signed(RAWS[:11], OTHER))
    assert codes(look(log)) == {"NOTE_NO_KNOWN_KEY"}


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        (Checkpoint(ORIGIN, 10, root_of(RAWS[:10])), None),
        (Checkpoint(ORIGIN, 300, root_of(RAWS)), None),
        (Checkpoint(ORIGIN, 0, root_of([])), None),
        (Checkpoint(ORIGIN, 0, bytes(32)), "FORK"),
        (Checkpoint(ORIGIN, 10, bytes(32)), "FORK"),
        (Checkpoint(ORIGIN, 300, bytes(32)), "SPLIT_VIEW"),
        (Checkpoint(ORIGIN, 301, bytes(32)), "ROLLBACK"),
        (Checkpoint("elsewhere", 10, bytes(32)), "CP_ORIGIN"),
    ],
)
def test_a_checkpoint_known_from_elsewhere(log, seen, code):
    assert codes(look(log, seen=[seen])) == ({code} if code else set())


# --- files ---


def test_tile_shapes(log):
    (log / "tile/0/x001").mkdir()
    (log / "tile/0/x001/1").write_bytes(b"")
    report = look(log)
    assert codes(report) == {"TILE_SHAPE"}
    assert report.exit_code == 2


@pytest.mark.parametrize("damage", [lambda raw: raw[:-1], lambda raw: raw + raw, lambda raw: raw + b"x"])
@pytest.mark.parametrize("path", ["tile/0/000", "tile/1/000.p/1", "tile/entries/000"])
def test_a_file_of_a_wrong_length(log, path, damage):
    file = log / path
    file.write_bytes(damage(file.read_bytes()))
    report = look(log)
    assert codes(report) <= {"TILE_SHAPE", "BUNDLE_UNSAFE"}
    assert report.exit_code == 2


def test_links_and_devices_lead_out(log):
    (log / "tile/0/999").symlink_to("/dev/zero")
    with pytest.raises(Exception, match="BUNDLE_UNSAFE"):
        look(log)
    (log / "tile/0/999").unlink()
    os.mkfifo(log / "checkpoints/1.txt")
    with pytest.raises(Exception, match="BUNDLE_UNSAFE"):
        look(log)


def test_a_huge_checkpoint(log):
    (log / "checkpoint").write_bytes(b"x" * 100_001)
    assert codes(look(log)) == {"BUNDLE_UNSAFE"}


def test_every_byte_matters(tmp_path):
    """Flip one bit in any file, at any of many places: the log never passes."""
    log = export(tmp_path / "log", chain(3), named=(2,))
    for file in sorted(p for p in log.rglob("*") if p.is_file()):
        good = file.read_bytes()
        for place in range(0, len(good), 7):
            file.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
            assert look(log).exit_code in (1, 2), (file.name, place)
        file.write_bytes(good)
    assert look(log).exit_code == 0


def test_every_fault_is_made_by_some_test():
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [code for code in FAULTS if not re.search(f'"{code}"', tests)] == []


def test_every_sentence_is_one_sentence_in_both_languages():
    for code, (_, zh, en) in FAULTS.items():
        assert re.fullmatch(r"[A-Z]+(_[A-Z]+)*", code)
        assert zh.count("。") == 1 and zh.endswith("。"), code
        assert en.endswith(".") and en.count(". ") == 0, code
