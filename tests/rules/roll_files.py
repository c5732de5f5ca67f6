"""Rolls to import, built in memory. All people are invented: region 990101 does not exist."""

import io
from collections.abc import Callable
from datetime import date

from openpyxl import Workbook

from voting.elections.roll.idnumber import check_character
from voting.elections.roll.rules import CheckedRoll, Verdict

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
