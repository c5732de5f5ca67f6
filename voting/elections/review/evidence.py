"""A piece of evidence: PDF, JPEG or PNG by its own bytes, of bounded size. Pure.

It is sealed before it is stored and only ever handed out as a download under the type found here.
"""

from typing import Final

from voting.errors import Malformed, TooLarge

#: Most bytes of one file.
LIMIT: Final = 5_000_000
_STARTS: Final = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
TYPES: Final = tuple(_STARTS.values())
ENDINGS: Final = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


def type_of(content: bytes) -> str:
    """Media type of an evidence file. Raises TooLarge EVIDENCE_TOO_LARGE, Malformed EVIDENCE_FORMAT."""
    if len(content) > LIMIT:
        raise TooLarge(
            "EVIDENCE_TOO_LARGE",
            f"证据文件有 {len(content) // 1_000_000} MB，最多 {LIMIT // 1_000_000} MB。请压缩后再传。",
            f"The evidence has {len(content) // 1_000_000} MB, at most {LIMIT // 1_000_000}; make it smaller.",
        )
    for start, media_type in _STARTS.items():
        if content.startswith(start):
            return media_type
    raise Malformed(
        "EVIDENCE_FORMAT",
        "证据要用 PDF、JPEG 或 PNG 文件，请换一个。",
        "Evidence comes as PDF, JPEG or PNG; use another.",
    )
