"""Long lists a page at a time."""

from collections.abc import Callable
from typing import TypedDict


class Paging(TypedDict):
    """Which rows of ``total`` are shown (``first`` to ``last``, from 1; 0 for none) and where the others are."""

    first: int
    last: int
    total: int
    previous_url: str | None
    next_url: str | None


def paging(page: int, *, size: int, total: int, url: Callable[[int], str]) -> Paging:
    """The ``page``-th (from 1) ``size`` rows of ``total``; ``url`` makes the address of another page."""
    last = min(page * size, total)
    return Paging(
        first=min((page - 1) * size + 1, total),
        last=last,
        total=total,
        previous_url=url(page - 1) if page > 1 else None,
        next_url=url(page + 1) if last < total else None,
    )
