"""The desk: find a person, see green or red with the reason, hand over one card; later count the cards left.

The page asks in JSON and keeps its list of the last minutes to itself: no minute of a check-in is stored
here, and no card's code ever arrives, only its public half. Names travel in bodies, never in addresses.
"""

from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, current_app, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from voting.box import chain, in_hand, kiosk
from voting.box import desk as box_desk
from voting.box.rules import CHANNELS, UNDO_REASONS, hour_words
from voting.box.tables import Box, DeskMark
from voting.elections import loaders  # noqa: F401 — registers how an election in the address is loaded
from voting.elections.desk import issuing
from voting.elections.desk.verdict_pages import desk_words, namesakes_of, number_of, taken_by
from voting.elections.paper.boxes import on_their_way
from voting.elections.proxies import queries as proxies
from voting.elections.proxies.queries import Named
from voting.elections.queries import of_community
from voting.elections.roll.queries import Found, entitled, find, of_names
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
        state=state_of(election),
        desks=range(1, DESKS + 1),
        undo_reasons=UNDO_REASONS,
        others=_others(community),
    )


@desk.get("/state")
@access(Permission.CHECK_IN)
def state(community: Unit, election: Election) -> dict[str, Any]:  # noqa: ARG001 (the guard loaded it)
    """Counters, whether the desk is open, which tablets call: what the page looks at every few seconds."""
    return state_of(election)


@desk.post("/find")
@access(Permission.CHECK_IN)
def find_people(community: Unit, election: Election) -> dict[str, Any]:
    """Who it could be, each with the verdict."""
    found = find(reading(), election=election, query=sent("query"), limit=HITS)
    known = _known(community, election, found) if found else None
    return {"hits": [_hit(entry, known) for entry in found if known]}


@desk.post("/check-in")
@access(Permission.CHECK_IN)
def check_in(community: Unit, election: Election) -> dict[str, Any]:  # noqa: ARG001 (the guard loaded it)
    """Mark one person, and those who asked this person to vote for them, as having received cards or papers."""
    asked, place = json_object(), desk_name()
    channel, number = asked.get("channel", "card"), asked.get("expected", 1)
    if channel not in CHANNELS or type(number) is not int:
        raise _incomplete()
    with acting() as writer:
        made = issuing.issue(
            writer,
            election_id=election.id,
            entry_id=sent("entry"),
            desk=place,
            channel=channel,
            assisted=asked.get("assisted") is True,
            expected=number,
            actor=actor(),
            now=now(),
        )
    return {"mark": made.mark, "number": 1 + len(made.proxies), "state": state_of(election)}


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
    mark = reading().get(DeskMark, sent("mark"))
    if mark is None or mark.box_id != election.box_id:
        raise NotFound(
            "NO_SUCH_CHECK_IN", "没有这条领票记录，请重新查找此人。", "No such check-in; look the person up again."
        )
    second = second_of(community, sent("second"))
    with acting() as writer:
        box_desk.undo(
            writer,
            mark=mark.id,
            card=shown_card(),
            reason=sent("reason"),
            second=second,
            note=typed(sent("note"), zh="说明", en="Note", most=150),
            actor=actor().account_id,
            now=now(),
        )
    return {"state": state_of(election)}


@desk.post("/torn")
@access(Permission.CHECK_IN)
def replace_torn(community: Unit, election: Election) -> dict[str, Any]:  # noqa: ARG001 (the guard loaded it)
    """Void a torn card; a spare goes out for it."""
    card = shown_card()
    with acting() as writer:
        box_desk.replace_torn(writer, box=election.box_id, card=card, actor=actor().account_id, now=now())
    return {"state": state_of(election)}


@desk.post("/unused")
@access(Permission.CHECK_IN)
def scan_unused(community: Unit, election: Election) -> dict[str, Any]:  # noqa: ARG001 (the guard loaded it)
    """After closing: one card of the pile. A card that has voted is an alarm, not a refusal."""
    card = shown_card()
    with acting() as writer:
        seen = box_desk.scan_unused(writer, box=election.box_id, card=card, actor=actor().account_id, now=now())
    return {"kind": seen.kind, "state": state_of(election)}


@desk.post("/lamp")
@access(Permission.CHECK_IN)
def put_out_lamp(community: Unit, election: Election) -> dict[str, Any]:  # noqa: ARG001 (the guard loaded it)
    """Somebody has gone to the tablet that called."""
    tablet = sent("kiosk")
    with acting() as writer:
        kiosk.call_staff(writer, box=election.box_id, kiosk=tablet, on=False)
    return {"state": state_of(election)}


def sent(name: str) -> str:
    """A text of the request's JSON body."""
    value = json_object().get(name)
    if not isinstance(value, str) or len(value) > 1000:
        raise _incomplete()
    return value


def desk_name() -> str:
    """The desk's name as the page says it."""
    return typed(sent("desk"), zh="台号", en="Desk", most=40, least=1)


def _incomplete() -> Malformed:
    return Malformed(
        "DESK_REQUEST", "请求不完整，请刷新页面再办。", "The request is incomplete; reload the page and try again."
    )


def shown_card() -> in_hand.CardInHand:
    """The card on the table, as the scanner made it answer."""
    return in_hand.CardInHand(sent("credential"), sent("nonce"), json_object().get("proof"))


def _others(community: Unit) -> dict[str, str]:
    """Account and name of everybody else on duty here: one of them must have seen an undo."""
    roles = (Role.DESK_CLERK, Role.ELECTION_OFFICIAL, Role.SUPERVISOR)
    found = [one for role in roles for one in people.holders(reading(), community, role, today())]
    return {one.id: one.display_name for one in found if one.id != actor().account_id}


def second_of(community: Unit, account: str) -> str:
    """Somebody else on duty here. Raises NotAllowed UNDO_ALONE."""
    if account not in _others(community):
        raise box_desk.undo_alone()
    return account


def state_of(election: Election) -> dict[str, Any]:
    """Counters, the desk, calling tablets: what the page watches."""
    box = reading().get_one(Box, election.box_id)
    counters = chain.counters_of(box)
    tablets = kiosk.tablets(reading(), box.id)
    return {
        "state": reading().get_one(Election, election.id).state,
        "desk": box.desk,
        "queue": counters.queue_left,
        "counters": {
            "roll": counters.roll,
            "checked_in": counters.issued,
            "cards_out": counters.cards_out,
            "returned": counters.cards_returned,
            "torn": counters.cards_torn,
            "spares": counters.spares,
            "left": counters.never_out,
            "unused": counters.cards_unused,
            # Of the scanned cards; while the poll is open nobody scans.
            "voted": box_desk.pile_voted(reading(), box.id) if box.state != "open" else 0,
            "papers": counters.papers_issued,
            "papers_left": counters.papers_printed - counters.papers_out,
        },
        "paper": counters.papers_printed > 0,
        "calling": [{"id": one.id, "name": one.name} for one in tablets if one.calling and not one.revoked],
    }


@dataclass(frozen=True)
class _Known:
    """What the desk must know of the people found, asked once for all of them.

    ``marks`` by roll entry, ``clerks`` by account, ``same``: everybody of one name; ``shut``: why nobody is served;
    ``counted``: those on the list that counts, who alone get a card; ``held``: for whom each votes; ``holders``: who
    received the ballot of each person marked so; ``waiting``: the mobile box, not yet gone, on whose list each stands.
    """

    marks: dict[str, DeskMark]
    clerks: dict[str, str]
    same: dict[str, list[Found]]
    supervisors: str
    shut: dict[str, Any] | None
    counted: frozenset[str]
    held: dict[str, list[Named]]
    holders: dict[str, Named]
    waiting: dict[str, int]


def _known(community: Unit, election: Election, found: list[Found]) -> _Known:
    marks = box_desk.active_marks(reading(), election.box_id, (one.id for one in found))
    held = issuing.held_now(reading(), election=election, voters=[one.id for one in found])
    holders = [mark.holder for mark in marks.values() if mark.holder]
    return _Known(
        marks,
        people.names(reading(), (mark.clerk_id for mark in marks.values())),
        of_names(reading(), election=election, names=(one.name for one in found)),
        _who(community, Role.SUPERVISOR) if marks else "",
        _shut(community, election),
        entitled(reading(), election=election, entries=[one.id for one in found]),
        held,
        proxies.named(reading(), election=election, entries=holders) if holders else {},
        on_their_way(reading(), election=election, voters=[one.id for one in found], state="sealed"),
    )


#: What a verdict says where it says nothing else: how many ballots, which channel the person has.
_NOTHING: Final = {"number": 1, "channel": "", "cards": "", "papers": ""}


def _hit(entry: Found, known: _Known) -> dict[str, Any]:
    mark = known.marks.get(entry.id)
    return {
        "id": entry.id,
        "number": number_of(entry),
        "name": entry.name,
        "building": entry.building,
        "person": " · ".join(roll_word(part) for part in (entry.sex, entry.age_group) if part),
        "group": " / ".join(part for part in (entry.grid, entry.building) if part),
        "last4": entry.id_last4,
        "namesakes": namesakes_of(entry, known.same[entry.name]),
        "verdict": {**_NOTHING, **(_received(mark, known) if mark else known.shut or _may(entry, known))},
    }


def _may(entry: Found, known: _Known) -> dict[str, Any]:
    if entry.id not in known.counted:
        why = _("在选民名单上，但不是代表。这次选举由代表投票。")
        return {"ok": False, "title": _("不能领票"), "reason": why, "help": [_("请核对代表名单。")], "mark": None}
    principals = known.held.get(entry.id, [])
    number = 1 + len(principals)
    title, reason = _("可以领票"), _("在选民名单上，尚未领票")
    if principals:
        names = _("、").join(f"{one.name} {one.number:04d}" for one in principals)
        title = _("本人 + 代 %(count)s 人", count=len(principals))
        reason = _("公布的委托：%(names)s。一次发 %(number)s 张", names=names, number=number)
    if box := known.waiting.get(entry.id):
        reason += _("；在 %(box)s 号流动票箱名单上，在大厅领票就从上门名单划去", box=box)
    return {
        "ok": True,
        "title": title,
        "reason": reason,
        "help": [],
        "mark": None,
        "number": number,
        "cards": _("本人领票，发卡 %(number)s 张", number=number),
        "papers": _("发纸票 %(number)s 张", number=number),
    }


def _received(mark: DeskMark, known: _Known) -> dict[str, Any]:
    where = {
        "hour": hour_words(mark.hour),
        "desk": desk_words(mark.desk),
        "clerk": known.clerks.get(mark.clerk_id, "—"),
    }
    if mark.holder in known.holders:
        holder = known.holders[mark.holder]
        return taken_by(f"{holder.name} {holder.number:04d}", where) | {"mark": mark.id, "channel": mark.channel}
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
        "channel": mark.channel,
    }


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
