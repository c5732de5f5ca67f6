"""Check 12 (docs/verify.md): a poll that follows another is the one that the other asked for, by the log of both.

The log states the count of the earlier poll with its outcome. From these figures and from what was decided after the
count the rules say again which poll had to follow, for which seats, and who stands.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from verifier.petitions import petition_of
from verifier.report import Lacking
from verifier.story import Story, sealed_kind
from voting.elections.after.asked import Prepared, stand_without, still_asked
from voting.elections.after.events import NextPollPrepared, PlacesLeftEmpty, RelativesSettled, SeatChanged
from voting.elections.after.rules import Family, NextOffice, NextPoll, Settled, held_again, standing
from voting.elections.count.events import WinAnnulled
from voting.elections.count.rules import CountFacts, ElectionOutcome, Kind, decide
from voting.elections.count.stated import facts_said
from voting.elections.events import (
    CandidateAdded,
    CandidateRemoved,
    ElectionCreated,
    ElectionSealed,
    OutcomeDecided,
    PollMoved,
)
from voting.elections.roll.events import ElectionAmended, ElectionRulesChanged
from voting.errors import Malformed
from voting.law.offices import office_kind
from voting.law.polls import RECALL_NO, RECALL_YES
from voting.law.profiles import Mode, Profile, rules_of
from voting.law.thresholds import over_half

Offices = tuple[tuple[str, int, tuple[str, ...]], ...]


def check_follows(story: Story) -> None:
    """12: a first poll follows none; another follows a poll that this log saw ended, and follows from it."""
    sealed = story.only(ElectionSealed).fact
    if (sealed.kind == Kind.FIRST) != (sealed.follows is None) or (sealed.follows or "") not in story.ended | {""}:
        raise Malformed(
            "FOLLOWS_UNKNOWN",
            "日志说这是接着前一次投票办的，但封定以前没有那次投票的结果",
            "The log calls this a poll that follows another, and held no outcome of that one when this was sealed",
        )
    if sealed.follows is None:
        return
    prepared = story.only(NextPollPrepared)
    polls = {election: other.until(prepared.seq) for election, other in story.others.items()}
    before = polls[sealed.follows]
    _check_prepared(sealed, prepared.fact)
    _check_rules(story, before)
    _check_roll(sealed, prepared.fact, before)
    if sealed_kind(sealed) is Kind.RECALL:
        _check_recall(sealed, before)
    elif sealed_kind(sealed) is Kind.BY_ELECTION and not _void(before):
        _check_by_election(sealed, before)
    else:
        asked = [one.fact for poll in polls.values() for one in poll.all(NextPollPrepared)]
        covered = [
            (Kind(one.kind), {title: seats for title, seats, _ in one.offices})
            for one in asked
            if one.follows == sealed.follows
        ]
        _check_asked(story, before, _family(sealed.follows, polls), covered)


def _check_prepared(sealed: ElectionSealed, prepared: NextPollPrepared) -> None:
    seats = [(title, number) for title, number, _ in sealed.offices]
    stated = (prepared.follows, prepared.kind, [(title, number) for title, number, _ in prepared.offices])
    if stated != (sealed.follows, sealed.kind, seats):
        raise Malformed(
            "FOLLOWS_PREPARED",
            "封定的投票与日志里建立的不是同一次：接着哪一次、是什么投票、职务和名额有不同",
            "What was sealed is not what was prepared: the poll it follows, its kind, its offices or seats differ",
        )


def _check_rules(story: Story, before: Story) -> None:
    """Neither law nor mode nor the province's rules change between the polls of one election."""
    if _rules_said(before) != _rules_said(story):
        raise Malformed(
            "FOLLOWS_RULES",
            "法律版本、选举方式或地方规则与它接着的那次投票不同",
            "The version of the law, the mode or the profile is not that of the poll it follows",
        )


def _rules_said(poll: Story) -> tuple[str, Mode, str, Mapping[str, str]]:
    """The rules of a poll by its log: as it was created, or as they were last changed in the draft."""
    created = poll.only(ElectionCreated).fact
    changed = [one.fact for one in poll.all(ElectionRulesChanged)]
    last = changed[-1] if changed else created
    return created.law, Mode(created.mode), last.profile, last.options


def _check_roll(sealed: ElectionSealed, prepared: NextPollPrepared, before: Story) -> None:
    """The roll is taken over as it was frozen; a by-election alone brings it up to date and posts it anew."""
    lasts = before.all(ElectionSealed)
    if sealed.kind == Kind.BY_ELECTION and not _void(before):
        return
    wanted = {(one.fact.roll_sha256, one.fact.eligible) for one in lasts} or {(prepared.roll_sha256, sealed.eligible)}
    if wanted != {(sealed.roll_sha256, sealed.eligible)}:
        raise Malformed(
            "FOLLOWS_ROLL",
            "选民名单不是它接着的那次投票封定的名单",
            "The roll is not the one that was frozen for the poll it follows",
        )


def _check_recall(sealed: ElectionSealed, before: Story) -> None:
    """A recall is asked for by a petition with the law's share of the list, and asks yes or no."""
    petition_of(sealed, before)
    if [(seats, names) for _, seats, names in sealed.offices] != [(1, (RECALL_YES, RECALL_NO))]:
        raise _other_candidates("罢免", "the recall")


def _check_by_election(sealed: ElectionSealed, before: Story) -> None:
    """Seats that came open after the certificate, of offices that were voted on."""
    gone = [one for one in before.all(SeatChanged) if one.fact.change.startswith("ended_")]
    open_seats = sum(one.fact.change not in ("ended_term", "ended_annulled") for one in gone)
    had = {title: seats for title, seats, _ in before.only(ElectionSealed).fact.offices}
    wanted = all(seats <= had.get(title, 0) for title, seats, _ in sealed.offices)
    if not wanted or sum(seats for _, seats, _ in sealed.offices) > open_seats:
        raise _other_offices()


def _family(follows: str, polls: Mapping[str, Story]) -> Family:
    """What the other polls of the earlier poll's election say: the first poll's votes, who sits by them."""
    asked = {election: one.fact for election, poll in polls.items() for one in poll.all(NextPollPrepared)}
    parts = {election: one.follows for election, one in asked.items() if one.kind in (Kind.REVOTE, Kind.SECOND)}
    root = follows
    while root in parts:
        root = parts[root]
    found = [root]
    for election in found:
        found += [one for one, before in parts.items() if before == election]
    votes: Mapping[str, Mapping[str, int]] = {}
    seated: set[str] = set()
    for election in found:
        if election == follows or not polls[election].all(OutcomeDecided) or _void(polls[election]):
            continue
        facts, outcome = _count(polls[election])
        seats = standing(outcome, _settled(polls[election], facts))
        seated |= {name for office in seats for name in office.members}
        if election == root:
            votes = {office.name: office.votes for office in facts.offices}
    return Family(votes, frozenset(seated))


def _check_asked(story: Story, before: Story, family: Family, covered: Sequence[Prepared]) -> None:
    """A re-vote, a second poll, a poll held again: of this kind, for these seats, between these people; ``covered``:
    the polls that were prepared after the same one before."""
    sealed = story.only(ElectionSealed).fact
    rules = rules_of(*_rules_said(before))
    polls = [one for asked in _asked(before, rules, family, covered) for one in asked if one.kind == sealed.kind]
    if not polls:
        raise Malformed(
            "FOLLOWS_KIND",
            "按日志里前一次投票的结果，不该有这样的投票",
            "The earlier poll's outcome, as the log has it, asks for no such poll",
        )
    seats = [(title, number) for title, number, _ in sealed.offices]
    polls = [poll for poll in polls if [(one.title, one.seats) for one in poll.offices] == seats]
    if not polls:
        raise _other_offices()
    if not any(_stand(story, sealed, poll) for poll in polls):
        raise _other_candidates("候选人", "who stands")


def _asked(
    before: Story, rules: Profile, family: Family, covered: Sequence[Prepared]
) -> Iterator[tuple[NextPoll, ...]]:
    """The polls asked for; one way for every number of candidates beyond the seats that the profile allows."""
    if _void(before):
        kind, offices = _held(before)
        yield (held_again(kind, (), offices),)
        return
    facts, outcome = _count(before)
    settled = _settled(before, facts)
    _check_moved_up(facts, outcome, settled, rules)
    bounds = {office.name: rules.excess.value[office_kind(office.name)] for office in facts.offices}
    votes = [*(office.votes for office in facts.offices), *family.votes.values()]
    most = max(len(one) for one in votes) + 1
    for extra in range(1, most + 1):
        within = {title: min(max(extra, low), most if high is None else high) for title, (low, high) in bounds.items()}
        yield still_asked(facts, outcome, settled, prepared=covered, extra=within, family=family)


def _void(before: Story) -> bool:
    """Whether the earlier poll was declared void, or its count made it void."""
    decided = before.all(OutcomeDecided)
    return any(one.fact.move == "void" for one in before.all(PollMoved)) or not (decided and decided[-1].fact.valid)


def _held(before: Story) -> tuple[Kind, tuple[NextOffice, ...]]:
    """What a void poll was: as sealed, or as created where it never came to be sealed."""
    for one in before.all(ElectionSealed):
        return sealed_kind(one.fact), _offices(one.fact.offices)
    kinds = [Kind(one.fact.kind) for one in before.all(NextPollPrepared)]
    offices = before.only(ElectionCreated).fact.offices
    for amended in before.all(ElectionAmended):
        offices = amended.fact.offices
    return (kinds or [Kind.FIRST])[0], _offices((title, seats, ()) for title, seats in offices)


def _offices(offices: Iterable[tuple[str, int, tuple[str, ...]]]) -> tuple[NextOffice, ...]:
    return tuple(NextOffice(title, seats, names) for title, seats, names in offices)


def _count(before: Story) -> tuple[CountFacts, ElectionOutcome]:
    """The earlier poll decided again from the figures in the log. Raises FOLLOWS_OUTCOME where it said otherwise."""
    sealed, said = before.only(ElectionSealed).fact, before.some(OutcomeDecided)[-1]
    early = frozenset(one.fact.name for one in before.all(WinAnnulled) if one.seq < said.seq)
    try:
        facts = facts_said(
            said.fact.count,
            mode=Mode(sealed.mode),
            law=sealed.law,
            kind=sealed_kind(sealed),
            require_turnout=sealed.second_turnout,
            ineligible=early,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Lacking(
            "LOG_FACT_FORM",
            f"日志第 {said.seq} 条（{OutcomeDecided.type}）的写法本程序不认识：请用与平台同版本的核验程序",
            f"Entry {said.seq} ({OutcomeDecided.type}) is in a form unknown here: use the platform's verifier",
        ) from error
    outcome = decide(facts)
    elected = tuple((office.name, office.outcome.elected) for office in outcome.offices)
    if elected != said.fact.elected:
        raise Malformed(
            "FOLLOWS_OUTCOME",
            f"日志第 {said.seq} 条：前一次投票的得票算不出日志所写的当选人",
            f"Entry {said.seq}: the earlier poll's votes do not give the elected whom the log names",
        )
    return facts, outcome


def _check_moved_up(facts: CountFacts, outcome: ElectionOutcome, settled: Settled, rules: Profile) -> None:
    """Into a relative's seat moves nobody unless the profile says so, and then the next with a majority."""
    won = {name for office in outcome.offices for name in office.outcome.elected}
    for office in facts.offices:
        for name in settled.moved_up.get(office.name, ()):
            majority = over_half(office.votes.get(name, 0), facts.collected)
            if not rules.next_moves_up.value or not majority or name in won:
                raise Malformed(
                    "FOLLOWS_RELATIVES",
                    f"近亲属回避后不该由 {name} 当选",
                    f"{name} could not move up into the seat of a relative",
                )


def _settled(before: Story, facts: CountFacts) -> Settled:
    """What was decided after the count: wins void since the certificate, relatives, places left empty."""
    decided = before.some(OutcomeDecided)[-1].seq
    relatives = [one.fact for one in before.all(RelativesSettled)]
    return Settled(
        annulled=frozenset(one.fact.name for one in before.all(WinAnnulled) if one.seq > decided),
        gave_way=frozenset(name for one in relatives for _, name in one.gave_way),
        moved_up=_by_office(pair for one in relatives for pair in one.moved_up),
        again=_by_office(pair for one in relatives for pair in one.vote_again),
        left_empty={
            office.name: sum(one.fact.seats for one in before.all(PlacesLeftEmpty) if one.fact.office == office.name)
            for office in facts.offices
        },
    )


def _by_office(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for office, name in pairs:
        found[office] = (*found.get(office, ()), name)
    return found


def _stand(story: Story, sealed: ElectionSealed, poll: NextPoll) -> bool:
    """Whether those were listed who were to stand, and nobody else stands now than they and who moved up.

    In a re-vote exactly they. Else whoever left did so with a ground on record, an entry of the log each, and the
    next by votes moved up; others were put on the list only where the votes leave no choice.
    """
    prepared = story.only(NextPollPrepared).fact
    for asked, (_, _, listed), (_, _, names) in zip(poll.offices, prepared.offices, sealed.offices, strict=True):
        # A void poll that was never sealed: its list is the one that the log took over from it.
        unsaid = poll.again and not asked.candidates
        office = replace(asked, candidates=listed) if unsaid else asked
        if poll.kind is Kind.REVOTE and not _same(names, office.candidates):
            return False
        if not _same(listed, office.candidates) or not _moved_by_votes(story, office, names):
            return False
    return True


def _moved_by_votes(story: Story, office: NextOffice, names: Iterable[str]) -> bool:
    """Whether the sealed list is that of the votes without those who left, each with a ground on record."""
    added = sum(one.fact.office == office.title for one in story.all(CandidateAdded))
    left = sum(one.fact.office == office.title and one.fact.on_record for one in story.all(CandidateRemoved))
    gone: set[str] = set()
    while True:
        stands, more = stand_without(office, gone), Counter(_plain(name) for name in names)
        missing = set()
        for name in stands:
            if more[_plain(name)]:
                more[_plain(name)] -= 1
            else:
                missing.add(name)
        if not missing:
            break
        gone |= missing
    return len(gone) <= left and more.total() <= (added if len(stands) <= office.seats else 0)


def _same(one: Iterable[str], other: Iterable[str]) -> bool:
    return Counter(_plain(name) for name in one) == Counter(_plain(name) for name in other)


def _plain(name: str) -> str:
    """The name without what tells namesakes apart, which depends on who else stands."""
    return name.partition("（")[0]


def _other_offices() -> Malformed:
    return Malformed(
        "FOLLOWS_OFFICES",
        "职务和名额不是前一次投票留下的",
        "Offices and seats are not those that the earlier poll left open",
    )


def _other_candidates(zh: str, en: str) -> Malformed:
    return Malformed(
        "FOLLOWS_CANDIDATES",
        f"{zh}不是按前一次投票的得票和决定应有的",
        f"On the ballot, {en} is not what the earlier poll's votes and decisions give",
    )
