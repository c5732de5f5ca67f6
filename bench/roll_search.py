"""The desk's search in a roll of 50,000: by name, initials, roll number and the last four of the ID number.

    python bench/roll_search.py [PEOPLE]

Half the searches miss what most people type first; the slowest kind is printed, 95th of a hundred. All people are
invented.
"""

import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.roll import as_csv, invented
from bench.roll_database import an_election
from voting.database import read, writing_session
from voting.elections.roll import actions as roll
from voting.elections.roll.initials import initials
from voting.elections.roll.queries import find, whole_roll
from voting.elections.tables import Election
from voting.keys import read_keys
from voting.law.calendar import HALL
from voting.mock_election import parties

SEARCHES = 100


def fill(community: parties.Community, people: int) -> str:
    """An election with so many people on its roll."""
    now = datetime.now(UTC)
    election, keys = an_election(community, now), read_keys(community.settings).fields
    with writing_session(community.engine) as session:
        dry = roll.keep_draft(
            session, election_id=election, filename="roll.csv", content=as_csv(invented(people)), keys=keys
        )
        roll.import_draft(
            session, election_id=election, digest=dry.digest, keys=keys, actor=community.official.actor, now=now
        )
    return election


def measure(community: parties.Community, election_id: str, people: int) -> None:
    """Time each kind of search, each in a session of its own as a request has it."""
    dice = random.Random(20261220)
    with read(community.engine) as session:
        voters = list(whole_roll(session, election=session.get_one(Election, election_id)))
    chosen = dice.sample(voters, SEARCHES)
    kinds = {
        "name": [one.name for one in chosen],
        "surname": [one.name[:1] for one in chosen],
        "given name": [one.name[1:] for one in chosen],
        "number": [str(one.number) for one in chosen],
        "last four": [one.id_last4 for one in chosen],
        "initials": [initials(one.name) for one in chosen],
        "first initials": ["".join(dice.choices("abcdefghjklmnpqrstwxyz", k=2)) for _ in chosen],
        "nobody": ["查无此人"] * SEARCHES,
    }
    worst = 0.0
    for kind, queries in kinds.items():
        taken = []
        for query in queries:
            with read(community.engine) as session:
                election = session.get_one(Election, election_id)
                began = time.perf_counter()
                find(session, election=election, query=query, limit=9)
                taken.append((time.perf_counter() - began) * 1000)
        p95 = statistics.quantiles(taken, n=20)[-1]
        worst = max(worst, p95)
        print(f"search by {kind:15} median {statistics.median(taken):6.1f} ms  p95 {p95:6.1f} ms")
    print(f"roll of {people:,} people: slowest search {worst:.1f} ms")


def main(people: int) -> None:
    """One community with so many people."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        now = datetime.now(UTC)
        community = parties.found(Path(folder), now, now.astimezone(HALL).date())
        measure(community, fill(community, people), people)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
