"""An .xlsx or .csv file as numbered rows of cells; what the cells mean is not decided here.

The file comes from a stranger's spreadsheet: it may be a zip bomb, carry formulas, lie about its size or be
in another encoding. Sizes are checked from the zip directory before anything is unpacked (the unpacker
never yields more than the directory declares). A parser's own error never leaves this file.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

from voting.elections.roll.rules import MAX_ROWS, clean
from voting.elections.roll.sheetbounds import MAX_LINES, check_bounds, not_a_workbook, sprawls
from voting.errors import Malformed, Refused, TooLarge

#: The largest file that is read at all, in bytes. 50,000 rows are about 7 MB.
MAX_BYTES: Final = 24 * 1024 * 1024
#: Unpacked, 50,000 rows are about 30 MB. A bomb is thousands of times its packed size, a roll about 10 times.
MAX_UNPACKED: Final = 96 * 1024 * 1024
MAX_RATIO: Final = 200
MAX_MEMBERS: Final = 200
#: Columns beyond this are not read.
_LAST_COLUMN: Final = 40
#: A spreadsheet keeps 15 digits of a number: a longer one was saved with its end lost.
_EXACT_BELOW: Final = 10**15

#: + and - may begin a telephone number or a plain figure; anything else there is a formula to a spreadsheet.
_PLAIN_SIGNED: Final = re.compile(r"[+-][0-9\s.()-]*")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, whether it holds a formula, whether it is an error or a number that lost digits."""

    text: str
    formula: bool = False
    broken: bool = False


Rows = Iterator[tuple[int, list[Cell]]]


@dataclass(frozen=True)
class Sheet:
    """One table of the file; ``title`` is empty for CSV. ``rows`` can be walked once.

    ``guessed``: the text was not UTF-8 and was taken for GB18030, which nearly any bytes can pass for.
    """

    title: str
    rows: Rows
    guessed: bool = False


class _WorkbookCell(Protocol):
    value: Any
    data_type: str


def read_sheets(content: bytes) -> list[Sheet]:
    """The visible tables of a file, told apart by content and not by the file's name.

    Raises ``Malformed`` or ``TooLarge``, at once or while the rows are walked.
    """
    if len(content) > MAX_BYTES:
        raise TooLarge(
            "roll_too_large",
            f"文件超过 {MAX_BYTES // 2**20} MB；名单最多 {MAX_ROWS:,} 行，请去掉图片和多余的工作表。",
            f"The file is over {MAX_BYTES // 2**20} MB; a roll has at most {MAX_ROWS:,} rows, "
            "remove pictures and other sheets.",
        )
    if content.startswith(b"PK"):
        _guard_zip(content)
        _guard_shape(content)
        return _workbook(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Malformed(
            "roll_old_excel",
            "这是旧版 .xls 或带密码的表格；请另存为不带密码的 .xlsx 再导入。",
            "This is an old .xls or a password-protected workbook; save it as .xlsx without a password.",
        )
    text, guessed = _decode(content)
    return [Sheet("", _csv_rows(text), guessed)]


def wrong_encoding() -> Malformed:
    """The refusal of a file whose bytes are no text, or text of some third encoding."""
    return Malformed(
        "roll_wrong_encoding",
        "文件不是 UTF-8 或 GB18030 编码的文字；请在表格软件里另存为“CSV UTF-8”或 .xlsx。",
        "The file is not text in UTF-8 or GB18030; save it as “CSV UTF-8” or .xlsx.",
    )


def _decode(content: bytes) -> tuple[str, bool]:
    """UTF-8 where it is valid UTF-8 (a GB18030 roll practically never is), else GB18030."""
    for encoding, guessed in (("utf-8-sig", False), ("gb18030", True)):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # NUL bytes are what UTF-16 leaves behind.
        if "\0" in text:
            break
        return text, guessed
    raise wrong_encoding()


def _csv_rows(text: str) -> Rows:
    head = text[:4096]
    separator = max(",\t;", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Malformed(
                "roll_bad_csv",
                f"第 {number} 行不是完整的 CSV（引号没有成对，或某格过长）；请在表格软件里重新另存。",
                f"Row {number} is not complete CSV (an unpaired quotation mark, or a cell too long); save it again.",
            ) from error
        # Empty rows cost as much as full ones, and 24 MB hold twenty million of them.
        if number > MAX_LINES:
            raise sprawls()
        yield number, [Cell(value, like_formula(value)) for value in record[:_LAST_COLUMN]]


def like_formula(value: str) -> bool:
    """Whether a spreadsheet that opens this text would take it for a formula."""
    text = clean(value)
    if text[:1] in ("=", "@"):
        return True
    return text[:1] in ("+", "-") and not _PLAIN_SIGNED.fullmatch(text)


def _guard_zip(content: bytes) -> None:
    """Refuses a bomb by the zip directory alone, before a single member is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except Exception as error:  # zipfile raises many kinds on hostile input
        raise not_a_workbook() from error
    unpacked = sum(member.file_size for member in members)
    ratio = max((member.file_size // max(member.compress_size, 1) for member in members), default=0)
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED or ratio > MAX_RATIO:
        raise TooLarge(
            "roll_zip_bomb",
            f"表格解开后过大（约 {unpacked // 2**20} MB），未打开；请把名单复制到一个新表格，另存为 .xlsx 后再导入。",
            f"The workbook would unpack to about {unpacked // 2**20} MB and was not opened; "
            "copy the roll into a new workbook and save that as .xlsx.",
        )


def _guard_shape(content: bytes) -> None:
    """Refuses a workbook of too many rows or cells while they are only counted, before they are built up."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_bounds(archive)
    except Refused:
        raise
    except Exception as error:  # zipfile raises many kinds on hostile input
        raise not_a_workbook() from error


def _workbook(content: bytes) -> list[Sheet]:
    from openpyxl import load_workbook  # noqa: PLC0415 — a server starts without the spreadsheet library

    # Without data_only a formula shows as a formula; its remembered value is whatever the sender liked.
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that nobody reads here
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        for sheet in sheets:
            sheet.reset_dimensions()  # the size a sheet states of itself may cut off rows
        return [Sheet(str(sheet.title), _sheet_rows(sheet)) for sheet in sheets]
    except Exception as error:  # openpyxl raises many kinds on hostile input
        raise not_a_workbook() from error


def _sheet_rows(sheet: Any) -> Rows:
    try:
        for number, row in enumerate(sheet.iter_rows(max_row=MAX_LINES, max_col=_LAST_COLUMN), start=1):
            yield number, [_cell(each) for each in row]
    except Refused:
        raise
    except Exception as error:  # openpyxl raises many kinds on hostile input
        raise not_a_workbook() from error


_EMPTY: Final = Cell("")


def _cell(cell: _WorkbookCell) -> Cell:
    value, kind = cell.value, cell.data_type
    if value is None:
        # A formula without text is still a formula (a shared or an array one).
        return Cell("", formula=True) if kind == "f" else _EMPTY
    if kind == "f":
        return Cell("", formula=True)
    if kind == "e":
        return Cell("", broken=True)
    if isinstance(value, str):
        return Cell(value, like_formula(value))
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    broken = isinstance(value, (int, float)) and abs(value) >= _EXACT_BELOW
    return Cell("" if broken else str(value), broken=broken)
