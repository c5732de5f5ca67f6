"""Recall: the official's page, and what everybody may read of it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from voting.elections.after import queries as after
from voting.elections.after.next_polls import When
from voting.elections.count.petition import askers
from voting.elections.loaders import part_of_election
from voting.elections.queries import rules
from voting.elections.recall import actions, forms, queries
from voting.elections.recall.rules import Basis, Checked, bases_of, decide_recall, read_signatures, share_of
from voting.elections.recall.tables import Petition
from voting.elections.tables import Election
from voting.forms import carried_out
from voting.i18n import in_language
from voting.law.calendar import HALL
from voting.law.profiles import Mode
from voting.people.tables import Unit
from voting.permissions import Permission
from voting.request import actor, house, now, reading, today, wants_json
from voting.security import access, public

recall = Blueprint("recall", __name__, url_prefix="/c/<community_id>/elections/<election_id>/recall")
recall_notice = Blueprint("recall_notice", __name__, url_prefix="/c/<community_id>")

_FIELD_OF = {
    "RECALL_LATE": "day",
    "ELECTION_HOURS": "day",
    "RECALL_AGAIN": "same_facts",
    "RECALL_BASIS": "basis",
    "RECALL_REPRESENTATIVES": "representatives",
    "RECALL_UNHEARD": "heard",
}


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
            basis=form.basis.data or "",
            reasons=form.reasons.data or "",
            same_facts=bool(form.same_facts.data),
        )

    return _try(community, election, form, deed)


@recall.post("/<petition_id>/signatures")
@access(Permission.MOVE_ELECTION)
def sign(community: Unit, election: Election, petition: Petition) -> Any:
    """Hold signatures against the roll; those that do not count are named, those that do are kept."""
    form, at = forms.SignForm(), petition.id
    checked: list[Checked] = []

    def deed(writer: Session) -> None:
        written = read_signatures(form.written.data or "")
        many = form.representatives.data
        checked.append(actions.sign(writer, **_who(election), petition_id=at, written=written, representatives=many))

    answer = _try(community, election, form, deed)
    if checked and not wants_json() and (said := _left_over(checked[0])):
        form.form_errors.extend(said)
        form.written.data = "\n".join(map(str, (*checked[0].namesakes, *checked[0].unknown)))
        return _page(community, reading().get_one(Election, election.id), form)
    return answer


def _left_over(checked: Checked) -> list[str]:
    """Which signatures do not count (yet), and what to do."""
    unknown, namesakes, twice = (
        "、".join(map(str, some)) for some in (checked.unknown, checked.namesakes, checked.twice)
    )
    said = {
        _("名单上没有这些人，或编号与姓名不符：%(who)s。请核对后重填。", who=unknown): unknown,
        _("名单上有同名的人，请在姓名后写选民编号：%(who)s。", who=namesakes): namesakes,
        _("重复签名只算一次：%(who)s。", who=twice): twice,
    }
    return [sentence for sentence, who in said.items() if who]


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
    void = {poll.id for poll in polls.values() if queries.is_void(reading(), poll)}
    mode, many = Mode(election.mode), queries.may_ask(reading(), election, found)
    shares = {
        one.id: decide_recall(
            mode,
            eligible=many[one.id],
            petition=one.signed if one.signed is not None else signed.get(one.id, 0),
            by_reps=one.basis == Basis.REPS,
            law=election.law,
        )
        for one in found
    }
    return {
        "petitions": found,
        "members": members,
        "polls": polls,
        "void": void,
        "shares": shares,
        "askers": {basis: in_language(askers(basis, mode)) for basis in Basis},
        "numbered": {one.id for one in found if queries.numbered(election, one)},
    }


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
    running = {one.member_id for one in shown["petitions"] if one.ended is None}
    mode, law = Mode(election.mode), election.law
    shares = {one: share_of(mode, one, law) for one in bases_of(mode, law)}
    made["petition"].basis.choices = [
        (one.value, f"{shown['askers'][one]}（{in_language((share.zh, share.en))}）") for one, share in shares.items()
    ]
    made["petition"].member.choices = [
        (one.id, f"{one.name}（{one.office}）")
        for one in shown["members"].values()
        if one.ended is None and one.id not in running
    ]
    ruled, days = rules(election), rules(election).recall_days.value
    shown["latest"] = {one.id: ruled.last_day(one.accepted, days) for one in shown["petitions"] if one.accepted}
    return render_template("recall/page.html", community=community, election=election, forms=made, sent=sent, **shown)
