"""The pages of paper ballots: print runs, boxes and where they are, two entries of each, what differs, the ledger."""

from collections.abc import Callable
from itertools import chain
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from voting.elections import loaders  # noqa: F401 — registers how the ids in these addresses are loaded
from voting.elections.by_number import entry_of, numbers_in
from voting.elections.candidates.photos import LIMIT
from voting.elections.paper import actions, boxes, doubtful, ledger, queries
from voting.elections.paper.rules import Finding, worth
from voting.elections.paper.sent import fields_of, lines_of, number, sheet_from, unlike
from voting.elections.paper.sheets import differences, from_data
from voting.elections.paper.tables import PaperBox
from voting.elections.queries import rules
from voting.elections.tables import Election
from voting.errors import Refused
from voting.i18n import sentence
from voting.people import queries as people
from voting.people.tables import Unit
from voting.permissions import Permission, Role
from voting.request import acting, actor, house, now, reading, today, wants_json
from voting.security import access, upload

paper_pages = Blueprint("paper", __name__, url_prefix="/c/<community_id>/elections/<election_id>/paper")


@paper_pages.get("")
@access(Permission.COUNT_PAPER)
def show(community: Unit, election: Election) -> str:
    """All boxes and how far each is; the one thing to do next stands at the box."""
    return _page(community, election)


@paper_pages.post("/printed")
@access(Permission.PREPARE_ELECTION)
def record_print(community: Unit, election: Election) -> Any:
    """Record a print run counted by two people."""
    return _try(
        community,
        election,
        lambda writer: boxes.print_papers(
            writer,
            style=_text("style"),
            printed=number(_text("printed")),
            second=_colleague(community, _text("second")),
            **_who(election),
        ),
    )


@paper_pages.post("/sealed")
@access(Permission.MOVE_ELECTION)
def seal(community: Unit, election: Election) -> Any:
    """Record a box shown empty and sealed."""

    def deed(writer: Session) -> None:
        voters = [entry_of(writer, election, str(one)) for one in numbers_in(_text("voters"))]
        boxes.seal_box(
            writer,
            kind=_text("kind"),
            place=_text("place"),
            seal=_text("seal"),
            watchers=_text("watchers").splitlines(),
            approval=_text("approval"),
            voters=voters,
            **_who(election),
        )

    return _try(community, election, deed)


@paper_pages.post("/<paper_box_id>/out")
@access(Permission.MOVE_ELECTION)
def send_out(community: Unit, election: Election, paper_box: PaperBox) -> Any:
    """A mobile box leaves."""
    return _try(
        community,
        election,
        lambda writer: boxes.send_out(writer, box_id=paper_box.id, taken=number(_text("taken")), **_who(election)),
    )


@paper_pages.post("/<paper_box_id>/back")
@access(Permission.MOVE_ELECTION)
def bring_back(community: Unit, election: Election, paper_box: PaperBox) -> Any:
    """A mobile box is back, with the people who received a paper ticked."""
    return _try(
        community,
        election,
        lambda writer: boxes.bring_back(
            writer,
            box_id=paper_box.id,
            voters=request.form.getlist("voter"),
            back=number(_text("back")),
            spoilt=number(_text("spoilt")),
            **_who(election),
        ),
    )


@paper_pages.post("/<paper_box_id>/opened")
@access(Permission.MOVE_ELECTION)
def open_box(community: Unit, election: Election, paper_box: PaperBox) -> Any:
    """Open the box in public, with the seal's number read from it."""
    return _try(
        community,
        election,
        lambda writer: boxes.open_box(writer, box_id=paper_box.id, seal=_text("seal"), **_who(election)),
    )


@paper_pages.get("/<paper_box_id>")
@access(Permission.COUNT_PAPER)
def box(community: Unit, election: Election, paper_box: PaperBox) -> str:
    """The count sheet of one box, to be entered; nobody sees the other's figures before both are in."""
    return _box_page(community, election, paper_box)


@paper_pages.post("/<paper_box_id>")
@access(Permission.COUNT_PAPER)
def enter(community: Unit, election: Election, paper_box: PaperBox) -> Any:
    """One person's entry of the count sheet; agreed at once where the other's says the same."""

    def deed(writer: Session) -> None:
        sheet = sheet_from(request.form, queries.empty_sheet(writer, election=election))
        if _text("settle"):
            actions.settle_box(writer, box_id=paper_box.id, sheet=sheet, reason=_text("reason"), **_who(election))
        else:
            actions.enter_box(writer, election_id=election.id, box_id=paper_box.id, sheet=sheet, actor=actor())

    return _try(community, election, deed, paper_box)


@paper_pages.post("/<paper_box_id>/agreed")
@access(Permission.COUNT_PAPER)
def agree(community: Unit, election: Election, paper_box: PaperBox) -> Any:
    """Both entries are the same: the figures stand."""
    return _try(
        community,
        election,
        lambda writer: actions.agree_box(writer, box_id=paper_box.id, **_who(election)),
        paper_box,
    )


@paper_pages.post("/<paper_box_id>/doubtful")
@upload(LIMIT)
@access(Permission.MOVE_ELECTION)
def lay_doubtful(community: Unit, election: Election, paper_box: PaperBox) -> Any:
    """A doubtful paper is photographed for the committee; its picture is kept sealed."""
    photo = request.files.get("picture")
    content = photo.read() if photo else b""
    return _try(
        community,
        election,
        lambda writer: doubtful.lay_before(
            writer, box_id=paper_box.id, picture=content, keys=house().keys.fields, **_who(election)
        ),
        paper_box,
    )


@paper_pages.get("/<paper_box_id>/doubtful/<int:number_in_box>")
@access(Permission.MOVE_ELECTION)
def doubtful_picture(community: Unit, election: Election, paper_box: PaperBox, number_in_box: int) -> Response:  # noqa: ARG001 (the guard loaded the first two)
    """The picture of a doubtful paper, for the committee that decides and for a dispute."""
    content, media_type = doubtful.picture_of(reading(), box=paper_box, number=number_in_box, keys=house().keys.fields)
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = "inline"
    response.headers["Cache-Control"] = "no-store"
    return response


@paper_pages.post("/<paper_box_id>/doubtful/<int:number_in_box>")
@access(Permission.MOVE_ELECTION)
def decide_doubtful(community: Unit, election: Election, paper_box: PaperBox, number_in_box: int) -> Any:
    """The committee decided, with the picture before it."""
    return _try(
        community,
        election,
        lambda writer: doubtful.decide(
            writer,
            box_id=paper_box.id,
            number=number_in_box,
            finding=_text("finding"),
            reason=_text("reason"),
            in_favour=number(_text("in_favour")),
            against=number(_text("against")),
            **_who(election),
        ),
        paper_box,
    )


@paper_pages.post("/names")
@access(Permission.MOVE_ELECTION)
def settle_name(community: Unit, election: Election) -> Any:
    """Whom a written-in name means: one of the namesakes, or nobody."""
    return _try(
        community,
        election,
        lambda writer: actions.settle_name(
            writer,
            election_id=election.id,
            office=_text("office"),
            name=_text("name"),
            entry_id=_text("entry") or None,
            in_favour=number(_text("in_favour")),
            against=number(_text("against")),
            actor=actor(),
            now=now(),
        ),
    )


@paper_pages.post("/ledger")
@access(Permission.MOVE_ELECTION)
def close_ledger(community: Unit, election: Election) -> Any:
    """Close the ledger with the unused papers as counted."""
    return _try(
        community,
        election,
        lambda writer: ledger.close_ledger(writer, unused=number(_text("unused")), **_who(election)),
    )


@paper_pages.post("/missing")
@access(Permission.MOVE_ELECTION)
def decide_missing(community: Unit, election: Election) -> Any:
    """The committee decided to count on although papers are missing, or too many are left."""
    return _try(
        community,
        election,
        lambda writer: ledger.decide_missing(
            writer,
            unused=number(_text("unused")),
            reason=_text("reason"),
            in_favour=number(_text("in_favour")),
            against=number(_text("against")),
            **_who(election),
        ),
    )


def _try(
    community: Unit, election: Election, deed: Callable[[Session], object], paper_box: PaperBox | None = None
) -> Any:
    """Act and show the page again; a refusal stands over it, with what was typed."""
    try:
        with acting() as writer, writer.begin():
            deed(writer)
    except Refused as refusal:
        if wants_json():
            raise
        page = _page(community, election, refusal)
        return (page if paper_box is None else _box_page(community, election, paper_box, refusal)), 422
    place: dict[str, Any] = {"community_id": community.id, "election_id": election.id}
    if paper_box is not None:
        return redirect(url_for("paper.box", paper_box_id=paper_box.id, **place), 303)
    return redirect(url_for("paper.show", **place), 303)


def _page(community: Unit, election: Election, refusal: Refused | None = None) -> str:
    found = queries.boxes(reading(), election=election)
    lists = {one.id: queries.list_of(reading(), box=one) for one in found if one.kind == "mobile"}
    waiting = queries.names_waiting(reading(), election=election)
    return render_template(
        "paper/show.html",
        community=community,
        election=election,
        runs=queries.print_runs(reading(), election=election),
        boxes=found,
        lists=lists,
        struck=queries.served_of(reading(), election=election, people=chain.from_iterable(lists.values())),
        entries={one.id: len(queries.entries(reading(), box=one)) for one in found if one.state == "opened"},
        totals=queries.totals(reading(), election),
        overfull=[one for one in queries.outlets(reading(), election) if one.overfull],
        missing=queries.missing_papers(reading(), election=election),
        open=queries.waiting(reading(), election=election),
        names={(office, name): queries.namesakes(reading(), election=election, name=name) for office, name in waiting},
        rules=rules(election),
        others=_others(community),
        refusal=sentence(refusal) if refusal else "",
        given=request.form,
    )


def _box_page(community: Unit, election: Election, paper_box: PaperBox, refusal: Refused | None = None) -> str:
    row = queries.get_box(reading(), election=election, box_id=paper_box.id)
    known = queries.entries(reading(), box=row)
    own = next((one for one in known if one.account_id == actor().account_id), None)
    both = [from_data(one.sheet) for one in known] if len(known) == 2 else []
    # Who settles finds what both entries say; the figures in which they differ are counted again and typed.
    agreed_upon: dict[str, str] = {}
    unsure = unlike(*both) if both and own is None else frozenset()
    if both and own is None:
        agreed_upon = {name: "" if name in unsure else value for name, value in fields_of(both[0]).items()}
    given = request.form or agreed_upon
    form = from_data(own.sheet) if own else queries.empty_sheet(reading(), election=election)
    return render_template(
        "paper/box.html",
        community=community,
        election=election,
        box=row,
        form=form,
        lines=lines_of(given, form),
        unsure=unsure,
        agreed=from_data(row.sheet) if row.sheet else None,
        own=own,
        known=known,
        differences=differences(*both) if both else (),
        doubtful=queries.doubtful(reading(), box=row),
        findings=[(one.value, worth(one, rules(election)).value) for one in Finding],
        rules=rules(election),
        refusal=sentence(refusal) if refusal else "",
        given=given,
    )


def _who(election: Election) -> dict[str, Any]:
    return {"election_id": election.id, "actor": actor(), "now": now()}


def _text(name: str) -> str:
    return request.form.get(name, "")[:4000]


def _others(community: Unit) -> dict[str, str]:
    """Account and name of everybody else on duty here."""
    roles = (Role.DESK_CLERK, Role.ELECTION_OFFICIAL, Role.SUPERVISOR)
    found = [one for role in roles for one in people.holders(reading(), community, role, today())]
    return {one.id: one.display_name for one in found if one.id != actor().account_id}


def _colleague(community: Unit, account: str) -> str:
    """Somebody else on duty; else the actor, whom the action refuses."""
    return account if account in _others(community) else actor().account_id
