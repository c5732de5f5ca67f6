"""Make a box, and seal it: from then on form, keys and cards are what the archive's Setup event says."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, undefer

from voting import journal
from voting.box import chain, events
from voting.box.tables import Box, BoxPicture, PublicCredential, TrusteeKey
from voting.crypto import records
from voting.crypto.election import Election, new_uuid, write_public_credentials
from voting.crypto.group import get_group
from voting.crypto.trustees import parse_trustees, write_trustees
from voting.database import transaction
from voting.errors import Conflict, Malformed, NotFound, TooEarly, TooLate

#: Portraits the tablets may show, by what their first bytes really are.
_PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


def make_box(session: Session, *, community: str, group: str = "Ed25519", trustees: int = 3) -> str:
    """A new box of a community, in preparation; returns its id. Raises Malformed GROUP_UNKNOWN, TRUSTEE_NUMBER."""
    get_group(group)
    if not 1 <= trustees <= 9:
        raise Malformed(
            "TRUSTEE_NUMBER",
            "密钥由 1 至 9 位监督委员各持一把，请更正人数。",
            "Between 1 and 9 supervisors hold the keys; correct the number.",
        )
    with transaction(session):
        row = Box(community_id=community, uuid=new_uuid(), group=group, trustees=trustees)
        session.add(row)
        session.flush()
        return row.id


def joint_key(session: Session, *, box: str) -> str:
    """The election's public key as text, once every supervisor's key is in. Raises TooEarly KEYS_MISSING."""
    row = session.get(Box, box) or chain.no_such_box()
    group = get_group(row.group)
    return group.text(parse_trustees(group, _trustees_record(session, row)).public_key)


def seal(session: Session, *, box: str, election_record: bytes, actor: str | None, now: datetime) -> str:
    """Write the Setup event; returns the election's fingerprint.

    Raises TooEarly KEYS_MISSING, CARDS_MISSING; TooLate BOX_SEALED; Conflict FORM_DIFFERS (uuid, group or
    key of `election_record` are not this box's), KEYS_NOT_LOGGED; Malformed ELECTION_….
    """
    with transaction(session):
        row = chain.locked(session, box)
        if row.state != "preparing":
            raise TooLate(
                "BOX_SEALED",
                "票箱已经封存，不用再封一次。请刷新页面。",
                "The box is sealed already and needs no second sealing; reload the page.",
            )
        trustees = _trustees_record(session, row)
        cards = _credentials_record(session, row)
        election = Election.parse(election_record)
        _require_same(row, election, trustees)
        _require_logged_keys(session, row, trustees)
        names = {"election": election_record, "trustees": trustees, "credentials": cards}
        setup = records.write({name: chain.keep(session, row, content) for name, content in names.items()})
        row.archive_time = int(now.timestamp())
        head = chain.append(session, row, "Setup", chain.keep(session, row, setup))
        row.state = "sealed"
        fact = events.BoxSealed(row.uuid, election.fingerprint, head, actor or "")
        journal.record(session, row.community_id, fact, now)
        return election.fingerprint


def set_display(session: Session, *, box: str, display: dict[str, Any], pictures: Sequence[bytes] = ()) -> None:
    """Store what the tablets show beside the form; `pictures` are numbered from 1 and come as JPEG or PNG.

    The box does not read `display` (keys of the booth contract: title, hall, offices, …). Raises TooLate
    SLOT_OPENED once voting has begun, Malformed PICTURE_FORMAT.
    """
    with transaction(session):
        row = chain.locked(session, box)
        if row.state not in ("preparing", "sealed"):
            raise TooLate(
                "SLOT_OPENED",
                "投票已经开始，平板上的内容不能再改。内容有误请报告选举委员会。",
                "Voting has begun and what the tablets show is fixed; if it is wrong, tell the election committee.",
            )
        row.display = display
        session.execute(delete(BoxPicture).where(BoxPicture.box_id == box))
        for number, content in enumerate(pictures, 1):
            session.add(BoxPicture(box_id=box, number=number, media_type=_media_type(content), content=content))


def booth_display(session: Session, *, box: str) -> dict[str, Any]:
    """What the booth's page asks for: the display, the form's record as text, and the slot's state."""
    row = session.get(Box, box, options=[undefer(Box.display)]) or chain.no_such_box()
    if row.archive_time is None:
        raise TooEarly(
            "BOX_NOT_SEALED",
            "选票还没有定下来，请等选举工作人员封存票箱。",
            "The form is not fixed yet; wait until the box is sealed.",
        )
    election = chain.sealed_election(session, box)
    return {**(row.display or {}), "uuid": row.uuid, "election": election.record.decode(), "state": row.state}


def picture(session: Session, *, box: str, number: int) -> tuple[str, bytes]:
    """Media type and bytes of a portrait. Raises NotFound NO_SUCH_PICTURE."""
    found = session.get(BoxPicture, (box, number))
    if found is None:
        raise NotFound("NO_SUCH_PICTURE", "没有这张照片，请刷新页面。", "There is no such picture; reload the page.")
    return found.media_type, found.content


def _media_type(content: bytes) -> str:
    for beginning, media_type in _PICTURES.items():
        if content.startswith(beginning):
            return media_type
    raise Malformed(
        "PICTURE_FORMAT", "照片要用 JPEG 或 PNG 格式，请换一张。", "Portraits come as JPEG or PNG; use another file."
    )


def _trustees_record(session: Session, row: Box) -> bytes:
    keys = session.scalars(
        select(TrusteeKey.record).where(TrusteeKey.box_id == row.id).order_by(TrusteeKey.owner)
    ).all()
    if len(keys) < row.trustees:
        raise TooEarly(
            "KEYS_MISSING",
            f"监督委员的密钥有 {len(keys)} 把，应有 {row.trustees} 把。请其余委员打开「监督委员密钥」页建密钥。",
            f"{len(keys)} of {row.trustees} supervisors' keys are in. The others make theirs on the trustee page.",
        )
    return write_trustees(keys)


def _credentials_record(session: Session, row: Box) -> bytes:
    if not row.cards_made or row.cards_made < row.roll_size:
        raise TooEarly(
            "CARDS_MISSING",
            f"选票卡还没有制作（应至少 {row.roll_size} 张）。请两位监督委员在制卡页制作。",
            f"The cards are not made yet (at least {row.roll_size}). Two supervisors make them on the card page.",
        )
    publics = session.scalars(select(PublicCredential.public).where(PublicCredential.box_id == row.id)).all()
    return write_public_credentials(get_group(row.group), publics)


def _require_same(row: Box, election: Election, trustees: bytes) -> None:
    group = get_group(row.group)
    same = (
        election.uuid == row.uuid
        and election.group.name == row.group
        and election.public_key == parse_trustees(group, trustees).public_key
    )
    if not same:
        raise Conflict(
            "FORM_DIFFERS",
            "选票的编号、群或公钥与票箱不符：密钥后来换过。请重新生成选票再封存。",
            "Uuid, group or key of the form are not this box's: a key was replaced since. Make the form again.",
        )


def _require_logged_keys(session: Session, row: Box, trustees: bytes) -> None:
    """The keys are those that the supervisors sent: a key put into the database by hand would open every ballot."""
    group, head = get_group(row.group), journal.head(session, row.community_id)
    logged = {
        entry.data["owner"]: entry.data["public_key"]
        for entry in journal.entries(session, row.community_id, 0, head.size if head else 0)
        if entry.type == events.TrusteeKeyAdded.type and entry.data["box"] == row.uuid
    }
    kept = {owner: group.text(key.public_key) for owner, key in enumerate(parse_trustees(group, trustees).owners, 1)}
    if kept != logged:
        raise Conflict(
            "KEYS_NOT_LOGGED",
            "监督委员的公钥与日志记下的不一样，没有封存：有人改过数据库。请监督委员查明，各自重新建密钥，再封存。",
            "The supervisors' keys are not those in the log, so nothing was sealed: somebody changed the database. The "
            "supervisors find out who, and each make the key anew; then seal.",
        )


def fingerprint_in_groups(fingerprint: str) -> str:
    """The 43 characters in groups of 4, for reading aloud and for the notice board."""
    return " ".join(fingerprint[start : start + 4] for start in range(0, len(fingerprint), 4))


def setup_texts(session: Session, *, box: str) -> dict[str, str]:
    """The election and trustees records as text, for a supervisor's device. Raises TooEarly BOX_NOT_THERE_YET."""
    names = json.loads(chain.payload(session, box, "Setup"))
    return {name: chain.record(session, box, names[name]).decode() for name in ("election", "trustees")}
