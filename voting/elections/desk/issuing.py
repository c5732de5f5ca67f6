"""Handing out ballots at the desk: to the person, and to a holder for those of the posted list who asked (委托投票)."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from voting.box import desk as box_desk
from voting.box.desk import CheckedIn
from voting.box.in_hand import CardInHand
from voting.box.tables import DeskMark
from voting.database import transaction
from voting.elections.paper.boxes import on_their_way, refuse_on_mobile_list
from voting.elections.proxies.actions import end_by_coming, require_as_posted
from voting.elections.proxies.queries import Named, held_for
from voting.elections.queries import locked
from voting.elections.roll.queries import get_entry, require_entitled
from voting.elections.tables import Election
from voting.errors import Conflict, NotFound
from voting.permissions import Actor


def held_now(session: Session, *, election: Election, voters: Iterable[str]) -> dict[str, list[Named]]:
    """Of these voters: for whom each may receive a ballot now. Nobody's whom a mobile box is visiting: they would have
    two papers; when the box is back it is known whether they voted at home."""
    held = held_for(session, election=election, voters=voters)
    visited = on_their_way(session, election=election, voters=[one.id for every in held.values() for one in every])
    return {holder: left for holder, every in held.items() if (left := [one for one in every if one.id not in visited])}


def issue(
    session: Session,
    *,
    election_id: str,
    entry_id: str,
    desk: str,
    actor: Actor,
    now: datetime,
    channel: str = "card",
    assisted: bool = False,
    expected: int = 1,
) -> CheckedIn:
    """Hand out the person's ballot and one for each of the people who are voted for, all in one act.

    `expected`: how many ballots the clerk's screen said; where somebody has come in person meanwhile, the act is
    refused and the screen shows the new number. The person's own form, if there is one, ends with coming.
    Raises Conflict PROXIES_CHANGED, PROXIES_LIST_CHANGED, MOBILE_AWAY and what `box.desk.check_in` raises; NotFound
    ROLL_NO_ENTRY; NotEligible NOT_REPRESENTATIVE.
    """
    with transaction(session):
        election = locked(session, election_id)
        entry = get_entry(session, election=election, entry_id=entry_id)
        require_entitled(session, election=election, entry_id=entry.id)
        refuse_on_mobile_list(session, election=election, voter=entry.id)
        principals = held_now(session, election=election, voters=[entry.id]).get(entry.id, [])
        if expected != 1 + len(principals):
            raise Conflict(
                "PROXIES_CHANGED",
                f"此人现在应领 {1 + len(principals)} 张（本人加受委托 {len(principals)} 人），"
                f"与屏幕上的 {expected} 张不同；请重新查找此人再办。",
                f"This person now receives {1 + len(principals)} ballot(s), not {expected} as the screen said; "
                "look the person up again.",
            )
        if principals:
            require_as_posted(session, election)
        made = box_desk.check_in(
            session,
            box=election.box_id,
            voter=entry.id,
            voter_label=str(entry.number),
            desk=desk,
            actor=actor.account_id,
            now=now,
            channel=channel,
            principals=[(one.id, str(one.number)) for one in principals],
            assisted=assisted,
        )
        end_by_coming(session, election=election, voter=entry.id)
        return made


def change_to_paper(
    session: Session,
    *,
    election_id: str,
    mark_id: str,
    card: CardInHand,
    second: str,
    desk: str,
    actor: Actor,
    now: datetime,
) -> CheckedIn:
    """Somebody gives the card back for a paper, to write in a name for instance; once.

    Raises NotFound NO_SUCH_CHECK_IN and what `box.desk.change_to_paper` raises.
    """
    with transaction(session):
        election = locked(session, election_id)
        entry = get_entry(session, election=election, entry_id=_voter_of(session, election, mark_id))
        return box_desk.change_to_paper(
            session,
            mark=mark_id,
            voter_label=str(entry.number),
            card=card,
            second=second,
            desk=desk,
            actor=actor.account_id,
            now=now,
        )


def _voter_of(session: Session, election: Election, mark_id: str) -> str:
    mark = session.get(DeskMark, mark_id)
    if mark is None or mark.box_id != election.box_id:
        raise NotFound(
            "NO_SUCH_CHECK_IN", "没有这条领票记录，请重新查找此人。", "No such check-in; look the person up again."
        )
    return mark.voter
