"""Deadlines on plain dates: no clock, no moment of day; and the one time zone in which a day begins.

Civil Code Art. 201: a period of days does not count the day it starts from. Election deadlines are
plain days here: a last day that falls on a holiday is not moved (Art. 203 would move it; that is an open
point of the profile, off by default, and `Profile.last_day` does it). Dates are computed as dates, never through UTC,
where midnight in Beijing is still the day before.
"""

from __future__ import annotations

from datetime import date, timedelta, timezone

#: The one legal time of the country, without summer time: where a day begins, and the hour on every hall's wall. A
#: fixed offset, so that a verifier needs no table of time zones.
HALL = timezone(timedelta(hours=8), "Asia/Shanghai")


def days_before(day: date, days: int) -> date:
    """The last day on which something due ``days`` days before ``day`` is still in time."""
    return day - timedelta(days=days)


def days_after(day: date, days: int) -> date:
    """The last day of a period of ``days`` days from ``day``; ``day`` itself is not counted."""
    return day + timedelta(days=days)


def age_on(born: date, day: date) -> int:
    """Full years of age on ``day``, the birthday included. Somebody born on 29 February completes the year
    on 1 March of a common year.
    """
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
