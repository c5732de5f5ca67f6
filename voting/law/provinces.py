"""What provinces rule differently, as dated data: each value with its source, and how well that source is known.

A profile is chosen when an election is created and never changes while it runs. The provincial texts read here are
rules for villagers' committees (2020 texts, to be re-issued after the law of 2026); elections of residents' committees
follow them by analogy, which the page of rules says beside every such value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Generic, TypeVar

from voting.law.calendar import days_after
from voting.law.holidays import working_day
from voting.law.statutes import RESIDENTS_2026, VILLAGERS_2026, Law, Mode
from voting.law.thresholds import OVER_HALF, Reason, Share

T = TypeVar("T")


class Source(StrEnum):
    """How a value is known: the statute itself, a text that was read, memory, the product's choice, the committee's."""

    STATUTE = "statute"
    FOUND = "found"
    MEMORY = "memory"
    DESIGN = "design"
    CHOSEN = "chosen"


@dataclass(frozen=True)
class Ruled(Generic[T]):
    """A value of a profile and where it comes from; ``dated``: the day of the text that was read, in this version."""

    value: T
    source_zh: str
    source_en: str
    kind: Source
    dated: date | None = None


@dataclass(frozen=True)
class CommitteeSize:
    """How many members an election committee has; ``most`` None: no upper bound. ``odd``: an odd number is required."""

    least: int
    most: int | None
    odd: bool


#: More candidates than seats, least and most, by kind of office (chair, deputy, member); None: no upper bound.
Excess = Mapping[str, tuple[int, int | None]]


@dataclass(frozen=True)
class Profile:
    """The rules in force for an election beyond the organic law itself. Days are plain days before or after.

    ``read_zh``/``read_en``: which text the province's values were read in, and what is known to have changed since.
    """

    key: str
    name_zh: str
    name_en: str
    in_force: date
    laws: tuple[Law, ...]
    read_zh: str
    read_en: str
    roll_days: Ruled[int]
    objection_days: Ruled[int]
    decision_days: Ruled[int]
    place_days: Ruled[int]
    formal_list_days: Ruled[int]
    candidate_order: Ruled[str]
    excess: Ruled[Excess]
    self_nomination: Ruled[bool]
    self_nomination_days: Ruled[int]
    appeal_days: Ruled[int]
    nominating_poll_turnout: Ruled[Share]
    withdraw_days: Ruled[int]
    proxies_max: Ruled[int]
    proxy_paper_days: Ruled[int]
    proxy_list_days: Ruled[int]
    committee_size: Ruled[CommitteeSize]
    absent_twice: Ruled[bool]
    dup_office: Ruled[str]
    over_vote: Ruled[str]
    legal_record: Ruled[str]
    mobile_watchers: Ruled[int]
    second_poll_days: Ruled[int]
    second_poll_same_day: Ruled[bool]
    second_poll_turnout: Ruled[bool]
    vacant_when_elected: Ruled[int]
    vacant_needs_chair: Ruled[bool]
    next_moves_up: Ruled[bool]
    handover_days: Ruled[int]
    seal_on_day: Ruled[bool]
    posting_days: Ruled[int]
    ballots_kept: Ruled[str]
    files_kept_years: Ruled[int]
    recall_days: Ruled[int]
    recall_again_days: Ruled[int]
    holiday_moves: Ruled[bool]

    def values(self) -> dict[str, Ruled[object]]:
        """Every ruled value by its name, in the order above."""
        named = ((each.name, getattr(self, each.name)) for each in fields(self))
        return {name: value for name, value in named if isinstance(value, Ruled)}

    def last_day(self, begun: date, days: int) -> date:
        """The last day of a period of ``days`` days from ``begun``, moved past days off where that was chosen.

        Periods that end before the election day are never moved: that would shorten the notice people have.
        """
        last = days_after(begun, days)
        return working_day(last) if self.holiday_moves.value else last

    def reason(self, name: str, zh: str, en: str) -> Reason:
        """A reason that rests on one value of this profile."""
        ruled = self.values()[name]
        return Reason(zh, en, ruled.source_zh, ruled.source_en)


def _law(residents: int, villagers: int) -> tuple[str, str]:
    return (
        f"《居委会组织法》第{residents}条、《村委会组织法》第{villagers}条",
        f"Residents' Committees Law Art. {residents}, Villagers' Committees Law Art. {villagers}",
    )


def _statute(value: T, residents: int, villagers: int) -> Ruled[T]:
    return Ruled(value, *_law(residents, villagers), Source.STATUTE)


def _design(value: T, zh: str, en: str) -> Ruled[T]:
    return Ruled(value, zh, en, Source.DESIGN)


def _beijing(value: T, article: str) -> Ruled[T]:
    return _found(value, "北京市村民委员会选举办法", "Beijing village election rules", article, date(2012, 9, 28))


def _shanghai(value: T, article: str) -> Ruled[T]:
    return _found(value, "上海市村民委员会选举办法", "Shanghai village election rules", article, date(2020, 9, 25))


def _zhejiang(value: T, article: str) -> Ruled[T]:
    return _found(value, "浙江省村民委员会选举办法", "Zhejiang village election rules", article, date(2020, 7, 31))


def _found(value: T, title: str, title_en: str, article: str, dated: date) -> Ruled[T]:
    return Ruled(value, f"《{title}》第{article}条", f"{title_en}, Art. {article}", Source.FOUND, dated)


_SILENT = ("国家法律没有规定，本系统的默认", "not in national law; this system's default")
_EXCESS = MappingProxyType({"chair": (1, None), "deputy": (1, None), "member": (1, None)})
_DOCUMENT_76 = (
    "民政部村委会选举规程（民发〔2013〕76号），凭记忆，未核对",
    "MCA rules of 2013 (no. 76), from memory, not checked",
)

NATIONAL: Final = Profile(
    key="national",
    name_zh="国家法律",
    name_en="National law",
    in_force=date(2026, 1, 1),
    laws=(RESIDENTS_2026, VILLAGERS_2026),
    read_zh="",
    read_en="",
    roll_days=_statute(20, 17, 17),
    objection_days=_statute(5, 17, 17),
    decision_days=_statute(3, 17, 17),
    place_days=_design(1, *_SILENT),
    formal_list_days=_design(1, *_SILENT),
    candidate_order=_design("stroke", *_SILENT),
    excess=_statute(_EXCESS, 18, 18),
    self_nomination=_design(False, *_SILENT),
    self_nomination_days=_design(10, *_SILENT),
    appeal_days=_design(3, *_SILENT),
    nominating_poll_turnout=_design(OVER_HALF, *_SILENT),
    withdraw_days=_design(1, *_SILENT),
    proxies_max=_statute(3, 19, 18),
    proxy_paper_days=_design(1, *_SILENT),
    proxy_list_days=_statute(1, 19, 18),
    committee_size=Ruled(CommitteeSize(3, None, True), *_DOCUMENT_76, Source.MEMORY),
    absent_twice=_design(False, *_SILENT),
    dup_office=_design("void", *_SILENT),
    over_vote=_design("office", *_SILENT),
    legal_record=_design("tablet", *_SILENT),
    mobile_watchers=_design(3, *_SILENT),
    second_poll_days=Ruled(10, *_DOCUMENT_76, Source.MEMORY),
    second_poll_same_day=_design(True, *_SILENT),
    second_poll_turnout=_design(True, "法律没有免除，默认适用", "the law makes no exception, so it binds by default"),
    vacant_when_elected=_design(3, *_SILENT),
    vacant_needs_chair=_design(False, *_SILENT),
    next_moves_up=_design(False, *_SILENT),
    handover_days=_statute(10, 25, 24),
    seal_on_day=_design(False, *_SILENT),
    posting_days=_statute(15, 34, 35),
    ballots_kept=_design("until_next_election", *_SILENT),
    files_kept_years=_design(3, "换届档案的通行做法", "common practice for election files"),
    recall_days=_design(30, *_SILENT),
    recall_again_days=_design(365, *_SILENT),
    holiday_moves=_design(False, "选举期限按自然日，默认不顺延", "election deadlines are plain days by default"),
)

BEIJING: Final = replace(
    NATIONAL,
    key="beijing",
    name_zh="北京市",
    name_en="Beijing",
    in_force=date(2012, 11, 1),
    read_zh="《北京市村民委员会选举办法》2012年9月28日修订、2012年11月1日施行的文本",
    read_en="Beijing village election rules as revised on 2012-09-28, in force on 2012-11-01",
    formal_list_days=_beijing(5, "20"),
    candidate_order=_beijing("nomination_votes", "20"),
    excess=_beijing(MappingProxyType({"chair": (1, 2), "deputy": (1, 2), "member": (1, 2)}), "16"),
    nominating_poll_turnout=_beijing(OVER_HALF, "16"),
    proxy_paper_days=_beijing(1, "25"),
    committee_size=_beijing(CommitteeSize(5, 9, True), "9"),
    mobile_watchers=_beijing(3, "23"),
    second_poll_days=_beijing(15, "30"),
    vacant_when_elected=_beijing(4, "30"),
    vacant_needs_chair=_beijing(True, "30"),
    recall_days=_beijing(30, "33"),
)

SHANGHAI: Final = replace(
    NATIONAL,
    key="shanghai",
    name_zh="上海市",
    name_en="Shanghai",
    in_force=date(2020, 9, 25),
    read_zh="《上海市村民委员会选举办法》2020年9月25日第三次修正的文本",
    read_en="Shanghai village election rules as amended for the third time on 2020-09-25",
    formal_list_days=_shanghai(5, "12"),
    candidate_order=_shanghai("nomination_votes", "12"),
    excess=_shanghai(MappingProxyType({"chair": (1, 1), "deputy": (1, 1), "member": (1, 3)}), "12"),
    proxy_paper_days=_shanghai(5, "16"),
    proxy_list_days=_shanghai(2, "16"),
    committee_size=_shanghai(CommitteeSize(7, 9, True), "7"),
    second_poll_days=_shanghai(30, "21"),
    vacant_when_elected=_shanghai(3, "21"),
    seal_on_day=_shanghai(True, "24"),
    ballots_kept=_shanghai("until_next_election", "23"),
    recall_days=_shanghai(30, "27"),
)

ZHEJIANG: Final = replace(
    NATIONAL,
    key="zhejiang",
    name_zh="浙江省",
    name_en="Zhejiang",
    in_force=date(2020, 7, 31),
    read_zh="《浙江省村民委员会选举办法》2020年7月31日修正的文本；2025年11月26日又有修改（省人大常委会公告第41号，公布之日起"
    "施行），那次修改没有逐条核对，请以现行文本为准",
    read_en="Zhejiang village election rules as amended on 2020-07-31; they were amended again on 2025-11-26 (notice "
    "41, in force that day), which was not compared article by article: the text in force decides",
    place_days=_zhejiang(5, "22"),
    formal_list_days=_zhejiang(5, "18"),
    candidate_order=_zhejiang("nomination_votes", "18"),
    self_nomination=_zhejiang(True, "20"),
    self_nomination_days=_zhejiang(10, "20"),
    nominating_poll_turnout=_zhejiang(OVER_HALF, "18"),
    withdraw_days=_zhejiang(3, "19"),
    proxy_paper_days=_zhejiang(3, "25"),
    proxy_list_days=_zhejiang(1, "25"),
    committee_size=_zhejiang(CommitteeSize(5, 9, True), "8"),
    absent_twice=_zhejiang(True, "9"),
    dup_office=_zhejiang("void", "27"),
    mobile_watchers=_zhejiang(3, "24"),
    second_poll_days=_zhejiang(30, "29"),
    second_poll_same_day=_zhejiang(True, "29"),
    next_moves_up=_zhejiang(True, "31"),
    vacant_when_elected=_zhejiang(3, "30"),
    recall_days=_zhejiang(30, "35"),
    recall_again_days=_zhejiang(365, "36"),
)

PROFILES: Final = (NATIONAL, BEIJING, SHANGHAI, ZHEJIANG)


def under(profile: Profile, law: Law, mode: Mode) -> Profile:
    """``profile`` with the numbers of the version of the law that governs this election, each with its article.

    A version that is silent on a number leaves it as practice has it, and the source says so.
    """
    articles = {
        "roll_days": (law.roll_days, law.roll_article),
        "objection_days": (law.objection_days, law.roll_article),
        "decision_days": (law.decision_days, law.roll_article),
        "handover_days": (law.handover_days, law.handover_article),
        "proxies_max": (0 if mode is Mode.RESIDENT_REPS else law.proxies, law.proxy_article),
        "posting_days": (profile.posting_days.value, law.posting_article),
        "proxy_list_days": (profile.proxy_list_days.value, law.proxy_article),
        "excess": (profile.excess.value, law.candidates_article),
    }
    changed: dict[str, Ruled[object]] = {}
    for name, (value, article) in articles.items():
        if profile.values()[name].kind is not Source.STATUTE:
            continue
        if name in law.silent_on:
            silent = (f"《{law.name_zh}》没有规定，沿用通行做法", f"{law.name_en}: silent; common practice")
            changed[name] = Ruled(value, *silent, Source.DESIGN)
        else:
            because = law.reason("", "", article)
            changed[name] = Ruled(value, because.article, because.article_en, Source.STATUTE, law.in_force)
    return replace(profile, laws=(law,), **changed)  # type: ignore[arg-type]  # values() keeps each name with its type
