"""Alembic's entry: run the migrations over the engine that `voting.schema` hands in."""

from alembic import context
from sqlalchemy import Engine

from voting.schema import METADATA

engine: Engine = context.config.attributes["engine"]

with engine.connect() as connection:
    # SQLite changes tables inside transactions too; our engine begins them itself (voting.database).
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=engine.dialect.name == "sqlite",
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
