"""The desk: find a person, see green or red with the reason, hand over one card; later count the cards left.

The page asks in JSON and keeps its list of the last minutes to itself: no minute of a check-in is stored
here, and no card's code ever arrives, only its public half. Names travel in bodies, never in addresses.
"""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from voting.box import chain, in_hand, kiosk
from voting.box import desk as box_desk
from voting.box.rules import UNDO_REASONS, hour_words
from voting.box.tables import Box, DeskMark
from voting.elections import loaders  # noqa: F401 — registers how an election in the address is loaded
from voting.elections.queries import of_community
from voting.elections.roll.queries import Found, find, get_entry, of_names
from voting.elections.tables import Election
from voting.elections.texts import typed
from voting.errors import Malformed, NotFound
from voting.i18n import roll_word
from voting.people import queries as people
from voting.people.tables import Unit
from voting.permissions import Actor, Permission, Role
from voting.request import Link, acting, actor, home_links, json_object, now, reading, today
from voting.security import access

desk = Blueprint("desk", __name__, url_prefix="/c/<community_id>/elections/<election_id>/desk")

#: As many as there are digit keys to choose with.
HITS = 9
DESKS = 6
#: States of an election in which the desk has something to do.
WORKING = ("open", "paused", "closing", "closed")


def _home(session: Session, community: Unit, person: Actor | None) -> list[Link]:
    if person is None or "desk.page" not in current_app.view_functions:
        return []
    if not person.may(Permission.CHECK_IN, community.lineage):
        return []
    return [
        Link(
            _("验证发票处：%(title)s", title=election.title),
            url_for("desk.page", community_id=community.id, election_id=election.id),
        )
        for election in of_community(session, community.id)
        if election.state in ("sealed", *WORKING)
    ]


home_links.append(_home)


@desk.get("")
@access(Permission.CHECK_IN)
def page(community: Unit, election: Election) -> str:
    """The desk's one page, from before opening until the last unused card is scanned."""
    box = reading().get_one(Box, election.box_id)
    return render_template(
        "desk/desk.html",
        community=community,
        election=election,
        uuid=box.uuid,
        state=_state(election),
        desks=range(1, DESKS + 1),
        undo_reasons=UNDO_REASONS,
        others=_others(community),
    )


@desk.get("/state")
@access(Permission.CHECK_IN)
def state(community: Unit, election: Election) -> dict[str, Any]:  # noqa: ARG001 (the guard loaded it)
    """Counters, whether the desk is open, which tablets call: what the page looks at every few seconds."""
    return _state(election)


@desk.post("/find")
@access(Permission.CHECK_IN)
def find_people(community: Unit, election: Election) -> dict[str, Any]:
    """Who it could be, each with the verdict."""
    found = find(reading(), election=election, query=_text("query"), limit=HITS)
    known = _known(community, election, found) if found else None
    return {"hits": [_hit(entry, known) for entry in found if known]}


@desk.post("/check-in")
@access(Permission.CHECK_IN)
def check_in(community: Unit, election: Election) -> dict[str, Any]:  # noqa: ARG001 (the guard loaded it)
    """Mark one person as having received one card."""
    entry = get_entry(reading(), election=election, entry_id=_text("entry"))
    place = typed(_text("desk"), zh="台号", en="Desk", most=40, least=1)
    with acting() as writer:
        made = box_desk.check_in(
            writer,
            box=election.box_id,
            voter=entry.id,
            voter_label=str(entry.number),
            desk=place,
            actor=actor().account_id,
            now=now(),
        )
    return {"mark": made.mark, "state": _state(election)}


@desk.post("/nonce")
@access(Permission.CHECK_IN)
def nonce(community: Unit, election: Election) -> dict[str, str]:  # noqa: ARG001 (the guard loaded it)
    """What the next card must answer, to show that it lies on this desk."""
    with acting() as writer:
        return {"nonce": in_hand.new_nonce(writer, box=election.box_id, actor=actor().account_id, now=now())}


@desk.post("/undo")
@access(Permission.CHECK_IN)
def undo(community: Unit, election: Election) -> dict[str, Any]:
    """Take a check-in back, with the card on the table."""
    mark = reading().get(DeskMark, _text("mark"))
    if mark is None or mark.box_id != election.box_id:
        raise NotFound(
            "NO_SUCH_CHECK_IN", "没有这条领票记录，请重新查找此人。", "No such check-in; look the person up again."
        )
    second = _second(community, _text("second"))
    with acting() as writer:
        box_desk.undo(
            writer,
            mark=mark.id,
            card=_card(),
            reason=_text("reason"),
            second=second,
            note=typed(_text("note"), zh="说明", en="Note", most=150),
            actor=actor().account_id,
            now=now(),
        )
    return {"state": _state(election)}


@desk.post("/torn")
@access(Permission.CHECK_IN)
def replace_torn(community: Unit, election: Election) -> dict[str, Any]:  # noqa: ARG001 (the guard loaded it)
    """Void a torn card; a spare goes out for it."""
    card = _card()
    with acting() as writer:
        box_desk.replace_torn(writer, box=election.box_id, card=card, actor=actor().account_id, now=now())
    return {"state": _state(election)}


@desk.post("/unused")
@access(Permission.CHECK_IN)
def scan_unused(community: Unit, election: Election) -> dict[str, Any]:  # noqa: ARG001 (the guard loaded it)
    """After closing: one card of the pile. A card that has voted is an alarm, not a refusal."""
    card = _card()
    with acting() as writer:
        seen = box_desk.scan_unused(writer, box=election.box_id, card=card, actor=actor().account_id, now=now())
    return {"kind": seen.kind, "state": _state(election)}


@desk.post("/lamp")
@access(Permission.CHECK_IN)
def put_out_lamp(community: Unit, election: Election) -> dict[str, Any]:  # noqa: ARG001 (the guard loaded it)
    """Somebody has gone to the tablet that called."""
    tablet = _text("kiosk")
    with acting() as writer:
        kiosk.call_staff(writer, box=election.box_id, kiosk=tablet, on=False)
    return {"state": _state(election)}


def _text(name: str) -> str:
    """A text of the request's JSON body."""
    value = json_object().get(name)
    if not isinstance(value, str) or len(value) > 1000:
        raise Malformed(
            "DESK_REQUEST", "请求不完整，请刷新页面再办。", "The request is incomplete; reload the page and try again."
        )
    return value


def _card() -> in_hand.CardInHand:
    return in_hand.CardInHand(_text("credential"), _text("nonce"), json_object().get("proof"))


def _others(community: Unit) -> dict[str, str]:
    """Account and name of everybody else on duty here: one of them must have seen an undo."""
    roles = (Role.DESK_CLERK, Role.ELECTION_OFFICIAL, Role.SUPERVISOR)
    found = [one for role in roles for one in people.holders(reading(), community, role, today())]
    return {one.id: one.display_name for one in found if one.id != actor().account_id}


def _second(community: Unit, account: str) -> str:
    if account not in _others(community):
        raise box_desk.undo_alone()
    return account


def _state(election: Election) -> dict[str, Any]:
    box = reading().get_one(Box, election.box_id)
    counters = chain.counters_of(box)
    tablets = kiosk.tablets(reading(), box.id)
    return {
        "state": reading().get_one(Election, election.id).state,
        "desk": box.desk,
        "queue": counters.queue_left,
        "counters": {
            "roll": counters.roll,
            "checked_in": counters.checked_in,
            "cards_out": counters.cards_out,
            "returned": counters.cards_returned,
            "torn": counters.cards_torn,
            "spares": counters.spares,
            "left": counters.never_out,
            "unused": counters.cards_unused,
            # Of the scanned cards; while the poll is open nobody scans.
            "voted": box_desk.pile_voted(reading(), box.id) if box.state != "open" else 0,
        },
        "calling": [{"id": one.id, "name": one.name} for one in tablets if one.calling and not one.revoked],
    }


@dataclass(frozen=True)
class _Known:
    """What the desk must know of the people found, asked once for all of them.

    ``marks`` by roll entry, ``clerks`` by account, ``same``: everybody of one name; ``shut``: why nobody is served.
    """

    marks: dict[str, DeskMark]
    clerks: dict[str, str]
    same: dict[str, list[Found]]
    supervisors: str
    shut: dict[str, Any] | None


def _known(community: Unit, election: Election, found: list[Found]) -> _Known:
    marks = box_desk.active_marks(reading(), election.box_id, (one.id for one in found))
    return _Known(
        marks,
        people.names(reading(), (mark.clerk_id for mark in marks.values())),
        of_names(reading(), election=election, names=(one.name for one in found)),
        _who(community, Role.SUPERVISOR) if marks else "",
        _shut(community, election),
    )


def _hit(entry: Found, known: _Known) -> dict[str, Any]:
    mark = known.marks.get(entry.id)
    return {
        "id": entry.id,
        "number": _number(entry),
        "name": entry.name,
        "building": entry.building,
        "person": " · ".join(roll_word(part) for part in (entry.sex, entry.age_group) if part),
        "group": " / ".join(part for part in (entry.grid, entry.building) if part),
        "last4": entry.id_last4,
        "namesakes": _namesakes(entry, known.same[entry.name]),
        "verdict": _received(mark, known) if mark else known.shut or _may(),
    }


def _may() -> dict[str, Any]:
    return {"ok": True, "title": _("可以领票"), "reason": _("在选民名单上，尚未领票"), "help": [], "mark": None}


def _received(mark: DeskMark, known: _Known) -> dict[str, Any]:
    where = {
        "hour": hour_words(mark.hour),
        "desk": _desk_words(mark.desk),
        "clerk": known.clerks.get(mark.clerk_id, "—"),
    }
    return {
        "ok": False,
        "title": _("不能再领票"),
        "reason": _("%(hour)s 已在%(desk)s领过票，经办人 %(clerk)s", **where),
        "help": [
            _("登记错了人：把那张卡收回来，在这里撤销那一笔，写明原因。"),
            _(
                "本人坚持没有领过：请%(names)s到场，和%(clerk)s当面核对登记。",
                names=known.supervisors,
                **where,
            ),
        ],
        "mark": mark.id,
    }


def _desk_words(desk: str) -> str:
    """A desk as this page names it; it is stored by its Chinese name, whatever the clerk's language."""
    number = desk.removesuffix(" 号台")
    return _("%(number)s 号台", number=number) if number.isdigit() else desk


def _shut(community: Unit, election: Election) -> dict[str, Any] | None:
    """Why nobody can be served now; None while the desk is open."""
    box = reading().get_one(Box, election.box_id)
    if box.desk == "open" or (box.desk == "queue" and box.queue_left):
        return None
    official = _who(community, Role.ELECTION_OFFICIAL)
    if box.desk == "queue":
        reason = _("投票时间已到，排队的人都已领卡")
        help_line = _("还有按时排队的人没有领卡：请%(names)s核对排队人数。", names=official)
    elif election.state in ("sealed", "paused"):
        reason = _("投票已暂停") if election.state == "paused" else _("投票还没有开始")
        help_line = _("请%(names)s在选举页面开始或恢复投票。", names=official)
    else:
        reason = _("投票已经结束")
        help_line = _("有疑问请找%(names)s。", names=official)
    return {"ok": False, "title": _("现在不能发卡"), "reason": reason, "help": [help_line], "mark": None}


def _who(community: Unit, role: Role) -> str:
    """The people who can help, by name."""
    words = {Role.SUPERVISOR: _("居务监督委员"), Role.ELECTION_OFFICIAL: _("选举工作人员")}[role]
    names = [one.display_name for one in people.holders(reading(), community, role, today())]
    return f"{words} {_('、').join(names)} " if names else words


def _namesakes(entry: Found, same: list[Found]) -> str:
    others = [one for one in same if one.id != entry.id]
    if not others:
        return ""
    listed = _("、").join(
        _("%(number)s 号（%(building)s）", number=_number(one), building=one.building or "—") for one in others
    )
    said: str = _(
        "名单上有 %(count)s 位%(name)s，另有 %(others)s。请核对证件号后四位。",
        count=len(others) + 1,
        name=entry.name,
        others=listed,
    )
    return said


def _number(entry: Found) -> str:
    return f"{entry.number:04d}"
