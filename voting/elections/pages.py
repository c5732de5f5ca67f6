"""The official's pages of an election: list, setting up, overview, moves, keys and cards."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from voting import founding
from voting.box import chain, kiosk, sealing, trustees
from voting.box.rules import spares_allowed
from voting.box.tables import Box
from voting.elections import (
    actions,
    lifecycle,
    loaders,  # noqa: F401 — registers how the ids in these addresses are loaded
)
from voting.elections.after.queries import next_poll
from voting.elections.candidates.actions import post_candidates
from voting.elections.count.bundle import committee_public
from voting.elections.facts import Facts
from voting.elections.forms import ElectionForm, MoveForm
from voting.elections.moves import gather
from voting.elections.overview import Next, Own, overview, supervisors_next
from voting.elections.queries import law_in_force, of_community
from voting.elections.roll import publication
from voting.elections.roll.queries import roll_size
from voting.elections.rule_choice import first_days
from voting.elections.schedule import calendar_from
from voting.elections.sealing import seal_election
from voting.elections.tables import Election
from voting.errors import Malformed, NotFound, Refused
from voting.forms import say_at
from voting.i18n import sentence
from voting.law.calendar import HALL
from voting.law.profiles import OPTIONS, PROFILES, Law
from voting.people import queries
from voting.people.tables import Unit
from voting.permissions import Actor, Permission, Role
from voting.request import Link, acting, actor, home_links, house, now, reading, today, wants_json
from voting.security import access

elections = Blueprint("elections", __name__, url_prefix="/c/<community_id>/elections")

#: Shown in the form until somebody types: what most committees elect (居委会组织法 9).
_USUAL_OFFICES = (("主任", 1), ("副主任", 1), ("委员", 3))


def _home_links(_session: Session, community: Unit, person: Actor | None) -> list[Link]:
    if person is None or not person.may(Permission.SEE_ELECTION, community.lineage):
        return []
    return [Link(_("选举"), url_for("elections.list_elections", community_id=community.id))]


home_links.append(_home_links)


@elections.app_template_global()
def election_of(box: Box) -> Election | None:
    """The election a ballot box belongs to: the box's pages stand under its navigation, and know nothing of it."""
    return reading().scalars(select(Election).where(Election.box_id == box.id)).first()


@elections.get("")
@access(Permission.SEE_ELECTION)
def list_elections(community: Unit) -> str:
    """The community's elections, the latest first."""
    found = of_community(reading(), community.id)
    return render_template("elections/list.html", community=community, elections=found, lifecycle=lifecycle)


@elections.route("/new", methods=["GET", "POST"])
@access(Permission.PREPARE_ELECTION)
def new_election(community: Unit) -> Any:
    """Set an election up."""
    form = ElectionForm()
    if request.method == "GET":
        _usual(form)
    elif form.validate_on_submit() and _meant(form):
        try:
            with acting() as writer:
                made = _create(writer, community, form)
            return redirect(url_for("elections.show", community_id=community.id, election_id=made.id), 303)
        except Refused as refusal:
            if wants_json():
                raise
            form.form_errors.append(sentence(refusal))
    status = 422 if form.errors else 200
    page = render_template(
        "elections/new.html",
        community=community,
        form=form,
        options=OPTIONS,
        profiles=PROFILES,
        soonest=first_days(today()),
    )
    return page, status


def _meant(form: ElectionForm) -> bool:
    """A day before the first lawful one is asked about once: no roll can be posted for it any more."""
    first, day = first_days(today())[f"{form.mode.data} {form.profile.data}"], (form.day.data or today()).isoformat()
    if day < today().isoformat() or day >= first or form.meant.data == day:
        return True
    form.meant.data = day
    form.form_errors.append(
        _("选举日 %(day)s 太近：名单今天公布，最早也是 %(first)s。确实先用这一天，请再按一次“建立选举”。",
          day=day, first=first)
    )  # fmt: skip
    return False


def _usual(form: ElectionForm) -> None:
    for row, (title, seats) in zip(form.offices, _USUAL_OFFICES, strict=False):
        row.form.title.data, row.form.seats.data = title, seats
    form.opens.data, form.closes.data = time(8), time(18)


def _create(writer: Session, community: Unit, form: ElectionForm) -> Election:
    # The form has checked that nothing is missing; what is impossible the action refuses.
    day = form.day.data or today()
    rows = [row.form for row in form.offices if (row.form.title.data or "").strip()]
    return actions.create_election(
        writer,
        actor=actor(),
        now=now(),
        community_id=community.id,
        title=form.title.data or "",
        place=form.place.data or "",
        day=day,
        opens_at=_at(day, form.opens.data or time()),
        closes_at=_at(day, form.closes.data or time()),
        offices=[actions.NewOffice(row.title.data or "", row.seats.data or 0, row.write_in.data) for row in rows],
        mode=form.mode.data,
        trustees=form.trustees.data or 0,
        ballot_floor=form.ballot_floor.data or 0,
        profile=form.profile.data,
        begun=form.begun.data,
        options={option.name: form[option.name].data for option in OPTIONS},
    )


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, HALL).astimezone(UTC)


@elections.get("/<election_id>/")
@access(Permission.SEE_ELECTION)
def show(community: Unit, election: Election) -> str:
    """Where the election stands in the law's calendar, and what to do now."""
    box = reading().get_one(Box, election.box_id)
    facts = gather(reading(), election, now())
    return render_template(
        "elections/overview.html",
        community=community,
        election=election,
        facts=facts,
        steps=calendar_from(reading(), election, facts),
        view=overview(election.state, facts),
        theirs=_supervisors_next(community, box, election.state, facts),
        waiting=next_poll(reading(), election=election) if election.state in lifecycle.ENDED else (),
        counters=chain.counters_of(box),
        box=box,
        law=_law(election),
        today=today(),
        state_zh=lifecycle.state_zh,
        calling=[tablet for tablet in kiosk.tablets(reading(), box.id) if tablet.calling],
    )


def _supervisors_next(community: Unit, box: Box, state: str, facts: Facts) -> Next | None:
    """What the person at the screen does now as a supervisor; None for everybody else."""
    person = actor()
    if not person.may(Permission.HOLD_KEY, community.lineage):
        return None
    mine = [one for one in trustees.states(reading(), box.id) if one.account == person.account_id]
    own = Own(bool(mine), any(one.rehearsed for one in mine), any(one.shared for one in mine))
    return supervisors_next(state, facts, own)


def _law(election: Election) -> Law:
    return law_in_force(election)


# --- moves -----------------------------------------------------------------------------------------------------------

#: Moves of these pages, with the fields their form shows. The count's moves have a page of their own.
_MOVES: dict[str, tuple[str, ...]] = {
    "publish": ("spares",),
    "post_candidates": (),
    "seal": (),
    "open": (),
    "pause": ("reason",),
    "resume": (),
    "lengthen": ("closes", "reason"),
    "stop_queue": ("people", "reason"),
    "close": ("reason",),
    "void": ("reason",),
}


#: The field that a refusal is about.
_FIELD_OF = {
    **dict.fromkeys(("reason_missing", "before_closing_time", "cards_in_hand"), "reason"),
    **dict.fromkeys(("TEXT_LENGTH", "TEXT_CHARACTER"), "reason"),
    **dict.fromkeys(("CLOSES_MISSING", "ELECTION_HOURS", "not_later"), "closes"),
    **dict.fromkeys(("QUEUE_MISSING", "QUEUE_NUMBER"), "people"),
    "SPARES": "spares",
}


@elections.get("/<election_id>/moves/<name>")
@access(Permission.MOVE_ELECTION)
def confirm(community: Unit, election: Election, name: str) -> str:
    """What the move does and what it asks for; nothing moves before the button on this page."""
    form = MoveForm()
    form.state.data = election.state
    if "spares" in _MOVES.get(name, ()):
        form.spares.data = spares_allowed(roll_size(reading(), election=election))
    form.closes.data = election.closes_at.astimezone(HALL).time()
    return _confirm_page(community, election, name, form)


@elections.post("/<election_id>/moves/<name>")
@access(Permission.MOVE_ELECTION)
def move(community: Unit, election: Election, name: str) -> Any:
    """Move the election; the state that was on the screen comes along."""
    form = MoveForm()
    _require_move(name)
    status = 422
    if form.validate_on_submit():
        try:
            with acting() as writer:
                _DEEDS[name](writer, election, form)
            return redirect(url_for("elections.show", community_id=community.id, election_id=election.id), 303)
        except Refused as refusal:
            if wants_json():
                raise
            say_at(form, refusal, {code: field for code, field in _FIELD_OF.items() if field in _MOVES[name]})
            status = 422 if isinstance(refusal, Malformed) else 409
    # The page shows the election as it is now, and what was typed; who confirms again confirms that.
    fresh = reading().get_one(Election, election.id)
    form.state.data = fresh.state
    return _confirm_page(community, fresh, name, form), status


def _confirm_page(community: Unit, election: Election, name: str, form: MoveForm) -> str:
    _require_move(name)
    facts = gather(reading(), election, now())
    view = overview(election.state, facts)
    missing = next((one.missing for one in view.locked if one.name == name), ())
    return render_template(
        "elections/move.html",
        community=community,
        election=election,
        rule=lifecycle.RULES[name],
        possible=election.state in lifecycle.RULES[name].sources,
        missing=missing,
        form=form,
        # Only cards in people's hands ask for an explanation at closing.
        fields=[form[field] for field in _MOVES[name] if name != "close" or facts.in_hand],
        facts=facts,
        state_zh=lifecycle.state_zh,
    )


def _require_move(name: str) -> None:
    if name not in _MOVES:
        raise NotFound("NO_SUCH_MOVE", "没有这一步，请从总览进入。", "There is no such step; start from the overview.")


def _plain(action: Callable[..., object]) -> Callable[[Session, Election, MoveForm], None]:
    def deed(writer: Session, election: Election, form: MoveForm) -> None:
        action(writer, election_id=election.id, actor=actor(), now=now(), expected=form.state.data)

    return deed


def _with_reason(action: Callable[..., object]) -> Callable[[Session, Election, MoveForm], None]:
    def deed(writer: Session, election: Election, form: MoveForm) -> None:
        action(
            writer,
            election_id=election.id,
            actor=actor(),
            now=now(),
            expected=form.state.data,
            reason=form.reason.data or "",
        )

    return deed


def _publish(writer: Session, election: Election, form: MoveForm) -> None:
    publication.publish_roll(
        writer,
        election_id=election.id,
        actor=actor(),
        now=now(),
        spares=form.spares.data,
        expected=form.state.data,
    )


def _lengthen(writer: Session, election: Election, form: MoveForm) -> None:
    if form.closes.data is None:
        raise Malformed("CLOSES_MISSING", "请填写新的结束时间。", "Give the new closing time.")
    actions.lengthen_poll(
        writer,
        election_id=election.id,
        closes_at=_at(election.day, form.closes.data),
        reason=form.reason.data or "",
        actor=actor(),
        now=now(),
        expected=form.state.data,
    )


def _stop_queue(writer: Session, election: Election, form: MoveForm) -> None:
    if form.people.data is None:
        raise Malformed(
            "QUEUE_MISSING",
            "请清点并填写排队的人数，没有人排队填 0。",
            "Count the queue and give the number; 0 if empty.",
        )
    actions.stop_queue(
        writer,
        election_id=election.id,
        people=form.people.data,
        reason=form.reason.data or "",
        actor=actor(),
        now=now(),
        expected=form.state.data,
    )


_DEEDS: dict[str, Callable[[Session, Election, MoveForm], None]] = {
    "publish": _publish,
    "post_candidates": _plain(post_candidates),
    "seal": _plain(seal_election),
    "open": _plain(actions.open_poll),
    "pause": _with_reason(actions.pause_poll),
    "resume": _plain(actions.resume_poll),
    "lengthen": _lengthen,
    "stop_queue": _stop_queue,
    "close": _with_reason(actions.close_poll),
    "void": _with_reason(actions.declare_void),
}


@elections.post("/<election_id>/queue")
@access(Permission.MOVE_ELECTION)
def shorten_queue(community: Unit, election: Election) -> Any:
    """Some of those who waited at closing time have left."""
    form = MoveForm()
    if not form.validate_on_submit() or form.people.data is None:
        raise Malformed(
            "QUEUE_MISSING", "请填写还在排队的人数，没有人填 0。", "Give the number still waiting; 0 if nobody is."
        )
    with acting() as writer:
        actions.shorten_queue(writer, election_id=election.id, people=form.people.data, actor=actor(), now=now())
    return redirect(url_for("elections.show", community_id=community.id, election_id=election.id), 303)


# --- keys and cards --------------------------------------------------------------------------------------------------


@elections.get("/<election_id>/keys")
@access(Permission.SEE_ELECTION)
def keys(community: Unit, election: Election) -> str:
    """Who has made a key and rehearsed, how many cards there are, which tablets stand ready."""
    box = reading().get_one(Box, election.box_id)
    states = {one.account: one for one in trustees.states(reading(), box.id)}
    people = queries.holders(reading(), community, Role.SUPERVISOR, today())
    fingerprint = ""
    if box.archive_time is not None:
        fingerprint = sealing.fingerprint_in_groups(chain.sealed_election(reading(), box.id).fingerprint)
    return render_template(
        "elections/keys.html",
        community=community,
        election=election,
        box=box,
        states=states,
        people=people,
        tablets=kiosk.tablets(reading(), box.id),
        fingerprint=fingerprint.split(),
        committee=committee_public(founding.committee_folder(house().settings, community.id))[0],
        now=now(),
    )
