"""The electronic count as the check of the paper count, where the paper is the record of the law. Pure.

The tablet printed every ballot for the box, and some voters received a paper to fill in by hand, which no tablet saw.
So nobody has fewer votes on paper than on the tablets, nor more than those papers explain. What departs from that
changes no result: it is shown, and people look into it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from voting.elections.count.report import ResultDocument
from voting.law.thresholds import Reason


@dataclass(frozen=True)
class Departure:
    """Somebody whose votes on the tablets and on paper do not fit."""

    office: str
    name: str
    tablet: int
    paper: int


def departures(offices: Iterable[tuple[str, Mapping[str, int], Mapping[str, int]]], by_hand: int) -> list[Departure]:
    """Over offices (title, votes on the tablets, votes on paper); ``by_hand``: papers filled in without a tablet."""
    return [
        Departure(title, name, tablet.get(name, 0), paper.get(name, 0))
        for title, tablet, paper in offices
        for name in dict.fromkeys((*tablet, *paper))
        if not 0 <= paper.get(name, 0) - tablet.get(name, 0) <= by_hand
    ]


def checked(offices: Iterable[tuple[str, Mapping[str, int], Mapping[str, int]]], by_hand: int) -> Reason:
    """The check in a sentence."""
    found = departures(offices, by_hand)
    if found:
        zh = "；".join(f"{one.office} {one.name} 平板 {one.tablet}、纸票 {one.paper}" for one in found)
        en = "; ".join(f"{one.office} {one.name} tablets {one.tablet}, paper {one.paper}" for one in found)
        return Reason(
            f"核对有出入：{zh}。结果以纸票为准，请选举委员会查明原因并写入报告。",
            f"The check departs: {en}. The papers are the record; the committee finds out why and reports it.",
        )
    if by_hand:
        return Reason(
            f"核对相符：各人纸票不少于平板，多出的都在手写纸票 {by_hand} 张以内。",
            f"The check agrees: nobody has fewer votes on paper than on the tablets, nor more than the {by_hand} "
            "paper(s) filled in by hand explain.",
        )
    return Reason(
        "核对相符：各人纸票与平板一票不差。", "The check agrees: paper and tablets are the same, vote for vote."
    )


def checked_document(document: ResultDocument) -> Reason | None:
    """The check of a certified result; None where the tablets are the record of their own votes."""
    if document.legal_record != "paper":
        return None
    papers = document.papers
    offices = (
        (
            office.title,
            {one.name: one.tablet for one in office.candidates},
            {one.name: one.paper for one in office.candidates},
        )
        for office in document.offices
    )
    return checked(offices, papers.out - papers.returned - papers.torn)
