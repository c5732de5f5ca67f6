"""The page of nominations: received, signed for, counted from a poll, accepted, withdrawn; the lists."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from voting.elections import (
    conflicts,
    loaders,  # noqa: F401 — registers how the ids in these addresses are loaded
)
from voting.elections.by_number import entry_of, numbers_in
from voting.elections.candidates import answers, listing, nominations
from voting.elections.candidates.forms import NominationForm, PartyPostForm, PollForm
from voting.elections.candidates.lists import hangs_until, posted_lists, withdraw_lists
from voting.elections.candidates.nominating import WAYS
from voting.elections.candidates.nominations import Proposal
from voting.elections.candidates.queries import check, list_candidates
from voting.elections.candidates.rules import ORDERS
from voting.elections.candidates.tables import NominatingPoll
from voting.elections.committee.queries import kinships
from voting.elections.queries import rules
from voting.elections.tables import Election
from voting.errors import Malformed
from voting.forms import Form, carried_out
from voting.law.calendar import days_before
from voting.people.tables import Unit
from voting.permissions import Permission
from voting.request import acting, actor, house, now, reading, today
from voting.security import access

nominating = Blueprint("nominations", __name__, url_prefix="/c/<community_id>/elections/<election_id>/nominations")


@nominating.get("")
@access(Permission.SEE_ELECTION)
def show(community: Unit, election: Election) -> str:
    """Every nomination, the nominating poll and the lists as posted."""
    return _page(community, election)


def _page(community: Unit, election: Election, **more: Any) -> str:
    ruled = rules(election)
    found = listing.nominations(reading(), election)
    lists = posted_lists(reading(), election)
    standing = conflicts.nominated(reading(), election)
    return render_template(
        "candidates/nominations.html",
        community=community,
        election=election,
        found=found,
        near=listing.signers_near(reading(), election, kinships(reading(), election), standing) if found else {},
        polled=listing.poll_standing(election, found),
        poll=reading().get(NominatingPoll, election.id),
        lists=lists,
        orders=ORDERS,
        hangs=hangs_until(election, lists) if lists else None,
        posting=ruled.posting_days,
        excess=ruled.excess,
        turnout=ruled.nominating_poll_turnout,
        flags=conflicts.flags(reading(), election),
        warnings=check(reading(), election=election).warnings,
        titles={office.id: office.title for office in election.offices},
        ways=WAYS,
        order=ruled.candidate_order,
        withdraw=ruled.withdraw_days,
        last_withdrawal=days_before(election.day, ruled.withdraw_days.value),
        form=more.get("form") or NominationForm(None).offer(election),
        post_form=more.get("post_form") or _post_form(election, None),
        poll_form=more.get("poll_form") or PollForm(None),
        ordered=more.get("ordered"),
        preparing=election.state in ("draft", "published"),
        today=today(),
    )


def _post_form(election: Election, *data: Any) -> PartyPostForm:
    listed_now = list_candidates(reading(), election=election)
    return PartyPostForm(*data).offer(one for office in election.offices for one in listed_now[office.id])


@nominating.post("/party-post")
@access(Permission.PREPARE_ELECTION)
def note_party_post(community: Unit, election: Election) -> Any:
    """A Party post that a candidate holds beside."""
    form = _post_form(election)

    def deed(writer: Session) -> None:
        answers.note_party_post(
            writer, candidate_id=form.candidate.data or "", post=form.post.data or "", **_who(election)
        )

    return _try(community, election, "post_form", form, deed)


def _try(community: Unit, election: Election, name: str, form: Form, deed: Callable[[Session], object]) -> Any:
    if carried_out(form, deed):
        return _back(community, election)
    return _page(community, election, **{name: form}), 422


def _back(community: Unit, election: Election) -> Any:
    return redirect(url_for("nominations.show", community_id=community.id, election_id=election.id), 303)


def _who(election: Election) -> dict[str, Any]:
    return {"election_id": election.id, "actor": actor(), "now": now()}


@nominating.post("")
@access(Permission.PREPARE_ELECTION)
def nominate(community: Unit, election: Election) -> Any:
    """A nomination came in."""
    form = NominationForm().offer(election)

    def deed(writer: Session) -> None:
        proposal = Proposal(
            office_id=form.office.data or "",
            person=entry_of(reading(), election, form.person.data or ""),
            way=form.way.data or "",
            received_on=form.received_on.data or today(),
            signers=numbers_in(form.signers.data or ""),
        )
        nominations.nominate(writer, proposal=proposal, **_who(election))

    return _try(community, election, "form", form, deed)


@nominating.post("/poll")
@access(Permission.PREPARE_ELECTION)
def record_poll(community: Unit, election: Election) -> Any:
    """The counts of a nominating poll."""
    form = PollForm()

    def deed(writer: Session) -> None:
        votes: dict[tuple[str, str], int] = {}
        for line in (form.votes.data or "").splitlines():
            if line.strip():
                key, count = _counted(election, line)
                votes[key] = votes.get(key, 0) + count
        nominations.record_nominating_poll(
            writer,
            held_on=form.held_on.data or today(),
            taking_part=form.taking_part.data or 0,
            votes=votes,
            **_who(election),
        )

    return _try(community, election, "poll_form", form, deed)


def _counted(election: Election, line: str) -> tuple[tuple[str, str], int]:
    """One line “office number votes”. Raises Malformed POLL_LINE."""
    words = line.split()
    office = next((one.id for one in election.offices if len(words) == 3 and one.title == words[0]), None)
    if office is None or not (words[2].isascii() and words[2].isdigit() and len(words[2]) < 7):
        raise Malformed(
            "POLL_LINE",
            f"这一行看不懂：“{line.strip()[:40]}”。请写成：职务 选民编号 票数。",
            f"This line cannot be read: “{line.strip()[:40]}”. Write office, roll number, votes.",
        )
    return (office, entry_of(reading(), election, words[1])), int(words[2])


@nominating.post("/accepted")
@access(Permission.PREPARE_ELECTION)
def accept(community: Unit, election: Election) -> Any:
    """The written acceptance is here."""
    with acting() as writer:
        answers.accept_nomination(
            writer,
            nomination_id=request.form.get("nomination", ""),
            day=_day(),
            keys=house().keys.fields,
            **_who(election),
        )
    return _back(community, election)


@nominating.post("/withdrawn")
@access(Permission.PREPARE_ELECTION)
def withdraw_nomination(community: Unit, election: Election) -> Any:
    """The written withdrawal, or the answer that somebody does not accept, is here."""
    with acting() as writer:
        answers.withdraw_nomination(
            writer, nomination_id=request.form.get("nomination", ""), day=_day(), **_who(election)
        )
    return _back(community, election)


def _day() -> date:
    """The day of a written answer, today unless the form says otherwise. Raises Malformed ANSWER_DATE."""
    given = request.form.get("day", "")
    try:
        return date.fromisoformat(given) if given else today()
    except ValueError:
        raise Malformed("ANSWER_DATE", "日期看不懂，请重新填写。", "The day cannot be read; enter it again.") from None


@nominating.post("/preliminary")
@access(Permission.PREPARE_ELECTION)
def post_preliminary(community: Unit, election: Election) -> Any:
    """Post the preliminary list."""
    with acting() as writer:
        listing.post_preliminary(writer, **_who(election))
    return _back(community, election)


@nominating.post("/order")
@access(Permission.PREPARE_ELECTION)
def order(community: Unit, election: Election) -> Any:
    """Put the offices in the order of the profile, and say what the eye must still settle."""
    with acting() as writer:
        ordered = listing.order_by_profile(writer, **_who(election))
    return _page(community, election, ordered=ordered)


@nominating.post("/lists/withdrawn")
@access(Permission.PREPARE_ELECTION)
def take_down(community: Unit, election: Election) -> Any:
    """The lists have hung their time and are taken down."""
    with acting() as writer:
        withdraw_lists(writer, **_who(election))
    return _back(community, election)
