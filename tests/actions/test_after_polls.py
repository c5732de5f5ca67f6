"""The next poll made from the last one, the reserve box, wins declared void, relatives, empty places."""

import secrets
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from count_build import EVENING, a_decided_election, certify, close, give_share, scan_pile, vote
from count_build import bundle as certified
from election_build import (
    BEFORE,
    ON_THE_DAY,
    Built,
    a_published_election,
    a_sealed_election,
    with_candidates,
    with_keys_and_cards,
    with_rehearsals,
    with_tablet,
)
from house_build import House

from audit.note import parse_vkey
from verifier.checks import BundleReport, verify_bundle
from verifier.report import Verdict
from voting.box import cards, chain, trustees
from voting.box.tables import Box
from voting.crypto import trustees as trustee_crypto
from voting.crypto.election import Election as Form
from voting.crypto.group import get_group
from voting.elections import actions
from voting.elections.actions import NewOffice
from voting.elections.after import next_polls, outcome, queries, reserve
from voting.elections.after.next_polls import When
from voting.elections.committee.actions import declare_kinship
from voting.elections.committee.queries import declared
from voting.elections.count import actions as count
from voting.elections.roll.queries import find, roll_hash
from voting.elections.sealing import seal_election
from voting.elections.tables import Election
from voting.errors import Refused
from voting.law.calendar import HALL

DAY = date(2026, 12, 20)
#: 主任 3 : 3 with one abstention of seven is no majority; 委员 is filled.
NO_CHAIR = [
    *([[0, 1, 0], [0, 1, 1, 0]] for _ in range(3)),
    *([[0, 0, 1], [0, 1, 1, 0]] for _ in range(3)),
    [[1, 0, 0], [0, 1, 0, 0]],
]
#: 委员 6 : 5 : 5 of eight: two with a majority tie across the second seat.
TIED_MEMBERS = [
    *([[0, 1, 0], [0, 1, 1, 0]] for _ in range(3)),
    *([[0, 1, 0], [0, 1, 0, 1]] for _ in range(3)),
    *([[0, 1, 0], [0, 0, 1, 1]] for _ in range(2)),
]


def when(day: date, opens: int = 8, closes: int = 20) -> When:
    start, end = (datetime.combine(day, time(hour), HALL).astimezone(UTC) for hour in (opens, closes))
    return When(day, start, end)


def code(call: Any, **facts: Any) -> str:
    with pytest.raises(Refused) as refusal:
        call(**facts)
    return refusal.value.code


def do(built: Built, action: Any, **facts: Any) -> Any:
    return built.do(action, **{"now": EVENING, **facts})


def prepare(built: Built, kind: str, at: When, **facts: Any) -> Election:
    made: Election = do(built, next_polls.prepare_next, kind=kind, when=at, keys=built.keys, **facts)
    return made


def waiting(built: Built) -> list[tuple[str, bool]]:
    found = built.look(lambda session, election: queries.next_poll(session, election=election))
    return [(one.poll.kind.value, one.prepared is not None) for one in found]


def verified(built: Built, folder: Path) -> BundleReport:
    for path, content in certified(built).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    key = [data["committee_key"] for kind, data in built.events() if kind == "result_certified"][-1]
    return verify_bundle(folder, parse_vkey(key))


def test_a_second_poll_is_made_with_roll_candidates_and_box(house: House) -> None:
    built = a_decided_election(house, NO_CHAIR)
    assert waiting(built) == [("second", False)]
    kin = [built.look(lambda s, e, n=number: find(s, election=e, query=n)[0].id) for number in "12"]
    built.do(declare_kinship, one=kin[0], other=kin[1], relation="sibling", now=EVENING)
    made = prepare(built, "second", when(DAY + timedelta(days=7)))
    assert waiting(built) == [("second", True)]
    taken = built.look(lambda session, _e: [(one.one, one.other) for one in declared(session, made)])
    assert [set(pair) for pair in taken] == [{"样人子", "样人丑"}], "who is kin of whom goes along with the roll"
    assert (made.kind, made.follows_id, made.state) == ("second", built.election_id, "published")
    assert [(one.title, one.seats) for one in made.offices] == [("主任", 1)]
    assert made.box_id != built.box.id and made.roll_posted == built.election.roll_posted
    first = built.look(lambda session, election: roll_hash(session, election=election))
    assert first == made.roll_hash == built.election.roll_hash
    kinds = [kind for kind, _ in built.events()]
    assert kinds[-3:] == ["election_created", "next_poll_prepared", "candidates_posted"]
    said = built.events()[-2][1]
    assert said["follows"] == built.election_id and len(said["offices"][0]["candidates"]) == 2
    assert code(prepare, built=built, kind="second", at=when(DAY + timedelta(days=7))) == "NEXT_PREPARED"


def test_what_cannot_be_prepared(house: House) -> None:
    built = a_decided_election(house, NO_CHAIR)
    assert code(prepare, built=built, kind="revote", at=when(DAY)) == "NOTHING_FOLLOWS"
    assert code(prepare, built=built, kind="second", at=when(DAY - timedelta(days=1))) == "ELECTION_HOURS"
    assert code(prepare, built=built, kind="second", at=when(DAY + timedelta(days=90))) == "NEXT_TOO_LATE"
    assert code(prepare, built=built, kind="second", at=when(DAY, 20, 8)) == "ELECTION_HOURS"


def test_a_poll_declared_void_is_held_again(house: House) -> None:
    built = a_sealed_election(house)
    do(built, actions.declare_void, reason="名单公布得太晚")
    made = prepare(built, "rerun", when(DAY + timedelta(days=7)))
    assert [(one.title, one.seats) for one in made.offices] == [("主任", 1), ("委员", 2)]


def test_a_win_declared_void_is_announced_again_and_verified(house: House, tmp_path: Any) -> None:
    built = a_decided_election(house)
    seats = {one.office: one.members for one in built.look(lambda s, e: queries.sitting(s, election=e))}
    name = seats["主任"][0]
    given = {"office": "主任", "name": name, "ground": "barred"}
    assert code(do, built=built, action=outcome.annul_win, **{**given, "ground": "x"}) == "GROUND_UNKNOWN"
    assert code(do, built=built, action=outcome.annul_win, **{**given, "name": "无名"}) == "NOT_ELECTED"
    do(built, outcome.annul_win, **given)
    assert code(do, built=built, action=outcome.annul_win, **given) == "ANNULLED_ALREADY"
    assert [kind for kind, _ in built.events()][-2:] == ["win_annulled", "outcome_decided"]
    assert waiting(built) == [("second", False)]
    certify(built)
    report = verified(built, tmp_path / "bundle")
    assert report.verdict is Verdict.SOUND, report.findings
    assert report.facts.document is not None and report.facts.document.ineligible == (name,)


def test_after_the_certificate_a_void_win_opens_the_seat_and_changes_no_paper(house: House) -> None:
    built = a_decided_election(house)
    certify(built)
    name = built.look(lambda s, e: queries.sitting(s, election=e))[0].members[0]
    do(built, outcome.annul_win, office="主任", name=name, ground="wrongful", now=EVENING + timedelta(days=1))
    counted = built.look(lambda s, e: queries.counted(s, election=e))
    assert not counted.facts.ineligible and counted.outcome.offices[0].outcome.elected == (name,)
    assert waiting(built) == [("second", False)]


def test_relatives_and_empty_places(house: House) -> None:
    built = a_decided_election(house)
    seats = {one.office: one.members for one in built.look(lambda s, e: queries.sitting(s, election=e))}
    chair, member = seats["主任"][0], seats["委员"][0]
    assert code(do, built=built, action=outcome.settle_kin, pairs=[("无", "名")]) == "KIN_NONE"
    empty = {"office": "委员", "reason": "选举委员会决定"}
    assert code(do, built=built, action=outcome.leave_empty, **empty) == "PLACES_NOT_EMPTY"
    found = do(built, outcome.settle_kin, pairs=[(member, chair)])
    assert found.gave_way == (("委员", member),)
    assert code(do, built=built, action=outcome.settle_kin, pairs=[(member, chair)]) == "KIN_NONE"
    logged = built.events()[-1]
    assert logged[0] == "relatives_settled" and logged[1]["gave_way"] == [{"office": "委员", "name": member}]
    # Two sit now, and places may stay empty from three on.
    assert code(do, built=built, action=outcome.leave_empty, **empty) == "PLACES_NOT_EMPTY"


# --- a re-vote on the spot ------------------------------------------------------------------------------------------


def the_reserve(built: Built) -> Box:
    def row(session: Any, election: Election) -> Box:
        found = queries.reserve(session, election=election)
        assert found is not None
        box: Box = session.get_one(Box, found.box_id)
        return box

    return built.look(row)


def make_keys(built: Built, box: Box) -> tuple[list[int], list[int]]:
    """Two supervisors' keys and the cards of a box, as before the first poll."""
    group, made = get_group(box.group), []
    for number, login in enumerate(("supervisor", "supervisor2"), 1):
        secret, record = trustee_crypto.make_key(group, f"监督委员{number}")
        made.append(secret)
        built.act(trustees.add_key, box=box.id, account=built.accounts[login], record=record, now=BEFORE)
    codes = [1 + secrets.randbelow(group.order - 1) for _ in range(box.roll_size + box.spares)]
    built.act(
        cards.receive_credentials,
        box=box.id,
        credentials=sorted(group.text(group.base_power(card)) for card in codes),
        actor=built.accounts["supervisor"],
        witness=built.accounts["supervisor2"],
        now=BEFORE,
    )
    return made, codes


def rehearse(built: Built) -> None:
    form: Form = built.look(lambda session, election: chain.sealed_election(session, election.box_id))
    for login, secret in zip(("supervisor", "supervisor2"), built.trustee_secrets, strict=True):
        record = trustee_crypto.partial_decryption(
            form.group, trustee_crypto.rehearsal_phi(form), secret, trustee_crypto.rehearsal_tally(form)
        )
        built.act(trustees.add_rehearsal, box=built.box.id, account=built.accounts[login], record=record, now=EVENING)


def test_a_revote_on_the_spot_takes_the_reserve_and_its_bundle_is_sound(house: House, tmp_path: Any) -> None:
    built = a_published_election(house, offices=[NewOffice("主任", 1), NewOffice("委员", 2, write_in=False)])
    do(built, reserve.make_reserve, now=BEFORE)
    assert code(do, built=built, action=reserve.make_reserve, now=BEFORE) == "RESERVE_THERE"
    spare = the_reserve(built)
    kept = make_keys(built, spare)
    with_candidates(built)
    with_keys_and_cards(built)
    built.do(seal_election)
    with_rehearsals(built)
    with_tablet(built)
    built.do(actions.open_poll, now=ON_THE_DAY)
    scan_pile(close(vote(built, TIED_MEMBERS)))
    built.do(count.begin_count, now=EVENING)
    give_share(built, 0)
    give_share(built, 1)
    built.do(count.decide_outcome, now=EVENING)
    assert waiting(built) == [("revote", False)]
    made = prepare(built, "revote", when(DAY))
    assert made.box_id == spare.id and [one.seats for one in made.offices] == [1]
    assert code(do, built=built, action=reserve.destroy_reserve) == "RESERVE_USED"
    # The election goes on with the reserve's keys and cards.
    built.election_id, (built.trustee_secrets, built.cards) = made.id, kept
    do(built, seal_election)
    rehearse(built)
    with_tablet(built)
    do(built, actions.open_poll)
    vote(built, [[[0, 1, 0]]] * 3 + [[[0, 0, 1]]] * 2)
    do(built, actions.stop_queue, people=0, reason="选完")
    do(built, actions.close_poll)
    scan_pile(built)
    built.do(count.begin_count, now=EVENING)
    give_share(built, 0)
    give_share(built, 1)
    decided = built.do(count.decide_outcome, now=EVENING)
    # 3 of 5 in a roll of 12: no turnout, no majority of the roll is asked for.
    assert decided.outcome.valid and len(decided.outcome.offices[0].outcome.elected) == 1
    certify(built)
    report = verified(built, tmp_path / "bundle")
    assert report.verdict is Verdict.SOUND, report.findings
    assert report.facts.document is not None and report.facts.document.kind == "revote"


def test_an_unused_reserve_is_destroyed_in_the_log(house: House) -> None:
    built = a_published_election(house)
    assert code(do, built=built, action=reserve.destroy_reserve) == "state_too_early"
    do(built, reserve.make_reserve, now=BEFORE)
    spare = the_reserve(built)
    make_keys(built, spare)
    with_candidates(built)
    with_keys_and_cards(built)
    built.do(seal_election)
    do(built, actions.declare_void, reason="停电")
    assert do(built, reserve.destroy_reserve) == the_reserve(built).cards_made > spare.roll_size
    kinds = [kind for kind, _ in built.events()]
    assert kinds[-2:] == ["box_voided", "reserve_destroyed"]
    assert code(do, built=built, action=reserve.destroy_reserve) == "RESERVE_GONE"


def test_without_a_reserve_there_is_nothing_to_destroy(house: House) -> None:
    built = a_sealed_election(house)
    do(built, actions.declare_void, reason="停电")
    assert code(do, built=built, action=reserve.destroy_reserve) == "NO_RESERVE"


def test_somebody_written_in_is_found_on_the_roll_or_asked_for(house: House) -> None:
    built = a_published_election(house)

    def find(session: Any, election: Election, name: str, **pointed: str) -> dict[str, Any]:
        sources = next_polls.Sources(election, {}, pointed, built.keys)
        return next_polls.from_roll(session, election, name, sources)

    found = built.look(lambda session, election: find(session, election, "样人子"))
    assert (found["name"], found["age"]) == ("样人子", 56)
    assert code(built.look, question=lambda session, election: find(session, election, "外人")) == "NEXT_NAMESAKE"


def test_a_second_poll_without_turnout_where_the_committee_chose_so_is_sound(house: House, tmp_path: Path) -> None:
    built = a_decided_election(house, NO_CHAIR, options={"second_poll_turnout": "no"})
    day = DAY + timedelta(days=7)
    at = when(day)
    made = prepare(built, "second", at)
    built.election_id, built.cards, built.trustee_secrets = made.id, [], []
    with_keys_and_cards(built)
    do(built, seal_election)
    rehearse(built)
    with_tablet(built)
    do(built, actions.open_poll, now=at.opens_at)
    vote(built, [[[0, 1, 0]]] * 3 + [[[0, 0, 1]]] * 2)
    do(built, actions.stop_queue, people=0, now=at.closes_at)
    do(built, actions.close_poll, now=at.closes_at)
    scan_pile(built)
    do(built, count.begin_count, now=at.closes_at)
    give_share(built, 0)
    give_share(built, 1)
    decided = do(built, count.decide_outcome, now=at.closes_at)
    # 5 of 12 are no majority of the list; 3 x 3 = 9 >= 5 is a third of this poll's ballots.
    assert decided.outcome.valid and len(decided.outcome.offices[0].outcome.elected) == 1
    certify(built, now=at.closes_at + timedelta(minutes=5))
    report = verified(built, tmp_path / "bundle")
    assert report.verdict is Verdict.SOUND, report.findings
    assert report.facts.document is not None and report.facts.document.kind == "second"
