"""Entries: one byte form, equal to RFC 8785 in our profile, and nothing else read."""

import base64
import json
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from log_samples import EIGHT, refused, vectors

from audit import GENESIS, AuditError, Entry, canonical, decode, encode, logged_text

ENTRY = Entry(0, GENESIS, EIGHT, "poll.opened", {"a": 1, "b": [True, None, "票"]})
RAW = encode(ENTRY)
TEXTS = st.text(max_size=12).map(logged_text)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.from_regex(r"[ -~]{1,8}", fullmatch=True), inner, max_size=3)
    ),
    max_leaves=12,
)


def test_the_form():
    assert RAW.decode() == (
        '{"at":"2026-12-20T08:00:00Z","data":{"a":1,"b":[true,null,"票"]},"hash":"sha256","prev":"'
        + GENESIS
        + '","seq":0,"type":"poll.opened","v":1}'
    )
    assert decode(RAW, 0) == ENTRY


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_equal_to_rfc_8785(value):
    assert canonical(value) == rfc8785.dumps(value)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.from_regex(r"[ -~]{1,8}", fullmatch=True), VALUES, max_size=3), st.integers(0, 2**53 - 1))
def test_round_trip(data, seq):
    entry = replace(ENTRY, data=data, seq=seq)
    assert decode(encode(entry), seq) == entry


def test_public_rfc_8785_files():
    """What lies in our profile comes out the same; the rest (floats, foreign keys, not NFC) is refused."""
    inside = 0
    for case in vectors("jcs_rfc8785"):
        value = json.loads(base64.b64decode(case["input_b64"]))
        try:
            assert canonical(value) == base64.b64decode(case["want_b64"])
            inside += 1
        except AuditError as error:
            assert error.code == "ENTRY_VALUE"
            assert case["id"] in ("french", "structures", "unicode", "values", "weird")
    assert inside


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        2**53,
        -(2**53),
        b"bytes",
        {1},
        EIGHT,
        {1: "number as key"},
        {"": 0},
        {"键": "not ASCII"},
        {"a\n": 0},
        "line\nfeed",
        "\x7f",
        "\x9b31m",
        "\ud800",
        unicodedata.normalize("NFD", "é"),
        [[[[[[[[[[[[[[[[["too deep"]]]]]]]]]]]]]]]]],
    ],
    ids=repr,
)
def test_values_outside_the_profile(value):
    with refused("ENTRY_VALUE"):
        canonical({"data": value})


def test_text_made_fit():
    assert logged_text("两行\n的理由\te\u0301\ud800") == "两行 的理由 é?"
    canonical(logged_text("".join(map(chr, range(0x3000)))))


def test_fields_that_cannot_be_written():
    for bad in (
        replace(ENTRY, type="Upper"),
        replace(ENTRY, type=""),
        replace(ENTRY, at=datetime(2026, 12, 20)),  # noqa: DTZ001 - the naive time is the point
        replace(ENTRY, data=["list"]),
    ):
        with refused("ENTRY_VALUE"):
            encode(bad)
    with refused("ENTRY_SIZE"):
        encode(replace(ENTRY, data={"x": "票" * 6000}))


def test_time_zones_and_fractions():
    beijing = datetime(2026, 12, 20, 16, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=8)))
    assert decode(encode(replace(ENTRY, at=beijing)), 0).at == datetime(2026, 12, 20, 8, tzinfo=UTC)


NONCANONICAL = {
    "a space": RAW.replace(b":1", b": 1", 1),
    "keys out of order": b'{"v":1,' + RAW[1:].replace(b',"v":1}', b"}"),
    "a key twice": RAW.replace(b'"a":1', b'"a":2,"a":1'),
    "an escape for a plain character": RAW.replace("票".encode(), b"\\u7968"),
    "an escaped slash": RAW.replace("票".encode(), b"\\/"),
    "a float": RAW.replace(b'"a":1', b'"a":1.0'),
    "an exponent": RAW.replace(b'"a":1', b'"a":1e0'),
    "minus zero": RAW.replace(b'"a":1', b'"a":-0'),
    "NaN": RAW.replace(b'"a":1', b'"a":NaN'),
    "digits without end": RAW.replace(b'"a":1', b'"a":' + b"9" * 5000),
    "nesting without end": b"[" * 16_000,
    "a byte order mark": b"\xef\xbb\xbf" + RAW,
    "a final line feed": RAW + b"\n",
    "a lone surrogate": RAW.replace("票".encode(), b"\\ud800"),
    "not NFC": RAW.replace("票".encode(), "e\u0301".encode()),
    "a control character": RAW.replace("票".encode(), "\x9b".encode()),
    "not UTF-8": RAW.replace("票".encode(), b"\xff"),
    "not JSON": b"one",
    "empty": b"",
}


@pytest.mark.parametrize("raw", NONCANONICAL.values(), ids=NONCANONICAL.keys())
def test_other_bytes_than_the_one_form(raw):
    with refused("ENTRY_NONCANONICAL"):
        decode(raw, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"v": True},
        {"hash": "sm3"},
        {"seq": -1},
        {"seq": True},
        {"seq": "0"},
        {"prev": "0"},
        {"prev": GENESIS.replace("0", "A")},
        {"at": "2026-12-20 08:00:00Z"},
        {"at": "2026-02-30T08:00:00Z"},
        {"at": "２０26-12-20T08:00:00Z"},
        {"at": None},
        {"type": "poll opened"},
        {"data": []},
        {"clock": "2026-12-20T08:00:00Z"},
        {"clock": None},
        {"extra": 1},
    ],
    ids=repr,
)
def test_forms_of_another_version(change):
    with refused("ENTRY_SCHEMA"):
        decode(canonical({**json.loads(RAW), **change}), 0)


def test_a_field_missing_and_no_object():
    fields = json.loads(RAW)
    for key in fields:
        with refused("ENTRY_SCHEMA"):
            decode(canonical({k: v for k, v in fields.items() if k != key}), 0)
    with refused("ENTRY_SCHEMA"):
        decode(b"[]", 0)


def test_too_long():
    with refused("ENTRY_SIZE"):
        decode(b" " * 16_385, 0)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=40), st.integers(0, len(RAW)), st.integers(0, len(RAW)))
def test_no_other_exception_than_ours(junk, start, stop):
    raw = RAW[:start] + junk + RAW[stop:]
    try:
        assert encode(decode(raw, 0)) == raw
    except AuditError as error:
        assert error.index == 0
