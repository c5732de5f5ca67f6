"""Files that are there whole or not at all, after a power cut too."""

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile


def write_whole(path: Path, content: bytes) -> None:
    """Put `content` at `path`, readable by the server's user alone; returns once it is on the disk.

    Written beside and renamed: whoever looks meanwhile sees the file before or after. What fails leaves nothing.
    """
    with NamedTemporaryFile(dir=path.parent, delete=False) as beside:
        try:
            beside.write(content)
            beside.flush()
            # A rename may reach the disk before what it names: the file would be there, and empty.
            os.fsync(beside.fileno())
            Path(beside.name).replace(path)
        except BaseException:
            Path(beside.name).unlink(missing_ok=True)
            raise
    _sync_folder(path.parent)


def kept(path: Path, make: Callable[[], bytes]) -> Path:
    """The file at `path`, made when it is first asked for; two who ask at once get whole files, and both the same.

    `make` must give the same bytes each time: the database stays the source.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, make())
    return path


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
