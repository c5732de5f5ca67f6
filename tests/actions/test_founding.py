"""Founding an installation: keys, database, first administrator, committee — once, and nothing overwritten."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from voting import cli, founding, schema, signing
from voting.config import Settings, for_folder
from voting.database import make_engine, read
from voting.errors import Refused
from voting.law.calendar import HALL
from voting.people import queries
from voting.people.tables import Account, Unit
from voting.permissions import Role

PASSPHRASE = "委员会 很长的 口令 2026"

Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line over an empty data folder."""
    monkeypatch.setenv("VOTING_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "passphrase").write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    return lambda *arguments: cli.main(arguments)


def init(run: Run, tmp_path: Path) -> int:
    return run(
        *("init", "--city", "甲市", "--district", "甲区", "--street", "甲街道", "--community", "阳光社区"),
        *("--login", "admin", "--name", "何玉梅", "--passphrase-file", str(tmp_path / "passphrase")),
    )


def test_init_founds_everything_and_says_so(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert init(run, tmp_path) == 0
    said = capsys.readouterr().out
    engine = make_engine(f"sqlite:///{tmp_path}/data/voting.sqlite3")
    assert schema.differences(engine) == []
    with read(engine) as session:
        account = session.query(Account).one()
        (held,) = queries.actor_of(session, account, account.created_at.astimezone(HALL).date()).held
        city = session.get_one(Unit, held.unit_id)
        (community,) = queries.below(session, city, "community")
    assert held.role is Role.SYSTEM_ADMINISTRATOR
    assert city.kind == "city"
    assert account.must_change_password
    assert community.id in said
    assert "下一步：make serve" in said and "http://127.0.0.1:8000" in said and "Ctrl-C" in said
    folder = tmp_path / "data/committee" / community.id
    vkey = (folder / signing.COMMITTEE_VKEY).read_text().strip()
    assert vkey in said.replace("\n", "")
    signer = signing.open_committee_key((folder / signing.COMMITTEE_KEY).read_bytes(), PASSPHRASE)
    assert signer.key.text == vkey
    files = [path for path in (tmp_path / "data").rglob("*") if path.is_file() and "-" not in path.suffix]
    assert {path.name for path in files if path.stat().st_mode & 0o077} == set()
    engine.dispose()


def test_a_second_init_changes_nothing(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    init(run, tmp_path)
    data = tmp_path / "data"
    before = {path: path.read_bytes() for path in sorted(data.rglob("*.key")) + sorted(data.rglob("*.p12"))}
    assert init(run, tmp_path) == 2
    assert "已经建立过了" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in before} == before


def test_a_short_passphrase_founds_nothing_half(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "passphrase").write_text("short\n")
    assert init(run, tmp_path) == 2
    assert capsys.readouterr().err
    (tmp_path / "passphrase").write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    assert init(run, tmp_path) == 0, "it can simply be run again"


NEW = ("init", "--community", "阳光社区", "--login", "admin", "--name", "何玉梅")


def typing(monkeypatch: pytest.MonkeyPatch, *lines: str) -> list[str]:
    """A person at the terminal who types `lines` and then ends the input; returns what is left to type."""
    left = list(lines)

    def asked(_prompt: str) -> str:
        if not left:
            raise EOFError
        return left.pop(0)

    monkeypatch.setattr(cli.getpass, "getpass", asked)
    return left


def test_a_short_passphrase_is_asked_for_again(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    left = typing(monkeypatch, "short", PASSPHRASE, "another one, longer", PASSPHRASE, PASSPHRASE)
    assert run(*NEW) == 0
    said = capsys.readouterr()
    assert not left and "12" in said.err and "两次不一样" in said.err and "社区编号" in said.out


def test_the_end_of_input_is_a_sentence_and_founds_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typing(monkeypatch, "short")
    assert run(*NEW) == 2
    said = capsys.readouterr().err
    assert "--passphrase-file" in said and "Traceback" not in said
    assert not (tmp_path / "data").exists()


def test_a_founded_installation_is_told_before_anything_is_asked(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    init(run, tmp_path)
    left = typing(monkeypatch, PASSPHRASE, PASSPHRASE)
    assert run(*NEW) == 2
    assert len(left) == 2 and "已经建立过了" in capsys.readouterr().err


def test_a_committees_key_is_never_replaced(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    init(run, tmp_path)
    (community,) = [path.name for path in (tmp_path / "data/committee").iterdir()]
    passphrase = ("--passphrase-file", str(tmp_path / "passphrase"))
    assert run("committee", "--community", community, *passphrase) == 2
    assert "没有再做" in capsys.readouterr().err
    assert run("committee", "--community", "nowhere", *passphrase) == 2
    assert run("init", "--community", "x", "--login", "a", "--name", "b", "--passphrase-file", "/nowhere") == 2


def test_settings_are_listed_with_their_meaning(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("settings") == 0
    said = capsys.readouterr().out
    assert all(one.metadata["name"] in said for one in Settings.__dataclass_fields__.values())


def test_a_wrong_setting_is_one_sentence_not_a_trace(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VOTING_WORKERS", "many")
    assert run("settings") == 2
    assert "VOTING_WORKERS" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VOTING_DATABASE_URL", "foo"),
        ("VOTING_DATABASE_URL", "mysql://x/y"),
        ("VOTING_DATABASE_URL", "postgresql+nodriver://x/y"),
        ("VOTING_DATABASE_URL", "postgresql://host:port/y"),
        ("VOTING_LANGUAGES", "fr"),
        ("VOTING_LANGUAGES", ","),
    ],
)
def test_no_setting_leaks_a_trace(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert run("settings") == 2
    assert name in capsys.readouterr().err


def test_a_data_folder_that_cannot_be_made_is_one_sentence(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a-file").touch()
    monkeypatch.setenv("VOTING_DATA_DIR", str(tmp_path / "a-file" / "data"))
    assert run("upgrade") == 2
    assert "VOTING_DATA_DIR" in capsys.readouterr().err


def test_commands_in_a_folder_without_an_installation_say_so(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    passphrase = ("--passphrase-file", str(tmp_path / "passphrase"))
    for arguments in (("clock",), ("committee", "--community", "x", *passphrase)):
        assert run(*arguments) == 2
        assert "voting init" in capsys.readouterr().err
    assert not (tmp_path / "data").exists(), "looking makes nothing"
    with pytest.raises(Refused) as caught:
        founding.opened(for_folder(tmp_path / "data"))
    assert caught.value.code == "NO_DATABASE"
    (tmp_path / "data").mkdir()
    (tmp_path / "data/voting.sqlite3").touch()
    assert run("clock") == 2, "a file without tables is no installation either"


def test_an_upgrade_is_safe_to_repeat(run: Run, tmp_path: Path) -> None:
    assert run("upgrade") == 0
    assert run("upgrade") == 0
    engine = make_engine(f"sqlite:///{tmp_path}/data/voting.sqlite3")
    assert schema.differences(engine) == []
    engine.dispose()


def test_founding_needs_a_place_that_can_be(settings: Settings) -> None:
    engine = founding.prepare(settings)
    from datetime import UTC, datetime

    now = datetime(2026, 12, 1, tzinfo=UTC)
    with pytest.raises(Refused) as caught:
        founding.found(engine, now=now, today=now.date(), units=[("grid", "网格")], login="admin", name="某人")
    assert caught.value.code == "UNIT_PARENT"
    with read(engine) as session:
        assert session.query(Unit).count() == 0
    engine.dispose()


@pytest.mark.parametrize(
    ("listen", "public_url", "says"),
    [
        ("127.0.0.1:8000", "", "VOTING_LISTEN=0.0.0.0:8000"),
        ("0.0.0.0:8001", "", "http://服务器地址:8001/booth"),
        ("0.0.0.0:8001", "https://vote.example", "https://vote.example/booth"),
    ],
)
def test_serving_says_where_browsers_and_tablets_find_it(
    settings: Settings, listen: str, public_url: str, says: str
) -> None:
    zh, en = cli._where(replace(settings, listen=listen, public_url=public_url)).split("\n")
    assert says in zh and "Ctrl-C" in zh and "Ctrl-C" in en


def test_init_without_a_word_shows_the_manuals_example() -> None:
    root = Path(cli.__file__).parent.parent
    command = ["make", "-o", ".venv/ready", "init", "ARGS="]
    run = subprocess.run(command, check=False, cwd=root, capture_output=True, text=True)
    manual = (root / "docs/operations.md").read_text(encoding="utf-8")
    example = next(line for line in run.stdout.splitlines() if "ARGS" in line)
    assert run.returncode == 2 and example.strip() in manual
