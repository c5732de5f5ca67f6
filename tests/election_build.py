"""A community with an election, brought to any moment of its life by the same actions the pages use."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from copied import held_once
from house_build import Clock, House
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from voting.box import cards, chain, kiosk, trustees
from voting.box.tables import Box
from voting.crypto import trustees as trustee_crypto
from voting.crypto.ballot import make_ballot
from voting.crypto.election import Election as Form
from voting.crypto.group import get_group
from voting.database import read, write, writing_session
from voting.elections import actions
from voting.elections.actions import NewOffice
from voting.elections.candidates import actions as candidates
from voting.elections.candidates.rules import BARS
from voting.elections.roll import actions as roll
from voting.elections.roll import publication
from voting.elections.roll.idnumber import check_character
from voting.elections.roll.queries import find
from voting.elections.sealing import seal_election
from voting.elections.tables import Election
from voting.keys import FieldKeys, read_keys
from voting.law.calendar import HALL
from voting.permissions import Actor, Role

DAY = date(2026, 12, 20)
BEFORE = Clock().now
#: The roll is posted on BEFORE, 25 November: objections may come until the 30th. Keys, cards and sealing come after.
AFTER_OBJECTIONS = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)
ON_THE_DAY = datetime(2026, 12, 20, 1, 0, tzinfo=UTC)
OFFICES = [NewOffice("主任", 1), NewOffice("委员", 2, write_in=False)]
HEADER = "姓名,性别,公民身份号码,楼栋,单元,房号,手机,登记类别,网格"


def an_id_number(index: int, born: date = date(1970, 1, 1)) -> str:
    """A valid number of an invented person: region 990101 does not exist."""
    first17 = f"990101{born:%Y%m%d}{index:03d}"
    return first17 + check_character(first17)


def a_row(index: int, name: str | None = None, born: date = date(1970, 1, 1)) -> str:
    sex = "男" if index % 2 else "女"
    name = name or f"样人{NUMERALS[index]}"
    return f"{name},{sex},{an_id_number(index, born)},{index % 5 + 1}栋,1单元,{index}01室,,常住,"


NUMERALS = [a + b for a in ("", *"甲乙丙丁戊己庚辛壬癸") for b in "子丑寅卯辰巳午未申酉戌亥"]


def a_csv(rows: list[str]) -> bytes:
    return "\r\n".join([HEADER, *rows]).encode()


@dataclass
class Built:
    """A house, a second supervisor, and one election of its first community."""

    house: House
    keys: FieldKeys
    accounts: dict[str, str]
    election_id: str = ""
    now: datetime = BEFORE
    cards: list[int] = field(default_factory=list)
    trustee_secrets: list[int] = field(default_factory=list)

    @property
    def engine(self) -> Engine:
        return self.house.engine

    @property
    def community(self) -> str:
        return self.house.community

    def actor(self, login: str = "official") -> Actor:
        return self.house.actor(self.accounts[login])

    def act(self, action: Callable[..., Any], /, **facts: Any) -> Any:
        """One action in its own transaction."""
        with write(self.engine) as session:
            return action(session, **facts)

    def do(self, action: Callable[..., Any], /, **facts: Any) -> Any:
        """An official's action on the election, on the day its preparations have come to unless told."""
        return self.act(action, **{"election_id": self.election_id, "actor": self.actor(), "now": self.now, **facts})

    def look(self, question: Callable[[Session, Election], Any]) -> Any:
        with read(self.engine) as session:
            return question(session, session.get_one(Election, self.election_id))

    @property
    def election(self) -> Election:
        return self.look(lambda _session, election: election)

    @property
    def state(self) -> str:
        return self.election.state

    @property
    def box(self) -> Box:
        return self.look(lambda session, election: session.get_one(Box, election.box_id))

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """Type and data of every entry of the community's log."""
        return self.house.log()

    def ballot(self, card: int, choices: list[list[int]]) -> bytes:
        form: Form = self.look(lambda session, election: chain.sealed_election(session, election.box_id))
        return make_ballot(form, self.cards[card], choices)


def a_built(house: House) -> Built:
    """The house with a second supervisor."""
    second = house.account("supervisor2", house.community, "乙s")
    house.appoint(second, house.community, Role.SUPERVISOR)
    accounts = {
        "admin": house.admin,
        "official": house.accounts[Role.ELECTION_OFFICIAL],
        "clerk": house.accounts[Role.DESK_CLERK],
        "supervisor": house.accounts[Role.SUPERVISOR],
        "supervisor2": second,
    }
    return Built(house, read_keys(house.settings).fields, accounts)


def an_election(house: House, **facts: Any) -> Built:
    """A draft: offices, day, an empty roll."""
    built = a_built(house)
    opens = datetime.combine(DAY, time(8), HALL).astimezone(UTC)
    given = {
        "title": "样例社区居民委员会换届选举",
        "place": "社区活动中心",
        "day": DAY,
        "opens_at": opens,
        "closes_at": opens + timedelta(hours=10),
        "offices": OFFICES,
        "trustees": 2,
        **facts,
    }
    made = built.act(actions.create_election, actor=built.actor(), now=BEFORE, community_id=built.community, **given)
    built.election_id = made.id
    return built


def with_roll(built: Built, voters: int = 12, names: Mapping[int, str] = MappingProxyType({})) -> Built:
    """A roll of so many people; ``names``: roll number → another name than usual."""
    content = a_csv([a_row(index, names.get(index + 1)) for index in range(voters)])
    # These two take transactions of their own: the file is read between them.
    with writing_session(built.engine) as session:
        dry = roll.keep_draft(
            session, election_id=built.election_id, filename="roll.csv", content=content, keys=built.keys
        )
        roll.import_draft(
            session,
            election_id=built.election_id,
            digest=dry.digest,
            keys=built.keys,
            actor=built.actor(),
            now=BEFORE,
        )
    return built


def a_published_election(house: House, *, voters: int = 12, **facts: Any) -> Built:
    built = with_roll(an_election(house, **facts), voters)
    built.do(publication.publish_roll)
    return built


def add_candidate(built: Built, office: int, query: str, **facts: Any) -> str:
    entry = built.look(lambda session, election: find(session, election=election, query=query)[0])
    office_id = built.election.offices[office].id
    given = {"trade": "教师", "introduction": "", "photo": None, **facts}
    made = built.do(
        candidates.add_candidate,
        office_id=office_id,
        entry_id=entry.id,
        keys=built.keys,
        **given,
    )
    return str(made.id)


def clear(built: Built, candidate_id: str) -> None:
    """All four bars answered with no, by the person and by the official."""
    answers = dict.fromkeys(BARS, False)
    built.do(candidates.record_bars, candidate_id=candidate_id, declared=answers, checked=answers)


def with_candidates(built: Built) -> Built:
    """Two for 主任, three for 委员, posted."""
    for office, number in ((0, "1"), (0, "2"), (1, "3"), (1, "4"), (1, "5")):
        clear(built, add_candidate(built, office, number))
    built.do(candidates.post_candidates)
    return built


def with_keys_and_cards(built: Built) -> Built:
    built.now = AFTER_OBJECTIONS
    built.house.clock.now = max(built.house.clock.now, AFTER_OBJECTIONS)
    group = get_group(built.box.group)
    for number, login in enumerate(("supervisor", "supervisor2"), 1):
        secret, record = trustee_crypto.make_key(group, f"监督委员{number}")
        built.trustee_secrets.append(secret)
        built.act(trustees.add_key, box=built.box.id, account=built.accounts[login], record=record, now=BEFORE)
    return with_cards(built)


def with_cards(built: Built) -> Built:
    """As many cards as the roll and its spares ask for; made again, they replace the earlier ones."""
    group = get_group(built.box.group)
    built.cards = [1 + secrets.randbelow(group.order - 1) for _ in range(built.box.roll_size + built.box.spares)]
    built.act(
        cards.receive_credentials,
        box=built.box.id,
        credentials=sorted(group.text(group.base_power(card)) for card in built.cards),
        actor=built.accounts["supervisor"],
        witness=built.accounts["supervisor2"],
        now=BEFORE,
    )
    return built


@held_once
def a_sealed_election(house: House, **facts: Any) -> Built:
    built = with_keys_and_cards(with_candidates(a_published_election(house, **facts)))
    built.do(seal_election)
    return built


def with_rehearsals(built: Built) -> Built:
    form: Form = built.look(lambda session, election: chain.sealed_election(session, election.box_id))
    for login, secret in zip(("supervisor", "supervisor2"), built.trustee_secrets, strict=True):
        record = trustee_crypto.partial_decryption(
            form.group, trustee_crypto.rehearsal_phi(form), secret, trustee_crypto.rehearsal_tally(form)
        )
        built.act(trustees.add_rehearsal, box=built.box.id, account=built.accounts[login], record=record, now=BEFORE)
    return built


def with_tablet(built: Built) -> str:
    """A paired tablet; returns the token of its cookie."""
    official = built.accounts["official"]
    code = built.act(kiosk.new_pairing_code, box=built.box.id, name="1 号", actor=official, now=BEFORE).code
    return str(built.act(kiosk.pair, code=code, now=BEFORE))


@held_once
def an_open_election(house: House, **facts: Any) -> Built:
    built = with_rehearsals(a_sealed_election(house, **facts))
    with_tablet(built)
    built.do(actions.open_poll, now=ON_THE_DAY)
    return built
