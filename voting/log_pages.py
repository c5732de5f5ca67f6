"""The audit log for supervisors and officials: its head for reading aloud, its entries, its export."""

import json
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from voting import journal
from voting.errors import TooEarly
from voting.paging import paging
from voting.people import queries as people
from voting.people.tables import Unit
from voting.permissions import Actor, Permission
from voting.request import Link, home_links, house, reading
from voting.security import access
from voting.zips import zip_of

log = Blueprint("log", __name__, url_prefix="/c/<community_id>/log")

PAGE = 50
#: Date of every file of an exported log: the same log gives the same bytes.
_DATED = datetime(1980, 1, 1, tzinfo=UTC)


def _home_links(_session: Session, community: Unit, person: Actor | None) -> list[Link]:
    if person is None or not person.may(Permission.SEE_LOG, community.lineage):
        return []
    return [Link(_("日志"), url_for("log.show", community_id=community.id))]


home_links.append(_home_links)


@log.get("")
@access(Permission.SEE_LOG)
def show(community: Unit) -> str:
    """Head, last signed checkpoint, and the entries, the latest first; ``entry``: the page on which that one stands."""
    head = journal.head(reading(), community.id)
    size = head.size if head else 0
    pages = max(1, -(-size // PAGE))
    entry = request.args.get("entry", type=int)
    asked = request.args.get("page", 1, type=int) if entry is None else (size - 1 - entry) // PAGE + 1
    page = min(max(1, asked or 1), pages)
    stop = size - (page - 1) * PAGE
    entries = journal.entries(reading(), community.id, max(0, stop - PAGE), stop)[::-1] if size else []
    return render_template(
        "log/show.html",
        community=community,
        head=head,
        checkpoint=journal.latest_checkpoint(reading(), community.id),
        vkey=journal.signer(community.id, house().keys.log_seed).key.text,
        entries=entries,
        written=_written,
        names=_names([entry.data for entry in entries]),
        paging=paging(
            page,
            size=PAGE,
            total=size,
            url=lambda number: url_for("log.show", community_id=community.id, page=number),
        ),
    )


@log.get("/log.zip")
@access(Permission.SEE_LOG)
def export(community: Unit) -> Response:
    """The log up to its last signed checkpoint as a tlog-tiles tree; `audit verify` reads the zip as it is."""
    if journal.latest_checkpoint(reading(), community.id) is None:
        raise TooEarly(
            "LOG_NOT_SIGNED",
            "日志还没有签过名，请过几秒再下载；一直这样，请系统管理员看时钟是否在运行。",
            "The log has not been signed yet; try again in a few seconds. If it stays so, the administrator checks "
            "that the clock is running.",
        )
    tree = journal.export(reading(), community.id, house().keys.log_seed)
    headers = {"Content-Disposition": f'attachment; filename="log-{tree.size}.zip"'}
    return Response(zip_of(tree.files, _DATED), mimetype="application/zip", headers=headers)


def _written(data: dict[str, Any]) -> str:
    """An entry's data as one line a field."""
    return "\n".join(
        f"{key}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for key, value in data.items()
    )


def _names(listed: list[dict[str, Any]]) -> dict[str, str]:
    """Account id → display name, for the ids these entries speak of. The log itself holds ids only."""
    ids = {value for data in listed for key in ("by", "account", "witness") if isinstance(value := data.get(key), str)}
    return people.names(reading(), ids)
