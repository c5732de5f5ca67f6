"""The clock: what is due at each beat, one clock only, killed anywhere without harm."""

import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from box_build import LOG_KEY, NOW, Built, an_engine, an_open_box
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from audit.checkpoint import open_checkpoint
from voting import clock as clocks
from voting import journal
from voting.box import casting, slot
from voting.database import read, write
from voting.errors import Refused, Unavailable


@pytest.fixture
def box(tmp_path: Path) -> Built:
    return an_open_box(an_engine(tmp_path), voters=12, spares=0, checked_in=12)


@pytest.fixture
def clock(box: Built) -> clocks.Clock:
    return clocks.Clock(box.engine, LOG_KEY)


def types(box: Built) -> list[str]:
    with read(box.engine) as session:
        origin = journal.origin(box.community)
        return [entry.type for entry in journal.store.entries(session.connection(), origin)]


def cast(box: Built, *cards: int) -> None:
    for card in cards:
        casting.accept(box.engine, box=box.box, raw=box.ballot(card), log_key=LOG_KEY)


def test_heartbeat_each_minute_of_an_open_poll(box: Built, clock: clocks.Clock) -> None:
    for seconds in (0, 2, 59, 60, 61, 120):
        clock.beat(NOW + timedelta(seconds=seconds))
    assert types(box).count("clock_heartbeat") == 3
    box.act(slot.serve_queue, 0, box=box.box, actor=None)
    box.act(slot.close, box=box.box, actor=None)
    clock.beat(NOW + timedelta(hours=3))
    assert types(box).count("clock_heartbeat") == 3, "a closed poll has no heartbeat"


def test_a_void_poll_is_over_for_the_clock_and_logged_to_its_end(box: Built, clock: clocks.Clock) -> None:
    clock.beat(NOW)
    cast(box, 0, 1)
    box.act(slot.shut_slot, box=box.box, actor=None)
    box.act(slot.void, box=box.box, actor=None)
    told = types(box)
    assert told.count("box_check_in_batch") == told.count("box_anchored") == told.count("box_voided") == 1
    for day in range(1, 4):
        clock.beat(NOW + timedelta(days=day))
    assert types(box) == told, "no heartbeat, no anchor, no batch for a poll that is over"


def test_checkpoint_follows_the_log_and_rests_with_it(box: Built, clock: clocks.Clock) -> None:
    clock.beat(NOW)
    with read(box.engine) as session:
        signed = journal.latest_checkpoint(session, box.community)
        head = journal.store.head(session.connection(), journal.origin(box.community))
    assert signed is not None and head is not None and signed.size == head.size
    key = journal.signer(box.community, LOG_KEY).key
    assert open_checkpoint(signed.note.encode(), key).root == head.root
    clock.beat(NOW + timedelta(seconds=2))
    with read(box.engine) as session:
        assert journal.latest_checkpoint(session, box.community) == signed
        assert journal.grown_logs(session) == []


def test_anchors_and_check_ins_when_due(box: Built, clock: clocks.Clock) -> None:
    cast(box, *range(9))
    clock.beat(NOW + timedelta(minutes=6))
    assert "box_anchored" not in types(box)
    cast(box, 9)
    clock.beat(NOW + timedelta(minutes=7))
    assert types(box).count("box_anchored") == 1
    assert "box_check_in_batch" not in types(box)
    clock.beat(NOW + timedelta(hours=1))
    clock.beat(NOW + timedelta(hours=1, minutes=1))
    assert types(box).count("box_check_in_batch") == 1


def test_only_one_clock_and_a_dead_one_leaves_no_lock(box: Built, tmp_path: Path) -> None:
    lock = tmp_path / "clock.lock"
    with clocks.only_one(box.engine, lock):
        with pytest.raises(Refused) as caught, clocks.only_one(box.engine, lock):
            pass
        assert caught.value.code == "CLOCK_RUNS"
    with clocks.only_one(box.engine, lock):
        pass


def test_run_beats_until_stopped(box: Built, clock: clocks.Clock) -> None:
    stopped = threading.Event()

    def now() -> object:
        stopped.set()
        return NOW

    clocks.run(clock, stopped, now)  # type: ignore[arg-type]
    assert "clock_heartbeat" in types(box)


def test_a_damaged_log_is_not_signed_and_stops_nobody_else(
    box: Built, clock: clocks.Clock, caplog: pytest.LogCaptureFixture
) -> None:
    clock.beat(NOW)
    with write(box.engine) as session:
        session.execute(text("UPDATE log_entry SET raw = :raw WHERE seq = 0"), {"raw": b"{}"})
        session.execute(text("UPDATE log_checkpoint SET note = replace(note, '1', '2')"))
    clock.beat(NOW + timedelta(minutes=1))
    assert "LOG_DAMAGED" in caplog.text


def test_a_busy_database_is_asked_again(box: Built, clock: clocks.Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped, beats = threading.Event(), []

    def beat(now: object) -> None:
        beats.append(now)
        if len(beats) == 2:
            stopped.set()
            return
        raise OperationalError("", {}, Exception("database is locked"))

    monkeypatch.setattr(clock, "beat", beat)
    monkeypatch.setattr(clocks, "BEAT_SECONDS", 0.01)
    clocks.run(clock, stopped)
    assert len(beats) == 2


def test_a_refused_box_stops_nobody_else_and_is_told_once(
    box: Built, clock: clocks.Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The second copy is away: every write is refused, until it is back."""
    away = ["MIRROR_DOWN"]

    def refuse(*_given: object, **_facts: object) -> None:
        raise Unavailable(away[0], "第二份存储写不进去。", "The second copy cannot be written.")

    with monkeypatch.context() as patched:
        for one in ("anchor_if_due", "is_due"):
            patched.setattr(clocks.anchors, one, refuse)
        for seconds in (0, 2, 4):
            clock.beat(NOW + timedelta(seconds=seconds))
        assert caplog.text.count("MIRROR_DOWN") == 1
        assert "clock_heartbeat" in types(box), "the others go on"
        away[0] = "MIRROR_GAP"
        clock.beat(NOW + timedelta(seconds=6))
        assert caplog.text.count("MIRROR_GAP") == 1
    clock.beat(NOW + timedelta(seconds=8))
    assert caplog.text.count("goes on") == 1 and not clock.told


def test_the_clock_outlives_whatever_is_refused(clock: clocks.Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped, beats = threading.Event(), []

    def beat(now: object) -> None:
        beats.append(now)
        if len(beats) == 3:
            stopped.set()
        raise Unavailable("MIRROR_CONFIG", "双份存储的设置读不出来。", "The second copy's settings cannot be read.")

    monkeypatch.setattr(clock, "beat", beat)
    monkeypatch.setattr(clocks, "BEAT_SECONDS", 0.01)
    clocks.run(clock, stopped)
    assert len(beats) == 3


def test_a_second_clock_waits_and_takes_over(
    box: Built, clock: clocks.Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stopped, lock = threading.Event(), tmp_path / "clock.lock"
    monkeypatch.setattr(clocks, "BEAT_SECONDS", 0.01)
    second = threading.Thread(target=clocks.alone, args=(clock, lock, stopped))
    with clocks.only_one(box.engine, lock):
        second.start()
        time.sleep(0.2)
        assert second.is_alive() and "clock_heartbeat" not in types(box)
        assert caplog.text.count("CLOCK_RUNS") == 1
    end = time.monotonic() + 30
    while "clock_heartbeat" not in types(box) and time.monotonic() < end:
        time.sleep(0.05)
    stopped.set()
    second.join(timeout=30)
    assert "clock_heartbeat" in types(box) and not second.is_alive()
