"""Doubtful papers: photographed, laid before the committee with the picture, decided openly by majority (公开计票)."""

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting import journal
from voting.box.tables import Box
from voting.database import random_id, transaction
from voting.elections.candidates.photos import read_photo
from voting.elections.lifecycle import require_state
from voting.elections.paper.actions import COUNTING, opened
from voting.elections.paper.events import DoubtfulPaperDecided, DoubtfulPaperLaid
from voting.elections.paper.queries import doubtful
from voting.elections.paper.rules import Finding, require_majority, worth
from voting.elections.paper.tables import DoubtfulPaper, PaperBox
from voting.elections.queries import locked, rules
from voting.elections.texts import typed
from voting.errors import Conflict, Malformed, NotFound
from voting.keys import FieldKeys
from voting.permissions import Actor


def lay_before(
    session: Session, *, election_id: str, box_id: str, picture: bytes, keys: FieldKeys, actor: Actor, now: datetime
) -> int:
    """Keep the picture of a doubtful paper, sealed, for the committee to decide on; returns its number in the box.

    Raises Malformed PHOTO_…; Conflict BOX_STATE.
    """
    photo = read_photo(picture)
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, *COUNTING)
        row = opened(session, election, box_id)
        number = len(doubtful(session, box=row)) + 1
        digest = hashlib.sha256(photo.content).hexdigest()
        one = DoubtfulPaper(
            id=random_id(),
            paper_box_id=row.id,
            number=number,
            picture_type=photo.media_type,
            picture_sha256=digest,
            laid_by=actor.account_id,
        )
        one.picture = keys.seal(photo.content, one.id)
        session.add(one)
        uuid = session.get_one(Box, election.box_id).uuid
        fact = DoubtfulPaperLaid(election.id, uuid, row.number, number, digest, actor.account_id)
        journal.record(session, election.community_id, fact, now)
        return number


def decide(
    session: Session,
    *,
    election_id: str,
    box_id: str,
    number: int,
    finding: str,
    reason: str,
    in_favour: int,
    against: int,
    actor: Actor,
    now: datetime,
) -> None:
    """The committee decided by majority, the picture before it, what is seen on a doubtful paper; what the paper is
    worth follows from the rules of the election.

    Raises Malformed DOUBTFUL_KIND, DOUBTFUL_MAJORITY, TEXT_…; NotFound NO_SUCH_DOUBTFUL; Conflict BOX_STATE,
    DOUBTFUL_DECIDED.
    """
    if finding not in {one.value for one in Finding}:
        raise Malformed("DOUBTFUL_KIND", "请选择这张选票的认定结果。", "Choose what the paper was found to be.")
    require_majority(in_favour, against)
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, *COUNTING)
        row = opened(session, election, box_id)
        one = _get(session, row, number)
        if one.kind is not None:
            raise Conflict(
                "DOUBTFUL_DECIDED",
                f"第 {number} 张已经认定过了；请刷新页面。",
                f"Paper {number} was decided on before; reload the page.",
            )
        kind = worth(Finding(finding), rules(election)).value
        one.kind, one.in_favour, one.against, one.decided_by = kind, in_favour, against, actor.account_id
        one.reason = typed(reason, zh="认定理由", en="Reason", most=200, least=2)
        uuid = session.get_one(Box, election.box_id).uuid
        fact = DoubtfulPaperDecided(
            election.id, uuid, row.number, number, one.picture_sha256, kind, in_favour, against, actor.account_id
        )
        journal.record(session, election.community_id, fact, now)


def picture_of(session: Session, *, box: PaperBox, number: int, keys: FieldKeys) -> tuple[bytes, str]:
    """The picture of a doubtful paper and its media type. Raises NotFound NO_SUCH_DOUBTFUL."""
    one = _get(session, box, number)
    return keys.open(one.picture, one.id), one.picture_type


def _get(session: Session, box: PaperBox, number: int) -> DoubtfulPaper:
    one = session.scalars(
        select(DoubtfulPaper).where(DoubtfulPaper.paper_box_id == box.id, DoubtfulPaper.number == number)
    ).one_or_none()
    if one is None:
        raise NotFound(
            "NO_SUCH_DOUBTFUL",
            "没有这张有疑义的选票，请刷新页面。",
            "There is no such doubtful paper; reload the page.",
        )
    return one
