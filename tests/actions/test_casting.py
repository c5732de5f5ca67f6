"""One ballot into the box: every answer a tablet can get, and what stands in the database afterwards."""

import threading
from pathlib import Path

import pytest
from box_build import LOG_KEY, Built, an_engine, an_open_box
from sqlalchemy import Engine, func, select, update
from sqlalchemy.exc import IntegrityError

from audit.note import open_note
from voting import journal
from voting.box import casting, chain, slot
from voting.box.rules import acceptance_text
from voting.box.tables import Ballot, Box, BoxEvent
from voting.crypto import archive, ballot
from voting.crypto.ballot import make_ballot
from voting.database import read, write
from voting.errors import Refused


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return an_engine(tmp_path)


@pytest.fixture
def box(engine: Engine) -> Built:
    return an_open_box(engine, checked_in=2)


def cast(box: Built, raw: bytes) -> casting.Accepted:
    return casting.accept(box.engine, box=box.box, raw=raw, log_key=LOG_KEY)


def refused(box: Built, raw: bytes) -> Refused:
    before = _state(box)
    with pytest.raises(Refused) as caught:
        cast(box, raw)
    assert _state(box) == before, "a refused ballot must leave nothing behind"
    assert caught.value.zh and caught.value.en
    return caught.value


def _state(box: Built) -> tuple[object, ...]:
    with read(box.engine) as session:
        row = session.get_one(Box, box.box)
        ballots = session.scalar(select(func.count()).select_from(Ballot))
        return row.casts, row.height, row.head, ballots


def test_accepted_ballot_is_in_the_chain_and_signed_for(box: Built) -> None:
    raw = box.ballot(0)
    accepted = cast(box, raw)
    assert (accepted.status, accepted.tracker) == (201, ballot.tracker(raw))
    assert accepted.short.replace(" ", "") == ballot.short_tracker(raw)
    row = box.row()
    assert (row.casts, row.height, row.head) == (1, accepted.height, accepted.head)
    key = journal.signer(box.community, LOG_KEY).key
    opened = open_note(accepted.acceptance.encode(), [key])
    assert opened.text == acceptance_text(row.uuid, accepted.tracker, accepted.height, accepted.head)
    assert opened.verified == (key,)


def test_identical_ballot_again_is_200_with_the_same_acceptance_even_after_closing(box: Built) -> None:
    raw = box.ballot(0)
    first = cast(box, raw)
    cast(box, box.ballot(1))
    again = cast(box, raw)
    assert (again.status, again.acceptance) == (200, first.acceptance)
    box.act(slot.serve_queue, 0, box=box.box, actor=None)
    box.act(slot.close, box=box.box, actor=None)
    assert cast(box, raw).status == 200
    assert box.row().casts == 2
    assert box.row().refused_uses == 0


def test_second_ballot_with_the_same_card_is_refused_and_counted(box: Built) -> None:
    cast(box, box.ballot(0, first=1))
    refusal = refused(box, box.ballot(0, first=2))
    assert refusal.code == "CARD_USED"
    assert box.row().refused_uses == 1


def test_unknown_card(box: Built) -> None:
    stranger = make_ballot(box.election, 12345, [[1, 0, 0], [1, 0, 0, 0]])
    assert refused(box, stranger).code == "CARD_UNKNOWN"


def test_torn_and_returned_cards(box: Built) -> None:
    box.torn(0)
    assert refused(box, box.ballot(0)).code == "CARD_MARKED"
    mark = box.check_in(9).mark
    box.undo(mark, 1)
    assert refused(box, box.ballot(1)).code == "CARD_MARKED"


def test_box_not_open(box: Built) -> None:
    box.act(slot.shut_slot, box=box.box, actor=None)
    paused = refused(box, box.ballot(0))
    assert paused.code == "BOX_NOT_OPEN"
    assert "卡仍然有效" in paused.zh
    box.act(slot.open_slot, box=box.box, actor=None)
    box.act(slot.serve_queue, 0, box=box.box, actor=None)
    box.act(slot.close, box=box.box, actor=None)
    assert "已经结束" in refused(box, box.ballot(0)).zh


def test_no_such_box(box: Built) -> None:
    with pytest.raises(Refused) as caught:
        casting.accept(box.engine, box="nowhere", raw=b"{}", log_key=LOG_KEY)
    assert caught.value.code == "NO_SUCH_BOX"


def test_casts_never_exceed_cards_out(box: Built) -> None:
    cast(box, box.ballot(0))
    cast(box, box.ballot(1))
    assert refused(box, box.ballot(2)).code == "CASTS_EXCEED_CARDS"


def test_the_database_itself_refuses_stuffing(box: Built) -> None:
    with pytest.raises(IntegrityError), write(box.engine) as session:
        session.execute(update(Box).values(casts=3))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda raw, _: raw[:-5], "BALLOT_JSON"),
        (lambda raw, _: b"x" * 1_000_000, "BALLOT_TOO_LARGE"),
        (lambda raw, _: raw + b" ", "BALLOT_NOT_CANONICAL"),
        (lambda raw, box: raw.replace(box.row().uuid.encode(), b"1" * 22), "BALLOT_ELECTION"),
    ],
)
def test_ballots_out_of_form(box: Built, spoil: object, code: str) -> None:
    assert refused(box, spoil(box.ballot(0), box)).code == code  # type: ignore[operator]


def test_replayed_ciphertext_of_another_voter(box: Built) -> None:
    raw = box.ballot(0)
    copied = raw.replace(box.publics[0].encode(), box.publics[1].encode())
    assert refused(box, copied).code.startswith("BALLOT_")


def test_two_identical_ballots_at_once_are_one_row(box: Built) -> None:
    raw = box.ballot(0)
    statuses = _at_once(box, [raw] * 6)
    assert sorted(statuses) == [200] * 5 + [201]
    assert box.row().casts == 1


def test_two_ballots_of_one_card_at_once_leave_one(box: Built) -> None:
    outcomes = _at_once(box, [box.ballot(0, first=choice) for choice in (1, 2, 0, 1)])
    assert sorted(map(str, outcomes)) == ["201", "CARD_USED", "CARD_USED", "CARD_USED"]
    assert (box.row().casts, box.row().refused_uses) == (1, 3)


def _at_once(box: Built, raws: list[bytes]) -> list[object]:
    outcomes: list[object] = []
    start = threading.Barrier(len(raws))

    def send(raw: bytes) -> None:
        start.wait()
        try:
            outcomes.append(cast(box, raw).status)
        except Refused as refusal:
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=send, args=(raw,)) for raw in raws]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_nothing_is_stored_when_the_transaction_fails(box: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a crash just before the commit: neither ballot nor event nor counter; the retry gets 201."""
    raw = box.ballot(0)
    before = _state(box)

    def crash(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(chain, "append", crash)
        with pytest.raises(KeyboardInterrupt):
            cast(box, raw)
    assert _state(box) == before
    assert cast(box, raw).status == 201


def test_verification_holds_no_transaction(box: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a ballot is verified somebody else can write: no lock is held for milliseconds of arithmetic."""
    wrote = []

    def write_meanwhile(*_: object) -> None:
        wrote.append(box.check_in(7))

    monkeypatch.setattr(casting.crypto, "verify_ballot", write_meanwhile)
    assert cast(box, box.ballot(0)).status == 201
    assert len(wrote) == 1


def test_nothing_beside_a_ballot_tells_time_order_or_tablet(box: Built) -> None:
    assert set(Ballot.__table__.columns.keys()) == {"box_id", "hash", "credential", "record"}
    assert set(BoxEvent.__table__.columns.keys()) == {"box_id", "height", "type", "payload", "hash"}


def test_casts_leave_no_entry_in_the_log(box: Built) -> None:
    with read(box.engine) as session:
        before = journal.store.head(session.connection(), journal.origin(box.community))
    cast(box, box.ballot(0))
    with read(box.engine) as session:
        assert journal.store.head(session.connection(), journal.origin(box.community)) == before


def test_archive_of_an_open_box_reads_back(box: Built, tmp_path: Path) -> None:
    raws = [box.ballot(0), box.ballot(1)]
    for raw in raws:
        cast(box, raw)
    path = tmp_path / "box.bel"
    with read(box.engine) as session:
        path.write_bytes(b"".join(chain.archive_bytes(session, box.box)))
    events = list(archive.read(path))
    assert [event.type for event in events] == ["Setup", "Ballot", "Ballot"]
    assert [event.records[0] for event in events[1:]] == raws
    assert events[-1].digest == box.row().head


def test_archive_refuses_when_the_database_was_changed(box: Built) -> None:
    cast(box, box.ballot(0))
    with write(box.engine) as session:
        session.execute(update(Box).values(head="0" * 64))
    with read(box.engine) as session, pytest.raises(Refused) as caught:
        list(chain.archive_bytes(session, box.box))
    assert caught.value.code == "ARCHIVE_BROKEN"
