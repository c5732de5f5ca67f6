"""The petition that a recall's poll rests on, as the certified papers state it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from voting.law.profiles import Mode, law_of
from voting.law.thresholds import Reason, figure

#: Who may ask for a recall (居委会组织法 20; 村委会组织法 19), and what they are called.
ASKERS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "voters": ("登记选民", "registered voters"),
        "households": ("户代表", "households' representatives"),
        "reps": ("居民代表", "residents' representatives"),
    }
)


@dataclass(frozen=True, slots=True)
class Petitioned:
    """Who asked for a recall: ``basis`` (of `ASKERS`), how many signed, of how many; empty for every other poll."""

    basis: str = ""
    signed: int = 0
    eligible: int = 0


#: What a poll that is no recall states.
NONE: Final = Petitioned()


def askers(basis: str, mode: str) -> tuple[str, str]:
    """What those who ask for a recall are called."""
    if basis == "reps" and mode == Mode.VILLAGE:
        return "村民代表", "villagers' representatives"
    return ASKERS[basis]


def asked(petition: Petitioned, *, mode: str, law: str) -> tuple[Reason, ...]:
    """Who asked for a recall, how many of how many, and the share that the law wants; nothing for any other poll."""
    if not petition.signed:
        return ()
    version = law_of(law, Mode(mode))
    share = version.recall_by_reps if petition.basis == "reps" else version.recall_by_voters
    who, who_en = askers(petition.basis, mode)
    signed, many = figure(petition.signed), figure(petition.eligible)
    return (
        version.reason(
            f"本次罢免由{who} {signed} 人联名提出（{who}共 {many} 人，须{share.zh}）。",
            f"Asked for by {signed} of {many} {who_en} ({share.en} is required).",
            version.recall_article,
        ),
    )
