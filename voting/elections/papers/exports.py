"""A table as CSV and XLSX. Texts stay texts: what would start a formula is guarded, as in every export of the house."""

import csv
import io
from collections.abc import Iterable, Sequence

from voting.elections.count.exports import guarded

Cell = str | int


def write_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with BOM and CRLF, as Excel and WPS expect."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def write_xlsx(rows: Iterable[Sequence[Cell]], *, title: str, widths: Sequence[int]) -> bytes:
    """One sheet with its first row bold and fixed."""
    # Imported here: a server starts without the spreadsheet library.
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title, sheet.freeze_panes = title, "A2"
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column, value)
            if isinstance(value, str):
                cell.data_type = "s"
            if number == 1:
                cell.font = Font(bold=True)
    for letter, width in zip("ABCDEFGHIJ", widths, strict=False):
        sheet.column_dimensions[letter].width = width
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
