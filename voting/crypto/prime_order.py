"""What every group of the protocol offers (ballot-protocol §1–2): double products, membership, hashing to scalars.

The interface speaks in double products ``g^r·X^c``, the only form the proofs need, so that an engine that computes
them faster than two multiplications can take an engine's place without a change elsewhere.
"""

import hashlib
import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, Protocol

from voting.crypto import records
from voting.errors import Malformed

# Opaque: 32 bytes in Ed25519, an mpz in BELENIOS-2048. Hashable, compared with ==; only its Group looks inside.
Element = Any

MOST_TABLES = 8  # about 2 MB each


def not_an_element(zh: str = "不属于这个群", en: str = "is not a member of the group") -> Malformed:
    """The refusal of an element from outside."""
    return Malformed(
        "GROUP_ELEMENT",
        f"记录里的一个群元素{zh}，请重新取得原件",
        f"An element of the record {en}; get the original again",
    )


class Table(Protocol):
    """Powers of one fixed base, read by the exponent: for public values only."""

    def power(self, exponent: int) -> Element:
        """``base^exponent`` for 0 ≤ exponent < order."""


class Group(ABC):
    """A group of prime order, written multiplicatively as in the specification: ``add`` is its product."""

    name: str
    order: int
    generator: Element
    neutral: Element
    longest_text: int

    def __init__(self) -> None:
        self._small_powers: dict[int, Element] = {}  # as many as an answer has candidates
        self._tables: dict[Element, Table] = {}

    @abstractmethod
    def parse(self, text: str) -> Element:
        """The element written as ``text``. Raises Malformed GROUP_ELEMENT unless canonical and a member."""

    @abstractmethod
    def claim(self, text: str) -> Element:
        """Like ``parse``, but membership may be left to the first ``power``/``double`` over the element.

        For ballots only, whose every element goes through a double product before anything relies on it:
        libsodium's multiplication makes the same test as ``parse`` would, and making it twice costs a tenth more.
        """

    @abstractmethod
    def text(self, element: Element) -> str:
        """The one text form of an element."""

    @abstractmethod
    def sort_key(self, element: Element) -> Any:
        """The order in which Belenios writes public credentials (ballot-protocol §5)."""

    @abstractmethod
    def add(self, left: Element, right: Element) -> Element:
        """The product of two elements."""

    @abstractmethod
    def sub(self, left: Element, right: Element) -> Element:
        """The quotient of two elements."""

    @abstractmethod
    def power(self, element: Element, exponent: int) -> Element:
        """``element^exponent`` for public values; may take variable time."""

    @abstractmethod
    def power_secret(self, element: Element, exponent: int) -> Element:
        """``element^exponent`` in time independent of the exponent."""

    @abstractmethod
    def base_power(self, exponent: int) -> Element:
        """``g^exponent`` for public exponents."""

    @abstractmethod
    def base_power_secret(self, exponent: int) -> Element:
        """``g^exponent`` in time independent of the exponent."""

    @abstractmethod
    def table(self, base: Element) -> Table:
        """A table of the powers of ``base``, a member."""

    @abstractmethod
    def respond(self, mask: int, secret: int, challenge: int) -> int:
        """``mask − secret·challenge`` modulo the order."""

    def prepare(self, base: Element) -> None:
        """Make ready for many public powers of ``base``, a member: an election's key. The oldest table makes way."""
        if base in self._tables:
            return
        if len(self._tables) >= MOST_TABLES:
            oldest = next(key for key in list(self._tables) if key != self.generator)
            self._tables.pop(oldest, None)
        self._tables[base] = self.table(base)

    def double(self, response: int, element: Element, challenge: int) -> Element:
        """``g^response · element^challenge`` for public values."""
        return self.add(self.base_power(response), self.power(element, challenge))

    def double_power(self, base: Element, response: int, element: Element, challenge: int) -> Element:
        """``base^response · element^challenge`` for public values."""
        return self.add(self.power(base, response), self.power(element, challenge))

    def shift(self, element: Element, message: int) -> Element:
        """``element / g^message`` for a small public ``message``."""
        if message == 0:
            return element
        if message not in self._small_powers:
            self._small_powers[message] = self.base_power(message)
        return self.sub(element, self._small_powers[message])

    def product(self, elements: Iterable[Element]) -> Element:
        """The product of all ``elements``; the neutral element for none."""
        total = None
        for element in elements:
            total = element if total is None else self.add(total, element)
        return self.neutral if total is None else total

    def random_scalar(self) -> int:
        """A secret exponent, uniform in 1 … order − 1."""
        return 1 + secrets.randbelow(self.order - 1)

    def parse_scalar(self, text: str) -> int:
        """A scalar in canonical base 10, 0 ≤ s < order. Raises Malformed GROUP_SCALAR."""
        value = records.decimal(text)
        if value is None or value >= self.order:
            raise Malformed(
                "GROUP_SCALAR",
                "记录里的一个数不是规范的标量，请重新取得原件",
                "A number of the record is not a canonical scalar below the group's order; get the original again",
            )
        return value

    def hash_to_scalar(self, prefix: str, elements: Iterable[Element]) -> int:
        """``H(prefix; elements)`` of ballot-protocol §1: SHA-256 of the texts, reduced modulo the order."""
        message = prefix + ",".join(map(self.text, elements))
        return int.from_bytes(hashlib.sha256(message.encode()).digest(), "big") % self.order
