"""The server's own key files: made once by `voting init`, read at start, each 32 random bytes, mode 0600.

None of them can open a ballot. What a thief of each could do stands in `voting.config.Settings`.
"""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
)
from nacl.exceptions import CryptoError

from voting.config import Settings
from voting.errors import Malformed

KEY_BYTES = 32


@dataclass(frozen=True)
class FieldKeys:
    """Sealing of personal fields, and the keyed hash by which equal ID numbers are recognised."""

    field: bytes
    match_key: bytes

    def seal(self, plain: bytes, about: str) -> bytes:
        """Encrypt `plain` (XChaCha20-Poly1305, random nonce in front), bound to the row named by `about`."""
        nonce = secrets.token_bytes(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
        return nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(plain, about.encode(), nonce, self.field)

    def open(self, sealed: bytes, about: str) -> bytes:
        """What `seal` was given. Raises Malformed (FIELD_SEAL) for other bytes, another row, another key."""
        nonce, box = (
            sealed[:crypto_aead_xchacha20poly1305_ietf_NPUBBYTES],
            sealed[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES:],
        )
        try:
            return crypto_aead_xchacha20poly1305_ietf_decrypt(box, about.encode(), nonce, self.field)
        except (CryptoError, ValueError):
            raise Malformed(
                "FIELD_SEAL",
                "一项个人信息打不开：数据库被改过，或 field.key 不是原来的那一个。请找回原密钥文件。",
                "A sealed personal field does not open: the database was changed, or field.key is not the original. "
                "Put the original key file back.",
            ) from None

    def match(self, text: str) -> str:
        """HMAC-SHA256 of `text` as 64 hex digits: equal for equal text, meaningless without the key."""
        return hmac.new(self.match_key, text.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Keys:
    """All key files of one installation, read into memory."""

    session: bytes
    fields: FieldKeys
    log_seed: bytes


def make_keys(settings: Settings) -> list[Path]:
    """Make every key file that is not there yet; return those made. Never overwrites one."""
    made = []
    for path in _files(settings):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _write_new(path, secrets.token_bytes(KEY_BYTES))
            made.append(path)
    return made


def read_keys(settings: Settings) -> Keys:
    """Read the key files. Raises Malformed: KEY_MISSING, KEY_LENGTH, KEY_MODE, each naming the file."""
    session, field, match, log_seed = (_read(path) for path in _files(settings))
    return Keys(session, FieldKeys(field, match), log_seed)


def _files(settings: Settings) -> tuple[Path, Path, Path, Path]:
    return settings.session_key_file, settings.field_key_file, settings.match_key_file, settings.log_key_file


def _write_new(path: Path, content: bytes) -> None:
    # O_EXCL: two processes starting at once must not each believe in a key of their own.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> bytes:
    try:
        mode, content = path.stat().st_mode, path.read_bytes()
    except OSError:
        raise Malformed(
            "KEY_MISSING",
            f"读不到密钥文件 {path}。新装请运行 voting init；搬迁请把 keys 文件夹一起搬来。",
            f"The key file {path} cannot be read. On a new installation run voting init; after a move bring the "
            "keys folder along.",
        ) from None
    if mode & 0o077:
        raise Malformed(
            "KEY_MODE",
            f"密钥文件 {path} 别的用户也能读，请先运行 chmod 600 {path}。",
            f"The key file {path} can be read by other users; run chmod 600 {path} first.",
        )
    if len(content) != KEY_BYTES:
        raise Malformed(
            "KEY_LENGTH",
            f"密钥文件 {path} 应有 {KEY_BYTES} 字节，现在是 {len(content)} 字节；请从备份恢复。",
            f"The key file {path} should have {KEY_BYTES} bytes and has {len(content)}; restore it from the backup.",
        )
    return content
