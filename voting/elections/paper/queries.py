"""What pages, notices, moves and the count read of an election's paper ballots."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from voting.box import chain, desk
from voting.box.tables import Box
from voting.elections.candidates.queries import contests
from voting.elections.paper.channels import Outlet, outlets_of
from voting.elections.paper.sheets import BoxSheet, OfficeSheet, add, differences, from_data
from voting.elections.paper.tables import (
    BoxEntry,
    DoubtfulPaper,
    MobileVoter,
    PaperBox,
    PaperLedger,
    PapersMissing,
    PrintRun,
    WrittenName,
)
from voting.elections.roll.queries import Found, get_entry
from voting.elections.roll.tables import RollEntry
from voting.elections.tables import Election
from voting.errors import NotFound
from voting.law.profiles import Mode, rules_of
from voting.law.thresholds import Reason


@dataclass(frozen=True)
class PaperTotals:
    """The papers of an election, counted. ``sheet``: all boxes as one; ``None`` where none was agreed.

    ``issued`` stayed with people; printed + ``surplus`` = issued + ``returned`` + ``spoilt`` + ``unused`` +
    ``missing`` once closed.
    ``main``/``mobile``: papers found in boxes of either kind; ``boxes``: number, kind, papers issued from it (mobile
    ones) and papers found in it, of every box agreed upon.
    """

    printed: int
    issued: int
    returned: int
    spoilt: int
    unused: int
    main: int
    mobile: int
    sheet: BoxSheet | None
    boxes: tuple[tuple[int, str, int, int], ...]
    missing: int = 0
    surplus: int = 0

    @property
    def collected(self) -> int:
        """Papers out of all boxes."""
        return self.main + self.mobile

    @property
    def out(self) -> int:
        """Every paper ever handed over."""
        return self.issued + self.returned + self.spoilt


def legal_record(election: Election) -> str:
    """``tablet``, or ``paper`` where the rules in force make the papers the record of the law."""
    rules = rules_of(election.law, Mode(election.mode), election.profile, election.options)
    return rules.legal_record.value


def uses_paper(session: Session, *, election: Election) -> bool:
    """Whether any paper was printed for this election, or its ballots are paper by its rules."""
    return legal_record(election) == "paper" or bool(session.get_one(Box, election.box_id).papers_printed)


def missing_papers(session: Session, *, election: Election) -> PapersMissing | None:
    """What the committee decided about papers that are gone or too many; None where it decided nothing."""
    return session.get(PapersMissing, election.id)


def outlets(session: Session, election: Election) -> tuple[Outlet, ...]:
    """Issued and collected by outlet, once every box is agreed; nothing before, when the sums are not whole."""
    rows = boxes(session, election=election)
    if not rows or any(one.state != "agreed" for one in rows):
        return ()
    found, counters = totals(session, election), chain.counters_of(session.get_one(Box, election.box_id))
    cards = counters.checked_in if legal_record(election) == "paper" else 0
    return outlets_of(found.boxes, found.issued + cards)


def print_runs(session: Session, *, election: Election) -> list[PrintRun]:
    """The print runs, by style."""
    return list(session.scalars(select(PrintRun).where(PrintRun.election_id == election.id).order_by(PrintRun.style)))


def boxes(session: Session, *, election: Election) -> list[PaperBox]:
    """The boxes by number."""
    return list(session.scalars(select(PaperBox).where(PaperBox.election_id == election.id).order_by(PaperBox.number)))


def get_box(session: Session, *, election: Election, box_id: str) -> PaperBox:
    """One box of this election, fresh. Raises NotFound NO_SUCH_PAPER_BOX."""
    row = session.get(PaperBox, box_id, populate_existing=True)
    if row is None or row.election_id != election.id:
        raise NotFound("NO_SUCH_PAPER_BOX", "没有这个票箱，请刷新页面。", "There is no such box; reload the page.")
    return row


def list_of(session: Session, *, box: PaperBox) -> list[RollEntry]:
    """The posted list of a mobile box, by roll number."""
    return list(
        session.scalars(
            select(RollEntry)
            .join(MobileVoter, MobileVoter.roll_entry_id == RollEntry.id)
            .where(MobileVoter.paper_box_id == box.id)
            .order_by(RollEntry.number)
        )
    )


def served_of(session: Session, *, election: Election, people: Iterable[RollEntry]) -> frozenset[str]:
    """Of the people of a mobile box's list: who has a ballot. Until the box is back, they received it in the hall."""
    return frozenset(desk.active_marks(session, election.box_id, [one.id for one in people]))


def entries(session: Session, *, box: PaperBox) -> list[BoxEntry]:
    """The entries of a box, the first first."""
    return list(session.scalars(select(BoxEntry).where(BoxEntry.paper_box_id == box.id).order_by(BoxEntry.ordinal)))


def doubtful(session: Session, *, box: PaperBox) -> list[DoubtfulPaper]:
    """The doubtful papers of a box, by number."""
    return list(
        session.scalars(
            select(DoubtfulPaper).where(DoubtfulPaper.paper_box_id == box.id).order_by(DoubtfulPaper.number)
        )
    )


def empty_sheet(session: Session, *, election: Election) -> BoxSheet:
    """A sheet with the offices and names of the ballot, all figures 0."""
    return BoxSheet(
        0,
        0,
        tuple(
            OfficeSheet(one.office.title, one.office.seats, tuple((name, 0) for name in one.names))
            for one in contests(session, election=election)
        ),
    )


def written_names(session: Session, *, election: Election) -> dict[tuple[str, str], WrittenName]:
    """The written names that were looked up, by office and name."""
    rows = session.scalars(select(WrittenName).where(WrittenName.election_id == election.id))
    return {(row.office, row.name): row for row in rows}


def names_waiting(session: Session, *, election: Election) -> list[tuple[str, str]]:
    """Office and name of every write-in of the entries that nobody has looked up yet."""
    known = written_names(session, election=election)
    rows = session.scalars(
        select(BoxEntry.sheet)
        .join(PaperBox, PaperBox.id == BoxEntry.paper_box_id)
        .where(PaperBox.election_id == election.id, PaperBox.state == "opened")
    )
    found = {(office.title, name) for data in rows for office in from_data(data).offices for name, _ in office.written}
    return sorted(found - known.keys())


def differing(session: Session, *, box: PaperBox) -> int:
    """In how many figures the two entries of a box differ."""
    both = [from_data(one.sheet) for one in entries(session, box=box)]
    return len(differences(*both)) if len(both) == 2 else 0


def totals(session: Session, election: Election) -> PaperTotals:
    """The papers of the election as far as they are counted."""
    row = session.get_one(Box, election.box_id)
    counters = chain.counters_of(row)
    ledger = session.get(PaperLedger, election.id)
    found = [(one, from_data(one.sheet)) for one in boxes(session, election=election) if one.sheet is not None]
    counted = tuple((one.number, one.kind, one.papers_taken - one.papers_back, sheet.collected) for one, sheet in found)
    return PaperTotals(
        printed=counters.papers_printed,
        issued=counters.papers_issued,
        returned=counters.papers_returned,
        spoilt=counters.papers_torn,
        unused=ledger.unused if ledger else counters.papers_printed - counters.papers_out,
        main=sum(papers for _, kind, _, papers in counted if kind == "main"),
        mobile=sum(papers for _, kind, _, papers in counted if kind == "mobile"),
        sheet=add(sheet for _, sheet in found) if found else None,
        boxes=counted,
        missing=ledger.missing if ledger else 0,
        surplus=ledger.surplus if ledger else 0,
    )


def waiting(session: Session, *, election: Election) -> Reason | None:
    """What keeps the count of this election's papers from being closed; None where nothing does."""
    if not uses_paper(session, election=election) or session.get(PaperLedger, election.id) is not None:
        return None
    open_boxes = [one.number for one in boxes(session, election=election) if one.state != "agreed"]
    if open_boxes:
        listed = "、".join(map(str, open_boxes))
        return Reason(
            f"{listed} 号票箱的纸质选票还没有核对一致：请两位工作人员分别录入。",
            f"The papers of box {', '.join(map(str, open_boxes))} are not agreed: two members of staff enter them.",
        )
    return Reason(
        "纸质选票还没有结清：请选举工作人员清点未用选票并结清。",
        "The papers are not reconciled: the election official counts the unused ones and closes the ledger.",
    )


def away(session: Session, *, election: Election) -> int:
    """Mobile boxes that are on their way."""
    found = select(func.count()).where(PaperBox.election_id == election.id, PaperBox.state == "away")
    return session.scalar(found) or 0


def namesakes(session: Session, *, election: Election, name: str) -> list[Found]:
    """Everybody on the roll whose name stands in what was written: whom it may mean.

    A paper that tells namesakes apart says more than the name (王芳，三栋), and each way of writing is looked up by
    itself.
    """
    rows = session.scalars(
        select(RollEntry.id)
        .where(RollEntry.election_id == election.id, literal(name).contains(RollEntry.name))
        .order_by(RollEntry.number)
    )
    return [get_entry(session, election=election, entry_id=one) for one in rows]
