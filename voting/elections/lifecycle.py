"""The life of an election as one table: each move, from where, by whom, and the facts it needs.

Pure: the facts are gathered elsewhere and handed in as one frozen value. Keys, cards and candidates may
be prepared in any order; they are facts that ``seal`` asks for, not states. Every refusal says what is
missing and who supplies it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from voting.elections.facts import Facts
from voting.elections.needs import (
    BOXES_BACK,
    CANDIDATES_ANSWERED,
    CANDIDATES_CHECKED,
    CANDIDATES_IN_TIME,
    CANDIDATES_OPEN,
    CANDIDATES_POSTED,
    CANDIDATES_POSTED_IN_TIME,
    CARDS,
    CARDS_BOUND,
    CATEGORIES,
    CLOSING_TIME,
    DAY_COME,
    DAY_NOT_GONE,
    DIFFERENTIAL,
    FLOOR,
    IN_HAND,
    KEYS,
    LATER,
    OBJECTIONS_DECIDED,
    OBJECTIONS_OVER,
    OFFICES,
    PAPER,
    PILE_VOTED,
    QUEUE,
    REASON,
    REHEARSALS,
    REPRESENTATIVES,
    RESULT,
    ROLL,
    ROLL_IN_TIME,
    ROLL_POSTED_IN_TIME,
    SHARES,
    TABLETS,
    TRUSTEES,
    UNSCANNED,
    Need,
)
from voting.errors import Conflict, TooEarly, TooLate
from voting.law.calendar import days_before
from voting.law.thresholds import Reason
from voting.law.timeline import Done

__all__ = [
    "ENDED",
    "OFFICIAL",
    "RULES",
    "STATES",
    "SUPERVISOR",
    "TABLE",
    "Facts",
    "Move",
    "Rule",
    "deeds_of",
    "next_moves",
    "require",
    "require_state",
    "state_en",
    "state_zh",
]

OFFICIAL: Final = "election_official"
SUPERVISOR: Final = "supervisor"

STATES: Final = (
    "draft",  # offices, day and roll are being prepared
    "published",  # the roll is posted
    "sealed",  # Setup written: roll frozen, ballot and keys fixed
    "open",  # ballots are accepted
    "paused",  # no ballots for the moment, with a recorded reason
    "closing",  # nobody joins the queue; those in it still vote
    "closed",  # the box is shut
    "counting",  # the encrypted tally is fixed, trustees decrypt
    "decided",  # the outcome is computed
    "certified",  # the certified bundle is written; nothing moves any more
    "void",  # abandoned or annulled, with a recorded reason
)
ENDED: Final = ("certified", "void")


@dataclass(frozen=True)
class Rule:
    """One row of the table. ``target`` is ``None`` for a move that stays in its state."""

    name: str
    zh: str
    en: str
    sources: tuple[str, ...]
    target: str | None
    who: tuple[str, ...]
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True)
class Move:
    """A move as it stands now: allowed, or what is missing, each reason naming who supplies it."""

    name: str
    zh: str
    en: str
    target: str
    who: tuple[str, ...]
    allowed: bool
    missing: tuple[Reason, ...] = ()


_RUNNING = ("open", "paused")
_BEFORE_END = tuple(state for state in STATES if state not in ENDED)

#: The whole machine. Sealing fixes the ballot, so candidates and cards are asked for there, once.
#: The committee's key file and passphrase are asked for where they are used, at certification.
TABLE: Final = (
    Rule(
        "publish", "公布选民名单", "Post the roll", ("draft",), "published", (OFFICIAL,),
        (OFFICES, ROLL, REPRESENTATIVES, CATEGORIES, ROLL_IN_TIME),
    ),
    Rule(
        "post_candidates", "公布候选人名单", "Post the candidates", ("published",), None, (OFFICIAL,),
        (DIFFERENTIAL, CANDIDATES_ANSWERED, CANDIDATES_CHECKED, CANDIDATES_OPEN, CANDIDATES_IN_TIME),
    ),
    Rule(
        "seal", "封定选举", "Seal the election", ("published",), "sealed", (OFFICIAL,),
        (
            CANDIDATES_POSTED, DIFFERENTIAL, CANDIDATES_ANSWERED, CANDIDATES_CHECKED, CANDIDATES_OPEN, TRUSTEES, KEYS,
            CARDS, CARDS_BOUND, OBJECTIONS_DECIDED, OBJECTIONS_OVER,
        ),
    ),
    Rule("rehearse", "演练解密", "Rehearse the decryption", ("sealed",), None, (SUPERVISOR,)),
    Rule(
        "open", "开始投票", "Open the poll", ("sealed",), "open", (OFFICIAL,),
        (DAY_NOT_GONE, ROLL_POSTED_IN_TIME, CANDIDATES_POSTED_IN_TIME, DAY_COME, REHEARSALS, TABLETS),
    ),
    Rule("pause", "暂停投票", "Pause the poll", ("open",), "paused", (OFFICIAL,), (REASON,)),
    Rule("resume", "恢复投票", "Resume the poll", ("paused",), "open", (OFFICIAL,)),
    Rule("lengthen", "延长投票时间", "Lengthen the poll", _RUNNING, None, (OFFICIAL,), (REASON, LATER)),
    Rule("stop_queue", "停止排队", "Stop the queue", _RUNNING, "closing", (OFFICIAL,), (CLOSING_TIME,)),
    Rule(
        "close", "关闭票箱", "Close the ballot box", ("closing",), "closed", (OFFICIAL,), (QUEUE, IN_HAND, BOXES_BACK),
    ),
    Rule("count", "开始计票", "Begin the count", ("closed",), "counting", (OFFICIAL,), (UNSCANNED, PILE_VOTED, FLOOR)),
    Rule("decrypt", "解密", "Decrypt", ("counting",), None, (SUPERVISOR,)),
    Rule("decide", "确定结果", "Determine the outcome", ("counting",), "decided", (OFFICIAL,), (PAPER, SHARES, RESULT)),
    Rule("certify", "签发结果", "Certify the result", ("decided",), "certified", (OFFICIAL,)),
    Rule("void", "宣布无效", "Declare void", _BEFORE_END, "void", (OFFICIAL,), (REASON,)),
)  # fmt: skip  # one row to a move is what makes it a table
RULES: Final = {rule.name: rule for rule in TABLE}


def next_moves(state: str, facts: Facts) -> list[Move]:
    """Every move that leads on from ``state``, each with what is still missing."""
    return [_as_move(rule, state, facts) for rule in TABLE if state in rule.sources]


def require(state: str, move: str, facts: Facts, *, expected: str | None = None) -> str:
    """The state after ``move``; refuses a move that the table does not allow now.

    ``expected``: the state that the person who asked had on the screen. Raises ``Conflict`` where somebody
    else has moved the election since, ``TooEarly`` where a step or a fact is still missing, ``TooLate`` where
    its time is over. All missing facts are named in one refusal; its code is that of the first.
    """
    rule = RULES[move]
    if expected is not None and expected != state:
        raise Conflict(
            "moved_meanwhile",
            f"选举状态已由他人改为“{state_zh(state)}”，本次“{rule.zh}”没有执行；请刷新页面后再决定。",
            f"Somebody else has moved the election to “{state_en(state)}”; “{rule.en}” was not done. "
            "Reload the page, then decide.",
        )
    if state not in rule.sources:
        raise _wrong_state(state, rule)
    failed = [need for need in rule.needs if not need.met(facts)]
    if failed:
        family = TooLate if failed[0].late else TooEarly
        reasons = [need.reason(facts) for need in failed]
        raise family(failed[0].code, "".join(each.zh for each in reasons), " ".join(each.en for each in reasons))
    return rule.target or state


def require_state(state: str, *allowed: str) -> None:
    """Refuses an act that is no move but belongs to certain states. Raises ``TooEarly`` or ``TooLate``."""
    if state in allowed:
        return
    zh, en = "”或“".join(state_zh(each) for each in allowed), "” or “".join(state_en(each) for each in allowed)
    if state not in ENDED and STATES.index(state) < min(STATES.index(each) for each in allowed):
        raise TooEarly(
            "state_too_early",
            f"现在是“{state_zh(state)}”，要到“{zh}”时才能办理：请选举工作人员先办到那一步。",
            f"The election is “{state_en(state)}”; this waits for “{en}”, "
            "which the election official brings about first.",
        )
    raise TooLate(
        "state_too_late",
        f"现在是“{state_zh(state)}”，这件事只能在“{zh}”时办理；如有错误，请选举委员会决定。",
        f"The election is “{state_en(state)}”; this belonged to “{en}”. "
        "If something is wrong, the election committee decides.",
    )


def state_zh(state: str) -> str:
    """The state as a page names it in Chinese."""
    return _STATE_ZH[state]


def state_en(state: str) -> str:
    """The state as a page names it in English."""
    return _STATE_EN[state]


_STATE_ZH: Final[dict[str, str]] = {
    "draft": "筹备中",
    "published": "名单已公布",
    "sealed": "已封定",
    "open": "投票中",
    "paused": "暂停投票",
    "closing": "停止排队",
    "closed": "已关箱",
    "counting": "计票中",
    "decided": "结果已定",
    "certified": "已签发",
    "void": "无效",
}
_STATE_EN: Final[dict[str, str]] = {
    "draft": "in preparation",
    "published": "roll posted",
    "sealed": "sealed",
    "open": "poll open",
    "paused": "poll paused",
    "closing": "queue closed",
    "closed": "ballot box closed",
    "counting": "counting",
    "decided": "outcome decided",
    "certified": "certified",
    "void": "void",
}


def _as_move(rule: Rule, state: str, facts: Facts) -> Move:
    missing = tuple(need.reason(facts) for need in rule.needs if not need.met(facts))
    return Move(rule.name, rule.zh, rule.en, rule.target or state, rule.who, not missing, missing)


def _wrong_state(state: str, rule: Rule) -> Conflict | TooEarly | TooLate:
    if state == rule.target:
        return Conflict(
            "already_moved",
            f"选举已经是“{state_zh(state)}”，“{rule.zh}”已由他人完成；请刷新页面。",
            f"The election is already “{state_en(state)}”: somebody else has done “{rule.en}”. Reload the page.",
        )
    early = state not in ENDED and STATES.index(state) < min(STATES.index(source) for source in rule.sources)
    first = state_zh(rule.sources[0])
    if early:
        return TooEarly(
            "state_too_early",
            f"现在是“{state_zh(state)}”，还不能{rule.zh}：请选举工作人员先办到“{first}”。",
            f"The election is “{state_en(state)}”; “{rule.en}” comes after “{state_en(rule.sources[0])}”, "
            "which the election official brings about first.",
        )
    return TooLate(
        "state_too_late",
        f"现在是“{state_zh(state)}”，不能再{rule.zh}；如有错误，请选举委员会决定是否宣布选举无效。",
        f"The election is “{state_en(state)}”; it is too late to: {rule.en}. "
        "If something is wrong, the election committee decides whether to declare it void.",
    )


def deeds_of(state: str, facts: Facts) -> dict[str, Done]:
    """Which steps of the calendar (``voting.law.timeline``) are done as far as the facts of the moves tell.

    What only one room knows (committee, review, proxies, what comes after) is added by ``voting.elections.schedule``.
    """
    ready = facts.trustees > 0 and facts.keys >= facts.trustees and facts.cards >= max(facts.cards_needed, 1)
    polled = state != "void" and STATES.index(state) >= STATES.index("closed")
    heard = facts.roll_posted is not None and facts.today > facts.objections_end
    return {
        "registration": facts.roll_posted or False,
        "post_roll": facts.roll_posted or False,
        "objections": heard and facts.objections_end,
        "decisions": heard and facts.objections_open == 0,
        "posting_ends": facts.roll_posted is not None
        and facts.today >= facts.rules.last_day(facts.roll_again or facts.roll_posted, facts.rules.posting_days.value),
        # The page that everybody can see has both from the day the roll hangs.
        "place": facts.roll_again or facts.roll_posted or False,
        "nomination": facts.candidates_posted is not None,
        "post_candidates": facts.candidates_posted or False,
        "withdrawals": facts.today > days_before(facts.day, facts.rules.withdraw_days.value),
        "proxy_papers": facts.today > facts.proxy_papers_until,
        "keys_and_cards": ready,
        "rehearsal": ready and facts.rehearsals >= facts.trustees,
        "poll": facts.day if polled else False,
        "result": state in ("decided", "certified"),
    }
