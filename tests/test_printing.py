"""Printed papers: the characters are really there, nothing in a name is run, what cannot be printed is refused."""

import io
import shutil
import subprocess
import unicodedata
from datetime import UTC, datetime

import pypdf
import pytest
import segno

from voting import printing
from voting.box import card_sheets
from voting.crypto.credentials import make_code, split_code
from voting.elections.count.certificate import Notice, write_notice
from voting.errors import Malformed, Refused

CREATED = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
RARE = "李㛃样、王䶮远、周𬎆例"


def read(pdf: bytes, tmp_path) -> pypdf.PdfReader:
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf)
    return pypdf.PdfReader(path)


def text(reader: pypdf.PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


def notice(**changes) -> bytes:
    values = {
        "community": "枫林示例社区",
        "electors": "居民选举委员会",
        "title": "枫林示例社区换届选举",
        "day": CREATED.date(),
        "committee_vkey": "fenglin.example/committee+f815f353+AY+tU1ET7tCkE+oLyv679yF1n704u18omVh+4PkmBysA",
        "ca_fingerprint": "6e8d be20 a60a 6a6f a3ab 38b2 5dc9 4dfd cfc4 154f cb2f bd19 20b4 68a3 9e02 f592",
        "log_vkey": "fenglin.example/log+0a1b2c3d+AY+tU1ET7tCkE+oLyv679yF1n704u18omVh+4PkmBysA",
        "election_fingerprint": "f3" * 21 + "A",
        "made_at": CREATED,
    }
    return write_notice(Notice(**(values | changes)))


def test_rare_characters_are_printed_with_embedded_fonts(tmp_path):
    reader = read(notice(title=RARE), tmp_path)
    assert RARE in text(reader)
    fonts = [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()]
    descendants = [font["/DescendantFonts"][0].get_object() for font in fonts]
    assert descendants
    assert all({"/FontFile2", "/FontFile3"} & set(one["/FontDescriptor"]) for one in descendants)
    assert any("CJK" in one["/BaseFont"] or "SourceHan" in one["/BaseFont"] for one in descendants)


@pytest.mark.parametrize(
    "name",
    ["#panic()", "$x^2$", '"]) #read("/etc/passwd")', "\\u{41} *粗* _斜_", '#import "x"', "</script>", "// 注释"],
)
def test_nothing_in_a_name_is_run(tmp_path, name):
    printed = "".join(text(read(notice(title=name), tmp_path)).split())
    assert "".join(name.split()) in printed


def test_the_same_values_print_the_same_bytes():
    assert notice() == notice()


@pytest.mark.parametrize(("kind", "part"), [("2b", "2"), ("3b", "3")])
def test_the_file_claims_pdf_a(kind, part):
    data = {"community": "例", "electors": "例", "title": "例", "date": "例", "entries": []}
    pdf = printing.compile_pdf("notice", data, pdf_a=kind, created=CREATED)
    metadata = pypdf.PdfReader(io.BytesIO(pdf)).xmp_metadata
    assert metadata is not None
    xml = metadata.stream.get_data().decode()
    assert f"<pdfaid:part>{part}</pdfaid:part>" in xml and "<pdfaid:conformance>B</pdfaid:conformance>" in xml


@pytest.mark.parametrize("character", ["\ue000", "\U000f0000", "\x07", "\u0378", "🀄"])
def test_a_character_without_agreed_shape_is_refused_by_name(character):
    with pytest.raises(Malformed) as caught:
        notice(title=f"李{character}样")
    assert caught.value.code == "PRINT_CHARACTER"
    assert f"U+{ord(character):04X}" in caught.value.zh


class NoFonts:
    def families(self):
        return ["DejaVu Sans", "Libertinus Serif"]


def test_without_a_chinese_font_the_refusal_says_what_to_install(monkeypatch):
    monkeypatch.setattr(printing, "_system_fonts", NoFonts)
    with pytest.raises(Refused) as caught:
        notice()
    assert caught.value.code == "PRINT_FONT_MISSING"
    assert "fonts-noto-cjk" in caught.value.zh and "fonts-noto-cjk" in caught.value.en


def test_the_notice_shows_every_key_whole(tmp_path):
    printed = text(read(notice(), tmp_path))
    assert not [one for one in printed if unicodedata.category(one) == "Cf"], "what is copied is the key itself"
    printed = "".join(printed.split())
    for key in ("fenglin.example/committee+f815f353+AY+tU1ET7tCkE+oLyv679yF1n704u18omVh+4PkmBysA", "f3" * 21 + "A"):
        assert key in printed


def test_a_key_longer_than_the_line_is_broken_anywhere(tmp_path):
    key = "committee.example/" + "a1B2c3D4e5" * 15
    printed = text(read(notice(committee_vkey=key), tmp_path))
    assert key in printed.replace("\n", "")
    assert max(len(line) for line in printed.splitlines() if "a1B2c3" in line) <= 72, "it stays beside the QR code"


def test_cards_ten_to_a_sheet_with_all_groups_and_no_running_number(tmp_path):
    codes = [make_code() for _ in range(12)]
    reader = read(card_sheets.write_sheets(codes, title="枫林示例社区·2026 换届选举", created=CREATED), tmp_path)
    assert len(reader.pages) == 2
    first, second = (page.extract_text() for page in reader.pages)
    assert [first.count("请勿写姓名"), second.count("请勿写姓名")] == [10, 2]
    for code in codes:
        assert all(group in first + second for group in split_code(code))
    for sentence in ("请勿写姓名", "到写票处，扫图案或按数字。", "投完后，把卡投进回收箱。", "裁切后打乱再发"):
        assert sentence in first
    assert "第 2 版" in second and "共 2 版" in second and "印制数 12" in second


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="pdftoppm (poppler-utils) is not installed")
def test_the_printed_qr_code_holds_the_bare_code_24_mm_wide(tmp_path):
    code = make_code()
    (tmp_path / "card.pdf").write_bytes(card_sheets.write_sheets([code], title="例", created=CREATED))
    command = ["pdftoppm", "-gray", "-r", "254", tmp_path / "card.pdf", tmp_path / "card"]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    magic, size, _, pixels = next(tmp_path.glob("card*.pgm")).read_bytes().split(b"\n", 3)
    assert magic == b"P5"
    width = int(size.split()[0])

    def dark(x_mm: float, y_mm: float) -> bool:  # 254 dpi: ten pixels a millimetre
        return pixels[int(y_mm * 10) * width + int(x_mm * 10)] < 128

    matrix = [[bool(cell) for cell in row] for row in segno.make_qr(code, error="h").matrix]
    module, left = 24 / len(matrix), 17.0
    # From below, so that the first dark pixel in this column is the lower left finder pattern's edge.
    bottom = next(y / 10 for y in range(600, 200, -1) if dark(left + module / 2, y / 10))
    top = bottom + 0.1 - 24
    seen = [
        [dark(left + (x + 0.5) * module, top + (y + 0.5) * module) for x in range(len(matrix))]
        for y in range(len(matrix))
    ]
    assert seen == matrix


def test_made_cards_match_their_credentials_and_are_sorted():
    from voting.crypto.credentials import parse_credential, public_credential
    from voting.crypto.group import get_group

    heard: list[int] = []
    uuid = "4xKp2mQ9vRt7WyZa3bNcDe"
    made = card_sheets.make_cards(group="Ed25519", uuid=uuid, count=45, on_made=heard.append)
    assert sum(heard) == 45 and len(set(made.codes)) == 45
    expected = [public_credential(get_group("Ed25519"), parse_credential(code), uuid) for code in made.codes]
    assert list(made.credentials) == sorted(expected) != expected
    assert not any(code in repr(made) for code in made.codes)


@pytest.mark.parametrize("count", [0, -1, 60_001])
def test_an_impossible_number_of_cards_is_refused(count):
    with pytest.raises(Malformed, match="CARD_COUNT"):
        card_sheets.make_cards(group="Ed25519", uuid="4xKp2mQ9vRt7WyZa3bNcDe", count=count)


def test_two_equal_cards_are_noticed(monkeypatch):
    code = make_code()
    monkeypatch.setattr(card_sheets, "make_code", lambda: code)
    with pytest.raises(Malformed, match="CARD_TWICE"):
        card_sheets.make_cards(group="Ed25519", uuid="4xKp2mQ9vRt7WyZa3bNcDe", count=2)
