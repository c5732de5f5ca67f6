"""Deeds of the tests of backups: cast, follow, restore, refuse."""

import sqlite3
from pathlib import Path

import pytest
from box_build import NOW, Built

from voting.backup import archive
from voting.backup.restore import Restored, restore
from voting.box import casting
from voting.config import Settings
from voting.errors import Refused
from voting.keys import read_keys

PASSPHRASE = "korrekt pferd batterie"
#: Ballots as they were sealed, by box and card.
BALLOTS: dict[tuple[str, int], bytes] = {}


def cast(settings: Settings, box: Built, card: int) -> casting.Accepted:
    return casting.accept(box.engine, box=box.box, raw=box.ballot(card), log_key=read_keys(settings).log_seed)


def follow(settings: Settings, folder: Path) -> Path:
    folder.mkdir()
    archive.follow(settings, folder=folder, passphrase=PASSPHRASE, now=NOW, same_disk=True)
    return folder


def dump(database: Path) -> list[str]:
    connection = sqlite3.connect(database)
    try:
        return sorted(connection.iterdump())
    finally:
        connection.close()


def restored(source: Path, into: Path) -> Restored:
    return restore(source, into=into, passphrase=PASSPHRASE)


def refused(source: Path, into: Path, passphrase: str = PASSPHRASE) -> Refused:
    with pytest.raises(Refused) as caught:
        restore(source, into=into, passphrase=passphrase)
    assert caught.value.zh and caught.value.en
    assert not into.exists(), "nothing is put in place unless every check has passed"
    assert not list(into.parent.glob(f".{into.name}-*")), "no plain data is left lying beside it"
    return caught.value


def same(box: Built, card: int) -> bytes:
    return BALLOTS[box.box, card]
