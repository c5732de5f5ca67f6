"""What a poll's figures are called by its kind: an election elects, a recall is agreed to. Pure; pairs (zh, en)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from voting.law.polls import RECALL_YES, Kind
from voting.law.profiles import Law
from voting.law.thresholds import ONE_THIRD, OVER_HALF, Share

Words = tuple[str, str]


@dataclass(frozen=True)
class Wording:
    """``won``/``lost``: who is over the last seat and who is not; ``over``/``under``: the bar reached and not;
    ``again``: that the poll is void, and what that leads to;
    ``bar``: the share of the ballots collected that is asked for, or none; ``paper``: what the report is called."""

    won: Words
    lost: Words
    needed: Words
    over: Words
    under: Words
    valid: Words
    void: Words
    again: Words
    bar: Share | None
    paper: str = "选举结果报告单"

    def sum(self, votes: int, collected: int) -> str:
        """The bar written out for so many votes; empty where the poll has none."""
        return self.bar.compare(votes, collected).sum if self.bar else ""

    def reached(self, votes: int, collected: int) -> bool:
        """Whether so many votes reach the bar, which nobody reaches without a vote."""
        return votes > 0 and (self.bar is None or self.bar.compare(votes, collected).ok)


_FIRST: Final = Wording(
    won=("当选", "elected"),
    lost=("未当选", "not elected"),
    needed=("当选所需票数", "votes needed"),
    over=("过半数", "majority"),
    under=("未过半数", "no majority"),
    valid=("选举有效", "The election is valid"),
    void=("选举无效", "The election is void"),
    again=("选举无效，须重新组织", "The election is void and must be held again"),
    bar=OVER_HALF,
)
_SECOND: Final = Wording(
    won=_FIRST.won,
    lost=_FIRST.lost,
    needed=_FIRST.needed,
    over=("达到三分之一", "a third or more"),
    under=("不足三分之一", "less than a third"),
    valid=_FIRST.valid,
    void=_FIRST.void,
    again=_FIRST.again,
    bar=ONE_THIRD,
)
_REVOTE: Final = Wording(
    won=_FIRST.won,
    lost=_FIRST.lost,
    needed=_FIRST.needed,
    over=("", ""),
    under=("", ""),
    valid=_FIRST.valid,
    void=_FIRST.void,
    again=_FIRST.again,
    bar=None,
)
_RECALL: Final = Wording(
    won=("通过", "carried"),
    lost=("未通过", "not carried"),
    needed=("通过所需票数", "votes needed to carry"),
    over=_FIRST.over,
    under=_FIRST.under,
    valid=("投票有效", "The poll is valid"),
    void=("投票无效", "The poll is void"),
    again=("投票无效", "The poll is void"),
    bar=OVER_HALF,
    paper="罢免投票结果报告单",
)


def wording(kind: str) -> Wording:
    """The words for a poll of this kind; a rerun and a by-election are worded as a first poll."""
    return {Kind.SECOND: _SECOND, Kind.REVOTE: _REVOTE, Kind.RECALL: _RECALL}.get(Kind(kind), _FIRST)


def judged(kind: str, name: str) -> bool:
    """Whether this line is held against the bar: in a recall the ayes alone are."""
    return kind != Kind.RECALL or name == RECALL_YES


def article_of(law: Law, kind: str) -> Words:
    """The article that decides a poll of this kind."""
    reason = law.reason("", "", law.recall_article if kind == Kind.RECALL else law.turnout_article)
    return reason.article, reason.article_en
