"""The verdict on every row of a roll (Residents' Committees Law Art. 16; Villagers' Art. 16).

Pure: rows of text come in, frozen values and verdicts go out. Full ID numbers stay in memory; no sentence
holds more than the last four characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from voting.elections.roll.idnumber import IdNumber, read
from voting.errors import TooLarge
from voting.law.calendar import age_on
from voting.law.profiles import RESIDENTS_2026, Law, Mode, Profile
from voting.law.thresholds import Reason

MAX_ROWS: Final = 50_000

#: The columns of a roll: key → the heading printed on the form. The first four must be there.
COLUMNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "name": "姓名",
        "sex": "性别",
        "id_number": "公民身份号码",
        "building": "楼栋",
        "unit": "单元",
        "room": "房号",
        "phone": "手机",
        "category": "登记类别",
        "grid": "网格",
    }
)
REQUIRED: Final = ("name", "sex", "id_number", "building")
#: The longest text of each column, in characters.
_LONGEST: Final = {"name": 60, "category": 30, "id_number": 40}
_LONGEST_OTHER: Final = 20
#: What an objection asks for (Art. 17), and what became of it; ``replace``: another representative of a household.
OBJECTION_KINDS: Final = ("add", "remove", "correct", "replace")
OUTCOMES: Final = ("open", "upheld", "refused")
_SEXES: Final = {"男": "男", "女": "女", "男性": "男", "女性": "女", "M": "男", "F": "女"}
_BETWEEN_HAN: Final = re.compile(r"(?<=[\u3400-\U0003ffff]) +(?=[\u3400-\U0003ffff])")
#: Somebody older than this on the day is likely a slip of the pen or no longer alive: a warning.
_VERY_OLD: Final = 110


class Verdict(StrEnum):
    """What becomes of a row."""

    ACCEPT = "accept"
    WARN = "warn"
    REFUSE = "refuse"


@dataclass(frozen=True)
class RawRow:
    """One row as the file has it. ``number`` is the file's own row number, the header's row included.

    ``formula`` names the heading or letter of the first cell holding a formula, ``broken`` of the first
    whose content is an error or was rounded as a number; both are empty for a sound row.
    """

    number: int
    cells: Mapping[str, str]
    formula: str = ""
    broken: str = ""


@dataclass(frozen=True)
class RollRow:
    """One registered voter. ``id_number`` is the full number and lives in memory only."""

    row: int
    name: str
    sex: str
    birth_date: date
    id_number: str
    building: str
    unit: str
    room: str
    phone: str
    category: str
    grid: str
    warnings: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class RowVerdict:
    """The verdict on one row of the file, with every reason. ``name``: as the row has it, to find it by."""

    row: int
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class CheckedRoll:
    """A roll after its dry run: the accepted rows in the file's order, and a verdict for every row."""

    rows: tuple[RollRow, ...]
    verdicts: tuple[RowVerdict, ...]
    counts: Mapping[str, int]


def check_rows(raw: Iterable[RawRow], day: date, law: Law = RESIDENTS_2026) -> CheckedRoll:
    """A verdict for each row, for an election on ``day``.

    A number belongs to the first row that is accepted with it: a row refused for another reason does not
    bar the corrected row further down. Raises ``TooLarge`` over ``MAX_ROWS`` rows.
    """
    rows: list[RollRow] = []
    verdicts: list[RowVerdict] = []
    taken: dict[str, int] = {}
    for each in raw:
        if len(verdicts) == MAX_ROWS:
            raise TooLarge(
                "roll_too_long",
                f"名单超过 {MAX_ROWS:,} 行，整份未导入；请按社区拆分文件。",
                f"The roll has more than {MAX_ROWS:,} rows and is refused whole; split the file by community.",
            )
        found = _check_row(each, day, law, taken)
        if isinstance(found, RollRow):
            rows.append(found)
            taken[found.id_number] = found.row
            verdict = Verdict.WARN if found.warnings else Verdict.ACCEPT
            verdicts.append(RowVerdict(each.number, verdict, found.warnings, found.name))
        else:
            verdicts.append(RowVerdict(each.number, Verdict.REFUSE, found, _shown_name(each)))
    tally = Counter(each.verdict.value for each in verdicts)
    counts = {verdict.value: tally[verdict.value] for verdict in (Verdict.ACCEPT, Verdict.REFUSE, Verdict.WARN)}
    return CheckedRoll(tuple(rows), tuple(verdicts), counts)


def age_group(born: date, day: date) -> str:
    """The decade of age on ``day`` (70–79 岁): enough to tell namesakes apart, and no birth date."""
    age = age_on(born, day)
    if age < 20:
        return f"{age} 岁"
    return f"{age // 10 * 10}–{age // 10 * 10 + 9} 岁" if age < 100 else "100 岁以上"


def clean(text: str) -> str:
    """A cell as it is kept: NFKC (full-width letters and digits become plain) and trimmed."""
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip()


def _shown_name(raw: RawRow) -> str:
    """The name cell of a refused row, short and visible, and nothing if it might be an ID number in a wrong column."""
    name = "".join(each for each in clean(raw.cells.get("name", ""))[:20] if each.isprintable())
    return "" if any(each.isdigit() for each in name) else name


def _check_row(raw: RawRow, day: date, law: Law, taken: Mapping[str, int]) -> RollRow | tuple[Reason, ...]:
    cells = {key: clean(raw.cells.get(key, "")) for key in COLUMNS}
    # Two-character names are often spread with a space to the width of three.
    cells["name"] = _BETWEEN_HAN.sub("", cells["name"])
    refused = _form_faults(raw, cells)
    number = read(cells["id_number"])
    if not cells["name"]:
        refused.append(Reason("没有姓名。", "No name."))
    if isinstance(number, Reason):
        # A broken cell has its own reason; the number in it then says nothing.
        if not (raw.broken or raw.formula):
            refused.append(number)
    else:
        refused.extend(_not_entitled(number, day, law, taken))
    if refused or isinstance(number, Reason):
        return tuple(refused)
    return RollRow(
        row=raw.number,
        name=cells["name"],
        sex=_SEXES.get(cells["sex"].upper(), number.sex),
        birth_date=number.born,
        id_number=number.number,
        building=cells["building"],
        unit=cells["unit"],
        room=cells["room"],
        phone=cells["phone"],
        category=cells["category"],
        grid=cells["grid"],
        warnings=_warnings(cells, number, day),
    )


def _form_faults(raw: RawRow, cells: Mapping[str, str]) -> list[Reason]:
    faults = []
    if raw.formula:
        faults.append(
            Reason(
                f"“{raw.formula}”里是公式；请粘贴为数值后重新导入。",
                f"The cell under “{raw.formula}” holds a formula; paste it as a value and import again.",
            )
        )
    if raw.broken:
        faults.append(
            Reason(
                f"“{raw.broken}”里是错误值，或号码以数字保存而丢了末几位；请改为文本后重填。",
                f"The cell under “{raw.broken}” holds an error, or a number whose last digits are lost; "
                "set it to text and enter it again.",
            )
        )
    for key, text in cells.items():
        if len(text) > _LONGEST.get(key, _LONGEST_OTHER):
            faults.append(
                Reason(
                    f"“{COLUMNS[key]}”有 {len(text)} 个字符，太长；请查对是否填错了列。",
                    f"“{COLUMNS[key]}” has {len(text)} characters, too many; check whether the column is right.",
                )
            )
        elif not text.isascii() or not text.isprintable():
            faults.extend(_unseen(key, text))
    return faults


def _unseen(key: str, text: str) -> list[Reason]:
    """Characters nobody sees (controls, zero-width, text-direction marks) make two names look like one."""
    hidden = [each for each in text if unicodedata.category(each) in ("Cc", "Cf", "Cs", "Zl", "Zp") or each == "\ufffd"]
    if not hidden:
        return []
    code = f"U+{ord(hidden[0]):04X}"
    return [
        Reason(
            f"“{COLUMNS[key]}”里有看不见或损坏的字符（{code}）；请重新输入。",
            f"“{COLUMNS[key]}” holds an unseen or broken character ({code}); type it again.",
        )
    ]


def _not_entitled(number: IdNumber, day: date, law: Law, taken: Mapping[str, int]) -> list[Reason]:
    reasons = []
    if age_on(number.born, day) < law.voting_age:
        reasons.append(
            law.reason(
                f"选举日（{day.isoformat()}）未满 {law.voting_age} 周岁。",
                f"Under {law.voting_age} on election day ({day.isoformat()}).",
                law.registration_article,
            )
        )
    if number.number in taken:
        reasons.append(
            Reason(
                f"公民身份号码（尾号 {number.number[-4:]}）与第 {taken[number.number]} 行相同；每人只登记一次。",
                f"Same ID number (ending in {number.number[-4:]}) as row {taken[number.number]}; "
                "everybody is registered once.",
            )
        )
    return reasons


def _warnings(cells: Mapping[str, str], number: IdNumber, day: date) -> tuple[Reason, ...]:
    warnings = []
    sex = _SEXES.get(cells["sex"].upper())
    if sex is None:
        warnings.append(
            Reason(
                f"性别未填或看不懂，按公民身份号码记为{number.sex}；请核对。",
                f"Sex is missing or not understood, taken from the ID number as {number.sex}; check it.",
            )
        )
    elif sex != number.sex:
        warnings.append(
            Reason(
                f"性别填为{sex}，与公民身份号码（尾号 {number.number[-4:]}）不一致；请核对。",
                f"Sex differs from the ID number (ending in {number.number[-4:]}); check it.",
            )
        )
    if age_on(number.born, day) > _VERY_OLD:
        warnings.append(
            Reason(
                f"按公民身份号码已 {age_on(number.born, day)} 岁；请确认本人健在。",
                f"By the ID number {age_on(number.born, day)} years old; confirm that the person is alive.",
            )
        )
    return tuple(warnings)


# --- who is registered on which ground --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Category:
    """A ground of registration. ``confirmed_by``: who must confirm these people before posting; empty: nobody.

    ``words``: what a file may call it; the first category with a word in the cell's text is taken.
    """

    key: str
    zh: str
    en: str
    words: tuple[str, ...]
    confirmed_by: str = ""
    confirmed_by_en: str = ""


#: Residents' Committees Law Art. 16.
RESIDENT_CATEGORIES: Final = (
    Category("worker", "社区工作者（满六个月）", "community worker (six months)", ("社区工作者", "社工"),
             "选举委员会", "the election committee"),
    Category("hukou", "户籍在册", "household registration here", ("户籍", "本地", "户口")),
    Category("resident", "常住", "lives here", ("常住", "居住")),
)  # fmt: skip
#: Villagers' Committees Law Art. 16.
VILLAGE_CATEGORIES: Final = (
    Category("without_hukou", "户籍不在村，居住或从事村务工作一年以上",
             "no registration here; has lived here or done village work for a year",
             ("户籍不在", "非户籍", "非本村", "外来", "一年"), "村民会议或村民代表会议",
             "the villagers' or representatives' meeting"),
    Category("away", "户籍在村、不在村居住，表示参加", "registered here, lives away, takes part",
             ("不在村", "外出", "在外", "表示参加")),
    Category("village", "户籍在村并居住", "registered and lives here", ("户籍", "本村", "常住")),
)  # fmt: skip


#: A registration that is denied: elsewhere, none here, not of this community.
_NO_HUKOU: Final = re.compile(
    r"非(本?社区|本地|本市|本区|本街道)?(户籍|户口)|[无没](有)?(本地|本社区)?(户籍|户口)"
    r"|(户籍|户口)(地)?不在(本地|本社区|本市|社区|册)?|外地(户籍|户口)?|非本地|非本社区(居民)?"
)


def categories_of(mode: Mode) -> tuple[Category, ...]:
    """The grounds of registration for elections in this mode."""
    return VILLAGE_CATEGORIES if mode is Mode.VILLAGE else RESIDENT_CATEGORIES


def category_of(text: str, mode: Mode) -> Category | None:
    """The ground that a file's cell names; None where it names none of the law's.

    “非户籍常住” and “户籍不在本社区，常住” deny the registration they name: what is left decides.
    """
    said = text
    if mode is not Mode.VILLAGE:
        said = _NO_HUKOU.sub("", text)
    return next((one for one in categories_of(mode) if any(word in said for word in one.words)), None)


# --- objections (Art. 17 of both laws) --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Clock:
    """Whether an objection came in time, the last day for it, and the last day for the decision."""

    within: bool
    last_day: date
    decide_by: date


def objection_clock(rules: Profile, posted: date, received: date) -> Clock:
    """The two periods of an objection received on ``received`` against a roll posted on ``posted``."""
    last = rules.last_day(posted, rules.objection_days.value)
    return Clock(posted <= received <= last, last, rules.last_day(received, rules.decision_days.value))
