"""The certified bundle put together: the committee's sealed files opened once, everything signed, one zip.

Nothing here reads the database or the clock. The passphrase opens both of the committee's files in memory
for as long as the signing takes; it is kept nowhere.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from voting import signing
from voting.elections.count.certificate import build_bundle
from voting.elections.count.report import ResultDocument
from voting.errors import Malformed, NotFound
from voting.journal import LogTree
from voting.pdf_signature import fingerprint, leads_to


@dataclass(frozen=True)
class CommitteeFiles:
    """The election committee's sealed files as they lie in its folder; useless without the passphrase."""

    key: bytes
    signing_p12: bytes
    authority: bytes


@dataclass(frozen=True)
class Passphrases:
    """What the committee types at certification. ``p12`` where the office's own certificate has another."""

    key: str
    p12: str = ""


def read_committee(folder: Path) -> CommitteeFiles:
    """The files `voting init` made in ``folder``. Raises NotFound COMMITTEE_KEY_MISSING naming the folder."""
    names = (signing.COMMITTEE_KEY, signing.SIGNING_P12, signing.AUTHORITY_PEM)
    try:
        return CommitteeFiles(*((folder / name).read_bytes() for name in names))
    except OSError as missing:
        raise NotFound(
            "COMMITTEE_KEY_MISSING",
            f"选举委员会的密钥文件不全，应在 {folder}：{'、'.join(names)}。请选举委员会把保管的文件放回；"
            f"从来没有做过的，请管理员运行 voting committee --community {folder.name}。",
            f"The election committee's key files are not all in {folder} ({', '.join(names)}). The committee puts "
            "its copies back; where none was ever made, the administrator runs voting committee --community "
            f"{folder.name}.",
        ) from missing


def committee_public(folder: Path) -> tuple[str, str]:
    """The committee's vkey and its authority's fingerprint for the notice board; empty before they are made."""
    try:
        vkey = (folder / signing.COMMITTEE_VKEY).read_text().strip()
        return vkey, fingerprint((folder / signing.AUTHORITY_PEM).read_bytes())
    except OSError:
        return "", ""


def certified_files(
    document: ResultDocument,
    *,
    archive: bytes,
    log: LogTree,
    committee: CommitteeFiles,
    passphrases: Passphrases,
    now: datetime,
) -> dict[str, bytes]:
    """Every file of the bundle by path, signed.

    Raises NotAllowed PASSPHRASE_WRONG, P12_PASSPHRASE; Malformed KEY_FILE_…, P12_… (P12_AUTHORITY where the
    authority's certificate beside it is another's), PRINT_CHARACTER; TooLate P12_EXPIRED; Refused PRINT_FONT_MISSING.
    The passphrase is asked of the key before anything is printed.
    """
    signer = signing.open_committee_key(committee.key, passphrases.key)
    p12_passphrase = passphrases.p12 or passphrases.key
    return build_bundle(
        document,
        archive=archive,
        log=log.files,
        log_vkey=log.vkey,
        authority=committee.authority,
        sign_pdf=lambda pdf: _signed(pdf, committee, p12_passphrase, now),
        sign_manifest=lambda text: signing.sign_manifest(text, signer),
    )


def _signed(pdf: bytes, committee: CommitteeFiles, passphrase: str, now: datetime) -> bytes:
    """The signed report; refused here if everybody who verifies it would be told that it is forged."""
    signed = signing.sign_pdf(pdf, committee.signing_p12, passphrase, now=now)
    if not leads_to(signed, committee.authority, now):
        raise Malformed(
            "P12_AUTHORITY",
            f"签名证书（{signing.SIGNING_P12}）不是旁边这张 {signing.AUTHORITY_PEM} 签发的，或证书不许用于签署文件"
            f"（不可否认）：请把签发单位的证书放在它旁边，文件名 {signing.AUTHORITY_PEM}，并重新公布证书指纹。",
            f"The signing certificate ({signing.SIGNING_P12}) was not issued by the {signing.AUTHORITY_PEM} beside "
            f"it, or may not sign documents (non-repudiation): put the issuer's certificate beside it as "
            f"{signing.AUTHORITY_PEM} and post its fingerprint anew.",
        )
    return signed
