"""Recall: the petition and the vote (Residents' Committees Law Art. 20; Villagers' Committees Law Art. 19)."""

from __future__ import annotations

from dataclasses import dataclass

from voting.law.profiles import Mode, law_for
from voting.law.thresholds import Reason, over_half


@dataclass(frozen=True)
class RecallOutcome:
    """Whether the petition stands, enough voted, and the member is recalled."""

    petition_ok: bool
    turnout_ok: bool = False
    passed: bool = False
    because: tuple[Reason, ...] = ()


def decide_recall(
    mode: Mode,
    *,
    eligible: int,
    petition: int,
    by_reps: bool = False,
    collected: int = 0,
    yes: int | None = None,
    vote_eligible: int | None = None,
) -> RecallOutcome:
    """The petition by voters (or representatives), then the vote in the mode of the election with its turnout.

    ``eligible``: those who may petition; ``vote_eligible``: those who may vote, where that differs.
    ``yes`` is ``None`` before the vote. A vote without a sound petition recalls nobody.
    """
    law = law_for(mode)
    share = law.recall_by_reps if by_reps or mode is Mode.RESIDENT_REPS else law.recall_by_voters
    asked = share.compare(petition, eligible)
    because = [
        law.reason(
            f"联名 {petition} 人，须{share.zh}：{asked.sum}，" + ("达到。" if asked else "未达到。"),
            f"{petition} signed, {share.en} is required: {asked.sum}, " + ("reached." if asked else "not reached."),
            law.recall_article,
        )
    ]
    if yes is None:
        return RecallOutcome(asked.ok, because=tuple(because))
    came = law.turnout[mode].compare(collected, eligible if vote_eligible is None else vote_eligible)
    agreed = over_half(yes, collected)
    because += [
        law.reason(f"参加投票须{law.turnout[mode].zh}：{came.sum}。", f"Turnout: {came.sum}.", law.recall_article),
        law.reason(f"同意须过参加投票者的半数：{agreed.sum}。", f"In favour: {agreed.sum}.", law.recall_article),
    ]
    return RecallOutcome(asked.ok, came.ok, asked.ok and came.ok and agreed.ok, tuple(because))
