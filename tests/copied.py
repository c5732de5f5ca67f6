"""What takes half a second to build is built once per process and copied: a founded house, an election in the making.

Only over SQLite, and an election only onto a house in which nothing has happened since it was founded and whose clock
nobody has moved; otherwise it is built anew. Building moves the clock on to the days of its deeds, and so does copying.
"""

import atexit
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from copy import deepcopy
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

from sqlalchemy import select

from audit import store
from voting.database import make_engine, read

_SHELF = Path(tempfile.mkdtemp(prefix="voting-tests-"))
atexit.register(shutil.rmtree, _SHELF, ignore_errors=True)
#: By what was built: the folder with its files, and the value that came of it.
_kept: dict[str, tuple[Path, Any]] = {}


def founded_once(build: Callable[..., Any]) -> Callable[..., Any]:
    """`build(settings, clock)` makes a house the first time; afterwards it is copied."""

    @wraps(build)
    def once(settings: Any, clock: Any) -> Any:
        if not settings.database_url.startswith("sqlite:///") or clock != type(clock)():
            return build(settings, clock)
        if "house" not in _kept:
            house = build(settings, clock)
            _kept["house"] = (_keep(house), (deepcopy(house.accounts), house, _heads(house)))
            return house
        folder, (accounts, first, _) = _kept["house"]
        shutil.copytree(folder, settings.data_dir, dirs_exist_ok=True)
        engine = make_engine(settings.database_url)
        return replace(first, settings=settings, clock=clock, engine=engine, accounts=deepcopy(accounts))

    return once


def held_once(build: Callable[..., Any]) -> Callable[..., Any]:
    """`build(house, **facts)` makes an election the first time with these facts; afterwards it is copied."""

    @wraps(build)
    def once(house: Any, **facts: Any) -> Any:
        if "house" not in _kept or house.clock != type(house.clock)() or not _untouched(house):
            return build(house, **facts)
        key = f"{build.__name__} {sorted(facts.items())!r}"
        if key not in _kept:
            built = build(house, **facts)
            _kept[key] = (_keep(house), (deepcopy({**vars(built), "house": None}), house.clock.now))
            return built
        folder, (rest, house.clock.now) = _kept[key]
        house.engine.dispose()
        for stale in house.settings.data_dir.glob("*.sqlite3-*"):
            stale.unlink()
        shutil.copytree(folder, house.settings.data_dir, dirs_exist_ok=True)
        return build.__annotations__["return"](**{**deepcopy(rest), "house": house})

    return once


def _keep(house: Any) -> Path:
    folder = Path(tempfile.mkdtemp(dir=_SHELF))
    house.engine.dispose()
    shutil.copytree(house.settings.data_dir, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.sqlite3*"))
    database = Path(house.settings.database_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(database)) as here, closing(sqlite3.connect(folder / database.name)) as there:
        here.backup(there)
    return folder


def _untouched(house: Any) -> bool:
    """Every act stands in a log: where the logs are as long as after the founding, nothing was done."""
    return house.settings.database_url.startswith("sqlite:///") and _heads(house) == _kept["house"][1][2]


def _heads(house: Any) -> dict[str, int]:
    with read(house.engine) as session:
        return {log.origin: log.size for log in session.execute(select(store.LOG.c.origin, store.LOG.c.size))}
