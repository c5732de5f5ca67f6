"""The 印件 page of an election: every paper, what it lacks, the print of those that lack nothing, what only the papers
ask for, the reporting table, the archive pack."""

import json
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from tempfile import NamedTemporaryFile
from threading import Thread
from time import time
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, send_file, url_for

from voting import founding
from voting.database import writing_session
from voting.elections import loaders  # noqa: F401 — registers how an election in the address is loaded
from voting.elections.candidates.queries import contests
from voting.elections.count import queries as count
from voting.elections.count.certificate import PDF
from voting.elections.papers import queries
from voting.elections.papers.actions import enter_facts, pack_archive
from voting.elections.papers.archive import Progress
from voting.elections.papers.catalogue import CHECKS, PAPERS, Paper, lacking, paper_of, reads_roll
from voting.elections.papers.data import Dossier
from voting.elections.papers.exports import write_csv, write_xlsx
from voting.elections.papers.forms import FactsForm, PackForm
from voting.elections.papers.kept import KINDS, kept
from voting.elections.papers.printing import print_paper
from voting.elections.papers.reporting import WIDTHS, as_json, rows
from voting.elections.papers.rules import ASKED, YES_NO, sent_from
from voting.elections.roll import queries as roll
from voting.elections.tables import Election
from voting.errors import NotAllowed, NotFound, Refused
from voting.forms import carried_out, say_at
from voting.people.tables import Unit
from voting.permissions import Permission
from voting.request import actor, close_reading, house, now, reading
from voting.security import access
from voting.zips import zip_of

papers = Blueprint("papers", __name__, url_prefix="/c/<community_id>/elections/<election_id>/papers")

#: A pack that is being written; one an hour old was left by a server that was stopped.
_HALF, _STALE = ".half", 3_600
_DAY = 86_400
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@papers.get("")
@access(Permission.SEE_ELECTION)
def page(community: Unit, election: Election) -> str:
    """Every paper in the order of the catalogue."""
    return _page(community, election, PackForm(None))


@papers.get("/<key>.pdf")
@access(Permission.SEE_ELECTION)
def print_one(community: Unit, election: Election, key: str) -> Response:
    """One paper as PDF/A; shown in the browser, from where it is printed."""
    paper = paper_of(key)
    if paper.personal and not actor().may(Permission.SEE_ROLL, community.lineage):
        raise NotAllowed(
            "PAPER_PERSONAL",
            "这份印件有选民的个人信息，只有管名单的选举工作人员可以打印；请向他们要。",
            "This paper holds voters' personal data; only officials who keep the roll print it: ask them.",
        )
    answer = Response(_content(paper, election), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"{paper.key}.pdf")
    return answer


@papers.get("/report.<kind>")
@access(Permission.SEE_ELECTION)
def report(community: Unit, election: Election, kind: str) -> Response:  # noqa: ARG001 (the guard loaded it)
    """The fields that the civil-affairs forms ask for, derived: CSV, XLSX or JSON."""
    dossier = _gathered(election)
    if kind == "csv":
        content, media = write_csv(rows(dossier)), "text/csv"
    elif kind == "xlsx":
        content, media = write_xlsx(rows(dossier), title="报表字段", widths=WIDTHS, created=now()), _SHEET
    elif kind == "json":
        content, media = json.dumps(as_json(dossier), ensure_ascii=False, indent=1).encode(), "application/json"
    else:
        raise NotFound(
            "NO_SUCH_REPORT",
            "报表只有 csv、xlsx、json 三种，请选一种。",
            "The report is csv, xlsx or json; choose one.",
        )
    answer = Response(content, mimetype=media)
    answer.headers.set("Content-Disposition", "attachment", filename=f"report-{election.day}.{kind}")
    return answer


@papers.get("/facts")
@access(Permission.PREPARE_ELECTION)
def facts_page(community: Unit, election: Election) -> str:
    """What only the papers and the reporting table ask for, as it was filled in last."""
    filled = queries.entered(reading(), election=election, keys=house().keys.fields)
    return _facts(community, election, FactsForm(None), sent_from(filled))


@papers.post("/facts")
@access(Permission.PREPARE_ELECTION)
def enter(community: Unit, election: Election) -> Any:
    """Keep what was filled in."""
    form, sent, election_id = FactsForm(), request.form.to_dict(), election.id
    facts: dict[str, Any] = {"sent": sent, "keys": house().keys.fields, "actor": actor(), "now": now()}
    if not carried_out(form, lambda session: enter_facts(session, election_id=election_id, **facts)):
        return _facts(community, election, form, sent), 422
    return redirect(url_for("papers.page", community_id=community.id, election_id=election_id), 303)


@papers.post("/pack")
@access(Permission.CERTIFY)
def pack(community: Unit, election: Election) -> Any:
    """Make the archive pack; a script on the page gets each step as a line of JSON, else the page comes back."""
    form = PackForm()
    if not form.validate_on_submit():
        return _page(community, election, form), 422
    if request.headers.get("X-Progress"):
        return Response(_steps(community, election, form.passphrase.data or ""), mimetype="application/x-ndjson")
    try:
        _make(community, election, form.passphrase.data or "", lambda _done, _of, _what: None)
    except Refused as refusal:
        say_at(form, refusal, {"PASSPHRASE_WRONG": "passphrase"})
        return _page(community, election, form), 422
    return redirect(url_for("papers.page", community_id=community.id, election_id=election.id, _anchor="pack"), 303)


@papers.get("/pack.zip")
@access(Permission.CERTIFY)
def pack_zip(community: Unit, election: Election) -> Response:  # noqa: ARG001 (the guard loaded it)
    """The pack that was made last."""
    path = _kept(election)
    if not _is_kept(path):
        raise NotFound(
            "NOT_PACKED",
            "还没有做过归档包，或者做好已经超过一天、为保护个人信息删除了；请在印件页再做一份。",
            "No archive pack has been made, or it was made over a day ago and deleted, as it names people; make one on "
            "the page of papers.",
        )
    return send_file(path, mimetype="application/zip", as_attachment=True, download_name=f"archive-{election.day}.zip")


def _page(community: Unit, election: Election, form: PackForm) -> str:
    dossier = _gathered(election, whole=False)
    listed = [(paper, lacking(paper, dossier)) for paper in PAPERS]
    return render_template(
        "papers/page.html",
        community=community,
        election=election,
        notices=[row for row in listed if row[0].number],
        others=[row for row in listed if not row[0].number],
        ready=sum(not missing for _, missing in listed),
        kept={kind: kept(kind, dossier.rules) for kind in KINDS},
        grids=roll.grids(reading(), election=election) if dossier.posted_roll else [],
        may_roll=actor().may(Permission.SEE_ROLL, community.lineage),
        form=form,
        packed=_is_kept(_kept(election)),
    )


def _facts(community: Unit, election: Election, form: FactsForm, sent: dict[str, str]) -> str:
    return render_template(
        "papers/facts.html",
        community=community,
        election=election,
        form=form,
        asked=ASKED,
        yes_no=YES_NO,
        contests=contests(reading(), election=election),
        sent=sent,
    )


def _gathered(election: Election, *, whole: bool = True) -> Dossier:
    built = house()
    folder = founding.committee_folder(built.settings, election.community_id)
    return queries.gather(
        reading(), election=election, now=now(), keys=built.keys, committee_folder=folder, whole=whole
    )


def _content(paper: Paper, election: Election) -> bytes:
    dossier = _gathered(election, whole=reads_roll(paper))
    if CHECKS in paper.needs:
        dossier = queries.audited(reading(), dossier, community_id=election.community_id, keys=house().keys)
    if paper.write is None and dossier.certified:
        return count.certified_file(reading(), election=election, path=PDF)
    return print_paper(paper, queries.of_grid(dossier, request.args.get("grid", "")[:20]), created=now())


def _kept(election: Election) -> Path:
    return house().settings.data_dir / "packs" / f"{election.id}.zip"


def _is_kept(path: Path) -> bool:
    """Whether there is a pack to take out. It names every voter: nothing older than a day stays on the server."""
    if path.exists() and path.stat().st_mtime < time() - _DAY:
        path.unlink(missing_ok=True)
    return path.exists()


def _make(community: Unit, election: Election, passphrase: str, progress: Progress) -> None:
    """Make the pack and keep its zip; written beside and renamed, so that nobody downloads half of one."""
    _maker(community, election, passphrase)(progress)


def _maker(community: Unit, election: Election, passphrase: str) -> Any:
    """Everything that belongs to the request, taken before it ends; what is returned needs no request."""
    built, at, who, path = house(), now(), actor(), _kept(election)
    election_id, folder = election.id, founding.committee_folder(built.settings, community.id)
    close_reading()

    def make(progress: Progress) -> None:
        with writing_session(built.engine) as session:
            packed = pack_archive(
                session,
                election_id=election_id,
                committee_folder=folder,
                passphrase=passphrase,
                keys=built.keys,
                actor=who,
                now=at,
                progress=progress,
            )
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in path.parent.iterdir():
            if left.stat().st_mtime < time() - (_STALE if left.suffix == _HALF else _DAY):
                left.unlink(missing_ok=True)
        with NamedTemporaryFile(dir=path.parent, suffix=_HALF, delete=False) as beside:
            beside.write(zip_of(packed.files, at))
        Path(beside.name).replace(path)

    return make


def _steps(community: Unit, election: Election, passphrase: str) -> Iterator[str]:
    """One line of JSON a step while a thread makes the pack; the last line is the place of the zip, or the refusal."""
    make = _maker(community, election, passphrase)
    place = url_for("papers.pack_zip", community_id=community.id, election_id=election.id)
    said: SimpleQueue[dict[str, Any]] = SimpleQueue()

    def run() -> None:
        try:
            make(lambda done, of, what: said.put({"done": done, "of": of, "what": what}))
            said.put({"zip": place})
        except Refused as refusal:
            said.put({"code": refusal.code, "zh": refusal.zh, "en": refusal.en})
        except BaseException:
            said.put({"code": "INTERNAL", "zh": "没有做成，请再试一次。", "en": "This failed; try again."})
            raise

    Thread(target=run, daemon=True).start()

    def lines() -> Iterator[str]:
        while True:
            step = said.get()
            yield json.dumps(step, ensure_ascii=False) + "\n"
            if "done" not in step:
                return

    return lines()
