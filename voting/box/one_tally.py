"""The memory beside a trustee's key file: one key opens one tally.

Two tallies that differ by one ballot tell that ballot by subtraction. Each of them is honest on its own, so no
check of an archive sees it; only whoever decrypts can remember what was decrypted before. ``<key>.decrypted``
holds one JSON object a line, in the form of the receipt that the browser page offers for saving.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from voting.errors import Conflict, Malformed, NotFound

_LARGEST = 1_000_000
_FIELDS = {"fingerprint": str, "encrypted_tally": str, "ballots": int, "again": str}


@dataclass(frozen=True, slots=True)
class Opening:
    """What a share opens: the election's fingerprint, SHA-256 (hex) of the tally record, the number of ballots."""

    fingerprint: str
    encrypted_tally: str
    ballots: int


@dataclass(frozen=True, slots=True)
class OneTally:
    """What the key at ``key`` opened so far. ``again``: the recorded reason to open another tally, else empty."""

    key: Path
    again: str = ""

    @property
    def path(self) -> Path:
        """The file of the memory."""
        return self.key.with_name(self.key.name + ".decrypted")

    def check(self, opening: Opening) -> bool:
        """Whether this very tally was opened before; the same share again tells nothing new.

        Raises ``Conflict`` DECRYPT_ANOTHER for another tally without a reason, ``Malformed`` DECRYPT_MEMORY
        for a memory that cannot be read.
        """
        before = self._read()
        if opening in before:
            return True
        if before and not self.again.strip():
            raise _another(before[-1], opening, self.path)
        return False

    def keep(self, opening: Opening) -> None:
        """Remember before the share exists: a crash afterwards may cost a repetition, never the memory.

        Raises as ``check``, and ``NotFound`` DECRYPT_MEMORY_WRITE when the place beside the key takes no file.
        """
        if self.check(opening):
            return
        line = json.dumps(asdict(opening) | {"again": self.again.strip()}, ensure_ascii=False) + "\n"
        # Without a reason the file must not exist yet: two runs at once cannot both be the first.
        first = os.O_APPEND if self.again.strip() else os.O_EXCL
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | first, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(line.encode())
                stream.flush()
                os.fsync(stream.fileno())
            _sync_folder(self.path.parent)
        except OSError as error:
            raise NotFound(
                "DECRYPT_MEMORY_WRITE",
                f"无法在密钥旁写下 {self.path}（{error.strerror}），没有解密；请把密钥文件放到可写的文件夹再来。",
                f"Cannot write {self.path} beside the key ({error.strerror}); nothing was decrypted. Put the key file "
                "into a folder that can be written.",
            ) from error

    def _read(self) -> list[Opening]:
        if not self.path.exists():
            return []
        try:
            with self.path.open("rb") as stream:
                lines = stream.read(_LARGEST).decode().splitlines()
            found = [_opening(json.loads(line)) for line in lines]
        except (OSError, ValueError, RecursionError) as error:
            raise _unreadable(self.path) from error
        if not found:
            raise _unreadable(self.path)
        return found


def _opening(value: object) -> Opening:
    if not isinstance(value, dict) or {name: type(item) for name, item in value.items()} != _FIELDS:
        raise ValueError
    return Opening(value["fingerprint"], value["encrypted_tally"], value["ballots"])


def _sync_folder(path: Path) -> None:
    """The new name itself must outlast a power cut."""
    if os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _another(before: Opening, now: Opening, path: Path) -> Conflict:
    return Conflict(
        "DECRYPT_ANOTHER",
        f"这把密钥已经解密过 {before.ballots} 张选票的合计，现在要解的是另一份（{now.ballots} 张）。两份合计相减会露出"
        f"个人的选择：不要解密，请报告选举委员会（记录在 {path}）。",
        f"This key has opened a tally of {before.ballots} ballots; this is another one, of {now.ballots}. Their "
        f"difference would tell how people voted: do not decrypt, tell the committee (the record is {path}).",
    )


def _unreadable(path: Path) -> Malformed:
    return Malformed(
        "DECRYPT_MEMORY",
        f"{path} 读不懂，无法知道这把密钥解密过什么；不要解密，请报告选举委员会。",
        f"{path} cannot be read, so what this key has opened is unknown; do not decrypt, tell the committee.",
    )
