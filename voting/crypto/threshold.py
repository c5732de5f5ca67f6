"""Threshold trustees: verify a Pedersen group's public record, as Belenios 2.0 and 3.x write it (ballot-protocol §4).

Version 3.x adds to each certificate its context (group, size, threshold, index), to each trustee a signature over all
certificates, and to each verification key a signature. Here a record has all of these or none.
"""

from dataclasses import dataclass
from typing import Any

from voting.crypto import records
from voting.crypto.group import Element, Group
from voting.crypto.proofs import Proof, knows, parse_proof
from voting.crypto.trustee_key import TrusteeKey, check_possession, parse_trustee_key
from voting.errors import Malformed

_FORM = "THRESHOLD_FORM"


@dataclass(frozen=True)
class TrusteeGroup:
    """Verified trustees of whom any ``threshold`` decrypt; a trustee on their own is a group of one."""

    threshold: int
    public_key: Element
    verification_keys: tuple[TrusteeKey, ...]


@dataclass(frozen=True)
class SignedMessage:
    """A message as signed, byte for byte, and the signature."""

    message: str
    signature: Proof

    def form(self) -> dict[str, Any]:
        """The message as its JSON object."""
        return {"message": self.message, "signature": self.signature.form()}


def parse_pedersen(group: Group, value: Any, where: str) -> TrusteeGroup:
    """Read and verify a threshold group. Raises Malformed THRESHOLD_…, TRUSTEE_…, GROUP_…."""
    parts = records.fields(value, "threshold certs coefexps signatures? verification_keys", _FORM, where)
    threshold = records.count(parts["threshold"], _FORM, f"{where}.threshold")
    certs = _messages(group, parts["certs"], f"{where}.certs")
    size = len(certs)
    if not 1 <= threshold <= size:
        records.refuse(_FORM, f"{where}.threshold", "a number from 1 to that of the trustees")
    signing_keys = _signing_keys(group, certs, threshold, recent="signatures" in parts, where=f"{where}.certs")
    signed_coefficients = _messages(group, parts["coefexps"], f"{where}.coefexps", size)
    listed = [
        _coefficients(group, signed, key, threshold, f"{where}.coefexps")
        for signed, key in zip(signed_coefficients, signing_keys, strict=True)
    ]
    if "signatures" in parts:
        _check_certificate_signatures(
            group, parts["signatures"], signing_keys, certs=certs, listed=listed, where=f"{where}.signatures"
        )
    rows = [[group.parse(text) for text in texts] for texts in listed]
    keys = _verification_keys(group, parts["verification_keys"], rows, f"{where}.verification_keys")
    for key, signing_key in zip(keys, signing_keys, strict=True):
        _check_key_signature(group, key, signing_key, recent="signatures" in parts, where=where)
    public_key = group.product(row[0] for row in rows)
    return TrusteeGroup(threshold, public_key, keys)


def _messages(group: Group, value: Any, where: str, count: int | None = None) -> list[SignedMessage]:
    messages = []
    for item in records.items(value, _FORM, where, count):
        parts = records.fields(item, "message signature", _FORM, where)
        message = records.text(parts["message"], _FORM, where)
        messages.append(SignedMessage(message, parse_proof(group, parts["signature"], _FORM, where)))
    return messages


def _check_signature(group: Group, key: Element, message: str, signature: Proof, where: str) -> None:
    if not knows(group, key, signature, f"sigmsg|{message}|"):
        raise Malformed(
            "THRESHOLD_SIGNATURE",
            f"{where} 处的签名不成立，请重新下载；仍然如此就不要采信",
            f"A signature at {where} does not verify; download it again, and if it stays so do not trust it",
        )


def _signing_keys(
    group: Group, certs: list[SignedMessage], threshold: int, *, recent: bool, where: str
) -> list[Element]:
    """Each member's signing key out of the certificate that it signs itself."""
    keys = []
    for index, cert in enumerate(certs, start=1):
        names = "context verification encryption" if recent else "verification encryption"
        parts = records.fields(records.read(cert.message.encode(), _FORM), names, _FORM, where)
        context = {"group": group.name, "size": len(certs), "threshold": threshold, "index": index}
        if recent and parts["context"] != context:
            records.refuse("THRESHOLD_CONTEXT", where, f"the context {context}")
        group.parse(records.text(parts["encryption"], _FORM, where))
        keys.append(group.parse(records.text(parts["verification"], _FORM, where)))
        _check_signature(group, keys[-1], cert.message, cert.signature, where)
    return keys


def _coefficients(group: Group, signed: SignedMessage, key: Element, threshold: int, where: str) -> list[str]:
    """The texts of g^a_0 … g^a_(T−1) of one member's polynomial."""
    _check_signature(group, key, signed.message, signed.signature, where)
    value = records.fields(records.read(signed.message.encode(), _FORM), "coefexps", _FORM, where)
    return [records.text(item, _FORM, where) for item in records.items(value["coefexps"], _FORM, where, threshold)]


def _check_certificate_signatures(
    group: Group, value: Any, keys: list[Element], *, certs: list[SignedMessage], listed: list[list[str]], where: str
) -> None:
    """Every member has signed all certificates, so all have seen the same group."""
    forms = [cert.form() for cert in certs]
    signatures = records.items(value, _FORM, where, len(keys))
    for item, key, texts in zip(signatures, keys, listed, strict=True):
        message = "certs_sig|" + records.write({"certs": forms, "coefexps": texts}).decode()
        _check_signature(group, key, message, parse_proof(group, item, _FORM, where), where)


def _verification_keys(group: Group, value: Any, rows: list[list[Element]], where: str) -> tuple[TrusteeKey, ...]:
    """The members' keys, each equal to the product of all polynomials at its index, its possession proven."""
    keys = []
    for index, item in enumerate(records.items(value, _FORM, where, len(rows)), start=1):
        key = parse_trustee_key(group, item, where)
        check_possession(group, key)
        committed = group.product(
            group.power(coefficient, pow(index, exponent, group.order))
            for row in rows
            for exponent, coefficient in enumerate(row)
        )
        if key.public_key != committed:
            raise Malformed(
                "THRESHOLD_KEY",
                f"第 {index} 号监督委员的验证公钥与公布的多项式不符，请重新下载；仍然如此就不要采信",
                f"The verification key of trustee {index} is not what the published polynomials give; download it "
                "again, and if it stays so do not trust it",
            )
        keys.append(key)
    return tuple(keys)


def _check_key_signature(group: Group, key: TrusteeKey, signing_key: Element, *, recent: bool, where: str) -> None:
    if (key.signature is not None) != recent:
        records.refuse(_FORM, where, "all signatures of Belenios 3.x or none")
    if key.signature is not None:
        _check_signature(group, signing_key, group.text(key.public_key), key.signature, where)
