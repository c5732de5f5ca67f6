"""Published lists of criteria that a committee may begin from: data files, each with its source. None is law.

The text of Beijing's 2019 list is not public and is not among them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from voting.elections.candidates.rules import BARS
from voting.elections.review.rules import Criterion, read_items
from voting.permissions import DEPARTMENTS


@dataclass(frozen=True)
class Preset:
    """One published list: its names, where it was found, what to know about it, its items."""

    key: str
    zh: str
    en: str
    source: str
    note_zh: str
    note_en: str
    items: tuple[Criterion, ...]


@lru_cache(maxsize=1)
def presets() -> Mapping[str, Preset]:
    """Every list by its key."""
    found = {}
    for path in sorted((Path(__file__).parent / "presets").glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        items = read_items(data.pop("items"), DEPARTMENTS, BARS)
        found[data["key"]] = Preset(**data, items=items)
    return MappingProxyType(found)
