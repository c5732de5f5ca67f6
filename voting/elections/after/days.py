"""When a poll that follows another may be held."""

from datetime import date, timedelta

from voting.errors import TooEarly, TooLate
from voting.law.polls import Kind


def window(
    kind: Kind, poll_day: date, *, days: int | None, same_day: bool, again: bool = False
) -> tuple[date, date | None]:
    """First and last day for a poll after one on ``poll_day``: 另行选举 within the profile's days, a re-vote at once;
    the law names no last day for a re-vote, nor for a void poll that is held ``again``."""
    at_once = kind is Kind.REVOTE or (kind is Kind.SECOND and same_day)
    first = poll_day if at_once else poll_day + timedelta(days=1)
    last = poll_day + timedelta(days=days) if kind is Kind.SECOND and days is not None and not again else None
    return first, last


def require_window(day: date, first: date, last: date | None) -> None:
    """Refuse a day outside the window: TooEarly NEXT_TOO_EARLY, TooLate NEXT_TOO_LATE."""
    if day < first:
        raise TooEarly(
            "NEXT_TOO_EARLY",
            f"最早可以在 {first.isoformat()} 投票，请改日期。",
            f"The first day possible is {first.isoformat()}; choose another day.",
        )
    if last is not None and day > last:
        raise TooLate(
            "NEXT_TOO_LATE",
            f"另行选举最迟在 {last.isoformat()} 举行，请改日期。",
            f"The second poll is held on {last.isoformat()} at the latest; choose another day.",
        )
