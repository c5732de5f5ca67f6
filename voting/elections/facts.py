"""The facts the moves of an election depend on. Pure: gathered elsewhere and handed in as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final

from voting.law.calendar import days_after, days_before
from voting.law.profiles import Mode, Profile, law_for, rules_of
from voting.law.thresholds import Reason

#: With fewer than two key holders one person alone could open every ballot.
MIN_TRUSTEES: Final = 2


@dataclass(frozen=True)
class Facts:
    """Everything the moves depend on. Counts are people, cards or ballots; the days are plain dates.

    ``offices_short``: offices without more candidates than seats. ``candidate_errors``: candidates who fail
    a check of the law;
    ``candidates_unanswered``: those not gone through yet.
    ``cards``: public credentials received; ``cards_needed``/``cards_allowed``: roll, and
    roll plus declared spares. After closing, and 0 in every other state: ``cards_unscanned``, the cards never
    handed out that are not scanned (yet), and ``cards_missing``, how many of them the committee decided to count as
    missing. ``pile_voted``: scanned cards that turned out to have a ballot in the box, and ``voted_decided`` how many
    of them that decision names.
    ``roll``: people on the list that counts in this mode; ``registered``: people on the roll. ``unconfirmed``: people
    of a category that nobody has confirmed; ``objections_open``: objections in time without a decision.
    ``roll_again``: when the roll was posted again because the election day was moved.
    ``law``: key of the version the election began under; empty: the newest for its mode.
    ``committee_missing``: no election committee is recorded, which comes before everything else.
    ``queue``: people counted in line who have no card yet; ``in_hand``: cards handed out that have neither voted nor
    come back. ``boxes_away``: mobile boxes on their way; ``paper_zh``/``paper_en``: what keeps the papers' count open;
    ``list_zh``/``list_en``: what keeps the formal list of candidates open.
    ``reason`` is the recorded reason of the move at hand, ``until_later`` whether a lengthening lengthens.
    """

    today: date
    day: date
    mode: Mode = Mode.ALL_VOTERS
    law: str = ""
    profile: str = "national"
    options: Mapping[str, str] = field(default_factory=dict)
    kind: str = "first"
    committee_missing: bool = False
    offices: int = 0
    roll: int = 0
    registered: int = 0
    unconfirmed: int = 0
    objections_open: int = 0
    roll_posted: date | None = None
    roll_again: date | None = None
    candidates_posted: date | None = None
    offices_short: tuple[str, ...] = ()
    candidate_errors: int = 0
    candidates_unanswered: int = 0
    trustees: int = 0
    keys: int = 0
    cards: int = 0
    cards_needed: int = 0
    cards_allowed: int = 0
    rehearsals: int = 0
    tablets: int = 0
    closing_time: bool = False
    everyone_voted: bool = False
    until_later: bool = False
    queue: int = 0
    in_hand: int = 0
    ballots: int = 0
    papers: int = 0
    ballot_floor: int = 5
    floor_decision: bool = False
    cards_unscanned: int = 0
    cards_missing: int = 0
    pile_voted: int = 0
    voted_decided: int = 0
    shares: int = 0
    result: bool = False
    boxes_away: int = 0
    paper_zh: str = ""
    paper_en: str = ""
    list_zh: str = ""
    list_en: str = ""
    reason: str = ""

    @cached_property
    def rules(self) -> Profile:
        """Every value in force for this election."""
        return rules_of(self.law or law_for(self.mode).key, self.mode, self.profile, self.options)

    @property
    def too_few(self) -> bool:
        """Whether a channel that is shown apart has so few ballots that its figures tell how people voted.

        Where the paper is the record, the few filled in by hand lie among those that the tablets printed.
        """
        apart = self.papers if self.rules.legal_record.value != "paper" else 0
        return self.ballots < self.ballot_floor or 0 < apart < self.ballot_floor

    @property
    def posting(self) -> date:
        """The day from which the roll hangs: the real one, or today if it were posted now."""
        return self.roll_posted or self.today

    @property
    def lawful_day(self) -> date:
        """The first election day that the posting of the roll allows."""
        return days_after(self.posting, self.rules.roll_days.value)

    @property
    def objections_end(self) -> date:
        """The last day for objections to the roll, from the last time it was posted."""
        return self.rules.last_day(self.roll_again or self.posting, self.rules.objection_days.value)

    @property
    def sealing_from(self) -> date:
        """The first day on which no objection can come any more."""
        return days_after(self.objections_end, 1)

    @property
    def formal_list_by(self) -> date:
        """The last day on which the candidates may be posted."""
        return days_before(self.day, self.rules.formal_list_days.value)

    @property
    def day_for_candidates(self) -> date:
        """The first election day that the candidates' posting (or one today) allows."""
        return days_after(self.candidates_posted or self.today, self.rules.formal_list_days.value)

    @property
    def proxy_papers_until(self) -> date:
        """The last day on which the written forms of proxies are made out."""
        return days_before(self.day, self.rules.proxy_paper_days.value)

    @property
    def registration_law(self) -> Reason:
        """The article about who is registered."""
        return self.rules.laws[0].reason("", "", self.rules.laws[0].registration_article)

    @property
    def poll_law(self) -> Reason:
        """The article about the poll."""
        return self.rules.laws[0].reason("", "", self.rules.laws[0].turnout_article)

    @property
    def whole_poll(self) -> bool:
        """Whether this poll has a calendar of its own; a re-vote and a second poll follow one that had it."""
        return self.kind not in ("revote", "second", "recall")
