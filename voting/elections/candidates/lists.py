"""The lists of candidates as they were posted: preliminary and formal, each with its number, day and order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting import journal
from voting.database import transaction
from voting.elections.candidates.events import ListsWithdrawn
from voting.elections.candidates.queries import Apart, Contest, contests, told_apart
from voting.elections.candidates.strokes import in_stroke_order
from voting.elections.candidates.tables import CandidateList, Nomination
from voting.elections.queries import locked, rules
from voting.elections.tables import Election
from voting.errors import Conflict, TooEarly
from voting.law.calendar import HALL, days_after
from voting.permissions import Actor

KINDS = ("preliminary", "formal")


@dataclass(frozen=True)
class Listed:
    """One person on a posted list. ``id``: candidate; ``ways``: how nominated; ``votes``: in the nominating poll."""

    name: str
    sex: str
    age: int
    trade: str
    ways: tuple[str, ...]
    votes: int | None
    id: str = ""
    education: str = ""
    politics: str = ""
    nation: str = ""
    # Only where somebody else on the roll bears the name.
    number: int = 0
    building: str = ""


@dataclass(frozen=True)
class ListedOffice:
    """One office of a posted list, the people in the order of the notice."""

    title: str
    seats: int
    people: tuple[Listed, ...]


@dataclass(frozen=True)
class PostedList:
    """A list as it was posted; ``number`` counts the postings of its kind from 1; ``ordered``: one of ORDERS."""

    kind: str
    number: int
    posted_on: date
    offices: tuple[ListedOffice, ...]
    ordered: str = "committee"
    withdrawn_on: date | None = None


def posted_lists(session: Session, election: Election) -> tuple[PostedList, ...]:
    """The newest posted list of each kind that has one, the preliminary first; taken down ones as well."""
    newest: dict[str, CandidateList] = {}
    for row in session.scalars(
        select(CandidateList).where(CandidateList.election_id == election.id).order_by(CandidateList.number)
    ):
        newest[row.kind] = row
    return tuple(_posted(newest[kind]) for kind in KINDS if kind in newest)


def listed(session: Session, election: Election, kind: str) -> PostedList | None:
    """The newest posted list of a kind (``preliminary`` or ``formal``), or None while there is none."""
    return next((one for one in posted_lists(session, election) if one.kind == kind), None)


def _posted(row: CandidateList) -> PostedList:
    offices = tuple(
        ListedOffice(
            one["office"],
            one["seats"],
            tuple(Listed(**{**person, "ways": tuple(person["ways"])}) for person in one["people"]),
        )
        for one in row.offices
    )
    return PostedList(row.kind, row.number, row.posted_on, offices, row.ordered, row.withdrawn_on)


def keep_list(session: Session, election: Election, kind: str, day: date) -> int:
    """Keep the ballot as it stands as the next list of its kind, inside the caller's transaction; its number."""
    before = listed(session, election, kind)
    ways: dict[str, set[str]] = {}
    votes: dict[str, int] = {}
    for one in session.scalars(select(Nomination).where(Nomination.election_id == election.id)):
        if one.withdrawn_on is None:
            ways.setdefault(one.roll_entry_id, set()).add(one.way)
            if one.votes is not None:
                votes[one.roll_entry_id] = one.votes
    standing = contests(session, election=election)
    apart, number = told_apart(session, election), before.number + 1 if before else 1
    session.add(
        CandidateList(
            election_id=election.id,
            kind=kind,
            number=number,
            posted_on=day,
            ordered=_order_of(election, standing, votes),
            offices=[_office(contest, ways, votes, apart) for contest in standing],
        )
    )
    session.flush()
    return number


def _office(
    contest: Contest, ways: Mapping[str, set[str]], votes: Mapping[str, int], apart: Mapping[str, Apart]
) -> dict[str, object]:
    own = {each.name for each in fields(Listed)} - {"name", "ways", "votes", "number", "building"}
    nobody = Apart(0, "", "")
    people = [
        {
            **{each: getattr(person, each) for each in own},
            "name": name,
            "ways": sorted(ways.get(person.roll_entry_id, ())),
            "votes": votes.get(person.roll_entry_id),
            "number": apart.get(person.roll_entry_id, nobody).number,
            "building": apart.get(person.roll_entry_id, nobody).building,
        }
        for person, name in zip(contest.candidates, contest.names, strict=bool(contest.candidates))
    ]
    return {"office": contest.office.title, "seats": contest.office.seats, "people": people}


def _order_of(election: Election, standing: Sequence[Contest], votes: Mapping[str, int]) -> str:
    """By what the people really follow one another: the notice says no order that the list does not have."""
    if rules(election).candidate_order.value == "nomination_votes" and votes:
        counts = [[votes.get(one.roll_entry_id, 0) for one in contest.candidates] for contest in standing]
        return "nomination_votes" if all(each == sorted(each, reverse=True) for each in counts) else "committee"
    in_order = all(in_stroke_order([one.name for one in contest.candidates]) for contest in standing)
    return "stroke" if in_order else "committee"


def hangs_until(election: Election, posted: Sequence[PostedList]) -> date:
    """The first day on which the lists may be taken down: they hang their days, and until the election day is over."""
    days = rules(election).posting_days.value
    return max(days_after(election.day, 1), *(days_after(one.posted_on, days) for one in posted))


def withdraw_lists(session: Session, *, election_id: str, actor: Actor, now: datetime) -> None:
    """Take the public lists of candidates down when their time is over; the lists and the log stay.

    Raises TooEarly LIST_NOT_POSTED, LIST_POSTING_PERIOD with the first lawful day; Conflict LIST_WITHDRAWN.
    """
    today = now.astimezone(HALL).date()
    with transaction(session):
        election = locked(session, election_id)
        posted = posted_lists(session, election)
        if not posted:
            raise TooEarly(
                "LIST_NOT_POSTED",
                "候选人名单还没有公布，请先公布名单。",
                "No list of candidates is posted yet; post it first.",
            )
        if all(one.withdrawn_on for one in posted):
            raise Conflict(
                "LIST_WITHDRAWN",
                "候选人名单已经撤下了，不用再办。",
                "The lists have been taken down already; nothing is left to do.",
            )
        first, ruled = hangs_until(election, posted), rules(election).posting_days
        if today < first:
            raise TooEarly(
                "LIST_POSTING_PERIOD",
                f"候选人名单须公布不少于 {ruled.value} 日（{ruled.source_zh}），并且挂到选举日以后："
                f"最早 {first} 才能撤下，请到时再办。",
                f"The lists hang for {ruled.value} days at least ({ruled.source_en}) and until the election day is "
                f"over: the first day to take them down is {first}; come back then.",
            )
        for row in session.scalars(select(CandidateList).where(CandidateList.election_id == election.id)):
            row.withdrawn_on = today
        fact = ListsWithdrawn(election.id, tuple(f"{one.kind} {one.number}" for one in posted), actor.account_id)
        journal.record(session, election.community_id, fact, now)
