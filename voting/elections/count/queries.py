"""What the count's pages and actions read: the facts of the count, its outcome, the certified files."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting.box import chain, tallying, trustees
from voting.box.tables import Box
from voting.box.trustees import TrusteeState
from voting.elections.count.merging import with_paper
from voting.elections.count.petition import NONE, Petitioned
from voting.elections.count.rules import CountFacts, ElectionOutcome, Kind, OfficeCount, decide
from voting.elections.count.tables import AnnulledWin, CertifiedFile, PollPetition
from voting.elections.paper.channels import outlets_of
from voting.elections.paper.queries import legal_record, totals
from voting.elections.queries import rules
from voting.elections.tables import Election
from voting.errors import NotFound
from voting.law.profiles import Mode


@dataclass(frozen=True)
class Counted:
    """The facts of a finished count and what the law makes of them; ``because`` stands in both."""

    facts: CountFacts
    outcome: ElectionOutcome


@dataclass(frozen=True)
class Shares:
    """Who of the trustees has decrypted."""

    trustees: tuple[TrusteeState, ...]

    @property
    def received(self) -> int:
        """Shares that are in."""
        return sum(one.shared for one in self.trustees)

    @property
    def complete(self) -> bool:
        """Whether the result can be combined."""
        return bool(self.trustees) and self.received == len(self.trustees)


def shares(session: Session, *, election: Election) -> Shares:
    """How far the decryption is."""
    return Shares(tuple(trustees.states(session, election.box_id)))


def counted(session: Session, *, election: Election) -> Counted:
    """The count as the archive holds it, decided anew by the rules. Raises TooEarly BOX_NOT_THERE_YET.

    Names and seats come from the sealed form, N from the roll frozen with it, I and C from the box and the papers.
    """
    box = session.get_one(Box, election.box_id)
    counters = chain.counters_of(box)
    form, result = chain.sealed_election(session, box.id), tallying.result(session, box.id)
    facts = CountFacts(
        mode=Mode(election.mode),
        law=election.law,
        kind=Kind(election.kind),
        require_turnout=rules(election).second_poll_turnout.value,
        ineligible=annulled(session, election=election),
        eligible=election.eligible or 0,
        issued=counters.checked_in,
        collected=result.ballots,
        offices=tuple(
            OfficeCount(
                name=question.text,
                seats=question.maximum,
                votes=dict(zip(question.answers, counts[question.blank :], strict=True)),
                blank=counts[0] if question.blank else 0,
            )
            for question, counts in zip(form.questions, result.counts, strict=True)
        ),
    )
    paper = totals(session, election)
    facts = with_paper(
        facts,
        paper.sheet,
        outlets_of(paper.boxes, paper.issued + (counters.checked_in if legal_record(election) == "paper" else 0)),
        papers_issued=paper.issued,
        legal_record=legal_record(election),
    )
    return Counted(facts, decide(facts))


def petition(session: Session, *, election: Election) -> Petitioned:
    """The petition that a recall's poll rests on; empty for every other poll."""
    row = session.get(PollPetition, election.id) if election.kind == Kind.RECALL else None
    return Petitioned(row.basis, row.signed, row.eligible) if row is not None else NONE


def annulled(session: Session, *, election: Election) -> frozenset[str]:
    """Those whose win was declared void before the result was certified; later ones change no certificate."""
    names = select(AnnulledWin.name).where(AnnulledWin.election_id == election.id, AnnulledWin.late.is_(False))
    return frozenset(session.scalars(names))


def certified_paths(session: Session, *, election: Election) -> list[str]:
    """The bundle's files by path; empty before certification."""
    return list(
        session.scalars(
            select(CertifiedFile.path).where(CertifiedFile.election_id == election.id).order_by(CertifiedFile.path)
        )
    )


def certified_file(session: Session, *, election: Election, path: str) -> bytes:
    """One file of the bundle. Raises NotFound NOT_CERTIFIED."""
    found = session.get(CertifiedFile, (election.id, path))
    if found is None:
        raise not_certified()
    return found.content


def certified_bundle(session: Session, *, election: Election) -> dict[str, bytes]:
    """Every file of the bundle by path. Raises NotFound NOT_CERTIFIED."""
    rows = session.execute(
        select(CertifiedFile.path, CertifiedFile.content).where(CertifiedFile.election_id == election.id)
    )
    files = {row.path: row.content for row in rows}
    if not files:
        raise not_certified()
    return files


def not_certified() -> NotFound:
    """There is nothing to download yet."""
    return NotFound(
        "NOT_CERTIFIED",
        "结果还没有签发，没有这个文件；请等选举委员会签发后再下载。",
        "The result is not certified yet and there is no such file; come back when the committee has signed.",
    )
