"""The public board and archive, and what every door and language shows of the box."""

import io
import re
from pathlib import Path

import pytest
from box_build import a_box, an_open_box, with_keys
from box_visit import address, cast, give, signed_in, supervisor, tablet
from flask import Flask
from sqlalchemy import Engine

from voting import config, journal, keys
from voting.app import create_app
from voting.box import anchors, slot, tallying
from voting.crypto import archive
from voting.crypto.ballot import short_tracker, tracker
from voting.database import Base, make_engine, write
from voting.permissions import Role


def test_board_shows_the_last_anchor_only(app: Flask, engine: Engine) -> None:
    box = an_open_box(engine, voters=12, spares=0, checked_in=12)
    client = tablet(app, box)
    raws = [box.ballot(number) for number in range(10)]
    for raw in raws:
        cast(client, raw)
    public = app.test_client()
    url = f"/board/{box.row().uuid}"
    assert "还没有公布" in public.get(url).text
    assert box.act(anchors.anchor_if_due, box=box.box)
    late = box.ballot(10)
    cast(client, late)
    trackers = sorted(tracker(raw) for raw in raws)
    assert public.get(f"{url}/trackers.txt").text.splitlines() == trackers
    assert public.get(f"{url}/trackers.json").json["trackers"] == trackers
    page = public.get(url).text
    shorts = re.findall(r'<li class="mono">([^<]+)</li>', page)
    assert shorts == sorted(shorts)
    assert {one.replace(" ", "") for one in shorts} == {short_tracker(raw) for raw in raws}
    assert "11" not in re.findall(r"<strong>([\d,]+)</strong>", page), "turnout is for staff only"
    with write(engine) as session:
        seed = app.extensions["voting"].keys.log_seed
        note = journal.sign_head(session, box.community, seed)
    assert note.splitlines()[0] in public.get(url).text
    assert public.get("/board/nothing").status_code == 404


def test_archive_is_public_once_the_count_has_begun(app: Flask, engine: Engine) -> None:
    box = an_open_box(engine, checked_in=1)
    public, url = app.test_client(), f"/archive/{box.row().uuid}.bel"

    def early() -> tuple[int, str]:
        answer = public.get(url, headers={"Accept": "application/json"})
        assert url not in public.get(f"/board/{box.row().uuid}").text
        return answer.status_code, answer.json["code"]

    assert early() == (409, "ARCHIVE_NOT_YET")
    box.act(slot.serve_queue, 0, box=box.box, actor=None)
    box.act(slot.close, box=box.box, actor=None)
    assert early() == (409, "ARCHIVE_NOT_YET"), "the unused cards are still to be scanned, from the cards"
    box.act(tallying.tally, box=box.box, floor=5, floor_decision="演练")
    assert url in public.get(f"/board/{box.row().uuid}").text
    events = list(archive.read(io.BytesIO(public.get(url).data)))
    assert [event.type for event in events] == ["Setup", "EndBallots", "EncryptedTally"]


def test_a_box_in_preparation_has_no_board(app: Flask, engine: Engine) -> None:
    box = with_keys(a_box(engine))
    assert app.test_client().get(f"/board/{box.row().uuid}").status_code == 404


def test_doors_without_the_box(tmp_path: Path) -> None:
    settings = config.for_folder(tmp_path)
    keys.make_keys(settings)
    Base.metadata.create_all(make_engine(settings.database_url))
    app = create_app(settings, doors={"kiosk"})
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    assert "/booth/ballots" in rules
    assert not any("boxes" in rule or "board" in rule for rule in rules), "a kiosk server has no staff page to attack"
    app.extensions["voting"].engine.dispose()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_renders_in_both_languages(app: Flask, engine: Engine, language: str) -> None:
    box = an_open_box(engine)
    client = supervisor(app, box)
    official = signed_in(app, give(box, box.clerk, Role.ELECTION_OFFICIAL))
    for who, url in (
        (client, address(box, "trustee")),
        (client, address(box, "cards")),
        (official, address(box, "kiosks")),
        (official, f"/board/{box.row().uuid}"),
        (official, "/booth"),
    ):
        assert who.get(f"{url}?lang={language}").status_code == 200
