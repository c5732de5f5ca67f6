"""Ballots: make one, verify one by named steps (ballot-protocol §7). Reading and writing are in ballot_record."""

from collections.abc import Sequence

from voting.crypto import elgamal
from voting.crypto.ballot_record import (
    Answer,
    Ballot,
    add_signature,
    ballot_codes,
    parse_ballot,
    short_tracker,
    size_limit,
    tracker,
    write_unsigned,
)
from voting.crypto.election import Election, Question
from voting.crypto.elgamal import Ciphertext
from voting.crypto.proofs import knows, one_is_zero, prove_knowledge, prove_one_is_zero
from voting.crypto.records import fingerprint
from voting.errors import Malformed

__all__ = [
    "Answer",
    "Ballot",
    "make_ballot",
    "parse_ballot",
    "short_tracker",
    "size_limit",
    "tracker",
    "verify_ballot",
]


# --- the statements that prover and verifier share ---------------------------------------------------------------


def _bound(election: Election, credential: str) -> str:
    """S0: every proof is bound to this election and this voter, so that nobody can replay another's ciphertext."""
    return f"{election.fingerprint}|{credential}"


def _bound_to_all(election: Election, credential: str, choices: Sequence[Ciphertext]) -> str:
    """S: as S0, and bound to all ciphertexts of the answer."""
    text = election.group.text
    return f"{_bound(election, credential)}|" + ",".join(f"{text(c.alpha)},{text(c.beta)}" for c in choices)


def _individual(election: Election, bound: str, choice: Ciphertext) -> tuple[list[Ciphertext], str]:
    """The choice is 0 or 1."""
    group = election.group
    prefix = f"prove|{bound}|{group.text(choice.alpha)},{group.text(choice.beta)}|"
    return [choice, elgamal.shift(group, choice, 1)], prefix


def _in_range(election: Election, question: Question, total: Ciphertext) -> list[Ciphertext]:
    wanted = range(question.minimum, question.maximum + 1)
    return [elgamal.shift(election.group, total, count) for count in wanted]


def _total(election: Election, question: Question, choices: Sequence[Ciphertext]) -> Ciphertext:
    """The number of candidates chosen, encrypted."""
    return elgamal.total(election.group, choices[question.blank :])


def _overall(
    election: Election, question: Question, bound: str, first: Ciphertext, total: Ciphertext
) -> tuple[list[Ciphertext], str]:
    """The number of candidates chosen is in range; or the vote is blank, where that is allowed."""
    group = election.group
    if question.blank:
        blank = elgamal.shift(group, first, 1)
        return [blank, *_in_range(election, question, total)], f"bproof1|{bound}|"
    prefix = f"prove|{bound}|{group.text(total.alpha)},{group.text(total.beta)}|"
    return _in_range(election, question, total), prefix


def _not_both(bound: str, first: Ciphertext, total: Ciphertext) -> tuple[list[Ciphertext], str]:
    """The vote is not blank, or chooses nobody."""
    return [first, total], f"bproof0|{bound}|"


# --- verifying ---------------------------------------------------------------------------------------------------


def verify_ballot(election: Election, ballot: Ballot) -> None:
    """Verify every claim of a parsed ballot, elements included.

    Raises Malformed BALLOT_ELECTION, BALLOT_ELECTION_HASH, BALLOT_SIGNATURE_HASH, BALLOT_SIGNATURE,
    BALLOT_INDIVIDUAL_PROOF, BALLOT_OVERALL_PROOF, BALLOT_BLANK_PROOF; BALLOT_ELEMENT if an element is no member.
    That the credential is entitled and unused is for the caller to check.
    """
    with ballot_codes():
        check_election(election, ballot)
        check_signature(election, ballot)
        for question, answer in zip(election.questions, ballot.answers, strict=True):
            # First: it multiplies every element once, so that the sums below are taken over members only.
            check_individual_proofs(election, ballot, answer)
            total = _total(election, question, answer.choices)
            bound = _bound_to_all(election, ballot.credential, answer.choices)
            check_overall_proof(election, question, answer, total=total, bound=bound)
            check_blank_proof(election, answer, total=total, bound=bound)


def check_election(election: Election, ballot: Ballot) -> None:
    """The ballot is for this election and for these exact candidates."""
    if ballot.uuid != election.uuid:
        raise _failed("BALLOT_ELECTION", "选票属于另一场选举", "The ballot belongs to another election")
    if ballot.election_hash != election.fingerprint:
        raise _failed("BALLOT_ELECTION_HASH", "选票的选举指纹不符", "The ballot's election fingerprint is another")


def check_signature(election: Election, ballot: Ballot) -> None:
    """The holder of the credential signed exactly this ballot."""
    group = election.group
    if ballot.written_hash != ballot.signed_hash:
        raise _failed("BALLOT_SIGNATURE_HASH", "选票签名的摘要不符", "The signed hash is not this ballot's")
    if not knows(group, group.claim(ballot.credential), ballot.signature, f"sig|{ballot.signed_hash}|"):
        raise _failed("BALLOT_SIGNATURE", "选票签名不成立", "The ballot's signature does not verify")


def check_individual_proofs(election: Election, ballot: Ballot, answer: Answer) -> None:
    """Every ciphertext is of 0 or 1, and was made for this voter."""
    bound = _bound(election, ballot.credential)
    for index, (choice, proofs) in enumerate(zip(answer.choices, answer.individual, strict=True)):
        statements, prefix = _individual(election, bound, choice)
        if not one_is_zero(election.group, election.public_key, statements, proofs, prefix):
            raise _failed(
                "BALLOT_INDIVIDUAL_PROOF",
                f"第 {index + 1} 项密文的证明不成立",
                f"The proof of ciphertext {index + 1} does not verify",
            )


def check_overall_proof(
    election: Election, question: Question, answer: Answer, *, total: Ciphertext, bound: str
) -> None:
    """No more candidates are chosen than allowed, and no fewer."""
    statements, prefix = _overall(election, question, bound, answer.choices[0], total)
    if not one_is_zero(election.group, election.public_key, statements, answer.overall, prefix):
        raise _failed(
            "BALLOT_OVERALL_PROOF", "选票所选人数的证明不成立", "The proof of the number chosen does not verify"
        )


def check_blank_proof(election: Election, answer: Answer, *, total: Ciphertext, bound: str) -> None:
    """A blank vote chooses nobody else."""
    if answer.blank is None:
        return
    statements, prefix = _not_both(bound, answer.choices[0], total)
    if not one_is_zero(election.group, election.public_key, statements, answer.blank, prefix):
        raise _failed("BALLOT_BLANK_PROOF", "选票的弃权证明不成立", "The proof of the blank vote does not verify")


def _failed(code: str, zh: str, en: str) -> Malformed:
    return Malformed(code, f"{zh}，请重新制作选票", f"{en}; make the ballot again")


# --- making ------------------------------------------------------------------------------------------------------


def make_ballot(election: Election, secret: int, choices: Sequence[Sequence[int]]) -> bytes:
    """A sealed ballot: per question a list of 0 and 1 for every position, the blank vote's first where there is one.

    For simulations and tests: voters' ballots are made in the browser. The secret exponents go through constant-time
    multiplication; which branch of a proof is simulated is not hidden from one who can time this process.
    Raises Malformed BALLOT_CHOICES, BALLOT_CREDENTIAL.
    """
    group = election.group
    if not 0 < secret < group.order:
        raise Malformed(
            "BALLOT_CREDENTIAL", "凭据不在范围内，请换一张选票卡", "The credential is out of range; use another"
        )
    if len(choices) != len(election.questions):
        raise _not_a_choice("every question")
    credential = group.text(group.base_power_secret(secret))
    answers = [
        _make_answer(election, credential, question, list(chosen))
        for question, chosen in zip(election.questions, choices, strict=True)
    ]
    unsigned = write_unsigned(group, election.uuid, election.fingerprint, credential, answers)
    signed_hash = fingerprint(unsigned)
    return add_signature(unsigned, signed_hash, prove_knowledge(group, secret, f"sig|{signed_hash}|"))


def _make_answer(election: Election, credential: str, question: Question, chosen: list[int]) -> Answer:
    if len(chosen) != question.positions or any(bit not in (0, 1) for bit in chosen):
        raise _not_a_choice(f"{question.positions} times 0 or 1")
    count = sum(chosen[question.blank :])
    is_blank = question.blank and chosen[0] == 1
    if (is_blank and count) or (not is_blank and not question.minimum <= count <= question.maximum):
        raise _not_a_choice(f"{question.minimum} to {question.maximum} candidates" + " or blank" * question.blank)
    return _prove_answer(election, credential, question, chosen)


def _prove_answer(election: Election, credential: str, question: Question, chosen: list[int]) -> Answer:
    group, key = election.group, election.public_key
    masks = [group.random_scalar() for _ in chosen]
    choices = tuple(elgamal.encrypt(group, key, bit, mask) for bit, mask in zip(chosen, masks, strict=True))
    bound, bound_to_all = _bound(election, credential), _bound_to_all(election, credential, choices)
    individual = []
    for choice, bit, mask in zip(choices, chosen, masks, strict=True):
        statements, prefix = _individual(election, bound, choice)
        individual.append(prove_one_is_zero(group, key, statements, true=bit, mask=mask, prefix=prefix))
    total = _total(election, question, choices)
    total_mask = sum(masks[question.blank :]) % group.order
    position = sum(chosen[question.blank :]) - question.minimum
    blank_proof = None
    if question.blank:
        statements, prefix = _not_both(bound_to_all, choices[0], total)
        true, mask = (1, total_mask) if chosen[0] else (0, masks[0])
        blank_proof = prove_one_is_zero(group, key, statements, true=true, mask=mask, prefix=prefix)
        position += 1
    true, mask = (0, masks[0]) if question.blank and chosen[0] else (position, total_mask)
    statements, prefix = _overall(election, question, bound_to_all, choices[0], total)
    overall = prove_one_is_zero(group, key, statements, true=true, mask=mask, prefix=prefix)
    return Answer(choices, tuple(individual), overall, blank_proof)


def _not_a_choice(wanted: str) -> Malformed:
    return Malformed(
        "BALLOT_CHOICES", f"所选不合规定 ({wanted})，请重新选择", f"The choices must be {wanted}; choose again"
    )
