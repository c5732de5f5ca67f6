"""The worked cases of the law (``RULE_CASES`` names another file of the same form)."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from voting.elections.count.rules import Poll, by_candidates, election_by, election_first, revote
from voting.law.calendar import schedule
from voting.law.profiles import RESIDENTS_2026, Mode

FILE = Path(os.environ.get("RULE_CASES") or Path(__file__).parent / "cases" / "rules.json")
CASES: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["cases"]


def _poll(given: dict[str, Any]) -> Poll:
    return Poll(**{**given, "mode": Mode(given["mode"]), "ineligible": frozenset(given.get("ineligible", ()))})


def _first(given: dict[str, Any]) -> dict[str, Any]:
    return asdict(election_first(_poll(given)))


def _by(given: dict[str, Any]) -> dict[str, Any]:
    require_turnout = given.pop("require_turnout", True)
    return asdict(election_by(_poll(given), require_turnout=require_turnout))


def _revote(given: dict[str, Any]) -> dict[str, Any]:
    return asdict(revote(tuple(given["tied"]), given["seats"], given["votes"]))


def _by_candidates(given: dict[str, Any]) -> dict[str, Any]:
    found = by_candidates(
        given["votes"], tuple(given["elected"]), given["vacancies"], extra=given.get("extra", 1)
    )
    return asdict(found)


def _schedule(given: dict[str, Any]) -> dict[str, Any]:
    days = {name: date.fromisoformat(value) for name, value in given.items()}
    return asdict(schedule(RESIDENTS_2026, days.pop("election_day"), **days))


RULES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "election_first": _first,
    "election_by": _by,
    "revote": _revote,
    "by_candidates": _by_candidates,
    "schedule": _schedule,
}
RUN = [case for case in CASES if case["fn"] in RULES]


def _plain(value: Any) -> Any:
    """One form for both sides: lists as sets, dates as text, areas as numbers."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple, set, frozenset)):
        return frozenset(_plain(item) for item in value)
    return value


def _compare(key: str, expected: Any, found: Any) -> tuple[Any, Any]:
    if key == "votes":  # an office that is missing equals an empty list
        return tuple(
            {office: _plain(names) for office, names in votes.items() if names} for votes in (expected, found)
        )  # type: ignore[return-value]  # a pair of two dictionaries
    if key == "area":
        return Decimal(expected), Decimal(found)
    return _plain(expected), _plain(found)


@pytest.mark.parametrize("case", RUN, ids=lambda case: case["id"])
def test_case(case: dict[str, Any]) -> None:
    found = RULES[case["fn"]](dict(case["inputs"]))
    for key, value in case["expected"].items():
        expected, actual = _compare(key, value, found[key])
        assert actual == expected, f"{case['id']} {key}: {case['why']}"


def test_how_many_run(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\nrule cases: {len(RUN)} run, {len(CASES) - len(RUN)} left\n")
    assert RUN
