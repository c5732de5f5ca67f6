"""Voting for others: written, at most three, posted before the day, given up by coming in person."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from count_build import in_hand
from election_build import ON_THE_DAY, Built, a_sealed_election, with_rehearsals
from house_build import House
from paper_build import a_paper_poll, entry, issue, opened, record
from photo_build import a_jpeg
from sqlalchemy import select

from voting.box import desk, papers
from voting.database import write
from voting.elections.candidates.tables import Candidate
from voting.elections.committee.actions import declare_kinship
from voting.elections.desk import issuing
from voting.elections.proxies import actions as proxies
from voting.elections.proxies import queries
from voting.elections.proxies.tables import Proxy, ProxyList
from voting.elections.tables import Election
from voting.errors import Refused


def code(deed: Callable[..., Any], *args: Any, **facts: Any) -> str:
    with pytest.raises(Refused) as caught:
        deed(*args, **facts)
    assert caught.value.zh and caught.value.en
    return caught.value.code


@pytest.fixture
def built(house: House) -> Built:
    return with_rehearsals(a_sealed_election(house, voters=24))


def test_a_holder_has_three_at_most_and_is_no_candidate(built: Built) -> None:
    for principal in (16, 17, 18):
        record(built, principal, 15)
    assert code(record, built, 19, 15) == "PROXY_TOO_MANY"
    assert code(record, built, 19, 1) == "PROXY_CANDIDATE"
    assert code(record, built, 16, 14) == "PROXY_TWICE"
    assert code(record, built, 14, 14) == "PROXY_SELF"
    # No chain, from either end.
    assert code(record, built, 19, 16) == "PROXY_CHAIN"
    assert code(record, built, 15, 14) == "PROXY_CHAIN"


def test_the_day_on_the_form_is_before_the_poll(built: Built) -> None:
    assert code(record, built, 16, 15, day=date(2026, 12, 20)) == "PROXY_DAY"
    assert code(record, built, 16, 15, now=ON_THE_DAY) == "PROXY_LATE"


def test_the_photo_of_the_form_is_sealed(built: Built) -> None:
    made = record(built, 16, 15, evidence=a_jpeg(200, 300))
    row = built.look(lambda session, election: queries.get_proxy(session, election=election, proxy_id=made))
    assert row.evidence_sha256
    assert built.events()[-1][1]["evidence_sha256"] == row.evidence_sha256
    nowhere = "nowhere"
    assert code(built.do, proxies.withdraw_proxy, proxy_id=nowhere) == "NO_SUCH_PROXY"


def test_only_posted_forms_are_served(built: Built) -> None:
    assert code(built.do, proxies.post_list) == "PROXY_LIST_EMPTY"
    withdrawn = record(built, 17, 15)
    record(built, 16, 15)
    built.do(proxies.withdraw_proxy, proxy_id=withdrawn)
    assert code(built.do, proxies.withdraw_proxy, proxy_id=withdrawn) == "PROXY_ENDED"
    assert code(built.do, proxies.post_list, now=ON_THE_DAY) == "PROXY_LIST_LATE"
    digest = built.do(proxies.post_list)
    posted = built.look(queries.posted)
    assert posted.sha256 == digest
    assert [(one.holder[0], [number for number, _ in one.principals]) for one in posted.lines] == [(15, [16])]
    assert code(record, built, 18, 15) == "PROXIES_POSTED"
    kind, data = built.events()[-1]
    assert (kind, data["holders"], data["principals"]) == ("proxies_posted", 1, 1)


def test_forms_without_a_posted_list_give_nobody_a_ballot(built: Built) -> None:
    record(built, 16, 15)
    opened(built)
    assert issue(built, 15, channel="card").proxies == ()


def test_the_holder_takes_all_in_one_act_and_each_is_marked(house: House) -> None:
    built, *_ = a_paper_poll(house)
    assert code(issue, built, 15, channel="card") == "PROXIES_CHANGED"
    made = issue(built, 15, channel="card", expected=4)
    assert len(made.proxies) == 3
    assert built.box.cards_out == 4
    assert built.look(queries.counted) == 3
    # The principal who turns up now is too late.
    assert code(issue, built, 16) == "ALREADY_CHECKED_IN"
    form = built.look(lambda session, election: queries.forms(session, election=election))[0]
    assert code(built.do, proxies.withdraw_proxy, proxy_id=form.id, now=ON_THE_DAY) == "PROXY_USED"
    # Why somebody could not come is for who keeps the roll; the database holds it sealed.
    said = built.look(lambda session, election: queries.reasons(session, election=election, keys=built.keys))
    assert said[form.id] == "住院"
    assert "住院".encode() not in built.look(lambda session, _: session.get_one(Proxy, form.id).reason)


def test_the_desk_serves_the_list_that_hung(house: House) -> None:
    """A form edited in the database serves nobody."""
    built, *_ = a_paper_poll(house)
    with write(built.engine) as session:
        for row, other in zip(session.scalars(select(Proxy)), (20, 21, 22), strict=True):
            row.principal_id = entry(built, other)
    assert issue(built, 15, channel="card").proxies == ()


def test_edited_lines_of_the_posted_list_stop_the_desk(house: House) -> None:
    built, *_ = a_paper_poll(house)
    with write(built.engine) as session:
        row = session.get_one(ProxyList, built.election_id)
        row.lines = [[*row.lines[0][:2], row.lines[0][2][:2]]]
    assert code(issue, built, 15, channel="card", expected=3) == "PROXIES_LIST_CHANGED"


def test_a_card_changed_for_paper_is_no_card_again_for_whoever_is_voted_for(house: House) -> None:
    built, *_ = a_paper_poll(house)
    made = issue(built, 15, channel="card", expected=4)
    facts = {"second": built.accounts["official"], "now": ON_THE_DAY}
    changed = built.do(
        issuing.change_to_paper,
        mark_id=made.proxies[0],
        card=in_hand(built, 0, "undo", made.proxies[0]),
        desk="1 号台",
        **(facts | {"actor": built.actor("clerk")}),
    )
    facts |= {"actor": built.accounts["clerk"], "reason": "other"}
    built.act(papers.give_back, mark=changed.mark, **facts)
    built.act(desk.undo, mark=made.mark, card=in_hand(built, 1, "undo", made.mark), **facts)
    assert code(issue, built, 15, channel="card", expected=2) == "CHANGED_TO_PAPER"
    assert len(issue(built, 15, expected=2).proxies) == 1


def test_a_principal_who_comes_first_votes_and_the_form_ends(house: House) -> None:
    built, *_ = a_paper_poll(house)
    issue(built, 16, channel="card")
    assert built.look(queries.counted) == 0
    assert len(issue(built, 15, channel="card", expected=3).proxies) == 2
    states = built.look(lambda session, election: [one.state for one in queries.forms(session, election=election)])
    assert sorted(states) == ["came", "standing", "standing"]
    # The minute of coming stands nowhere in the log.
    assert [kind for kind, _ in built.events()].count("proxy_withdrawn") == 0


def test_representatives_vote_in_person(house: House) -> None:
    from voting.elections.proxies.rules import Delegation, proxy_errors
    from voting.law.profiles import Mode

    wrong = proxy_errors(Delegation(Mode.RESIDENT_REPS, "a", frozenset({"b"}), most=0))
    assert "no_proxy_in_rep_mode" in wrong
    assert "PROXY_IN_REP_MODE" in {refusal[0] for refusal in proxies._REFUSALS.values()}
    assert datetime.now(UTC).year >= 2024


def test_under_the_village_law_of_2018_only_near_relatives_hold(built: Built) -> None:
    """P05: a friend may not, a brother may once the kinship is declared; the law of 2026 asks nobody."""

    def begun_before_2026(session: Any, election_id: str) -> None:
        election = session.get_one(Election, election_id)
        election.law, election.mode = "villagers-2018", "village"

    built.act(begun_before_2026, election_id=built.election_id)
    assert code(record, built, 16, 15) == "PROXY_NOT_KIN"
    kin = {"one": entry(built, 16), "other": entry(built, 15), "relation": "sibling"}
    built.do(declare_kinship, **kin)
    record(built, 16, 15)
    # Kin of the principal's, not of the holder's: no more than a friend.
    built.do(declare_kinship, **(kin | {"other": entry(built, 17)}))
    assert code(record, built, 17, 15) == "PROXY_NOT_KIN"


def test_a_holder_who_came_to_stand_is_found_at_posting(built: Built) -> None:
    record(built, 16, 15)

    def stands(session: Any, roll_entry: str) -> None:
        one = session.scalars(select(Candidate).where(Candidate.election_id == built.election_id)).first()
        one.roll_entry_id = roll_entry

    built.act(stands, roll_entry=entry(built, 15))
    assert code(built.do, proxies.post_list) == "PROXY_HOLDER_STANDS"


def test_nobody_of_another_roll_holds(built: Built) -> None:
    facts = {"day": date(2026, 12, 1), "reason": "住院", "evidence": None, "keys": built.keys}
    ids = {"principal_id": "nobody", "holder_id": entry(built, 15)}
    assert code(built.do, proxies.record_proxy, **ids, **facts) == "ROLL_NO_ENTRY"
