"""Polls after the first: prepared, voted on to their outcome, their bundles verified."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from count_build import EVENING, give_share, scan_pile, vote
from count_build import bundle as certified
from election_build import Built, with_keys_and_cards, with_rehearsals, with_tablet

from audit.note import parse_vkey
from verifier.checks import verify_bundle
from verifier.report import Verdict
from voting.elections import actions
from voting.elections.after import next_polls, queries
from voting.elections.after.next_polls import When
from voting.elections.count import actions as count
from voting.elections.sealing import seal_election
from voting.elections.tables import Election
from voting.law.calendar import HALL


def when(day: date) -> When:
    start, end = (datetime.combine(day, time(hour), HALL).astimezone(UTC) for hour in (8, 18))
    return When(day, start, end)


def prepare(built: Built, kind: str, at: When, **facts: Any) -> Election:
    made: Election = built.do(next_polls.prepare_next, kind=kind, when=at, keys=built.keys, now=EVENING, **facts)
    return made


def waiting(built: Built) -> list[tuple[str, bool]]:
    found = built.look(lambda session, election: queries.next_poll(session, election=election))
    return [(one.poll.kind.value, one.prepared is not None) for one in found]


def voted(built: Built, at: When, choices: list[Any]) -> Any:
    """From the posted candidates to the decided outcome."""
    with_keys_and_cards(built)
    built.do(seal_election, now=at.opens_at - timedelta(days=1))
    with_rehearsals(built)
    with_tablet(built)
    built.do(actions.open_poll, now=at.opens_at)
    vote(built, choices)
    built.do(actions.stop_queue, people=0, now=at.closes_at)
    built.do(actions.close_poll, now=at.closes_at)
    scan_pile(built)
    built.do(count.begin_count, now=at.closes_at)
    give_share(built, 0)
    give_share(built, 1)
    return built.do(count.decide_outcome, now=at.closes_at)


def go_on(built: Built, made: Election) -> None:
    built.election_id, built.cards, built.trustee_secrets = made.id, [], []


def sound(built: Built, folder: Path) -> str:
    """The bundle is certified and verifies; returns what kind of poll it says it was."""
    for path, content in certified(built).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    key = [data["committee_key"] for kind, data in built.events() if kind == "result_certified"][-1]
    report = verify_bundle(folder, parse_vkey(key))
    assert report.verdict is Verdict.SOUND, report.findings
    assert report.facts.document is not None
    return report.facts.document.kind
