"""The tablet's door: pairing, the form, one ballot in, the lamp. Also the public board with the archive.

The staff's pages of the box are in `staff_pages`. Nothing here writes a line about a request: an address
beside the time of a ballot would tell who voted when (docs/operations.md: no access log on this door).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from typing import cast as cast_type

from flask import Blueprint, Flask, Response, jsonify, make_response, redirect, render_template, request
from flask.blueprints import BlueprintSetupState
from sqlalchemy import select
from sqlalchemy.orm import Session

from voting import journal
from voting.box import anchors, casting, chain, kiosk, sealing
from voting.box.kiosk import Tablet
from voting.box.rules import PAGE_OF_TRACKERS
from voting.box.tables import Box
from voting.crypto.election import Election
from voting.database import read
from voting.errors import Malformed, NotAllowed, NotFound, Refused, TooEarly
from voting.people.session import limiter
from voting.people.tables import Unit
from voting.request import acting, close_reading, house, json_object, now, reading, wants_json
from voting.security import csrf, kiosk_loader, public
from voting.security import kiosk as from_tablet

booth = Blueprint("booth", __name__, url_prefix="/booth")
board = Blueprint("board", __name__)

COOKIE = "kiosk"
#: A tablet paired on the eve still works on election day, and no longer than the week.
COOKIE_SECONDS = 7 * 24 * 3600
#: Per address and server process; what all of them together may guess stands in the database (`kiosk.MAX_FAILURES`).
PAIR_LIMIT = "10 per minute"
#: What the booth assumes where the election's display says nothing (tokens.md §5).
DISPLAY_DEFAULTS = {"idle_seconds": 90, "done_seconds": 15}


def _tablet(session: Session) -> Tablet | None:
    token = request.cookies.get(COOKIE)
    return kiosk.kiosk_from_token(session, token) if token else None


@booth.record_once
def _recognise_tablets(state: BlueprintSetupState) -> None:
    kiosk_loader(cast_type(Flask, state.app), _tablet)


# --- the tablet ----------------------------------------------------------------------------------------------------


@booth.get("", strict_slashes=False)
@public
def page() -> str:
    """The booth on a paired tablet, the pairing page on any other."""
    paired = _tablet(reading()) is not None
    return render_template("box/booth.html" if paired else "box/pair.html", refusal=None)


@booth.post("/pair")
@limiter.limit(PAIR_LIMIT)
@public
def pair() -> Any:
    """Use a pairing code up; the tablet gets its cookie, which no script and no other site can use."""
    code = str(json_object().get("code", "")) if request.is_json else request.form.get("code", "")
    try:
        with acting() as session:
            token = kiosk.pair(session, code, now())
    except Refused as refusal:
        if wants_json():
            raise
        return render_template("box/pair.html", refusal=refusal), 422
    answer = make_response(jsonify(paired=True) if wants_json() else redirect("/booth", 303))
    answer.set_cookie(
        COOKIE,
        token,
        max_age=COOKIE_SECONDS,
        path="/booth",
        httponly=True,
        samesite="Strict",
        secure=house().settings.https,
    )
    return answer


@booth.get("/election")
@from_tablet
def election(tablet: Tablet) -> dict[str, Any]:
    """The form's record byte for byte, what to show beside it, and whether the box is open."""
    shown = sealing.booth_display(reading(), box=tablet.box)
    if "offices" not in shown:
        shown = {**_plain_display(chain.sealed_election(reading(), tablet.box)), **shown}
    return {**DISPLAY_DEFAULTS, **shown, "kiosk": tablet.name}


@booth.get("/photo/<int(max=9999):number>")
@from_tablet
def photo(tablet: Tablet, number: int) -> Response:
    """A candidate's portrait."""
    media_type, content = sealing.picture(reading(), box=tablet.box, number=number)
    return Response(content, mimetype=media_type)


@booth.post("/ballots")
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF has no types
@from_tablet
def cast(tablet: Tablet) -> tuple[dict[str, str], int]:
    """One sealed ballot: 201, or 200 for the identical one again. The tablet's name ends here."""
    _require_own_script()
    raw = request.get_data(cache=False)
    # The snapshot in which the tablet was recognised must not stay open while proofs are verified.
    close_reading()
    taken = casting.accept(house().engine, box=tablet.box, raw=raw, log_key=house().keys.log_seed)
    return {"tracker": taken.tracker, "short": taken.short, "acceptance": taken.acceptance}, taken.status


@booth.post("/help")
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF has no types
@from_tablet
def call_for_help(tablet: Tablet) -> dict[str, bool]:
    """Light or put out the lamp of this tablet on the desk's screen."""
    _require_own_script()
    on = json_object().get("on")
    if not isinstance(on, bool):
        raise Malformed("HELP", "请重新点「叫工作人员」。", "Press “call staff” again: the request was not complete.")
    with acting() as session:
        kiosk.call_staff(session, box=tablet.box, kiosk=tablet.id, on=on)
    return {"on": on}


def _require_own_script() -> None:
    # Beside the Strict cookie: another site cannot set this header without a preflight, which we never answer.
    if request.headers.get("X-Booth") != "1":
        raise NotAllowed("NOT_BOOTH", "请在写票处的平板上操作。", "Use the tablet in the booth.")


def _plain_display(form: Election) -> dict[str, Any]:
    """What can be shown from the form alone: titles and names."""
    offices = [
        {
            "title": question.text,
            "seats": question.maximum,
            "candidates": [
                {"number": number, "name": name, "sex": "", "age": None, "trade": "", "introduction": "", "photo": None}
                for number, name in enumerate(question.answers, 1)
            ],
        }
        for question in form.questions
    ]
    return {"title": form.name, "hall": "", "offices": offices, "write_in": [False for _ in offices]}


# --- the public ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Public:
    box: Box
    community: Unit
    title: str


def _public_box(uuid: str) -> _Public:
    row = reading().scalars(select(Box).where(Box.uuid == uuid)).one_or_none()
    if row is None or row.archive_time is None:
        raise NotFound(
            "NO_SUCH_BOARD",
            "没有这个公示板，请扫描公告栏上的二维码进入。",
            "There is no such board; scan the code on the notice board.",
        )
    title = chain.sealed_election(reading(), row.id).name
    return _Public(row, reading().get_one(Unit, row.community_id), title)


@board.get("/board/<uuid>")
@public
def show_board(uuid: str) -> str:
    """Count and sorted trackers as of the last anchor; the reader's own device looks a tracker up."""
    found = _public_box(uuid)
    seen = anchors.board(reading(), found.box.id)
    page_number = max(1, request.args.get("page", 1, type=int) or 1)
    start = (page_number - 1) * PAGE_OF_TRACKERS
    return render_template(
        "box/board.html",
        found=found,
        seen=seen,
        shorts=seen.shorts[start : start + PAGE_OF_TRACKERS],
        first=start + 1,
        total=len(seen.shorts),
        page_number=page_number,
        more=start + PAGE_OF_TRACKERS < len(seen.shorts),
        checkpoint=journal.latest_checkpoint(reading(), found.community.id),
    )


@board.get("/board/<uuid>/trackers.json")
@public
def trackers_json(uuid: str) -> dict[str, Any]:
    """The full trackers, sorted, for the look-up on the reader's device."""
    seen = anchors.board(reading(), _public_box(uuid).box.id)
    return {"trackers": list(seen.trackers), "anchor": seen.anchor, "root": seen.root}


@board.get("/board/<uuid>/trackers.txt")
@public
def trackers_text(uuid: str) -> Response:
    """The full trackers, sorted, one a line; the anchor in the log has the RFC 6962 root over the new ones."""
    seen = anchors.board(reading(), _public_box(uuid).box.id)
    return Response("".join(f"{one}\n" for one in seen.trackers), mimetype="text/plain")


@board.get("/archive/<uuid>.bel")
@public
def archive(uuid: str) -> Response:
    """The whole archive once the count has begun.

    Not at closing already: the archive names the cards without a ballot, so that somebody who holds none of
    them could "scan" the rest of the pile from it. The count begins when every unused card has been scanned.
    """
    found = _public_box(uuid).box
    if found.state not in ("tallied", "opened"):
        raise TooEarly(
            "ARCHIVE_NOT_YET",
            "清点完未用的卡、开始计票后才公开全部选票档案，请那时再下载。",
            "The archive is published when the unused cards are scanned and the count has begun; come back then.",
        )
    return archive_response(found)


def archive_response(row: Box) -> Response:
    """The archive as a stream: one event in memory, from one snapshot of its own."""

    def stream() -> Iterator[bytes]:
        with read(engine) as session:
            yield from chain.archive_bytes(session, box)

    engine, box = house().engine, row.id
    headers = {"Content-Disposition": f'attachment; filename="{row.uuid}.bel"'}
    return Response(stream(), mimetype="application/octet-stream", headers=headers)
