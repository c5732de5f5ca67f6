"""The second supervisor at the making of cards: confirmed with an account of their own, for one set of cards.

The confirmation stands in the database and not in the first supervisor's browser, whose cookie could be kept and
sent again: it names box and both supervisors, lives half an hour, and is gone with the cards it was given for.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from voting.box import chain
from voting.box.tables import Box, CardWitness
from voting.database import transaction
from voting.errors import NotAllowed
from voting.law.calendar import HALL
from voting.people import queries
from voting.people.tables import Account, Unit
from voting.permissions import Permission

#: How long the second supervisor's presence counts: making 2,600 cards takes a minute, printing is later.
WITNESS_TIME = timedelta(minutes=30)


def confirm(session: Session, *, box: str, maker: str, witness: str, now: datetime) -> None:
    """`witness` (an account that has just shown its password) is with `maker` here and now.

    Raises NotAllowed SAME_SUPERVISOR, NOT_SUPERVISOR, WITNESS_PASSWORD.
    """
    if maker == witness:
        raise same_supervisor()
    with transaction(session):
        row = session.get(Box, box) or chain.no_such_box()
        _require_supervisor(session, row, witness, now)
        session.merge(CardWitness(box_id=row.id, maker_id=maker, witness_id=witness, until=now + WITNESS_TIME))


def present(session: Session, *, box: str, maker: str, now: datetime) -> str | None:
    """The account of whoever is confirmed beside `maker`, while it counts."""
    found = select(CardWitness.witness_id).where(
        CardWitness.box_id == box, CardWitness.maker_id == maker, CardWitness.until >= now
    )
    return session.scalar(found)


def spend(session: Session, *, box: str, maker: str, now: datetime) -> str:
    """Use the confirmation up, in the transaction of the cards; returns the witness.

    Raises NotAllowed WITNESS_MISSING; NOT_SUPERVISOR, WITNESS_PASSWORD where that has changed since.
    """
    with transaction(session):
        row = chain.locked(session, box)
        spent = session.execute(
            delete(CardWitness)
            .where(CardWitness.box_id == box, CardWitness.maker_id == maker, CardWitness.until >= now)
            .returning(CardWitness.witness_id)
        ).scalar_one_or_none()
        if spent is not None:
            _require_supervisor(session, row, spent, now)
            return spent
        raise NotAllowed(
            "WITNESS_MISSING",
            "第二位监督委员还没有确认在场，或已过半小时。请先在制卡页确认。",
            "The second supervisor has not confirmed, or half an hour has passed; confirm on the card page first.",
        )


def _require_supervisor(session: Session, box: Box, account_id: str, now: datetime) -> None:
    """The account is of a supervisor here today, open, and with a password that its owner alone knows."""
    account = session.get_one(Account, account_id, populate_existing=True)
    unit = session.get_one(Unit, box.community_id)
    person = queries.actor_of(session, account, now.astimezone(HALL).date())
    if account.disabled or not person.may(Permission.DELIVER_CARDS, unit.lineage):
        raise NotAllowed(
            "NOT_SUPERVISOR",
            "这个账号不是本社区的监督委员，请用监督委员的账号确认。",
            "This account is not a supervisor of this community; confirm with a supervisor's account.",
        )
    if account.must_change_password:
        # Whoever opened the account knows its first password.
        raise NotAllowed(
            "WITNESS_PASSWORD",
            "这位监督委员还在用初始口令，不能作证。请先登录，换成自己的口令，再来确认。",
            "This supervisor still has the first password and cannot be a witness; sign in, change it, then confirm.",
        )


def same_supervisor() -> NotAllowed:
    """The refusal of a supervisor who would be their own witness."""
    return NotAllowed(
        "SAME_SUPERVISOR",
        "制卡要有两位监督委员在场，请另一位监督委员用自己的账号确认。",
        "Two supervisors must be present; let the other supervisor confirm with an account of their own.",
    )
