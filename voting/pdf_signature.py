"""Whose signature a PDF bears: asked by the verifier, and by certification before it lets go of one.

One function for both, so that no result is certified that verification would then refuse.
"""

import io
import logging
import warnings
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes


def fingerprint(certificate: bytes) -> str:
    """SHA-256 of a PEM certificate's DER bytes: 16 groups of 4 hex, as PDF readers show it and people compare it.

    Raises ValueError where ``certificate`` is none.
    """
    digest = x509.load_pem_x509_certificate(certificate).fingerprint(hashes.SHA256()).hex()
    return " ".join(digest[start : start + 4] for start in range(0, 64, 4))


def leads_to(pdf: bytes, authority: bytes, at: datetime) -> bool:
    """Whether ``pdf`` has one signature, over the whole file, under a certificate that ``authority`` (PEM) issued.

    The chain must have been valid ``at`` that time; certificates in between come with the signature.
    """
    # Imported here: the verifier's worker processes need none of it. Nothing is fetched: all certificates are at hand.
    from asn1crypto import pem  # noqa: PLC0415
    from asn1crypto import x509 as asn1_x509  # noqa: PLC0415
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415
    from pyhanko.sign.validation import validate_pdf_signature  # noqa: PLC0415
    from pyhanko.sign.validation.status import SignatureCoverageLevel  # noqa: PLC0415
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415

    # Its own account of a failure would go to the terminal; ours is the caller's sentence.
    logging.getLogger("pyhanko").addHandler(logging.NullHandler())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            root = asn1_x509.Certificate.load(pem.unarmor(authority)[2])
            context = ValidationContext(trust_roots=[root], allow_fetching=False, moment=at)
            (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
            status = validate_pdf_signature(signature, context)
            return bool(status.bottom_line and status.coverage == SignatureCoverageLevel.ENTIRE_FILE)
    except Exception:  # several libraries' error families, all saying that this is no sound signature
        return False
