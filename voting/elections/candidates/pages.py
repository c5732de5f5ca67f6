"""The candidates' pages: the list by office, proposing from the roll, the statutory bars, order."""

from collections.abc import Collection
from functools import partial
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy.orm import undefer

from voting import journal
from voting.elections import (
    conflicts,
    loaders,  # noqa: F401 — registers how the ids in these addresses are loaded
)
from voting.elections.candidates import actions, answers
from voting.elections.candidates.forms import BarsForm, CandidateForm
from voting.elections.candidates.lists import posted_lists
from voting.elections.candidates.photos import LIMIT
from voting.elections.candidates.queries import OF_THE_LIST, check, contests, told_apart
from voting.elections.candidates.rules import BARS, bars
from voting.elections.candidates.tables import Candidate
from voting.elections.queries import law_in_force, office_of
from voting.elections.roll.queries import Found, find, get_entry
from voting.elections.tables import Election
from voting.errors import NotFound, Refused
from voting.i18n import sentence
from voting.people.tables import Account, Unit
from voting.permissions import Permission
from voting.request import acting, actor, house, now, reading, today, wants_json
from voting.security import access, upload

candidates = Blueprint("candidates", __name__, url_prefix="/c/<community_id>/elections/<election_id>/candidates")


@candidates.get("")
@access(Permission.SEE_ELECTION)
def show(community: Unit, election: Election) -> str:
    """Every office with its candidates in ballot order, and what the law finds wrong."""
    found = check(reading(), election=election)
    return render_template(
        "candidates/show.html",
        community=community,
        election=election,
        contests=contests(reading(), election=election),
        apart=told_apart(reading(), election),
        check=found,
        flags=conflicts.flags(reading(), election),
        lists=posted_lists(reading(), election),
        findings={person: [one for one in found.errors if one.person == person] for person in found.persons_barred},
        preparing=election.state in ("draft", "published"),
        of_the_list=OF_THE_LIST,
        answered=partial(_answered, bars(law_in_force(election))),
    )


def _answered(codes: Collection[str], candidate: Candidate) -> bool:
    return all(code in answers for code in codes for answers in (candidate.declared, candidate.checked))


@candidates.get("/new")
@access(Permission.PREPARE_ELECTION)
def new(community: Unit, election: Election) -> str:
    """Find the person on the roll, then say what the ballot shows."""
    form = CandidateForm(None).offer()
    form.office.data = request.args.get("office", "")
    form.entry.data = request.args.get("entry", "")
    return _new_page(community, election, form)


def _new_page(community: Unit, election: Election, form: CandidateForm) -> str:
    office = office_of(election, form.office.data or "")
    query = journal.typed(request.form.get("q", "")).strip()[:60]
    chosen: Found | None = None
    if form.entry.data:
        chosen = get_entry(reading(), election=election, entry_id=form.entry.data)
    return render_template(
        "candidates/new.html",
        community=community,
        election=election,
        office=office,
        form=form,
        query=query,
        hits=[] if chosen else find(reading(), election=election, query=query),
        chosen=chosen,
    )


@candidates.post("/find")
@access(Permission.PREPARE_ELECTION)
def find_person(community: Unit, election: Election) -> str:
    """Look on the roll: what is typed is somebody's name or the end of an ID number, and stands in no address."""
    form = CandidateForm().offer()
    return _new_page(community, election, form)


@candidates.post("/new")
@upload(LIMIT)
@access(Permission.PREPARE_ELECTION)
def add(community: Unit, election: Election) -> Any:
    """Put the person on the list; next come the bars."""
    form = CandidateForm().offer()
    if form.validate_on_submit():
        try:
            with acting() as writer:
                made = actions.add_candidate(
                    writer,
                    election_id=election.id,
                    office_id=form.office.data or "",
                    entry_id=form.entry.data or "",
                    trade=form.trade.data or "",
                    introduction=form.introduction.data or "",
                    photo=_photo(form),
                    about=form.about(),
                    keys=house().keys.fields,
                    actor=actor(),
                    now=now(),
                )
            return _to(community, election, made.id)
        except Refused as refusal:
            if wants_json() or isinstance(refusal, NotFound):
                raise
            form.form_errors.append(sentence(refusal))
    return _new_page(community, election, form), 422


@candidates.get("/<candidate_id>")
@access(Permission.SEE_ELECTION)
def person(community: Unit, election: Election, candidate: Candidate) -> str:
    """One candidate: what the ballot shows, and the statutory bars."""
    form = CandidateForm(None).offer(candidate)
    return _person_page(community, election, candidate, form)


def _person_page(
    community: Unit, election: Election, candidate: Candidate, form: CandidateForm, bars_form: BarsForm | None = None
) -> str:
    found = check(reading(), election=election)
    law = law_in_force(election)
    checker = reading().get(Account, candidate.checked_by) if candidate.checked_by else None
    return render_template(
        "candidates/person.html",
        community=community,
        election=election,
        candidate=candidate,
        office=office_of(election, candidate.office_id),
        form=form,
        bars_form=bars_form or BarsForm(None),
        unanswered=bars_form.unanswered(bars(law)) if bars_form else {},
        bars=bars(law),
        law=law,
        checker=checker,
        findings=[one for one in found.errors if one.person == candidate.roll_entry_id],
        preparing=election.state in ("draft", "published"),
    )


@candidates.post("/<candidate_id>")
@upload(LIMIT)
@access(Permission.PREPARE_ELECTION)
def describe(community: Unit, election: Election, candidate: Candidate) -> Any:
    """Change what the ballot shows."""
    form = CandidateForm().offer()
    if form.validate_on_submit():
        try:
            with acting() as writer:
                actions.describe_candidate(
                    writer,
                    election_id=election.id,
                    candidate_id=candidate.id,
                    trade=form.trade.data or "",
                    introduction=form.introduction.data or "",
                    photo=_photo(form),
                    about=form.about(),
                    actor=actor(),
                    now=now(),
                )
            return _to(community, election, candidate.id)
        except Refused as refusal:
            if wants_json():
                raise
            form.form_errors.append(sentence(refusal))
    return _person_page(community, election, candidate, form), 422


@candidates.post("/<candidate_id>/bars")
@access(Permission.PREPARE_ELECTION)
def answer_bars(community: Unit, election: Election, candidate: Candidate) -> Any:
    """Record the answers to the bars under the signed-in official's name."""
    form = BarsForm()
    open_bars = form.unanswered(bars(law_in_force(election)))
    if open_bars and election.state in ("draft", "published") and not wants_json():
        return _bars_again(community, election, candidate, form), 422
    try:
        with acting() as writer:
            actions.record_bars(
                writer,
                election_id=election.id,
                candidate_id=candidate.id,
                declared=_answers(form, "declared"),
                checked=_answers(form, "checked"),
                actor=actor(),
                now=now(),
            )
    except Refused as refusal:
        if wants_json():
            raise
        form.form_errors.append(sentence(refusal))
        return _bars_again(community, election, candidate, form), 409
    return redirect(url_for("candidates.show", **_place(community, election)), 303)


def _bars_again(community: Unit, election: Election, candidate: Candidate, form: BarsForm) -> str:
    described = CandidateForm(None).offer(candidate)
    return _person_page(community, election, candidate, described, form)


def _answers(form: BarsForm, who: str) -> dict[str, bool]:
    return {code: answer == "yes" for code in BARS if (answer := form.answer(who, code))}


@candidates.post("/<candidate_id>/remove")
@access(Permission.PREPARE_ELECTION)
def remove(community: Unit, election: Election, candidate: Candidate) -> Any:
    """Take somebody off the list."""
    with acting() as writer:
        actions.remove_candidate(writer, election_id=election.id, candidate_id=candidate.id, actor=actor(), now=now())
    return redirect(url_for("candidates.show", **_place(community, election)), 303)


@candidates.post("/<candidate_id>/withdrawn")
@access(Permission.PREPARE_ELECTION)
def withdraw(community: Unit, election: Election, candidate: Candidate) -> Any:
    """The candidate withdrew in writing."""
    with acting() as writer:
        answers.withdraw_candidate(
            writer, election_id=election.id, candidate_id=candidate.id, day=today(), actor=actor(), now=now()
        )
    return redirect(url_for("candidates.show", **_place(community, election)), 303)


@candidates.post("/<candidate_id>/move-<where>")
@access(Permission.PREPARE_ELECTION)
def shift(community: Unit, election: Election, candidate: Candidate, where: str) -> Any:
    """Move somebody one place up or down on the ballot."""
    if where not in ("up", "down"):
        raise NotFound(
            "NO_SUCH_PLACE", "只能上移或下移。", "Somebody moves up or down, and nowhere else; use the buttons."
        )
    order = [
        one.id
        for contest in contests(reading(), election=election)
        for one in contest.candidates
        if contest.office.id == candidate.office_id
    ]
    at = order.index(candidate.id)
    to = at + (1 if where == "down" else -1)
    if 0 <= to < len(order):
        order[at], order[to] = order[to], order[at]
        with acting() as writer:
            actions.reorder_candidates(
                writer,
                election_id=election.id,
                office_id=candidate.office_id,
                order=order,
                actor=actor(),
                now=now(),
            )
    return redirect(url_for("candidates.show", **_place(community, election)), 303)


@candidates.get("/<candidate_id>/photo")
@access(Permission.SEE_ELECTION)
def photo(community: Unit, election: Election, candidate: Candidate) -> Response:  # noqa: ARG001 (the guard loaded it)
    """The portrait, under the type its bytes were found to be; never anything else."""
    found = reading().get_one(Candidate, candidate.id, options=[undefer(Candidate.photo)], populate_existing=True)
    if found.photo is None or found.photo_type is None:
        raise NotFound("NO_PHOTO", "这位候选人没有照片，请刷新页面。", "This candidate has no photo; reload the page.")
    return Response(found.photo, content_type=found.photo_type)


def _photo(form: CandidateForm) -> bytes | None:
    file = form.photo.data
    content: bytes = file.read() if file and getattr(file, "filename", "") else b""
    return content or None


def _place(community: Unit, election: Election) -> dict[str, Any]:
    return {"community_id": community.id, "election_id": election.id}


def _to(community: Unit, election: Election, candidate_id: str) -> Any:
    return redirect(url_for("candidates.person", **_place(community, election), candidate_id=candidate_id), 303)
