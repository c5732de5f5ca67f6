"""A passphrase in a file: its first line, the same for every command."""

from pathlib import Path

import pytest

from voting.backup import cli as backup_cli
from voting.box import cli as box_cli
from voting.cli import _passphrase
from voting.errors import Malformed
from voting.passphrase_file import read_passphrase


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\nsecond line\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_every_command_reads_the_first_line(tmp_path: Path, mark: bytes, end: bytes) -> None:
    path = tmp_path / "passphrase"
    path.write_bytes(mark + "正确的马 电池 订书钉 ".encode() + end)
    assert read_passphrase(path) == "正确的马 电池 订书钉 ", "a blank at the end belongs to it"
    assert _passphrase(path) == read_passphrase(path)
    assert {module.read_passphrase for module in (backup_cli, box_cli)} == {read_passphrase}


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe\x00"])
def test_a_file_without_a_passphrase_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "passphrase"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Malformed) as caught:
        read_passphrase(path)
    assert caught.value.code == "PASSPHRASE_FILE" and str(path) in caught.value.zh
