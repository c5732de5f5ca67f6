"""Deeds around the election committee: formed, filed, met, left; staff appointed and sworn in; kinship declared.

``nominated`` (roll entry → name) is who is nominated or stands; the caller reads it in the same transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting import journal
from voting.database import transaction
from voting.elections.committee import queries
from voting.elections.committee.events import (
    ChairChosen,
    CommitteeFiled,
    CommitteeFormed,
    CommitteeMemberLeft,
    CommitteeMet,
    KinshipDeclared,
)
from voting.elections.committee.rules import (
    POSTS,
    REASONS,
    RELATIONS,
    SEXES,
    Body,
    Finding,
    absent_twice,
    bodies,
    meeting_short,
    must_leave,
    related,
    size_findings,
    successor,
)
from voting.elections.committee.tables import CommitteeMeeting, CommitteeMember, ElectionCommittee, Kinship
from voting.elections.lifecycle import ENDED
from voting.elections.queries import locked
from voting.elections.roll.queries import get_entry
from voting.elections.tables import Election
from voting.elections.texts import typed
from voting.errors import Conflict, Malformed, NotEligible, NotFound, TooLate
from voting.law.calendar import HALL
from voting.law.profiles import Mode, Profile, law_of
from voting.law.thresholds import Reason
from voting.permissions import Actor


@dataclass(frozen=True)
class Chosen:
    """One person voted for, most votes first. ``person``: roll entry, or empty and by ``name`` and ``sex``."""

    person: str
    post: str
    votes: int
    name: str = ""
    sex: str = ""


@dataclass(frozen=True)
class Vote:
    """The meeting that chose the committee: ``due`` people could come, ``attended`` came; ``size`` places; the most
    votes first.
    """

    body: str
    held_on: date
    due: int
    attended: int
    size: int
    chosen: tuple[Chosen, ...]


def form_committee(
    session: Session, *, election_id: str, vote: Vote, profile: Profile, actor: Actor, now: datetime
) -> None:
    """Record who was voted for: the first ``size`` sit, the others are in reserve in the order of the vote.

    Raises Conflict COMMITTEE_FORMED, COMMITTEE_RELATIVES; Malformed COMMITTEE_VOTE, COMMITTEE_SIZE; NotEligible
    COMMITTEE_MEETING where too few came.
    """
    with transaction(session):
        election = running(session, election_id)
        if queries.committee(session, election) is not None:
            raise Conflict(
                "COMMITTEE_FORMED",
                "选举委员会已经登记，不用再登记；成员有变动，请逐人办理退出和递补。",
                "The election committee is recorded already; nothing is to be recorded anew. Let members leave one by "
                "one.",
            )
        _require_vote(vote, bodies(Mode(election.mode)), now.astimezone(HALL).date())
        _require_quorum(election, vote)
        _require_size(vote.size, profile)
        head = {name: value for name, value in asdict(vote).items() if name != "chosen"}
        session.add(ElectionCommittee(election_id=election.id, **head))
        session.flush()
        rows = [_member(session, election, vote, place) for place in range(1, len(vote.chosen) + 1)]
        session.add_all(rows)
        session.flush()
        _require_no_relatives(session, election)
        fact = CommitteeFormed(
            election_id=election.id, members=tuple(row.id for row in rows), by=actor.account_id, **head
        )
        journal.record(session, election.community_id, fact, now)


def _member(session: Session, election: Election, vote: Vote, place: int) -> CommitteeMember:
    one, sits = vote.chosen[place - 1], place <= vote.size
    entry = get_entry(session, election=election, entry_id=one.person) if one.person else None
    return CommitteeMember(
        election_id=election.id,
        roll_entry_id=entry.id if entry else None,
        name=entry.name if entry else typed(one.name, zh="姓名", en="Name", most=30, least=1),
        sex=entry.sex if entry else one.sex,
        place=place,
        votes=one.votes,
        post=one.post,
        standing="sitting" if sits else "reserve",
        joined_on=vote.held_on if sits else None,
    )


def _require_quorum(election: Election, vote: Vote) -> None:
    mode = Mode(election.mode)
    body = bodies(mode)[vote.body]
    short = meeting_short(body, law_of(election.law, mode), due=vote.due, attended=vote.attended)
    if short is not None:
        raise NotEligible(
            "COMMITTEE_MEETING",
            f"{body.zh}到会人数不够，推选不成立：{short.zh}（{short.article}）请重新召开会议推选。",
            f"Too few came to the {body.en}, the vote does not stand: {short.en} ({short.article_en}) Let the meeting "
            "come together again.",
        )


def _require_vote(vote: Vote, known: Mapping[str, Body], today: date) -> None:
    people = [one.person or (one.name, one.sex) for one in vote.chosen]
    votes = [one.votes for one in vote.chosen]
    if (
        vote.body not in known
        or not 1 <= vote.attended <= vote.due
        or vote.held_on > today
        or len(set(people)) != len(people)
        or not 1 <= vote.size <= len(people)
        or any(one.post not in POSTS or one.votes < 0 for one in vote.chosen)
        or any(not one.person and one.sex not in SEXES for one in vote.chosen)
        or votes != sorted(votes, reverse=True)
        or sum(one.post == "chair" for one in vote.chosen[: vote.size]) != 1
    ):
        raise Malformed(
            "COMMITTEE_VOTE",
            "推选情况不完整：到会不多于应到，日期不在将来，每人一次，按票数从多到少排列，成员不少于名额，"
            "其中主任一人。请改一下。",
            "The vote is not complete: no more present than due, a day that has come, everybody once, in order of "
            "votes, enough people for the places and one chair among them; correct it.",
        )


def _require_size(size: int, profile: Profile) -> None:
    bounds = profile.committee_size
    source = Reason("", "", bounds.source_zh, bounds.source_en)
    wrong = size_findings(size, bounds.value.least, bounds.value.most, odd=bounds.value.odd, source=source)
    if wrong:
        raise Malformed(
            "COMMITTEE_SIZE",
            "".join(f"{one.reason.zh}（{bounds.source_zh}）" for one in wrong) + "请核对名额。",
            " ".join(f"{one.reason.en} ({bounds.source_en})" for one in wrong) + " Correct the number of places.",
        )


def _require_no_relatives(session: Session, election: Election) -> None:
    kin = queries.kinships(session, election)
    seats = [one.seat for one in queries.members(session, election) if one.standing == "sitting"]
    for number, later in enumerate(seats):
        for earlier in seats[:number]:
            if related(kin, later.person, earlier.person):
                raise Conflict(
                    "COMMITTEE_RELATIVES",
                    f"{later.name}与{earlier.name}是近亲属，不能同在选举委员会。请以得票在后的人为候补，另选一人。",
                    f"{later.name} and {earlier.name} are near relatives and do not sit together; choose another.",
                )


def file_committee(session: Session, *, election_id: str, day: date, actor: Actor, now: datetime) -> None:
    """Record that the list was filed with the street or township. Raises NotFound NO_COMMITTEE."""
    with transaction(session):
        election = running(session, election_id)
        _formed(session, election).filed_on = day
        journal.record(session, election.community_id, CommitteeFiled(election.id, day, actor.account_id), now)


def record_meeting(
    session: Session, *, election_id: str, held_on: date, absent: Sequence[str], actor: Actor, now: datetime
) -> None:
    """Record a meeting of the committee and which sitting members were absent without leave.

    Raises NotFound NO_COMMITTEE, NO_SUCH_MEMBER; Conflict MEETING_RECORDED; Malformed MEETING_DAY.
    """
    with transaction(session):
        election = running(session, election_id)
        formed = _formed(session, election)
        for member_id in absent:
            _sitting(session, election, member_id)
        if not formed.held_on <= held_on <= now.astimezone(HALL).date():
            raise Malformed(
                "MEETING_DAY",
                "会议日期不能早于推选的那一天，也不能在将来。请改日期。",
                "A meeting is not before the committee was chosen, nor in the future; correct the day.",
            )
        if held_on in queries.meetings(session, election):
            raise Conflict(
                "MEETING_RECORDED",
                "这一天的会议已经记录，不用再记。",
                "The meeting of this day is recorded already; nothing is left to do.",
            )
        session.add(CommitteeMeeting(election_id=election.id, held_on=held_on, absent=sorted(set(absent))))
        fact = CommitteeMet(election.id, held_on, len(set(absent)), actor.account_id)
        journal.record(session, election.community_id, fact, now)


def leave_committee(
    session: Session,
    *,
    election_id: str,
    member_id: str,
    because: str,
    nominated: Mapping[str, str],
    profile: Profile,
    actor: Actor,
    now: datetime,
) -> str | None:
    """Confirm that a member leaves; the next of the original vote comes in. Returns the successor's id, or None.

    Raises NotFound NO_SUCH_MEMBER; Conflict NO_GROUND when the ground is not found to hold.
    """
    with transaction(session):
        election = running(session, election_id)
        member = _sitting(session, election, member_id)
        if because != "resigned" and because not in _grounds(session, election, member, nominated, profile):
            raise Conflict(
                "NO_GROUND",
                "系统没有查到这个退出理由：请先登记提名、亲属关系或会议缺席，再办理退出。",
                "This ground does not hold by what is recorded; record the nomination, kinship or absence first.",
            )
        day = now.astimezone(HALL).date()
        member.standing, member.left_on, member.left_because = "left", day, because
        session.flush()
        everyone = [one.seat for one in queries.members(session, election)]
        following = successor(everyone, nominated, queries.kinships(session, election))
        if following is not None:
            joined = session.get_one(CommitteeMember, following.id)
            joined.standing, joined.joined_on = "sitting", day
            if joined.post == "chair":
                # Post of another vote's place: the members choose their chair, see `choose_chair`.
                joined.post = "member"
        fact = CommitteeMemberLeft(
            election.id, member.id, because, following.id if following else None, actor.account_id
        )
        journal.record(session, election.community_id, fact, now)
        return following.id if following else None


def choose_chair(session: Session, *, election_id: str, member_id: str, actor: Actor, now: datetime) -> None:
    """The members chose a new chair among themselves. Raises NotFound NO_SUCH_MEMBER; Conflict CHAIR_THERE."""
    with transaction(session):
        election = running(session, election_id)
        member = _sitting(session, election, member_id)
        if any(one.post == "chair" and one.standing == "sitting" for one in queries.members(session, election)):
            raise Conflict(
                "CHAIR_THERE",
                "选举委员会已有主任，不用再推选。",
                "The committee has a chair already; nothing is left to do.",
            )
        member.post = "chair"
        journal.record(session, election.community_id, ChairChosen(election.id, member.id, actor.account_id), now)


def _grounds(
    session: Session, election: Election, member: CommitteeMember, nominated: Mapping[str, str], profile: Profile
) -> set[str]:
    seats = [one.seat for one in queries.members(session, election) if one.id == member.id]
    found: list[Finding] = must_leave(seats, nominated, queries.kinships(session, election), queries.article(election))
    if profile.absent_twice.value:
        found += absent_twice(seats, queries.meetings(session, election))
    return {one.code for one in found} & set(REASONS)


def declare_kinship(
    session: Session, *, election_id: str, one: str, other: str, relation: str, actor: Actor, now: datetime
) -> str:
    """Record that two people of the roll are near relatives. Returns the declaration's id.

    Raises NotFound ROLL_NO_ENTRY; Malformed KINSHIP_PAIR; Conflict KINSHIP_DECLARED.
    """
    if relation not in RELATIONS or one == other:
        raise Malformed(
            "KINSHIP_PAIR",
            "请选名单上的两个人和他们的亲属关系。",
            "Choose two people of the roll and how they are related.",
        )
    with transaction(session):
        election = running(session, election_id)
        first, second = sorted(get_entry(session, election=election, entry_id=entry).id for entry in (one, other))
        if frozenset((first, second)) in queries.kinships(session, election):
            raise Conflict(
                "KINSHIP_DECLARED",
                "这两个人的亲属关系已经登记，不用再登记。",
                "This kinship is recorded already; nothing is left to do.",
            )
        row = Kinship(
            election_id=election.id,
            one_id=first,
            other_id=second,
            relation=relation,
            declared_on=now.astimezone(HALL).date(),
        )
        session.add(row)
        session.flush()
        journal.record(
            session, election.community_id, KinshipDeclared(election.id, row.id, False, actor.account_id), now
        )
        return row.id


def take_over_kinships(session: Session, *, source: Election, target: Election, entries: Mapping[str, str]) -> None:
    """What was declared for one poll holds in the next; ``entries``: roll entry of the old roll → of the new one."""
    for row in session.scalars(select(Kinship).where(Kinship.election_id == source.id)).all():
        if row.other_id in entries:
            first, second = sorted((entries[row.one_id], entries[row.other_id]))
            session.add(
                Kinship(
                    election_id=target.id,
                    one_id=first,
                    other_id=second,
                    relation=row.relation,
                    declared_on=row.declared_on,
                )
            )
    session.flush()


def withdraw_kinship(session: Session, *, election_id: str, kinship_id: str, actor: Actor, now: datetime) -> None:
    """Take a mistaken declaration back; the log keeps that there was one. Raises NotFound NO_SUCH_KINSHIP."""
    with transaction(session):
        election = running(session, election_id)
        row = session.get(Kinship, kinship_id)
        if row is None or row.election_id != election.id:
            raise NotFound(
                "NO_SUCH_KINSHIP", "没有这项登记，请刷新页面。", "There is no such declaration; reload the page."
            )
        session.delete(row)
        journal.record(
            session, election.community_id, KinshipDeclared(election.id, kinship_id, True, actor.account_id), now
        )


def running(session: Session, election_id: str) -> Election:
    """The election's row, locked. Raises TooLate ELECTION_OVER for one that has ended."""
    election = locked(session, election_id)
    if election.state in ENDED:
        raise TooLate(
            "ELECTION_OVER",
            "选举已经结束，这里不能再变动；如有错误，请向街道或乡镇反映。",
            "The election is over and nothing changes here any more; tell the street if something is wrong.",
        )
    return election


def _formed(session: Session, election: Election) -> ElectionCommittee:
    found = queries.committee(session, election)
    if found is None:
        raise NotFound(
            "NO_COMMITTEE",
            "选举委员会还没有登记，请先登记推选情况。",
            "The election committee is not recorded yet; record the vote first.",
        )
    return found


def _sitting(session: Session, election: Election, member_id: str) -> CommitteeMember:
    found = session.scalar(
        select(CommitteeMember).where(
            CommitteeMember.id == member_id,
            CommitteeMember.election_id == election.id,
            CommitteeMember.standing == "sitting",
        )
    )
    if found is None:
        raise NotFound(
            "NO_SUCH_MEMBER",
            "选举委员会里没有这位在任成员，请刷新页面。",
            "No such member sits in the committee; reload the page.",
        )
    return found
