"""The joint review of candidates (资格联审): criteria, what a department may answer, and the outcome. Pure.

One evidenced 不能 means not passed; a 不宜 goes to the committee; an answer that is missing or asks for more
suspends. The committee's ruling on a finding (after hearing the candidate, or on appeal) sets it aside or lets
it stand; nothing else does, least of all a late answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from voting.errors import Malformed
from voting.law.thresholds import Reason

#: What a criterion asks: code → names.
KINDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "must": ("必备", "required"),
        "bar": ("不能", "bars"),
        "unfit": ("不宜", "unfit, for the committee"),
    }
)
#: What a department answers: code → names. ``overdue`` comes by itself with the deadline.
VERDICTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "clear": ("无问题", "nothing found"),
        "problem": ("有问题", "a finding"),
        "verify": ("需核实", "to be verified"),
        "overdue": ("逾期未复", "overdue"),
    }
)
RULINGS: Final = ("stands", "set_aside")
#: What is recorded of a candidate: told the outcome, heard, appealed.
HEARINGS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {"told": ("告知结果", "told the outcome"), "hearing": ("听取陈述", "heard"), "appeal": ("申诉", "appeal")}
)
LEVELS: Final = ("street", "department")
OUTCOMES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "open": ("审查中", "under review"),
        "suspended": ("暂缓", "suspended"),
        "passed": ("通过", "passed"),
        "failed": ("不通过", "not passed"),
    }
)
_MOST_ITEMS: Final = 60
_MOST_YEARS: Final = 99


@dataclass(frozen=True)
class Criterion:
    """One item. ``years``: how far back it looks, 0 for without limit; ``department``: who can know, or empty."""

    code: str
    zh: str
    en: str
    kind: str
    years: int = 0
    department: str = ""
    statutory: bool = False

    def as_json(self) -> dict[str, object]:
        """As it is stored and hashed."""
        return {
            "code": self.code,
            "zh": self.zh,
            "en": self.en,
            "kind": self.kind,
            "years": self.years,
            "department": self.department,
        }


def statutory(bars: Mapping[str, tuple[str, str]]) -> tuple[Criterion, ...]:
    """The four bars of Art. 18 as criteria: no look-back limit, for every department, never switched off."""
    return tuple(Criterion(code, zh, en, "bar", statutory=True) for code, (zh, en) in bars.items())


def read_items(
    rows: Iterable[Mapping[str, Any]], departments: Iterable[str], taken: Iterable[str]
) -> tuple[Criterion, ...]:
    """The local items of a criteria set. Raises Malformed CRITERION naming the first item that is wrong.

    ``taken``: codes of the statutory bars, which no local item may bear.
    """
    known, seen, items = set(departments) | {""}, set(taken), []
    for number, row in enumerate(rows, 1):
        item = Criterion(
            code=str(row.get("code") or f"item_{number}"),
            zh=str(row.get("zh", "")).strip(),
            en=str(row.get("en") or row.get("zh", "")).strip(),
            kind=str(row.get("kind", "")),
            years=row.get("years", 0),
            department=str(row.get("department") or ""),
        )
        if (
            item.code in seen
            or not 1 <= len(item.zh) <= 200
            or len(item.en) > 300
            or item.kind not in KINDS
            or type(item.years) is not int
            or not 0 <= item.years <= _MOST_YEARS
            or item.department not in known
            or number > _MOST_ITEMS
        ):
            raise Malformed(
                "CRITERION",
                f"第 {number} 项不完整：要有 200 字以内的内容、种类（必备、不能、不宜）、"
                f"0 至 {_MOST_YEARS} 的回溯年数，代码不重复。请改一下。",
                f"Item {number} is not complete: it needs a text, a kind, 0 to {_MOST_YEARS} years of look-back and a "
                "code of its own; correct it.",
            )
        seen.add(item.code)
        items.append(item)
    return tuple(items)


def full_on(event: date, years: int) -> date:
    """The day on which ``years`` years since ``event`` are full; 29 February is followed by 1 March."""
    try:
        return event.replace(year=event.year + years)
    except ValueError:
        return date(event.year + years, 3, 1)


def still_counts(criterion: Criterion, event: date | None, day: date) -> bool:
    """Whether a fact of ``event`` falls under a criterion in an election on ``day`` (未满…年: not full by that day)."""
    return not criterion.years or (event is not None and full_on(event, criterion.years) > day)


@dataclass(frozen=True)
class Standing:
    """Where one question to one department stands. ``kind``: of the criterion a problem rests on.

    ``verdict``: empty while an answer is awaited; ``ruling``: what the committee ruled on it, or empty.
    """

    department: str
    verdict: str
    kind: str = ""
    evidenced: bool = False
    ruling: str = ""


@dataclass(frozen=True)
class Overall:
    """The outcome for one candidate and why, without the content of any finding."""

    outcome: str
    because: tuple[Reason, ...]


def verdict_by(given: str, due: date, today: date) -> str:
    """What a question's verdict is: what was answered in time, else overdue once the last day has gone."""
    return given or ("overdue" if today > due else "")


def overall(standings: Iterable[Standing]) -> Overall:
    """The outcome of all departments' answers about one candidate; the order of the answers never matters.

    Not passed: an evidenced 不能 (or missing 必备), or a 不宜 that the committee let stand. Suspended: a finding
    without evidence, a 不宜 without ruling, 需核实, 逾期未复. Open: an answer is awaited. Passed: nothing of this.
    """
    everything = sorted(standings, key=lambda one: (one.department, one.verdict, one.kind, one.evidenced, one.ruling))
    worst = "passed" if everything else "open"
    because: list[Reason] = []
    for one in everything:
        outcome, reason = _one(one)
        if reason is not None:
            because.append(reason)
        worst = max(worst, outcome, key=_WEIGHT.__getitem__)
    return Overall(worst, tuple(because))


_WEIGHT: Final = {"passed": 0, "open": 1, "suspended": 2, "failed": 3}
_WAITS: Final = Reason("还有部门没有答复。", "A department has not answered yet.")
_UNFIT: Final = Reason("有“不宜”情形，请选举委员会决定。", "An “unfit” finding waits for the committee.")
_UNFIT_STANDS: Final = Reason("选举委员会认定“不宜”成立。", "The committee lets an “unfit” finding stand.")
_BAR: Final = Reason("有一项“不能”情形，证据在案。", "A bar was found, with evidence on file.")
_NO_EVIDENCE: Final = Reason("有一项“不能”情形没有证据，请部门补证据。", "A bar was named without evidence.")
_SILENT: Final = {
    "verify": Reason("有部门需要核实。", "A department has to verify something."),
    "overdue": Reason("有部门逾期未复，请选举委员会决定。", "A deadline passed in silence; the committee decides."),
}


def _one(one: Standing) -> tuple[str, Reason | None]:
    if one.ruling == "set_aside" or one.verdict == "clear":
        return "passed", None
    if not one.verdict:
        return "open", _WAITS
    if one.verdict in _SILENT:
        return "suspended", _SILENT[one.verdict]
    if one.kind == "unfit":
        return ("failed", _UNFIT_STANDS) if one.ruling == "stands" else ("suspended", _UNFIT)
    return ("failed", _BAR) if one.evidenced else ("suspended", _NO_EVIDENCE)
