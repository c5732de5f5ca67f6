"""What pages and moves read about the candidates: the list in ballot order, and what the law finds wrong with it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting.elections.candidates.rules import CandidateCheck, Known, Nominee, ballot_names, check_candidates
from voting.elections.candidates.tables import Candidate
from voting.elections.roll.tables import RollEntry
from voting.elections.tables import Election, Office
from voting.errors import NotFound
from voting.law.polls import RECALL_NO, RECALL_YES, Kind
from voting.law.profiles import Mode, law_of


@dataclass(frozen=True)
class Standing:
    """What the lifecycle asks of the candidates: offices without a real choice, how many people fail a check."""

    offices_short: tuple[str, ...]
    errors: int


@dataclass(frozen=True)
class Contest:
    """One office with its candidates in ballot order, and each one's name as the ballot will print it."""

    office: Office
    candidates: tuple[Candidate, ...]
    names: tuple[str, ...]


def get_candidate(session: Session, *, election: Election, candidate_id: str) -> Candidate:
    """A candidate of this election. Raises NotFound."""
    candidate = session.get(Candidate, candidate_id)
    if candidate is None or candidate.election_id != election.id:
        raise NotFound(
            "NO_SUCH_CANDIDATE", "没有这位候选人，请刷新页面。", "There is no such candidate; reload the page."
        )
    return candidate


def list_candidates(session: Session, *, election: Election) -> dict[str, list[Candidate]]:
    """Office id → its candidates in ballot order; offices without any are there too."""
    listed: dict[str, list[Candidate]] = {office.id: [] for office in election.offices}
    for candidate in session.scalars(
        select(Candidate).where(Candidate.election_id == election.id).order_by(Candidate.office_id, Candidate.ordinal)
    ):
        listed[candidate.office_id].append(candidate)
    return listed


def contests(session: Session, *, election: Election) -> tuple[Contest, ...]:
    """The ballot as it stands: the offices in order, namesakes told apart over the whole ballot."""
    if election.kind == Kind.RECALL:
        return tuple(Contest(office, (), (RECALL_YES, RECALL_NO)) for office in election.offices)
    listed = list_candidates(session, election=election)
    everyone = [one for office in election.offices for one in listed[office.id]]
    names = ballot_names(tuple(Known(one.name, one.sex, one.age, one.trade) for one in everyone))
    named = dict(zip((one.id for one in everyone), names, strict=True))
    return tuple(
        Contest(office, tuple(listed[office.id]), tuple(named[one.id] for one in listed[office.id]))
        for office in election.offices
    )


def check(session: Session, *, election: Election) -> CandidateCheck:
    """Every finding of the law about the list as it stands.

    The age on the election day was computed from the sealed birth date when the person was added.
    """
    titles = {office.id: office.title for office in election.offices}
    rows = session.execute(
        select(Candidate, RollEntry.id)
        .join(RollEntry, RollEntry.id == Candidate.roll_entry_id, isouter=True)
        .where(Candidate.election_id == election.id)
        .order_by(Candidate.office_id, Candidate.ordinal)
    ).all()
    nominees = tuple(
        Nominee(
            person=candidate.roll_entry_id,
            name=candidate.name,
            office=titles[candidate.office_id],
            roll_entry=entry_id or "",
            age=candidate.age,
            sex=candidate.sex,
            declared=candidate.declared,
            checked=candidate.checked,
            checked_by=candidate.checked_by or "",
            review=candidate.review,
        )
        for candidate, entry_id in rows
    )
    seats = {office.title: office.seats for office in election.offices}
    return check_candidates(nominees, seats, election.day, law_of(election.law, Mode(election.mode)))


def standing(session: Session, *, election: Election) -> Standing:
    """The short form of `check` that the lifecycle asks for."""
    if election.kind == Kind.RECALL:
        return Standing((), 0)
    found = check(session, election=election)
    return Standing(found.offices_short, len(found.persons_barred))
