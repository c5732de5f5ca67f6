"""Nominations: received from the Party organisation, from voters jointly or from oneself; counted from the poll."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from voting import journal
from voting.database import transaction
from voting.elections.candidates.actions import preparing
from voting.elections.candidates.events import Nominated, NominatingPollRecorded
from voting.elections.candidates.following import require_may_join
from voting.elections.candidates.nominating import (
    WAYS,
    PollCounts,
    poll_faults,
    signed_twice,
    signs_beyond,
    too_few_signatures,
)
from voting.elections.candidates.tables import NominatingPoll, Nomination, NominationSignature
from voting.elections.queries import law_in_force, office_of, rules
from voting.elections.roll.queries import get_entry, roll_size
from voting.elections.roll.tables import RollEntry
from voting.elections.tables import Election, Office
from voting.errors import Conflict, Malformed, NotEligible, NotFound, TooLate
from voting.law.calendar import HALL, days_before
from voting.permissions import Actor


@dataclass(frozen=True)
class Proposal:
    """Who is nominated for what, how, and when it came in. ``person``: roll entry; ``signers``: roll numbers."""

    office_id: str
    person: str
    way: str
    received_on: date
    signers: tuple[int, ...] = ()


def nominate(session: Session, *, election_id: str, proposal: Proposal, actor: Actor, now: datetime) -> str:
    """Record a nomination by the Party organisation, by voters jointly, or by the person; returns its id.

    Raises Malformed NOMINATION_FORM; NotEligible SELF_NOMINATION, TOO_FEW_SIGNATURES; Conflict SIGNED_TWICE,
    SIGNER_NOMINEE, SIGNED_BEYOND, SELF_ONE_OFFICE, NOMINATED_ALREADY; NotFound NO_SUCH_OFFICE, ROLL_NO_ENTRY,
    SIGNER_UNKNOWN; TooLate SELF_LATE, CANDIDATES_FIXED.
    """
    with transaction(session):
        election = preparing(session, election_id)
        office = office_of(election, proposal.office_id)
        require_may_join(session, election, office)
        entry = get_entry(session, election=election, entry_id=proposal.person)
        _require_form(proposal, now.astimezone(HALL).date())
        _require_way(election, proposal)
        if proposal.way == "self":
            _require_self(session, election, entry.id, proposal.received_on)
        _require_new(session, election, office, entry.id, proposal.way)
        if entry.number in proposal.signers:
            raise Conflict(
                "SIGNER_NOMINEE",
                "被提名人不能在自己的联名提名上签名，请换人联名。",
                "The person who is nominated does not sign the nomination; another voter must sign.",
            )
        signers = _signers(session, election, office, proposal)
        row = Nomination(
            election_id=election.id,
            office_id=office.id,
            roll_entry_id=entry.id,
            way=proposal.way,
            received_on=proposal.received_on,
        )
        session.add(row)
        session.flush()
        session.add_all(NominationSignature(nomination_id=row.id, roll_entry_id=one) for one in signers)
        fact = Nominated(
            election.id, row.id, office.title, proposal.way, len(signers), proposal.received_on, actor.account_id
        )
        journal.record(session, election.community_id, fact, now)
        return row.id


def _require_form(proposal: Proposal, today: date) -> None:
    named = proposal.way == "voters"
    if (
        proposal.way not in WAYS
        or proposal.way == "poll"
        or proposal.received_on > today
        or named != bool(proposal.signers)
    ):
        raise Malformed(
            "NOMINATION_FORM",
            "提名不完整：请选提名方式，日期不在将来；只有选民联名提名要填联名人的选民编号。",
            "The nomination is not complete: choose a way and a day that has come; joint nominations, and only they, "
            "name the roll numbers of those who sign.",
        )


def _require_way(election: Election, proposal: Proposal) -> None:
    law, allowed = law_in_force(election), rules(election).self_nomination
    if proposal.way == "self" and not allowed.value:
        raise NotEligible(
            "SELF_NOMINATION",
            f"本次选举的规则不设自荐（{allowed.source_zh}）；请由党组织或选民联名提名。",
            f"The rules of this election know no self-nomination ({allowed.source_en}); ask for one by the Party or "
            "by voters.",
        )
    few = too_few_signatures(law, len(set(proposal.signers))) if proposal.way == "voters" else None
    if few is not None:
        raise NotEligible(
            "TOO_FEW_SIGNATURES",
            f"{few.zh}（{few.article}）请补足联名。",
            f"{few.en} ({few.article_en}) Add signatures.",
        )


def _require_self(session: Session, election: Election, person: str, received: date) -> None:
    """Who nominates oneself does so for one office, and in time (Zhejiang)."""
    ruled = rules(election).self_nomination_days
    last = days_before(election.day, ruled.value)
    if received > last:
        raise TooLate(
            "SELF_LATE",
            f"自荐须在选举日的 {ruled.value} 日以前提出（{ruled.source_zh}），最后一天是 {last}；"
            "请改由党组织或选民联名提名。",
            f"A self-nomination comes {ruled.value} days before the election day ({ruled.source_en}), by {last}; "
            "ask for a nomination by the Party or by voters.",
        )
    same = (Nomination.way == "self", Nomination.roll_entry_id == person, Nomination.withdrawn_on.is_(None))
    if session.scalar(select(Nomination.id).where(Nomination.election_id == election.id, *same)) is not None:
        raise Conflict(
            "SELF_ONE_OFFICE",
            "一人只能自荐参选一个职务，这个人已经自荐过；改报别的职务，请先登记本人书面退出原来的自荐。",
            "A person nominates oneself for one office, and this person has; for another office first record the "
            "written withdrawal of the former.",
        )


def _require_new(session: Session, election: Election, office: Office, person: str, way: str) -> None:
    same = (Nomination.office_id == office.id, Nomination.roll_entry_id == person, Nomination.way == way)
    if session.scalar(select(Nomination.id).where(Nomination.election_id == election.id, *same)) is not None:
        raise Conflict(
            "NOMINATED_ALREADY",
            "这个人已经以同样的方式提名到这个职务，不用再登记。",
            "This person is nominated for this office in this way already; nothing is left to do.",
        )


def _signers(session: Session, election: Election, office: Office, proposal: Proposal) -> list[str]:
    """Roll entries of those who sign: on the roll, once each, for no more people than the office has seats."""
    twice = signed_twice(str(number) for number in proposal.signers)
    if twice:
        raise Conflict(
            "SIGNED_TWICE",
            f"选民 {'、'.join(sorted(twice, key=int))} 号在同一份提名上签了两次，请核对。",
            f"Voter(s) {', '.join(sorted(twice, key=int))} signed this nomination twice; check the signatures.",
        )
    on_roll = session.execute(
        select(RollEntry.number, RollEntry.id).where(
            RollEntry.election_id == election.id, RollEntry.number.in_(proposal.signers)
        )
    )
    known = dict(on_roll.all())
    missing = sorted(set(proposal.signers) - known.keys())
    if missing:
        words = [str(number) for number in missing]
        raise NotFound(
            "SIGNER_UNKNOWN",
            f"选民名单上没有 {'、'.join(words)} 号，请核对联名人。",
            f"The roll has no number {', '.join(words)}; check those who signed.",
        )
    _require_within(session, office, known)
    return list(known.values())


def _require_within(session: Session, office: Office, known: Mapping[int, str]) -> None:
    signed = session.execute(
        select(NominationSignature.roll_entry_id, func.count())
        .join(Nomination, Nomination.id == NominationSignature.nomination_id)
        .where(
            Nomination.office_id == office.id,
            Nomination.withdrawn_on.is_(None),
            NominationSignature.roll_entry_id.in_(known.values()),
        )
        .group_by(NominationSignature.roll_entry_id)
    )
    times = Counter(known.values()) + Counter(dict(signed.all()))
    beyond = signs_beyond(times, office.seats)
    if beyond:
        words = [str(number) for number, entry in sorted(known.items()) if entry in beyond]
        raise Conflict(
            "SIGNED_BEYOND",
            f"选民 {'、'.join(words)} 号为{office.title}联名提名的人数已满 {office.seats} 名"
            "（不得多于应选名额），请换人联名。",
            f"Voter(s) {', '.join(words)} have signed for {office.seats} person(s) as {office.title}, as many as there "
            "are seats; others must sign.",
        )


def record_nominating_poll(
    session: Session,
    *,
    election_id: str,
    held_on: date,
    taking_part: int,
    votes: Mapping[tuple[str, str], int],
    actor: Actor,
    now: datetime,
) -> None:
    """Record a nominating poll: ``votes`` is (office id, roll entry) → papers. Nobody takes part by proxy.

    Raises Conflict POLL_RECORDED; NotEligible POLL_TURNOUT; Malformed POLL_NAMES, POLL_VOTES, POLL_FORM.
    """
    with transaction(session):
        election = preparing(session, election_id)
        if session.get(NominatingPoll, election.id) is not None:
            raise Conflict(
                "POLL_RECORDED",
                "提名投票已经登记，不用再登记。",
                "The nominating poll is recorded already; nothing is left to do.",
            )
        voters = roll_size(session, election=election)
        if (
            not votes
            or min(votes.values()) < 1
            or not 0 <= taking_part <= voters
            or held_on > now.astimezone(HALL).date()
        ):
            raise Malformed(
                "POLL_FORM",
                f"提名投票不完整：参加人数在 0 至 {voters} 之间，日期不在将来，每人至少一票。请改一下。",
                f"The poll is not complete: 0 to {voters} take part, on a day that has come, a vote at least for "
                "everybody named; correct it.",
            )
        _require_sound(election, PollCounts(voters, taking_part, _titled(election, votes)))
        session.add(NominatingPoll(election_id=election.id, held_on=held_on, voters=voters, taking_part=taking_part))
        rows = [_named_in_poll(session, election, key, count, held_on) for key, count in sorted(votes.items())]
        session.add_all(rows)
        session.flush()
        titles = {office.id: office.title for office in election.offices}
        counted = sorted(
            ((row.id, titles[row.office_id], row.votes or 0) for row in rows), key=lambda one: (-one[2], one)
        )
        canonical = json.dumps(counted, ensure_ascii=False, separators=(",", ":")).encode()
        fact = NominatingPollRecorded(
            election_id=election.id,
            held_on=held_on,
            voters=voters,
            taking_part=taking_part,
            offices=_sums(election, rows),
            sha256=hashlib.sha256(canonical).hexdigest(),
            by=actor.account_id,
        )
        journal.record(session, election.community_id, fact, now)


def _sums(election: Election, rows: Sequence[Nomination]) -> tuple[tuple[str, int, int], ...]:
    """Per office: its title, how many people were named for it, how many votes they have in all."""
    by_office = {
        office.id: [row.votes or 0 for row in rows if row.office_id == office.id] for office in election.offices
    }
    return tuple((office.title, len(by_office[office.id]), sum(by_office[office.id])) for office in election.offices)


def _titled(election: Election, votes: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    return {(office_of(election, office).title, person): count for (office, person), count in votes.items()}


def _require_sound(election: Election, poll: PollCounts) -> None:
    seats = {office.title: office.seats for office in election.offices}
    turnout = rules(election).nominating_poll_turnout
    faults = poll_faults(poll, seats, turnout.value)
    if faults and faults[0].code == "POLL_TURNOUT":
        reason = faults[0].reason
        raise NotEligible(
            "POLL_TURNOUT",
            f"{reason.zh}（{turnout.source_zh}）请重新组织提名投票，或改用别的方式提名。",
            f"{reason.en} ({turnout.source_en}) Repeat the poll, or choose another way to nominate.",
        )
    if faults:
        raise Malformed(faults[0].code, faults[0].reason.zh, faults[0].reason.en)


def _named_in_poll(session: Session, election: Election, key: tuple[str, str], count: int, held_on: date) -> Nomination:
    office_id, person = key
    return Nomination(
        election_id=election.id,
        office_id=office_id,
        roll_entry_id=get_entry(session, election=election, entry_id=person).id,
        way="poll",
        received_on=held_on,
        votes=count,
    )
