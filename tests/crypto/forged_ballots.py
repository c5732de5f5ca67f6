"""Makes tests/vectors/refused/ballots: one honest ballot and, from it, one file per attack.

Run ``PYTHONPATH=. python tests/crypto/forged_ballots.py`` to make them anew. Each forgery is wrong in exactly the one
respect that ``cases.json`` names: where an attacker could repair a signature or a proof, it is repaired.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nacl import bindings as sodium
from small_election import SmallElection, a_small_election

from voting.crypto import ballot, records
from voting.crypto.ballot_record import Answer, add_signature, write_unsigned
from voting.crypto.elgamal import encrypt, total
from voting.crypto.proofs import prove_knowledge, prove_one_is_zero

FOLDER = Path(__file__).parent.parent / "vectors" / "refused" / "ballots"
ORDER_2 = (2**255 - 20).to_bytes(32, "little")
ORDER_4 = bytes(32)


def sign(small: SmallElection, voter: int, answers: list[Answer], **parts: str) -> bytes:
    """A ballot over any answers, with any election named, signed properly."""
    e = small.election
    uuid, phi = parts.get("uuid", e.uuid), parts.get("phi", e.fingerprint)
    unsigned = write_unsigned(small.group, uuid, phi, small.public(voter), answers)
    hashed = records.fingerprint(unsigned)
    return add_signature(unsigned, hashed, prove_knowledge(small.group, small.voters[voter], f"sig|{hashed}|"))


def answer(small: SmallElection, voter: int, messages: list[int]) -> Answer:
    """An answer encrypting any numbers; every proof whose statement is true is true, the others are made up."""
    group, key, question = small.group, small.election.public_key, small.election.questions[0]
    masks = [group.random_scalar() for _ in messages]
    choices = tuple(encrypt(group, key, m % group.order, r) for m, r in zip(messages, masks, strict=True))
    credential = small.public(voter)
    bound = ballot._bound(small.election, credential)
    bound_to_all = ballot._bound_to_all(small.election, credential, choices)
    individual = []
    for choice, message, mask in zip(choices, messages, masks, strict=True):
        statements, prefix = ballot._individual(small.election, bound, choice)
        true = message if message in (0, 1) else 0
        individual.append(prove_one_is_zero(group, key, statements, true=true, mask=mask, prefix=prefix))
    summed, sum_mask, sum_message = total(group, choices[1:]), sum(masks[1:]), sum(messages[1:])
    statements, prefix = ballot._overall(small.election, question, bound_to_all, choices[0], summed)
    true, mask = (0, masks[0]) if messages[0] == 1 else (1, sum_mask)
    overall = prove_one_is_zero(group, key, statements, true=true, mask=mask, prefix=prefix)
    statements, prefix = ballot._not_both(bound_to_all, choices[0], summed)
    true, mask = (1, sum_mask) if sum_message == 0 else (0, masks[0])
    blank = prove_one_is_zero(group, key, statements, true=true, mask=mask, prefix=prefix)
    return Answer(choices, tuple(individual), overall, blank)


def edited(raw: bytes, edit: Callable[[dict[str, Any]], None]) -> bytes:
    """The ballot with its JSON changed and nothing repaired."""
    value = json.loads(raw)
    edit(value)
    return records.write(value)


def resigned(small: SmallElection, voter: int, raw: bytes, edit: Callable[[dict[str, Any]], None]) -> bytes:
    """The ballot with its JSON changed and signed again."""
    value = json.loads(raw)
    del value["signature"]
    edit(value)
    unsigned = records.write(value)
    hashed = records.fingerprint(unsigned)
    return add_signature(unsigned, hashed, prove_knowledge(small.group, small.voters[voter], f"sig|{hashed}|"))


def element_forgeries(small: SmallElection, raw: bytes) -> dict[str, tuple[bytes, str, str]]:
    """Elements that are no members, signed."""
    honest = bytes.fromhex(json.loads(raw)["answers"][0]["choices"][1]["alpha"])[::-1]
    points = {
        "small_order": (ORDER_2, "a point of order 2"),
        "order_four": (ORDER_4, "a point of order 4"),
        "mixed_order": (sodium.crypto_core_ed25519_add(honest, ORDER_2), "the honest point plus one of order 2"),
        "off_curve": (b"\x02" + bytes(31), "a coordinate that is on no point of the curve"),
        "not_canonical_point": (b"\xee" + b"\xff" * 30 + b"\x7f", "y = p + 1, another spelling of y = 1"),
    }
    made = {}
    for name, (point, what) in points.items():
        for part in ("alpha", "beta"):

            def put(value: dict[str, Any], point: bytes = point, part: str = part) -> None:
                value["answers"][0]["choices"][1][part] = point[::-1].hex()

            made[f"{part}_{name}"] = (resigned(small, 0, raw, put), "BALLOT_ELEMENT", f"{part}: {what}")

    def low_credential(value: dict[str, Any]) -> None:
        value["credential"] = ORDER_2[::-1].hex()

    def zero_challenge(value: dict[str, Any]) -> None:
        value["answers"][0]["choices"][1]["alpha"] = ORDER_2[::-1].hex()
        for proof in value["answers"][0]["individual_proofs"][1]:
            proof["challenge"] = "0"

    def upper_case(value: dict[str, Any]) -> None:
        value["answers"][0]["choices"][1]["alpha"] = honest[::-1].hex().upper()

    made["credential_small_order"] = (
        resigned(small, 0, raw, low_credential),
        "BALLOT_ELEMENT",
        "a credential of order 2",
    )
    made["zero_challenge"] = (
        resigned(small, 0, raw, zero_challenge),
        "BALLOT_ELEMENT",
        "challenges 0, so that order 2 leaves no trace",
    )
    made["upper_case"] = (resigned(small, 0, raw, upper_case), "BALLOT_ELEMENT", "an element in upper-case hex")
    return made


def form_forgeries(small: SmallElection, raw: bytes) -> dict[str, tuple[bytes, str, str]]:
    """Other spellings and shapes of an honest ballot."""
    q = small.group.order

    def scalar(text: str) -> bytes:
        def put(value: dict[str, Any]) -> None:
            value["answers"][0]["overall_proof"][0]["response"] = text

        return resigned(small, 0, raw, put)

    response = int(json.loads(raw)["answers"][0]["overall_proof"][0]["response"])
    value = json.loads(raw)
    swapped = {name: value[name] for name in ["election_hash", "election_uuid", "credential", "answers", "signature"]}
    return {
        "truncated": (raw[: len(raw) // 2], "BALLOT_JSON", "cut in the middle"),
        "empty": (b"", "BALLOT_JSON", "nothing"),
        "nested": (b"[" * 3000, "BALLOT_JSON", "nested deeper than any parser likes"),
        "not_utf8": (raw.replace(b'"credential"', b'"cred\xffntial"'), "BALLOT_JSON", "a byte that is no UTF-8"),
        "fraction": (raw.replace(b'"answers":[', b'"answers":[1.0,'), "BALLOT_JSON", "a number with a fraction"),
        "key_twice": (raw.replace(b'"alpha"', b'"beta"', 1), "BALLOT_JSON", "a key twice"),
        "oversized": (raw + b" " * 4000, "BALLOT_TOO_LARGE", "padded beyond the longest possible ballot"),
        "newline": (raw + b"\n", "BALLOT_NOT_CANONICAL", "a newline at the end"),
        "spaces": (raw.replace(b',"answers"', b', "answers"'), "BALLOT_NOT_CANONICAL", "a space after a comma"),
        "escaped": (
            raw.replace(b'"credential"', b'"\\u0063redential"', 1),
            "BALLOT_NOT_CANONICAL",
            "an escaped letter",
        ),
        "keys_swapped": (records.write(swapped), "BALLOT_FORM", "two keys in the other order"),
        "extra_field": (edited(raw, lambda v: v.update(note="x")), "BALLOT_FORM", "a field of its own"),
        "not_an_object": (b"[]", "BALLOT_FORM", "a list"),
        "no_blank_proof": (
            resigned(small, 0, raw, lambda v: v["answers"][0].pop("blank_proof") and None),
            "BALLOT_FORM",
            "no blank proof",
        ),
        "choice_missing": (
            resigned(small, 0, raw, lambda v: v["answers"][0]["choices"].pop()),
            "BALLOT_FORM",
            "one ciphertext too few",
        ),
        "no_answer": (
            resigned(small, 0, raw, lambda v: v["answers"].clear()),
            "BALLOT_FORM",
            "no answer at all",
        ),
        "scalar_is_number": (
            resigned(small, 0, raw, lambda v: v["answers"][0]["overall_proof"][0].update(response=5)),
            "BALLOT_FORM",
            "a scalar as a JSON number",
        ),
        "scalar_order": (scalar(str(q)), "BALLOT_SCALAR", "a scalar equal to the order"),
        "scalar_plus_order": (scalar(str(response + q)), "BALLOT_SCALAR", "the honest scalar plus the order"),
        "scalar_zero_first": (scalar(f"0{response % 10**70}"), "BALLOT_SCALAR", "a scalar with a leading zero"),
        "scalar_negative": (scalar("-1"), "BALLOT_SCALAR", "a negative scalar"),
        "scalar_other_digits": (scalar("１２"), "BALLOT_SCALAR", "full-width digits"),
    }


def proof_forgeries(small: SmallElection, raw: bytes) -> dict[str, tuple[bytes, str, str]]:
    """Ballots in perfect form that claim what is not so."""
    other = a_small_election()
    elsewhere = SmallElection(**{**vars(small), "election": other.election})
    copied = json.loads(raw)["answers"]

    def swap_proofs(value: dict[str, Any]) -> None:
        proofs = value["answers"][0]["individual_proofs"]
        proofs[0], proofs[1] = proofs[1], proofs[0]

    def other_hash(value: dict[str, Any]) -> None:
        value["signature"]["hash"] = records.fingerprint(b"another ballot")

    def other_signer(value: dict[str, Any]) -> None:
        value["credential"] = small.public(1)

    def flip(value: dict[str, Any]) -> None:
        proof = value["signature"]["proof"]
        proof["response"] = str((int(proof["response"]) + 1) % small.group.order)

    def signed(messages: list[int], **parts: str) -> bytes:
        return sign(small, 0, [answer(small, 0, messages)], **parts)

    return {
        "another_election": (elsewhere.ballot(0, [0, 1, 0, 0]), "BALLOT_ELECTION", "a ballot of another election"),
        "another_election_hash": (
            signed([0, 1, 0, 0], phi=other.election.fingerprint),
            "BALLOT_ELECTION_HASH",
            "this election's uuid with other candidates' fingerprint",
        ),
        "signed_hash": (edited(raw, other_hash), "BALLOT_SIGNATURE_HASH", "a signature over another ballot's hash"),
        "signature": (edited(raw, flip), "BALLOT_SIGNATURE", "a signature off by one"),
        "stolen_credential": (resigned(small, 0, raw, other_signer), "BALLOT_SIGNATURE", "another voter's credential"),
        "replayed_proof": (
            resigned(small, 1, raw, lambda v: v.update(credential=small.public(1), answers=copied)),
            "BALLOT_INDIVIDUAL_PROOF",
            "another voter's ciphertexts and proofs, signed with one's own card",
        ),
        "proofs_swapped": (resigned(small, 0, raw, swap_proofs), "BALLOT_INDIVIDUAL_PROOF", "two proofs swapped"),
        "double_vote": (signed([0, 2, -1, 0]), "BALLOT_INDIVIDUAL_PROOF", "2 votes for one candidate, −1 for another"),
        "over_vote": (signed([0, 1, 1, 0]), "BALLOT_OVERALL_PROOF", "two candidates where one may be chosen"),
        "under_vote": (signed([0, 0, 0, 0]), "BALLOT_OVERALL_PROOF", "nobody chosen and not blank"),
        "blank_and_candidate": (signed([1, 1, 0, 0]), "BALLOT_BLANK_PROOF", "blank and a candidate as well"),
    }


def main() -> None:
    small = a_small_election(voters=2)
    raw = small.ballot(0, [0, 1, 0, 0])
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.ballot"):
        old.unlink()
    cases = []
    made = {**form_forgeries(small, raw), **element_forgeries(small, raw), **proof_forgeries(small, raw)}
    for name, (content, code, what) in sorted(made.items()):
        (FOLDER / f"{name}.ballot").write_bytes(content)
        cases.append({"file": f"{name}.ballot", "code": code, "what": what})
    (FOLDER / "honest.ballot").write_bytes(raw)
    (FOLDER / "election.json").write_bytes(small.election.record)
    (FOLDER / "cases.json").write_text(json.dumps(cases, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
