"""initial"""

import sqlalchemy as sa
from alembic import op

import voting.database

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "log",
        sa.Column("origin", sa.String(length=255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("range", sa.LargeBinary(), nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=20), nullable=True),
        sa.CheckConstraint("(size = 0) = (at IS NULL)", name=op.f("ck_log_ck_log_at")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_log_ck_log_size")),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_log")),
    )
    op.create_table(
        "sign_in_throttle",
        sa.Column("login", sa.String(length=40), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", voting.database.UTCDateTime(timezone=True), nullable=False),
        sa.Column("not_before", voting.database.UTCDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_sign_in_throttle_failures")),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_sign_in_throttle")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("parent_id", sa.String(length=22), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("path", sa.String(length=160), nullable=False),
        sa.Column("created_at", voting.database.UTCDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('city', 'district', 'street', 'community', 'grid', 'building')", name=op.f("ck_unit_kind")
        ),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_unit_name")),
        sa.CheckConstraint("parent_id IS NULL OR parent_id <> id", name=op.f("ck_unit_parent")),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("parent_id", "name", name=op.f("uq_unit_parent_id_name")),
    )
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index("ix_unit_path", ["path"], unique=False)

    op.create_table(
        "account",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("unit_id", sa.String(length=22), nullable=False),
        sa.Column("login", sa.String(length=40), nullable=False),
        sa.Column("display_name", sa.String(length=40), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("session_mark", sa.String(length=22), nullable=False),
        sa.Column("created_at", voting.database.UTCDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(login) >= 2", name=op.f("ck_account_login")),
        sa.CheckConstraint("length(trim(display_name)) > 0", name=op.f("ck_account_display_name")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_account_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "box",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("community_id", sa.String(length=22), nullable=False),
        sa.Column("uuid", sa.String(length=30), nullable=False),
        sa.Column("group", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("desk", sa.String(length=5), nullable=False),
        sa.Column("queue_left", sa.Integer(), nullable=False),
        sa.Column("trustees", sa.Integer(), nullable=False),
        sa.Column("roll_size", sa.Integer(), nullable=False),
        sa.Column("spares", sa.Integer(), nullable=False),
        sa.Column("cards_made", sa.Integer(), nullable=False),
        sa.Column("cards_out", sa.Integer(), nullable=False),
        sa.Column("cards_returned", sa.Integer(), nullable=False),
        sa.Column("cards_torn", sa.Integer(), nullable=False),
        sa.Column("cards_unused", sa.Integer(), nullable=False),
        sa.Column("casts", sa.Integer(), nullable=False),
        sa.Column("refused_uses", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=True),
        sa.Column("archive_time", sa.Integer(), nullable=True),
        sa.Column("display", voting.database.JSONText(), nullable=True),
        sa.CheckConstraint("desk IN ('shut','open','queue')", name=op.f("ck_box_desk")),
        sa.CheckConstraint(
            "state IN ('preparing','sealed','open','shut','closed','tallied','opened','void')",
            name=op.f("ck_box_state"),
        ),
        sa.CheckConstraint("cards_out <= cards_made", name=op.f("ck_box_cards_out_within_made")),
        sa.CheckConstraint("casts <= cards_out - cards_returned - cards_torn", name=op.f("ck_box_casts_within_cards")),
        sa.CheckConstraint(
            "queue_left >= 0 AND casts >= 0 AND cards_returned >= 0 AND cards_torn >= 0"
            " AND refused_uses >= 0 AND roll_size >= 0 AND spares >= 0",
            name=op.f("ck_box_not_negative"),
        ),
        sa.CheckConstraint("trustees BETWEEN 1 AND 9", name=op.f("ck_box_trustees")),
        sa.CheckConstraint("cards_unused BETWEEN 0 AND cards_made - cards_out", name=op.f("ck_box_unused_within_pile")),
        sa.CheckConstraint("(height = -1) = (head IS NULL)", name=op.f("ck_box_head")),
        sa.ForeignKeyConstraint(["community_id"], ["unit.id"], name=op.f("fk_box_community_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_box")),
        sa.UniqueConstraint("uuid", name=op.f("uq_box_uuid")),
    )
    with op.batch_alter_table("box", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_box_community_id"), ["community_id"], unique=False)

    op.create_table(
        "log_checkpoint",
        sa.Column("origin", sa.String(length=255), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("range", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=True),
        sa.CheckConstraint("size >= 0", name=op.f("ck_log_checkpoint_ck_log_checkpoint_size")),
        sa.ForeignKeyConstraint(["origin"], ["log.origin"], name="fk_log_checkpoint_origin_log"),
        sa.PrimaryKeyConstraint("origin", "size", name=op.f("pk_log_checkpoint")),
    )
    op.create_table(
        "log_entry",
        sa.Column("origin", sa.String(length=255), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("seq >= 0", name=op.f("ck_log_entry_ck_log_entry_seq")),
        sa.ForeignKeyConstraint(["origin"], ["log.origin"], name="fk_log_entry_origin_log"),
        sa.PrimaryKeyConstraint("origin", "seq", name=op.f("pk_log_entry")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "anchor",
        sa.Column("box_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("to_height", sa.Integer(), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("made_at", voting.database.UTCDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1 AND ballots >= 0", name=op.f("ck_anchor_ballots")),
        sa.ForeignKeyConstraint(["box_id"], ["box.id"], name=op.f("fk_anchor_box_id_box")),
        sa.PrimaryKeyConstraint("box_id", "number", name=op.f("pk_anchor")),
    )
    op.create_table(
        "appointment",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("unit_id", sa.String(length=22), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("by_id", sa.String(length=22), nullable=True),
        sa.Column("ended_by_id", sa.String(length=22), nullable=True),
        sa.Column("ended_at", voting.database.UTCDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('system_administrator', 'election_official', 'desk_clerk', 'supervisor')",
            name=op.f("ck_appointment_role"),
        ),
        sa.CheckConstraint("until_day IS NULL OR until_day >= from_day", name=op.f("ck_appointment_days")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name=op.f("ck_appointment_ended")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_appointment_account_id_account")),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_appointment_by_id_account")),
        sa.ForeignKeyConstraint(["ended_by_id"], ["account.id"], name=op.f("fk_appointment_ended_by_id_account")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_appointment_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appointment_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appointment_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "box_event",
        sa.Column("box_id", sa.String(length=22), nullable=False),
        sa.Column("height", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("payload", sa.String(length=64), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("height >= 0", name=op.f("ck_box_event_height")),
        sa.ForeignKeyConstraint(["box_id"], ["box.id"], name=op.f("fk_box_event_box_id_box")),
        sa.PrimaryKeyConstraint("box_id", "height", name=op.f("pk_box_event")),
    )
    with op.batch_alter_table("box_event", schema=None) as batch_op:
        batch_op.create_index("ix_box_event_payload", ["box_id", "payload"], unique=False)

    op.create_table(
        "box_picture",
        sa.Column("box_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["box_id"], ["box.id"], name=op.f("fk_box_picture_box_id_box")),
        sa.PrimaryKeyConstraint("box_id", "number", name=op.f("pk_box_picture")),
    )
    op.create_table(
        "box_record",
        sa.Column("box_id", sa.String(length=22), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["box_id"], ["box.id"], name=op.f("fk_box_record_box_id_box")),
        sa.PrimaryKeyConstraint("box_id", "hash", name=op.f("pk_box_record")),
    )
    op.create_table(
        "desk_mark",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("box_id", sa.String(length=22), nullable=False),
        sa.Column("voter", sa.String(length=22), nullable=False),
        sa.Column("hour", voting.database.UTCDateTime(timezone=True), nullable=False),
        sa.Column("desk", sa.String(length=40), nullable=False),
        sa.Column("clerk_id", sa.String(length=22), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("batched", sa.Boolean(), nullable=False),
        sa.Column("undone", sa.String(length=200), nullable=True),
        sa.CheckConstraint("length(salt) = 16", name=op.f("ck_desk_mark_salt")),
        sa.ForeignKeyConstraint(["box_id"], ["box.id"], name=op.f("fk_desk_mark_box_id_box")),
        sa.ForeignKeyConstraint(["clerk_id"], ["account.id"], name=op.f("fk_desk_mark_clerk_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_mark")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("desk_mark", schema=None) as batch_op:
        batch_op.create_index(
            "uq_desk_mark_active",
            ["box_id", "voter"],
            unique=True,
            sqlite_where=sa.text("undone IS NULL"),
            postgresql_where=sa.text("undone IS NULL"),
        )

    op.create_table(
        "election",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("community_id", sa.String(length=22), nullable=False),
        sa.Column("box_id", sa.String(length=22), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("law", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opens_at", voting.database.UTCDateTime(timezone=True), nullable=False),
        sa.Column("closes_at", voting.database.UTCDateTime(timezone=True), nullable=False),
        sa.Column("roll_posted", sa.Date(), nullable=True),
        sa.Column("candidates_posted", sa.Date(), nullable=True),
        sa.Column("opened_at", voting.database.UTCDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", voting.database.UTCDateTime(timezone=True), nullable=True),
        sa.Column("roll_hash", sa.String(length=64), nullable=True),
        sa.Column("eligible", sa.Integer(), nullable=True),
        sa.Column("ballot_floor", sa.Integer(), nullable=False),
        sa.Column("floor_decision", sa.Text(), nullable=True),
        sa.Column("cards_missing", sa.Integer(), nullable=True),
        sa.Column("missing_voted", sa.Integer(), nullable=True),
        sa.Column("missing_decision", sa.Text(), nullable=True),
        sa.CheckConstraint("mode IN ('all_voters', 'household_reps', 'resident_reps')", name=op.f("ck_election_mode")),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'sealed', 'open', 'paused', 'closing', 'closed', 'counting', 'decided', "
            "'certified', 'void')",
            name=op.f("ck_election_state"),
        ),
        sa.CheckConstraint("ballot_floor >= 1", name=op.f("ck_election_ballot_floor")),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_election_hours")),
        sa.CheckConstraint("closed_at IS NULL OR closed_at >= opened_at", name=op.f("ck_election_closed_after_opened")),
        sa.CheckConstraint(
            "eligible IS NULL OR (eligible >= 1 AND roll_hash IS NOT NULL)", name=op.f("ck_election_eligible")
        ),
        sa.CheckConstraint(
            "(cards_missing IS NULL) = (missing_decision IS NULL)"
            " AND (cards_missing IS NULL OR cards_missing >= 1)",
            name=op.f("ck_election_cards_missing"),
        ),
        sa.ForeignKeyConstraint(["box_id"], ["box.id"], name=op.f("fk_election_box_id_box")),
        sa.ForeignKeyConstraint(["community_id"], ["unit.id"], name=op.f("fk_election_community_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_election")),
        sa.UniqueConstraint("box_id", name=op.f("uq_election_box_id")),
    )
    with op.batch_alter_table("election", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_election_community_id"), ["community_id"], unique=False)

    op.create_table(
        "kiosk",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("box_id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("pairing_hash", sa.String(length=64), nullable=True),
        sa.Column("pairing_until", voting.database.UTCDateTime(timezone=True), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("calling", sa.Boolean(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(pairing_hash IS NULL) = (pairing_until IS NULL)", name=op.f("ck_kiosk_pairing")),
        sa.ForeignKeyConstraint(["box_id"], ["box.id"], name=op.f("fk_kiosk_box_id_box")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk")),
        sa.UniqueConstraint("pairing_hash", name=op.f("uq_kiosk_pairing_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_kiosk_token_hash")),
    )
    with op.batch_alter_table("kiosk", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kiosk_box_id"), ["box_id"], unique=False)

    op.create_table(
        "public_credential",
        sa.Column("box_id", sa.String(length=22), nullable=False),
        sa.Column("public", sa.String(length=700), nullable=False),
        sa.Column("mark", sa.String(length=8), nullable=True),
        sa.CheckConstraint("mark IN ('torn','returned','unused','voted')", name=op.f("ck_public_credential_mark")),
        sa.ForeignKeyConstraint(["box_id"], ["box.id"], name=op.f("fk_public_credential_box_id_box")),
        sa.PrimaryKeyConstraint("box_id", "public", name=op.f("pk_public_credential")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "card_witness",
        sa.Column("box_id", sa.String(length=22), nullable=False),
        sa.Column("maker_id", sa.String(length=22), nullable=False),
        sa.Column("witness_id", sa.String(length=22), nullable=False),
        sa.Column("until", voting.database.UTCDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("maker_id <> witness_id", name=op.f("ck_card_witness_two_people")),
        sa.ForeignKeyConstraint(["box_id"], ["box.id"], name=op.f("fk_card_witness_box_id_box")),
        sa.ForeignKeyConstraint(["maker_id"], ["account.id"], name=op.f("fk_card_witness_maker_id_account")),
        sa.ForeignKeyConstraint(["witness_id"], ["account.id"], name=op.f("fk_card_witness_witness_id_account")),
        sa.PrimaryKeyConstraint("box_id", "maker_id", name=op.f("pk_card_witness")),
    )
    op.create_table(
        "pairing_failures",
        sa.Column("box_id", sa.String(length=22), nullable=False),
        sa.Column("hour", voting.database.UTCDateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["box_id"], ["box.id"], name=op.f("fk_pairing_failures_box_id_box")),
        sa.PrimaryKeyConstraint("box_id", "hour", name=op.f("pk_pairing_failures")),
    )
    op.create_table(
        "desk_nonce",
        sa.Column("nonce", sa.String(length=22), nullable=False),
        sa.Column("box_id", sa.String(length=22), nullable=False),
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("until", voting.database.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_desk_nonce_account_id_account")),
        sa.ForeignKeyConstraint(["box_id"], ["box.id"], name=op.f("fk_desk_nonce_box_id_box")),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_desk_nonce")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("desk_nonce", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_nonce_box_id"), ["box_id"], unique=False)

    op.create_table(
        "trustee_key",
        sa.Column("box_id", sa.String(length=22), nullable=False),
        sa.Column("owner", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("rehearsal", sa.LargeBinary(), nullable=True),
        sa.Column("share", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("owner >= 1", name=op.f("ck_trustee_key_owner")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_trustee_key_account_id_account")),
        sa.ForeignKeyConstraint(["box_id"], ["box.id"], name=op.f("fk_trustee_key_box_id_box")),
        sa.PrimaryKeyConstraint("box_id", "owner", name=op.f("pk_trustee_key")),
        sa.UniqueConstraint("box_id", "account_id", name=op.f("uq_trustee_key_box_id_account_id")),
    )
    op.create_table(
        "ballot",
        sa.Column("box_id", sa.String(length=22), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("credential", sa.String(length=700), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["box_id", "credential"],
            ["public_credential.box_id", "public_credential.public"],
            name=op.f("fk_ballot_box_id_credential_public_credential"),
        ),
        sa.ForeignKeyConstraint(["box_id"], ["box.id"], name=op.f("fk_ballot_box_id_box")),
        sa.PrimaryKeyConstraint("box_id", "hash", name=op.f("pk_ballot")),
        sa.UniqueConstraint("box_id", "credential", name=op.f("uq_ballot_box_id_credential")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "certified_file",
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_certified_file_election_id_election")),
        sa.PrimaryKeyConstraint("election_id", "path", name=op.f("pk_certified_file")),
    )
    op.create_table(
        "office",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=20), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("write_in", sa.Boolean(), nullable=False),
        sa.CheckConstraint("seats >= 1", name=op.f("ck_office_seats")),
        sa.CheckConstraint("ordinal >= 1", name=op.f("ck_office_ordinal")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_office_election_id_election")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
        sa.UniqueConstraint("election_id", "ordinal", name=op.f("uq_office_election_id_ordinal")),
        sa.UniqueConstraint("election_id", "title", name=op.f("uq_office_election_id_title")),
    )
    op.create_table(
        "roll_draft",
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("filename", sa.String(length=120), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("verdicts", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_roll_draft_election_id_election")),
        sa.PrimaryKeyConstraint("election_id", name=op.f("pk_roll_draft")),
    )
    op.create_table(
        "roll_entry",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("initials", sa.String(length=60), nullable=False),
        sa.Column("sex", sa.String(length=1), nullable=False),
        sa.Column("age_group", sa.String(length=12), nullable=False),
        sa.Column("building", sa.String(length=20), nullable=False),
        sa.Column("grid", sa.String(length=20), nullable=False),
        sa.Column("category", sa.String(length=30), nullable=False),
        sa.Column("id_last4", sa.String(length=4), nullable=False),
        sa.Column("id_match", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_roll_entry_number")),
        sa.CheckConstraint("length(id_last4) = 4", name=op.f("ck_roll_entry_id_last4")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_roll_entry_election_id_election")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll_entry")),
        sa.UniqueConstraint("election_id", "id_match", name=op.f("uq_roll_entry_election_id_id_match")),
        sa.UniqueConstraint("election_id", "number", name=op.f("uq_roll_entry_election_id_number")),
    )
    with op.batch_alter_table("roll_entry", schema=None) as batch_op:
        batch_op.create_index("ix_roll_entry_initials", ["election_id", "initials"], unique=False)
        batch_op.create_index("ix_roll_entry_last4", ["election_id", "id_last4"], unique=False)
        batch_op.create_index("ix_roll_entry_name", ["election_id", "name"], unique=False)

    op.create_table(
        "candidate",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("office_id", sa.String(length=22), nullable=False),
        sa.Column("roll_entry_id", sa.String(length=22), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("sex", sa.String(length=1), nullable=False),
        sa.Column("age", sa.Integer(), nullable=False),
        sa.Column("trade", sa.String(length=30), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("photo", sa.LargeBinary(), nullable=True),
        sa.Column("photo_type", sa.String(length=20), nullable=True),
        sa.Column("declared", voting.database.JSONText(), nullable=False),
        sa.Column("checked", voting.database.JSONText(), nullable=False),
        sa.Column("checked_by", sa.String(length=22), nullable=True),
        sa.CheckConstraint("ordinal >= 1", name=op.f("ck_candidate_ordinal")),
        sa.CheckConstraint("(photo IS NULL) = (photo_type IS NULL)", name=op.f("ck_candidate_photo")),
        sa.CheckConstraint("photo_type IN ('image/jpeg', 'image/png')", name=op.f("ck_candidate_photo_type")),
        sa.ForeignKeyConstraint(["checked_by"], ["account.id"], name=op.f("fk_candidate_checked_by_account")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_candidate_election_id_election")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_candidate_office_id_office")),
        sa.ForeignKeyConstraint(
            ["roll_entry_id"], ["roll_entry.id"], name=op.f("fk_candidate_roll_entry_id_roll_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidate")),
        sa.UniqueConstraint("election_id", "roll_entry_id", name=op.f("uq_candidate_election_id_roll_entry_id")),
        sa.UniqueConstraint("office_id", "ordinal", name=op.f("uq_candidate_office_id_ordinal")),
    )
    with op.batch_alter_table("candidate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_candidate_office_id"), ["office_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("candidate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_candidate_office_id"))

    op.drop_table("candidate")
    with op.batch_alter_table("roll_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_roll_entry_name")
        batch_op.drop_index("ix_roll_entry_last4")
        batch_op.drop_index("ix_roll_entry_initials")

    op.drop_table("roll_entry")
    op.drop_table("roll_draft")
    op.drop_table("office")
    op.drop_table("certified_file")
    op.drop_table("ballot")
    with op.batch_alter_table("desk_nonce", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_desk_nonce_box_id"))

    op.drop_table("desk_nonce")
    op.drop_table("pairing_failures")
    op.drop_table("card_witness")
    op.drop_table("trustee_key")
    op.drop_table("public_credential")
    with op.batch_alter_table("kiosk", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kiosk_box_id"))

    op.drop_table("kiosk")
    with op.batch_alter_table("election", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_election_community_id"))

    op.drop_table("election")
    with op.batch_alter_table("desk_mark", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_desk_mark_active", sqlite_where=sa.text("undone IS NULL"), postgresql_where=sa.text("undone IS NULL")
        )

    op.drop_table("desk_mark")
    op.drop_table("box_record")
    op.drop_table("box_picture")
    with op.batch_alter_table("box_event", schema=None) as batch_op:
        batch_op.drop_index("ix_box_event_payload")

    op.drop_table("box_event")
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appointment_unit_id"))
        batch_op.drop_index(batch_op.f("ix_appointment_account_id"))

    op.drop_table("appointment")
    op.drop_table("anchor")
    op.drop_table("log_entry")
    op.drop_table("log_checkpoint")
    with op.batch_alter_table("box", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_box_community_id"))

    op.drop_table("box")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_unit_id"))

    op.drop_table("account")
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_index("ix_unit_path")
        batch_op.drop_index(batch_op.f("ix_unit_parent_id"))

    op.drop_table("unit")
    op.drop_table("sign_in_throttle")
    op.drop_table("log")
