"""What follows a counted poll, office by office: re-vote, second poll, rerun, empty places, near relatives. Pure.

Names are those of the count. Whoever must stand back or is barred never gives the seat to the runner-up; it stays
open, unless the profile lets the next with a majority move up (浙江 31).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from voting.elections.count.rules import CountFacts, ElectionOutcome, OfficeCount
from voting.errors import Malformed, TooEarly
from voting.law.kin import Elected, recuse
from voting.law.offices import office_kind, rank
from voting.law.polls import Kind, Next, by_candidates
from voting.law.profiles import Excess, Law, Profile, law_of
from voting.law.seats import ordered
from voting.law.thresholds import Reason, over_half


@dataclass(frozen=True)
class NextOffice:
    """One office of the poll to come: its seats, and who stands for it in the order of their votes.

    ``differential``: whether more people stand than there are seats; where not, others must be nominated.
    ``ranked``: everybody whom the votes let stand, with their votes, the most first: who is next when one leaves.
    """

    title: str
    seats: int
    candidates: tuple[str, ...]
    differential: bool = True
    ranked: tuple[tuple[str, int], ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class NextPoll:
    """A poll that the law asks for after this one, and why. ``again``: this one is void and is held again."""

    kind: Kind
    offices: tuple[NextOffice, ...]
    because: tuple[Reason, ...]
    again: bool = False


@dataclass(frozen=True)
class Standing:
    """Who sits after a poll: elected and not void, relatives settled, those who moved up included."""

    office: str
    members: tuple[str, ...]
    open_seats: int


@dataclass(frozen=True)
class Relatives:
    """Which relatives give way, who moves up into their seats, who must be voted on again, and why."""

    gave_way: tuple[tuple[str, str], ...]
    moved_up: tuple[tuple[str, str], ...]
    vote_again: tuple[tuple[str, str], ...]
    because: tuple[Reason, ...]


@dataclass(frozen=True)
class Settled:
    """What was decided after the count: wins void after the certificate, relatives who gave way or moved up.

    ``again``: relatives with equal office and votes, voted on again (office → names). ``left_empty``: places that
    the committee let stay empty, by office.
    """

    annulled: frozenset[str] = frozenset()
    gave_way: frozenset[str] = frozenset()
    moved_up: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    again: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    left_empty: Mapping[str, int] = field(default_factory=dict)


#: Nothing was decided since the count.
NOTHING_SETTLED: Final = Settled()


@dataclass(frozen=True)
class Family:
    """What the other polls of one election say: 再次投票 and 另行选举 belong to the first poll.

    ``votes``: the first poll's, by office, from which the candidates of every 另行选举 come (居委会组织法 19);
    ``seated``: people who sit by another poll of the election.
    """

    votes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    seated: frozenset[str] = frozenset()


def standing(outcome: ElectionOutcome, settled: Settled) -> tuple[Standing, ...]:
    """Who sits and how many seats are open, seats in a coming re-vote not counted as open.

    Whoever wins two offices has the higher; the other seat is open.
    """
    found = []
    out = settled.annulled | settled.gave_way
    higher = {
        (office.name, name)
        for office in outcome.offices
        for other in outcome.offices
        for name in office.outcome.elected
        if rank(other.name) < rank(office.name) and name in other.outcome.elected
    }
    for office in outcome.offices:
        again = settled.again.get(office.name, ())
        sitting = tuple(
            name
            for name in office.outcome.elected
            if name not in out and name not in again and (office.name, name) not in higher
        )
        sitting += settled.moved_up.get(office.name, ())
        taken = len(sitting) + office.outcome.tied_seats + _again_seats(again)
        taken += settled.left_empty.get(office.name, 0)
        found.append(Standing(office.name, sitting, max(office.seats - taken, 0)))
    return tuple(found)


#: A poll without others beside it.
ALONE: Final = Family()


def next_polls(
    facts: CountFacts,
    outcome: ElectionOutcome,
    settled: Settled,
    *,
    extra: Mapping[str, int] = MappingProxyType({}),
    family: Family = ALONE,
) -> tuple[NextPoll, ...]:
    """Every poll that must follow, re-votes first. Nothing follows a recall.

    ``extra``: candidates beyond the seats left in 另行选举, by office; one where it does not say. They are the highest
    of those not elected in the first poll, people written in included (居委会组织法 19); whoever is void, gave way,
    sits already or is in a re-vote does not stand.
    """
    if facts.kind is Kind.RECALL:
        return ()
    if not outcome.valid or Next.RERUN in {office.outcome.next for office in outcome.offices}:
        return (_rerun(facts, outcome),)
    again = tuple(
        NextOffice(office.name, office.outcome.tied_seats, office.outcome.tied)
        for office in outcome.offices
        if office.outcome.tied
    ) + tuple(NextOffice(title, _again_seats(names), tuple(names)) for title, names in settled.again.items() if names)
    short = _short(facts, outcome, settled, extra, family)
    polls = []
    if again:
        polls.append(NextPoll(Kind.REVOTE, again, (_REVOTE,)))
    if short:
        polls.append(NextPoll(Kind.SECOND, short, (_second_reason(law_of(facts.law, facts.mode), short),)))
    return tuple(polls)


def settle_relatives(
    facts: CountFacts,
    outcome: ElectionOutcome,
    pairs: Iterable[tuple[str, str]],
    *,
    move_up: bool = False,
    settled: Settled = NOTHING_SETTLED,
    seated: Iterable[tuple[str, str]] = (),
) -> Relatives:
    """Of near relatives the higher office stays, then the more votes; equals are voted on again (浙江 31).

    ``move_up``: the next with a majority, who is no relative of those who sit, takes the seat (profile); else it is
    open. Only winners are judged; whoever is void, gave way before (``settled``) or is voted on again is none.
    ``seated``: (office, name) of members by other polls of the election; for the same office they stay.
    """
    pairs = [tuple(pair) for pair in pairs]  # type: ignore[misc]  # read twice
    counts = {office.name: office for office in facts.offices}
    won = [
        Elected(name, office.office, counts[office.office].votes.get(name, 0))
        for office in standing(outcome, settled)
        for name in office.members
    ]
    # Votes of two polls are not compared: who sits by another one comes first in the office.
    won += [Elected(name, office, facts.collected + 1) for office, name in seated]
    found = recuse(pairs, won)
    office_of = {one.name: one.office for one in won}
    sitting = [name for name in office_of if name not in found.removed]
    moved: list[tuple[str, str]] = []
    for name in (one for one in found.removed if move_up and office_of[one] in counts):
        chosen = _next_in_line(facts, counts[office_of[name]], sitting, found.removed, pairs)
        if chosen:
            sitting.append(chosen)
            moved.append((office_of[name], chosen))
    law = law_of(facts.law, facts.mode)
    return Relatives(
        gave_way=tuple((office_of[name], name) for name in found.removed),
        moved_up=tuple(moved),
        vote_again=tuple((office_of[name], name) for name in found.vote_again),
        because=_relatives_reasons(law, found.removed, found.vote_again, moved),
    )


@dataclass(frozen=True)
class ElectedMembers:
    """Who the polls of one election have elected so far. ``second``: whether 另行选举 was held among them."""

    members: int
    chair: bool
    second: bool


def may_stay_empty(so_far: ElectedMembers, open_seats: int, *, rules: Profile) -> Reason:
    """The sentence that lets places stay empty after 另行选举 (浙江 30, 上海 21, 北京).

    Raises TooEarly PLACES_NOT_EMPTY before a second poll was held, or where too few are elected, or no chair where the
    profile asks for one.
    """
    least, chair = rules.vacant_when_elected, rules.vacant_needs_chair
    missing = []
    if open_seats < 1:
        missing.append(("没有空缺", "no seat is open"))
    if not so_far.second:
        missing.append(("还没有另行选举", "no second poll has been held"))
    if so_far.members < least.value:
        sums = f"{so_far.members} ＜ {least.value}"
        missing.append((f"已当选人数 {sums}", f"members elected: {sums}"))
    if chair.value and not so_far.chair:
        missing.append(("主任没有选出", "there is no chair"))
    if missing:
        raise TooEarly(
            "PLACES_NOT_EMPTY",
            f"{'，'.join(zh for zh, _ in missing)}：不能决定空缺（{least.source_zh}），请先另行选举。",
            f"{'; '.join(en for _, en in missing)}: places cannot be left empty ({least.source_en}); hold a second "
            "poll first.",
        )
    members = f"{so_far.members} ≥ {least.value}"
    acting = "" if so_far.chair else "主任空缺期间，由副主任或者推选的委员主持工作。"
    acting_en = "" if so_far.chair else " While there is no chair, the deputy or a chosen member acts."
    return rules.reason(
        "vacant_when_elected",
        f"另行选举后已当选 {so_far.members} 人，{members}：其余 {open_seats} 个名额可以空缺。{acting}",
        f"After the second poll {so_far.members} members are elected, {members}: the other {open_seats} seat(s) may "
        f"stay empty.{acting_en}",
    )


def extra_candidates(title: str, excess: Excess, wanted: int | None) -> int:
    """How many more people than seats stand for an office in 另行选举: the fewest the profile allows, or ``wanted``
    within its bounds."""
    least, most = excess[office_kind(title)]
    if wanted is None:
        return least
    return max(wanted, least) if most is None else min(max(wanted, least), most)


def require_extra(wanted: int, titles: Iterable[str], rules: Profile) -> None:
    """Refuse a number that the profile allows for none of these offices: Malformed NEXT_EXCESS."""
    bounds = [rules.excess.value[office_kind(title)] for title in titles]
    least = min((low for low, _ in bounds), default=1)
    most = None if any(high is None for _, high in bounds) else max((high or 0 for _, high in bounds), default=1)
    if wanted < least or (most is not None and wanted > most):
        zh = f"{least} 至 {most} 人" if most is not None else f"至少 {least} 人"
        en = f"{least} to {most}" if most is not None else f"at least {least}"
        raise Malformed(
            "NEXT_EXCESS",
            f"候选人应比空缺名额多 {zh}（{rules.excess.source_zh}），请更正。",
            f"There must be {en} more candidates than open seats ({rules.excess.source_en}); correct the number.",
        )


_REVOTE: Final = Reason(
    "票数相同，不能确定当选人：只在票数相同的人之间再次投票，得票多的当选。",
    "Votes are equal and do not decide: vote again among those tied only, the highest win.",
)

_AGAIN: Final = Reason(
    "本次投票无效，须重新组织投票，名单和候选人沿用。",
    "This poll is void and is held again, with the same roll and candidates.",
)


def _again_seats(names: tuple[str, ...]) -> int:
    """One seat to each pair of relatives who are voted on again, and to three of one family."""
    return len(names) // 2


def held_again(kind: Kind, because: tuple[Reason, ...], offices: tuple[NextOffice, ...]) -> NextPoll:
    """A void poll held again as it was: a re-vote, a second poll and a by-election keep their own bar."""
    repeated = kind if kind in (Kind.REVOTE, Kind.SECOND, Kind.BY_ELECTION) else Kind.RERUN
    return NextPoll(repeated, offices, (*because, _AGAIN), again=True)


def _rerun(facts: CountFacts, outcome: ElectionOutcome) -> NextPoll:
    offices = tuple(
        NextOffice(one.name, one.seats, tuple(one.votes), len(one.votes) > one.seats) for one in facts.offices
    )
    return held_again(facts.kind, outcome.because, offices)


def _cannot_stand(facts: CountFacts, title: str, outcome: ElectionOutcome, settled: Settled) -> frozenset[str]:
    """Who does not stand in the second poll for this office: elected anywhere, in the re-vote, void, or gave way."""
    out = {name for office in outcome.offices for name in office.outcome.elected}
    out |= {name for office in outcome.offices if office.name == title for name in office.outcome.tied}
    out |= {name for names in settled.moved_up.values() for name in names}
    return frozenset(out) | settled.annulled | facts.ineligible | settled.gave_way | {*settled.again.get(title, ())}


def _short(
    facts: CountFacts, outcome: ElectionOutcome, settled: Settled, extra: Mapping[str, int], family: Family
) -> tuple[NextOffice, ...]:
    """What the second poll is for. Nobody stands for two offices: it is the one that gave more votes, or is higher."""
    counts = {office.name: family.votes.get(office.name, office.votes) for office in facts.offices}
    short = [each for each in standing(outcome, settled) if each.open_seats]
    best: dict[str, str] = {}
    for each in sorted(short, key=lambda one: rank(one.office)):
        out = _cannot_stand(facts, each.office, outcome, settled) | family.seated
        for name, votes in counts[each.office].items():
            if name not in out and (name not in best or votes > counts[best[name]][name]):
                best[name] = each.office
    return tuple(
        _second(
            counts[each.office],
            each,
            frozenset(name for name in counts[each.office] if best.get(name) != each.office),
            extra.get(each.office, 1),
        )
        for each in short
    )


def _second(votes: Mapping[str, int], seat: Standing, out: frozenset[str], extra: int) -> NextOffice:
    stands = by_candidates(votes, tuple(out), seat.open_seats, extra=extra)
    ranked = tuple((name, count) for name, count in ordered(votes) if name not in out)
    return NextOffice(seat.office, seat.open_seats, stands.candidates, stands.differential, ranked)


def _second_reason(law: Law, offices: tuple[NextOffice, ...]) -> Reason:
    seats = sum(office.seats for office in offices)
    words = "、".join(f"{office.title} {office.seats} 名" for office in offices)
    words_en = ", ".join(f"{office.title} {office.seats}" for office in offices)
    return law.reason(
        f"当选人数不足应选名额，空缺 {seats} 个（{words}）：另行选举，得票多的当选，但不得少于所投选票的三分之一。",
        f"{seats} seat(s) are open ({words_en}): a second poll, in which the highest are elected with at least a third "
        "of its ballots.",
        law.turnout_article,
    )


def _next_in_line(
    facts: CountFacts, count: OfficeCount, sitting: list[str], removed: tuple[str, ...], pairs: list[tuple[str, str]]
) -> str:
    kin = {frozenset(pair) for pair in pairs}
    for name, votes in sorted(count.votes.items(), key=lambda item: (-item[1], item[0])):
        free = name not in sitting and name not in removed and name not in facts.ineligible
        if free and over_half(votes, facts.collected) and not any(frozenset((name, one)) in kin for one in sitting):
            return name
    return ""


def _relatives_reasons(
    law: Law, removed: tuple[str, ...], again: tuple[str, ...], moved: list[tuple[str, str]]
) -> tuple[Reason, ...]:
    because = [
        law.reason(
            f"{name} 与另一位当选人有近亲属关系，职务较低或得票较少，不任职。",
            f"{name} is a near relative of another elected person with the higher office or more votes, and gives way.",
            law.composition_article,
        )
        for name in removed
    ]
    if again:
        because.append(
            law.reason(
                f"{'、'.join(again)} 是近亲属，职务和得票都相同：在他们之间再次投票。",
                f"{', '.join(again)} are near relatives with the same office and votes: vote again between them.",
                law.composition_article,
            )
        )
    for office, name in moved:
        because.append(
            Reason(f"{office}由过半数的下一名 {name} 当选。", f"{office}: {name}, next with a majority, moves up.")
        )
    return tuple(because)
