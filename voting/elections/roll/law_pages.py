"""What the law asks of a roll beyond its file: objections, grounds, representatives, versions, end of posting."""

from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from voting.elections import loaders  # noqa: F401 — registers how the ids in these addresses are loaded
from voting.elections.lifecycle import ENDED
from voting.elections.queries import rules
from voting.elections.roll import grounds, objections, publication, queries, representatives
from voting.elections.roll.rules import COLUMNS, objection_clock
from voting.elections.roll.tables import Objection
from voting.elections.tables import Election
from voting.errors import Malformed, Refused
from voting.people.tables import Unit
from voting.permissions import Permission
from voting.request import acting, actor, house, now, reading, today, wants_json
from voting.security import access

roll_law = Blueprint("roll_law", __name__, url_prefix="/c/<community_id>/elections/<election_id>/roll")

#: What is asked of a person to be added.
ADDED = ("name", "sex", "id_number", "building", "category", "grid")


@roll_law.get("/objections")
@access(Permission.MANAGE_ROLL)
def list_objections(community: Unit, election: Election) -> str:
    """Every objection with both clocks, and the form for the next one."""
    return _objections_page(community, election)


@roll_law.post("/objections")
@access(Permission.MANAGE_ROLL)
def receive(community: Unit, election: Election) -> Any:
    """Record an objection; one out of time is answered and refused at once."""
    form = request.form
    kind = form.get("kind", "")
    wanted = {"add": ADDED, "replace": ("replacement",)}.get(kind, objections.CORRECTABLE)
    return _deed(
        community,
        election,
        objections.receive_objection,
        kind=kind,
        by=form.get("by", "")[:200],
        text=form.get("text", "")[:2000],
        number=_number(form.get("number", "")),
        row={name: form.get(name, "").strip()[:60] for name in wanted if form.get(name, "").strip()},
        keys=house().keys.fields,
    )


@roll_law.post("/objections/<objection_id>")
@access(Permission.MANAGE_ROLL)
def decide(community: Unit, election: Election, objection: Objection) -> Any:
    """Record what the election committee decided."""
    outcome = request.form.get("outcome", "")
    if outcome not in ("upheld", "refused"):
        missing = Malformed(
            "OBJECTION_OUTCOME", "请选择异议成立还是不成立。", "Choose whether the objection is upheld or refused."
        )
        return _objections_page(community, election, missing), 422
    return _deed(
        community,
        election,
        objections.decide_objection,
        objection_id=objection.id,
        upheld=outcome == "upheld",
        answer=request.form.get("answer", "")[:2000],
        keys=house().keys.fields,
    )


def _deed(community: Unit, election: Election, action: Any, **facts: Any) -> Any:
    try:
        with acting() as writer:
            action(writer, election_id=election.id, actor=actor(), now=now(), **facts)
    except Refused as refusal:
        if wants_json():
            raise
        return _objections_page(community, reading().get_one(Election, election.id), refusal), _status(refusal)
    return redirect(url_for("roll_law.list_objections", **_place(community, election)), 303)


def _objections_page(community: Unit, election: Election, refusal: Refused | None = None) -> str:
    ruled = rules(election)
    return render_template(
        "roll/objections.html",
        community=community,
        election=election,
        found=objections.list_objections(reading(), election=election, keys=house().keys.fields),
        clock=objection_clock(ruled, election.roll_again or election.roll_posted, today())
        if election.roll_posted
        else None,
        rules=ruled,
        today=today(),
        columns=COLUMNS,
        added=ADDED,
        rep_mode=election.mode in queries.REP_MODES,
        can_receive=election.roll_posted is not None and election.state not in ENDED,
        can_decide=election.state == "published",
        typed=request.form,
        refusal=refusal,
    )


@roll_law.get("/versions")
@access(Permission.SEE_ROLL)
def versions(community: Unit, election: Election) -> str:
    """Every version in which the roll hung, with its hash and what made it."""
    return render_template(
        "roll/versions.html",
        community=community,
        election=election,
        found=publication.versions(reading(), election=election),
    )


@roll_law.post("/withdraw")
@access(Permission.MANAGE_ROLL)
def withdraw(community: Unit, election: Election) -> Any:
    """Take the public list down, when the law allows it."""
    with acting() as writer:
        publication.withdraw_roll(writer, election_id=election.id, actor=actor(), now=now())
    return redirect(url_for("roll.show", **_place(community, election)), 303)


@roll_law.post("/grounds/<category>")
@access(Permission.MANAGE_ROLL)
def confirm(community: Unit, election: Election, category: str) -> Any:
    """Record who confirmed the people registered on one ground."""
    with acting() as writer:
        grounds.confirm_category(
            writer,
            election_id=election.id,
            category=category,
            basis=request.form.get("basis", "")[:1000],
            decided=_day(request.form.get("decided", "")),
            actor=actor(),
            now=now(),
        )
    return redirect(url_for("roll.show", **_place(community, election)), 303)


@roll_law.get("/representatives")
@access(Permission.SEE_ROLL)
def list_representatives(community: Unit, election: Election) -> str:
    """Who votes for which household or group."""
    return _representatives_page(community, election)


@roll_law.post("/representatives")
@access(Permission.MANAGE_ROLL)
def enter(community: Unit, election: Election) -> Any:
    """Replace the list by the lines typed or pasted."""
    try:
        lines = representatives.read_lines(request.form.get("lines", ""))
        with acting() as writer:
            representatives.enter_representatives(
                writer, election_id=election.id, lines=lines, actor=actor(), now=now()
            )
    except Refused as refusal:
        if wants_json():
            raise
        return _representatives_page(community, election, refusal), _status(refusal)
    return redirect(url_for("roll_law.list_representatives", **_place(community, election)), 303)


def _representatives_page(community: Unit, election: Election, refusal: Refused | None = None) -> str:
    found = queries.represented(reading(), election=election)
    names = {one.number: one for one in queries.voter_cards(reading(), election=election)} if found else {}
    lines = "\n".join(f"{number},{represents}" for number, represents in found)
    return render_template(
        "roll/representatives.html",
        community=community,
        election=election,
        found=[(names[number], represents) for number, represents in found],
        lines=request.form.get("lines", lines),
        rep_mode=election.mode in queries.REP_MODES,
        refusal=refusal,
    )


def _status(refusal: Refused) -> int:
    return 422 if isinstance(refusal, Malformed) else 409


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Malformed("DAY_MISSING", "请填写决定的日期。", "Give the day of the decision.") from None


def _place(community: Unit, election: Election) -> dict[str, Any]:
    return {"community_id": community.id, "election_id": election.id}
