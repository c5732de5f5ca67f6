"""Recall: petition, signatures against the roll, defence, poll, end (居委会组织法 20; 村委会组织法 19)."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting import journal
from voting.box.sealing import make_box
from voting.box.tables import Box
from voting.database import transaction
from voting.elections.after import deeds, next_polls
from voting.elections.after.next_polls import When
from voting.elections.after.outcome import rules_in_force
from voting.elections.after.queries import get_member
from voting.elections.after.rules import NextOffice
from voting.elections.after.tables import Member
from voting.elections.count.queries import counted
from voting.elections.count.tables import PollPetition
from voting.elections.lifecycle import require_state
from voting.elections.queries import locked
from voting.elections.recall import queries
from voting.elections.recall.events import RecallMoved
from voting.elections.recall.rules import (
    Basis,
    Checked,
    Person,
    Written,
    check_signatures,
    decide_recall,
    require_again,
    require_basis,
    require_petition,
    require_poll_day,
    require_representatives,
)
from voting.elections.recall.tables import Petition, Signature
from voting.elections.roll.copying import copy_roll
from voting.elections.roll.queries import registered
from voting.elections.roll.signatures import names_of, of_names, of_numbers
from voting.elections.tables import Election
from voting.elections.texts import typed
from voting.errors import Conflict, TooEarly
from voting.keys import FieldKeys
from voting.law.calendar import HALL
from voting.law.polls import RECALL_NO, RECALL_YES, Kind
from voting.law.profiles import Mode
from voting.permissions import Actor

#: A reason or a defence is a page of text; both are posted.
TEXT_LENGTH = 2000


def petition(
    session: Session,
    *,
    election_id: str,
    member_id: str,
    basis: str,
    reasons: str,
    actor: Actor,
    now: datetime,
    same_facts: bool = False,
) -> Petition:
    """Take in a petition to recall a member, with its reasons.

    ``basis``: who asks, see `rules.Basis`.
    ``same_facts``: whether the committee finds it rests on the facts of an earlier recall; one that was lost bars it
    for a year. Raises Conflict RECALL_RUNNING, OFFICE_OVER; TooEarly RECALL_AGAIN; Malformed TEXT_…, RECALL_BASIS.
    """
    reasons = typed(reasons, zh="罢免理由", en="Reasons", most=TEXT_LENGTH, least=1)
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, "certified")
        asks = require_basis(basis, Mode(election.mode), election.law)
        member = _in_office(session, election, member_id)
        day = now.astimezone(HALL).date()
        if queries.running(session, member_id=member.id) is not None:
            raise Conflict(
                "RECALL_RUNNING",
                "对这位成员的罢免正在进行，请等它结束。",
                "A recall of this member is under way; wait until it has ended.",
            )
        if same_facts:
            days = rules_in_force(election).recall_again_days.value
            require_again(queries.last_lost(session, member_id=member.id), day, days)
        made = Petition(election_id=election.id, member_id=member.id, basis=asks, reasons=reasons, received=day)
        session.add(made)
        session.flush()
        _log(session, election, made, "petitioned", actor=actor, now=now, text_sha256=deeds.text_digest(reasons))
        return made


def sign(
    session: Session,
    *,
    election_id: str,
    petition_id: str,
    written: Iterable[Written],
    actor: Actor,
    now: datetime,
    representatives: int | None = None,
) -> Checked:
    """Hold signatures against the list of those who ask, by name, roll number or both; those found are kept, the others
    named.

    The same person counts once. ``representatives``: how many there are, where they ask and this election has no list
    of them; what was stated before stands where it is None. Raises Conflict RECALL_ACCEPTED once the petition is
    accepted; Malformed RECALL_REPRESENTATIVES.
    """
    written = tuple(written)
    with transaction(session):
        election, found = _open(session, election_id, petition_id)
        if found.accepted is not None:
            raise Conflict(
                "RECALL_ACCEPTED",
                "联名已经核对受理，不能再加签名。请办理下一步。",
                "The petition is accepted and takes no more signatures; go on to the next step.",
            )
        there = set(session.scalars(select(Signature.roll_entry_id).where(Signature.petition_id == found.id)))
        checked = _checked(session, election, written, there, everybody=not queries.listed(election, found))
        session.add_all(Signature(petition_id=found.id, roll_entry_id=entry) for entry in checked.found)
        session.flush()
        signed = len(there) + len(checked.found)
        if queries.numbered(election, found):
            stated = found.representatives if representatives is None else representatives
            found.representatives = require_representatives(stated, signed, registered(session, election=election))
        _log(session, election, found, "signed", actor=actor, now=now, signed=signed)
        return checked


def _checked(
    session: Session, election: Election, written: tuple[Written, ...], there: set[str], *, everybody: bool
) -> Checked:
    numbers = {one.number for one in written if one.number is not None}
    names = {one.name for one in written if one.number is None}
    named = of_names(session, election=election, names=names, everybody=everybody)
    numbers |= {number for ones in named.values() for number in ones}
    entries = of_numbers(session, election=election, numbers=numbers, everybody=everybody)
    called = names_of(session, election=election, entries=entries.values())
    people = {number: Person(entry, called[entry], number) for number, entry in entries.items()}
    return check_signatures(written, people, {name: sorted(ones) for name, ones in named.items()}, there)


def accept(session: Session, *, election_id: str, petition_id: str, actor: Actor, now: datetime) -> None:
    """Hold the signatures against the law's share of those who may ask.

    Raises TooEarly RECALL_TOO_FEW with the arithmetic; Malformed RECALL_REPRESENTATIVES before any has signed.
    """
    with transaction(session):
        election, found = _open(session, election_id, petition_id)
        signed = queries.signed(session, found)
        if queries.numbered(election, found):
            require_representatives(found.representatives, signed, registered(session, election=election))
        eligible, by_reps = queries.may_ask(session, election, [found])[found.id], found.basis == Basis.REPS
        decided = decide_recall(
            Mode(election.mode), eligible=eligible, petition=signed, by_reps=by_reps, law=election.law
        )
        require_petition(decided)
        found.accepted, found.signed, found.eligible = now.astimezone(HALL).date(), signed, eligible
        _log(session, election, found, "accepted", actor=actor, now=now, signed=signed, eligible=eligible)


def give_up(session: Session, *, election_id: str, petition_id: str, actor: Actor, now: datetime) -> None:
    """A petition without enough signatures ends. Raises Conflict RECALL_ACCEPTED."""
    with transaction(session):
        election, found = _open(session, election_id, petition_id)
        if found.accepted is not None:
            raise Conflict(
                "RECALL_ACCEPTED", "联名已经受理，请办理下一步。", "The petition is accepted; go on to the next step."
            )
        _end(session, election, found, "too_few", actor=actor, now=now)


def defend(session: Session, *, election_id: str, petition_id: str, text: str, actor: Actor, now: datetime) -> None:
    """Post the member's defence. Raises Conflict RECALL_DEFENDED; TooEarly RECALL_NOT_ACCEPTED; Malformed TEXT_…."""
    text = typed(text, zh="申辩意见", en="Defence", most=TEXT_LENGTH, least=1)
    with transaction(session):
        election, found = _open(session, election_id, petition_id)
        _require_accepted(found)
        if found.defence is not None:
            raise Conflict(
                "RECALL_DEFENDED",
                "申辩意见已经公布，不能再改。请办理投票。",
                "The defence is posted and fixed; go on to the poll.",
            )
        found.defence = text
        _log(session, election, found, "defended", actor=actor, now=now, text_sha256=deeds.text_digest(text))


def prepare_poll(
    session: Session,
    *,
    election_id: str,
    petition_id: str,
    when: When,
    keys: FieldKeys,
    actor: Actor,
    now: datetime,
    heard: bool = False,
) -> Election:
    """Create the poll, in the mode of the election, one question: for or against the recall.

    A poll that was declared void, or that had more ballots than were issued, is held again by another. ``heard``: the
    member was asked for a defence and gave none. Raises TooEarly RECALL_NOT_ACCEPTED, RECALL_UNHEARD;
    TooLate RECALL_LATE after the profile's days; Conflict RECALL_POLL; Malformed ELECTION_HOURS.
    """
    next_polls.require_hours(when, now)
    with transaction(session):
        election, found = _open(session, election_id, petition_id)
        accepted = _require_accepted(found)
        void = found.poll_id is not None and queries.is_void(session, session.get_one(Election, found.poll_id))
        if found.poll_id is not None and not void:
            raise Conflict("RECALL_POLL", "罢免投票已经建好，请打开那次投票。", "The poll is prepared; open it.")
        if found.defence is None and not heard:
            raise TooEarly(
                "RECALL_UNHEARD",
                "被罢免的人有权申辩：请先公布申辩意见，或确认已通知本人而本人不申辩。",
                "The member may speak in defence: post the text first, or confirm that the member was asked and gave "
                "none.",
            )
        if not void:
            # The law names no window for a void poll that is held again.
            rules, days = rules_in_force(election), rules_in_force(election).recall_days.value
            require_poll_day(rules.last_day(accepted, days), when.day, days)
        member = session.get_one(Member, found.member_id)
        offices = (NextOffice(f"罢免{member.name}"[:20], 1, (RECALL_YES, RECALL_NO)),)
        old = session.get_one(Box, election.box_id)
        box = make_box(session, community=election.community_id, group=old.group, trustees=old.trustees)
        made = next_polls.make_election(session, election, Kind.RECALL, offices=offices, when=when, box=box)
        copy_roll(session, source=election, target=made, keys=keys)
        next_polls.publish_as_posted(session, made, election)
        made.candidates_posted = now.astimezone(HALL).date()
        found.poll_id = made.id
        session.add(PollPetition(election_id=made.id, basis=found.basis, signed=found.signed, eligible=found.eligible))
        _log(session, election, found, "poll", actor=actor, now=now, poll=made.id)
        next_polls.record_prepared(session, made, offices, actor, now, reserve=False)
        return made


def conclude(session: Session, *, election_id: str, petition_id: str, actor: Actor, now: datetime) -> bool:
    """Take the poll's outcome over: the office ends or stays. Returns whether the member is recalled.

    Without the turnout the member stays. Raises TooEarly RECALL_OPEN while the poll is not certified; Conflict
    RECALL_VOID_POLL where it is void.
    """
    with transaction(session):
        election, found = _open(session, election_id, petition_id)
        poll = session.get(Election, found.poll_id) if found.poll_id else None
        if poll is not None and queries.is_void(session, poll):
            raise Conflict(
                "RECALL_VOID_POLL",
                "罢免投票已宣布无效，或收回选票多于发出，不能据此结束；请重新建立罢免投票。",
                "The poll was declared void, or more ballots were collected than issued: it settles nothing; prepare "
                "it again.",
            )
        if poll is None or poll.state != "certified":
            raise TooEarly(
                "RECALL_OPEN",
                "罢免投票的结果还没有签发，请先完成投票和计票。",
                "The poll's result is not certified yet; take the poll and the count to their end first.",
            )
        outcome = counted(session, election=poll).outcome
        recalled = outcome.valid and RECALL_YES in outcome.offices[0].outcome.elected
        if recalled:
            member = _in_office(session, election, found.member_id)
            deeds.end(session, election=election, member=member, ending="recalled", day=poll.day, actor=actor, now=now)
        _end(session, election, found, "recalled" if recalled else "kept", actor=actor, now=now)
        return recalled


def end_by_resignation(session: Session, *, election_id: str, petition_id: str, actor: Actor, now: datetime) -> None:
    """The member's resignation was approved: the recall ends (浙江 36). Raises TooEarly RECALL_IN_OFFICE."""
    with transaction(session):
        election, found = _open(session, election_id, petition_id)
        member = session.get_one(Member, found.member_id)
        if member.ended != "resigned":
            raise TooEarly(
                "RECALL_IN_OFFICE",
                "辞职还没有经会议通过，罢免不能因此终止。请先记录会议的决定。",
                "No meeting has approved a resignation, so the recall goes on; record the meeting's decision first.",
            )
        _end(session, election, found, "resigned", actor=actor, now=now)


def _open(session: Session, election_id: str, petition_id: str) -> tuple[Election, Petition]:
    election = locked(session, election_id)
    found = queries.get_petition(session, election=election, petition_id=petition_id)
    if found.ended is not None:
        raise Conflict("RECALL_ENDED", "这件罢免已经结束，不用再办。", "This recall has ended; nothing is left to do.")
    return election, found


def _in_office(session: Session, election: Election, member_id: str) -> Member:
    member = get_member(session, election=election, member_id=member_id)
    if member.ended is not None:
        raise Conflict(
            "OFFICE_OVER",
            f"{member.name} 的职务已经终止，不用再办。",
            f"The office of {member.name} is over; nothing is left to do.",
        )
    return member


def _require_accepted(found: Petition) -> date:
    if found.accepted is None:
        raise TooEarly(
            "RECALL_NOT_ACCEPTED",
            "联名还没有核对受理，请先核对签名。",
            "The petition is not accepted yet; check the signatures first.",
        )
    return found.accepted


def _end(session: Session, election: Election, found: Petition, ended: str, *, actor: Actor, now: datetime) -> None:
    found.ended, found.ended_on = ended, now.astimezone(HALL).date()
    _log(session, election, found, ended, actor=actor, now=now)


def _log(
    session: Session, election: Election, found: Petition, move: str, *, actor: Actor, now: datetime, **more: object
) -> None:
    fact = RecallMoved(
        election_id=election.id,
        petition_id=found.id,
        member_id=found.member_id,
        move=move,
        day=now.astimezone(HALL).date(),
        by=actor.account_id,
        basis=found.basis,
        **more,  # type: ignore[arg-type]  # fields of the fact, named by the callers above
    )
    journal.record(session, election.community_id, fact, now)
