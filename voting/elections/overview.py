"""The official's overview as values: the one thing to do now, what cannot be done yet, what else may be done. Pure."""

from dataclasses import dataclass, replace
from typing import Final

from voting.elections.facts import Facts
from voting.elections.lifecycle import OFFICIAL, RULES, Move, next_moves
from voting.law.thresholds import Reason

#: The move that leads on from each state; from `published` there are two, see `_leading`.
_LEADING: Final = {
    "draft": "publish",
    "sealed": "open",
    "open": "stop_queue",
    "paused": "resume",
    "closing": "close",
    "closed": "count",
    "counting": "decide",
    "decided": "certify",
}
#: What is missing → the page on which it is supplied, and what to do there (Chinese, English).
_SUPPLY: Final = {
    "no_offices": ("", "设置职务和名额", "Set offices and seats"),
    "no_roll": ("roll", "导入选民名单", "Import the roll"),
    "no_representatives": ("roll/representatives", "录入代表名单", "Enter the representatives"),
    "categories_unconfirmed": ("roll", "录入登记类别的确认", "Enter who confirmed the categories"),
    "roll_too_late": ("", "名单来不及公布", "It is too late to post the roll"),
    "roll_posted_late": ("", "名单公布得太晚", "The roll was posted too late"),
    "objections_running": ("roll/objections", "等名单异议期满", "Wait until objections end"),
    "objections_open": ("roll/objections", "处理名单异议", "Decide the objections"),
    "candidates_too_late": ("", "候选人名单来不及公布", "It is too late to post the candidates"),
    "candidates_posted_late": ("", "候选人名单公布得太晚", "The candidates were posted too late"),
    "not_differential": ("candidates", "补充候选人", "Add candidates"),
    "candidates_unchecked": ("candidates", "逐人核对候选人", "Check every candidate"),
    "candidates_not_posted": ("candidates", "公布候选人名单", "Post the candidates"),
    "few_trustees": ("keys", "任命监督委员", "Appoint supervisors"),
    "keys_missing": ("keys", "请监督委员建密钥", "Supervisors make their keys"),
    "cards_missing": ("keys", "请两位监督委员制卡", "Two supervisors make the cards"),
    "cards_too_many": ("keys", "重新制卡", "Make the cards anew"),
    "rehearsal_missing": ("keys", "请监督委员演练解密", "Supervisors rehearse the decryption"),
    "no_tablet": ("kiosks", "配对平板", "Pair a tablet"),
    "before_the_day": ("", "一切就绪，等到选举日", "All is ready for the election day"),
    "after_the_day": ("", "选举日已过", "The election day is over"),
    "before_closing_time": ("", "投票进行中", "The poll is open"),
    "queue_left": ("", "等排队的人投完", "Wait for the queue"),
    "cards_in_hand": ("", "等领了卡的人投完", "Wait for those who hold a card"),
    "cards_unscanned": ("desk", "扫描未用的卡", "Scan the unused cards"),
    "pile_card_voted": ("count", "查清投过票的卡", "Look into the card that voted"),
    "under_floor": ("count", "记录开票的决定", "Record the decision to open"),
    "shares_missing": ("count", "请监督委员解密", "Supervisors decrypt"),
    "no_result": ("count", "合成结果", "Combine the result"),
}
#: Nobody can hurry these: they come after whatever somebody can act on.
_WAITING: Final = ("before_the_day", "before_closing_time", "objections_running")
#: Moves that have their own page with the count.
COUNT_MOVES: Final = ("count", "decrypt", "decide", "certify")


@dataclass(frozen=True)
class Next:
    """What to do now: ``move`` where one is allowed, else ``place``, the page that supplies what is missing."""

    title: Reason
    text: Reason
    move: str = ""
    place: str = ""
    waiting: bool = False


@dataclass(frozen=True)
class Overview:
    """``now`` is None when the election has ended. ``locked`` waits for something; ``others`` may be done as well."""

    now: Next | None
    locked: tuple[Move, ...]
    others: tuple[Move, ...]


def overview(state: str, facts: Facts) -> Overview:
    """What the overview says of an election in `state`."""
    # Reasons and later times are typed in with the move itself: their absence locks nothing here.
    typed_in = replace(facts, reason="·", until_later=True)
    moves = [move for move in next_moves(state, typed_in) if OFFICIAL in move.who]
    leading = _leading(state, facts)
    now = _next(leading, facts) if leading else None
    shown = now.move if now else ""
    return Overview(
        now,
        locked=tuple(move for move in moves if not move.allowed and not _done_already(move.name, facts)),
        others=tuple(
            move for move in moves
            if move.allowed and move.name != shown and not _done_already(move.name, facts)
        ),
    )  # fmt: skip


def _leading(state: str, facts: Facts) -> str:
    if state == "published":
        return "post_candidates" if facts.candidates_posted is None else "seal"
    return _LEADING.get(state, "")


def _done_already(move: str, facts: Facts) -> bool:
    return move == "post_candidates" and facts.candidates_posted is not None


def _next(name: str, facts: Facts) -> Next:
    rule = RULES[name]
    missing = sorted((need for need in rule.needs if not need.met(facts)), key=lambda need: need.code in _WAITING)
    if not missing:
        place = "count" if name in COUNT_MOVES else ""
        return Next(Reason(rule.zh, rule.en), Reason("", ""), "" if place else name, place)
    place, zh, en = _SUPPLY[missing[0].code]
    return Next(Reason(zh, en), missing[0].reason(facts), "", place, missing[0].code in _WAITING)
