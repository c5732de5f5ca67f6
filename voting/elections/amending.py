"""Changing an election that is set up: everything in the draft; once the roll is posted, its day, hours and place.

What the law lets be moved is moved by a recorded decision, what it asks to be posted again is posted again, and every
other day is refused with the article and the first day that is possible.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from voting import journal
from voting.database import transaction
from voting.elections.actions import NewOffice, check_offices, check_time
from voting.elections.after.days import require_window
from voting.elections.after.queries import next_poll
from voting.elections.candidates.tables import Candidate
from voting.elections.lifecycle import require_state
from voting.elections.queries import locked, rules
from voting.elections.roll.ages import require_of_age
from voting.elections.roll.events import ElectionAmended, ElectionDayMoved
from voting.elections.roll.queries import birth_date
from voting.elections.tables import Election, Office
from voting.elections.texts import reason as reason_text
from voting.elections.texts import typed
from voting.errors import Conflict, TooEarly, TooLate
from voting.keys import FieldKeys
from voting.law.calendar import HALL, age_on, days_after
from voting.law.polls import Kind
from voting.law.profiles import Ruled
from voting.permissions import Actor


@dataclass(frozen=True)
class Held:
    """When and where an election is held."""

    day: date
    opens_at: datetime
    closes_at: datetime
    place: str


@dataclass(frozen=True)
class Bound:
    """The first election day that one rule allows, what must happen before it, and the rule."""

    day: date
    zh: str
    en: str
    rule: Ruled[int]


def amend_election(
    session: Session,
    *,
    election_id: str,
    title: str,
    held: Held,
    offices: list[NewOffice],
    keys: FieldKeys,
    actor: Actor,
    now: datetime,
) -> None:
    """Set title, day, hours, place and offices of a draft anew. An office keeps its candidates by its title.

    Raises TooLate ELECTION_POSTED; Conflict OFFICE_HELD, DAY_UNDER_AGE; Malformed as `create_election`.
    """
    title = typed(title, zh="选举名称", en="Title", most=80, least=1)
    held = replace(held, place=typed(held.place, zh="投票地点", en="Place", most=80, least=1))
    offices = [replace(each, title=typed(each.title, zh="职务", en="Office", most=20, least=1)) for each in offices]
    today = now.astimezone(HALL).date()
    check_time(day=held.day, opens_at=held.opens_at, closes_at=held.closes_at, today=today)
    check_offices(offices)
    with transaction(session):
        election = locked(session, election_id)
        if election.state != "draft":
            raise TooLate(
                "ELECTION_POSTED",
                "名单已经公布，选举名称和职务不能再改；要改日期、时间或地点，请用“改期”。名称或职务错了，请选举委员会"
                "决定是否宣布选举无效，重新建立选举。",
                "The roll is posted: title and offices cannot change. To move day, hours or place use “Move the "
                "election day”; if title or offices are wrong, the election committee decides whether to declare it "
                "void.",
            )
        if held.day != election.day:
            require_of_age(session, election=election, day=held.day, keys=keys, regroup=True)
        election.title = title
        _set(election, held)
        _set_offices(session, election, offices)
        _age_candidates(session, election, keys)
        fact = ElectionAmended(
            election_id=election.id,
            title=election.title,
            day=election.day,
            place=election.place,
            offices=tuple((each.title, each.seats) for each in offices),
            by=actor.account_id,
        )
        journal.record(session, election.community_id, fact, now)


def move_day(
    session: Session,
    *,
    election_id: str,
    held: Held,
    decision: str,
    keys: FieldKeys,
    actor: Actor,
    now: datetime,
) -> None:
    """Move day, hours or place of an election whose roll is posted, by a recorded decision.

    A later day lets people come of age: the roll is posted again and objections run anew from today. Where somebody's
    age on the ballot changes, the candidates must be posted again. Raises TooEarly DAY_TOO_EARLY, STATE…; TooLate once
    the election is sealed, NEXT_TOO_LATE; Conflict DAY_SAME, DAY_UNDER_AGE, RECALL_DAY; Malformed ELECTION_…, TEXT_….
    """
    decision = reason_text(decision, least=1)
    held = replace(held, place=typed(held.place, zh="投票地点", en="Place", most=80, least=1))
    today = now.astimezone(HALL).date()
    check_time(day=held.day, opens_at=held.opens_at, closes_at=held.closes_at, today=today)
    with transaction(session):
        election = locked(session, election_id)
        _require_movable(election)
        before = election.day
        if held == Held(before, election.opens_at, election.closes_at, election.place):
            raise Conflict(
                "DAY_SAME",
                "日期、时间和地点都没有变，不用再办。",
                "Day, hours and place are the same; nothing is left to do.",
            )
        _require_possible(session, election, held.day, today)
        if held.day < before:
            require_of_age(session, election=election, day=held.day, keys=keys, regroup=False)
        _set(election, held)
        if later := held.day > before and _own_roll(election):
            election.roll_again = today
        posted = election.candidates_posted is not None
        if held.day != before:
            _age_candidates(session, election, keys)
        fact = ElectionDayMoved(
            election_id=election.id,
            before=before,
            day=election.day,
            opens_at=election.opens_at,
            closes_at=election.closes_at,
            place=election.place,
            decision=decision,
            roll_again=later,
            candidates_again=posted and election.candidates_posted is None,
            by=actor.account_id,
        )
        journal.record(session, election.community_id, fact, now)


def bounds(election: Election, today: date, *, day: date) -> list[Bound]:
    """Every rule that moving the poll to ``day`` must keep, the one with the latest first day first."""
    ruled, found = rules(election), []

    def bound(begun: date, rule: Ruled[int], zh: str, en: str) -> None:
        found.append(Bound(days_after(begun, rule.value), zh, en, rule))

    if not _own_roll(election):
        return []
    bound(today, ruled.place_days, "公布新的时间和地点", "post the new hours and place")
    if day != election.day:
        posted = election.roll_posted or today
        bound(posted, ruled.roll_days, f"{posted} 才公布名单", f"the roll was posted on {posted}")
        if election.candidates_posted is None:
            bound(today, ruled.formal_list_days, "公布候选人", "post the candidates")
    if day > election.day:
        ends = days_after(ruled.last_day(today, ruled.objection_days.value), 1)
        again = "名单重新公布，等异议期满", "post the roll again and let the objections end"
        found.append(Bound(ends, *again, ruled.objection_days))
    return sorted(found, key=lambda one: one.day, reverse=True)


def _require_possible(session: Session, election: Election, day: date, today: date) -> None:
    found = bounds(election, today, day=day)
    if found and day < found[0].day:
        first = found[0]
        raise TooEarly(
            "DAY_TOO_EARLY",
            f"不能改到 {day}：{first.zh}（{first.rule.value} 日，{first.rule.source_zh}），最早可以改到 {first.day}。"
            "请改日期。",
            f"The poll cannot be held on {day}: {first.en} ({first.rule.value} days, {first.rule.source_en}); the "
            f"first day possible is {first.day}. Choose that day or a later one.",
        )
    if election.follows_id and election.kind in (Kind.REVOTE, Kind.SECOND):
        last = session.get_one(Election, election.follows_id)
        for waiting in next_poll(session, election=last):
            if waiting.poll.kind == election.kind:
                require_window(day, waiting.first, waiting.last)


def _require_movable(election: Election) -> None:
    if election.kind == Kind.RECALL:
        raise Conflict(
            "RECALL_DAY",
            "罢免投票的日期从受理之日起算，不能改期。请宣布这次投票无效，在“罢免”里重新安排。",
            "The day of a recall is reckoned from its petition and cannot be moved. Declare this poll void and arrange "
            "another under “Recall”.",
        )
    if election.state == "sealed":
        raise TooLate(
            "DAY_SEALED",
            "选举已经封定，选票、名单和日期都不能再改。遇到不能投票的情况，请选举委员会宣布选举无效，在“结果以后”里"
            "另定日期重新投票，名单和候选人可以沿用。",
            "The election is sealed with its ballot, roll and day. If the poll cannot be held, the election committee "
            "declares it void; under “After the result” it is held again on another day with the same roll and "
            "candidates.",
        )
    require_state(election.state, "published")


def _own_roll(election: Election) -> bool:
    return election.kind not in (Kind.REVOTE, Kind.SECOND, Kind.RECALL)


def _set(election: Election, held: Held) -> None:
    election.day, election.place = held.day, held.place
    election.opens_at, election.closes_at = held.opens_at, held.closes_at


def _set_offices(session: Session, election: Election, offices: list[NewOffice]) -> None:
    by_title = {office.title: office for office in election.offices}
    wanted = {each.title for each in offices}
    # Number and title are unique at every moment: everyone first steps out of the way.
    for step, office in enumerate(election.offices, 1):
        office.ordinal = len(election.offices) + len(offices) + step
    session.flush()
    for title in by_title.keys() - wanted:
        _drop(session, by_title.pop(title))
    for ordinal, each in enumerate(offices, 1):
        known = by_title.get(each.title)
        if known is None:
            session.add(
                Office(
                    election_id=election.id, ordinal=ordinal, title=each.title, seats=each.seats, write_in=each.write_in
                )
            )
        else:
            known.ordinal, known.seats, known.write_in = ordinal, each.seats, each.write_in
    session.flush()
    session.expire(election, ["offices"])


def _drop(session: Session, office: Office) -> None:
    title = office.title
    try:
        with session.begin_nested():
            session.execute(delete(Office).where(Office.id == office.id))
    except IntegrityError as held:
        raise Conflict(
            "OFFICE_HELD",
            f"“{title}”已经有提名或候选人，不能去掉或改名。请先在“提名”“候选人”里移除。",
            f"“{title}” has nominations or candidates and cannot be dropped or renamed; remove those first.",
        ) from held
    session.expunge(office)


def _age_candidates(session: Session, election: Election, keys: FieldKeys) -> None:
    """Ages on the ballot are those on the day; a list with another age must be posted again."""
    for one in session.scalars(select(Candidate).where(Candidate.election_id == election.id)).all():
        age = age_on(birth_date(session, entry_id=one.roll_entry_id, keys=keys), election.day)
        if one.age != age:
            one.age = age
            election.candidates_posted = None
    session.flush()
