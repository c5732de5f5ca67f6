"""What only the sample's papers and reports ask for, entered once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voting.elections.papers.actions import enter_facts

if TYPE_CHECKING:
    from voting.sample.story import Story

_SENT = {
    "prepare.leader": "样例领导",
    "prepare.audit": "已完成",
    "prepare.person": "样例责任人",
    "committee.party": "2",
    "roll.party": "7",
    "roll.minorities": "3",
    "candidates.present": "21",
    "poll.branches": "0",
    "poll.booths": "2",
    "leaders": "第一居民小组 样例组长甲\n第二居民小组 样例组长乙",
}


def enter(story: Story) -> None:
    """Five days ahead."""
    story.move(enter_facts, 5, sent=_SENT, keys=story.keys.fields)
