"""The certificate's signature under a PDF, by pyHanko. `voting.signing` checks certificate and passphrase first."""

import io

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.fields import SigSeedSubFilter

from voting.errors import Malformed
from voting.signing import p12_form


def signed(pdf: bytes, p12: bytes, password: bytes) -> bytes:
    """``pdf`` with an invisible PAdES-B-B signature by the key in ``p12`` that allows no later change.

    An incremental update without a visible field: the PDF/A claim and the attached file stay as they
    are. Raises ``Malformed`` PDF_FORM, P12_FORM.
    """
    signer: signers.SimpleSigner | None = signers.SimpleSigner.load_pkcs12_data(
        p12, other_certs=[], passphrase=password
    )
    if signer is None:
        raise p12_form()
    metadata = signers.PdfSignatureMetadata(
        field_name="Certification",
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        reason="选举结果报告单",
    )
    try:
        writer = _UntouchedMetadata(io.BytesIO(pdf))
    except Exception as error:  # pyHanko lets several error families through for what is no PDF
        raise Malformed(
            "PDF_FORM", "这不是能签名的 PDF；请重新生成报告单。", "This is no PDF to sign; make the report again."
        ) from error
    out = io.BytesIO()
    # PDF/A (ISO 19005-3, 6.3.2) wants every annotation printable and none hidden, the signature's too.
    field = fields.SigFieldSpec(
        "Certification", invis_sig_settings=fields.InvisSigSettings(set_print_flag=True, set_hidden_flag=False)
    )
    signers.PdfSigner(metadata, signer, new_field_spec=field).sign_pdf(writer, output=out)
    return out.getvalue()


class _UntouchedMetadata(IncrementalPdfFileWriter):
    """Leaves XMP and Info as they are: pyHanko would write the XMP anew and, with it, the PDF/A claim."""

    def _update_meta(self) -> None:
        return
