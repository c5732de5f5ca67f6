"""A count sheet as a browser's form sends it: one field a figure, written names in pairs."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from voting.elections.paper.sheets import BoxSheet, OfficeSheet
from voting.errors import Malformed

#: Written-in names to an office on one sheet.
WRITTEN = 12


def number(text: str) -> int:
    """A count typed by hand; full-width digits count, an empty field is 0. Raises Malformed PAPER_NUMBER."""
    plain = text.strip()
    if plain and not (plain.isdigit() and len(plain) < 7):
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


def _office(sent: Mapping[str, str], at: int, office: OfficeSheet) -> OfficeSheet:
    written = [
        (" ".join(sent.get(f"w{at}-{line}", "").split())[:60], number(sent.get(f"n{at}-{line}", "")))
        for line in range(WRITTEN)
    ]
    rest: dict[str, Any] = {
        name: number(sent.get(f"{name}{at}", "")) for name in ("blank", "spoilt", "unknown", "unused")
    }
    return replace(
        office,
        votes=tuple((name, number(sent.get(f"v{at}-{line}", ""))) for line, (name, _) in enumerate(office.votes)),
        written=tuple((name, votes) for name, votes in written if name or votes),
        **rest,
    )
