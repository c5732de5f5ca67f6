"""The people of a whole election, each in a browser of their own, and the hall's clock that the journey moves."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from booth_visit import scan
from election_build import NUMERALS, Built
from playwright.sync_api import Browser, Locator, Page, expect
from served_house import sign_in

from voting.box import cards, casting, chain, desk, trustees
from voting.box.tables import Box
from voting.crypto import trustees as trustee_crypto
from voting.crypto.credentials import credential_secret, make_code, parse_credential
from voting.crypto.group import get_group
from voting.database import read
from voting.elections.after import queries as after
from voting.elections.roll.queries import find
from voting.keys import read_keys
from voting.law.calendar import HALL

#: Where the weighty pages are kept as pictures, for whoever wants to look at them.
SHOTS = os.environ.get("WHOLE_ELECTION_SHOTS", "")
LAPTOP, TABLET, PHONE = (
    {"width": 1440, "height": 900},
    {"width": 1280, "height": 800},
    {"width": 390, "height": 844},
)
TITLE = "阳光社区居民委员会换届选举"


def named(number: int) -> str:
    """The name of this number of the roll."""
    return f"样人{NUMERALS[number - 1]}"


def hall(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=HALL).astimezone(UTC)


@dataclass
class Person:
    """Somebody at their own browser; a script error or a breach of the security policy fails the journey."""

    page: Page
    faults: list[str] = field(default_factory=list)

    def nav(self, link: str) -> None:
        """A page of the election, by the navigation at its side."""
        self.page.get_by_role("navigation").get_by_role("link", name=link, exact=True).first.click()

    def follow(self, link: str | re.Pattern[str]) -> None:
        self.page.get_by_role("link", name=link).first.click()

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).first.click()

    def part(self, heading: str) -> Locator:
        """The part of the page under this heading."""
        return self.page.locator("section", has=self.page.get_by_role("heading", name=heading, exact=True)).last

    def send(self, heading: str, button: str, **fields: str) -> None:
        """Fill in the form under a heading and send it."""
        part = self.part(heading)
        for label, value in fields.items():
            put(part.get_by_label(label, exact=True), value)
        part.get_by_role("button", name=button, exact=True).last.click()

    def move(self, name: str, title: str = TITLE, **fields: str) -> None:
        """A move from the overview: the link, the confirmation, the fields it asks for."""
        self.nav("总览")
        self.page.locator('main a[href*="/moves/"]', has_text=name).first.click()
        for label, value in fields.items():
            self.page.get_by_label(label).fill(value)
        self.page.get_by_role("button", name=re.compile("^确认")).click()
        expect(self.page.locator("h1")).to_have_text(title)

    def told(self, words: str) -> None:
        """Something was refused, and the page says why."""
        expect(self.page.get_by_text(words).first).to_be_visible()

    def shot(self, name: str) -> None:
        if SHOTS:
            self.page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def put(control: Locator, value: str) -> None:
    """What a person does with a field: choose in a list, type elsewhere."""
    if control.evaluate("one => one.tagName") == "SELECT":
        control.select_option(value)
    else:
        control.fill(value)


@dataclass
class Deck:
    """The cards of one ballot box, in the order in which they are handed out."""

    codes: list[str]
    secrets: list[int]
    keys: list[int]


@dataclass
class Journey:
    """The election, the people in it, and what lies on the desk."""

    built: Built
    browser: Browser
    address: str
    folder: Path
    people: dict[str, Person] = field(default_factory=dict)
    decks: dict[str, Deck] = field(default_factory=dict)

    def at(self, *when: int) -> datetime:
        """The hall's clock shows this."""
        self.built.house.clock.now = self.built.now = hall(*when)
        return self.built.now

    def anybody(self, size: dict[str, int]) -> Person:
        """A browser that nobody has signed in."""
        context = self.browser.new_context(
            base_url=self.address,
            locale="zh-CN",
            viewport=size,
            accept_downloads=True,  # type: ignore[arg-type]
        )
        person = Person(context.new_page())
        person.page.on("pageerror", lambda error: person.faults.append(str(error)))
        person.page.on("console", lambda said: person.faults.append(said.text) if "Content Sec" in said.text else None)
        person.page.on("dialog", lambda dialog: dialog.accept())
        self.people[f"browser {len(self.people)}"] = person
        return person

    def person(self, login: str) -> Person:
        """Whoever signs in with this name, in a browser of their own."""
        if login not in self.people:
            person = self.anybody(LAPTOP)
            sign_in(person.page, self.address, login)
            self.people[login] = person
        return self.people[login]

    def place(self, rest: str = "") -> str:
        return f"{self.address}/c/{self.built.community}/elections/{self.built.election_id}/{rest}"

    def open_desk(self, login: str = "clerk") -> Page:
        page = self.person(login).page
        page.goto(self.place("desk"))
        return page

    def entry(self, number: int) -> str:
        """The roll entry of this number."""
        found = self.built.look(lambda session, election: find(session, election=election, query=str(number)))
        return next(one.id for one in found if one.number == number)

    def close(self) -> None:
        for person in dict.fromkeys(map(id, self.people.values())):
            one = next(each for each in self.people.values() if id(each) == person)
            one.page.context.close()
            assert one.faults == []

    # --- keys and cards, whose ceremony other journeys show page by page ---------------------------------------------

    def make_deck(self, box_id: str, now: datetime) -> Deck:
        """Keys of two supervisors and the cards of a box; their codes are known here alone."""
        built = self.built
        with read(built.engine) as session:
            box = session.get_one(Box, box_id)
        group, keys = get_group(box.group), []
        for number, login in enumerate(("supervisor", "supervisor2"), 1):
            secret, record = trustee_crypto.make_key(group, f"监督委员{number}")
            keys.append(secret)
            built.act(trustees.add_key, box=box.id, account=built.accounts[login], record=record, now=now)
        codes = [make_code() for _ in range(box.roll_size + box.spares)]
        secrets = [credential_secret(parse_credential(code), box.uuid, group.order) for code in codes]
        built.act(
            cards.receive_credentials,
            box=box.id,
            credentials=sorted(group.text(group.base_power(one)) for one in secrets),
            actor=built.accounts["supervisor"],
            witness=built.accounts["supervisor2"],
            now=now,
        )
        self.decks[box_id] = Deck(codes, secrets, keys)
        return self.decks[box_id]

    def take_deck(self) -> Deck:
        """The cards and keys of the election that is going on."""
        deck = self.decks[self.built.election.box_id]
        self.built.cards, self.built.trustee_secrets = deck.secrets, deck.keys
        return deck

    def reserve(self) -> str:
        """The box for a re-vote on the spot."""
        kept = self.built.look(lambda session, election: after.reserve(session, election=election))
        assert kept is not None
        return str(kept.box_id)

    def rehearse(self) -> None:
        built = self.built
        form = built.look(lambda session, election: chain.sealed_election(session, election.box_id))
        for login, secret in zip(("supervisor", "supervisor2"), built.trustee_secrets, strict=True):
            record = trustee_crypto.partial_decryption(
                form.group, trustee_crypto.rehearsal_phi(form), secret, trustee_crypto.rehearsal_tally(form)
            )
            account = built.accounts[login]
            built.act(trustees.add_rehearsal, box=built.box.id, account=account, record=record, now=built.now)

    # --- votes ------------------------------------------------------------------------------------------------------

    def cast(self, card: int, choices: list[list[int]]) -> None:
        """A ballot sealed and sent as a tablet does it."""
        built = self.built
        raw = built.ballot(card, choices)
        casting.accept(built.engine, box=built.box.id, raw=raw, log_key=read_keys(built.house.settings).log_seed)

    def check_in(self, number: int) -> None:
        """At the desk without its page."""
        built = self.built
        facts = {"voter": self.entry(number), "voter_label": str(number), "desk": "1 号台"}
        built.act(desk.check_in, box=built.box.id, actor=built.accounts["clerk"], now=built.now, **facts)


def found(page: Page, name: str) -> Locator:
    """The desk's verdict on somebody looked for by name."""
    page.fill("#query", name)
    expect(page.locator(".verdict-name")).to_have_text(name)
    return page.locator(".verdict")


def served(page: Page, name: str, by: Callable[[Locator], Any] | None = None) -> None:
    """Somebody gets what the desk's verdict offers: Enter, or the button that is asked for."""
    verdict = found(page, name)
    if by is None:
        page.focus("#query")
        page.keyboard.press("Enter")
    else:
        by(verdict)
    expect(page.locator("#said")).to_contain_text(f"{name}")
    expect(page.locator("#said")).to_contain_text("已登记")


def shown(page: Page, code: str) -> None:
    """A card held under the scanner."""
    scan(page, code)
