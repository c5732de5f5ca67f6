"""Typing in what only the papers ask for; making the archive pack: facts and log read at once, papers printed outside
any lock, the hash written to the log.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, cast

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from voting import journal, signing
from voting.database import read, transaction
from voting.elections.candidates.queries import list_candidates
from voting.elections.committee import queries as committee
from voting.elections.count import queries as count
from voting.elections.count.bundle import read_committee
from voting.elections.papers import queries
from voting.elections.papers.archive import MANIFEST, Progress, Source, build_pack
from voting.elections.papers.events import ArchivePacked, PaperFactsEntered
from voting.elections.papers.rules import read_sent
from voting.elections.papers.tables import PaperFacts
from voting.elections.queries import locked
from voting.elections.roll.queries import registered
from voting.elections.tables import Election
from voting.keys import FieldKeys, Keys
from voting.permissions import Actor

#: The checkpoint that a pack asks for: the log in it ends there.
CHECKPOINT: Final = "archive"


@dataclass(frozen=True)
class Packed:
    """The pack's files by path, and the SHA-256 of its signed list."""

    files: dict[str, bytes]
    manifest_sha256: str

    @property
    def papers(self) -> int:
        """How many papers it holds."""
        return sum(path.startswith("papers/") for path in self.files)


def pack_archive(
    session: Session,
    *,
    election_id: str,
    committee_folder: Path,
    passphrase: str,
    keys: Keys,
    actor: Actor,
    now: datetime,
    progress: Progress = lambda _done, _of, _what: None,
) -> Packed:
    """Print every paper that can be printed and sign the list of everything.

    Raises NotAllowed PASSPHRASE_WRONG; NotFound COMMITTEE_KEY_MISSING; Malformed KEY_FILE_…, PRINT_CHARACTER; Refused
    PRINT_FONT_MISSING; Conflict LOG_DAMAGED. The passphrase is asked of the key before anything is printed.
    """
    signer = signing.open_committee_key(read_committee(committee_folder).key, passphrase)
    now = now.replace(microsecond=0)
    with transaction(session):
        election = locked(session, election_id)
        journal.sign_head(session, election.community_id, keys.log_seed, CHECKPOINT)
        log = journal.export(session, election.community_id, keys.log_seed)
        dossier = queries.gather(session, election=election, now=now, keys=keys, committee_folder=committee_folder)
        bundle = count.certified_bundle(session, election=election) if dossier.certified else {}
        community_id = election.community_id
    # Read beside the writer: a long log holds up nobody.
    with read(cast("Engine", session.get_bind())) as reader:
        dossier = queries.audited(reader, dossier, community_id=community_id, keys=keys)
    files = build_pack(
        dossier,
        Source(bundle, log.files, log.vkey),
        created=now,
        sign=lambda text: signing.sign_manifest(text, signer),
        progress=progress,
    )
    packed = Packed(files, hashlib.sha256(files[MANIFEST]).hexdigest())
    with transaction(session):
        election = locked(session, election_id)
        fact = ArchivePacked(
            election_id=election.id,
            papers=packed.papers,
            files=len(files),
            manifest_sha256=packed.manifest_sha256,
            committee_key=signer.key.text,
            by=actor.account_id,
        )
        journal.record(session, election.community_id, fact, now)
    return packed


def enter_facts(
    session: Session, *, election_id: str, sent: Mapping[str, str], keys: FieldKeys, actor: Actor, now: datetime
) -> None:
    """Keep what was typed in for the papers and the reporting table, in place of what was there.

    Raises Malformed ENTRY_NUMBER, ENTRY_PART, ENTRY_LINES, TEXT_….
    """
    with transaction(session):
        election = locked(session, election_id)
        standing = [one.id for some in list_candidates(session, election=election).values() for one in some]
        entered = read_sent(sent, candidates=standing, wholes=_wholes(session, election))
        sealed = keys.seal(entered.dump(), queries.sealed_about(election.id))
        row = session.get(PaperFacts, election.id)
        if row is None:
            session.add(PaperFacts(election_id=election.id, sealed=sealed))
        else:
            row.sealed = sealed
        fact = PaperFactsEntered(election.id, entered.codes, actor.account_id)
        journal.record(session, election.community_id, fact, now)


def _wholes(session: Session, election: Election) -> dict[str, int]:
    """Of how many people each number is a part."""
    people = registered(session, election=election)
    sitting = sum(one.standing == "sitting" for one in committee.members(session, election))
    wholes = {"roll.party": people, "roll.minorities": people, "candidates.present": people}
    return wholes | ({"committee.party": sitting} if sitting else {})
