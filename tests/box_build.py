"""A ballot box for tests, brought to any moment of its life by the same actions the house uses."""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from voting import journal  # noqa: F401 (its tables belong to every database)
from voting.box import cards, desk, in_hand, sealing, slot, trustees
from voting.box.rules import Counters
from voting.box.tables import Box
from voting.crypto import trustees as trustee_crypto
from voting.crypto.ballot import make_ballot
from voting.crypto.card_in_hand import prove_in_hand
from voting.crypto.election import Election, Question, write_election
from voting.crypto.group import get_group
from voting.database import Base, make_engine, read, write
from voting.people.tables import Account, Unit

NOW = datetime(2026, 12, 20, 0, 5, tzinfo=UTC)
LOG_KEY = bytes(range(32))
QUESTIONS = (
    Question("主任", ("甲一", "甲二"), blank=True, minimum=1, maximum=1),
    Question("委员", ("乙一", "乙二", "乙三"), blank=True, minimum=1, maximum=2),
)


@dataclass
class Built:
    """A box and everything its parties hold: cards' secrets, trustees' secrets, accounts."""

    engine: Engine
    box: str
    community: str
    clerk: str
    supervisors: list[str]
    cards: list[int]
    keys: list[int] = field(default_factory=list)
    publics: list[str] = field(default_factory=list)
    form: Election | None = None

    @property
    def election(self) -> Election:
        assert self.form is not None
        return self.form

    def act(self, action: Callable, /, *args: object, **facts: object) -> object:
        """One action in its own transaction, at NOW unless told."""
        with write(self.engine) as session:
            return action(session, *args, **{"now": NOW, **facts})

    def row(self) -> Box:
        with read(self.engine) as session:
            return session.get_one(Box, self.box)

    def ballot(self, card: int, first: int = 1, second: tuple[int, ...] = (0, 1, 1, 0)) -> bytes:
        """A ballot of the card: candidate number `first` (0 = blank) for the first office."""
        chosen = [0, 0, 0]
        chosen[first] = 1
        return self.ballot_of(card, [chosen, list(second)])

    def ballot_of(self, card: int, choices: list[list[int]]) -> bytes:
        """A ballot of the card with these marks."""
        return make_ballot(self.election, self.cards[card], choices)

    def in_hand(self, card: int, deed: str, mark: str = "", **facts: object) -> in_hand.CardInHand:
        """What the clerk's scanner makes of the card: a fresh nonce of the box, answered with the card's key."""
        row = self.row()
        nonce = self.act(in_hand.new_nonce, **{"box": self.box, "actor": self.clerk, **facts})
        about = {"uuid": row.uuid, "deed": deed, "mark": mark, "nonce": nonce}
        proof = prove_in_hand(get_group(row.group), self.cards[card], **about)
        return in_hand.CardInHand(self.publics[card], nonce, proof)

    def undo(self, mark: str, card: int, **facts: object) -> Counters:
        """An undo by the clerk before the first supervisor."""
        given = {"reason": "left", "second": self.supervisors[0], "actor": self.clerk, **facts}
        shown = given.pop("shown", None) or self.in_hand(card, "undo", mark)
        return self.act(desk.undo, mark=mark, card=shown, **given)  # type: ignore[return-value]

    def torn(self, card: int) -> Counters:
        shown = self.in_hand(card, "torn")
        return self.act(desk.replace_torn, box=self.box, card=shown, actor=self.clerk)  # type: ignore[return-value]

    def scan(self, card: int) -> desk.Scanned:
        shown = self.in_hand(card, "unused")
        return self.act(desk.scan_unused, box=self.box, card=shown, actor=self.clerk)  # type: ignore[return-value]

    def check_in(self, voter: int, **facts: object) -> desk.CheckedIn:
        given = {"voter": f"voter{voter}", "voter_label": str(voter), "desk": "一号桌", "actor": self.clerk, **facts}
        return self.act(desk.check_in, box=self.box, **given)  # type: ignore[return-value]


def an_engine(folder: Path) -> Engine:
    """An empty database: SQLite in `folder`, or the PostgreSQL one that BOX_TEST_DATABASE names (it is emptied)."""
    engine = make_engine(os.environ.get("BOX_TEST_DATABASE") or f"sqlite:///{folder}/box.sqlite3")
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    return engine


def a_box(engine: Engine, *, voters: int = 4, spares: int = 2, group: str = "Ed25519", trustee_count: int = 2) -> Built:
    """A box in preparation: declared, without keys and cards."""
    with write(engine) as session:
        unit = Unit(kind="community", name="样例社区", path="", created_at=NOW)
        session.add(unit)
        session.flush()
        unit.path = unit.id
        people = [_account(unit.id, name) for name in ("clerk", *(f"supervisor{n}" for n in range(trustee_count)))]
        session.add_all(people)
        session.flush()
        box = sealing.make_box(session, community=unit.id, group=group, trustees=trustee_count)
        cards.declare(session, box=box, roll_size=voters, spares=spares)
    return Built(engine, box, unit.id, people[0].id, [one.id for one in people[1:]], [])


def with_keys(built: Built) -> Built:
    group = get_group(built.row().group)
    for number, account in enumerate(built.supervisors, 1):
        secret, record = trustee_crypto.make_key(group, f"监督委员{number}")
        built.keys.append(secret)
        built.act(trustees.add_key, box=built.box, account=account, record=record)
    return built


def with_cards(built: Built, count: int | None = None) -> Built:
    row = built.row()
    group = get_group(row.group)
    built.cards = [1 + secrets.randbelow(group.order - 1) for _ in range(count or row.roll_size + row.spares)]
    built.publics = [group.text(group.base_power(card)) for card in built.cards]
    witness = built.supervisors[1] if len(built.supervisors) > 1 else built.clerk
    built.act(
        cards.receive_credentials,
        box=built.box,
        credentials=sorted(built.publics),
        actor=built.supervisors[0],
        witness=witness,
    )
    return built


def form(built: Built, questions: tuple[Question, ...] = QUESTIONS) -> bytes:
    row = built.row()
    group = get_group(row.group)
    with read(built.engine) as session:
        key = group.parse(sealing.joint_key(session, box=built.box))
    return write_election(
        uuid=row.uuid, name="样例选举", description="", group=group, public_key=key, questions=list(questions)
    )


def a_sealed_box(
    engine: Engine, *, rehearsed: bool = True, questions: tuple[Question, ...] = QUESTIONS, **facts: object
) -> Built:
    built = with_cards(with_keys(a_box(engine, **facts)))  # type: ignore[arg-type]
    record = form(built, questions)
    built.act(sealing.seal, box=built.box, election_record=record, actor=None)
    built.form = Election.parse(record)
    if rehearsed:
        for account, secret in zip(built.supervisors, built.keys, strict=True):
            share = trustee_crypto.partial_decryption(
                built.election.group,
                trustee_crypto.rehearsal_phi(built.election),
                secret,
                trustee_crypto.rehearsal_tally(built.election),
            )
            built.act(trustees.add_rehearsal, box=built.box, account=account, record=share)
    return built


def an_open_box(engine: Engine, *, checked_in: int = 0, **facts: object) -> Built:
    built = a_sealed_box(engine, **facts)
    built.act(slot.open_slot, box=built.box, actor=None)
    for voter in range(checked_in):
        built.check_in(voter)
    return built


def _account(unit: str, login: str) -> Account:
    return Account(unit_id=unit, login=login, display_name=login, password_hash="x", created_at=NOW)
