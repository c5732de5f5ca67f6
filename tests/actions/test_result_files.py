"""The result as JSON, CSV and XLSX: each reader is strict, no name becomes a formula."""

import csv
import io
import json
import zipfile

import openpyxl
import pytest
from result_build import document, office

from voting.elections.count import exports, report
from voting.elections.count.rules import CountFacts, OfficeCount, decide
from voting.errors import Malformed, TooLarge
from voting.law.profiles import Mode

# --- result.json ------------------------------------------------------------------------------------------------------


def test_result_json_comes_back_as_the_same_value_and_is_rfc_8785():
    rfc8785 = pytest.importorskip("rfc8785")
    raw = report.write_result_json(document())
    assert report.read_result_json(raw) == document()
    assert rfc8785.dumps(json.loads(raw)) == raw


def test_a_result_cut_anywhere_is_refused():
    raw = report.write_result_json(document())
    for end in range(0, len(raw), 7):
        with pytest.raises(Malformed, match="RESULT_FORM"):
            report.read_result_json(raw[:end])


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'"seats":1', b'"seats":1.0', "RESULT_FORM"),
        (b'"seats":1', b'"seats":true', "RESULT_FORM"),
        (b'"seats":1', b'"seats":"1"', "RESULT_FORM"),
        (b'"seats":1', b'"seats":-1', "RESULT_FORM"),
        (b'"seats":1', b'"seats":1,"seats":1', "RESULT_NOT_CANONICAL"),
        (b'"seats":1', b'"seats": 1', "RESULT_NOT_CANONICAL"),
        (b'"v":1', b'"v":2', "RESULT_FORM"),
        (b'"kind"', b'"king"', "RESULT_FORM"),
        (b'"day":"2026-12-20"', b'"day":"20261220"', "RESULT_NOT_CANONICAL"),
        (b'"day":"2026-12-20"', b'"day":"2026-02-30"', "RESULT_FORM"),
        (b'T09:00:00Z"', b'T09:00:00+00:00"', "RESULT_FORM"),
        (b'"valid":true', b'"valid":1', "RESULT_FORM"),
        (b'"verify_url":""', b'"verify_url":"","phone":"1"', "RESULT_FORM"),
        (b'"seal":"none"', b'"seal":"maybe"', "RESULT_FORM"),
        (b'"votes":768', b'"votes":769', "RESULT_BALANCE"),
        (b'"collected":980', b'"collected":981', "RESULT_FIGURES"),
        (b'"ballots":980', b'"ballots":979', "RESULT_FIGURES"),
        (b"7c3e91af", b"7C3E91AF", "RESULT_FORM"),
        ("孙丽例".encode(), b"\\u0007", "RESULT_TEXT"),
        ("孙丽例".encode(), b"\\ud800", "RESULT_TEXT"),
        ("孙丽例".encode(), b" ", "RESULT_FORM"),
        ("孙丽例".encode(), "例".encode() * 2001, "RESULT_TEXT"),
    ],
)
def test_every_deviation_of_a_result_is_refused(old, new, code):
    raw = report.write_result_json(document())
    assert old in raw
    with pytest.raises(Malformed) as caught:
        report.read_result_json(raw.replace(old, new, 1))
    assert caught.value.code == code


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"[" * 100_000, b"\xff", b'{"kind":1}', b"9" * 5000])
def test_what_is_no_result_is_refused(raw):
    with pytest.raises(Malformed, match="RESULT_FORM"):
        report.read_result_json(raw)


def test_an_oversized_result_is_refused():
    with pytest.raises(TooLarge, match="RESULT_TOO_LARGE"):
        report.read_result_json(b" " * 1_000_001)


def test_more_elected_than_seats_is_refused():
    lines = [("甲", 500, "elected"), ("乙", 400, "elected")]
    with pytest.raises(Malformed, match="RESULT_FIGURES"):
        document(offices=(office("主任", 1, lines),))


def test_the_offices_of_a_result_are_those_decided():
    facts = CountFacts(
        mode=Mode.ALL_VOTERS,
        eligible=1684,
        issued=988,
        collected=980,
        offices=(
            OfficeCount("主任", 1, {"孙丽例": 186, "李㛃样": 768}, blank=13),
            OfficeCount("委员", 2, {"甲例": 491, "乙例": 491, "丙例": 491}, blank=20),
        ),
    )
    outcome = decide(facts)
    value = document(offices=report.offices_of(facts, outcome), valid=outcome.valid, because=outcome.because)
    assert [one.seal for one in value.offices[0].candidates] == ["elected", "none"]
    assert [one.seal for one in value.offices[1].candidates] == ["tied", "tied", "tied"]
    assert (value.offices[0].needed, value.offices[1].next) == (491, "revote")
    again = report.read_result_json(report.write_result_json(value))
    assert (again.offices, again.valid, again.because) == (value.offices, outcome.valid, outcome.because)


def test_a_name_twice_in_one_office_is_refused():
    with pytest.raises(Malformed, match="RESULT_FIGURES"):
        document(offices=(office("主任", 1, [("甲", 500, "elected"), ("甲", 400, "none")]),))


# --- spreadsheets -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["=HYPERLINK(1)", "+1", "-2", "@SUM", "'=1", "''", '",;\\', " 首尾空格 ", "0012", "#N/A"]
)
def test_no_name_becomes_a_formula_or_changes(name):
    value = document(offices=(office("主任", 1, [(name, 768, "elected")]),))
    raw = exports.write_csv(value)
    assert raw.startswith(b"\xef\xbb\xbf")
    cells = [cell for row in csv.reader(io.StringIO(raw[3:].decode(), newline="")) for cell in row]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
    assert exports.read_csv(raw) == exports.as_text(exports.rows(value))
    book = exports.write_xlsx(value)
    assert exports.read_xlsx(book) == exports.rows(value)
    sheet = openpyxl.load_workbook(io.BytesIO(book)).worksheets[0]
    assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}


@pytest.mark.parametrize(
    "raw", [b"", b"a,b\r\n", b"\xef\xbb\xbf\xff", b'\xef\xbb\xbf"a"b\r\n', b"\xef\xbb\xbf=1+1\r\n"]
)
def test_what_is_no_exported_csv_is_refused(raw):
    with pytest.raises(Malformed, match="CSV_FORM"):
        exports.read_csv(raw)


def xlsx(**cells) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for place, value in cells.items():
        book.worksheets[0][place] = value
    book.save(out)
    return out.getvalue()


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 60_000_000)
    return out.getvalue()


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04", xlsx(A1="=1+1"), xlsx(A1=1.5), xlsx(A1=True), bomb()])
def test_what_is_no_exported_xlsx_is_refused(raw):
    with pytest.raises(Malformed, match="XLSX_FORM"):
        exports.read_xlsx(raw)


@pytest.mark.parametrize("read", [exports.read_csv, exports.read_xlsx, exports.read_pdf_attachment])
def test_an_endless_file_is_refused(read):
    with pytest.raises(TooLarge):
        read(b" " * 20_000_001)
