"""What the community's log says about one ballot box: strict facts, in order; check 3 (docs/verify.md)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Generic, TypeVar, get_type_hints

from audit.entry import Entry
from audit.errors import AuditError
from audit.note import VerifierKey, parse_vkey
from audit.source import Source
from audit.verify import Report, read_entries, verify
from verifier import earlier, listed
from verifier.earlier import typed as _typed
from verifier.report import Lacking
from voting.elections.count.events import WinAnnulled
from voting.elections.events import (
    CardsMissingDecided,
    ElectionSealed,
    OutcomeDecided,
    PollMoved,
    ResultCertified,
)
from voting.elections.paper import sheets
from voting.elections.paper.events import PapersReconciled, PapersWritten
from voting.elections.proxies.events import ProxiesPosted
from voting.errors import Malformed, Refused
from voting.law.polls import Kind

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Said(Generic[T_co]):
    """A fact with its entry's number, and the time by the recorder's clock."""

    seq: int
    at: datetime
    fact: T_co


class Story:
    """The entries about one box and its election, by type. ``ended``: the polls of the log that were decided or
    declared void before this one was sealed. ``others``: what the log says of every other election, by its id."""

    def __init__(
        self,
        entries: Iterable[Entry],
        ended: frozenset[str] = frozenset(),
        others: "Mapping[str, Story] | None" = None,
    ) -> None:
        self.ended = ended
        self.others = others or {}
        self._entries: dict[str, list[Entry]] = {}
        for entry in entries:
            self._entries.setdefault(entry.type, []).append(entry)

    def until(self, seq: int) -> "Story":
        """What had been said before entry ``seq``."""
        return Story(entry for entries in self._entries.values() for entry in entries if entry.seq < seq)

    def all(self, kind: type[T]) -> list[Said[T]]:
        """Every fact of this kind, in the log's order. Raises Lacking LOG_FACT_FORM."""
        found = self._entries.get(kind.type, [])  # type: ignore[attr-defined]  # every fact's class names its type
        return [Said(entry.seq, entry.clock or entry.at, _read(kind, entry)) for entry in found]

    def some(self, kind: type[T]) -> list[Said[T]]:
        """As ``all``, at least one. Raises Lacking LOG_SILENT."""
        found = self.all(kind)
        if not found:
            name: str = kind.type  # type: ignore[attr-defined]  # as above
            raise Lacking("LOG_SILENT", f"日志里没有“{name}”这一条", f"The log has no entry “{name}”")
        return found

    def only(self, kind: type[T]) -> Said[T]:
        """The one fact of this kind. Raises Lacking LOG_SILENT, Malformed LOG_SAID_TWICE."""
        found = self.some(kind)
        if len(found) > 1:
            name: str = kind.type  # type: ignore[attr-defined]  # as above
            raise Malformed(
                "LOG_SAID_TWICE",
                f"日志里“{name}”有 {len(found)} 条（第 {found[0].seq}、{found[1].seq} 条），只能有一条",
                f"The log says “{name}” {len(found)} times (entries {found[0].seq}, {found[1].seq}); once is right",
            )
        return found[0]


# --- check 3 -----------------------------------------------------------------------------------------------------


def read_log_key(raw: bytes) -> VerifierKey:
    """3: the log's key, which the manifest covers. Raises VKEY_MALFORMED."""
    return parse_vkey(raw.decode("utf-8", "replace").removesuffix("\n"))


def check_log(source: Source, key: VerifierKey) -> tuple[Report, list[Refused | AuditError]]:
    """3: entries canonical, chained, rooted in the checkpoint that the log's key signed. Returns what is wrong."""
    report = verify(source, key)
    return report, list(report.findings)


#: What an election's entries say without naming its box, or of another box: sealed anew, it would have two.
_OF_THE_ELECTION = frozenset(
    kind.type  # type: ignore[attr-defined]  # every fact's class names its type
    for kind in (
        *(ElectionSealed, PollMoved, OutcomeDecided, WinAnnulled, ResultCertified),
        *earlier.READERS,
        *listed.READERS,
    )
)


def read_story(source: Source, uuid: str) -> Story:
    """What a log that passed check 3 says of the box ``uuid`` and of the election it belongs to."""
    return story_of(read_entries(source), uuid)


def story_of(entries: Iterable[Entry], uuid: str) -> Story:
    """As ``read_story``, of these entries."""
    kept: list[Entry] = []
    elections: set[str] = set()
    ended: set[str] = set()
    sealed = False
    for entry in entries:
        if not sealed and (entry.type == OutcomeDecided.type or _voided(entry)):
            ended.add(_election(entry))
        if entry.data.get("box") == uuid:
            kept.append(entry)
            sealed = sealed or entry.type == ElectionSealed.type
            elections.add(_election(entry))
        elif entry.type in _OF_THE_ELECTION:
            kept.append(entry)
    # Which election the box belongs to is known at sealing; it may have been declared void before.
    elections.discard("")
    own = [entry for entry in kept if entry.data.get("box") == uuid or _election(entry) in elections]
    others: dict[str, list[Entry]] = {}
    for entry in kept:
        if _election(entry) not in elections:
            others.setdefault(_election(entry), []).append(entry)
    return Story(own, frozenset(ended), {election: Story(entries) for election, entries in others.items()})


def _election(entry: Entry) -> str:
    """The election that an entry names, or nothing."""
    named = entry.data.get("election")
    return named if isinstance(named, str) else ""


def _voided(entry: Entry) -> bool:
    return entry.type == PollMoved.type and entry.data.get("move") == "void"


def sealed_kind(sealed: ElectionSealed) -> Kind:
    """What the log says this poll was. Raises Lacking KIND_UNKNOWN."""
    try:
        return Kind(sealed.kind)
    except ValueError as error:
        raise Lacking("KIND_UNKNOWN", "本程序不认识这种投票", "This program does not know this kind of poll") from error


# --- entries to facts --------------------------------------------------------------------------------------------


def _read(kind: type[T], entry: Entry) -> T:
    """Raises Lacking: an honest later version may say more, but this program cannot vouch for what it cannot read."""
    try:
        reader: Callable[[dict[str, Any]], Any] | None = _READERS.get(kind)
        return reader(entry.data) if reader else _plain(kind, entry.data)
    except (KeyError, TypeError, ValueError) as error:
        raise Lacking(
            "LOG_FACT_FORM",
            f"日志第 {entry.seq} 条（{entry.type}）的写法本程序不认识：请用与平台同版本的核验程序",
            f"Entry {entry.seq} ({entry.type}) is in a form unknown here: use the verifier of the platform's version",
        ) from error


def _plain(kind: type[T], data: dict[str, Any]) -> T:
    hints = get_type_hints(kind)
    wanted = {field.name: hints[field.name] for field in fields(kind)}  # type: ignore[arg-type]  # all are dataclasses
    return kind(**_typed(data, wanted))


_SEALED = {
    "election": str,
    "box": str,
    "title": str,
    "place": str,
    "day": str,
    "mode": str,
    "law": str,
    "eligible": int,
    "roll_sha256": str,
    "ballot_floor": int,
    "offices": list,
    "kind": str,
    "legal_record": str,
    "second_turnout": bool,
    "proxies_max": int,
    "by": str,
}


def _sealed(data: dict[str, Any]) -> ElectionSealed:
    follows = data.get("follows")
    value = _typed(data, _SEALED | {"follows": str if isinstance(follows, str) else type(None)})
    offices = [_typed(one, {"title": str, "seats": int, "candidates": list[str]}) for one in value["offices"]]
    return ElectionSealed(
        election_id=value["election"],
        box_uuid=value["box"],
        day=date.fromisoformat(value["day"]),
        offices=tuple((one["title"], one["seats"], tuple(one["candidates"])) for one in offices),
        follows=follows,
        **{name: value[name] for name in _SEALED.keys() - {"election", "box", "day", "offices"}},
    )


def _outcome(data: dict[str, Any]) -> OutcomeDecided:
    value = _typed(data, {"election": str, "valid": bool, "next": str, "elected": list, "count": dict, "by": str})
    elected = [_typed(one, {"office": str, "names": list[str]}) for one in value["elected"]]
    return OutcomeDecided(
        election_id=value["election"],
        valid=value["valid"],
        next=value["next"],
        elected=tuple((one["office"], tuple(one["names"])) for one in elected),
        count=value["count"],
        by=value["by"],
    )


def _annulled(data: dict[str, Any]) -> WinAnnulled:
    value = _typed(data, dict.fromkeys(("election", "office", "name", "ground", "by"), str))
    return WinAnnulled(
        election_id=value["election"], **{name: value[name] for name in ("office", "name", "ground", "by")}
    )


_MOVED = {"reason": str, "queue": int, "in_hand": int}


def _moved(data: dict[str, Any]) -> PollMoved:
    always = {"election": str, "move": str, "state": str, "by": str}
    given = {name: hint for name, hint in _MOVED.items() if data[name] is not None}
    value = _typed({name: one for name, one in data.items() if one is not None}, always | given)
    return PollMoved(election_id=value["election"], **{name: value[name] for name in value.keys() - {"election"}})


def _certified(data: dict[str, Any]) -> ResultCertified:
    value = _typed(data, {"election": str, "manifest_sha256": str, "committee_key": str, "by": str})
    return ResultCertified(election_id=value["election"], **{name: value[name] for name in value.keys() - {"election"}})


def _missing(data: dict[str, Any]) -> CardsMissingDecided:
    wanted = {"election": str, "box": str, "unused": int, "missing": int, "voted": int, "reason": str, "by": str}
    value = _typed(data, wanted)
    return CardsMissingDecided(
        election_id=value["election"],
        box_uuid=value["box"],
        **{name: value[name] for name in ("unused", "missing", "voted", "reason", "by")},
    )


def _reconciled(data: dict[str, Any]) -> PapersReconciled:
    if data["sheet"]:
        sheets.from_data(data["sheet"])
    wanted = get_type_hints(PapersReconciled) | {"sheet": dict}
    return PapersReconciled(**_typed(data, {field.name: wanted[field.name] for field in fields(PapersReconciled)}))


def _written(data: dict[str, Any]) -> PapersWritten:
    value = _typed(data, dict.fromkeys(("election", "box", "office", "by"), str) | {"written": list})
    if any(list(map(type, one)) != [str, int] or one[1] < 0 for one in value["written"]):
        raise ValueError("written")
    return PapersWritten(**value)


def _proxies(data: dict[str, Any]) -> ProxiesPosted:
    wanted = {"election": str, "box": str, "sha256": str, "holders": int, "principals": int, "by": str}
    value = _typed(data, wanted)
    rest = {name: value[name] for name in ("sha256", "holders", "principals", "by")}
    return ProxiesPosted(election_id=value["election"], box_uuid=value["box"], **rest)


_READERS: dict[type, Callable[[dict[str, Any]], Any]] = {
    ElectionSealed: _sealed,
    OutcomeDecided: _outcome,
    WinAnnulled: _annulled,
    PollMoved: _moved,
    ResultCertified: _certified,
    CardsMissingDecided: _missing,
    PapersReconciled: _reconciled,
    PapersWritten: _written,
    ProxiesPosted: _proxies,
    **earlier.READERS,
    **listed.READERS,
}
