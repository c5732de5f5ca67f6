"""The log in a database: one transaction with the act, one head, and never two roots for one size."""

import os
import threading
from datetime import timedelta

import pytest
from log_samples import EIGHT, ORIGIN, OTHER, SIGNER, refused
from sqlalchemy import MetaData, create_engine, event, text

from audit import GENESIS, HeadMoved, open_checkpoint, root_of, store
from audit.source import DirectorySource
from audit.verify import verify

POSTGRES = os.environ.get("AUDIT_TEST_DATABASE", "")


def sqlite_engine(path):
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 10})

    @event.listens_for(engine, "connect")
    def pragmas(connection, _):
        connection.isolation_level = None  # SQLAlchemy's BEGIN below is the only one
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    @event.listens_for(engine, "begin")
    def begin(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, tmp_path):
    if request.param == "sqlite":
        made = sqlite_engine(tmp_path / "log.db")
    elif not POSTGRES:
        pytest.skip("AUDIT_TEST_DATABASE names no PostgreSQL database to use")
    else:
        made = create_engine(POSTGRES)
        store.METADATA.drop_all(made)
    store.METADATA.create_all(made)
    yield made
    made.dispose()


def append(engine, count=1, origin=ORIGIN, start=0):
    for n in range(start, start + count):
        with engine.begin() as connection:
            last = store.append(connection, origin, "sample.counted", {"n": n}, EIGHT + timedelta(seconds=n))
    return last


def sign(engine, name=None, signer=SIGNER):
    with engine.begin() as connection:
        return store.sign_checkpoint(connection, ORIGIN, signer, name)


def fsck(engine, key=None):
    with engine.connect() as connection:
        return store.fsck(connection, ORIGIN, key)


def codes(report):
    return [finding.code for finding in report.findings]


def change(engine, statement, **values):
    """What a database administrator might do behind the log's back."""
    with engine.begin() as connection:
        assert connection.execute(text(statement), values).rowcount


def test_entries_are_chained_and_the_head_follows(engine):
    done = append(engine, 5)
    assert (done.seq, done.size, done.at) == (4, 5, EIGHT + timedelta(seconds=4))
    with engine.connect() as connection:
        raws = list(store.raw_entries(connection, ORIGIN))
        head = store.head(connection, ORIGIN)
        found = list(store.entries(connection, ORIGIN, 1, 4))
        assert store.origins(connection) == [ORIGIN]
    assert done.root == root_of(raws) == head.root
    assert (head.size, head.prev, head.at) == (5, done.leaf_hash.hex(), done.at)
    assert [entry.seq for entry in found] == [1, 2, 3]
    assert [entry.data for entry in found] == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert codes(fsck(engine)) == []


def test_the_entry_shares_the_fate_of_the_act(engine):
    append(engine)
    with pytest.raises(ZeroDivisionError), engine.begin() as connection:
        store.append(connection, ORIGIN, "sample.counted", {}, EIGHT)
        raise ZeroDivisionError
    with engine.connect() as connection:
        assert store.head(connection, ORIGIN).size == 1
        assert len(list(store.raw_entries(connection, ORIGIN))) == 1


def test_several_entries_in_one_transaction_and_several_logs(engine):
    with engine.begin() as connection:
        for n in range(3):
            store.append(connection, ORIGIN, "sample.counted", {"n": n}, EIGHT)
        first = store.append(connection, "other.example", "sample.counted", {}, EIGHT)
    assert first.seq == 0
    with engine.connect() as connection:
        assert store.head(connection, ORIGIN).size == 3
        assert next(store.entries(connection, "other.example")).prev == GENESIS
        assert store.head(connection, "nobody.example") is None


def test_a_clock_set_back_fails_no_act_and_is_told(engine):
    append(engine)
    with engine.begin() as connection:
        done = store.append(connection, ORIGIN, "sample.counted", {}, EIGHT - timedelta(hours=1))
    assert done.at == EIGHT
    with engine.connect() as connection:
        late = list(store.entries(connection, ORIGIN))[1]
    assert (late.at, late.clock) == (EIGHT, EIGHT - timedelta(hours=1))
    assert codes(fsck(engine)) == []


def test_a_refused_entry_changes_nothing(engine):
    append(engine)
    with engine.begin() as connection:
        with refused("ENTRY_VALUE"):
            store.append(connection, ORIGIN, "sample.counted", {"x": 1.5}, EIGHT)
        with refused("ENTRY_SIZE"):
            store.append(connection, ORIGIN, "sample.counted", {"x": "y" * 17_000}, EIGHT)
        with refused("ENTRY_VALUE"):
            store.append(connection, "line\nfeed", "Not A Type", {}, EIGHT)
    with engine.connect() as connection:
        assert store.head(connection, ORIGIN).size == 1


def test_two_histories_from_one_head(engine, monkeypatch):
    """Even where reading does not lock, the head moves by compare-and-swap."""
    append(engine)
    with engine.connect() as connection:
        stale = store._state(connection, ORIGIN, locked=False)
    append(engine, start=1)
    monkeypatch.setattr(store, "_locked", lambda *_: stale)
    with pytest.raises(HeadMoved) as caught, engine.begin() as connection:
        store.append(connection, ORIGIN, "sample.counted", {}, EIGHT)
    assert caught.value.code == "HEAD_MOVED"
    monkeypatch.undo()
    assert codes(fsck(engine)) == []


def test_writers_at_once(engine):
    failures = []

    def write(who):
        for n in range(20):
            try:
                with engine.begin() as connection:
                    store.append(connection, ORIGIN, "sample.counted", {"who": who, "n": n}, EIGHT)
            except Exception as error:  # whatever it is, the assertion below shows it
                failures.append(error)

    threads = [threading.Thread(target=write, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    report = fsck(engine)
    assert (report.entries, codes(report)) == (80, [])


def test_checkpoints_continue_each_other(engine):
    append(engine, 3)
    first = sign(engine)
    assert sign(engine) == first  # the same head is never signed anew
    append(engine, 300, start=3)
    second = sign(engine, "poll.closed")
    assert open_checkpoint(second.encode(), SIGNER.key).size == 303
    with engine.connect() as connection:
        kept = store.checkpoints(connection, ORIGIN)
        assert [(c.size, c.name) for c in kept] == [(3, None), (303, "poll.closed")]
        assert store.latest_checkpoint(connection, ORIGIN).note == second
        assert store.latest_checkpoint(connection, "nobody.example") is None
    assert codes(fsck(engine, SIGNER.key)) == []


def test_an_act_may_name_a_checkpoint_that_was_there(engine):
    append(engine)
    note = sign(engine)
    assert sign(engine, "poll.opened") == note
    assert sign(engine, "something.else") == note
    with engine.connect() as connection:
        assert store.latest_checkpoint(connection, ORIGIN).name == "poll.opened"


def test_nothing_to_sign_or_to_export(engine, tmp_path):
    with refused("LOG_UNKNOWN"):
        sign(engine)
    append(engine)
    with refused("CP_NONE"), engine.connect() as connection:
        store.export(connection, ORIGIN, tmp_path / "log")


def test_another_key_does_not_go_on_signing(engine):
    append(engine)
    sign(engine)
    append(engine, start=1)
    with refused("NOTE_NO_KNOWN_KEY"):
        sign(engine, signer=OTHER)


def test_an_old_backup_is_never_signed_over(engine):
    append(engine, 2)
    with engine.connect() as connection:
        row = connection.execute(store.LOG.select()).one()._asdict()
    append(engine, 2, start=2)
    sign(engine)
    change(engine, "DELETE FROM log_entry WHERE seq >= 2")
    with engine.begin() as connection:
        connection.execute(store.LOG.update().values(**row))
    with refused("ROLLBACK"):
        sign(engine)
    assert "ROLLBACK" in codes(fsck(engine, SIGNER.key))


def rewrite(engine, count):
    """A whole other history of the same log, head row included; what was signed stays signed."""
    with engine.begin() as connection:
        connection.execute(store.LOG_ENTRY.delete())
        connection.execute(store.LOG.update().values(size=0, range=b"", prev=GENESIS, at=None))
    with engine.begin() as connection:
        for n in range(count):
            store.append(connection, ORIGIN, "sample.counted", {"n": n, "forged": True}, EIGHT)


def test_no_second_root_for_a_signed_size(engine):
    append(engine, 3)
    sign(engine)
    rewrite(engine, 3)
    with refused("SPLIT_VIEW"):
        sign(engine)
    assert codes(fsck(engine, SIGNER.key)) == ["SPLIT_VIEW"]


def test_no_signature_over_a_rewritten_log(engine):
    append(engine, 3)
    sign(engine)
    rewrite(engine, 5)
    with refused("FORK"):
        sign(engine)
    assert codes(fsck(engine, SIGNER.key)) == ["FORK"]


def test_no_first_signature_over_a_changed_head(engine):
    append(engine, 3)
    change(engine, "UPDATE log_entry SET raw = :raw WHERE seq = 1", raw=b"{}")
    with refused("HEAD_BAD"):
        sign(engine)
    found = codes(fsck(engine))
    assert "HEAD_BAD" in found
    assert "CHAIN_BREAK" in found


def test_a_signed_range_exchanged(engine):
    append(engine, 3)
    sign(engine)
    append(engine, start=3)
    change(engine, "UPDATE log_checkpoint SET range = :raw", raw=bytes(64))
    with refused("HEAD_BAD"):
        sign(engine)


def test_an_entry_removed(engine):
    append(engine, 5)
    sign(engine)
    change(engine, "DELETE FROM log_entry WHERE seq = 2")
    assert "SEQ_GAP" in codes(fsck(engine))
    with refused("SEQ_GAP"), engine.connect() as connection:
        list(store.raw_entries(connection, ORIGIN))
    change(engine, "DELETE FROM log_entry WHERE seq > 2")
    assert "TRUNCATED" in codes(fsck(engine))


def test_a_head_that_cannot_be(engine):
    append(engine, 2)
    change(engine, "UPDATE log SET range = :raw", raw=b"short")
    with refused("HEAD_BAD"):
        append(engine, start=2)
    assert codes(fsck(engine)) == ["HEAD_BAD"]


def test_a_head_with_a_time_that_cannot_be(engine):
    append(engine)
    change(engine, "UPDATE log SET at = '2027'")
    with refused("HEAD_BAD"), engine.connect() as connection:
        store.head(connection, ORIGIN)


def test_a_race_for_one_checkpoint(engine, monkeypatch):
    """Another clock signed between our reading and our writing: nothing is stored twice."""
    append(engine)
    sign(engine)
    monkeypatch.setattr(store, "_last_signed", lambda *_: None)
    with refused("HEAD_MOVED"):
        sign(engine)


def test_what_is_exported_verifies(engine, tmp_path):
    append(engine, 3)
    sign(engine, "poll.opened")
    append(engine, 520, start=3)
    sign(engine)
    append(engine, 2, start=523)  # not signed, so not published
    with engine.connect() as connection:
        checkpoint = store.export(connection, ORIGIN, tmp_path / "log")
    assert checkpoint.size == 523
    assert (tmp_path / "log" / "checkpoints" / "3.txt").exists()
    report = verify(DirectorySource(tmp_path / "log"), SIGNER.key, every_tile=True)
    assert (report.exit_code, report.entries, report.signed) == (0, 523, True)


def test_the_tables_join_an_applications_own(engine):
    metadata = MetaData(naming_convention={"ck": "ck_%(table_name)s_%(constraint_name)s", "pk": "pk_%(table_name)s"})
    tables = store.metadata_tables(metadata)
    assert [table.name for table in tables] == ["log", "log_entry", "log_checkpoint"]
    assert set(metadata.tables) == {"log", "log_entry", "log_checkpoint"}


def test_the_head_stays_small(engine):
    """The head row is O(log n): one hash for every 1-bit of the size."""
    with engine.begin() as connection:
        for n in range(600):
            store.append(connection, ORIGIN, "sample.counted", {"n": n}, EIGHT)
        row = connection.execute(store.LOG.select()).one()
    assert len(bytes(row.range)) == 32 * (600).bit_count()
