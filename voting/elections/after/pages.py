"""The page of what comes after a count: what follows, who sits, what is done, what is disputed."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from voting.box.tables import Box
from voting.elections import conflicts
from voting.elections.after import by_election, deeds, forms, next_polls, outcome, queries, reserve
from voting.elections.after.next_polls import When
from voting.elections.after.tables import DEEDS, Dispute, Member
from voting.elections.loaders import part_of_election
from voting.elections.tables import Election
from voting.errors import NotFound, Refused
from voting.forms import say_at
from voting.law.calendar import HALL
from voting.people.tables import Unit
from voting.permissions import Permission
from voting.request import acting, actor, house, now, reading, today, wants_json
from voting.security import access

after = Blueprint("after", __name__, url_prefix="/c/<community_id>/elections/<election_id>/after")

_FIELD_OF = {
    "NEXT_TOO_EARLY": "day",
    "NEXT_TOO_LATE": "day",
    "ELECTION_HOURS": "day",
    "NEXT_NAMESAKE": "names",
    "NEXT_EXCESS": "extra",
    "DEED_DAY": "day",
    "END_DAY": "day",
    "NO_SUCH_ENTRY": "seq",
}


part_of_election("member_id", Member)
part_of_election("dispute_id", Dispute)


@after.get("")
@access(Permission.SEE_ELECTION)
def page(community: Unit, election: Election) -> str:
    """What follows the count, and what is done and still to do."""
    return _page(community, election)


@after.post("/next")
@access(Permission.PREPARE_ELECTION)
def prepare(community: Unit, election: Election) -> Any:
    """Create the poll that the law asks for."""
    form = forms.PollForm()

    def deed(writer: Session) -> Election:
        return next_polls.prepare_next(
            writer,
            **_who(election),
            kind=form.kind.data or "",
            when=when_of(form),
            keys=house().keys.fields,
            entries=_pointed_out(form.names.data or ""),
            extra=form.extra.data,
        )

    return _try(community, election, form, deed)


@after.post("/by-election")
@access(Permission.PREPARE_ELECTION)
def prepare_by_election(community: Unit, election: Election) -> Any:
    """Create the by-election for offices that ended in the term."""
    form = forms.PollForm()

    def deed(writer: Session) -> Election:
        return by_election.prepare_by_election(writer, **_who(election), when=when_of(form), keys=house().keys.fields)

    return _try(community, election, form, deed)


@after.post("/reserve")
@access(Permission.PREPARE_ELECTION)
def make_reserve(community: Unit, election: Election) -> Any:
    """Set up the reserve ballot box."""
    return _try(community, election, forms.PlainForm(), lambda w: reserve.make_reserve(w, **_who(election)))


@after.post("/reserve/destroy")
@access(Permission.PREPARE_ELECTION)
def destroy_reserve(community: Unit, election: Election) -> Any:
    """The reserve was not needed."""
    return _try(community, election, forms.PlainForm(), lambda w: reserve.destroy_reserve(w, **_who(election)))


@after.post("/annul")
@access(Permission.MOVE_ELECTION)
def annul(community: Unit, election: Election) -> Any:
    """Declare a win void."""
    form = forms.AnnulForm()
    office, _, name = (form.who.data or "").partition("/")

    def deed(writer: Session) -> None:
        outcome.annul_win(writer, **_who(election), office=office, name=name, ground=form.ground.data or "")

    return _try(community, election, form, deed)


@after.post("/kin")
@access(Permission.MOVE_ELECTION)
def settle_kin(community: Unit, election: Election) -> Any:
    """Near relatives who were elected together: those of the declarations, and the two who are named."""
    form = forms.KinForm()
    one, other = ((each.data or "").partition("/")[2] for each in (form.first, form.second))

    who = _who(election)

    def deed(writer: Session) -> object:
        named = [(one, other)] if one and other else []
        return outcome.settle_kin(writer, **who, pairs=named)

    return _try(community, election, form, deed)


@after.post("/empty")
@access(Permission.MOVE_ELECTION)
def leave_empty(community: Unit, election: Election) -> Any:
    """Let open places stay empty."""
    form = forms.EmptyForm()

    def deed(writer: Session) -> object:
        return outcome.leave_empty(
            writer, **_who(election), office=form.office.data or "", reason=form.reason.data or ""
        )

    return _try(community, election, form, deed)


@after.post("/members")
@access(Permission.CERTIFY)
def seat_members(community: Unit, election: Election) -> Any:
    """Give certificates of election."""
    return _try(community, election, forms.PlainForm(), lambda w: deeds.seat_members(w, **_who(election)))


@after.post("/records/<kind>")
@access(Permission.MOVE_ELECTION)
def record(community: Unit, election: Election, kind: str) -> Any:
    """Record something done after the poll."""
    if kind not in DEEDS:
        raise NotFound("NO_SUCH_RECORD", "没有这种记录，请刷新页面。", "There is no such record; reload the page.")
    form = forms.DeedForm()

    def deed(writer: Session) -> object:
        facts = {name: str(form[name].data or "") for name in deeds.FIELDS[kind]}
        return deeds.record_deed(writer, **_who(election), kind=kind, facts=facts, day=form.day.data or today())

    return _try(community, election, form, deed)


@after.post("/members/<member_id>/resign")
@access(Permission.MOVE_ELECTION)
def resign(community: Unit, election: Election, member: Member) -> Any:
    """A resignation came in."""
    member_id = member.id
    return _try(
        community, election, forms.PlainForm(), lambda w: deeds.resign(w, **_who(election), member_id=member_id)
    )


@after.post("/members/<member_id>/approve")
@access(Permission.MOVE_ELECTION)
def approve(community: Unit, election: Election, member: Member) -> Any:
    """The meeting approved a resignation."""
    form, member_id = forms.DayForm(), member.id

    def deed(writer: Session) -> None:
        deeds.approve_resignation(writer, **_who(election), member_id=member_id, day=form.day.data or today())

    return _try(community, election, form, deed)


@after.post("/members/<member_id>/end")
@access(Permission.MOVE_ELECTION)
def end(community: Unit, election: Election, member: Member) -> Any:
    """An office ended by itself."""
    form, member_id = forms.EndForm(), member.id

    def deed(writer: Session) -> None:
        day, ending = form.day.data or today(), form.ending.data or ""
        deeds.end_office(writer, **_who(election), member_id=member_id, ending=ending, day=day)

    return _try(community, election, form, deed)


@after.post("/disputes")
@access(Permission.MOVE_ELECTION)
def dispute(community: Unit, election: Election) -> Any:
    """Record a complaint about an entry of the log."""
    form = forms.DisputeForm()

    def deed(writer: Session) -> object:
        return deeds.record_dispute(
            writer,
            **_who(election),
            seq=form.seq.data if form.seq.data is not None else -1,
            forum=form.forum.data or "",
            subject=form.subject.data or "",
        )

    return _try(community, election, form, deed)


@after.post("/disputes/<dispute_id>")
@access(Permission.MOVE_ELECTION)
def answer(community: Unit, election: Election, dispute: Dispute) -> Any:
    """Record the answer to a complaint."""
    form, dispute_id = forms.AnswerForm(), dispute.id

    def deed(writer: Session) -> None:
        deeds.answer_dispute(writer, **_who(election), dispute_id=dispute_id, answer=form.answer.data or "")

    return _try(community, election, form, deed)


def when_of(form: FlaskForm) -> When:
    """Day, hours and place as typed."""
    day: date = form.day.data or today()
    opens, closes = form.opens.data or time(), form.closes.data or time()
    return When(day, _at(day, opens), _at(day, closes), form.place.data or "")


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, HALL).astimezone(UTC)


def _pointed_out(text: str) -> dict[str, str]:
    """“张三 12、李四 30” as name → roll number."""
    pairs = (one.split() for one in text.replace("，", "、").replace(",", "、").split("、"))
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def _who(election: Election) -> dict[str, Any]:
    return {"election_id": election.id, "actor": actor(), "now": now()}


def _try(community: Unit, election: Election, form: FlaskForm, deed: Callable[[Session], object]) -> Any:
    """Do it and show the page anew, or say on the page why not. Whoever prepared a poll goes there."""
    election_id = election.id
    if form.validate_on_submit():
        try:
            with acting() as writer:
                made = deed(writer)
                target = made.id if isinstance(made, Election) else election_id
        except Refused as refusal:
            if wants_json():
                raise
            say_at(form, refusal, _FIELD_OF)
        else:
            if wants_json():
                return {"ok": True}
            place = "after.page" if target == election_id else "elections.show"
            return redirect(url_for(place, community_id=community.id, election_id=target), 303)
    return _page(community, reading().get_one(Election, election_id), form), 422


def _page(community: Unit, election: Election, sent: FlaskForm | None = None) -> str:
    counted = election.state in queries.COUNTED
    seats = queries.sitting(reading(), election=election) if counted and election.kind != "recall" else ()
    later = queries.seated_later(reading(), election) if seats else {}
    related = conflicts.relatives_elected(reading(), election, (name for seat in seats for name in seat.members))
    seated = queries.members(reading(), election=election)
    kept = queries.reserve(reading(), election=election)
    return render_template(
        "after/page.html",
        community=community,
        election=election,
        counted=counted,
        waiting=queries.next_poll(reading(), election=election),
        seats=seats,
        later=later,
        empty=[one.office for one in seats if one.open_seats > len(later.get(one.office, ()))],
        related=related,
        reserve=kept,
        reserve_box=reading().get(Box, kept.box_id) if kept else None,
        members=seated,
        open_offices=by_election.open_offices(reading(), election=election, seated=seated),
        deeds=queries.deeds(reading(), election=election),
        deed_fields=deeds.FIELDS,
        disputes=queries.disputes(reading(), election=election),
        handover_by=queries.handover_by(election),
        today=today(),
        forms=_forms(election, seats, sent, related),
        sent=sent,
    )


def _forms(
    election: Election, seats: Any, sent: FlaskForm | None, related: list[tuple[str, str]]
) -> dict[str, FlaskForm]:
    kinds = {
        "poll": forms.PollForm, "annul": forms.AnnulForm, "kin": forms.KinForm, "empty": forms.EmptyForm,
        "day": forms.DayForm, "end": forms.EndForm, "dispute": forms.DisputeForm, "answer": forms.AnswerForm,
        "deed": forms.DeedForm,
    }  # fmt: skip
    made: dict[str, FlaskForm] = {
        name: sent if sent is not None and type(sent) is kind else kind(None) for name, kind in kinds.items()
    }
    if made["poll"] is not sent:
        # The hours of the last poll are what most halls keep.
        for name, at in (("opens", election.opens_at), ("closes", election.closes_at)):
            made["poll"][name].data = at.astimezone(HALL).time()
    people = [(f"{seat.office}/{name}", f"{name}（{seat.office}）") for seat in seats for name in seat.members]
    made["annul"].who.choices = made["kin"].first.choices = made["kin"].second.choices = people
    chosen = {key.partition("/")[2]: key for key, _ in people}
    for one, other in related[:1]:
        made["kin"].first.data = made["kin"].first.data or chosen.get(one)
        made["kin"].second.data = made["kin"].second.data or chosen.get(other)
    made["empty"].office.choices = [(seat.office, seat.office) for seat in seats if seat.open_seats]
    return made
