"""What everybody may see, without an account: when and where, who stands, the result, the files, the hall's screen.

During the poll no page here says how many have voted. The address of a page carries no name: looking
oneself up on the roll is a form's body.
"""

import hashlib
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, render_template, request, send_file, url_for
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import select

from voting import founding, journal
from voting.box import chain, sealing
from voting.box.tables import Box
from voting.elections import loaders  # noqa: F401 — registers how ids in these addresses are loaded
from voting.elections.candidates.queries import Contest, contests
from voting.elections.candidates.tables import Candidate
from voting.elections.count import queries
from voting.elections.count.bundle import committee_public
from voting.elections.count.certificate import Notice, write_notice
from voting.elections.count.shown import PHASES, Office, Sheet, sheet_of
from voting.elections.queries import of_community, pause_of, rules
from voting.elections.roll.queries import REP_MODES, current_version, posted_page
from voting.elections.roll.tables import RollEntry
from voting.elections.tables import Election
from voting.errors import NotFound, TooEarly
from voting.files import kept
from voting.i18n import in_language
from voting.law.calendar import HALL, days_after
from voting.law.thresholds import figure
from voting.paging import paging
from voting.people import queries as people
from voting.people.session import limiter
from voting.people.tables import Unit
from voting.request import house, reading, today
from voting.security import csrf, public
from voting.zips import zip_of

notice = Blueprint("notice", __name__, url_prefix="/c/<community_id>")

#: Guessing four digits of somebody's ID number at this rate takes most of a day, for one name.
LOOK_UP_LIMIT = "10 per minute"
NOTICE_LIMIT = "30 per minute"
ROLL_PAGE = 100
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "json": "application/json",
    "csv": "text/csv",
    "txt": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@notice.get("/")
@public
def community(community: Unit) -> str:
    """The community's elections, the latest first."""
    shown = [one for one in of_community(reading(), community.id) if one.state in PHASES]
    return render_template("public/community.html", community=community, elections=shown, phases=PHASES)


@notice.get("/e/<election_id>")
@public
def show(community: Unit, election: Election) -> str:
    """One election on a phone, its parts in the order people need them now."""
    return _page(community, election)


@notice.post("/e/<election_id>/roll")
@limiter.limit(LOOK_UP_LIMIT)
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF has no types; the form changes nothing
@public
def look_up(community: Unit, election: Election) -> str:
    """Am I on the roll? Yes or no, to whoever knows the name and the last four of the ID number."""
    _require_hanging(election)
    name, last4 = (journal.typed(request.form.get(one, "")).strip()[:60] for one in ("name", "last4"))
    found = reading().scalars(
        select(RollEntry).where(
            RollEntry.election_id == election.id, RollEntry.name == name, RollEntry.id_last4 == last4.upper()
        )
    )
    entries = [f"{one.number:04d}" for one in found] if name and last4 else []
    return _page(community, election, looked_up={"name": name, "last4": last4, "numbers": entries})


@notice.get("/e/<election_id>/roll")
@public
def posted_roll(community: Unit, election: Election) -> str:
    """The roll as it hangs on the board, a page at a time, without anything that only its bearer should know."""
    _require_hanging(election)
    page = min(max(1, request.args.get("page", 1, type=int) or 1), 100_000)
    total, lines = posted_page(reading(), election=election, page=page, size=ROLL_PAGE)

    def address(number: int) -> str:
        return url_for("notice.posted_roll", community_id=community.id, election_id=election.id, page=number)

    return render_template(
        "public/roll.html",
        community=community,
        election=election,
        lines=lines,
        total=total,
        version=current_version(reading(), election=election),
        last_objection=days_after(election.roll_posted or today(), rules(election).objection_days.value),
        rep_mode=election.mode in REP_MODES,
        paging=paging(page, size=ROLL_PAGE, total=total, url=address),
    )


@notice.get("/e/<election_id>/photo/<candidate_id>")
@public
def photo(community: Unit, election: Election, candidate: Candidate) -> Response:  # noqa: ARG001 (the guard loaded it)
    """A posted candidate's portrait."""
    _require_shown(election)
    if election.candidates_posted is None or candidate.photo is None or candidate.photo_type is None:
        raise NotFound("NO_SUCH_PICTURE", "没有这张照片，请刷新页面。", "There is no such picture; reload the page.")
    return Response(candidate.photo, mimetype=candidate.photo_type)


@notice.get("/e/<election_id>/screen")
@public
def screen(community: Unit, election: Election) -> str:
    """The hall's screen: one page that follows the day by itself."""
    _require_shown(election)
    return render_template(
        "count/screen.html", community=community, election=election, first=_screen(community, election)
    )


@notice.get("/e/<election_id>/screen.json")
@public
def screen_json(community: Unit, election: Election) -> dict[str, Any]:
    """What the hall's screen shows now."""
    _require_shown(election)
    return _screen(community, election)


@notice.get("/e/<election_id>/bundle.zip")
@public
def bundle(community: Unit, election: Election) -> Response:  # noqa: ARG001 (the guard loaded it)
    """The whole signed bundle, for `python -m verifier`."""
    if election.state != "certified":
        raise queries.not_certified()
    path = kept(
        house().settings.data_dir / "bundles" / f"{election.id}.zip",
        # The day, not the moment: a copy made anew is the same file.
        lambda: zip_of(queries.certified_bundle(reading(), election=election), election.opens_at.astimezone(HALL)),
    )
    return send_file(path, mimetype="application/zip", as_attachment=True, download_name=f"election-{election.day}.zip")


@notice.get("/e/<election_id>/files/<path:path>")
@public
def file(community: Unit, election: Election, path: str) -> Response:  # noqa: ARG001 (the guard loaded it)
    """One file of the signed bundle."""
    content = queries.certified_file(reading(), election=election, path=path)
    name = path.rsplit("/", 1)[-1]
    answer = Response(content, mimetype=MEDIA_TYPES.get(name.rsplit(".", 1)[-1], "application/octet-stream"))
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@notice.get("/e/<election_id>/notice.pdf")
@limiter.limit(NOTICE_LIMIT)
@public
def notice_sheet(community: Unit, election: Election) -> Response:
    """The sheet with the keys for the notice board, as soon as the election is sealed."""
    keys, sealed = _keys(community, election), reading().get_one(Box, election.box_id).archive_time
    if sealed is None or not keys["committee"]:
        raise TooEarly(
            "NOT_SEALED",
            "选举封定、选举委员会的密钥做好以后才有这张公告，请到时再来。",
            "This sheet exists once the election is sealed and the committee's key is made; come back then.",
        )
    sheet = Notice(
        community=community.name,
        title=election.title,
        day=election.day,
        committee_vkey=keys["committee"],
        ca_fingerprint=keys["authority"],
        log_vkey=keys["log"],
        election_fingerprint=keys["election"],
        made_at=datetime.fromtimestamp(sealed, UTC),
    )
    # Named by what it says: a committee's new key or a new name is a new sheet.
    name = f"{election.id}-{hashlib.sha256(repr(sheet).encode()).hexdigest()[:16]}.pdf"
    path = kept(house().settings.data_dir / "notices" / name, lambda: write_notice(sheet))
    return Response(path.read_bytes(), mimetype="application/pdf")


def _require_shown(election: Election) -> None:
    if election.state not in PHASES or election.roll_posted is None:
        raise NotFound(
            "NOT_POSTED",
            "这次选举还没有公布，请等公布后再来看。",
            "This election has not been announced yet; come back later.",
        )


def _require_hanging(election: Election) -> None:
    """The list in public has its time. Raises NotFound NOT_POSTED, ROLL_TAKEN_DOWN."""
    _require_shown(election)
    if election.roll_withdrawn is not None:
        raise NotFound(
            "ROLL_TAKEN_DOWN",
            f"网上的选民名单公布期满，已于 {election.roll_withdrawn} 撤下。有疑问请向社区居委会询问。",
            f"The roll has hung its time and was taken down on {election.roll_withdrawn}. Please ask the committee.",
        )


def _page(community: Unit, election: Election, *, looked_up: dict[str, Any] | None = None) -> str:
    _require_shown(election)
    posted = contests(reading(), election=election) if election.candidates_posted is not None else ()
    box = reading().get_one(Box, election.box_id)
    return render_template(
        "public/election.html",
        community=community,
        election=election,
        phase=PHASES[election.state],
        days=(election.day - today()).days,
        hall=HALL,
        contests=posted,
        sheet=_sheet(election),
        portraits=_portraits(community, election, posted),
        pause=pause_of(reading(), election),
        box=box,
        keys=_keys(community, election),
        head=journal.head(reading(), community.id),
        looked_up=looked_up,
    )


def _sheet(election: Election) -> Sheet | None:
    if PHASES[election.state] != "result":
        return None
    counted = queries.counted(reading(), election=election)
    return sheet_of(counted.facts, counted.outcome)


def _keys(community: Unit, election: Election) -> dict[str, str]:
    """What the notice board shows: committee's key, certificate, log's key, election's fingerprint."""
    vkey, authority = committee_public(founding.committee_folder(house().settings, community.id))
    box = reading().get_one(Box, election.box_id)
    sealed = box.archive_time is not None
    return {
        "committee": vkey,
        "authority": authority,
        "log": journal.signer(community.id, house().keys.log_seed).key.text,
        "election": sealing.fingerprint_in_groups(chain.sealed_election(reading(), box.id).fingerprint)
        if sealed
        else "",
    }


def _portraits(community: Unit, election: Election, posted: tuple[Contest, ...]) -> dict[str, str]:
    """Address of the portrait by the name on the ballot, for those who have one."""
    if not posted:
        return {}
    with_photo = set(
        reading().scalars(
            select(Candidate.id).where(Candidate.election_id == election.id, Candidate.photo.is_not(None))
        )
    )
    return {
        name: url_for("notice.photo", community_id=community.id, election_id=election.id, candidate_id=one.id)
        for contest in posted
        for one, name in _named(contest)
        if one.id in with_photo
    }


def _named(contest: Contest) -> list[tuple[Candidate, str]]:
    return list(zip(contest.candidates, contest.names, strict=bool(contest.candidates)))


# --- the hall's screen -----------------------------------------------------------------------------------------------


def _screen(community: Unit, election: Election) -> dict[str, Any]:
    phase = PHASES[election.state]
    sheet = _sheet(election)
    head = journal.head(reading(), community.id)
    shown: dict[str, Any] = {
        "phase": phase,
        "certified": election.state == "certified",
        "title": election.title,
        "sub": _("%(community)s · %(place)s", community=community.name, place=election.place),
        "words": _words(election, phase),
        "head": list(head.spoken) if head and phase in ("closed", "counting", "result") else [],
        "shares": [],
        "offices": [],
    }
    if phase == "counting":
        states = queries.shares(reading(), election=election).trustees
        names = people.names(reading(), (one.account for one in states))
        shown["shares"] = [{"name": names.get(one.account, one.name), "done": one.shared} for one in states]
    if sheet is not None:
        portraits = _portraits(community, election, contests(reading(), election=election))
        if not sheet.valid:
            shown["words"]["large"] = _("选举无效")
        shown["sums"] = {key: figure(getattr(sheet, key)) for key in ("roll", "issued", "collected")}
        shown["valid"] = sheet.valid
        shown["proofs"] = [_proof(one) for one in sheet.proofs]
        shown["collected"] = sheet.collected
        shown["rule"] = in_language(sheet.rule) if sheet.rule else _(
            "当选规则：得票超过收回选票的一半，弃权也计入收回数（%(article)s）",
            article=in_language((sheet.article[0].partition("》")[2], sheet.article[1].rpartition(", ")[2])),
        )
        shown["offices"] = [_office(one, sheet, portraits) for one in sheet.offices]
    return shown


def _proof(proof: Any) -> dict[str, Any]:
    return {"ok": proof.ok, "words": in_language(proof.words), "sum": proof.sum}


def _office(office: Office, sheet: Sheet, portraits: dict[str, str]) -> dict[str, Any]:
    candidates = len(office.lines)
    return {
        "short": office.title,
        "title": _("%(title)s选举 · 计票结果", title=office.title),
        "sub": _("应选 %(seats)s 人，候选 %(count)s 人", seats=office.seats, count=candidates),
        "marks": _proof(office.marks),
        "blank": figure(office.blank),
        "unused": figure(office.unused),
        "half": _("过半须 %(votes)s 票", votes=figure(office.needed)) if sheet.valid else "",
        "follows": in_language(office.follows) if office.follows else "",
        "lines": [
            {
                "name": one.name,
                "votes": one.votes,
                "figure": figure(one.votes),
                "seal": one.seal,
                "sum": one.sum,
                "over": one.over,
                "photo": portraits.get(one.name, ""),
            }
            for one in office.lines
        ],
    }


def _words(election: Election, phase: str) -> dict[str, str]:
    """The large words of a screen without figures."""
    opens, closes = (at.astimezone(HALL).strftime("%H:%M") for at in (election.opens_at, election.closes_at))
    day = format_date(election.day, _("M 月 d 日"))
    hours = _("%(opens)s 至 %(closes)s", opens=opens, closes=closes)
    words: dict[str, tuple[str, str]] = {
        "before": (_("投票：%(day)s", day=day), hours),
        "voting": (_("正在投票"), _("投票时间 %(hours)s。投票结束前不公布任何人数。", hours=hours)),
        "paused": (_("投票暂停"), _("已领的选票卡仍然有效，请听工作人员安排。")),
        "closing": (_("投票截止"), _("已在排队的人继续投票，不再接待新来的人。")),
        "closed": (_("票箱已关闭"), _("正在清点没有发出的选票卡，之后开始计票。")),
        "counting": (_("正在计票"), _("监督委员各自用自己的密钥解密，缺一位也打不开。")),
        "result": (_("计票完成"), ""),
        "void": (_("本次选举无效"), _("原因已写进选举日志。")),
    }
    large, small = words[phase]
    if pause := pause_of(reading(), election):
        said = {"reason": pause.reason, "since": pause.since.astimezone(HALL).strftime("%H:%M")}
        small = _("从 %(since)s 起：%(reason)s。已领的选票卡仍然有效，请听工作人员安排。", **said)
    return {"large": large, "small": small}
