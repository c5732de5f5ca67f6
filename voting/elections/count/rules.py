"""The outcome of a whole election over its offices, with reasons.

Residents' page, certificate and stand-alone verifier run this same file: pure values in and out. The
arithmetic of one office is ``voting.law.polls``, re-exported here because it is part of the count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from voting.elections.paper.channels import Outlet
from voting.errors import Malformed
from voting.law.polls import (
    COLLECTED_OVER_ISSUED,
    TURNOUT,
    Kind,
    Next,
    Outcome,
    Poll,
    SecondPoll,
    by_candidates,
    election_by,
    election_first,
    recall_vote,
    revote,
    validity,
)
from voting.law.profiles import Mode, law_of
from voting.law.thresholds import Reason, figure

__all__ = [
    "COLLECTED_OVER_ISSUED",
    "TURNOUT",
    "CountFacts",
    "ElectionOutcome",
    "Kind",
    "Next",
    "OfficeCount",
    "OfficeOutcome",
    "Outcome",
    "Poll",
    "SecondPoll",
    "by_candidates",
    "decide",
    "election_by",
    "election_first",
    "recall_vote",
    "reconcile",
    "revote",
    "turnout_counts",
    "validity",
]

# What follows, the most pressing first: seats tied are voted on again before open seats are filled.
_URGENCY = (Next.RERUN, Next.REVOTE, Next.BY_ELECTION, Next.VACANT_OR_REPEAT, Next.DONE)


@dataclass(frozen=True)
class OfficeCount:
    """The counted marks of one office.

    ``votes``: 赞成票 per person, write-ins included. ``blank``: ballots that chose 弃权 for this office.
    ``over_vote_loss``: marks lost because a paper named more people than seats (the tablet cannot).
    ``unused``: marks not used, where the count gives them; ``None`` where they follow from the rest.
    ``tablet``/``paper``: votes by channel where papers were counted, for showing them apart; they decide nothing.
    """

    name: str
    seats: int
    votes: Mapping[str, int]
    blank: int = 0
    over_vote_loss: int = 0
    unused: int | None = None
    tablet: Mapping[str, int] = field(default_factory=dict)
    paper: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class CountFacts:
    """Everything the outcome of an election depends on.

    ``eligible``: the list that counts (N); ``issued``: cards and papers handed out and not given back (I);
    ``collected``: ballots in all boxes (C). ``kind``: what this poll is, which fixes the bar its winners must pass.
    ``law``: key of the version that the election began under; empty: the newest for its mode. ``legal_record``:
    ``paper`` where the papers alone were counted, ``by_hand`` of them filled in without a tablet; both decide nothing.
    """

    mode: Mode
    eligible: int
    issued: int
    collected: int
    offices: tuple[OfficeCount, ...]
    invalid: int = 0
    ineligible: frozenset[str] = frozenset()
    kind: Kind = Kind.FIRST
    require_turnout: bool = True
    law: str = ""
    outlets: tuple[Outlet, ...] = ()
    legal_record: str = "tablet"
    by_hand: int = 0

    @property
    def overfull(self) -> Outlet | None:
        """A box with more papers than were issued for it, if there is one."""
        return next((one for one in self.outlets if one.overfull), None)


@dataclass(frozen=True)
class OfficeOutcome:
    """The outcome of one office, with the marks that were not used."""

    name: str
    seats: int
    unused: int
    outcome: Outcome


@dataclass(frozen=True)
class ElectionOutcome:
    """The outcome of the whole election; ``because`` holds the reasons that concern all offices alike."""

    valid: bool
    reason: str
    turnout_needed: int
    next: Next
    offices: tuple[OfficeOutcome, ...]
    because: tuple[Reason, ...]


def decide(facts: CountFacts) -> ElectionOutcome:
    """Turnout once for the election, then each office by itself.

    Raises ``Malformed`` where the figures cannot all be true (``reconcile``): such a count must not be closed.
    """
    unused = reconcile(facts)
    if facts.overfull is not None:
        return _overfull(facts, facts.overfull, unused)
    reason, because = validity(
        facts.mode,
        facts.eligible,
        facts.issued,
        facts.collected,
        require_turnout=turnout_counts(facts),
        law=facts.law,
    )
    offices = tuple(
        OfficeOutcome(office.name, office.seats, unused[office.name], _office(facts, office, len(because)))
        for office in facts.offices
    )
    follows = {office.outcome.next for office in offices}
    law = law_of(facts.law, facts.mode)
    return ElectionOutcome(
        valid=not reason,
        reason=reason,
        turnout_needed=law.turnout[facts.mode].needed(facts.eligible),
        next=next(step for step in _URGENCY if step in follows),
        offices=offices,
        because=because,
    )


def _overfull(facts: CountFacts, outlet: Outlet, unused: Mapping[str, int]) -> ElectionOutcome:
    """More papers out of a box than were issued for it: nobody can say whose they are, the whole poll is void."""
    law = law_of(facts.law, facts.mode)
    why = law.reason(
        f"{outlet.zh}收回 {figure(outlet.collected)} 张，多于发出的 {figure(outlet.issued)} 张，"
        "选举无效，须重新组织投票。",
        f"{figure(outlet.collected)} papers came out of {outlet.en}, more than the {figure(outlet.issued)} issued: "
        "the poll is void and is held again.",
        law.turnout_article,
    )
    void = tuple(
        OfficeOutcome(
            office.name,
            office.seats,
            unused[office.name],
            Outcome(valid=False, next=Next.RERUN, reason=COLLECTED_OVER_ISSUED, vacancies=office.seats),
        )
        for office in facts.offices
    )
    needed = law.turnout[facts.mode].needed(facts.eligible)
    return ElectionOutcome(False, COLLECTED_OVER_ISSUED, needed, Next.RERUN, void, (why,))


def reconcile(facts: CountFacts) -> dict[str, int]:
    """The unused marks per office, after checking that the count adds up.

    Invariant per office: Σ votes (write-ins included) + unused + over-vote loss = seats × C; a ballot that
    chose 弃权 or is void leaves all its marks unused, and nobody has more votes than ballots that name
    anybody. Anything else is a typing error or worse. Raises ``Malformed``.
    """
    _check_whole(facts)
    return {office.name: _unused(facts, office) for office in facts.offices}


def _office(facts: CountFacts, office: OfficeCount, common: int) -> Outcome:
    poll = Poll(
        mode=facts.mode,
        eligible=facts.eligible,
        issued=facts.issued,
        collected=facts.collected,
        seats=office.seats,
        votes=office.votes,
        invalid=facts.invalid,
        blank=office.blank,
        ineligible=facts.ineligible,
        law=facts.law,
    )
    if facts.kind is Kind.REVOTE:
        return _revote(facts, office)
    if facts.kind is Kind.SECOND:
        outcome = election_by(poll, require_turnout=facts.require_turnout)
    else:
        outcome = recall_vote(poll) if facts.kind is Kind.RECALL else election_first(poll)
    # The reasons that hold for the whole poll are said once, by ``ElectionOutcome.because``.
    return replace(outcome, because=outcome.because[common:])


def _revote(facts: CountFacts, office: OfficeCount) -> Outcome:
    """Everybody on the ballot of a re-vote tied in the poll before it."""
    if facts.collected > facts.issued:
        void = (COLLECTED_OVER_ISSUED, office.seats)
        return Outcome(valid=False, next=Next.RERUN, reason=void[0], vacancies=void[1])
    return revote(tuple(office.votes), office.seats, office.votes, ineligible=facts.ineligible)


def turnout_counts(facts: CountFacts) -> bool:
    """Whether the turnout rule binds this poll."""
    # A re-vote goes on with the poll whose turnout was reached (浙江 28, 北京 29, 上海 20).
    return facts.kind is not Kind.REVOTE and (facts.require_turnout or facts.kind is not Kind.SECOND)


def _check_whole(facts: CountFacts) -> None:
    names = [office.name for office in facts.offices]
    if not names or len(set(names)) != len(names):
        raise Malformed(
            "count_offices",
            "计票须至少有一个职务，且每个职务只出现一次；请核对职务设置。",
            "A count needs at least one office, and each office once; check the offices.",
        )
    if min(facts.eligible, facts.issued, facts.collected, facts.invalid) < 0:
        raise Malformed(
            "count_figures",
            "计票数字不能为负；请核对录入。",
            "Counted figures cannot be negative; check the entry.",
        )
    if facts.invalid > facts.collected:
        raise Malformed(
            "void_over_collected",
            f"废票 {figure(facts.invalid)} 张多于收回选票 {figure(facts.collected)} 张；请核对录入。",
            f"{figure(facts.invalid)} void ballots, more than the {figure(facts.collected)} collected; "
            "check the entry.",
        )
    if facts.issued > facts.eligible:
        raise Malformed(
            "issued_over_roll",
            f"发出选票 {figure(facts.issued)} 张多于名单 {figure(facts.eligible)} 人；请核对领票登记和名单。",
            f"{figure(facts.issued)} ballots issued, more than the {figure(facts.eligible)} on the list; "
            "check the desk's record and the list.",
        )


def _unused(facts: CountFacts, office: OfficeCount) -> int:
    marks = office.seats * facts.collected
    used = sum(office.votes.values()) + office.over_vote_loss
    unused = marks - used if office.unused is None else office.unused
    named = facts.collected - facts.invalid - office.blank  # ballots that may name somebody for this office
    least = office.seats * (facts.invalid + office.blank)  # marks that void and blank ballots leave unused
    figures = (*office.votes.values(), office.blank, office.over_vote_loss, unused, named)
    if office.seats < 1 or min(figures) < 0 or used + unused != marks or unused < least:
        raise Malformed(
            "count_does_not_add_up",
            f"{office.name}：得票 {figure(sum(office.votes.values()))} + 未用 {figure(unused)} + 多选损失 "
            f"{figure(office.over_vote_loss)} 应等于 {office.seats} × {figure(facts.collected)} = {figure(marks)}，"
            f"且废票和弃权票的 {figure(least)} 个名额全部未用；请核对录入，不能结束计票。",
            f"{office.name}: votes {figure(sum(office.votes.values()))} + unused {figure(unused)} + over-vote loss "
            f"{figure(office.over_vote_loss)} must be {office.seats} × {figure(facts.collected)} = {figure(marks)}, "
            f"and the {figure(least)} marks of void and blank ballots all unused; check the entry, "
            "the count cannot be closed.",
        )
    most = max(office.votes.values(), default=0)
    if most > named:
        raise Malformed(
            "votes_over_ballots",
            f"{office.name}：有人得票 {figure(most)}，多于写有姓名的选票 {figure(named)} 张；请核对录入。",
            f"{office.name}: somebody has {figure(most)} votes, more than the {figure(named)} ballots naming anybody; "
            "check the entry.",
        )
    return unused
