"""What no count may do, whatever the votes: channels and order, relatives, seats that stay open, the next poll."""

import random
from datetime import UTC, datetime
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from audit.entry import MAX_ENTRY, Entry, encode
from voting.elections.after.rules import NextPoll, Settled, next_polls, settle_relatives, standing
from voting.elections.count.merging import with_paper
from voting.elections.count.rules import CountFacts, ElectionOutcome, Kind, OfficeCount, decide
from voting.elections.count.stated import facts_said, figures_said
from voting.elections.events import OutcomeDecided
from voting.elections.paper.events import PapersWritten
from voting.elections.paper.sheets import BoxSheet, OfficeSheet, apart, as_data, together
from voting.law.profiles import Mode

OFFICES = {"主任": (1, ("甲", "乙", "丙")), "委员": (2, ("丁", "戊", "己", "庚"))}
PEOPLE = [name for _, names in OFFICES.values() for name in names]
Ballot = dict[str, frozenset[str]]


@st.composite
def ballots(draw: st.DrawFn) -> list[Ballot]:
    """What everybody marked: per office at most as many names as seats; none is 弃权."""
    one = st.fixed_dictionaries(
        {
            title: st.frozensets(st.sampled_from(names), max_size=seats).map(frozenset)
            for title, (seats, names) in OFFICES.items()
        }
    )
    kinds = draw(st.lists(one, min_size=1, max_size=4))
    return [kind for kind in kinds for _ in range(draw(st.integers(1, 6)))]


def office_of(title: str, cast: list[Ballot]) -> OfficeCount:
    seats, names = OFFICES[title]
    votes = {name: sum(name in one[title] for one in cast) for name in names}
    return OfficeCount(title, seats, votes, blank=sum(not one[title] for one in cast))


def sheet_of(cast: list[Ballot]) -> BoxSheet:
    """The count sheet of these ballots, on paper."""
    offices = []
    for title, (seats, _) in OFFICES.items():
        made = office_of(title, cast)
        unused = sum(seats - len(one[title]) for one in cast if one[title])
        offices.append(OfficeSheet(title, seats, tuple(made.votes.items()), blank=made.blank, unused=unused))
    return BoxSheet(len(cast), 0, tuple(offices))


def counted(tablets: list[Ballot], papers: list[Ballot], kind: Kind = Kind.FIRST) -> CountFacts:
    """Both channels, with everybody who came on the roll."""
    everybody, cards = len(tablets) + len(papers), len(tablets)
    offices = tuple(office_of(title, tablets) for title in OFFICES)
    alone = CountFacts(Mode.ALL_VOTERS, everybody, cards, cards, offices, kind=kind)
    return with_paper(alone, sheet_of(papers), (), papers_issued=len(papers), legal_record="tablet")


def decided(facts: CountFacts) -> tuple[ElectionOutcome, tuple[NextPoll, ...]]:
    outcome = decide(facts)
    return outcome, next_polls(facts, outcome, Settled())


@settings(max_examples=60)
@given(ballots(), st.randoms(use_true_random=False), st.sampled_from([Kind.FIRST, Kind.SECOND]))
def test_neither_channel_nor_order_changes_the_outcome(cast: list[Ballot], dice: random.Random, kind: Kind) -> None:
    whole = counted(cast, [], kind)
    mixed = list(cast)
    dice.shuffle(mixed)
    cut = dice.randint(0, len(mixed))
    parts = counted(mixed[:cut], mixed[cut:], kind)
    assert decided(parts) == decided(whole)
    assert figures_said(parts) == figures_said(whole)
    for office in parts.offices:
        for name, votes in office.votes.items():
            assert votes == office.tablet.get(name, 0) + office.paper.get(name, 0)
    assert parts.collected == len(mixed[:cut]) + len(mixed[cut:]) == parts.issued


@settings(max_examples=60)
@given(ballots(), st.sampled_from(PEOPLE), st.sampled_from([Kind.FIRST, Kind.SECOND]))
def test_a_mark_more_never_unseats(cast: list[Ballot], name: str, kind: Kind) -> None:
    """One ballot that had a mark to spare gives it to somebody who won: the win stays."""
    title = next(office for office, (_, names) in OFFICES.items() if name in names)
    before = {one.name: one.outcome for one in decide(counted(cast, [], kind)).offices}[title]
    place = next((at for at, one in enumerate(cast) if name not in one[title]), None)
    if name not in before.elected or place is None or len(cast[place][title]) == OFFICES[title][0]:
        return
    more = [one | {title: one[title] | {name}} if at == place else one for at, one in enumerate(cast)]
    after = {one.name: one.outcome for one in decide(counted(more, [], kind)).offices}[title]
    assert name in after.elected


PAIRS = st.lists(st.sampled_from(list(combinations(PEOPLE, 2))), max_size=4)


@settings(max_examples=80)
@given(ballots(), PAIRS, st.booleans())
def test_no_relatives_sit_together_and_every_seat_is_accounted_for(
    cast: list[Ballot], pairs: list[tuple[str, str]], move_up: bool
) -> None:
    facts = counted(cast, [])
    outcome = decide(facts)
    found = settle_relatives(facts, outcome, pairs, move_up=move_up)
    again = {title: tuple(name for office, name in found.vote_again if office == title) for title in OFFICES}
    settled = Settled(
        gave_way=frozenset(name for _, name in found.gave_way),
        moved_up={title: tuple(name for office, name in found.moved_up if office == title) for title in OFFICES},
        again={title: names for title, names in again.items() if names},
    )
    seats = standing(outcome, settled)
    sitting = {name for office in seats for name in office.members}
    assert not any({one, other} <= sitting for one, other in pairs)
    assert not sitting & settled.gave_way
    for office, won in zip(seats, outcome.offices, strict=True):
        voted_again = 1 if again[office.office] else 0
        assert len(office.members) + office.open_seats + won.outcome.tied_seats + voted_again == won.seats
    for poll in next_polls(facts, outcome, settled):
        for each in poll.offices:
            assert not set(each.candidates) & (sitting | (settled.gave_way if poll.kind is Kind.SECOND else set()))
            assert not each.differential or len(each.candidates) > each.seats


@settings(max_examples=60)
@given(ballots(), st.integers(1, 3))
def test_the_next_poll_is_for_exactly_the_open_seats(cast: list[Ballot], extra: int) -> None:
    facts = counted(cast, [])
    outcome = decide(facts)
    polls = next_polls(facts, outcome, Settled(), extra=dict.fromkeys(OFFICES, extra))
    asked = {(poll.kind, office.title): office for poll in polls for office in poll.offices}
    for office in outcome.offices:
        second = asked.get((Kind.SECOND, office.name))
        again = asked.get((Kind.REVOTE, office.name))
        assert (second.seats if second else 0) == office.outcome.vacancies
        assert (again.seats if again else 0) == office.outcome.tied_seats
        if second:
            votes = next(one.votes for one in facts.offices if one.name == office.name)
            left = [votes[name] for name in votes if name not in (*office.outcome.elected, *office.outcome.tied)]
            assert sorted((votes[name] for name in second.candidates), reverse=True) == sorted(
                [v for v in left if sum(o > v for o in left) < second.seats + extra], reverse=True
            )


@settings(max_examples=40)
@given(ballots(), st.integers(0, 8))
def test_what_the_log_states_decides_the_same(cast: list[Ballot], papers: int) -> None:
    facts = counted(cast[papers:], cast[:papers])
    law = {"mode": facts.mode, "law": facts.law, "kind": facts.kind}
    said = facts_said(figures_said(facts), **law, require_turnout=True, ineligible=frozenset())  # type: ignore[arg-type]
    assert decide(said) == decide(facts)


def test_the_largest_lawful_count_fits_into_an_entry_of_the_log() -> None:
    """Four offices, in each six hundred people written in besides the candidates, with the longest names."""
    offices = tuple(
        OfficeCount(title, 9, {f"{title}{'长' * 20}{number}": 900 - number for number in range(600)})
        for title in ("主任", "第一副主任", "副主任", "委员")
    )
    facts = CountFacts(Mode.ALL_VOTERS, 90_000, 80_000, 80_000, offices)
    outcome = decide(facts)
    elected = tuple((one.name, one.outcome.elected or tuple(offices[0].votes)[:9]) for one in outcome.offices)
    said = OutcomeDecided("e" * 22, True, "done", elected, figures_said(facts), "a" * 22)
    assert len(encode(Entry(10**6, "0" * 64, datetime(2026, 12, 20, tzinfo=UTC), said.type, said.data()))) < MAX_ENTRY
    law = {"mode": facts.mode, "law": facts.law, "kind": facts.kind}
    again = facts_said(said.count, **law, require_turnout=True, ineligible=frozenset())  # type: ignore[arg-type]
    wanted = next_polls(facts, outcome, Settled())
    assert [one.offices for one in next_polls(again, decide(again), Settled())] == [one.offices for one in wanted]


def test_two_thousand_names_written_in_fit_into_entries_of_the_log() -> None:
    names = tuple((f"{'长' * 20}{number}", 2_000 - number) for number in range(2_000))
    offices = tuple(OfficeSheet(title, 1, (("甲", 5),), written=names) for title in OFFICES)
    sheet = BoxSheet(90_000, 0, offices)
    plain, parts = apart(sheet)
    ids = ("e" * 22, "b" * 22)
    facts = [PapersWritten(*ids, office, [list(one) for one in part], "a" * 22) for office, part in parts]
    for fact in facts:
        said = Entry(10**6, "0" * 64, datetime(2026, 12, 20, tzinfo=UTC), fact.type, fact.data())
        assert len(encode(said)) < MAX_ENTRY
    assert len(str(as_data(plain))) < 1_000
    assert together(plain, parts) == sheet
    assert apart(plain) == (plain, ())
