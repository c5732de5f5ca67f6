"""Sealed key files: opened by the right person for the right election, and by nobody else."""

import base64
import json
import unicodedata

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from voting.crypto import keyfile
from voting.crypto.group import get_group
from voting.errors import Malformed, NotAllowed, TooLarge

UUID = "4xKp2mQ9vRt7WyZa3bNcDe"
OTHER_UUID = "9tRw5hJm2XcVb8NqLz4kYs"
PASSPHRASE = "柳树 风筝 算盘 北窗 1987"
SECRET = 2**250 + 12345


@pytest.fixture(scope="module")
def sealed() -> bytes:
    return keyfile.seal_trustee_key(
        group=get_group("Ed25519"), name="监督委员一", election=UUID, secret=SECRET, passphrase=PASSPHRASE
    )


@pytest.fixture(scope="module")
def public_key() -> str:
    group = get_group("Ed25519")
    return group.text(group.base_power(SECRET))


def opened(raw: bytes, public_key: str, passphrase: str = PASSPHRASE, election: str = UUID) -> int:
    return keyfile.open_trustee_key(
        raw, passphrase, election=election, group="Ed25519", public_keys=["00" * 32, public_key]
    )


def altered(raw: bytes, **changes: object) -> bytes:
    record = json.loads(raw)
    for field, value in changes.items():
        if field.startswith("kdf_"):
            record["kdf"][field[4:]] = value
        else:
            record[field] = value
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()


def test_round_trip_and_form(sealed, public_key):
    assert opened(sealed, public_key) == SECRET
    record = json.loads(sealed)
    assert list(record) == ["kind", "v", "name", "group", "election", "public_key", "kdf", "cipher", "nonce", "box"]
    assert list(record["kdf"]) == ["name", "salt", "passes", "memory_kib", "lanes"]
    assert [record["kdf"][field] for field in ("name", "passes", "memory_kib", "lanes")] == ["argon2id", 3, 65536, 1]
    assert record["name"] == "监督委员一" and "监督委员一".encode() in sealed
    assert keyfile.parse(sealed).write() == sealed
    assert str(SECRET).encode() not in sealed


def test_two_seals_share_no_salt_nonce_or_box(sealed):
    again = json.loads(
        keyfile.seal_trustee_key(
            group=get_group("Ed25519"), name="监督委员一", election=UUID, secret=SECRET, passphrase=PASSPHRASE
        )
    )
    first = json.loads(sealed)
    assert first["kdf"]["salt"] != again["kdf"]["salt"]
    assert first["nonce"] != again["nonce"]
    assert first["box"] != again["box"]


def test_the_key_derivation_is_argon2id_as_openssl_computes_it(sealed):
    from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as decrypt

    record = json.loads(sealed)
    password = unicodedata.normalize("NFKC", PASSPHRASE).encode()
    salt = base64.b64decode(record["kdf"]["salt"])
    key = Argon2id(salt=salt, length=32, iterations=3, lanes=1, memory_cost=65536).derive(password)
    aad = f"trustee-key|1|Ed25519|{UUID}|{record['public_key']}".encode()
    plaintext = decrypt(base64.b64decode(record["box"]), aad, base64.b64decode(record["nonce"]), key)
    assert plaintext == str(SECRET).encode()


def test_a_passphrase_typed_in_full_width_is_the_same_passphrase(sealed, public_key):
    assert opened(sealed, public_key, PASSPHRASE.replace("1987", "１９８７").replace(" ", "　")) == SECRET


def test_a_wrong_passphrase_says_so(sealed, public_key):
    with pytest.raises(NotAllowed) as caught:
        opened(sealed, public_key, "不是这个口令不是这个口令")
    assert caught.value.code == "PASSPHRASE_WRONG" and caught.value.zh.startswith("口令不对")


@pytest.mark.parametrize("passphrase", ["", "十一个字还差那么一个", "eleven char"])
def test_a_short_passphrase_is_refused_when_sealing(passphrase):
    with pytest.raises(Malformed, match="PASSPHRASE_SHORT"):
        keyfile.check_passphrase(passphrase)


def test_an_endless_passphrase_is_refused():
    with pytest.raises(Malformed, match="PASSPHRASE_LONG"):
        keyfile.check_passphrase("长" * 1025)


def test_another_elections_file_has_its_own_sentence(sealed, public_key):
    with pytest.raises(Malformed) as caught:
        opened(sealed, public_key, election=OTHER_UUID)
    assert caught.value.code == "KEY_FILE_ELECTION" and UUID in caught.value.zh


def test_another_trustees_file_has_its_own_sentence(sealed):
    with pytest.raises(Malformed) as caught:
        opened(sealed, "11" * 32)
    assert caught.value.code == "KEY_FILE_TRUSTEE" and "监督委员一" in caught.value.zh


def test_a_committee_key_is_no_trustee_key(public_key):
    raw = keyfile.seal(
        kind=keyfile.COMMITTEE_KEY, name="选举委员会", group="note", election="", public_key="x", plaintext="AA==",
        passphrase=PASSPHRASE,
    )  # fmt: skip
    with pytest.raises(Malformed, match="KEY_FILE_KIND"):
        opened(raw, public_key)


@pytest.mark.parametrize("plaintext", ["", "0", "-5", "007", "1e9", "12", str(2**300), "秘"])
def test_a_box_that_does_not_hold_the_keys_secret_is_refused(public_key, plaintext):
    raw = keyfile.seal(
        kind=keyfile.TRUSTEE_KEY, name="甲", group="Ed25519", election=UUID, public_key=public_key,
        plaintext=plaintext, passphrase=PASSPHRASE,
    )  # fmt: skip
    with pytest.raises(Malformed, match="KEY_FILE_CONTENT"):
        opened(raw, public_key)


def test_the_header_is_bound_to_the_box(sealed):
    # An attacker who moves the box under another public key or election gains nothing but a refusal.
    moved = altered(sealed, election=OTHER_UUID, public_key="22" * 32)
    with pytest.raises(NotAllowed, match="PASSPHRASE_WRONG"):
        opened(moved, "22" * 32, election=OTHER_UUID)


@pytest.mark.parametrize(
    "changes",
    [
        {"kdf_passes": 0}, {"kdf_passes": 11}, {"kdf_passes": True}, {"kdf_passes": 3.0}, {"kdf_passes": "3"},
        {"kdf_memory_kib": 8191}, {"kdf_memory_kib": 262_145}, {"kdf_lanes": 2}, {"kdf_name": "argon2i"},
        {"kdf_salt": "AAAA"}, {"kdf_salt": 7}, {"kdf_salt": "AAAAAAAAAAAAAAAAAAAAAB=="}, {"kdf_extra": 1},
        {"kdf": None}, {"v": 2}, {"v": True}, {"kind": "house-key"}, {"cipher": "aes"}, {"nonce": "AAAA"},
        {"box": ""}, {"box": "AA==\n"}, {"box": "密"}, {"name": 5}, {"name": "x" * 4097}, {"surprise": 1},
    ],
)  # fmt: skip
def test_every_deviation_of_form_is_refused(sealed, changes):
    with pytest.raises(Malformed, match="KEY_FILE_FORM"):
        keyfile.parse(altered(sealed, **changes))


@pytest.mark.parametrize(
    "raw",
    [b"", b"{}", b"[]", b"null", b"\xff\xfe", b"{" * 5000, b'{"kind":', b'"text"', b"1" * 9000, b'{"name":"\\ud800"}'],
)
def test_what_is_no_key_file_is_refused(raw):
    with pytest.raises(Malformed, match="KEY_FILE_FORM"):
        keyfile.parse(raw)


def test_lone_surrogates_and_doubled_keys_are_refused(sealed):
    for raw in (
        sealed.replace("监督委员一".encode(), b"\\ud800"),
        sealed.replace(b'{"kind"', b'{"kind":"log-key","kind"'),
    ):
        with pytest.raises(Malformed, match="KEY_FILE_FORM"):
            keyfile.parse(raw)


def test_a_file_cut_anywhere_is_refused(sealed):
    for end in range(len(sealed)):
        with pytest.raises(Malformed, match="KEY_FILE_FORM"):
            keyfile.parse(sealed[:end])


def test_an_oversized_file_is_refused():
    with pytest.raises(TooLarge, match="KEY_FILE_TOO_LARGE"):
        keyfile.parse(b" " * 16_385)
