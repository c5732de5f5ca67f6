"""A paper as blocks that the templates set in type: texts, tables, figures, ruled lines for hands. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from voting.law.calendar import HALL
from voting.law.profiles import Source

Block = dict[str, Any]

#: A date that a hand fills in when the paper is posted or signed.
BLANK_DATE = "　　　　年　　月　　日"
#: Points over and under the text of a row that is written in by hand.
HAND = 10.0
_NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True)
class Sheet:
    """One paper ready for its template (``template`` in templates/print).

    ``number``: e.g. 第 4 号; ``end``: closing words, which stay on one page with the stamp; ``by``: who puts the stamp
    under it; ``day``: the date under the stamp; ``tags``: with the structure that reading aloud needs (slips for the
    printer alone have none).
    """

    title: str
    blocks: tuple[Block, ...] = ()
    heading: str = ""
    number: str = ""
    end: str = ""
    by: str = ""
    day: str = ""
    foot: str = ""
    template: str = "posted"
    landscape: bool = False
    tags: bool = True
    more: dict[str, Any] = field(default_factory=dict)

    def page(self) -> dict[str, Any]:
        """What the template reads."""
        return {
            "title": self.title,
            "heading": self.heading,
            "number": self.number,
            "blocks": list(self.blocks),
            "end": self.end,
            "by": self.by,
            "day": self.day,
            "foot": self.foot,
            "landscape": self.landscape,
        } | self.more


def basis(kind: Source, source: str, electors: str) -> str:
    """What a paper says a rule rests on: law that was read, else who decided; never how this program came by it."""
    return source if kind in (Source.STATUTE, Source.FOUND) else f"经{electors}研究决定"


def text(words: str) -> Block:
    """A paragraph."""
    return {"kind": "text", "text": words}


def head(words: str) -> Block:
    """A heading inside the paper."""
    return {"kind": "head", "text": words}


def points(items: Iterable[str]) -> list[Block]:
    """Paragraphs numbered 一、二、三…"""
    return [text(f"{_numeral(number)}、{item}") for number, item in enumerate(items, 1)]


def plain(words: str) -> Block:
    """A line that is not indented: whom a report is for."""
    return {"kind": "plain", "text": words}


def table(
    header: Sequence[str],
    rows: Iterable[Sequence[str | int]],
    *,
    widths: Sequence[float],
    align: str,
    size: float = 12,
    inset: float = 0,
) -> Block:
    """A ruled table. ``widths`` are shares of the line; ``align`` one letter a column: l, c, r; ``inset``: points over
    and under each text where not the usual ones (``HAND``: high enough to write in).
    """
    return {
        "kind": "table",
        "head": list(header),
        "rows": [[str(cell) for cell in row] for row in rows],
        "widths": list(widths),
        "align": align,
        "size": size,
        "inset": inset,
    }


def side_by_side(
    header: Sequence[str], rows: Sequence[Sequence[str | int]], times: int, *, widths: Sequence[float], align: str
) -> Block:
    """A long list in ``times`` columns, read line by line from left to right; the same header over each."""
    padded = [*rows, *[[""] * len(header)] * (-len(rows) % times)]
    lines = [[cell for row in padded[at : at + times] for cell in row] for at in range(0, len(padded), times)]
    return table(list(header) * times, lines, widths=list(widths) * times, align=align * times, size=9)


def figures(pairs: Iterable[tuple[str, str]]) -> Block:
    """Labels with large figures under them."""
    return {"kind": "figures", "pairs": [list(pair) for pair in pairs]}


def signs(roles: Sequence[str]) -> Block:
    """Ruled lines to sign on, each with the role of whoever signs."""
    return {"kind": "signs", "roles": list(roles)}


def lines(label: str, count: int = 1) -> Block:
    """Ruled lines to write on by hand."""
    return {"kind": "lines", "label": label, "count": count}


def four(number: int) -> str:
    """A roll number as the cards bear it: 0116."""
    return f"{number:04d}"


def day_words(day: date) -> str:
    """2026 年 12 月 20 日, as notices write it."""
    return f"{day.year}年{day.month}月{day.day}日"


def hour_words(at: datetime) -> str:
    """The hour on the hall's wall: 8 时, 17 时 30 分."""
    local = at.astimezone(HALL)
    return f"{local.hour}时{local.minute}分" if local.minute else f"{local.hour}时"


def _numeral(number: int) -> str:
    if number <= 10:
        return _NUMERALS[number - 1]
    tens, ones = divmod(number, 10)
    return ("" if tens == 1 else _NUMERALS[tens - 1]) + "十" + (_NUMERALS[ones - 1] if ones else "")
