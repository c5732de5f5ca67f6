"""The sample community: made once, reused the same day, made anew the next, never over somebody's data."""

import re
import socket
import sqlite3
import zipfile
from argparse import ArgumentParser
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdf
import pytest
from sqlalchemy import func, select

from voting import founding
from voting.box import ceremony, desk, kiosk, sealing
from voting.box.tables import Ballot, Box
from voting.cli import main
from voting.config import Settings, for_folder
from voting.crypto.credentials import parse_card, parse_credential, public_credential
from voting.crypto.group import get_group
from voting.database import read, writing_session
from voting.elections.candidates.photos import read_photo
from voting.elections.roll.queries import find
from voting.elections.tables import Election
from voting.errors import Conflict, Refused
from voting.law.calendar import HALL
from voting.people.passwords import matches
from voting.people.tables import Account
from voting.sample import cli, earlier, story
from voting.sample.portraits import draw

# The poll is open all day, so the day must not end during the test.
NOW = datetime.combine(datetime.now(UTC).date(), datetime.min.time(), HALL).astimezone(UTC) + timedelta(hours=10)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sample of few people: the same steps in a few seconds."""
    for name, number in (("VOTERS", 36), ("IN_HAND", 4), ("NEVER_CALLED", 5)):
        monkeypatch.setattr(story, name, number)
    # It has a test of its own.
    monkeypatch.setattr(earlier, "hold", lambda _story: None)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return for_folder(tmp_path / "sample")


def make(settings: Settings, now: datetime = NOW) -> cli.House:
    settings.data_dir.mkdir(exist_ok=True)
    house = cli.open_sample(settings, settings.data_dir, now)
    if house.sample.day != now.astimezone(HALL).date().isoformat():
        cli.new_election(house, now, lambda _words: None)
    return house


def printed(house: cli.House, now: datetime = NOW) -> str:
    return "\n".join(cli.way_in(house, now))


@pytest.mark.usefixtures("small")
def test_the_sample_is_open_for_voting_and_used_again(settings: Settings) -> None:
    house = make(settings)
    with read(house.engine) as session:
        election = session.get_one(Election, house.sample.election_id)
        box = session.get_one(Box, election.box_id)
        assert (election.state, box.state, box.desk) == ("open", "open", "open")
        assert (box.cards_out, box.casts, box.cards_made) == (31, 27, 39)
        assert session.scalar(select(func.count()).select_from(Ballot)) == 27
        display = sealing.booth_display(session, box=box.id)
        assert all(one["photo"] for office in display["offices"] for one in office["candidates"])
        for account in session.scalars(select(Account)):
            assert matches(account.password_hash, house.sample.passwords[account.login])
            assert not account.must_change_password
    text = printed(house)
    for login, password in house.sample.passwords.items():
        assert login in text and password in text
    papers = [house.papers / name for name in ("cards.pdf", "cards-left.pdf")]
    # Who comes to the desk now gets a card that nobody has had.
    handed, left = (_printed_codes(path) for path in papers)
    assert (len(handed), len(left)) == (31, 8) and handed | left == set(house.sample.codes)
    with read(house.engine) as session:
        voted = set(session.scalars(select(Ballot.credential)))
        group = get_group("Ed25519")
        assert not voted & {public_credential(group, parse_credential(code), box.uuid) for code in left}
        assert election.closes_at.astimezone(HALL).hour == 22, "there is time to lengthen the poll"
    assert parse_card(house.sample.codes[0])
    secret = [settings.data_dir / "sample.json", *(house.papers / "trustees").iterdir(), *papers]
    assert all(path.stat().st_mode & 0o077 == 0 for path in secret)

    again = make(settings, NOW + timedelta(hours=2))
    assert again.sample == house.sample
    with read(again.engine) as session:
        assert len(session.scalars(select(Election)).all()) == 1
    # The code of the first run was never used and is withdrawn when the next is given.
    later = printed(again, NOW + timedelta(hours=2))
    with read(again.engine) as session:
        states = kiosk.tablets(session, box.id)
    assert sorted((one.paired, one.revoked) for one in states) == [(False, False), (False, True), (True, False)]
    assert "现在就投一票" in later


def _printed_codes(path: Path) -> set[str]:
    text = "".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    return {re.sub(r"\s", "", code) for code in re.findall(r"(?:\d{5}\s+){5}\d{5}", text)}


@pytest.mark.usefixtures("small")
def test_who_has_not_come_is_named_and_can_be_given_a_card(settings: Settings) -> None:
    house = make(settings)
    text = printed(house)
    named = re.search(r"还没有来的人.*?((?:\d{4} \S+(?:  )?)+)", text)
    assert named
    numbers = [int(one) for one in re.findall(r"\b\d{4}\b", named[1])]
    assert len(numbers) == 4
    with read(house.engine) as session:
        election = session.get_one(Election, house.sample.election_id)
        people = [find(session, election=election, query=f"{number}")[0] for number in numbers]
    for person in people:
        with writing_session(house.engine) as session:
            desk.check_in(
                session,
                box=election.box_id,
                voter=person.id,
                voter_label=str(person.number),
                desk="1 号台",
                actor=house.sample.accounts["clerk"],
                now=NOW,
            )
    assert not set(re.findall(r"\b\d{4}\b", named[1])) & set(re.findall(r"还没有来的人.*", printed(house))[0].split())


@pytest.mark.usefixtures("small")
def test_the_next_day_has_an_election_of_its_own(settings: Settings) -> None:
    first = make(settings)
    before = first.sample.election_id
    tomorrow = NOW + timedelta(days=1)
    second = make(settings, tomorrow)
    assert second.sample.election_id != before
    with read(second.engine) as session:
        assert session.get_one(Election, second.sample.election_id).day == tomorrow.astimezone(HALL).date()
        assert session.get_one(Election, before).state == "open"


@pytest.mark.usefixtures("small")
def test_the_trustees_files_open_with_the_printed_passphrase(settings: Settings) -> None:
    house = make(settings)
    with read(house.engine) as session:
        box = session.get_one(Election, house.sample.election_id).box_id
        texts = sealing.setup_texts(session, box=box)
    setup = ceremony.parse_setup(texts["election"].encode(), texts["trustees"].encode())
    files = sorted((house.papers / "trustees").iterdir())
    assert len(files) == 3
    for file in files:
        assert ceremony.rehearse(setup, file.read_bytes(), house.sample.trustee_passphrase)


def test_a_real_installation_is_not_touched(settings: Settings) -> None:
    engine = founding.prepare(settings)
    founding.found(engine, now=NOW, today=NOW.date(), units=[("community", "真的社区")], login="boss", name="某人")
    with pytest.raises(Conflict, match="NOT_A_SAMPLE"):
        cli.open_sample(settings, settings.data_dir, NOW)
    with read(engine) as session:
        assert [account.login for account in session.scalars(select(Account))] == ["boss"]


@pytest.mark.parametrize("table", ["guestbook", "account"])
def test_a_database_of_somebody_else_is_not_even_migrated(settings: Settings, table: str) -> None:
    settings.data_dir.mkdir(exist_ok=True)
    path = settings.data_dir / "voting.sqlite3"
    with closing(sqlite3.connect(path)) as made, made:
        made.execute(f"CREATE TABLE {table} (id TEXT)")
        made.execute(f"INSERT INTO {table} VALUES ('x')")
    with pytest.raises(Conflict, match="NOT_A_SAMPLE"):
        cli.open_sample(settings, settings.data_dir, NOW)
    with closing(sqlite3.connect(path)) as seen:
        assert [name for (name,) in seen.execute("SELECT name FROM sqlite_master")] == [table]
    assert not (settings.data_dir / "keys").exists()


def test_an_ended_sample_says_where_it_stands(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.data_dir.mkdir()
    house = cli.open_sample(settings, settings.data_dir, NOW)
    told: list[str] = []

    def drafted(one: story.Story, say: story.Say) -> None:
        say("x")
        story.set_up(one)

    monkeypatch.setattr(story, "tell", drafted)
    cli.new_election(house, NOW, told.append)
    assert told == ["x"] and "draft" in printed(house) and "现在就投一票" not in printed(house)


@pytest.mark.usefixtures("small")
def test_without_a_chinese_font_the_poll_opens_and_the_cards_are_made_up_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_font(*_: object, **__: object) -> bytes:
        raise Refused("PRINT_FONT_MISSING", "请安装 fonts-noto-cjk", "install fonts-noto-cjk")

    with monkeypatch.context() as bare:
        bare.setattr(story.card_sheets, "write_sheets", no_font)
        house = make(settings)
        assert "fonts-noto-cjk" in printed(house) and "现在就投一票" in printed(house)
        assert not (house.papers / "cards.pdf").exists()
    assert str(house.papers / "cards.pdf") in printed(house)
    assert (house.papers / "cards.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.usefixtures("small")
def test_the_command_prepares_without_serving(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VOTING_DATA_DIR", str(tmp_path / "here"))
    assert main(["run", "--no-serve"]) == 0
    said = capsys.readouterr().out
    assert "http://127.0.0.1:8000/booth" in said and str(tmp_path / "here") in said.replace("\n", "")
    assert "importing the roll" in said, "without a terminal each step is a line"


@pytest.mark.enable_socket
def test_a_taken_port_is_told_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        monkeypatch.setenv("VOTING_DATA_DIR", str(tmp_path / "here"))
        listen = f"127.0.0.1:{other.getsockname()[1]}"
        monkeypatch.setenv("VOTING_LISTEN", listen)
        with pytest.raises(Conflict, match="PORT_TAKEN"):
            cli.require_free(listen)
        assert main(["run"]) != 0
    said = capsys.readouterr()
    assert "VOTING_LISTEN" in said.out + said.err
    assert not (tmp_path / "here" / "sample.json").exists()


def test_the_command_line_knows_it() -> None:
    parser = ArgumentParser()
    cli.add_commands(parser.add_subparsers())
    assert parser.parse_args(["run"]).no_serve is False


def test_drawn_portraits_may_stand_on_the_ballot() -> None:
    pictures = [draw(seed, woman=woman, old=old) for seed, woman, old in ((1, True, False), (2, False, True))]
    assert [read_photo(one).media_type for one in pictures] == ["image/png", "image/png"]
    assert draw(1, woman=True, old=False) == pictures[0]


def test_the_drill_was_held_to_its_archive_with_a_second_poll_to_come(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(story, "tell", lambda told, _say: earlier.hold(told))
    house = make(settings)
    with read(house.engine) as session:
        drill, second = session.scalars(select(Election).order_by(Election.day))
        assert (drill.state, drill.title) == ("certified", earlier.TITLE)
        assert (second.kind, second.follows_id, second.state) == ("second", drill.id, "published")
    (packed,) = house.folder.glob("election-*/drill/archive.zip")
    lines = list(cli._drill(house, "http://127.0.0.1:8000"))
    assert drill.id in lines[0] and str(packed) in lines[1]
    with zipfile.ZipFile(packed) as archive:
        assert {"bundle/result.pdf", "papers/supervisors-list.pdf", "catalogue.csv"} <= set(archive.namelist())
    house.sample.day = ""
    cli.new_election(house, NOW + timedelta(days=1), lambda _words: None)
    with read(house.engine) as session:
        assert session.scalar(select(func.count()).select_from(Election)) == 2, "once in a community"
