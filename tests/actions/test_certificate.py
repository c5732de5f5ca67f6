"""The certified papers: every export says the same, the signatures hold, the bundle names every file."""

import hashlib
import io
from dataclasses import replace
from datetime import timedelta

import pypdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from result_build import ARCHIVE, NOW, PASSPHRASE, document, office

from audit.note import open_note, parse_vkey
from voting import signing
from voting.elections.count import certificate, exports, report
from voting.errors import Malformed, NotAllowed, Refused, TooLate


@pytest.fixture(scope="module")
def authority() -> signing.Authority:
    return signing.make_authority(community="枫林示例社区", passphrase=PASSPHRASE, now=NOW)


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return certificate.write_pdf(document())


@pytest.fixture(scope="module")
def signed(pdf, authority) -> bytes:
    return signing.sign_pdf(pdf, authority.signing_p12, PASSPHRASE, now=NOW)


# --- the PDF ----------------------------------------------------------------------------------------------------------


def test_every_export_says_the_same(pdf):
    value = document()
    assert exports.read_csv(exports.write_csv(value)) == exports.as_text(exports.rows(value))
    assert exports.read_xlsx(exports.write_xlsx(value)) == exports.rows(value)
    assert report.read_result_json(exports.read_pdf_attachment(pdf)) == value


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
    ("changes", "expected"), [({"kind": "second"}, "3×186＜980"), ({"valid": False}, "本次选举无效")]
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


# --- signatures -------------------------------------------------------------------------------------------------------


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


# --- the bundle -------------------------------------------------------------------------------------------------------


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
        "community", "place", "title", "number", "day", "mode", "law", "kind", "ineligible", "legal_record", "papers",
        "opened_at", "closed_at", "certified_at",
        "figures", "cards", "petition", "valid", "because", "offices", "article", "article_en", "archive", "log",
        "verify_url",
    }  # fmt: skip
    assert replace(document(), verify_url="https://fenglin.example/v").verify_url
