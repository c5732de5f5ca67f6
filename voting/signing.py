"""The election committee's two signatures: on the manifest of a bundle, and on the PDF.

The note key (Ed25519) signs the manifest; its vkey stands on the notice sheet and is what a verifier
is given. The PDF certificate comes from a small authority of the community itself (or from a PKCS#12
the office already has), so that any PDF reader can check the paper. Both are sealed by a passphrase
the committee types at certification; the server keeps neither the passphrase nor an open key.

A thief of these files and the passphrase could sign a forged bundle in the committee's name; the head
of the audit log, read out in the hall and signed by the log's own key, would still contradict it.
"""

import base64
import binascii
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from audit.note import Signer, sign_note, valid_name
from voting.crypto import keyfile
from voting.errors import Malformed, NotAllowed, TooLate
from voting.pdf_signature import fingerprint

DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
TERM = timedelta(days=5 * 366)  # a committee's term is five years (Residents' Committees Law)
AUTHORITY_TERM = timedelta(days=10 * 366)
KDF_ROUNDS = 600_000
MAX_P12_BYTES = 100_000
#: Files in a community's committee folder.
COMMITTEE_KEY, COMMITTEE_VKEY = "committee-key.json", "committee.vkey"
SIGNING_P12, AUTHORITY_P12, AUTHORITY_PEM = "signing.p12", "authority.p12", "authority.pem"


@dataclass(frozen=True, slots=True)
class CommitteeKey:
    """A fresh note key: the sealed file and the public vkey for the notice sheet."""

    key_file: bytes
    vkey: str


@dataclass(frozen=True, slots=True)
class Authority:
    """The community's own certificate authority and the committee's certificate under it.

    ``ca_p12`` is needed only to issue the next certificate and can stay on the shelf; ``signing_p12``
    is used at certification. Both are sealed by the same passphrase.
    """

    ca_certificate: bytes
    ca_p12: bytes
    signing_p12: bytes
    ca_fingerprint: str


def make_committee_key(*, origin: str, name: str, passphrase: str) -> CommitteeKey:
    """A new note key named ``origin`` (no spaces, no ``+``), its file labelled ``name``.

    Raises ``Malformed`` COMMITTEE_KEY_NAME and the refusals of ``keyfile.check_passphrase``.
    """
    if not valid_name(origin):
        raise Malformed(
            "COMMITTEE_KEY_NAME",
            f"“{origin}”不能作密钥名称：不能为空，不能含空格或加号；请改名。",
            f"“{origin}” cannot name a key: it must not be empty or hold spaces or “+”; choose another name.",
        )
    signer = Signer(origin, secrets.token_bytes(32))
    sealed = keyfile.seal(
        kind=keyfile.COMMITTEE_KEY,
        name=name,
        group="note",
        election="",
        public_key=signer.key.text,
        plaintext=base64.b64encode(signer.seed).decode(),
        passphrase=passphrase,
    )
    return CommitteeKey(sealed, signer.key.text)


def open_committee_key(raw: bytes, passphrase: str) -> Signer:
    """The committee's signer. Raises the refusals of ``keyfile`` (KEY_FILE_…, PASSPHRASE_WRONG)."""
    key_file = keyfile.parse(raw)
    keyfile.require_kind(key_file, keyfile.COMMITTEE_KEY)
    plaintext = keyfile.open_box(key_file, passphrase)
    try:
        seed = base64.b64decode(plaintext, validate=True)
    except binascii.Error:
        seed = b""
    name = key_file.public_key.partition("+")[0]
    if len(seed) != 32 or not valid_name(name) or Signer(name, seed).key.text != key_file.public_key:
        raise keyfile.wrong_content()
    return Signer(name, seed)


def sign_manifest(manifest: str, signer: Signer) -> str:
    """The manifest as a signed note (c2sp.org/signed-note)."""
    return sign_note(manifest, signer)


def make_authority(*, community: str, passphrase: str, now: datetime) -> Authority:
    """The community's authority and the certificate of its election committee (ECDSA P-256).

    Raises ``Malformed`` AUTHORITY_NAME for a name X.509 cannot hold, and PASSPHRASE_SHORT.
    """
    keyfile.check_passphrase(passphrase)
    if not 1 <= len(community) <= 48 or re.search(r"[\x00-\x1f\x7f]", community):
        raise Malformed(
            "AUTHORITY_NAME",
            "社区名称须为 1 至 48 个字，不含控制字符；请改正。",
            "The community's name must have 1 to 48 characters and no control characters; correct it.",
        )
    start = now.astimezone(UTC).replace(microsecond=0) - timedelta(minutes=5)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name, name = _name(community, f"{community}选举证书"), _name(community, f"{community}居民选举委员会")
    ca = _authority_certificate(ca_name, ca_key, start)
    leaf = _signing_certificate(name, key, ca, ca_key, start)
    return Authority(
        ca_certificate=ca.public_bytes(serialization.Encoding.PEM),
        ca_p12=_seal_p12("authority", ca_key, ca, [], passphrase),
        signing_p12=_seal_p12("signing", key, leaf, [ca], passphrase),
        ca_fingerprint=fingerprint(ca.public_bytes(serialization.Encoding.PEM)),
    )


def sign_pdf(pdf: bytes, p12: bytes, passphrase: str, *, now: datetime) -> bytes:
    """``pdf`` with an invisible PAdES-B-B signature that allows no later change, made offline.

    An incremental update without a visible field: the PDF/A claim and the attached file stay as they
    are. Raises ``NotAllowed`` P12_PASSPHRASE; ``Malformed`` P12_FORM, P12_NO_KEY, P12_USAGE, PDF_FORM;
    ``TooLate`` P12_EXPIRED.
    """
    # Imported here: pyHanko costs a starting server as much as all the rest of the house, and one deed needs it.
    from voting.pdf_signing import signed  # noqa: PLC0415

    certificate, password = _open_p12(p12, passphrase)
    _require_valid(certificate, now)
    _require_signing_usage(certificate)
    return signed(pdf, p12, password)


def _require_valid(certificate: x509.Certificate, now: datetime) -> None:
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise TooLate(
            "P12_EXPIRED",
            f"签名证书的有效期是 {certificate.not_valid_before_utc:%Y-%m-%d} 至 "
            f"{certificate.not_valid_after_utc:%Y-%m-%d}，今天不在其中；请换发证书或核对电脑日期。",
            f"The signing certificate is valid from {certificate.not_valid_before_utc:%Y-%m-%d} to "
            f"{certificate.not_valid_after_utc:%Y-%m-%d}, not today; issue a new one or check the computer's date.",
        )


def _open_p12(p12: bytes, passphrase: str) -> tuple[x509.Certificate, bytes]:
    """The signing certificate and the password that opened the file."""
    if len(p12) > MAX_P12_BYTES or not _is_p12(p12):
        raise p12_form()
    # The office's own file was sealed with what was typed then; ours with its NFKC form, as key files are.
    for password in dict.fromkeys((_password(passphrase), passphrase.encode("utf-8", "surrogatepass"))):
        try:
            key, certificate, _ = pkcs12.load_key_and_certificates(p12, password)
        except ValueError:
            continue
        if key is None or certificate is None:
            raise Malformed(
                "P12_NO_KEY",
                "证书文件里没有私钥或没有证书，不能签名；请向发证单位索取含私钥的 .p12 文件。",
                "The certificate file holds no private key or no certificate; ask the issuer for a .p12 with its key.",
            )
        return certificate, password
    # OpenSSL has one message for a wrong password and for garbage inside; the outer form was checked above.
    raise NotAllowed(
        "P12_PASSPHRASE",
        "证书文件的口令不对；请核对口令后再试。",
        "The passphrase of the certificate file is wrong; check it and try again.",
    )


def _is_p12(data: bytes) -> bool:
    """Whether ``data`` is one whole DER SEQUENCE beginning with version 3 (RFC 7292, PFX)."""
    if len(data) < 8:
        return False
    length, header = data[1], 2
    if length & 0x80:
        size = length & 0x7F
        length, header = int.from_bytes(data[2 : 2 + size], "big"), 2 + size
    return len(data) == header + length and data[header : header + 3] == b"\x02\x01\x03"


def _require_signing_usage(certificate: x509.Certificate) -> None:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise Malformed(
            "P12_USAGE",
            "这张证书不允许用于签名；请换成文件签名用的证书。",
            "This certificate is not allowed to sign documents; use one made for document signing.",
        )


def _authority_certificate(name: x509.Name, key: ec.EllipticCurvePrivateKey, start: datetime) -> x509.Certificate:
    public = key.public_key()
    return (
        _builder(name, name, public, start, AUTHORITY_TERM)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )


def _signing_certificate(
    name: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    ca: x509.Certificate,
    ca_key: ec.EllipticCurvePrivateKey,
    start: datetime,
) -> x509.Certificate:
    public = key.public_key()
    return (
        _builder(name, ca.subject, public, start, TERM)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([DOCUMENT_SIGNING]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, start: datetime, term: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + term)
    )


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=not certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(community: str, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, community),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _seal_p12(
    label: str,
    key: ec.EllipticCurvePrivateKey,
    certificate: x509.Certificate,
    chain: list[x509.Certificate],
    passphrase: str,
) -> bytes:
    encryption = (
        serialization.PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(KDF_ROUNDS)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(_password(passphrase))
    )
    return pkcs12.serialize_key_and_certificates(label.encode(), key, certificate, chain, encryption)


def _password(passphrase: str) -> bytes:
    return unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass")


def p12_form() -> Malformed:
    """What is said of a file that is no whole PKCS#12."""
    return Malformed(
        "P12_FORM",
        "这不是 PKCS#12 证书文件（.p12 或 .pfx），或者文件不完整；请选择正确的文件。",
        "This is not a whole PKCS#12 certificate file (.p12 or .pfx); choose the right file.",
    )
