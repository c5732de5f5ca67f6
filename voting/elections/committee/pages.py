"""The page of the election committee: who sits in it, conflicts found, meetings, kinship, the count's staff."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from voting.elections import (
    conflicts,
    loaders,  # noqa: F401 — registers how the ids in these addresses are loaded
)
from voting.elections.by_number import entry_of
from voting.elections.committee import actions, queries, staffing, ties
from voting.elections.committee.actions import Chosen, Vote
from voting.elections.committee.forms import KinshipForm, MeetingForm, StaffForm, VoteForm
from voting.elections.committee.rules import DUTIES, POSTS, REASONS, RELATIONS, SEXES, bodies
from voting.elections.queries import rules
from voting.elections.tables import Election
from voting.errors import Malformed
from voting.forms import Form, carried_out
from voting.law.profiles import Mode
from voting.people.tables import Unit
from voting.permissions import Permission
from voting.request import acting, actor, now, reading, today
from voting.security import access

committee = Blueprint("committee", __name__, url_prefix="/c/<community_id>/elections/<election_id>/committee")

_POST_CODES = {names[0]: code for code, names in POSTS.items()} | {names[1]: code for code, names in POSTS.items()}


@committee.get("")
@access(Permission.SEE_ELECTION)
def show(community: Unit, election: Election) -> str:
    """The committee, its findings, the staff and the declared kinships."""
    return _page(community, election)


def _page(community: Unit, election: Election, **forms: Form) -> str:
    ruled = rules(election)
    serving = queries.serving(reading(), election)
    return render_template(
        "committee/show.html",
        community=community,
        election=election,
        formed=queries.committee(reading(), election),
        members=serving.members,
        found=conflicts.findings(reading(), election, ruled, serving),
        meetings=serving.meetings,
        staff=serving.staff,
        declared=queries.declared(reading(), election),
        size=ruled.committee_size,
        bodies=bodies(Mode(election.mode)),
        words={"posts": POSTS, "duties": DUTIES, "relations": RELATIONS, "reasons": REASONS},
        vote_form=forms.get("vote_form") or VoteForm(None).offer(Mode(election.mode)),
        meeting_form=forms.get("meeting_form") or MeetingForm(None),
        kinship_form=forms.get("kinship_form") or KinshipForm(None).offer(),
        staff_form=forms.get("staff_form") or StaffForm(None).offer(),
        today=today(),
    )


def _try(community: Unit, election: Election, name: str, form: Form, deed: Callable[[Session], object]) -> Any:
    """Validate, act, show the page; a refusal stands in the form that caused it."""
    if carried_out(form, deed):
        return _back(community, election)
    return _page(community, election, **{name: form}), 422


def _back(community: Unit, election: Election) -> Any:
    return redirect(url_for("committee.show", community_id=community.id, election_id=election.id), 303)


def _who(election: Election) -> dict[str, Any]:
    return {"election_id": election.id, "actor": actor(), "now": now()}


@committee.post("/formed")
@access(Permission.PREPARE_ELECTION)
def form_committee(community: Unit, election: Election) -> Any:
    """Record the vote that made the committee."""
    form = VoteForm().offer(Mode(election.mode))

    def deed(writer: Session) -> None:
        chosen = tuple(_chosen(election, line) for line in (form.chosen.data or "").splitlines() if line.strip())
        counts = (form.due.data or 0, form.attended.data or 0, form.size.data or 0)
        vote = Vote(form.body.data or "", form.held_on.data or today(), *counts, chosen)
        actions.form_committee(writer, vote=vote, profile=rules(election), **_who(election))

    return _try(community, election, "vote_form", form, deed)


def _chosen(election: Election, line: str) -> Chosen:
    """One line “number post votes”, or before there is a roll “name sex post votes”. Raises Malformed VOTE_LINE."""
    *who, post, votes = ("", "", *line.split())
    who = [word for word in who if word]
    by_name = len(who) == 2 and who[1] in SEXES
    readable = votes.isascii() and votes.isdigit() and len(votes) < 7
    if post not in _POST_CODES or not readable or not (by_name or len(who) == 1):
        raise Malformed(
            "VOTE_LINE",
            f"这一行看不懂：“{line.strip()[:40]}”。请写成：选民编号 职务（主任、副主任、委员） 票数；"
            "还没有选民名单的，写成：姓名 性别（男、女） 职务 票数。",
            f"This line cannot be read: “{line.strip()[:40]}”. Write roll number, post (chair, deputy, member), votes; "
            "before there is a roll: name, sex (男, 女), post, votes.",
        )
    if by_name:
        return Chosen("", _POST_CODES[post], int(votes), name=who[0], sex=who[1])
    return Chosen(entry_of(reading(), election, who[0]), _POST_CODES[post], int(votes))


@committee.post("/filed")
@access(Permission.PREPARE_ELECTION)
def file_committee(community: Unit, election: Election) -> Any:
    """The list was filed with the street today."""
    with acting() as writer:
        actions.file_committee(writer, day=today(), **_who(election))
    return _back(community, election)


@committee.post("/meetings")
@access(Permission.PREPARE_ELECTION)
def record_meeting(community: Unit, election: Election) -> Any:
    """A meeting and who was absent."""
    form = MeetingForm()
    absent = request.form.getlist("absent")

    def deed(writer: Session) -> None:
        actions.record_meeting(writer, held_on=form.held_on.data or today(), absent=absent, **_who(election))

    return _try(community, election, "meeting_form", form, deed)


@committee.post("/leave")
@access(Permission.PREPARE_ELECTION)
def leave(community: Unit, election: Election) -> Any:
    """Confirm that a member leaves; the next of the vote comes in."""
    with acting() as writer:
        member, because = request.form.get("member", ""), request.form.get("because", "")
        conflicts.leave(writer, member_id=member, because=because, **_who(election))
    return _back(community, election)


@committee.post("/tied")
@access(Permission.PREPARE_ELECTION)
def tie_member(community: Unit, election: Election) -> Any:
    """Which person of the roll a member is, where several bear the name."""
    with acting() as writer:
        person = entry_of(reading(), election, request.form.get("number", ""))
        ties.tie_member(writer, member_id=request.form.get("member", ""), person=person, **_who(election))
    return _back(community, election)


@committee.post("/chair")
@access(Permission.PREPARE_ELECTION)
def choose_chair(community: Unit, election: Election) -> Any:
    """The members chose their chair."""
    with acting() as writer:
        actions.choose_chair(writer, member_id=request.form.get("member", ""), **_who(election))
    return _back(community, election)


@committee.post("/kinships")
@access(Permission.PREPARE_ELECTION)
def declare_kinship(community: Unit, election: Election) -> Any:
    """Two people are near relatives."""
    form = KinshipForm().offer()

    def deed(writer: Session) -> None:
        one, other = (entry_of(reading(), election, each.data or "") for each in (form.one, form.other))
        conflicts.declare_kinship(writer, one=one, other=other, relation=form.relation.data or "", **_who(election))

    return _try(community, election, "kinship_form", form, deed)


@committee.post("/kinships/withdraw")
@access(Permission.PREPARE_ELECTION)
def withdraw_kinship(community: Unit, election: Election) -> Any:
    """A declaration was a mistake."""
    with acting() as writer:
        actions.withdraw_kinship(writer, kinship_id=request.form.get("kinship", ""), **_who(election))
    return _back(community, election)


@committee.post("/staff")
@access(Permission.PREPARE_ELECTION)
def appoint_staff(community: Unit, election: Election) -> Any:
    """Somebody serves at the poll or the count."""
    form = StaffForm().offer()

    def deed(writer: Session) -> None:
        number = (form.person.data or "").strip()
        conflicts.appoint(
            writer,
            person=entry_of(reading(), election, number) if number else "",
            name=form.name.data or "",
            duty=form.duty.data or "",
            **_who(election),
        )

    return _try(community, election, "staff_form", form, deed)


@committee.post("/staff/sworn")
@access(Permission.PREPARE_ELECTION)
def swear_in(community: Unit, election: Election) -> Any:
    """Somebody took the oath."""
    with acting() as writer:
        conflicts.swear(writer, staff_id=request.form.get("staff", ""), **_who(election))
    return _back(community, election)


@committee.post("/staff/ended")
@access(Permission.PREPARE_ELECTION)
def let_go(community: Unit, election: Election) -> Any:
    """Somebody's service ends."""
    with acting() as writer:
        staffing.let_go(writer, staff_id=request.form.get("staff", ""), **_who(election))
    return _back(community, election)
