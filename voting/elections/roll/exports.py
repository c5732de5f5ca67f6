"""The roll as a file for officials: what the posted list shows and nothing sealed. Pure."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import chain

from voting.elections.roll.queries import Found
from voting.elections.roll.rules import COLUMNS

HEADER = ("编号", "姓名", "性别", "年龄段", "楼栋", "网格", "登记类别", "身份证末四位")
#: What spreadsheet programs take as the start of a formula (OWASP, CSV injection), and the mark itself.
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "'")


def rows(voters: Iterable[Found]) -> Iterator[tuple[int | str, ...]]:
    """One row a voter, without the header."""
    for one in voters:
        yield (one.number, one.name, one.sex, one.age_group, one.building, one.grid, one.category, one.id_last4)


def csv_lines(voters: Iterable[Found]) -> Iterator[bytes]:
    """UTF-8 with BOM and CRLF, line by line; a text that would start a formula gets a ``'`` before it."""
    yield b"\xef\xbb\xbf"
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for row in chain([HEADER], rows(voters)):
        writer.writerow([_guard(cell) if isinstance(cell, str) else cell for cell in row])
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()


#: An invented person whose number fails its own check: left in the file by mistake, the row is refused.
_EXAMPLE = (
    "样人甲（示例，请删去）", "女", "990101197001010000", "1栋", "1单元", "101室", "10000000000", "户籍", "第一网格",
)  # fmt: skip


def template() -> bytes:
    """An empty roll file: the columns by name, as text, and one row of example."""
    # Imported here: a server starts without the spreadsheet library.
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "选民名单"
    sheet.freeze_panes = "A2"
    for column, (heading, example) in enumerate(zip(COLUMNS.values(), _EXAMPLE, strict=True), 1):
        sheet.cell(1, column, heading)
        sheet.cell(2, column, example).number_format = "@"
        # A number of eighteen digits typed into another kind of cell loses its end.
        shape = sheet.column_dimensions[get_column_letter(column)]
        shape.number_format, shape.width = "@", 24
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xlsx(voters: Iterable[Found]) -> bytes:
    """One sheet; every text is stored as text, whatever it starts with."""
    # Imported here: a server starts without the spreadsheet library.
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet("选民名单")
    sheet.freeze_panes = "A2"
    for row in chain([HEADER], rows(voters)):
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value)
            if isinstance(value, str):
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _guard(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_START) else text
