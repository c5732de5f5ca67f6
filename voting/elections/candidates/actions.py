"""Candidates on the list: proposed from the roll, answered for, put in order, posted (居委会组织法 18)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from voting import journal
from voting.database import transaction
from voting.elections.candidates.following import next_moves_up, require_may_join, require_may_leave
from voting.elections.candidates.lists import hangs_until, keep_list, posted_lists
from voting.elections.candidates.photos import Photo, read_photo
from voting.elections.candidates.queries import OF_THE_LIST, check, contests, get_candidate
from voting.elections.candidates.rules import BARS, EDUCATION, POLITICS, UNDECIDED
from voting.elections.candidates.tables import Candidate
from voting.elections.conflicts import members_leave
from voting.elections.events import (
    BarsAnswered,
    CandidateAdded,
    CandidateDescribed,
    CandidateRemoved,
    CandidatesPosted,
    CandidatesReordered,
)
from voting.elections.moves import moved
from voting.elections.queries import locked, office_of
from voting.elections.roll.queries import Found, birth_date, get_entry
from voting.elections.tables import Election, Office
from voting.elections.texts import require_printable, typed
from voting.errors import Conflict, Malformed, TooEarly, TooLate
from voting.keys import FieldKeys
from voting.law.calendar import HALL, age_on
from voting.permissions import Actor

_PREPARING = ("draft", "published")


@dataclass(frozen=True)
class About:
    """What the posted lists say of a candidate besides; ``education`` and ``politics`` in the words of the forms."""

    education: str = ""
    politics: str = ""
    nation: str = ""


def add_candidate(
    session: Session,
    *,
    election_id: str,
    office_id: str,
    entry_id: str,
    trade: str,
    introduction: str,
    photo: bytes | None,
    keys: FieldKeys,
    actor: Actor,
    now: datetime,
    about: About = About(),
) -> Candidate:
    """Put a voter on the list for one office, at the end of its order; a posted list must then be posted anew.

    Raises TooLate CANDIDATES_FIXED; NotFound NO_SUCH_OFFICE, ROLL_NO_ENTRY; Conflict CANDIDATE_TWICE; Malformed
    TEXT_…, PHOTO_…, CANDIDATE_ABOUT; TooLarge PHOTO_TOO_LARGE.
    """
    picture = read_photo(photo) if photo else None
    shown = Shown(_trade(trade), _introduction(introduction), picture, _about(about))
    with transaction(session):
        election = preparing(session, election_id)
        office = office_of(election, office_id)
        entry = get_entry(session, election=election, entry_id=entry_id)
        candidate = put_on_list(session, election, office=office, entry=entry, shown=shown, keys=keys)
        fact = CandidateAdded(election.id, candidate.id, office.title, actor.account_id)
        journal.record(session, election.community_id, fact, now)
        members_leave(session, election, actor=actor, now=now)
        return candidate


@dataclass(frozen=True)
class Shown:
    """What the ballot and the lists show beside a name."""

    trade: str = ""
    introduction: str = ""
    picture: Photo | None = None
    about: About = About()


def put_on_list(
    session: Session, election: Election, *, office: Office, entry: Found, shown: Shown, keys: FieldKeys
) -> Candidate:
    """The row of a new candidate, at the end of the office's order, inside the caller's transaction.

    Raises Conflict CANDIDATE_TWICE, NEXT_CANDIDATES_FIXED; Malformed TEXT_CHARACTER.
    """
    require_may_join(session, election, office)
    require_printable(entry.name, zh="姓名", en="Name")
    last = session.scalar(select(func.max(Candidate.ordinal)).where(Candidate.office_id == office.id)) or 0
    candidate = Candidate(
        election_id=election.id,
        office_id=office.id,
        roll_entry_id=entry.id,
        ordinal=last + 1,
        name=entry.name,
        sex=entry.sex,
        age=age_on(birth_date(session, entry_id=entry.id, keys=keys), election.day),
        trade=shown.trade,
        introduction=shown.introduction,
        **asdict(shown.about),
        photo=shown.picture.content if shown.picture else None,
        photo_type=shown.picture.media_type if shown.picture else None,
    )
    try:
        with session.begin_nested():
            session.add(candidate)
    except IntegrityError as twice:
        raise Conflict(
            "CANDIDATE_TWICE",
            f"{entry.name} 已经是本次选举的候选人；一人只能参选一个职务。请先移除原来的提名。",
            f"{entry.name} stands in this election already; a person stands for one office. Remove the other.",
        ) from twice
    election.candidates_posted = None
    return candidate


def describe_candidate(
    session: Session,
    *,
    election_id: str,
    candidate_id: str,
    trade: str,
    introduction: str,
    photo: bytes | None,
    actor: Actor,
    now: datetime,
    about: About | None = None,
) -> None:
    """Change what is shown beside the name; without a new `photo`, or without `about`, the present one stays.

    The log names the parts that became different; saving the same again is no deed.

    Raises TooLate CANDIDATES_FIXED; NotFound NO_SUCH_CANDIDATE; Malformed and TooLarge as `add_candidate`.
    """
    picture = read_photo(photo) if photo else None
    trade, introduction, about = _trade(trade), _introduction(introduction), _about(about) if about else None
    with transaction(session):
        election = preparing(session, election_id)
        candidate = get_candidate(session, election=election, candidate_id=candidate_id)
        said = {"trade": trade, **(asdict(about) if about else {})}
        parts = {name: getattr(candidate, name) != value for name, value in said.items()}
        if any(parts.values()):
            # These stand on the posted list, and the trade in the name on the ballot, where it tells namesakes apart.
            election.candidates_posted = None
        parts |= {
            "introduction": candidate.introduction != introduction,
            "photo": picture is not None and candidate.photo != picture.content,
        }
        for name, value in said.items():
            setattr(candidate, name, value)
        candidate.introduction = introduction
        if picture is not None:
            candidate.photo, candidate.photo_type = picture.content, picture.media_type
        changed = tuple(part for part, different in parts.items() if different)
        if changed:
            fact = CandidateDescribed(election.id, candidate.id, changed, actor.account_id)
            journal.record(session, election.community_id, fact, now)


def record_bars(
    session: Session,
    *,
    election_id: str,
    candidate_id: str,
    declared: Mapping[str, bool],
    checked: Mapping[str, bool],
    actor: Actor,
    now: datetime,
) -> None:
    """Record the answers to the statutory bars: the person's own declaration and what the official found.

    The log says which bars were answered and by whom; the answers are personal and stay in the database.

    Raises TooLate CANDIDATES_FIXED; NotFound NO_SUCH_CANDIDATE; Malformed BAR_UNKNOWN.
    """
    if not set(declared) | set(checked) <= set(BARS):
        raise Malformed(
            "BAR_UNKNOWN", "法定条件的名称不对，请刷新页面再填。", "An unknown bar was answered; reload the page."
        )
    with transaction(session):
        election = preparing(session, election_id)
        candidate = get_candidate(session, election=election, candidate_id=candidate_id)
        candidate.declared, candidate.checked = dict(declared), dict(checked)
        candidate.checked_by = actor.account_id
        fact = BarsAnswered(
            election_id=election.id,
            candidate_id=candidate.id,
            declared=tuple(sorted(declared)),
            checked=tuple(sorted(checked)),
            by=actor.account_id,
        )
        journal.record(session, election.community_id, fact, now)


def remove_candidate(session: Session, *, election_id: str, candidate_id: str, actor: Actor, now: datetime) -> None:
    """Take somebody off the list while it is being prepared; the others close ranks.

    Nobody vanishes from a posted list, or from the joint review, by a click: see `_require_removable`.
    Raises TooLate CANDIDATES_FIXED; NotFound NO_SUCH_CANDIDATE; Conflict CANDIDATE_REVIEWED; TooEarly CANDIDATE_POSTED.
    """
    with transaction(session):
        election = preparing(session, election_id)
        candidate = get_candidate(session, election=election, candidate_id=candidate_id)
        _require_removable(session, election, candidate)
        # An answer that is missing is no ground: it could be taken back for the purpose.
        found = check(session, election=election).errors if election.follows_id else ()
        barred = {one.person for one in found if one.code not in ("bar_unanswered", *OF_THE_LIST)}
        on_record = candidate.roll_entry_id in barred
        take_off_list(session, election, candidate, on_record=on_record, actor=actor, now=now)


def _require_removable(session: Session, election: Election, candidate: Candidate) -> None:
    """Whoever is under review leaves by its outcome; whoever is on the formal list leaves for a ground of the law."""
    if candidate.review in UNDECIDED or candidate.review == "failed":
        raise Conflict(
            "CANDIDATE_REVIEWED",
            "这位候选人在资格联审中，不能直接移除：本人书面退出的请登记退出；审查不通过的，请在“资格联审”里告知本人，"
            "申诉期过后在那里办理不列入名单。",
            "This candidate is under joint review and is not simply removed: record a written withdrawal, or, where "
            "the review is not passed, tell the candidate under “Joint review” and strike the name there.",
        )
    posted = [one for one in posted_lists(session, election) if one.kind == "formal"]
    on_it = any(person.id == candidate.id for one in posted for office in one.offices for person in office.people)
    found = check(session, election=election).errors if on_it else ()
    # An answer that is missing is no ground: it could be taken back for the purpose.
    if on_it and candidate.roll_entry_id not in {one.person for one in found if one.code != "bar_unanswered"}:
        raise TooEarly(
            "CANDIDATE_POSTED",
            f"这位候选人在 {posted[0].posted_on} 公布的正式候选人名单上，公布期内"
            f"（{hangs_until(election, posted)} 以前）不能撤下：本人书面退出的请登记退出；查明有法定情形的，"
            "请先在“核对条件”里记下。",
            f"This candidate stands on the formal list posted on {posted[0].posted_on}, and nobody is taken off it "
            f"before {hangs_until(election, posted)}: record a written withdrawal, or record the statutory bar first.",
        )


def take_off_list(
    session: Session, election: Election, candidate: Candidate, *, on_record: bool, actor: Actor, now: datetime
) -> None:
    """Remove a candidate's row inside the caller's transaction; the others close ranks, and in a poll that follows
    the next by votes moves up. Raises Conflict NEXT_CANDIDATES_FIXED.
    """
    require_may_leave(session, election, candidate, on_record=on_record)
    office_id = candidate.office_id
    office = office_of(election, office_id)
    fact = CandidateRemoved(election.id, candidate.id, office.title, actor.account_id, on_record)
    journal.record(session, election.community_id, fact, now)
    session.execute(delete(Candidate).where(Candidate.id == candidate.id))
    session.expunge(candidate)
    _number(session, _in_order(session, office_id))
    next_moves_up(session, election, candidate, actor=actor, now=now)
    members_leave(session, election, actor=actor, now=now)
    election.candidates_posted = None


def reorder_candidates(
    session: Session, *, election_id: str, office_id: str, order: Sequence[str], actor: Actor, now: datetime
) -> None:
    """Set the ballot order of one office: `order` names each of its candidates once.

    Raises TooLate CANDIDATES_FIXED; NotFound NO_SUCH_OFFICE; Conflict CANDIDATES_CHANGED when the list is
    another than the one that was on the screen.
    """
    with transaction(session):
        election = preparing(session, election_id)
        office = office_of(election, office_id)
        present = {candidate.id: candidate for candidate in _in_order(session, office.id)}
        if sorted(order) != sorted(present):
            raise Conflict(
                "CANDIDATES_CHANGED",
                "候选人名单刚才有变动，次序没有改。请刷新页面再排。",
                "The candidates changed meanwhile, so the order was not; reload the page and order them again.",
            )
        if list(present) != list(order):
            _number(session, [present[candidate_id] for candidate_id in order])
            election.candidates_posted = None
            fact = CandidatesReordered(election.id, office.title, tuple(order), actor.account_id)
            journal.record(session, election.community_id, fact, now)


def post_candidates(
    session: Session, *, election_id: str, actor: Actor, now: datetime, expected: str | None = None
) -> None:
    """Post the list in ballot order. A changed list is posted again, and the log shows both.

    Raises Conflict ALREADY_POSTED, and what `lifecycle.require` raises.
    """
    with transaction(session):
        election = moved(session, election_id, "post_candidates", now, expected=expected)
        if election.candidates_posted is not None:
            raise Conflict(
                "ALREADY_POSTED",
                "候选人名单已经公布，之后没有变动，不用再公布。",
                "The candidates are posted and have not changed since; nothing is left to do.",
            )
        election.candidates_posted = now.astimezone(HALL).date()
        keep_list(session, election, "formal", election.candidates_posted)
        fact = CandidatesPosted(
            election_id=election.id,
            offices=tuple(
                (contest.office.title, contest.office.seats, contest.names)
                for contest in contests(session, election=election)
            ),
            by=actor.account_id,
        )
        journal.record(session, election.community_id, fact, now)


def preparing(session: Session, election_id: str) -> Election:
    """The election's row, locked, while its candidates may change. Raises TooLate CANDIDATES_FIXED."""
    election = locked(session, election_id)
    if election.state not in _PREPARING:
        raise TooLate(
            "CANDIDATES_FIXED",
            "选票已经封定，候选人不能再变动。如有错误，请选举委员会决定是否宣布选举无效。",
            "The ballot is sealed and the candidates are fixed; if something is wrong, the election committee decides "
            "whether to declare the election void.",
        )
    return election


def _in_order(session: Session, office_id: str) -> list[Candidate]:
    return list(session.scalars(select(Candidate).where(Candidate.office_id == office_id).order_by(Candidate.ordinal)))


def _number(session: Session, candidates: list[Candidate]) -> None:
    # Two passes: (office, ordinal) is unique at every moment, so everyone first steps out of the way.
    beyond = max((candidate.ordinal for candidate in candidates), default=0) + 1
    for start in (beyond, 1):
        for ordinal, candidate in enumerate(candidates, start):
            candidate.ordinal = ordinal
        session.flush()


def _about(about: About) -> About:
    """Cleaned. Raises Malformed CANDIDATE_ABOUT, TEXT_…."""
    if about.education not in ("", *EDUCATION) or about.politics not in ("", *POLITICS):
        raise Malformed(
            "CANDIDATE_ABOUT",
            "请从列出的学历和政治面貌里选。",
            "Choose schooling and party from those listed.",
        )
    return replace(about, nation=typed(about.nation, zh="民族", en="Nation", most=20))


def _trade(text: str) -> str:
    return typed(text, zh="职业", en="Trade", most=30)


def _introduction(text: str) -> str:
    return typed(text, zh="介绍", en="Introduction", most=600)
