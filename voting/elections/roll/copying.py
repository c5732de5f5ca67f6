"""The roll of a poll taken over for the poll that follows it: the same people, numbers and representatives."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting.database import random_id
from voting.elections.roll.tables import Representative, RollEntry
from voting.elections.tables import Election
from voting.keys import FieldKeys

#: What a new row has of its own: everything else is taken over as it is.
_OWN = ("id", "election_id", "sealed")


def copy_roll(session: Session, *, source: Election, target: Election, keys: FieldKeys) -> dict[str, str]:
    """Copy every entry of ``source`` to ``target``; old id → new id. Sealed fields, which bear the id, anew."""
    names = [column.name for column in RollEntry.__table__.columns if column.name not in _OWN]
    moved: dict[str, str] = {}
    rows: list[dict[str, Any]] = []
    for row in session.scalars(select(RollEntry).where(RollEntry.election_id == source.id)):
        entry_id = random_id()
        moved[row.id] = entry_id
        private = keys.open(row.sealed, row.id)
        taken = {name: getattr(row, name) for name in names}
        rows.append({**taken, "id": entry_id, "election_id": target.id, "sealed": keys.seal(private, entry_id)})
    if rows:
        session.execute(RollEntry.__table__.insert(), rows)  # type: ignore[attr-defined]  # a mapped class's table
    for one in session.scalars(select(Representative).where(Representative.election_id == source.id)).all():
        session.add(
            Representative(
                roll_entry_id=moved[one.roll_entry_id],
                election_id=target.id,
                household=one.household,
                represents=one.represents,
            )
        )
    session.flush()
    return moved
