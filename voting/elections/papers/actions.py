"""Making the archive pack: facts and log read at once, papers printed outside any lock, the hash written to the log."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from voting import journal, signing
from voting.database import transaction
from voting.elections.count import queries as count
from voting.elections.papers import queries
from voting.elections.papers.archive import MANIFEST, Progress, Source, build_pack
from voting.elections.papers.events import ArchivePacked
from voting.elections.queries import locked
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
    committee_key: bytes,
    passphrase: str,
    log_seed: bytes,
    actor: Actor,
    now: datetime,
    progress: Progress = lambda _done, _of, _what: None,
) -> Packed:
    """Print every paper that can be printed and sign the list of everything.

    Raises NotAllowed PASSPHRASE_WRONG; Malformed KEY_FILE_…, PRINT_CHARACTER; Refused PRINT_FONT_MISSING; Conflict
    LOG_DAMAGED. The passphrase is asked of the key before anything is printed.
    """
    signer = signing.open_committee_key(committee_key, passphrase)
    now = now.replace(microsecond=0)
    with transaction(session):
        election = locked(session, election_id)
        journal.sign_head(session, election.community_id, log_seed, CHECKPOINT)
        log = journal.export(session, election.community_id, log_seed)
        dossier = queries.gather(session, election=election, now=now)
        bundle = count.certified_bundle(session, election=election) if dossier.certified else {}
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
