"""The result as a table for people (CSV, XLSX), the file inside the PDF, and the bundle's list of hashes.

Every writer has a strict reader here, so that the verifier can show that every export says the same.
Pure: the standard library and openpyxl.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any, Final

from voting.elections.count.petition import askers
from voting.elections.count.report import OfficeResult, ResultDocument, spoken_root
from voting.elections.count.wording import wording
from voting.errors import Malformed, TooLarge
from voting.law.thresholds import figure

Cell = str | int
Rows = tuple[tuple[Cell, ...], ...]

MAX_BYTES: Final = 2_000_000
# A hundred offices of ten candidates unpack to 0.55 MB; a bomb of empty cells costs memory before it is refused.
_MAX_UNPACKED: Final = 1_000_000
MANIFEST_HEADER: Final = "community-voting/bundle/v1"
_BOM: Final = b"\xef\xbb\xbf"
# What spreadsheet programs take as the start of a formula (OWASP, CSV injection), and the mark itself.
_FORMULA_START: Final = ("=", "+", "-", "@", "\t", "\r", "'")
_MANIFEST_LINE: Final = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9._/-]{1,200})")


def rows(document: ResultDocument) -> Rows:
    """The table both spreadsheets hold: label and value lines, then one line per candidate. No cell is empty."""
    figures, cards, papers = document.figures, document.cards, document.papers
    words = wording(document.kind)
    seals = {"elected": words.won[0], "tied": "票数相同", "none": words.lost[0]}
    head: list[tuple[Cell, ...]] = [
        (words.paper, document.title),
        ("社区", document.community),
        ("日期", document.day.isoformat()),
        ("登记选民", figures.roll),
        ("发出选票", figures.issued),
        ("收回选票", figures.collected),
        ("其中平板", figures.tablet),
        ("纸票", figures.paper),
        ("流动票箱", figures.mobile),
        ("委托投票", figures.proxy),
        ("制卡", cards.made),
        ("发卡", cards.out),
        ("收回卡", cards.returned),
        ("破损换卡", cards.torn),
        ("未用卡", cards.unused),
        ("缺卡", cards.missing),
        ("拒绝重复使用", cards.refused_uses),
        ("计票依据", "纸质选票" if document.legal_record == "paper" else "平板选票和纸质选票"),
        ("印制纸票", papers.printed),
        ("发出纸票", papers.out),
        ("交回纸票", papers.returned),
        ("写坏换票", papers.torn),
        ("未用纸票", papers.unused),
        ("缺失纸票", papers.missing),
        ("多出纸票", papers.surplus),
        ("代写", papers.assisted),
        *_asked(document),
        ("选举", "有效" if document.valid else "无效"),
        ("职务", "应选", "姓名", "得票", "平板", "纸票", words.needed[0], "结果", "废票", "弃权", "少选", "作废名额"),
    ]
    lines = [
        (
            *(office.title, office.seats, one.name, one.votes, one.tablet, one.paper),
            *(office.needed, seals[one.seal], *_rest(office)),
        )
        for office in document.offices
        for one in office.candidates
    ]
    tail: list[tuple[Cell, ...]] = [
        ("选票档案 SHA-256", document.archive.sha256),
        ("选举指纹", document.archive.fingerprint),
        ("日志条数", document.log.size),
        ("日志根", spoken_root(document.log.root)),
    ]
    return (*head, *lines, *tail)


def _asked(document: ResultDocument) -> list[tuple[Cell, ...]]:
    made = document.petition
    if not made.signed:
        return []
    who = askers(made.basis, document.mode)[0]
    return [("联名提出罢免", who), ("联名人数", made.signed), (f"{who}共", made.eligible)]


def as_text(table: Rows) -> tuple[tuple[str, ...], ...]:
    """The table as a CSV holds it."""
    return tuple(tuple(str(cell) for cell in row) for row in table)


def write_csv(document: ResultDocument) -> bytes:
    """UTF-8 with BOM and CRLF, as Excel expects; a text that would start a formula gets a ``'`` before it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows(document):
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
    return _BOM + out.getvalue().encode()


def read_csv(raw: bytes) -> tuple[tuple[str, ...], ...]:
    """The rows of ``write_csv``. Raises ``TooLarge`` or ``Malformed`` CSV_FORM."""
    _limit(raw, "CSV")
    try:
        if not raw.startswith(_BOM):
            raise ValueError("no BOM")
        table = tuple(csv.reader(io.StringIO(raw[3:].decode(), newline=""), strict=True))
    except (ValueError, csv.Error) as error:
        raise _form("CSV") from error
    if any(cell.startswith(_FORMULA_START[:-1]) for row in table for cell in row):
        raise _form("CSV")
    return tuple(tuple(cell.removeprefix("'") for cell in row) for row in table)


def write_xlsx(document: ResultDocument) -> bytes:
    """One sheet of ``rows``; texts are stored as texts whatever they start with."""
    # Imported here: a server starts without the spreadsheet library.
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "选举结果"
    bold = Font(bold=True)
    for number, row in enumerate(rows(document), start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column, value)
            if isinstance(value, str):
                cell.data_type = "s"
            if column == 1 or row[0] == "职务":
                cell.font = bold
            if isinstance(value, int):
                cell.alignment = Alignment(horizontal="right")
    for letter, width in zip("ABCDEFGHIJKL", (20, 24, 18, 10, 8, 8, 14, 12, 8, 8, 8, 10), strict=True):
        sheet.column_dimensions[letter].width = width
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read_xlsx(raw: bytes) -> Rows:
    """The rows of ``write_xlsx``: one sheet, no formula. Raises ``TooLarge`` or ``Malformed`` XLSX_FORM."""
    from openpyxl import load_workbook  # noqa: PLC0415 — as in ``write_xlsx``

    _limit(raw, "XLSX")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            # Sizes are checked before anything is unpacked: a bomb is a few kilobytes of zip.
            sizes = [member.file_size for member in archive.infolist()]
        if len(sizes) > 50 or sum(sizes) > _MAX_UNPACKED:
            raise ValueError("unpacked size")
        book = load_workbook(io.BytesIO(raw))
        (sheet,) = book.worksheets
        cells = [[cell for cell in row if cell.value is not None] for row in sheet.iter_rows()]
        if len(book.sheetnames) != 1 or not _plainly_shown(sheet):
            raise ValueError("shown otherwise")
    except Exception as error:  # openpyxl lets any error of its XML layer through
        raise _form("XLSX") from error
    if any(cell.data_type not in ("s", "n") or type(cell.value) not in (str, int) for row in cells for cell in row):
        raise _form("XLSX")
    return tuple(tuple(cell.value for cell in row) for row in cells)  # type: ignore[misc]  # narrowed just above


def _plainly_shown(sheet: Any) -> bool:
    """Whether a spreadsheet program shows every cell as it is: a number format can print another number or word."""
    dimensions = (*sheet.row_dimensions.values(), *sheet.column_dimensions.values())
    return (
        sheet.sheet_state == "visible"
        and not any(one.hidden for one in dimensions)
        and not sheet.merged_cells.ranges
        and not list(sheet.conditional_formatting)
        and all(cell.number_format == "General" for row in sheet.iter_rows() for cell in row)
    )


def read_pdf_attachment(raw: bytes) -> bytes:
    """The one file embedded in a PDF made by ``certificate.write_pdf``.

    Not a PDF reader: streams stand outside object streams in every PDF, so the embedded file is found
    by its dictionary, and a PDF with none or with a second one (added behind the first) is refused.
    Raises ``TooLarge`` or ``Malformed`` PDF_FORM.
    """
    _limit(raw, "PDF")
    marks = [match.start() for match in re.finditer(rb"/EmbeddedFile\b", raw)]
    end = raw.find(b"stream", marks[0]) if len(marks) == 1 else -1
    opening = re.compile(rb"stream\r?\n").match(raw, end) if end > 0 else None
    if opening is None:
        raise _form("PDF")
    dictionary, start = raw[raw.rfind(b" obj", 0, marks[0]) : end], opening.end()
    length = re.search(rb"/Length ([0-9]{1,8})\b(?! [0-9])", dictionary)
    if length is None:
        raise _form("PDF")
    content, after = raw[start : start + int(length[1])], raw[start + int(length[1]) :]
    if re.match(rb"\r?\nendstream", after) is None:
        raise _form("PDF")
    if b"/Filter" not in dictionary:
        return content
    if re.search(rb"/Filter\s*/FlateDecode\b", dictionary) is None or b"/DecodeParms" in dictionary:
        raise _form("PDF")
    return _inflate(content)


def write_manifest(files: Mapping[str, str], header: str = MANIFEST_HEADER) -> str:
    """The text of the manifest note: a header line, then ``sha256  path`` for every file, sorted by path.

    The committee's key signs other things too one day; the header keeps a manifest from passing for one.
    """
    lines = [f"{digest}  {path}" for path, digest in sorted(files.items())]
    text = "\n".join([header, *lines]) + "\n"
    read_manifest(text, header)
    return text


def read_manifest(text: str, header: str = MANIFEST_HEADER) -> dict[str, str]:
    """Path → SHA-256 (hex). Raises ``Malformed`` MANIFEST_FORM for anything but what ``write_manifest`` writes."""
    lines = text.split("\n")
    parsed = [_MANIFEST_LINE.fullmatch(line) for line in lines[1:-1]]
    files = {match[2]: match[1] for match in parsed if match is not None}
    in_order = [match[2] for match in parsed if match is not None] == sorted(files)
    safe = all(part not in ("", ".", "..") for path in files for part in path.split("/"))
    if lines[0] != header or lines[-1] != "" or None in parsed or not in_order or not safe or not files:
        raise Malformed(
            "MANIFEST_FORM",
            "清单不符合格式（每行应为 SHA-256、两个空格、文件路径，按路径排序）；请用平台导出的原文件。",
            "The manifest is not in its form (a SHA-256, two spaces and a path a line, sorted by path); "
            "use the file as exported.",
        )
    return files


def office_sum(office: OfficeResult, collected: int) -> str:
    """The balance of one office, written out: votes + 弃权 + 少选 + 废票 (+ 作废名额) = seats × collected."""
    votes = sum(candidate.votes for candidate in office.candidates)
    parts = [votes, office.blank * office.seats, office.unused, office.void * office.seats]
    parts += [office.lost] if office.lost else []
    return f"{office.title} {' + '.join(figure(part) for part in parts)} = {figure(office.seats * collected)}"


def _rest(office: OfficeResult) -> tuple[int, int, int, int]:
    return office.void, office.blank, office.unused, office.lost


def guarded(text: str) -> str:
    """``text`` as a spreadsheet takes it for text, whatever it starts with."""
    return f"'{text}" if text.startswith(_FORMULA_START) else text


def _inflate(content: bytes) -> bytes:
    engine = zlib.decompressobj()
    try:
        plain = engine.decompress(content, MAX_BYTES)
    except zlib.error as error:
        raise _form("PDF") from error
    if not engine.eof or engine.unused_data.strip():
        raise _form("PDF")
    return plain


def _limit(raw: bytes, kind: str) -> None:
    if len(raw) > 10 * MAX_BYTES:
        raise TooLarge(
            f"{kind}_TOO_LARGE",
            f"这个 {kind} 文件太大，不是平台导出的结果；请用原文件。",
            f"This {kind} file is too large to be an exported result; use the file as exported.",
        )


def _form(kind: str) -> Malformed:
    return Malformed(
        f"{kind}_FORM",
        f"这不是平台导出的 {kind} 结果文件，或者被改动过；请用原文件。",
        f"This is not a {kind} result as exported, or it was altered; use the file as exported.",
    )
