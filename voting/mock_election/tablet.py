"""A tablet in a booth and the voters who come to it: one process, its own browser, cards from the pile.

It knows cards and choices, as a real tablet does for a minute; it never learns who holds a card.
"""

import random
import time
from dataclasses import dataclass
from multiprocessing import Queue

from voting.crypto.ballot import make_ballot
from voting.crypto.credentials import credential_secret, parse_credential
from voting.crypto.election import Election, Question
from voting.mock_election.browser import Browser


@dataclass(frozen=True)
class Voted:
    """What one visit to the booth came to; times in seconds."""

    status: int
    code: str
    sealing: float
    sending: float


def serve_voters(
    port: int, pairing_code: str, seed: int, cards: "Queue[str | None]", outcomes: "Queue[Voted | str | None]"
) -> None:
    """Pair the tablet, say so (None), then let a voter in for every card that comes, until None comes.

    The whole life of a tablet's own process.
    """
    try:
        browser = Browser(port)
        browser.post_form("/booth/pair", {"code": pairing_code}, page="/booth", expect=200)
        election = Election.parse(browser.get("/booth/election").json["election"].encode())
        dice = random.Random(seed)
        outcomes.put(None)
        while (card := cards.get()) is not None:
            outcomes.put(_vote(browser, election, card, dice))
    except Exception as fault:  # the parent must hear of it, or it would wait for ever
        outcomes.put(repr(fault))


def _vote(browser: Browser, election: Election, card: str, dice: random.Random) -> Voted:
    began = time.perf_counter()
    secret = credential_secret(parse_credential(card), election.uuid, election.group.order)
    raw = make_ballot(election, secret, [choose(question, dice) for question in election.questions])
    sealed = time.perf_counter()
    answer = browser.post_ballot(raw)
    sent = time.perf_counter()
    return Voted(answer.status, answer.json.get("code", ""), sealed - began, sent - sealed)


def choose(question: Question, dice: random.Random) -> list[int]:
    """A voter's marks: early candidates are a little more popular, some vote for fewer, some abstain."""
    chosen = [0] * question.positions
    if question.blank and dice.random() < 0.04:
        chosen[0] = 1
        return chosen
    fewer = question.maximum > question.minimum and dice.random() < 0.15
    marks = dice.randint(max(question.minimum, 1), question.maximum) if fewer else question.maximum
    names = list(range(len(question.answers)))
    weights = [1 / (2 + place) for place in names]
    while sum(chosen) < marks:
        chosen[int(question.blank) + dice.choices(names, weights)[0]] = 1
    return chosen
