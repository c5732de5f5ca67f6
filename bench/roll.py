"""Times the roll import: reading, judging and the pinyin initials, for 2,600 and 50,000 rows.

    python bench/roll.py [ROWS …]

Prints one line per size and form: seconds of wall time and of this process's own CPU, and the peak memory.
All people are invented: region 990101 does not exist.
"""

from __future__ import annotations

import io
import resource
import sys
import time
from datetime import date, timedelta

from openpyxl import Workbook

from voting.elections.roll.idnumber import check_character
from voting.elections.roll.importing import check_roll
from voting.elections.roll.initials import initials

DAY = date(2026, 12, 20)
HEADER = ("姓名", "性别", "公民身份号码", "楼栋", "单元", "房号", "手机", "登记类别", "网格")
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫", "安平宁远清明和乐春秋"


def invented(rows: int) -> list[tuple[str, ...]]:
    """Rows that are all accepted, each person with a number of their own."""
    people = []
    for index in range(rows):
        born = date(1940, 1, 1) + timedelta(days=index % 20_000)
        first17 = f"990101{born:%Y%m%d}{index // 20_000 * 2 + 1:03d}"
        name = SURNAMES[index % 12] + GIVEN[index % 10] + GIVEN[index // 10 % 10]
        flat = (f"{index % 18 + 1}栋", f"{index % 4 + 1}单元", f"{index % 6 + 1}01室")
        number = first17 + check_character(first17)
        people.append((name, "男", number, *flat, f"120{index:08d}", "常住", f"第{index % 6 + 1}网格"))
    return people


def as_csv(people: list[tuple[str, ...]]) -> bytes:
    """The roll as a GB18030 file, the slower of the two encodings."""
    return "\r\n".join(",".join(row) for row in (HEADER, *people)).encode("gb18030")


def as_xlsx(people: list[tuple[str, ...]]) -> bytes:
    """The roll as a workbook with its dimensions stated, as Excel and WPS write it."""
    book = Workbook()
    sheet = book.active
    for row in (HEADER, *people):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def measure(form: str, content: bytes, rows: int) -> None:
    """One import, timed."""
    wall, own = time.perf_counter(), time.process_time()
    checked = check_roll(content, DAY)
    for row in checked.rows:
        initials(row.name)
    wall, own = time.perf_counter() - wall, time.process_time() - own
    if checked.counts["accept"] != rows:
        raise SystemExit(f"{form}: {checked.counts['accept']} of {rows} rows accepted")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"roll {form:4}  {rows:6,} rows  {wall:6.2f} s wall  {own:6.2f} s CPU  peak {peak:4.0f} MB\n")


def main(sizes: list[int]) -> None:
    """Every size in both forms."""
    for rows in sizes:
        people = invented(rows)
        measure("csv", as_csv(people), rows)
        measure("xlsx", as_xlsx(people), rows)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [2_600, 50_000])
