"""The whole main job as its parties would do it: one function per step, in the order of the day."""

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from voting.box import card_sheets, cards, ceremony, desk, kiosk, sealing, slot, tallying
from voting.box.rules import spares_allowed, trustee_name
from voting.box.tables import Box
from voting.crypto.credentials import parse_credential, public_credential
from voting.crypto.election import Question, write_election
from voting.crypto.group import get_group
from voting.database import read, writing_session
from voting.elections.roll.importing import check_roll
from voting.errors import Refused
from voting.mock_election import parties, sample
from voting.mock_election.browser import Browser
from voting.mock_election.tablet import Voted, serve_voters

TURNOUT = 0.8
TABLETS = 2
SEED = 20261220
_PASSPHRASE = "mock trustee {number} passphrase"  # noqa: S105 — opens keys of a throw-away election

#: `advance(done, total)` moves the bar of the step that runs.
Advance = Callable[[int, int], None]


@dataclass
class Day:
    """Everything the parties hold between the steps. Codes and passphrases would be on paper."""

    folder: Path
    voters: int
    group: str
    community: parties.Community
    port: int = 0
    box: str = ""
    uuid: str = ""
    roll: int = 0
    codes: list[str] = field(default_factory=list)
    spent: list[str] = field(default_factory=list)
    first_voter: int = 0
    absent: list[int] = field(default_factory=list)
    visits: list[Voted] = field(default_factory=list)
    result: tallying.Result | None = None
    notes: dict[str, str] = field(default_factory=dict)
    _browsers: dict[str, Browser] = field(default_factory=dict)

    def act(self, action: Callable[..., Any], *args: object, **facts: object) -> Any:
        """One action at the official's or clerk's desk, in a transaction of its own."""
        with writing_session(self.community.engine) as session:
            return action(session, *args, **facts)

    def room(self, rest: str) -> str:
        """Address of one of the box's staff pages."""
        return f"/communities/{self.community.id}/boxes/{self.box}/{rest}"

    def browser(self, who: parties.Party) -> Browser:
        """The browser of a member of staff, signed in once."""
        if who.login not in self._browsers:
            self._browsers[who.login] = who.browser(self.port)
        return self._browsers[who.login]

    @property
    def archive(self) -> Path:
        """Where the finished archive is saved."""
        return self.folder / "archive" / f"{self.uuid}.bel"


def now() -> datetime:
    """This instant."""
    return datetime.now(UTC)


def prepare_box(day: Day, advance: Advance) -> None:
    """The official reads the roll and sets the box up."""
    today = now().astimezone(ZoneInfo(day.community.settings.time_zone)).date()
    checked = check_roll(sample.roll_csv(day.voters, today), today)
    day.roll = len(checked.rows)
    day.box = day.act(sealing.make_box, community=day.community.id, group=day.group, trustees=3)
    spares = spares_allowed(day.roll)
    day.act(cards.declare, box=day.box, roll_size=day.roll, spares=spares)
    with read(day.community.engine) as session:
        day.uuid = session.get_one(Box, day.box).uuid
    advance(1, 1)


def make_keys(day: Day, advance: Advance) -> None:
    """Each supervisor makes a key, keeps the sealed file, sends the public record."""
    for number, who in enumerate(day.community.supervisors, 1):
        made = ceremony.make_key(
            group=day.group, uuid=day.uuid, name=trustee_name(number), passphrase=_PASSPHRASE.format(number=number)
        )
        _key_file(day, number).write_bytes(made.key_file)
        record = {"record": made.public_record.decode()}
        day.browser(who).post_json(day.room("trustee/key"), record, page=day.room("trustee"))
        advance(number, 3)


def make_cards(day: Day, advance: Advance) -> None:
    """Two supervisors make the cards; the server gets the public credentials only."""
    count = day.roll + spares_allowed(day.roll)
    made = 0

    def on_made(more: int) -> None:
        nonlocal made
        made += more
        advance(made, count)

    card_set = card_sheets.make_cards(group=day.group, uuid=day.uuid, count=count, on_made=on_made)
    day.codes = list(card_set.codes)
    random.Random(SEED).shuffle(day.codes)
    first, second = day.community.supervisors[:2]
    browser, page = day.browser(first), day.room("cards")
    browser.post_form(day.room("cards/witness"), {"login": second.login, "password": second.password}, page=page)
    browser.post_json(day.room("cards/credentials"), {"credentials": list(card_set.credentials)}, page=page)


def seal(day: Day, advance: Advance) -> None:
    """The official fixes form, keys and cards."""
    group = get_group(day.group)
    with read(day.community.engine) as session:
        key = group.parse(sealing.joint_key(session, box=day.box))
    record = write_election(
        uuid=day.uuid,
        name="样例社区居民委员会换届选举",
        description="",
        group=group,
        public_key=key,
        questions=_questions(),
    )
    day.act(sealing.seal, box=day.box, election_record=record, actor=day.community.official.account, now=now())
    advance(1, 1)


def _questions() -> list[Question]:
    return [
        Question("主任", ("候选样例一", "候选样例二"), blank=True, minimum=1, maximum=1),
        Question("副主任", ("候选样例三", "候选样例四"), blank=True, minimum=1, maximum=1),
        Question("委员", tuple(f"候选样例{n}" for n in "五六七八"), blank=True, minimum=1, maximum=3),
    ]


def rehearse(day: Day, advance: Advance) -> None:
    """Each supervisor proves to hold the key."""
    for number, who in enumerate(day.community.supervisors, 1):
        browser = day.browser(who)
        texts = browser.get(day.room("trustee/setup")).json
        setup = ceremony.parse_setup(texts["election"].encode(), texts["trustees"].encode())
        record = ceremony.rehearse(setup, _key_file(day, number).read_bytes(), _PASSPHRASE.format(number=number))
        browser.post_json(day.room("trustee/rehearsal"), {"record": record.decode()}, page=day.room("trustee"))
        advance(number, 3)


def vote(day: Day, advance: Advance) -> None:
    """The poll: the clerk checks people in and hands out cards, two tablets take ballots over HTTP."""
    official = day.community.official.account
    day.act(slot.open_slot, box=day.box, actor=official, now=now())
    with _tablets(day) as (pile, outcomes):
        _fill_the_hall(day, pile, outcomes, advance)
        _unusual_visits(day, pile, outcomes)
    day.act(slot.serve_queue, 0, box=day.box, actor=official, now=now())
    day.act(slot.close, box=day.box, actor=official, now=now())


class _tablets:  # noqa: N801 — used as a context manager, like a function
    """Paired tablets in processes of their own, fed from one pile of cards."""

    def __init__(self, day: Day) -> None:
        context = get_context("spawn")
        self.pile: Any = context.Queue()
        self.outcomes: Any = context.Queue()
        self.processes = []
        for number in range(TABLETS):
            code = day.act(
                kiosk.new_pairing_code,
                box=day.box,
                name=f"{number + 1} 号写票处",
                actor=day.community.official.account,
                now=now(),
            ).code
            arguments = (day.port, code, SEED + number, self.pile, self.outcomes)
            self.processes.append(context.Process(target=serve_voters, args=arguments, daemon=True))

    def __enter__(self) -> tuple[Any, Any]:
        for process in self.processes:
            process.start()
        return self.pile, self.outcomes

    def __exit__(self, *_: object) -> None:
        for _process in self.processes:
            self.pile.put(None)
        for process in self.processes:
            process.join(timeout=30)
            if process.is_alive():
                process.kill()


def _fill_the_hall(day: Day, pile: Any, outcomes: Any, advance: Advance) -> None:
    """Check-ins run a few people ahead of the tablets, as in a hall."""
    order = random.Random(SEED).sample(range(1, day.roll + 1), day.roll)
    coming, day.absent = order[: round(TURNOUT * day.roll)], order[round(TURNOUT * day.roll) :]
    day.first_voter, waiting = coming[0], 0
    for number in coming:
        _hand_out(day, number, pile)
        waiting += 1
        if waiting > 4 * TABLETS:
            _leave_booth(day, outcomes, advance, len(coming))
            waiting -= 1
    for _ in range(waiting):
        _leave_booth(day, outcomes, advance, len(coming))


def _hand_out(day: Day, number: int, pile: Any) -> None:
    card = day.codes.pop()
    _check_in(day, number)
    day.spent.append(card)
    pile.put(card)


def _check_in(day: Day, number: int) -> desk.CheckedIn:
    seen: desk.CheckedIn = day.act(
        desk.check_in,
        box=day.box,
        voter=f"roll{number}",
        voter_label=str(number),
        desk="一号桌",
        actor=day.community.clerk.account,
        now=now(),
    )
    return seen


def _leave_booth(day: Day, outcomes: Any, advance: Advance, total: int) -> Voted:
    visit = outcomes.get(timeout=120)
    if not isinstance(visit, Voted):
        raise Refused("TABLET_FAILED", f"平板出错：{visit}", f"A tablet failed: {visit}")
    day.visits.append(visit)
    advance(sum(one.status == 201 for one in day.visits), total)
    return visit


def _unusual_visits(day: Day, pile: Any, outcomes: Any) -> None:
    """What must be refused or taken back: a second use, a second check-in, an undo, a torn card."""
    day.notes["second use of a card"] = _second_use(day, pile, outcomes)
    day.notes["second check-in"] = _refusal(lambda: _check_in(day, day.first_voter))
    group = get_group(day.group)
    clerk = day.community.clerk.account
    mark, returned = _check_in(day, day.absent.pop()).mark, day.codes.pop()
    public = public_credential(group, parse_credential(returned), day.uuid)
    counters = day.act(desk.undo, mark=mark, credential=public, reason="left", actor=clerk, now=now())
    day.notes["undo with the card back"] = f"cards returned: {counters.cards_returned}"
    torn = public_credential(group, parse_credential(day.codes.pop()), day.uuid)
    _check_in(day, day.absent.pop())
    day.act(desk.replace_torn, box=day.box, credential=torn, actor=clerk, now=now())
    day.codes.pop()
    day.notes["torn card replaced"] = "cards torn: 1"


def _second_use(day: Day, pile: Any, outcomes: Any) -> str:
    pile.put(day.spent[0])
    visit = _leave_booth(day, outcomes, lambda *_: None, 0)
    return f"{visit.status} {visit.code}"


def _refusal(deed: Callable[[], object]) -> str:
    try:
        deed()
    except Refused as refusal:
        return refusal.code
    raise Refused("NOT_REFUSED", "本应被拒绝的操作没有被拒绝。", "What must be refused was not refused.")


def scan_unused(day: Day, advance: Advance) -> None:
    """The clerk scans every card left on the pile: none may have a ballot."""
    group = get_group(day.group)
    kinds: Counter[str] = Counter()
    for place, code in enumerate(day.codes, 1):
        public = public_credential(group, parse_credential(code), day.uuid)
        seen = day.act(desk.scan_unused, box=day.box, credential=public, actor=day.community.clerk.account, now=now())
        kinds[seen.kind] += 1
        advance(place, len(day.codes))
    day.notes["cards on the pile"] = ", ".join(f"{count} {kind}" for kind, count in kinds.items())


def tally(day: Day, advance: Advance) -> None:
    """Add all ballots up under encryption."""
    with read(day.community.engine) as session:
        summed = tallying.aggregate(session, box=day.box)
    day.act(
        tallying.tally,
        box=day.box,
        floor=5,
        floor_decision=None,
        now=now(),
        actor=day.community.official.account,
        summed=summed,
    )
    advance(1, 1)


def decrypt(day: Day, advance: Advance) -> None:
    """Each supervisor fetches the archive, checks every ballot, re-adds the tally and decrypts a share."""
    for number, who in enumerate(day.community.supervisors, 1):
        browser = day.browser(who)
        copy = day.folder / f"trustee{number}" / f"{day.uuid}.bel"
        copy.write_bytes(browser.get(day.room("trustee/archive")).body)
        share = ceremony.decrypt(copy, _key_file(day, number).read_bytes(), _PASSPHRASE.format(number=number))
        browser.post_json(day.room("trustee/share"), {"record": share.record.decode()}, page=day.room("trustee"))
        advance(number, 3)


def combine(day: Day, advance: Advance) -> None:
    """The shares become the counts; the archive is published and downloaded."""
    day.result = day.act(tallying.combine, box=day.box, now=now())
    day.archive.parent.mkdir(exist_ok=True)
    with closing(Browser(day.port)) as anybody:
        day.archive.write_bytes(anybody.get(f"/archive/{day.uuid}.bel").body)
    advance(1, 1)


def verify(day: Day, advance: Advance) -> None:
    """The stand-alone verifier, and belenios-tool where the group lets it read the archive."""
    _run(day, [sys.executable, "-m", "verifier", "archive", str(day.archive)], "verifier")
    if day.group == "BELENIOS-2048":
        _run(day, ["belenios-tool", "election", "verify", "--dir", str(day.archive.parent)], "belenios-tool")
    advance(1, 1)


def _run(day: Day, command: list[str], name: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 — fixed arguments
    except FileNotFoundError:
        day.notes[name] = "not installed; skipped"
        return
    (day.folder / f"{name}.txt").write_text(done.stdout + done.stderr)
    day.notes[name] = f"exit {done.returncode}"
    if done.returncode != 0:
        raise Refused("NOT_VERIFIED", f"{name} 没有通过：{done.stdout}{done.stderr}", f"{name} refused the archive.")


def _key_file(day: Day, number: int) -> Path:
    folder = day.folder / f"trustee{number}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / "key.json"


#: The order of the day: what the table calls a step, and the step.
STEPS: tuple[tuple[str, str, Callable[[Day, Advance], None]], ...] = (
    ("名单和票箱", "roll and box", prepare_box),
    ("建密钥", "trustees' keys", make_keys),
    ("制卡", "cards", make_cards),
    ("封存", "seal", seal),
    ("演练", "rehearsal", rehearse),
    ("领卡和投票", "check-in and voting", vote),
    ("清点未用卡", "unused cards", scan_unused),
    ("加密合计", "encrypted tally", tally),
    ("核对和解密", "check and decrypt", decrypt),
    ("合并结果", "result", combine),
    ("独立核验", "independent verification", verify),
)


def counts(day: Day) -> Iterator[tuple[str, str, int]]:
    """Office, name, votes of the result."""
    assert day.result is not None, "combine has run"  # noqa: S101 — the order of STEPS
    for question, row in zip(_questions(), day.result.counts, strict=True):
        for name, votes in zip(("弃权", *question.answers), row, strict=True):
            yield question.text, name, votes


def write_summary(day: Day) -> None:
    """The figures of the run beside its archive."""
    (day.folder / "summary.json").write_text(
        json.dumps({"uuid": day.uuid, "notes": day.notes, "counts": list(counts(day))}, ensure_ascii=False, indent=1)
    )
