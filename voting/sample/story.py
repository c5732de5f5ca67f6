"""The sample election from its first form to the open poll, step by step as its parties would do it.

Everything is done through the same actions as by the pages, the preparations dated before today. Only here
does one program hold what the parties keep apart: that is why it is a sample, and a folder of its own.
"""

import random
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from voting.box import anchors, card_sheets, cards, casting, ceremony, chain, desk, kiosk, trustees
from voting.box.rules import trustee_name
from voting.box.tables import Box
from voting.crypto.ballot import make_ballot
from voting.crypto.credentials import credential_secret, parse_credential
from voting.crypto.election import Election as Form
from voting.database import read, write, writing_session
from voting.elections import actions
from voting.elections.roll import actions as roll
from voting.elections.roll import publication
from voting.elections.roll.queries import whole_roll
from voting.elections.sealing import seal_election
from voting.elections.tables import Election
from voting.errors import Refused
from voting.keys import Keys
from voting.law.calendar import HALL
from voting.mock_election.sample import roll_csv
from voting.mock_election.tablet import choose
from voting.permissions import Actor
from voting.sample import after, candidates, committee, earlier, paper, papers
from voting.sample.roll import object_to_it

VOTERS, SPARES = 120, 3
#: Residents with a card in their hand: so many votes can be cast by whoever tries the booth.
IN_HAND = 20
#: Residents who have not come yet: for the desk. Their cards and the spares lie on the pile.
NEVER_CALLED = 20
#: The sheets of cards: those of residents who have come, and the pile at the desk, to be scanned after closing.
CARDS_OUT, CARDS_LEFT = "cards.pdf", "cards-left.pdf"
OFFICES = (("主任", 1, 2), ("副主任", 1, 2), ("委员", 3, 5))
#: From this hour on the sample's poll ends shortly before midnight, else at ten: there is time left to lengthen.
_LATE = 21
Say = Callable[[str], None]


@dataclass
class Story:
    """What the steps hand on: the installation, its people, the election, the cards' codes.

    ``committee``: the folder of the election committee's key, and its passphrase.
    """

    engine: Engine
    keys: Keys
    community_id: str
    official: Actor
    clerk: str
    supervisors: tuple[str, ...]
    folder: Path
    passphrase: str
    committee: tuple[Path, str]
    now: datetime
    reviewers: dict[str, str] = field(default_factory=dict)
    election_id: str = ""
    box_id: str = ""
    uuid: str = ""
    codes: list[str] = field(default_factory=list)
    waiting: frozenset[str] = frozenset()
    dice: random.Random = field(default_factory=lambda: random.Random(20261220))

    @property
    def offices(self) -> tuple[tuple[str, int, int], ...]:
        """Title, seats and number of candidates of every office."""
        return OFFICES

    @property
    def day(self) -> date:
        """The sample's election day: today in the hall."""
        return self.now.astimezone(HALL).date()

    def before(self, days: int) -> datetime:
        """The same hour, `days` earlier."""
        return self.now - timedelta(days=days)

    def act(self, action: Callable[..., Any], **facts: Any) -> Any:
        """One action, in transactions of its own."""
        with writing_session(self.engine) as session:
            return action(session, **facts)

    def move(self, action: Callable[..., Any], days: int, **facts: Any) -> Any:
        """A move by the official, `days` before the election."""
        return self.act(action, election_id=self.election_id, actor=self.official, now=self.before(days), **facts)


def tell(story: Story, say: Say) -> None:
    """Run every step; `say` hears what is being done."""
    for words, step in (
        ("一周前的演练，办到归档 / last week's drill, held to its archive", earlier.hold),
        ("建立选举 / setting up the election", set_up),
        (f"导入 {VOTERS} 人的名单 / importing the roll", import_roll),
        ("名单异议 / objections to the roll", object_to_it),
        ("选举委员会 / the election committee", committee.form),
        ("提名和资格联审 / nominations and the joint review", candidates.propose),
        ("三位监督委员的密钥 / three supervisors' keys", make_keys),
        (f"{VOTERS + SPARES} 张选票卡 / ballot cards", make_cards),
        ("印件和报表情况 / facts for papers and reports", papers.enter),
        ("备用票箱 / the reserve box for a re-vote on the spot", after.make_reserve),
        (f"{paper.PRINTED} 张纸票、票箱、委托 / papers, boxes, proxies", paper.prepare),
        ("封定、演练、配对平板 / sealing, rehearsal, a tablet", seal),
        (f"{VOTERS - NEVER_CALLED} 人领卡，{VOTERS - NEVER_CALLED - IN_HAND} 人已投 / the morning's voters", vote),
    ):
        say(words)
        step(story)


def set_up(story: Story) -> None:
    """The official sets the election up a month ahead; the poll can be lengthened, whatever the hour now."""
    closes = time(22, 0) if story.now.astimezone(HALL).hour < _LATE else time(23, 30)
    made = story.act(
        actions.create_election,
        actor=story.official,
        now=story.before(30),
        community_id=story.community_id,
        title=f"样例社区居民委员会换届选举（{story.day.isoformat()}）",
        place="样例社区活动中心",
        day=story.day,
        opens_at=datetime.combine(story.day, time(0, 0), HALL).astimezone(UTC),
        closes_at=datetime.combine(story.day, closes, HALL).astimezone(UTC),
        offices=[actions.NewOffice(title, seats) for title, seats, _standing in OFFICES],
    )
    story.election_id, story.box_id = made.id, made.box_id
    with read(story.engine) as session:
        story.uuid = session.get_one(Box, story.box_id).uuid


def import_roll(story: Story) -> None:
    """A file with invented people is checked, imported and posted three weeks ahead."""
    content = roll_csv(VOTERS, story.day)
    (story.folder / "roll.csv").write_bytes(content)
    dry = story.act(
        roll.keep_draft,
        election_id=story.election_id,
        filename="roll.csv",
        content=content,
        keys=story.keys.fields,
    )
    story.move(roll.import_draft, 28, digest=dry.digest, keys=story.keys.fields)
    story.move(publication.publish_roll, 22, spares=SPARES)


def make_keys(story: Story) -> None:
    """Each supervisor makes a key; the sealed file stays in the sample's folder, the public record goes in."""
    folder = story.folder / "trustees"
    folder.mkdir(mode=0o700, exist_ok=True)
    for number, account in enumerate(story.supervisors, 1):
        made = ceremony.make_key(
            group="Ed25519", uuid=story.uuid, name=trustee_name(number), passphrase=story.passphrase
        )
        path = folder / f"supervisor{number}.json"
        path.touch(mode=0o600)
        path.write_bytes(made.key_file)
        story.act(trustees.add_key, box=story.box_id, account=account, record=made.public_record, now=story.before(7))


def make_cards(story: Story) -> None:
    """Two supervisors make the cards and print the sheets; the server gets the public credentials."""
    made = card_sheets.make_cards(group="Ed25519", uuid=story.uuid, count=VOTERS + SPARES)
    story.codes = list(made.codes)
    print_cards(story.folder, story.codes, story.before(5))
    story.act(
        cards.receive_credentials,
        box=story.box_id,
        credentials=list(made.credentials),
        actor=story.supervisors[0],
        witness=story.supervisors[1],
        now=story.before(5),
    )


def print_cards(folder: Path, codes: list[str], created: datetime) -> Refused | None:
    """Write the two files of cards, unless the machine cannot print Chinese: the poll needs no paper to be tried."""
    handed = VOTERS - NEVER_CALLED
    for name, some in ((CARDS_OUT, codes[:handed]), (CARDS_LEFT, codes[handed:])):
        try:
            sheets = card_sheets.write_sheets(some, title="样例社区居民委员会换届选举", created=created)
        except Refused as no_font:
            return no_font
        path = folder / name
        path.touch(mode=0o600)
        path.write_bytes(sheets)
    return None


def seal(story: Story) -> None:
    """Form, keys, cards and roll are fixed; supervisors rehearse, a tablet is paired, the poll opens."""
    story.move(seal_election, 4)
    with read(story.engine) as session:
        records = chain.setup(session, story.box_id)
    setup = ceremony.parse_setup(records["election"], records["trustees"])
    for number, account in enumerate(story.supervisors, 1):
        key_file = (story.folder / "trustees" / f"supervisor{number}.json").read_bytes()
        record = ceremony.rehearse(setup, key_file, story.passphrase)
        story.act(trustees.add_rehearsal, box=story.box_id, account=account, record=record, now=story.before(3))
    code = story.act(
        kiosk.new_pairing_code,
        box=story.box_id,
        name="1 号写票处",
        actor=story.official.account_id,
        now=story.before(1),
    ).code
    story.act(kiosk.pair, code=code, now=story.before(1))
    story.move(actions.open_poll, 0)


def vote(story: Story) -> None:
    """Nearly everybody has come to the desk; all of them but IN_HAND have voted, with the last cards of the PDF."""
    with read(story.engine) as session:
        election = session.get_one(Election, story.election_id)
        voters = [(one.id, str(one.number)) for one in whole_roll(session, election=election)]
        form = chain.sealed_election(session, story.box_id)
    story.dice.shuffle(voters)
    # The holder, those who asked, and those of the mobile box have not come yet.
    voters.sort(key=lambda one: one[0] in story.waiting)
    with write(story.engine) as session:
        for entry, number in voters[: VOTERS - NEVER_CALLED]:
            desk.check_in(
                session,
                box=story.box_id,
                voter=entry,
                voter_label=number,
                desk="1 号台",
                actor=story.clerk,
                now=story.now,
            )
    spent = story.codes[IN_HAND : VOTERS - NEVER_CALLED]
    choices = [[choose(question, story.dice) for question in form.questions] for _ in spent]
    with ProcessPoolExecutor() as pool:
        ballots = pool.map(_ballot, [form.record] * len(spent), spent, choices, chunksize=8)
        for raw in ballots:
            casting.accept(story.engine, box=story.box_id, raw=raw, log_key=story.keys.log_seed)
    story.act(anchors.anchor_if_due, box=story.box_id, now=story.now)


def _ballot(record: bytes, code: str, choices: list[list[int]]) -> bytes:
    form = Form.parse(record)
    return make_ballot(form, credential_secret(parse_credential(code), form.uuid, form.group.order), choices)
