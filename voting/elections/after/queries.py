"""What pages, papers and the next poll read of what comes after a count."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting.elections.after.asked import still_asked
from voting.elections.after.days import window
from voting.elections.after.rules import (
    ALONE,
    ElectedMembers,
    Family,
    NextOffice,
    NextPoll,
    Settled,
    Standing,
    extra_candidates,
    held_again,
    next_polls,
    standing,
)
from voting.elections.after.tables import Deed, Dispute, EmptyPlace, Member, Relative, Reserve
from voting.elections.candidates.queries import contests
from voting.elections.conflicts import relatives_elected
from voting.elections.count import queries as count_queries
from voting.elections.count.queries import Counted
from voting.elections.count.tables import AnnulledWin
from voting.elections.queries import rules
from voting.elections.tables import Election
from voting.errors import NotFound
from voting.law.offices import office_kind
from voting.law.polls import Kind
from voting.law.thresholds import Reason

#: States in which a count is known.
COUNTED = ("decided", "certified")
#: Parts of one election: what their winners add up to.
_PARTS = (Kind.REVOTE, Kind.SECOND)


@dataclass(frozen=True)
class Waiting:
    """A poll that must follow, the election that was prepared for it, if it was, and between which days it is held.

    ``elected``: whom that one elected, office by office, once it is certified; None before.
    """

    poll: NextPoll
    prepared: Election | None
    first: date
    last: date | None
    elected: tuple[Standing, ...] | None = None


def settled(session: Session, *, election: Election) -> Settled:
    """What was decided after the count of this poll."""
    late = select(AnnulledWin.name).where(AnnulledWin.election_id == election.id, AnnulledWin.late.is_(True))
    relatives = session.scalars(
        select(Relative).where(Relative.election_id == election.id).order_by(Relative.office, Relative.name)
    ).all()
    empty = session.scalars(select(EmptyPlace).where(EmptyPlace.election_id == election.id))
    by_change: dict[str, dict[str, tuple[str, ...]]] = {"moved_up": {}, "vote_again": {}}
    for one in relatives:
        if one.change in by_change:
            names = by_change[one.change]
            names[one.office] = (*names.get(one.office, ()), one.name)
    return Settled(
        annulled=frozenset(session.scalars(late)),
        gave_way=frozenset(one.name for one in relatives if one.change == "gave_way"),
        moved_up=by_change["moved_up"],
        again=by_change["vote_again"],
        left_empty={one.office: one.seats for one in empty},
    )


def next_poll(session: Session, *, election: Election, extra: int | None = None) -> tuple[Waiting, ...]:
    """Every poll that the law asks for after this one, each with the election prepared for it; none before a count.

    ``extra``: how many more people than open seats shall stand in 另行选举, within the profile's bounds.
    """
    if election.kind == Kind.RECALL:
        return ()
    prepared = followers(session, election=election)
    if election.state == "void":
        return (_again(session, election, (), prepared),)
    if election.state not in COUNTED:
        return ()
    counted = count_queries.counted(session, election=election)
    if not counted.outcome.valid:
        return (_again(session, election, counted.outcome.because, prepared),)
    excess = rules(election).excess.value
    more = {office.title: extra_candidates(office.title, excess, extra) for office in election.offices}
    related = family_of(session, election)
    since = settled(session, election=election)
    asked = next_polls(counted.facts, counted.outcome, since, extra=more, family=related)
    parts = [(Kind(one.kind), {office.title: office.seats for office in one.offices}) for one in prepared]
    left = still_asked(counted.facts, counted.outcome, since, prepared=parts, extra=more, family=related)
    return (
        *(_prepared(session, election, one, asked) for one in prepared if one.kind in _PARTS),
        *(_waiting(election, poll) for poll in left),
    )


def followers(session: Session, *, election: Election) -> list[Election]:
    """The polls that were prepared after this one, in the order of their days."""
    return list(session.scalars(select(Election).where(Election.follows_id == election.id).order_by(Election.day)))


def filled_by(session: Session, *, election: Election) -> list[Election]:
    """The by-elections of this election with their re-votes and second polls, and those that repeat a void one."""
    found: list[Election] = []
    line = [poll for poll in followers(session, election=election) if poll.kind == Kind.BY_ELECTION]
    while line:
        poll = line.pop()
        found.append(poll)
        void = poll.state == "void" or (
            poll.state in COUNTED and not count_queries.counted(session, election=poll).outcome.valid
        )
        kinds = (*_PARTS, Kind.BY_ELECTION) if void else _PARTS
        line += [one for one in followers(session, election=poll) if one.kind in kinds]
    return found


def sitting(session: Session, *, election: Election) -> tuple[Standing, ...]:
    """Who sits after this poll alone, office by office. Raises TooEarly BOX_NOT_THERE_YET before the count."""
    counted = count_queries.counted(session, election=election)
    return standing(counted.outcome, settled(session, election=election))


def relatives(session: Session, election: Election) -> list[tuple[str, str]]:
    """Declared near relatives who sit, one of them at least by this poll, with names as on the ballot; none once they
    are settled."""
    own = {name for office in sitting(session, election=election) for name in office.members}
    names = own | {name for _, _, name in seated_elsewhere(session, election)}
    return [pair for pair in relatives_elected(session, election, names) if own & {*pair}]


def family(session: Session, election: Election) -> list[Election]:
    """The first poll of this election with all its re-votes and second polls, those of one another included."""
    found = [chain_of(session, election=election)[0]]
    for poll in found:
        found += [one for one in followers(session, election=poll) if one.kind in _PARTS]
    return found


def seated_elsewhere(session: Session, election: Election) -> list[tuple[Election, str, str]]:
    """Poll, office and name of everybody who sits by another poll; beside a by-election, who is in office."""
    polls = family(session, election)
    found = [
        (poll, office.office, name)
        for poll in polls
        if poll.id != election.id and poll.state in COUNTED
        for office in sitting(session, election=poll)
        for name in office.members
    ]
    last = session.get(Election, polls[0].follows_id) if polls[0].kind == Kind.BY_ELECTION else None
    for poll in family(session, last) if last is not None else ():
        found += [(poll, one.office, one.name) for one in members(session, election=poll) if one.ended is None]
    return found


def seated_later(session: Session, election: Election) -> dict[str, tuple[str, ...]]:
    """Who was elected by the re-votes and second polls that followed this poll, by office."""
    polls, found = [election], dict[str, tuple[str, ...]]()
    for poll in polls:
        if poll.id != election.id and poll.state in COUNTED:
            for office in sitting(session, election=poll):
                found[office.office] = (*found.get(office.office, ()), *office.members)
        polls += [one for one in followers(session, election=poll) if one.kind in _PARTS]
    return found


def family_of(session: Session, election: Election) -> Family:
    """What the other polls of this election say: the first poll's votes, who sits by them."""
    polls = family(session, election)
    if len(polls) == 1:
        return ALONE
    votes = {}
    if polls[0].id != election.id and polls[0].state in COUNTED:
        first = count_queries.counted(session, election=polls[0])
        votes = {office.name: office.votes for office in first.facts.offices} if first.outcome.valid else {}
    return Family(votes, frozenset(name for _, _, name in seated_elsewhere(session, election)))


def chain_of(session: Session, *, election: Election) -> list[Election]:
    """The polls of one election: the first, then the re-votes and second polls up to this one."""
    chain = [election]
    while chain[0].kind in _PARTS and chain[0].follows_id:
        chain.insert(0, session.get_one(Election, chain[0].follows_id))
    return chain


def members_elected(session: Session, *, election: Election) -> ElectedMembers:
    """Whom the polls of this election have elected so far: the first, its re-votes and its second polls."""
    polls = [poll for poll in family(session, election) if poll.state in COUNTED]
    seats = [office for poll in polls for office in sitting(session, election=poll)]
    return ElectedMembers(
        members=sum(len(office.members) for office in seats),
        chair=any(office.members and office_kind(office.office) == "chair" for office in seats),
        second=any(poll.kind == Kind.SECOND for poll in polls),
    )


def reserve(session: Session, *, election: Election) -> Reserve | None:
    """The reserve box of this election."""
    return session.get(Reserve, election.id)


def members(session: Session, *, election: Election) -> list[Member]:
    """Who was given a certificate of this poll, by number."""
    return list(session.scalars(select(Member).where(Member.election_id == election.id).order_by(Member.number)))


def get_member(session: Session, *, election: Election, member_id: str) -> Member:
    """A member elected by this poll. Raises NotFound NO_SUCH_MEMBER."""
    found = session.get(Member, member_id)
    if found is None or found.election_id != election.id:
        raise NotFound("NO_SUCH_MEMBER", "没有这位成员，请刷新页面。", "There is no such member; reload the page.")
    return found


def deeds(session: Session, *, election: Election) -> list[Deed]:
    """What was done after this poll, by day."""
    return list(session.scalars(select(Deed).where(Deed.election_id == election.id).order_by(Deed.day, Deed.id)))


def disputes(session: Session, *, election: Election) -> list[Dispute]:
    """The complaints about this election, by the entry they are about."""
    return list(
        session.scalars(select(Dispute).where(Dispute.election_id == election.id).order_by(Dispute.seq, Dispute.id))
    )


def handover_by(election: Election) -> date:
    """The last day of the hand-over: ten days from the new committee's election (居委会组织法 25)."""
    ruled = rules(election)
    return ruled.last_day(election.day, ruled.handover_days.value)


def counted(session: Session, *, election: Election) -> Counted:
    """The facts and the outcome of this poll."""
    return count_queries.counted(session, election=election)


def _again(session: Session, election: Election, because: tuple[Reason, ...], prepared: list[Election]) -> Waiting:
    """A poll that was declared void, or whose count made it void, is held again with its own candidates."""
    offices = tuple(
        NextOffice(one.office.title, one.office.seats, one.names, len(one.names) > one.office.seats)
        for one in contests(session, election=election)
    )
    poll = held_again(Kind(election.kind), because, offices)
    made = next((one for one in prepared if one.kind == poll.kind), None)
    return _waiting(election, poll) if made is None else _prepared(session, election, made, (poll,))


def _waiting(election: Election, poll: NextPoll) -> Waiting:
    """A poll that nobody has prepared, with the days between which it is held."""
    ruled = rules(election)
    days, same_day = ruled.second_poll_days.value, ruled.second_poll_same_day.value
    first, last = window(poll.kind, election.day, days=days, same_day=same_day, again=poll.again)
    return Waiting(poll, None, first, ruled.last_day(election.day, days) if last is not None else None)


def _prepared(session: Session, election: Election, made: Election, asked: tuple[NextPoll, ...]) -> Waiting:
    """A poll that was prepared, with the reasons it was asked for and, once it is certified, whom it elected.

    Where it is void, its own page says how it is held again.
    """
    listed = {one.office.title: one.names for one in contests(session, election=made)}
    offices = tuple(
        NextOffice(one.title, one.seats, listed[one.title], len(listed[one.title]) > one.seats) for one in made.offices
    )
    because = next((one.because for one in asked if one.kind == made.kind), ())
    again = any(one.again for one in asked if one.kind == made.kind)
    elected = sitting(session, election=made) if made.state == "certified" else None
    return Waiting(NextPoll(Kind(made.kind), offices, because, again), made, election.day, None, elected)
