"""What the rooms of an election read of its row, and the lock under which they change anything."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting import journal
from voting.elections.events import PollMoved
from voting.elections.tables import Election, Office
from voting.errors import NotFound
from voting.law.profiles import Law, Mode, Profile, law_of, rules_of


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


def rules(election: Election) -> Profile:
    """Every value in force for this election, each with its source."""
    return rules_of(election.law, Mode(election.mode), election.profile, election.options)


def law_in_force(election: Election) -> Law:
    """The organic law that this election was begun under."""
    return law_of(election.law, Mode(election.mode))


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


@dataclass(frozen=True)
class Pause:
    """Why the poll stands still, in the official's words, and since when."""

    reason: str
    since: datetime


#: A pause is among the latest entries of the log: while it lasts little else is written.
_LOOK_BACK = 500


def pause_of(session: Session, election: Election) -> Pause | None:
    """The pause that lasts now, as the log has it; None while the poll is not paused."""
    head = journal.head(session, election.community_id) if election.state == "paused" else None
    if head is None:
        return None
    for entry in reversed(journal.entries(session, election.community_id, max(0, head.size - _LOOK_BACK), head.size)):
        if entry.type == PollMoved.type and (entry.data["election"], entry.data["move"]) == (election.id, "pause"):
            return Pause(str(entry.data["reason"] or ""), entry.at)
    return None
