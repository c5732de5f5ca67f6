"""Zero-knowledge proofs of the protocol (ballot-protocol §1, 3, 7, 9), all recomputed as ``g^response·X^challenge``."""

import secrets
from collections.abc import Sequence
from typing import Any, NamedTuple

from voting.crypto import records
from voting.crypto.elgamal import Ciphertext
from voting.crypto.group import Element, Group


class Proof(NamedTuple):
    """A challenge and the response ``w − secret·challenge``, both modulo the group's order."""

    challenge: int
    response: int

    def form(self) -> dict[str, str]:
        """The proof as its JSON object."""
        return {"challenge": str(self.challenge), "response": str(self.response)}


def parse_proof(group: Group, value: Any, code: str, where: str) -> Proof:
    """A proof from its JSON object. Raises Malformed: ``code`` for its form, GROUP_SCALAR for its numbers."""
    parts = records.fields(value, "challenge response", code, where)
    numbers = [group.parse_scalar(records.text(part, code, where)) for part in parts.values()]
    return Proof(*numbers)


def prove_knowledge(group: Group, secret: int, prefix: str) -> Proof:
    """Schnorr's proof of knowing ``secret``, bound to ``prefix``: key possession, signatures."""
    mask = group.random_scalar()
    challenge = group.hash_to_scalar(prefix, [group.base_power_secret(mask)])
    return Proof(challenge, group.respond(mask, secret, challenge))


def knows(group: Group, public_key: Element, proof: Proof, prefix: str) -> bool:
    """Whether ``proof`` shows knowledge of the logarithm of ``public_key``."""
    commitment = group.double(proof.response, public_key, proof.challenge)
    return group.hash_to_scalar(prefix, [commitment]) == proof.challenge


def prove_decryption(group: Group, secret: int, alpha: Element, prefix: str) -> Proof:
    """Proof that ``alpha^secret`` has the same exponent as the key ``g^secret``."""
    mask = group.random_scalar()
    commitments = [group.base_power_secret(mask), group.power_secret(alpha, mask)]
    challenge = group.hash_to_scalar(prefix, commitments)
    return Proof(challenge, group.respond(mask, secret, challenge))


def decrypts(group: Group, public_key: Element, alpha: Element, factor: Element, *, proof: Proof, prefix: str) -> bool:
    """Whether ``factor`` is ``alpha`` to the exponent of ``public_key``."""
    commitments = [
        group.double(proof.response, public_key, proof.challenge),
        group.double_power(alpha, proof.response, factor, proof.challenge),
    ]
    return group.hash_to_scalar(prefix, commitments) == proof.challenge


def prove_one_is_zero(
    group: Group, public_key: Element, statements: Sequence[Ciphertext], *, true: int, mask: int, prefix: str
) -> tuple[Proof, ...]:
    """Proof that one of ``statements`` encrypts 0, without telling that it is number ``true``, made with ``mask``.

    The disjunction behind individual, overall and blank proofs: "encrypts M" is "encrypts 0 after a shift by M".
    """
    proofs = [Proof(secrets.randbelow(group.order), secrets.randbelow(group.order)) for _ in statements]
    nonce = group.random_scalar()
    commitments: list[Element] = []
    for index, (statement, proof) in enumerate(zip(statements, proofs, strict=True)):
        if index == true:
            commitments += [group.base_power_secret(nonce), group.power_secret(public_key, nonce)]
        else:
            commitments += _commitments(group, public_key, statement, proof)
    others = sum(proof.challenge for index, proof in enumerate(proofs) if index != true)
    challenge = (group.hash_to_scalar(prefix, commitments) - others) % group.order
    proofs[true] = Proof(challenge, group.respond(nonce, mask, challenge))
    return tuple(proofs)


def one_is_zero(
    group: Group, public_key: Element, statements: Sequence[Ciphertext], proofs: Sequence[Proof], prefix: str
) -> bool:
    """Whether ``proofs`` shows that one of ``statements`` encrypts 0."""
    commitments: list[Element] = []
    for statement, proof in zip(statements, proofs, strict=True):
        commitments += _commitments(group, public_key, statement, proof)
    total = sum(proof.challenge for proof in proofs) % group.order
    return group.hash_to_scalar(prefix, commitments) == total


def _commitments(group: Group, public_key: Element, statement: Ciphertext, proof: Proof) -> list[Element]:
    return [
        group.double(proof.response, statement.alpha, proof.challenge),
        group.double_power(public_key, proof.response, statement.beta, proof.challenge),
    ]
