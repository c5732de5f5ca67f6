"""One election in three polls: the first, its re-vote and its second poll are judged together."""

from datetime import timedelta
from pathlib import Path

import pytest
from count_build import EVENING, a_decided_election, certify
from election_build import Built
from house_build import House
from page_visit import at as page_of
from page_visit import said
from polls_build import go_on, prepare, sound, voted, waiting, when

from voting.elections import conflicts
from voting.elections.after import deeds, outcome, queries
from voting.elections.after.rules import Family, Settled, next_polls, standing
from voting.elections.count.rules import CountFacts, OfficeCount, decide
from voting.elections.roll.queries import find
from voting.errors import Refused
from voting.law.kin import Elected, recuse
from voting.law.profiles import Mode

#: 主任 4 : 4 of ten is no majority; 委员 8 : 6 : 6: two with a majority tie for the second seat.
BOTH = [
    *([[0, 1, 0], [0, 1, 1, 0]] for _ in range(4)),
    *([[0, 0, 1], [0, 1, 0, 1]] for _ in range(4)),
    *([[1, 0, 0], [0, 0, 1, 1]] for _ in range(2)),
]


def entry(built: Built, name: str) -> str:
    found = built.look(lambda session, election: find(session, election=election, query=name))
    return next(one.id for one in found if one.name == name)


def test_the_polls_of_one_election_are_judged_together(house: House, tmp_path: Path) -> None:
    built = a_decided_election(house, BOTH)
    (member,) = built.look(lambda s, e: queries.sitting(s, election=e))[1].members
    chair = built.look(lambda s, e: queries.next_poll(s, election=e))[1].poll.offices[0].candidates[0]
    pair = {"one": entry(built, chair), "other": entry(built, member), "relation": "spouse"}
    built.do(conflicts.declare_kinship, **pair, now=EVENING)
    certify(built)
    built.do(deeds.seat_members, now=EVENING)
    first, day = built.election_id, built.election.day
    assert waiting(built) == [("revote", False), ("second", False)]
    for kind, days in (("revote", 3), ("second", 6)):
        built.election_id, at = first, when(day + timedelta(days=days))
        go_on(built, prepare(built, kind, at))
        voted(built, at, [[[0, 1, 0]]] * 6 + [[[0, 0, 1]]])
        certify(built, now=at.closes_at + timedelta(minutes=5))
        assert sound(built, tmp_path / kind) == kind
    second = built.election_id
    so_far = built.look(lambda s, e: queries.members_elected(s, election=e))
    own = [office.members for office in built.look(lambda s, e: queries.sitting(s, election=e))]
    elsewhere = built.look(lambda s, e: [name for _, _, name in queries.seated_elsewhere(s, e)])
    # One of the first poll, one of the re-vote beside it, the chair of this one.
    assert (so_far.members, so_far.chair, so_far.second, len(elsewhere)) == (3, True, True, 2)
    # The first poll's page says what came of both and asks for neither any more.
    house.clock.now = at.closes_at + timedelta(hours=1)
    built.election_id = first
    page = said(house.signed_in("official").get(page_of(built, "after")))
    assert f"另行选举已办：当选：{own[0][0]}（主任）" in page and "再次投票已办" in page and "接下来要办" not in page
    assert (own[0][0], elsewhere[0]) == (chair, member)
    related(built, second, member)


def related(built: Built, second: str, member: str) -> None:
    """A member of the first poll and the chair of the second are relatives: the higher office stays."""
    first, later = built.election_id, built.house.clock.now
    built.election_id = second
    with pytest.raises(Refused) as together:
        built.do(deeds.seat_members, now=later)
    assert together.value.code == "KIN_OPEN"
    found = built.do(outcome.settle_kin, now=later)
    assert found.gave_way == (("委员", member),)
    assert built.look(queries.relatives) == []
    built.election_id = first
    ended = {one.name: one.ended for one in built.look(lambda s, e: queries.members(s, election=e))}
    assert ended[member] == "kin"
    assert "second" in [kind for kind, _ in waiting(built)]


def facts(*offices: OfficeCount) -> CountFacts:
    return CountFacts(Mode.ALL_VOTERS, 1000, 900, 900, offices)


def test_candidates_come_from_the_first_poll_and_nobody_who_sits_stands() -> None:
    count = facts(OfficeCount("主任", 1, {"甲": 400, "乙": 300}))
    family = Family({"主任": {"甲": 450, "丙": 440, "丁": 430, "乙": 5}}, frozenset({"丙"}))
    (poll,) = next_polls(count, decide(count), Settled(), family=family)
    assert poll.offices[0].candidates == ("甲", "丁")


def test_whoever_wins_two_offices_has_the_higher() -> None:
    count = facts(OfficeCount("主任", 1, {"甲": 600}), OfficeCount("委员", 1, {"甲": 700, "乙": 100}))
    seats = standing(decide(count), Settled())
    assert [(one.office, one.members, one.open_seats) for one in seats] == [("主任", ("甲",), 0), ("委员", (), 1)]


@pytest.mark.parametrize(
    ("higher", "lower"),
    [("居委会主任", "委员"), ("主任委员", "第一副主任"), ("主任", "常务副主任"), ("居委会副主任", "妇女委员")],
)
def test_the_higher_office_stays_whatever_it_is_called(higher: str, lower: str) -> None:
    found = recuse([("甲", "乙")], [Elected("甲", higher, 600), Elected("乙", lower, 900)])
    assert found.removed == ("乙",)
