"""Check 13 (docs/verify.md): CSV, XLSX and PDF say what ``result.json`` says, and the PDF is signed."""

from datetime import datetime

from verifier.bundle import AUTHORITY, CSV, PDF, RESULT, XLSX, Bundle
from voting.elections.count.exports import read_pdf_attachment, read_xlsx, rows, write_csv
from voting.elections.count.report import ResultDocument
from voting.errors import Malformed
from voting.pdf_signature import fingerprint, leads_to


def check_papers(bundle: Bundle, document: ResultDocument) -> str:
    """13: all exports, one by one; returns the fingerprint of the certificate that the PDF's signature leads to."""
    check_spreadsheets(bundle, document)
    check_attachment(bundle)
    authority = bundle.read(AUTHORITY)
    shown = authority_fingerprint(authority)
    check_pdf_signature(bundle.read(PDF), authority, document.certified_at)
    return shown


def check_spreadsheets(bundle: Bundle, document: ResultDocument) -> None:
    """13: the table that people open: the CSV byte for byte, the spreadsheet cell by cell, shown as it is."""
    for name, same in (
        (CSV, bundle.read(CSV) == write_csv(document)),
        (XLSX, read_xlsx(bundle.read(XLSX)) == rows(document)),
    ):
        if not same:
            raise _other(name)


def check_attachment(bundle: Bundle) -> None:
    """13: the file inside the PDF is ``result.json``, byte for byte. What the page shows is for people to compare."""
    if read_pdf_attachment(bundle.read(PDF)) != bundle.read(RESULT):
        raise _other(PDF)


def authority_fingerprint(pem: bytes) -> str:
    """SHA-256 of the certificate in groups of 4 as on the notice board. Raises Malformed AUTHORITY_FORM."""
    try:
        return fingerprint(pem)
    except ValueError as error:
        raise Malformed("AUTHORITY_FORM", f"{AUTHORITY} 不是证书", f"{AUTHORITY} is no certificate") from error


def check_pdf_signature(pdf: bytes, authority: bytes, at: datetime) -> None:
    """13: one signature over the whole PDF, under a certificate of ``authority`` that was valid ``at`` that time."""
    if not leads_to(pdf, authority, at):
        raise Malformed(
            "PDF_SIGNATURE",
            "报告单 PDF 的签名不成立，或不是这张证书签的，或签字后被改动过",
            "The PDF's signature does not hold, leads to another certificate, or the PDF was changed after signing",
        )


def _other(name: str) -> Malformed:
    return Malformed(
        "EXPORT_OTHER",
        f"{name} 与 result.json 说的不一样",
        f"{name} does not say what result.json says",
    )
