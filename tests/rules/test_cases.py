"""The worked cases of the law (``RULE_CASES`` names another file of the same form)."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from voting.elections.candidates.rules import nomination_errors
from voting.elections.count.rules import Poll, by_candidates, election_by, election_first, revote
from voting.elections.paper.rules import Paper, judge
from voting.elections.proxies.rules import Delegation, ballots_for_holder, proxy_errors
from voting.elections.recall.rules import decide_recall
from voting.law.calendar import schedule
from voting.law.kin import Elected, recuse
from voting.law.meetings import Meeting, check_composition, decide_meeting
from voting.law.owners import OwnedUnit, UnitStatus, Weight, decide_owners, weigh
from voting.law.profiles import RESIDENTS_2026, VILLAGERS_2026, Mode

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


def _ballot(given: dict[str, Any]) -> dict[str, Any]:
    found = judge(
        Paper(
            given["seats"],
            {office: tuple(names) for office, names in given["marks"].items()},
            official=given.get("official", True),
            legible=given.get("legible", True),
            illegible_offices=frozenset(given.get("illegible_positions", ())),
            roll=frozenset(given.get("roll", ())),
            void_if_twice=given.get("dup_office", "void_ballot") == "void_ballot",
        )
    )
    return {"class": found.kind, "counts_in_collected": found.counts_in_collected, "votes": found.votes}


def _proxy(given: dict[str, Any]) -> dict[str, Any]:
    delegation = Delegation(
        Mode(given["mode"]),
        given["holder"],
        *(frozenset(given.get(key, ())) for key in ("principals", "roll", "candidates", "kin")),
        near_kin_only=given["org"] == "villagers" and given.get("law") == "2018",
        holder_delegated=given.get("holder_is_principal", False),
        published=given.get("published", True),
    )
    errors = proxy_errors(delegation)
    return {"ok": not errors, "errors": errors, "ballots_for_holder": ballots_for_holder(delegation)}


def _recall(given: dict[str, Any]) -> dict[str, Any]:
    keys = ("eligible", "petition", "collected", "yes", "vote_eligible")
    figures = {key: given[key] for key in keys if key in given}
    return asdict(decide_recall(Mode(given["mode"]), by_reps=given.get("by") == "reps", **figures))


def _meeting(given: dict[str, Any]) -> dict[str, Any]:
    figures = {key: given[key] for key in ("members", "present", "yes")}
    return asdict(decide_meeting(Meeting(given["kind"]), all_members=given.get("base") == "all", **figures))


def _weight(pair: list[Any]) -> Weight:
    return Weight(Fraction(pair[0]), pair[1])


def _owners(given: dict[str, Any]) -> dict[str, Any]:
    weights = {key: _weight(given[key]) for key in ("yes", "no", "abstain", "follow") if given.get(key)}
    return asdict(decide_owners(given["item"], total=_weight([given["area_total"], given["heads_total"]]), **weights))


def _heads(given: dict[str, Any]) -> dict[str, Any]:
    units = [
        OwnedUnit(
            frozenset(unit["owners"]),
            Fraction(unit["area"]),
            UnitStatus(unit.get("status", "delivered")),
            parking=unit.get("kind") == "parking",
        )
        for unit in given["units"]
    ]
    return asdict(weigh(units, count_parking=given.get("count_parking_area", True)))


def _nomination(given: dict[str, Any]) -> dict[str, Any]:
    law = RESIDENTS_2026 if given["org"] == "residents" else VILLAGERS_2026
    figures = {key: given.get(key, 0) for key in ("seats", "candidates", "nominators")}
    errors = nomination_errors(law, party=given.get("party", False), **figures)
    return {"ok": not errors, "errors": errors}


def _composition(given: dict[str, Any]) -> dict[str, Any]:
    return asdict(check_composition(**given))


def _kin(given: dict[str, Any]) -> dict[str, Any]:
    return asdict(recuse([tuple(pair) for pair in given["pairs"]], [Elected(*each) for each in given["elected"]]))


RULES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "election_first": _first,
    "election_by": _by,
    "revote": _revote,
    "by_candidates": _by_candidates,
    "schedule": _schedule,
    "ballot": _ballot,
    "proxy": _proxy,
    "recall": _recall,
    "meeting": _meeting,
    "owners": _owners,
    "heads": _heads,
    "nomination": _nomination,
    "composition": _composition,
    "kin_recusal": _kin,
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
        return Fraction(expected), found
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
