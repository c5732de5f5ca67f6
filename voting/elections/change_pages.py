"""Changing an election: everything in the draft, day, hours and place once the roll is posted."""

from datetime import UTC, date, datetime, time
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from voting.elections import (
    amending,
    loaders,  # noqa: F401 — registers how the ids in these addresses are loaded
)
from voting.elections.actions import NewOffice
from voting.elections.amending import Held
from voting.elections.forms import ChangeForm, HeldForm, MoveDayForm
from voting.elections.tables import Election
from voting.forms import carried_out
from voting.law.calendar import HALL, days_after
from voting.people.tables import Unit
from voting.permissions import Permission
from voting.request import actor, house, now, reading, today
from voting.security import access

changes = Blueprint("changes", __name__, url_prefix="/c/<community_id>/elections/<election_id>")

#: The field that a refusal is about.
_FIELD_OF = {
    **dict.fromkeys(("ELECTION_DAY", "DAY_TOO_EARLY", "DAY_UNDER_AGE", "NEXT_TOO_EARLY", "NEXT_TOO_LATE"), "day"),
    "ELECTION_HOURS": "closes",
}


@changes.route("/change", methods=["GET", "POST"])
@access(Permission.PREPARE_ELECTION)
def change(community: Unit, election: Election) -> Any:
    """The form that this state of the election allows."""
    form = _form(election)
    if request.method == "POST":
        deed = _amend if isinstance(form, ChangeForm) else _move
        if carried_out(form, lambda writer: deed(writer, election.id, form), _FIELD_OF):
            return redirect(url_for("elections.show", community_id=community.id, election_id=election.id), 303)
    fresh = reading().get_one(Election, election.id)
    bounds = amending.bounds(fresh, today(), day=date.max) if fresh.state == "published" else []
    page = render_template(
        "elections/change.html",
        community=community,
        election=fresh,
        form=form,
        rows=len(form.offices) if isinstance(form, ChangeForm) else 0,
        bounds=bounds,
        first=max(bounds[0].day, days_after(fresh.day, 1)) if bounds else None,
    )
    return page, 422 if form.errors else 200


def _form(election: Election) -> HeldForm:
    opens, closes = (at.astimezone(HALL).time() for at in (election.opens_at, election.closes_at))
    given: dict[str, Any] = {"place": election.place, "day": election.day, "opens": opens, "closes": closes}
    if election.state != "draft":
        return MoveDayForm(data=given)
    offices = [{"title": one.title, "seats": one.seats, "write_in": one.write_in} for one in election.offices]
    return ChangeForm(data=given | {"title": election.title, "offices": offices})


def _held(form: HeldForm) -> Held:
    day: date = form.day.data or today()
    opens, closes = (
        datetime.combine(day, one.data or time(), HALL).astimezone(UTC) for one in (form.opens, form.closes)
    )
    return Held(day, opens, closes, form.place.data or "")


def _move(writer: Any, election_id: str, form: Any) -> None:
    amending.move_day(
        writer,
        election_id=election_id,
        held=_held(form),
        decision=form.decision.data or "",
        keys=house().keys.fields,
        actor=actor(),
        now=now(),
    )


def _amend(writer: Any, election_id: str, form: Any) -> None:
    rows = [row.form for row in form.offices if (row.form.title.data or "").strip()]
    amending.amend_election(
        writer,
        election_id=election_id,
        title=form.title.data or "",
        held=_held(form),
        offices=[NewOffice(row.title.data or "", row.seats.data or 0, row.write_in.data) for row in rows],
        keys=house().keys.fields,
        actor=actor(),
        now=now(),
    )
