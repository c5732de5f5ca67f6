"""Papers counted to the last one: printed = issued + come back + spoilt + unused, or a decision on what is missing."""

from datetime import datetime

from sqlalchemy.orm import Session

from voting import journal
from voting.box import chain
from voting.box.rules import Counters
from voting.database import transaction
from voting.elections.lifecycle import require_state
from voting.elections.paper.actions import COUNTING
from voting.elections.paper.events import PaperBoxAgreed, PapersMissingDecided, PapersReconciled, PapersWritten
from voting.elections.paper.queries import boxes, legal_record, totals, uses_paper, waiting
from voting.elections.paper.rules import require_majority
from voting.elections.paper.sheets import BoxSheet, apart, as_data, commitment, from_data
from voting.elections.paper.tables import PaperBox, PaperLedger, PapersMissing
from voting.elections.queries import locked
from voting.elections.tables import Election
from voting.elections.texts import typed
from voting.errors import Conflict, TooEarly
from voting.permissions import Actor


def decide_missing(
    session: Session,
    *,
    election_id: str,
    unused: int,
    reason: str,
    in_favour: int,
    against: int,
    actor: Actor,
    now: datetime,
) -> tuple[int, int]:
    """`unused` papers were counted, fewer or more than there must be, and the committee decided by majority to count
    on; returns how many are missing and how many too many. The log has number and reason.

    Raises Conflict LEDGER_CLOSED, PAPERS_WHOLE; Malformed DOUBTFUL_MAJORITY, TEXT_….
    """
    require_majority(in_favour, against)
    reason = typed(reason, zh="理由", en="Reason", most=200, least=4)
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, *COUNTING)
        _refuse_closed(session, election)
        box = chain.locked(session, election.box_id)
        left = _left(chain.counters_of(box))
        missing, surplus = max(left - unused, 0), max(unused - left, 0)
        if not missing and not surplus:
            raise Conflict(
                "PAPERS_WHOLE",
                f"未用选票 {unused} 张，一张不少，不用作决定；请直接结清。",
                f"{unused} papers are left, as there must be: nothing to decide, close the ledger.",
            )
        row = session.get(PapersMissing, election.id) or PapersMissing(election_id=election.id)
        row.unused, row.missing, row.surplus, row.reason = unused, missing, surplus, reason
        row.in_favour, row.against, row.decided_by = in_favour, against, actor.account_id
        session.add(row)
        fact = PapersMissingDecided(
            election.id, box.uuid, unused, missing, surplus, reason, in_favour, against, actor.account_id
        )
        journal.record(session, election.community_id, fact, now)
        return missing, surplus


def close_ledger(session: Session, *, election_id: str, unused: int, actor: Actor, now: datetime) -> None:
    """Every box is agreed and the `unused` papers were counted and cancelled: printed = out + unused, but for what the
    committee decided to be missing or too many.

    More papers out of a box than issued do not stop this: that is a fact of the count, and it voids the poll.
    The log gets the papers' sum here: of a handful it would tell how people voted, so it needs the decision first.
    Raises TooEarly PAPER_BOXES_OPEN, PAPERS_UNDER_FLOOR; Conflict PAPERS_BALANCE, LEDGER_CLOSED, PAPER_SHEET_CHANGED.
    """
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, *COUNTING)
        box = chain.locked(session, election.box_id)
        counters = chain.counters_of(box)
        _refuse_closed(session, election)
        _require_floor(election, counters)
        _require_boxes(session, election, counters)
        require_as_agreed(session, election)
        decided = session.get(PapersMissing, election.id)
        missing, surplus = (decided.missing, decided.surplus) if decided and decided.unused == unused else (0, 0)
        if unused + missing - surplus != _left(counters):
            raise _balance(counters, unused)
        found = totals(session, election)
        session.add(
            PaperLedger(
                election_id=election.id, unused=unused, missing=missing, surplus=surplus, closed_by=actor.account_id
            )
        )
        sheet = _tell_written(session, election, box.uuid, found.sheet, actor=actor, now=now)
        fact = PapersReconciled(
            election=election.id,
            box=box.uuid,
            printed=counters.papers_printed,
            issued=counters.papers_issued,
            returned=counters.papers_returned,
            spoilt=counters.papers_torn,
            unused=unused,
            missing=missing,
            surplus=surplus,
            collected=found.collected,
            sheet=as_data(sheet) if sheet is not None else {},
            by=actor.account_id,
        )
        journal.record(session, election.community_id, fact, now)


def require_as_agreed(session: Session, election: Election) -> None:
    """Every box's figures are those whose hash the log has: nobody edited them in the database since they were agreed.

    Raises Conflict PAPER_SHEET_CHANGED naming the box, LOG_DAMAGED.
    """
    found = [one for one in boxes(session, election=election) if one.state == "agreed"]
    said = {}
    for entry in journal.told(session, election.community_id, PaperBoxAgreed.type, election.id) if found else ():
        said[entry.data["paper_box"]] = entry.data["sheet_commitment"]
    for one in found:
        if _committed(one) != said.get(one.number):
            raise Conflict(
                "PAPER_SHEET_CHANGED",
                f"{one.number} 号票箱的数字与核对一致时记入日志的不一样了。请停止计票，保存数据库，"
                "请监督委员查明数据库被谁改过。",
                f"The figures of box {one.number} are not those that the log has since they were agreed. Stop the "
                "count, keep the database as it is; the supervisors find out who changed it.",
            )


def _committed(box: PaperBox) -> str:
    try:
        return commitment(box.salt or b"", from_data(box.sheet))
    except ValueError:
        return ""


def _tell_written(
    session: Session, election: Election, uuid: str, sheet: BoxSheet | None, *, actor: Actor, now: datetime
) -> BoxSheet | None:
    """The names written in have entries of their own: hundreds of them would burst the one of the sums."""
    if sheet is None:
        return None
    plain, parts = apart(sheet)
    for office, written in parts:
        fact = PapersWritten(election.id, uuid, office, [list(one) for one in written], actor.account_id)
        journal.record(session, election.community_id, fact, now)
    return plain


def _left(counters: Counters) -> int:
    """The papers that nobody ever received, by the desk's counters."""
    return counters.papers_printed - counters.papers_out


def _refuse_closed(session: Session, election: Election) -> None:
    if session.get(PaperLedger, election.id) is not None or not uses_paper(session, election=election):
        raise Conflict(
            "LEDGER_CLOSED",
            "纸质选票已经结清，或者没有用纸质选票；请刷新页面。",
            "The papers are reconciled already, or none were used; reload the page.",
        )


def _require_floor(election: Election, counters: Counters) -> None:
    apart = counters.papers_issued if legal_record(election) != "paper" else 0
    if 0 < apart < election.ballot_floor and not election.floor_decision:
        raise TooEarly(
            "PAPERS_UNDER_FLOOR",
            f"纸质选票只有 {counters.papers_issued} 张，少于 {election.ballot_floor} 张：公布合计会让人猜出个人的选择。"
            "请选举委员会先在“计票和结果”页记录开票的决定。",
            f"Only {counters.papers_issued} papers, under the floor of {election.ballot_floor}: their sum would expose "
            "voters. The committee records its decision on the page of the count first.",
        )


def _require_boxes(session: Session, election: Election, counters: Counters) -> None:
    found, missing = boxes(session, election=election), waiting(session, election=election)
    if missing is not None and any(one.state != "agreed" for one in found):
        raise TooEarly("PAPER_BOXES_OPEN", missing.zh, missing.en)
    if not found and (counters.papers_issued or legal_record(election) == "paper"):
        raise TooEarly(
            "PAPER_BOXES_OPEN",
            f"发出纸质选票 {counters.papers_issued} 张，却没有登记票箱；请先登记、开箱并录入。",
            f"{counters.papers_issued} papers were issued and no box is recorded; enter the boxes first.",
        )


def _balance(counters: Counters, unused: int) -> Conflict:
    left = _left(counters)
    return Conflict(
        "PAPERS_BALANCE",
        f"印制 {counters.papers_printed} 张 = 发出 {counters.papers_out} 张（含交回 {counters.papers_returned}、"
        f"写坏 {counters.papers_torn}）+ 未用，未用应为 {left} 张，清点到 {unused} 张；请重新清点。"
        "确实对不上的，由选举委员会作出决定，在下面登记。",
        f"{counters.papers_printed} printed = {counters.papers_out} out (with {counters.papers_returned} come back, "
        f"{counters.papers_torn} spoilt) + unused, so {left} must be left, not {unused}; count again. If they cannot "
        "be found, the committee decides; record its decision below.",
    )
