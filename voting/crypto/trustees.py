"""Trustees: their keys, their shares of the decryption, the result (ballot-protocol §3, 9, 10)."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voting.crypto import elgamal, records
from voting.crypto.election import Election
from voting.crypto.elgamal import Ciphertext
from voting.crypto.group import Element, Group
from voting.crypto.proofs import Proof, decrypts, parse_proof, prove_decryption, prove_knowledge
from voting.crypto.tally import EncryptedTally
from voting.crypto.threshold import TrusteeGroup, parse_pedersen
from voting.crypto.trustee_key import TrusteeKey, check_possession, parse_trustee_key, possession_prefix
from voting.errors import Malformed

__all__ = ["Factors", "TrusteeKey", "Trustees", "combine", "make_key", "parse_trustee", "parse_trustees"]

Factors = list[list[Element]]
LARGEST_TOTAL = 2**40  # baby steps for it still fit in memory


# --- keys --------------------------------------------------------------------------------------------------------


def make_key(group: Group, name: str | None, secret: int | None = None) -> tuple[int, bytes]:
    """A trustee's secret exponent and the public record with its proof of possession."""
    if secret is None:
        secret = group.random_scalar()
    if not 0 < secret < group.order:
        raise Malformed("TRUSTEE_SECRET", "私钥不在范围内，请重新生成", "The secret key is out of range; make another")
    public_text = group.text(group.base_power_secret(secret))
    proof = prove_knowledge(group, secret, possession_prefix(group, public_text))
    value: dict[str, Any] = {"pok": proof.form(), "public_key": public_text}
    if name is not None:
        value["name"] = name
    return secret, records.write(value)


def parse_trustee(group: Group, raw: bytes) -> TrusteeKey:
    """A single trustee's public record, its possession proven. Raises Malformed TRUSTEE_…, GROUP_…."""
    key = parse_trustee_key(group, records.read(raw, "TRUSTEE_JSON"), "trustee")
    check_possession(group, key)
    return key


@dataclass(frozen=True)
class Trustees:
    """All trustees in the order of the record, in groups; whoever is on their own is a group of one."""

    groups: tuple[TrusteeGroup, ...]
    public_key: Element

    @property
    def owners(self) -> tuple[TrusteeKey, ...]:
        """The key that verifies each owner's shares; owner n of the archive is at n − 1."""
        return tuple(key for group in self.groups for key in group.verification_keys)

    def key_of(self, owner: int) -> TrusteeKey:
        """The key of ``owner``, counted from 1. Raises Malformed TRUSTEE_UNKNOWN."""
        if not 1 <= owner <= len(self.owners):
            raise Malformed(
                "TRUSTEE_UNKNOWN",
                f"没有第 {owner} 号监督委员，请核对编号",
                f"There is no trustee number {owner}; check the number",
            )
        return self.owners[owner - 1]


def write_trustees(public_records: Iterable[bytes]) -> bytes:
    """The ``trustees`` record of single trustees, in the order given."""
    return records.write([["Single", records.read(raw, "TRUSTEE_JSON")] for raw in public_records])


def parse_trustees(group: Group, raw: bytes) -> Trustees:
    """Read the ``trustees`` record and check every proof in it. Raises Malformed TRUSTEE_…, THRESHOLD_…, GROUP_…."""
    listed = records.items(records.read(raw, "TRUSTEES_JSON"), "TRUSTEES_FORM", "trustees")
    if not listed:
        records.refuse("TRUSTEES_FORM", "trustees", "at least one trustee")
    groups = tuple(_trustee_group(group, value, f"trustees[{index}]") for index, value in enumerate(listed))
    trustees = Trustees(groups, group.product(item.public_key for item in groups))
    keys = [key.public_key for key in trustees.owners]
    if len(set(keys)) < len(keys):
        # A proof of possession is not bound to a name: copied, it would make two trustees out of one.
        raise Malformed(
            "TRUSTEE_TWICE", "同一把公钥出现两次，请各自建密钥", "A key occurs twice; each trustee must make their own"
        )
    return trustees


def _trustee_group(group: Group, value: Any, where: str) -> TrusteeGroup:
    kind, content = records.items(value, "TRUSTEES_FORM", where, 2)
    if kind == "Pedersen":
        return parse_pedersen(group, content, where)
    if kind != "Single":
        records.refuse("TRUSTEES_FORM", where, "Single or Pedersen")
    key = parse_trustee_key(group, content, where)
    check_possession(group, key)
    return TrusteeGroup(1, key.public_key, (key,))


# --- shares of the decryption ------------------------------------------------------------------------------------


def partial_decryption(group: Group, phi: str, secret: int, tally: EncryptedTally) -> bytes:
    """A trustee's share of the decryption of ``tally``, each factor with its proof, bound to ``phi``."""
    prefix = _prefix(group, phi, group.base_power_secret(secret))
    factors = [[group.text(group.power_secret(c.alpha, secret)) for c in row] for row in tally.rows]
    proofs = [[prove_decryption(group, secret, c.alpha, prefix).form() for c in row] for row in tally.rows]
    return records.write({"decryption_factors": factors, "decryption_proofs": proofs})


def check_partial_decryption(group: Group, phi: str, key: TrusteeKey, tally: EncryptedTally, raw: bytes) -> Factors:
    """The factors of a share, each proven. Raises Malformed DECRYPTION_JSON, _FORM, _PROOF, GROUP_…."""
    form = "DECRYPTION_FORM"
    value = records.fields(
        records.read(raw, "DECRYPTION_JSON"), "decryption_factors decryption_proofs", form, "decryption"
    )
    factor_rows = records.items(value["decryption_factors"], form, "decryption_factors", len(tally.rows))
    proof_rows = records.items(value["decryption_proofs"], form, "decryption_proofs", len(tally.rows))
    prefix = _prefix(group, phi, key.public_key)
    factors: Factors = []
    for index, (row, factor_row, proof_row) in enumerate(zip(tally.rows, factor_rows, proof_rows, strict=True)):
        where = f"question {index + 1}"
        texts = records.items(factor_row, form, where, len(row))
        proofs = [parse_proof(group, item, form, where) for item in records.items(proof_row, form, where, len(row))]
        factors.append([group.parse(records.text(text, form, where)) for text in texts])
        _check_factors(group, key, row, factors[-1], proofs=proofs, prefix=prefix, question=index + 1)
    return factors


def _check_factors(
    group: Group,
    key: TrusteeKey,
    row: Sequence[Ciphertext],
    factors: Sequence[Element],
    *,
    proofs: Sequence[Proof],
    prefix: str,
    question: int,
) -> None:
    for position, (choice, factor, proof) in enumerate(zip(row, factors, proofs, strict=True)):
        if not decrypts(group, key.public_key, choice.alpha, factor, proof=proof, prefix=prefix):
            raise Malformed(
                "DECRYPTION_PROOF",
                f"第 {question} 题第 {position + 1} 项的解密证明不成立，请该监督委员用自己的密钥重新解密",
                f"The decryption proof of question {question}, item {position + 1}, does not verify; this trustee "
                "decrypts again with their own key",
            )


def _prefix(group: Group, phi: str, public_key: Element) -> str:
    return f"decrypt|{phi}|{group.text(public_key)}|"


# --- the result --------------------------------------------------------------------------------------------------


def combined_factors(group: Group, trustees: Trustees, shares: Mapping[int, Factors], tally: EncryptedTally) -> Factors:
    """Per position the product of all trustees' checked factors, ``shares`` keyed by owner from 1.

    A threshold group contributes by its first T shares at hand. Raises Malformed RESULT_SHARES when too few.
    """
    used = _used_shares(group, trustees, shares)
    return [
        [
            group.product(_powered(group, shares[owner][row][position], exponent) for owner, exponent in used)
            for position in range(len(choices))
        ]
        for row, choices in enumerate(tally.rows)
    ]


def _powered(group: Group, factor: Element, exponent: int) -> Element:
    return factor if exponent == 1 else group.power(factor, exponent)


def _used_shares(group: Group, trustees: Trustees, shares: Mapping[int, Factors]) -> list[tuple[int, int]]:
    """Which owners' factors are taken, each to which exponent."""
    used: list[tuple[int, int]] = []
    first = 1
    for item in trustees.groups:
        size = len(item.verification_keys)
        inside = [index for index in range(1, size + 1) if first + index - 1 in shares][: item.threshold]
        if len(inside) < item.threshold:
            raise Malformed(
                "RESULT_SHARES",
                f"第 {first} 到 {first + size - 1} 号监督委员的解密份额不够，须有 {item.threshold} 份；请其余委员解密",
                f"Too few decryption shares of trustees {first} to {first + size - 1}: {item.threshold} are needed; "
                "let the others decrypt",
            )
        used += [(first + index - 1, _lagrange(group.order, index, inside)) for index in inside]
        first += size
    return used


def _lagrange(order: int, index: int, indices: Sequence[int]) -> int:
    result = 1
    for other in indices:
        if other != index:
            result = result * other * pow(other - index, -1, order) % order
    return result


def combine(
    election: Election, trustees: Trustees, tally: EncryptedTally, shares: Mapping[int, bytes], total_weight: int
) -> list[list[int]]:
    """The counts per question and position from the trustees' share records, keyed by owner from 1.

    Checks every share again. Raises Malformed DECRYPTION_…, RESULT_SHARES, RESULT_RANGE (a count over
    ``total_weight``, which ballots that verified cannot give).
    """
    group, phi = election.group, election.fingerprint
    factors = {
        owner: check_partial_decryption(group, phi, trustees.key_of(owner), tally, raw) for owner, raw in shares.items()
    }
    if not 0 <= total_weight <= LARGEST_TOTAL:
        raise Malformed(
            "RESULT_RANGE",
            "总票数超出可计算的范围，请核对档案",
            "The total weight is beyond what can be decrypted; check the archive",
        )
    combined = combined_factors(group, trustees, factors, tally)
    powers = [
        group.sub(choice.beta, factor)
        for row, factor_row in zip(tally.rows, combined, strict=True)
        for choice, factor in zip(row, factor_row, strict=True)
    ]
    counts = iter(elgamal.discrete_logs(group, powers, total_weight))
    return [[_in_range(next(counts)) for _ in row] for row in tally.rows]


def _in_range(count: int | None) -> int:
    if count is None:
        raise Malformed(
            "RESULT_RANGE",
            "解出的票数超过总票数，请核对档案和解密份额",
            "A decrypted count is over the total weight; check the archive and the shares",
        )
    return count


def result_record(counts: Sequence[Sequence[int]]) -> bytes:
    """The canonical ``result`` record."""
    return records.write({"result": [list(row) for row in counts]})


def parse_result(election: Election, raw: bytes) -> list[list[int]]:
    """Read a result record strictly. Raises Malformed RESULT_JSON, RESULT_FORM."""
    value = records.fields(records.read(raw, "RESULT_JSON"), "result", "RESULT_FORM", "result")
    rows = records.items(value["result"], "RESULT_FORM", "result", len(election.questions))
    return [
        [records.count(n, "RESULT_FORM", "result") for n in records.items(row, "RESULT_FORM", "result", q.positions)]
        for row, q in zip(rows, election.questions, strict=True)
    ]


# --- the rehearsal -----------------------------------------------------------------------------------------------


def rehearsal_phi(election: Election) -> str:
    """What rehearsal shares are bound to, so that none can be taken for a real one."""
    return f"rehearsal-{election.fingerprint}"


def rehearsal_tally(election: Election) -> EncryptedTally:
    """A tally of the election's shape whose ciphertexts anyone can recompute: a trustee who decrypts it proves
    possession of the key and decrypts nothing that a server chose."""
    group = election.group
    tally = EncryptedTally(election)
    for i, row in enumerate(tally.rows):
        for j in range(len(row)):
            seed = hashlib.sha256(f"rehearsal|{election.fingerprint}|{i}|{j}".encode()).digest()
            mask = int.from_bytes(seed, "big") % group.order
            row[j] = elgamal.encrypt(group, election.public_key, (7 * i + 3 * j + 1) % 10, mask)
    return tally
