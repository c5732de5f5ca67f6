"""The sample's posted roll: one objection upheld, which made its second version, and one that came too late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voting.elections.roll import objections

if TYPE_CHECKING:
    from voting.sample.story import Story


def object_to_it(story: Story) -> None:
    """A building is corrected within the five days; a letter of a week later is answered and refused."""
    made = _received(story, 20, kind="correct", by="样例居民", text="楼栋登记错了", number=7, row={"building": "2栋"})
    story.move(
        objections.decide_objection,
        19,
        objection_id=made,
        upheld=True,
        answer="经核对房屋登记，更正。",
        keys=story.keys.fields,
    )
    _received(story, 15, kind="remove", by="样例居民乙", text="听说已经搬走", number=9, row={})


def _received(story: Story, days: int, **facts: Any) -> Any:
    return story.move(objections.receive_objection, days, keys=story.keys.fields, **facts)
