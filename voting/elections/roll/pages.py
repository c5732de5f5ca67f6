"""The roll's pages: upload with a dry run row by row, import, list with search, export."""

import json
import queue
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, stream_with_context, url_for
from sqlalchemy.exc import DBAPIError

from voting.database import first_line, writing_session
from voting.elections import loaders  # noqa: F401 — registers how the ids in these addresses are loaded
from voting.elections.roll import actions, exports, queries
from voting.elections.roll.grids import grid_moves, grids_of
from voting.elections.roll.grounds import grounds
from voting.elections.roll.rules import Verdict
from voting.elections.roll.spreadsheet import MAX_BYTES
from voting.elections.tables import Election
from voting.errors import Malformed, NotFound, Refused
from voting.i18n import in_language
from voting.paging import paging
from voting.people.tables import Unit
from voting.permissions import Permission
from voting.request import acting, actor, house, now, reading, wants_json
from voting.security import access, upload

roll = Blueprint("roll", __name__, url_prefix="/c/<community_id>/elections/<election_id>/roll")

PAGE = 50
_NDJSON = "application/x-ndjson"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@roll.get("")
@access(Permission.SEE_ROLL)
def show(community: Unit, election: Election) -> str:
    """The roll with search, and the way in for a file."""
    return _roll_page(community, election)


def _roll_page(community: Unit, election: Election, refusal: Refused | None = None) -> str:
    query, page = request.args.get("q", "")[:60], _page()
    total, found = queries.page_of_roll(reading(), election=election, page=page, size=PAGE, query=query)
    return render_template(
        "roll/show.html",
        community=community,
        election=election,
        found=found,
        query=query,
        total=total,
        size=queries.registered(reading(), election=election) if query else total,
        paging=paging(
            page,
            size=PAGE,
            total=total,
            url=lambda number: url_for("roll.show", **_place(community, election), q=query, page=number),
        ),
        grounds=grounds(reading(), election=election) if election.state == "draft" else (),
        moves=grid_moves(reading(), election=election) if election.state == "draft" else (),
        rep_mode=election.mode in queries.REP_MODES,
        waiting=actions.waiting_file(reading(), election=election),
        refusal=refusal,
    )


@roll.post("/file")
@upload(MAX_BYTES)
@access(Permission.MANAGE_ROLL)
def send_file(community: Unit, election: Election) -> Any:
    """Dry run of a file: nothing is imported yet."""
    try:
        file = request.files.get("file")
        if file is None or not file.filename:
            raise Malformed("NO_FILE", "没有收到文件，请选择名单文件再上传。", "No file came; choose the roll's file.")
        with writing_session(house().engine) as session:
            actions.keep_draft(
                session,
                election_id=election.id,
                filename=file.filename,
                content=file.read(MAX_BYTES + 1),
                keys=house().keys.fields,
            )
    except Refused as refusal:
        if wants_json():
            raise
        return _roll_page(community, election, refusal), 422
    return redirect(url_for("roll.draft", **_place(community, election)), 303)


@roll.get("/draft")
@access(Permission.MANAGE_ROLL)
def draft(community: Unit, election: Election) -> Any:
    """What each row of the waiting file would become, a page at a time."""
    dry = actions.read_draft(reading(), election=election, keys=house().keys.fields)
    if dry is None:
        return redirect(url_for("roll.show", **_place(community, election)), 303)
    wanted = request.args.get("verdict", "")
    shown = [row for row in dry.rows if not wanted or row.verdict == wanted]
    page = min(_page(), max(1, -(-len(shown) // PAGE)))
    place = _place(community, election)
    return render_template(
        "roll/draft.html",
        community=community,
        election=election,
        dry=dry,
        rows=shown[(page - 1) * PAGE : page * PAGE],
        wanted=wanted,
        verdicts=[verdict.value for verdict in Verdict],
        paging=paging(
            page,
            size=PAGE,
            total=len(shown),
            url=lambda number: url_for("roll.draft", **place, verdict=wanted, page=number),
        ),
        size=queries.registered(reading(), election=election),
        grids=[grid for grid, _count in grids_of(reading(), election=election) if grid],
        said=lambda pair: in_language(tuple(pair)),
    )


@roll.post("/draft/drop")
@access(Permission.MANAGE_ROLL)
def drop(community: Unit, election: Election) -> Any:
    """Forget the waiting file."""
    with acting() as session:
        actions.drop_draft(session, election_id=election.id)
    return redirect(url_for("roll.show", **_place(community, election)), 303)


@roll.post("/import")
@access(Permission.MANAGE_ROLL)
def import_draft(community: Unit, election: Election) -> Any:
    """Import the accepted rows of the file that was seen; tells a script how far it is, line by line."""
    deed = partial(
        actions.import_draft,
        election_id=election.id,
        digest=request.form.get("digest", ""),
        grid=request.form.get("grid", "")[:60],
        keys=house().keys.fields,
        actor=actor(),
        now=now(),
    )
    there = url_for("roll.show", **_place(community, election))
    if _NDJSON in request.headers.get("Accept", ""):
        return Response(stream_with_context(_import_lines(deed, there)), mimetype=_NDJSON)
    with acting() as session:
        deed(session)
    return redirect(there, 303)


def _import_lines(deed: Callable[..., int], there: str) -> Iterator[str]:
    """``{"done", "total"}`` while it runs, then ``{"url"}`` or ``{"refused"}``.

    The import runs in a thread of its own and ends even when nobody reads the lines any more: half an import
    is none, but an official whose laptop fell asleep should find it done.
    """
    lines: queue.Queue[dict[str, Any] | None] = queue.Queue()
    app, engine = current_app._get_current_object(), house().engine  # type: ignore[attr-defined]  # Flask's proxy

    def work() -> None:
        try:
            with writing_session(engine) as session:
                deed(session, progress=lambda done, total: lines.put({"done": done, "total": total}))
            lines.put({"url": there})
        except Refused as refusal:
            lines.put({"refused": {"code": refusal.code, "zh": refusal.zh, "en": refusal.en}})
        except Exception as error:
            # A trace ends with the error's words, and PostgreSQL's quote the row: of the database only the first line.
            if isinstance(error, DBAPIError):
                app.logger.error("roll import: %s", first_line(error))
            else:
                app.logger.exception("roll import")
            failed = Refused(
                "INTERNAL",
                "导入没有办成，名单没有改动。请再试一次；还不行，请找系统管理员看运行记录。",
                "The import failed and the roll is unchanged. Try again; if it fails again, tell the administrator.",
            )
            lines.put({"refused": {"code": failed.code, "zh": failed.zh, "en": failed.en}})
        finally:
            lines.put(None)

    threading.Thread(target=work, name="roll-import").start()
    while (line := lines.get()) is not None:
        if "refused" in line:
            line["refused"]["said"] = in_language((line["refused"]["zh"], line["refused"]["en"]))
        yield json.dumps(line, ensure_ascii=False) + "\n"


@roll.get("/template.xlsx")
@access(Permission.MANAGE_ROLL)
def template(community: Unit, election: Election) -> Response:  # noqa: ARG001 (the guard loaded them)
    """An empty roll file with its columns named."""
    headers = {"Content-Disposition": 'attachment; filename="roll-template.xlsx"'}
    return Response(exports.template(), content_type=_XLSX, headers=headers)


@roll.get("/export.<kind>")
@access(Permission.MANAGE_ROLL)
def export(community: Unit, election: Election, kind: str) -> Response:  # noqa: ARG001 (the guard loaded it)
    """The roll as CSV or XLSX, without anything that is sealed."""
    voters = queries.whole_roll(reading(), election=election)
    if kind == "csv":
        content, media_type = b"".join(exports.csv_lines(voters)), "text/csv; charset=utf-8"
    elif kind == "xlsx":
        content, media_type = exports.xlsx(voters), _XLSX
    else:
        raise NotFound(
            "NO_SUCH_EXPORT", "名单可以导出为 CSV 或 XLSX。", "The roll is exported as CSV or XLSX; choose one."
        )
    headers = {"Content-Disposition": f'attachment; filename="roll-{election.day.isoformat()}.{kind}"'}
    return Response(content, content_type=media_type, headers=headers)


def _place(community: Unit, election: Election) -> dict[str, Any]:
    return {"community_id": community.id, "election_id": election.id}


def _page() -> int:
    return min(max(1, request.args.get("page", 1, type=int) or 1), 100_000)
