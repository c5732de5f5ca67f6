"""The server killed at the worst moments, with and without its disk: nothing acknowledged is lost, none is twice."""

import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

import pytest
from box_build import NOW, Built, an_open_box
from sqlalchemy import select

from audit.note import open_note
from faults.stand import Load, Server, paired, until_answered
from voting import config, founding, journal
from voting.backup import archive
from voting.backup.mirror import mirrored_engine
from voting.backup.restore import restore
from voting.box.rules import acceptance_text, tracker_of
from voting.box.tables import BoxEvent
from voting.crypto.ballot import tracker
from voting.crypto.election import Question
from voting.database import read
from voting.keys import read_keys

PASSPHRASE = "korrekt pferd batterie"
ONE_OFFICE = (Question("主任", ("甲", "乙"), blank=True, minimum=1, maximum=1),)
BALLOTS, BLOWS = 60, 6


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def box(data: Path) -> Iterator[Built]:
    engine = founding.prepare(config.for_folder(data))
    facts = {"voters": BALLOTS, "spares": 0, "checked_in": BALLOTS, "trustee_count": 1}
    yield an_open_box(engine, questions=ONE_OFFICE, **facts)
    engine.dispose()


@pytest.fixture
def server(data: Path) -> Iterator[Server]:
    served = Server(data)
    yield served
    served.stop()


def require_in_the_chain(box: Built, data: Path, acceptances: dict[str, str]) -> None:
    """Every signed acceptance names a height and a head that the box still has, each tracker exactly once."""
    settings = config.for_folder(data)
    key = journal.signer(box.community, read_keys(settings).log_seed).key
    engine = mirrored_engine(settings.database_url)
    with read(engine) as session:
        query = select(BoxEvent.height, BoxEvent.hash, BoxEvent.payload).where(BoxEvent.type == "Ballot")
        chain = [(tracker_of(payload), height, head) for height, head, payload in session.execute(query)]
    engine.dispose()
    assert sorted(mine for mine, _, _ in chain) == sorted(acceptances)
    for mine, height, head in chain:
        said = open_note(acceptances[mine].encode(), [key]).text
        assert said == acceptance_text(box.election.uuid, mine, height, head)


def test_killed_between_accepting_and_answering(box: Built, data: Path, tmp_path: Path) -> None:
    """The ballot is in the box though nobody was told: the tablet's retry gets 200 and the same acceptance."""
    order = tmp_path / "die"
    gunicorn = ["-m", "gunicorn", "faults.dying_app:app", "--workers", "1", "--worker-class", "gthread"]
    server = Server(
        data,
        [*gunicorn, "--threads", "4", "--bind", "127.0.0.1:{port}"],
        {"DIE_AFTER_COMMIT": str(order), "PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    raw = box.ballot_of(0, [[0, 1, 0]])
    try:
        server.start()
        tablet = paired(box, server.port)
        order.touch()
        with pytest.raises((OSError, HTTPException)):
            # The browser sends once more when a kept connection was closed: that one finds the worker dead too.
            tablet._exchange(
                "POST", "/booth/ballots", raw, {"X-Booth": "1", "Cookie": f"kiosk={tablet.cookies['kiosk']}"}
            )
        assert box.row().casts == 1
        tablet.close()
        answer = until_answered(tablet, raw)
        assert answer.status == 200
        assert box.row().casts == 1
        require_in_the_chain(box, data, {tracker(raw): answer.json["acceptance"]})
        tablet.close()
    finally:
        server.stop()


@pytest.mark.slow
def test_the_laptop_dies_with_its_disk_and_another_goes_on(
    box: Built, data: Path, server: Server, tmp_path: Path
) -> None:
    """Blows to workers and to the whole server under load, then the disk is gone. From the stick another server
    goes on; each tablet's last ballot gets 200, nothing acknowledged is missing, nothing is there twice."""
    stick = tmp_path / "stick"
    stick.mkdir()
    settings = config.for_folder(data)
    archive.follow(settings, folder=stick, passphrase=PASSPHRASE, now=NOW, same_disk=True)
    server.start()
    raws = [box.ballot_of(card, [[0, 1, 0]]) for card in range(BALLOTS)]
    load = Load(box, server.port, raws[:-3])
    load.start()
    for blow in range(BLOWS):
        time.sleep(random.uniform(0.2, 0.7))
        if blow % 3 == 2:
            server.kill()
            server.start()
        else:
            os.kill(random.choice(server.workers()[2:] or server.workers()), signal.SIGKILL)
            if server.process is not None and server.process.poll() is not None:
                server.start()
    load.finish()
    server.kill()
    box.engine.dispose()
    shutil.rmtree(data)

    again = tmp_path / "again"
    done = restore(stick, into=again, passphrase=PASSPHRASE)
    assert done.checked.boxes == {box.election.uuid: (BALLOTS - 3, BALLOTS)}
    require_in_the_chain(box, again, load.acceptances)

    box.engine = mirrored_engine(config.for_folder(again).database_url)
    second = Server(again)
    try:
        second.start()
        tablet = paired(box, second.port, "新")
        assert [tablet.post_ballot(raw).status for raw in raws[-6:]] == [200, 200, 200, 201, 201, 201]
        tablet.close()
    finally:
        second.stop()
