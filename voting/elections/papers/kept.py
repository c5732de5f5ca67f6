"""How long the papers of an election are kept, by the rules in force for it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from voting.law.profiles import Profile, Source

#: What a profile's ``ballots_kept`` means.
_BALLOTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {"until_next_election": ("至下一次换届选举结束", "until the next regular election has ended")}
)
#: file: election files; ballots: papers, cards and boxes; own: given to a person.
KINDS: Final = ("file", "ballots", "own")


@dataclass(frozen=True)
class Kept:
    """How long a kind of paper is kept; ``years`` counted from the election day, None: until an event."""

    zh: str
    en: str
    years: int | None
    source_zh: str
    source_en: str
    basis: Source


def kept(kind: str, rules: Profile) -> Kept:
    """How long papers of this ``kind`` are kept under these rules, with the source of the rule."""
    if kind == "own":
        return Kept("本人保存", "kept by its holder", None, "发给本人", "given to its holder", Source.DESIGN)
    if kind == "ballots":
        ruled = rules.ballots_kept
        return Kept(*_BALLOTS[ruled.value], None, ruled.source_zh, ruled.source_en, ruled.kind)
    years = rules.files_kept_years
    said = (f"{years.value} 年", f"{years.value} years", years.value)
    return Kept(*said, years.source_zh, years.source_en, years.kind)


def kept_until(kind: str, rules: Profile, day: date) -> str:
    """Until when papers of an election on ``day`` are kept: a day, or the event that ends their time."""
    found = kept(kind, rules)
    return found.zh if found.years is None else f"{found.zh}，至 {_years_after(day, found.years).isoformat()}"


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 2, 28)
