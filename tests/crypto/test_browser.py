"""What the browser makes, Python accepts, and the reverse: ballots, keys, cards, shares of the decryption."""

import base64
import hashlib
import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser_page import Hall, chromium, client, hall, page  # noqa: F401  fixtures
from playwright.sync_api import Browser, Page

from voting.crypto import archive, credentials, keyfile, trustees
from voting.crypto.ballot import make_ballot, parse_ballot, short_tracker, tracker, verify_ballot
from voting.crypto.election import Election, Question, new_uuid, write_election, write_public_credentials
from voting.crypto.group import get_group
from voting.crypto.tally import aggregate, parse_tally
from voting.errors import Refused

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

GROUP = get_group("Ed25519")
VECTORS = Path(__file__).parents[1] / "vectors" / "belenios"
PASSPHRASE = "柳树 风筝 算盘 ｆｕｌｌ 1987"
NAME = "监督委员一"
CODE = "".join(
    digits + str(credentials.check_digit(index, digits))
    for index, digits in enumerate(("4820", "9174", "5036", "7190", "2664", "3005"))
)

Call = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def client_page(chromium: Browser) -> Iterator[Call]:  # noqa: F811
    """The client of all these tests: its functions keep nothing between two calls."""
    served, context = Hall(), chromium.new_context(locale="zh-CN")
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    yield client(opened, served)
    context.close()
    served.close()
    assert faults == []


@pytest.fixture
def call(client_page: Call) -> Call:
    return client_page


def value(answer: dict[str, Any]) -> Any:
    assert "refused" not in answer, answer
    return answer["value"]


def refused(answer: dict[str, Any]) -> str:
    assert "refused" in answer, answer
    said = answer["refused"]
    assert said["zh"] and said["en"]
    return str(said["code"])


QUESTIONS = (
    Question("委员", tuple(f"候选人{n}" for n in range(1, 11)), blank=True, minimum=1, maximum=5),
    Question("主任", ("甲", "乙"), blank=False, minimum=0, maximum=1),
)


class Community:
    """One election with two trustees and five cards, all made here."""

    def __init__(self) -> None:
        self.uuid = new_uuid()
        self.secrets: list[int] = []
        records = []
        for name in (NAME, "监督委员二"):
            secret, record = trustees.make_key(GROUP, name)
            self.secrets.append(secret)
            records.append(record)
        self.trustees = trustees.write_trustees(records)
        keys = trustees.parse_trustees(GROUP, self.trustees)
        self.record = write_election(
            uuid=self.uuid,
            name="示例社区换届选举",
            description="「示例」",
            group=GROUP,
            public_key=keys.public_key,
            questions=QUESTIONS,
        )
        self.election = Election.parse(self.record)
        self.codes = [credentials.make_code() for _ in range(6)]
        self.cards = [self.secret(code) for code in self.codes]
        public = [GROUP.text(GROUP.base_power(secret)) for secret in self.cards]
        self.credentials = write_public_credentials(GROUP, public)

    def secret(self, code: str) -> int:
        return credentials.credential_secret(credentials.parse_credential(code), self.uuid, GROUP.order)

    def ballots(self, count: int) -> list[bytes]:
        choice = [[0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0], [1, 0]]
        return [make_ballot(self.election, secret, choice) for secret in self.cards[:count]]

    def archive(self, ballots: list[bytes], tally: bytes | None = None, sized: bytes | None = None) -> bytes:
        """The closed box; another tally record may be slipped in, honestly named."""
        parsed = [(parse_ballot(self.election, raw), 1) for raw in ballots]
        honest = aggregate(self.election, parsed)
        stream = io.BytesIO()
        writer = archive.Writer(stream, 1_790_000_000)
        writer.setup(self.record, self.trustees, self.credentials)
        for raw in ballots:
            writer.ballot(raw)
        writer.end_ballots()
        writer.encrypted_tally(tally or honest.record(), sized or honest.sized_record())
        return stream.getvalue()

    def key_file(self, owner: int = 0, election: str | None = None) -> str:
        name = ("监督委员一", "监督委员二")[owner]
        return keyfile.seal_trustee_key(
            group=GROUP,
            name=name,
            election=election or self.uuid,
            secret=self.secrets[owner],
            passphrase=PASSPHRASE,
        ).decode()


@pytest.fixture(scope="module")
def community() -> Community:
    return Community()


def packed(raw: bytes) -> dict[str, str]:
    return {"base64": base64.b64encode(raw).decode()}


def test_page_is_no_secure_context(page: Page, hall: Hall) -> None:  # noqa: F811
    call = client(page, hall)
    assert page.evaluate("() => [isSecureContext, typeof crypto.subtle]") == [False, "undefined"]
    assert value(call("checkGroup", 0, CODE[:5])) is True


# --- ballots -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "choices",
    [
        [[1] + [0] * 10, [0, 0]],
        [[0, 1] + [0] * 9, [0, 1]],
        [[0, 1, 0, 1, 1, 0, 0, 0, 0, 1, 1], [1, 0]],
    ],
    ids=["blank", "one", "five"],
)
def test_browser_ballot_verifies(call: Call, community: Community, choices: list[list[int]]) -> None:
    code = community.codes[0]
    opened = value(call("openCard", code, community.uuid))
    assert opened["credential"] == GROUP.text(GROUP.base_power(community.cards[0]))
    asked = {"electionRecord": community.record.decode(), "handle": opened["handle"], "choices": choices}
    sealed = value(call("sealBallot", asked))
    raw = sealed["ballot"].encode()
    ballot = parse_ballot(community.election, raw)
    verify_ballot(community.election, ballot)
    assert sealed["tracker"] == tracker(raw)
    assert sealed["shortTracker"] == short_tracker(raw)
    tally = aggregate(community.election, [(ballot, 1)])
    shares = {
        n + 1: trustees.partial_decryption(GROUP, community.election.fingerprint, secret, tally)
        for n, secret in enumerate(community.secrets)
    }
    keys = trustees.parse_trustees(GROUP, community.trustees)
    assert trustees.combine(community.election, keys, tally, shares, 1) == choices


@pytest.mark.parametrize(
    "choices",
    [
        [[1, 1] + [0] * 9, [0, 0]],
        [[0] * 11, [0, 0]],
        [[0] + [1] * 6 + [0] * 4, [0, 0]],
        [[0, 2] + [0] * 9, [0, 0]],
        [[0, 1] + [0] * 8, [0, 0]],
        [[0, 1] + [0] * 9],
        [[0, 1] + [0] * 9, [1, 1]],
    ],
    ids=["blank-and-name", "nothing", "six-of-five", "two-for-one", "too-short", "a-question-missing", "over-no-blank"],
)
def test_browser_seals_no_wrong_choice(call: Call, community: Community, choices: list[list[int]]) -> None:
    opened = value(call("openCard", community.codes[0], community.uuid))
    asked = {"electionRecord": community.record.decode(), "handle": opened["handle"], "choices": choices}
    assert refused(call("sealBallot", asked)) == "BALLOT_CHOICES"


def test_forgotten_card_seals_nothing(call: Call, community: Community) -> None:
    opened = value(call("openCard", community.codes[0], community.uuid))
    value(call("forget"))
    choices = [[1] + [0] * 10, [0, 0]]
    asked = {"electionRecord": community.record.decode(), "handle": opened["handle"], "choices": choices}
    assert refused(call("sealBallot", asked)) == "CARD_FORGOTTEN"


def test_card_of_another_election_seals_nothing(call: Call, community: Community) -> None:
    opened = value(call("openCard", community.codes[0], new_uuid()))
    choices = [[1] + [0] * 10, [0, 0]]
    asked = {"electionRecord": community.record.decode(), "handle": opened["handle"], "choices": choices}
    assert refused(call("sealBallot", asked)) == "CARD_FORGOTTEN"


SMALL_ORDER = "00" * 32  # y = 0: a point of order 4


@pytest.mark.parametrize(
    ("key", "code"),
    [(SMALL_ORDER, "GROUP_ELEMENT"), ("0" * 63 + "1", "ELECTION_RECORD"), ("ff" * 32, "GROUP_ELEMENT")],
    ids=["small-order", "neutral", "no-point"],
)
def test_election_key_outside_the_group_is_refused(call: Call, community: Community, key: str, code: str) -> None:
    record = json.loads(community.record)
    record["public_key"] = key
    assert refused(call("prepare", json.dumps(record))) == code


def test_broken_election_record_is_refused(call: Call, community: Community) -> None:
    for broken in ("{", "[]", "null", community.record.decode().replace('"version":1', '"version":2')):
        assert refused(call("prepare", broken)) == "ELECTION_RECORD"


def test_prepare_gives_the_fingerprint(call: Call, community: Community) -> None:
    known = value(call("prepare", community.record.decode()))
    assert known == {"uuid": community.uuid, "fingerprint": community.election.fingerprint}


# --- cards -------------------------------------------------------------------------------------------------------


def test_cards_are_pythons_credentials(call: Call, community: Community) -> None:
    made = value(call("makeCards", {"uuid": community.uuid, "count": 7}))
    assert len(set(made["codes"])) == 7
    expected = [GROUP.text(GROUP.base_power(community.secret(credentials.parse_card(code)))) for code in made["codes"]]
    assert made["credentials"] == json.loads(write_public_credentials(GROUP, expected))


@pytest.mark.parametrize(
    "typed",
    [CODE, " ".join(credentials.split_code(CODE)), CODE.translate({48 + n: 0xFF10 + n for n in range(10)}) + "\n"],
    ids=["digits", "groups", "full-width"],
)
def test_card_is_read_alike(call: Call, community: Community, typed: str) -> None:
    assert value(call("parseCard", typed)) == {"ok": True, "digits": CODE, "wrongGroup": None}
    assert credentials.parse_card(typed) == CODE
    public = credentials.public_credential(GROUP, credentials.parse_credential(typed), community.uuid)
    assert value(call("openCard", typed, community.uuid))["credential"] == public


@pytest.mark.parametrize(
    ("typed", "group"),
    [
        ("", 1),
        (CODE[:5], 2),
        (CODE[:12], 3),
        (CODE[:10] + CODE[15:20] + CODE[10:15] + CODE[20:], 3),
        (CODE[:29] + str((int(CODE[29]) + 1) % 10), 6),
        (CODE[:7] + "x" + CODE[8:], 2),
        (CODE + "1", 6),
    ],
    ids=["empty", "one-group", "cut", "swapped-groups", "last-digit", "letter", "too-long"],
)
def test_wrong_group_is_named(call: Call, community: Community, typed: str, group: int) -> None:
    card = value(call("parseCard", typed))
    assert (card["ok"], card["wrongGroup"]) == (False, group)
    answer = call("openCard", typed, community.uuid)
    assert refused(answer) == "CARD_CODE"
    assert f"第 {group} 组" in answer["refused"]["zh"]
    with pytest.raises(Refused):
        credentials.parse_card(typed)


def test_every_single_digit_error_is_caught(call: Call) -> None:
    wrong = [
        (index, group[:place] + digit + group[place + 1 :])
        for index, group in enumerate(credentials.split_code(CODE))
        for place in range(5)
        for digit in "0123456789"
        if digit != group[place]
    ]
    # One round trip for all of them: the check itself is what is tested.
    assert not any(value(call("checkGroup", index, group)) for index, group in wrong[::9])
    assert not any(credentials.group_is_right(index, group) for index, group in wrong)


def test_belenios_credential_is_understood(call: Call) -> None:
    uuid, text = "DU68iGWjo1HAi9", "HzkCM-jTU2wy-JH9MB-acqUEz"
    public = credentials.public_credential(GROUP, credentials.parse_credential(text), uuid)
    assert value(call("openCard", text.replace("-", ""), uuid))["credential"] == public


# --- trustees' keys ----------------------------------------------------------------------------------------------


def test_browser_key_opens_in_python(call: Call, community: Community) -> None:
    asked = {"name": NAME, "group": "Ed25519", "uuid": community.uuid, "passphrase": PASSPHRASE}
    made = value(call("makeTrusteeKey", asked))
    key = trustees.parse_trustee(GROUP, made["publicRecord"].encode())
    assert key.name == NAME
    raw = made["keyFile"].encode()
    assert keyfile.parse(raw).write() == raw
    public = GROUP.text(key.public_key)
    secret = keyfile.open_trustee_key(raw, PASSPHRASE, election=community.uuid, group="Ed25519", public_keys=[public])
    assert GROUP.text(GROUP.base_power(secret)) == public
    assert list(json.loads(made["publicRecord"])) == ["pok", "public_key", "name"]


def test_python_key_opens_in_browser(call: Call, community: Community) -> None:
    opened = value(call("openTrusteeKey", {"keyFile": community.key_file(), "passphrase": PASSPHRASE}))
    public = GROUP.text(GROUP.base_power(community.secrets[0]))
    assert opened == {"name": NAME, "uuid": community.uuid, "publicKey": public}


def test_passphrase_may_be_typed_in_another_width(call: Call, community: Community) -> None:
    typed = PASSPHRASE.replace("ｆｕｌｌ", "full")
    value(call("openTrusteeKey", {"keyFile": community.key_file(), "passphrase": typed}))


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"passphrase": "一二三四五六七八九十十"}, "PASSPHRASE_SHORT"),
        ({"passphrase": "长" * 1025}, "PASSPHRASE_LONG"),
        ({"name": "  "}, "TRUSTEE_NAME"),
        ({"name": "甲\n乙"}, "TRUSTEE_NAME"),
        ({"group": "BELENIOS-2048"}, "GROUP_UNKNOWN"),
    ],
)
def test_no_key_is_made(call: Call, community: Community, asked: dict[str, str], code: str) -> None:
    good = {"name": NAME, "group": "Ed25519", "uuid": community.uuid, "passphrase": PASSPHRASE}
    assert refused(call("makeTrusteeKey", good | asked)) == code


def test_wrong_passphrase(call: Call, community: Community) -> None:
    asked = {"keyFile": community.key_file(), "passphrase": PASSPHRASE + "!"}
    assert refused(call("openTrusteeKey", asked)) == "PASSPHRASE_WRONG"


def altered(text: str, **changes: Any) -> str:
    record = json.loads(text)
    for name, change in changes.items():
        record[name] = {**record[name], **change} if isinstance(change, dict) else change
    return json.dumps(record)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kdf": {"memory_kib": 4_194_304}}, "KEY_FILE_FORM"),
        ({"kdf": {"memory_kib": 8}}, "KEY_FILE_FORM"),
        ({"kdf": {"passes": 11}}, "KEY_FILE_FORM"),
        ({"kdf": {"passes": 1.5}}, "KEY_FILE_FORM"),
        ({"kdf": {"lanes": 2}}, "KEY_FILE_FORM"),
        ({"kdf": {"salt": "AAAA"}}, "KEY_FILE_FORM"),
        ({"kind": "committee-key"}, "KEY_FILE_FORM"),
        ({"nonce": "*"}, "KEY_FILE_FORM"),
        ({"name": 5}, "KEY_FILE_FORM"),
        ({"more": "fields"}, "KEY_FILE_FORM"),
        ({"election": "AnotherE1ection2222222"}, "PASSPHRASE_WRONG"),
        ({"public_key": SMALL_ORDER}, "PASSPHRASE_WRONG"),
    ],
    ids=lambda given: json.dumps(given) if isinstance(given, dict) else given,
)
def test_altered_key_file(call: Call, community: Community, changes: dict[str, Any], code: str) -> None:
    asked = {"keyFile": altered(community.key_file(), **changes), "passphrase": PASSPHRASE}
    assert refused(call("openTrusteeKey", asked)) == code


@pytest.mark.parametrize("text", ["", "{", "null", "[]", '"a"', '{"kind":"trustee-key"}'])
def test_no_key_file(call: Call, text: str) -> None:
    assert refused(call("openTrusteeKey", {"keyFile": text, "passphrase": PASSPHRASE})) == "KEY_FILE_FORM"


# --- rehearsal and decryption ------------------------------------------------------------------------------------


def rehearse(call: Call, community: Community, **changes: str) -> dict[str, Any]:
    asked = {
        "keyFile": community.key_file(),
        "passphrase": PASSPHRASE,
        "election": community.record.decode(),
        "trustees": community.trustees.decode(),
    }
    return call("rehearse", asked | changes)


def test_browser_rehearsal_is_accepted(call: Call, community: Community) -> None:
    record = value(rehearse(call, community))["record"].encode()
    key = trustees.parse_trustees(GROUP, community.trustees).key_of(1)
    tally = trustees.rehearsal_tally(community.election)
    trustees.check_partial_decryption(GROUP, trustees.rehearsal_phi(community.election), key, tally, record)
    with pytest.raises(Refused):  # bound to the rehearsal: of no use at the count
        trustees.check_partial_decryption(GROUP, community.election.fingerprint, key, tally, record)


def test_rehearsal_refuses(call: Call, community: Community) -> None:
    other = Community()
    assert refused(rehearse(call, community, keyFile=other.key_file())) == "KEY_FILE_ELECTION"
    stranger = other.key_file(election=community.uuid)
    assert refused(rehearse(call, community, keyFile=stranger)) == "KEY_FILE_TRUSTEE"
    assert refused(rehearse(call, community, passphrase="口令口令口令口令口令口令口令")) == "PASSPHRASE_WRONG"
    assert refused(rehearse(call, community, trustees=other.trustees.decode())) == "TRUSTEES_RECORD"
    assert refused(rehearse(call, community, trustees="[]")) == "TRUSTEES_RECORD"
    one_only = json.dumps(json.loads(community.trustees)[:1])
    assert refused(rehearse(call, community, trustees=one_only)) == "TRUSTEES_RECORD"


def test_trustee_key_without_its_proof_is_refused(call: Call, community: Community) -> None:
    listed = json.loads(community.trustees)
    listed[1][1]["pok"]["response"] = "1"
    assert refused(rehearse(call, community, trustees=json.dumps(listed))) == "TRUSTEES_RECORD"


def decrypt(call: Call, community: Community, raw: bytes, **changes: str) -> dict[str, Any]:
    asked = {"archiveBytes": packed(raw), "keyFile": community.key_file(), "passphrase": PASSPHRASE}
    return call("decryptTally", asked | changes)


def test_browser_decryption_is_accepted(call: Call, community: Community) -> None:
    ballots = community.ballots(5)
    raw = community.archive(ballots)
    done = value(decrypt(call, community, raw))
    assert (done["ballots"], done["warnings"]) == (5, [])
    assert done["fingerprint"] == community.election.fingerprint
    tally = aggregate(community.election, [(parse_ballot(community.election, b), 1) for b in ballots])
    second = trustees.partial_decryption(GROUP, community.election.fingerprint, community.secrets[1], tally)
    keys = trustees.parse_trustees(GROUP, community.trustees)
    shares = {1: done["record"].encode(), 2: second}
    counts = trustees.combine(community.election, keys, tally, shares, 5)
    assert counts == [[0, 5, 5, 0, 0, 0, 0, 0, 0, 0, 0], [5, 0]]


def test_few_ballots_are_warned_of_and_none_decrypt(call: Call, community: Community) -> None:
    for count in (0, 1):
        done = value(decrypt(call, community, community.archive(community.ballots(count))))
        assert (done["ballots"], done["warnings"]) == (count, ["FEW_BALLOTS"])


def test_altered_tally_is_not_decrypted(call: Call, community: Community) -> None:
    """The server asks for one voter's ballot instead of the sum."""
    ballots = community.ballots(3)
    one = aggregate(community.election, [(parse_ballot(community.election, ballots[0]), 1)])
    raw = community.archive(ballots, tally=one.record(), sized=one.sized_record())
    assert refused(decrypt(call, community, raw)) == "TALLY_DIFFERS"


def test_wrong_size_of_tally_is_not_decrypted(call: Call, community: Community) -> None:
    ballots = community.ballots(2)
    honest = aggregate(community.election, [(parse_ballot(community.election, raw), 1) for raw in ballots])
    sized = honest.sized_record().replace(b'"num_tallied":2', b'"num_tallied":3')
    assert refused(decrypt(call, community, community.archive(ballots, sized=sized))) == "TALLY_DIFFERS"


def test_ballot_with_a_false_proof_stops_the_count(call: Call, community: Community) -> None:
    """Ciphertexts of the server's own making would let it read single votes out of the sum."""
    honest, victim = community.ballots(2)
    forged = json.loads(honest)
    forged["answers"][0]["choices"][0] = json.loads(victim)["answers"][0]["choices"][0]
    unsigned = {key: forged[key] for key in list(forged)[:-1]}
    assert refused_ballot(call, community, unsigned, victim) == "BALLOT_INDIVIDUAL_PROOF"


def refused_ballot(call: Call, community: Community, unsigned: dict[str, Any], other: bytes) -> str:
    """The refusal of an archive that holds ``unsigned``, signed with the first card as the card's owner could."""
    from voting.crypto.proofs import prove_knowledge

    text = json.dumps(unsigned, separators=(",", ":")).encode()
    digest = base64.b64encode(hashlib.sha256(text).digest()).decode().rstrip("=")
    proof = prove_knowledge(GROUP, community.cards[0], f"sig|{digest}|")
    signed = json.dumps(unsigned | {"signature": {"hash": digest, "proof": proof.form()}}, separators=(",", ":"))
    return refused(decrypt(call, community, community.archive([signed.encode(), other])))


@pytest.mark.parametrize(
    ("part", "code"),
    [("overall_proof", "BALLOT_OVERALL_PROOF"), ("blank_proof", "BALLOT_BLANK_PROOF")],
)
def test_ballot_with_another_false_proof_stops_the_count(
    call: Call, community: Community, part: str, code: str
) -> None:
    honest, other = community.ballots(2)
    forged = json.loads(honest)
    forged["answers"][0][part][0]["response"] = "5"
    unsigned = {key: forged[key] for key in list(forged)[:-1]}
    assert refused_ballot(call, community, unsigned, other) == code


def test_ballot_of_a_foreign_hand_stops_the_count(call: Call, community: Community) -> None:
    one, two = community.ballots(2)
    changed = one.replace(b'"response":"1', b'"response":"2', 1)
    assert changed != one
    assert refused(decrypt(call, community, community.archive([changed, two]))) == "BALLOT_SIGNATURE"
    assert refused(decrypt(call, community, community.archive([one, one]))) == "BALLOT_CARD_TWICE"
    stranger = make_ballot(community.election, community.secret(CODE), [[1] + [0] * 10, [0, 0]])
    assert refused(decrypt(call, community, community.archive([stranger]))) == "BALLOT_UNKNOWN_CARD"


def test_ballot_outside_its_form_stops_the_count(call: Call, community: Community) -> None:
    honest = community.archive(community.ballots(1))
    ballot = community.ballots(1)[0]
    spaced = ballot.replace(b'","answers"', b'", "answers"')
    stream = io.BytesIO()
    writer = archive.Writer(stream, 1_790_000_000)
    writer.setup(community.record, community.trustees, community.credentials)
    writer.ballot(spaced)
    writer.end_ballots()
    events = list(archive.read(io.BytesIO(honest)))
    writer.event("EncryptedTally", *events[-1].records)
    assert refused(decrypt(call, community, stream.getvalue())) == "BALLOT_NOT_CANONICAL"


def test_box_still_open_is_not_decrypted(call: Call, community: Community) -> None:
    stream = io.BytesIO()
    writer = archive.Writer(stream, 1_790_000_000)
    writer.setup(community.record, community.trustees, community.credentials)
    writer.ballot(community.ballots(1)[0])
    assert refused(decrypt(call, community, stream.getvalue())) == "NO_TALLY"
    writer.end_ballots()
    assert refused(decrypt(call, community, stream.getvalue())) == "NO_TALLY"


def test_ballot_after_the_end_is_refused(call: Call, community: Community) -> None:
    stream = io.BytesIO()
    writer = archive.Writer(stream, 1_790_000_000)
    writer.setup(community.record, community.trustees, community.credentials)
    writer.end_ballots()
    writer.ballot(community.ballots(1)[0])
    assert refused(decrypt(call, community, stream.getvalue())) == "ARCHIVE"


def test_damaged_archive_is_refused(call: Call, community: Community) -> None:
    raw = community.archive(community.ballots(1))
    damaged = {
        "empty": b"",
        "cut in a header": raw[:700],
        "cut in a record": raw[: len(raw) // 2],
        "cut by one": raw[:-1],
        "zero blocks": raw + bytes(1024),
        "first byte": b"X" + raw[1:],
        "one byte of a record": raw.replace(b"election_hash", b"election_hasH", 1),
        "padding": raw[:-1] + b"x",
    }
    for name, content in damaged.items():
        assert refused(decrypt(call, community, content)) == "ARCHIVE", name


def test_decryption_refuses_the_wrong_key(call: Call, community: Community) -> None:
    raw = community.archive(community.ballots(1))
    other = Community()
    assert refused(decrypt(call, community, raw, keyFile=other.key_file())) == "KEY_FILE_ELECTION"
    stranger = other.key_file(election=community.uuid)
    assert refused(decrypt(call, community, raw, keyFile=stranger)) == "KEY_FILE_TRUSTEE"
    assert refused(decrypt(call, community, raw, passphrase="口令口令口令口令口令口令口令")) == "PASSPHRASE_WRONG"


def test_foreign_weighted_archive_is_decrypted(call: Call) -> None:
    """Made by belenios-tool 3.0: other hands' ballots, weights, and decryptions after the tally."""
    folder = Path(os.environ.get("BELENIOS_VECTORS", VECTORS)) / "Ed25519" / "weighted"
    raw = (folder / "L8hrNv2pgHuUiP.bel").read_bytes()
    secret = int(json.loads((folder / "private" / "t1.privkey").read_text()))
    events = list(archive.read(io.BytesIO(raw)))
    election = Election.parse(events[0].records[0])
    sealed = keyfile.seal_trustee_key(
        group=GROUP, name=NAME, election=election.uuid, secret=secret, passphrase=PASSPHRASE
    )
    asked = {"archiveBytes": packed(raw), "keyFile": sealed.decode(), "passphrase": PASSPHRASE}
    done = value(call("decryptTally", asked))
    tallied = next(event for event in events if event.type == "EncryptedTally")
    tally = parse_tally(election, tallied.records[0])
    keys = trustees.parse_trustees(GROUP, events[0].records[1])
    own = GROUP.text(GROUP.base_power(secret))
    key = next(key for key in keys.owners if GROUP.text(key.public_key) == own)
    trustees.check_partial_decryption(GROUP, election.fingerprint, key, tally, done["record"].encode())
    assert json.loads(tallied.records[1])["total_weight"] == done["totalWeight"]
