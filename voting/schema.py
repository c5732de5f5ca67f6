"""All tables of the house in one place, and bringing a database up to them."""

from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData

import voting.box.tables
import voting.elections.after.tables
import voting.elections.candidates.tables
import voting.elections.committee.tables
import voting.elections.count.tables
import voting.elections.paper.tables
import voting.elections.papers.tables
import voting.elections.proxies.tables
import voting.elections.recall.tables
import voting.elections.review.tables
import voting.elections.roll.tables
import voting.elections.tables
import voting.people.tables  # noqa: F401 — imported for its tables
from voting import journal  # noqa: F401 — the log's tables belong to every database
from voting.database import Base, make_engine

#: Every table, because every module that has one is imported above.
METADATA: MetaData = Base.metadata

_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest form, all or nothing. Safe to run at every start, by two processes at once."""
    command.upgrade(_config(engine), "head")


def write_migration(message: str) -> None:
    """Write the next migration: from what the migrations make now to the tables as they are (for developers)."""
    with TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/present.sqlite3")
        upgrade(engine)
        number = len(list((_MIGRATIONS / "versions").glob("[0-9]*.py"))) + 1
        command.revision(_config(engine), message, autogenerate=True, rev_id=f"{number:04d}")
        for path in (_MIGRATIONS / "versions").glob(f"{number:04d}_*.py"):
            lines = path.read_text(encoding="utf-8").splitlines()
            path.write_text("\n".join(line for line in lines if "# ###" not in line) + "\n", encoding="utf-8")
        engine.dispose()


def differences(engine: Engine) -> list[object]:
    """What the database's form lacks of the tables, or has beyond them; empty when they agree."""
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), METADATA))


def _config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["engine"] = engine
    return config
