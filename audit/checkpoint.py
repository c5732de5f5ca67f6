"""Checkpoints (c2sp.org/tlog-checkpoint v1.0.0): origin, size and root of a log, as a signed note."""

import base64
import re
from dataclasses import dataclass

from audit.errors import fault
from audit.merkle import HASH_SIZE
from audit.note import Signer, VerifierKey, decode_base64, open_note, sign_note, split_note

MAX_ORIGIN = 255
MAX_SIZE = 2**63 - 1
_SIZE = re.compile(rb"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the log says of itself: ``size`` entries with this ``root`` (32 bytes)."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The body that is signed."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions]
        return "".join(f"{line}\n" for line in lines)


def parse_checkpoint(body: bytes) -> Checkpoint:
    """Read a checkpoint's body (without signatures); raises CP_MALFORMED."""
    lines = body.split(b"\n")
    if len(lines) < 4 or lines.pop() != b"" or not all(lines):
        raise fault("CP_MALFORMED", where="lines")
    origin, size, root = _text(lines[0]), lines[1], decode_base64(lines[2])
    if len(lines[0]) > MAX_ORIGIN:
        raise fault("CP_MALFORMED", where="origin")
    if not _SIZE.fullmatch(size) or int(size) > MAX_SIZE:
        raise fault("CP_MALFORMED", where="size")
    if root is None or len(root) != HASH_SIZE:
        raise fault("CP_MALFORMED", where="root")
    return Checkpoint(origin, int(size), root, tuple(_text(line) for line in lines[3:]))


def read_checkpoint(raw: bytes) -> Checkpoint:
    """The claim of a checkpoint file with its signatures *not* checked; raises NOTE_MALFORMED, CP_MALFORMED."""
    return _plain(split_note(raw)[0])


def open_checkpoint(raw: bytes, key: VerifierKey, origin: str | None = None) -> Checkpoint:
    """A checkpoint signed by ``key``, of the log named ``origin`` (by default the key's name).

    Raises the errors of ``open_note``, CP_MALFORMED (also for extension lines: our logs write none), CP_ORIGIN.
    """
    checkpoint = _plain(open_note(raw, [key]).text.encode())
    if checkpoint.origin != (key.name if origin is None else origin):
        raise fault("CP_ORIGIN", where=checkpoint.origin)
    return checkpoint


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> str:
    """The signed note of a checkpoint.

    That it contradicts nothing signed before is the caller's duty (``store.sign_checkpoint``).
    """
    body = checkpoint.text
    if _plain(body.encode()) != checkpoint:
        raise fault("CP_MALFORMED", where="origin")
    return sign_note(body, signer)


def spoken_head(root: bytes) -> str:
    """The first 128 bits of a root as 8 groups of 4 hex digits, for reading aloud in the hall."""
    digits = root[:16].hex()
    return " ".join(digits[i : i + 4] for i in range(0, 32, 4))


def _plain(body: bytes) -> Checkpoint:
    checkpoint = parse_checkpoint(body)
    if checkpoint.extensions:
        raise fault("CP_MALFORMED", where="extension lines")
    return checkpoint


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise fault("CP_MALFORMED", where="UTF-8") from error
