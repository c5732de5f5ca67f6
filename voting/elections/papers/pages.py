"""The 印件 page of an election: every paper, what it still lacks, and the print of those that lack nothing."""

from typing import Any

from flask import Blueprint, Response, render_template, request

from voting.elections import loaders  # noqa: F401 — registers how an election in the address is loaded
from voting.elections.count import queries as count
from voting.elections.count.certificate import PDF
from voting.elections.papers import queries
from voting.elections.papers.catalogue import PAPERS, Paper, lacking, paper_of
from voting.elections.papers.data import Dossier
from voting.elections.papers.kept import KEPT
from voting.elections.papers.printing import print_paper
from voting.elections.roll import queries as roll
from voting.elections.tables import Election
from voting.errors import NotAllowed
from voting.people.tables import Unit
from voting.permissions import Permission
from voting.request import actor, now, reading
from voting.security import access

papers = Blueprint("papers", __name__, url_prefix="/c/<community_id>/elections/<election_id>/papers")


@papers.get("")
@access(Permission.SEE_ELECTION)
def page(community: Unit, election: Election) -> str:
    """Every paper in the order of the catalogue."""
    dossier = queries.gather(reading(), election=election, now=now(), whole=False)
    return render_template(
        "papers/page.html", community=community, election=election, **_shown(dossier, community, election)
    )


def _shown(dossier: Dossier, community: Unit, election: Election) -> dict[str, Any]:
    rows = [(paper, lacking(paper, dossier)) for paper in PAPERS]
    return {
        "notices": [row for row in rows if row[0].number],
        "others": [row for row in rows if not row[0].number],
        "ready": sum(not missing for _, missing in rows),
        "kept": KEPT,
        "grids": roll.grids(reading(), election=election) if dossier.posted_roll else [],
        "may_roll": actor().may(Permission.SEE_ROLL, community.lineage),
    }


@papers.get("/<key>.pdf")
@access(Permission.SEE_ELECTION)
def print_one(community: Unit, election: Election, key: str) -> Response:
    """One paper as PDF/A; shown in the browser, from where it is printed."""
    paper = paper_of(key)
    if paper.personal and not actor().may(Permission.SEE_ROLL, community.lineage):
        raise NotAllowed(
            "PAPER_PERSONAL",
            "这份印件有选民的个人信息，只有管名单的选举工作人员可以打印；请向他们要。",
            "This paper holds voters' personal data; only officials who keep the roll print it: ask them.",
        )
    answer = Response(_content(paper, election), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"{paper.key}.pdf")
    return answer


def _content(paper: Paper, election: Election) -> bytes:
    dossier = queries.gather(reading(), election=election, now=now())
    if paper.write is None and dossier.certified:
        return count.certified_file(reading(), election=election, path=PDF)
    return print_paper(paper, queries.of_grid(dossier, request.args.get("grid", "")[:20]), created=now())
