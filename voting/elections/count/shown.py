"""The count as a hall, a phone and an official read it: sums written out, one line per candidate. Pure.

The same values feed the projector, the public page and the staff's; texts are pairs (Chinese, English).
"""

from dataclasses import dataclass, field
from typing import Final

from voting.elections.count.comparison import checked, departures
from voting.elections.count.report import OfficeResult, offices_of
from voting.elections.count.rules import CountFacts, ElectionOutcome, Kind, turnout_counts
from voting.elections.count.wording import Wording, article_of, judged, wording
from voting.law.profiles import law_of
from voting.law.thresholds import Reason, figure

#: Phases as everyone may know them, by the election's state. Turnout is nobody's business before the box is closed.
PHASES: Final = {
    "published": "before",
    "sealed": "before",
    "open": "voting",
    "paused": "paused",
    "closing": "closing",
    "closed": "closed",
    "counting": "counting",
    "decided": "result",
    "certified": "result",
    "void": "void",
}

_FOLLOWS: Final = {
    "revote": ("票数相同的人须再次投票", "those tied are voted on again"),
    "by_election": ("空缺的名额须另行选举", "a second poll is held for the seats left open"),
    "vacant_or_repeat": ("另行选举后仍有空缺", "seats stay open after the second poll"),
    "rerun": ("选举无效，须重新组织选举", "the poll is void and is held again"),
}


#: The bar of polls other than those that ask for more than half of the ballots.
_RULES: Final = {
    Kind.REVOTE: ("再次投票：得票多的当选，不要求过半数。", "Re-vote: the highest win, no majority is needed."),
    Kind.SECOND: (
        "另行选举：得票多的当选，但不得少于本次所投选票的三分之一。",
        "Second poll: the highest are elected with at least a third of this poll's ballots.",
    ),
    Kind.RECALL: (
        "罢免：同意票须超过收回选票的一半，弃权也计入收回数。",
        "Recall: more than half of the ballots collected must agree, abstentions among them.",
    ),
}


@dataclass(frozen=True)
class Proof:
    """A check that the whole poll must pass, with its arithmetic."""

    ok: bool
    words: tuple[str, str]
    sum: str


@dataclass(frozen=True)
class Line:
    """One candidate. ``sum`` holds the votes against the poll's bar, empty where it has none; ``over``: the bar is
    reached, None where this line is held against none.

    ``tablet``/``paper``: the votes by channel, whichever of them counts."""

    name: str
    votes: int
    seal: str
    sum: str
    over: bool | None
    tablet: int
    paper: int


@dataclass(frozen=True)
class Office:
    """One office: candidates by votes. ``blank`` counts ballots, ``unused`` marks; ``follows`` where it is not done."""

    title: str
    seats: int
    needed: int
    lines: tuple[Line, ...]
    blank: int
    unused: int
    marks: Proof
    elected: tuple[str, ...]
    follows: tuple[str, str] | None
    because: tuple[Reason, ...]


@dataclass(frozen=True)
class Sheet:
    """The whole count. ``rule``: the bar in words, where it is not more than half of the ballots.

    ``channels``: papers were counted as well. ``check``: where the paper is the record, what the tablets' count says
    of it."""

    roll: int
    issued: int
    collected: int
    valid: bool
    proofs: tuple[Proof, ...]
    because: tuple[Reason, ...]
    offices: tuple[Office, ...]
    article: tuple[str, str]
    rule: tuple[str, str] | None = None
    words: Wording = field(default_factory=lambda: wording(Kind.FIRST))
    channels: bool = False
    check: Reason | None = None
    check_agrees: bool = True


def sheet_of(facts: CountFacts, outcome: ElectionOutcome) -> Sheet:
    """Everything a page shows of a decided count."""
    law = law_of(facts.law, facts.mode)
    apart = [(one.name, one.tablet, one.paper) for one in facts.offices]
    share = law.turnout[facts.mode]
    turnout = share.compare(facts.collected, facts.eligible)
    inside = facts.collected <= facts.issued
    return Sheet(
        roll=facts.eligible,
        issued=facts.issued,
        collected=facts.collected,
        valid=outcome.valid,
        proofs=(
            Proof(
                inside,
                ("收回不多于发出", "No more collected than issued") if inside else ("收回多于发出", "More than issued"),
                f"{figure(facts.collected)} {'≤' if inside else '＞'} {figure(facts.issued)}",
            ),
            Proof(True, ("本次投票不要求过半数参加", "No turnout is asked for in this poll"), turnout.sum)
            if not turnout_counts(facts)
            else Proof(
                turnout.ok,
                (f"参加投票{share.zh}" if turnout else f"参加投票未{share.zh}", f"Turnout: {share.en}"),
                turnout.sum,
            ),
        ),
        because=outcome.because,
        offices=tuple(_office(office, facts.collected, facts.kind) for office in offices_of(facts, outcome)),
        article=article_of(law, facts.kind),
        rule=_RULES.get(facts.kind),
        words=wording(facts.kind),
        channels=any(paper for *_, paper in apart),
        check=checked(apart, facts.by_hand) if facts.legal_record == "paper" else None,
        check_agrees=not departures(apart, facts.by_hand),
    )


def _office(office: OfficeResult, collected: int, kind: Kind) -> Office:
    words = wording(kind)
    votes = sum(one.votes for one in office.candidates)
    rest = office.unused + office.lost + (office.blank + office.void) * office.seats
    total = office.seats * collected
    return Office(
        title=office.title,
        seats=office.seats,
        needed=office.needed,
        lines=tuple(
            Line(
                name=one.name,
                votes=one.votes,
                seal=one.seal,
                sum=words.sum(one.votes, collected) if judged(kind, one.name) else "",
                over=words.reached(one.votes, collected) if words.bar and judged(kind, one.name) else None,
                tablet=one.tablet,
                paper=one.paper,
            )
            for one in office.candidates
        ),
        blank=office.blank,
        unused=office.unused,
        marks=Proof(
            votes + rest == total,
            ("每个票位都有着落", "Every mark is accounted for"),
            f"{figure(votes)} + {figure(rest)} = {figure(total)} = {office.seats} × {figure(collected)}",
        ),
        elected=tuple(one.name for one in office.candidates if one.seal == "elected"),
        follows=_FOLLOWS.get(office.next),
        because=office.because,
    )
