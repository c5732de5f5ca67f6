"""Times the outcome: 5,000 polls decided anew by the law's arithmetic, with reasons and what follows each.

    python bench/outcomes.py [POLLS]

Every kind of poll is among them: first polls in all three modes, second polls, re-votes, recalls; some with ties, some
without turnout, some with a win declared void. The votes are drawn with a fixed seed.
"""

from __future__ import annotations

import random
import sys
import time

from voting.elections.after.rules import Settled, next_polls
from voting.elections.count.rules import CountFacts, Kind, OfficeCount, decide
from voting.law.polls import RECALL_NO, RECALL_YES
from voting.law.profiles import Mode

OFFICES = (("主任", 1, 2), ("副主任", 2, 3), ("委员", 5, 7))
KINDS = (Kind.FIRST, Kind.FIRST, Kind.FIRST, Kind.SECOND, Kind.REVOTE, Kind.RECALL)
MODES = (Mode.ALL_VOTERS, Mode.HOUSEHOLD_REPS, Mode.RESIDENT_REPS)


def drawn(dice: random.Random) -> CountFacts:
    """One counted poll."""
    kind, mode = dice.choice(KINDS), dice.choice(MODES)
    eligible = dice.randint(50, 5_000)
    collected = dice.randint(eligible // 3, eligible)
    if kind is Kind.RECALL:
        yes = dice.randint(0, collected)
        offices: tuple[OfficeCount, ...] = (OfficeCount("罢免", 1, {RECALL_YES: yes, RECALL_NO: collected - yes}),)
    else:
        offices = tuple(_office(dice, title, seats, standing, collected) for title, seats, standing in OFFICES)
    barred = frozenset({"主任1"} if dice.random() < 0.1 else ())
    return CountFacts(mode, eligible, collected, collected, offices, ineligible=barred, kind=kind)


def _office(dice: random.Random, title: str, seats: int, standing: int, collected: int) -> OfficeCount:
    """Votes that add up: nobody has more than the ballots, all together not more than the marks."""
    left, votes = seats * collected, {}
    for number in range(1, standing + 1):
        # Round figures make ties as common as they are rare in a hall.
        votes[f"{title}{number}"] = min(collected, left, dice.randint(0, 10) * collected // 10)
        left -= votes[f"{title}{number}"]
    return OfficeCount(title, seats, votes)


def main(polls: int) -> None:
    """Draw them first, then time the deciding alone."""
    dice = random.Random(20261220)
    facts = [drawn(dice) for _ in range(polls)]
    began, follow, reasons = time.perf_counter(), 0, 0
    for one in facts:
        outcome = decide(one)
        follow += len(next_polls(one, outcome, Settled()))
        reasons += len(outcome.because) + sum(len(office.outcome.because) for office in outcome.offices)
    seconds = time.perf_counter() - began
    sys.stdout.write(f"outcomes of {polls:,} polls: {seconds:.2f} s, {reasons:,} reasons, {follow:,} polls follow\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
