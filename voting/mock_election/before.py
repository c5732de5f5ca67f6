"""Before the day: roll, candidates, keys, cards, sealing, rehearsal."""

import random
from datetime import datetime, time

from voting.box import card_sheets, ceremony
from voting.box.rules import spares_allowed, trustee_name
from voting.box.tables import Box
from voting.database import read
from voting.elections import actions
from voting.elections.actions import NewOffice
from voting.elections.candidates import actions as candidates
from voting.elections.candidates.rules import BARS
from voting.elections.roll import actions as roll
from voting.elections.roll import publication
from voting.elections.roll.queries import whole_roll
from voting.elections.sealing import seal_election
from voting.elections.tables import Election
from voting.keys import read_keys
from voting.law.calendar import HALL
from voting.mock_election import sample
from voting.mock_election.day import SEED, Advance, Day, ahead, passphrase

_OFFICES = [NewOffice("主任", 1), NewOffice("副主任", 1), NewOffice("委员", 3)]
#: One more candidate than seats in every office, so that the election is a choice (差额).
_NOMINEES = (2, 2, 4)


def set_up(day: Day, advance: Advance) -> None:
    """The official creates the election, imports the roll after its dry run, and posts it."""
    made = day.act(
        actions.create_election,
        actor=day.community.official.actor,
        now=ahead(30),
        community_id=day.community.id,
        title="样例社区居民委员会换届选举",
        place="样例社区活动中心",
        day=day.date,
        opens_at=datetime.combine(day.date, time(0, 0), HALL),
        closes_at=datetime.combine(day.date, time(23, 59), HALL),
        offices=_OFFICES,
        group=day.group,
    )
    day.election, day.box = made.id, made.box_id
    keys = read_keys(day.community.settings).fields
    content = sample.roll_csv(day.voters, day.date)
    dry = day.act(roll.keep_draft, election_id=day.election, filename="roll.csv", content=content, keys=keys)
    day.official(roll.import_draft, digest=dry.digest, keys=keys, progress=advance, now=ahead(25))
    day.official(publication.publish_roll, now=ahead(22))
    with read(day.community.engine) as session:
        day.uuid = session.get_one(Box, day.box).uuid
        everyone = whole_roll(session, election=session.get_one(Election, day.election))
        day.entries = [entry.id for entry in everyone]
    day.notes["rows of the roll"] = ", ".join(f"{count} {verdict}" for verdict, count in dry.counts.items())


def nominate(day: Day, advance: Advance) -> None:
    """The official enters the candidates with both answers to the statutory bars, and posts them."""
    keys, people = read_keys(day.community.settings).fields, iter(day.entries)
    with read(day.community.engine) as session:
        offices = [office.id for office in session.get_one(Election, day.election).offices]
    answers = dict.fromkeys(BARS, False)
    for office, wanted in zip(offices, _NOMINEES, strict=True):
        for _ in range(wanted):
            made = day.official(
                candidates.add_candidate,
                office_id=office,
                entry_id=next(people),
                trade="居民",
                introduction="",
                photo=None,
                keys=keys,
                now=ahead(12),
            )
            day.official(candidates.record_bars, candidate_id=made.id, declared=answers, checked=answers, now=ahead(12))
    day.official(candidates.post_candidates, now=ahead(10))
    advance(1, 1)


def make_keys(day: Day, advance: Advance) -> None:
    """Each supervisor makes a key, keeps the sealed file, sends the public record."""
    for number, who in enumerate(day.community.supervisors, 1):
        made = ceremony.make_key(
            group=day.group, uuid=day.uuid, name=trustee_name(number), passphrase=passphrase(number)
        )
        (day.trustee_folder(number) / "key.json").write_bytes(made.key_file)
        record = {"record": made.public_record.decode()}
        day.browser(who).post_json(day.room("trustee/key"), record, page=day.room("trustee"))
        advance(number, len(day.community.supervisors))


def make_cards(day: Day, advance: Advance) -> None:
    """Two supervisors make the cards; the server gets the public credentials only."""
    count, made = len(day.entries) + spares_allowed(len(day.entries)), 0

    def on_made(more: int) -> None:
        nonlocal made
        made += more
        advance(made, count)

    card_set = card_sheets.make_cards(group=day.group, uuid=day.uuid, count=count, on_made=on_made)
    day.pile = list(card_set.codes)
    random.Random(SEED).shuffle(day.pile)
    first, second = day.community.supervisors[:2]
    browser, page = day.browser(first), day.room("cards")
    browser.post_form(day.room("cards/witness"), {"login": second.login, "password": second.password}, page=page)
    browser.post_json(day.room("cards/credentials"), {"credentials": list(card_set.credentials)}, page=page)


def seal(day: Day, advance: Advance) -> None:
    """The official fixes form, roll, keys and cards."""
    day.notes["fingerprint"] = day.official(seal_election)
    advance(1, 1)


def rehearse(day: Day, advance: Advance) -> None:
    """Each supervisor proves to hold the key."""
    for number, who in enumerate(day.community.supervisors, 1):
        browser = day.browser(who)
        texts = browser.get(day.room("trustee/setup")).json
        setup = ceremony.parse_setup(
            texts["election"].encode(), texts["trustees"].encode(), fingerprint=day.notes["fingerprint"]
        )
        record = ceremony.rehearse(setup, (day.trustee_folder(number) / "key.json").read_bytes(), passphrase(number))
        browser.post_json(day.room("trustee/rehearsal"), {"record": record.decode()}, page=day.room("trustee"))
        advance(number, len(day.community.supervisors))
