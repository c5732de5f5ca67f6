"""The box's pages for staff: supervisors' keys, the making of cards, tablets."""

import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from voting.addresses import is_loopback
from voting.box import cards, chain, kiosk, sealing, trustees
from voting.box import witness as box_witness
from voting.box.pages import archive_response
from voting.box.rules import trustee_name
from voting.box.tables import Box, Kiosk
from voting.errors import Malformed, Refused, TooEarly
from voting.i18n import sentence
from voting.people import queries, sign_in
from voting.people.session import SIGN_IN_LIMIT, limiter
from voting.people.tables import Account, Unit
from voting.permissions import Permission, Role
from voting.request import acting, actor, house, json_object, now, reading, today, wants_json
from voting.security import access, loader, upload

box_rooms = Blueprint("box_rooms", __name__, url_prefix="/c/<community_id>/boxes/<box_id>")

#: Public credentials of 50,000 cards in BELENIOS-2048 are about 31 MB.
CREDENTIALS_LIMIT = 40_000_000


@loader("box_id")
def _load_box(reader: Session, box_id: str, loaded: dict[str, Any]) -> Box | None:
    row = reader.get(Box, box_id)
    return row if row is not None and row.community_id == loaded["community"].id else None


@loader("kiosk_id")
def _load_kiosk(reader: Session, kiosk_id: str, loaded: dict[str, Any]) -> Kiosk | None:
    found = reader.get(Kiosk, kiosk_id)
    return found if found is not None and found.box_id == loaded["box"].id else None


# --- supervisors' keys ---------------------------------------------------------------------------------------------


@box_rooms.get("/trustee")
@access(Permission.HOLD_KEY)
def trustee_page(community: Unit, box: Box) -> str:
    """A supervisor's three deeds: make the key, rehearse, decrypt; and how far the others are."""
    states = trustees.states(reading(), box.id)
    own = next((one for one in states if one.account == actor().account_id), None)
    people = queries.holders(reading(), community, Role.SUPERVISOR, today())
    names = {one.id: one.display_name for one in people}
    place = next((index for index, one in enumerate(people, 1) if one.id == actor().account_id), len(states) + 1)
    return render_template(
        "box/trustee.html",
        community=community,
        box=box,
        states=states,
        own=own,
        names=names,
        public_key=trustees.public_key(reading(), box=box.id, account=actor().account_id),
        key_name=own.name if own else trustee_name(place),
        fingerprint=_fingerprint(box),
    )


@box_rooms.post("/trustee/key")
@access(Permission.HOLD_KEY)
def send_key(community: Unit, box: Box) -> Any:
    """Take the public half of a key."""
    record = _record()
    with acting() as writer:
        trustees.add_key(writer, box=box.id, account=actor().account_id, record=record, now=now())
    return _done(community, box)


@box_rooms.get("/trustee/setup")
@access(Permission.HOLD_KEY)
def setup(community: Unit, box: Box) -> dict[str, str]:  # noqa: ARG001 (the guard loaded it)
    """The form and the trustees as the archive has them."""
    return sealing.setup_texts(reading(), box=box.id)


@box_rooms.post("/trustee/rehearsal")
@access(Permission.HOLD_KEY)
def send_rehearsal(community: Unit, box: Box) -> Any:
    """Take a rehearsal decryption."""
    record = _record()
    with acting() as writer:
        trustees.add_rehearsal(writer, box=box.id, account=actor().account_id, record=record, now=now())
    return _done(community, box)


@box_rooms.get("/trustee/archive")
@access(Permission.HOLD_KEY)
def trustee_archive(community: Unit, box: Box) -> Any:  # noqa: ARG001 (the guard loaded it)
    """The archive, for a trustee's device that checks every ballot and adds them up itself before it decrypts.

    Only once the tally stands in it, as for the public: before, the order of ballots tells who cast which to
    somebody with a view of the hall, and the cards without a ballot could still be used for a swap at the scanning.
    """
    if box.archive_time is None:
        chain.archive_bytes(reading(), box.id)
    if box.state not in ("tallied", "opened"):
        raise TooEarly(
            "ARCHIVE_NOT_YET",
            "还没有合计，监督委员也不能先看选票。请等选举工作人员结束投票、扫完未用的卡并合计，再下载。",
            "There is no tally yet, and supervisors see no ballots before; download the archive when the poll is "
            "closed, the unused cards are scanned and the tally is made.",
        )
    trustees.require_trustee(reading(), box=box.id, account=actor().account_id)
    return archive_response(box)


@box_rooms.post("/trustee/share")
@access(Permission.HOLD_KEY)
@upload(trustees.MAX_RECORD + 100_000)
def send_share(community: Unit, box: Box) -> Any:
    """Take a share of the decryption."""
    record = _record()
    with acting() as writer:
        trustees.add_share(writer, box=box.id, account=actor().account_id, record=record, now=now())
    return _done(community, box)


def _record() -> bytes:
    """The record a page sent as JSON, or the file that `voting trustee` wrote."""
    if request.is_json:
        record = json_object().get("record")
        if isinstance(record, str):
            return record.encode("utf-8", "surrogatepass")
    elif "file" in request.files:
        content: bytes = request.files["file"].read()
        return content
    raise Malformed(
        "NO_RECORD",
        "没有收到记录，请选择文件再交。",
        "No record came with the request; choose the file and send again.",
    )


def _done(community: Unit, box: Box) -> Any:
    if wants_json():
        return {"ok": True}
    return redirect(url_for("box_rooms.trustee_page", community_id=community.id, box_id=box.id), 303)


def _said_again(refusal: Refused, page: Callable[[str], str]) -> Any:
    """The page that was sent, with what is wrong with it; a program gets the refusal itself."""
    if wants_json():
        raise refusal
    return page(sentence(refusal)), 422


def _fingerprint(box: Box) -> list[str]:
    if box.archive_time is None:
        return []
    return sealing.fingerprint_in_groups(chain.sealed_election(reading(), box.id).fingerprint).split(" ")


# --- cards -----------------------------------------------------------------------------------------------------------


@box_rooms.get("/cards")
@access(Permission.DELIVER_CARDS)
def cards_page(community: Unit, box: Box) -> str:
    """Making the cards before two supervisors; the second confirms with an account of their own first."""
    return _cards_page(community, box)


@box_rooms.post("/cards/witness")
@limiter.limit(SIGN_IN_LIMIT)
@access(Permission.DELIVER_CARDS)
def confirm_witness(community: Unit, box: Box) -> Any:
    """The second supervisor's name and password: present here and now."""
    try:
        with acting() as writer:
            person = sign_in.sign_in(
                writer,
                now=now(),
                login=request.form.get("login", ""),
                password=request.form.get("password", ""),
                address=request.remote_addr or "",
            )
        with acting() as writer:
            box_witness.confirm(writer, box=box.id, maker=actor().account_id, witness=person.account_id, now=now())
    except Refused as refusal:
        return _said_again(refusal, lambda error: _cards_page(community, box, error))
    return redirect(url_for("box_rooms.cards_page", community_id=community.id, box_id=box.id), 303)


@box_rooms.post("/cards/credentials")
@upload(CREDENTIALS_LIMIT)
@access(Permission.DELIVER_CARDS)
def send_credentials(community: Unit, box: Box) -> Any:
    """Take the sorted public credentials of all cards, from the page or as the file of `voting cards`."""
    credentials = _credentials()
    with acting() as writer:
        cards.receive_witnessed(writer, box=box.id, credentials=credentials, actor=actor().account_id, now=now())
    if wants_json():
        return {"ok": True, "cards": len(credentials)}
    return redirect(url_for("box_rooms.cards_page", community_id=community.id, box_id=box.id), 303)


def _cards_page(community: Unit, box: Box, error: str = "") -> str:
    return render_template(
        "box/cards.html",
        community=community,
        box=box,
        witness=_witness(box),
        error=error,
        count=box.roll_size + box.spares,
    )


def _witness(box: Box) -> Account | None:
    found = box_witness.present(reading(), box=box.id, maker=actor().account_id, now=now())
    return reading().get(Account, found) if found else None


def _credentials() -> list[str]:
    raw = request.get_data() if request.is_json else request.files["file"].read() if "file" in request.files else b""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        value = None
    listed = value.get("credentials") if isinstance(value, dict) else value
    if not isinstance(listed, list) or not all(isinstance(one, str) and len(one) <= 700 for one in listed):
        raise Malformed(
            "NO_CREDENTIALS",
            "没有收到凭据清单，请选择 voting cards 写出的 credentials.json。",
            "No list of credentials came; choose the credentials.json that voting cards wrote.",
        )
    return listed


# --- tablets ---------------------------------------------------------------------------------------------------------


@box_rooms.get("/kiosks")
@access(Permission.PAIR_KIOSK)
def kiosks_page(community: Unit, box: Box) -> str:
    """All tablets of the box: paired or not, lamp, revoked."""
    return _kiosks_page(community, box)


@box_rooms.post("/kiosks")
@access(Permission.PAIR_KIOSK)
def new_kiosk(community: Unit, box: Box) -> Any:
    """A pairing code, shown once and large."""
    try:
        with acting() as writer:
            code = kiosk.new_pairing_code(
                writer, box=box.id, name=request.form.get("name", ""), actor=actor().account_id, now=now()
            )
    except Malformed as refusal:
        return _said_again(refusal, lambda error: _kiosks_page(community, box, error=error))
    if wants_json():
        return {"kiosk": code.kiosk, "code": code.code, "until": code.until.isoformat()}, 201
    return _kiosks_page(community, box, code=code), 201


@box_rooms.post("/kiosks/<kiosk_id>/revoke")
@access(Permission.PAIR_KIOSK)
def revoke_kiosk(community: Unit, box: Box, kiosk: Kiosk) -> Any:
    """Shut a tablet out."""
    _revoke(box.id, kiosk.id)
    return redirect(url_for("box_rooms.kiosks_page", community_id=community.id, box_id=box.id), 303)


def _revoke(box: str, tablet: str) -> None:
    with acting() as writer:
        kiosk.revoke(writer, box=box, kiosk=tablet, actor=actor().account_id, now=now())


def _kiosks_page(community: Unit, box: Box, code: kiosk.PairingCode | None = None, error: str = "") -> str:
    return render_template(
        "box/kiosks.html",
        community=community,
        box=box,
        tablets=kiosk.tablets(reading(), box.id),
        code=code,
        error=error,
        alone=is_loopback(house().settings.listen.rpartition(":")[0]),
        now=now(),
    )
