"""The election committee: formed by a vote, filed, met; members leave by ground, the next comes in; staff and kin."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from election_build import BEFORE, Built, add_candidate, an_election, with_roll
from house_build import House

from voting.elections import conflicts
from voting.elections.candidates.nominations import Proposal, nominate
from voting.elections.committee import actions, queries, staffing, ties
from voting.elections.committee.actions import Chosen, Vote
from voting.elections.roll.queries import find
from voting.errors import Conflict, Malformed, NotEligible, NotFound, Refused, TooLate
from voting.law.profiles import NATIONAL, ZHEJIANG, Mode

HELD = date(2026, 11, 20)


def refused(family: type[Refused], code: str, deed: Callable[..., object], /, *args: object, **facts: object) -> None:
    with pytest.raises(family) as caught:
        deed(*args, **facts)
    assert caught.value.code == code


def entry(built: Built, number: int) -> str:
    return str(built.look(lambda session, election: find(session, election=election, query=str(number))[0].id))


def a_vote(built: Built, numbers: tuple[int, ...] = (6, 7, 8, 9, 10), **facts: Any) -> Vote:
    chosen = tuple(
        Chosen(entry(built, number), "chair" if place == 0 else "member", 90 - place)
        for place, number in enumerate(numbers)
    )
    given = {"body": "representatives", "held_on": HELD, "due": 40, "attended": 33, "size": 3, "chosen": chosen}
    return Vote(**{**given, **facts})


def form(built: Built, vote: Vote, profile: Any = NATIONAL) -> None:
    built.do(actions.form_committee, vote=vote, profile=profile)


def members(built: Built) -> dict[int, str]:
    """Original place → standing."""
    return {one.place: one.standing for one in built.look(queries.members)}


def id_at(built: Built, place: int) -> str:
    return next(one.id for one in built.look(queries.members) if one.place == place)


def leave(built: Built, place: int, because: str, profile: Any = NATIONAL) -> str | None:
    nominated = built.look(conflicts.nominated)
    return built.do(  # type: ignore[no-any-return]
        actions.leave_committee, member_id=id_at(built, place), because=because, nominated=nominated, profile=profile
    )


def test_a_committee_is_formed_filed_and_logged_without_names(house: House) -> None:
    built = with_roll(an_election(house))
    form(built, a_vote(built))
    assert members(built) == {1: "sitting", 2: "sitting", 3: "sitting", 4: "reserve", 5: "reserve"}
    built.do(actions.file_committee, day=HELD)
    assert built.look(queries.committee).filed_on == HELD
    _kind, data = next(one for one in built.events() if one[0] == "committee_formed")
    assert (data["due"], data["attended"], data["size"], len(data["members"])) == (40, 33, 3, 5)
    assert "样人" not in str(data)
    refused(Conflict, "COMMITTEE_FORMED", form, built, a_vote(built))


@pytest.mark.parametrize(
    "wrong",
    [
        {"attended": 41}, {"attended": 0}, {"body": "party"}, {"held_on": date(2027, 1, 1)}, {"size": 7}, {"size": 0},
        {"chosen": ()},
    ],
)  # fmt: skip
def test_a_vote_that_cannot_be_is_refused(house: House, wrong: dict[str, Any]) -> None:
    built = with_roll(an_election(house))
    refused(Malformed, "COMMITTEE_VOTE", form, built, a_vote(built, **wrong))


@pytest.mark.parametrize(
    ("mode", "body", "attended", "enough"),
    [
        ("all_voters", "representatives", 26, False),
        ("all_voters", "representatives", 27, True),
        ("all_voters", "residents_meeting", 20, False),
        ("all_voters", "household_meeting", 21, True),
        ("village", "household_meeting", 26, False),
        ("village", "groups", 27, True),
    ],
)
def test_the_meeting_that_chooses_is_quorate(house: House, mode: str, body: str, attended: int, enough: bool) -> None:
    built = with_roll(an_election(house, mode=Mode(mode)))
    vote = a_vote(built, body=body, attended=attended)
    if enough:
        form(built, vote)
        return
    with pytest.raises(NotEligible) as caught:
        form(built, vote)
    assert caught.value.code == "COMMITTEE_MEETING" and "重新召开会议" in caught.value.zh
    assert ("第29条" in caught.value.zh) is (mode == "all_voters" and body == "representatives")


def by_name(*people: tuple[str, str]) -> tuple[Chosen, ...]:
    return tuple(
        Chosen("", "member" if place else "chair", 90 - place, name=name, sex=sex)
        for place, (name, sex) in enumerate(people)
    )


def codes(built: Built, person: str) -> list[str]:
    found = built.look(lambda session, election: conflicts.findings(session, election, NATIONAL))
    return [one.code for one in found.get(person, [])]


def test_a_committee_comes_before_the_roll_and_is_found_on_it_by_name(house: House) -> None:
    built = an_election(house)
    people = by_name(("样人巳", "男"), ("样人午", "女"), ("样人外", "女"), ("样人申", "女"))
    form(built, a_vote(built, numbers=(), chosen=people))
    assert [one.name for one in built.look(queries.members)] == ["样人巳", "样人午", "样人外", "样人申"]
    assert codes(built, id_at(built, 3)) == [], "nobody is looked for on a roll that is not there"
    with_roll(built)
    # A roll drawn anew finds them again.
    with_roll(built)
    assert [one.person for one in built.look(queries.members)][:2] == [entry(built, 6), entry(built, 7)]
    assert codes(built, id_at(built, 3)) == ["committee_untied"]
    # Conflicts are found although nobody typed a number.
    add_candidate(built, 0, "1")
    facts = {"one": entry(built, 7), "other": entry(built, 1), "relation": "spouse"}
    built.do(conflicts.declare_kinship, **facts)
    assert members(built) == {1: "sitting", 2: "left", 3: "sitting", 4: "sitting"}


def test_a_namesake_in_the_committee_is_told_by_the_number(house: House) -> None:
    built = an_election(house)
    form(built, a_vote(built, numbers=(), chosen=by_name(("样人子", "女"), ("样人丑", "男"), ("样人寅", "女"))))
    with_roll(built, 13, {13: "样人子"})
    first = id_at(built, 1)
    assert codes(built, first) == ["committee_untied"]
    tie = lambda number, member=first: built.do(  # noqa: E731
        ties.tie_member, member_id=member, person=entry(built, number)
    )
    refused(NotFound, "NO_SUCH_MEMBER", tie, 13, "no")
    refused(Conflict, "MEMBER_OTHER", tie, 2)
    tie(13)
    assert built.events()[-1][0] == "committee_member_tied"
    assert built.look(queries.members)[0].person == entry(built, 13) and codes(built, first) == []
    refused(Conflict, "MEMBER_TIED", tie, 13)
    # A roll drawn anew unties, and the name is asked about again.
    with_roll(built, 13, {13: "样人子"})
    assert codes(built, first) == ["committee_untied"]


def test_a_member_by_name_has_a_name_and_a_sex(house: House) -> None:
    built = an_election(house)
    three = (("样人子", "女"), ("样人丑", "男"), ("样人寅", "女"))
    for wrong in ((*three[:2], ("样人寅", "")), (*three[:2], three[0])):
        refused(Malformed, "COMMITTEE_VOTE", form, built, a_vote(built, numbers=(), chosen=by_name(*wrong)))
    vote = a_vote(built, numbers=(), chosen=by_name(*three[:2], ("", "女")))
    refused(Malformed, "TEXT_LENGTH", form, built, vote)


def test_groups_choose_in_villages_only(house: House) -> None:
    built = with_roll(an_election(house))
    refused(Malformed, "COMMITTEE_VOTE", form, built, a_vote(built, body="groups"))


def test_order_chair_and_person_of_the_vote(house: House) -> None:
    built = with_roll(an_election(house))
    vote = a_vote(built)
    for chosen in (vote.chosen[::-1], (*vote.chosen, vote.chosen[0]), vote.chosen[1:]):
        refused(Malformed, "COMMITTEE_VOTE", form, built, a_vote(built, chosen=chosen))
    stranger = (*vote.chosen[:4], Chosen("nobody", "member", 1))
    refused(NotFound, "ROLL_NO_ENTRY", form, built, a_vote(built, chosen=stranger))


@pytest.mark.parametrize(("size", "profile"), [(2, NATIONAL), (4, NATIONAL), (3, ZHEJIANG)])
def test_size_is_odd_and_as_the_profile_has_it(house: House, size: int, profile: Any) -> None:
    built = with_roll(an_election(house))
    refused(Malformed, "COMMITTEE_SIZE", form, built, a_vote(built, size=size), profile)


def kin(built: Built, one: int, other: int, relation: str = "spouse") -> str:
    return str(built.do(actions.declare_kinship, one=entry(built, one), other=entry(built, other), relation=relation))


def test_near_relatives_do_not_sit_together_and_a_declaration_can_be_taken_back(house: House) -> None:
    built = with_roll(an_election(house))
    made = kin(built, 6, 8)
    refused(Conflict, "COMMITTEE_RELATIVES", form, built, a_vote(built))
    refused(Conflict, "KINSHIP_DECLARED", kin, built, 8, 6)
    refused(Malformed, "KINSHIP_PAIR", kin, built, 6, 6)
    refused(Malformed, "KINSHIP_PAIR", kin, built, 6, 7, "friend")
    assert next((one.one, one.other) for one in built.look(queries.declared)) in (
        ("样人巳", "样人未"),
        ("样人未", "样人巳"),
    )
    built.do(actions.withdraw_kinship, kinship_id=made)
    refused(NotFound, "NO_SUCH_KINSHIP", built.do, actions.withdraw_kinship, kinship_id=made)
    form(built, a_vote(built))
    assert [data for kind, data in built.events() if kind == "kinship_declared"][-1]["withdrawn"] is True
    kin(built, 6, 8)
    found = built.look(lambda session, election: conflicts.findings(session, election, NATIONAL))
    assert [one.code for one in found[entry(built, 8)]] == ["relatives_together"]


def test_who_is_nominated_leaves_and_the_next_of_the_vote_free_of_conflicts_comes_in(house: House) -> None:
    built = with_roll(an_election(house))
    form(built, a_vote(built))
    refused(Conflict, "NO_GROUND", leave, built, 1, "nominated")
    # The first in reserve is the candidate's spouse and is passed over.
    kin(built, 9, 1)
    add_candidate(built, 0, "1")
    add_candidate(built, 0, "6")
    assert members(built) == {1: "left", 2: "sitting", 3: "sitting", 4: "reserve", 5: "sitting"}
    # A successor fills a seat and inherits no post: the members choose their chair.
    found = built.look(lambda session, election: conflicts.findings(session, election, NATIONAL))
    assert [one.code for one in found[""]] == ["committee_no_chair"]
    built.do(actions.choose_chair, member_id=id_at(built, 5))
    assert next(one for one in built.look(queries.members) if one.place == 5).post == "chair"
    assert built.events()[-1][0] == "committee_chair_chosen"
    refused(Conflict, "CHAIR_THERE", built.do, actions.choose_chair, member_id=id_at(built, 2))
    left = [data for kind, data in built.events() if kind == "committee_member_left"]
    assert [(one["because"], one["member"], one["successor"]) for one in left] == [
        ("nominated", id_at(built, 1), id_at(built, 5))
    ]
    refused(NotFound, "NO_SUCH_MEMBER", built.do, actions.leave_committee, member_id="no", because="resigned",
            nominated={}, profile=NATIONAL)  # fmt: skip


def test_who_has_a_near_relative_nominated_leaves(house: House) -> None:
    built = with_roll(an_election(house))
    form(built, a_vote(built))
    add_candidate(built, 0, "2")
    # Declared after the candidacy: the member leaves with the declaration.
    facts = {"one": entry(built, 7), "other": entry(built, 2), "relation": "parent"}
    built.do(conflicts.declare_kinship, **facts)
    assert members(built) == {1: "sitting", 2: "left", 3: "sitting", 4: "sitting", 5: "reserve"}
    refused(NotFound, "NO_SUCH_MEMBER", leave, built, 2, "kin_nominated")
    # With the reserve used up the place stays empty, and the size is found to be even.
    assert leave(built, 3, "resigned") == id_at(built, 5)
    assert leave(built, 5, "resigned") is None
    found = built.look(lambda session, election: conflicts.findings(session, election, NATIONAL))
    assert {one.code for one in found[""]} == {"committee_size", "committee_even"}


def test_a_nomination_not_yet_accepted_is_shown_and_an_official_may_confirm_it(house: House) -> None:
    built = with_roll(an_election(house))
    form(built, a_vote(built))
    office = built.election.offices[0].id
    built.do(nominate, proposal=Proposal(office, entry(built, 6), "party", HELD))
    assert members(built)[1] == "sitting"
    found = built.look(lambda session, election: conflicts.findings(session, election, NATIONAL))
    assert [one.code for one in found[entry(built, 6)]] == ["nominated"]
    assert "第15条" in found[entry(built, 6)][0].reason.article
    assert leave(built, 1, "nominated") == id_at(built, 4)


def test_near_relatives_among_the_elected_come_from_what_was_declared(house: House) -> None:
    built = with_roll(an_election(house))
    for number in ("1", "2", "3"):
        add_candidate(built, 1, number)
    kin(built, 1, 3)
    kin(built, 2, 7)
    pairs = lambda *names: built.look(lambda s, e: conflicts.relatives_elected(s, e, names))  # noqa: E731
    assert pairs("样人子", "样人丑", "样人寅") == [("样人子", "样人寅")]
    # 7 was written in: found by the name on the roll.
    assert pairs("样人丑", "样人午") == [("样人丑", "样人午")]
    assert pairs("样人子", "样人丑") == []


def test_absent_twice_running_counts_where_the_profile_says(house: House) -> None:
    built = with_roll(an_election(house))
    refused(NotFound, "NO_COMMITTEE", built.do, actions.record_meeting, held_on=HELD, absent=[])
    form(built, a_vote(built))
    second = id_at(built, 2)
    for day in (HELD, HELD + timedelta(days=1)):
        built.do(actions.record_meeting, held_on=day, absent=[second])
    refused(Conflict, "MEETING_RECORDED", built.do, actions.record_meeting, held_on=HELD, absent=[])
    refused(Malformed, "MEETING_DAY", built.do, actions.record_meeting, held_on=date(2026, 11, 1), absent=[])
    refused(Conflict, "NO_GROUND", leave, built, 2, "absent_twice")
    assert leave(built, 2, "absent_twice", ZHEJIANG) == id_at(built, 4)


def staff(built: Built, number: int, duty: str = "watcher", name: str = "") -> str:
    person = entry(built, number) if number else ""
    nominated = built.look(conflicts.nominated)
    return str(built.do(staffing.appoint_staff, person=person, name=name, duty=duty, nominated=nominated))


def test_staff_are_sworn_in_and_nobody_near_a_candidate_serves(house: House) -> None:
    built = with_roll(an_election(house))
    made = staff(built, 6)
    helper = staff(built, 0, "caller", "社工甲")
    refused(Conflict, "STAFF_TWICE", staff, built, 6)
    refused(Malformed, "STAFF_DUTY", staff, built, 7, "judge")
    refused(Malformed, "TEXT_LENGTH", staff, built, 0, "caller", "")
    kin(built, 6, 1)
    add_candidate(built, 0, "1")
    refused(Conflict, "STAFF_CONFLICT", staff, built, 1, "teller")
    nominated = built.look(conflicts.nominated)
    refused(Conflict, "STAFF_CONFLICT", built.do, staffing.swear_in, staff_id=made, nominated=nominated)
    found = built.look(lambda session, election: conflicts.findings(session, election, NATIONAL))
    assert [one.code for one in found[entry(built, 6)]] == ["staff_kin"]
    built.do(staffing.let_go, staff_id=made)
    refused(NotFound, "NO_SUCH_STAFF", built.do, staffing.let_go, staff_id=made)
    built.do(staffing.swear_in, staff_id=helper, nominated=nominated)
    refused(Conflict, "STAFF_SWORN", built.do, staffing.swear_in, staff_id=helper, nominated=nominated)
    assert [(one.name, one.oath_on) for one in built.look(queries.staff) if not one.ended_on] == [
        ("社工甲", BEFORE.date())
    ]


def test_nothing_changes_when_the_election_is_over(house: House) -> None:
    from voting.elections import actions as elections

    built = with_roll(an_election(house))
    built.do(elections.declare_void, reason="试办")
    refused(TooLate, "ELECTION_OVER", kin, built, 1, 2)
