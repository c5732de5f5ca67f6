"""Disk full, database locked, second copy away: one plain sentence (503), nothing half done, and it goes on after."""

import errno
import json
import os
import re
import resource
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from box_build import NOW, Built, an_open_box
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, func, select

from faults.stand import Server, paired
from voting import config, database, founding
from voting.app import create_app
from voting.backup import archive, mirror
from voting.backup.mirror import mirrored_engine
from voting.box import desk, kiosk
from voting.box.tables import Ballot, BoxEvent, DeskMark
from voting.crypto.ballot import tracker
from voting.crypto.election import Question
from voting.database import read, write
from voting.errors import Refused

ONE_OFFICE = (Question("主任", ("甲", "乙"), blank=True, minimum=1, maximum=1),)
RETRIED_BY_THE_TABLET = 503


@pytest.fixture
def settings(tmp_path: Path) -> config.Settings:
    return config.for_folder(tmp_path / "data")


@pytest.fixture
def box(settings: config.Settings) -> Iterator[Built]:
    engine = founding.prepare(settings)
    yield an_open_box(engine, voters=20, spares=0, checked_in=10, questions=ONE_OFFICE, trustee_count=1)
    engine.dispose()


@pytest.fixture
def tablet(box: Built, settings: config.Settings) -> Iterator[FlaskClient]:
    app = create_app(settings, clock=lambda: NOW)
    client = app.test_client()
    code: Any = box.act(kiosk.new_pairing_code, box=box.box, name="一号", actor=box.clerk)
    with write(box.engine) as session:
        client.set_cookie("kiosk", kiosk.pair(session, code.code, NOW), path="/booth")
    yield client
    engine_of(client).dispose()


def engine_of(client: FlaskClient) -> Engine:
    engine: Engine = client.application.extensions["voting"].engine
    return engine


def cast(tablet: FlaskClient, raw: bytes) -> tuple[int, dict[str, str]]:
    answer = tablet.post("/booth/ballots", data=raw, headers={"X-Booth": "1", "Accept": "application/json"})
    return answer.status_code, answer.get_json()


def state(box: Built) -> tuple[object, ...]:
    with read(box.engine) as session:
        rows = [session.scalar(select(func.count()).select_from(table)) for table in (Ballot, BoxEvent, DeskMark)]
    row = box.row()
    return *rows, row.casts, row.height, row.head, row.cards_out


def require_clean_refusal(box: Built, tablet: FlaskClient, raw: bytes, code: str) -> None:
    before = state(box)
    status, said = cast(tablet, raw)
    assert (status, said["code"]) == (RETRIED_BY_THE_TABLET, code)
    assert said["zh"] and said["en"]
    assert state(box) == before, "nothing half done"


def test_disk_full_in_the_database(box: Built, tablet: FlaskClient) -> None:
    """ENOSPC as SQLite tells it: the database may not grow by a page."""
    with read(box.engine) as session:
        pages: int = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
    limit = [pages]
    engine = engine_of(tablet)
    engine.dispose()
    event.listen(engine, "checkout", lambda one, *_: one.execute(f"PRAGMA max_page_count = {limit[0]}").close())
    accepted = 0
    for card in range(10):
        raw = box.ballot_of(card, [[0, 1, 0]])
        if cast(tablet, raw)[0] != 201:
            break
        accepted += 1
    assert accepted < 10, "the limit was reached"
    require_clean_refusal(box, tablet, raw, "DISK_FULL")
    assert box.row().casts == accepted
    limit[0] = 1_000_000
    assert cast(tablet, raw)[0] == 201
    assert cast(tablet, box.ballot_of(0, [[1, 0, 0]]))[1]["code"] == "CARD_USED", "nothing earlier was lost"


def test_a_failing_insert_writes_nothing_of_the_ballot_into_the_log(
    box: Built, tablet: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    """The server's log has times: a hash, a credential or a name in it would say who voted when."""
    with box.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER broken AFTER INSERT ON ballot BEGIN INSERT INTO nowhere VALUES (1); END"
        )
    raw = box.ballot_of(0, [[0, 1, 0]])
    assert cast(tablet, raw)[0] == 500
    for words in ("no such table: main.nowhere", "INSERT INTO ballot"):
        assert words in caplog.text, "the administrator learns what failed"
    assert not [one for one in (tracker(raw), json.loads(raw)["credential"]) if one in caplog.text]
    assert re.search(r"[0-9a-f]{64}", caplog.text) is None


@pytest.mark.slow
def test_disk_full_under_the_real_server(box: Built, settings: config.Settings) -> None:
    """The kernel refuses every write beyond the present size of the files; with room again it goes on by itself."""
    server = Server(settings.data_dir, environment={"VOTING_WORKERS": "1"})
    raws = [box.ballot_of(card, [[0, 1, 0]]) for card in range(3)]
    try:
        server.start()
        with closing(paired(box, server.port)) as tablet:
            assert tablet.post_ballot(raws[0]).status == 201
            before = state(box)
            for process in server.workers():
                resource.prlimit(process, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
            refused = tablet.post_ballot(raws[1])
            assert (refused.status, refused.json["code"]) == (RETRIED_BY_THE_TABLET, "DISK_FULL")
            assert tablet.post_ballot(raws[0]).status == 200, "what is in the box can still be confirmed"
            assert state(box) == before
            for process in server.workers():
                resource.prlimit(process, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            assert [tablet.post_ballot(raw).status for raw in raws] == [200, 201, 201]
        assert box.row().casts == 3
    finally:
        server.stop()


def test_database_locked(
    box: Built, tablet: FlaskClient, settings: config.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody holds the write lock for longer than a writer waits (a database tool left open, say)."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 50)
    engine_of(tablet).dispose()
    holder = sqlite3.connect(archive.database_path(settings), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    raw = box.ballot_of(0, [[0, 1, 0]])
    require_clean_refusal(box, tablet, raw, "BUSY")
    assert tablet.get("/booth/election").status_code == 200, "reading goes on"
    holder.execute("ROLLBACK")
    holder.close()
    assert cast(tablet, raw)[0] == 201


def test_clerks_at_several_desks_wait_for_each_other(box: Built, settings: config.Settings) -> None:
    """Writers queue for the lock, over engines that know nothing of each other; nobody is refused."""
    engines = [mirrored_engine(settings.database_url) for _ in range(4)]
    outcomes: list[str] = []

    def clerk(number: int) -> None:
        for voter in range(100, 110):
            try:
                with write(engines[number]) as session:
                    facts = {"voter": f"v{voter}", "voter_label": str(voter), "desk": f"{number} 号桌"}
                    desk.check_in(session, box=box.box, actor=box.clerk, now=NOW, **facts)
                outcomes.append("card")
            except Refused as refusal:
                outcomes.append(refusal.code)

    threads = [threading.Thread(target=clerk, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (outcomes.count("card"), outcomes.count("ALREADY_CHECKED_IN")) == (10, 30)
    assert box.row().cards_out == 20
    for engine in engines:
        engine.dispose()


def test_second_copy_away_or_full(
    box: Built, tablet: FlaskClient, settings: config.Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    archive.follow(settings, folder=stick, passphrase="korrekt pferd batterie", now=NOW, same_disk=True)
    assert cast(tablet, box.ballot_of(0, [[0, 1, 0]]))[0] == 201
    raw = box.ballot_of(1, [[0, 1, 0]])
    stick.rename(tmp_path / "pulled")
    require_clean_refusal(box, tablet, raw, "MIRROR_DOWN")
    (tmp_path / "pulled").rename(stick)

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(mirror.os, "fsync", full)
        require_clean_refusal(box, tablet, raw, "MIRROR_DOWN")
    assert cast(tablet, raw)[0] == 201
