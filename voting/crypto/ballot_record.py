"""The ballot as a record: its strict reader, its one writer, its trackers (ballot-protocol §7)."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from voting.crypto import records
from voting.crypto.election import Election, Question
from voting.crypto.elgamal import Ciphertext
from voting.crypto.group import Group
from voting.crypto.proofs import Proof, parse_proof
from voting.errors import Malformed, TooLarge

_FORM = "BALLOT_FORM"
_TRACKER_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class Answer:
    """One question's ciphertexts, the blank vote's first where there is one, and their proofs."""

    choices: tuple[Ciphertext, ...]
    individual: tuple[tuple[Proof, ...], ...]
    overall: tuple[Proof, ...]
    blank: tuple[Proof, ...] | None


@dataclass(frozen=True)
class Ballot:
    """A ballot as written: well-formed, canonical and of this election's shape, its proofs not yet checked.

    Nothing in it, not even membership of its elements, may be relied on before ``verify_ballot``.
    """

    raw: bytes
    uuid: str
    election_hash: str
    credential: str
    answers: tuple[Answer, ...]
    signed_hash: str
    written_hash: str
    signature: Proof

    @property
    def tracker(self) -> str:
        """The full tracker, 43 characters."""
        return tracker(self.raw)


def tracker(raw: bytes) -> str:
    """The full tracker of a ballot record: its SHA-256 in unpadded Base64, 43 characters."""
    return records.fingerprint(raw)


def short_tracker(raw: bytes) -> str:
    """The first 80 bits of the ballot's SHA-256 as 16 letters without look-alikes; shown as 4 groups of 4."""
    bits = int.from_bytes(hashlib.sha256(raw).digest()[:10], "big")
    return "".join(_TRACKER_LETTERS[bits >> place & 31] for place in range(75, -1, -5))


def size_limit(election: Election) -> int:
    """The length in bytes of the longest canonical ballot of ``election``."""
    group = election.group
    proof = len('{"challenge":"","response":""},') + 2 * len(str(group.order))
    choice = len('{"alpha":"","beta":""},[],') + 2 * group.longest_text + 2 * proof
    names = '{"choices":[],"individual_proofs":[],"overall_proof":[],"blank_proof":[]},'
    answers = sum(
        len(names) + question.positions * choice + (question.maximum - question.minimum + 4) * proof
        for question in election.questions
    )
    frame = '{"election_uuid":"","election_hash":"","credential":"","answers":[],"signature":{"hash":"","proof":}}'
    return len(frame) + len(election.uuid) + 2 * 43 + group.longest_text + answers + proof


# --- reading -----------------------------------------------------------------------------------------------------


@contextmanager
def ballot_codes() -> Iterator[None]:
    """Name the group's refusals as the ballot's: GROUP_ELEMENT becomes BALLOT_ELEMENT."""
    try:
        yield
    except Malformed as fault:
        if not fault.code.startswith("GROUP_"):
            raise
        raise Malformed(fault.code.replace("GROUP_", "BALLOT_"), fault.zh, fault.en) from fault


def parse_ballot(election: Election, raw: bytes) -> Ballot:
    """Read a ballot strictly.

    Raises TooLarge BALLOT_TOO_LARGE, Malformed BALLOT_JSON, BALLOT_FORM, BALLOT_SCALAR, BALLOT_ELEMENT,
    BALLOT_NOT_CANONICAL.
    """
    if len(raw) > size_limit(election):
        raise TooLarge(
            "BALLOT_TOO_LARGE",
            f"选票超过 {size_limit(election)} 字节，请重新制作选票",
            f"The ballot is over {size_limit(election)} bytes; make it again",
        )
    value = records.read(raw, "BALLOT_JSON")
    with ballot_codes():
        ballot = _ballot(election, raw, value)
    _check_canonical(value, raw)
    return ballot


def _check_canonical(value: Any, raw: bytes) -> None:
    """One spelling only: of keys, scalars and elements it has been checked already, which leaves that of JSON."""
    if records.write(value) != raw:
        raise Malformed(
            "BALLOT_NOT_CANONICAL",
            "选票的写法不规范，请重新制作选票",
            "The ballot is not in canonical form; make it again",
        )


def _ballot(election: Election, raw: bytes, value: Any) -> Ballot:
    parts = records.fields(value, "election_uuid election_hash credential answers signature", _FORM, "ballot")
    listed = records.items(parts["answers"], _FORM, "ballot.answers", len(election.questions))
    signature = records.fields(parts["signature"], "hash proof", _FORM, "ballot.signature")
    credential = records.text(parts["credential"], _FORM, "ballot.credential")
    election.group.claim(credential)
    answers = tuple(
        _answer(election.group, question, answer, f"ballot.answers[{index}]")
        for index, (question, answer) in enumerate(zip(election.questions, listed, strict=True))
    )
    written_hash = records.text(signature["hash"], _FORM, "ballot.signature.hash")
    unsigned = raw.rpartition(b',"signature":')[0] + b"}"
    return Ballot(
        raw=raw,
        uuid=records.text(parts["election_uuid"], _FORM, "ballot.election_uuid"),
        election_hash=records.text(parts["election_hash"], _FORM, "ballot.election_hash"),
        credential=credential,
        answers=answers,
        signed_hash=records.fingerprint(unsigned),
        written_hash=written_hash,
        signature=parse_proof(election.group, signature["proof"], _FORM, "ballot.signature.proof"),
    )


def _answer(group: Group, question: Question, value: Any, where: str) -> Answer:
    names = "choices individual_proofs overall_proof" + (" blank_proof" if question.blank else "")
    parts = records.fields(value, names, _FORM, where)

    def proofs(listed: Any, count: int, name: str) -> tuple[Proof, ...]:
        place = f"{where}.{name}"
        return tuple(parse_proof(group, item, _FORM, place) for item in records.items(listed, _FORM, place, count))

    choices = records.items(parts["choices"], _FORM, f"{where}.choices", question.positions)
    individual = records.items(parts["individual_proofs"], _FORM, f"{where}.individual_proofs", question.positions)
    overall = question.maximum - question.minimum + 1 + question.blank
    return Answer(
        choices=tuple(_ciphertext(group, choice, f"{where}.choices") for choice in choices),
        individual=tuple(proofs(pair, 2, "individual_proofs") for pair in individual),
        overall=proofs(parts["overall_proof"], overall, "overall_proof"),
        blank=proofs(parts["blank_proof"], 2, "blank_proof") if question.blank else None,
    )


def _ciphertext(group: Group, value: Any, where: str) -> Ciphertext:
    parts = records.fields(value, "alpha beta", _FORM, where)
    return Ciphertext(*(group.claim(records.text(part, _FORM, where)) for part in parts.values()))


# --- writing -----------------------------------------------------------------------------------------------------


def write_unsigned(group: Group, uuid: str, election_hash: str, credential: str, answers: Sequence[Answer]) -> bytes:
    """The canonical ballot without its signature: what the signature's hash is taken over."""
    return records.write(
        {
            "election_uuid": uuid,
            "election_hash": election_hash,
            "credential": credential,
            "answers": [_answer_form(group, answer) for answer in answers],
        }
    )


def add_signature(unsigned: bytes, signed_hash: str, signature: Proof) -> bytes:
    """The canonical ballot from its unsigned form."""
    return unsigned[:-1] + b',"signature":' + records.write({"hash": signed_hash, "proof": signature.form()}) + b"}"


def _answer_form(group: Group, answer: Answer) -> dict[str, Any]:
    return {
        "choices": [{"alpha": group.text(c.alpha), "beta": group.text(c.beta)} for c in answer.choices],
        "individual_proofs": [[proof.form() for proof in pair] for pair in answer.individual],
        "overall_proof": [proof.form() for proof in answer.overall],
        **({"blank_proof": [proof.form() for proof in answer.blank]} if answer.blank is not None else {}),
    }
