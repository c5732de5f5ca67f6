"""Accept one ballot: verify outside any transaction, store in one short one, answer with a signed acceptance.

Crash points. Before the commit: nothing is stored, the tablet sends the same sealed ballot again. Between
commit and answer: the ballot, its event and the counter are stored together; the tablet sends again and
gets the same acceptance with 200. Nothing beside a ballot says who, when or which tablet.
"""

import hashlib
from dataclasses import dataclass
from typing import NoReturn

from sqlalchemy import Engine, bindparam, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from voting import journal
from voting.box import chain
from voting.box.rules import acceptance_text, require_cards, short_of, tracker_of
from voting.box.tables import Ballot, Box, BoxEvent, PublicCredential
from voting.crypto import ballot as crypto
from voting.database import read, write
from voting.errors import Conflict, NotEligible, TooEarly


@dataclass(frozen=True)
class Accepted:
    """What the tablet hears: 201 the first time, 200 for the identical ballot again."""

    status: int
    tracker: str
    short: str
    height: int
    head: str
    acceptance: str


@dataclass(frozen=True)
class _Stored:
    status: int
    uuid: str
    community: str
    height: int
    head: str


# The statements of the hot path are built once: building them costs more than running them.
_LOOK = (
    select(Box.state, Box.uuid, Box.community_id, BoxEvent.height, BoxEvent.hash)
    .outerjoin(
        BoxEvent,
        (BoxEvent.box_id == Box.id) & (BoxEvent.payload == bindparam("digest")) & (BoxEvent.type == "Ballot"),
    )
    .where(Box.id == bindparam("box"))
)
_CARD = (
    select(PublicCredential.mark, Ballot.hash)
    .outerjoin(Ballot, (Ballot.box_id == PublicCredential.box_id) & (Ballot.credential == PublicCredential.public))
    .where(PublicCredential.box_id == bindparam("box"), PublicCredential.public == bindparam("public"))
)


def accept(engine: Engine, *, box: str, raw: bytes, log_key: bytes) -> Accepted:
    """Take one ballot into the box; ``log_key`` is the seed of the community log's signing key.

    Raises TooEarly BOX_NOT_OPEN; NotEligible CARD_UNKNOWN, CARD_MARKED; Conflict CARD_USED (and counts it),
    CASTS_EXCEED_CARDS; TooLarge BALLOT_TOO_LARGE; Malformed with the code of the failed check of the ballot.
    """
    digest = hashlib.sha256(raw).hexdigest()
    stored = _take(engine, box, digest, raw)
    tracker = tracker_of(digest)
    text = acceptance_text(stored.uuid, tracker, stored.height, stored.head)
    signed = journal.sign(stored.community, log_key, text)
    return Accepted(stored.status, tracker, short_of(digest), stored.height, stored.head, signed)


def _take(engine: Engine, box: str, digest: str, raw: bytes) -> _Stored:
    with read(engine) as session:
        found = _look(session, box, digest)
        # The identical ballot is in the box already, whatever has happened to slot or card since.
        if isinstance(found, _Stored):
            return found
        _require_open(found)
        election = chain.sealed_election(session, box)
        ballot = crypto.parse_ballot(election, raw)
        # Before the costly proofs: a card that is not of this box cannot keep the processor busy.
        _card(session, box, ballot.credential)
    # Milliseconds of arithmetic, with no transaction open and no lock held.
    crypto.verify_ballot(election, ballot)
    try:
        with write(engine) as session:
            stored = _store(session, box, credential=ballot.credential, digest=digest, raw=raw)
    except IntegrityError:
        # Somebody else's transaction came between on a database without one writer: the unique keys decided.
        with read(engine) as session:
            again = _look(session, box, digest)
        stored = again if isinstance(again, _Stored) else None
    if stored is None:
        _card_used()
    return stored


def _look(session: Session, box: str, digest: str) -> _Stored | str:
    """The ballot as it was taken before, or the state of the slot."""
    row = session.execute(_LOOK, {"box": box, "digest": digest}).first()
    if row is None:
        chain.no_such_box()
    state: str = row.state
    return state if row.hash is None else _Stored(200, row.uuid, row.community_id, row.height, row.hash)


def _store(session: Session, box: str, *, credential: str, digest: str, raw: bytes) -> _Stored | None:
    """One short transaction: ballot, event and counter together. None: the card is used, and that is counted."""
    row = chain.locked(session, box)
    used = _card(session, box, credential)
    if used == digest:
        again = _look(session, box, digest)
        return again if isinstance(again, _Stored) else None
    _require_open(row.state)
    if used is not None:
        row.refused_uses += 1
        return None
    require_cards(chain.counters_of(row), casts=1)
    session.execute(insert(Ballot), {"box_id": box, "hash": digest, "credential": credential, "record": raw})
    head = chain.append(session, row, "Ballot", digest)
    row.casts += 1
    return _Stored(201, row.uuid, row.community_id, row.height, head)


def _card(session: Session, box: str, credential: str) -> str | None:
    """The hash of the card's ballot, if it has voted. Raises NotEligible CARD_UNKNOWN, CARD_MARKED."""
    found = session.execute(_CARD, {"box": box, "public": credential}).first()
    if found is None:
        raise NotEligible(
            "CARD_UNKNOWN",
            "这张卡不是本次选举的选票卡，请拿着卡问工作人员。",
            "This card does not belong to this election; please ask the staff, card in hand.",
        )
    if found.mark is not None:
        raise NotEligible(
            "CARD_MARKED",
            "这张卡已经作废或交回，请向工作人员换一张。",
            "This card was voided or handed back; please ask the staff for another.",
        )
    used: str | None = found.hash
    return used


def _require_open(state: str) -> None:
    if state == "open":
        return
    if state == "void":
        zh = "本次选举已宣布无效，票箱不再收票。请把卡交还工作人员。"
        en = "This election was declared void; the box takes no more ballots. Hand the card back to the staff."
    elif state in ("closed", "tallied", "opened"):
        zh, en = "投票已经结束，票箱不再收票。", "The poll has ended; the box takes no more ballots."
    else:
        zh = "票箱现在没有开放。选票没有投出，卡仍然有效，请等工作人员通知。"
        en = "The box is not open now. Nothing was cast and the card stays valid; wait for the staff."
    raise TooEarly("BOX_NOT_OPEN", zh, en)


def _card_used() -> NoReturn:
    raise Conflict(
        "CARD_USED",
        "这张卡已经投过票，不能再投。如果您还没有投票，请马上告诉工作人员。",
        "This card has voted already and cannot vote again. If you have not voted, tell the staff at once.",
    )
