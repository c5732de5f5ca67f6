"""The page of proxies: written forms recorded by roll number, the list posted, a form withdrawn."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from voting.elections import loaders  # noqa: F401 — registers how the ids in these addresses are loaded
from voting.elections.by_number import entry_of
from voting.elections.candidates.photos import LIMIT
from voting.elections.proxies import actions, queries
from voting.elections.proxies.tables import Proxy
from voting.elections.queries import rules
from voting.elections.tables import Election
from voting.errors import Malformed, Refused
from voting.i18n import sentence
from voting.people.tables import Unit
from voting.permissions import Permission
from voting.request import acting, actor, house, now, reading, today, wants_json
from voting.security import access, upload

proxy_pages = Blueprint("proxies", __name__, url_prefix="/c/<community_id>/elections/<election_id>/proxies")


@proxy_pages.get("")
@access(Permission.SEE_ROLL)
def show(community: Unit, election: Election) -> str:
    """Every form, the list as posted, and the form to record another."""
    return _page(community, election)


@proxy_pages.post("")
@upload(LIMIT)
@access(Permission.MANAGE_ROLL)
def record(community: Unit, election: Election) -> Any:
    """Record a written form: both people by roll number."""
    photo = request.files.get("evidence")
    content = photo.read() if photo else b""

    def deed(writer: Session) -> None:
        actions.record_proxy(
            writer,
            election_id=election.id,
            principal_id=entry_of(writer, election, request.form.get("principal", "")),
            holder_id=entry_of(writer, election, request.form.get("holder", "")),
            day=_day(request.form.get("day", "")),
            reason=request.form.get("reason", ""),
            evidence=content or None,
            keys=house().keys.fields,
            actor=actor(),
            now=now(),
        )

    return _try(community, election, deed)


@proxy_pages.post("/posted")
@access(Permission.MANAGE_ROLL)
def post_list(community: Unit, election: Election) -> Any:
    """Freeze and post the list."""

    def deed(writer: Session) -> None:
        actions.post_list(writer, election_id=election.id, actor=actor(), now=now())

    return _try(community, election, deed)


@proxy_pages.post("/<proxy_id>/withdrawn")
@access(Permission.MANAGE_ROLL)
def withdraw(community: Unit, election: Election, proxy: Proxy) -> Any:
    """The principal took the form back in writing."""

    def deed(writer: Session) -> None:
        actions.withdraw_proxy(writer, election_id=election.id, proxy_id=proxy.id, actor=actor(), now=now())

    return _try(community, election, deed)


def _try(community: Unit, election: Election, deed: Callable[[Session], None]) -> Any:
    try:
        with acting() as writer:
            deed_in(writer, deed)
    except Refused as refusal:
        if wants_json():
            raise
        return _page(community, election, refusal), 422
    return redirect(url_for("proxies.show", community_id=community.id, election_id=election.id), 303)


def deed_in(writer: Session, deed: Callable[[Session], None]) -> None:
    """One act, what it looks up included, in one transaction of the action's own kind."""
    with writer.begin():
        deed(writer)


def _page(community: Unit, election: Election, refusal: Refused | None = None) -> str:
    return render_template(
        "proxies/show.html",
        community=community,
        election=election,
        forms=queries.forms(reading(), election=election),
        why=queries.reasons(reading(), election=election, keys=house().keys.fields),
        posted=queries.posted(reading(), election),
        rules=rules(election),
        refusal=sentence(refusal) if refusal else "",
        given=request.form,
        today=today(),
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Malformed("PROXY_DATE", "请填写委托书上的日期。", "Enter the day that stands on the form.") from error
