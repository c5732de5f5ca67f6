"""The facts of a count over both channels, paper and tablets, each shown apart and added once. Pure: the server and
the verifier make them by this one file.
"""

from __future__ import annotations

from dataclasses import replace

from voting.elections.count.report import Figures
from voting.elections.count.rules import CountFacts, OfficeCount
from voting.elections.paper.channels import Outlet, Tablets, merge
from voting.elections.paper.sheets import BoxSheet


def with_paper(
    facts: CountFacts,
    sheet: BoxSheet | None,
    outlets: tuple[Outlet, ...],
    *,
    papers_issued: int,
    legal_record: str,
) -> CountFacts:
    """``facts`` of the tablets alone (``issued``: cards that stayed with people) with the papers added.

    ``legal_record`` paper: the tablets printed their ballots for the box, so the papers alone are collected and
    counted, and the electronic votes stand beside them as the check. Raises ValueError for papers of another ballot.
    """
    tablets = [Tablets(one.name, one.seats, tuple(one.votes.items()), one.blank) for one in facts.offices]
    merged = merge(tablets, sheet, legal_record=legal_record)
    electronic = 0 if legal_record == "paper" and sheet is not None else facts.collected
    return replace(
        facts,
        issued=facts.issued + papers_issued,
        collected=electronic + (sheet.collected if sheet is not None else 0),
        invalid=sheet.void if sheet is not None else 0,
        outlets=outlets,
        legal_record=legal_record,
        by_hand=papers_issued,
        offices=tuple(
            OfficeCount(
                name=one.title,
                seats=one.seats,
                votes=one.votes,
                blank=one.blank,
                over_vote_loss=one.lost,
                tablet=one.tablet,
                paper=one.paper,
            )
            for one in merged
        ),
    )


def figures_of(facts: CountFacts, *, casts: int, main: int, mobile: int, proxies: int) -> Figures:
    """N, I, C and C by channel."""
    return Figures(
        roll=facts.eligible,
        issued=facts.issued,
        collected=facts.collected,
        tablet=casts,
        paper=main,
        mobile=mobile,
        proxy=proxies,
    )
