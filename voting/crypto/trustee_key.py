"""A trustee's public key and the proof that its secret is known (ballot-protocol §3)."""

from dataclasses import dataclass
from typing import Any

from voting.crypto import records
from voting.crypto.group import Element, Group
from voting.crypto.proofs import Proof, knows, parse_proof
from voting.errors import Malformed

_FORM = "TRUSTEE_FORM"
_LONGEST_NAME = 200


@dataclass(frozen=True)
class TrusteeKey:
    """The public part of a trustee's key. ``signature`` only inside a threshold group of Belenios 3.x."""

    public_key: Element
    pok: Proof
    signature: Proof | None
    name: str | None


def possession_prefix(group: Group, public_text: str) -> str:
    """What a proof of possession is bound to."""
    return f"pok|{group.name}|{public_text}|"


def parse_trustee_key(group: Group, value: Any, where: str) -> TrusteeKey:
    """Read a trustee key object; its proof is for ``check_possession``. Raises Malformed TRUSTEE_…, GROUP_…."""
    parts = records.fields(value, "pok public_key signature? name?", _FORM, where)
    public_key = group.parse(records.text(parts["public_key"], _FORM, f"{where}.public_key"))
    if public_key == group.neutral:
        records.refuse("TRUSTEE_NEUTRAL", where, "a public key whose secret is not 0")
    signature, name = parts.get("signature"), parts.get("name")
    if name is not None and len(records.text(name, _FORM, f"{where}.name")) > _LONGEST_NAME:
        records.refuse(_FORM, f"{where}.name", f"at most {_LONGEST_NAME} characters")
    return TrusteeKey(
        public_key=public_key,
        pok=parse_proof(group, parts["pok"], _FORM, f"{where}.pok"),
        signature=None if signature is None else parse_proof(group, signature, _FORM, f"{where}.signature"),
        name=name,
    )


def check_possession(group: Group, key: TrusteeKey) -> None:
    """Raise Malformed TRUSTEE_POK unless the trustee knows the secret: else a late key could cancel the others."""
    if not knows(group, key.public_key, key.pok, possession_prefix(group, group.text(key.public_key))):
        raise Malformed(
            "TRUSTEE_POK",
            f"监督委员 {key.name or ''} 的公钥缺少有效的持有证明，请重新建密钥",
            f"The proof of possession of trustee {key.name or ''} does not verify; make the key again",
        )
