"""Paper and proxies of the sample: a print run, a box in the hall, a mobile box, one holder for two people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voting.database import read
from voting.elections.candidates.queries import contests
from voting.elections.paper import boxes
from voting.elections.proxies import actions as proxies
from voting.elections.roll.queries import whole_roll
from voting.elections.tables import Election

if TYPE_CHECKING:
    from voting.sample.story import Story

PRINTED = 40


def prepare(story: Story) -> None:
    """Four days ahead: papers counted by two, boxes sealed, forms recorded and the list posted."""
    with read(story.engine) as session:
        election = session.get_one(Election, story.election_id)
        standing = {one.roll_entry_id for each in contests(session, election=election) for one in each.candidates}
        free = [one.id for one in whole_roll(session, election=election) if one.id not in standing]
    story.waiting = frozenset(free[-6:])
    holder, first, second, *at_home = free[-6:]
    story.move(boxes.print_papers, 4, style="全部职务一张", printed=PRINTED, second=story.clerk)
    story.move(
        boxes.seal_box, 4, kind="main", place="样例社区活动中心大厅", seal="样 001", watchers=["样监甲", "样监乙"]
    )
    story.move(
        boxes.seal_box,
        4,
        kind="mobile",
        place="3 栋、5 栋行动不便的老人家中",
        seal="样 002",
        watchers=["样监丙", "样监丁", "样监戊"],
        approval="样例街道办事处",
        voters=at_home,
    )
    for principal in (first, second):
        story.move(
            proxies.record_proxy,
            4,
            principal_id=principal,
            holder_id=holder,
            day=story.before(6).date(),
            reason="外出务工",
            evidence=None,
            keys=story.keys.fields,
        )
    story.move(proxies.post_list, 4)
