"""Entries about what was posted before a poll, read strictly into facts; ``story`` reads those of the poll."""

from collections.abc import Callable
from typing import Any

from verifier.earlier import typed
from voting.elections.events import CandidatesPosted, RollPublished
from voting.elections.roll.events import ElectionRulesChanged, RollVersionPosted


def _published(data: dict[str, Any]) -> RollPublished:
    value = typed(data, {"election": str, "roll_sha256": str, "entries": int, "by": str})
    return RollPublished(value["election"], value["roll_sha256"], value["entries"], value["by"])


def _version(data: dict[str, Any]) -> RollVersionPosted:
    texts = dict.fromkeys(("election", "roll_sha256", "cause", "by"), str)
    value = typed(dict(data), texts | dict.fromkeys(("number", "entries", "counted"), int))
    return RollVersionPosted(
        election_id=value["election"], **{name: value[name] for name in value if name != "election"}
    )


def _rules(data: dict[str, Any]) -> ElectionRulesChanged:
    value = typed(data, {"election": str, "profile": str, "options": dict, "by": str})
    options = typed(value["options"], dict.fromkeys(value["options"], str))
    return ElectionRulesChanged(value["election"], value["profile"], options, value["by"])


def _candidates(data: dict[str, Any]) -> CandidatesPosted:
    value = typed(data, {"election": str, "offices": list, "by": str})
    offices = [typed(one, {"title": str, "seats": int, "candidates": list[str]}) for one in value["offices"]]
    listed = tuple((one["title"], one["seats"], tuple(one["candidates"])) for one in offices)
    return CandidatesPosted(value["election"], listed, value["by"])


READERS: dict[type, Callable[[dict[str, Any]], Any]] = {
    RollPublished: _published,
    RollVersionPosted: _version,
    ElectionRulesChanged: _rules,
    CandidatesPosted: _candidates,
}
