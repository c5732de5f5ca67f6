"""The count of paper: two entries of every box, differences settled openly, written-in names (居委会组织法 19)."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from voting import journal
from voting.box.tables import Box
from voting.database import transaction
from voting.elections.candidates.queries import contests
from voting.elections.lifecycle import require_state
from voting.elections.paper.boxes import box_state
from voting.elections.paper.events import PaperBoxAgreed, WrittenNameDecided
from voting.elections.paper.queries import (
    boxes,
    doubtful,
    empty_sheet,
    entries,
    get_box,
    namesakes,
    written_names,
)
from voting.elections.paper.rules import BallotClass, require_majority
from voting.elections.paper.sheets import (
    BoxSheet,
    as_data,
    check_sheet,
    commitment,
    differences,
    from_data,
    settle_names,
)
from voting.elections.paper.tables import BoxEntry, PaperBox, WrittenName
from voting.elections.queries import law_in_force, locked
from voting.elections.roll.queries import get_entry
from voting.elections.tables import Election
from voting.elections.texts import reason as typed_reason
from voting.errors import Conflict, Malformed, NotAllowed, NotFound, TooEarly
from voting.law.polls import Kind
from voting.permissions import Actor

COUNTING: Final = ("closed", "counting")


def enter_box(session: Session, *, election_id: str, box_id: str, sheet: BoxSheet, actor: Actor) -> int:
    """One of two entries of a box, each by another person; returns which (1 or 2). A person may correct the own one
    until both agree. Nothing is logged before the figures are agreed upon.

    Raises Malformed PAPER_FIGURES, PAPER_NAMES, PAPER_SUM, PAPER_VOTES, PAPER_FORM; Conflict BOX_STATE, THIRD_ENTRY.
    """
    check_sheet(sheet)
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, *COUNTING)
        row = opened(session, election, box_id)
        _require_ballot(session, election, sheet)
        known = entries(session, box=row)
        own = next((one for one in known if one.account_id == actor.account_id), None)
        if own is None and len(known) == 2:
            raise Conflict(
                "THIRD_ENTRY",
                "这个票箱已有两人录入；要更正，请由录入的人改，或公开核对后确定。",
                "Two people have entered this box; ask one of them to correct the figures, or settle them openly.",
            )
        if own is None:
            own = BoxEntry(paper_box_id=row.id, account_id=actor.account_id, ordinal=len(known) + 1, sheet={})
            session.add(own)
        own.sheet = as_data(sheet)
        session.flush()
        return own.ordinal


def agree_box(session: Session, *, election_id: str, box_id: str, actor: Actor, now: datetime) -> BoxSheet:
    """Both entries are the same: the figures of the box stand, and the log has them.

    Raises Conflict BOX_STATE, ENTRIES_DIFFER (naming the figures); TooEarly ENTRIES_MISSING, NAMES_WAITING,
    DOUBTFUL_WAITING; Conflict DOUBTFUL_OVER.
    """
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, *COUNTING)
        row = opened(session, election, box_id)
        first, second = _both(session, row)
        found = differences(from_data(first.sheet), from_data(second.sheet))
        if found:
            zh = "；".join(f"{one.zh} {one.first} / {one.second}" for one in found[:6])
            en = "; ".join(f"{one.en} {one.first} / {one.second}" for one in found[:6])
            raise Conflict(
                "ENTRIES_DIFFER",
                f"两次录入有 {len(found)} 处不同：{zh}。请录入的人核对唱计票单，或公开核对后确定。",
                f"The two entries differ in {len(found)} figure(s): {en}. Check the count sheet, or settle it openly.",
            )
        return _agree(session, election, row, _Agreed(from_data(first.sheet)), by=actor.account_id, now=now)


def settle_box(
    session: Session, *, election_id: str, box_id: str, sheet: BoxSheet, reason: str, actor: Actor, now: datetime
) -> BoxSheet:
    """The papers were looked at again in public because the entries differ: these figures stand, with the reason.

    Whoever settles is neither of the two who entered. Raises NotAllowed SETTLED_BY_ENTRANT; Conflict BOX_STATE,
    NOTHING_TO_SETTLE; TooEarly ENTRIES_MISSING, NAMES_WAITING; Malformed as `enter_box`, TEXT_….
    """
    check_sheet(sheet)
    reason = typed_reason(reason, least=4)
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, *COUNTING)
        row = opened(session, election, box_id)
        _require_ballot(session, election, sheet)
        first, second = _both(session, row)
        if actor.account_id in (first.account_id, second.account_id):
            raise NotAllowed(
                "SETTLED_BY_ENTRANT",
                "录入的人不能自己确定不同的数字，请第三位工作人员当众核对后确定。",
                "Who entered the figures cannot settle them; a third member of staff does so in public.",
            )
        found = differences(from_data(first.sheet), from_data(second.sheet))
        if not found:
            raise Conflict(
                "NOTHING_TO_SETTLE",
                "两次录入已经一致，请直接确认。",
                "The two entries are the same; confirm them, there is nothing to settle.",
            )
        settled = _Agreed(sheet, len(found), actor.account_id, reason)
        return _agree(session, election, row, settled, by=actor.account_id, now=now)


def settle_name(
    session: Session,
    *,
    election_id: str,
    office: str,
    name: str,
    entry_id: str | None,
    in_favour: int,
    against: int,
    actor: Actor,
    now: datetime,
) -> str | None:
    """Whom a written-in name means, by the committee's majority: an entry of the roll chosen among namesakes, or
    nobody (`None`), and then the votes are lost. Every decision is an entry of the log: none is exchanged unseen.

    Returns how the result will name the person. Raises NotFound NO_SUCH_OFFICE_HERE, ROLL_NO_ENTRY; Malformed
    NAME_OTHER, DOUBTFUL_MAJORITY; Conflict NAME_USED.
    """
    require_majority(in_favour, against)
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, *COUNTING)
        if office not in {one.title for one in election.offices}:
            raise NotFound(
                "NO_SUCH_OFFICE_HERE", "本次选举没有这个职务，请刷新页面。", "This election has no such office; reload."
            )
        agreed = [one for one in boxes(session, election=election) if one.state == "agreed"]
        if any(_wrote(session, one, office, name) for one in agreed):
            raise Conflict(
                "NAME_USED",
                f"“{name}”已经按先前的认定计入一个票箱，不能再改。如有错误，请选举委员会决定。",
                f"“{name}” has been counted in a box as decided before; if that is wrong, the committee decides.",
            )
        shown = None if entry_id is None else _shown(session, election, office, name, entry_id)
        row = session.get(WrittenName, (election.id, office, name)) or WrittenName(
            election_id=election.id, office=office, name=name
        )
        row.roll_entry_id, row.shown, row.decided_by = entry_id, shown, actor.account_id
        session.add(row)
        uuid = session.get_one(Box, election.box_id).uuid
        fact = WrittenNameDecided(election.id, uuid, office, shown or "", in_favour, against, actor.account_id)
        journal.record(session, election.community_id, fact, now)
        return shown


def opened(session: Session, election: Election, box_id: str) -> PaperBox:
    """A box that is being counted. Raises Conflict BOX_STATE."""
    row = get_box(session, election=election, box_id=box_id)
    if row.state != "opened":
        raise box_state()
    return row


def _both(session: Session, row: PaperBox) -> tuple[BoxEntry, BoxEntry]:
    known = entries(session, box=row)
    if len(known) < 2:
        raise TooEarly(
            "ENTRIES_MISSING",
            f"{row.number} 号票箱要两人分别录入，现有 {len(known)} 份；请另一位工作人员录入。",
            f"Box {row.number} needs two entries by different people and has {len(known)}; ask another clerk.",
        )
    return known[0], known[1]


def _require_ballot(session: Session, election: Election, sheet: BoxSheet) -> None:
    """The sheet has the offices and names of the ballot, in its order."""
    wanted = [
        (one.title, one.seats, [name for name, _ in one.votes])
        for one in empty_sheet(session, election=election).offices
    ]
    if [(one.title, one.seats, [name for name, _ in one.votes]) for one in sheet.offices] != wanted:
        raise Malformed(
            "PAPER_FORM",
            "录入的职务或候选人与选票不同，请刷新页面重新录入。",
            "Offices or names are not those of the ballot; reload the page and enter the figures again.",
        )
    _refuse_written(election, sheet)


def _refuse_written(election: Election, sheet: BoxSheet) -> None:
    """A re-vote is between those tied alone, a recall between yes and no: nobody can be written in."""
    if election.kind not in (Kind.REVOTE, Kind.RECALL) or not any(one.written for one in sheet.offices):
        return
    law = law_in_force(election)
    recall = election.kind == Kind.RECALL
    said = law.reason("", "", law.recall_article if recall else law.turnout_article)
    raise Malformed(
        "PAPER_NO_WRITE_IN",
        ("罢免投票只有同意和不同意" if recall else "再次投票只在票数相同的人之间进行")
        + f"（{said.article}），不能另选他人：请把写了姓名的票位记为作废。",
        ("A recall asks for yes or no" if recall else "A re-vote is between those tied alone")
        + f" ({said.article_en}) and nobody can be written in: enter such marks as lost.",
    )


@dataclass(frozen=True)
class _Agreed:
    """Figures that stand; by whom and why they were settled, where the two entries differed."""

    sheet: BoxSheet
    differences: int = 0
    settled_by: str = ""
    reason: str = ""


def _agree(session: Session, election: Election, row: PaperBox, agreed: _Agreed, *, by: str, now: datetime) -> BoxSheet:
    sheet, (first, second) = agreed.sheet, _both(session, row)
    known = {place: one.shown for place, one in written_names(session, election=election).items()}
    unknown = [name for one in sheet.offices for name, _ in one.written if (one.title, name) not in known]
    if unknown:
        raise TooEarly(
            "NAMES_WAITING",
            f"另选他人“{'、'.join(unknown[:6])}”还没有对照选民名单认定；请先认定。",
            f"The written names {', '.join(unknown[:6])} have not been looked up on the roll; do so first.",
        )
    _require_doubts_decided(session, row, sheet)
    final = settle_names(sheet, known)
    check_sheet(final)
    row.sheet, row.state, row.salt = as_data(final), "agreed", secrets.token_bytes(16)
    fact = PaperBoxAgreed(
        election=election.id,
        box=session.get_one(Box, election.box_id).uuid,
        paper_box=row.number,
        kind=row.kind,
        issued=row.papers_taken - row.papers_back,
        first=first.account_id,
        second=second.account_id,
        differences=agreed.differences,
        settled_by=agreed.settled_by,
        reason=agreed.reason,
        collected=final.collected,
        sheet_commitment=commitment(row.salt, final),
        by=by,
    )
    journal.record(session, election.community_id, fact, now)
    return final


def _require_doubts_decided(session: Session, row: PaperBox, sheet: BoxSheet) -> None:
    """No doubtful paper waits for the committee, and those it found void are among the void ones of the sheet."""
    laid = doubtful(session, box=row)
    if waiting := [str(one.number) for one in laid if one.kind is None]:
        raise TooEarly(
            "DOUBTFUL_WAITING",
            f"第 {'、'.join(waiting)} 张有疑义的选票还没有认定，请选举委员会先认定。",
            f"The committee has not decided on doubtful paper(s) {', '.join(waiting)}; it does so first.",
        )
    void = sum(one.kind == BallotClass.VOID for one in laid)
    if void > sheet.void:
        raise Conflict(
            "DOUBTFUL_OVER",
            f"选举委员会认定废票 {void} 张，录入的整张废票只有 {sheet.void} 张；请照唱计票单更正录入。",
            f"The committee found {void} paper(s) void and the entry has {sheet.void}; correct the entry.",
        )


def _wrote(session: Session, box: PaperBox, office: str, name: str) -> bool:
    sheets: list[Any] = [one.sheet for one in entries(session, box=box)]
    return any(
        (one.title, written) == (office, name)
        for sheet in sheets
        for one in from_data(sheet).offices
        for written, _ in one.written
    )


def _shown(session: Session, election: Election, office: str, name: str, entry_id: str) -> str:
    """How the result names the person: a candidate of this office as on the ballot; else the name, with the roll
    number where the roll has a namesake or a candidate bears the name."""
    entry = get_entry(session, election=election, entry_id=entry_id)
    if entry.name not in name:
        raise Malformed(
            "NAME_OTHER",
            f"选票上写的是“{name}”，选的是 {entry.name}；请在同名的选民里选。",
            f"The paper says “{name}” and {entry.name} was chosen; choose among the namesakes.",
        )
    ballot = contests(session, election=election)
    for contest in ballot:
        if contest.office.title != office:
            continue
        for candidate, printed in zip(contest.candidates, contest.names, strict=bool(contest.candidates)):
            if candidate.roll_entry_id == entry.id:
                return printed
    taken = {printed for contest in ballot for printed in contest.names if contest.office.title == office}
    alike = [one for one in namesakes(session, election=election, name=entry.name) if one.name == entry.name]
    return f"{entry.name}（{entry.number} 号）" if len(alike) > 1 or entry.name in taken else entry.name
