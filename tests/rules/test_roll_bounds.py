"""Small files that would make a large table: refused while they are counted, before anything is built up."""

import io
import os
import time
import zipfile

import pytest
from openpyxl import Workbook
from roll_files import DAY, as_csv, as_xlsx, line, number

from voting.elections.roll import sheetbounds
from voting.elections.roll.importing import check_roll
from voting.elections.roll.sheetbounds import MAX_CELLS_IN_ROW, MAX_LINES
from voting.errors import Malformed, Refused, TooLarge

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def a_sheet(rows: bytes, noise: bytes = b"") -> bytes:
    """A sheet of these rows; the noise keeps the packing ratio that of an ordinary file."""
    return b"<worksheet %b><sheetData>%b</sheetData>%b</worksheet>" % (NAMESPACE, rows, noise)


def comments() -> bytes:
    """Half a megabyte that packs badly."""
    return b"".join(b"<!--%b-->" % os.urandom(5_000).hex().encode() for _ in range(50))


def with_member(content: bytes, name: str, body: bytes) -> bytes:
    """The workbook with one member of other content, added where there was none."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            if each != name:
                new.writestr(each, old.read(each))
        new.writestr(name, body)
    return out.getvalue()


ATTACKS = {
    "one row of five million cells": (SHEET, lambda: a_sheet(b'<row r="1">' + b"<c/>" * 5_000_000, comments())),
    "a cell too many in a row": (SHEET, lambda: a_sheet(b"<row>" + b"<c/>" * (MAX_CELLS_IN_ROW + 1) + b"</row>")),
    "a row too many": (SHEET, lambda: a_sheet(b"<row/>" * (MAX_LINES + 1), comments())),
    "row numbers that jump": (SHEET, lambda: a_sheet(b'<row r="1048576"/><row r="1"/>' * 300)),
    "a row number just over": (SHEET, lambda: a_sheet(b'<row r="%d"/>' % (MAX_LINES + 1))),
    "a row number as a power": (SHEET, lambda: a_sheet(b'<row r="1e6"/>')),
    "a row number that is none": (SHEET, lambda: a_sheet(b'<row r="nan"/>')),
    "a row number with underscores": (SHEET, lambda: a_sheet(b'<row r="1_000_000"/>')),
    "prefixed names": (SHEET, lambda: a_sheet(b'<x:row xmlns:x="urn:x" r="1048576"/>')),
    "a tag of two megabytes": (SHEET, lambda: a_sheet(b"<row %b/>" % b" ".join(b'a%d=""' % n for n in range(200_000)))),
    "a sheet under another name": ("xl/media/picture.png", lambda: a_sheet(b'<row r="1048576"/>')),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_small_workbook_of_a_large_table_is_refused_at_once(attack: str) -> None:
    name, body = ATTACKS[attack]
    content = with_member(as_xlsx(line()), name, body())
    begun = time.process_time()
    with pytest.raises(TooLarge, match="roll_sprawls") as refused:
        check_roll(content, DAY)
    assert time.process_time() - begun < 2
    assert refused.value.zh.endswith("。")
    assert refused.value.en.endswith(".")


@pytest.mark.parametrize("limit", ["MAX_CELLS", "MAX_ELEMENTS"])
def test_the_whole_workbook_is_counted(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    def second(book: Workbook) -> None:
        book.create_sheet("第二页").append(["格"] * 40)

    monkeypatch.setattr(sheetbounds, limit, 45 if limit == "MAX_CELLS" else 300)
    extra = b"<sst %b>%b</sst>" % (NAMESPACE, b"<si/>" * (300 if limit == "MAX_ELEMENTS" else 0))
    content = with_member(as_xlsx(line(), change=second), STRINGS, extra)
    with pytest.raises(TooLarge, match="roll_sprawls"):
        check_roll(content, DAY)


def test_a_table_within_the_bounds_is_read() -> None:
    wide = a_sheet(b'<row r="%d">%b</row>' % (MAX_LINES, b"<c/>" * MAX_CELLS_IN_ROW))
    with pytest.raises(Malformed, match="roll_empty"):
        check_roll(with_member(as_xlsx(line()), SHEET, wide), DAY)
    pictured = with_member(as_xlsx(line()), "xl/media/picture.png", b"\x89PNG\r\n\x1a\n" + os.urandom(2_000_000))
    assert check_roll(pictured, DAY).counts["accept"] == 1


def test_a_file_of_newlines_is_refused_at_once() -> None:
    content = as_csv(line()) + b"\n" * (20 * 2**20)
    begun = time.process_time()
    with pytest.raises(TooLarge, match="roll_sprawls"):
        check_roll(content, DAY)
    assert time.process_time() - begun < 2
    few = as_csv(line()) + b"\n" * 4_000 + as_csv(line("样二", id_number=number(serial="103"))).split(b"\r\n", 1)[1]
    assert check_roll(few, DAY).counts["accept"] == 2


@pytest.mark.parametrize(
    "head", [b"<!DOCTYPE a>", b'<!DOCTYPE a [<!ENTITY a "aa">]>', b'<?xml version="1.0" encoding="gbk"?>']
)
def test_what_the_count_cannot_follow_is_no_workbook(head: bytes) -> None:
    content = with_member(as_xlsx(line()), SHEET, head + a_sheet(b'<row r="1048576"/>'))
    with pytest.raises(Malformed, match="roll_bad_workbook"):
        check_roll(content, DAY)


def test_a_member_cut_short_is_no_workbook() -> None:
    content = bytearray(with_member(as_xlsx(line()), "xl/more.xml", b"<a>" + os.urandom(4_000).hex().encode()))
    at = content.rindex(b"xl/more.xml", 0, content.index(b"PK\x01\x02")) + 200
    content[at : at + 50] = bytes(50)
    with pytest.raises(Refused, match="roll_bad_workbook"):
        check_roll(bytes(content), DAY)
