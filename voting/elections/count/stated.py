"""The counted figures as the log states them beside the outcome. Pure.

They let whoever holds the log of a later poll decide this one again: who was elected, who was not and with how many
votes, and so which poll had to follow and who stood in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from voting.elections.count.rules import CountFacts, Kind, OfficeCount
from voting.law.profiles import Mode

_WHOLE: Final = ("eligible", "issued", "collected", "void")
_OFFICE: Final = ("seats", "blank", "lost")


def figures_said(facts: CountFacts) -> dict[str, object]:
    """N, I, C, void papers, and per office everybody's votes in the order of their names."""
    return {
        "eligible": facts.eligible,
        "issued": facts.issued,
        "collected": facts.collected,
        "void": facts.invalid,
        "offices": [
            {
                "title": office.name,
                "seats": office.seats,
                "blank": office.blank,
                "lost": office.over_vote_loss,
                "votes": [{"name": name, "votes": votes} for name, votes in sorted(office.votes.items())],
            }
            for office in facts.offices
        ],
    }


def facts_said(
    data: Mapping[str, Any], *, mode: Mode, law: str, kind: Kind, require_turnout: bool, ineligible: frozenset[str]
) -> CountFacts:
    """The facts behind what the log states. Raises ValueError, KeyError or TypeError where it is in another form."""
    whole = {name: _number(data[name]) for name in _WHOLE}
    if data.keys() != {*_WHOLE, "offices"}:
        raise ValueError("other keys")
    return CountFacts(
        mode=mode,
        law=law,
        kind=kind,
        require_turnout=require_turnout,
        ineligible=ineligible,
        eligible=whole["eligible"],
        issued=whole["issued"],
        collected=whole["collected"],
        invalid=whole["void"],
        offices=tuple(_office(one) for one in data["offices"]),
    )


def _office(data: Mapping[str, Any]) -> OfficeCount:
    if data.keys() != {"title", "votes", *_OFFICE}:
        raise ValueError("other keys")
    figures = {name: _number(data[name]) for name in _OFFICE}
    votes = {_text(one["name"]): _number(one["votes"]) for one in data["votes"]}
    if len(votes) != len(data["votes"]):
        raise ValueError("a name twice")
    return OfficeCount(
        _text(data["title"]), figures["seats"], votes, blank=figures["blank"], over_vote_loss=figures["lost"]
    )


def _number(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(value)
    return value


def _text(value: object) -> str:
    if type(value) is not str:
        raise ValueError(value)
    return value
