"""Proxies: written forms recorded, the list posted, a form withdrawn (居委会组织法 19, 村委会组织法 18)."""

import hashlib
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from voting import journal
from voting.box import desk
from voting.box.tables import Box
from voting.database import random_id, transaction
from voting.elections.candidates.photos import read_photo
from voting.elections.candidates.tables import Candidate
from voting.elections.committee.queries import kinships
from voting.elections.lifecycle import require_state
from voting.elections.proxies.events import ProxiesPosted, ProxyRecorded, ProxyWithdrawn
from voting.elections.proxies.queries import PostedLine, about_reason, canonical, forms, get_proxy, posted
from voting.elections.proxies.rules import Delegation, proxy_errors
from voting.elections.proxies.tables import Proxy, ProxyList
from voting.elections.queries import locked
from voting.elections.roll.queries import Found, get_entry, require_entitled
from voting.elections.tables import Election
from voting.elections.texts import typed
from voting.errors import Conflict, Malformed, TooEarly, TooLate
from voting.keys import FieldKeys
from voting.law.calendar import HALL, days_before
from voting.law.profiles import Mode, Profile, law_of, rules_of
from voting.permissions import Actor

_BEFORE_POLL: Final = ("published", "sealed")
_WHILE_REVOCABLE: Final = ("published", "sealed", "open", "paused", "closing")

#: What makes a form void, in the order in which it is told: code of the rule → code and sentences of the refusal.
_REFUSALS: Final = {
    "no_proxy_in_rep_mode": (
        "PROXY_IN_REP_MODE",
        "居民代表投票的选举不得委托（居委会组织法第19条）。请代表本人到场。",
        "Representatives vote in person (Residents' Committees Law Art. 19); they must come themselves.",
    ),
    "candidate_cannot_hold": (
        "PROXY_CANDIDATE",
        "候选人不得接受委托。请委托人另选一位选民。",
        "A candidate may not vote for others; the principal must name another voter.",
    ),
    "not_close_relative": (
        "PROXY_NOT_KIN",
        (
            "这次选举按2018年的村委会组织法办理，只能委托近亲属（第15条）。两人是近亲属的，请先在选举委员会页登记亲属关系；"
            "不是的，请委托人另选一位近亲属。"
        ),
        (
            "This election is held under the Villagers' Committees Law of 2018: only near relatives vote for others "
            "(Art. 15). Record the kinship on the election committee's page, or the principal names a near relative."
        ),
    ),
    "holder_has_delegated_own_vote": (
        "PROXY_CHAIN",
        "受托人已经委托别人投票，不能再受委托。请委托人另选一位选民。",
        "The holder has asked somebody else to vote; the principal must name another voter.",
    ),
    "principal_holds_for_others": (
        "PROXY_CHAIN",
        "委托人已经受别人委托，不能再委托他人。请先撤回原来的委托。",
        "The principal holds for others and cannot hand the vote on; withdraw that form first.",
    ),
    "over_three": (
        "PROXY_TOO_MANY",
        "受托人接受的委托已到上限。请委托人另选一位选民。",
        "The holder has as many proxies as allowed; the principal must name another voter.",
    ),
}


def record_proxy(
    session: Session,
    *,
    election_id: str,
    principal_id: str,
    holder_id: str,
    day: date,
    reason: str,
    evidence: bytes | None,
    keys: FieldKeys,
    actor: Actor,
    now: datetime,
) -> str:
    """Record a written form; returns its id. `evidence` is a photo of it (JPEG or PNG), kept sealed.

    Raises Conflict PROXY_TWICE and the refusals of `proxy_errors` (PROXY_…); Malformed PROXY_SELF, PROXY_DAY,
    TEXT_…, PHOTO_…; NotFound ROLL_NO_ENTRY; TooLate PROXIES_POSTED; TooEarly/TooLate of the state.
    """
    picture = read_photo(evidence).content if evidence else None
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, *_BEFORE_POLL)
        _refuse_after_posting(session, election)
        _refuse_late_paper(election, now.astimezone(HALL).date())
        if not (day <= now.astimezone(HALL).date() and day < election.day):
            raise Malformed(
                "PROXY_DAY",
                "委托书上的日期须在选举日以前，且不晚于今天；请核对。",
                "The day on the form must be before the election day and not after today; check it.",
            )
        principal = get_entry(session, election=election, entry_id=principal_id)
        holder = get_entry(session, election=election, entry_id=holder_id)
        _require_lawful(session, election, principal, holder)
        proxy_id, why = random_id(), typed(reason, zh="委托原因", en="Reason", most=120, least=1)
        row = Proxy(
            id=proxy_id,
            election_id=election.id,
            principal_id=principal.id,
            holder_id=holder.id,
            day=day,
            reason=keys.seal(why.encode(), about_reason(proxy_id)),
            recorded_by=actor.account_id,
        )
        if picture is not None:
            row.evidence, row.evidence_sha256 = keys.seal(picture, row.id), hashlib.sha256(picture).hexdigest()
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError as twice:
            raise Conflict(
                "PROXY_TWICE",
                f"{principal.name} 已经委托了别人；一票只能委托一人。请先撤回原来的委托。",
                f"{principal.name} has asked somebody else already; withdraw that form first.",
            ) from twice
        fact = ProxyRecorded(election.id, row.id, row.evidence_sha256 or "", actor.account_id)
        journal.record(session, election.community_id, fact, now)
        return row.id


def withdraw_proxy(session: Session, *, election_id: str, proxy_id: str, actor: Actor, now: datetime) -> None:
    """The principal takes the form back in writing, before the holder has voted for them.

    Raises NotFound NO_SUCH_PROXY; Conflict PROXY_USED, PROXY_ENDED.
    """
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, *_WHILE_REVOCABLE)
        row = get_proxy(session, election=election, proxy_id=proxy_id)
        if row.state != "standing":
            raise Conflict(
                "PROXY_ENDED", "这份委托先前已经撤回。请刷新页面。", "This form was withdrawn before; reload the page."
            )
        if desk.active_mark(session, election.box_id, row.principal_id) is not None:
            raise Conflict(
                "PROXY_USED",
                "受托人已经代领选票，委托不能再撤回。请告知委托人。",
                "The holder has received the ballot, so the form cannot be withdrawn; tell the principal.",
            )
        row.state = "withdrawn"
        journal.record(session, election.community_id, ProxyWithdrawn(election.id, row.id, actor.account_id), now)


def post_list(session: Session, *, election_id: str, actor: Actor, now: datetime) -> str:
    """Freeze the list and post it; returns its SHA-256 (hex). Only posted proxies are served at the desk.

    Raises TooLate PROXIES_POSTED, PROXY_LIST_LATE (on the election day or after it); TooEarly PROXY_LIST_EMPTY;
    Conflict PROXY_HOLDER_STANDS.
    """
    with transaction(session):
        election = locked(session, election_id)
        require_state(election.state, *_BEFORE_POLL)
        _refuse_after_posting(session, election)
        today = now.astimezone(HALL).date()
        last = _last_day(election)
        if today > last:
            raise TooLate(
                "PROXY_LIST_LATE",
                f"委托投票名单最迟须在 {last.isoformat()} 公布，已经过了；这次选举不能委托投票，请委托人本人到场。",
                f"The list of proxies had to be posted by {last.isoformat()}; there is no voting by proxy in this "
                "election, and principals must come themselves.",
            )
        lines = _current(session, election)
        if not lines:
            raise TooEarly(
                "PROXY_LIST_EMPTY",
                "还没有登记委托书，没有名单可公布。请先登记。",
                "No form is recorded yet, so there is no list; record the forms first.",
            )
        _refuse_standing_holders(session, election)
        digest = hashlib.sha256(canonical(lines).encode()).hexdigest()
        stored = [[*one.holder, [list(each) for each in one.principals]] for one in lines]
        session.add(ProxyList(election_id=election.id, posted=today, sha256=digest, lines=stored))
        uuid = session.get_one(Box, election.box_id).uuid
        number = sum(len(one.principals) for one in lines)
        fact = ProxiesPosted(election.id, uuid, digest, len(lines), number, actor.account_id)
        journal.record(session, election.community_id, fact, now)
        return digest


def end_by_coming(session: Session, *, election: Election, voter: str) -> None:
    """The principal came in person: the form ends with the own check-in. Inside the caller's transaction."""
    row = session.scalars(
        select(Proxy).where(Proxy.election_id == election.id, Proxy.principal_id == voter, Proxy.state == "standing")
    ).one_or_none()
    if row is not None:
        row.state = "came"


def require_as_posted(session: Session, election: Election) -> None:
    """The lines that the desk serves are those whose hash the log has. Raises Conflict PROXIES_LIST_CHANGED."""
    hung = posted(session, election)
    said = journal.last_said(session, election.community_id, ProxiesPosted.type, election.id)
    digest = hashlib.sha256(canonical(hung.lines).encode()).hexdigest() if hung else ""
    if said is None or said.data["sha256"] != digest:
        raise Conflict(
            "PROXIES_LIST_CHANGED",
            "委托投票名单与公布时记入日志的不一样了，不能照它发票。请监督委员查明数据库被谁改过；受托人本人的选票等查明后再发。",
            "The list of proxies is not the one that the log has since it was posted, and no ballot is handed out by "
            "it. Ask the supervisors to find out who changed the database.",
        )


def _last_day(election: Election) -> date:
    """The last day on which the list may be posted: before the poll, earlier where the province says so."""
    return days_before(election.day, _rules(election).proxy_list_days.value)


def _rules(election: Election) -> Profile:
    return rules_of(election.law, Mode(election.mode), election.profile, election.options)


def _refuse_late_paper(election: Election, day: date) -> None:
    """Provinces ask for the paper some days ahead. Raises TooLate PROXY_LATE."""
    last = days_before(election.day, _rules(election).proxy_paper_days.value)
    if day > last:
        raise TooLate(
            "PROXY_LATE",
            f"委托最迟须在 {last.isoformat()} 办理（{_rules(election).proxy_paper_days.source_zh}），已经过了；"
            "请委托人本人到场投票。",
            f"Proxies had to be given by {last.isoformat()} ({_rules(election).proxy_paper_days.source_en}); "
            "the principal must come to vote.",
        )


def _refuse_after_posting(session: Session, election: Election) -> None:
    if session.get(ProxyList, election.id) is not None:
        raise TooLate(
            "PROXIES_POSTED",
            "委托投票名单已经公布，不能再增加。请委托人本人到场投票。",
            "The list of proxies is posted and takes no more; the principal must come to vote.",
        )


def _refuse_standing_holders(session: Session, election: Election) -> None:
    """A candidate may not vote for others; somebody may have come to stand after the form was recorded."""
    found = session.scalars(
        select(Candidate.name)
        .join(Proxy, Proxy.holder_id == Candidate.roll_entry_id)
        .where(Candidate.election_id == election.id, Proxy.election_id == election.id, Proxy.state == "standing")
    )
    if names := sorted(set(found)):
        raise Conflict(
            "PROXY_HOLDER_STANDS",
            f"受托人 {'、'.join(names)} 已经是候选人，不得接受委托。请先撤回这些委托，再公布名单。",
            f"{', '.join(names)} now stand as candidates and may not vote for others; withdraw those forms, then post.",
        )


def _require_lawful(session: Session, election: Election, principal: Found, holder: Found) -> None:
    for one in (principal, holder):
        require_entitled(session, election=election, entry_id=one.id)
    if principal.id == holder.id:
        raise Malformed("PROXY_SELF", "不能委托自己，请核对两个人。", "Nobody votes for themselves; check both people.")
    standing = list(
        session.execute(
            select(Proxy.principal_id, Proxy.holder_id).where(
                Proxy.election_id == election.id, Proxy.state == "standing"
            )
        )
    )
    mode, rules = Mode(election.mode), _rules(election)
    near_kin_only = law_of(election.law, mode).proxies_near_kin_only
    kin = kinships(session, election) if near_kin_only else frozenset()
    errors = proxy_errors(
        Delegation(
            mode=mode,
            holder=holder.id,
            principals=frozenset({principal.id, *(one for one, other in standing if other == holder.id)}),
            candidates=frozenset(
                session.scalars(select(Candidate.roll_entry_id).where(Candidate.election_id == election.id))
            ),
            kin=frozenset(one for pair in kin if holder.id in pair for one in pair - {holder.id}),
            near_kin_only=near_kin_only,
            holder_delegated=any(one == holder.id for one, _ in standing),
            chained=frozenset(other for _, other in standing),
            most=rules.proxies_max.value,
        )
    )
    for code, refusal in _REFUSALS.items():
        if code in errors:
            raise Conflict(*refusal)


def _current(session: Session, election: Election) -> list[PostedLine]:
    found: dict[tuple[int, str], list[tuple[int, str]]] = {}
    for one in forms(session, election=election):
        if one.state == "standing":
            of_holder = found.setdefault((one.holder.number, one.holder.name), [])
            of_holder.append((one.principal.number, one.principal.name))
    return [PostedLine(holder, tuple(principals)) for holder, principals in found.items()]
