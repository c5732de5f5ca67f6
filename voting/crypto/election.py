"""The election record and the public credentials: what Setup fixes before the first ballot (ballot-protocol §5–6)."""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voting.crypto import records
from voting.crypto.group import Element, Group, get_group
from voting.errors import Malformed

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_UUID = re.compile(f"[{_BASE58}]{{14,64}}")
_FORM = "ELECTION_FORM"
LARGEST_WEIGHT = 2**40  # so that no sum of weights comes near the order of a group
MOST_ANSWERS = 1000
MOST_QUESTIONS = 100


@dataclass(frozen=True)
class Question:
    """A homomorphic question: choose between ``minimum`` and ``maximum`` of ``answers``, or vote blank if allowed."""

    text: str
    answers: tuple[str, ...]
    blank: bool
    minimum: int
    maximum: int

    @property
    def positions(self) -> int:
        """How many ciphertexts an answer has: one per candidate, one more in front for the blank vote."""
        return len(self.answers) + self.blank


@dataclass(frozen=True)
class Election:
    """An election as its record states it. ``record`` are the raw bytes, the only thing the fingerprint depends on."""

    record: bytes
    uuid: str
    name: str
    group: Group
    public_key: Element
    questions: tuple[Question, ...]
    fingerprint: str

    @staticmethod
    def parse(raw: bytes) -> "Election":
        """Read an election record, of any maker and key order. Raises Malformed ELECTION_… or GROUP_…."""
        value = records.read(raw, "ELECTION_JSON")
        if not isinstance(value, dict) or type(value.get("version")) is not int or value["version"] != 1:
            records.refuse("ELECTION_VERSION", "election.version", "1")
        uuid = records.text(value.get("uuid"), _FORM, "election.uuid")
        if not _UUID.fullmatch(uuid):
            records.refuse(_FORM, "election.uuid", "14 to 64 base58 characters")
        group = get_group(records.text(value.get("group"), _FORM, "election.group"))
        public_key = group.parse(records.text(value.get("public_key"), _FORM, "election.public_key"))
        if public_key == group.neutral:
            raise Malformed(
                "ELECTION_KEY",
                "选举公钥是单位元，不能加密；请监督委员重新生成密钥",
                "The election key is the neutral element and encrypts nothing; the supervisors must make new keys",
            )
        listed = records.items(value.get("questions"), _FORM, "election.questions")
        if not 0 < len(listed) <= MOST_QUESTIONS:
            records.refuse(_FORM, "election.questions", f"1 to {MOST_QUESTIONS} questions")
        group.prepare(public_key)
        return Election(
            record=raw,
            uuid=uuid,
            name=records.text(value.get("name"), _FORM, "election.name"),
            group=group,
            public_key=public_key,
            questions=tuple(_question(item, f"election.questions[{index}]") for index, item in enumerate(listed)),
            fingerprint=records.fingerprint(raw),
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # Worker processes receive the record and check it again; groups hold tables that need not travel.
        return Election.parse, (self.record,)


def _question(value: Any, where: str) -> Question:
    if not isinstance(value, dict) or "type" in value:
        records.refuse("ELECTION_QUESTION_TYPE", where, "a homomorphic question")
    answers = records.items(value.get("answers"), _FORM, f"{where}.answers")
    blank = value.get("blank", False)
    if not isinstance(blank, bool):
        records.refuse(_FORM, f"{where}.blank", "true or false")
    minimum = records.count(value.get("min"), _FORM, f"{where}.min")
    maximum = records.count(value.get("max"), _FORM, f"{where}.max")
    if not 0 < len(answers) <= MOST_ANSWERS or not minimum <= maximum <= len(answers):
        records.refuse(_FORM, where, f"1 to {MOST_ANSWERS} answers and 0 ≤ min ≤ max ≤ their number")
    return Question(
        text=records.text(value.get("question"), _FORM, f"{where}.question"),
        answers=tuple(records.text(answer, _FORM, f"{where}.answers") for answer in answers),
        blank=blank,
        minimum=minimum,
        maximum=maximum,
    )


def write_election(
    *,
    uuid: str,
    name: str,
    description: str,
    group: Group,
    public_key: Element,
    questions: Sequence[Question],
    administrator: str | None = None,
    credential_authority: str | None = None,
) -> bytes:
    """The canonical election record. Raises Malformed ELECTION_… when its own reader would refuse it."""
    value: dict[str, Any] = {
        "version": 1,
        "description": description,
        "name": name,
        "group": group.name,
        "public_key": group.text(public_key),
        "questions": [_question_form(question) for question in questions],
        "uuid": uuid,
    }
    if administrator is not None:
        value["administrator"] = administrator
    if credential_authority is not None:
        value["credential_authority"] = credential_authority
    raw = records.write(value)
    Election.parse(raw)
    return raw


def _question_form(question: Question) -> dict[str, Any]:
    return {
        "answers": list(question.answers),
        **({"blank": True} if question.blank else {}),
        "min": question.minimum,
        "max": question.maximum,
        "question": question.text,
    }


def new_uuid() -> str:
    """A fresh election uuid: 22 random base58 characters, about 129 bits."""
    return "".join(secrets.choice(_BASE58) for _ in range(22))


def write_public_credentials(group: Group, weights: Mapping[str, int] | Iterable[str]) -> bytes:
    """The ``public_creds`` record, sorted by the value of the credential so that its order tells nothing."""
    weighed = dict(weights) if isinstance(weights, Mapping) else dict.fromkeys(weights, 1)
    listed = sorted(weighed.items(), key=lambda item: group.sort_key(group.claim(item[0])))
    return records.write([public if weight == 1 else f"{public},{weight}" for public, weight in listed])


def parse_public_credentials(group: Group, raw: bytes) -> dict[str, int]:
    """Public credential text → weight. Raises Malformed CREDENTIALS_… or GROUP_ELEMENT."""
    code = "CREDENTIALS_FORM"
    weights: dict[str, int] = {}
    for index, item in enumerate(records.items(records.read(raw, "CREDENTIALS_JSON"), code, "public_creds")):
        where = f"public_creds[{index}]"
        public, comma, weight_text = records.text(item, code, where).partition(",")
        weight = records.decimal(weight_text) if comma else 1
        if weight is None or weight > LARGEST_WEIGHT:
            records.refuse(code, where, "a credential and a weight in base 10, at most 2^40")
        if group.parse(public) == group.neutral:
            records.refuse("CREDENTIALS_NEUTRAL", where, "a credential whose key is not known to everyone")
        if public in weights:
            raise Malformed(
                "CREDENTIALS_TWICE",
                f"{where}：同一凭据出现两次，请重新制卡",
                f"{where}: a credential occurs twice; make the cards again",
            )
        weights[public] = weight
    return weights
