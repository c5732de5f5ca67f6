"""Deadlines on plain dates: no clock, no moment of day; and the one time zone in which a day begins.

Civil Code Art. 201: a period of days does not count the day it starts from. Election deadlines are
plain days here: a last day that falls on a holiday is not moved (Art. 203 would move it; that is an open
point of the profile, off by default, and `Profile.last_day` does it). Dates are computed as dates, never through UTC,
where midnight in Beijing is still the day before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta, timezone

from voting.law.statutes import Law

#: The one legal time of the country, without summer time: where a day begins, and the hour on every hall's wall. A
#: fixed offset, so that a verifier needs no table of time zones.
HALL = timezone(timedelta(hours=8), "Asia/Shanghai")


@dataclass(frozen=True)
class Schedule:
    """The dates the law fixes around one election; ``None`` where the date it counts from is not known."""

    latest_posting: date
    posting_ok: bool | None
    objection_last_day: date | None
    decide_by: date | None
    handover_by: date | None


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


def schedule(
    law: Law,
    election_day: date,
    *,
    posted: date | None = None,
    received: date | None = None,
    produced: date | None = None,
) -> Schedule:
    """The statutory dates of one election (Residents' Committees Law Art. 17 and 25; Villagers' 17 and 24).

    ``posted``: when the roll was posted; ``received``: when an objection arrived;
    ``produced``: when the new committee came into being.
    """
    latest = days_before(election_day, law.roll_days)
    return Schedule(
        latest_posting=latest,
        posting_ok=None if posted is None else posted <= latest,
        objection_last_day=None if posted is None else days_after(posted, law.objection_days),
        decide_by=None if received is None else days_after(received, law.decision_days),
        handover_by=None if produced is None else days_after(produced, law.handover_days),
    )
