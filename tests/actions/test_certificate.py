"""The certified papers: every export says the same, each reader is strict, the signatures hold."""

import csv
import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pypdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from audit.note import open_note, parse_vkey
from voting import signing
from voting.elections.count import certificate, exports, report
from voting.elections.count.rules import CountFacts, OfficeCount, decide
from voting.errors import Malformed, NotAllowed, Refused, TooLarge, TooLate
from voting.law.profiles import Mode
from voting.law.thresholds import Reason

NOW = datetime(2026, 12, 20, 12, 15, tzinfo=UTC)
PASSPHRASE = "柳树 风筝 算盘 北窗 1987"
ARCHIVE = b"not really an archive, only its hash matters here"


def office(title, seats, lines, *, void=0, blank=0, collected=980, **changes) -> report.OfficeResult:
    votes = sum(count for _, count, _ in lines)
    values = {
        "title": title,
        "seats": seats,
        "candidates": tuple(report.CandidateResult(*line) for line in lines),
        "void": void,
        "blank": blank,
        "unused": seats * collected - votes - (void + blank) * seats,
        "needed": collected // 2 + 1,
        "next": "done",
        "vacancies": 0,
        "because": (Reason("李㛃样得票过半数。", "A majority.", "《城市居民委员会组织法》第19条", "Art. 19"),),
    }
    return report.OfficeResult(**(values | changes))


def document(**changes) -> report.ResultDocument:
    values = {
        "community": "枫林示例社区",
        "place": "枫林示例社区活动中心",
        "title": "枫林示例社区第九届居民委员会换届选举",
        "number": "枫选字〔2026〕第 16 号",
        "day": date(2026, 12, 20),
        "mode": "all_voters",
        "law": "residents-2026",
        "second": False,
        "ineligible": (),
        "opened_at": datetime(2026, 12, 20, 0, 0, tzinfo=UTC),
        "closed_at": datetime(2026, 12, 20, 9, 0, tzinfo=UTC),
        "certified_at": NOW,
        "figures": report.Figures(1684, 988, 980, 980, 0, 0, 24),
        "cards": report.Cards(1718, 996, 5, 8, 717, 5, 2),
        "valid": True,
        "because": (Reason("2 × 980 = 1,960 ＞ 1,684，达到。", "2 × 980 = 1,960 > 1,684, reached."),),
        "offices": (
            office("主任", 1, [("李㛃样", 768, "elected"), ("孙丽例", 186, "none")], blank=13),
            office("委员", 2, [("周𬎆样", 702, "elected"), ("买买提·示例", 655, "elected"), ("冯立例", 90, "none")]),
        ),
        "article": "《中华人民共和国城市居民委员会组织法》第十九条",
        "article_en": "Urban Residents' Committees Organic Law, Art. 19",
        "archive": report.ArchiveRef(hashlib.sha256(ARCHIVE).hexdigest(), "4xKp2mQ9vRt7WyZa3bNcDe", "f" * 43, 980),
        "log": report.LogRef("fenglin.example/log", 4218, "7c3e91af0b52d8e46a17f39c2e80b5d1" * 2),
        "verify_url": "",
    }
    return report.ResultDocument(**(values | changes))


@pytest.fixture(scope="module")
def authority() -> signing.Authority:
    return signing.make_authority(community="枫林示例社区", passphrase=PASSPHRASE, now=NOW)


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return certificate.write_pdf(document())


@pytest.fixture(scope="module")
def signed(pdf, authority) -> bytes:
    return signing.sign_pdf(pdf, authority.signing_p12, PASSPHRASE, now=NOW)


# --- result.json -------------------------------------------------------------------------------------------------


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


def test_whoever_decides_again_comes_to_the_same_offices():
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
    again = report.count_facts(report.read_result_json(report.write_result_json(value)))
    decided = decide(again)
    assert report.offices_of(again, decided) == value.offices
    assert (decided.valid, decided.because) == (value.valid, value.because)
    with pytest.raises(Malformed, match="RESULT_FORM"):
        report.count_facts(document(mode="everyone"))


def test_a_name_twice_in_one_office_is_refused():
    with pytest.raises(Malformed, match="RESULT_FIGURES"):
        document(offices=(office("主任", 1, [("甲", 500, "elected"), ("甲", 400, "none")]),))


# --- spreadsheets ------------------------------------------------------------------------------------------------


def test_every_export_says_the_same(pdf):
    value = document()
    assert exports.read_csv(exports.write_csv(value)) == exports.as_text(exports.rows(value))
    assert exports.read_xlsx(exports.write_xlsx(value)) == exports.rows(value)
    assert report.read_result_json(exports.read_pdf_attachment(pdf)) == value


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


# --- the PDF -----------------------------------------------------------------------------------------------------


def test_the_paper_says_what_the_result_says(pdf):
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    joined = "".join(text.split())
    for expected in (
        "李㛃样",
        "周𬎆样",
        "买买提·示例",
        "1,684",
        "2×768＞980",
        "本次选举有效",
        "以下3人当选",
        "监督委员会主任",
    ):
        assert expected in joined, expected
    assert "主任 768" not in joined and "7c3e91af0b52d8e46a17f39c2e80b5d1" in joined
    assert "主任954+13+13+0=980" in joined
    assert joined.count("当选") >= 4 and "第1页，共1页" in joined


def test_what_is_left_open_is_said(tmp_path):
    tied = [("甲例", 490, "tied"), ("乙例", 490, "tied")]
    value = document(offices=(office("主任", 1, tied, next="revote"),))
    text = "".join(pypdf.PdfReader(io.BytesIO(certificate.write_pdf(value))).pages[0].extract_text().split())
    assert "没有人当选" in text and "主任：须在票数相同者之间再次投票（甲例、乙例）。" in text and "2×490=980" in text


@pytest.mark.parametrize(
    ("changes", "expected"), [({"second": True}, "3×186＜980"), ({"valid": False}, "本次选举无效")]
)
def test_a_second_and_a_void_poll_are_judged_by_their_own_bar(changes, expected):
    pages = pypdf.PdfReader(io.BytesIO(certificate.write_pdf(document(**changes)))).pages
    text = "".join(pages[0].extract_text().split())
    assert expected in text and "2×186" not in text


def test_thirty_candidates_go_on_a_second_page_with_the_table_head_again():
    names = [(f"示例候选人{index}", 10, "none") for index in range(30)]
    pages = pypdf.PdfReader(io.BytesIO(certificate.write_pdf(document(offices=(office("委员", 3, names),))))).pages
    texts = ["".join(page.extract_text().split()) for page in pages]
    assert len(texts) == 2 and "第2页，共2页" in texts[1]
    assert all("得票核算" in text for text in texts) and "居民选举委员会（盖章）" in texts[1]


def test_the_attached_file_is_found_by_other_readers_too(signed):
    attached = pypdf.PdfReader(io.BytesIO(signed)).attachments
    assert attached == {"result.json": [report.write_result_json(document())]}


def embedded(body: bytes, content: bytes) -> bytes:
    return b"1 0 obj\n<</Type/EmbeddedFile" + body + b">>\nstream\n" + content + b"\nendstream\nendobj\n"


def test_a_second_attached_file_is_refused(pdf):
    with pytest.raises(Malformed, match="PDF_FORM"):
        exports.read_pdf_attachment(pdf + embedded(b"/Length 2", b"{}"))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"%PDF-1.7",
        embedded(b"", b"{}"),
        embedded(b"/Length 3", b"{}"),
        embedded(b"/Length 2 0 R", b"{}"),
        embedded(b"/Length 2/Filter/LZWDecode", b"{}"),
        embedded(b"/Length 2/Filter/FlateDecode", b"{}"),
        embedded(b"/Length 2/Filter/FlateDecode/DecodeParms<<>>", b"{}"),
        embedded(b"/Length 99999999", b"{}"),
        b"/EmbeddedFile",
    ],
)
def test_what_carries_no_file_is_refused(raw):
    with pytest.raises(Malformed, match="PDF_FORM"):
        exports.read_pdf_attachment(raw)


def test_an_attached_bomb_is_refused():
    import zlib

    packed = zlib.compress(b" " * 50_000_000)
    with pytest.raises(Malformed, match="PDF_FORM"):
        exports.read_pdf_attachment(embedded(b"/Length %d/Filter/FlateDecode" % len(packed), packed))


# --- signatures --------------------------------------------------------------------------------------------------


def status_of(raw: bytes, authority: signing.Authority):
    root = x509.load_pem_x509_certificate(authority.ca_certificate)
    from asn1crypto import x509 as asn1

    trusted = asn1.Certificate.load(root.public_bytes(serialization.Encoding.DER))
    (signature,) = PdfFileReader(io.BytesIO(raw)).embedded_signatures
    return signature, validate_pdf_signature(signature, ValidationContext(trust_roots=[trusted], moment=NOW))


def test_the_signature_is_pades_covers_the_file_and_leads_to_the_community(signed, authority):
    signature, status = status_of(signed, authority)
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert status.intact and status.valid and status.trusted
    assert status.coverage.name == "ENTIRE_FILE"
    assert signature.docmdp_level.name == "NO_CHANGES"


def test_a_byte_changed_after_signing_is_seen(signed, authority):
    at = signed.index(b"/Type/Catalog")
    broken = signed[:at] + b"/TypE/Catalog" + signed[at + 13 :]
    try:
        _, status = status_of(broken, authority)
    except Exception:
        return  # no longer readable at all
    assert not status.intact


def test_signing_keeps_the_pdf_a_claim_and_shows_no_field(pdf, signed):
    assert signed.startswith(pdf)  # an incremental update: not one byte of the checked paper changes
    reader = pypdf.PdfReader(io.BytesIO(signed))
    xml = reader.xmp_metadata.stream.get_data().decode()
    assert xml == pypdf.PdfReader(io.BytesIO(pdf)).xmp_metadata.stream.get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in xml and "<pdfaid:conformance>B</pdfaid:conformance>" in xml
    (field,) = [one.get_object() for one in reader.trailer["/Root"]["/AcroForm"]["/Fields"]]
    flags = int(field["/F"])
    assert [float(side) for side in field["/Rect"]] == [0, 0, 0, 0]
    assert flags & 4 and not flags & (1 | 2 | 32)  # printable, neither invisible nor hidden nor no-view
    assert reader.trailer["/Root"]["/AF"]
    assert "/NeedAppearances" not in reader.trailer["/Root"]["/AcroForm"]


def test_the_authoritys_certificates_are_for_their_purposes_only(authority):
    ca = x509.load_pem_x509_certificate(authority.ca_certificate)
    key, leaf, chain = pkcs12.load_key_and_certificates(authority.signing_p12, PASSPHRASE.encode())
    assert key is not None and leaf is not None and chain == [ca]
    leaf.verify_directly_issued_by(ca)
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature and usage.content_commitment and not usage.key_cert_sign
    assert list(leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [signing.DOCUMENT_SIGNING]
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    constraints = ca.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert constraints.ca and constraints.path_length == 0
    assert authority.ca_fingerprint.replace(" ", "") == ca.fingerprint(hashes.SHA256()).hex()


def own_p12(*, certificate=True, usage=None) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "街道办事处（示例）")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=1))
    )  # fmt: skip
    if usage is not None:
        builder = builder.add_extension(usage, critical=True)
    made = builder.sign(key, hashes.SHA256())
    encryption = serialization.BestAvailableEncryption(PASSPHRASE.encode())
    return pkcs12.serialize_key_and_certificates(
        b"x", key if certificate else None, made if certificate else None, None if certificate else [made], encryption
    )


def test_a_pkcs12_of_the_office_signs_as_well(pdf):
    signed = signing.sign_pdf(pdf, own_p12(), PASSPHRASE, now=NOW)
    (signature,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    assert "街道办事处" in signature.signer_cert.subject.human_friendly


def test_a_passphrase_typed_in_full_width_opens_both_of_the_committees_files(pdf, authority):
    typed = PASSPHRASE.replace("1987", "１９８７")
    assert signing.sign_pdf(pdf, authority.signing_p12, typed, now=NOW).startswith(pdf)
    made = signing.make_committee_key(origin="fenglin.example/committee", name="甲", passphrase=PASSPHRASE)
    assert signing.open_committee_key(made.key_file, typed).key.text == made.vkey


@pytest.mark.parametrize(
    ("p12", "passphrase", "after", "code"),
    [
        ("own", "不是这个口令不是这个口令", 0, "P12_PASSPHRASE"),
        ("own", "", 0, "P12_PASSPHRASE"),
        ("own", PASSPHRASE, 2, "P12_EXPIRED"),
        ("own", PASSPHRASE, -2, "P12_EXPIRED"),
        ("usage", PASSPHRASE, 0, "P12_USAGE"),
        ("no key", PASSPHRASE, 0, "P12_NO_KEY"),
        ("cut", PASSPHRASE, 0, "P12_FORM"),
        ("empty", PASSPHRASE, 0, "P12_FORM"),
        ("text", PASSPHRASE, 0, "P12_FORM"),
        ("der", PASSPHRASE, 0, "P12_FORM"),
    ],
)
def test_every_refusal_of_a_certificate_file_has_its_sentence(pdf, p12, passphrase, after, code):
    no_signing = x509.KeyUsage(False, False, True, False, False, False, False, False, False)
    raw = {
        "own": own_p12,
        "usage": lambda: own_p12(usage=no_signing),
        "no key": lambda: own_p12(certificate=False),
        "cut": lambda: own_p12()[:-10],
        "empty": lambda: b"",
        "text": lambda: b"-----BEGIN CERTIFICATE-----",
        "der": lambda: b"\x30\x09\x02\x01\x07" + b"\x05\x00" * 3,
    }[p12]()
    with pytest.raises(Refused) as caught:
        signing.sign_pdf(pdf, raw, passphrase, now=NOW + timedelta(days=after))
    assert caught.value.code == code
    assert isinstance(caught.value, NotAllowed | TooLate | Malformed)


def test_what_is_no_pdf_is_not_signed(authority):
    with pytest.raises(Malformed, match="PDF_FORM"):
        signing.sign_pdf(b"hello", authority.signing_p12, PASSPHRASE, now=NOW)


@pytest.mark.parametrize("community", ["", "例" * 49, "枫林\n社区"])
def test_a_name_x509_cannot_hold_is_refused(community):
    with pytest.raises(Malformed, match="AUTHORITY_NAME"):
        signing.make_authority(community=community, passphrase=PASSPHRASE, now=NOW)


def test_the_committee_key_opens_with_its_passphrase_only():
    made = signing.make_committee_key(origin="fenglin.example/committee", name="选举委员会", passphrase=PASSPHRASE)
    assert signing.open_committee_key(made.key_file, PASSPHRASE).key.text == made.vkey
    with pytest.raises(NotAllowed, match="PASSPHRASE_WRONG"):
        signing.open_committee_key(made.key_file, "不是这个口令不是这个口令")
    with pytest.raises(Malformed, match="PASSPHRASE_SHORT"):
        signing.make_committee_key(origin="fenglin.example/committee", name="选举委员会", passphrase="短")


@pytest.mark.parametrize("origin", ["", "two words", "a+b", "枫林　社区"])
def test_a_key_name_no_note_can_carry_is_refused(origin):
    with pytest.raises(Malformed, match="COMMITTEE_KEY_NAME"):
        signing.make_committee_key(origin=origin, name="选举委员会", passphrase=PASSPHRASE)


@pytest.mark.parametrize("plaintext", ["", "AAAA", "秘"[:0] + "not base64!", "A" * 43 + "="])
def test_a_committee_file_that_does_not_hold_its_key_is_refused(plaintext):
    from voting.crypto import keyfile

    made = signing.make_committee_key(origin="fenglin.example/committee", name="甲", passphrase=PASSPHRASE)
    raw = keyfile.seal(
        kind=keyfile.COMMITTEE_KEY, name="甲", group="note", election="", public_key=made.vkey, plaintext=plaintext,
        passphrase=PASSPHRASE,
    )  # fmt: skip
    with pytest.raises(Malformed, match="KEY_FILE_CONTENT"):
        signing.open_committee_key(raw, PASSPHRASE)


# --- the bundle --------------------------------------------------------------------------------------------------


def bundle(authority, signer, **changes) -> dict[str, bytes]:
    values = {
        "archive": ARCHIVE,
        "log": {"checkpoint": b"head", "tile/0/000.p/1": b"\x00" * 32},
        "log_vkey": "fenglin.example/log+00000000+key",
        "authority": authority.ca_certificate,
        "sign_pdf": lambda pdf: signing.sign_pdf(pdf, authority.signing_p12, PASSPHRASE, now=NOW),
        "sign_manifest": lambda text: signing.sign_manifest(text, signer),
    }
    return certificate.build_bundle(document(), **(values | changes))


def test_the_manifest_is_signed_and_lists_the_hash_of_every_file(authority):
    made = signing.make_committee_key(origin="fenglin.example/committee", name="选举委员会", passphrase=PASSPHRASE)
    files = bundle(authority, signing.open_committee_key(made.key_file, PASSPHRASE))
    note = open_note(files["manifest.txt"], [parse_vkey(made.vkey)])
    listed = exports.read_manifest(note.text)
    assert listed == {
        path: hashlib.sha256(content).hexdigest() for path, content in files.items() if path != "manifest.txt"
    }
    results = {"result.json", "result.csv", "result.xlsx", "result.pdf"}
    assert set(listed) == results | {"ballots.bel", "authority.pem", "log.vkey", "log/checkpoint", "log/tile/0/000.p/1"}
    other = signing.make_committee_key(origin="fenglin.example/committee", name="选举委员会", passphrase=PASSPHRASE)
    with pytest.raises(Exception, match=r"NOTE|SIG"):
        open_note(files["manifest.txt"], [parse_vkey(other.vkey)])


def test_a_certificate_is_never_signed_beside_another_ballot_box(authority):
    def never(_: object) -> str:
        raise AssertionError("signed")

    with pytest.raises(Malformed, match="BUNDLE_ARCHIVE"):
        bundle(authority, None, archive=b"another", sign_pdf=never, sign_manifest=never)


GOOD = f"{'a' * 64}  result.json\n"


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", GOOD, "community-voting/bundle/v1\n", f"community-voting/bundle/v1\n{GOOD}{GOOD}",
        f"community-voting/bundle/v2\n{GOOD}", f"community-voting/bundle/v1\n{GOOD[:-1]}",
        f"community-voting/bundle/v1\n{'a' * 64}  ../etc/passwd\n", f"community-voting/bundle/v1\n{'a' * 64}  /x\n",
        f"community-voting/bundle/v1\n{'a' * 64}  a//b\n", f"community-voting/bundle/v1\n{'a' * 64}  a/./b\n",
        f"community-voting/bundle/v1\n{'A' * 64}  a\n", f"community-voting/bundle/v1\n{'a' * 64} a\n",
        f"community-voting/bundle/v1\n{'a' * 64}  b\n{'a' * 64}  a\n", f"community-voting/bundle/v1\n{'a' * 63}  a\n",
        f"community-voting/bundle/v1\n{GOOD}\n", f"community-voting/bundle/v1\r\n{GOOD}",
        f"community-voting/bundle/v1\n{'a' * 64}  中\n",
    ],
)  # fmt: skip
def test_every_deviation_of_a_manifest_is_refused(text):
    with pytest.raises(Malformed, match="MANIFEST_FORM"):
        exports.read_manifest(text)


def test_a_manifest_comes_back():
    files = {"b/c": "b" * 64, "a": "a" * 64}
    assert exports.read_manifest(exports.write_manifest(files)) == files
    with pytest.raises(Malformed, match="MANIFEST_FORM"):
        exports.write_manifest({"../a": "a" * 64})


def test_no_personal_data_beyond_candidates_can_enter():
    # The document has no field for a voter; this pins its fields, so that a new one is a decision.
    fields = set(report.ResultDocument.__dataclass_fields__)
    assert fields == {
        "community", "place", "title", "number", "day", "mode", "law", "second", "ineligible",
        "opened_at", "closed_at", "certified_at",
        "figures", "cards", "valid", "because", "offices", "article", "article_en", "archive", "log", "verify_url",
    }  # fmt: skip
    assert replace(document(), verify_url="https://fenglin.example/v").verify_url
