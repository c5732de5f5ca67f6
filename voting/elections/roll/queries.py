"""What the desk, the lists and the moves read of the roll: search, pages, size, canonical hash."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from voting.elections.roll.tables import Objection, Representative, RollEntry, RollVersion
from voting.elections.tables import Election
from voting.errors import NotEligible, NotFound
from voting.journal import typed
from voting.keys import FieldKeys
from voting.law.profiles import Mode

SEARCH_LIMIT = 8
#: Modes in which a list of representatives votes, not everybody on the roll.
REP_MODES = (Mode.HOUSEHOLD_REPS, Mode.RESIDENT_REPS)
_BATCH = 1_000


@dataclass(frozen=True)
class Found:
    """One voter as the desk and the lists see them: never an ID number, never a flat."""

    id: str
    number: int
    name: str
    sex: str
    age_group: str
    building: str
    grid: str
    category: str
    id_last4: str


def find(session: Session, *, election: Election, query: str, limit: int = SEARCH_LIMIT) -> list[Found]:
    """Voters by name, pinyin initials, roll number or the last four of the ID number; best matches first."""
    text = _searched(query)
    if not text:
        return []
    near = [RollEntry.initials != text.lower()] if text.isascii() else [RollEntry.name != text, ~_begins(text)]
    # Whoever's name begins with it is found by a walk along the index; only where too few do is every name looked at.
    numbers = [] if text.isascii() else _first(session, and_(_here(election), _within(session, text)), near, limit)
    if len(numbers) < limit:
        numbers = _first(session, _matching(election.id, text), near, limit)
    rows = session.scalars(select(RollEntry).where(_here(election), RollEntry.number.in_(numbers)))
    by_number = {row.number: row for row in rows}
    return [_found(by_number[number]) for number in numbers]


def _first(
    session: Session, condition: ColumnElement[bool], near: Sequence[ColumnElement[bool]], limit: int
) -> list[int]:
    """The roll numbers of the best few, from the index alone.

    To sort the whole rows of thousands who share a surname would take longer than a queue waits.
    """
    wanted = select(RollEntry.number).where(condition).order_by(*near, RollEntry.number).limit(limit)
    return list(session.scalars(wanted))


def _here(election: Election) -> ColumnElement[bool]:
    return RollEntry.election_id == election.id


def _begins(text: str) -> ColumnElement[bool]:
    return RollEntry.name.startswith(text, autoescape=True)


def _within(session: Session, text: str) -> ColumnElement[bool]:
    """Names that begin with ``text``; SQLite walks its index for a range alone, and orders by code point."""
    if session.get_bind().dialect.name != "sqlite":
        return _begins(text)
    return and_(RollEntry.name >= text, RollEntry.name < text + "\U0010ffff")


def of_names(session: Session, *, election: Election, names: Iterable[str]) -> dict[str, list[Found]]:
    """Everybody on the roll who bears one of these names, by name: whom a clerk could confuse."""
    rows = session.scalars(
        select(RollEntry)
        .where(RollEntry.election_id == election.id, RollEntry.name.in_(set(names)))
        .order_by(RollEntry.number)
    )
    listed: dict[str, list[Found]] = {}
    for row in rows:
        listed.setdefault(row.name, []).append(_found(row))
    return listed


def get_entry(session: Session, *, election: Election, entry_id: str) -> Found:
    """One voter of this election's roll. Raises NotFound for an entry of another election."""
    row = session.get(RollEntry, entry_id)
    if row is None or row.election_id != election.id:
        raise NotFound(
            "ROLL_NO_ENTRY",
            "这份选民名单上没有此人。请重新查找。",
            "There is no such person on this roll. Please search again.",
        )
    return _found(row)


def page_of_roll(
    session: Session, *, election: Election, page: int, size: int, query: str = ""
) -> tuple[int, list[Found]]:
    """Number of matching voters, and the ``page``-th (from 1) ``size`` of them by roll number."""
    condition = [RollEntry.election_id == election.id]
    text = _searched(query)
    if text:
        condition.append(_matching(election.id, text))
    total = session.scalar(select(func.count()).select_from(RollEntry).where(*condition)) or 0
    rows = session.scalars(
        select(RollEntry).where(*condition).order_by(RollEntry.number).offset((page - 1) * size).limit(size)
    )
    return total, [_found(row) for row in rows]


@dataclass(frozen=True)
class Posted:
    """One line of the list as it hangs in public: no ID number, telephone, birth date or flat.

    ``age_group``: for people who share their name with somebody on the roll, and empty for everybody else.
    ``represents``: whom a representative votes for, where representatives vote.
    """

    number: int
    name: str
    sex: str
    age_group: str
    building: str
    category: str
    represents: str


def posted_page(session: Session, *, election: Election, page: int, size: int) -> tuple[int, list[Posted]]:
    """Number of people on the posted list, and the ``page``-th (from 1) ``size`` lines by roll number."""
    total, found = page_of_roll(session, election=election, page=page, size=size)
    same = of_names(session, election=election, names=(one.name for one in found))
    stands = dict(represented(session, election=election))
    lines = [
        Posted(
            number=one.number,
            name=one.name,
            sex=one.sex,
            age_group=one.age_group if len(same[one.name]) > 1 else "",
            building=one.building,
            category=one.category,
            represents=stands.get(one.number, ""),
        )
        for one in found
    ]
    return total, lines


def whole_roll(session: Session, *, election: Election) -> Iterator[Found]:
    """Every voter by roll number, a batch in memory at a time."""
    rows = session.scalars(
        select(RollEntry)
        .where(RollEntry.election_id == election.id)
        .order_by(RollEntry.number)
        .execution_options(yield_per=_BATCH)
    )
    return (_found(row) for row in rows)


def registered(session: Session, *, election: Election) -> int:
    """How many people stand on the roll."""
    return session.scalar(select(func.count()).select_from(RollEntry).where(RollEntry.election_id == election.id)) or 0


def roll_size(session: Session, *, election: Election) -> int:
    """How many people the poll is measured by: the roll, or the list of representatives where they vote (Art. 19)."""
    if election.mode not in REP_MODES:
        return registered(session, election=election)
    count = select(func.count()).select_from(Representative).where(Representative.election_id == election.id)
    return session.scalar(count) or 0


def on_roll(session: Session, *, election: Election, entry: str) -> bool:
    """Whether ``entry`` is somebody on this election's roll."""
    row = session.get(RollEntry, entry)
    return row is not None and row.election_id == election.id


def entitled(session: Session, *, election: Election, entries: Iterable[str]) -> frozenset[str]:
    """Those of ``entries`` who are on the list that counts: everybody, or the representatives where they vote."""
    if election.mode not in REP_MODES:
        return frozenset(entries)
    rows = session.scalars(
        select(Representative.roll_entry_id).where(
            Representative.election_id == election.id, Representative.roll_entry_id.in_(set(entries))
        )
    )
    return frozenset(rows)


def require_entitled(session: Session, *, election: Election, entry_id: str) -> None:
    """Refuse a ballot to somebody outside the list that counts. Raises NotEligible NOT_REPRESENTATIVE."""
    if not entitled(session, election=election, entries=[entry_id]):
        raise NotEligible(
            "NOT_REPRESENTATIVE",
            "此人在选民名单上，但不在代表名单上，这次选举由代表投票，不能领票。请核对代表名单。",
            "This person is on the roll and not on the list of representatives, who vote in this election; check the "
            "list of representatives.",
        )


def current_version(session: Session, *, election: Election) -> RollVersion | None:
    """The version that hangs now; None before publication."""
    return session.scalars(
        select(RollVersion).where(RollVersion.election_id == election.id).order_by(RollVersion.number.desc()).limit(1)
    ).first()


def last_number(session: Session, *, election: Election) -> int:
    """The highest roll number in use; 0 on an empty roll."""
    return session.scalar(select(func.max(RollEntry.number)).where(RollEntry.election_id == election.id)) or 0


def objections_open(session: Session, *, election: Election) -> int:
    """How many objections wait for a decision."""
    waiting = select(func.count()).select_from(Objection)
    return session.scalar(waiting.where(Objection.election_id == election.id, Objection.outcome == "open")) or 0


def voter_cards(session: Session, *, election: Election) -> Iterator[Found]:
    """Those who get a 选民证, by roll number: the list that counts, so that a card's number is a right to vote."""
    query = select(RollEntry).where(RollEntry.election_id == election.id).order_by(RollEntry.number)
    if election.mode in REP_MODES:
        query = query.join(Representative, Representative.roll_entry_id == RollEntry.id)
    return (_found(row) for row in session.scalars(query.execution_options(yield_per=_BATCH)))


def grids(session: Session, *, election: Election) -> list[str]:
    """The grids that people of the roll live in, by name; those without one are in none."""
    names = select(RollEntry.grid).where(RollEntry.election_id == election.id, RollEntry.grid != "").distinct()
    return sorted(session.scalars(names))


def roll_hash(session: Session, *, election: Election) -> str:
    """SHA-256 of the roll in its canonical form: what the posted list is held against.

    One line a voter by roll number, compact JSON of number, name, sex, age group, building, grid, category,
    last four of the ID number; where representatives vote, their list follows: "rep", roll number, whom they represent.
    """
    digest = hashlib.sha256()
    rows = session.scalars(
        select(RollEntry).where(RollEntry.election_id == election.id).order_by(RollEntry.number)
    ).yield_per(_BATCH)
    for row in rows:
        fields = (row.number, row.name, row.sex, row.age_group, row.building, row.grid, row.category, row.id_last4)
        digest.update(_line(fields))
    for number, represents in represented(session, election=election):
        digest.update(_line(("rep", number, represents)))
    return digest.hexdigest()


def represented(session: Session, *, election: Election) -> list[tuple[int, str]]:
    """Roll number of each representative and whom they stand for, by roll number; empty where everybody votes."""
    if election.mode not in REP_MODES:
        return []
    rows = session.execute(
        select(RollEntry.number, Representative.represents)
        .join(Representative, Representative.roll_entry_id == RollEntry.id)
        .where(Representative.election_id == election.id)
        .order_by(RollEntry.number)
    )
    return [(number, represents) for number, represents in rows]


def _line(fields: tuple[object, ...]) -> bytes:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def birth_date(session: Session, *, entry_id: str, keys: FieldKeys) -> date:
    """The sealed birth date of one voter: a candidate's age on the day is computed from it."""
    return identity(session, entry_id=entry_id, keys=keys)[1]


def identity(session: Session, *, entry_id: str, keys: FieldKeys) -> tuple[str, date]:
    """The sealed identity number and birth date of one voter; whoever shows them logs the look first."""
    row = session.get_one(RollEntry, entry_id)
    sealed = json.loads(keys.open(row.sealed, row.id))
    return str(sealed["id"]), date.fromisoformat(sealed["birth"])


def _searched(query: str) -> str:
    # A NUL in a parameter is an error of PostgreSQL's driver, and no part of any name.
    return unicodedata.normalize("NFKC", typed(query)).strip()


def _matching(election_id: str, text: str) -> ColumnElement[bool]:
    """What the query asks for, each kind in the form its index answers."""
    here = RollEntry.election_id == election_id
    if re.fullmatch(r"[0-9]{3}[0-9Xx]", text):
        last4 = and_(here, RollEntry.id_last4 == text.upper())
        return or_(last4, and_(here, RollEntry.number == int(text))) if text.isdigit() else last4
    if re.fullmatch(r"[0-9]{1,9}", text):
        return and_(here, RollEntry.number == int(text))
    if re.fullmatch(r"[A-Za-z]+", text):
        low = text.lower()
        return and_(here, RollEntry.initials.between(low, low + "z" * 60), RollEntry.initials.startswith(low))
    # Every name is over the empty one: the scan runs over the index of names, not over the rows.
    return and_(here, RollEntry.name > "", RollEntry.name.contains(text, autoescape=True))


def _found(row: RollEntry) -> Found:
    return Found(
        id=row.id,
        number=row.number,
        name=row.name,
        sex=row.sex,
        age_group=row.age_group,
        building=row.building,
        grid=row.grid,
        category=row.category,
        id_last4=row.id_last4,
    )
