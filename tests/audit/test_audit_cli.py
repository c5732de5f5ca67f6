"""The command line: what it prints and the code it ends with."""

import json
import signal
import subprocess
import sys
import zipfile

import pytest
from log_samples import EIGHT, ORIGIN, OTHER, SIGNER, chain, export, signed
from sqlalchemy import create_engine

from audit import store
from audit.cli import main, spelt_out

KEY = SIGNER.key.text


@pytest.fixture
def log(tmp_path):
    return export(tmp_path / "log", chain(3))


def run(capsys, *arguments):
    """Exit code, standard output, standard error."""
    try:
        code = main([str(a) for a in arguments])
    except SystemExit as stop:
        code = stop.code
    return code, *capsys.readouterr()


def test_verify_a_directory_and_a_zip(log, tmp_path, capsys):
    with zipfile.ZipFile(tmp_path / "log.zip", "w") as archive:
        for file in (p for p in log.rglob("*") if p.is_file()):
            archive.write(file, file.relative_to(log))
    for path in (log, tmp_path / "log.zip"):
        code, out, _ = run(capsys, "verify", path, "--key", KEY)
        assert code == 0
        assert "3 / 3" in out and "完好" in out and ORIGIN in out


def test_each_exit_code(log, capsys):
    assert run(capsys, "verify", log)[0] == 3
    assert run(capsys, "verify", log, "--key", OTHER.key.text)[0] == 2
    assert run(capsys, "verify", log, "--key", KEY, "--origin", "elsewhere")[0] == 2
    assert run(capsys, "verify", log / "absent", "--key", KEY)[0] == 2
    assert run(capsys, "verify", log, "--key", KEY, "--at", "2020-01-01T00:00:00Z")[0] == 1
    tile = log / "tile/entries/000.p/3"
    tile.write_bytes(tile.read_bytes().replace(b'"n":1', b'"n":7'))
    code, out, _ = run(capsys, "verify", log, "--key", KEY)
    assert code == 1
    assert "LEAF_MISMATCH" in out and "已被改动" in out


def test_a_checkpoint_kept_from_before(log, tmp_path, capsys):
    kept = tmp_path / "kept"
    for entries, signer, code, word in (
        (chain(2), SIGNER, 0, "完好"),
        (chain(2, changes={1: {"data": {"n": 9}}}), SIGNER, 1, "FORK"),
        (chain(5), SIGNER, 1, "ROLLBACK"),
        (chain(2), OTHER, 2, "NOTE_NO_KNOWN_KEY"),
    ):
        kept.write_text(signed(entries, signer))
        found, out, err = run(capsys, "verify", log, "--key", KEY, "--seen", kept)
        assert (found, word in out + err) == (code, True), (word, out, err)
    kept.write_text(signed(chain(2)))
    assert run(capsys, "verify", log, "--seen", kept)[0] == 3, "without a key a checkpoint is only compared"
    assert run(capsys, "verify", log, "--key", KEY, "--seen", tmp_path / "absent")[0] == 2


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["unknown"],
        ["verify"],
        ["verify", "x", "--key", "not-a-key"],
        ["verify", "x", "--at", "yesterday"],
        ["show", "x", "--from", "soon"],
        ["show", "x", "--to", "１２"],
        ["fsck"],
    ],
)
def test_wrong_usage(capsys, arguments):
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (4, "")
    assert "usage" in err


def test_json(log, capsys):
    code, out, _ = run(capsys, "verify", log, "--json")
    report = json.loads(out)
    assert (code, report["exit"], report["origin"], report["size"], report["entries"]) == (3, 3, ORIGIN, 3, 3)
    assert [f["code"] for f in report["findings"]] == ["KEY_NONE"]
    assert len(report["head"].split(" ")) == 8 and report["root"].startswith(report["head"].replace(" ", ""))
    (log / "checkpoint").unlink()
    assert json.loads(run(capsys, "verify", log, "--json")[1])["origin"] is None


def test_show(log, capsys):
    def shown(*arguments):
        code, out, err = run(capsys, "show", log, *arguments)
        assert code == 0 and "not verified" in err
        return [int(line.split(" ")[0]) for line in out.splitlines()]

    assert shown() == [0, 1, 2]
    assert shown("--from", "1", "--to", "1") == [1]
    assert shown("--from", "2026-12-20T08:00:01Z") == [1, 2]
    assert shown("--to", "2026-12-20T08:00:01Z") == [0, 1]
    assert shown("--from", "2026-12-20", "--to", "2026-12-20") == [0, 1, 2]
    assert shown("--from", "2026-12-21") == []
    assert shown("--type", "sample.counted") == [0, 1, 2]
    assert shown("--type", "other") == []


def test_show_a_log_that_cannot_be_read(log, capsys):
    (log / "tile/entries/000.p/3").write_bytes(b"\0\3one")
    code, _, err = run(capsys, "show", log)
    assert code == 1
    assert "ENTRY_NONCANONICAL" in err


def test_a_terminal_is_not_the_logs_to_steer(tmp_path, capsys):
    sly = "\u202egnp.exe\u2066"
    export(tmp_path / "sly", chain(1, changes={0: {"data": {"x": sly}}}))
    _, out, _ = run(capsys, "show", tmp_path / "sly")
    assert sly not in out and "\\u202egnp.exe\\u2066" in out
    assert spelt_out("\x1b[31m\ud800票") == "\\u001b[31m\\ud800票"


def test_fsck_a_directory(log, capsys):
    assert run(capsys, "fsck", log)[0] == 0
    (log / "tile/0/000.p/3").unlink()
    code, out, _ = run(capsys, "fsck", log, "--key", KEY)
    assert code == 2
    assert "BUNDLE_MISSING" in out


@pytest.fixture
def database(tmp_path):
    url = f"sqlite:///{tmp_path / 'log.db'}"
    engine = create_engine(url)
    store.METADATA.create_all(engine)
    with engine.begin() as connection:
        for n in range(3):
            store.append(connection, ORIGIN, "sample.counted", {"n": n}, EIGHT)
        store.sign_checkpoint(connection, ORIGIN, SIGNER)
    yield url, engine
    engine.dispose()


def test_fsck_a_database(database, capsys):
    url, engine = database
    assert run(capsys, "fsck", url)[0] == 0
    assert run(capsys, "fsck", url, "--key", KEY, "--origin", ORIGIN)[0] == 0
    assert run(capsys, "fsck", url, "--key", OTHER.key.text)[0] == 2
    assert "LOG_UNKNOWN" in run(capsys, "fsck", url, "--origin", "nobody")[1]
    with engine.begin() as connection:
        connection.execute(store.LOG_ENTRY.delete().where(store.LOG_ENTRY.c.seq == 2))
    code, out, _ = run(capsys, "fsck", url)
    assert code == 1
    assert "TRUNCATED" in out and "HEAD_BAD" in out


def test_fsck_a_database_with_two_logs(database, capsys):
    url, engine = database
    with engine.begin() as connection:
        store.append(connection, "second.example", "sample.counted", {}, EIGHT)
    code, out, _ = run(capsys, "fsck", url, "--json")
    assert code == 0
    assert [json.loads(line)["origin"] for line in out.splitlines()] == [ORIGIN, "second.example"]
    code, _, err = run(capsys, "fsck", url, "--key", KEY)
    assert code == 2
    assert "CP_ORIGIN" in err


def test_fsck_where_there_is_no_log(tmp_path, capsys):
    empty = tmp_path / "empty.db"
    for url in (f"sqlite:///{empty}", "sqlite://", "nonsense://x", "postgresql+nonsense://x", "://"):
        code, _, err = run(capsys, "fsck", url)
        assert code == 2
        assert "DATABASE_UNREADABLE" in err
    assert not empty.exists()  # looking must not make a database
    engine = create_engine(f"sqlite:///{empty}")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE other (x)")
    assert "DATABASE_UNREADABLE" in run(capsys, "fsck", f"sqlite:///{empty}")[2]
    store.METADATA.create_all(engine)
    engine.dispose()
    assert "LOG_UNKNOWN" in run(capsys, "fsck", f"sqlite:///{empty}")[2]
    empty.write_bytes(b"not a database" * 100)
    assert "DATABASE_UNREADABLE" in run(capsys, "fsck", f"sqlite:///{empty}")[2]


def test_a_verifier_never_loads_sqlalchemy():
    code = (
        "import sys, audit, audit.cli, audit.verify; sys.exit('sqlalchemy' in sys.modules or 'voting' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


WRITER = """
import sys
from sqlalchemy import create_engine, event
from audit import store
from log_samples import EIGHT, ORIGIN
engine = create_engine(sys.argv[1])
@event.listens_for(engine, "connect")
def pragmas(connection, _):
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
while True:
    with engine.begin() as connection:
        done = store.append(connection, ORIGIN, "sample.counted", {}, EIGHT)
    print(done.seq, flush=True)
"""


def test_killed_while_writing(database, tmp_path, capsys):
    """Whatever was acknowledged before SIGKILL is there, once, and the log is sound."""
    url, engine = database
    (tmp_path / "writer.py").write_text(WRITER)
    acknowledged = 2
    for lines in (1, 7, 30):
        command = [sys.executable, str(tmp_path / "writer.py"), url]
        environment = {"PYTHONPATH": f"{sys.path[0]}:{__file__.rsplit('/', 1)[0]}:."}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as writer:
            assert writer.stdout is not None
            for _ in range(lines):
                acknowledged = int(writer.stdout.readline())
            writer.send_signal(signal.SIGKILL)
            acknowledged = max([acknowledged, *(int(line) for line in writer.stdout if line.endswith("\n"))])
        assert run(capsys, "fsck", url, "--key", KEY)[0] == 0
        with engine.connect() as connection:
            assert store.head(connection, ORIGIN).size > acknowledged
    assert acknowledged >= 2 + 38
