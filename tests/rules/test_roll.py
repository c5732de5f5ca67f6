"""The roll import: the messy sample in its three forms, and the verdict on every kind of row."""

import json
import os
from datetime import date
from pathlib import Path

import pytest
from roll_files import DAY, as_csv, line, number, only

from voting.elections.roll.idnumber import IdNumber, read
from voting.elections.roll.importing import check_roll
from voting.elections.roll.initials import initials
from voting.elections.roll.rules import Verdict, age_group
from voting.elections.roll.spreadsheet import like_formula
from voting.law.thresholds import Reason

CASES = Path(os.environ.get("ROLL_CASES") or Path(__file__).parent / "roll")
EXPECTED = json.loads((CASES / "expected.json").read_text(encoding="utf-8"))
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
