"""Entries about an election before and after its poll, read strictly into facts; ``story`` reads those of the poll."""

from collections.abc import Callable
from datetime import date
from typing import Any

from voting.elections.after.events import NextPollPrepared, PlacesLeftEmpty, RelativesSettled, SeatChanged
from voting.elections.events import CandidateAdded, CandidateRemoved, ElectionCreated
from voting.elections.recall.events import RecallMoved
from voting.elections.roll.events import ElectionAmended, ElectionRulesChanged


def typed(data: Any, wanted: dict[str, Any]) -> dict[str, Any]:
    """``data`` with exactly these keys and types; counts are never negative. Raises ValueError."""
    if not isinstance(data, dict) or data.keys() != wanted.keys():
        raise ValueError("other keys")
    for name, hint in wanted.items():
        value = data[name]
        sound = type(value) is list and all(type(one) is str for one in value) if hint == list[str] else False
        if not (sound or type(value) is hint) or (hint is int and value < 0):
            raise ValueError(name)
    return data


def _created(data: dict[str, Any]) -> ElectionCreated:
    texts = ("election", "box", "title", "day", "mode", "law", "profile", "by")
    value = typed(data, dict.fromkeys(texts, str) | {"options": dict, "offices": list})
    offices = [typed(one, {"title": str, "seats": int}) for one in value["offices"]]
    return ElectionCreated(
        election_id=value["election"],
        box_uuid=value["box"],
        day=date.fromisoformat(value["day"]),
        options=typed(value["options"], dict.fromkeys(value["options"], str)),
        offices=tuple((one["title"], one["seats"]) for one in offices),
        **{name: value[name] for name in ("title", "mode", "law", "profile", "by")},
    )


def _amended(data: dict[str, Any]) -> ElectionAmended:
    value = typed(data, dict.fromkeys(("election", "title", "day", "place", "by"), str) | {"offices": list})
    offices = [typed(one, {"title": str, "seats": int}) for one in value["offices"]]
    return ElectionAmended(
        election_id=value["election"],
        day=date.fromisoformat(value["day"]),
        offices=tuple((one["title"], one["seats"]) for one in offices),
        **{name: value[name] for name in ("title", "place", "by")},
    )


def _rules(data: dict[str, Any]) -> ElectionRulesChanged:
    value = typed(data, {"election": str, "profile": str, "options": dict, "by": str})
    options = typed(value["options"], dict.fromkeys(value["options"], str))
    return ElectionRulesChanged(value["election"], value["profile"], options, value["by"])


def _prepared(data: dict[str, Any]) -> NextPollPrepared:
    texts = ("election", "follows", "kind", "day", "roll_sha256", "by")
    value = typed(data, dict.fromkeys(texts, str) | {"offices": list, "reserve": bool})
    offices = [typed(one, {"title": str, "seats": int, "candidates": list[str]}) for one in value["offices"]]
    return NextPollPrepared(
        election_id=value["election"],
        day=date.fromisoformat(value["day"]),
        offices=tuple((one["title"], one["seats"], tuple(one["candidates"])) for one in offices),
        **{name: value[name] for name in ("follows", "kind", "roll_sha256", "reserve", "by")},
    )


def _relatives(data: dict[str, Any]) -> RelativesSettled:
    lists = ("gave_way", "moved_up", "vote_again")
    value = typed(data, {"election": str, "by": str} | dict.fromkeys(lists, list))
    found = {name: [typed(one, {"office": str, "name": str}) for one in value[name]] for name in lists}
    pairs = {name: tuple((one["office"], one["name"]) for one in ones) for name, ones in found.items()}
    return RelativesSettled(election_id=value["election"], by=value["by"], **pairs)


def _empty(data: dict[str, Any]) -> PlacesLeftEmpty:
    value = typed(data, {"election": str, "office": str, "seats": int, "reason": str, "by": str})
    return PlacesLeftEmpty(value["election"], value["office"], value["seats"], value["reason"], value["by"])


def _seat(data: dict[str, Any]) -> SeatChanged:
    value = typed(data, dict.fromkeys(("election", "member", "change", "day", "by"), str))
    day = date.fromisoformat(value["day"])
    return SeatChanged(value["election"], value["member"], value["change"], day, value["by"])


def _recall(data: dict[str, Any]) -> RecallMoved:
    always = dict.fromkeys(("election", "petition", "member", "move", "day", "by", "basis"), str)
    some = {"signed": int, "eligible": int, "text_sha256": str, "poll": str}
    given = {name: hint for name, hint in some.items() if data[name] is not None}
    value = typed({name: one for name, one in data.items() if one is not None}, always | given)
    return RecallMoved(
        election_id=value["election"],
        petition_id=value["petition"],
        member_id=value["member"],
        day=date.fromisoformat(value["day"]),
        **{name: value[name] for name in ("move", "by", "basis", *given)},
    )


def _added(data: dict[str, Any]) -> CandidateAdded:
    value = typed(data, dict.fromkeys(("election", "candidate", "office", "by"), str))
    return CandidateAdded(value["election"], value["candidate"], value["office"], value["by"])


def _removed(data: dict[str, Any]) -> CandidateRemoved:
    value = typed(data, dict.fromkeys(("election", "candidate", "office", "by"), str) | {"on_record": bool})
    return CandidateRemoved(value["election"], value["candidate"], value["office"], value["by"], value["on_record"])


READERS: dict[type, Callable[[dict[str, Any]], Any]] = {
    ElectionCreated: _created,
    ElectionAmended: _amended,
    ElectionRulesChanged: _rules,
    NextPollPrepared: _prepared,
    RelativesSettled: _relatives,
    PlacesLeftEmpty: _empty,
    SeatChanged: _seat,
    RecallMoved: _recall,
    CandidateAdded: _added,
    CandidateRemoved: _removed,
}
