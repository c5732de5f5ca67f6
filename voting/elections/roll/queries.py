"""What the desk, the lists and the moves read of the roll: search, pages, size, canonical hash."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from voting.elections.roll.tables import RollEntry
from voting.elections.tables import Election
from voting.errors import NotFound
from voting.journal import typed
from voting.keys import FieldKeys

SEARCH_LIMIT = 8
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
    rows = session.scalars(
        select(RollEntry)
        .where(RollEntry.election_id == election.id, _matching(text))
        .order_by(RollEntry.name != text, RollEntry.initials != text.lower(), RollEntry.number)
        .limit(limit)
    )
    return [_found(row) for row in rows]


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
        condition.append(_matching(text))
    total = session.scalar(select(func.count()).select_from(RollEntry).where(*condition)) or 0
    rows = session.scalars(
        select(RollEntry).where(*condition).order_by(RollEntry.number).offset((page - 1) * size).limit(size)
    )
    return total, [_found(row) for row in rows]


def whole_roll(session: Session, *, election: Election) -> Iterator[Found]:
    """Every voter by roll number, a batch in memory at a time."""
    rows = session.scalars(
        select(RollEntry)
        .where(RollEntry.election_id == election.id)
        .order_by(RollEntry.number)
        .execution_options(yield_per=_BATCH)
    )
    return (_found(row) for row in rows)


def roll_size(session: Session, *, election: Election) -> int:
    """How many people stand on the roll."""
    return session.scalar(select(func.count()).select_from(RollEntry).where(RollEntry.election_id == election.id)) or 0


def roll_hash(session: Session, *, election: Election) -> str:
    """SHA-256 of the roll in its canonical form: what the posted list is held against.

    One line a voter by roll number, compact JSON of number, name, sex, age group, building, grid, category,
    last four of the ID number.
    """
    digest = hashlib.sha256()
    rows = session.scalars(
        select(RollEntry).where(RollEntry.election_id == election.id).order_by(RollEntry.number)
    ).yield_per(_BATCH)
    for row in rows:
        fields = [row.number, row.name, row.sex, row.age_group, row.building, row.grid, row.category, row.id_last4]
        digest.update(json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return digest.hexdigest()


def birth_date(session: Session, *, entry_id: str, keys: FieldKeys) -> date:
    """The sealed birth date of one voter: a candidate's age on the day is computed from it."""
    row = session.get_one(RollEntry, entry_id)
    sealed = json.loads(keys.open(row.sealed, row.id))
    return date.fromisoformat(sealed["birth"])


def _searched(query: str) -> str:
    # A NUL in a parameter is an error of PostgreSQL's driver, and no part of any name.
    return unicodedata.normalize("NFKC", typed(query)).strip()


def _matching(text: str) -> ColumnElement[bool]:
    if re.fullmatch(r"[0-9]{3}[0-9Xx]", text):
        number = [RollEntry.number == int(text)] if text.isdigit() else []
        return or_(RollEntry.id_last4 == text.upper(), *number)
    if re.fullmatch(r"[0-9]{1,9}", text):
        return RollEntry.number == int(text)
    if re.fullmatch(r"[A-Za-z]+", text):
        return RollEntry.initials.startswith(text.lower())
    return RollEntry.name.contains(text, autoescape=True)


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
