"""Signed notes and verifier keys: public vectors, and the traps of Python's own string functions."""

import base64
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from log_samples import OTHER, SIGNER, refused, vectors

from audit import AuditError, Signer, VerifierKey, open_note, parse_signer, parse_vkey, sign_note
from audit.note import COSIGNATURE, decode_base64, valid_name

TEXT = "第一行\nsecond line\n"
NOTE = sign_note(TEXT, SIGNER).encode()


def test_public_notes():
    for case in vectors("signed_note"):
        if "note" in case:
            keys = [parse_vkey(text) for text in case["vkeys"]]
            if not case["ok"]:
                with pytest.raises(AuditError):
                    open_note(case["note"].encode(), keys)
            else:
                opened = open_note(case["note"].encode(), keys)
                assert [key.name for key in opened.verified] == case["verified"]
        elif "skey" in case:
            assert sign_note(case["text"], parse_signer(case["skey"])) == case["want_note"]
            assert parse_signer(case["skey"]).text == case["skey"]
        elif not case["vkey_ok"]:
            with refused("VKEY_MALFORMED"):
                parse_vkey(case["vkey"])
        else:
            good = case["vkey"]
            assert parse_vkey(good).text == good
            mangled = [good[:i] + chr(ord(good[i]) + 1) + good[i + 1 :] for i in range(len(good))]
            for bad in [*(good[:i] for i in range(len(good))), *mangled]:
                with refused("VKEY_MALFORMED"):
                    parse_vkey(bad)


def test_public_keys():
    for case in vectors("vkeys"):
        if case["ok"]:
            key = parse_vkey(case["vkey"])
            assert (key.name, key.key_id.hex(), key.type) == (case["name"], case["key_id"], case["type"])
            assert (key.public_key.hex(), key.text) == (case["public_key_hex"], case["vkey"])
        else:
            with refused("VKEY_MALFORMED"):
                parse_vkey(case["vkey"])


def test_public_ed25519():
    for case in vectors("ed25519_wycheproof"):
        key = VerifierKey("wycheproof", 1, bytes.fromhex(case["pk"]))
        if case["ok"]:
            key.verify(bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
        else:
            with refused("SIG_BAD"):
                key.verify(bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))


def test_two_signers_and_a_stranger():
    note = sign_note(TEXT, SIGNER, OTHER).encode()
    opened = open_note(note, [SIGNER.key])
    assert opened.text == TEXT
    assert opened.verified == (SIGNER.key,)
    assert opened.unknown == (f"{OTHER.name}+{OTHER.key.key_id.hex()}",)
    assert set(open_note(note, [SIGNER.key, OTHER.key]).verified) == {SIGNER.key, OTHER.key}


def test_the_separator_is_the_last_empty_line():
    text = "a\n\nb\n\n\nc\n"
    assert open_note(sign_note(text, SIGNER).encode(), [SIGNER.key]).text == text


def test_a_known_key_that_fails_rejects_the_note():
    with refused("SIG_BAD"):
        open_note(NOTE.replace(b"second", b"sec0nd"), [SIGNER.key])
    lines = sign_note(TEXT, OTHER).encode() + sign_note("other\n", SIGNER).encode().split(b"\n\n")[1]
    with refused("SIG_BAD"):
        open_note(lines, [SIGNER.key, OTHER.key])
    short = base64.b64encode(SIGNER.key.key_id + b"short").decode()
    with refused("SIG_BAD"):
        open_note(f"{TEXT}\n— {SIGNER.name} {short}\n".encode(), [SIGNER.key])


def test_no_known_key():
    with refused("NOTE_NO_KNOWN_KEY"):
        open_note(NOTE, [OTHER.key])
    with refused("NOTE_NO_KNOWN_KEY"):  # the same name with another key is another signer
        open_note(NOTE, [Signer(SIGNER.name, OTHER.seed).key])


def test_keys_given_wrongly():
    with refused("KEY_AMBIGUOUS"):
        open_note(NOTE, [SIGNER.key, SIGNER.key])
    with refused("VKEY_MALFORMED"):  # a cosigner's key does not sign notes
        open_note(NOTE, [VerifierKey(SIGNER.name, COSIGNATURE, SIGNER.key.public_key)])


SIGNATURE = NOTE.split(b"\n\n")[1].removeprefix("— ".encode())
MALFORMED = {
    "empty": b"",
    "no signature": TEXT.encode(),
    "nothing signed": b"\n\n" + "— ".encode() + SIGNATURE,
    "no final line feed": NOTE[:-1],
    "carriage returns": NOTE.replace(b"\n", b"\r\n"),
    "a tab": NOTE.replace(b"second line", b"second\tline"),
    "a null": NOTE.replace(b"second", b"\0econd"),
    "not UTF-8": NOTE.replace(b"second", b"\xff"),
    "an overlong slash": NOTE.replace(b"second", b"\xc0\xaf"),
    "a hyphen for the dash": NOTE.replace("— ".encode(), b"- "),
    "two spaces": NOTE.replace("— ".encode(), "—  ".encode()),
    "a no-break space": NOTE.replace("— ".encode(), "—\u00a0".encode()),
    "text after the signatures": NOTE + b"more\n",
    "base64 without padding": NOTE[:-2] + b"\n",
    "a stray character in the base64": NOTE.replace(SIGNATURE[-10:], b"!" + SIGNATURE[-10:]),
    "four bytes of blob": TEXT.encode() + "\n— a AAAAAA==\n".encode(),
    "101 signatures": NOTE + 100 * ("— ".encode() + SIGNATURE),
    "a full-width space in the name": NOTE.replace(SIGNER.name.encode(), "a\u3000b".encode()),
    "next line (U+0085) in the name": NOTE.replace(SIGNER.name.encode(), "a\u0085b".encode()),
    "a plus in the name": NOTE.replace(SIGNER.name.encode(), b"a+b"),
}


@pytest.mark.parametrize("raw", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_notes(raw):
    with refused("NOTE_MALFORMED"):
        open_note(raw, [SIGNER.key])


def test_line_separators_of_unicode_do_not_end_a_line():
    text = "one\u2028still one\u0085still\u3000one\n"
    opened = open_note(sign_note(text, SIGNER).encode(), [SIGNER.key])
    assert opened.text == text


def test_base64_has_one_form():
    assert decode_base64("YWI=") == b"ab"
    for bad in ("YWJ=", "YWI", "YW I=", "YWI=\n", "YWI==", "Y-I=", "ＹＷＩ=", "\ud800"):
        assert decode_base64(bad) is None


def test_names():
    assert valid_name("日志.example/社区")
    for bad in ("", "a b", "a+b", "a\u3000b", "a\u00a0b", "a\u0085", "a\u2028b", "\ud800", "a\x01"):
        assert not valid_name(bad)
        with refused("SKEY_MALFORMED"):
            Signer(bad, bytes(32))


def test_signing_refuses_what_could_not_be_read_back():
    for bad in ("", "no line feed", "tab\t\n", "lone \ud800\n"):
        with refused("NOTE_MALFORMED"):
            sign_note(bad, SIGNER)
    with refused("NOTE_MALFORMED"):
        sign_note(TEXT)


def test_private_keys():
    assert parse_signer(SIGNER.text) == SIGNER
    assert str(SIGNER.seed) not in repr(SIGNER)
    for bad in ("", SIGNER.key.text, SIGNER.text[:-1], SIGNER.text.replace("PRIVATE", "private"), "PRIVATE+KEY+a+b"):
        with refused("SKEY_MALFORMED"):
            parse_signer(bad)
    other_id = SIGNER.text.replace(SIGNER.key.key_id.hex(), "00000000")
    with refused("SKEY_MALFORMED"):
        parse_signer(other_id)
    with refused("SKEY_MALFORMED"):
        Signer("a", b"short")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60), st.integers(0, len(NOTE)), st.integers(0, len(NOTE)))
def test_no_other_exception_than_ours(junk, start, stop):
    for raw in (junk, NOTE[:start] + junk + NOTE[stop:]):
        with suppress(AuditError):
            assert open_note(raw, [SIGNER.key]).verified
        with suppress(AuditError):
            parse_vkey(raw.decode("utf-8", "replace"))
