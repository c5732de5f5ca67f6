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
#: Bytes of all names with their votes: an entry of the log holds 16 KiB, the elected beside them.
BUDGET: Final = 11_000
#: What stands around a name: ``{"name":"","votes":12345},``.
_FRAME: Final = 26


def figures_said(facts: CountFacts) -> dict[str, object]:
    """N, I, C, void papers, and per office everybody's votes, as far as an entry of the log holds them."""
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
                **_votes(office.votes, BUDGET // max(len(facts.offices), 1)),
            }
            for office in facts.offices
        ],
    }


def _votes(votes: Mapping[str, int], budget: int) -> dict[str, object]:
    """Everybody's votes in the order of their names; where hundreds were written in, the highest, and the rest as sums.

    Whom a poll elects, and who stands in the next one, is always among the highest.
    """
    listed: dict[str, int] = {}
    for name, number in sorted(votes.items(), key=lambda item: (-item[1], item[0])):
        budget -= len(name.encode()) + _FRAME
        if budget < 0:
            break
        listed[name] = number
    rest = {"names": len(votes) - len(listed), "votes": sum(votes.values()) - sum(listed.values())}
    return {"votes": [{"name": name, "votes": listed[name]} for name in sorted(listed)], "rest": rest}


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
    if data.keys() != {"title", "votes", "rest", *_OFFICE} or data["rest"].keys() != {"names", "votes"}:
        raise ValueError("other keys")
    rest = {name: _number(number) for name, number in data["rest"].items()}
    figures = {name: _number(data[name]) for name in _OFFICE}
    votes = {_text(one["name"]): _number(one["votes"]) for one in data["votes"]}
    if len(votes) != len(data["votes"]):
        raise ValueError("a name twice")
    lost = figures["lost"] + rest["votes"]
    return OfficeCount(_text(data["title"]), figures["seats"], votes, blank=figures["blank"], over_vote_loss=lost)


def _number(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(value)
    return value


def _text(value: object) -> str:
    if type(value) is not str:
        raise ValueError(value)
    return value
