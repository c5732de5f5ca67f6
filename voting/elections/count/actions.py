"""From the closed box to the certified bundle: add up, combine and decide, sign (居委会组织法 19)."""

import hashlib
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from voting import journal, signing
from voting.addresses import public_address
from voting.box import chain, tallying
from voting.box.papers import assisted
from voting.box.tables import Box
from voting.crypto.tally import EncryptedTally
from voting.database import transaction
from voting.elections.count import queries
from voting.elections.count.bundle import CommitteeFiles, Passphrases, certified_files
from voting.elections.count.certificate import MANIFEST
from voting.elections.count.merging import figures_of
from voting.elections.count.queries import Counted
from voting.elections.count.report import ArchiveRef, Cards, LogRef, Papers, ResultDocument, offices_of
from voting.elections.count.stated import figures_said
from voting.elections.count.tables import CertifiedFile
from voting.elections.count.wording import article_of
from voting.elections.events import OutcomeDecided, PollMoved, ResultCertified
from voting.elections.lifecycle import require
from voting.elections.moves import gather, moved
from voting.elections.paper.ledger import require_as_agreed
from voting.elections.paper.queries import PaperTotals, legal_record, totals
from voting.elections.proxies import queries as proxies
from voting.elections.queries import law_in_force, locked
from voting.elections.tables import Election
from voting.elections.texts import typed
from voting.people.tables import Unit
from voting.permissions import Actor

#: The checkpoint that certification asks for: it covers the decided outcome.
CHECKPOINT: Final = "certification"


def begin_count(
    session: Session,
    *,
    election_id: str,
    actor: Actor,
    now: datetime,
    expected: str | None = None,
    summed: EncryptedTally | None = None,
) -> tallying.Tallied:
    """Fix the encrypted tally of the closed box. ``summed``: `tallying.aggregate`, where it was made beforehand.

    Raises what `lifecycle.require` raises (cards not scanned, too few ballots without a decision), and Conflict
    TALLY_COUNT.
    """
    with transaction(session):
        election = moved(session, election_id, "count", now, expected=expected)
        tallied = tallying.tally(
            session,
            box=election.box_id,
            floor=election.ballot_floor,
            floor_decision=election.floor_decision,
            now=now,
            actor=actor.account_id,
            summed=summed,
        )
        fact = PollMoved(election_id=election.id, move="count", state=election.state, by=actor.account_id)
        journal.record(session, election.community_id, fact, now)
        return tallied


def decide_outcome(
    session: Session, *, election_id: str, actor: Actor, now: datetime, expected: str | None = None
) -> Counted:
    """Combine the trustees' shares and decide by the law's arithmetic.

    Raises TooEarly SHARES_MISSING (naming who), NOT_TALLIED; Malformed where the count does not add up; Conflict
    PAPER_SHEET_CHANGED; and what `lifecycle.require` raises.
    """
    with transaction(session):
        election = locked(session, election_id)
        if election.state == "counting":
            tallying.combine(session, box=election.box_id, now=now)
        election = moved(session, election_id, "decide", now, expected=expected)
        require_as_agreed(session, election)
        counted = queries.counted(session, election=election)
        outcome = counted.outcome
        fact = OutcomeDecided(
            election_id=election.id,
            valid=outcome.valid,
            next=outcome.next.value,
            elected=tuple((office.name, office.outcome.elected) for office in outcome.offices),
            count=figures_said(counted.facts),
            by=actor.account_id,
        )
        journal.record(session, election.community_id, fact, now)
        return counted


def certify(
    session: Session,
    *,
    election_id: str,
    committee: CommitteeFiles,
    passphrases: Passphrases,
    log_seed: bytes,
    actor: Actor,
    now: datetime,
    number: str = "",
    verify_url: str = "",
    expected: str | None = None,
) -> str:
    """Write and sign the bundle; returns the SHA-256 of the signed manifest (hex).

    ``number``: the office's number of the report; ``verify_url``: what its QR code opens. Both may be empty.
    Raises what `addresses.public_address`, `lifecycle.require` and `bundle.certified_files` raise; Conflict
    LOG_DAMAGED, ARCHIVE_BROKEN.
    """
    number = typed(number, zh="编号", en="Number", most=40)
    verify_url = public_address(verify_url)
    # A wrong passphrase is told before anything is asked of the database.
    vkey = signing.open_committee_key(committee.key, passphrases.key).key.text
    now = now.replace(microsecond=0)
    with transaction(session):
        election = locked(session, election_id)
        require(election.state, "certify", gather(session, election, now), expected=expected)
        journal.sign_head(session, election.community_id, log_seed, CHECKPOINT)
        log = journal.export(session, election.community_id, log_seed)
        archive = b"".join(chain.archive_bytes(session, election.box_id))
        document = _document(session, election, archive, log, now=now, number=number, verify_url=verify_url)
    # Printing and signing take seconds and hold no lock. Another entry may follow meanwhile; what was exported stays
    # true, and the election cannot leave `decided` twice.
    files = certified_files(document, archive=archive, log=log, committee=committee, passphrases=passphrases, now=now)
    manifest = hashlib.sha256(files[MANIFEST]).hexdigest()
    with transaction(session):
        election = moved(session, election_id, "certify", now, expected="decided")
        session.add_all(
            CertifiedFile(election_id=election.id, path=path, content=content) for path, content in files.items()
        )
        fact = ResultCertified(
            election_id=election.id, manifest_sha256=manifest, committee_key=vkey, by=actor.account_id
        )
        journal.record(session, election.community_id, fact, now)
    return manifest


def _document(
    session: Session,
    election: Election,
    archive: bytes,
    log: journal.LogTree,
    *,
    now: datetime,
    number: str,
    verify_url: str,
) -> ResultDocument:
    box = session.get_one(Box, election.box_id)
    form = chain.sealed_election(session, box.id)
    counted = queries.counted(session, election=election)
    facts, outcome = counted.facts, counted.outcome
    paper = totals(session, election)
    law = law_in_force(election)
    article, article_en = article_of(law, election.kind)
    return ResultDocument(
        community=session.get_one(Unit, election.community_id).name,
        place=election.place,
        title=election.title,
        number=number,
        day=election.day,
        mode=election.mode,
        law=election.law,
        kind=facts.kind.value,
        ineligible=tuple(sorted(facts.ineligible)),
        opened_at=_second(election.opened_at or election.opens_at),
        closed_at=_second(election.closed_at or election.closes_at),
        certified_at=now,
        figures=figures_of(
            facts, casts=box.casts, main=paper.main, mobile=paper.mobile, proxies=proxies.counted(session, election)
        ),
        cards=Cards(
            made=box.cards_made,
            out=box.cards_out,
            returned=box.cards_returned,
            torn=box.cards_torn,
            unused=box.cards_made - box.cards_out - _missing(box, election),
            missing=_missing(box, election),
            refused_uses=box.refused_uses,
        ),
        valid=outcome.valid,
        because=outcome.because,
        offices=offices_of(facts, outcome),
        article=article,
        article_en=article_en,
        archive=ArchiveRef(hashlib.sha256(archive).hexdigest(), box.uuid, form.fingerprint, box.casts),
        log=LogRef(log.origin, log.size, log.root),
        verify_url=verify_url,
        legal_record=legal_record(election),
        papers=_papers(paper, assisted(session, box=box.id)),
        petition=queries.petition(session, election=election),
    )


def _papers(paper: PaperTotals, written_for: int) -> Papers:
    """As the certificate states them."""
    return Papers(
        printed=paper.printed,
        out=paper.out,
        returned=paper.returned,
        torn=paper.spoilt,
        unused=paper.unused,
        assisted=written_for,
        missing=paper.missing,
        surplus=paper.surplus,
    )


def _missing(box: Box, election: Election) -> int:
    """As it was decided on where cards were missing, whatever turned up since; unless then the pile became whole."""
    left = box.cards_made - box.cards_out
    return 0 if box.cards_unused >= left else election.cards_missing or 0


def _second(at: datetime) -> datetime:
    return at.replace(microsecond=0)
