"""Drawing the roll up grid by grid: a file replaces its own grid's part; a person who moved is told to both grids."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from voting.elections.roll.importing import RollRow
from voting.elections.roll.tables import GridMove, RollEntry
from voting.elections.tables import Election
from voting.errors import Conflict, Malformed
from voting.law.calendar import HALL


def of_grid(rows: Sequence[RollRow], grid: str) -> list[RollRow]:
    """The rows as this grid's: a row without a grid is taken for it. Raises Malformed GRID_OTHER."""
    for row in rows:
        if row.grid not in ("", grid):
            raise Malformed(
                "GRID_OTHER",
                f"第 {row.row} 行是“{row.grid}”的，不是“{grid}”的，没有导入。请按网格分开文件，或整份导入。",
                f"Row {row.row} belongs to “{row.grid}”, not to “{grid}”, and nothing was imported. Split the file by "
                "grid, or import it as a whole.",
            )
    return [replace(row, grid=grid) for row in rows]


def replace_grid(
    session: Session, election: Election, grid: str, entries: Sequence[dict[str, object]], now: datetime
) -> int:
    """Make ``entries`` the grid's part of the roll; returns how many came over from other grids.

    Whoever stays keeps number and entry; whoever is new is numbered on. Inside the caller's transaction. Raises
    Conflict GRID_HAS_CANDIDATES where somebody who would vanish is held by another list.
    """
    known = {
        row.id_match: row for row in session.scalars(select(RollEntry).where(RollEntry.election_id == election.id))
    }
    given = {str(entry["id_match"]) for entry in entries}
    _drop(session, [row.id for row in known.values() if row.grid == grid and row.id_match not in given])
    last = session.scalar(select(func.max(RollEntry.number)).where(RollEntry.election_id == election.id)) or 0
    moved = 0
    for entry in entries:
        row = known.get(str(entry["id_match"]))
        if row is None:
            last += 1
            session.add(RollEntry(**{**entry, "number": last}))
            continue
        if row.grid != grid:
            moved += 1
            session.add(
                GridMove(
                    election_id=election.id,
                    number=row.number,
                    from_grid=row.grid,
                    to_grid=grid,
                    day=now.astimezone(HALL).date(),
                )
            )
        # The entry keeps its id, and so the seal that bears it: flat and telephone stay those of the first file.
        for name in ("name", "initials", "sex", "age_group", "building", "grid", "category"):
            setattr(row, name, entry[name])
    session.flush()
    return moved


def grid_moves(session: Session, *, election: Election) -> list[GridMove]:
    """Who was found in another grid's file, the latest first."""
    return list(
        session.scalars(
            select(GridMove).where(GridMove.election_id == election.id).order_by(GridMove.day.desc(), GridMove.number)
        )
    )


def grids_of(session: Session, *, election: Election) -> list[tuple[str, int]]:
    """The grids of the roll with the number of people in each."""
    rows = session.execute(
        select(RollEntry.grid, func.count())
        .where(RollEntry.election_id == election.id)
        .group_by(RollEntry.grid)
        .order_by(RollEntry.grid)
    )
    return [(grid, count) for grid, count in rows]


def _drop(session: Session, ids: Sequence[str]) -> None:
    try:
        with session.begin_nested():
            for start in range(0, len(ids), 500):
                session.execute(delete(RollEntry).where(RollEntry.id.in_(ids[start : start + 500])))
    except IntegrityError as held:
        raise Conflict(
            "GRID_HAS_CANDIDATES",
            "这个网格里有人已经是候选人或代表，新文件里却没有，不能替换。请先在那里移除，再导入。",
            "Somebody of this grid is a candidate or representative and is missing from the new file; remove the "
            "person there first, then import.",
        ) from held
