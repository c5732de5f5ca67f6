"""Signed notes and verifier keys (c2sp.org/signed-note v1.0.0), Ed25519 by libsodium.

All parsing is of bytes, split at ``\\n`` and single spaces only: ``str.splitlines`` and ``str.split``
break at characters (U+2028, U+0085, U+3000) that a note may carry inside a line.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from audit.errors import fault

ED25519 = 0x01
COSIGNATURE = 0x04
MAX_SIGNATURES = 100
MAX_NOTE = 16_000_000
_DASH = "— ".encode()
_KEY_ID = re.compile(r"[0-9a-f]{8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A name and a public key; the pair (name, key_id) is a signer's identity."""

    name: str
    type: int
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """First 4 bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key)."""
        return sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.public_key).digest()[:4]

    @property
    def text(self) -> str:
        """``name+hhhhhhhh+base64(type ‖ public key)``, as printed on the notice sheet."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(bytes([self.type]) + self.public_key).decode()}"

    def verify(self, message: bytes, signature: bytes) -> None:
        """Check an Ed25519 signature; raises SIG_BAD."""
        try:
            VerifyKey(self.public_key).verify(message, signature)
        except (BadSignatureError, ValueError) as error:  # ValueError: not 64 bytes
            raise fault("SIG_BAD", where=self.name) from error


@dataclass(frozen=True, slots=True)
class Signer:
    """A name and a 32-byte Ed25519 seed. Whoever has the seed writes history in this name."""

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != 32 or not valid_name(self.name):
            raise fault("SKEY_MALFORMED", where="name" if len(self.seed) == 32 else "seed")

    @property
    def key(self) -> VerifierKey:
        """The public side."""
        return VerifierKey(self.name, ED25519, SigningKey(self.seed).verify_key.encode())

    @property
    def text(self) -> str:
        """``PRIVATE+KEY+name+hhhhhhhh+base64(type ‖ seed)``, the private form of Go's x/mod. Secret."""
        secret = base64.b64encode(bytes([ED25519]) + self.seed).decode()
        return f"PRIVATE+KEY+{self.name}+{self.key.key_id.hex()}+{secret}"

    def sign(self, message: bytes) -> bytes:
        """A 64-byte Ed25519 signature (deterministic)."""
        return SigningKey(self.seed).sign(message).signature


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A note of which at least one given key has signed the text; unknown lines prove nothing."""

    text: str
    verified: tuple[VerifierKey, ...]
    unknown: tuple[str, ...]


def valid_name(name: str) -> bool:
    """Non-empty, without any Unicode space, control character or '+' (signed-note §Format)."""
    return bool(name) and not any(c == "+" or c.isspace() or c < " " or "\ud800" <= c <= "\udfff" for c in name)


def decode_base64(text: str | bytes) -> bytes | None:
    """Standard padded base64 in its only form, or None.

    The library alone accepts non-zero padding bits, so that two texts would mean the same bytes.
    """
    raw = text.encode("utf-8", "replace") if isinstance(text, str) else text
    try:
        value = base64.b64decode(raw, validate=True)
    except (binascii.Error, ValueError):
        return None
    return value if base64.b64encode(value) == raw else None


def parse_vkey(text: str) -> VerifierKey:
    """Read ``name+hhhhhhhh+base64``; the base64 part may itself hold '+'.

    Raises VKEY_MALFORMED also when the key ID does not recompute.
    """
    parts = text.split("+", 2)
    if len(parts) != 3 or not valid_name(parts[0]) or not _KEY_ID.fullmatch(parts[1]):
        raise fault("VKEY_MALFORMED", where="name+id")
    raw = decode_base64(parts[2])
    if raw is None or len(raw) != 33 or raw[0] not in (ED25519, COSIGNATURE):
        raise fault("VKEY_MALFORMED", where="key")
    key = VerifierKey(parts[0], raw[0], raw[1:])
    if key.key_id.hex() != parts[1]:
        raise fault("VKEY_MALFORMED", where=f"id ≠ {key.key_id.hex()}")
    return key


def parse_signer(text: str) -> Signer:
    """Read ``PRIVATE+KEY+name+hhhhhhhh+base64``; raises SKEY_MALFORMED, never echoing the secret."""
    parts = text.split("+", 4)
    raw = decode_base64(parts[4]) if len(parts) == 5 else None
    if parts[:2] != ["PRIVATE", "KEY"] or raw is None or len(raw) != 33 or raw[0] != ED25519:
        raise fault("SKEY_MALFORMED", where="PRIVATE+KEY")
    signer = Signer(parts[2], raw[1:])
    if signer.key.key_id.hex() != parts[3]:
        raise fault("SKEY_MALFORMED", where="id")
    return signer


def sign_note(text: str, *signers: Signer) -> str:
    """The text, an empty line, one signature line for each signer.

    Raises NOTE_MALFORMED for a text that is empty, lacks its final line feed or holds control bytes.
    """
    body = _text_bytes(text)
    lines = [f"— {s.name} {base64.b64encode(s.key.key_id + s.sign(body)).decode()}\n" for s in signers]
    if not 1 <= len(lines) <= MAX_SIGNATURES:
        raise fault("NOTE_MALFORMED", where=f"{len(lines)} signers")
    return text + "\n" + "".join(lines)


def open_note(raw: bytes, keys: Sequence[VerifierKey]) -> OpenedNote:
    """Check a note against the known Ed25519 keys.

    Every line of a known (name, key ID) must verify, lines of others are ignored.
    Raises NOTE_MALFORMED, KEY_AMBIGUOUS, SIG_BAD, NOTE_NO_KNOWN_KEY.
    """
    known = _index(keys)
    body, lines = split_note(raw)
    verified: dict[VerifierKey, None] = {}
    unknown: list[str] = []
    for name, blob in lines:
        key = known.get((name, blob[:4]))
        if key is None:
            unknown.append(f"{name}+{blob[:4].hex()}")
            continue
        key.verify(body, blob[4:])
        verified[key] = None
    if not verified:
        raise fault("NOTE_NO_KNOWN_KEY", where=", ".join(unknown[:4]))
    return OpenedNote(body.decode(), tuple(verified), tuple(unknown))


def split_note(raw: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """The signed bytes and the signature lines as (name, key ID ‖ signature), unverified.

    Raises NOTE_MALFORMED.
    """
    if len(raw) > MAX_NOTE:
        raise fault("NOTE_MALFORMED", where=f"{len(raw)} bytes")
    _require_text(raw)
    head, found, tail = raw.rpartition(b"\n\n")
    if not found or not head or not tail:
        raise fault("NOTE_MALFORMED", where="no signature")
    lines = tail[:-1].split(b"\n")
    if len(lines) > MAX_SIGNATURES:
        raise fault("NOTE_MALFORMED", where=f"{len(lines)} signatures")
    return head + b"\n", [_signature_line(line, number) for number, line in enumerate(lines, 1)]


def _signature_line(line: bytes, number: int) -> tuple[str, bytes]:
    parts = line.removeprefix(_DASH).split(b" ") if line.startswith(_DASH) else []
    blob = decode_base64(parts[1]) if len(parts) == 2 else None
    if blob is None or len(blob) < 5 or not valid_name(parts[0].decode()):
        raise fault("NOTE_MALFORMED", where=f"signature line {number}")
    return parts[0].decode(), blob


def _index(keys: Sequence[VerifierKey]) -> dict[tuple[str, bytes], VerifierKey]:
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for key in keys:
        if key.type != ED25519:
            raise fault("VKEY_MALFORMED", where=f"{key.name}: type {key.type:#04x}")
        if (key.name, key.key_id) in known:
            raise fault("KEY_AMBIGUOUS", where=key.name)
        known[key.name, key.key_id] = key
    return known


def _text_bytes(text: str) -> bytes:
    try:
        raw = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise fault("NOTE_MALFORMED", where="UTF-8") from error
    _require_text(raw)
    return raw


def _require_text(raw: bytes) -> None:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise fault("NOTE_MALFORMED", where=f"UTF-8, byte {error.start}") from error
    if any(c in raw for c in _CONTROLS) or not raw.endswith(b"\n"):
        raise fault("NOTE_MALFORMED", where="control byte" if raw.endswith(b"\n") else "final line feed")


_CONTROLS = [bytes([c]) for c in range(0x20) if c != 0x0A]
