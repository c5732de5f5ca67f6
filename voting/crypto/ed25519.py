"""The group Ed25519 through libsodium (ballot-protocol §2). An element is its 32 bytes of RFC 8032.

libsodium's multiplication refuses a point that is not canonical, of small order or outside the prime-order subgroup,
so ``power`` itself is a membership test. It also refuses scalar 0 and the neutral point, which do occur honestly
(a tally without ballots, a candidate without votes) and are answered here before libsodium is asked.

Only public powers of an election's key are made elsewhere, from ``edwards_table``.
"""

import re
from collections.abc import Callable

from nacl import bindings as sodium
from nacl._sodium import ffi, lib

from voting.crypto.edwards_table import PointTable
from voting.crypto.prime_order import Element, Group, not_an_element

sodium.sodium_init()
_POINT = ffi.typeof("unsigned char[32]")
_HEX = re.compile(r"[0-9a-f]{64}")
_ORDER = 2**252 + 27742317777372353535851937790883648493


def _point(function: Callable[..., int], left: bytes, right: bytes) -> bytes:
    """The point that libsodium's ``function`` makes of two 32-byte inputs; Malformed GROUP_ELEMENT if it refuses them.

    Without PyNaCl's own wrapper, which formats its error messages even when there is no error: with some 160 calls
    a ballot that is 3 % of the time. Its length check stays, for C reads 32 bytes whatever it is given.
    """
    if len(left) != 32 or len(right) != 32:
        raise not_an_element()
    made = ffi.new(_POINT)
    if function(made, left, right) != 0:
        raise not_an_element()
    return bytes(ffi.buffer(made))


class Ed25519(Group):
    """The prime-order subgroup of edwards25519, element text big-endian as Belenios writes it."""

    name = "Ed25519"
    order = _ORDER
    neutral: Element = b"\x01" + bytes(31)
    generator: Element = sodium.crypto_scalarmult_ed25519_base_noclamp(b"\x01" + bytes(31))
    longest_text = 64

    def __reduce__(self) -> str:
        return "ED25519"  # other processes have their own; tables do not travel

    def parse(self, text: str) -> Element:
        return self._member(self.claim(text))

    def claim(self, text: str) -> Element:
        if not _HEX.fullmatch(text):
            raise not_an_element("写法不规范", "is not 64 lower-case hexadecimal digits")
        return bytes.fromhex(text)[::-1]

    def text(self, element: Element) -> str:
        return str(element[::-1].hex())

    def sort_key(self, element: Element) -> bytes:
        return bytes(element)

    def add(self, left: Element, right: Element) -> Element:
        return _point(lib.crypto_core_ed25519_add, left, right)

    def sub(self, left: Element, right: Element) -> Element:
        return _point(lib.crypto_core_ed25519_sub, left, right)

    def power(self, element: Element, exponent: int) -> Element:
        table = self._tables.get(element)
        return table.power(exponent % _ORDER) if table else self.power_secret(element, exponent)

    def power_secret(self, element: Element, exponent: int) -> Element:
        exponent %= _ORDER
        # libsodium's ladder is constant-time; only exponent 0, never drawn, is told apart.
        # An attacker may choose a zero challenge: that must not become a way round the membership test.
        if exponent == 0 or element == self.neutral:
            self._member(element)
            return self.neutral
        return _point(lib.crypto_scalarmult_ed25519_noclamp, exponent.to_bytes(32, "little"), element)

    def base_power(self, exponent: int) -> Element:
        exponent %= _ORDER
        if exponent == 0:
            return self.neutral
        return sodium.crypto_scalarmult_ed25519_base_noclamp(exponent.to_bytes(32, "little"))

    base_power_secret = base_power

    def table(self, base: Element) -> PointTable:
        return PointTable(self._member(base))

    def respond(self, mask: int, secret: int, challenge: int) -> int:
        product = sodium.crypto_core_ed25519_scalar_mul(_scalar(secret), _scalar(challenge))
        return int.from_bytes(sodium.crypto_core_ed25519_scalar_sub(_scalar(mask), product), "little")

    def _member(self, element: Element) -> Element:
        if element != self.neutral and not sodium.crypto_core_ed25519_is_valid_point(element):
            raise not_an_element()
        return element


ED25519 = Ed25519()


def _scalar(value: int) -> bytes:
    return (value % _ORDER).to_bytes(32, "little")
