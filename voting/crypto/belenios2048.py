"""The group BELENIOS-2048 through GMP (ballot-protocol §2): the subgroup of prime order q of the integers modulo p."""

import gmpy2
from gmpy2 import mpz

from voting.crypto import records
from voting.crypto.prime_order import Element, Group, not_an_element

_P = mpz(
    "2069478569142254640101364365750500806492298929575110409710088478705737421924271740192223725449768433"
    "8129066633138078958404960054389636289796393038773905722803605973749427671376777618898589872735865049"
    "0811670993105358677809800307904916540637771737641986785272734744763418356000356983051931442845617019"
    "1100078673730733356412397173289791324047457883446826065232797464795113767265869358218004631792207366"
    "8860052627186363386088796882120769432366149491002923444346373222145884100586421050242120365433561201"
    "3204811188524087310770141516662001623131771693721892480785077118278423174980732765988288251691831031"
    "25680162072880719"
)
_G = mpz(
    "2402352677501852209227687703532399932712287657378364916510075318787663274146353219320285676155269678"
    "7996946682987493890950838965734256019006010684771644917354741372831046104586813145117816467554005274"
    "0288984613986453266121505579709716201616827031288643245666383486363578210615491841998253431518974065"
    "8186868651151358576410138882215396016043228843603930989333662772848406593138406010231675095763777982"
    "6651036068224066350766977640253462537730851331734951942489677540525736590494924776314759915751987751"
    "7771148149092045660020547812705472823814097251863985833411570056835369555342378147558249189605029668"
    "0037745308460627"
)
_Q = mpz("78571733251071885079927659812671450121821421258408794611510081919805623223441")


class ResidueTable:
    """Powers of one base from a table of its 256 multiples per byte of the exponent: 32 products in place of 320."""

    def __init__(self, base: Element) -> None:
        self._rows = []
        for _ in range(32):
            row = [mpz(1)]
            for _ in range(256):
                row.append(row[-1] * base % _P)
            base = row.pop()
            self._rows.append(row)

    def power(self, exponent: int) -> Element:
        """``base^exponent`` for 0 ≤ exponent < q; reads the table by the exponent, so never for secrets."""
        result = mpz(1)
        for row, byte in zip(self._rows, int(exponent).to_bytes(32, "little"), strict=True):
            if byte:
                result = result * row[byte] % _P
        return result


class Belenios2048(Group):
    """Integers modulo p of order q; element text in base 10."""

    name = "BELENIOS-2048"
    order = int(_Q)
    neutral: Element = mpz(1)
    generator: Element = _G
    longest_text = 617

    def __reduce__(self) -> str:
        return "BELENIOS_2048"  # other processes have their own; tables do not travel

    def parse(self, text: str) -> Element:
        value = records.decimal(text) if len(text) <= self.longest_text else None
        if value is None or not 0 < value < _P:
            raise not_an_element("写法不规范", "is not a canonical number between 0 and p")
        element = mpz(value)
        if gmpy2.powmod(element, _Q, _P) != 1:
            raise not_an_element()
        return element

    claim = parse  # multiplication modulo p tests nothing

    def text(self, element: Element) -> str:
        return str(element)

    def sort_key(self, element: Element) -> int:
        return int(element)

    def add(self, left: Element, right: Element) -> Element:
        return left * right % _P

    def sub(self, left: Element, right: Element) -> Element:
        return left * gmpy2.invert(right, _P) % _P

    def power(self, element: Element, exponent: int) -> Element:
        table = self._tables.get(element)
        exponent %= _Q
        return table.power(exponent) if table else gmpy2.powmod(element, exponent, _P)

    def power_secret(self, element: Element, exponent: int) -> Element:
        exponent %= _Q
        return gmpy2.powmod_sec(element, exponent, _P) if exponent else self.neutral

    def base_power(self, exponent: int) -> Element:
        self.prepare(_G)
        return self.power(_G, exponent)

    def base_power_secret(self, exponent: int) -> Element:
        return self.power_secret(_G, exponent)

    def table(self, base: Element) -> ResidueTable:
        return ResidueTable(base)

    def respond(self, mask: int, secret: int, challenge: int) -> int:
        return int((mask - mpz(secret) * challenge) % _Q)


BELENIOS_2048 = Belenios2048()
