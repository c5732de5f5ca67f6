"""Who is elected, by the law's arithmetic, with the reasons (Residents' Committees Law Art. 19; Villagers' Art. 18).

One office in one poll, in exact integers. ``collected`` is every ballot taken out of all boxes, void and
blank ones included; it is what turnout and the majority are measured on, never the valid ballots.
Names are opaque keys: the caller makes namesakes distinct.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from voting.errors import Malformed
from voting.law.profiles import Law, Mode, law_of
from voting.law.seats import Filled, fill, highest, ordered
from voting.law.thresholds import Reason, figure, needed_at_least, over_half

TURNOUT = "turnout"
COLLECTED_OVER_ISSUED = "collected>issued"


class Kind(StrEnum):
    """What a poll is: the first of its election, or one that follows another."""

    FIRST = "first"
    REVOTE = "revote"  # 再次投票
    SECOND = "second"  # 另行选举
    RERUN = "rerun"  # 重新选举: the poll before it was void
    RECALL = "recall"  # 罢免
    BY_ELECTION = "by_election"  # 补选, to the end of the term


#: The two answers of a recall, as they stand on the ballot (after 弃权).
RECALL_YES, RECALL_NO = "同意罢免", "不同意罢免"


class Next(StrEnum):
    """What has to follow a poll."""

    DONE = "done"
    REVOTE = "revote"  # 再次投票: among those tied across the last seat, the highest wins
    BY_ELECTION = "by_election"  # 另行选举: a second poll for the seats left open
    VACANT_OR_REPEAT = "vacant_or_repeat"  # still short after the second poll
    RERUN = "rerun"  # the poll is void and is held again


@dataclass(frozen=True)
class Poll:
    """The counted facts of one office in one poll.

    ``eligible``: people on the list that counts (voters, household or residents' representatives).
    ``ineligible``: people whose election is void because a bar of Art. 18 applies. They keep their place
    in the order and their seat stays open: it never goes to the runner-up.
    ``law``: key of the version that the election began under; empty: the newest for its mode.
    """

    mode: Mode
    eligible: int
    issued: int
    collected: int
    seats: int
    votes: Mapping[str, int]
    invalid: int = 0
    blank: int = 0
    ineligible: frozenset[str] = frozenset()
    law: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a poll decided for one office.

    ``elected`` in order of votes. ``tied`` compete again for ``tied_seats``; ``vacancies`` counts the
    other seats left open. ``reason`` is empty for a valid poll.
    """

    valid: bool
    next: Next
    reason: str = ""
    turnout_needed: int = 0
    majority_needed: int = 0
    third_needed: int = 0
    elected: tuple[str, ...] = ()
    tied: tuple[str, ...] = ()
    tied_seats: int = 0
    vacancies: int = 0
    because: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class SecondPoll:
    """Who stands in 另行选举. ``differential``: whether there are more names than seats (Art. 18)."""

    candidates: tuple[str, ...]
    differential: bool


def election_first(poll: Poll) -> Outcome:
    """The first poll: valid turnout, then more than half of the ballots collected, the highest first.

    Raises ``Malformed`` for figures that cannot be (negative, no seat, more votes than ballots).
    """
    law = law_of(poll.law, poll.mode)
    decided = _decide(law, poll, _over_half, Next.BY_ELECTION)
    return replace(decided, majority_needed=law.majority.needed(poll.collected)) if decided.valid else decided


def election_by(poll: Poll, *, require_turnout: bool = True) -> Outcome:
    """另行选举: the highest with at least one third of the ballots of *this* poll are elected.

    ``require_turnout``: the organic laws do not exempt the second poll from the turnout rule; provinces
    differ. Raises ``Malformed`` as ``election_first`` does.
    """
    law = law_of(poll.law, poll.mode)
    decided = _decide(law, poll, _a_third, Next.VACANT_OR_REPEAT, require_turnout=require_turnout)
    third = needed_at_least(law.second_poll.fraction, poll.collected)
    return replace(decided, third_needed=third) if decided.valid else decided


def recall_vote(poll: Poll) -> Outcome:
    """One member's recall, voted in the mode of the election with its turnout: more than half of those voting agree.

    ``elected`` holds ``RECALL_YES`` where the member is recalled and is empty where not; nothing follows either way
    (Residents' Committees Law Art. 20; Villagers' Art. 19). Raises ``Malformed`` as ``election_first`` does.
    """
    law = law_of(poll.law, poll.mode)
    _check_figures(poll)
    needed = law.turnout[poll.mode].needed(poll.eligible)
    reason, because = validity(poll.mode, poll.eligible, poll.issued, poll.collected, law=poll.law)
    if reason:
        return replace(_void(poll, reason, needed, because), next=Next.DONE, vacancies=0)
    yes = poll.votes.get(RECALL_YES, 0)
    agreed = over_half(yes, poll.collected)
    judged, judged_en = ("罢免成立。", "recalled.") if agreed else ("罢免不成立。", "not recalled.")
    sums = law.reason(
        f"同意罢免 {figure(yes)} 张，须超过收回选票 {figure(poll.collected)} 张的半数：{agreed.sum}，{judged}",
        f"{figure(yes)} in favour, more than half of the {figure(poll.collected)} ballots collected is required: "
        f"{agreed.sum}, {judged_en}",
        law.recall_article,
    )
    return Outcome(
        valid=True,
        next=Next.DONE,
        turnout_needed=needed,
        majority_needed=law.majority.needed(poll.collected),
        elected=(RECALL_YES,) if agreed else (),
        because=(*because, sums),
    )


def revote(
    tied: tuple[str, ...], seats: int, votes: Mapping[str, int], *, ineligible: frozenset[str] = frozenset()
) -> Outcome:
    """再次投票 among the tied only: the highest win, no majority is needed; a new tie is voted on again.

    The law knows no drawing of lots. ``ineligible`` as in ``Poll``: the seat of such a winner stays open.
    Raises ``Malformed`` for figures that cannot be.
    """
    _check_votes(votes)
    if not 1 <= seats < len(set(tied)):
        raise Malformed(
            "revote_seats",
            f"再次投票须是得票相同者多于空缺：现有 {len(set(tied))} 人争 {seats} 个名额；请核对。",
            f"A re-vote needs more tied people than seats: here {len(set(tied))} for {seats}; check the figures.",
        )
    among = {name: votes.get(name, 0) for name in tied}
    winners, again, left = highest(among, seats)
    again = tuple(name for name in again if name not in ineligible)
    if len(again) <= left:
        # Somebody barred cannot win another re-vote: the seats left are between fewer than they are.
        winners, again, left = winners + again, (), 0
    elected = tuple(name for name in winners if name not in ineligible)
    vacancies = seats - len(elected) - left
    listed = "、".join(f"{name} {figure(count)} 票" for name, count in ordered(among))
    listed_en = ", ".join(f"{name} {figure(count)}" for name, count in ordered(among))
    because = Reason(
        f"再次投票以得票多的当选，不要求过半数：{listed}。" + ("仍有票数相同，继续投票。" if again else ""),
        f"In a re-vote the highest win and no majority is needed: {listed_en}."
        + (" Still tied, so vote again." if again else ""),
    )
    return Outcome(
        valid=True,
        next=Next.REVOTE if again else Next.BY_ELECTION if vacancies else Next.DONE,
        elected=elected,
        tied=again,
        tied_seats=left,
        vacancies=vacancies,
        because=(because,),
    )


def by_candidates(votes: Mapping[str, int], elected: tuple[str, ...], vacancies: int, *, extra: int = 1) -> SecondPoll:
    """Who stands in 另行选举: the highest of those not elected, ``extra`` more than the seats left.

    The law says 未当选的人员, so people written in in the first poll are among them. All who tie at the
    cut are included. ``differential`` false means: nominate anew, one name for one seat is no choice.
    """
    _check_votes(votes)
    if vacancies < 1 or extra < 0:
        raise Malformed(
            "no_vacancy",
            "没有空缺名额，不用另行选举。",
            "No seat is open, so no second poll is needed.",
        )
    order = [(name, count) for name, count in ordered(votes) if name not in elected]
    size = vacancies + extra
    names = tuple(name for name, count in order if len(order) <= size or count >= order[size - 1][1])
    return SecondPoll(names, len(names) > vacancies)


def validity(
    mode: Mode, eligible: int, issued: int, collected: int, *, require_turnout: bool = True, law: str = ""
) -> tuple[str, tuple[Reason, ...]]:
    """Whether the poll as a whole stands: empty string, or ``collected>issued``, or ``turnout``; with reasons."""
    version = law_of(law, mode)
    in_box = Reason(
        f"收回选票 {figure(collected)} 张，发出 {figure(issued)} 张："
        + (
            f"{figure(collected)} ≤ {figure(issued)}，收回不多于发出。"
            if collected <= issued
            else "收回多于发出，选举无效。"
        ),
        f"{figure(collected)} ballots collected, {figure(issued)} issued: "
        + (
            f"{figure(collected)} ≤ {figure(issued)}, not more than were issued."
            if collected <= issued
            else "more collected than issued, the poll is void."
        ),
    )
    if collected > issued:
        return COLLECTED_OVER_ISSUED, (in_box,)
    if not require_turnout:
        return "", (in_box,)
    share = version.turnout[mode]
    turnout = share.compare(collected, eligible)
    judged, judged_en = ("达到", "reached") if turnout else ("未达到", "not reached")
    because = version.reason(
        f"参加投票 {figure(collected)} 人，应参加 {figure(eligible)} 人，须{share.zh}：{turnout.sum}，{judged}。",
        f"{figure(collected)} of {figure(eligible)} took part, {share.en} is required: {turnout.sum}, {judged_en}.",
        version.turnout_article,
    )
    return ("" if turnout else TURNOUT), (in_box, because)


#: The candidates a rule lets through with their votes, and its sums.
_Passed = tuple[dict[str, int], tuple[Reason, ...]]


def _decide(
    law: Law, poll: Poll, bar: Callable[[Law, Poll], _Passed], when_short: Next, *, require_turnout: bool = True
) -> Outcome:
    """Whether the poll stands, and who takes the seats of those over the ``bar``."""
    _check_figures(poll)
    needed = law.turnout[poll.mode].needed(poll.eligible)
    reason, because = validity(
        poll.mode, poll.eligible, poll.issued, poll.collected, require_turnout=require_turnout, law=poll.law
    )
    if reason:
        return _void(poll, reason, needed, because)
    passed, sums = bar(law, poll)
    filled = fill(law, poll.seats, passed, poll.ineligible)
    return Outcome(
        valid=True,
        next=_next(filled, when_short),
        turnout_needed=needed,
        elected=filled.elected,
        tied=filled.tied,
        tied_seats=filled.tied_seats,
        vacancies=filled.vacancies,
        because=because + sums + filled.because,
    )


def _over_half(law: Law, poll: Poll) -> _Passed:
    passed, because = {}, []
    for name, count in ordered(poll.votes):
        share = over_half(count, poll.collected)
        if share:
            passed[name] = count
        because.append(
            law.reason(
                f"{name} 得赞成票 {figure(count)} 张，须超过收回选票 {figure(poll.collected)} 张的半数：{share.sum}，"
                + ("过半数。" if share else "未过半数。"),
                f"{name} has {figure(count)} votes and needs more than half of the {figure(poll.collected)} "
                f"ballots collected: {share.sum}, " + ("a majority." if share else "no majority."),
                law.turnout_article,
            )
        )
    return passed, tuple(because)


def _a_third(law: Law, poll: Poll) -> _Passed:
    passed, because = {}, []
    for name, count in ordered(poll.votes):
        share = law.second_poll.compare(count, poll.collected)
        # With an empty box 0 ≥ 0 would hold: nobody is elected without a vote.
        if share and count > 0:
            passed[name] = count
        because.append(
            law.reason(
                f"{name} 得赞成票 {figure(count)} 张，不得少于本次所投选票 {figure(poll.collected)} 张的三分之一："
                f"{share.sum}，" + ("达到。" if name in passed else "未达到。"),
                f"{name} has {figure(count)} votes and needs at least a third of this poll's "
                f"{figure(poll.collected)} ballots: {share.sum}, " + ("reached." if name in passed else "not reached."),
                law.turnout_article,
            )
        )
    return passed, tuple(because)


def _next(filled: Filled, when_short: Next) -> Next:
    if filled.tied:
        return Next.REVOTE
    return when_short if filled.vacancies else Next.DONE


def _void(poll: Poll, reason: str, needed: int, because: tuple[Reason, ...]) -> Outcome:
    return Outcome(
        valid=False,
        next=Next.RERUN,
        reason=reason,
        turnout_needed=needed,
        vacancies=poll.seats,
        because=because,
    )


def _check_figures(poll: Poll) -> None:
    _check_votes(poll.votes)
    if min(poll.eligible, poll.issued, poll.collected, poll.invalid, poll.blank) < 0 or poll.seats < 1:
        raise Malformed(
            "count_figures",
            "计票数字不能为负，应选名额至少一名；请核对录入。",
            "Counted figures cannot be negative and an office has at least one seat; check the entry.",
        )
    most = max(poll.votes.values(), default=0)
    if most > poll.collected:
        raise Malformed(
            "votes_over_ballots",
            f"有人得票 {figure(most)}，多于收回选票 {figure(poll.collected)} 张；请核对录入。",
            f"Somebody has {figure(most)} votes, more than the {figure(poll.collected)} ballots collected; "
            "check the entry.",
        )


def _check_votes(votes: Mapping[str, int]) -> None:
    if min(votes.values(), default=0) < 0:
        raise Malformed("count_figures", "得票数不能为负；请核对录入。", "Votes cannot be negative; check the entry.")
