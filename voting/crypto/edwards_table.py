"""Powers of one *public* point of edwards25519 for *public* exponents, from a table: an election key's, 26 a ballot.

Only the base is decoded here, which libsodium has accepted before; no voter's point and no secret ever comes here. The
arithmetic is that of RFC 8032 §5.1.
"""

from collections.abc import Iterable

import gmpy2
from gmpy2 import mpz

from voting.crypto.prime_order import Element

_P = mpz(2) ** 255 - 19
_D = -121665 * gmpy2.invert(121666, _P) % _P
_ROOT = gmpy2.powmod(2, (_P - 1) // 4, _P)  # of −1

# A point (x, y) as the addition takes it: y + x, y − x, 2·d·x·y.
_Addend = tuple[mpz, mpz, mpz]


class PointTable:
    """256 multiples of the base per byte of the exponent, about 2 MB: 32 additions in place of 253 doublings."""

    def __init__(self, base: Element) -> None:
        self._rows: list[list[_Addend]] = []
        x, y = _decode(base)
        for _ in range(32):
            step, row = _addend(x, y), []
            x, y = mpz(0), mpz(1)
            for _ in range(256):
                row.append(_addend(x, y))
                x, y = _sum((row[-1], step))
            self._rows.append(row)

    def power(self, exponent: int) -> Element:
        """``base^exponent`` for 0 ≤ exponent < 2^256; reads the table by the exponent, so never for secrets."""
        digits = exponent.to_bytes(32, "little")
        return _encode(*_sum([row[digit] for row, digit in zip(self._rows, digits, strict=True)]))


def _sum(points: Iterable[_Addend]) -> tuple[mpz, mpz]:
    """RFC 8032 §5.1.4, in its extended coordinates, with Z₂ = 1; complete: no two points are an exception to it."""
    x, y, z, t = mpz(0), mpz(1), mpz(1), mpz(0)
    for plus, minus, product in points:
        a, b, c, d = (y - x) * minus, (y + x) * plus, t * product % _P, z + z
        e, f, g, h = b - a, d - c, d + c, b + a
        x, y, z, t = e * f % _P, g * h % _P, f * g % _P, e * h % _P
    inverse = gmpy2.invert(z, _P)
    return x * inverse % _P, y * inverse % _P


def _addend(x: mpz, y: mpz) -> _Addend:
    return (y + x) % _P, (y - x) % _P, 2 * _D * x * y % _P


def _encode(x: mpz, y: mpz) -> bytes:
    """RFC 8032 §5.1.2."""
    return int(y | (x & 1) << 255).to_bytes(32, "little")


def _decode(encoded: bytes) -> tuple[mpz, mpz]:
    """RFC 8032 §5.1.3, for an encoding that libsodium has accepted."""
    number = int.from_bytes(encoded, "little")
    y = mpz(number % 2**255)
    square = (y * y - 1) * gmpy2.invert(_D * y * y + 1, _P) % _P
    x = gmpy2.powmod(square, (_P + 3) // 8, _P)
    if x * x % _P != square:
        x = x * _ROOT % _P
    return x if x & 1 == number >> 255 else -x % _P, y
