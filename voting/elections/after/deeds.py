"""What is done after a poll: certificates, report, sealing, hand-over, resignations, ends of office, disputes."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from voting import journal
from voting.database import transaction
from voting.elections.after import queries
from voting.elections.after.events import DeedRecorded, DisputeRecorded, MembersSeated, SeatChanged
from voting.elections.after.tables import DEEDS, ENDINGS, FORUMS, Deed, Dispute, Member
from voting.elections.lifecycle import require_state
from voting.elections.queries import locked
from voting.elections.tables import Election
from voting.elections.texts import typed
from voting.errors import Conflict, Malformed, NotFound, TooEarly
from voting.law.calendar import HALL
from voting.permissions import Actor

#: Years of a term (居委会组织法 9, 村委会组织法 11).
TERM_YEARS: Final = 5
#: Ends that an official records; a recall and a resignation end by their own way.
RECORDED_ENDS: Final = ("capacity", "sentence", "appraised", "term")
#: What each deed's record asks for: field → (Chinese, English, at most so many characters).
FIELDS: Final[Mapping[str, Mapping[str, tuple[str, str, int]]]] = {
    "posted": {"place": ("张贴地点", "Posted at", 80)},
    "report": {"receiver": ("报送机关", "Sent to", 80), "number": ("文号", "Number", 40)},
    "sealing": {
        "what": ("封存内容", "What was sealed", 200),
        "seals": ("封条号", "Seal numbers", 120),
        "keeper": ("保管地点", "Kept at", 80),
        "witnesses": ("在场监票人数", "Watchers present", 4),
    },
    "handover_item": {"item": ("移交事项", "Item", 80), "amount": ("数量或金额", "Number or amount", 60)},
    "handover": {"signatures": ("签字人数", "Signatures", 4), "watched_by": ("监交机关", "Watched by", 80)},
}


def seat_members(session: Session, *, election_id: str, actor: Actor, now: datetime) -> list[Member]:
    """Give certificates of election to everybody who sits after this poll and has none; returns the new ones.

    A by-election's members serve to the end of the term they fill (居委会组织法 24). Raises TooEarly before the result
    is certified, KIN_OPEN while declared near relatives sit together; Conflict ALL_SEATED.
    """
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, "certified")
        _refuse_relatives(session, election)
        since, there = election.day, queries.members(session, election=election)
        known = {(one.office, one.name) for one in there}
        made = [
            Member(
                community_id=election.community_id,
                election_id=election.id,
                office=office.office,
                name=name,
                number=0,
                since=since,
                term_ends=_term_end(session, election),
            )
            for office in queries.sitting(session, election=election)
            for name in office.members
            if (office.office, name) not in known
        ]
        if not made:
            raise Conflict(
                "ALL_SEATED",
                "当选人都已经有当选证书，不用再发。",
                "Everybody elected has a certificate already; nothing is left to do.",
            )
        taken = session.scalar(select(func.max(Member.number)).where(Member.community_id == election.community_id))
        for number, one in enumerate(made, start=(taken or 0) + 1):
            one.number = number
        session.add_all(made)
        session.flush()
        fact = MembersSeated(
            election.id, since, tuple((one.office, one.name, one.number) for one in made), actor.account_id
        )
        journal.record(session, election.community_id, fact, now)
        return made


def record_deed(
    session: Session, *, election_id: str, kind: str, facts: Mapping[str, str], day: date, actor: Actor, now: datetime
) -> Deed:
    """Record something done after the poll, on ``day``; the log holds the hash of its facts.

    Raises Malformed DEED_UNKNOWN, DEED_DAY, TEXT_…; Conflict HANDED_OVER; TooEarly HANDOVER_EMPTY, or before the
    outcome is known.
    """
    if kind not in DEEDS:
        raise Malformed("DEED_UNKNOWN", "没有这种记录，请刷新页面。", "There is no such record; reload the page.")
    clean = {
        name: typed(facts.get(name, ""), zh=zh, en=en, most=most, least=1)
        for name, (zh, en, most) in FIELDS[kind].items()
    }
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, *queries.COUNTED)
        if not election.day <= day <= now.astimezone(HALL).date():
            raise Malformed(
                "DEED_DAY",
                "日期须在选举日以后、今天或以前，请更正。",
                "The day lies between the election day and today; correct it.",
            )
        _require_open_handover(session, election, kind)
        deed = Deed(election_id=election.id, kind=kind, day=day, facts=clean)
        session.add(deed)
        session.flush()
        digest = text_digest(json.dumps(clean, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
        fact = DeedRecorded(election.id, kind, day, digest, actor.account_id)
        journal.record(session, election.community_id, fact, now)
        return deed


def resign(session: Session, *, election_id: str, member_id: str, actor: Actor, now: datetime) -> None:
    """A member hands in a resignation; it takes effect when the meeting approves (居委会组织法 21).

    Raises Conflict OFFICE_OVER, RESIGNED_ALREADY; NotFound NO_SUCH_MEMBER.
    """
    with transaction(session):
        election, member = _member(session, election_id, member_id)
        if member.resigned_on is not None:
            raise Conflict(
                "RESIGNED_ALREADY",
                "辞职已经提出，请等会议决定。",
                "The resignation is in; wait for the meeting to decide.",
            )
        member.resigned_on = now.astimezone(HALL).date()
        _changed(session, election, member, "resigned", member.resigned_on, actor=actor, now=now)


def approve_resignation(
    session: Session, *, election_id: str, member_id: str, day: date, actor: Actor, now: datetime
) -> None:
    """The meeting approved a resignation on ``day``: the office ends. Raises NOT_RESIGNED, END_DAY."""
    with transaction(session):
        election, member = _member(session, election_id, member_id)
        if member.resigned_on is None:
            raise TooEarly(
                "NOT_RESIGNED",
                "这位成员没有提出辞职，请先记录辞职。",
                "This member handed in no resignation; record it first.",
            )
        end(session, election=election, member=member, ending="resigned", day=day, actor=actor, now=now)


def end_office(
    session: Session, *, election_id: str, member_id: str, ending: str, day: date, actor: Actor, now: datetime
) -> None:
    """An office ends by itself: loss of capacity, a sentence, two 不称职 in a row, the end of the term.

    The log names the kind, never what was found. Raises Malformed ENDING_UNKNOWN, END_DAY; Conflict OFFICE_OVER.
    """
    if ending not in RECORDED_ENDS:
        raise Malformed(
            "ENDING_UNKNOWN",
            "请选择职务终止的情形；辞职和罢免走各自的程序。",
            "Choose how the office ended; resignation and recall go their own way.",
        )
    with transaction(session):
        election, member = _member(session, election_id, member_id)
        end(session, election=election, member=member, ending=ending, day=day, actor=actor, now=now)


def end(
    session: Session, *, election: Election, member: Member, ending: str, day: date, actor: Actor, now: datetime
) -> None:
    """Set the end of an office on a locked election, and log it; the recall's room calls it too."""
    if ending not in ENDINGS:
        raise KeyError(ending)
    first = member.resigned_on if ending == "resigned" and member.resigned_on else member.since
    if not first <= day <= now.astimezone(HALL).date():
        raise Malformed(
            "END_DAY",
            f"终止日期须在 {first.isoformat()} 至今天之间，请更正。",
            f"The office ends between {first.isoformat()} and today; correct the day.",
        )
    member.ended, member.ended_on = ending, day
    _changed(session, election, member, f"ended_{ending}", day, actor=actor, now=now)


def record_dispute(
    session: Session, *, election_id: str, seq: int, forum: str, subject: str, actor: Actor, now: datetime
) -> Dispute:
    """A complaint about entry ``seq`` of the log, and where it went (rules: B12). Who complains is not kept.

    Raises Malformed FORUM_UNKNOWN, TEXT_…; NotFound NO_SUCH_ENTRY.
    """
    if forum not in FORUMS:
        raise Malformed(
            "FORUM_UNKNOWN",
            "请选择向哪里提出：街道、区政府或法院。",
            "Choose where it goes: street, district or court.",
        )
    subject = typed(subject, zh="争议事项", en="Subject", most=500, least=1)
    with transaction(session):
        election = locked(session, election_id)
        head = journal.head(session, election.community_id)
        if head is None or not 0 <= seq < head.size:
            raise NotFound(
                "NO_SUCH_ENTRY",
                f"日志没有第 {seq} 条，请从日志页抄录编号。",
                f"The log has no entry {seq}; copy the number from the log page.",
            )
        found = Dispute(
            election_id=election.id, seq=seq, forum=forum, subject=subject, raised=now.astimezone(HALL).date()
        )
        session.add(found)
        session.flush()
        _dispute_logged(session, election, found, actor, now)
        return found


def answer_dispute(
    session: Session, *, election_id: str, dispute_id: str, answer: str, actor: Actor, now: datetime
) -> None:
    """The answer to a complaint. Raises NotFound NO_SUCH_DISPUTE; Conflict DISPUTE_ANSWERED; Malformed TEXT_…."""
    answer = typed(answer, zh="处理结果", en="Answer", most=500, least=1)
    with transaction(session):
        election = locked(session, election_id)
        found = session.get(Dispute, dispute_id)
        if found is None or found.election_id != election.id:
            raise NotFound(
                "NO_SUCH_DISPUTE", "没有这件争议，请刷新页面。", "There is no such dispute; reload the page."
            )
        if found.answered is not None:
            raise Conflict(
                "DISPUTE_ANSWERED",
                "这件争议已有处理结果，不用再办。",
                "This dispute is answered; nothing is left to do.",
            )
        found.answer, found.answered = answer, now.astimezone(HALL).date()
        _dispute_logged(session, election, found, actor, now)


def text_digest(text: str) -> str:
    """SHA-256 of a text as 64 hex digits: what the log holds of it."""
    return hashlib.sha256(text.encode()).hexdigest()


def _term_end(session: Session, election: Election) -> date:
    """Five years from the election; who fills a place serves the rest of the term of who sat there."""
    first = queries.chain_of(session, election=election)[0]
    # A by-election that repeats a void one follows that one, which seated nobody.
    while first.kind == "by_election" and first.follows_id:
        found = session.scalar(select(func.max(Member.term_ends)).where(Member.election_id == first.follows_id))
        if found is not None:
            return found
        first = queries.chain_of(session, election=session.get_one(Election, first.follows_id))[0]
    return _years_after(first.day)


def _refuse_relatives(session: Session, election: Election) -> None:
    found = queries.relatives(session, election)
    if found:
        zh, en = "；".join(f"{one}、{other}" for one, other in found), "; ".join(f"{a}, {b}" for a, b in found)
        raise TooEarly(
            "KIN_OPEN",
            f"{zh} 登记为近亲属，不能同时任职（组织法第8条）：请先在“近亲属同时当选”处理，再发当选证书。",
            f"{en} are declared near relatives and cannot sit together (Art. 8): settle this first, then give "
            "certificates of election.",
        )


def _years_after(first: date) -> date:
    leap = (first.month, first.day) == (2, 29)
    return first.replace(year=first.year + TERM_YEARS, day=28 if leap else first.day)


def _require_open_handover(session: Session, election: Election, kind: str) -> None:
    done = {one.kind for one in queries.deeds(session, election=election)}
    if kind.startswith("handover") and "handover" in done:
        raise Conflict(
            "HANDED_OVER",
            "移交已经完成并签字，不能再添加；有遗漏请另行记录争议。",
            "The hand-over is signed and complete; write a dispute if something is missing.",
        )
    if kind == "handover" and "handover_item" not in done:
        raise TooEarly(
            "HANDOVER_EMPTY",
            "移交清单还是空的，请先逐项登记。",
            "The hand-over list is empty; enter its items first.",
        )


def _member(session: Session, election_id: str, member_id: str) -> tuple[Election, Member]:
    election = locked(session, election_id)
    member = queries.get_member(session, election=election, member_id=member_id)
    if member.ended is not None:
        raise Conflict(
            "OFFICE_OVER",
            f"{member.name} 的职务已经终止，不用再办。",
            f"The office of {member.name} is over; nothing is left to do.",
        )
    return election, member


def _changed(
    session: Session, election: Election, member: Member, change: str, day: date, *, actor: Actor, now: datetime
) -> None:
    fact = SeatChanged(election.id, member.id, change, day, actor.account_id)
    journal.record(session, election.community_id, fact, now)


def _dispute_logged(session: Session, election: Election, found: Dispute, actor: Actor, now: datetime) -> None:
    fact = DisputeRecorded(election.id, found.id, found.seq, found.forum, found.answered is not None, actor.account_id)
    journal.record(session, election.community_id, fact, now)
