"""The worked cases of the law (``RULE_CASES`` names another file of the same form)."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from house_build import House
from proxy_cases import proxies_of

from voting.elections.after.rules import Settled, next_polls
from voting.elections.candidates.nominating import too_few_signatures
from voting.elections.candidates.rules import BARS, Nominee, check_candidates
from voting.elections.count.merging import with_paper
from voting.elections.count.rules import CountFacts, Kind, OfficeCount, decide
from voting.elections.paper.rules import BallotClass, Finding, worth
from voting.elections.paper.sheets import BoxSheet, OfficeSheet, check_sheet, settle_names
from voting.elections.recall.rules import decide_recall
from voting.elections.roll.rules import objection_clock
from voting.law.kin import Elected, recuse
from voting.law.meetings import Meeting, check_composition, decide_meeting
from voting.law.owners import OwnedUnit, UnitStatus, Weight, decide_owners, weigh
from voting.law.polls import RECALL_NO, RECALL_YES
from voting.law.profiles import NATIONAL, RESIDENTS_2026, VILLAGERS_2026, Mode, rules_of
from voting.law.timeline import Hung, earliest_election_day, statutory

FILE = Path(os.environ.get("RULE_CASES") or Path(__file__).parent / "cases" / "rules.json")
CASES: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["cases"]


def _facts(given: dict[str, Any], kind: Kind, **more: Any) -> CountFacts:
    """One office of one poll, as the count states it."""
    figures = {key: given[key] for key in ("eligible", "issued", "collected")}
    offices = (OfficeCount("职务", given["seats"], given["votes"], blank=given.get("blank", 0)),)
    barred = frozenset(given.get("ineligible", ()))
    return CountFacts(
        Mode(given["mode"]), **figures, offices=offices, invalid=given.get("invalid", 0), ineligible=barred, kind=kind,
        **more,
    )  # fmt: skip


def _decided(facts: CountFacts) -> dict[str, Any]:
    outcome = decide(facts)
    assert outcome.valid is outcome.offices[0].outcome.valid
    return asdict(outcome.offices[0].outcome)


def _first(given: dict[str, Any]) -> dict[str, Any]:
    return _decided(_facts(given, Kind.FIRST))


def _by(given: dict[str, Any]) -> dict[str, Any]:
    return _decided(_facts(given, Kind.SECOND, require_turnout=given.get("require_turnout", True)))


def _revote(given: dict[str, Any]) -> dict[str, Any]:
    cast = sum(given["votes"].values())
    votes = {name: given["votes"].get(name, 0) for name in given["tied"]}
    poll = {"mode": "all_voters", "eligible": cast, "issued": cast, "collected": cast, **given, "votes": votes}
    return _decided(_facts(poll, Kind.REVOTE))


def _by_candidates(given: dict[str, Any]) -> dict[str, Any]:
    """The poll that follows a first one in which just these were elected: the others have no majority."""
    votes, won = given["votes"], tuple(given["elected"])
    cast, seats = 2 * max(votes.values()), len(won) + given["vacancies"]
    poll = {"mode": "all_voters", "eligible": cast, "issued": cast, "collected": cast, "votes": votes, "seats": seats}
    counted = _facts(poll, Kind.FIRST)
    outcome = decide(counted)
    (office,) = outcome.offices
    left = replace(office.outcome, elected=won, tied=(), tied_seats=0, vacancies=given["vacancies"])
    short = replace(outcome, offices=(replace(office, outcome=left),))
    (found,) = next_polls(counted, short, Settled(), extra={"职务": given.get("extra", 1)})
    return asdict(found.offices[0])


def _schedule(given: dict[str, Any]) -> dict[str, Any]:
    days = {name: date.fromisoformat(value) for name, value in given.items()}
    day, posted, received = days["election_day"], days.get("posted"), days.get("received")
    rules = rules_of("residents-2026", Mode.ALL_VOTERS, "national", {})
    steps = {one.name: one for one in statutory(rules, Mode.ALL_VOTERS, day, hung=Hung(posted))}
    made = {one.name: one for one in statutory(rules, Mode.ALL_VOTERS, days.get("produced", day))}
    clock = objection_clock(rules, posted or day, received or posted or day)
    assert posted is None or clock.last_day == steps["objections"].latest
    return {
        "latest_posting": steps["post_roll"].latest,
        "posting_ok": posted and earliest_election_day(rules, posted) <= day,
        "objection_last_day": clock.last_day,
        "decide_by": clock.decide_by,
        "handover_by": made["handover"].latest,
    }


def _found(given: dict[str, Any], marks: dict[str, set[str]], outsiders: frozenset[str]) -> Finding:
    """What the committee sees on a paper."""
    people = [name for names in marks.values() for name in names]
    seen = {
        Finding.FOREIGN: not given.get("official", True),
        Finding.UNREADABLE: not given.get("legible", True),
        Finding.TWICE: len(people) != len(set(people)),
        Finding.BLANK: not people and not given.get("illegible_positions"),
        Finding.OVER: any(len(names) > given["seats"].get(office, 0) for office, names in marks.items()),
        Finding.UNREADABLE_HERE: bool(given.get("illegible_positions")),
        Finding.OUTSIDER: bool(outsiders & set(people)),
    }
    return next((finding for finding, there in seen.items() if there), Finding.CLEAR)


def _written(found: str, given: dict[str, Any], marks: dict[str, set[str]]) -> BoxSheet:
    """The count sheet of a box that holds this one paper; every name is written in."""
    unread = set(given.get("illegible_positions", ()))
    offices = []
    for title, seats in given["seats"].items():
        names = marks.get(title, set())
        if found == "void":
            offices.append(OfficeSheet(title, seats, ()))
        elif title in unread or len(names) > seats:
            offices.append(OfficeSheet(title, seats, (), spoilt=1))
        else:
            written, blank = tuple((name, 1) for name in sorted(names)), int(not names)
            offices.append(OfficeSheet(title, seats, (), written, blank, unused=seats - len(names) if names else 0))
    return BoxSheet(1, int(found == "void"), tuple(offices))


def _ballot(given: dict[str, Any]) -> dict[str, Any]:
    """One paper: worth what the rules say of what is seen on it, counted by its sheet with the tablets' (none)."""
    marks = {office: set(names) for office, names in given["marks"].items()}
    roll = set(given.get("roll") or [name for names in marks.values() for name in names])
    outsiders = frozenset(name for names in marks.values() for name in names) - roll
    scope = {"void_ballot": "void", "none": "each"}[given.get("dup_office", "void_ballot")]
    rules = replace(NATIONAL, dup_office=replace(NATIONAL.dup_office, value=scope))
    kind = worth(_found(given, marks, outsiders), rules)
    tablets = tuple(OfficeCount(title, seats, {}) for title, seats in given["seats"].items())
    none = CountFacts(Mode.ALL_VOTERS, 1, 0, 0, tablets)
    sheet = None
    if kind is not BallotClass.FOREIGN:
        sheet = _written(kind.value, given, marks)
        known = {(office, name): name if name in roll else None for office, names in marks.items() for name in names}
        sheet = settle_names(sheet, known)
        check_sheet(sheet)
    counted = with_paper(none, sheet, (), papers_issued=1, legal_record="tablet")
    decide(counted)
    votes = {one.name: [name for name, count in one.votes.items() if count] for one in counted.offices}
    shown = "void" if kind.value == "foreign" else kind.value
    return {"class": shown, "counts_in_collected": counted.collected == 1, "votes": votes}


def _recall(given: dict[str, Any]) -> dict[str, Any]:
    mode, by_reps = Mode(given["mode"]), given.get("by") == "reps"
    asked = decide_recall(mode, eligible=given["eligible"], petition=given["petition"], by_reps=by_reps)
    found = {"petition_ok": asked.petition_ok}
    if "yes" in given:
        eligible, cast, yes = given.get("vote_eligible", given["eligible"]), given["collected"], given["yes"]
        poll = {"mode": mode, "eligible": eligible, "issued": cast, "collected": cast, "seats": 1,
                "votes": {RECALL_YES: yes, RECALL_NO: cast - yes}}  # fmt: skip
        voted = _decided(_facts(poll, Kind.RECALL))
        # Without a sound petition no recall is put to the vote.
        passed = asked.petition_ok and RECALL_YES in voted["elected"]
        found |= {"turnout_ok": voted["valid"], "passed": passed}
    return found


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
    """A joint nomination of so many people for one office, and the list they make."""
    law = RESIDENTS_2026 if given["org"] == "residents" else VILLAGERS_2026
    clear = dict.fromkeys(BARS, False)
    people = tuple(
        Nominee(str(one), f"样{one}", "委员", f"r{one}", 46, "女", clear, clear, checked_by="o1")
        for one in range(given["candidates"])
    )
    errors = {one.code for one in check_candidates(people, {"委员": given["seats"]}, date(2026, 12, 20), law).errors}
    if not given.get("party", False) and too_few_signatures(law, given.get("nominators", 0)):
        errors.add("fewer_than_ten_nominators")
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
    "recall": _recall,
    "meeting": _meeting,
    "owners": _owners,
    "heads": _heads,
    "nomination": _nomination,
    "composition": _composition,
    "kin_recusal": _kin,
}
RUN = [case for case in CASES if case["fn"] in RULES]
PROXIES = [case for case in CASES if case["fn"] == "proxy"]


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
        return tuple({office: _plain(names) for office, names in votes.items() if names} for votes in (expected, found))  # type: ignore[return-value]  # a pair of two dictionaries
    if key == "area":
        return Fraction(expected), found
    return _plain(expected), _plain(found)


@pytest.mark.parametrize("case", RUN, ids=lambda case: case["id"])
def test_case(case: dict[str, Any]) -> None:
    _check(case, RULES[case["fn"]](dict(case["inputs"])))


@pytest.mark.parametrize("case", PROXIES, ids=lambda case: case["id"])
def test_case_of_proxies(case: dict[str, Any], house: House) -> None:
    _check(case, proxies_of(house, case["inputs"]))


def _check(case: dict[str, Any], found: dict[str, Any]) -> None:
    for key, value in case["expected"].items():
        expected, actual = _compare(key, value, found[key])
        assert actual == expected, f"{case['id']} {key}: {case['why']}"


def test_how_many_run(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\nrule cases: {len(RUN) + len(PROXIES)} run, {len(CASES) - len(RUN) - len(PROXIES)} left\n")
    assert RUN and PROXIES
