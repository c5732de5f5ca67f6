"""Paper and tablets added once. Pure: the server and the verifier run the same.

``legal_record`` says which is the record of the law. ``tablet``: both channels hold different voters' ballots and are
added. ``paper``: the tablet printed every ballot for the box, so the papers alone are counted and the electronic
count is the check of the paper count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voting.elections.paper.sheets import BoxSheet, OfficeSheet


@dataclass(frozen=True)
class Outlet:
    """Papers by where they were issued and collected: the boxes of the hall together, each mobile box by itself."""

    zh: str
    en: str
    issued: int
    collected: int

    @property
    def overfull(self) -> bool:
        """More papers out of the box than were issued: the poll is void (居委会组织法 19)."""
        return self.collected > self.issued


@dataclass(frozen=True)
class Tablets:
    """One office of the electronic count: votes by candidate in ballot order, and 弃权."""

    title: str
    seats: int
    votes: tuple[tuple[str, int], ...]
    blank: int


@dataclass(frozen=True)
class Merged:
    """One office over both channels. ``tablet``/``paper``: votes by name in each, whichever of them counts."""

    title: str
    seats: int
    votes: dict[str, int]
    blank: int
    lost: int
    tablet: dict[str, int]
    paper: dict[str, int]


def merge(tablets: Sequence[Tablets], sheet: BoxSheet | None, *, legal_record: str) -> tuple[Merged, ...]:
    """Both channels office by office. Raises ValueError where they are not of one ballot."""
    if sheet is None:
        return tuple(_alone(one) for one in tablets)
    return tuple(_merged(one, other, legal_record) for one, other in zip(tablets, sheet.offices, strict=True))


def _alone(tablet: Tablets) -> Merged:
    votes = dict(tablet.votes)
    return Merged(tablet.title, tablet.seats, votes, tablet.blank, 0, dict(votes), {})


def _merged(tablet: Tablets, sheet: OfficeSheet, legal_record: str) -> Merged:
    if (tablet.title, tablet.seats, [name for name, _ in tablet.votes]) != (
        sheet.title,
        sheet.seats,
        [name for name, _ in sheet.votes],
    ):
        raise ValueError("papers of another ballot")
    electronic, paper = dict(tablet.votes), dict((*sheet.votes, *sheet.written))
    counted = [paper] if legal_record == "paper" else [electronic, paper]
    return Merged(
        title=tablet.title,
        seats=tablet.seats,
        votes={name: sum(one.get(name, 0) for one in counted) for name in dict.fromkeys((*electronic, *paper))},
        blank=sheet.blank + (0 if legal_record == "paper" else tablet.blank),
        lost=sheet.lost,
        tablet=electronic,
        paper=paper,
    )


def outlets_of(boxes: Sequence[tuple[int, str, int, int]], papers_issued: int) -> tuple[Outlet, ...]:
    """Issued and collected by outlet. ``boxes``: number, kind, papers issued from it (mobile) and papers in it;
    ``papers_issued``: all that stayed with people, so the boxes of the hall hold what no mobile box issued."""
    if not boxes:
        return ()
    mobile = [one for one in boxes if one[1] == "mobile"]
    inside = sum(papers for _, kind, _, papers in boxes if kind == "main")
    hall = Outlet(
        "大厅票箱", "the boxes of the hall", papers_issued - sum(issued for _, _, issued, _ in mobile), inside
    )
    return (
        hall,
        *(
            Outlet(f"{number} 号流动票箱", f"mobile box {number}", issued, papers)
            for number, _, issued, papers in mobile
        ),
    )
