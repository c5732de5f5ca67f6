"""A threshold ceremony as its members would hold it (ballot-protocol §4), in the form of Belenios 2.0 or 3.x."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from small_election import SmallElection, a_small_election

from voting.crypto import records, trustees
from voting.crypto.election import Election
from voting.crypto.group import Group
from voting.crypto.proofs import prove_knowledge
from voting.crypto.tally import EncryptedTally


@dataclass
class Ceremony:
    """The public record and each member's share of the key."""

    record: dict[str, Any]
    shares: list[int]

    def trustees(self) -> bytes:
        return records.write([["Pedersen", self.record]])


def signed(group: Group, secret: int, message: str) -> dict[str, Any]:
    return {"message": message, "signature": prove_knowledge(group, secret, f"sigmsg|{message}|").form()}


def hold(group: Group, size: int, threshold: int, *, recent: bool) -> Ceremony:
    """All members' steps at once."""
    q, text = group.order, lambda secret: group.text(group.base_power(secret))
    signing = [group.random_scalar() for _ in range(size)]
    polynomials = [[secrets.randbelow(q) for _ in range(threshold)] for _ in range(size)]
    certs, coefexps, texts = [], [], []
    for index, (key, polynomial) in enumerate(zip(signing, polynomials, strict=True), start=1):
        context = {"context": {"group": group.name, "size": size, "threshold": threshold, "index": index}}
        keys = {"verification": text(key), "encryption": text(group.random_scalar())}
        certs.append(signed(group, key, records.write({**(context if recent else {}), **keys}).decode()))
        texts.append([text(coefficient) for coefficient in polynomial])
        coefexps.append(signed(group, key, records.write({"coefexps": texts[-1]}).decode()))
    shares = [
        sum(a * pow(index, k, q) for polynomial in polynomials for k, a in enumerate(polynomial)) % q
        for index in range(1, size + 1)
    ]
    verification = [records.read(trustees.make_key(group, None, share)[1], "") for share in shares]
    record: dict[str, Any] = {"threshold": threshold, "certs": certs, "coefexps": coefexps}
    if recent:
        messages = ["certs_sig|" + records.write({"certs": certs, "coefexps": listed}).decode() for listed in texts]
        record["signatures"] = [
            signed(group, key, message)["signature"] for key, message in zip(signing, messages, strict=True)
        ]
        for key, value in zip(signing, verification, strict=True):
            value["signature"] = signed(group, key, value["public_key"])["signature"]
    record["verification_keys"] = verification
    return Ceremony(record, shares)


def a_threshold_election(
    group_name: str, *, recent: bool
) -> tuple[SmallElection, Callable[[EncryptedTally], dict[int, bytes]]]:
    """An election under a group of three, of whom numbers 1 and 3 decrypt, and their shares of a tally."""
    made = a_small_election(group_name, voters=2)
    ceremony = hold(made.group, 3, 2, recent=recent)
    key = trustees.parse_trustees(made.group, ceremony.trustees()).public_key
    value = records.read(made.election.record, "")
    election = Election.parse(records.write({**value, "public_key": made.group.text(key)}))
    small = replace(made, election=election, trustees_record=ceremony.trustees())

    def shares(tally: EncryptedTally) -> dict[int, bytes]:
        secrets_of = {owner: ceremony.shares[owner - 1] for owner in (1, 3)}
        phi = election.fingerprint
        return {o: trustees.partial_decryption(made.group, phi, s, tally) for o, s in secrets_of.items()}

    return small, shares
