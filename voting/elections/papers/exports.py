"""A table as CSV and XLSX. Texts stay texts: what would start a formula is guarded, as in every export of the house."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime

from voting.elections.count.exports import guarded
from voting.zips import zip_of

Cell = str | int
#: The part of a workbook that says when it was made.
CORE = "docProps/core.xml"


def write_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with BOM and CRLF, as Excel and WPS expect."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def write_xlsx(rows: Iterable[Sequence[Cell]], *, title: str, widths: Sequence[int], created: datetime) -> bytes:
    """One sheet with its first row bold and fixed; ``created`` stands in the file instead of the machine's clock."""
    # Imported here: a server starts without the spreadsheet library.
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415

    book = Workbook()
    book.properties.created = created.replace(tzinfo=None)
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
    # Saving stamps the machine's clock on the book and on every part of it.
    with zipfile.ZipFile(out) as parts:
        files = {name: parts.read(name) for name in parts.namelist()}
    core = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + f"{created:%Y-%m-%dT%H:%M:%SZ}".encode(), files[CORE])
    return zip_of(files | {CORE: core}, created)
