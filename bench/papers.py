"""Times every printed paper and the whole archive pack of an election of 2,600 voters.

    python -m bench.papers [VOTERS]

Prints seconds per paper: what a database of so many voters takes to give the facts, with the roll where the paper reads
it, and the printing; the slowest of them; and the pack with a bundle of 25 MB in it, zipped. All people are invented.
Voter cards are printed grid by grid, as they are carried out; the pack holds them all in one file.
"""

import secrets
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from papers_build import CREATED, dossier
from rich.progress import Progress

from bench.roll_search import fill
from voting import founding
from voting.database import read, writing_session
from voting.elections.papers import queries
from voting.elections.papers.archive import Source, build_pack
from voting.elections.papers.catalogue import CHECKS, PAPERS, reads_roll
from voting.elections.papers.printing import print_paper
from voting.elections.roll.publication import publish_roll
from voting.elections.tables import Election
from voting.keys import read_keys
from voting.law.calendar import HALL
from voting.mock_election import parties
from voting.zips import zip_of

VOTERS = 2_600
BUNDLE = 25_000_000


def gathering(voters: int) -> dict[bool, float]:
    """Seconds to gather the facts from a database, without the roll and with it."""
    now = datetime.now(UTC)
    taken = {}
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        community = parties.found(Path(folder), now, now.astimezone(HALL).date())
        made = fill(community, voters)
        with writing_session(community.engine) as session:
            publish_roll(session, election_id=made, actor=community.official.actor, now=now)
        keys, where = read_keys(community.settings), founding.committee_folder(community.settings, community.id)
        for whole in (False, True):
            with read(community.engine) as session:
                election = session.get_one(Election, made)
                facts = {"election": election, "now": now, "keys": keys, "committee_folder": where}
                began = time.perf_counter()
                found = queries.gather(session, **facts, whole=whole)
                if whole:
                    queries.audited(session, found, community_id=community.id, keys=keys)
                taken[whole] = time.perf_counter() - began
    return taken


def main(voters: int) -> None:
    """Every paper once, then everything together."""
    taken = gathering(voters)
    sys.stdout.write(f"facts gathered: {taken[False]:.2f} s, with the roll and the log {taken[True]:.2f} s\n")
    facts = dossier(voters)
    print_paper(PAPERS[0], facts, created=CREATED)  # the fonts are looked for once in a process
    slowest = ("", 0.0)
    for paper in PAPERS:
        if paper.write is None:
            continue
        printed = queries.of_grid(facts, "第一网格") if paper.key == "voter-cards" else facts
        began = time.perf_counter()
        content = print_paper(paper, printed, created=CREATED)
        seconds = time.perf_counter() - began + taken[reads_roll(paper) or CHECKS in paper.needs]
        slowest = max(slowest, (paper.key, seconds), key=lambda one: one[1])
        sys.stdout.write(f"{paper.key:20} {seconds:6.2f} s  {len(content):10,} bytes\n")
    sys.stdout.write(f"slowest paper {slowest[0]}: {slowest[1]:.2f} s\n")
    source = Source({"result.pdf": b"%PDF", "ballots.bel": secrets.token_bytes(BUNDLE)}, {}, "key")
    began = time.perf_counter()
    with Progress() as progress:
        task = progress.add_task("archive", total=None)
        files = build_pack(
            facts,
            source,
            created=CREATED,
            sign=lambda text: text,
            progress=lambda done, of, what: progress.update(task, completed=done, total=of, description=what),
        )
    packed = zip_of(files, datetime.now(UTC))
    seconds = time.perf_counter() - began
    sys.stdout.write(f"archive pack of {voters:,} voters: {seconds:.1f} s, {len(files)} files, {len(packed):,} bytes\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else VOTERS)
