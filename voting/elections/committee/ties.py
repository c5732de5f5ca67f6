"""A member of the election committee taken down by name, tied to the person of the roll by hand where names do not do.

Where one person alone bears the name, `queries.members` finds the person by itself.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting import journal
from voting.database import transaction
from voting.elections.committee.actions import running
from voting.elections.committee.events import CommitteeMemberTied
from voting.elections.committee.tables import CommitteeMember
from voting.elections.roll.queries import get_entry
from voting.errors import Conflict, NotFound
from voting.permissions import Actor


def tie_member(
    session: Session, *, election_id: str, member_id: str, person: str, actor: Actor, now: datetime
) -> None:
    """This member is ``person``, a roll entry.

    Raises NotFound NO_SUCH_MEMBER, ROLL_NO_ENTRY; Conflict MEMBER_TIED, MEMBER_OTHER.
    """
    with transaction(session):
        election = running(session, election_id)
        member = session.get(CommitteeMember, member_id)
        if member is None or member.election_id != election.id:
            raise NotFound(
                "NO_SUCH_MEMBER",
                "选举委员会里没有这位成员，请刷新页面。",
                "No such member is in the committee; reload the page.",
            )
        entry = get_entry(session, election=election, entry_id=person)
        if entry.name != member.name:
            raise Conflict(
                "MEMBER_OTHER",
                f"{entry.number} 号是{entry.name}，不是{member.name}，请核对选民编号。",
                f"Number {entry.number} is {entry.name}, not {member.name}; check the roll number.",
            )
        held = select(CommitteeMember.id).where(
            CommitteeMember.election_id == election.id, CommitteeMember.roll_entry_id == entry.id
        )
        if session.scalar(held) is not None:
            raise Conflict(
                "MEMBER_TIED",
                f"{entry.number} 号已经是选举委员会的一名成员，请核对选民编号。",
                f"Number {entry.number} is a member of the committee already; check the roll number.",
            )
        member.roll_entry_id = entry.id
        journal.record(
            session, election.community_id, CommitteeMemberTied(election.id, member.id, actor.account_id), now
        )
