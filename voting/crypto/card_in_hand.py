"""Proof that a ballot card lies on the desk: Schnorr's proof of its key, as in a ballot's signature, over the deed.

The prefix names the deed, the election, the card and a nonce of the server: a proof is good for one card, one deed
and one moment, and can neither stand in for a ballot's signature (prefix ``sig|``) nor come from one.
"""

from typing import Any

from voting.crypto.group import Group
from voting.crypto.proofs import knows, parse_proof, prove_knowledge
from voting.errors import Malformed


def _prefix(uuid: str, deed: str, mark: str, credential: str, nonce: str) -> str:
    return f"deed|{uuid}|{deed}|{mark}|{credential}|{nonce}|"


def prove_in_hand(group: Group, secret: int, *, uuid: str, deed: str, mark: str, nonce: str) -> dict[str, str]:
    """What the desk's scanner sends with a card: ``deed`` is undo, torn or unused, ``mark`` the check-in or empty."""
    credential = group.text(group.base_power_secret(secret))
    return prove_knowledge(group, secret, _prefix(uuid, deed, mark, credential, nonce)).form()


def is_in_hand(group: Group, credential: str, proof: Any, *, uuid: str, deed: str, mark: str, nonce: str) -> bool:
    """Whether ``proof``, as it came, shows knowledge of the card's key for this very deed."""
    try:
        public = group.parse(credential)
        parsed = parse_proof(group, proof, "CARD_NOT_IN_HAND", "proof")
    except Malformed:
        return False
    return public != group.neutral and knows(group, public, parsed, _prefix(uuid, deed, mark, credential, nonce))
