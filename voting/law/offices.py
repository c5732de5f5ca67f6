"""Which kind of office a title names. Titles are free text; the law knows chair, deputy and member (组织法 8)."""

from __future__ import annotations

from typing import Final

#: From the highest office down.
KINDS: Final = ("chair", "deputy", "member")


def office_kind(title: str) -> str:
    """Chair, deputy or member: 居委会主任 and 主任委员 chair, 第一副主任 and 常务副主任 deputise, everybody else is a
    member."""
    if "副" in title and "主任" in title:
        return "deputy"
    return "chair" if "主任" in title else "member"


def rank(title: str) -> int:
    """0 for the highest office."""
    return KINDS.index(office_kind(title))
