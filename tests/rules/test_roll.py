"""The roll import: the messy sample in its three forms, and every file and row that is refused."""

import io
import json
import os
import struct
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from voting.elections.roll.idnumber import IdNumber, check_character, read
from voting.elections.roll.importing import check_roll, read_path
from voting.elections.roll.initials import initials
from voting.elections.roll.rules import CheckedRoll, RawRow, Verdict, age_group, check_rows
from voting.elections.roll.spreadsheet import MAX_BYTES, like_formula
from voting.errors import Malformed, Refused, TooLarge
from voting.law.thresholds import Reason

CASES = Path(os.environ.get("ROLL_CASES") or Path(__file__).parent / "roll")
EXPECTED = json.loads((CASES / "expected.json").read_text(encoding="utf-8"))
DAY = date(2026, 12, 20)
HEADER = ["姓名", "性别", "公民身份号码", "楼栋", "单元", "房号", "手机", "登记类别", "网格"]
REST = ["1栋", "1单元", "101室", "12000000000", "常住", "第1网格"]


def number(born: str = "19800101", serial: str = "101", region: str = "990101") -> str:
    first17 = region + born + serial
    return first17 + check_character(first17)


def line(name: str = "样一", sex: str = "男", id_number: str | None = None, **cells: str) -> list[str]:
    row = [name, sex, number() if id_number is None else id_number, *REST]
    for heading, value in cells.items():
        row[HEADER.index(heading)] = value
    return row


def as_csv(*rows: list[str], encoding: str = "utf-8", header: list[str] | None = None) -> bytes:
    text = "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in [header or HEADER, *rows])
    return text.encode(encoding)


def as_xlsx(*rows: list[object], change: Callable[[Workbook], None] | None = None) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [HEADER, *rows]:
        sheet.append(row)
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def only(checked: CheckedRoll) -> tuple[Verdict, str]:
    assert len(checked.verdicts) == 1
    return checked.verdicts[0].verdict, "".join(reason.zh for reason in checked.verdicts[0].reasons)


# The sample


@pytest.mark.parametrize(("file", "down"), [("roll-utf8.csv", 0), ("roll-gb18030.csv", 0), ("roll.xlsx", 1)])
def test_the_sample_in_three_forms(file: str, down: int) -> None:
    checked = check_roll((CASES / file).read_bytes(), date.fromisoformat(EXPECTED["election_day"]))
    assert dict(checked.counts) == EXPECTED["counts"]
    assert len(checked.verdicts) == EXPECTED["rows"]
    expected = {each["row"] + down: each["verdict"] for each in EXPECTED["not_plain"] if each["verdict"] != "accept"}
    found = {each.row: each.verdict.value for each in checked.verdicts if each.verdict is not Verdict.ACCEPT}
    assert found == expected
    assert all(each.reasons for each in checked.verdicts if each.verdict is not Verdict.ACCEPT)
    assert len(checked.rows) == EXPECTED["counts"]["accept"] + EXPECTED["counts"]["warn"]


def test_no_sentence_holds_a_whole_number() -> None:
    content = (CASES / "roll-utf8.csv").read_bytes()
    numbers = {row.split(",")[2] for row in content.decode("utf-8-sig").splitlines()[1:]} - {""}
    checked = check_roll(content, DAY)
    said = "".join(reason.zh + reason.en for each in checked.verdicts for reason in each.reasons)
    assert not [each for each in numbers if each in said]


# Rows


def test_a_plain_row_and_what_is_kept_of_it() -> None:
    checked = check_roll(as_csv(line(name=" 䶮㛃𬎆 ", id_number=number().lower())), DAY)
    row = checked.rows[0]
    assert (row.row, row.name, row.sex, row.birth_date) == (2, "䶮㛃𬎆", "男", date(1980, 1, 1))
    assert (row.id_number, row.building, row.unit, row.room) == (number(), "1栋", "1单元", "101室")
    assert (row.phone, row.category, row.grid, row.warnings) == ("12000000000", "常住", "第1网格", ())


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (line(name=""), "没有姓名"),
        (line(name="   "), "没有姓名"),
        (line(id_number=""), "没有公民身份号码"),
        (line(id_number="990101800101101"), "15 位"),
        (line(id_number="9.90101E+17"), "科学计数法"),
        (line(id_number=number()[:-1]), "17 个字符"),
        (line(id_number=number()[:-1] + ("0" if number()[-1] != "0" else "1")), "校验码"),
        (line(id_number=number(born="19800230")), "出生日期不存在"),
        (line(id_number=number(born="20081221")), "未满 18 周岁"),
        (line(手机="=1+1"), "公式"),
        (line(手机="@SUM(A1)"), "公式"),
        (line(name="+样一"), "公式"),
        (line(网格="-cmd|' /C calc'!A0"), "公式"),
        (line(网格="=HYPERLINK(1)"), "公式"),
        (line(name="样\u202e一"), "U+202E"),
        (line(name="样\ufeff一"), "U+FEFF"),
        (line(name="样\u200b一"), "U+200B"),
        (line(name="样\n一"), "U+000A"),
        (line(name="样\ufffd"), "U+FFFD"),
        (line(楼栋="a\x07b"), "U+0007"),
        (line(name="样" * 61), "61 个字符"),
        (line(手机="1" * 21), "21 个字符"),
    ],
)
def test_a_refused_row(row: list[str], says: str) -> None:
    verdict, why = only(check_roll(as_csv(row), DAY))
    assert verdict is Verdict.REFUSE
    assert says in why
    assert row[2] == "" or row[2] not in why


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (line(sex="女"), "不一致"),
        (line(sex=""), "性别未填"),
        (line(sex="未知"), "看不懂"),
        (line(id_number=number(born="19100101")), "健在"),
    ],
)
def test_a_warning(row: list[str], says: str) -> None:
    verdict, why = only(check_roll(as_csv(row), DAY))
    assert verdict is Verdict.WARN
    assert says in why


@pytest.mark.parametrize(
    "row",
    [
        line(id_number=number(born="20081220")),
        line(id_number=number(born="20000229")),
        line(手机="+86 120 0000 0000"),
        line(手机="-"),
        line(手机=""),
        line(楼栋=""),
        line(name="样 一"),
        line(sex="男"),
        line(name="阿依·古丽"),
    ],
)
def test_accepted(row: list[str]) -> None:
    assert only(check_roll(as_csv(row), DAY)) == (Verdict.ACCEPT, "")


def test_a_number_belongs_to_the_first_row_accepted_with_it() -> None:
    checked = check_roll(as_csv(line(name=""), line(), line(name="样二")), DAY)
    assert [each.verdict.value for each in checked.verdicts] == ["refuse", "accept", "refuse"]
    assert "第 3 行" in checked.verdicts[2].reasons[0].zh


def test_names_spread_with_a_space_are_closed_up() -> None:
    checked = check_roll(as_csv(line("张 三"), line("李\u3000四", id_number=number(serial="103"))), DAY)
    assert [row.name for row in checked.rows] == ["张三", "李四"]


# Files


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
        (as_csv(line(), header=["姓名", "性别", *["列"] * 7]), "roll_columns_missing", "公民身份号码、楼栋;第 1 行"),
        (as_csv(header=["姓名", "性别", "身份证号", "证件号码", "楼栋"]), "roll_column_twice", "身份证号”“证件号码"),
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


# Values


def test_the_check_character_finds_every_single_digit_error() -> None:
    good = number()
    for index in range(17):
        for digit in "0123456789":
            if digit != good[index]:
                assert isinstance(read(good[:index] + digit + good[index + 1 :]), Reason)
    found = read(good)
    assert isinstance(found, IdNumber)
    assert (found.born, found.sex) == (date(1980, 1, 1), "男")


def test_what_a_spreadsheet_would_run() -> None:
    assert all(like_formula(text) for text in ("=1", " =1", "=1", "@a", "+a1", "-a1", "\t=1"))
    assert not any(like_formula(text) for text in ("", "-", "+86 120", "-12.5", "a=1", "1栋"))


def test_initials_as_the_desk_types_them() -> None:
    typed = {"单雄信": "sxx", "尉迟恭": "ycg", "欧阳明": "oym", "阿依古丽·买买提": "ayglmmt", "John Smith": "js"}
    rare = {"刘䶮": "ly", "付志㛃": "fzj", "𬎆": "y", "曾 国": "zg", "吕行": "lx", "": ""}
    for name, expected in {**typed, **rare}.items():
        assert initials(name) == expected


def test_age_groups() -> None:
    ages = [age_group(date(year, 12, 20), DAY) for year in (2008, 1957, 1956, 1926, 1900)]
    assert ages == ["18 岁", "60–69 岁", "70–79 岁", "100 岁以上", "100 岁以上"]


# The terminal


def test_the_dry_run_in_a_terminal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    import argparse

    from voting.elections.roll.cli import add_commands

    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers())

    def run(*words: str) -> int:
        args = parser.parse_args(["roll", "check", *words])
        status = args.run(args)
        assert isinstance(status, int)
        return status

    sample = str(CASES / "roll.xlsx")
    assert run(sample, "--day", EXPECTED["election_day"], "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert {key: printed[key] for key in ("election_day", "rows", "counts")} == {
        key: EXPECTED[key] for key in ("election_day", "rows", "counts")
    }
    expected = {each["row"] + 1: each["verdict"] for each in EXPECTED["not_plain"] if each["verdict"] != "accept"}
    assert {each["row"]: each["verdict"] for each in printed["not_plain"]} == expected
    assert run(sample, "--day", "2026-12-20") == 0
    assert "不予登记" in capsys.readouterr().out
    missing = str(tmp_path / "none.csv")
    assert run(missing, "--day", "2026-12-20", "--json") == 2
    shown = capsys.readouterr()
    assert json.loads(shown.out)["refused"]["code"] == "roll_unreadable"
    assert "none.csv" in shown.err
    with pytest.raises(SystemExit):
        run(missing, "--day", "20.12.2026")
