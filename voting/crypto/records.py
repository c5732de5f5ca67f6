"""The JSON of Belenios records: strict to read, compact and fixed in order to write (ballot-protocol §1)."""

import base64
import hashlib
import json
from functools import lru_cache
from typing import Any, NoReturn

from voting.errors import Malformed


def digest(raw: bytes) -> str:
    """The name of a record in the archive: SHA-256 in lower-case hex."""
    return hashlib.sha256(raw).hexdigest()


def fingerprint(raw: bytes) -> str:
    """SHA-256 in standard Base64 without padding, 43 characters (ballot-protocol §1, ``b64``)."""
    return base64.b64encode(hashlib.sha256(raw).digest()).rstrip(b"=").decode()


def write(value: Any) -> bytes:
    """Compact JSON: key order as given, non-ASCII kept as UTF-8, no newline at the end."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def read(raw: bytes, code: str) -> Any:
    """Strict JSON: UTF-8, no key twice, no fractions, no NaN.

    Raises Malformed(code). Callers whose records are canonical also compare with what they would write.
    """
    try:
        return json.loads(raw.decode(), object_pairs_hook=_distinct, parse_float=_no_number, parse_constant=_no_number)
    except (ValueError, RecursionError) as fault:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise Malformed(
            code, "这份记录不是规范的 JSON，请重新取得原件", f"This record is not strict JSON: {fault}"
        ) from fault


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a key occurs twice")
    return fields


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text[:20]} is not an integer")


@lru_cache
def _names(names: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """All names in order, and the optional ones."""
    listed = names.split()
    return tuple(name.rstrip("?") for name in listed), frozenset(name[:-1] for name in listed if name.endswith("?"))


def fields(value: Any, names: str, code: str, where: str) -> dict[str, Any]:
    """The object ``value``, whose keys are exactly ``names`` in that order; names ending in ``?`` may be absent.

    Raises Malformed(code) naming ``where``.
    """
    if not isinstance(value, dict):
        refuse(code, where, f"an object with the fields {names}")
    wanted, optional = _names(names)
    present = tuple(value)
    if present != wanted and present != tuple(name for name in wanted if name in value or name not in optional):
        refuse(code, where, f"an object with the fields {names}")
    return value


def items(value: Any, code: str, where: str, count: int | None = None) -> list[Any]:
    """The list ``value``, of ``count`` items if given. Raises Malformed(code)."""
    if not isinstance(value, list) or (count is not None and len(value) != count):
        refuse(code, where, "a list" if count is None else f"a list of {count}")
    return value


def text(value: Any, code: str, where: str) -> str:
    """The string ``value``, one that can be written as UTF-8. Raises Malformed(code)."""
    if not isinstance(value, str) or (not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value)):
        refuse(code, where, "a string without half surrogate pairs")
    return value


def count(value: Any, code: str, where: str) -> int:
    """A whole number ≥ 0; never a boolean, which Python would take for one. Raises Malformed(code)."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        refuse(code, where, "a whole number from 0")
    return value


def decimal(value: str) -> int | None:
    """The value of canonical base-10 text (no sign, no leading zero, ASCII), or None."""
    if not value.isascii() or not value.isdigit() or (value[0] == "0" and value != "0") or len(value) > 4000:
        return None
    return int(value)


def refuse(code: str, where: str, wanted: str) -> NoReturn:
    """Raise Malformed(code): ``where`` in the record is not ``wanted``."""
    raise Malformed(
        code,
        f"记录的 {where} 处不合格式，请重新取得原件",
        f"The record is not in form at {where}: expected {wanted}; get the original again",
    )
