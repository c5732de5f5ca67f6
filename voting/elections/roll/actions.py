"""Drawing up, importing, publishing and searching the roll (居委会组织法 16, 17)."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, delete, func, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from voting import journal
from voting.database import random_id, transaction
from voting.elections.events import RollImported
from voting.elections.roll.importing import CheckedRoll, RollRow, check_roll
from voting.elections.roll.initials import initials
from voting.elections.roll.rules import age_group
from voting.elections.roll.tables import RollDraft, RollEntry
from voting.elections.tables import Election
from voting.errors import Conflict, NotFound, TooLate
from voting.keys import FieldKeys
from voting.permissions import Actor

SEARCH_LIMIT = 8
_BATCH = 1_000
Progress = Callable[[int, int], None]


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


def keep_draft(session: Session, *, election: Election, filename: str, content: bytes, keys: FieldKeys) -> CheckedRoll:
    """Dry run: read the file, keep it sealed until it is imported or replaced, say what each row would become.

    Raises Malformed or TooLarge when the file as a whole cannot be read; then the earlier draft stays.
    """
    with transaction(session):
        _require_draft(election)
        checked = check_roll(content, election.day)
        digest = hashlib.sha256(content).hexdigest()
        session.merge(
            RollDraft(
                election_id=election.id,
                filename=filename[:120],
                digest=digest,
                sealed=keys.seal(content, _draft_name(election.id)),
            )
        )
        return checked


def read_draft(session: Session, *, election: Election, keys: FieldKeys) -> tuple[str, CheckedRoll] | None:
    """The kept file's digest and its verdicts, or None when no file waits."""
    draft = session.get(RollDraft, election.id)
    if draft is None:
        return None
    content = keys.open(draft.sealed, _draft_name(election.id))
    return draft.digest, check_roll(content, election.day)


def import_draft(
    session: Session,
    *,
    election: Election,
    digest: str,
    keys: FieldKeys,
    actor: Actor,
    now: datetime,
    progress: Progress | None = None,
) -> int:
    """Replace the draft roll by the accepted rows of the kept file; return their number.

    ``digest`` names the dry run the official looked at: if somebody uploaded another file since,
    nothing is imported. All or nothing.
    """
    with transaction(session):
        _require_draft(election)
        kept = read_draft(session, election=election, keys=keys)
        if kept is None:
            raise NotFound(
                "ROLL_NO_DRAFT",
                "没有等待导入的名单文件。请先上传文件并查看逐行结果。",
                "No roll file is waiting. Upload a file and look at its rows first.",
            )
        kept_digest, checked = kept
        if kept_digest != digest:
            raise Conflict(
                "ROLL_DRAFT_CHANGED",
                "您查看之后，有人上传了另一份名单文件，所以没有导入。请重新查看逐行结果再导入。",
                "Another roll file was uploaded after you looked, so nothing was imported. Look at the rows again.",
            )
        count = replace_roll(session, election=election, rows=checked.rows, keys=keys, progress=progress)
        session.execute(delete(RollDraft).where(RollDraft.election_id == election.id))
        journal.record(
            session,
            election.community_id,
            RollImported(
                election_id=election.id,
                file_sha256=digest,
                accepted=checked.counts["accept"],
                warned=checked.counts["warn"],
                refused=checked.counts["refuse"],
                by=actor.account_id,
            ),
            now,
        )
        return count


def replace_roll(
    session: Session, *, election: Election, rows: Iterable[RollRow], keys: FieldKeys, progress: Progress | None = None
) -> int:
    """Write ``rows`` as the roll, numbered from 1 in file order, instead of whatever stood there."""
    rows = list(rows)
    _drop_roll(session, election)
    for start in range(0, len(rows), _BATCH):
        part = rows[start : start + _BATCH]
        session.execute(
            insert(RollEntry), [_entry(election, number, row, keys) for number, row in enumerate(part, start + 1)]
        )
        if progress is not None:
            progress(start + len(part), len(rows))
    return len(rows)


def find(session: Session, *, election: Election, query: str, limit: int = SEARCH_LIMIT) -> list[Found]:
    """Voters by name, pinyin initials, roll number or the last four of the ID number; best matches first."""
    text = unicodedata.normalize("NFKC", query).strip()
    if not text:
        return []
    rows = session.scalars(
        select(RollEntry)
        .where(RollEntry.election_id == election.id, _matching(text))
        .order_by(RollEntry.name != text, RollEntry.number)
        .limit(limit)
    )
    return [_found(row) for row in rows]


def namesakes(session: Session, *, election: Election, entry: Found) -> list[Found]:
    """Other voters of the same name, whom a clerk could confuse with this one."""
    rows = session.scalars(
        select(RollEntry)
        .where(RollEntry.election_id == election.id, RollEntry.name == entry.name, RollEntry.id != entry.id)
        .order_by(RollEntry.number)
    )
    return [_found(row) for row in rows]


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


def page_of_roll(session: Session, *, election: Election, page: int, size: int, query: str = "") -> tuple[int, list[Found]]:
    """Number of matching voters, and the ``page``-th (from 1) ``size`` of them by roll number."""
    condition = [RollEntry.election_id == election.id]
    text = unicodedata.normalize("NFKC", query).strip()
    if text:
        condition.append(_matching(text))
    total = session.scalar(select(func.count()).select_from(RollEntry).where(*condition)) or 0
    rows = session.scalars(
        select(RollEntry).where(*condition).order_by(RollEntry.number).offset((page - 1) * size).limit(size)
    )
    return total, [_found(row) for row in rows]


def roll_size(session: Session, *, election: Election) -> int:
    """How many people stand on the roll."""
    return (
        session.scalar(select(func.count()).select_from(RollEntry).where(RollEntry.election_id == election.id)) or 0
    )


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


def _entry(election: Election, number: int, row: RollRow, keys: FieldKeys) -> dict[str, object]:
    entry_id = random_id()
    private = {
        "id": row.id_number,
        "birth": row.birth_date.isoformat(),
        "phone": row.phone,
        "unit": row.unit,
        "room": row.room,
    }
    return {
        "id": entry_id,
        "election_id": election.id,
        "number": number,
        "name": row.name,
        "initials": initials(row.name),
        "sex": row.sex,
        "age_group": age_group(row.birth_date, election.day),
        "building": row.building,
        "grid": row.grid,
        "category": row.category,
        "id_last4": row.id_number[-4:],
        "id_match": keys.match(row.id_number),
        "sealed": keys.seal(json.dumps(private, ensure_ascii=False).encode(), entry_id),
    }


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


def _drop_roll(session: Session, election: Election) -> None:
    try:
        with session.begin_nested():
            session.execute(delete(RollEntry).where(RollEntry.election_id == election.id))
    except IntegrityError as held:  # a candidate's foreign key holds the entry
        raise Conflict(
            "ROLL_HAS_CANDIDATES",
            "已有候选人出自现在的名单，不能整份替换。请先移除候选人，再导入。",
            "Candidates come from the present roll; remove them before replacing it.",
        ) from held


def _require_draft(election: Election) -> None:
    if election.state != "draft":
        raise TooLate(
            "ROLL_PUBLISHED",
            "选民名单已经公布，不能再导入。变更须经异议处理（居委会组织法第十七条）。",
            "The roll has been posted and cannot be imported again; changes go through objections (Art. 17).",
        )


def _draft_name(election_id: str) -> str:
    return f"roll-draft:{election_id}"
