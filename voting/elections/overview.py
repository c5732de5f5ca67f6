"""The official's overview as values: the one thing to do now, what cannot be done yet, what else may be done. Pure."""

from dataclasses import dataclass, replace
from typing import Final

from voting.elections.facts import Facts
from voting.elections.lifecycle import ENDED, OFFICIAL, RULES, Move, next_moves
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
    "candidates_unanswered": ("candidates", "逐人核对候选人", "Check every candidate"),
    "candidates_unchecked": ("candidates", "逐人核对候选人", "Check every candidate"),
    "candidates_open": ("nominations", "办完提名和联审", "Bring nominations and review to their end"),
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
    "mobile_boxes_away": ("paper", "等流动票箱回来", "Wait for the mobile boxes"),
    "paper_open": ("paper", "核对纸质选票", "Settle the papers"),
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


#: The first step of all: the committee draws up the roll and posts it.
_COMMITTEE: Final = Next(
    Reason("登记选举委员会", "Record the election committee"),
    Reason(
        "选举由选举委员会主持，先推选、登记选举委员会，再登记选民、公布名单。还没有选民名单时，成员按姓名登记。",
        "The election committee runs the election: record it first, then register voters and post the roll. Before "
        "there is a roll, members are recorded by name.",
    ),
    place="committee",
)


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
    if state == "draft" and facts.committee_missing:
        now = _COMMITTEE
    shown = now.move if now else ""
    return Overview(
        now,
        locked=tuple(move for move in moves if not move.allowed and not _done_already(move.name, facts)),
        others=tuple(
            move for move in moves
            if move.allowed and move.name != shown and not _done_already(move.name, facts)
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class Own:
    """How far one supervisor is with this ballot box: key made, rehearsed, decrypted."""

    key: bool
    rehearsed: bool
    shared: bool


def supervisors_next(state: str, facts: Facts, own: Own) -> Next | None:
    """What a supervisor does now; None where the election has ended."""
    if state in ("draft", "published"):
        return _before_sealing(facts, own)
    if state == "sealed" and own.key and not own.rehearsed:
        return _do("trustee", "演练解密", "Rehearse the decryption", "选举封定了，请用自己的密钥演练一次。",
                   "The election is sealed; rehearse once with your key.")  # fmt: skip
    if state == "counting" and own.key and not own.shared:
        return _do("trustee", "解密", "Decrypt", "计票开始了，请用自己的密钥解密合计。",
                   "The count has begun; decrypt the sum with your key.")  # fmt: skip
    return None if state in ENDED else _watching(state, facts)


def _watching(state: str, facts: Facts) -> Next:
    if state == "sealed":
        return _wait("等选举日开始投票", "Wait for the poll to open",
                     f"演练完成 {facts.rehearsals} 人，须 {facts.trustees} 人。选举日是 {facts.day}。",
                     f"{facts.rehearsals} of {facts.trustees} have rehearsed; the election day is {facts.day}.",
                     )  # fmt: skip
    if state in ("open", "paused", "closing"):
        return _wait("在场监督投票", "Watch the poll", "请看票箱封条、发票和写票处，抄下日志头。",
                     "Watch the seals, the desk and the booths, and write down the head of the log.")  # fmt: skip
    return _wait("等选举工作人员办下一步", "Wait for the election official",
                 "投票结束了。请在场监督扫描余卡、计票和签发。",
                 "The poll is over. Watch the scan of the unused cards, the count and the signing.")  # fmt: skip


def _before_sealing(facts: Facts, own: Own) -> Next:
    if not own.key:
        return _do("trustee", "建自己的密钥", "Make your key", "请在自己的设备上建密钥，所有监督委员到齐才能开票。",
                   "Make a key on your own device; the count needs all supervisors.")  # fmt: skip
    if facts.keys < facts.trustees:
        return _wait("等其他监督委员建密钥", "Wait for the other supervisors' keys",
                     f"密钥收到 {facts.keys} 份，须 {facts.trustees} 份。",
                     f"{facts.keys} of {facts.trustees} keys received.")  # fmt: skip
    if facts.roll_posted is not None and not facts.cards_needed <= facts.cards <= facts.cards_allowed:
        return _do("cards", "两位监督委员一起制卡", "Two supervisors make the cards",
                   f"选票卡 {facts.cards} 张，名单需要 {facts.cards_needed} 张，最多 {facts.cards_allowed} 张。",
                   f"{facts.cards} card(s); the list needs {facts.cards_needed}, and at most {facts.cards_allowed} may "
                   "be made.")  # fmt: skip
    return _wait("等选举工作人员封定选举", "Wait for the election to be sealed",
                 f"名单异议期到 {facts.objections_end} 为止，以后才能封定。",
                 f"Objections may come until {facts.objections_end}; sealing comes after.")  # fmt: skip


def _do(place: str, zh: str, en: str, text: str, text_en: str) -> Next:
    return Next(Reason(zh, en), Reason(text, text_en), place=place)


def _wait(zh: str, en: str, text: str, text_en: str) -> Next:
    return Next(Reason(zh, en), Reason(text, text_en), waiting=True)


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
