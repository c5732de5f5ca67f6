"""The two organic laws as dated data: each version is one value with its numbers, articles and day in force.

A changed law is a new value with a later date, never a changed constant: an election begun under one
version is judged by it. Provincial rules (second-poll windows, over-vote scope, days for posting the
candidates) are not national law; they stand in ``voting.law.provinces``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from voting.errors import Malformed, Refused
from voting.law.thresholds import ONE_FIFTH, ONE_TENTH, ONE_THIRD, OVER_HALF, OVER_TWO_THIRDS, Reason, Share


class Mode(StrEnum):
    """Who votes in a committee election; the mode fixes the law, the roll that counts and the turnout."""

    ALL_VOTERS = "all_voters"
    HOUSEHOLD_REPS = "household_reps"
    RESIDENT_REPS = "resident_reps"
    VILLAGE = "village"


@dataclass(frozen=True)
class Law:
    """One organic law in one version.

    Days are counted as in ``voting.law.calendar``. ``turnout`` is the share of the list that must have
    voted for the poll to be valid, measured on the ballots collected. ``proxies``: how many one holder may vote for;
    none in residents' representatives' mode under any version. ``committee_article`` (the election committee),
    ``bars_article`` (who must not stand): 0 where this version has none.
    """

    key: str
    name_zh: str
    name_en: str
    in_force: date
    turnout: MappingProxyType[Mode, Share]
    turnout_article: int
    candidates_article: int
    roll_article: int
    registration_article: int
    handover_article: int
    composition_article: int
    recall_article: int
    recall_by_voters: Share
    recall_by_reps: Share = ONE_THIRD
    majority: Share = OVER_HALF
    second_poll: Share = ONE_THIRD
    voting_age: int = 18
    roll_days: int = 20
    objection_days: int = 5
    decision_days: int = 3
    handover_days: int = 10
    nominators: int = 0
    proxies: int = 3
    proxies_near_kin_only: bool = False
    proxy_article: int = 0
    posting_article: int = 0
    committee_article: int = 0
    bars_article: int = 0
    #: What this version leaves open and the values above take from practice: said on the page of rules.
    silent_on: tuple[str, ...] = ()

    def reason(self, zh: str, en: str, article: int) -> Reason:
        """A reason that rests on an article of this law."""
        return Reason(zh, en, f"《{self.name_zh}》第{article}条", f"{self.name_en}, Art. {article}")


RESIDENTS_2026: Final = Law(
    key="residents-2026",
    name_zh="城市居民委员会组织法",
    name_en="Urban Residents' Committees Organic Law (2025)",
    in_force=date(2026, 1, 1),
    turnout=MappingProxyType(
        {
            Mode.ALL_VOTERS: OVER_HALF,
            Mode.HOUSEHOLD_REPS: OVER_HALF,
            Mode.RESIDENT_REPS: OVER_TWO_THIRDS,
        }
    ),
    turnout_article=19,
    candidates_article=18,
    roll_article=17,
    registration_article=16,
    handover_article=25,
    composition_article=8,
    recall_article=20,
    recall_by_voters=ONE_TENTH,
    nominators=10,
    proxy_article=19,
    posting_article=34,
    committee_article=15,
    bars_article=18,
)

VILLAGERS_2026: Final = Law(
    key="villagers-2026",
    name_zh="村民委员会组织法",
    name_en="Villagers' Committees Organic Law (2025)",
    in_force=date(2026, 1, 1),
    turnout=MappingProxyType({Mode.VILLAGE: OVER_HALF}),
    turnout_article=18,
    candidates_article=18,
    roll_article=17,
    registration_article=16,
    handover_article=24,
    composition_article=8,
    recall_article=19,
    recall_by_voters=ONE_FIFTH,
    proxy_article=18,
    posting_article=35,
    committee_article=15,
    bars_article=18,
)

#: For elections begun before 2026. The text of 1989 as amended in 2018 says who elects and how a meeting decides, and
#: nothing of a roll, of candidates, of bars or of a second poll (Arts. 7–10): what it leaves open
#: follows the villagers' law of its time.
RESIDENTS_2018: Final = Law(
    key="residents-2018",
    name_zh="城市居民委员会组织法（2018年修正）",
    name_en="Urban Residents' Committees Organic Law (as amended 2018)",
    in_force=date(2018, 12, 29),
    turnout=MappingProxyType(
        {
            Mode.ALL_VOTERS: OVER_HALF,
            Mode.HOUSEHOLD_REPS: OVER_HALF,
            # Representatives of the groups, two or three each; the residents' meeting's half, not two thirds (Art. 9).
            Mode.RESIDENT_REPS: OVER_HALF,
        }
    ),
    turnout_article=9,
    candidates_article=8,
    roll_article=8,
    registration_article=8,
    handover_article=8,
    composition_article=7,
    # 撤换 by the residents' meeting: the share is that of those who can have it called.
    recall_article=10,
    recall_by_voters=ONE_FIFTH,
    proxies=0,
    silent_on=(
        *("roll_days", "objection_days", "decision_days", "handover_days"),
        *("proxies_max", "proxy_list_days", "excess", "posting_days"),
    ),
)

VILLAGERS_2018: Final = Law(
    key="villagers-2018",
    name_zh="村民委员会组织法（2018年修正）",
    name_en="Villagers' Committees Organic Law (as amended 2018)",
    in_force=date(2018, 12, 29),
    turnout=MappingProxyType({Mode.VILLAGE: OVER_HALF}),
    turnout_article=15,
    candidates_article=15,
    roll_article=14,
    registration_article=13,
    handover_article=20,
    composition_article=6,
    recall_article=16,
    recall_by_voters=ONE_FIFTH,
    proxies_near_kin_only=True,
    proxy_article=15,
    posting_article=30,
    committee_article=12,
    silent_on=("proxies_max", "proxy_list_days", "posting_days"),
)

LAWS: Final = (RESIDENTS_2018, VILLAGERS_2018, RESIDENTS_2026, VILLAGERS_2026)


def law_of(key: str, mode: Mode) -> Law:
    """The law that an election was begun under, by the ``key`` kept with it; empty: the newest for the mode.

    Raises ``Malformed``: ``law_unknown`` for a key that no version here has, ``law_mode`` for a law that does
    not govern elections in this mode.
    """
    law = next((one for one in LAWS if one.key == key), None) if key else law_for(mode)
    if law is None:
        raise Malformed(
            "law_unknown",
            f"本系统不认识法律版本“{key}”；请用与选举同版本的程序。",
            f"No version of the law is known here as “{key}”; use the program of the election's version.",
        )
    if mode not in law.turnout:
        raise Malformed(
            "law_mode",
            f"{law.name_zh}不适用于这种选举方式（{mode}）；请核对选举设置。",
            f"The {law.name_en} does not govern elections in this mode ({mode}); check how the election was set up.",
        )
    return law


def law_for(mode: Mode) -> Law:
    """The newest national law kept here for elections in this mode."""
    return max((law for law in LAWS if mode in law.turnout), key=lambda law: law.in_force)


def law_on(mode: Mode, day: date) -> Law:
    """The law under which an election in this mode that begins on ``day`` is held to its end.

    Raises ``Refused`` (``law_not_in_force``) for a day before the first version kept here.
    """
    versions = [law for law in LAWS if mode in law.turnout]
    law = min(versions, key=lambda law: law.in_force)
    if day < law.in_force:
        raise Refused(
            "law_not_in_force",
            f"{day.isoformat()} 在{law.name_zh}施行（{law.in_force.isoformat()}）之前，本系统不办理；请更正选举日。",
            f"{day.isoformat()} is before the {law.name_en} came into force ({law.in_force.isoformat()}); "
            "correct the election day.",
        )
    return max((law for law in versions if law.in_force <= day), key=lambda law: law.in_force)
