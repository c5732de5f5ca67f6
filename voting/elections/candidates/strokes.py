"""Names in stroke order (姓氏笔画): character by character, fewer strokes first.

The numbers are CLDR's stroke ordering (`strokes.txt`). Among characters of equally many strokes offices usually look
at the first stroke (横竖撇点折), which no public table states; CLDR's order by radical is used and such pairs are
named, so that the committee can exchange them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

#: After every counted character: one that the table does not hold.
_UNKNOWN = 1_000


@dataclass(frozen=True)
class StrokeOrder:
    """Places of the given names in stroke order, and what the table could not settle.

    ``alike``: neighbours whose strokes are equally many where they first differ; ``unknown``: characters not in the
    table.
    """

    places: tuple[int, ...]
    alike: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]


def by_strokes(names: Sequence[str]) -> StrokeOrder:
    """The stroke order of some names; equal names keep their order."""
    places = sorted(range(len(names)), key=lambda place: [_weight(character) for character in names[place]])
    ordered = [names[place] for place in places]
    alike = [(one, other) for one, other in pairwise(ordered) if one != other and _undecided(one, other)]
    unknown = sorted({character for name in names for character in name if _weight(character)[0] == _UNKNOWN})
    return StrokeOrder(tuple(places), tuple(alike), tuple(unknown))


def in_stroke_order(names: Sequence[str]) -> bool:
    """Whether names follow one another by their numbers of strokes; who is alike may stand either way."""
    return all(
        _undecided(one, other)
        or [_weight(character)[0] for character in one] <= [_weight(character)[0] for character in other]
        for one, other in pairwise(names)
    )


def _undecided(one: str, other: str) -> bool:
    differing = next(((a, b) for a, b in zip(one, other, strict=False) if a != b), None)
    return differing is not None and _weight(differing[0])[0] == _weight(differing[1])[0]


def _weight(character: str) -> tuple[int, int]:
    return _table().get(character, (_UNKNOWN, ord(character)))


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[int, int]]:
    table: dict[str, tuple[int, int]] = {}
    for line in (Path(__file__).parent / "strokes.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            count, _, characters = line.partition(" ")
            table |= {character: (int(count), place) for place, character in enumerate(characters)}
    return table
