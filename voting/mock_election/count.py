"""After closing: tally, decryption, outcome, certificate, verification."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

from voting.box import ceremony, tallying
from voting.box.one_tally import OneTally
from voting.database import read
from voting.elections.count import actions
from voting.elections.count.bundle import Passphrases, read_committee
from voting.elections.count.tables import CertifiedFile
from voting.errors import Refused
from voting.keys import read_keys
from voting.mock_election.browser import Browser
from voting.mock_election.day import Advance, Day, passphrase
from voting.mock_election.parties import COMMITTEE_PASSPHRASE


def tally(day: Day, advance: Advance) -> None:
    """Add all ballots up under encryption."""
    with read(day.community.engine) as session:
        summed = tallying.aggregate(session, box=day.box)
    day.official(actions.begin_count, summed=summed)
    advance(1, 1)


def decrypt(day: Day, advance: Advance) -> None:
    """Each supervisor fetches the archive, checks every ballot, re-adds the tally and decrypts a share."""
    for number, who in enumerate(day.community.supervisors, 1):
        browser, folder = day.browser(who), day.trustee_folder(number)
        copy = folder / f"{day.uuid}.bel"
        copy.write_bytes(browser.get(day.room("trustee/archive")).body)
        key = folder / "key.json"
        share = ceremony.decrypt(
            copy,
            key.read_bytes(),
            passphrase(number),
            # What was accepted at the tablets is what is read out in the hall.
            posted=ceremony.Posted(day.notes["fingerprint"], len(day.visits)),
            memory=OneTally(key),
        )
        browser.post_json(day.room("trustee/share"), {"record": share.record.decode()}, page=day.room("trustee"))
        advance(number, len(day.community.supervisors))


def decide(day: Day, advance: Advance) -> None:
    """The shares become the counts, and the law's arithmetic the outcome."""
    counted = day.official(actions.decide_outcome)
    day.outcome = counted.outcome
    for office in counted.facts.offices:
        day.counts += [(office.name, name, votes) for name, votes in office.votes.items()]
    advance(1, 1)


def certify(day: Day, advance: Advance) -> None:
    """The committee signs the bundle; anybody downloads the archive."""
    day.official(
        actions.certify,
        committee=read_committee(day.community.committee.folder),
        passphrases=Passphrases(COMMITTEE_PASSPHRASE),
        log_seed=read_keys(day.community.settings).log_seed,
    )
    with read(day.community.engine) as session:
        for file in session.query(CertifiedFile).filter_by(election_id=day.election):
            _write(day.bundle / file.path, file.content)
    with closing(Browser(day.port)) as anybody:
        _write(day.archive, anybody.get(f"/archive/{day.uuid}.bel").body)
    advance(1, 1)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def verify(day: Day, advance: Advance) -> None:
    """The stand-alone verifier over the bundle, and belenios-tool over the archive where it knows the group."""
    verifier = [sys.executable, "-m", "verifier", str(day.bundle), "--key", day.community.committee.vkey, "--plain"]
    _judge(day, "verifier", verifier)
    if day.group == "BELENIOS-2048":
        _judge(day, "belenios-tool", ["belenios-tool", "election", "verify", "--dir", str(day.archive.parent)])
    advance(1, 1)


def _judge(day: Day, name: str, command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 — fixed arguments
    except FileNotFoundError:
        day.notes[name] = "not installed"
        return
    said = done.stdout + done.stderr
    (day.folder / f"{name}.txt").write_text(said)
    day.notes[name] = f"exit {done.returncode}"
    if done.returncode != 0:
        raise Refused(
            "NOT_VERIFIED",
            f"{name} 没有通过，请看它的话：\n{said}",
            f"{name} refused it (exit {done.returncode}); look at what it says.",
        )
