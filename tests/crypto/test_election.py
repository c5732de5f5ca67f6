"""The election record and the public credentials."""

import json
import pickle
from typing import Any

import pytest

from voting.crypto import records
from voting.crypto.election import (
    Election,
    Question,
    new_uuid,
    parse_public_credentials,
    write_election,
    write_public_credentials,
)
from voting.crypto.group import get_group
from voting.errors import Malformed

GROUP = get_group("Ed25519")
QUESTION = Question("选主任", ('甲"某\\', "乙某/𬎆"), blank=True, minimum=1, maximum=1)


def written(**changes: Any) -> bytes:
    parts: dict[str, Any] = {
        "uuid": new_uuid(),
        "name": "选举",
        "description": "",
        "group": GROUP,
        "public_key": GROUP.base_power(5),
        "questions": [QUESTION],
    }
    return write_election(**{**parts, **changes})


def test_round_trip() -> None:
    raw = written(administrator="甲", credential_authority="乙")
    election = Election.parse(raw)
    assert (election.record, election.questions) == (raw, (QUESTION,))
    assert list(json.loads(raw)) == [
        "version", "description", "name", "group", "public_key", "questions", "uuid", "administrator",
        "credential_authority",
    ]  # fmt: skip
    assert "乙某/𬎆".encode() in raw
    assert len(election.fingerprint) == 43
    assert pickle.loads(pickle.dumps(election)) == election


def test_uuids_are_base58_of_22() -> None:
    assert len({new_uuid() for _ in range(50)}) == 50
    assert Election.parse(written()).uuid.isalnum()
    assert len(new_uuid()) == 22


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"uuid": "short"}, "ELECTION_FORM"),
        ({"questions": []}, "ELECTION_FORM"),
        ({"public_key": GROUP.neutral}, "ELECTION_KEY"),
        ({"questions": [Question("q", ("a",), blank=False, minimum=1, maximum=2)]}, "ELECTION_FORM"),
        ({"questions": [Question("q", ("a",) * 1001, blank=False, minimum=1, maximum=1)]}, "ELECTION_FORM"),
    ],
)
def test_no_election_is_written_that_would_not_be_read(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Malformed, match=code):
        written(**changes)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "ELECTION_JSON"),
        (b"[" * 100_000, "ELECTION_JSON"),
        (b"9" * 5000, "ELECTION_JSON"),
        (b'{"version":1,"version":1}', "ELECTION_JSON"),
        (b"[1]", "ELECTION_VERSION"),
        (written().replace("选举".encode(), b"\\ud800"), "ELECTION_FORM"),
    ],
)
def test_refused(raw: bytes, code: str) -> None:
    with pytest.raises(Malformed, match=code):
        Election.parse(raw)


@pytest.mark.parametrize("group_name", ["Ed25519", "BELENIOS-2048"])
def test_credentials_are_sorted_as_the_tools_sort_them(group_name: str) -> None:
    group = get_group(group_name)
    publics = [group.text(group.base_power(secret)) for secret in range(2, 30)]
    raw = write_public_credentials(group, publics)
    listed = parse_public_credentials(group, raw)
    keys = [bytes.fromhex(p)[::-1] if group_name == "Ed25519" else int(p) for p in listed]
    assert keys == sorted(keys)
    assert raw == write_public_credentials(group, reversed(publics))
    weighed = write_public_credentials(group, {publics[0]: 0, publics[1]: 7, publics[2]: 1})
    assert parse_public_credentials(group, weighed) == {publics[0]: 0, publics[1]: 7, publics[2]: 1}
    assert records.read(weighed, "").count(publics[2]) == 1
