"""Paper boxes on their way: printed papers counted, boxes sealed empty, mobile boxes out and back, opened in public."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from voting import journal
from voting.box import chain, desk, papers
from voting.box.tables import Box
from voting.database import random_id, transaction
from voting.elections.conflicts import require_watchers_free
from voting.elections.lifecycle import require_state
from voting.elections.paper.events import (
    MobileBoxBack,
    MobileBoxLeft,
    PaperBoxOpened,
    PaperBoxSealed,
    PapersPrinted,
)
from voting.elections.paper.queries import boxes, get_box, list_of, served_of, uses_paper
from voting.elections.paper.tables import MobileVoter, PaperBox, PrintRun
from voting.elections.proxies.queries import asked_others
from voting.elections.queries import locked, rules
from voting.elections.roll.queries import get_entry
from voting.elections.tables import Election
from voting.elections.texts import typed
from voting.errors import Conflict, Malformed, NotAllowed, TooEarly
from voting.permissions import Actor

#: 监票人 beside a box of the hall: nobody watches alone. Beside a mobile box the profile says how many.
MAIN_WATCHERS: Final = 2
_BEFORE_POLL: Final = ("published", "sealed")
_DURING_POLL: Final = ("open", "paused", "closing")
#: A paper to everybody on the roll and half as many again for spoilt ones is more than any hall needs.
_MOST_PAPERS: Final = 100_000


def print_papers(
    session: Session,
    *,
    election_id: str,
    style: str,
    printed: int,
    second: str,
    actor: Actor,
    now: datetime,
) -> str:
    """Record a print run that `actor` and `second` (an account) counted; returns its id.

    Raises Malformed PAPERS_NUMBER, TEXT_…; NotAllowed PAPERS_ALONE; TooEarly/TooLate of the state.
    """
    if not 1 <= printed <= _MOST_PAPERS:
        raise Malformed(
            "PAPERS_NUMBER",
            "印制张数须在 1 至 100,000 之间，请核对。",
            "Between 1 and 100,000 papers are printed; check the number.",
        )
    if second == actor.account_id:
        raise NotAllowed(
            "PAPERS_ALONE",
            "选票要两人清点，请选择另一位工作人员。",
            "Papers are counted by two people; choose another member of staff.",
        )
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, *_BEFORE_POLL)
        style = typed(style, zh="票样", en="Style", most=40, least=1)
        run = PrintRun(
            id=random_id(),
            election_id=election.id,
            style=style,
            printed=printed,
            counted_by=actor.account_id,
            second_by=second,
        )
        session.add(run)
        papers.printed(session, box=election.box_id, number=printed)
        fact = PapersPrinted(election.id, _uuid(session, election), style, printed, second, actor.account_id)
        journal.record(session, election.community_id, fact, now)
        return run.id


def seal_box(
    session: Session,
    *,
    election_id: str,
    kind: str,
    place: str,
    seal: str,
    watchers: Sequence[str],
    actor: Actor,
    now: datetime,
    approval: str = "",
    voters: Sequence[str] = (),
) -> str:
    """A box was shown empty and sealed with the number `seal`; returns its id. `place`: the route of a mobile box.

    A mobile box needs `approval` (by whom) and `voters`, the roll entries of its posted list.
    Raises TooEarly NO_PAPERS; Malformed BOX_KIND, FEW_WATCHERS, MOBILE_LIST, MOBILE_APPROVAL, TEXT_…; Conflict
    SEAL_TWICE, MOBILE_TWICE, MOBILE_PROXY, WATCHER_CONFLICT; NotFound ROLL_NO_ENTRY.
    """
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, *_BEFORE_POLL, *_DURING_POLL)
        _require_papers(session, election)
        names = _watchers(kind, watchers, rules(election).mobile_watchers.value)
        require_watchers_free(session, election, names)
        _require_mobile(kind, approval, voters)
        known = list(session.scalars(select(PaperBox).where(PaperBox.election_id == election.id)))
        seal = typed(seal, zh="封条号", en="Seal", most=40, least=1)
        if any(one.seal == seal for one in known):
            raise Conflict(
                "SEAL_TWICE",
                f"封条号 {seal} 已经用在另一个票箱上，请核对封条。",
                f"Seal {seal} is on another box already; check the seal.",
            )
        row = PaperBox(
            id=random_id(),
            election_id=election.id,
            number=len(known) + 1,
            kind=kind,
            place=typed(place, zh="地点或路线", en="Place or route", most=200, least=1),
            seal=seal,
            watchers=names,
            approval=typed(approval, zh="批准机关", en="Approved by", most=80),
        )
        session.add(row)
        session.flush()
        digest = _list_voters(session, election, row, voters)
        fact = PaperBoxSealed(
            election.id,
            _uuid(session, election),
            row.number,
            kind,
            seal,
            len(names),
            len(voters),
            digest,
            actor.account_id,
        )
        journal.record(session, election.community_id, fact, now)
        return row.id


def send_out(session: Session, *, election_id: str, box_id: str, taken: int, actor: Actor, now: datetime) -> None:
    """A mobile box leaves the hall with so many papers, at most one to each person of its list and two spare ones.

    Who came to the hall and has a ballot already is struck from the visits.
    Raises Conflict BOX_STATE, MOBILE_NOBODY; Malformed MOBILE_PAPERS.
    """
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, "open")
        row = _box_in(session, election, box_id, "mobile", "sealed")
        people = list_of(session, box=row)
        listed = len(people) - len(served_of(session, election=election, people=people))
        if not listed:
            raise Conflict(
                "MOBILE_NOBODY",
                "名单上的人都已在大厅领票，这个流动票箱不用出门：请把它留在大厅，结束后当众开箱。",
                "Everybody on the list has a ballot from the hall: keep the box there and open it after the poll.",
            )
        counters = chain.counters_of(chain.locked(session, election.box_id))
        elsewhere = sum(one.papers_taken for one in boxes(session, election=election) if one.state == "away")
        if not 1 <= taken <= min(listed + 2, counters.papers_printed - counters.papers_out - elsewhere):
            raise Malformed(
                "MOBILE_PAPERS",
                f"带出的选票须为 1 至 {listed + 2} 张（上门 {listed} 人另加备用 2 张），且不多于剩下的选票；请核对。",
                f"Between 1 and {listed + 2} papers go to {listed} people, and no more than are left; check it.",
            )
        row.state, row.papers_taken = "away", taken
        fact = MobileBoxLeft(election.id, _uuid(session, election), row.number, taken, actor.account_id)
        journal.record(session, election.community_id, fact, now)


def bring_back(
    session: Session,
    *,
    election_id: str,
    box_id: str,
    voters: Sequence[str],
    back: int,
    actor: Actor,
    now: datetime,
    spoilt: int = 0,
) -> None:
    """A mobile box is back: `voters` of its list received a paper, `back` unused papers came with it, and `spoilt` ones
    that were replaced at home.

    Raises Conflict BOX_STATE, MOBILE_OTHER, MOBILE_SERVED, NO_PAPER_OUT; Malformed MOBILE_BALANCE.
    """
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, *_DURING_POLL)
        row = _box_in(session, election, box_id, "mobile", "away")
        people = list_of(session, box=row)
        listed = {one.id: str(one.number) for one in people}
        if len(set(voters)) != len(voters) or not set(voters) <= set(listed):
            raise Conflict(
                "MOBILE_OTHER",
                "有人不在这个流动票箱公布的名单上；请只勾选名单上的人。",
                "Somebody is not on the posted list of this box; choose people of the list only.",
            )
        struck = served_of(session, election=election, people=people)
        if twice := [f"{one.name}（{one.number} 号）" for one in people if one.id in struck and one.id in voters]:
            raise _served("、".join(twice))
        if min(back, spoilt) < 0 or len(voters) + back + spoilt != row.papers_taken:
            raise Malformed(
                "MOBILE_BALANCE",
                f"带出 {row.papers_taken} 张，应等于领票 {len(voters)} 人加带回空白 {back} 张、写坏 {spoilt} 张；"
                "请当场清点。",
                f"{row.papers_taken} papers went out and must be {len(voters)} issued, {back} brought back blank and "
                f"{spoilt} spoilt; count them on the spot.",
            )
        papers.issue_outside(
            session,
            box=election.box_id,
            voters=[(one, listed[one]) for one in voters],
            desk_name=f"流动票箱 {row.number}",
            actor=actor.account_id,
            now=now,
        )
        for _ in range(spoilt):
            papers.replace_spoilt(session, box=election.box_id, actor=actor.account_id, now=now)
        row.state, row.papers_back = "back", back + spoilt
        uuid = _uuid(session, election)
        fact = MobileBoxBack(election.id, uuid, row.number, len(voters), back, spoilt, actor.account_id)
        journal.record(session, election.community_id, fact, now)


def open_box(session: Session, *, election_id: str, box_id: str, seal: str, actor: Actor, now: datetime) -> None:
    """Open a box in public after the poll, its seal whole: `seal` is what stands on it.

    Raises Conflict BOX_STATE, SEAL_OTHER; TooEarly/TooLate of the state.
    """
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, "closed", "counting")
        row = get_box(session, election=election, box_id=box_id)
        if row.state not in ("sealed", "back"):
            raise box_state()
        if typed(seal, zh="封条号", en="Seal", most=40) != row.seal:
            raise Conflict(
                "SEAL_OTHER",
                f"封条号与封箱时登记的（{row.seal}）不同：不要开箱，请监督委员到场查看。",
                f"The seal is not the one recorded ({row.seal}): do not open the box; ask the supervisors to look.",
            )
        row.state = "opened"
        fact = PaperBoxOpened(election.id, _uuid(session, election), row.number, row.seal, actor.account_id)
        journal.record(session, election.community_id, fact, now)


def box_state() -> Conflict:
    """The refusal of a step that does not fit the box's state."""
    return Conflict(
        "BOX_STATE",
        "这个票箱现在不能这样办，可能别人已经办过；请刷新页面再看。",
        "This does not fit the state of the box; somebody may have done it already. Reload the page.",
    )


def _served(names: str) -> Conflict:
    """The carriers gave a paper to somebody who was struck: said by name, with what leads back to the truth."""
    return Conflict(
        "MOBILE_SERVED",
        f"{names}出门以前已在大厅领过票，不能再算在家领票。大厅领的那张还没有投的，请在验证发票处收回并撤销，再来登记；已经投了的，"
        "不要勾选此人，在家多给的那张没有投入票箱的当众收回，按写坏登记；已经投入票箱的，请监督委员到场，也按写坏登记：收回会多于"
        "发出，由选举委员会依法处理。",
        f"{names} received a ballot in the hall before the box left. Where it is still unused, take it back at "
        "the desk and undo it, then record again. Where it was cast, leave the person unticked and record the paper "
        "given at home as spoilt: take it back in public, or, if it is in the box, call the supervisors; more papers "
        "than issued are then found, which the committee deals with by the law.",
    )


def on_their_way(session: Session, *, election: Election, voters: Iterable[str], state: str = "away") -> dict[str, int]:
    """Of these voters: those on the list of a mobile box in `state` (on its way), with the box's number."""
    wanted = set(voters)
    if not wanted:
        return {}
    rows = session.execute(
        select(MobileVoter.roll_entry_id, PaperBox.number)
        .join(PaperBox, MobileVoter.paper_box_id == PaperBox.id)
        .where(MobileVoter.election_id == election.id, MobileVoter.roll_entry_id.in_(wanted), PaperBox.state == state)
    )
    return dict(rows.all())


def refuse_on_mobile_list(session: Session, *, election: Election, voter: str) -> None:
    """At the desk: somebody whose mobile box is on its way might be given a second paper.

    Raises Conflict MOBILE_AWAY.
    """
    away = on_their_way(session, election=election, voters=[voter]).get(voter)
    if away is not None:
        raise Conflict(
            "MOBILE_AWAY",
            f"此人在 {away} 号流动票箱的名单上，票箱正在上门。请等票箱回来，看本人有没有在家领票，再办。",
            f"This person is on the list of mobile box {away}, which is on its way: wait until it is back and see "
            "whether they received a paper at home.",
        )


def _require_papers(session: Session, election: Election) -> None:
    if not uses_paper(session, election=election):
        raise TooEarly(
            "NO_PAPERS",
            "还没有登记印制的纸质选票，请先登记印票清点。",
            "No paper ballots are recorded yet; record the print run first.",
        )


def _watchers(kind: str, watchers: Sequence[str], mobile: int) -> list[str]:
    if kind not in ("main", "mobile"):
        raise Malformed("BOX_KIND", "票箱只有主票箱和流动票箱，请选择。", "Choose a main or a mobile box.")
    names = [typed(one, zh="监票人", en="Watcher", most=40, least=1) for one in watchers if one.strip()]
    least = mobile if kind == "mobile" else MAIN_WATCHERS
    if len(set(names)) < least:
        raise Malformed(
            "FEW_WATCHERS",
            f"这个票箱至少要 {least} 名监票人，请补齐姓名。",
            f"This box needs at least {least} watchers; add their names.",
        )
    return names


def _require_mobile(kind: str, approval: str, voters: Sequence[str]) -> None:
    if kind == "main":
        if voters:
            raise Malformed(
                "MOBILE_LIST",
                "只有流动票箱有投票人名单，请核对票箱种类。",
                "Only a mobile box has a list of voters; check the kind.",
            )
        return
    if not voters or len(set(voters)) != len(voters):
        raise Malformed(
            "MOBILE_LIST",
            "流动票箱要有公布的投票人名单，每人一次；请先选人。",
            "A mobile box has a posted list of voters, each once; choose them first.",
        )
    if not approval.strip():
        raise Malformed(
            "MOBILE_APPROVAL",
            "设流动票箱须经街道（乡镇）批准，请写明批准机关。",
            "A mobile box is approved by the street or township; write by whom.",
        )


def _list_voters(session: Session, election: Election, row: PaperBox, voters: Sequence[str]) -> str:
    """Put the posted list to the box; returns the SHA-256 of its roll numbers and names, empty without a list."""
    if not voters:
        return ""
    found = sorted((get_entry(session, election=election, entry_id=one) for one in voters), key=lambda one: one.number)
    for one in found:
        if desk.active_mark(session, election.box_id, one.id) is not None:
            raise _listed_twice(one.name)
    asked = asked_others(session, election=election, voters=[one.id for one in found])
    if asked:
        names = "、".join(one.name for one in found if one.id in asked)
        raise Conflict(
            "MOBILE_PROXY",
            f"{names}已经书面委托别人投票，不能又在家投票。请先在委托投票页撤回委托，或者不列入名单。",
            f"{names} asked somebody else to vote and cannot vote at home as well; withdraw the form, or leave them "
            "out.",
        )
    try:
        with session.begin_nested():
            session.add_all(
                MobileVoter(paper_box_id=row.id, roll_entry_id=one.id, election_id=election.id) for one in found
            )
    except IntegrityError as twice:
        raise _listed_twice("") from twice
    text = "".join(f"{one.number} {one.name}\n" for one in found)
    return hashlib.sha256(text.encode()).hexdigest()


def _listed_twice(name: str) -> Conflict:
    return Conflict(
        "MOBILE_TWICE",
        f"{name or '有人'}已经在另一个流动票箱的名单上，或已领票；请核对名单。",
        f"{name or 'Somebody'} is on the list of another mobile box or has a ballot already; check the list.",
    )


def _box_in(session: Session, election: Election, box_id: str, kind: str, state: str) -> PaperBox:
    row = get_box(session, election=election, box_id=box_id)
    if (row.kind, row.state) != (kind, state):
        raise box_state()
    return row


def _uuid(session: Session, election: Election) -> str:
    return session.get_one(Box, election.box_id).uuid
