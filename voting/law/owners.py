"""Owners' joint decisions: two measures, area and heads, and both must carry (Civil Code Art. 278).

Areas are ``Fraction`` square metres, never floats: a vote at exactly two thirds is decided by the last decimal.
Heads are counted by the Supreme Court's interpretation on unit ownership (2020), Art. 8 and 9.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from voting.errors import Malformed
from voting.law.thresholds import OVER_HALF, THREE_QUARTERS, TWO_THIRDS, Comparison, Reason, Share

#: Items of Art. 278 that need three quarters of those taking part: raising repair funds, rebuilding, change of use.
_SPECIAL: Final = (6, 7, 8)
_ARTICLE: Final = ("《民法典》第278条", "Civil Code, Art. 278")


@dataclass(frozen=True)
class Weight:
    """A weight by both measures: square metres and heads."""

    area: Fraction = Fraction(0)
    heads: int = 0

    def __add__(self, other: Weight) -> Weight:
        return Weight(self.area + other.area, self.heads + other.heads)


@dataclass(frozen=True)
class OwnersOutcome:
    """Whether enough took part by each measure, and whether the item is carried by both."""

    quorum_area: bool
    quorum_heads: bool
    quorum: bool
    passed: bool
    because: tuple[Reason, ...]


class UnitStatus(StrEnum):
    """Whether a unit is with its owner."""

    DELIVERED = "delivered"
    UNSOLD = "unsold"
    UNDELIVERED = "undelivered"


@dataclass(frozen=True)
class OwnedUnit:
    """One flat or parking space with its co-owners."""

    owners: frozenset[str]
    area: Fraction
    status: UnitStatus = UnitStatus.DELIVERED
    parking: bool = False


def decide_owners(
    item: int, *, total: Weight, yes: Weight, no: Weight, abstain: Weight, follow: Weight | None = None
) -> OwnersOutcome:
    """Whether item 1–9 is carried. 弃权 takes part and is not a yes; silence does not take part.

    ``follow``: owners who were served and stayed silent, where the house rule counts them with the majority.
    Where area and heads point different ways there is no majority to follow, and they stay silent.
    Raises ``Malformed`` for an unknown item or figures that exceed the whole.
    """
    yes, no, abstain = _with_followers(yes, no, abstain, follow)
    part = yes + no + abstain
    smallest = min(weight for each in (yes, no, abstain) for weight in (each.area, each.heads))
    if item not in range(1, 10) or smallest < 0 or part.area > total.area or part.heads > total.heads:
        raise Malformed(
            "owners_figures",
            "表决事项须为第 1 至 9 项，且参加表决的面积和人数不能超过总数；请核对。",
            "The item must be 1 to 9, and those taking part cannot exceed the whole; check the figures.",
        )
    bar = THREE_QUARTERS if item in _SPECIAL else OVER_HALF
    quorum = _both(TWO_THIRDS, part, total)
    carried = _both(bar, yes, part)
    came, agreed = all(quorum), all(carried)
    because = (
        _said("参与表决", "taking part", TWO_THIRDS, quorum),
        _said("参与表决者中同意", "in favour, of those taking part", bar, carried),
    )
    return OwnersOutcome(quorum[0].ok, quorum[1].ok, came, came and agreed, because)


def weigh(units: Iterable[OwnedUnit], *, count_parking: bool = True) -> Weight:
    """Total area and heads. One set of co-owners is one head however many units it has; all unsold and
    undelivered units together are one head, the developer's. ``count_parking`` false: parking is left out."""
    counted = [unit for unit in units if count_parking or not unit.parking]
    developer = {unit.owners for unit in counted if unit.status is UnitStatus.UNSOLD}
    delivered = {unit.owners for unit in counted if unit.status is UnitStatus.DELIVERED} - developer
    held = any(unit.status is not UnitStatus.DELIVERED for unit in counted)
    return Weight(sum((unit.area for unit in counted), Fraction(0)), len(delivered) + held)


def _with_followers(yes: Weight, no: Weight, abstain: Weight, follow: Weight | None) -> tuple[Weight, Weight, Weight]:
    if follow is None:
        return yes, no, abstain
    if yes.area > no.area and yes.heads > no.heads:
        return yes + follow, no, abstain
    if no.area > yes.area and no.heads > yes.heads:
        return yes, no + follow, abstain
    return yes, no, abstain


def _both(share: Share, part: Weight, whole: Weight) -> tuple[Comparison, Comparison]:
    return share.compare(part.area, whole.area), share.compare(part.heads, whole.heads)


def _said(zh: str, en: str, share: Share, sums: tuple[Comparison, Comparison]) -> Reason:
    judged, judged_en = ("达到", "reached") if all(sums) else ("未达到", "not reached")
    return Reason(
        f"{zh}的面积和人数均须{share.zh}：面积 {sums[0].sum}；人数 {sums[1].sum}；{judged}。",
        f"{en}: {share.en} by area and by heads: area {sums[0].sum}; heads {sums[1].sum}; {judged_en}.",
        *_ARTICLE,
    )
