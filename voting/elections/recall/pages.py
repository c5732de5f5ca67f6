"""Recall: the official's page, and what everybody may read of it."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from voting.elections.after import queries as after
from voting.elections.after.next_polls import When
from voting.elections.loaders import part_of_election
from voting.elections.recall import actions, forms, queries
from voting.elections.recall.tables import Petition
from voting.elections.tables import Election
from voting.forms import carried_out
from voting.law.calendar import HALL
from voting.people.tables import Unit
from voting.permissions import Permission
from voting.request import actor, house, now, reading, today, wants_json
from voting.security import access, public

recall = Blueprint("recall", __name__, url_prefix="/c/<community_id>/elections/<election_id>/recall")
recall_notice = Blueprint("recall_notice", __name__, url_prefix="/c/<community_id>")

_FIELD_OF = {"RECALL_LATE": "day", "ELECTION_HOURS": "day", "RECALL_AGAIN": "same_facts", "RECALL_UNHEARD": "heard"}


part_of_election("petition_id", Petition)


@recall_notice.get("/e/<election_id>/recall")
@public
def show(community: Unit, election: Election) -> str:
    """The posted reasons, the defence, and where the recall stands; no signer is named."""
    return render_template("recall/notice.html", community=community, election=election, **_shown(election))


@recall.get("")
@access(Permission.SEE_ELECTION)
def page(community: Unit, election: Election) -> str:
    """Recalls of this election's members, and the next step of each."""
    return _page(community, election)


@recall.post("")
@access(Permission.MOVE_ELECTION)
def petition(community: Unit, election: Election) -> Any:
    """Take in a petition."""
    form = forms.PetitionForm()

    def deed(writer: Session) -> None:
        actions.petition(
            writer,
            **_who(election),
            member_id=form.member.data or "",
            reasons=form.reasons.data or "",
            same_facts=bool(form.same_facts.data),
        )

    return _try(community, election, form, deed)


@recall.post("/<petition_id>/signatures")
@access(Permission.MOVE_ELECTION)
def sign(community: Unit, election: Election, petition: Petition) -> Any:
    """Hold signatures against the roll; those not on it are named by number."""
    form, at = forms.SignForm(), petition.id
    unknown: list[int] = []

    def deed(writer: Session) -> None:
        numbers = [int(one) for one in re.findall(r"[0-9]{1,9}", form.numbers.data or "")]
        unknown.extend(actions.sign(writer, **_who(election), petition_id=at, numbers=numbers)[1])

    answer = _try(community, election, form, deed)
    if unknown and not wants_json():
        # The signatures that count are kept; the page says which do not.
        form.form_errors.append(_("名单上没有这些编号：%(numbers)s。", numbers="、".join(map(str, unknown))))
        return _page(community, reading().get_one(Election, election.id), form)
    return answer


@recall.post("/<petition_id>/accept")
@access(Permission.MOVE_ELECTION)
def accept(community: Unit, election: Election, petition: Petition) -> Any:
    """Enough have signed."""
    return _step(community, election, petition, actions.accept)


@recall.post("/<petition_id>/give-up")
@access(Permission.MOVE_ELECTION)
def give_up(community: Unit, election: Election, petition: Petition) -> Any:
    """Too few have signed."""
    return _step(community, election, petition, actions.give_up)


@recall.post("/<petition_id>/conclude")
@access(Permission.MOVE_ELECTION)
def conclude(community: Unit, election: Election, petition: Petition) -> Any:
    """Take the poll's outcome over."""
    return _step(community, election, petition, actions.conclude)


@recall.post("/<petition_id>/resigned")
@access(Permission.MOVE_ELECTION)
def resigned(community: Unit, election: Election, petition: Petition) -> Any:
    """The member's resignation was approved meanwhile."""
    return _step(community, election, petition, actions.end_by_resignation)


@recall.post("/<petition_id>/defence")
@access(Permission.MOVE_ELECTION)
def defend(community: Unit, election: Election, petition: Petition) -> Any:
    """Post the member's defence."""
    form, at = forms.DefenceForm(), petition.id

    def deed(writer: Session) -> None:
        actions.defend(writer, **_who(election), petition_id=at, text=form.text.data or "")

    return _try(community, election, form, deed)


@recall.post("/<petition_id>/poll")
@access(Permission.PREPARE_ELECTION)
def poll(community: Unit, election: Election, petition: Petition) -> Any:
    """Create the poll."""
    form, at = forms.RecallPollForm(), petition.id

    def deed(writer: Session) -> None:
        day: date = form.day.data or today()
        when = When(day, _at(day, form.opens.data), _at(day, form.closes.data), form.place.data or "")
        heard = bool(form.heard.data)
        actions.prepare_poll(writer, **_who(election), petition_id=at, when=when, keys=house().keys.fields, heard=heard)

    return _try(community, election, form, deed)


def _at(day: date, hour: time | None) -> datetime:
    return datetime.combine(day, hour or time(), HALL).astimezone(UTC)


def _who(election: Election) -> dict[str, Any]:
    return {"election_id": election.id, "actor": actor(), "now": now()}


def _step(community: Unit, election: Election, petition: Petition, action: Callable[..., object]) -> Any:
    at = petition.id
    return _try(community, election, forms.PlainForm(), lambda w: action(w, **_who(election), petition_id=at))


def _try(community: Unit, election: Election, form: FlaskForm, deed: Callable[[Session], object]) -> Any:
    election_id = election.id
    if carried_out(form, deed, _FIELD_OF):
        if wants_json():
            return {"ok": True}
        return redirect(url_for("recall.page", community_id=community.id, election_id=election_id), 303)
    return _page(community, reading().get_one(Election, election_id), form), 422


def _shown(election: Election) -> dict[str, Any]:
    found = queries.petitions(reading(), election=election)
    members = {one.id: one for one in after.members(reading(), election=election)}
    polls = {one.id: one for one in after.followers(reading(), election=election) if one.kind == "recall"}
    signed = queries.signatures(reading(), election=election)
    return {"petitions": found, "members": members, "polls": polls, "signed": signed}


def _page(community: Unit, election: Election, sent: FlaskForm | None = None) -> str:
    shown = _shown(election)
    made: dict[str, FlaskForm] = {
        name: sent if sent is not None and type(sent) is kind else kind(None)
        for name, kind in (
            ("petition", forms.PetitionForm),
            ("sign", forms.SignForm),
            ("defence", forms.DefenceForm),
            ("poll", forms.RecallPollForm),
        )
    }
    made["petition"].member.choices = [
        (one.id, f"{one.name}（{one.office}）") for one in shown["members"].values() if one.ended is None
    ]
    return render_template("recall/page.html", community=community, election=election, forms=made, sent=sent, **shown)
