"""The sealed key file: a secret behind a passphrase, the same bytes in Python and in the browser.

One JSON object with a fixed order of keys. The passphrase (NFKC, UTF-8) goes through Argon2id; the
32 bytes it gives open an XChaCha20-Poly1305 box whose associated data are
``kind|v|group|election|public_key``, so a box cannot be moved to another election or another key.
A thief of the file without the passphrase can only guess, at 64 MiB and three passes a guess.
"""

import base64
import binascii
import json
import re
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from nacl import bindings, exceptions, pwhash

from voting.crypto.group import Group, get_group
from voting.errors import Malformed, NotAllowed, TooLarge

TRUSTEE_KEY: Final = "trustee-key"
COMMITTEE_KEY: Final = "committee-key"
LOG_KEY: Final = "log-key"
KINDS: Final = (TRUSTEE_KEY, COMMITTEE_KEY, LOG_KEY)

VERSION: Final = 1
CIPHER: Final = "xchacha20-poly1305"
PASSES: Final = 3
MEMORY_KIB: Final = 65_536
MAX_FILE_BYTES: Final = 16_384
MIN_PASSPHRASE: Final = 12
_MAX_PASSPHRASE: Final = 1024

_FIELDS: Final = ("kind", "v", "name", "group", "election", "public_key", "kdf", "cipher", "nonce", "box")
_KDF_FIELDS: Final = ("name", "salt", "passes", "memory_kib", "lanes")


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A sealed key file, parsed: everything but ``box`` can be read without the passphrase."""

    kind: str
    name: str
    group: str
    election: str
    public_key: str
    salt: bytes
    passes: int
    memory_kib: int
    nonce: bytes
    box: bytes

    def associated_data(self) -> bytes:
        """The bytes the box is bound to."""
        return f"{self.kind}|{VERSION}|{self.group}|{self.election}|{self.public_key}".encode()

    def write(self) -> bytes:
        """The file's canonical bytes."""
        kdf = {
            "name": "argon2id",
            "salt": _b64(self.salt),
            "passes": self.passes,
            "memory_kib": self.memory_kib,
            "lanes": 1,
        }
        values = (self.kind, VERSION, self.name, self.group, self.election, self.public_key, kdf, CIPHER)
        record = dict(zip(_FIELDS, (*values, _b64(self.nonce), _b64(self.box)), strict=True))
        return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()


def check_passphrase(passphrase: str) -> bytes:
    """The passphrase as the key derivation takes it (NFKC, UTF-8).

    Raises ``Malformed`` PASSPHRASE_SHORT under 12 characters, PASSPHRASE_LONG over 1,024.
    """
    text = unicodedata.normalize("NFKC", passphrase)
    if len(text) < MIN_PASSPHRASE:
        raise Malformed(
            "PASSPHRASE_SHORT",
            f"口令至少 {MIN_PASSPHRASE} 个字符，现有 {len(text)} 个；请用几个不相干的词连成一句。",
            f"A passphrase has at least {MIN_PASSPHRASE} characters, this has {len(text)}; "
            "join several unrelated words.",
        )
    if len(text) > _MAX_PASSPHRASE:
        raise Malformed(
            "PASSPHRASE_LONG",
            f"口令超过 {_MAX_PASSPHRASE} 个字符；请缩短。",
            f"The passphrase is over {_MAX_PASSPHRASE} characters; shorten it.",
        )
    return text.encode("utf-8", "surrogatepass")


def seal(*, kind: str, name: str, group: str, election: str, public_key: str, plaintext: str, passphrase: str) -> bytes:
    """A new key file. ``plaintext``: x in decimal for a trustee, the 32-byte seed in base64 for the others."""
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(24)
    empty = KeyFile(kind, name, group, election, public_key, salt, PASSES, MEMORY_KIB, nonce, b"")
    key = _derive(empty, check_passphrase(passphrase))
    box = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext.encode(), empty.associated_data(), nonce, key)
    return KeyFile(kind, name, group, election, public_key, salt, PASSES, MEMORY_KIB, nonce, box).write()


def parse(raw: bytes) -> KeyFile:
    """A key file read strictly. Raises ``TooLarge`` KEY_FILE_TOO_LARGE or ``Malformed`` KEY_FILE_FORM."""
    if len(raw) > MAX_FILE_BYTES:
        raise TooLarge(
            "KEY_FILE_TOO_LARGE",
            "这个文件太大，不是密钥文件；请选择建密钥时保存的文件。",
            "This file is too large to be a key file; choose the file saved when the key was made.",
        )
    try:
        record = json.loads(raw.decode(), object_pairs_hook=_unique)
        return _read(record)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Malformed(
            "KEY_FILE_FORM",
            "这不是完整的密钥文件（内容不符合格式）；请选择建密钥时保存的原文件，不要改动其中的内容。",
            "This is not an intact key file; choose the original file saved when the key was made, unedited.",
        ) from error


def open_box(key_file: KeyFile, passphrase: str) -> str:
    """The plaintext behind the passphrase. Raises ``NotAllowed`` PASSPHRASE_WRONG."""
    key = _derive(key_file, unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass"))
    try:
        plaintext = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            key_file.box, key_file.associated_data(), key_file.nonce, key
        )
    except exceptions.CryptoError as error:
        # A changed header and a wrong passphrase look the same to the cipher, and should.
        raise NotAllowed(
            "PASSPHRASE_WRONG",
            "口令不对（或文件被改动过）；请核对口令后再试。",
            "The passphrase is wrong (or the file was altered); check the passphrase and try again.",
        ) from error
    try:
        return plaintext.decode("ascii")
    except UnicodeDecodeError as error:
        raise wrong_content() from error


def seal_trustee_key(*, group: Group, name: str, election: str, secret: int, passphrase: str) -> bytes:
    """A trustee's key file for one election."""
    public_key = group.text(group.base_power_secret(secret))
    return seal(
        kind=TRUSTEE_KEY,
        name=name,
        group=group.name,
        election=election,
        public_key=public_key,
        plaintext=str(secret),
        passphrase=passphrase,
    )


def open_trustee_key(raw: bytes, passphrase: str, *, election: str, group: str, public_keys: list[str]) -> int:
    """The secret of a trustee of this election.

    The header is judged before the passphrase is tried, so a person with the wrong file is told so.
    Raises ``Malformed`` KEY_FILE_KIND, KEY_FILE_ELECTION, KEY_FILE_TRUSTEE, KEY_FILE_CONTENT; and the
    refusals of ``parse`` and ``open_box``.
    """
    key_file = parse(raw)
    require_kind(key_file, TRUSTEE_KEY)
    if key_file.election != election or key_file.group != group:
        raise Malformed(
            "KEY_FILE_ELECTION",
            f"这是另一次选举（{key_file.election}）的密钥文件，不能用于本次选举；请换成本次选举的文件。",
            f"This key file belongs to another election ({key_file.election}); use the file of this election.",
        )
    if key_file.public_key not in public_keys:
        raise Malformed(
            "KEY_FILE_TRUSTEE",
            f"这个密钥文件（{key_file.name}）不在本次选举的监督委员密钥之中；请由本人选择自己的文件。",
            f"This key file ({key_file.name}) is not among this election's trustees; "
            "each trustee must choose their own file.",
        )
    plaintext = open_box(key_file, passphrase)
    engine = get_group(group)
    if re.fullmatch("[1-9][0-9]{0,90}", plaintext) is None:
        raise wrong_content()
    secret = int(plaintext)
    if secret >= engine.order or engine.text(engine.base_power_secret(secret)) != key_file.public_key:
        raise wrong_content()
    return secret


def require_kind(key_file: KeyFile, kind: str) -> None:
    """Raise ``Malformed`` KEY_FILE_KIND unless the file is of ``kind``."""
    if key_file.kind != kind:
        wanted = {TRUSTEE_KEY: "监督委员密钥", COMMITTEE_KEY: "选举委员会密钥", LOG_KEY: "日志密钥"}[kind]
        raise Malformed(
            "KEY_FILE_KIND",
            f"这里需要{wanted}文件，这个文件是另一种密钥（{key_file.kind}）；请换一个文件。",
            f"A file of kind {kind} is needed here, this one is {key_file.kind}; choose another file.",
        )


def _read(record: Any) -> KeyFile:
    if not isinstance(record, dict) or tuple(record) != _FIELDS:
        raise ValueError("fields")
    kdf = record["kdf"]
    if not isinstance(kdf, dict) or tuple(kdf) != _KDF_FIELDS:
        raise ValueError("kdf fields")
    texts = [record[field] for field in ("kind", "name", "group", "election", "public_key")]
    if not all(isinstance(text, str) and len(text) <= 4096 for text in texts):
        raise ValueError("texts")
    "".join(texts).encode()  # a lone surrogate is refused here
    if record["kind"] not in KINDS or record["cipher"] != CIPHER or kdf["name"] != "argon2id":
        raise ValueError("kind or algorithms")
    _integer(record["v"], VERSION, VERSION)
    _integer(kdf["lanes"], 1, 1)
    # Bounds on both sides: a file must not ask for a derivation that is worthless, or that takes the
    # tablet's whole memory.
    passes, memory = _integer(kdf["passes"], 1, 10), _integer(kdf["memory_kib"], 8192, 262_144)
    salt, nonce, box = _unb64(kdf["salt"]), _unb64(record["nonce"]), _unb64(record["box"])
    if len(salt) != 16 or len(nonce) != 24 or len(box) < 16:
        raise ValueError("lengths")
    return KeyFile(texts[0], texts[1], texts[2], texts[3], texts[4], salt, passes, memory, nonce, box)


def _integer(value: Any, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        raise ValueError("number")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("a key occurs twice")
    return record


def _derive(key_file: KeyFile, password: bytes) -> bytes:
    return pwhash.argon2id.kdf(
        32, password, key_file.salt, opslimit=key_file.passes, memlimit=key_file.memory_kib * 1024
    )


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unb64(text: Any) -> bytes:
    if not isinstance(text, str):
        raise TypeError("base64")
    data = base64.b64decode(text.encode("ascii"), validate=True)
    if _b64(data) != text:  # non-zero padding bits
        raise binascii.Error("not canonical")
    return data


def wrong_content() -> Malformed:
    """The refusal for a box that opens but does not hold the secret of its public key."""
    return Malformed(
        "KEY_FILE_CONTENT",
        "密钥文件里的内容与它的公钥不符；请用建密钥时保存的备份文件。",
        "The secret in this key file does not fit its public key; use the backup saved when the key was made.",
    )
