"""Candidates: from the roll, answered for, ordered, posted; each refusal, and what makes a list be posted anew."""

from collections.abc import Callable

import pytest
from election_build import (
    BEFORE,
    Built,
    a_csv,
    a_published_election,
    a_row,
    a_sealed_election,
    add_candidate,
    an_election,
    clear,
    with_candidates,
    with_roll,
)
from house_build import House
from photo_build import a_jpeg, a_png
from sqlalchemy.orm import Session

from voting.database import writing_session
from voting.elections.candidates import actions, answers
from voting.elections.candidates.photos import LIMIT, read_photo
from voting.elections.candidates.queries import check, contests, standing
from voting.elections.candidates.rules import BARS
from voting.elections.candidates.tables import Candidate
from voting.elections.roll import actions as roll
from voting.errors import Conflict, Malformed, NotFound, Refused, TooEarly, TooLarge, TooLate


def refused(family: type[Refused], code: str, deed: Callable[..., object], /, *args: object, **facts: object) -> None:
    with pytest.raises(family) as caught:
        deed(*args, **facts)
    assert caught.value.code == code


def order(built: Built, office: int) -> list[str]:
    return [one.name for one in built.look(lambda session, e: contests(session, election=e))[office].candidates]


def act(built: Built, action: Callable[..., object], **facts: object) -> object:
    return built.do(action, **facts)


def test_a_candidate_comes_from_the_roll_with_age_on_the_day(house: House) -> None:
    built = a_published_election(house)
    made = add_candidate(built, 0, "3", trade=" 退休\n教师 ", introduction="热心公益。")
    found = built.look(lambda session, _e: session.get_one(Candidate, made))
    assert (found.name, found.sex, found.age, found.trade, found.ordinal) == ("样人寅", "女", 56, "退休 教师", 1)
    assert found.photo_type is None


def test_nobody_stands_twice_or_from_elsewhere(house: House) -> None:
    built = a_published_election(house)
    add_candidate(built, 0, "3")
    refused(Conflict, "CANDIDATE_TWICE", add_candidate, built, 1, "3")
    office = built.election.offices[0].id
    facts = {"trade": "", "introduction": "", "photo": None, "keys": built.keys}
    refused(NotFound, "ROLL_NO_ENTRY", act, built, actions.add_candidate, office_id=office, entry_id="no", **facts)
    refused(NotFound, "NO_SUCH_OFFICE", act, built, actions.add_candidate, office_id="no", entry_id="no", **facts)


@pytest.mark.parametrize(
    ("text", "code"), [({"trade": "工" * 31}, "TEXT_LENGTH"), ({"introduction": "好" * 601}, "TEXT_LENGTH"),
                       ({"trade": "\ue001"}, "TEXT_CHARACTER")],
)  # fmt: skip
def test_texts_have_limits(house: House, text: dict[str, str], code: str) -> None:
    built = a_published_election(house)
    refused(Malformed, code, add_candidate, built, 0, "3", **text)


def test_a_name_no_paper_can_print_is_refused_before_the_ballot(house: House) -> None:
    built = an_election(house)
    with writing_session(built.engine) as session:
        dry = roll.keep_draft(
            session, election_id=built.election_id, filename="r.csv",
            content=a_csv([a_row(0, "样\ue003")]), keys=built.keys,
        )  # fmt: skip
        roll.import_draft(
            session, election_id=built.election_id, digest=dry.digest, keys=built.keys,
            actor=built.actor(), now=BEFORE,
        )  # fmt: skip
    refused(Malformed, "TEXT_CHARACTER", add_candidate, built, 0, "1")


# --- portraits --------------------------------------------------------------------------------------------------------


def test_portraits_are_told_by_their_bytes() -> None:
    png, jpeg = read_photo(a_png(80, 100)), read_photo(a_jpeg(640, 800))
    assert (png.media_type, png.width, png.height) == ("image/png", 80, 100)
    assert (jpeg.media_type, jpeg.width, jpeg.height) == ("image/jpeg", 640, 800)


@pytest.mark.parametrize(
    ("content", "family", "code"),
    [
        (b"GIF89a" + bytes(50), Malformed, "PHOTO_FORMAT"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", Malformed, "PHOTO_FORMAT"),
        (b"\xff\xd8\xff", Malformed, "PHOTO_BROKEN"),
        (a_jpeg(640, 800)[:20], Malformed, "PHOTO_BROKEN"),
        (b"\xff\xd8\xff\xe0\x00\x00" + bytes(20), Malformed, "PHOTO_BROKEN"),
        (b"\xff\xd8" + b"\xff" * 50, Malformed, "PHOTO_BROKEN"),
        (a_png(80, 100)[:20], Malformed, "PHOTO_BROKEN"),
        (a_png(10, 100), Malformed, "PHOTO_SIDES"),
        (a_jpeg(640, 5000), Malformed, "PHOTO_SIDES"),
        (a_png(80, 100) + bytes(LIMIT), TooLarge, "PHOTO_TOO_LARGE"),
    ],
)
def test_what_is_no_portrait(content: bytes, family: type[Refused], code: str) -> None:
    refused(family, code, read_photo, content)


def test_a_refused_portrait_adds_nobody(house: House) -> None:
    built = a_published_election(house)
    refused(Malformed, "PHOTO_FORMAT", add_candidate, built, 0, "3", photo=b"GIF89a")
    assert order(built, 0) == []


# --- bars -------------------------------------------------------------------------------------------------------------


def test_bars_are_answered_twice_and_by_name(house: House) -> None:
    built = a_published_election(house)
    made = add_candidate(built, 0, "1")
    assert (standing_of(built).errors, standing_of(built).unanswered) == (0, 1)
    clear(built, made)
    assert (standing_of(built).errors, standing_of(built).unanswered) == (0, 0)
    answers = dict.fromkeys(BARS, False)
    act(built, actions.record_bars, candidate_id=made, declared=answers, checked={**answers, "cult": True})
    found = built.look(lambda session, e: check(session, election=e))
    assert {one.code for one in found.errors if one.person} == {"bar_cult"}
    assert standing_of(built).errors == 1


def standing_of(built: Built) -> object:
    return built.look(lambda session, e: standing(session, election=e))


def test_a_bar_the_law_does_not_know(house: House) -> None:
    built = a_published_election(house)
    made = add_candidate(built, 0, "1")
    facts = {"candidate_id": made, "checked": {}}
    refused(Malformed, "BAR_UNKNOWN", act, built, actions.record_bars, declared={"tall": False}, **facts)
    refused(
        NotFound, "NO_SUCH_CANDIDATE", act, built, actions.record_bars, declared={}, **{**facts, "candidate_id": "no"}
    )


def test_one_years_short_of_the_list_is_not_asked_of_the_birth_day(house: House) -> None:
    """The age is the whole years on the day: the stored number is judged, not an invented birthday."""
    built = a_published_election(house)
    made = add_candidate(built, 0, "1")
    clear(built, made)

    def younger(session: Session) -> None:
        session.get_one(Candidate, made).age = 17

    built.act(younger)
    found = built.look(lambda session, e: check(session, election=e))
    assert {one.code for one in found.errors if one.person} == {"under_age"}


# --- order, removal, posting ------------------------------------------------------------------------------------------


def test_the_order_is_set_and_ranks_close(house: House) -> None:
    built = a_published_election(house)
    first, second, third = (add_candidate(built, 1, number) for number in "345")
    office = built.election.offices[1].id
    act(built, actions.reorder_candidates, office_id=office, order=[third, first, second])
    assert order(built, 1) == ["样人辰", "样人寅", "样人卯"]
    act(built, actions.remove_candidate, candidate_id=first)
    assert order(built, 1) == ["样人辰", "样人卯"]
    ordinals = built.look(lambda session, _e: sorted(one.ordinal for one in session.query(Candidate)))
    assert ordinals == [1, 2]
    for wrong in ([third], [third, second, "x"], [third, third]):
        refused(Conflict, "CANDIDATES_CHANGED", act, built, actions.reorder_candidates, office_id=office, order=wrong)
    refused(NotFound, "NO_SUCH_CANDIDATE", act, built, actions.remove_candidate, candidate_id=first)


def test_posting_logs_the_ballot_as_it_will_be_printed(house: House) -> None:
    built = with_candidates(a_published_election(house))
    assert built.election.candidates_posted is not None and built.state == "published"
    kind, fact = built.events()[-1]
    assert kind == "candidates_posted"
    assert fact["offices"][0] == {"title": "主任", "seats": 1, "candidates": ["样人子", "样人丑"]}
    refused(Conflict, "ALREADY_POSTED", built.do, actions.post_candidates)


def test_what_posting_waits_for(house: House) -> None:
    built = with_roll(an_election(house))
    refused(TooEarly, "state_too_early", built.do, actions.post_candidates)
    built = a_published_election_of(built)
    refused(TooEarly, "not_differential", built.do, actions.post_candidates)
    for office, number in ((0, "1"), (0, "2"), (1, "3"), (1, "4"), (1, "5")):
        add_candidate(built, office, number)
    refused(TooEarly, "candidates_unanswered", built.do, actions.post_candidates)


def a_published_election_of(built: Built) -> Built:
    from voting.elections.roll.publication import publish_roll

    built.do(publish_roll)
    return built


@pytest.mark.parametrize("change", ["add", "remove", "reorder", "trade"])
def test_a_changed_list_is_posted_anew(house: House, change: str) -> None:
    built = with_candidates(a_published_election(house))
    office = built.look(lambda session, e: contests(session, election=e))[1]
    ids = [one.id for one in office.candidates]
    if change == "add":
        add_candidate(built, 1, "6")
    elif change == "remove":
        act(built, answers.withdraw_candidate, candidate_id=ids[0], day=BEFORE.date())
    elif change == "reorder":
        act(built, actions.reorder_candidates, office_id=office.office.id, order=ids[::-1])
    else:
        describe(built, ids[0], trade="医生")
    assert built.election.candidates_posted is None


def describe(built: Built, candidate_id: str, **facts: object) -> None:
    given = {"trade": "教师", "introduction": "", "photo": None, **facts}
    act(built, actions.describe_candidate, candidate_id=candidate_id, **given)


def test_a_new_portrait_or_introduction_leaves_the_posted_list_alone(house: House) -> None:
    built = with_candidates(a_published_election(house))
    made = built.look(lambda session, e: contests(session, election=e))[0].candidates[0].id
    describe(built, made, introduction="二十年楼长。", photo=a_png(80, 100))
    describe(built, made, introduction="二十一年楼长。")
    found = built.look(lambda session, _e: (session.get_one(Candidate, made), session.get_one(Candidate, made).photo))
    assert found[0].introduction == "二十一年楼长。" and found[1] == a_png(80, 100)
    assert built.election.candidates_posted is not None


# --- every deed leaves its trace --------------------------------------------------------------------------------------


def since(built: Built, count: int) -> list[tuple[str, dict[str, object]]]:
    """What the log says after its first `count` entries, without what every such entry says."""
    said = [(kind, dict(fact)) for kind, fact in built.events()[count:]]
    for _, fact in said:
        assert fact.pop("election") == built.election_id
        assert fact.pop("by") == built.actor().account_id
    return said


def test_every_deed_on_the_list_is_logged_by_id_and_never_by_name(house: House) -> None:
    built = a_published_election(house)
    before = len(built.events())
    first, second = (add_candidate(built, 1, number, introduction="热心公益。") for number in "34")
    describe(built, first, trade="医生", introduction="热心公益。", photo=a_png(80, 100))
    describe(built, first, trade="医生", introduction="热心公益。", photo=a_png(80, 100))
    office = built.election.offices[1].id
    act(built, actions.reorder_candidates, office_id=office, order=[second, first])
    act(built, actions.reorder_candidates, office_id=office, order=[second, first])
    act(built, actions.remove_candidate, candidate_id=second)
    assert since(built, before) == [
        ("candidate_added", {"candidate": first, "office": "委员"}),
        ("candidate_added", {"candidate": second, "office": "委员"}),
        ("candidate_described", {"candidate": first, "changed": ["trade", "photo"]}),
        ("candidates_reordered", {"office": "委员", "order": [second, first]}),
        ("candidate_removed", {"candidate": second, "office": "委员", "on_record": False}),
    ]
    assert "样人" not in str(built.events()[before:])


def test_the_legal_attestation_is_logged_without_the_answers(house: House) -> None:
    built = a_published_election(house)
    made = add_candidate(built, 0, "1")
    before = len(built.events())
    act(built, actions.record_bars, candidate_id=made, declared={"cult": True}, checked=dict.fromkeys(BARS, False))
    act(built, actions.record_bars, candidate_id=made, declared={"cult": False}, checked=dict.fromkeys(BARS, False))
    answered = {"candidate": made, "declared": ["cult"], "checked": sorted(BARS)}
    assert since(built, before) == [("candidate_bars_answered", answered)] * 2


def test_a_refused_deed_leaves_no_trace(house: House) -> None:
    built = a_sealed_election(house)
    before = built.events()
    refused(TooLate, "CANDIDATES_FIXED", add_candidate, built, 1, "7")
    assert built.events() == before


def test_a_sealed_list_stands(house: House) -> None:
    built = a_sealed_election(house)
    contest = built.look(lambda session, e: contests(session, election=e))[1]
    made = contest.candidates[0].id
    refused(TooLate, "CANDIDATES_FIXED", add_candidate, built, 1, "7")
    refused(TooLate, "CANDIDATES_FIXED", clear, built, made)
    refused(TooLate, "CANDIDATES_FIXED", describe, built, made)
    refused(TooLate, "CANDIDATES_FIXED", act, built, actions.remove_candidate, candidate_id=made)
    refused(TooLate, "CANDIDATES_FIXED", act, built, actions.reorder_candidates, office_id=contest.office.id, order=[])
    refused(TooLate, "state_too_late", built.do, actions.post_candidates)
