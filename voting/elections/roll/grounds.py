"""On which ground people are registered, and who confirmed those whose ground needs it (both laws, Art. 16)."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from voting import journal
from voting.database import transaction
from voting.elections.lifecycle import require_state
from voting.elections.queries import locked
from voting.elections.roll.events import RollCategoryConfirmed
from voting.elections.roll.rules import Category, category_of
from voting.elections.roll.tables import CategoryConfirmation, RollEntry
from voting.elections.tables import Election
from voting.elections.texts import typed
from voting.errors import Malformed, NotFound
from voting.law.calendar import HALL
from voting.law.profiles import Mode
from voting.permissions import Actor


@dataclass(frozen=True)
class Ground:
    """How many people are registered on one ground; ``confirmed``: the decision, where one is needed and is there."""

    category: Category
    entries: int
    people: str
    basis: str = ""
    day: date | None = None

    @property
    def waits(self) -> bool:
        """Whether these people must still be confirmed."""
        return bool(self.category.confirmed_by) and self.day is None


def grounds(session: Session, *, election: Election) -> list[Ground]:
    """The grounds that need a confirmation, with the people registered on them; a new list needs a new decision."""
    mode = Mode(election.mode)
    texts = session.scalars(select(RollEntry.category).where(RollEntry.election_id == election.id).distinct())
    named: dict[str, list[str]] = {}
    categories: dict[str, Category] = {}
    for text in texts:
        category = category_of(text, mode)
        if category is not None and category.confirmed_by:
            categories[category.key] = category
            named.setdefault(category.key, []).append(text)
    if not named:
        return []
    decided = {
        one.category: one
        for one in session.scalars(select(CategoryConfirmation).where(CategoryConfirmation.election_id == election.id))
    }
    found = []
    for key, words in named.items():
        count, people = _people(session, election, words)
        ruled = decided.get(key)
        same = ruled is not None and ruled.people == people
        found.append(
            Ground(
                categories[key],
                count,
                people,
                ruled.basis if ruled and same else "",
                ruled.day if ruled and same else None,
            )
        )
    return found


def unconfirmed(session: Session, *, election: Election) -> int:
    """How many people wait for somebody to confirm their ground."""
    return sum(one.entries for one in grounds(session, election=election) if one.waits)


def confirm_category(
    session: Session, *, election_id: str, category: str, basis: str, decided: date, actor: Actor, now: datetime
) -> None:
    """Record that the committee (or the meeting) confirmed everybody registered on this ground as the roll has it now.

    Raises NotFound NO_SUCH_CATEGORY; Malformed CONFIRMED_LATER, TEXT_…; TooLate after posting.
    """
    basis = typed(basis, zh="决定", en="Decision", most=200, least=1)
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, "draft")
        ground = next((one for one in grounds(session, election=election) if one.category.key == category), None)
        if ground is None:
            raise NotFound(
                "NO_SUCH_CATEGORY",
                "名单上没有须确认的这类人员，请刷新页面。",
                "Nobody on the roll is registered on such a ground; reload the page.",
            )
        if decided > now.astimezone(HALL).date():
            raise Malformed(
                "CONFIRMED_LATER",
                "决定的日期不能晚于今天，请更正。",
                "The day of the decision cannot lie ahead; correct it.",
            )
        session.merge(
            CategoryConfirmation(
                election_id=election.id,
                category=category,
                entries=ground.entries,
                people=ground.people,
                basis=basis,
                day=decided,
            )
        )
        fact = RollCategoryConfirmed(election.id, category, ground.entries, basis, decided, actor.account_id)
        journal.record(session, election.community_id, fact, now)


def _people(session: Session, election: Election, words: list[str]) -> tuple[int, str]:
    condition = (RollEntry.election_id == election.id, RollEntry.category.in_(words))
    digest = hashlib.sha256()
    for match in session.scalars(select(RollEntry.id_match).where(*condition).order_by(RollEntry.id_match)):
        digest.update(match.encode())
    return session.scalar(select(func.count()).select_from(RollEntry).where(*condition)) or 0, digest.hexdigest()
