"""How long the papers of an election are kept. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True)
class Kept:
    """How long a kind of paper is kept; ``years`` counted from the election day, None: until an event."""

    zh: str
    en: str
    years: int | None
    source: str


#: No national law says years; the periods are those found in published rules, the longer one where they differ.
KEPT: Final[Mapping[str, Kept]] = MappingProxyType(
    {
        "file": Kept("3 年", "3 years", 3, "各地选举档案管理规定；村民委员会组织法第39条（档案须含选举文件）"),
        "ballots": Kept(
            "至下一次换届选举结束", "until the next regular election has ended", None, "上海市居民委员会选举办法第23条"
        ),
        "own": Kept("本人保存", "kept by its holder", None, "发给本人"),
    }
)
