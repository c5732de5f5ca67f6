"""The day: desk, tablets, what must be refused, closing, the cards left on the pile."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

from voting.box import kiosk
from voting.crypto.card_in_hand import prove_in_hand
from voting.crypto.credentials import credential_secret, parse_credential
from voting.crypto.group import get_group
from voting.elections import actions
from voting.errors import Refused
from voting.mock_election.day import SEED, Advance, Day, now
from voting.mock_election.tablet import Voted, serve_voters

TURNOUT = 0.8
TABLETS = 2
#: People between desk and booth: check-ins run this far ahead of the tablets, as in a hall.
_IN_THE_HALL = 4 * TABLETS


def vote(day: Day, advance: Advance) -> None:
    """The clerk checks people in and hands out cards; two tablets send ballots over HTTP."""
    coming = random.Random(SEED).sample(day.entries, len(day.entries))
    present = round(TURNOUT * len(coming))
    with _tablets(day) as (pile, outcomes):
        day.official(actions.open_poll)
        _fill_the_hall(day, coming[:present], pile, outcomes, advance)
        _unusual_visits(day, coming[0], coming[present:], pile, outcomes)
    day.official(actions.stop_queue, people=0, reason="样例选举：来的人都已投票")
    day.official(actions.close_poll)


@contextmanager
def _tablets(day: Day) -> Iterator[tuple[Any, Any]]:
    """Paired tablets in processes of their own, fed from one pile of cards; each says when it is ready."""
    context = get_context("spawn")
    pile, outcomes = context.Queue(), context.Queue()
    processes = []
    for number in range(1, TABLETS + 1):
        official = day.community.official.account
        code = day.act(kiosk.new_pairing_code, box=day.box, name=f"{number} 号写票处", actor=official, now=now())
        arguments = (day.port, code.code, SEED + number, pile, outcomes)
        processes.append(context.Process(target=serve_voters, args=arguments, daemon=True))
    for process in processes:
        process.start()
    try:
        for _ in processes:
            _next(outcomes)
        yield pile, outcomes
    finally:
        for _ in processes:
            pile.put(None)
        for process in processes:
            process.join(timeout=30)
            if process.is_alive():
                process.kill()


def _next(outcomes: Any) -> Voted | None:
    """What a tablet says next: a visit, or (None) that it is ready. Raises Refused TABLET_FAILED."""
    said = outcomes.get(timeout=180)
    if isinstance(said, str):
        raise Refused("TABLET_FAILED", f"平板出错，请查看：{said}", f"A tablet failed, look into it: {said}")
    return said if isinstance(said, Voted) else None


def _fill_the_hall(day: Day, coming: list[str], pile: Any, outcomes: Any, advance: Advance) -> None:
    for number, entry in enumerate(coming):
        day.desk("check-in", entry=entry, desk="1 号台")
        card = day.pile.pop()
        day.spent.append(card)
        pile.put(card)
        if number >= _IN_THE_HALL:
            _leave_booth(day, outcomes, advance, len(coming))
    for _ in range(min(len(coming), _IN_THE_HALL)):
        _leave_booth(day, outcomes, advance, len(coming))


def _leave_booth(day: Day, outcomes: Any, advance: Advance, total: int) -> None:
    visit = _next(outcomes)
    if visit is None or visit.status != 201:
        raise Refused(
            "VOTE_REFUSED", f"一张选票没有被接受，请查看：{visit}", f"A ballot was not accepted, look into it: {visit}"
        )
    day.visits.append(visit)
    advance(len(day.visits), total)


def _unusual_visits(day: Day, voted: str, absent: list[str], pile: Any, outcomes: Any) -> None:
    """What must be refused or taken back: a second use, a second check-in, an undo, a torn card."""
    pile.put(day.spent[0])
    second = _next(outcomes)
    day.notes["second use of a card"] = f"{second.status} {second.code}" if second else ""
    day.notes["second check-in"] = _refusal(lambda: day.desk("check-in", entry=voted, desk="2 号台"))
    mark = day.desk("check-in", entry=absent.pop(), desk="1 号台")["mark"]
    given_back = _shown(day, day.pile.pop(), "undo", mark)
    undone = day.desk("undo", mark=mark, **given_back, reason="left", second=day.community.official.account, note="")
    day.notes["undo with the card back"] = f"{undone['state']['counters']['returned']} returned"
    day.desk("check-in", entry=absent.pop(), desk="1 号台")
    torn = day.desk("torn", **_shown(day, day.pile.pop(), "torn"))
    spare = day.pile.pop()
    day.notes["torn card replaced"] = f"{torn['state']['counters']['torn']} torn"
    pile.put(spare)
    _leave_booth(day, outcomes, lambda *_: None, 0)


def _shown(day: Day, code: str, deed: str, mark: str = "") -> dict[str, Any]:
    """What the desk's scanner makes of a card: its public half and the proof; the code stays in the scanner."""
    group = get_group(day.group)
    secret = credential_secret(parse_credential(code), day.uuid, group.order)
    nonce = day.desk("nonce")["nonce"]
    proof = prove_in_hand(group, secret, uuid=day.uuid, deed=deed, mark=mark, nonce=nonce)
    return {"credential": group.text(group.base_power_secret(secret)), "nonce": nonce, "proof": proof}


def _refusal(deed: Callable[[], object]) -> str:
    try:
        deed()
    except Refused as refusal:
        return refusal.code
    raise Refused(
        "NOT_REFUSED", "本应被拒绝的操作没有被拒绝，请查看。", "What must be refused was not refused; look into it."
    )


def scan_unused(day: Day, advance: Advance) -> None:
    """The clerk scans every card left on the pile: none may have a ballot."""
    kinds: Counter[str] = Counter()
    for place, code in enumerate(day.pile, 1):
        kinds[day.desk("unused", **_shown(day, code, "unused"))["kind"]] += 1
        advance(place, len(day.pile))
    day.notes["cards on the pile"] = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
