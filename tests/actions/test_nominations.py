"""Nominations: who may nominate whom, signatures held against the roll, the nominating poll, acceptance, lists."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from election_build import BEFORE, Built, add_candidate, an_election, clear, with_roll
from house_build import House

from voting.database import write
from voting.elections import conflicts
from voting.elections.actions import NewOffice
from voting.elections.candidates import actions, answers, listing, nominations
from voting.elections.candidates.lists import listed, withdraw_lists
from voting.elections.candidates.nominating import cut
from voting.elections.candidates.nominations import Proposal
from voting.elections.candidates.queries import contests
from voting.elections.candidates.rules import BARS, check_candidates
from voting.elections.candidates.strokes import by_strokes, in_stroke_order
from voting.elections.candidates.tables import Candidate
from voting.elections.committee.actions import declare_kinship
from voting.elections.committee.queries import kinships
from voting.elections.roll.publication import publish_roll
from voting.elections.roll.queries import find
from voting.elections.tables import Election
from voting.errors import Conflict, Malformed, NotEligible, NotFound, Refused, TooEarly, TooLate

DAY = BEFORE.date()


def refused(
    family: type[Refused], code: str, deed: Callable[..., object], /, *args: object, **facts: object
) -> Refused:
    with pytest.raises(family) as caught:
        deed(*args, **facts)
    assert caught.value.code == code
    return caught.value


def drafted(house: House, voters: int = 24, **facts: Any) -> Built:
    return with_roll(an_election(house, **facts), voters)


def under(built: Built, profile: str) -> Built:
    with write(built.engine) as session:
        session.get_one(Election, built.election_id).profile = profile
    return built


def entry(built: Built, number: int) -> str:
    return str(built.look(lambda session, election: find(session, election=election, query=str(number))[0].id))


def nominate(
    built: Built, number: int, way: str = "party", signers: tuple[int, ...] = (), office: int = 0, **facts: Any
) -> str:
    given = {"received_on": DAY, **facts}
    proposal = Proposal(built.election.offices[office].id, entry(built, number), way, signers=signers, **given)
    return str(built.do(nominations.nominate, proposal=proposal))


def accept(built: Built, nomination: str, **facts: Any) -> str:
    given = {"day": DAY, "keys": built.keys, **facts}
    return str(built.do(answers.accept_nomination, nomination_id=nomination, **given))


def withdraw(built: Built, nomination: str, **facts: Any) -> None:
    built.do(answers.withdraw_nomination, nomination_id=nomination, **{"day": DAY, **facts})


TEN = tuple(range(11, 21))


def test_the_party_and_ten_voters_nominate_and_the_person_accepts_in_writing(house: House) -> None:
    built = drafted(house)
    party, joint = nominate(built, 1), nominate(built, 2, "voters", TEN, office=1)
    assert built.look(lambda session, _e: session.query(Candidate).count()) == 0
    made = accept(built, party)
    accept(built, joint)
    assert built.look(lambda session, _e: session.get_one(Candidate, made).name) == "样人子"
    found = {one.name: (row.way, count) for row, one, count in built.look(listing.nominations)}
    assert found == {"样人子": ("party", 0), "样人丑": ("voters", 10)}
    facts = [data for kind, data in built.events() if kind == "nominated"]
    assert [fact["signatures"] for fact in facts] == [0, 10] and "样人" not in str(facts)
    refused(Conflict, "NOMINATION_ANSWERED", accept, built, party)
    refused(Conflict, "NOMINATED_ALREADY", nominate, built, 1)
    # Nominated in two ways for one office: one candidacy.
    assert accept(built, nominate(built, 1, "voters", TEN)) == made
    refused(Conflict, "CANDIDATE_TWICE", accept, built, nominate(built, 1, office=1))
    refused(NotFound, "NO_SUCH_NOMINATION", accept, built, "none")
    refused(Malformed, "ANSWER_DAY", accept, built, nominate(built, 3), day=date(2027, 1, 1))


def test_nine_signatures_are_too_few_and_nobody_signs_twice_or_unknown(house: House) -> None:
    built = drafted(house)
    said = refused(NotEligible, "TOO_FEW_SIGNATURES", nominate, built, 1, "voters", TEN[:9])
    assert "第18条" in said.zh and "Art. 18" in said.en
    refused(Conflict, "SIGNED_TWICE", nominate, built, 1, "voters", (*TEN, 11))
    refused(NotFound, "SIGNER_UNKNOWN", nominate, built, 1, "voters", (*TEN, 99))


def test_nobody_signs_for_more_people_than_there_are_seats(house: House) -> None:
    built = drafted(house)
    first = nominate(built, 1, "voters", TEN)
    refused(Conflict, "SIGNED_BEYOND", nominate, built, 2, "voters", TEN)
    nominate(built, 2, "voters", TEN, office=1)
    nominate(built, 3, "voters", TEN, office=1)
    refused(Conflict, "SIGNED_BEYOND", nominate, built, 4, "voters", TEN, office=1)
    # Whoever is withdrawn no longer counts against those who signed.
    withdraw(built, first)
    nominate(built, 2, "voters", TEN)


@pytest.mark.parametrize(
    "wrong", [{"way": "lot"}, {"way": "poll"}, {"way": "voters"}, {"signers": TEN}, {"received_on": date(2027, 1, 1)}]
)
def test_a_nomination_that_is_not_complete_is_refused(house: House, wrong: dict[str, Any]) -> None:
    refused(Malformed, "NOMINATION_FORM", nominate, drafted(house), 1, **wrong)


def test_self_nomination_only_where_the_profile_has_it_in_time_and_for_one_office(house: House) -> None:
    built = drafted(house)
    refused(NotEligible, "SELF_NOMINATION", nominate, built, 1, "self")
    made = nominate(under(built, "zhejiang"), 1, "self")
    refused(Conflict, "SELF_ONE_OFFICE", nominate, built, 1, "self", office=1)
    withdraw(built, made)
    assert nominate(built, 1, "self", office=1)
    built.now = datetime(2026, 12, 12, 1, 0, tzinfo=UTC)
    said = refused(TooLate, "SELF_LATE", nominate, built, 2, "self", received_on=date(2026, 12, 11))
    assert "2026-12-10" in said.zh and "浙江" in said.zh and "2026-12-10" in said.en
    assert nominate(built, 2, "self", received_on=date(2026, 12, 10))


def test_who_is_nominated_does_not_sign_and_near_signers_are_shown(house: House) -> None:
    built = drafted(house)
    refused(Conflict, "SIGNER_NOMINEE", nominate, built, 11, "voters", TEN)
    made = nominate(built, 1, "voters", TEN)
    nominate(built, 12)
    built.do(declare_kinship, one=entry(built, 1), other=entry(built, 13), relation="sibling")
    near = built.look(
        lambda session, election: listing.signers_near(
            session, election, kinships(session, election), conflicts.nominated(session, election)
        )
    )
    assert near == {made: 2}, "13 is a sibling of 1, 12 is nominated"


def test_from_a_nominating_poll_come_the_first_and_then_the_next(house: House) -> None:
    built = under(drafted(house, offices=[NewOffice("主任", 1)]), "shanghai")
    poll(built, 20, {(0, 1): 8, (0, 2): 6, (0, 3): 4, (0, 4): 2})
    found = built.look(listing.nominations)
    ids = {one.name: row.id for row, one, _ in found}
    shown = listing.poll_standing(built.election, found)[0]
    assert shown[1] == 20 and [(one.votes, one.first) for one in shown[2]] == [
        (8, True), (6, True), (4, False), (2, False),
    ]  # fmt: skip
    said = refused(Conflict, "NOT_AMONG_FIRST", accept, built, ids["样人寅"])
    assert "上海" in said.zh
    withdraw(built, ids["样人丑"])
    assert accept(built, ids["样人寅"])
    answered = [data["answer"] for kind, data in built.events() if kind == "nomination_answered"]
    assert answered == ["declined", "accepted"]


def test_who_ties_for_the_last_place_of_a_nominating_poll_is_in_it() -> None:
    votes = {"a": 9, "b": 5, "c": 5, "d": 1}
    assert cut(votes, 1, (1, 1)) == {"a", "b", "c"}
    assert cut(votes, 1, (1, None)) == set("abcd") and cut(votes, 2, (1, 3)) == set("abcd")


def test_the_formal_list_waits_for_every_written_answer(house: House) -> None:
    built = drafted(house, offices=[NewOffice("主任", 1)])
    built.do(publish_roll)
    for number in (1, 2):
        clear(built, accept(built, nominate(built, number)))
    third = nominate(built, 3)
    said = refused(TooEarly, "candidates_open", built.do, actions.post_candidates)
    assert "有 1 份提名" in said.zh and "样人" not in said.zh
    # After the last day to withdraw somebody may still say that he does not accept.
    withdraw(built, third)
    direct = add_candidate(built, 0, "4")
    clear(built, direct)
    assert "没有经过提名并书面接受" in refused(TooEarly, "candidates_open", built.do, actions.post_candidates).zh
    built.do(actions.remove_candidate, candidate_id=direct)
    built.do(actions.post_candidates)


def test_nobody_is_taken_off_a_posted_list_but_for_a_ground_and_the_lists_hang_their_time(house: House) -> None:
    built = drafted(house, offices=[NewOffice("主任", 1)])
    refused(TooEarly, "LIST_NOT_POSTED", built.do, withdraw_lists)
    built.do(publish_roll)
    made = [
        add_candidate(built, 0, str(number), about=actions.About("本科", "群众", "汉族")) for number in (1, 2, 3, 4)
    ]
    for one in made:
        clear(built, one)
    built.do(actions.post_candidates)
    said = refused(TooEarly, "CANDIDATE_POSTED", built.do, actions.remove_candidate, candidate_id=made[0])
    assert "2026-12-21" in said.zh and "2026-12-21" in said.en
    built.do(answers.withdraw_candidate, candidate_id=made[1], day=DAY)
    given = dict.fromkeys(BARS, False)
    built.do(actions.record_bars, candidate_id=made[2], declared={**given, "cult": True}, checked=given)
    built.do(actions.remove_candidate, candidate_id=made[2])
    posted = built.look(lambda session, election: listed(session, election, "formal"))
    assert len(posted.offices[0].people) == 4, "what was posted stays what was posted"
    assert (posted.offices[0].people[0].education, posted.offices[0].people[0].nation) == ("本科", "汉族")
    said = refused(TooEarly, "LIST_POSTING_PERIOD", built.do, withdraw_lists)
    assert "2026-12-21" in said.zh and "15" in said.zh
    built.do(withdraw_lists, now=datetime(2026, 12, 21, 1, 0, tzinfo=UTC))
    refused(Conflict, "LIST_WITHDRAWN", built.do, withdraw_lists)
    assert built.events()[-1][0] == "candidate_lists_withdrawn"
    refused(Malformed, "CANDIDATE_ABOUT", add_candidate, built, 0, "5", about=actions.About(education="博学"))


def test_withdrawal_until_the_profiles_day(house: House) -> None:
    built = under(drafted(house), "zhejiang")
    made = nominate(built, 1)
    accept(built, made)
    late = datetime(2026, 12, 18, 1, 0, tzinfo=UTC)
    said = refused(TooLate, "WITHDRAW_LATE", withdraw, built, made, day=late.date(), now=late)
    assert "2026-12-17" in said.zh and "浙江" in said.zh
    withdraw(built, made, day=date(2026, 12, 17), now=datetime(2026, 12, 17, 9, 0, tzinfo=UTC))
    assert built.look(lambda session, _e: session.query(Candidate).count()) == 0
    refused(Conflict, "NOMINATION_ANSWERED", withdraw, built, made)


def poll(built: Built, taking_part: int, votes: dict[tuple[int, int], int], **facts: Any) -> None:
    offices = built.election.offices
    counted = {(offices[office].id, entry(built, number)): count for (office, number), count in votes.items()}
    given = {"held_on": DAY, "taking_part": taking_part, "votes": counted, **facts}
    built.do(nominations.record_nominating_poll, **given)


def test_a_nominating_poll_needs_more_than_half_and_sums_that_can_be(house: House) -> None:
    built = drafted(house)
    said = refused(NotEligible, "POLL_TURNOUT", poll, built, 12, {(0, 1): 12})
    assert "过半数" in said.zh
    refused(Malformed, "POLL_NAMES", poll, built, 13, {(0, 1): 10, (0, 2): 4})
    refused(Malformed, "POLL_VOTES", poll, built, 13, {(0, 1): 10, (1, 1): 4})
    refused(Malformed, "POLL_FORM", poll, built, 25, {(0, 1): 10})
    refused(Malformed, "POLL_FORM", poll, built, 13, {(0, 1): 0})
    poll(built, 13, {(0, 1): 5, (0, 2): 8, (1, 3): 13, (1, 4): 13})
    refused(Conflict, "POLL_RECORDED", poll, built, 13, {(0, 1): 13})
    _, data = next(one for one in built.events() if one[0] == "nominating_poll_recorded")
    assert (data["voters"], data["taking_part"]) == (24, 13) and len(data["sha256"]) == 64
    assert data["offices"] == [
        {"office": "主任", "named": 2, "votes": 13},
        {"office": "委员", "named": 2, "votes": 26},
    ]


def test_a_nominating_poll_that_names_a_whole_village_is_logged(house: House) -> None:
    built = drafted(house, 132)
    everybody = {(office, number): 1 for number in range(1, 133) for office in (0,)}
    poll(built, 132, everybody)
    _, data = next(one for one in built.events() if one[0] == "nominating_poll_recorded")
    assert data["offices"][0] == {"office": "主任", "named": 132, "votes": 132}
    # An entry of the log holds 16,384 bytes; this one does not grow with the people named.
    assert len(json.dumps(data)) < 1_000


def test_order_by_nomination_votes_or_strokes_and_the_lists_as_posted(house: House) -> None:
    built = under(drafted(house), "beijing")
    refused(TooEarly, "ROLL_NOT_POSTED", built.do, listing.post_preliminary)
    built.do(publish_roll)
    refused(Conflict, "LIST_EMPTY", built.do, listing.post_preliminary)
    poll(built, 13, {(0, 1): 5, (0, 2): 8})
    for row, _name, _count in built.look(listing.nominations):
        accept(built, row.id)
    assert built.do(listing.order_by_profile).by == "nomination_votes"
    assert [one.name for one in built.look(lambda s, e: contests(s, election=e))[0].candidates] == ["样人丑", "样人子"]
    assert (built.do(listing.post_preliminary), built.do(listing.post_preliminary)) == (1, 2)
    posted = built.look(lambda session, election: listed(session, election, "preliminary"))
    assert posted.number == 2 and posted.posted_on == DAY and posted.ordered == "nomination_votes"
    assert [(one.name, one.votes, one.ways) for one in posted.offices[0].people] == [
        ("样人丑", 8, ("poll",)), ("样人子", 5, ("poll",)),
    ]  # fmt: skip
    assert built.look(lambda session, election: listed(session, election, "formal")) is None
    # 丑 has four strokes, 子 three.
    assert under(built, "national").do(listing.order_by_profile).by == "stroke"
    assert [one.name for one in built.look(lambda s, e: contests(s, election=e))[0].candidates] == ["样人子", "样人丑"]


def test_stroke_order_says_what_it_could_not_settle() -> None:
    found = by_strokes(("张三", "丁一", "李四", "王五", "𬎆一"))
    assert [("张三", "丁一", "李四", "王五", "𬎆一")[place] for place in found.places] == [
        "丁一", "王五", "张三", "李四", "𬎆一",
    ]  # fmt: skip
    assert found.alike == (("张三", "李四"),) and found.unknown == ("𬎆",)
    assert in_stroke_order(["丁一", "李四", "张三"]) and in_stroke_order(["张三", "李四"])
    assert not in_stroke_order(["王五", "丁一"])
    assert by_strokes("李𬎆王一丁").places == (3, 4, 2, 0, 1)


def test_the_formal_list_keeps_the_excess_of_the_profile(house: House) -> None:
    built = under(drafted(house, offices=[NewOffice("主任", 1)]), "shanghai")
    for number in (1, 2, 3):
        clear(built, accept(built, nominate(built, number)))
    built.do(actions.remove_candidate, candidate_id=built.look(_last))
    built.look(lambda session, election: check_candidates((), {}, election.day))
    four = nominate(built, 4)
    wide = accept(built, four)
    clear(built, wide)
    with write(built.engine) as session:
        session.get_one(Election, built.election_id).state = "published"
    said = refused(TooEarly, "candidates_open", built.do, actions.post_candidates)
    assert "应为 2 名" in said.zh and "上海" in said.zh
    withdraw(built, four)
    assert built.look(lambda session, _e: session.get(Candidate, wide)) is None
    built.do(actions.post_candidates)
    posted = built.look(lambda session, election: listed(session, election, "formal"))
    assert posted.number == 1 and len(posted.offices[0].people) == 2


def _last(session: Any, election: Election) -> str:
    return str(contests(session, election=election)[0].candidates[-1].id)
