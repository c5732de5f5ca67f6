"""Printed papers: Typst templates compiled to PDF/A, offline, with a Chinese font that is really there.

Data reaches a template as JSON through ``sys.inputs`` and is only ever read there with ``json(…)``;
nothing is pasted into Typst source, so a name such as ``#panic()`` is printed, not run. Without a
Chinese font Typst would fall back to whatever prints an empty box, so the font is looked for first;
PDF/A export then refuses any character no font can show.
"""

import io
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import segno
import typst

from voting.errors import Malformed, Refused

TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "print"

# In order of preference; the names Debian, Google Fonts and Adobe give the same typefaces.
SERIF = ("Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "Source Han Serif CN")
SANS = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN")
MONO = ("Noto Sans Mono CJK SC", "DejaVu Sans Mono")

PdfA = Literal["2b", "3b"]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file carried inside a PDF/A-3 (ISO 19005-3, 6.8)."""

    name: str
    content: str
    mime_type: str
    description: str


def compile_pdf(
    template: str,
    data: Mapping[str, Any],
    *,
    pdf_a: PdfA = "2b",
    created: datetime,
    attachment: Attachment | None = None,
    tags: bool = True,
) -> bytes:
    """The PDF of ``templates/print/<template>.typ`` filled with ``data`` (JSON values).

    ``created`` (aware) is written into the file instead of the machine's clock, so the same values
    print the same bytes. ``tags``: with the structure that reading aloud needs; long lists for the printer alone go
    without, which takes half the time. Raises ``Refused`` PRINT_FONT_MISSING when the machine has no Chinese font and
    ``Malformed`` PRINT_CHARACTER for a character that cannot be printed.
    """
    fonts = chinese_fonts()
    _require_printable(data)
    inputs = {"data": json.dumps(dict(data) | {"fonts": fonts}, ensure_ascii=False)}
    if attachment is not None:
        inputs["attachment"] = json.dumps(
            {
                "name": attachment.name,
                "content": attachment.content,
                "mime_type": attachment.mime_type,
                "description": attachment.description,
            },
            ensure_ascii=False,
        )
    try:
        pdf = typst.compile(
            TEMPLATES / f"{template}.typ",
            root=TEMPLATES,
            font_paths=_system_fonts(),
            sys_inputs=inputs,
            format="pdf",
            pdf_standards=["a-2b" if pdf_a == "2b" else "a-3b"],
            timestamp=created.replace(microsecond=0),
            pdf_tags=tags,
        )
    except typst.TypstError as error:
        unprintable = re.search(r'the text `"(.+?)"` could not be displayed', str(error))
        if unprintable is None:
            raise
        raise _character(unprintable[1]) from error
    if not isinstance(pdf, bytes):
        raise TypeError("Typst gave no single PDF")
    return pdf


def chinese_fonts() -> dict[str, list[str]]:
    """The font families to print with, by role. Raises ``Refused`` PRINT_FONT_MISSING."""
    installed = set(_system_fonts().families())
    serif = [family for family in SERIF if family in installed]
    sans = [family for family in SANS if family in installed]
    if not serif or not sans:
        raise Refused(
            "PRINT_FONT_MISSING",
            "这台机器上没有中文字体，打印出来会是空框；请安装 Debian 软件包 fonts-noto-cjk "
            "（或思源宋体与思源黑体）后重试。",
            "This machine has no Chinese font and would print empty boxes; install Debian's package "
            "fonts-noto-cjk (or Source Han Serif and Source Han Sans) and try again.",
        )
    mono = [family for family in MONO if family in installed] or sans
    # The other face follows each list: a rare character missing in one is often in the other.
    return {"serif": serif + sans, "sans": sans + serif, "mono": mono + sans}


def qr_svg(text: str) -> str:
    """``text`` as a QR code of the highest error correction (30 %: cards get creased), without margin.

    The margin of four modules that ISO/IEC 18004 asks for is left white by the templates.
    """
    out = io.BytesIO()
    segno.make_qr(text, error="h").save(out, kind="svg", xmldecl=False, border=0, svgclass=None, lineclass=None)
    return out.getvalue().decode()


@lru_cache(maxsize=1)
def _system_fonts() -> typst.Fonts:
    return typst.Fonts()


def _require_printable(value: Any) -> None:
    """Refuse characters with no agreed shape, wherever they stand in ``value`` (JSON values).

    Old registers keep rare names in the private use area; whatever a font shows there is another
    person's character, and it would be printed on a certificate without anyone noticing.
    """
    if isinstance(value, str):
        for character in value:
            if unicodedata.category(character) in ("Co", "Cn", "Cs", "Cc") and character != "\n":
                raise _character(character)
    elif isinstance(value, Mapping):
        for item in value.values():
            _require_printable(item)
    elif isinstance(value, Sequence):
        for item in value:
            _require_printable(item)


def _character(character: str) -> Malformed:
    code = " ".join(f"U+{ord(one):04X}" for one in character[:4])
    return Malformed(
        "PRINT_CHARACTER",
        f"字符“{character}”（{code}）没有字体可以打印；请改成国家标准编码的同一个字后重试。",
        f"No font can print the character “{character}” ({code}); "
        "replace it by the same character in standard encoding.",
    )
