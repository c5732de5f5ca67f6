"""What the database itself refuses, whatever the code above it does; and that the migration says the same."""

import re
from pathlib import Path

import pytest
from election_build import Built, a_published_election, add_candidate
from house_build import House
from sqlalchemy import CheckConstraint, Engine, text
from sqlalchemy.exc import IntegrityError

from voting import schema
from voting.box import kiosk
from voting.database import make_engine, write

#: What nobody may write, by the constraint that stands against it.
REFUSED = [
    ("box", "state", "state = 'lost'"),
    ("box", "desk", "desk = 'ajar'"),
    ("box", "not_negative", "queue_left = -1"),
    ("box", "not_negative", "refused_uses = -1"),
    ("box", "not_negative", "roll_size = -1"),
    ("box", "not_negative", "spares = -1"),
    ("box", "casts_within_cards", "casts = 1"),
    ("box", "cards_out_within_made", "cards_out = cards_made + 1"),
    ("box", "trustees", "trustees = 0"),
    ("box", "unused_within_pile", "cards_unused = 1"),
    ("box", "unused_within_pile", "cards_made = 3, cards_out = 2, cards_unused = 2"),
    ("box", "unused_within_pile", "cards_unused = -1"),
    ("box", "papers_out_within_printed", "papers_out = papers_printed + 1"),
    ("box", "papers_back_within_out", "papers_returned = 1"),
    ("box", "head", "height = 0"),
    ("kiosk", "pairing", "pairing_until = NULL"),
    ("election", "state", "state = 'lost'"),
    ("election", "hours", "closes_at = opens_at"),
    ("election", "closed_after_opened", "opened_at = closes_at, closed_at = opens_at"),
    ("election", "eligible", "eligible = 0"),
    ("election", "eligible", "eligible = 3, roll_hash = NULL"),
    ("election", "cards_missing", "cards_missing = 2"),
    ("election", "cards_missing", "missing_decision = '按缺卡计票'"),
    ("election", "cards_missing", "cards_missing = 0, missing_decision = '按缺卡计票'"),
    ("office", "seats", "seats = 0"),
    ("office", "ordinal", "ordinal = ordinal - 1"),
    ("candidate", "ordinal", "ordinal = 0"),
    ("candidate", "review", "review = 'perhaps'"),
    ("candidate", "photo", "photo_type = 'image/png'"),
    ("candidate", "photo_type", "photo = x'00', photo_type = 'text/html'"),
    ("roll_entry", "number", "number = number - 1"),
    ("roll_entry", "id_last4", "id_last4 = '99010119700101001X'"),
    ("appointment", "days", "until_day = '2000-01-01'"),
    ("appointment", "ended", "ended_at = '2026-12-20 00:00:00'"),
]


@pytest.fixture
def built(house: House) -> Built:
    """A posted roll, a candidate, a tablet waiting to be paired."""
    made = a_published_election(house)
    add_candidate(made, 0, "样人子")
    made.act(kiosk.new_pairing_code, box=made.box.id, name="1 号", actor=made.accounts["official"], now=house.clock.now)
    return made


def test_the_database_holds_what_the_rules_say(built: Built) -> None:
    for table, name, change in REFUSED:
        with pytest.raises(IntegrityError, match=f"ck_{table}_{name}"), write(built.engine) as session:
            session.execute(text(f"UPDATE {table} SET {change}"))


def test_every_constraint_of_these_tables_is_tried() -> None:
    tried = {(table, f"ck_{table}_{name}") for table, name, _ in REFUSED}
    named = {
        (table.name, str(one.name))
        for table in schema.METADATA.tables.values()
        for one in table.constraints
        if isinstance(one, CheckConstraint) and table.name in {"box", "kiosk", "candidate", "roll_entry"}
    }
    assert named <= tried


def checks(engine: Engine) -> set[str]:
    """Every CHECK by its table, as SQLite keeps it."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
        return {
            f"{table}: {' '.join(line.strip().rstrip(',').split())}"
            for table, sql in rows
            for line in re.findall(r"CONSTRAINT \w+ CHECK \(.*\)", sql)
        }


def test_the_migration_makes_the_same_constraints(tmp_path: Path) -> None:
    """Alembic's comparison leaves CHECKs out."""
    migrated, made = (make_engine(f"sqlite:///{tmp_path}/{name}.sqlite3") for name in ("migrated", "made"))
    schema.upgrade(migrated)
    schema.METADATA.create_all(made)
    assert checks(migrated) == checks(made)
    assert len(checks(made)) > 30
    for engine in (migrated, made):
        engine.dispose()
