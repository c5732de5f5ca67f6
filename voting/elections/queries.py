"""What the rooms of an election read of its row, and the lock under which they change anything."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting.elections.tables import Election, Office
from voting.errors import NotFound


def locked(session: Session, election_id: str) -> Election:
    """The election's row, locked until the transaction ends and as fresh as the lock. Raises NotFound."""
    election = session.scalars(
        select(Election).where(Election.id == election_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if election is None:
        raise NotFound(
            "NO_SUCH_ELECTION",
            "没有这次选举，请从选举列表重新进入。",
            "There is no such election; start again from the list.",
        )
    return election


def of_community(session: Session, community_id: str) -> list[Election]:
    """The elections of a community, the latest election day first."""
    return list(
        session.scalars(
            select(Election).where(Election.community_id == community_id).order_by(Election.day.desc(), Election.id)
        )
    )


def office_of(election: Election, office_id: str) -> Office:
    """One office of this election. Raises NotFound."""
    for office in election.offices:
        if office.id == office_id:
            return office
    raise NotFound("NO_SUCH_OFFICE", "本次选举没有这个职务，请刷新页面。", "This election has no such office; reload.")
