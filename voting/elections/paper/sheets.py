"""The count sheet of one paper box (唱计票单): what it holds, when it adds up, how two entries differ. Pure.

For every office the marks of the sheet are all the marks there could be::

    Σ votes (write-ins included) + seats × blank + lost + unused + seats × void  =  seats × papers in the box
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from voting.errors import Malformed
from voting.law.thresholds import figure

#: Bytes of written names in one entry of the log, which holds 16 KiB.
_PART: Final = 8_000
#: More than any box holds; keeps a slip of the finger from becoming a figure of astronomy.
MOST: Final = 100_000
Votes = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class OfficeSheet:
    """One office on one sheet, in the order of the ballot.

    ``votes``: candidates; ``written``: names written in (另选他人), by name. ``blank``: papers with no mark for this
    office, or 弃权. ``spoilt``: papers void for this office alone (too many names, unreadable here). ``unknown``:
    names written in that nobody on the roll bears. ``unused``: marks not made on the other papers.
    """

    title: str
    seats: int
    votes: Votes
    written: Votes = ()
    blank: int = 0
    spoilt: int = 0
    unknown: int = 0
    unused: int = 0

    @property
    def lost(self) -> int:
        """Marks that are no vote though somebody made them."""
        return self.seats * self.spoilt + self.unknown

    @property
    def used(self) -> int:
        """Votes of everybody, write-ins included."""
        return sum(votes for _, votes in (*self.votes, *self.written))

    def marks(self, void: int) -> int:
        """The sum that must be seats × papers, on a sheet with ``void`` papers void as a whole."""
        return self.used + self.seats * (self.blank + void) + self.lost + self.unused


@dataclass(frozen=True)
class BoxSheet:
    """One box: papers found in it, those void as a whole, and every office."""

    collected: int
    void: int
    offices: tuple[OfficeSheet, ...]


@dataclass(frozen=True)
class Difference:
    """One figure in which two entries of a box differ: where it stands, and both readings."""

    zh: str
    en: str
    first: int
    second: int


def check_sheet(sheet: BoxSheet) -> None:
    """Raises Malformed PAPER_FIGURES (negative or absurd), PAPER_NAMES (a name twice), PAPER_SUM, PAPER_VOTES."""
    figures = [value for _, value in _cells(sheet)]
    if any(not 0 <= value <= MOST for value in figures) or sheet.void > sheet.collected:
        raise Malformed(
            "PAPER_FIGURES",
            "票数不能为负、不能超过十万，废票不能多于箱内选票；请核对录入。",
            "Figures cannot be negative or over 100,000, nor void papers more than the papers; check the entry.",
        )
    for office in sheet.offices:
        _check_office(office, sheet)


def _check_office(office: OfficeSheet, sheet: BoxSheet) -> None:
    names = [name for name, _ in (*office.votes, *office.written)]
    if len(set(names)) != len(names) or not all(name.strip() for name in names):
        raise Malformed(
            "PAPER_NAMES",
            f"{office.title}：同一个姓名写了两次，或有空白的姓名；请合并后再保存。",
            f"{office.title}: a name stands twice or is empty; join the lines and save again.",
        )
    wanted, found = office.seats * sheet.collected, office.marks(sheet.void)
    if found != wanted:
        raise Malformed(
            "PAPER_SUM",
            f"{office.title}：得票 {figure(office.used)} + 弃权 {office.seats}×{figure(office.blank)} + 作废 "
            f"{figure(office.lost)} + 未用 {figure(office.unused)} + 废票 {office.seats}×{figure(sheet.void)} = "
            f"{figure(found)}，应为 {office.seats}×{figure(sheet.collected)} = {figure(wanted)}；请核对唱计票单。",
            f"{office.title}: votes {figure(office.used)} + blank {office.seats}×{figure(office.blank)} + lost "
            f"{figure(office.lost)} + unused {figure(office.unused)} + void {office.seats}×{figure(sheet.void)} = "
            f"{figure(found)}, and must be {office.seats}×{figure(sheet.collected)} = {figure(wanted)}; "
            "check the count sheet.",
        )
    named = sheet.collected - sheet.void - office.blank - office.spoilt
    if named < 0 or max((votes for _, votes in (*office.votes, *office.written)), default=0) > named:
        raise Malformed(
            "PAPER_VOTES",
            f"{office.title}：有人得票多于写有姓名的选票 {figure(max(named, 0))} 张；请核对唱计票单。",
            f"{office.title}: somebody has more votes than the {figure(max(named, 0))} papers naming anybody; "
            "check the count sheet.",
        )


def differences(first: BoxSheet, second: BoxSheet) -> tuple[Difference, ...]:
    """Every figure in which two entries of one box differ, in the order of the sheet."""
    one, other = dict(_cells(first)), dict(_cells(second))
    return tuple(
        Difference(*place, one.get(place, 0), other.get(place, 0))
        for place in dict.fromkeys((*one, *other))
        if one.get(place, 0) != other.get(place, 0)
    )


def settle_names(sheet: BoxSheet, known: Mapping[tuple[str, str], str | None]) -> BoxSheet:
    """The sheet with every written name replaced by the person it means: ``known`` by office and written name.

    ``None``: nobody on the roll, so the mark is lost. A written name that means a candidate of the office adds to the
    candidate's votes. Raises KeyError for a name that nobody has looked up.
    """
    return replace(sheet, offices=tuple(_settled(office, known) for office in sheet.offices))


def _settled(office: OfficeSheet, known: Mapping[tuple[str, str], str | None]) -> OfficeSheet:
    votes, written, unknown = dict(office.votes), dict[str, int](), office.unknown
    for name, number in office.written:
        person = known[office.title, name]
        if person is None:
            unknown += number
        elif person in votes:
            votes[person] += number
        else:
            written[person] = written.get(person, 0) + number
    return replace(office, votes=tuple(votes.items()), written=tuple(sorted(written.items())), unknown=unknown)


def add(sheets: Iterable[BoxSheet]) -> BoxSheet:
    """All boxes as one sheet; their order does not matter. Raises ValueError where there is none."""
    first, *rest = sheets
    for sheet in rest:
        offices = tuple(_added(one, other) for one, other in zip(first.offices, sheet.offices, strict=True))
        first = BoxSheet(first.collected + sheet.collected, first.void + sheet.void, offices)
    ordered = tuple(replace(office, written=tuple(sorted(office.written))) for office in first.offices)
    return replace(first, offices=ordered)


def _added(one: OfficeSheet, other: OfficeSheet) -> OfficeSheet:
    if (one.title, one.seats) != (other.title, other.seats):
        raise ValueError("sheets of different ballots")
    return replace(
        one,
        votes=_sum(one.votes, other.votes),
        written=_sum(one.written, other.written),
        blank=one.blank + other.blank,
        spoilt=one.spoilt + other.spoilt,
        unknown=one.unknown + other.unknown,
        unused=one.unused + other.unused,
    )


def _sum(one: Votes, other: Votes) -> Votes:
    total = dict(one)
    for name, votes in other:
        total[name] = total.get(name, 0) + votes
    return tuple(total.items())


def _cells(sheet: BoxSheet) -> list[tuple[tuple[str, str], int]]:
    cells = [
        (("箱内选票", "papers in the box"), sheet.collected),
        (("整张废票", "papers void as a whole"), sheet.void),
    ]
    for office in sheet.offices:
        title = office.title
        cells += [((f"{title} {name}", f"{title} {name}"), votes) for name, votes in office.votes]
        cells += [((f"{title} 另选 {name}", f"{title} write-in {name}"), votes) for name, votes in office.written]
        cells += [
            ((f"{title} 弃权", f"{title} blank"), office.blank),
            ((f"{title} 本职务作废", f"{title} void for this office"), office.spoilt),
            ((f"{title} 查无此人", f"{title} names unknown"), office.unknown),
            ((f"{title} 未用名额", f"{title} marks unused"), office.unused),
        ]
    return cells


def commitment(salt: bytes, sheet: BoxSheet) -> str:
    """SHA-256 (hex) over the salt and the sheet as compact JSON: what the log says of one box's figures."""
    text = json.dumps(as_data(sheet), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(salt + text.encode()).hexdigest()


def apart(sheet: BoxSheet) -> tuple[BoxSheet, tuple[tuple[str, Votes], ...]]:
    """The sheet without the names written in, and these by office, in parts that an entry of the log has room for."""
    parts = [(office.title, part) for office in sheet.offices for part in _parts(office.written)]
    return replace(sheet, offices=tuple(replace(office, written=()) for office in sheet.offices)), tuple(parts)


def together(sheet: BoxSheet, parts: Iterable[tuple[str, Votes]]) -> BoxSheet:
    """What `apart` parted. Raises ValueError for an office that the sheet has not."""
    found = {office.title: list(office.written) for office in sheet.offices}
    for title, part in parts:
        if title not in found:
            raise ValueError(title)
        found[title] += part
    return replace(sheet, offices=tuple(replace(one, written=tuple(found[one.title])) for one in sheet.offices))


def _parts(written: Votes) -> list[Votes]:
    parts: list[list[tuple[str, int]]] = []
    room = 0
    for name, votes in written:
        size = len(json.dumps([name, votes], ensure_ascii=False).encode())
        if size > room:
            parts.append([])
            room = _PART
        parts[-1].append((name, votes))
        room -= size
    return [tuple(part) for part in parts]


# --- as JSON: in the database and in the log ----------------------------------------------------------------------


def as_data(sheet: BoxSheet) -> dict[str, Any]:
    """The sheet as plain JSON values."""
    return {
        "collected": sheet.collected,
        "void": sheet.void,
        "offices": [
            {
                "title": office.title,
                "seats": office.seats,
                "votes": [[name, votes] for name, votes in office.votes],
                "written": [[name, votes] for name, votes in office.written],
                "blank": office.blank,
                "spoilt": office.spoilt,
                "unknown": office.unknown,
                "unused": office.unused,
            }
            for office in sheet.offices
        ],
    }


def from_data(data: Any) -> BoxSheet:
    """What ``as_data`` wrote, strictly. Raises ValueError."""
    _keys(data, {"collected", "void", "offices"})
    if type(data["offices"]) is not list:
        raise ValueError("offices")
    return BoxSheet(_number(data["collected"]), _number(data["void"]), tuple(map(_office, data["offices"])))


def _office(data: Any) -> OfficeSheet:
    _keys(data, {"title", "seats", "votes", "written", "blank", "spoilt", "unknown", "unused"})
    if type(data["title"]) is not str:
        raise ValueError("title")
    numbers = {name: _number(data[name]) for name in ("seats", "blank", "spoilt", "unknown", "unused")}
    return OfficeSheet(title=data["title"], votes=_votes(data["votes"]), written=_votes(data["written"]), **numbers)


def _votes(data: Any) -> Votes:
    if type(data) is not list or any(type(one) is not list or len(one) != 2 for one in data):
        raise ValueError("votes")
    if any(type(name) is not str for name, _ in data):
        raise ValueError("name")
    return tuple((name, _number(votes)) for name, votes in data)


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MOST:
        raise ValueError("number")
    return int(value)


def _keys(data: Any, wanted: set[str]) -> None:
    if not isinstance(data, dict) or set(data) != wanted:
        raise ValueError("keys")
