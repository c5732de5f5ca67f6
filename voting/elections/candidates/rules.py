"""Who may stand: the checks the law states for everyone (Residents' and Villagers' Committees Laws, Art. 18).

Pure. A bar is answered by the candidate's declaration *and* by a named official who looked it up; an answer
of "yes" or no answer both keep the person off the list. A committee's own criteria are not here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final

from voting.law.profiles import RESIDENTS_2026, VILLAGERS_2026, Law
from voting.law.thresholds import Reason

#: The four statutory bars of Art. 18: code → the words of the law. None can be switched off.
BARS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "expelled_from_party": ("被开除中国共产党党籍", "was expelled from the Communist Party of China"),
        "criminal_penalty": ("因犯罪受过刑事处罚", "has served a criminal penalty"),
        "organised_crime": ("利用黑恶势力从事非法活动", "has used criminal gangs for unlawful acts"),
        "cult": (
            "组织或者参加非法宗教活动或者邪教活动",
            "has organised or joined unlawful religious activities or a cult",
        ),
    }
)
_VILLAGE_CRIME: Final = ("利用宗族或者黑恶势力从事非法活动", "has used clan power or criminal gangs for unlawful acts")

#: Where the joint review of a candidate stands; empty: none was opened for the election.
REVIEWS: Final = ("", "open", "suspended", "passed", "failed")
UNDECIDED: Final = ("open", "suspended")
#: By what the candidates of a posted list follow one another; ``committee``: as the committee put them.
ORDERS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "stroke": ("按姓名笔画为序", "in the order of the strokes of their names"),
        "nomination_votes": ("按提名得票多少为序", "in the order of their nomination votes"),
        "committee": ("按选举委员会排定的次序", "in the order set by the election committee"),
    }
)
#: What a candidate may say of schooling and party; stored in the words of the official papers.
EDUCATION: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        zh: (zh, en)
        for zh, en in (
            ("小学", "primary school"),
            ("初中", "lower secondary school"),
            ("高中（中专）", "upper secondary school"),
            ("大专", "college"),
            ("本科", "bachelor"),
            ("研究生", "postgraduate"),
        )
    }
)
POLITICS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        zh: (zh, en)
        for zh, en in (
            ("中共党员", "member of the Communist Party"),
            ("共青团员", "member of the Youth League"),
            ("民主党派成员", "member of a democratic party"),
            ("群众", "no party"),
        )
    }
)


@dataclass(frozen=True)
class Nominee:
    """One person for one office. ``person`` tells namesakes apart; empty ``roll_entry``: not on the roll.

    ``age``: whole years on the election day; the birth date itself stays sealed in the roll.

    ``declared`` and ``checked``: bar code → whether it applies, by the person's own declaration and as the
    official found it; a code that is missing has not been answered. ``checked_by`` names that official.
    ``review``: one of REVIEWS. ``accepted``: whether a nomination was accepted in writing; None where the election
    records no nominations.
    """

    person: str
    name: str
    office: str
    roll_entry: str
    age: int
    sex: str
    declared: Mapping[str, bool] = field(default_factory=dict)
    checked: Mapping[str, bool] = field(default_factory=dict)
    checked_by: str = ""
    review: str = ""
    accepted: bool | None = None


@dataclass(frozen=True)
class Finding:
    """One thing found. ``person`` is empty where it concerns an office or the whole list."""

    code: str
    reason: Reason
    person: str = ""
    office: str = ""


@dataclass(frozen=True)
class CandidateCheck:
    """``errors`` keep the list from being posted; ``warnings`` are shown beside it."""

    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether the list may be posted."""
        return not self.errors

    @property
    def offices_short(self) -> tuple[str, ...]:
        """The offices without more candidates than seats."""
        return tuple(each.office for each in self.errors if each.code == "not_differential")

    def persons_with(self, *codes: str) -> frozenset[str]:
        """The people with an error of one of these codes."""
        return frozenset(each.person for each in self.errors if each.person and each.code in codes)

    @property
    def persons_barred(self) -> frozenset[str]:
        """The people with at least one error of their own."""
        return frozenset(each.person for each in self.errors if each.person)


@dataclass(frozen=True)
class Known:
    """What the ballot may say of a candidate to tell namesakes apart; ``age`` in whole years on the day."""

    name: str
    sex: str
    age: int
    trade: str


def ballot_names(candidates: tuple[Known, ...]) -> tuple[str, ...]:
    """The name of each candidate on the ballot, no two alike.

    Namesakes get sex and age, then also the trade, and at last their place on the list, until all differ.
    """
    depth = [0] * len(candidates)
    while True:
        names = tuple(
            _told_apart(one, deep, place) for place, (one, deep) in enumerate(zip(candidates, depth, strict=True), 1)
        )
        times = Counter(names)
        if max(times.values(), default=1) == 1:
            return names
        depth = [deep + (times[name] > 1) for deep, name in zip(depth, names, strict=True)]


def _told_apart(one: Known, deep: int, place: int) -> str:
    marks = (f"{one.sex}，{one.age} 岁", one.trade or "职业未填", f"第 {place} 位")[:deep]
    return f"{one.name}（{'，'.join(marks)}）" if marks else one.name


def bars(law: Law) -> Mapping[str, tuple[str, str]]:
    """The statutory bars in the words of this law: code → (Chinese, English); none where it has none (2018)."""
    if not law.bars_article:
        return MappingProxyType({})
    return {**BARS, "organised_crime": _VILLAGE_CRIME} if law.key == VILLAGERS_2026.key else BARS


def check_candidates(
    nominees: tuple[Nominee, ...], seats: Mapping[str, int], day: date, law: Law = RESIDENTS_2026
) -> CandidateCheck:
    """Every finding about a list of nominees for offices with ``seats``, for an election on ``day``."""
    errors: list[Finding] = []
    for nominee in nominees:
        errors += _entitled(nominee, seats, day, law)
        errors += _barred(nominee, law)
    if any(nominee.review for nominee in nominees):
        errors += [_unreviewed(nominee) for nominee in nominees if nominee.review != "passed"]
    errors += [_unaccepted(nominee, law) for nominee in nominees if nominee.accepted is False]
    errors += _two_offices(nominees, law)
    errors += _differential(nominees, seats, law)
    return CandidateCheck(tuple(errors), tuple(_women(nominees, law)))


def _entitled(nominee: Nominee, seats: Mapping[str, int], day: date, law: Law) -> list[Finding]:
    found = []
    if nominee.office not in seats:
        found.append(
            _finding(
                "no_such_office",
                nominee,
                Reason(
                    f"{nominee.name} 参选的职务“{nominee.office}”不在本次选举中；请重新选择职务。",
                    f"{nominee.name} stands for “{nominee.office}”, which is not in this election; choose an office.",
                ),
            )
        )
    if not nominee.roll_entry:
        found.append(
            _finding(
                "not_on_roll",
                nominee,
                law.reason(
                    f"{nominee.name} 不在选民名单上；候选人须是登记参加选举的选民。",
                    f"{nominee.name} is not on the roll; a candidate must be a registered voter.",
                    law.candidates_article,
                ),
            )
        )
    if nominee.age < law.voting_age:
        found.append(
            _finding(
                "under_age",
                nominee,
                law.reason(
                    f"{nominee.name} 到选举日（{day.isoformat()}）未满 {law.voting_age} 周岁。",
                    f"{nominee.name} is under {law.voting_age} on election day ({day.isoformat()}).",
                    law.registration_article,
                ),
            )
        )
    return found


def _barred(nominee: Nominee, law: Law) -> list[Finding]:
    found = []
    for code, (zh, en) in bars(law).items():
        answers = (nominee.declared.get(code), nominee.checked.get(code))
        if True in answers:
            reason = law.reason(
                f"{nominee.name} {zh}，不得提名为候选人。",
                f"{nominee.name} {en} and cannot be nominated.",
                law.bars_article,
            )
            found.append(_finding(f"bar_{code}", nominee, reason))
        elif None in answers or not nominee.checked_by:
            reason = law.reason(
                f"{nominee.name} 是否“{zh}”尚未由本人声明并由工作人员核对；请逐项核对并署名。",
                f"Whether {nominee.name} {en} has not been both declared and checked; the official checks and signs.",
                law.bars_article,
            )
            found.append(_finding("bar_unanswered", nominee, reason))
    return found


def _unreviewed(nominee: Nominee) -> Finding:
    """The review's outcome without its reasons, which are sensitive and stay in the review's room."""
    if nominee.review == "failed":
        reason = Reason(f"{nominee.name} 资格联审不通过。", f"{nominee.name} did not pass the joint review.")
        return _finding("review_failed", nominee, reason)
    reason = Reason(
        f"{nominee.name} 的资格联审还没有通过；请在“资格联审”办完。",
        f"The joint review of {nominee.name} is not passed yet; finish it under “Joint review”.",
    )
    return _finding("review_open", nominee, reason)


def _unaccepted(nominee: Nominee, law: Law) -> Finding:
    reason = law.reason(
        f"{nominee.name} 没有经过提名并书面接受；请在“提名”登记，或移除。",
        f"{nominee.name} was not nominated and has not accepted in writing; record it under “Nominations”, or remove.",
        law.candidates_article,
    )
    return _finding("not_accepted", nominee, reason)


def _two_offices(nominees: tuple[Nominee, ...], law: Law) -> list[Finding]:
    times = Counter(nominee.person for nominee in nominees)
    found = []
    for nominee in {each.person: each for each in nominees if times[each.person] > 1}.values():
        offices = sorted({each.office for each in nominees if each.person == nominee.person})
        reason = law.reason(
            f"{nominee.name} 出现 {times[nominee.person]} 次（{'、'.join(offices)}）；一人只能参选一个职务一次。",
            f"{nominee.name} is listed {times[nominee.person]} times ({', '.join(offices)}); "
            "a person stands for one office, once.",
            law.candidates_article,
        )
        found.append(Finding("two_offices", reason, person=nominee.person))
    return found


def _differential(nominees: tuple[Nominee, ...], seats: Mapping[str, int], law: Law) -> list[Finding]:
    found = []
    for office, places in seats.items():
        people = len({each.person for each in nominees if each.office == office})
        if people <= places:
            reason = law.reason(
                f"{office}：候选人 {people} 名，应选 {places} 名；候选人须多于应选名额（差额选举）。",
                f"{office}: {people} candidate(s) for {places} seat(s); there must be more candidates than seats.",
                law.candidates_article,
            )
            found.append(Finding("not_differential", reason, office=office))
    return found


def _women(nominees: tuple[Nominee, ...], law: Law) -> list[Finding]:
    if not nominees or any(nominee.sex == "女" for nominee in nominees):
        return []
    reason = law.reason(
        "候选人中没有妇女；委员会成员中应当有妇女，请考虑补充提名。",
        "No woman among the candidates; the committee shall have women members, consider further nominations.",
        law.composition_article,
    )
    return [Finding("no_woman", reason)]


def _finding(code: str, nominee: Nominee, reason: Reason) -> Finding:
    return Finding(code, reason, person=nominee.person, office=nominee.office)
