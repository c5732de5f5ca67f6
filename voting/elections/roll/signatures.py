"""Signatures held against the roll: who of those who signed may vote in this election."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting.elections.roll.queries import entitled
from voting.elections.roll.tables import RollEntry
from voting.elections.tables import Election


def of_numbers(
    session: Session, *, election: Election, numbers: Iterable[int], everybody: bool = False
) -> dict[int, str]:
    """Roll number → entry, for those of ``numbers`` who stand on the list that counts; others are missing.

    ``everybody``: who stands on the roll, where representatives vote as well.
    """
    rows = session.execute(
        select(RollEntry.number, RollEntry.id).where(
            RollEntry.election_id == election.id, RollEntry.number.in_(set(numbers))
        )
    ).all()
    counted = _counted(session, election, [entry for _, entry in rows], everybody=everybody)
    return {number: entry for number, entry in rows if entry in counted}


def of_names(
    session: Session, *, election: Election, names: Iterable[str], everybody: bool = False
) -> dict[str, dict[int, str]]:
    """Name → roll number → entry, for everybody of these names who stands on the list that counts (or on the roll)."""
    rows = session.execute(
        select(RollEntry.name, RollEntry.number, RollEntry.id)
        .where(RollEntry.election_id == election.id, RollEntry.name.in_(set(names)))
        .order_by(RollEntry.number)
    ).all()
    counted = _counted(session, election, [entry for _, _, entry in rows], everybody=everybody)
    found: dict[str, dict[int, str]] = {}
    for name, number, entry in rows:
        if entry in counted:
            found.setdefault(name, {})[number] = entry
    return found


def _counted(session: Session, election: Election, entries: list[str], *, everybody: bool) -> frozenset[str]:
    return frozenset(entries) if everybody else entitled(session, election=election, entries=entries)


def names_of(session: Session, *, election: Election, entries: Iterable[str]) -> dict[str, str]:
    """Entry → name, as on the roll."""
    rows = session.execute(
        select(RollEntry.id, RollEntry.name).where(RollEntry.election_id == election.id, RollEntry.id.in_(set(entries)))
    )
    return dict(rows.all())
