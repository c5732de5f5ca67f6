"""What pages and moves read about the candidates: the list in ballot order, and what the law finds wrong with it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from voting.elections.candidates.nominating import excess_words
from voting.elections.candidates.rules import CandidateCheck, Finding, Known, Nominee, ballot_names, check_candidates
from voting.elections.candidates.tables import Candidate, CandidateList, Nomination, TakenOver
from voting.elections.queries import law_in_force, rules
from voting.elections.roll.tables import RollEntry
from voting.elections.tables import Election, Office
from voting.errors import NotFound
from voting.law.polls import RECALL_NO, RECALL_YES, Kind
from voting.law.thresholds import Reason

Named = tuple[Nomination, ...]
#: Errors of a person that are open points of the list and not failed checks of the law.
OF_THE_LIST: Final = ("not_accepted", "review_open", "review_failed")
UNANSWERED: Final = (
    "有 {} 份提名还没有本人的书面答复：请选举工作人员登记接受或不接受。",
    "{} nomination(s) are not answered in writing: the election official records the answers.",
)
UNACCEPTED: Final = (
    "有 {} 名候选人没有经过提名并书面接受：请选举工作人员登记或移除。",
    "{} candidate(s) were not nominated and have not accepted in writing: the election official records it.",
)
REVIEW_OPEN: Final = (
    "有 {} 名候选人的资格联审还没有结论：请选举委员会办完联审。",
    "The joint review of {} candidate(s) has no outcome yet: the election committee brings it to its end.",
)
REVIEW_FAILED: Final = (
    "有 {} 名候选人资格联审不通过，还在名单里：请选举委员会告知本人，申诉期过后办理不列入名单。",
    "{} candidate(s) did not pass the joint review and are still listed: the committee tells, then strikes them.",
)


@dataclass(frozen=True)
class Standing:
    """What the lifecycle asks of the candidates: offices without a real choice, how many people fail a check of the
    law, and what else keeps the formal list open. ``unanswered``: people of whom nothing else is wrong than that the
    bars were not gone through; they are not among ``errors``.
    """

    offices_short: tuple[str, ...]
    errors: int
    points: tuple[Reason, ...] = ()
    unanswered: int = 0


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


@dataclass(frozen=True)
class Apart:
    """What tells a candidate from others of that name on the roll; all of it hangs in public on the roll."""

    number: int
    building: str
    age_group: str


def told_apart(session: Session, election: Election) -> dict[str, Apart]:
    """Roll entry → what tells apart, for everybody on the roll who shares the name of a candidate with somebody."""
    standing = select(Candidate.name).where(Candidate.election_id == election.id)
    shared = (
        select(RollEntry.name)
        .where(RollEntry.election_id == election.id, RollEntry.name.in_(standing))
        .group_by(RollEntry.name)
        .having(func.count() > 1)
    )
    rows = session.execute(
        select(RollEntry.id, RollEntry.number, RollEntry.building, RollEntry.age_group).where(
            RollEntry.election_id == election.id, RollEntry.name.in_(shared)
        )
    )
    return {entry: Apart(number, building, age_group) for entry, number, building, age_group in rows}


def check(session: Session, *, election: Election, named: Named | None = None) -> CandidateCheck:
    """Every finding of the law, and of the rules in force, about the list as it stands.

    The age on the election day was computed from the sealed birth date when the person was added. ``named``: the
    election's nominations, where they were read already.
    """
    titles = {office.id: office.title for office in election.offices}
    named = nominations_of(session, election) if named is None else named
    rows = session.execute(
        select(Candidate, RollEntry.id)
        .join(RollEntry, RollEntry.id == Candidate.roll_entry_id, isouter=True)
        .where(Candidate.election_id == election.id)
        .order_by(Candidate.office_id, Candidate.ordinal)
    ).all()
    accepted = {(one.office_id, one.roll_entry_id) for one in named if one.accepted_on and not one.withdrawn_on}
    # Whoever stands by the votes of an earlier poll needs no nomination.
    accepted |= _by_votes(session, election) if named and election.follows_id else set()
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
            accepted=(candidate.office_id, candidate.roll_entry_id) in accepted if named else None,
        )
        for candidate, entry_id in rows
    )
    seats = {office.title: office.seats for office in election.offices}
    found = check_candidates(nominees, seats, election.day, law_in_force(election))
    return replace(found, errors=(*found.errors, *_too_many(election, nominees)))


def _by_votes(session: Session, election: Election) -> set[tuple[str, str]]:
    rows = select(TakenOver.office_id, TakenOver.roll_entry_id).join(Office, Office.id == TakenOver.office_id)
    return {(office, entry) for office, entry in session.execute(rows.where(Office.election_id == election.id))}


def _too_many(election: Election, nominees: tuple[Nominee, ...]) -> list[Finding]:
    """Offices with more candidates beyond the seats than the profile allows; polls that follow have their own rule."""
    if election.kind in (Kind.REVOTE, Kind.SECOND):
        return []
    found = []
    for office in election.offices:
        count = sum(one.office == office.title for one in nominees)
        wrong = excess_words(office.title, count, office.seats, rules(election).excess)
        if wrong is not None and count > office.seats:
            found.append(Finding("too_many", wrong, office=office.title))
    return found


def nominations_of(session: Session, election: Election) -> Named:
    """The election's nominations."""
    return tuple(session.scalars(select(Nomination).where(Nomination.election_id == election.id)))


def standing(session: Session, *, election: Election) -> Standing:
    """The short form of `check` that the lifecycle asks for, without a name."""
    if election.kind == Kind.RECALL:
        return Standing((), 0)
    named = nominations_of(session, election)
    found = check(session, election=election, named=named)
    barred = frozenset(one.person for one in found.errors if one.person and one.code not in OF_THE_LIST)
    wrong = frozenset(
        one.person for one in found.errors if one.person and one.code not in (*OF_THE_LIST, "bar_unanswered")
    )
    waiting = sum(one.accepted_on is None and one.withdrawn_on is None and one.way != "poll" for one in named)
    points = [one.reason for one in found.errors if one.code == "too_many"]
    counts = (
        (waiting, UNANSWERED),
        (len(found.persons_with("not_accepted")), UNACCEPTED),
        (len(found.persons_with("review_open")), REVIEW_OPEN),
        (len(found.persons_with("review_failed")), REVIEW_FAILED),
    )
    points += [Reason(zh.format(count), en.format(count)) for count, (zh, en) in counts if count]
    return Standing(found.offices_short, len(wrong), tuple(points), len(barred - wrong))


def first_posted(session: Session, election: Election, kind: str) -> date | None:
    """The day on which the first list of a kind (``preliminary`` or ``formal``) was posted, or None."""
    return session.scalar(
        select(func.min(CandidateList.posted_on)).where(
            CandidateList.election_id == election.id, CandidateList.kind == kind
        )
    )
