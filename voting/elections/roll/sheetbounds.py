"""How far a workbook sprawls, counted before anything builds it up in memory.

The zip directory bounds the bytes; this bounds what they make: 650 KB of a zip can hold one row of twenty million
empty cells, and a row number alone can stand for a million rows. The same parser that reads the sheets later
(expat) walks every member once and keeps nothing. A document type is refused, and with it every entity.
"""

from __future__ import annotations

import zipfile
from typing import IO, Final
from xml.parsers import expat

from voting.elections.roll.rules import MAX_ROWS
from voting.errors import Malformed, TooLarge

#: Title rows, empty rows and notes beside the roll's own.
MAX_LINES: Final = MAX_ROWS + 5_000
MAX_CELLS_IN_ROW: Final = 200
#: Twenty columns in every row; the form has nine.
MAX_CELLS: Final = 20 * MAX_LINES
#: A cell with its text is three elements at most, a text kept beside the sheet three more for several cells.
MAX_ELEMENTS: Final = 4 * MAX_CELLS
#: One tag with its attributes, or one comment: the parser holds it whole.
_MAX_TAG: Final = 1 << 20
_CHUNK: Final = 1 << 16


def sprawls() -> TooLarge:
    """The refusal of a table with too many rows or cells, empty ones included."""
    return TooLarge(
        "roll_sprawls",
        f"表格的行或格子太多（空的也算；最多 {MAX_LINES:,} 行，一行最多 {MAX_CELLS_IN_ROW} 格）；"
        "请只把名单复制到一个新表格，另存后再导入。",
        f"The table has too many rows or cells, empty ones included (at most {MAX_LINES:,} rows and "
        f"{MAX_CELLS_IN_ROW} cells in a row); copy the roll alone into a new workbook and save that.",
    )


def not_a_workbook() -> Malformed:
    """The refusal of what is no workbook at all."""
    return Malformed(
        "roll_bad_workbook",
        "打不开这个表格文件（不是 .xlsx 或已损坏）；请在表格软件里打开并另存为 .xlsx。",
        "Cannot open this workbook (not an .xlsx, or damaged); open it in a spreadsheet and save it as .xlsx.",
    )


def check_bounds(archive: zipfile.ZipFile) -> None:
    """Walk every member, whatever its name: the workbook itself says which of them is a sheet.

    Raises TooLarge (roll_sprawls), Malformed (roll_bad_workbook), or whatever zipfile and expat raise on a damaged
    member or an encoding they do not know.
    """
    count = _Count()
    for member in archive.infolist():
        with archive.open(member) as content:
            count.walk(content)


class _Count:
    """The elements and cells of the whole workbook, the rows of the member at hand."""

    def __init__(self) -> None:
        self.elements = self.cells = self.rows = self.in_row = 0

    def walk(self, content: IO[bytes]) -> None:
        """Count one member up to its end, or to where it stops being XML: no parser gets further."""
        self.rows = self.in_row = 0
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._element
        parser.StartDoctypeDeclHandler = _no_document_type
        fed = 0
        try:
            while chunk := content.read(_CHUNK):
                parser.Parse(chunk, False)
                fed += len(chunk)
                if fed - max(parser.CurrentByteIndex, 0) > _MAX_TAG:
                    raise sprawls()
        except expat.ExpatError:
            # A picture, or XML that the reader will refuse at the same byte.
            return

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            raise sprawls()
        kind = name.rpartition(":")[2]
        if kind == "c":
            self.cells += 1
            self.in_row += 1
            if self.in_row > MAX_CELLS_IN_ROW or self.cells > MAX_CELLS:
                raise sprawls()
        elif kind == "row":
            self.rows += 1
            self.in_row = 0
            if self.rows > MAX_LINES or not _row_number(attributes) <= MAX_LINES:
                raise sprawls()


def _row_number(attributes: dict[str, str]) -> float:
    """What the row says of its own place; the reader fills the rows up to there. It takes 1e6 for a number too."""
    try:
        return float(attributes.get("r", "0"))
    except ValueError:
        return 0


def _no_document_type(*_declaration: object) -> None:
    raise not_a_workbook()
