"""A copied database does not tell in which order people came: neither the write-ahead log nor the places in pages."""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import pytest
from box_build import LOG_KEY, NOW, Built, an_engine, an_open_box
from sqlalchemy import select

from voting import clock as clocks
from voting.box import desk, slot
from voting.box.tables import DeskMark
from voting.database import random_id, read, reading_session

VOTERS = 150


@pytest.fixture
def box(tmp_path: Path) -> Built:
    engine = an_engine(tmp_path)
    if engine.dialect.name != "sqlite":
        pytest.skip("the pages of SQLite")
    return an_open_box(engine, voters=VOTERS, spares=0)


@pytest.fixture
def clock(box: Built) -> clocks.Clock:
    keeper = clocks.Clock(box.engine, LOG_KEY)
    keeper.beat(NOW)
    return keeper


def arrive(box: Built, count: int = VOTERS) -> list[str]:
    """People who come in an order that has nothing to do with their ids."""
    people = [random_id() for _ in range(count)]
    secrets.SystemRandom().shuffle(people)
    for number, voter in enumerate(people):
        facts = {"voter": voter, "voter_label": str(number), "desk": "一号桌", "actor": box.clerk}
        box.act(desk.check_in, box=box.box, **facts)
    return people


def files(box: Built) -> tuple[bytes, bytes]:
    """Bytes of the database and of its write-ahead log, as a thief copies them."""
    path = Path(str(box.engine.url.database))
    log = path.with_name(path.name + "-wal")
    return path.read_bytes(), log.read_bytes() if log.exists() else b""


def pages(content: bytes) -> Iterator[bytes]:
    size = int.from_bytes(content[16:18]) or 65536
    size = 65536 if size == 1 else size
    for start in range(0, len(content), size):
        yield content[start : start + size]


def in_true_order(people: list[str], content: bytes) -> float:
    """Share of the pairs of people in one page that stand in the order of their arrival; 0.5 tells nothing."""
    right = total = 0
    for page in pages(content):
        # A page is filled from its end.
        places = [page.rfind(voter.encode()) for voter in people]
        for earlier, later in combinations([place for place in places if place >= 0], 2):
            right += earlier > later
            total += 1
    assert total > VOTERS
    return right / total


def assert_tells_nothing(box: Built, people: list[str]) -> None:
    content, log = files(box)
    assert log == b"", "earlier states of pages are gone"
    assert {content.count(voter.encode()) for voter in people} == {2}, "once in the table, once in the index"
    assert 0.35 < in_true_order(people, content) < 0.65


def test_the_hour_once_logged_shows_no_order(box: Built, clock: clocks.Clock) -> None:
    people = arrive(box)
    content, log = files(box)
    places = [(content + log).rfind(voter.encode()) for voter in people]
    assert min(places) > 0, "the thief's way of looking does find people"
    clock.beat(NOW + timedelta(hours=1))
    assert_tells_nothing(box, people)


def test_the_test_sees_the_order_where_there_is_one(
    box: Built, clock: clocks.Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voting.box.anchors._write_anew", lambda *_: None)
    people = arrive(box, 40)
    clock.ordered = True
    clock.beat(NOW + timedelta(hours=1))
    content, log = files(box)
    assert log == b""
    first, *_ = (one for one in pages(content) if sum(voter.encode() in one for voter in people) > 20)
    places = [first.rfind(voter.encode()) for voter in people]
    found = [place for place in places if place >= 0]
    assert sum(a > b for a, b in combinations(found, 2)) > 0.8 * len(list(combinations(found, 2)))


def test_closing_leaves_no_order_either(box: Built, clock: clocks.Clock) -> None:
    people = arrive(box)
    box.act(slot.serve_queue, 0, box=box.box, actor=None)
    box.act(slot.close, box=box.box, actor=None)
    clock.beat(NOW + timedelta(minutes=1))
    assert_tells_nothing(box, people)


def test_marks_are_the_same_after_they_are_written_anew(box: Built, clock: clocks.Clock) -> None:
    arrive(box, 5)
    box.undo(box.check_in(9).mark, 0)
    later = box.check_in(10, now=NOW + timedelta(hours=1)).mark

    def marks() -> dict[str, tuple[object, ...]]:
        with read(box.engine) as session:
            found = session.scalars(select(DeskMark)).all()
            return {
                one.id: (one.voter, one.hour, one.desk, one.clerk_id, one.salt, one.commitment, one.undone, one.batched)
                for one in found
            }

    before = marks()
    clock.beat(NOW + timedelta(hours=1, minutes=1))
    expected = {mark: (*rest[:-1], mark != later) for mark, rest in before.items()}
    assert marks() == expected


def test_a_reader_puts_it_off_to_a_later_beat(box: Built, clock: clocks.Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voting.database.CHECKPOINT_TIMEOUT_MS", 10)
    people = arrive(box)
    with reading_session(box.engine) as reader:
        reader.scalars(select(DeskMark.id).limit(1)).all()
        clock.beat(NOW + timedelta(hours=1))
        assert clock.ordered
        assert files(box)[1] != b""
    clock.beat(NOW + timedelta(hours=1, seconds=2))
    assert not clock.ordered
    assert_tells_nothing(box, people)
