"""Exponential ElGamal: ciphertexts that add up (ballot-protocol §7–8)."""

from collections.abc import Iterable
from typing import NamedTuple

from voting.crypto.group import Element, Group


class Ciphertext(NamedTuple):
    """``alpha = g^r``, ``beta = y^r·g^m``."""

    alpha: Element
    beta: Element


def encrypt(group: Group, public_key: Element, message: int, mask: int) -> Ciphertext:
    """The ciphertext of a small ``message`` under the secret exponent ``mask``."""
    hidden = group.power_secret(public_key, mask)
    return Ciphertext(group.base_power_secret(mask), group.add(hidden, group.base_power(message)))


def total(group: Group, ciphertexts: Iterable[Ciphertext]) -> Ciphertext:
    """The ciphertext of the sum of the messages."""
    listed = list(ciphertexts)
    return Ciphertext(group.product(c.alpha for c in listed), group.product(c.beta for c in listed))


def weigh(group: Group, ciphertext: Ciphertext, weight: int) -> Ciphertext:
    """The ciphertext of ``weight`` times the message."""
    if weight == 1:
        return ciphertext
    return Ciphertext(group.power(ciphertext.alpha, weight), group.power(ciphertext.beta, weight))


def shift(group: Group, ciphertext: Ciphertext, message: int) -> Ciphertext:
    """The ciphertext of the message less ``message``; one of 0 exactly if it encrypted ``message``."""
    return Ciphertext(ciphertext.alpha, group.shift(ciphertext.beta, message))


def discrete_logs(group: Group, elements: Iterable[Element], most: int) -> list[int | None]:
    """For each element the n in 0 … ``most`` with g^n = element, or None; baby steps and giant steps."""
    width = 1
    while width * width <= most:
        width *= 2
    baby: dict[Element, int] = {}
    step = group.neutral
    for exponent in range(width):
        baby[step] = exponent
        step = group.add(step, group.generator)
    return [_giant_steps(group, element, step, baby, most) for element in elements]


def _giant_steps(group: Group, element: Element, step: Element, baby: dict[Element, int], most: int) -> int | None:
    for start in range(0, most + 1, len(baby)):
        if element in baby:
            found = start + baby[element]
            return found if found <= most else None
        element = group.sub(element, step)
    return None
