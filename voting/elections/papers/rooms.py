"""What each room's queries give the papers: committee and staff, lists, proxies, paper boxes, what comes after."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from voting.box.tables import DeskMark
from voting.elections.after import queries as after
from voting.elections.after.tables import FORUMS_ZH, Member
from voting.elections.candidates.lists import PostedList, posted_lists
from voting.elections.candidates.rules import ORDERS
from voting.elections.candidates.tables import NominatingPoll
from voting.elections.committee import queries as committee
from voting.elections.committee.rules import DUTIES, POSTS, REASONS
from voting.elections.paper import queries as paper
from voting.elections.paper.sheets import BoxSheet, from_data
from voting.elections.paper.tables import PaperBox as BoxRow
from voting.elections.papers.data import (
    PaperBox,
    PaperCandidate,
    PaperContest,
    PaperDispute,
    PaperHandover,
    PaperMarks,
    PaperMember,
    PaperMobileBox,
    PaperPrintRun,
    PaperProxy,
    PaperSeat,
    PaperSuccession,
    PaperVoter,
    PaperVotes,
    Words,
)
from voting.elections.proxies import queries as proxies
from voting.elections.roll.queries import Found, represented
from voting.elections.roll.tables import Objection, RollVersion
from voting.elections.tables import Election

#: How the election committee was chosen, with the words of the place.
_BODIES = {
    "residents_meeting": "{person}会议",
    "household_meeting": "户代表参加的{person}会议",
    "representatives": "{person}代表会议",
    "groups": "各{group}会议",
}


def voter(one: Found) -> PaperVoter:
    """A line of the roll."""
    return PaperVoter(one.number, one.name, one.sex, one.age_group, one.building, one.grid, one.category)


def committee_facts(session: Session, election: Election, words: Words) -> dict[str, object]:
    """The election committee as it sits, how it was formed, who came after whom; nothing before it is formed."""
    formed = committee.committee(session, election)
    if formed is None:
        return {}
    people = committee.members(session, election)
    sitting = [one for one in people if one.standing == "sitting"]
    order = {post: number for number, post in enumerate(POSTS)}
    sitting.sort(key=lambda one: (order[one.post], one.place))
    return {
        "committee": tuple(PaperMember(one.name, POSTS[one.post][0], sex=one.sex) for one in sitting),
        "committee_formed_by": _BODIES[formed.body].format(person=words.person, group=words.group),
        "committee_formed_on": formed.held_on,
        "committee_due": formed.due,
        "committee_attended": formed.attended,
        "successions": _successions(people, formed.held_on),
    }


def _successions(people: list[committee.Member], formed: date) -> tuple[PaperSuccession, ...]:
    """Who left after having sat, each with whoever came in next; in the order of the days."""
    left = sorted((one for one in people if one.left_on and one.joined_on), key=lambda one: (one.left_on, one.place))
    joined = sorted(
        (one for one in people if one.joined_on and one.joined_on > formed), key=lambda one: (one.joined_on, one.place)
    )
    made = []
    for one in left:
        after_it = next((each for each in joined if (each.joined_on or formed) >= (one.left_on or formed)), None)
        if after_it is not None:
            joined.remove(after_it)
        reason = REASONS[one.left_because][0] if one.left_because else ""
        made.append(PaperSuccession(one.name, reason, after_it.name if after_it else "", one.left_on or formed))
    return tuple(made)


def staff_facts(session: Session, election: Election) -> dict[str, object]:
    """Who serves now, in the order of the duties, and who of them has not sworn; nothing while nobody is appointed."""
    order = {duty: number for number, duty in enumerate(DUTIES)}
    serving = sorted(
        (one for one in committee.staff(session, election) if one.ended_on is None),
        key=lambda one: (order[one.duty], one.name),
    )
    return {
        "staff": tuple(PaperMember(one.name, DUTIES[one.duty][0]) for one in serving) or None,
        "staff_unsworn": tuple(one.name for one in serving if one.oath_on is None),
    }


def representatives(
    session: Session, election: Election, voters: tuple[PaperVoter, ...]
) -> tuple[PaperMember, ...] | None:
    """Who stands for which household or group; None where everybody votes."""
    names = {one.number: one.name for one in voters}
    found = represented(session, election=election)
    return tuple(PaperMember(names.get(number, str(number)), whom) for number, whom in found) or None


def preliminary(session: Session, election: Election) -> dict[str, object]:
    """The preliminary list as posted, the votes of the nominating poll where it had one, the formal list's order."""
    lists = {one.kind: one for one in posted_lists(session, election)}
    order = {"candidate_order": ORDERS[lists["formal"].ordered][0]} if "formal" in lists else {}
    posted = lists.get("preliminary")
    if posted is None:
        return dict(order)
    poll = session.get(NominatingPoll, election.id)
    polled = tuple(
        PaperVotes(office.title, one.name, one.votes)
        for office in posted.offices
        for one in office.people
        if one.votes is not None
    )
    return order | {
        "preliminary": _contests(posted),
        "preliminary_posted": posted.posted_on,
        "nominating_poll": polled or None,
        "nominating_present": poll.taking_part if poll is not None else None,
    }


def _contests(posted: PostedList) -> tuple[PaperContest, ...]:
    return tuple(
        PaperContest(
            office.title,
            office.seats,
            False,
            tuple(
                PaperCandidate(one.name, one.sex, one.age, one.trade, one.ways, one.nation, one.politics, one.education)
                for one in office.people
            ),
        )
        for office in posted.offices
    )


def proxy_facts(session: Session, election: Election) -> dict[str, object]:
    """The proxies as they hang on the wall, and since when; nothing before the list is posted."""
    posted = proxies.posted(session, election)
    if posted is None:
        return {}
    lines = (PaperProxy(number, name, *line.holder) for line in posted.lines for number, name in line.principals)
    return {"proxies": tuple(lines), "proxies_posted": posted.day}


def paper_facts(session: Session, election: Election) -> dict[str, object]:
    """The print run, the boxes with their agreed counts, the mobile boxes; nothing where no paper is used."""
    if not paper.uses_paper(session, election=election):
        return {}
    rows, totals = paper.boxes(session, election=election), paper.totals(session, election)
    run = PaperPrintRun(
        totals.printed, totals.issued, totals.returned, totals.spoilt, totals.unused, totals.missing, totals.surplus
    )
    return {
        "boxes": tuple(_box(session, row) for row in rows),
        "print_run": run if totals.printed else None,
        "mobile": tuple(_mobile(session, row) for row in rows if row.kind == "mobile"),
    }


def _box(session: Session, row: BoxRow) -> PaperBox:
    sheet = from_data(row.sheet) if row.sheet is not None else None
    issued = row.papers_taken - row.papers_back if row.kind == "mobile" else None
    made = PaperBox(str(row.number), row.kind, row.seal, issued, watchers=len(row.watchers))
    if sheet is None:
        return made
    hands = len({one.account_id for one in paper.entries(session, box=row)})
    marks = tuple(PaperMarks(one.title, one.blank, one.lost) for one in sheet.offices)
    return replace(made, collected=sheet.collected, void=sheet.void, votes=_votes(sheet), marks=marks, hands=hands)


def _votes(sheet: BoxSheet) -> tuple[PaperVotes, ...]:
    return tuple(
        PaperVotes(office.title, name, votes, written_in)
        for office in sheet.offices
        for lines, written_in in ((office.votes, False), (office.written, True))
        for name, votes in lines
    )


def _mobile(session: Session, row: BoxRow) -> PaperMobileBox:
    people = tuple(
        PaperVoter(one.number, one.name, one.sex, one.age_group, one.building, one.grid, one.category)
        for one in paper.list_of(session, box=row)
    )
    return PaperMobileBox(f"流动票箱 {row.number} 号", row.place, people, tuple(row.watchers))


def assisted(session: Session, election: Election) -> int | None:
    """For how many voters somebody wrote; None until the poll is closed, as every figure of turnout."""
    if election.closed_at is None:
        return None
    marks = select(func.count()).select_from(DeskMark)
    return session.scalar(
        marks.where(DeskMark.box_id == election.box_id, DeskMark.undone.is_(None), DeskMark.assisted.is_(True))
    )


def after_facts(session: Session, election: Election) -> dict[str, object]:
    """Who was given a certificate, what was recorded for the hand-over, what is disputed."""
    disputes = tuple(
        PaperDispute(one.seq, one.raised, FORUMS_ZH[one.forum], one.subject, one.answer or "", one.answered)
        for one in after.disputes(session, election=election)
    )
    if election.state not in after.COUNTED:
        return {"disputes": disputes or None}
    rows = after.members(session, election=election)
    seats, recalled = _seats(rows), _seats(one for one in rows if one.ended == "recalled")
    items = tuple(
        PaperHandover(str(one.facts["item"]), str(one.facts["amount"]))
        for one in after.deeds(session, election=election)
        if one.kind == "handover_item"
    )
    return {
        "seats": seats or None,
        "recalled": recalled,
        "follow_ups": tuple(one.poll.kind.value for one in after.next_poll(session, election=election)),
        "handover": items or None,
        "handover_by": after.handover_by(election),
        "disputes": disputes or None,
    }


def _seats(members: Iterable[Member]) -> tuple[PaperSeat, ...]:
    return tuple(PaperSeat(one.number, one.name, one.office, one.since, one.term_ends) for one in members)


def unexplained(session: Session, election: Election) -> int:
    """Versions of the roll after the first that no upheld objection made."""
    changes = select(func.count()).select_from(RollVersion).outerjoin(Objection)
    changes = changes.where(RollVersion.election_id == election.id, RollVersion.number > 1)
    return session.scalar(changes.where(func.coalesce(Objection.outcome, "") != "upheld")) or 0
