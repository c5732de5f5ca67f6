"""Sealing what leaves the server: to a public key that the holder of a passphrase alone can open.

The server needs only the public half, so it can write backups and a second copy all day without knowing
the passphrase, and a thief of the laptop and the stick together still has to guess it. The pair comes from
Argon2id over the passphrase (the same costs as a key file); a stream is XChaCha20-Poly1305 secretstream
under a fresh key in a libsodium sealed box.

Anybody can seal to a public key. Therefore a stream's key comes with a tag under a second key from the same
passphrase, which the server keeps and no file on the medium shows: who can only write to the medium makes no
backup that opens.
"""

import base64
import hashlib
import hmac
import json
import secrets
import unicodedata
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final, Self

from nacl import bindings, exceptions, pwhash

from voting.crypto.keyfile import MEMORY_KIB, PASSES, check_passphrase
from voting.errors import Malformed, NotAllowed

MAGIC: Final = b"community-voting-backup-1\n"
CHUNK: Final = 65_536
_HEADER_LIMIT: Final = 4096
_MESSAGE: Final = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_FINAL: Final = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
_ADDED: Final = bindings.crypto_secretstream_xchacha20poly1305_ABYTES


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who can open: the public key, and the salt and costs with which the passphrase gives the secret one.

    ``tag_key`` vouches for what is sealed; it is empty where a file's header was read, which does not show it.
    """

    public_key: bytes
    salt: bytes
    passes: int
    memory_kib: int
    tag_key: bytes = field(default=b"", repr=False)

    def record(self) -> dict[str, str | int]:
        """The recipient as JSON values, for everybody to read: without the tag key."""
        return {
            "public_key": _b64(self.public_key),
            "salt": _b64(self.salt),
            "passes": self.passes,
            "memory_kib": self.memory_kib,
        }

    @classmethod
    def read(cls, record: Any) -> Self:
        """What `record` wrote. Raises ValueError, KeyError, TypeError for anything else."""
        found = cls(_unb64(record["public_key"]), _unb64(record["salt"]), record["passes"], record["memory_kib"])
        if (len(found.public_key), len(found.salt)) != (32, 16):
            raise ValueError("lengths")
        # As in a key file: neither a worthless derivation nor one that takes the whole memory.
        if not 1 <= found.passes <= 10 or not 8192 <= found.memory_kib <= 262_144:
            raise ValueError("costs")
        return found

    def seal(self, plain: bytes) -> bytes:
        """A short message that only the passphrase opens."""
        return bindings.crypto_box_seal(plain, self.public_key)

    def tag(self, key: bytes) -> bytes:
        """What shows that a stream's key was chosen by the server or the holder of the passphrase."""
        return _tag(self.tag_key, key)


@dataclass(frozen=True, slots=True)
class Opener:
    """The keys behind a passphrase."""

    public_key: bytes
    secret_key: bytes
    tag_key: bytes

    def open(self, sealed: bytes) -> bytes:
        """What `Recipient.seal` was given. Raises Malformed BACKUP_DAMAGED."""
        try:
            return bindings.crypto_box_seal_open(sealed, self.public_key, self.secret_key)
        except (exceptions.CryptoError, exceptions.TypeError, exceptions.ValueError):
            raise damaged() from None

    def open_key(self, sealed: bytes, tag: bytes) -> bytes:
        """A stream's key. Raises Malformed BACKUP_DAMAGED for one that somebody without the passphrase sealed."""
        key = self.open(sealed)
        if not hmac.compare_digest(tag, _tag(self.tag_key, key)):
            raise damaged()
        return key


def new_recipient(passphrase: str) -> Recipient:
    """The public half for `passphrase`, under a fresh salt. Raises Malformed PASSPHRASE_SHORT, PASSPHRASE_LONG."""
    check_passphrase(passphrase)
    salt = secrets.token_bytes(16)
    made = _keys(passphrase, salt, PASSES, MEMORY_KIB)
    return Recipient(made.public_key, salt, PASSES, MEMORY_KIB, made.tag_key)


def opener(recipient: Recipient, passphrase: str) -> Opener:
    """The secret half. Raises NotAllowed PASSPHRASE_WRONG."""
    found = _keys(passphrase, recipient.salt, recipient.passes, recipient.memory_kib)
    if found.public_key != recipient.public_key:
        raise NotAllowed(
            "PASSPHRASE_WRONG",
            "备份口令不对，什么也没有恢复；请核对口令后再试。",
            "The backup's passphrase is wrong and nothing was restored; check it and try again.",
        )
    return found


class SealedWriter:
    """A file-like object: what is written to it lands in `stream` sealed; `close` writes the last chunk."""

    def __init__(self, stream: BinaryIO, recipient: Recipient) -> None:
        key = bindings.crypto_secretstream_xchacha20poly1305_keygen()
        header = {**recipient.record(), "key": _b64(recipient.seal(key)), "tag": _b64(recipient.tag(key))}
        self._stream, self._waiting = stream, bytearray()
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        line = json.dumps(header, separators=(",", ":")).encode() + b"\n"
        self._bound = hashlib.sha256(MAGIC + line).digest()
        start = bindings.crypto_secretstream_xchacha20poly1305_init_push(self._state, key)
        stream.write(MAGIC + line + start)

    def write(self, plain: bytes) -> int:
        """Take some bytes."""
        self._waiting += plain
        # One chunk stays behind: the last one must carry the final tag, whatever its length.
        while len(self._waiting) > CHUNK:
            self._push(bytes(self._waiting[:CHUNK]), _MESSAGE)
            del self._waiting[:CHUNK]
        return len(plain)

    def close(self) -> None:
        """Write what is left with the final tag: a stream without it was cut."""
        self._push(bytes(self._waiting), _FINAL)
        self._waiting.clear()

    def _push(self, chunk: bytes, tag: int) -> None:
        push = bindings.crypto_secretstream_xchacha20poly1305_push
        self._stream.write(push(self._state, chunk, self._bound, tag))


class SealedReader:
    """Reads what `SealedWriter` wrote. Raises Malformed BACKUP_FORM, BACKUP_DAMAGED; NotAllowed PASSPHRASE_WRONG."""

    def __init__(self, stream: BinaryIO, passphrase: str) -> None:
        self.recipient, sealed_key, tag, self._bound = _read_header(stream)
        self.opener = opener(self.recipient, passphrase)
        self._stream, self._plain, self._ended = stream, bytearray(), False
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        start = stream.read(bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES)
        key = self.opener.open_key(sealed_key, tag)
        try:
            bindings.crypto_secretstream_xchacha20poly1305_init_pull(self._state, start, key)
        except (exceptions.CryptoError, exceptions.TypeError, exceptions.ValueError):
            raise damaged() from None

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; fewer only at the end."""
        while len(self._plain) < size and not self._ended:
            self._pull()
        plain = bytes(self._plain[:size])
        del self._plain[:size]
        return plain

    def finish(self) -> None:
        """Read to the end and require that it is there: nothing cut off, nothing behind it."""
        while not self._ended:
            self._plain.clear()
            self._pull()

    def _pull(self) -> None:
        chunk = self._stream.read(CHUNK + _ADDED)
        try:
            plain, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(self._state, chunk, self._bound)
        except (exceptions.CryptoError, exceptions.TypeError, exceptions.ValueError):
            raise damaged() from None
        self._plain += plain
        if tag == _FINAL:
            self._ended = True
            if self._stream.read(1):
                raise damaged()


def damaged() -> Malformed:
    """The refusal for a backup that was cut or changed."""
    return Malformed(
        "BACKUP_DAMAGED",
        "这份备份不完整或被改动过，什么也没有恢复；请改用另一份备份。",
        "This backup was cut or altered and nothing was restored; use another copy.",
    )


def not_a_backup() -> Malformed:
    """The refusal for a file of another kind."""
    return Malformed(
        "BACKUP_FORM",
        "这不是 voting backup 做的备份；请选择备份文件，或双份存储的文件夹。",
        "This was not made by voting backup; name a backup file, or the folder of the second copy.",
    )


def _read_header(stream: BinaryIO) -> tuple[Recipient, bytes, bytes, bytes]:
    magic = stream.read(len(MAGIC))
    line = stream.readline(_HEADER_LIMIT) if magic == MAGIC else b""
    try:
        header = json.loads(line)
        recipient, key, tag = Recipient.read(header), _unb64(header["key"]), _unb64(header["tag"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise not_a_backup() from None
    return recipient, key, tag, hashlib.sha256(magic + line).digest()


def _keys(passphrase: str, salt: bytes, passes: int, memory_kib: int) -> Opener:
    password = unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass")
    seed = pwhash.argon2id.kdf(32, password, salt, opslimit=passes, memlimit=memory_kib * 1024)
    public, secret = bindings.crypto_box_seed_keypair(seed)
    return Opener(public, secret, hmac.new(seed, b"community-voting-backup-tag", hashlib.sha256).digest())


def _tag(tag_key: bytes, key: bytes) -> bytes:
    return hmac.new(tag_key, MAGIC + key, hashlib.sha256).digest()


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unb64(text: Any) -> bytes:
    return base64.b64decode(str(text).encode("ascii"), validate=True)
