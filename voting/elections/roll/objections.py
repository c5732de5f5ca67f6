"""Objections to the posted roll: received, answered within three days, and what an upheld one changes (Art. 17).

Each decision is an entry of its own in the log and makes the next version of the roll with its hash. Who objects, to
whom and why is sealed with the field key and never leaves the officials' page.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from voting import journal
from voting.database import random_id, transaction
from voting.elections.lifecycle import require_state
from voting.elections.queries import law_in_force, locked, rules
from voting.elections.roll.actions import entry_values
from voting.elections.roll.events import RollObjectionDecided, RollObjectionReceived
from voting.elections.roll.initials import initials
from voting.elections.roll.publication import post_next_version, require_posted
from voting.elections.roll.queries import REP_MODES, current_version, last_number
from voting.elections.roll.rules import OBJECTION_KINDS, RawRow, RollRow, check_rows, objection_clock
from voting.elections.roll.tables import Objection, Representative, RollEntry
from voting.elections.tables import Election
from voting.elections.texts import typed
from voting.errors import Conflict, Malformed, NotFound
from voting.keys import FieldKeys
from voting.law.calendar import HALL
from voting.permissions import Actor

#: What a correction may change; a wrong ID number is another person: remove and add.
CORRECTABLE = ("name", "sex", "building", "category")


@dataclass(frozen=True)
class Opened:
    """An objection with its sealed part opened, for the officials' page. ``late``: undecided, and past its day."""

    id: str
    kind: str
    received: date
    decide_by: date
    within: bool
    outcome: str
    decided: date | None
    by: str
    text: str
    number: int | None
    row: Mapping[str, str]
    answer: str


def receive_objection(
    session: Session,
    *,
    election_id: str,
    kind: str,
    by: str,
    text: str,
    number: int | None,
    row: Mapping[str, str],
    keys: FieldKeys,
    actor: Actor,
    now: datetime,
) -> str:
    """Record an objection; one outside its five days is recorded, answered and refused at once. Returns its id.

    ``number``: the roll number it is about (remove, correct); ``row``: the person to add or what to correct, by column.
    Raises Malformed OBJECTION_KIND, OBJECTION_ABOUT, OBJECTION_ROW, TEXT_…; TooEarly ROLL_NOT_POSTED; TooLate.
    """
    by = typed(by, zh="提出人", en="Objector", most=60, least=1)
    text = typed(text, zh="理由", en="Reason", most=500, least=1)
    received = now.astimezone(HALL).date()
    with transaction(session):
        election = locked(session, election_id)
        posted = require_posted(election)
        require_state(election.state, "published", "sealed", "open", "paused", "closing", "closed")
        row = _checked(session, election, kind, number, row)
        clock = objection_clock(rules(election), election.roll_again or posted, received)
        objection = Objection(
            id=random_id(),
            election_id=election.id,
            kind=kind,
            received=received,
            decide_by=clock.decide_by,
            within=clock.within,
            sealed=b"",
        )
        private: dict[str, Any] = {"by": by, "text": text, "number": number, "row": dict(row), "answer": ""}
        if not clock.within:
            objection.outcome, objection.decided = "refused", received
            source = rules(election).objection_days.source_zh
            private["answer"] = f"异议应当在 {clock.last_day} 以前提出（{source}），不予受理。"
        objection.sealed = _seal(keys, objection.id, private)
        session.add(objection)
        session.flush()
        fact = RollObjectionReceived(
            election.id, objection.id, kind, received, clock.within, clock.decide_by, actor.account_id
        )
        journal.record(session, election.community_id, fact, now)
        if not clock.within:
            _record(session, election, objection, actor, now)
        return objection.id


def decide_objection(
    session: Session,
    *,
    election_id: str,
    objection_id: str,
    upheld: bool,
    answer: str,
    keys: FieldKeys,
    actor: Actor,
    now: datetime,
) -> None:
    """Record the election committee's decision; an upheld objection changes the roll, which hangs anew.

    Raises NotFound NO_SUCH_OBJECTION; Conflict OBJECTION_DECIDED, ROLL_ENTRY_HELD, ROLL_ON_IT; TooLate once the
    election is sealed; Malformed OBJECTION_ROW, TEXT_….
    """
    answer = typed(answer, zh="答复", en="Answer", most=500, least=1)
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, "published")
        objection = session.get(Objection, objection_id)
        if objection is None or objection.election_id != election.id:
            raise NotFound("NO_SUCH_OBJECTION", "没有这件异议，请刷新页面。", "There is no such objection; reload.")
        if objection.outcome != "open":
            raise Conflict(
                "OBJECTION_DECIDED",
                "这件异议已经处理过了，请刷新页面看结果。",
                "This objection has been decided already; reload the page to see how.",
            )
        private = _open(keys, objection)
        objection.outcome = "upheld" if upheld else "refused"
        objection.decided = now.astimezone(HALL).date()
        objection.sealed = _seal(keys, objection.id, {**private, "answer": answer})
        session.flush()
        _record(session, election, objection, actor, now)
        if upheld:
            _apply(session, election, objection.kind, private, keys)
            post_next_version(session, election, cause=objection.id, actor=actor, now=now)


def list_objections(session: Session, *, election: Election, keys: FieldKeys) -> list[Opened]:
    """Every objection to this roll, those without a decision first, then the latest."""
    rows = session.scalars(
        select(Objection)
        .where(Objection.election_id == election.id)
        .order_by(Objection.outcome != "open", Objection.received.desc(), Objection.id)
    )
    found = []
    for one in rows:
        private = _open(keys, one)
        found.append(
            Opened(
                id=one.id,
                kind=one.kind,
                received=one.received,
                decide_by=one.decide_by,
                within=one.within,
                outcome=one.outcome,
                decided=one.decided,
                by=private["by"],
                text=private["text"],
                number=private["number"],
                row=private["row"],
                answer=private["answer"],
            )
        )
    return found


def _record(session: Session, election: Election, objection: Objection, actor: Actor, now: datetime) -> None:
    late = objection.decided is not None and objection.decided > objection.decide_by
    fact = RollObjectionDecided(election.id, objection.id, objection.outcome, late, actor.account_id)
    journal.record(session, election.community_id, fact, now)


def _checked(
    session: Session, election: Election, kind: str, number: int | None, row: Mapping[str, str]
) -> Mapping[str, str]:
    if kind not in OBJECTION_KINDS:
        raise Malformed("OBJECTION_KIND", "请选择异议的种类。", "Choose what the objection asks for.")
    if kind == "add":
        _row(election, row)
        return row
    if kind == "replace":
        return {"replacement": str(_replacement(session, election, number, row.get("replacement", "")).number)}
    if _numbered(session, election, number) is None:
        raise Malformed(
            "OBJECTION_ABOUT",
            "名单上没有这个编号，请核对异议是针对谁的。",
            "There is no such number on the roll; check whom the objection is about.",
        )
    if kind == "remove":
        return {}
    changes = {name: typed(row.get(name, ""), zh=name, en=name, most=30) for name in CORRECTABLE if row.get(name)}
    if not changes or changes.get("sex", "男") not in ("男", "女"):
        raise Malformed(
            "OBJECTION_ROW",
            "请填写要更正的内容；性别只能填男或女。",
            "Give what is to be corrected; sex is 男 or 女, please choose one.",
        )
    return changes


def _replacement(session: Session, election: Election, number: int | None, given: str) -> RollEntry:
    """Who would stand for the household in the place of the representative ``number``: on the roll, and no other's."""
    if election.mode not in REP_MODES:
        raise Malformed(
            "OBJECTION_KIND",
            "这次选举没有代表名单，请选别的异议种类。",
            "This election has no list of representatives; choose another kind of objection.",
        )
    new = _numbered(session, election, int(given)) if given.isascii() and given.isdigit() and len(given) < 10 else None
    old = _numbered(session, election, number)
    if old is None or session.get(Representative, old.id) is None or new is None:
        raise Malformed(
            "OBJECTION_ABOUT",
            "请填写代表名单上现任代表的编号，和选民名单上接替人的编号。",
            "Give the roll number of the present representative, and of the person on the roll who would follow.",
        )
    if session.get(Representative, new.id) is not None:
        raise Malformed(
            "OBJECTION_ROW",
            "接替的人已经是代表；一人只能当一次代表，请更正。",
            "Whoever would follow is a representative already; a person represents once, correct it.",
        )
    return new


def _replace(session: Session, old: RollEntry, new: RollEntry) -> None:
    row = session.get_one(Representative, old.id)
    stands = {"election_id": row.election_id, "household": row.household, "represents": row.represents}
    session.delete(row)
    session.flush()
    session.add(Representative(roll_entry_id=new.id, **stands))
    session.flush()


def _row(election: Election, row: Mapping[str, str]) -> RollRow:
    law = law_in_force(election)
    checked = check_rows([RawRow(1, dict(row))], election.day, law)
    if not checked.rows:
        reasons = checked.verdicts[0].reasons
        raise Malformed(
            "OBJECTION_ROW",
            "这个人不能登记：" + "".join(one.zh for one in reasons) + "请更正后再录入。",
            "This person cannot be registered: " + " ".join(one.en for one in reasons) + " Correct it first.",
        )
    return checked.rows[0]


def _numbered(session: Session, election: Election, number: int | None) -> RollEntry | None:
    query = select(RollEntry).where(RollEntry.election_id == election.id, RollEntry.number == number)
    return session.scalars(query).one_or_none()


def _apply(session: Session, election: Election, kind: str, private: Mapping[str, Any], keys: FieldKeys) -> None:
    row = private["row"]
    if kind == "add":
        _add(session, election, row, keys)
        return
    entry = _numbered(session, election, private["number"])
    if entry is None:
        raise Malformed(
            "OBJECTION_ABOUT",
            "名单上已经没有这个编号，请核对。",
            "The roll has no such number any more; check it.",
        )
    if kind == "remove":
        _remove(session, entry)
        return
    if kind == "replace":
        _replace(session, entry, _replacement(session, election, entry.number, row["replacement"]))
        return
    for name, value in row.items():
        setattr(entry, name, value)
    if "name" in row:
        entry.initials = initials(entry.name)
    session.flush()


def _add(session: Session, election: Election, row: Mapping[str, str], keys: FieldKeys) -> None:
    checked = _row(election, row)
    version = current_version(session, election=election)
    last = max(last_number(session, election=election), version.last_number if version else 0)
    try:
        with session.begin_nested():
            session.add(RollEntry(**entry_values(election, last + 1, checked, keys)))
    except IntegrityError as twice:
        raise Conflict(
            "ROLL_ON_IT",
            "这个公民身份号码已经在名单上，请核对是不是同一个人。",
            "This ID number is on the roll already; check whether it is the same person.",
        ) from twice


def _remove(session: Session, entry: RollEntry) -> None:
    try:
        with session.begin_nested():
            session.execute(delete(Representative).where(Representative.roll_entry_id == entry.id))
            session.execute(delete(RollEntry).where(RollEntry.id == entry.id))
    except IntegrityError as held:
        raise Conflict(
            "ROLL_ENTRY_HELD",
            "这个人是候选人，或在委托、提名等名单上，不能直接从选民名单上去掉。请先在那里办理。",
            "This person is a candidate or stands on a list of proxies or nominations; deal with that first, then "
            "remove the person from the roll.",
        ) from held


def _seal(keys: FieldKeys, objection: str, private: Mapping[str, object]) -> bytes:
    return keys.seal(json.dumps(private, ensure_ascii=False).encode(), f"roll-objection:{objection}")


def _open(keys: FieldKeys, objection: Objection) -> dict[str, Any]:
    private: dict[str, Any] = json.loads(keys.open(objection.sealed, f"roll-objection:{objection.id}"))
    return private
