"""Decisions on a counted poll: a win declared void, near relatives settled, places left empty."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from voting import journal
from voting.database import transaction
from voting.elections.after import queries
from voting.elections.after.deeds import end
from voting.elections.after.events import PlacesLeftEmpty, RelativesSettled
from voting.elections.after.rules import Relatives, may_stay_empty, settle_relatives
from voting.elections.after.tables import EmptyPlace, Relative
from voting.elections.count.events import WinAnnulled
from voting.elections.count.stated import figures_said
from voting.elections.count.tables import GROUNDS, AnnulledWin
from voting.elections.events import OutcomeDecided
from voting.elections.lifecycle import require_state
from voting.elections.queries import locked
from voting.elections.tables import Election
from voting.elections.texts import reason as reason_text
from voting.errors import Conflict, Malformed
from voting.law.calendar import HALL
from voting.law.profiles import Mode, rules_of
from voting.law.provinces import ZHEJIANG, Profile
from voting.law.thresholds import Reason
from voting.permissions import Actor


def rules_in_force(election: Election) -> Profile:
    """The rules that this election is held by."""
    return rules_of(election.law, Mode(election.mode), election.profile, election.options or {})


def annul_win(
    session: Session, *, election_id: str, office: str, name: str, ground: str, actor: Actor, now: datetime
) -> None:
    """Declare a win void (当选无效): the seat stays open, it never goes to the runner-up.

    Before the certificate the outcome is decided and announced again; after it the certificate stays as it is.
    Raises Malformed GROUND_UNKNOWN; Conflict NOT_ELECTED, ANNULLED_ALREADY; TooEarly before the outcome is known.
    """
    if ground not in GROUNDS:
        raise Malformed(
            "GROUND_UNKNOWN",
            "请选择当选无效的理由：法律规定的情形，或以不正当手段当选。",
            "Choose the ground: a bar of the law, or votes won wrongfully.",
        )
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, *queries.COUNTED)
        if session.get(AnnulledWin, (election.id, name)) is not None:
            raise Conflict(
                "ANNULLED_ALREADY",
                f"{name} 当选无效已经宣布，不用再办。",
                f"The election of {name} is void already; nothing is left to do.",
            )
        sitting = {one.office: one.members for one in queries.sitting(session, election=election)}
        if name not in sitting.get(office, ()):
            raise Conflict(
                "NOT_ELECTED",
                f"{name} 没有当选{office}，请核对姓名和职务。",
                f"{name} was not elected {office}; check name and office.",
            )
        late = election.state == "certified"
        day = now.astimezone(HALL).date()
        session.add(AnnulledWin(election_id=election.id, name=name, office=office, ground=ground, day=day, late=late))
        fact = WinAnnulled(election.id, office, name, ground, actor.account_id)
        journal.record(session, election.community_id, fact, now)
        session.flush()
        if late:
            _end_seat(session, election, office, name, actor=actor, now=now)
        else:
            _announce_again(session, election, actor, now)


def settle_kin(
    session: Session, *, election_id: str, pairs: Iterable[tuple[str, str]], actor: Actor, now: datetime
) -> Relatives:
    """Apply the near-relative rule to those elected, once; ``pairs`` are names as they stand on the ballot.

    Raises Conflict KIN_SETTLED, KIN_NONE; TooEarly before the outcome is known.
    """
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, *queries.COUNTED)
        if queries.settled(session, election=election).gave_way or _relatives_there(session, election):
            raise Conflict(
                "KIN_SETTLED",
                "近亲属回避已经处理过，不能再改；有争议请走申诉。",
                "Near relatives are settled already and cannot be changed; take a dispute where disputes go.",
            )
        counted = queries.counted(session, election=election)
        move_up = rules_in_force(election).key == ZHEJIANG.key
        found = settle_relatives(counted.facts, counted.outcome, pairs, move_up=move_up)
        if not (found.gave_way or found.vote_again):
            raise Conflict(
                "KIN_NONE",
                "这些人没有同时当选，不需要回避；请核对姓名。",
                "These people were not elected together, so nobody gives way; check the names.",
            )
        for change, people in (
            ("gave_way", found.gave_way),
            ("moved_up", found.moved_up),
            ("vote_again", found.vote_again),
        ):
            session.add_all(
                Relative(election_id=election.id, name=name, office=office, change=change) for office, name in people
            )
        fact = RelativesSettled(
            election_id=election.id,
            gave_way=found.gave_way,
            moved_up=found.moved_up,
            vote_again=found.vote_again,
            by=actor.account_id,
        )
        journal.record(session, election.community_id, fact, now)
        return found


def leave_empty(session: Session, *, election_id: str, office: str, reason: str, actor: Actor, now: datetime) -> Reason:
    """Record the committee's decision that the open seats of an office stay empty; returns the rule's sentence.

    Raises TooEarly PLACES_NOT_EMPTY before 另行选举, or where fewer are elected than the profile asks for; Malformed
    TEXT_….
    """
    reason = reason_text(reason, least=1)
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, *queries.COUNTED)
        seat = next((one for one in queries.sitting(session, election=election) if one.office == office), None)
        open_seats = seat.open_seats if seat else 0
        so_far = queries.members_elected(session, election=election)
        because = may_stay_empty(so_far, open_seats, rules=rules_in_force(election))
        day = now.astimezone(HALL).date()
        session.add(EmptyPlace(election_id=election.id, office=office, seats=open_seats, reason=reason, day=day))
        fact = PlacesLeftEmpty(election.id, office, open_seats, reason, actor.account_id)
        journal.record(session, election.community_id, fact, now)
        return because


def _end_seat(session: Session, election: Election, office: str, name: str, *, actor: Actor, now: datetime) -> None:
    """Whoever has a certificate of a win that is void now sits no longer."""
    for member in queries.members(session, election=election):
        if (member.office, member.name, member.ended) == (office, name, None):
            day = now.astimezone(HALL).date()
            end(session, election=election, member=member, ending="annulled", day=day, actor=actor, now=now)


def _relatives_there(session: Session, election: Election) -> bool:
    settled = queries.settled(session, election=election)
    return bool(settled.moved_up or settled.again)


def _announce_again(session: Session, election: Election, actor: Actor, now: datetime) -> None:
    """The outcome anew, so that the log's last one is what the certificate will say."""
    counted = queries.counted(session, election=election)
    outcome = counted.outcome
    fact = OutcomeDecided(
        election_id=election.id,
        valid=outcome.valid,
        next=outcome.next.value,
        elected=tuple((office.name, office.outcome.elected) for office in outcome.offices),
        count=figures_said(counted.facts),
        by=actor.account_id,
    )
    journal.record(session, election.community_id, fact, now)
