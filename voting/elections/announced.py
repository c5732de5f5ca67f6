"""At sealing, what the log said is held against what the database says now."""

from sqlalchemy.orm import Session

from voting import journal
from voting.elections.events import CandidatesPosted, ElectionCreated, ElectionSealed, RollPublished
from voting.elections.posted import Posted, sealed_otherwise
from voting.elections.roll.events import ElectionRulesChanged, RollVersionPosted
from voting.elections.tables import Election
from voting.errors import Conflict


def require_announced(session: Session, election: Election, sealed: ElectionSealed) -> None:
    """Rules, roll, offices and candidates are those that the log saw last: a database edited since is not sealed.

    Raises Conflict POSTED_CHANGED, LOG_DAMAGED.
    """
    if found := sealed_otherwise(sealed, _posted(session, election)):
        raise Conflict(
            "POSTED_CHANGED",
            f"{found[0]}与日志里公布的不一样，没有封定。公布后不应再有改动，请监督委员查明数据库被谁改过；"
            "候选人确有合法变动的，先在候选人页变更并重新公布。",
            f"What is to be sealed is not what the log says was posted ({found[1]}), so nothing was sealed. The "
            "supervisors find out who changed the database. A lawful change of candidates is posted again first.",
        )


def _posted(session: Session, election: Election) -> Posted:
    created, changed, first, later, listed = (
        journal.last_said(session, election.community_id, kind.type, election.id)
        for kind in (ElectionCreated, ElectionRulesChanged, RollPublished, RollVersionPosted, CandidatesPosted)
    )
    said = created.data if created else {}
    chosen = changed.data if changed else said
    roll = None
    if later is not None:
        roll = (later.data["roll_sha256"], later.data["counted"])
    elif first is not None:
        roll = (first.data["roll_sha256"], first.data["entries"])
    rows = (
        [(one["title"], one["seats"], tuple(one["candidates"])) for one in listed.data["offices"]] if listed else None
    )
    offices = None if rows is None else tuple(rows)
    return Posted(said["law"], said["mode"], chosen["profile"], chosen["options"], roll, offices)
