"""Days off: where a period that ends on one ends on the next working day (Civil Code Art. 203).

Weekends, the festivals of a fixed date, and for the years below what the State Council arranged: which days are off,
and which days of a weekend are worked instead. An arrangement is published in November of the year before; a year
without one here is reckoned by weekends and fixed dates, and `arranged` tells so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

_SATURDAY: Final = 5

#: Off and worked, as (month, first day, last day) and (month, day). 2026: notice of the State Council's office of
#: 2025-11-04 on the public holidays of 2026.
_OFF: Final[Mapping[int, tuple[tuple[int, int, int], ...]]] = {
    2026: ((1, 1, 3), (2, 15, 23), (4, 4, 6), (5, 1, 5), (6, 19, 21), (9, 25, 27), (10, 1, 7)),
}
_WORKED: Final[Mapping[int, tuple[tuple[int, int], ...]]] = {
    2026: ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)),
}
#: The festivals of the sun's calendar (全国年节及纪念日放假办法, 2024): New Year, Labour Day, National Day.
_FIXED: Final = ((1, 1, 1), (5, 1, 2), (10, 1, 3))


def arranged(year: int) -> bool:
    """Whether the State Council's arrangement of this year is known here."""
    return year in _OFF


def is_off(day: date) -> bool:
    """Whether ``day`` is a day off."""
    if (day.month, day.day) in _WORKED.get(day.year, ()):
        return False
    off = _OFF.get(day.year, _FIXED)
    return day.weekday() >= _SATURDAY or any(day.month == m and first <= day.day <= last for m, first, last in off)


def working_day(day: date) -> date:
    """``day`` itself, or the first day after it that is worked."""
    while is_off(day):
        day += timedelta(days=1)
    return day
