"""From a roll file to rows by column: the header found under its title rows, columns matched by heading.

What a row is worth is decided in ``rules``; a file that cannot be a roll is refused whole, in one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import Final

from voting.elections.roll.rules import COLUMNS, REQUIRED, CheckedRoll, RawRow, RollRow, check_rows, clean
from voting.elections.roll.spreadsheet import MAX_BYTES, Cell, Rows, Sheet, read_sheets, wrong_encoding
from voting.errors import Malformed
from voting.law.profiles import RESIDENTS_2026, Law

#: The header is looked for in the first rows that are not empty; title rows stand above it.
_HEADER_WITHIN: Final = 20
#: Headings that must be known before a row is taken for the header; a title row has one cell.
_HEADER_CELLS: Final = 2
_SYNONYMS: Final = {
    "name": "姓名 名字 选民姓名 居民姓名 name",
    "sex": "性别 sex gender",
    "id_number": "公民身份号码 公民身份证号码 公民身份证号 身份证号 身份证号码 身份证 居民身份证号 居民身份证号码 "
    "身份号码 证件号码 证件号 idnumber",
    "building": "楼栋 楼号 楼栋号 楼 栋 幢 幢号 栋号 楼幢 居民小组 村民小组 小组 building",
    "unit": "单元 单元号 unit",
    "room": "房号 室 室号 房间 房间号 门牌 门牌号 户号 房屋 room",
    "phone": "手机 电话 手机号 手机号码 联系电话 电话号码 联系方式 phone mobile",
    "category": "登记类别 类别 选民类别 人员类别 登记类型 category",
    "grid": "网格 所属网格 网格号 网格名称 grid",
}
_COLUMN_OF: Final = {heading: key for key, headings in _SYNONYMS.items() for heading in headings.split()}
_DECORATION: Final = re.compile(r"[\s*:()\[\]【】_./-]|必填|选填")
#: A file without a header shows a resident's row in its place: its figures are not repeated.
_FIGURES: Final = re.compile(r"[0-9X]{5,}")


__all__ = ["CheckedRoll", "RollRow", "check_roll", "read_path", "read_rows"]


@dataclass(frozen=True)
class _Table:
    """A sheet whose header was found: column positions, the headings as printed, and the rows below."""

    title: str
    at: dict[str, int]
    headings: list[str]
    rows: Rows


def check_roll(content: bytes, day: date, law: Law = RESIDENTS_2026) -> CheckedRoll:
    """The dry run of a roll file for an election on ``day``; the kind of file is told by its content.

    Raises ``Malformed`` or ``TooLarge`` where the file is refused whole.
    """
    return check_rows(read_rows(content), day, law)


def read_path(path: Path) -> bytes:
    """The bytes of a roll file, never more than one over the limit. Raises ``Malformed`` where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Malformed(
            "roll_unreadable",
            f"读不到文件 {path.name}；请检查路径和权限。",
            f"Cannot read the file {path.name}; check the path and its permissions.",
        ) from error


def read_rows(content: bytes) -> Iterator[RawRow]:
    """The rows below the header, empty rows left out, with the file's own row numbers.

    Raises ``Malformed`` or ``TooLarge``, at once or while the rows are walked.
    """
    sheets = read_sheets(content)
    table = _only_table(sheets)
    first = next(table.rows, None)
    if first is None:
        raise _empty()
    return (_raw_row(table, number, cells) for number, cells in chain([first], table.rows))


def _only_table(sheets: list[Sheet]) -> _Table:
    """The one sheet that holds a roll: of two, one would be lost without a word."""
    found: list[_Table] = []
    fault: Malformed | None = None
    for sheet in sheets:
        table = _find_header(sheet)
        if isinstance(table, Malformed):
            # The sheet that came nearest to a roll tells what is missing; the first one otherwise.
            fault = table if fault is None or table.code == "roll_columns_missing" != fault.code else fault
            continue
        first = next(table.rows, None)
        if first is not None:
            found.append(_Table(table.title, table.at, table.headings, chain([first], table.rows)))
    if len(found) > 1:
        titles = "、".join(table.title for table in found)
        raise Malformed(
            "roll_several_sheets",
            f"有 {len(found)} 个工作表都像名单（{titles}）；请合并到一个工作表，或隐藏不用的。",
            f"{len(found)} sheets look like a roll ({titles}); merge them into one, or hide those not meant.",
        )
    if found:
        return found[0]
    raise fault or _empty()


def _find_header(sheet: Sheet) -> _Table | Malformed:
    rows = ((number, cells) for number, cells in sheet.rows if any(_filled(cell) for cell in cells))
    top = []
    for number, cells in islice(rows, _HEADER_WITHIN):
        headings = [clean(cell.text) for cell in cells]
        keys = [_COLUMN_OF.get(_DECORATION.sub("", heading).lower()) for heading in headings]
        if len({key for key in keys if key}) >= _HEADER_CELLS:
            return _check_header(sheet.title, number, headings, keys, rows)
        top.append((number, [heading for heading in headings if heading]))
    if not top:
        return _empty()
    if sheet.guessed and not _everyday("".join(chain.from_iterable(row for _, row in top))):
        return wrong_encoding()
    number, shown = next(((number, row) for number, row in top if len(row) > 1), top[0])
    return _missing(REQUIRED, number, shown)


def _everyday(text: str) -> bool:
    """Whether text taken for GB18030 keeps to everyday characters (GB 2312); another encoding's bytes do not."""
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _check_header(
    title: str, number: int, headings: list[str], keys: list[str | None], rows: Rows
) -> _Table | Malformed:
    twice = [key for key in COLUMNS if keys.count(key) > 1]
    if twice:
        named = [heading for heading, key in zip(headings, keys, strict=True) if key == twice[0]]
        return Malformed(
            "roll_column_twice",
            f"表头（第 {number} 行）里“{'”“'.join(named)}”是同一列；请只留一列。",
            f"In the header (row {number}) “{'”, “'.join(named)}” mean the same column; keep one.",
        )
    at = {key: index for index, key in enumerate(keys) if key}
    missing = tuple(key for key in REQUIRED if key not in at)
    if missing:
        return _missing(missing, number, [heading for heading in headings if heading])
    return _Table(title, at, headings, rows)


def _missing(keys: tuple[str, ...], number: int, shown: list[str]) -> Malformed:
    needed = "、".join(COLUMNS[key] for key in keys)
    found = "、".join(_FIGURES.sub("…", heading)[:20] for heading in shown[:20])
    return Malformed(
        "roll_columns_missing",
        f"名单缺少必需的列：{needed}；第 {number} 行的表头是：{found}。请补上这些列后重新导入。",
        f"The roll lacks required columns: {needed}. The header in row {number} has: {found}. "
        "Add the columns and import again.",
    )


def _empty() -> Malformed:
    return Malformed(
        "roll_empty",
        "文件里没有一行选民；请确认选对了文件。",
        "The file holds no voter at all; check that it is the right file.",
    )


def _filled(cell: Cell) -> bool:
    return cell.formula or cell.broken or bool(cell.text.strip())


def _raw_row(table: _Table, number: int, cells: list[Cell]) -> RawRow:
    values = {key: cells[index].text for key, index in table.at.items() if index < len(cells)}
    formula = broken = ""
    for index, cell in enumerate(cells):
        if cell.formula or cell.broken:
            heading = table.headings[index] if index < len(table.headings) else ""
            where = _FIGURES.sub("…", heading) or f"第{index + 1}列"
            formula, broken = (formula or where, broken) if cell.formula else (formula, broken or where)
    return RawRow(number, values, formula, broken)
