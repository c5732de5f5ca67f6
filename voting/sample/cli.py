"""``voting run``: the sample community, made if it is not there, and served; prints how to try each role."""

import json
import os
import socket
import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from rich.console import Console
from sqlalchemy import Engine, select

from voting import config, founding
from voting.box import card_sheets, desk, kiosk
from voting.box.tables import Ballot, Box
from voting.config import Settings
from voting.crypto.credentials import parse_credential, public_credential, split_code
from voting.crypto.group import get_group
from voting.database import read, write, writing_session
from voting.elections.roll.queries import whole_roll
from voting.elections.tables import Election
from voting.errors import Conflict
from voting.keys import read_keys
from voting.law.calendar import HALL
from voting.people import actions, passwords, queries
from voting.people.tables import Account
from voting.permissions import ROLE_NAMES, Role
from voting.sample import committee, earlier, story

FOLDER = Path("var/sample")
_UNITS = [("city", "样例市"), ("district", "样例区"), ("street", "样例街道"), ("community", "样例社区")]
#: So many of those who have not come are named.
_TO_TRY = 4
#: Sign-in name → role and shown name. The names say that nobody is called so.
_STAFF = {
    "official": (Role.ELECTION_OFFICIAL, "样例工作人员"),
    "clerk": (Role.DESK_CLERK, "样例发票员"),
    "supervisor1": (Role.SUPERVISOR, "样例监督委员甲"),
    "supervisor2": (Role.SUPERVISOR, "样例监督委员乙"),
    "supervisor3": (Role.SUPERVISOR, "样例监督委员丙"),
    **dict.fromkeys(committee.DEPARTMENTS, (Role.REVIEWER, "样例资格审查员")),
}


@dataclass
class Sample:
    """What the sample's folder remembers between two runs. A real installation writes none of it down."""

    community_id: str
    passwords: dict[str, str]
    accounts: dict[str, str]
    committee_passphrase: str
    trustee_passphrase: str
    election_id: str = ""
    day: str = ""
    codes: list[str] = field(default_factory=list)


@dataclass
class House:
    """The sample installation: settings, database, folder, and what is remembered of it."""

    settings: Settings
    engine: Engine
    folder: Path
    sample: Sample

    @property
    def papers(self) -> Path:
        """Key files and cards of the present election: what the parties would carry home."""
        return self.folder / f"election-{self.sample.day}"

    def remember(self) -> None:
        """Write down what the next run needs."""
        path = self.folder / "sample.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self.sample), ensure_ascii=False, indent=1), encoding="utf-8")


def add_commands(subparsers: Any) -> None:
    """Add ``run``."""
    run = subparsers.add_parser("run", help="样例社区，投票正在进行 / a sample community with an open poll")
    run.add_argument("--no-serve", action="store_true", help="只准备数据 / prepare the data only")
    run.set_defaults(run=run_command)


def run_command(args: Namespace) -> int:
    """Make what is missing, print the way in, then become the server."""
    folder = Path(os.environ.setdefault("VOTING_DATA_DIR", str(FOLDER))).absolute()
    settings, console, now = config.load(), Console(), datetime.now(UTC)
    if not args.no_serve:
        require_free(settings.listen)
    with console.status("样例社区 / the sample community") as status:
        house = open_sample(settings, folder, now)
        if house.sample.day != now.astimezone(HALL).date().isoformat():
            # A file or a pipe has no line that can be written over: there each step is a line of its own.
            new_election(house, now, status.update if console.is_terminal else console.print)
    for line in way_in(house, now):
        # A long address is cut by no table: the terminal breaks it, and it can still be copied.
        console.print(line, soft_wrap=True, highlight=False)
    house.engine.dispose()
    if not args.no_serve:
        # The server takes this process's place: one process to stop, and stopping it stops everything.
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, "-m", "voting.cli", "serve"])  # noqa: S606 — fixed arguments
    return 0


def require_free(listen: str) -> None:
    """Raises Conflict PORT_TAKEN before anything is made: else every printed address would be somebody else's."""
    host, _, port = listen.rpartition(":")
    try:
        with socket.socket() as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind((host, int(port)))
    except OSError as taken:
        raise Conflict(
            "PORT_TAKEN",
            f"{listen} 已被另一个程序占用（也许是另一个 make run）。请先关掉它，"
            "或换一个地址：VOTING_LISTEN=127.0.0.1:8010 make run。",
            f"{listen} is taken by another program, perhaps another make run. Stop that one, or use another address: "
            "VOTING_LISTEN=127.0.0.1:8010 make run.",
        ) from taken


def open_sample(settings: Settings, folder: Path, now: datetime) -> House:
    """The sample installation in `folder`, founded if it is not there.

    Raises Conflict NOT_A_SAMPLE for a folder with a database that is no sample: a real one is never touched.
    """
    remembered = folder / "sample.json"
    if not remembered.exists() and founding.holds_data(settings):
        raise Conflict(
            "NOT_A_SAMPLE",
            f"{folder} 里已有别的数据，没有改动。请换一个文件夹：VOTING_DATA_DIR=… voting run。",
            f"{folder} holds other data and was not touched; choose another folder: VOTING_DATA_DIR=… voting run.",
        )
    engine = founding.prepare(settings)
    if remembered.exists():
        sample = Sample(**json.loads(remembered.read_text(encoding="utf-8")))
    else:
        sample = _found(engine, now - timedelta(days=31))
    house = House(settings, engine, folder, sample)
    if not founding.committee_folder(settings, sample.community_id).exists():
        founding.make_committee(
            settings,
            engine,
            now=now - timedelta(days=31),
            community_id=sample.community_id,
            passphrase=sample.committee_passphrase,
        )
    house.remember()
    return house


def _found(engine: Engine, before: datetime) -> Sample:
    founded = founding.found(engine, now=before, today=before.date(), units=_UNITS, login="admin", name="样例管理员")
    sample = Sample(
        community_id=founded.community_id,
        passwords={"admin": founded.password},
        accounts={},
        committee_passphrase=passwords.first_password(),
        trustee_passphrase=passwords.first_password(),
    )
    with write(engine) as session:
        for login, (role, name) in _STAFF.items():
            made = actions.create_account(
                session, actor=None, now=before, unit_id=founded.community_id, login=login, display_name=name
            )
            actions.appoint(
                session,
                actor=None,
                now=before,
                today=before.date(),
                account_id=made.account_id,
                unit_id=founded.community_id,
                role=role,
                from_day=before.date(),
                department=login if role is Role.REVIEWER else "",
            )
            sample.passwords[login], sample.accounts[login] = made.password, made.account_id
        for account in session.scalars(select(Account)):
            # Whoever tries the sample signs in as six people: none of them needs a password of his own.
            account.must_change_password = False
    return sample


def new_election(house: House, now: datetime, say: story.Say) -> None:
    """An election with today as its day, open, in the sample community."""
    sample, day = house.sample, now.astimezone(HALL).date()
    sample.day = day.isoformat()
    house.papers.mkdir(mode=0o700, exist_ok=True)
    for left in house.papers.rglob("*.*"):  # of a run that was interrupted half way
        left.unlink()
    with read(house.engine) as session:
        official = queries.actor_of(session, session.get_one(Account, sample.accounts["official"]), day)
    told = story.Story(
        engine=house.engine,
        keys=read_keys(house.settings),
        community_id=sample.community_id,
        official=official,
        clerk=sample.accounts["clerk"],
        reviewers={one: sample.accounts[one] for one in committee.DEPARTMENTS},
        supervisors=tuple(sample.accounts[f"supervisor{number}"] for number in (1, 2, 3)),
        folder=house.papers,
        passphrase=sample.trustee_passphrase,
        committee=(founding.committee_folder(house.settings, sample.community_id), sample.committee_passphrase),
        now=now,
    )
    story.tell(told, say)
    sample.election_id, sample.codes = told.election_id, told.codes
    house.remember()


def way_in(house: House, now: datetime) -> Iterator[str]:
    """What a newcomer needs to try every role, line by line."""
    sample, address = house.sample, f"http://{house.settings.listen}"
    with read(house.engine) as session:
        election = session.get_one(Election, sample.election_id)
        box, state = election.box_id, election.state
    place = f"{address}/c/{sample.community_id}/elections/{sample.election_id}"
    trustee = f"{address}/c/{sample.community_id}/boxes/{box}/trustee"
    pages = {"official": f"{place}/", "clerk": f"{place}/desk", "admin": f"{address}/units"}
    pages |= dict.fromkeys(committee.DEPARTMENTS, f"{place}/review/answers")
    yield "\n[bold]样例社区 / the sample community[/]  人物、号码均为虚构 / everybody is invented"
    yield "\n登录名 / sign-in   口令 / password      职务和页面 / role and page"
    for login, password in sample.passwords.items():
        zh, en = ROLE_NAMES[_STAFF[login][0] if login in _STAFF else Role.SYSTEM_ADMINISTRATOR]
        yield f"  {login:16} {password}  {zh} / {en}  {pages.get(login, trustee)}"
    yield f"\n监督委员密钥 / supervisors' key files   [bold]{house.papers / 'trustees'}[/]"
    yield f"  口令 / their passphrase              [bold]{sample.trustee_passphrase}[/]"
    yield f"委员会口令 / committee's passphrase    [bold]{sample.committee_passphrase}[/]"
    yield from _cards(house, now)
    yield f"公示 / for everybody                   [bold]{address}/[/]"
    yield from _drill(house, address)
    if state != "open":
        yield f"\n选举现在的状态 / the election now: [bold]{state}[/]\n"
        return
    if waiting := _not_come(house, box):
        yield f"还没有来的人 / who has not come yet    [bold]{waiting}[/]"
    code, card = _pairing_code(house, box, now), _unused_card(house, box)
    yield f"\n[bold]现在就投一票 / vote now[/]  打开 / open [bold]{address}/booth[/]"
    yield f"  配对码 / pairing code  [bold]{code[:4]} {code[4:]}[/]  十分钟内有效 / for ten minutes"
    yield f"  选票卡 / ballot card   [bold]{'  '.join(split_code(card))}[/]\n"


def _drill(house: House, address: str) -> Iterator[str]:
    """Where the drill's result and its archive are; nothing where there was none."""
    with read(house.engine) as session:
        known = select(Election.id).where(
            Election.community_id == house.sample.community_id, Election.title == earlier.TITLE
        )
        found = session.scalars(known).first()
    if found is None:
        return
    yield f"办完的演练 / a drill, finished          [bold]{address}/c/{house.sample.community_id}/e/{found}[/]"
    for packed in sorted(house.folder.glob("election-*/drill/archive.zip")):
        yield f"  归档包 / its archive pack            [bold]{packed}[/]"


def _cards(house: House, now: datetime) -> Iterator[str]:
    """Where the PDFs of cards lie, and which card does what; made up for when the font came after the election."""
    out, left = (house.papers / name for name in (story.CARDS_OUT, story.CARDS_LEFT))
    made = out.exists() and left.exists()
    no_font = None if made else story.print_cards(house.papers, house.sample.codes, now)
    if no_font:
        yield f"选票卡 / ballot cards                  {no_font.zh} {no_font.en}"
        return
    sheets = -(-story.IN_HAND // card_sheets.PER_SHEET)
    yield f"选票卡 / ballot cards                  [bold]{out}[/]"
    yield f"  第 1–{sheets} 版在居民手里，可以投票；后面的都已投过 / sheets 1–{sheets} can vote, the others have voted"
    yield f"发票处的卡 / the pile at the desk      [bold]{left}[/]"
    yield "  登记一人发一张；剩下的关箱后逐张扫 / one to whoever is checked in; scan the rest after closing"


def _not_come(house: House, box: str) -> str:
    """A few people to try at the desk: roll number and name."""
    with read(house.engine) as session:
        election = session.get_one(Election, house.sample.election_id)
        waiting = (one for one in whole_roll(session, election=election) if not desk.active_mark(session, box, one.id))
        return "  ".join(f"{one.number:04d} {one.name}" for one in islice(waiting, _TO_TRY))


def _pairing_code(house: House, box: str, now: datetime) -> str:
    """A fresh code; codes of earlier runs that nobody used are withdrawn."""
    official = house.sample.accounts["official"]
    with read(house.engine) as session:
        waiting = [one.id for one in kiosk.tablets(session, box) if not one.paired and not one.revoked]
    with writing_session(house.engine) as session:
        for tablet in waiting:
            kiosk.revoke(session, box=box, kiosk=tablet, actor=official, now=now)
        return kiosk.new_pairing_code(session, box=box, name="这台电脑", actor=official, now=now).code


def _unused_card(house: House, box: str) -> str:
    """The first card of the PDF without a ballot."""
    with read(house.engine) as session:
        used = set(session.scalars(select(Ballot.credential).where(Ballot.box_id == box)))
        row = session.get_one(Box, box)
    group = get_group(row.group)
    for code in house.sample.codes:
        if public_credential(group, parse_credential(code), row.uuid) not in used:
            return code
    return house.sample.codes[0]
