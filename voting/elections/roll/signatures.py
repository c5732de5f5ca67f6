"""Signatures held against the roll: who of those who signed may vote in this election."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting.elections.roll.queries import entitled
from voting.elections.roll.tables import RollEntry
from voting.elections.tables import Election


def of_numbers(session: Session, *, election: Election, numbers: Iterable[int]) -> dict[int, str]:
    """Roll number → entry, for those of ``numbers`` who stand on the list that counts; others are missing."""
    rows = session.execute(
        select(RollEntry.number, RollEntry.id).where(
            RollEntry.election_id == election.id, RollEntry.number.in_(set(numbers))
        )
    ).all()
    counted = entitled(session, election=election, entries=[entry for _, entry in rows])
    return {number: entry for number, entry in rows if entry in counted}
