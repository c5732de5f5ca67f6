"""Drawing up the roll from a file: dry run, then import of the accepted rows, all or nothing (居委会组织法 16)."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from voting import journal
from voting.database import random_id, transaction
from voting.elections.events import RollImported
from voting.elections.queries import law_in_force, locked, rules
from voting.elections.roll.grids import of_grid, replace_grid
from voting.elections.roll.importing import RollRow, check_roll
from voting.elections.roll.initials import initials
from voting.elections.roll.rules import RowVerdict, age_group
from voting.elections.roll.tables import GridMove, Representative, RollDraft, RollEntry
from voting.elections.tables import Election
from voting.elections.texts import typed
from voting.errors import Conflict, Malformed, NotFound, TooLate
from voting.keys import FieldKeys
from voting.permissions import Actor

_BATCH = 1_000
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class DryRow:
    """One row of the dry run. ``reasons``: (Chinese, English), each with its article of law where it rests on one."""

    row: int
    verdict: str
    name: str
    reasons: tuple[tuple[str, str], ...]

    @staticmethod
    def of(verdict: RowVerdict) -> "DryRow":
        """From the rules' verdict."""
        reasons = tuple(
            (
                f"{each.zh}（{each.article}）" if each.article else each.zh,
                f"{each.en} ({each.article_en})" if each.article_en else each.en,
            )
            for each in verdict.reasons
        )
        return DryRow(verdict.row, verdict.verdict.value, verdict.name, reasons)


@dataclass(frozen=True)
class Dry:
    """What a kept file would become: verdicts by row; ``counts`` by verdict."""

    filename: str
    digest: str
    counts: Mapping[str, int]
    rows: tuple[DryRow, ...]

    def dump(self) -> bytes:
        """The verdicts as they are sealed beside the file."""
        rows = [[one.row, one.verdict, one.name, one.reasons] for one in self.rows]
        return json.dumps({"counts": dict(self.counts), "rows": rows}, ensure_ascii=False).encode()

    @staticmethod
    def load(filename: str, digest: str, content: bytes) -> "Dry":
        """What `dump` wrote."""
        value = json.loads(content)
        rows = tuple(
            DryRow(row, verdict, name, tuple((zh, en) for zh, en in reasons))
            for row, verdict, name, reasons in value["rows"]
        )
        return Dry(filename, digest, value["counts"], rows)


def keep_draft(session: Session, *, election_id: str, filename: str, content: bytes, keys: FieldKeys) -> Dry:
    """Dry run: read the file, keep its rows sealed until they are imported or replaced, say what each would become.

    Raises Malformed or TooLarge when the file as a whole cannot be read; then the earlier draft stays.
    """
    with transaction(session):
        election = _drafting(session, election_id)
        day, law = election.day, law_in_force(election)
    # A file of 50,000 rows takes seconds to read: no lock is held meanwhile.
    checked = check_roll(content, day, law)
    dry = Dry(
        filename=filename.strip()[-120:] or "—",
        digest=hashlib.sha256(content).hexdigest(),
        counts=dict(checked.counts),
        rows=tuple(DryRow.of(verdict) for verdict in checked.verdicts),
    )
    draft = RollDraft(
        election_id=election_id,
        filename=dry.filename,
        digest=dry.digest,
        sealed=keys.seal(_dump_rows(checked.rows), _draft_name(election_id)),
        verdicts=keys.seal(dry.dump(), _verdicts_name(election_id)),
    )
    with transaction(session):
        _drafting(session, election_id)
        session.merge(draft)
    return dry


def read_draft(session: Session, *, election: Election, keys: FieldKeys) -> Dry | None:
    """The dry run of the kept file, or None when no file waits."""
    draft = session.execute(
        select(RollDraft.filename, RollDraft.digest, RollDraft.verdicts).where(RollDraft.election_id == election.id)
    ).first()
    if draft is None:
        return None
    return Dry.load(draft.filename, draft.digest, keys.open(draft.verdicts, _verdicts_name(election.id)))


def waiting_file(session: Session, *, election: Election) -> str | None:
    """The name of the file that waits to be imported, if any."""
    return session.scalar(select(RollDraft.filename).where(RollDraft.election_id == election.id))


def drop_draft(session: Session, *, election_id: str) -> None:
    """Forget the kept file. The roll stays as it is."""
    with transaction(session):
        _drafting(session, election_id)
        session.execute(delete(RollDraft).where(RollDraft.election_id == election_id))


def import_draft(
    session: Session,
    *,
    election_id: str,
    digest: str,
    keys: FieldKeys,
    actor: Actor,
    now: datetime,
    progress: Progress | None = None,
    grid: str = "",
) -> int:
    """Replace the draft roll by the accepted rows of the kept file; return their number.

    ``grid``: replace this grid's part alone (``voting.elections.roll.grids``); people found in another grid move.

    ``digest`` names the dry run the official looked at: if somebody uploaded another file since,
    nothing is imported. All or nothing. Raises NotFound ROLL_NO_DRAFT; Conflict ROLL_DRAFT_CHANGED,
    ROLL_HAS_CANDIDATES, GRID_HAS_CANDIDATES; TooLate ROLL_PUBLISHED; Malformed ROLL_NONE_ACCEPTED, GRID_OTHER.
    """
    grid = typed(grid, zh="网格", en="Grid", most=20)
    with transaction(session):
        election = _drafting(session, election_id)
        draft = _draft(session, election_id, digest)
    # Sealing row by row happens outside any lock; the digest is compared again before anything is written.
    counts = Dry.load(draft.filename, digest, keys.open(draft.verdicts, _verdicts_name(election_id))).counts
    rows = _load_rows(keys.open(draft.sealed, _draft_name(election_id)))
    if not rows:
        raise Malformed(
            "ROLL_NONE_ACCEPTED",
            "这份文件没有一行可以导入，名单没有改动。请按逐行原因更正后重新上传。",
            "No row of this file can be imported and the roll is unchanged; correct the rows and upload again.",
        )
    entries = _entries(election, of_grid(rows, grid) if grid else rows, keys, progress)
    with transaction(session):
        election = _drafting(session, election_id)
        _draft(session, election_id, digest)
        moved = 0
        if grid:
            moved = replace_grid(session, election, grid, entries, now)
        else:
            _write_roll(session, election, entries)
        session.execute(delete(RollDraft).where(RollDraft.election_id == election_id))
        fact = RollImported(
            election_id=election_id,
            file_sha256=digest,
            accepted=counts["accept"],
            warned=counts["warn"],
            refused=counts["refuse"],
            grid=grid or None,
            moved=moved,
            by=actor.account_id,
        )
        journal.record(session, election.community_id, fact, now)
    return len(entries)


def _dump_rows(rows: Sequence[RollRow]) -> bytes:
    """The accepted rows, so that the import need not read the file a second time."""
    listed = [
        [
            one.row,
            one.name,
            one.sex,
            one.birth_date.isoformat(),
            one.id_number,
            one.building,
            one.unit,
            one.room,
            one.phone,
            one.category,
            one.grid,
        ]
        for one in rows
    ]
    return json.dumps(listed, ensure_ascii=False).encode()


def _load_rows(content: bytes) -> list[RollRow]:
    return [
        RollRow(row, name, sex, date.fromisoformat(born), *rest) for row, name, sex, born, *rest in json.loads(content)
    ]


def _entries(
    election: Election, rows: Sequence[RollRow], keys: FieldKeys, progress: Progress | None
) -> list[dict[str, Any]]:
    """The rows as they will be stored, numbered from 1 in the file's order."""
    entries = []
    for number, row in enumerate(rows, 1):
        entries.append(entry_values(election, number, row, keys))
        if progress is not None and (number % _BATCH == 0 or number == len(rows)):
            progress(number, len(rows))
    return entries


def _write_roll(session: Session, election: Election, entries: list[dict[str, Any]]) -> None:
    _drop_roll(session, election)
    for start in range(0, len(entries), _BATCH):
        session.execute(insert(RollEntry), entries[start : start + _BATCH])


def _draft(session: Session, election_id: str, digest: str) -> RollDraft:
    draft = session.get(RollDraft, election_id, populate_existing=True)
    if draft is None:
        raise NotFound(
            "ROLL_NO_DRAFT",
            "没有等待导入的名单文件。请先上传文件并查看逐行结果。",
            "No roll file is waiting. Upload a file and look at its rows first.",
        )
    if draft.digest != digest:
        raise Conflict(
            "ROLL_DRAFT_CHANGED",
            "您查看之后，有人上传了另一份名单文件，所以没有导入。请重新查看逐行结果再导入。",
            "Another roll file was uploaded after you looked, so nothing was imported. Look at the rows again.",
        )
    return draft


def entry_values(election: Election, number: int, row: RollRow, keys: FieldKeys) -> dict[str, Any]:
    """The columns of one voter's entry, with everything private sealed."""
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


def _drop_roll(session: Session, election: Election) -> None:
    try:
        with session.begin_nested():
            for table in (Representative, GridMove, RollEntry):
                session.execute(delete(table).where(table.election_id == election.id))
    except IntegrityError as held:  # a candidate's foreign key holds the entry
        raise Conflict(
            "ROLL_HAS_CANDIDATES",
            "已有候选人出自现在的名单，不能整份替换。请先移除候选人，再导入。",
            "Candidates come from the present roll; remove them before replacing it.",
        ) from held


def _drafting(session: Session, election_id: str) -> Election:
    election = locked(session, election_id)
    if election.state != "draft":
        ruled = rules(election).objection_days
        raise TooLate(
            "ROLL_PUBLISHED",
            f"选民名单已经公布，不能再导入。变更须经异议处理（{ruled.source_zh}）。",
            "The roll has been posted and cannot be imported again; changes go through objections "
            f"({ruled.source_en}).",
        )
    return election


def _draft_name(election_id: str) -> str:
    return f"roll-draft:{election_id}"


def _verdicts_name(election_id: str) -> str:
    return f"roll-verdicts:{election_id}"
