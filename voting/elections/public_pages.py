"""What everybody may see, without an account: when and where, who stands, the result, the files, the hall's screen.

During the poll no page here says how many have voted. The address of a page carries no name: looking
oneself up on the roll is a form's body.
"""

import hashlib
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, render_template, request, send_file, url_for
from sqlalchemy import Exists, select

from voting import founding, journal
from voting.box import chain, sealing
from voting.box.tables import Box
from voting.elections import loaders  # noqa: F401 — registers how ids in these addresses are loaded
from voting.elections.after.queries import next_poll
from voting.elections.candidates.lists import PostedList, posted_lists
from voting.elections.candidates.queries import Contest, contests
from voting.elections.candidates.tables import Candidate, CandidateList
from voting.elections.count import queries
from voting.elections.count.bundle import committee_public
from voting.elections.count.certificate import Notice, write_notice
from voting.elections.count.shown import PHASES, Sheet, sheet_of
from voting.elections.hall_pages import screen_of
from voting.elections.queries import of_community, pause_of, rules
from voting.elections.roll.queries import REP_MODES, current_version, posted_page, represented
from voting.elections.roll.rules import objection_clock
from voting.elections.roll.tables import RollEntry
from voting.elections.tables import Election
from voting.errors import NotFound, TooEarly
from voting.files import kept
from voting.law.calendar import HALL
from voting.paging import paging
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
    numbers = [one.number for one in found] if name and last4 else []
    # Where representatives vote, being registered is not the right to a ballot: both are said.
    stands = dict(represented(reading(), election=election)) if numbers else {}
    answer = {
        "name": name,
        "last4": last4,
        "numbers": [f"{number:04d}" for number in numbers],
        "rep_mode": election.mode in REP_MODES,
        "represents": [stands[number] for number in numbers if number in stands],
    }
    return _page(community, election, looked_up=answer)


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
        last_objection=objection_clock(
            rules(election), election.roll_again or election.roll_posted or today(), today()
        ).last_day,
        rep_mode=election.mode in REP_MODES,
        paging=paging(page, size=ROLL_PAGE, total=total, url=address),
    )


@notice.get("/e/<election_id>/photo/<candidate_id>")
@public
def photo(community: Unit, election: Election, candidate: Candidate) -> Response:  # noqa: ARG001 (the guard loaded it)
    """A posted candidate's portrait."""
    require_shown(election)
    gone = reading().scalar(select(_taken_down(election)))
    if gone or election.candidates_posted is None or candidate.photo is None or candidate.photo_type is None:
        raise NotFound("NO_SUCH_PICTURE", "没有这张照片，请刷新页面。", "There is no such picture; reload the page.")
    return Response(candidate.photo, mimetype=candidate.photo_type)


@notice.get("/e/<election_id>/screen")
@public
def screen(community: Unit, election: Election) -> str:
    """The hall's screen: one page that follows the day by itself."""
    require_shown(election)
    return render_template(
        "count/screen.html", community=community, election=election, first=_screen(community, election)
    )


@notice.get("/e/<election_id>/screen.json")
@public
def screen_json(community: Unit, election: Election) -> dict[str, Any]:
    """What the hall's screen shows now."""
    require_shown(election)
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
        electors="村民选举委员会" if election.mode == "village" else "居民选举委员会",
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


def require_shown(election: Election) -> None:
    if election.state not in PHASES or election.roll_posted is None:
        raise NotFound(
            "NOT_POSTED",
            "这次选举还没有公布，请等公布后再来看。",
            "This election has not been announced yet; come back later.",
        )


def _require_hanging(election: Election) -> None:
    """The list in public has its time. Raises NotFound NOT_POSTED, ROLL_TAKEN_DOWN."""
    require_shown(election)
    if election.roll_withdrawn is not None:
        raise NotFound(
            "ROLL_TAKEN_DOWN",
            f"网上的选民名单公布期满，已于 {election.roll_withdrawn} 撤下。有疑问请向社区居委会询问。",
            f"The roll has hung its time and was taken down on {election.roll_withdrawn}. Please ask the committee.",
        )


def _page(community: Unit, election: Election, *, looked_up: dict[str, Any] | None = None) -> str:
    require_shown(election)
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
        lists=_lists(election),
        sheet=_sheet(election),
        waiting=next_poll(reading(), election=election) if PHASES[election.state] in ("result", "void") else (),
        shown=PHASES,
        portraits=_portraits(community, election, posted),
        pause=pause_of(reading(), election),
        box=box,
        keys=_keys(community, election),
        head=journal.head(reading(), community.id),
        looked_up=looked_up,
    )


def _lists(election: Election) -> tuple[PostedList, ...]:
    """The lists of candidates that hang, while anybody looks for candidates."""
    if PHASES[election.state] != "before":
        return ()
    return tuple(one for one in posted_lists(reading(), election) if one.withdrawn_on is None)


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
            select(Candidate.id).where(
                Candidate.election_id == election.id, Candidate.photo.is_not(None), ~_taken_down(election)
            )
        )
    )
    return {
        name: url_for("notice.photo", community_id=community.id, election_id=election.id, candidate_id=one.id)
        for contest in posted
        for one, name in _named(contest)
        if one.id in with_photo
    }


def _taken_down(election: Election) -> Exists:
    """Whether the lists of candidates have hung their time: portraits go with them."""
    return (
        select(CandidateList.number)
        .where(CandidateList.election_id == election.id, CandidateList.withdrawn_on.is_not(None))
        .exists()
    )


def _named(contest: Contest) -> list[tuple[Candidate, str]]:
    return list(zip(contest.candidates, contest.names, strict=bool(contest.candidates)))


def _screen(community: Unit, election: Election) -> dict[str, Any]:
    sheet = _sheet(election)
    portraits = _portraits(community, election, contests(reading(), election=election)) if sheet else {}
    return screen_of(community, election, sheet, portraits)
