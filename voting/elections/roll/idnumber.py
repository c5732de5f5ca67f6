"""The 18-digit citizen identity number (GB 11643-1999): form, date of birth, sex, check character.

Pure. A number is never printed whole: sentences name its last four characters at most.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from voting.law.thresholds import Reason

# ISO 7064 MOD 11-2, as GB 11643 prints it: weights of the first 17 digits, and the check character by remainder.
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
_FORM: Final = re.compile(r"[0-9]{17}[0-9X]")
_OLD_FORM: Final = re.compile(r"[0-9]{15}")
_ROUNDED: Final = re.compile(r"[0-9][0-9.]*E\+?[0-9]+")


@dataclass(frozen=True)
class IdNumber:
    """A well-formed number. ``sex`` is 男 or 女, from the parity of the 17th digit."""

    number: str
    born: date
    sex: str


def check_character(first17: str) -> str:
    """The 18th character that belongs to 17 ASCII digits."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True))
    return _CHECKS[total % 11]


def read(text: str) -> IdNumber | Reason:
    """The number in ``text`` (already NFKC and trimmed; a small x is understood), or why it is none."""
    number = text.upper()
    if not number:
        return Reason("没有公民身份号码。", "No ID number.")
    if _OLD_FORM.fullmatch(number):
        return Reason(
            "是 15 位旧身份证号，已停用；请查对后填 18 位号码。",
            "A 15-digit ID number of the old kind; enter the 18-digit number.",
        )
    if _ROUNDED.fullmatch(number):
        return Reason(
            "公民身份号码被表格软件改成了科学计数法；请把该列设为“文本”后重填。",
            "The ID number was turned into scientific notation by the spreadsheet; "
            "set the column to “text” and enter it again.",
        )
    if not _FORM.fullmatch(number):
        return Reason(
            f"公民身份号码应为 18 位（17 位数字加校验码），这里是 {len(number)} 个字符；请查对。",
            f"An ID number has 18 characters (17 digits and a check character), this has {len(number)}; check it.",
        )
    return _check(number)


def _check(number: str) -> IdNumber | Reason:
    last4 = number[-4:]
    if check_character(number[:17]) != number[17]:
        return Reason(
            f"公民身份号码（尾号 {last4}）校验码不符，有数字录错；请查对证件。",
            f"The ID number ending in {last4} fails its checksum, a digit is wrong; check it with the card.",
        )
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return Reason(
            f"公民身份号码（尾号 {last4}）里的出生日期不存在；请查对证件。",
            f"The birth date inside the ID number ending in {last4} does not exist; check it with the card.",
        )
    return IdNumber(number, born, "男" if int(number[16]) % 2 else "女")
