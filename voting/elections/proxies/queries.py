"""What the desk, the notices and the count read of proxies."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from voting.box.tables import DeskMark
from voting.elections.proxies.tables import Proxy, ProxyList
from voting.elections.roll.tables import RollEntry
from voting.elections.tables import Election
from voting.errors import NotFound
from voting.keys import FieldKeys


@dataclass(frozen=True)
class Named:
    """A voter as the posted list names them."""

    id: str
    number: int
    name: str


@dataclass(frozen=True)
class Delegated:
    """One form, with both people. ``state``: see `tables.STATES`."""

    id: str
    principal: Named
    holder: Named
    day: date
    state: str
    evidence_sha256: str


@dataclass(frozen=True)
class PostedLine:
    """One holder of the posted list with the people voted for: roll number and name."""

    holder: tuple[int, str]
    principals: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Posted:
    """The list as it hangs on the wall."""

    day: date
    sha256: str
    lines: tuple[PostedLine, ...]


def forms(session: Session, *, election: Election) -> list[Delegated]:
    """Every recorded form, by the holder's roll number."""
    principal, holder = aliased(RollEntry), aliased(RollEntry)
    rows = session.execute(
        select(Proxy, principal, holder)
        .join(principal, Proxy.principal_id == principal.id)
        .join(holder, Proxy.holder_id == holder.id)
        .where(Proxy.election_id == election.id)
        .order_by(holder.number, principal.number)
    )
    return [
        Delegated(row.id, _named(one), _named(other), row.day, row.state, row.evidence_sha256 or "")
        for row, one, other in rows
    ]


def about_reason(proxy_id: str) -> str:
    """What the sealed reason of a form is bound to."""
    return f"{proxy_id}/reason"


def reasons(session: Session, *, election: Election, keys: FieldKeys) -> dict[str, str]:
    """Why each form was written, by its id: for whoever keeps the roll. Raises Malformed FIELD_SEAL."""
    rows = session.execute(select(Proxy.id, Proxy.reason).where(Proxy.election_id == election.id))
    return {one: keys.open(sealed, about_reason(one)).decode() for one, sealed in rows}


def posted(session: Session, election: Election) -> Posted | None:
    """The list as posted; None before."""
    row = session.get(ProxyList, election.id)
    return None if row is None else Posted(row.posted, row.sha256, _lines(row.lines))


def posted_on(session: Session, election: Election) -> date | None:
    """The day on which the list was posted, for the calendar."""
    return session.scalar(select(ProxyList.posted).where(ProxyList.election_id == election.id))


def counted(session: Session, election: Election) -> int:
    """Ballots that holders received for others and did not give back: the proxies that count."""
    marks = select(func.count()).where(
        DeskMark.box_id == election.box_id, DeskMark.holder.is_not(None), DeskMark.undone.is_(None)
    )
    return session.scalar(marks) or 0


def held_for(session: Session, *, election: Election, voters: Iterable[str]) -> dict[str, list[Named]]:
    """Of these voters: for whom each may vote now, by roll entry: the pairs of the posted list, nobody before it is.

    The posted lines are what hangs on the wall and what the log has the hash of; a form edited in the database since
    is served to nobody.
    """
    hung = posted(session, election)
    if hung is None:
        return {}
    pairs = {(line.holder, principal) for line in hung.lines for principal in line.principals}
    holding = aliased(RollEntry)
    rows = session.execute(
        select(Proxy.holder_id, holding, RollEntry)
        .join(RollEntry, Proxy.principal_id == RollEntry.id)
        .join(holding, Proxy.holder_id == holding.id)
        .where(
            Proxy.election_id == election.id,
            Proxy.state == "standing",
            Proxy.holder_id.in_(set(voters)),
            # Whoever holds a ballot already has it, whatever became of the form.
            ~exists().where(
                DeskMark.box_id == election.box_id, DeskMark.voter == Proxy.principal_id, DeskMark.undone.is_(None)
            ),
        )
        .order_by(RollEntry.number)
    )
    found: dict[str, list[Named]] = {}
    for holder, holds, principal in rows:
        if ((holds.number, holds.name), (principal.number, principal.name)) in pairs:
            found.setdefault(holder, []).append(_named(principal))
    return found


def asked_others(session: Session, *, election: Election, voters: Iterable[str]) -> frozenset[str]:
    """Of these voters: those who asked somebody to vote for them, by a form that stands."""
    rows = select(Proxy.principal_id).where(
        Proxy.election_id == election.id, Proxy.state == "standing", Proxy.principal_id.in_(set(voters))
    )
    return frozenset(session.scalars(rows))


def named(session: Session, *, election: Election, entries: Iterable[str]) -> dict[str, Named]:
    """These voters, by roll entry."""
    rows = session.scalars(
        select(RollEntry).where(RollEntry.election_id == election.id, RollEntry.id.in_(set(entries)))
    )
    return {row.id: _named(row) for row in rows}


def get_proxy(session: Session, *, election: Election, proxy_id: str) -> Proxy:
    """One form of this election. Raises NotFound NO_SUCH_PROXY."""
    row = session.get(Proxy, proxy_id, populate_existing=True)
    if row is None or row.election_id != election.id:
        raise NotFound("NO_SUCH_PROXY", "没有这份委托书，请刷新页面。", "There is no such proxy form; reload the page.")
    return row


def canonical(lines: Iterable[PostedLine]) -> str:
    """The text whose SHA-256 is posted: one line of compact JSON a holder, by roll number."""
    return "".join(
        json.dumps([*one.holder, one.principals], ensure_ascii=False, separators=(",", ":")) + "\n" for one in lines
    )


def _named(row: RollEntry) -> Named:
    return Named(row.id, row.number, row.name)


def _lines(stored: list[list[object]]) -> tuple[PostedLine, ...]:
    return tuple(
        PostedLine((int(str(number)), str(name)), tuple((int(one), str(other)) for one, other in principals))  # type: ignore[attr-defined]  # written by `actions.post_list`
        for number, name, principals in stored
    )
