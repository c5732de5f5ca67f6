"""The pages of the roll: a file is checked before it is imported, the roll is searched, paged and taken away."""

import csv
import io
import json
import re
from typing import Any

import openpyxl
import pytest
from election_build import (
    Built,
    a_csv,
    a_row,
    an_election,
    an_id_number,
    with_roll,
)
from flask.testing import FlaskClient
from house_build import House, token
from page_visit import at, said, send
from sqlalchemy.exc import IntegrityError

from voting.database import write
from voting.elections.roll.rules import COLUMNS
from voting.elections.roll.tables import RollEntry

ROWS = [*(a_row(index) for index in range(60)), "样人错,男,123,1栋,,,,,"]


def upload(client: FlaskClient, built: Built, content: bytes, name: str = "名单.csv") -> Any:
    data = {"csrf_token": token(client), "file": (io.BytesIO(content), name)}
    return client.post(at(built, "roll/file"), data=data, content_type="multipart/form-data")


def test_a_file_is_checked_row_by_row_before_it_is_imported(house: House) -> None:
    built = an_election(house)
    client = house.signed_in("official")
    answer = upload(client, built, a_csv(ROWS))
    assert answer.status_code == 303
    page = client.get(answer.location)
    assert "共 61 行" in said(page) and "第 1–50 项，共 61 项" in said(page)
    refused = said(client.get(at(built, "roll/draft?verdict=refuse")))
    assert "62 样人错 不导入" in refused and "第 1–1 项，共 1 项" in refused
    assert "第 51–61 项" in said(client.get(at(built, "roll/draft?page=2")))
    assert client.get(at(built, "roll/draft?page=999999999999&verdict=%00")).status_code == 200
    assert "逐行结果" in said(client.get(at(built, "roll")))
    digest = re.search(r'name="digest" value="(\w+)"', page.text)[1]  # type: ignore[index]
    assert send(client, at(built, "roll/import"), {"digest": "0" * 64}).status_code == 409
    assert send(client, at(built, "roll/import"), {"digest": digest}).status_code == 303
    listed = client.get(at(built, "roll"))
    assert "登记选民 60 人" in said(listed)
    assert client.get(at(built, "roll/draft")).status_code == 303


def test_the_import_tells_how_far_it_is(house: House) -> None:
    built = an_election(house)
    client = house.signed_in("official")
    page = client.get(upload(client, built, a_csv(ROWS)).location).text
    digest = re.search(r'name="digest" value="(\w+)"', page)[1]  # type: ignore[index]
    answer = send(client, at(built, "roll/import"), {"digest": digest}, Accept="application/x-ndjson")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert lines == [{"done": 60, "total": 60}, {"url": at(built, "roll")}]
    again = send(client, at(built, "roll/import"), {"digest": digest}, Accept="application/x-ndjson")
    (line,) = [json.loads(line) for line in again.text.splitlines()]
    assert line["refused"]["code"] == "ROLL_NO_DRAFT" and line["refused"]["said"] == line["refused"]["zh"]


def test_an_import_that_breaks_says_so_and_changes_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from voting.elections.roll import actions as roll

    built = an_election(house)
    client = house.signed_in("official")
    page = client.get(upload(client, built, a_csv(ROWS)).location).text
    digest = re.search(r'name="digest" value="(\w+)"', page)[1]  # type: ignore[index]
    monkeypatch.setattr(roll, "_write_roll", lambda *_given: 1 / 0)
    answer = send(client, at(built, "roll/import"), {"digest": digest}, Accept="application/x-ndjson")
    assert json.loads(answer.text.splitlines()[-1])["refused"]["code"] == "INTERNAL"
    assert "登记选民 0 人" in said(client.get(at(built, "roll")))


def test_an_import_that_breaks_in_the_database_writes_no_names_into_the_log(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from voting.elections.roll import actions as roll

    def broken(*_given: object) -> None:
        words = "duplicate key value\nDETAIL: Key (name)=(样人甲) already exists."
        raise IntegrityError("INSERT INTO roll_entry", {"name": "样人甲"}, Exception(words), hide_parameters=True)

    built = an_election(house)
    client = house.signed_in("official")
    page = client.get(upload(client, built, a_csv(ROWS)).location).text
    digest = re.search(r'name="digest" value="(\w+)"', page)[1]  # type: ignore[index]
    monkeypatch.setattr(roll, "_write_roll", broken)
    answer = send(client, at(built, "roll/import"), {"digest": digest}, Accept="application/x-ndjson")
    assert json.loads(answer.text.splitlines()[-1])["refused"]["code"] == "INTERNAL"
    assert "roll import: duplicate key value" in caplog.text and "样人" not in caplog.text


def test_a_file_that_is_no_roll_is_refused_in_one_sentence(house: House) -> None:
    built = an_election(house)
    client = house.signed_in("official")
    answer = upload(client, built, "姓名,住址\r\n甲,乙\r\n".encode())
    assert answer.status_code == 422 and "名单缺少必需的列" in said(answer)
    empty = client.post(at(built, "roll/file"), data={"csrf_token": token(client)})
    assert empty.status_code == 422 and "没有收到文件" in said(empty)
    upload(client, built, a_csv(ROWS))
    assert send(client, at(built, "roll/draft/drop")).status_code == 303
    assert "逐行结果" not in said(client.get(at(built, "roll")))


def test_the_roll_is_searched_paged_and_shows_four_digits(house: House) -> None:
    built = with_roll(an_election(house), 60)
    client = house.signed_in("official")
    first = client.get(at(built, "roll"))
    assert "第 1–50 项，共 60 项" in said(first)
    found = said(client.get(at(built, "roll?q=样人子")))
    assert "第 1–1 项，共 1 项" in found
    assert "没有找到" in said(client.get(at(built, "roll?q=无此人")))
    assert client.get(at(built, "roll?q=<script>&page=-3")).status_code == 200
    assert an_id_number(0)[-4:] in first.text
    assert an_id_number(0)[:6] not in first.text and "01室" not in first.text


def test_an_empty_roll_file_names_the_columns_and_its_example_never_gets_in(house: House) -> None:
    built = an_election(house)
    client = house.signed_in("official")
    assert at(built, "roll/template.xlsx") in client.get(at(built, "roll")).text
    content = client.get(at(built, "roll/template.xlsx")).data
    book = openpyxl.load_workbook(io.BytesIO(content))
    heading, example = list(book.active.values)
    assert heading == tuple(COLUMNS.values()) and "示例" in example[0]
    assert book.active.column_dimensions["C"].number_format == "@", "eighteen digits stay eighteen"
    # Filled in beside the example: the person comes in, the example does not.
    book.active.append(a_row(0).split(","))
    filled = io.BytesIO()
    book.save(filled)
    page = said(client.get(upload(client, built, filled.getvalue(), "名单.xlsx").location))
    assert "样人子" in page and re.search(r"导入 1 人", page)


def test_the_roll_leaves_as_csv_and_xlsx_without_formulas(house: House) -> None:
    built = with_roll(an_election(house), 3)
    with write(built.engine) as session:
        session.query(RollEntry).filter_by(number=2).one().name = '=HYPERLINK("http://x")'
    client = house.signed_in("official")
    answer = client.get(at(built, "roll/export.csv"))
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert rows[0][-1] == "身份证末四位" and len(rows) == 4
    assert rows[2][1].startswith("'=")
    assert an_id_number(0)[:6] not in answer.text
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(at(built, "roll/export.xlsx")).data)).active
    assert sheet["B3"].data_type == "s" and sheet["B3"].value.startswith("=HYPERLINK")
    assert client.get(at(built, "roll/export.pdf")).status_code == 404
    assert house.signed_in("supervisor").get(at(built, "roll/export.csv")).status_code == 403
