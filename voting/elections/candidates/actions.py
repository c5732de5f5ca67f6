"""Candidates on the list: proposed from the roll, checked against the law's bars, posted."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from voting.database import transaction
from voting.elections.candidates.rules import BARS, CandidateCheck, Nominee, check_candidates
from voting.elections.candidates.tables import Candidate
from voting.elections.roll.actions import birth_date, get_entry
from voting.elections.roll.tables import RollEntry
from voting.elections.tables import Election, Office
from voting.errors import Conflict, Malformed, NotFound, TooLarge, TooLate
from voting.keys import FieldKeys
from voting.law.calendar import age_on
from voting.law.profiles import Mode, law_on
from voting.permissions import Actor

PHOTO_LIMIT = 300_000
_PHOTO_KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
_PREPARING = ("draft", "published")


@dataclass(frozen=True)
class Standing:
    """What the lifecycle asks of the candidates: offices without a real choice, people who fail a check."""

    offices_short: tuple[str, ...]
    errors: int


def add_candidate(
    session: Session,
    *,
    election: Election,
    office_id: str,
    entry_id: str,
    trade: str,
    introduction: str,
    photo: bytes | None,
    keys: FieldKeys,
) -> Candidate:
    """Put a voter on the list for one office, at the end of its order.

    Raises Conflict when the person stands already, Malformed or TooLarge for a photo that is none.
    """
    with transaction(session):
        _require_preparing(election)
        office = _office(election, office_id)
        entry = get_entry(session, election=election, entry_id=entry_id)
        last = session.scalar(select(func.max(Candidate.ordinal)).where(Candidate.office_id == office.id)) or 0
        candidate = Candidate(
            election_id=election.id,
            office_id=office.id,
            roll_entry_id=entry.id,
            ordinal=last + 1,
            name=entry.name,
            sex=entry.sex,
            age=age_on(birth_date(session, entry_id=entry.id, keys=keys), election.day),
            trade=trade.strip()[:30],
            introduction=introduction.strip()[:600],
            photo=photo or None,
            photo_type=photo_type(photo) if photo else None,
        )
        try:
            with session.begin_nested():
                session.add(candidate)
        except IntegrityError as twice:
            raise Conflict(
                "CANDIDATE_TWICE",
                f"{entry.name} 已经是本次选举的候选人；一人只能参选一个职务。请先移除原来的提名。",
                f"{entry.name} stands in this election already; a person stands for one office. Remove the other first.",
            ) from twice
        return candidate


def record_bars(
    session: Session,
    *,
    election: Election,
    candidate_id: str,
    declared: Mapping[str, bool],
    checked: Mapping[str, bool],
    actor: Actor,
) -> None:
    """Record the answers to the statutory bars: the person's own declaration and what the official found."""
    with transaction(session):
        _require_preparing(election)
        candidate = get_candidate(session, election=election, candidate_id=candidate_id)
        if not set(declared) | set(checked) <= set(BARS):
            raise Malformed(
                "BAR_UNKNOWN", "法定条件的名称不对，请刷新页面再填。", "An unknown bar was answered; reload the page."
            )
        candidate.declared, candidate.checked = dict(declared), dict(checked)
        candidate.checked_by = actor.account_id


def remove_candidate(session: Session, *, election: Election, candidate_id: str) -> None:
    """Take somebody off the list while it is being prepared; the others close ranks."""
    with transaction(session):
        _require_preparing(election)
        candidate = get_candidate(session, election=election, candidate_id=candidate_id)
        session.execute(delete(Candidate).where(Candidate.id == candidate.id))
        rest = session.scalars(
            select(Candidate).where(Candidate.office_id == candidate.office_id).order_by(Candidate.ordinal)
        ).all()
        for ordinal, each in enumerate(rest, start=1):
            each.ordinal = ordinal
            session.flush()


def get_candidate(session: Session, *, election: Election, candidate_id: str) -> Candidate:
    """A candidate of this election. Raises NotFound."""
    candidate = session.get(Candidate, candidate_id)
    if candidate is None or candidate.election_id != election.id:
        raise NotFound("NO_SUCH_CANDIDATE", "没有这位候选人，请刷新页面。", "There is no such candidate; reload the page.")
    return candidate


def list_candidates(session: Session, *, election: Election) -> dict[str, list[Candidate]]:
    """Office id → its candidates in ballot order; offices without any are there too."""
    listed: dict[str, list[Candidate]] = {office.id: [] for office in election.offices}
    for candidate in session.scalars(
        select(Candidate).where(Candidate.election_id == election.id).order_by(Candidate.office_id, Candidate.ordinal)
    ):
        listed[candidate.office_id].append(candidate)
    return listed


def check(session: Session, *, election: Election) -> CandidateCheck:
    """Every finding of the law about the list as it stands.

    The age is the one computed from the sealed birth date when the person was added; the roll admits nobody
    under age, so the check here needs no key.
    """
    titles = {office.id: office.title for office in election.offices}
    rows = session.execute(
        select(Candidate, RollEntry.id).join(RollEntry, RollEntry.id == Candidate.roll_entry_id, isouter=True).where(
            Candidate.election_id == election.id
        )
    ).all()
    nominees = tuple(
        Nominee(
            person=candidate.roll_entry_id,
            name=candidate.name,
            office=titles[candidate.office_id],
            roll_entry=entry_id or "",
            birth_date=election.day.replace(year=election.day.year - candidate.age, day=1),
            sex=candidate.sex,
            declared=candidate.declared,
            checked=candidate.checked,
            checked_by=candidate.checked_by or "",
        )
        for candidate, entry_id in rows
    )
    seats = {office.title: office.seats for office in election.offices}
    return check_candidates(nominees, seats, election.day, law_on(Mode(election.mode), election.day))


def standing(session: Session, *, election: Election) -> Standing:
    """The short form of `check` that the lifecycle asks for."""
    found = check(session, election=election)
    return Standing(found.offices_short, len(found.persons_barred))


def photo_type(content: bytes) -> str:
    """The media type by the first bytes. Raises TooLarge over 300 kB, Malformed when neither JPEG nor PNG."""
    if len(content) > PHOTO_LIMIT:
        raise TooLarge(
            "PHOTO_TOO_LARGE",
            f"照片有 {len(content) // 1000} KB，最多 {PHOTO_LIMIT // 1000} KB。请缩小后再传。",
            f"The photo has {len(content) // 1000} kB, at most {PHOTO_LIMIT // 1000}; make it smaller.",
        )
    for beginning, kind in _PHOTO_KINDS.items():
        if content.startswith(beginning):
            return kind
    raise Malformed("PHOTO_FORMAT", "照片要用 JPEG 或 PNG 格式，请换一张。", "Photos come as JPEG or PNG; use another.")


def _office(election: Election, office_id: str) -> Office:
    for office in election.offices:
        if office.id == office_id:
            return office
    raise NotFound("NO_SUCH_OFFICE", "本次选举没有这个职务，请刷新页面。", "This election has no such office; reload.")


def _require_preparing(election: Election) -> None:
    if election.state not in _PREPARING:
        raise TooLate(
            "CANDIDATES_FIXED",
            "选票已经封定，候选人不能再变动。",
            "The ballot is sealed; the candidates cannot change any more.",
        )
