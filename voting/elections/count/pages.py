"""The count's page for officials and supervisors: from the closed box to the signed bundle."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session

from voting import founding
from voting.addresses import is_loopback
from voting.box import chain, tallying
from voting.box.tables import Box
from voting.elections import actions as election_actions
from voting.elections import (
    lifecycle,
    loaders,  # noqa: F401 — registers how an election in the address is loaded
)
from voting.elections.count import actions, queries
from voting.elections.count.bundle import Passphrases, committee_public, read_committee
from voting.elections.count.certificate import MANIFEST
from voting.elections.count.forms import CertifyForm, FloorForm, MissingForm, StepForm
from voting.elections.count.shown import Sheet, sheet_of
from voting.elections.facts import Facts
from voting.elections.moves import gather
from voting.elections.tables import Election
from voting.errors import Refused
from voting.forms import say_at
from voting.people import queries as people
from voting.people.tables import Unit
from voting.permissions import Permission
from voting.request import acting, actor, close_reading, house, now, reading, wants_json
from voting.security import access

count = Blueprint("count", __name__, url_prefix="/c/<community_id>/elections/<election_id>/count")

#: The field that a refusal is about.
_FIELD_OF = {
    "MISSING_OTHER": "missing",
    "PASSPHRASE_WRONG": "passphrase",
    "P12_PASSPHRASE": "p12",
    "ADDRESS_LOOPBACK": "verify_url",
    "ADDRESS_FORM": "verify_url",
}
_COUNTED = ("decided", "certified")


@count.get("")
@access(Permission.SEE_ELECTION)
def page(community: Unit, election: Election) -> str:
    """How far the count is, and the one thing to do now."""
    return _page(community, election)


@count.get("/state")
@access(Permission.SEE_ELECTION)
def state(community: Unit, election: Election) -> dict[str, Any]:  # noqa: ARG001 (the guard loaded it)
    """What the page watches: it shows itself anew when this changes."""
    shares = queries.shares(reading(), election=election)
    box = reading().get_one(Box, election.box_id)
    return {"state": election.state, "shares": shares.received, "unused": box.cards_unused}


@count.post("/floor")
@access(Permission.MOVE_ELECTION)
def decide_floor(community: Unit, election: Election) -> Any:
    """Record the decision to open a tally of few ballots."""
    form = FloorForm()

    def deed(writer: Session) -> None:
        election_actions.decide_floor(
            writer, election_id=election.id, reason=form.reason.data or "", actor=actor(), now=now()
        )

    return _try(community, election, form, deed)


@count.post("/missing")
@access(Permission.MOVE_ELECTION)
def decide_missing(community: Unit, election: Election) -> Any:
    """Record the decision to count although cards of the pile were not found."""
    form = MissingForm()

    def deed(writer: Session) -> None:
        election_actions.decide_missing(
            writer,
            election_id=election.id,
            missing=form.missing.data or 0,
            reason=form.reason.data or "",
            actor=actor(),
            now=now(),
        )

    return _try(community, election, form, deed)


@count.post("/begin")
@access(Permission.MOVE_ELECTION)
def begin(community: Unit, election: Election) -> Any:
    """Add the ballots up under encryption: outside any lock, as the closed box does not change."""
    form = StepForm()
    summed = tallying.aggregate(reading(), box=election.box_id) if election.state == "closed" else None
    close_reading()

    def deed(writer: Session) -> None:
        actions.begin_count(
            writer, election_id=election.id, actor=actor(), now=now(), expected=form.state.data, summed=summed
        )

    return _try(community, election, form, deed)


@count.post("/decide")
@access(Permission.MOVE_ELECTION)
def decide(community: Unit, election: Election) -> Any:
    """Combine the shares; the law's arithmetic decides."""
    form = StepForm()

    def deed(writer: Session) -> None:
        actions.decide_outcome(writer, election_id=election.id, actor=actor(), now=now(), expected=form.state.data)

    return _try(community, election, form, deed)


@count.post("/certify")
@access(Permission.CERTIFY)
def certify(community: Unit, election: Election) -> Any:
    """Print, sign, keep the bundle."""
    form = CertifyForm()
    # A setting is what the administrator answers for; no form changes it.
    public = _public_address(community, election) if house().settings.public_url else form.verify_url.data or ""

    def deed(writer: Session) -> None:
        actions.certify(
            writer,
            election_id=election.id,
            committee=read_committee(founding.committee_folder(house().settings, community.id)),
            passphrases=Passphrases(form.passphrase.data or "", form.p12.data or ""),
            log_seed=house().keys.log_seed,
            actor=actor(),
            now=now(),
            number=form.number.data or "",
            verify_url=public,
            expected=form.state.data,
        )

    return _try(community, election, form, deed)


def _public_address(community: Unit, election: Election) -> str:
    """What the report's QR code opens unless the official types another; empty where nobody here knows it.

    Only a proposal where it comes from the browser's own address: that says how the official came here, not how
    a resident would.
    """
    base = house().settings.public_url
    if not base and "public" in house().doors:
        base = "" if is_loopback(urlsplit(request.host_url).hostname or "") else request.url_root
    return f"{base.rstrip('/')}/c/{community.id}/e/{election.id}" if base else ""


def _try(community: Unit, election: Election, form: FlaskForm, deed: Any) -> Any:
    """Validate, act, show the page; a refusal stands in the form that caused it, with what was typed kept."""
    if form.validate_on_submit():
        try:
            with acting() as writer:
                deed(writer)
        except Refused as refusal:
            if wants_json():
                raise
            say_at(form, refusal, _FIELD_OF)
        else:
            if wants_json():
                return {"ok": True}
            return redirect(url_for("count.page", community_id=community.id, election_id=election.id), 303)
    fresh = reading().get_one(Election, election.id)
    return _page(community, fresh, form), 422


def _page(community: Unit, election: Election, form: FlaskForm | None = None) -> str:
    box = reading().get_one(Box, election.box_id)
    facts = gather(reading(), election, now())
    shares = queries.shares(reading(), election=election)
    vkey, fingerprint = committee_public(founding.committee_folder(house().settings, community.id))
    return render_template(
        "count/page.html",
        community=community,
        election=election,
        box=box,
        facts=facts,
        counters=chain.counters_of(box),
        shares=shares,
        names=people.names(reading(), (one.account for one in shares.trustees)),
        own_share=any(one.shared for one in shares.trustees if one.account == actor().account_id),
        missing=_missing(election, facts),
        sheet=_sheet(election),
        forms=_forms(election, form, _public_address(community, election)),
        public_url=house().settings.public_url and _public_address(community, election),
        files=queries.certified_paths(reading(), election=election),
        manifest=MANIFEST,
        vkey=vkey,
        fingerprint=fingerprint,
        refused=request.method == "POST",
        state_zh=lifecycle.state_zh,
    )


def _missing(election: Election, facts: Facts) -> list[Any]:
    """What the count still waits for."""
    moves = {one.name: one for one in lifecycle.next_moves(election.state, facts)}
    return list(moves["count"].missing) if "count" in moves else []


def _sheet(election: Election) -> Sheet | None:
    if election.state not in _COUNTED:
        return None
    counted = queries.counted(reading(), election=election)
    return sheet_of(counted.facts, counted.outcome)


def _forms(election: Election, sent: FlaskForm | None, verify_url: str) -> dict[str, FlaskForm]:
    """The page's forms, the one that was refused as it was typed."""
    forms: dict[str, FlaskForm] = {
        "step": StepForm(None),
        "floor": FloorForm(None),
        "missing": MissingForm(None),
        "certify": CertifyForm(None, verify_url=verify_url),
    }
    if sent is not None:
        forms[{FloorForm: "floor", MissingForm: "missing", CertifyForm: "certify"}.get(type(sent), "step")] = sent
    for form in forms.values():
        # A refused form must not carry the old state on: the person looks at the new one now.
        form.state.data = election.state
    return forms
