"""Texts that officials type: cleaned, bounded, and printable on every paper that will carry them."""

import unicodedata

from voting import journal
from voting.errors import Malformed

#: A reason is a sentence or two; it stands in the public log for good.
REASON_LENGTH = 500


def typed(text: str, *, zh: str, en: str, most: int, least: int = 0) -> str:
    """`text` with its blanks tidied, as it is stored, logged and printed.

    Raises Malformed: TEXT_LENGTH (outside `least` … `most` characters) and TEXT_CHARACTER, naming the field.
    """
    clean = " ".join(journal.typed(text).split())
    if not least <= len(clean) <= most:
        raise Malformed(
            "TEXT_LENGTH",
            f"“{zh}”要有 {least} 至 {most} 个字，现有 {len(clean)} 个字。请改一下。",
            f"“{en}” has {least} to {most} characters; this has {len(clean)}. Please change it.",
        )
    require_printable(clean, zh=zh, en=en)
    return clean


def reason(text: str, *, least: int = 0) -> str:
    """A recorded reason, which everyone can read in the log."""
    return typed(text, zh="原因", en="Reason", most=REASON_LENGTH, least=least)


def require_printable(text: str, *, zh: str, en: str) -> None:
    """Refuse characters without an agreed shape: they would stop the certificate on election night.

    Old registers keep rare names in Unicode's private use area. Raises Malformed TEXT_CHARACTER.
    """
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cf", "Cn", "Co", "Cs"):
            raise Malformed(
                "TEXT_CHARACTER",
                f"“{zh}”里有打印不出来的字符（U+{ord(character):04X}）。请换成国家标准编码的同一个字。",
                f"“{en}” holds a character that cannot be printed (U+{ord(character):04X}); type it in standard "
                "encoding.",
            )
