"""An event and its one byte form: canonical JSON in a restricted profile, chained by ``prev``.

Profile (RFC 8785 narrowed): object keys are printable ASCII; text is NFC UTF-8 without control
characters or lone surrogates; numbers are integers with |n| < 2^53; no floats; at most 16 KiB. In this
profile Python's sorted, compact JSON and RFC 8785 give the same bytes (tested against rfc8785).

``{"at":…,"data":{…},"hash":"sha256","prev":…,"seq":n,"type":…,"v":1}`` plus ``"clock"`` only where the
recorder's clock stood before the previous entry's ``at``: then ``at`` repeats that time, because the
log's time never runs backwards, and ``clock`` is what the clock really said.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from audit.errors import AuditError, fault

MAX_ENTRY = 16_384
MAX_DEPTH = 16
GENESIS = "0" * 64
_MAX_INT = 2**53
_KEYS = frozenset({"at", "data", "hash", "prev", "seq", "type", "v"})
_TYPE = re.compile(r"[a-z][a-z0-9._-]{0,63}", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", re.ASCII)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_KEY = re.compile(r"[ -~]{1,64}", re.ASCII)
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. ``at`` and ``clock`` are UTC in whole seconds; ``prev`` is the leaf hash before, in hex."""

    seq: int
    prev: str
    at: datetime
    type: str
    data: dict[str, Any]
    clock: datetime | None = None


def canonical(value: object) -> bytes:
    """The one byte form of a value in the profile.

    Raises ENTRY_VALUE naming the place of the first thing the profile does not allow.
    """
    _check(value, "", 0)
    return _ENCODER.encode(value).encode("utf-8")


def logged_text(text: str) -> str:
    """Text as people type it, made fit for the log: NFC, control characters (line breaks too) as spaces."""
    clean = _CONTROL.sub(" ", text)
    return unicodedata.normalize("NFC", clean.encode("utf-8", "replace").decode("utf-8"))


def time_text(at: datetime) -> str:
    """``2026-12-20T08:00:00Z``; raises ENTRY_VALUE for a naive time, drops fractions of a second."""
    if at.tzinfo is None or not 1 <= at.year <= 9998:
        raise fault("ENTRY_VALUE", where="at")
    return at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def parse_time(text: object) -> datetime | None:
    """The time written by ``time_text``, or None for anything else."""
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def encode(entry: Entry) -> bytes:
    """The bytes that are stored and hashed.

    Raises ENTRY_VALUE for what the profile does not allow, ENTRY_SIZE above 16 KiB.
    """
    if not _TYPE.fullmatch(entry.type):
        raise fault("ENTRY_VALUE", where="type")
    if not isinstance(entry.data, dict):
        raise fault("ENTRY_VALUE", where="data")
    fields = {
        "at": time_text(entry.at),
        "data": entry.data,
        "hash": "sha256",
        "prev": entry.prev,
        "seq": entry.seq,
        "type": entry.type,
        "v": 1,
    }
    if entry.clock is not None:
        fields["clock"] = time_text(entry.clock)
    raw = canonical(fields)
    if len(raw) > MAX_ENTRY:
        raise fault("ENTRY_SIZE", where=f"{len(raw)} bytes", index=entry.seq)
    return raw


def decode(raw: bytes, index: int) -> Entry:
    """Read the stored bytes of entry ``index`` strictly.

    Raises ENTRY_SIZE, ENTRY_NONCANONICAL (not the one byte form) or ENTRY_SCHEMA (canonical, but not a
    form this version knows). The link, the number and the order of times are the verifier's to check.
    """
    if len(raw) > MAX_ENTRY:
        raise fault("ENTRY_SIZE", where=f"{len(raw)} bytes", index=index)
    try:
        fields = json.loads(raw.decode("utf-8"), parse_float=_refuse, parse_constant=_refuse)
        same = canonical(fields) == raw
    except AuditError as error:
        raise fault("ENTRY_NONCANONICAL", where="profile", index=index) from error
    except (ValueError, RecursionError) as error:  # not UTF-8, not JSON, digits without end, nesting without end
        raise fault("ENTRY_NONCANONICAL", where="JSON", index=index) from error
    if not same:
        raise fault("ENTRY_NONCANONICAL", where="bytes", index=index)
    return _entry(fields, index)


def _entry(fields: object, index: int) -> Entry:
    if not isinstance(fields, dict) or not _KEYS <= fields.keys() <= _KEYS | {"clock"}:
        raise fault("ENTRY_SCHEMA", where="fields", index=index)
    if fields["v"] is True or fields["v"] != 1 or fields["hash"] != "sha256":
        raise fault("ENTRY_SCHEMA", where="v, hash", index=index)
    seq, prev, kind, data, at = fields["seq"], fields["prev"], fields["type"], fields["data"], parse_time(fields["at"])
    clock = parse_time(fields["clock"]) if "clock" in fields else None
    sound = {
        "seq": type(seq) is int and seq >= 0,
        "prev": isinstance(prev, str) and _HEX.fullmatch(prev),
        "type": isinstance(kind, str) and _TYPE.fullmatch(kind),
        "data": isinstance(data, dict),
        "at": at,
        "clock": "clock" not in fields or (clock and at and clock < at),
    }
    for name, good in sound.items():
        if not good:
            raise fault("ENTRY_SCHEMA", where=name, index=index)
    if at is None:  # pragma: no cover - refused above; tells the type checker
        raise fault("ENTRY_SCHEMA", where="at", index=index)
    return Entry(seq, prev, at, kind, data, clock)


def _refuse(text: str) -> object:
    raise fault("ENTRY_VALUE", where=text[:20])


def _check(value: object, path: str, depth: int) -> None:
    if isinstance(value, str):
        _check_text(value, path)
    elif value is None or isinstance(value, bool):
        pass
    elif isinstance(value, int):
        if not -_MAX_INT < value < _MAX_INT:
            raise fault("ENTRY_VALUE", where=path or "number")
    elif depth >= MAX_DEPTH:
        raise fault("ENTRY_VALUE", where=f"{path}: depth")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or not _KEY.fullmatch(key):
                raise fault("ENTRY_VALUE", where=f"{path}: key")
            _check(item, f"{path}.{key}", depth + 1)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _check(item, path, depth + 1)
    else:
        raise fault("ENTRY_VALUE", where=f"{path}: {type(value).__name__}")


def _check_text(text: str, path: str) -> None:
    if text.isascii():
        allowed = _CONTROL.search(text) is None
    else:
        surrogate = any("\ud800" <= c <= "\udfff" for c in text)
        allowed = not surrogate and _CONTROL.search(text) is None and unicodedata.is_normalized("NFC", text)
    if not allowed:
        raise fault("ENTRY_VALUE", where=path or "text")
