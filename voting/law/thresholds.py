"""Shares and majorities on exact numbers, each with its written-out sum.

The law knows three comparisons, and people mix them up (过半数 · 三分之二以上 · 超过三分之二), so each
has its own function and none divides: ``part / whole > n / d`` is asked as ``d × part > n × whole``.
Numbers are ``int`` or ``Fraction``; a float would already have lost the case of exactly one half.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

Number = int | Fraction


@dataclass(frozen=True)
class Reason:
    """Why a rule said what it said: one sentence in each language, and the article it rests on.

    ``article`` and ``article_en`` are empty where the reason is arithmetic alone or a house rule.
    """

    zh: str
    en: str
    article: str = ""
    article_en: str = ""


@dataclass(frozen=True)
class Comparison:
    """One comparison that was made: whether it holds, and the sum as one would write it on a blackboard."""

    ok: bool
    sum: str

    def __bool__(self) -> bool:
        return self.ok


@dataclass(frozen=True)
class Share:
    """A share of a whole as the law words it.

    ``strict``: 过半数 and 超过 exclude the number itself; 以上 and 不得少于 include it.
    """

    fraction: Fraction
    strict: bool
    zh: str
    en: str

    def compare(self, part: Number, whole: Number) -> Comparison:
        """Whether ``part`` is this share of ``whole``."""
        compare = more_than if self.strict else at_least
        return compare(part, self.fraction, whole)

    def needed(self, whole: int) -> int:
        """The smallest whole number that is this share of ``whole`` people or ballots."""
        return needed_more_than(self.fraction, whole) if self.strict else needed_at_least(self.fraction, whole)


def over_half(part: Number, whole: Number) -> Comparison:
    """过半数: more than half; exactly half is not enough (``2 × part > whole``)."""
    return more_than(part, Fraction(1, 2), whole)


def more_than(part: Number, share: Fraction, whole: Number) -> Comparison:
    """超过: strictly more than ``share`` of ``whole``."""
    left, right = part * share.denominator, whole * share.numerator
    return Comparison(left > right, _written(part, share, whole, "＞" if left > right else "≤"))


def at_least(part: Number, share: Fraction, whole: Number) -> Comparison:
    """以上, 不得少于: ``share`` of ``whole`` or more; the number itself is included."""
    left, right = part * share.denominator, whole * share.numerator
    return Comparison(left >= right, _written(part, share, whole, "≥" if left >= right else "＜"))


def needed_more_than(share: Fraction, whole: int) -> int:
    """The smallest whole number that is more than ``share`` of ``whole``."""
    return math.floor(share * whole) + 1


def needed_at_least(share: Fraction, whole: int) -> int:
    """The smallest whole number that is at least ``share`` of ``whole``."""
    return math.ceil(share * whole)


def figure(number: Number) -> str:
    """A number as print shows it: thousands separated, decimals where they end, else a fraction.

    >>> figure(1024), figure(Fraction(671, 2)), figure(Fraction(1, 3))
    ('1,024', '335.5', '1/3')
    """
    value = Fraction(number)
    if value.denominator == 1:
        return f"{value.numerator:,}"
    places = _decimal_places(value.denominator)
    if places is None:
        return f"{value.numerator:,}/{value.denominator:,}"
    sign = "-" if value < 0 else ""
    whole, rest = divmod(abs(value.numerator) * 10**places // value.denominator, 10**places)
    return f"{sign}{whole:,}.{rest:0{places}d}"


def _decimal_places(denominator: int) -> int | None:
    """How many decimals 1/denominator needs; ``None`` where the decimals never end."""
    twos = fives = 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    return max(twos, fives) if denominator == 1 else None


def _written(part: Number, share: Fraction, whole: Number, sign: str) -> str:
    left = _product(share.denominator, part)
    right = _product(share.numerator, whole)
    return f"{left} {sign} {right}"


def _product(factor: int, number: Number) -> str:
    if factor == 1:
        return figure(number)
    return f"{factor} × {figure(number)} = {figure(factor * number)}"


OVER_HALF = Share(Fraction(1, 2), True, "过半数", "more than half")
OVER_TWO_THIRDS = Share(Fraction(2, 3), True, "超过三分之二", "more than two thirds")
TWO_THIRDS = Share(Fraction(2, 3), False, "三分之二以上", "two thirds or more")
THREE_QUARTERS = Share(Fraction(3, 4), False, "四分之三以上", "three quarters or more")
ONE_THIRD = Share(Fraction(1, 3), False, "三分之一以上", "one third or more")
ONE_FIFTH = Share(Fraction(1, 5), False, "五分之一以上", "one fifth or more")
ONE_TENTH = Share(Fraction(1, 10), False, "十分之一以上", "one tenth or more")
FOUR_FIFTHS = Share(Fraction(4, 5), False, "五分之四以上", "four fifths or more")
