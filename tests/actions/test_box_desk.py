"""The desk: one person one card, two clerks at once, undo only with the card, torn cards, the pile after closing."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from box_build import LOG_KEY, NOW, Built, an_engine, an_open_box
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from voting import journal
from voting.box import anchors, casting, chain, desk, slot
from voting.box.rules import Counters, commitment, hour_words
from voting.box.tables import DeskMark
from voting.database import read, write
from voting.errors import Refused


@pytest.fixture
def box(tmp_path: Path) -> Built:
    return an_open_box(an_engine(tmp_path))


def refused(box: Built, deed: Callable[..., object], *args: object, **facts: object) -> Refused:
    before = counters(box)
    with pytest.raises(Refused) as caught:
        deed(*args, **facts)
    assert counters(box) == before
    assert caught.value.zh and caught.value.en
    return caught.value


def counters(box: Built) -> Counters:
    with read(box.engine) as session:
        return desk.counters(session, box.box)


def logged(box: Built, kind: str) -> list[dict]:
    with read(box.engine) as session:
        entries = journal.store.entries(session.connection(), journal.origin(box.community))
        return [entry.data for entry in entries if entry.type == kind]


def check_in_refused(box: Built, voter: int) -> Refused:
    with pytest.raises(Refused) as caught:
        box.check_in(voter)
    return caught.value


def cast(box: Built, card: int) -> None:
    casting.accept(box.engine, box=box.box, raw=box.ballot(card), log_key=LOG_KEY)


def close(box: Built) -> None:
    box.act(slot.serve_queue, 0, box=box.box, actor=None)
    box.act(slot.close, box=box.box, actor=None)


def test_check_in_hands_out_one_card(box: Built) -> None:
    seen = box.check_in(1).counters
    assert (seen.cards_out, seen.checked_in, seen.in_hand, seen.never_out) == (1, 1, 1, 5)


def test_second_check_in_names_desk_and_hour(box: Built) -> None:
    box.check_in(1, desk="二号桌")
    refusal = check_in_refused(box, 1)
    assert refusal.code == "ALREADY_CHECKED_IN"
    assert "二号桌" in refusal.zh and hour_words(NOW) in refusal.zh


def test_two_clerks_at_once_one_wins(box: Built) -> None:
    outcomes: list[str] = []
    start = threading.Barrier(4)

    def clerk(number: int) -> None:
        start.wait()
        try:
            box.check_in(1, desk=f"{number}号桌")
            outcomes.append("won")
        except Refused as refusal:
            assert "号桌" in refusal.zh
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=clerk, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["ALREADY_CHECKED_IN"] * 3 + ["won"]
    assert counters(box).cards_out == 1


def test_the_index_decides_when_the_look_was_stale(box: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    box.check_in(1)
    monkeypatch.setattr(desk, "active_mark", lambda *_: None)
    assert check_in_refused(box, 1).code == "ALREADY_CHECKED_IN"


def test_desk_shut_and_queue(box: Built) -> None:
    box.act(slot.shut_slot, box=box.box, actor=None)
    assert check_in_refused(box, 1).code == "DESK_NOT_OPEN"
    box.act(slot.open_slot, box=box.box, actor=None)
    box.act(slot.serve_queue, 1, box=box.box, actor=None)
    box.check_in(1)
    assert check_in_refused(box, 2).code == "QUEUE_SERVED"


def test_cards_run_out(box: Built) -> None:
    for voter in range(6):
        box.check_in(voter)
    assert check_in_refused(box, 6).code == "NO_CARDS_LEFT"


def test_marks_carry_no_minute_and_random_keys(box: Built) -> None:
    box.check_in(1)
    with read(box.engine) as session:
        mark = session.scalars(select(DeskMark)).one()
    assert (mark.hour.minute, mark.hour.second) == (0, 0)
    assert len(mark.id) == 22
    assert mark.commitment == commitment(mark.salt, box.row().uuid, "1")


def test_undo_sets_the_card_aside_and_frees_the_person(box: Built) -> None:
    mark = box.check_in(1).mark
    seen = box.undo(mark, 0, note="回家取证件")
    assert (seen.cards_returned, seen.checked_in) == (1, 0)
    [entry] = logged(box, "box_check_in_undone")
    assert (entry["reason"], entry["second"], entry["by"]) == ("left", box.supervisors[0], box.clerk)
    assert "回家" not in str(entry), "a clerk's free text stays in the house"
    box.check_in(1)


def test_undo_is_refused(box: Built) -> None:
    mark = box.check_in(1).mark
    assert refused(box, box.undo, mark, 0, reason="因为").code == "UNDO_REASON"
    assert refused(box, box.undo, "nothing", 0).code == "NO_SUCH_CHECK_IN"
    cast(box, 0)
    assert refused(box, box.undo, mark, 0).code == "CARD_USED"
    # One person out, one vote in: taking back any other card would leave a ballot without a person.
    assert refused(box, box.undo, mark, 1).code == "CASTS_EXCEED_CARDS"
    assert refused(box, box.undo, mark, 1, second=box.clerk).code == "UNDO_ALONE"


def test_undo_twice_and_after_closing(box: Built) -> None:
    first, second = box.check_in(1).mark, box.check_in(2).mark
    box.undo(first, 0)
    assert refused(box, box.undo, first, 1).code == "NO_SUCH_CHECK_IN"
    assert refused(box, box.undo, second, 0).code == "CARD_MARKED"
    close(box)
    assert refused(box, box.undo, second, 1).code == "BOX_NOT_OPEN"


def test_torn_card_is_replaced_by_a_spare(box: Built) -> None:
    box.check_in(1)
    seen = box.torn(0)
    assert (seen.cards_out, seen.cards_torn, seen.checked_in) == (2, 1, 1)
    cast(box, 1)
    used = refused(box, box.torn, 1)
    assert used.code == "CARD_USED"
    again = refused(box, box.torn, 0)
    assert again.code == "CARD_MARKED"


def test_torn_without_spares(box: Built) -> None:
    for voter in range(6):
        box.check_in(voter)
    torn = refused(box, box.torn, 0)
    assert torn.code == "NO_CARDS_LEFT"


def test_unused_cards_are_scanned_after_closing(box: Built) -> None:
    early = refused(box, box.scan, 2)
    assert early.code == "BOX_NOT_CLOSED"
    box.check_in(1)
    box.undo(box.check_in(2).mark, 1)
    cast(box, 0)
    close(box)
    assert box.scan(1).kind == "returned"
    for card in (2, 3, 4, 4):
        assert box.scan(card).kind == "unused"
    assert not logged(box, "box_unused_scanned")
    last = box.scan(5)
    assert (last.cards_unused, last.expected) == (4, 4)
    assert logged(box, "box_unused_scanned") == [{"box": box.row().uuid, "cards_unused": 4, "by": box.clerk}]


def test_unused_card_with_a_ballot_is_reported_and_logged(box: Built) -> None:
    box.check_in(1)
    cast(box, 3)
    close(box)
    assert box.scan(3).kind == box.scan(3).kind == "voted"
    assert len(logged(box, "box_unused_card_voted")) == 1
    assert logged(box, "box_unused_card_voted")[0]["credential"] == box.publics[3]


def test_more_unused_cards_than_there_should_be(box: Built) -> None:
    box.check_in(1)
    close(box)
    for card in range(5):
        box.scan(card)
    assert refused(box, box.scan, 5).code == "MORE_UNUSED"


def test_check_ins_reach_the_log_by_the_hour_sorted_and_salted(box: Built) -> None:
    for voter in range(3):
        box.check_in(voter)

    def batch(now: object) -> int:
        with write(box.engine) as session:
            return anchors.log_check_ins(session, chain.locked(session, box.box), now)  # type: ignore[arg-type]

    assert batch(NOW) == 0, "the running hour is not over"
    assert batch(NOW + timedelta(hours=1)) == 3
    assert batch(NOW + timedelta(hours=2)) == 0
    [entry] = logged(box, "box_check_in_batch")
    assert entry["commitments"] == sorted(entry["commitments"])
    assert entry["cards_out"] == 3
    with read(box.engine) as session:
        assert set(entry["commitments"]) == {mark.commitment for mark in session.scalars(select(DeskMark))}


def test_closing_logs_the_last_check_ins_and_the_counters(box: Built) -> None:
    box.check_in(1)
    close(box)
    assert len(logged(box, "box_check_in_batch")[0]["commitments"]) == 1
    assert logged(box, "box_closed")[0]["cards_out"] == 1


def test_one_active_mark_per_person_in_the_database(box: Built) -> None:
    box.check_in(1)
    with pytest.raises(IntegrityError), write(box.engine) as session:
        old = session.scalars(select(DeskMark)).one()
        copy = {key: getattr(old, key) for key in ("box_id", "voter", "hour", "desk", "clerk_id", "salt", "commitment")}
        session.add(DeskMark(**copy))
