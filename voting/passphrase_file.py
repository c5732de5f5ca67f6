"""A passphrase that a command is given in a file: one reading for every command, so that one file opens them all."""

from pathlib import Path

from voting.errors import Malformed

#: Larger than any passphrase; whoever names a wrong file is told before it is read whole.
MOST_BYTES = 10_000


def read_passphrase(path: Path) -> str:
    """The first line of ``path``, UTF-8 with or without a byte order mark. Raises Malformed PASSPHRASE_FILE."""
    try:
        with path.open("rb") as file:
            line = file.read(MOST_BYTES).decode("utf-8-sig").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError):
        line = ""
    if not line:
        raise Malformed(
            "PASSPHRASE_FILE",
            f"口令文件 {path} 读不到，或是空的；请核对路径，口令写在第一行，文件存为 UTF-8 文本。",
            f"The passphrase file {path} cannot be read or is empty; check the path. Its first line is the "
            "passphrase, as UTF-8 text.",
        )
    return line
