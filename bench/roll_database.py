"""The whole roll import into the database, as an official does it: dry run, then import, 2,600 and 50,000 rows.

    python bench/roll_database.py [ROWS …]

Both steps together are what the official waits for. All people are invented.
"""

import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from bench.roll import as_csv, invented
from voting.database import read, writing_session
from voting.elections import actions
from voting.elections.actions import NewOffice
from voting.elections.roll import actions as roll
from voting.elections.roll.tables import RollEntry
from voting.keys import read_keys
from voting.law.calendar import HALL
from voting.mock_election import parties


def an_election(community: parties.Community, now: datetime) -> str:
    """A draft election next month."""
    opens = (now.astimezone(HALL) + timedelta(days=40)).replace(hour=8, minute=0, second=0, microsecond=0)
    with writing_session(community.engine) as session:
        made = actions.create_election(
            session,
            actor=community.official.actor,
            now=now,
            community_id=community.id,
            title="测速",
            place="测速",
            day=opens.date(),
            opens_at=opens.astimezone(UTC),
            closes_at=opens.astimezone(UTC) + timedelta(hours=10),
            offices=[NewOffice("主任", 1)],
        )
        return made.id


def measure(community: parties.Community, rows: int) -> None:
    """Import one file and print the seconds of each step."""
    now = datetime.now(UTC)
    election, content, keys = an_election(community, now), as_csv(invented(rows)), read_keys(community.settings).fields
    began, own = time.perf_counter(), time.process_time()
    with writing_session(community.engine) as session:
        dry = roll.keep_draft(session, election_id=election, filename="roll.csv", content=content, keys=keys)
    kept = time.perf_counter()
    with writing_session(community.engine) as session:
        roll.import_draft(
            session,
            election_id=election,
            digest=dry.digest,
            keys=keys,
            actor=community.official.actor,
            now=now,
        )
    done, own = time.perf_counter(), time.process_time() - own
    with read(community.engine) as session:
        query = select(func.count()).select_from(RollEntry).where(RollEntry.election_id == election)
        found = session.scalar(query)
    if found != rows:
        raise SystemExit(f"{found} of {rows} rows are on the roll")
    print(
        f"roll into the database  {rows:6,} rows  dry run {kept - began:5.2f} s  import {done - kept:5.2f} s  "
        f"together {done - began:5.2f} s wall  {own:5.2f} s CPU"
    )


def main(sizes: list[int]) -> None:
    """Every size, into one community each."""
    for rows in sizes:
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
            now = datetime.now(UTC)
            measure(parties.found(Path(folder), now, now.astimezone(HALL).date()), rows)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [2_600, 50_000])
