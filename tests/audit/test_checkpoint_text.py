"""Checkpoints: parse and print, public vectors, and numbers as Python would have liked to read them."""

import base64

import pytest
from log_samples import ORIGIN, OTHER, SIGNER, refused, vectors

from audit import (
    EMPTY_ROOT,
    AuditError,
    Checkpoint,
    leaf_hash,
    open_checkpoint,
    parse_checkpoint,
    parse_vkey,
    read_checkpoint,
    sign_checkpoint,
    sign_note,
    spoken_head,
)

ROOT = leaf_hash(b"x")
ROOT64 = base64.b64encode(ROOT).decode()


def body(origin="log.example", size="7", root=ROOT64, rest=""):
    return f"{origin}\n{size}\n{root}\n{rest}".encode()


def test_public_texts():
    for case in vectors("checkpoint_text"):
        if case["ok"]:
            checkpoint = parse_checkpoint(case["text"].encode())
            assert checkpoint.text == case["text"]
            assert checkpoint.size == case.get("size", checkpoint.size)
        else:
            with refused("CP_MALFORMED"):
                parse_checkpoint(case["text"].encode())


def test_public_signed_checkpoints():
    for case in vectors("signed_checkpoints"):
        key = parse_vkey(case["vkey"])
        origin = case["note"].split("\n")[0]
        assert case["ok"]
        checkpoint = open_checkpoint(case["note"].encode(), key, origin)
        assert case["note"].startswith(checkpoint.text)
        if origin != key.name:  # sum.golang.org signs "go.sum database tree"
            with refused("CP_ORIGIN"):
                open_checkpoint(case["note"].encode(), key)


@pytest.mark.parametrize(
    "size",
    ["", "-1", "+7", " 7", "7 ", "07", "7.0", "1_000", "１２３", "²", "0x7", "7\r", "9223372036854775808", "9" * 5000],
)
def test_sizes_that_int_would_take(size):
    with refused("CP_MALFORMED"):
        parse_checkpoint(body(size=size))


def test_the_largest_size():
    assert parse_checkpoint(body(size=str(2**63 - 1))).size == 2**63 - 1
    assert parse_checkpoint(body(size="0")).size == 0


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n\n\n",
        body(origin=""),
        body(origin="a" * 256),
        body(root=ROOT64[:-1]),
        body(root=ROOT64.replace("=", "")),
        body(root=base64.b64encode(ROOT[:31]).decode()),
        body(root=base64.b64encode(ROOT + b"x").decode()),
        body(rest="\n"),
        body()[:-1],
        body().replace(b"log", b"\xff"),
    ],
)
def test_malformed_bodies(raw):
    with refused("CP_MALFORMED"):
        parse_checkpoint(raw)


def test_extension_lines_parse_but_are_not_for_our_logs():
    assert parse_checkpoint(body(rest="more\n")).extensions == ("more",)
    note = sign_note(body(origin=ORIGIN, rest="more\n").decode(), SIGNER).encode()
    with refused("CP_MALFORMED"):
        open_checkpoint(note, SIGNER.key)
    with refused("CP_MALFORMED"):
        read_checkpoint(note)


def test_sign_and_open():
    checkpoint = Checkpoint(ORIGIN, 7, ROOT)
    note = sign_checkpoint(checkpoint, SIGNER)
    assert open_checkpoint(note.encode(), SIGNER.key) == checkpoint == read_checkpoint(note.encode())
    assert 150 < len(note) < 230  # fits the QR of the notice sheet
    with refused("CP_ORIGIN"):
        open_checkpoint(sign_checkpoint(Checkpoint("elsewhere", 7, ROOT), SIGNER).encode(), SIGNER.key)
    with refused("NOTE_NO_KNOWN_KEY"):
        open_checkpoint(note.encode(), OTHER.key)
    with refused("SIG_BAD"):
        open_checkpoint(note.replace("\n7\n", "\n8\n").encode(), SIGNER.key)


def test_signing_refuses_what_could_not_be_read_back():
    for bad in (
        Checkpoint("", 1, ROOT),
        Checkpoint("a\nb", 1, ROOT),
        Checkpoint("a", -1, ROOT),
        Checkpoint("a", 1, b""),
    ):
        with pytest.raises(AuditError):
            sign_checkpoint(bad, SIGNER)


def test_the_head_read_aloud():
    assert spoken_head(EMPTY_ROOT) == "e3b0 c442 98fc 1c14 9afb f4c8 996f b924"
