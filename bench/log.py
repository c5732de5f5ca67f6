"""How fast the audit log is: ``python bench/log.py``.

Durable appends, one per commit, on SQLite in WAL with synchronous=FULL (bar: 2,000/s), the same
grouped, and a full verification of the export (bar: 30,000 entries/s on one core).
"""

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event

from audit import Signer, store
from audit.source import DirectorySource
from audit.verify import verify

SIGNER = Signer("log.example/bench", bytes(32))
AT = datetime(2026, 12, 20, 8, tzinfo=UTC)
# A middling entry: about 380 bytes of canonical JSON with its fixed fields.
DATA = {"count": 1043, "head": "7f" * 32, "new": 10, "root": "a3" * 32, "reason": "样例"}


def durable(path: Path) -> Engine:
    """An engine as the platform sets it up: nothing acknowledged is lost at a power failure."""
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    store.METADATA.create_all(engine)
    return engine


def appends(engine: Engine, commits: int, grouped: int) -> float:
    """Entries per second."""
    start = time.perf_counter()
    for _ in range(commits):
        with engine.begin() as connection:
            for _ in range(grouped):
                store.append(connection, SIGNER.name, "bench.entry", DATA, AT)
    return commits * grouped / (time.perf_counter() - start)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        engine = durable(Path(folder, "log.db"))
        appends(engine, 200, 1)  # warm caches
        rates = sorted(appends(engine, 2000, 1) for _ in range(3))
        spread = f"bar 2,000; runs {rates[0]:,.0f}–{rates[2]:,.0f}"
        print(f"durable appends, one per commit   {rates[1]:>9,.0f} /s   ({spread})")
        print(f"durable appends, 100 per commit   {appends(engine, 200, 100):>9,.0f} /s")
        with engine.begin() as connection:
            start = time.perf_counter()
            store.sign_checkpoint(connection, SIGNER.name, SIGNER)
            size = store.export(connection, SIGNER.name, Path(folder, "log")).size
        print(f"sign and export                   {size / (time.perf_counter() - start):>9,.0f} entries/s")
        start = time.perf_counter()
        report = verify(DirectorySource(Path(folder, "log")), SIGNER.key, every_tile=True)
        seconds = time.perf_counter() - start
        print(f"verify, every byte, one core      {report.entries / seconds:>9,.0f} entries/s   (bar 30,000)")
        print(f"  {report.entries:,} entries, exit code {report.exit_code}")
        engine.dispose()


if __name__ == "__main__":
    main()
