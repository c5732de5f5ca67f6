"""A poll that follows another: the verifier decides the earlier one again and holds the later one against it.

The log of two polls is written by the facts themselves; each test changes one of them.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from audit.entry import Entry
from verifier.follows import check_follows
from verifier.story import story_of
from voting.elections.after.events import NextPollPrepared, PlacesLeftEmpty, RelativesSettled, SeatChanged
from voting.elections.count.events import WinAnnulled
from voting.elections.count.rules import CountFacts, OfficeCount, decide
from voting.elections.count.stated import figures_said
from voting.elections.events import (
    CandidateAdded,
    CandidateRemoved,
    ElectionCreated,
    ElectionSealed,
    OutcomeDecided,
    PollMoved,
    ResultCertified,
)
from voting.elections.recall.events import RecallMoved
from voting.elections.roll.events import ElectionAmended, ElectionRulesChanged
from voting.errors import Refused
from voting.law.polls import RECALL_NO, RECALL_YES
from voting.law.profiles import Mode

AT = datetime(2026, 12, 20, tzinfo=UTC)
DAY = date(2026, 12, 20)
LAW, ROLL, WHO = "residents-2026", "a" * 64, "official"
FIRST = (("主任", 1, ("甲", "乙")), ("委员", 2, ("丙", "丁", "戊", "己")))
#: 主任 is tied without a majority; 委员: 丙 has one, 丁 40, 戊 30, 己 10 of 100.
VOTES = {"主任": {"甲": 45, "乙": 45}, "委员": {"丙": 70, "丁": 40, "戊": 30, "己": 10}}
SECOND = (("主任", 1, ("甲", "乙")), ("委员", 1, ("丁", "戊")))
Facts = list[Any]
Change = Callable[[Facts], Facts]


def created(election: str, offices: Any, **facts: Any) -> ElectionCreated:
    seats = tuple((title, number) for title, number, _ in offices)
    made = ElectionCreated(election, election * 2, election, DAY, "all_voters", LAW, "national", {}, seats, WHO)
    return replace(made, **facts)


def sealed(election: str, offices: Any, kind: str = "first", follows: str | None = None) -> ElectionSealed:
    return ElectionSealed(
        election, election * 2, election, "大厅", DAY, "all_voters", LAW, 120, ROLL, 5, offices, WHO, kind, follows
    )


def decided(election: str, offices: Any, votes: dict[str, dict[str, int]], collected: int = 100) -> OutcomeDecided:
    counts = tuple(OfficeCount(title, seats, votes[title]) for title, seats, _ in offices)
    facts = CountFacts(Mode.ALL_VOTERS, 120, collected, collected, counts)
    outcome = decide(facts)
    elected = tuple((one.name, one.outcome.elected) for one in outcome.offices)
    return OutcomeDecided(election, outcome.valid, outcome.next.value, elected, figures_said(facts), WHO)


def prepared(kind: str, offices: Any) -> NextPollPrepared:
    return NextPollPrepared("B", "A", kind, DAY, ROLL, offices, False, WHO)


def two_polls(kind: str = "second", offices: Any = SECOND, votes: Any = None) -> Facts:
    """The first poll A, certified, and the poll B after it."""
    return [
        created("A", FIRST),
        sealed("A", FIRST),
        decided("A", FIRST, votes or VOTES),
        ResultCertified("A", "0" * 64, "key", WHO),
        created("B", offices),
        prepared(kind, offices),
        sealed("B", offices, kind, "A"),
    ]


def check(facts: Facts) -> None:
    entries = [Entry(seq, "0" * 64, AT, fact.type, fact.data()) for seq, fact in enumerate(facts)]
    check_follows(story_of(entries, "BB"))


def code(facts: Facts) -> str:
    with pytest.raises(Refused) as refusal:
        check(facts)
    assert refusal.value.zh and refusal.value.en
    return refusal.value.code


def swap(facts: Facts, which: type, election: str = "B", /, **changes: Any) -> Facts:
    """The fact of this kind with other values."""
    return [replace(one, **changes) if type(one) is which and one.election_id == election else one for one in facts]


def test_a_second_poll_that_follows_is_sound() -> None:
    check(two_polls())


def test_its_offices_need_not_say_more_than_one_extra_candidate() -> None:
    """The profile lets the committee take more; never fewer than one more than the seats."""
    more = (SECOND[0], ("委员", 1, ("丁", "戊", "己")))
    check(two_polls(offices=more))
    assert code(two_polls(offices=(SECOND[0], ("委员", 1, ("丁",))))) == "FOLLOWS_CANDIDATES"


TAMPERED: dict[str, tuple[str, Change]] = {
    "no poll before it": ("FOLLOWS_UNKNOWN", lambda facts: facts[:2] + facts[4:]),
    "a first poll that follows": ("FOLLOWS_UNKNOWN", lambda facts: swap(facts, ElectionSealed, kind="first")),
    "prepared as another kind": ("FOLLOWS_PREPARED", lambda facts: swap(facts, NextPollPrepared, kind="revote")),
    "prepared with other seats": (
        "FOLLOWS_PREPARED",
        lambda facts: swap(facts, NextPollPrepared, offices=(("主任", 1, ("甲", "乙")),)),
    ),
    "another profile": ("FOLLOWS_RULES", lambda facts: swap(facts, ElectionCreated, profile="beijing")),
    "another option": (
        "FOLLOWS_RULES",
        lambda facts: swap(facts, ElectionCreated, options={"second_poll_turnout": "no"}),
    ),
    "another roll": ("FOLLOWS_ROLL", lambda facts: swap(facts, ElectionSealed, roll_sha256="b" * 64)),
    "a smaller list": ("FOLLOWS_ROLL", lambda facts: swap(facts, ElectionSealed, eligible=90)),
    "the runner-up left out": (
        "FOLLOWS_CANDIDATES",
        lambda facts: offices(facts, (SECOND[0], ("委员", 1, ("戊", "己")))),
    ),
    "somebody who was elected": (
        "FOLLOWS_CANDIDATES",
        lambda facts: offices(facts, (SECOND[0], ("委员", 1, ("丙", "丁")))),
    ),
    "a stranger": ("FOLLOWS_CANDIDATES", lambda facts: offices(facts, (SECOND[0], ("委员", 1, ("丁", "外人"))))),
    "a seat too many": ("FOLLOWS_OFFICES", lambda facts: offices(facts, (SECOND[0], ("委员", 2, ("丁", "戊", "己"))))),
    "an office left out": ("FOLLOWS_OFFICES", lambda facts: offices(facts, (SECOND[0],))),
    "a kind nobody asked for": ("FOLLOWS_KIND", lambda facts: kind_of(facts, "revote")),
    "another count": (
        "FOLLOWS_OUTCOME",
        lambda facts: swap(facts, OutcomeDecided, "A", elected=(("主任", ("甲",)), ("委员", ("丙",)))),
    ),
    "a count in another form": (
        "LOG_FACT_FORM",
        lambda facts: swap(facts, OutcomeDecided, "A", count={"eligible": 120}),
    ),
    "a count below nothing": (
        "LOG_FACT_FORM",
        lambda facts: swap(facts, OutcomeDecided, "A", count=facts[2].count | {"issued": -1}),
    ),
}


def offices(facts: Facts, given: Any) -> Facts:
    """The later poll with these offices, wherever it says so."""
    seats = tuple((title, number) for title, number, _ in given)
    facts = swap(facts, ElectionCreated, offices=seats)
    return swap(swap(facts, NextPollPrepared, offices=given), ElectionSealed, offices=given)


def kind_of(facts: Facts, kind: str) -> Facts:
    return swap(swap(facts, NextPollPrepared, kind=kind), ElectionSealed, kind=kind)


@pytest.mark.parametrize("change", TAMPERED)
def test_another_poll_than_the_one_asked_for_is_found(change: str) -> None:
    wanted, tamper = TAMPERED[change]
    assert code(tamper(two_polls())) == wanted


REMOVED = CandidateRemoved("B", "c1", "委员", WHO, on_record=True)
ADDED = CandidateAdded("B", "c2", "委员", WHO)


def with_list(names: tuple[str, ...], *moved: Any, votes: Any = None) -> Facts:
    """The second poll, prepared as the votes have it, sealed with these members after these entries."""
    facts = swap(two_polls(votes=votes), ElectionSealed, offices=(SECOND[0], ("委员", 1, names)))
    return [*facts[:-1], *moved, facts[-1]]


def test_who_leaves_does_so_on_record_and_the_next_by_votes_moves_up() -> None:
    check(with_list(("戊", "己"), REMOVED, ADDED))
    # By a click alone; without an entry; more left than are on record; nobody, or a favourite, in the place.
    assert code(with_list(("戊", "己"), replace(REMOVED, on_record=False), ADDED)) == "FOLLOWS_CANDIDATES"
    assert code(with_list(("戊", "己"), ADDED)) == "FOLLOWS_CANDIDATES"
    assert code(with_list(("己", "外人"), REMOVED, ADDED)) == "FOLLOWS_CANDIDATES"
    assert code(with_list(("戊",), REMOVED)) == "FOLLOWS_CANDIDATES"
    assert code(with_list(("戊", "外人"), REMOVED, ADDED)) == "FOLLOWS_CANDIDATES"
    assert code(with_list(("丁", "戊", "外人"), ADDED)) == "FOLLOWS_CANDIDATES"


def test_equals_move_up_together_and_others_come_where_the_votes_leave_no_choice() -> None:
    equals = VOTES | {"委员": {"丙": 70, "丁": 40, "戊": 30, "己": 10, "庚": 10}}
    check(with_list(("戊", "己", "庚"), REMOVED, ADDED, votes=equals))
    assert code(with_list(("戊", "己"), REMOVED, ADDED, votes=equals)) == "FOLLOWS_CANDIDATES"
    # Two left: one remains for one seat, and somebody may be nominated, with an entry.
    check(with_list(("己", "外人"), REMOVED, REMOVED, ADDED))
    assert code(with_list(("己", "外人"), REMOVED, REMOVED)) == "FOLLOWS_CANDIDATES"


def test_the_list_that_was_prepared_is_that_of_the_votes() -> None:
    prepared_otherwise = swap(two_polls(), NextPollPrepared, offices=(SECOND[0], ("委员", 1, ("丁", "己"))))
    assert code(prepared_otherwise) == "FOLLOWS_CANDIDATES"


def test_what_was_decided_after_the_count_opens_and_closes_seats() -> None:
    votes = {"主任": {"甲": 60, "乙": 30}, "委员": {"丙": 70, "丁": 60, "戊": 30, "己": 10}}
    full = two_polls(votes=votes)
    assert code(full) == "FOLLOWS_KIND"
    seat = (("委员", 1, ("戊", "己")),)
    void = offices(full, seat)
    for event in (
        WinAnnulled("A", "委员", "丁", "barred", WHO),
        RelativesSettled("A", (("委员", "丁"),), (), (), WHO),
    ):
        check([*void[:4], event, *void[4:]])
        # What was decided later than the poll was prepared cannot have asked for it.
        assert code([*void[:6], event, *void[6:]]) == "FOLLOWS_KIND"
    empty = PlacesLeftEmpty("A", "委员", 1, "理由", WHO)
    kept = offices(two_polls(), (SECOND[0],))
    check([*kept[:4], empty, *kept[4:]])


def test_a_revote_is_between_those_tied_and_nobody_else() -> None:
    votes = {"主任": {"甲": 60, "乙": 30}, "委员": {"丙": 70, "丁": 60, "戊": 60, "己": 10}}
    tied = (("委员", 1, ("丁", "戊")),)
    facts = two_polls("revote", tied, votes)
    check(facts)
    three = (("委员", 1, ("丁", "戊", "己")),)
    added = CandidateAdded("B", "c", "委员", WHO)
    changed = swap(facts, ElectionSealed, offices=three)
    assert code([*changed[:-1], added, changed[-1]]) == "FOLLOWS_CANDIDATES"


@pytest.mark.parametrize("how", ["declared", "counted", "before sealing"])
def test_a_void_poll_is_held_again_as_it_was(how: str) -> None:
    facts = two_polls("rerun", FIRST)
    if how == "counted":
        facts[2] = decided(
            "A", FIRST, {"主任": {"甲": 10, "乙": 5}, "委员": dict.fromkeys("丙丁戊己", 5)}, collected=20
        )
    else:
        facts[2:4] = [PollMoved("A", "void", "void", WHO, reason="停电")]
    if how == "before sealing":
        del facts[1]
    check(facts)
    assert code(offices(facts, (FIRST[0],))) == "FOLLOWS_OFFICES"
    assert code(kind_of(facts, "second")) == "FOLLOWS_KIND"


def test_rules_and_offices_are_those_that_the_draft_ended_with() -> None:
    rules = {"second_poll_turnout": "no"}
    facts = swap(two_polls("rerun", FIRST), ElectionCreated, options=rules)
    facts[2:4] = [PollMoved("A", "void", "void", WHO, reason="停电")]
    changed = ElectionRulesChanged("A", "national", rules, WHO)
    check([facts[0], changed, *facts[1:]])
    assert code(facts) == "FOLLOWS_RULES"
    # Void before it was sealed: its offices are those that the draft was amended to.
    draft = swap(two_polls("rerun", FIRST), ElectionCreated, "A", offices=(("主任", 1),))
    draft[1:4] = [PollMoved("A", "void", "void", WHO, reason="停电")]
    amended = ElectionAmended("A", "A", DAY, "大厅", tuple((title, seats) for title, seats, _ in FIRST), WHO)
    check([draft[0], amended, *draft[1:]])
    assert code(draft) == "FOLLOWS_OFFICES"


def recalled(signed: int = 12, answers: tuple[str, ...] = (RECALL_YES, RECALL_NO)) -> Facts:
    asked = (("罢免甲", 1, answers),)
    before, after = two_polls("recall", asked)[:4], two_polls("recall", asked)[4:]
    petition = RecallMoved("A", "p", "m", "petitioned", DAY, WHO, text_sha256="0" * 64)
    accepted = RecallMoved("A", "p", "m", "accepted", DAY, WHO, signed=signed, eligible=120)
    moved = RecallMoved("A", "p", "m", "poll", DAY, WHO, poll="B")
    return [*before, petition, accepted, moved, *after]


def test_a_recall_rests_on_a_petition_of_a_tenth() -> None:
    check(recalled())
    assert code(recalled(signed=11)) == "FOLLOWS_PETITION"
    assert code([one for one in recalled() if getattr(one, "move", "") != "accepted"]) == "FOLLOWS_PETITION"
    assert code(recalled(answers=(RECALL_NO, RECALL_YES))) == "FOLLOWS_CANDIDATES"


def asked(facts: Facts, move: str = "", **changes: object) -> Facts:
    """The entries of the petition (those of ``move``) with other contents."""
    hit = (lambda one: one.move == move) if move else (lambda one: True)
    return [replace(one, **changes) if isinstance(one, RecallMoved) and hit(one) else one for one in facts]


def test_a_third_of_the_representatives_asks_for_a_recall() -> None:
    reps = asked(asked(recalled(20), basis="reps"), "accepted", eligible=60)
    check(reps)
    tampered = (
        asked(reps, "accepted", signed=19),
        # Sixty voters instead of 120, and who asked changed in one entry: the sealed roll and the others say otherwise.
        asked(reps, basis="voters"),
        asked(reps, "accepted", basis="voters", eligible=120),
        asked(reps, basis="households"),
        # More of them than voters, or more signed than there are.
        asked(reps, "accepted", signed=60, eligible=121),
        asked(reps, "accepted", signed=61),
    )
    for facts in tampered:
        assert code(facts) == "FOLLOWS_PETITION"


def test_a_by_election_fills_seats_that_came_open() -> None:
    seat = (("委员", 1, ("庚", "辛")),)
    facts = swap(two_polls("by_election", seat), ElectionSealed, roll_sha256="b" * 64)
    gone = SeatChanged("A", "m", "ended_sentence", DAY, WHO)
    check([*facts[:4], gone, *facts[4:]])
    assert code(facts) == "FOLLOWS_OFFICES"
    assert code([*facts[:4], replace(gone, change="ended_term"), *facts[4:]]) == "FOLLOWS_OFFICES"


def test_nobody_moves_up_but_by_the_profile_and_with_a_majority() -> None:
    """浙江 31: after a relative gives way the next with a majority is elected; nowhere else."""
    votes = {"主任": {"甲": 60, "乙": 30}, "委员": {"丙": 70, "丁": 60, "戊": 55, "己": 10}}
    seat = (("委员", 1, ("戊", "己")),)

    def after(moved: tuple[tuple[str, str], ...], profile: str) -> Facts:
        facts = two_polls(offices=seat, votes=votes)
        facts[0], facts[4] = replace(facts[0], profile=profile), replace(facts[4], profile=profile)
        event = RelativesSettled("A", (("委员", "丙"), ("委员", "丁")), moved, (), WHO)
        return [*facts[:4], event, *facts[4:]]

    assert code(after((("委员", "戊"),), "national")) == "FOLLOWS_RELATIVES"
    assert code(after((("委员", "己"),), "zhejiang")) == "FOLLOWS_RELATIVES"
    stands = offices(after((("委员", "戊"),), "zhejiang"), (("委员", 1, ("己",)),))
    stands = swap(stands, ElectionSealed, offices=(("委员", 1, ("己", "庚")),))
    check([*stands[:-1], CandidateAdded("B", "c", "委员", WHO), stands[-1]])


def test_a_seat_that_comes_open_later_has_a_second_poll_of_its_own() -> None:
    """Another second poll after the same first one is for the seats that the earlier one is not for."""
    votes = {"主任": {"甲": 45, "乙": 45}, "委员": {"丙": 70, "丁": 60, "戊": 30, "己": 10}}
    chair, member = (SECOND[0],), (("委员", 1, ("戊", "己")),)
    facts = two_polls(offices=member, votes=votes)
    earlier = [
        created("C", chair),
        replace(prepared("second", chair), election_id="C"),
        sealed("C", chair, "second", "A"),
    ]
    gone = WinAnnulled("A", "委员", "丁", "wrongful", WHO)
    check([*facts[:4], *earlier, gone, *facts[4:]])
    assert code([*facts[:4], gone, *facts[4:]]) == "FOLLOWS_OFFICES"
