"""What pages and actions read of recalls."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from voting.elections.after.queries import COUNTED
from voting.elections.count.queries import counted
from voting.elections.recall.rules import Basis
from voting.elections.recall.tables import Petition, Signature
from voting.elections.roll.queries import registered, roll_size
from voting.elections.tables import Election
from voting.errors import NotFound
from voting.law.polls import COLLECTED_OVER_ISSUED
from voting.law.profiles import Mode


def petitions(session: Session, *, election: Election) -> list[Petition]:
    """The petitions against members of this election, by day."""
    return list(
        session.scalars(
            select(Petition).where(Petition.election_id == election.id).order_by(Petition.received, Petition.id)
        )
    )


def get_petition(session: Session, *, election: Election, petition_id: str) -> Petition:
    """A petition of this election. Raises NotFound NO_SUCH_PETITION."""
    found = session.get(Petition, petition_id)
    if found is None or found.election_id != election.id:
        raise NotFound("NO_SUCH_PETITION", "没有这件罢免，请刷新页面。", "There is no such recall; reload the page.")
    return found


def running(session: Session, *, member_id: str) -> Petition | None:
    """The recall of this member that has not ended."""
    return session.scalars(
        select(Petition).where(Petition.member_id == member_id, Petition.ended.is_(None))
    ).one_or_none()


def last_lost(session: Session, *, member_id: str) -> date | None:
    """The day on which a recall of this member was last lost."""
    return session.scalar(
        select(func.max(Petition.ended_on)).where(Petition.member_id == member_id, Petition.ended == "kept")
    )


def listed(election: Election, petition: Petition) -> bool:
    """Whether those who ask are those who elect by their list: households' or residents' representatives."""
    elect = {Mode.HOUSEHOLD_REPS: Basis.HOUSEHOLDS, Mode.RESIDENT_REPS: Basis.REPS}
    return elect.get(Mode(election.mode)) == petition.basis


def numbered(election: Election, petition: Petition) -> bool:
    """Whether representatives ask of whom this election has no list: their number is entered."""
    return petition.basis == Basis.REPS and not listed(election, petition)


def may_ask(session: Session, election: Election, petitions: Iterable[Petition]) -> dict[str, int]:
    """Petition → how many there are of those who ask: the list of them, or everybody on the roll; 0 while it is not
    entered. An accepted one says so itself."""
    sizes: dict[bool, int] = {}
    found = {}
    for one in petitions:
        if one.eligible is not None or numbered(election, one):
            found[one.id] = one.eligible or one.representatives or 0
            continue
        own = listed(election, one)
        if own not in sizes:
            sizes[own] = (roll_size if own else registered)(session, election=election)
        found[one.id] = sizes[own]
    return found


def signed(session: Session, petition: Petition) -> int:
    """How many people of the roll have signed."""
    count = select(func.count()).select_from(Signature).where(Signature.petition_id == petition.id)
    return session.scalar(count) or 0


def signatures(session: Session, *, election: Election) -> dict[str, int]:
    """Petition → how many people of the roll have signed it."""
    rows = session.execute(
        select(Signature.petition_id, func.count())
        .join(Petition, Petition.id == Signature.petition_id)
        .where(Petition.election_id == election.id)
        .group_by(Signature.petition_id)
    )
    return {row[0]: row[1] for row in rows}


def is_void(session: Session, poll: Election) -> bool:
    """Whether a recall's poll settles nothing and is held again: declared void, or more collected than issued.

    A poll without the turnout is no void one: the member stays (居委会组织法 20).
    """
    if poll.state in COUNTED:
        return counted(session, election=poll).outcome.reason == COLLECTED_OVER_ISSUED
    return poll.state == "void"
