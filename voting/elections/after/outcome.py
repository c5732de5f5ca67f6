"""Decisions on a counted poll: a win declared void, near relatives settled, places left empty."""

from collections.abc import Iterable, Mapping
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
from voting.law.provinces import Profile
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
            _end_seat(session, election, office, name, "annulled", actor=actor, now=now)
        else:
            _announce_again(session, election, actor, now)


def settle_kin(
    session: Session, *, election_id: str, actor: Actor, now: datetime, pairs: Iterable[tuple[str, str]] = ()
) -> Relatives:
    """Apply the near-relative rule to everybody elected: declared relatives, and ``pairs`` of names of the ballot.

    It judges whoever sits by another poll of the election as well; who is found related later is settled by another
    call. Raises Conflict KIN_NONE; TooEarly before the outcome is known.
    """
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, *queries.COUNTED)
        counted = queries.counted(session, election=election)
        elsewhere = queries.seated_elsewhere(session, election)
        found = settle_relatives(
            counted.facts,
            counted.outcome,
            [*queries.relatives(session, election), *pairs],
            move_up=rules_in_force(election).next_moves_up.value,
            settled=queries.settled(session, election=election),
            seated=[(office, name) for _, office, name in elsewhere],
        )
        if not (found.gave_way or found.vote_again):
            raise Conflict(
                "KIN_NONE",
                "这些人没有同时当选，不需要回避；请核对姓名。",
                "These people were not elected together, so nobody gives way; check the names.",
            )
        others = {(office, name): poll for poll, office, name in elsewhere}
        for poll in {election.id: election, **{poll.id: poll for poll in others.values()}}.values():
            _record_relatives(session, election, poll, found, others, actor=actor, now=now)
        return found


def _record_relatives(
    session: Session,
    election: Election,
    poll: Election,
    found: Relatives,
    others: Mapping[tuple[str, str], Election],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """What of it concerns one poll, by rows and in the log; a seat by another poll ends there."""
    mine = {
        change: tuple(one for one in people if others.get(one, election).id == poll.id)
        for change, people in (
            ("gave_way", found.gave_way),
            ("moved_up", found.moved_up),
            ("vote_again", found.vote_again),
        )
    }
    if not any(mine.values()):
        return
    for change, people in mine.items():
        session.add_all(
            Relative(election_id=poll.id, name=name, office=office, change=change) for office, name in people
        )
    journal.record(session, poll.community_id, RelativesSettled(poll.id, **mine, by=actor.account_id), now)
    session.flush()
    for office, name in mine["gave_way"]:
        _end_seat(session, poll, office, name, "kin", actor=actor, now=now)


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
        kept = session.get(EmptyPlace, (election.id, office)) or EmptyPlace(
            election_id=election.id, office=office, seats=0
        )
        # Another seat of the office may have come open since an earlier decision.
        kept.seats, kept.reason, kept.day = kept.seats + open_seats, reason, day
        session.add(kept)
        fact = PlacesLeftEmpty(election.id, office, open_seats, reason, actor.account_id)
        journal.record(session, election.community_id, fact, now)
        return because


def _end_seat(
    session: Session, election: Election, office: str, name: str, ending: str, *, actor: Actor, now: datetime
) -> None:
    """Whoever has a certificate of a win that is void now, or gives way to a relative, sits no longer."""
    for member in queries.members(session, election=election):
        if (member.office, member.name, member.ended) == (office, name, None):
            day = now.astimezone(HALL).date()
            end(session, election=election, member=member, ending=ending, day=day, actor=actor, now=now)


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
