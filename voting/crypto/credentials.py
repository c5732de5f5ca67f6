"""The code on a ballot card ↔ its signing secret ↔ the public credential in the archive.

A card carries 30 decimal digits in six groups of five: four random digits and one check digit, about
80 bits in all. Digits, because the old cannot type mixed letters on a tablet. The secret behind a
card is ``PBKDF2-HMAC-SHA256(digits, salt=election uuid, 10 000 rounds) mod q``; its public credential
is g^secret, the only thing the server ever learns. Belenios' own credentials (22 characters since
3.0, 14 + check before) are told apart by their form and derived as the Belenios specification says.
"""

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from enum import Enum

from voting.crypto.group import Group
from voting.errors import Malformed

GROUPS = 6
GROUP_DIGITS = 5
CODE_DIGITS = GROUPS * GROUP_DIGITS
CARD_ROUNDS = 10_000

# Damm's totally anti-symmetric quasigroup of order 10: every single wrong digit and every swap of two
# neighbours changes the check digit (H. M. Damm, Total anti-symmetrische Quasigruppen, 2004).
_DAMM = tuple(
    tuple(int(cell) for cell in row)
    for row in (
        "0317598642",
        "7092154863",
        "4206871359",
        "1750983426",
        "6123045978",
        "3674209581",
        "5869720134",
        "8945362017",
        "9438617205",
        "2581436790",
    )
)
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212\u00b7\u200b\ufeff]+")
_DIGITS = re.compile(r"[0-9]+")
_BELENIOS = re.compile(f"[{_BASE58}]+")
_MAX_TYPED = 200  # nobody types more than this; longer input is not worth normalising


class Form(Enum):
    """Which derivation a credential asks for."""

    CARD = "card"
    BELENIOS_3 = "belenios-3"
    BELENIOS_2 = "belenios-2"


@dataclass(frozen=True, slots=True)
class Credential:
    """A private credential in its canonical text: what the derivation hashes, byte for byte."""

    form: Form
    text: str


def check_digit(index: int, digits: str) -> int:
    """The check digit of the four ``digits`` of group ``index`` (0..5).

    The Damm chain starts at the group's index instead of 0, so a group typed in another group's
    place is caught as well.
    """
    interim = index
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


def group_is_right(index: int, group: str) -> bool:
    """True if ``group`` is five ASCII digits whose check digit fits place ``index`` (0..5)."""
    well_formed = len(group) == GROUP_DIGITS and _DIGITS.fullmatch(group) is not None
    return well_formed and check_digit(index, group[:-1]) == int(group[-1])


def make_code() -> str:
    """A fresh card code: 24 random digits and their six check digits, as 30 digits."""
    groups = []
    for index in range(GROUPS):
        digits = f"{secrets.randbelow(10_000):04d}"
        groups.append(f"{digits}{check_digit(index, digits)}")
    return "".join(groups)


def split_code(code: str) -> list[str]:
    """The six printed groups of a 30-digit code."""
    return [code[start : start + GROUP_DIGITS] for start in range(0, CODE_DIGITS, GROUP_DIGITS)]


def parse_card(text: str) -> str:
    """The 30 digits of a typed or scanned card; spaces, dashes and full-width digits are understood.

    Raises ``Malformed``: CARD_NOT_DIGITS, CARD_GROUP (naming the first wrong group, 1..6) or
    CARD_LENGTH (naming the group where the digits stop).
    """
    digits = _bare(text)
    if _DIGITS.fullmatch(digits) is None:
        raise Malformed(
            "CARD_NOT_DIGITS",
            "选票卡号只有数字，共 6 组、每组 5 位；请按卡上印的数字重新输入。",
            "A card code is digits only, 6 groups of 5; type the digits printed on the card.",
        )
    for index, group in enumerate(split_code(digits)):
        if len(group) == GROUP_DIGITS and not group_is_right(index, group):
            raise Malformed(
                "CARD_GROUP",
                f"第 {index + 1} 组有误，请再看一遍卡上的第 {index + 1} 组数字。",
                f"Group {index + 1} is wrong; look at group {index + 1} on the card again.",
            )
    if len(digits) != CODE_DIGITS:
        stops = min(len(digits) // GROUP_DIGITS, GROUPS - 1) + 1
        raise Malformed(
            "CARD_LENGTH",
            f"卡号应有 30 位数字，现有 {len(digits)} 位；请从第 {stops} 组起再看一遍。",
            f"A card code has 30 digits, this has {len(digits)}; look again from group {stops} on.",
        )
    return digits


def parse_credential(text: str) -> Credential:
    """A private credential of any of the three forms, told apart by length and alphabet.

    Raises ``Malformed``: those of ``parse_card``; CREDENTIAL_CHECK for a 2.0 credential whose check
    character is wrong; CREDENTIAL_FORM for anything else.
    """
    bare = _bare(text)
    if _DIGITS.fullmatch(bare) is None and _BELENIOS.fullmatch(bare) is not None:
        if len(bare) == 22:
            return Credential(Form.BELENIOS_3, "-".join((bare[:5], bare[5:11], bare[11:16], bare[16:])))
        if len(bare) == 15:
            return _parse_belenios_2(bare)
    if _DIGITS.fullmatch(bare) is None:
        raise _unknown_form()
    return Credential(Form.CARD, parse_card(text))


def credential_secret(credential: Credential, uuid: str, order: int) -> int:
    """The signing secret, 0 < s < ``order``, of a credential in the election ``uuid``.

    Raises ``Malformed`` CREDENTIAL_ZERO in the case (never seen) that the derivation gives 0.
    """
    number = _DERIVATIONS[credential.form](credential.text, uuid) % order
    if number == 0:
        raise Malformed(
            "CREDENTIAL_ZERO",
            "这张卡推出的密钥为零，不能使用；请换一张选票卡。",
            "This card derives to the key zero and cannot be used; take another card.",
        )
    return number


def public_credential(group: Group, credential: Credential, uuid: str) -> str:
    """The public credential g^s as it stands in the archive's ``public_creds``."""
    return group.text(group.base_power_secret(credential_secret(credential, uuid, group.order)))


def _bare(text: str) -> str:
    if len(text) > _MAX_TYPED:
        raise _unknown_form()
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))


def _unknown_form() -> Malformed:
    return Malformed(
        "CREDENTIAL_FORM",
        "这不是选票卡号（30 位数字），也不是 Belenios 凭据（22 或 15 个字符）；请照原样重新输入。",
        "This is neither a card code (30 digits) nor a Belenios credential (22 or 15 characters); "
        "type it again as printed.",
    )


def _parse_belenios_2(bare: str) -> Credential:
    number = 0
    for character in bare[:14]:
        number = number * 58 + _BASE58.index(character)
    if _BASE58[53 - number % 53] != bare[14]:
        raise Malformed(
            "CREDENTIAL_CHECK",
            "凭据的校验字符不符，有一处抄错；请逐字核对后重新输入。",
            "The credential's check character does not fit: one character is wrong; compare and type it again.",
        )
    return Credential(Form.BELENIOS_2, "-".join(bare[start : start + 3] for start in range(0, 15, 3)))


def _derive_card(text: str, uuid: str) -> int:
    return int.from_bytes(hashlib.pbkdf2_hmac("sha256", text.encode(), uuid.encode(), CARD_ROUNDS, 32), "big")


def _derive_belenios_2(text: str, uuid: str) -> int:
    return int.from_bytes(hashlib.pbkdf2_hmac("sha256", text.encode(), uuid.encode(), 1000, 32), "big")


def _derive_belenios_3(text: str, uuid: str) -> int:
    halves = (hashlib.sha256(f"derive_credential|{uuid}|{half}|{text}".encode()).digest() for half in (0, 1))
    return int.from_bytes(b"".join(halves), "big")


_DERIVATIONS = {Form.CARD: _derive_card, Form.BELENIOS_2: _derive_belenios_2, Form.BELENIOS_3: _derive_belenios_3}
