"""A count sheet as a browser's form sends it: one field a figure, written names in pairs."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from voting.elections.paper.sheets import BoxSheet, OfficeSheet
from voting.errors import Malformed

#: Lines for written-in names that a fresh sheet shows to an office; the page adds more as they are filled.
LINES = 12
_REST = ("blank", "spoilt", "unknown", "unused")


def number(text: str) -> int:
    """A count typed by hand; full-width digits count, an empty field is 0. Raises Malformed PAPER_NUMBER."""
    plain = text.strip()
    if plain and not (plain.isdecimal() and len(plain) < 7):
        raise Malformed(
            "PAPER_NUMBER",
            f"“{plain[:20]}”不是张数，请只填数字。",
            f"“{plain[:20]}” is no number of papers; enter digits only.",
        )
    return int(plain or "0")


def sheet_from(sent: Mapping[str, str], empty: BoxSheet) -> BoxSheet:
    """The sheet in the fields of the page: ``v0-1`` the votes of the second candidate of the first office, ``w0-2``
    and ``n0-2`` the third written name and its votes. Raises Malformed PAPER_NUMBER."""
    offices = tuple(_office(sent, at, office) for at, office in enumerate(empty.offices))
    return BoxSheet(number(sent.get("collected", "")), number(sent.get("void", "")), offices)


def fields_of(sheet: BoxSheet) -> dict[str, str]:
    """The sheet as the fields of the page: what ``sheet_from`` reads."""
    fields = {"collected": str(sheet.collected), "void": str(sheet.void)}
    for at, office in enumerate(sheet.offices):
        fields |= {f"v{at}-{line}": str(votes) for line, (_, votes) in enumerate(office.votes)}
        fields |= {f"{name}{at}": str(getattr(office, name)) for name in _REST}
        for line, (name, votes) in enumerate(office.written):
            fields |= {f"w{at}-{line}": name, f"n{at}-{line}": str(votes)}
    return fields


def unlike(first: BoxSheet, second: BoxSheet) -> frozenset[str]:
    """The fields that are not the same in two entries of one box."""
    one, other = fields_of(first), fields_of(second)
    return frozenset(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def lines_of(sent: Mapping[str, str], sheet: BoxSheet) -> tuple[int, ...]:
    """How many lines for written names the page shows to each office: always some that are empty."""
    return tuple(
        max(LINES, LINES // 2 + max(len(office.written), _filled(sent, at))) for at, office in enumerate(sheet.offices)
    )


def _lines(sent: Mapping[str, str], at: int) -> int:
    lines = 0
    while f"w{at}-{lines}" in sent:
        lines += 1
    return lines


def _filled(sent: Mapping[str, str], at: int) -> int:
    return next((line for line in range(_lines(sent, at), 0, -1) if sent[f"w{at}-{line - 1}"]), 0)


def _office(sent: Mapping[str, str], at: int, office: OfficeSheet) -> OfficeSheet:
    written = [
        (" ".join(sent.get(f"w{at}-{line}", "").split())[:60], number(sent.get(f"n{at}-{line}", "")))
        for line in range(_lines(sent, at))
    ]
    rest: dict[str, Any] = {name: number(sent.get(f"{name}{at}", "")) for name in _REST}
    return replace(
        office,
        votes=tuple((name, number(sent.get(f"v{at}-{line}", ""))) for line, (name, _) in enumerate(office.votes)),
        written=tuple((name, votes) for name, votes in written if name or votes),
        **rest,
    )
