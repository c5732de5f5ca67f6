"""The lists of candidates as they were posted: preliminary and formal, each with its number and day."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting.elections.candidates.queries import contests
from voting.elections.candidates.tables import CandidateList, Nomination
from voting.elections.tables import Election


@dataclass(frozen=True)
class Listed:
    """One person on a posted list. ``ways``: how the person came to be nominated; ``votes``: in the nominating poll."""

    name: str
    sex: str
    age: int
    trade: str
    ways: tuple[str, ...]
    votes: int | None


@dataclass(frozen=True)
class ListedOffice:
    """One office of a posted list, the people in the order of the notice."""

    title: str
    seats: int
    people: tuple[Listed, ...]


@dataclass(frozen=True)
class PostedList:
    """A list as it was posted; ``number`` counts the postings of its kind from 1."""

    kind: str
    number: int
    posted_on: date
    offices: tuple[ListedOffice, ...]


def listed(session: Session, election: Election, kind: str) -> PostedList | None:
    """The newest posted list of a kind (``preliminary`` or ``formal``), or None while there is none."""
    row = session.scalars(
        select(CandidateList)
        .where(CandidateList.election_id == election.id, CandidateList.kind == kind)
        .order_by(CandidateList.number.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    offices = tuple(
        ListedOffice(
            one["office"],
            one["seats"],
            tuple(Listed(**{**person, "ways": tuple(person["ways"])}) for person in one["people"]),
        )
        for one in row.offices
    )
    return PostedList(kind, row.number, row.posted_on, offices)


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
    offices = [
        {
            "office": contest.office.title,
            "seats": contest.office.seats,
            "people": [
                {
                    "name": name,
                    "sex": person.sex,
                    "age": person.age,
                    "trade": person.trade,
                    "ways": sorted(ways.get(person.roll_entry_id, ())),
                    "votes": votes.get(person.roll_entry_id),
                }
                for person, name in zip(contest.candidates, contest.names, strict=bool(contest.candidates))
            ],
        }
        for contest in contests(session, election=election)
    ]
    number = before.number + 1 if before else 1
    session.add(CandidateList(election_id=election.id, kind=kind, number=number, posted_on=day, offices=offices))
    session.flush()
    return number
