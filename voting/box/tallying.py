"""After closing: add the ballots up under encryption, combine the trustees' shares, write the archive."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting import journal
from voting.box import chain, events
from voting.box.tables import Ballot, Box, TrusteeKey
from voting.crypto import records
from voting.crypto.ballot import parse_ballot
from voting.crypto.election import Election
from voting.crypto.tally import EncryptedTally, parse_tally
from voting.crypto.trustees import combine as combine_shares
from voting.crypto.trustees import parse_trustees, result_record
from voting.database import transaction
from voting.errors import Conflict, TooEarly


@dataclass(frozen=True)
class Tallied:
    """The encrypted tally stands in the archive."""

    ballots: int
    head: str


@dataclass(frozen=True)
class Result:
    """Counts per question and position, the blank vote's first where there is one."""

    counts: tuple[tuple[int, ...], ...]
    ballots: int


def aggregate(session: Session, *, box: str) -> EncryptedTally:
    """The sum of all ballots of a closed box. Reads only, so it may run before the transaction that needs it."""
    election = chain.sealed_election(session, box)
    tally = EncryptedTally(election)
    raws = session.scalars(select(Ballot.record).where(Ballot.box_id == box).execution_options(yield_per=200))
    for raw in raws:
        tally.add(parse_ballot(election, raw))
    return tally


def tally(
    session: Session,
    *,
    box: str,
    floor: int,
    floor_decision: str | None,
    now: datetime,
    actor: str | None = None,
    summed: EncryptedTally | None = None,
) -> Tallied:
    """Write the EncryptedTally event. `summed` is `aggregate`'s value where the caller made it beforehand.

    Under `floor` ballots a tally would tell how few people voted, so it needs the text of a decision.
    Raises TooEarly BOX_NOT_CLOSED, BALLOTS_UNDER_FLOOR; Conflict ALREADY_TALLIED, TALLY_COUNT.
    """
    with transaction(session):
        row = chain.locked(session, box)
        _require_closed(row)
        decision = journal.typed(floor_decision or "").strip()
        if row.casts < floor and not decision:
            raise TooEarly(
                "BALLOTS_UNDER_FLOOR",
                f"只有 {row.casts} 张选票，少于 {floor} 张：开票会让人猜出个人的选择。"
                "须由选举委员会作出决定并记录理由。",
                f"Only {row.casts} ballots, under the floor of {floor}: opening them would expose voters. "
                "The committee must record a decision first.",
            )
        total = summed if summed is not None else aggregate(session, box=box)
        if total.ballots != row.casts:
            raise Conflict(
                "TALLY_COUNT",
                f"合计了 {total.ballots} 张选票，票箱计数是 {row.casts} 张。请停止开票，告知监督委员。",
                f"The tally holds {total.ballots} ballots, the box counted {row.casts}. Stop and tell the supervisors.",
            )
        chain.keep(session, row, total.record())
        head = chain.append(session, row, "EncryptedTally", chain.keep(session, row, total.sized_record()))
        row.state = "tallied"
        fact = events.TalliedEncrypted(row.uuid, total.ballots, head, decision, actor or "")
        journal.record(session, row.community_id, fact, now)
        return Tallied(total.ballots, head)


def combine(session: Session, *, box: str, now: datetime) -> Result:
    """Decrypt the counts from all trustees' shares and write PartialDecryption and Result events.

    Called again it returns the same result. Raises TooEarly NOT_TALLIED, SHARES_MISSING (naming who);
    Malformed DECRYPTION_…, RESULT_RANGE.
    """
    with transaction(session):
        row = chain.locked(session, box)
        if row.state == "opened":
            return result(session, box)
        if row.state != "tallied":
            raise TooEarly(
                "NOT_TALLIED", "还没有合计，请先合计再解密。", "There is no tally yet; make the tally first."
            )
        shares = _shares(session, row)
        election = chain.sealed_election(session, box)
        trustees = parse_trustees(election.group, chain.setup(session, box)["trustees"])
        counts = combine_shares(election, trustees, encrypted_tally(session, row, election), shares, row.casts)
        for owner, share in shares.items():
            owned = records.write({"owner": owner, "payload": chain.keep(session, row, share)})
            chain.append(session, row, "PartialDecryption", chain.keep(session, row, owned))
        digest = chain.keep(session, row, result_record(counts))
        head = chain.append(session, row, "Result", digest)
        row.state = "opened"
        journal.record(session, row.community_id, events.BoxOpened(row.uuid, head, digest), now)
        return Result(tuple(tuple(line) for line in counts), row.casts)


def result(session: Session, box: str) -> Result:
    """The result of an opened box. Raises TooEarly BOX_NOT_THERE_YET."""
    counts = json.loads(chain.payload(session, box, "Result"))["result"]
    row = session.get(Box, box) or chain.no_such_box()
    return Result(tuple(tuple(line) for line in counts), row.casts)


def encrypted_tally(session: Session, row: Box, election: Election) -> EncryptedTally:
    """The tally as the archive holds it. Raises TooEarly BOX_NOT_THERE_YET."""
    sized = json.loads(chain.payload(session, row.id, "EncryptedTally"))
    return parse_tally(election, chain.record(session, row.id, sized["encrypted_tally"]))


def _require_closed(row: Box) -> None:
    chain.refuse_void(row)
    if row.state in ("tallied", "opened"):
        raise Conflict(
            "ALREADY_TALLIED", "已经合计过了，请刷新页面。", "The tally has been made already; reload the page."
        )
    if row.state != "closed":
        raise TooEarly(
            "BOX_NOT_CLOSED", "投票还没有结束，请结束后再开票。", "The poll has not ended; close it first, then count."
        )


def _shares(session: Session, row: Box) -> dict[int, bytes]:
    keys = session.scalars(select(TrusteeKey).where(TrusteeKey.box_id == row.id).order_by(TrusteeKey.owner)).all()
    missing = [key.name for key in keys if key.share is None]
    if missing:
        raise TooEarly(
            "SHARES_MISSING",
            f"还缺解密份额：{'、'.join(missing)}。请他们打开「监督委员密钥」页解密。",
            f"Shares still missing: {', '.join(missing)}. They decrypt on the trustee page.",
        )
    return {key.owner: key.share for key in keys if key.share is not None}
