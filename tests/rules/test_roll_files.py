"""Files that are read or refused whole: headers, encodings, workbooks, bombs, and junk."""

import io
import os
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from roll_files import DAY, HEADER, REST, as_csv, as_xlsx, line, number, only

from voting.elections.roll.importing import check_roll, read_path
from voting.elections.roll.rules import RawRow, Verdict, check_rows
from voting.elections.roll.spreadsheet import MAX_BYTES
from voting.errors import Malformed, Refused, TooLarge


def test_title_rows_synonyms_and_decorations() -> None:
    header = ["序号", "名字*", "性别", "居民身份证号(必填)", "楼 号", "室", "联系电话", "类别"]
    body = ["1", "样一", "男", number(), "3号楼", "202", "", "常住"]
    text = "阳光社区选民名单\n\n制表:样本,,,\n" + ",".join(header) + "\n" + ",".join(body) + "\n\n"
    checked = check_roll(text.encode("gb18030"), DAY)
    assert only(checked) == (Verdict.ACCEPT, "")
    assert checked.verdicts[0].row == 5
    assert checked.rows[0].room == "202"
    assert check_roll(text.replace(",", "\t").encode(), DAY).rows == checked.rows
    assert check_roll(text.replace(",", ";").encode("utf-8-sig"), DAY).rows == checked.rows


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (b"", "roll_empty", ""),
        (b"\r\n\r\n", "roll_empty", ""),
        (as_csv(), "roll_empty", ""),
        (as_csv(["样"], header=["甲", "乙", "丙"]), "roll_columns_missing", "姓名、性别、公民身份号码、楼栋"),
        (as_csv(line(), header=["姓名", "性别", *["列"] * 7]), "roll_columns_missing", "公民身份号码、楼栋；第 1 行"),
        (as_csv(header=["姓名", "性别", "身份证号", "证件号码", "楼栋"]), "roll_column_twice", "身份证号”“证件号码"),
        (as_csv(["样"], header=["甲", "乙", "丙"], encoding="gb18030"), "roll_columns_missing", "甲、乙、丙"),
        (as_csv(line(), encoding="utf-16"), "roll_wrong_encoding", "UTF-8"),
        (as_csv(["樣一", "男", "1"], header=["姓名", "性別", "身分證"], encoding="big5"), "roll_wrong_encoding", ""),
        (b"\xff\xff\xff\xff", "roll_wrong_encoding", ""),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "roll_old_excel", ".xls"),
        (as_csv(line()) + b'\r\n"unpaired', "roll_bad_csv", "第 3 行"),
        (as_csv(line(name="样" * 140_000)), "roll_bad_csv", "第 2 行"),
        (b"PK\x03\x04 nothing", "roll_bad_workbook", ""),
        (b"PK", "roll_bad_workbook", ""),
    ],
)
def test_a_file_refused_whole(content: bytes, code: str, says: str) -> None:
    with pytest.raises(Malformed) as refused:
        check_roll(content, DAY)
    assert refused.value.code == code
    assert says in refused.value.zh
    assert refused.value.zh.endswith("。")
    assert refused.value.en.endswith(".")


def test_a_file_without_a_header_does_not_echo_a_resident() -> None:
    with pytest.raises(Malformed, match="roll_columns_missing") as refused:
        check_roll("\n".join([",".join(line())]).encode(), DAY)
    assert number()[:6] not in refused.value.zh + refused.value.en


@pytest.mark.parametrize("rows", [50_000, 60_000])
def test_too_many_rows_are_refused_whole(rows: int) -> None:
    raw = (RawRow(row, {"name": "样"}) for row in range(2, rows + 2))
    if rows == 50_000:
        assert len(check_rows(raw, DAY).verdicts) == rows
        return
    with pytest.raises(TooLarge, match="roll_too_long"):
        check_rows(raw, DAY)


def test_sixty_thousand_rows_in_a_file() -> None:
    with pytest.raises(TooLarge, match="roll_too_long"):
        check_roll(as_csv(*[["样", "男", "1", "1栋"]] * 60_000), DAY)


def test_a_file_too_large(tmp_path: Path) -> None:
    path = tmp_path / "roll.csv"
    path.write_bytes(b"," * (MAX_BYTES + 2))
    with pytest.raises(TooLarge, match="roll_too_large"):
        check_roll(read_path(path), DAY)
    with pytest.raises(Malformed, match="roll_unreadable"):
        read_path(tmp_path)


# Workbooks


def test_a_formula_in_any_cell_of_a_workbook_refuses_its_row() -> None:
    rows: list[list[object]] = [[*line(), None], [*line("样二", id_number=number(serial="103")), "=A1"]]
    rows.append(["=A2", *line("样三", id_number=number(serial="105"))[1:]])
    checked = check_roll(as_xlsx(*rows), DAY)
    assert [each.verdict.value for each in checked.verdicts] == ["accept", "refuse", "refuse"]
    assert "公式" in checked.verdicts[1].reasons[0].zh
    assert "“姓名”" in checked.verdicts[2].reasons[0].zh


def test_figures_in_a_workbook() -> None:
    plain = [*line()[:3], 3, 2.0, 202, 12000000000, "常住", 1]
    checked = check_roll(as_xlsx(plain), DAY)
    assert (checked.rows[0].building, checked.rows[0].unit, checked.rows[0].phone) == ("3", "2", "12000000000")
    lost = ["样一", "男", 990101198001011010, *REST]
    verdict, why = only(check_roll(as_xlsx(lost), DAY))
    assert verdict is Verdict.REFUSE
    assert "丢了末几位" in why
    assert only(check_roll(as_xlsx(line(楼栋="#N/A")), DAY))[0] is Verdict.REFUSE


def test_two_sheets_with_rolls_are_refused_and_a_hidden_one_is_not_read() -> None:
    def second(book: Workbook, state: str = "visible") -> None:
        sheet = book.create_sheet("第二页")
        sheet.sheet_state = state
        sheet.append(HEADER)
        sheet.append(line("样二"))

    with pytest.raises(Malformed, match="roll_several_sheets") as refused:
        check_roll(as_xlsx(line(), change=second), DAY)
    assert "第二页" in refused.value.zh
    assert only(check_roll(as_xlsx(line(), change=lambda book: second(book, "hidden")), DAY))[0] is Verdict.ACCEPT


def test_the_roll_is_found_behind_a_cover_sheet() -> None:
    def cover(book: Workbook) -> None:
        book.create_sheet("说明", 0).append(["填表说明", "请填写第二页"])

    assert only(check_roll(as_xlsx(line(), change=cover), DAY))[0] is Verdict.ACCEPT


def test_a_size_the_sheet_states_of_itself_is_not_believed() -> None:
    content = _changed_member(as_xlsx(line()), "xl/worksheets/sheet1.xml", b'ref="A1:I2"', b'ref="A1:I1"')
    assert only(check_roll(content, DAY))[0] is Verdict.ACCEPT


def _changed_member(content: bytes, name: str, old: bytes, new: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.namelist():
            data = source.read(member)
            assert member != name or old in data
            target.writestr(member, data.replace(old, new) if member == name else data)
    return out.getvalue()


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_zip_bombs_are_refused_before_they_are_opened() -> None:
    modest = b"".join(os.urandom(64) + b"0" * 8_000 for _ in range(1_200))  # packs 80 times, under the ratio
    bombs = [
        _zip({"xl/worksheets/sheet1.xml": b"\0" * 20_000_000}),
        _zip({f"xl/{index}.xml": b"" for index in range(201)}),
        _zip({f"xl/{index}.xml": modest for index in range(11)}),
    ]
    for bomb in bombs:
        with pytest.raises(TooLarge, match="roll_zip_bomb"):
            check_roll(bomb, DAY)


def test_a_bomb_that_lies_about_its_size() -> None:
    """The directory says 10 bytes, the data unpacks to 200 kB: the unpacker stops at what was declared."""
    content = bytearray(_zip({"[Content_Types].xml": b" " * 200_000}))
    size = struct.pack("<I", 200_000)
    while (at := content.find(size)) >= 0:
        content[at : at + 4] = struct.pack("<I", 10)
    with pytest.raises(Malformed, match="roll_bad_workbook"):
        check_roll(bytes(content), DAY)


def test_entities_in_a_workbook_are_not_expanded() -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    for member in ("xl/worksheets/sheet1.xml", "xl/workbook.xml"):
        with zipfile.ZipFile(io.BytesIO(BASE_XLSX)) as archive:
            data = {name: archive.read(name) for name in archive.namelist()}
        root = data[member].partition(b"?>")[2] or data[member]
        data[member] = laughs + root.replace(b"<sheetData>", b"<sheetData>&b;").replace(b"<sheets>", b"<sheets>&b;")
        with pytest.raises(Malformed, match="roll_bad_workbook"):
            check_roll(_zip(data), DAY)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=40), st.booleans())
def test_a_damaged_workbook_is_a_verdict_or_a_refusal(at: int, junk: bytes, cut: bool) -> None:
    content = BASE_XLSX[: at % len(BASE_XLSX)] if cut else _overwritten(BASE_XLSX, at, junk)
    try:
        check_roll(content, DAY)
    except Refused as refused:
        assert refused.zh and refused.en


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_verdict_or_a_refusal(content: bytes) -> None:
    for candidate in (content, HEADER_LINE + content):
        try:
            check_roll(candidate, DAY)
        except Refused as refused:
            assert refused.zh and refused.en


def _overwritten(content: bytes, at: int, junk: bytes) -> bytes:
    at %= len(content)
    return content[:at] + junk + content[at + len(junk) :]


BASE_XLSX = as_xlsx(line())
HEADER_LINE = (",".join(HEADER) + "\n").encode()
