"""The sample's drill of a week before, held to its end: counted, signed, one seat open for a second poll, packed.

A newcomer finds in it what the open poll does not show yet: a result, reasons, certificates, the archive.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from voting.box import card_sheets, cards, casting, ceremony, chain, desk, in_hand, kiosk, trustees
from voting.box.one_tally import OneTally
from voting.box.rules import trustee_name
from voting.box.tables import Box
from voting.crypto.ballot import make_ballot
from voting.crypto.card_in_hand import prove_in_hand
from voting.crypto.credentials import credential_secret, parse_credential
from voting.crypto.election import Election as Form
from voting.crypto.group import get_group
from voting.database import read
from voting.elections import actions
from voting.elections.after.next_polls import When, prepare_next
from voting.elections.candidates import actions as candidates
from voting.elections.candidates.rules import BARS
from voting.elections.count import actions as count
from voting.elections.count.bundle import Passphrases, read_committee
from voting.elections.papers.actions import pack_archive
from voting.elections.papers.cli import write_pack
from voting.elections.roll import actions as roll
from voting.elections.roll import publication
from voting.elections.roll.queries import whole_roll
from voting.elections.sealing import seal_election
from voting.elections.tables import Election
from voting.errors import Refused
from voting.law.calendar import HALL
from voting.mock_election.sample import roll_csv

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from voting.sample.story import Story

TITLE = "样例社区选举演练"
#: So many days before the sample's own election.
AGO = 8
_VOTERS, _COME, _SPARES = 12, 10, 2
_OFFICES = (("主任", 1, 2), ("委员", 2, 3))


def hold(story: Story) -> None:
    """The drill, once in a community: on a later day it is there already."""
    with read(story.engine) as session:
        known = select(Election.id).where(Election.community_id == story.community_id, Election.title == TITLE)
        if session.scalars(known).first() is not None:
            return
    _Drill(story).hold()


class _Drill:
    """One small election with its box, cards and keys."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.folder: Path = story.folder / "drill"
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.day: date = story.before(AGO).astimezone(HALL).date()
        made = story.act(
            actions.create_election,
            actor=story.official,
            now=story.before(30),
            community_id=story.community_id,
            title=TITLE,
            place="样例社区活动中心",
            day=self.day,
            opens_at=self._at(self.day, time(0, 0)),
            closes_at=self._at(self.day, time(23, 59)),
            offices=[actions.NewOffice(title, seats) for title, seats, _standing in _OFFICES],
        )
        self.id, self.box = made.id, made.box_id
        with read(story.engine) as session:
            self.uuid = session.get_one(Box, self.box).uuid

    @staticmethod
    def _at(day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, HALL).astimezone(UTC)

    def move(self, action: Any, days: int, **facts: Any) -> Any:
        """A move by the official, so many days before today."""
        story = self.story
        return story.act(action, election_id=self.id, actor=story.official, now=story.before(days), **facts)

    def hold(self) -> None:
        """From the roll to the pack."""
        self._post()
        codes = self._seal()
        self._vote(codes)
        self._count()
        self._follow()

    def _post(self) -> None:
        story = self.story
        content, keys = roll_csv(_VOTERS, self.day), story.keys.fields
        file = {"election_id": self.id, "filename": "roll.csv", "content": content}
        dry = story.act(roll.keep_draft, **file, keys=keys)
        self.move(roll.import_draft, 30, digest=dry.digest, keys=keys)
        self.move(publication.publish_roll, 29, spares=_SPARES)
        with read(story.engine) as session:
            election = session.get_one(Election, self.id)
            offices = {office.title: office.id for office in election.offices}
            people = iter([one.id for one in whole_roll(session, election=election)])
        clear = dict.fromkeys(BARS, False)
        shown: dict[str, Any] = {"trade": "居民", "introduction": "", "photo": None, "keys": keys}
        for title, _seats, standing in _OFFICES:
            for _ in range(standing):
                made = self.move(candidates.add_candidate, 20, office_id=offices[title], entry_id=next(people), **shown)
                self.move(candidates.record_bars, 20, candidate_id=made.id, declared=clear, checked=clear)
        self.move(candidates.post_candidates, 18)

    def _seal(self) -> list[str]:
        story = self.story
        for number, account in enumerate(story.supervisors, 1):
            made = ceremony.make_key(
                group="Ed25519", uuid=self.uuid, name=trustee_name(number), passphrase=story.passphrase
            )
            (self.folder / f"supervisor{number}.json").write_bytes(made.key_file)
            about = {"box": self.box, "account": account, "now": story.before(14)}
            story.act(trustees.add_key, record=made.public_record, **about)
        made_cards = card_sheets.make_cards(group="Ed25519", uuid=self.uuid, count=_VOTERS + _SPARES)
        story.act(
            cards.receive_credentials,
            box=self.box,
            credentials=list(made_cards.credentials),
            actor=story.supervisors[0],
            witness=story.supervisors[1],
            now=story.before(13),
        )
        self.fingerprint = self.move(seal_election, 12)
        with read(story.engine) as session:
            records = chain.setup(session, self.box)
        setup = ceremony.parse_setup(records["election"], records["trustees"])
        for number, account in enumerate(story.supervisors, 1):
            record = ceremony.rehearse(setup, self._key(number), story.passphrase)
            story.act(trustees.add_rehearsal, box=self.box, account=account, record=record, now=story.before(11))
        return list(made_cards.codes)

    def _key(self, number: int) -> bytes:
        return (self.folder / f"supervisor{number}.json").read_bytes()

    def _vote(self, codes: list[str]) -> None:
        story, today = self.story, self.story.before(AGO)
        about = {"box": self.box, "name": "1 号写票处", "actor": story.official.account_id}
        code = story.act(kiosk.new_pairing_code, **about, now=story.before(9)).code
        story.act(kiosk.pair, code=code, now=story.before(9))
        self.move(actions.open_poll, AGO)
        with read(story.engine) as session:
            election = session.get_one(Election, self.id)
            voters = [(one.id, str(one.number)) for one in whole_roll(session, election=election)]
            form = chain.sealed_election(session, self.box)
        act = partial(story.act, actor=story.clerk, now=today)
        for place, (entry, number) in enumerate(voters[:_COME]):
            act(desk.check_in, box=self.box, voter=entry, voter_label=number, desk="1 号台")
            raw = _ballot(form, codes[place], _choices(place))
            casting.accept(story.engine, box=self.box, raw=raw, log_key=story.keys.log_seed)
        self.move(actions.stop_queue, AGO, people=0, reason="样例演练：来的人都已投票")
        self.move(actions.close_poll, AGO)
        group = get_group("Ed25519")
        for left in codes[_COME:]:
            secret = credential_secret(parse_credential(left), self.uuid, group.order)
            nonce = act(in_hand.new_nonce, box=self.box)
            proof = prove_in_hand(group, secret, uuid=self.uuid, deed="unused", mark="", nonce=nonce)
            shown = in_hand.CardInHand(group.text(group.base_power_secret(secret)), nonce, proof)
            act(desk.scan_unused, box=self.box, card=shown)

    def _count(self) -> None:
        story = self.story
        self.move(count.begin_count, AGO)
        file = self.folder / f"{self.uuid}.bel"
        with read(story.engine) as session:
            file.write_bytes(b"".join(chain.archive_bytes(session, self.box)))
        posted = ceremony.Posted(self.fingerprint, _COME)
        for number, account in enumerate(story.supervisors, 1):
            memory = OneTally(self.folder / f"supervisor{number}.json")
            share = ceremony.decrypt(file, self._key(number), story.passphrase, posted=posted, memory=memory)
            story.act(trustees.add_share, box=self.box, account=account, record=share.record, now=story.before(AGO))
        self.move(count.decide_outcome, AGO)

    def _follow(self) -> None:
        """Certified; the open seat's second poll prepared for tomorrow; everything packed."""
        story = self.story
        committee, passphrase = story.committee
        self.move(
            count.certify,
            AGO,
            committee=read_committee(committee),
            passphrases=Passphrases(passphrase),
            log_seed=story.keys.log_seed,
        )
        day = story.day + timedelta(days=1)
        when = When(day, self._at(day, time(8, 0)), self._at(day, time(18, 0)))
        self.move(prepare_next, AGO - 1, kind="second", when=when, keys=story.keys.fields)
        try:
            packed = self.move(pack_archive, 0, committee_folder=committee, passphrase=passphrase, keys=story.keys)
        except Refused:  # no Chinese font: the drill is there without its printed archive
            return
        write_pack(packed, self.folder / "archive", story.now)


def _choices(place: int) -> list[list[int]]:
    """Seven for the first chair; of the members the first wins with eight, the others have no majority of ten."""
    member = [int(place < 8), int(place < 5), int(place >= 6)]
    return [[0, 1, 0] if place < 7 else [0, 0, 1], [0, *member]]


def _ballot(form: Form, code: str, choices: list[list[int]]) -> bytes:
    return make_ballot(form, credential_secret(parse_credential(code), form.uuid, form.group.order), choices)
