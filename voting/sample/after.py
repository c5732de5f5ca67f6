"""What the sample shows of what comes after a count: a reserve box made ready, and a dispute that was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voting.box import card_sheets, ceremony, trustees
from voting.box.cards import receive_credentials
from voting.box.rules import trustee_name
from voting.box.tables import Box
from voting.database import read
from voting.elections.after import deeds, queries, reserve
from voting.elections.tables import Election

if TYPE_CHECKING:
    from voting.sample.story import Story


def make_reserve(story: Story) -> None:
    """The supervisors make keys and cards for a re-vote on the spot, days ahead; somebody asked about the roll."""
    box_id = story.move(reserve.make_reserve, 5)
    with read(story.engine) as session:
        box = session.get_one(Box, box_id)
        uuid, count = box.uuid, box.roll_size + box.spares
    folder = story.folder / "reserve"
    folder.mkdir(mode=0o700, exist_ok=True)
    for number, account in enumerate(story.supervisors, 1):
        made = ceremony.make_key(group="Ed25519", uuid=uuid, name=trustee_name(number), passphrase=story.passphrase)
        path = folder / f"supervisor{number}.json"
        path.touch(mode=0o600)
        path.write_bytes(made.key_file)
        story.act(trustees.add_key, box=box_id, account=account, record=made.public_record, now=story.before(5))
    cards = card_sheets.make_cards(group="Ed25519", uuid=uuid, count=count)
    story.act(
        receive_credentials,
        box=box_id,
        credentials=list(cards.credentials),
        actor=story.supervisors[0],
        witness=story.supervisors[1],
        now=story.before(5),
    )
    dispute(story)


def dispute(story: Story) -> None:
    """A complaint about an entry of the log, and the street's answer."""
    about = {"seq": 0, "forum": "street", "subject": "询问选举日是怎样确定的"}
    story.move(deeds.record_dispute, 5, **about)
    with read(story.engine) as session:
        election = session.get_one(Election, story.election_id)
        (found,) = queries.disputes(session, election=election)
        dispute_id = found.id
    story.move(deeds.answer_dispute, 4, dispute_id=dispute_id, answer="依照选举办法由选举委员会确定，已公告")
