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
        sa.Column("papers_printed", sa.Integer(), nullable=False),
        sa.Column("papers_out", sa.Integer(), nullable=False),
        sa.Column("papers_returned", sa.Integer(), nullable=False),
        sa.Column("papers_torn", sa.Integer(), nullable=False),
        sa.Column("casts", sa.Integer(), nullable=False),
        sa.Column("refused_uses", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=True),
        sa.Column("archive_time", sa.Integer(), nullable=True),
        sa.Column("cards_on", sa.Date(), nullable=True),
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
        sa.CheckConstraint("papers_out BETWEEN 0 AND papers_printed", name=op.f("ck_box_papers_out_within_printed")),
        sa.CheckConstraint(
            "papers_returned >= 0 AND papers_torn >= 0 AND papers_returned + papers_torn <= papers_out",
            name=op.f("ck_box_papers_back_within_out"),
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
        sa.Column("department", sa.String(length=20), nullable=True),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("by_id", sa.String(length=22), nullable=True),
        sa.Column("ended_by_id", sa.String(length=22), nullable=True),
        sa.Column("ended_at", voting.database.UTCDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('system_administrator', 'election_official', 'desk_clerk', 'supervisor', 'reviewer')",
            name=op.f("ck_appointment_role"),
        ),
        sa.CheckConstraint("(role = 'reviewer') = (department IS NOT NULL)", name=op.f("ck_appointment_reviewer")),
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
        sa.Column("channel", sa.String(length=5), nullable=False),
        sa.Column("holder", sa.String(length=22), nullable=True),
        sa.Column("assisted", sa.Boolean(), nullable=False),
        sa.Column("undone", sa.String(length=200), nullable=True),
        sa.CheckConstraint("length(salt) = 16", name=op.f("ck_desk_mark_salt")),
        sa.CheckConstraint("channel IN ('card','paper')", name=op.f("ck_desk_mark_channel")),
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
        sa.Column("profile", sa.String(length=20), nullable=False),
        sa.Column("options", voting.database.JSONText(), nullable=False),
        sa.Column("alarm_days", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("follows_id", sa.String(length=22), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opens_at", voting.database.UTCDateTime(timezone=True), nullable=False),
        sa.Column("closes_at", voting.database.UTCDateTime(timezone=True), nullable=False),
        sa.Column("roll_posted", sa.Date(), nullable=True),
        sa.Column("candidates_posted", sa.Date(), nullable=True),
        sa.Column("roll_withdrawn", sa.Date(), nullable=True),
        sa.Column("roll_again", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("opened_at", voting.database.UTCDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", voting.database.UTCDateTime(timezone=True), nullable=True),
        sa.Column("roll_hash", sa.String(length=64), nullable=True),
        sa.Column("eligible", sa.Integer(), nullable=True),
        sa.Column("ballot_floor", sa.Integer(), nullable=False),
        sa.Column("floor_decision", sa.Text(), nullable=True),
        sa.Column("cards_missing", sa.Integer(), nullable=True),
        sa.Column("missing_voted", sa.Integer(), nullable=True),
        sa.Column("missing_decision", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "mode IN ('all_voters', 'household_reps', 'resident_reps', 'village')", name=op.f("ck_election_mode")
        ),
        sa.CheckConstraint("alarm_days BETWEEN 0 AND 30", name=op.f("ck_election_alarm_days")),
        sa.CheckConstraint("roll_again IS NULL OR roll_again >= roll_posted", name=op.f("ck_election_roll_again")),
        sa.CheckConstraint(
            "roll_withdrawn IS NULL OR roll_withdrawn >= roll_posted", name=op.f("ck_election_roll_withdrawn")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'sealed', 'open', 'paused', 'closing', 'closed', 'counting', 'decided', "
            "'certified', 'void')",
            name=op.f("ck_election_state"),
        ),
        sa.CheckConstraint(
            "kind IN ('first', 'revote', 'second', 'rerun', 'recall', 'by_election')", name=op.f("ck_election_kind")
        ),
        sa.CheckConstraint("(kind = 'first') = (follows_id IS NULL)", name=op.f("ck_election_follows")),
        sa.CheckConstraint("ballot_floor >= 1", name=op.f("ck_election_ballot_floor")),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_election_hours")),
        sa.CheckConstraint("closed_at IS NULL OR closed_at >= opened_at", name=op.f("ck_election_closed_after_opened")),
        sa.CheckConstraint(
            "eligible IS NULL OR (eligible >= 1 AND roll_hash IS NOT NULL)", name=op.f("ck_election_eligible")
        ),
        sa.CheckConstraint(
            "(cards_missing IS NULL) = (missing_decision IS NULL) AND (cards_missing IS NULL OR cards_missing >= 1)",
            name=op.f("ck_election_cards_missing"),
        ),
        sa.ForeignKeyConstraint(["box_id"], ["box.id"], name=op.f("fk_election_box_id_box")),
        sa.ForeignKeyConstraint(["community_id"], ["unit.id"], name=op.f("fk_election_community_id_unit")),
        sa.ForeignKeyConstraint(["follows_id"], ["election.id"], name=op.f("fk_election_follows_id_election")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_election")),
        sa.UniqueConstraint("box_id", name=op.f("uq_election_box_id")),
    )
    with op.batch_alter_table("election", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_election_community_id"), ["community_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_election_follows_id"), ["follows_id"], unique=False)

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
        sa.Column("made_on", sa.Date(), nullable=True),
        sa.Column("rehearsed_on", sa.Date(), nullable=True),
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
        "annulled_win",
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("office", sa.String(length=20), nullable=False),
        sa.Column("ground", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.CheckConstraint("ground IN ('barred', 'wrongful')", name=op.f("ck_annulled_win_ground")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_annulled_win_election_id_election")),
        sa.PrimaryKeyConstraint("election_id", "name", name=op.f("pk_annulled_win")),
    )
    op.create_table(
        "poll_petition",
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("basis", sa.String(length=10), nullable=False),
        sa.Column("signed", sa.Integer(), nullable=False),
        sa.Column("eligible", sa.Integer(), nullable=False),
        sa.CheckConstraint("basis IN ('voters', 'households', 'reps')", name=op.f("ck_poll_petition_basis")),
        sa.CheckConstraint("1 <= signed AND signed <= eligible", name=op.f("ck_poll_petition_signed")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_poll_petition_election_id_election")),
        sa.PrimaryKeyConstraint("election_id", name=op.f("pk_poll_petition")),
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
        batch_op.create_index("ix_roll_entry_initials", ["election_id", "initials", "number"], unique=False)
        batch_op.create_index("ix_roll_entry_last4", ["election_id", "id_last4"], unique=False)
        batch_op.create_index("ix_roll_entry_name", ["election_id", "name", "number"], unique=False)

    op.create_table(
        "roll_objection",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("received", sa.Date(), nullable=False),
        sa.Column("decide_by", sa.Date(), nullable=False),
        sa.Column("within", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("decided", sa.Date(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind IN ('add', 'remove', 'correct', 'replace')", name=op.f("ck_roll_objection_kind")),
        sa.CheckConstraint("outcome IN ('open', 'upheld', 'refused')", name=op.f("ck_roll_objection_outcome")),
        sa.CheckConstraint("(outcome = 'open') = (decided IS NULL)", name=op.f("ck_roll_objection_decided")),
        sa.CheckConstraint(
            "decided IS NULL OR decided >= received", name=op.f("ck_roll_objection_decided_after_received")
        ),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_roll_objection_election_id_election")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll_objection")),
    )
    with op.batch_alter_table("roll_objection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roll_objection_election_id"), ["election_id"], unique=False)

    op.create_table(
        "roll_version",
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("posted", sa.Date(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("objection_id", sa.String(length=22), nullable=True),
        sa.CheckConstraint("number >= 1 AND entries >= 1 AND counted >= 1", name=op.f("ck_roll_version_numbers")),
        sa.CheckConstraint("(number = 1) = (objection_id IS NULL)", name=op.f("ck_roll_version_cause")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_roll_version_election_id_election")),
        sa.ForeignKeyConstraint(
            ["objection_id"], ["roll_objection.id"], name=op.f("fk_roll_version_objection_id_roll_objection")
        ),
        sa.PrimaryKeyConstraint("election_id", "number", name=op.f("pk_roll_version")),
    )
    op.create_table(
        "representative",
        sa.Column("roll_entry_id", sa.String(length=22), nullable=False),
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("household", sa.String(length=40), nullable=True),
        sa.Column("represents", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_representative_election_id_election")),
        sa.ForeignKeyConstraint(
            ["roll_entry_id"], ["roll_entry.id"], name=op.f("fk_representative_roll_entry_id_roll_entry")
        ),
        sa.PrimaryKeyConstraint("roll_entry_id", name=op.f("pk_representative")),
        sa.UniqueConstraint("election_id", "household", name=op.f("uq_representative_election_id_household")),
    )
    with op.batch_alter_table("representative", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_representative_election_id"), ["election_id"], unique=False)

    op.create_table(
        "roll_grid_move",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("from_grid", sa.String(length=20), nullable=False),
        sa.Column("to_grid", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.CheckConstraint("from_grid <> to_grid", name=op.f("ck_roll_grid_move_moved")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_roll_grid_move_election_id_election")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll_grid_move")),
    )
    with op.batch_alter_table("roll_grid_move", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roll_grid_move_election_id"), ["election_id"], unique=False)

    op.create_table(
        "roll_category_confirmation",
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("category", sa.String(length=30), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("people", sa.String(length=64), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["election_id"], ["election.id"], name=op.f("fk_roll_category_confirmation_election_id_election")
        ),
        sa.PrimaryKeyConstraint("election_id", "category", name=op.f("pk_roll_category_confirmation")),
    )
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
        sa.Column("education", sa.String(length=20), nullable=False),
        sa.Column("politics", sa.String(length=20), nullable=False),
        sa.Column("nation", sa.String(length=20), nullable=False),
        sa.Column("photo", sa.LargeBinary(), nullable=True),
        sa.Column("photo_type", sa.String(length=20), nullable=True),
        sa.Column("declared", voting.database.JSONText(), nullable=False),
        sa.Column("checked", voting.database.JSONText(), nullable=False),
        sa.Column("checked_by", sa.String(length=22), nullable=True),
        sa.Column("review", sa.String(length=10), nullable=False),
        sa.Column("party_post", sa.String(length=20), nullable=False),
        sa.CheckConstraint("review IN ('', 'open', 'suspended', 'passed', 'failed')", name=op.f("ck_candidate_review")),
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

    op.create_table(
        "taken_over",
        sa.Column("office_id", sa.String(length=22), nullable=False),
        sa.Column("roll_entry_id", sa.String(length=22), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("age", sa.Integer(), nullable=False),
        sa.Column("stood_id", sa.String(length=22), nullable=True),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("left", sa.Boolean(), nullable=False),
        sa.CheckConstraint("place >= 1 AND votes >= 0", name=op.f("ck_taken_over_place")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_taken_over_office_id_office")),
        sa.ForeignKeyConstraint(
            ["roll_entry_id"], ["roll_entry.id"], name=op.f("fk_taken_over_roll_entry_id_roll_entry")
        ),
        sa.ForeignKeyConstraint(["stood_id"], ["candidate.id"], name=op.f("fk_taken_over_stood_id_candidate")),
        sa.PrimaryKeyConstraint("office_id", "roll_entry_id", name=op.f("pk_taken_over")),
        sa.UniqueConstraint("office_id", "place", name=op.f("uq_taken_over_office_id_place")),
    )
    _committee_nominations_review()

    op.create_table(
        "proxy",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("principal_id", sa.String(length=22), nullable=False),
        sa.Column("holder_id", sa.String(length=22), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=True),
        sa.Column("evidence_sha256", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("recorded_by", sa.String(length=22), nullable=False),
        sa.CheckConstraint("state IN ('standing', 'withdrawn', 'came')", name=op.f("ck_proxy_state")),
        sa.CheckConstraint("(evidence IS NULL) = (evidence_sha256 IS NULL)", name=op.f("ck_proxy_evidence")),
        sa.CheckConstraint("principal_id <> holder_id", name=op.f("ck_proxy_two_people")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_proxy_election_id_election")),
        sa.ForeignKeyConstraint(["holder_id"], ["roll_entry.id"], name=op.f("fk_proxy_holder_id_roll_entry")),
        sa.ForeignKeyConstraint(["principal_id"], ["roll_entry.id"], name=op.f("fk_proxy_principal_id_roll_entry")),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_proxy_recorded_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proxy")),
    )
    with op.batch_alter_table("proxy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proxy_election_id"), ["election_id"], unique=False)
        batch_op.create_index(
            "uq_proxy_standing",
            ["election_id", "principal_id"],
            unique=True,
            sqlite_where=sa.text("state = 'standing'"),
            postgresql_where=sa.text("state = 'standing'"),
        )

    op.create_table(
        "proxy_list",
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("posted", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("lines", voting.database.JSONText(), nullable=False),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_proxy_list_election_id_election")),
        sa.PrimaryKeyConstraint("election_id", name=op.f("pk_proxy_list")),
    )
    op.create_table(
        "print_run",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("style", sa.String(length=40), nullable=False),
        sa.Column("printed", sa.Integer(), nullable=False),
        sa.Column("counted_by", sa.String(length=22), nullable=False),
        sa.Column("second_by", sa.String(length=22), nullable=False),
        sa.CheckConstraint("counted_by <> second_by", name=op.f("ck_print_run_two_people")),
        sa.CheckConstraint("printed >= 1", name=op.f("ck_print_run_printed")),
        sa.ForeignKeyConstraint(["counted_by"], ["account.id"], name=op.f("fk_print_run_counted_by_account")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_print_run_election_id_election")),
        sa.ForeignKeyConstraint(["second_by"], ["account.id"], name=op.f("fk_print_run_second_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_run")),
    )
    with op.batch_alter_table("print_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_print_run_election_id"), ["election_id"], unique=False)

    op.create_table(
        "paper_box",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("state", sa.String(length=6), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("seal", sa.String(length=40), nullable=False),
        sa.Column("watchers", voting.database.JSONText(), nullable=False),
        sa.Column("approval", sa.String(length=80), nullable=False),
        sa.Column("papers_taken", sa.Integer(), nullable=False),
        sa.Column("papers_back", sa.Integer(), nullable=False),
        sa.Column("sheet", voting.database.JSONText(), nullable=True),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=True),
        sa.CheckConstraint("(state = 'agreed') = (sheet IS NOT NULL)", name=op.f("ck_paper_box_agreed")),
        sa.CheckConstraint(
            "kind = 'mobile' OR state NOT IN ('away','back')", name=op.f("ck_paper_box_only_mobile_boxes_travel")
        ),
        sa.CheckConstraint("kind IN ('main', 'mobile')", name=op.f("ck_paper_box_kind")),
        sa.CheckConstraint("state IN ('sealed', 'away', 'back', 'opened', 'agreed')", name=op.f("ck_paper_box_state")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_paper_box_number")),
        sa.CheckConstraint("papers_back BETWEEN 0 AND papers_taken", name=op.f("ck_paper_box_papers")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_paper_box_election_id_election")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_box")),
        sa.UniqueConstraint("election_id", "number", name=op.f("uq_paper_box_election_id_number")),
    )
    op.create_table(
        "mobile_voter",
        sa.Column("paper_box_id", sa.String(length=22), nullable=False),
        sa.Column("roll_entry_id", sa.String(length=22), nullable=False),
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_mobile_voter_election_id_election")),
        sa.ForeignKeyConstraint(
            ["paper_box_id"], ["paper_box.id"], name=op.f("fk_mobile_voter_paper_box_id_paper_box")
        ),
        sa.ForeignKeyConstraint(
            ["roll_entry_id"], ["roll_entry.id"], name=op.f("fk_mobile_voter_roll_entry_id_roll_entry")
        ),
        sa.PrimaryKeyConstraint("paper_box_id", "roll_entry_id", name=op.f("pk_mobile_voter")),
        sa.UniqueConstraint("election_id", "roll_entry_id", name=op.f("uq_mobile_voter_election_id_roll_entry_id")),
    )
    op.create_table(
        "box_entry",
        sa.Column("paper_box_id", sa.String(length=22), nullable=False),
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("sheet", voting.database.JSONText(), nullable=False),
        sa.CheckConstraint("ordinal IN (1, 2)", name=op.f("ck_box_entry_two_entries")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_box_entry_account_id_account")),
        sa.ForeignKeyConstraint(["paper_box_id"], ["paper_box.id"], name=op.f("fk_box_entry_paper_box_id_paper_box")),
        sa.PrimaryKeyConstraint("paper_box_id", "account_id", name=op.f("pk_box_entry")),
        sa.UniqueConstraint("paper_box_id", "ordinal", name=op.f("uq_box_entry_paper_box_id_ordinal")),
    )
    op.create_table(
        "written_name",
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("office", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("roll_entry_id", sa.String(length=22), nullable=True),
        sa.Column("shown", sa.String(length=80), nullable=True),
        sa.Column("decided_by", sa.String(length=22), nullable=False),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_written_name_decided_by_account")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_written_name_election_id_election")),
        sa.ForeignKeyConstraint(
            ["roll_entry_id"], ["roll_entry.id"], name=op.f("fk_written_name_roll_entry_id_roll_entry")
        ),
        sa.PrimaryKeyConstraint("election_id", "office", "name", name=op.f("pk_written_name")),
    )
    op.create_table(
        "doubtful_paper",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("paper_box_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.Column("picture_type", sa.String(length=20), nullable=False),
        sa.Column("picture_sha256", sa.String(length=64), nullable=False),
        sa.Column("laid_by", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("in_favour", sa.Integer(), nullable=False),
        sa.Column("against", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.String(length=22), nullable=True),
        sa.CheckConstraint(
            "kind IN ('valid', 'partly_valid', 'blank', 'void', 'foreign')", name=op.f("ck_doubtful_paper_kind")
        ),
        sa.CheckConstraint(
            "kind IS NULL OR (in_favour > against AND against >= 0)", name=op.f("ck_doubtful_paper_majority")
        ),
        sa.CheckConstraint("(kind IS NULL) = (decided_by IS NULL)", name=op.f("ck_doubtful_paper_decided")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_doubtful_paper_decided_by_account")),
        sa.ForeignKeyConstraint(["laid_by"], ["account.id"], name=op.f("fk_doubtful_paper_laid_by_account")),
        sa.ForeignKeyConstraint(
            ["paper_box_id"], ["paper_box.id"], name=op.f("fk_doubtful_paper_paper_box_id_paper_box")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doubtful_paper")),
        sa.UniqueConstraint("paper_box_id", "number", name=op.f("uq_doubtful_paper_paper_box_id_number")),
    )
    op.create_table(
        "papers_missing",
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("unused", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("surplus", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("in_favour", sa.Integer(), nullable=False),
        sa.Column("against", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.String(length=22), nullable=False),
        sa.CheckConstraint(
            "unused >= 0 AND missing >= 0 AND surplus >= 0", name=op.f("ck_papers_missing_figures")
        ),
        sa.CheckConstraint("(missing = 0) <> (surplus = 0)", name=op.f("ck_papers_missing_one_side")),
        sa.CheckConstraint("in_favour > against AND against >= 0", name=op.f("ck_papers_missing_majority")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_papers_missing_decided_by_account")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_papers_missing_election_id_election")),
        sa.PrimaryKeyConstraint("election_id", name=op.f("pk_papers_missing")),
    )
    op.create_table(
        "paper_ledger",
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("unused", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("surplus", sa.Integer(), nullable=False),
        sa.Column("closed_by", sa.String(length=22), nullable=False),
        sa.ForeignKeyConstraint(["closed_by"], ["account.id"], name=op.f("fk_paper_ledger_closed_by_account")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_paper_ledger_election_id_election")),
        sa.PrimaryKeyConstraint("election_id", name=op.f("pk_paper_ledger")),
    )
    _make_after_and_recall()
    _make_papers()


def downgrade() -> None:
    _drop_papers()
    _drop_after_and_recall()
    op.drop_table("paper_ledger")
    op.drop_table("papers_missing")
    op.drop_table("doubtful_paper")
    op.drop_table("written_name")
    op.drop_table("box_entry")
    op.drop_table("mobile_voter")
    op.drop_table("paper_box")
    with op.batch_alter_table("print_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_print_run_election_id"))

    op.drop_table("print_run")
    op.drop_table("proxy_list")
    with op.batch_alter_table("proxy", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_proxy_standing",
            sqlite_where=sa.text("state = 'standing'"),
            postgresql_where=sa.text("state = 'standing'"),
        )
        batch_op.drop_index(batch_op.f("ix_proxy_election_id"))

    op.drop_table("proxy")
    _drop_committee_nominations_review()
    op.drop_table("taken_over")
    with op.batch_alter_table("candidate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_candidate_office_id"))

    op.drop_table("candidate")
    op.drop_table("roll_category_confirmation")
    with op.batch_alter_table("roll_grid_move", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_roll_grid_move_election_id"))

    op.drop_table("roll_grid_move")
    with op.batch_alter_table("representative", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_representative_election_id"))

    op.drop_table("representative")
    op.drop_table("roll_version")
    with op.batch_alter_table("roll_objection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_roll_objection_election_id"))

    op.drop_table("roll_objection")
    with op.batch_alter_table("roll_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_roll_entry_name")
        batch_op.drop_index("ix_roll_entry_last4")
        batch_op.drop_index("ix_roll_entry_initials")

    op.drop_table("roll_entry")
    op.drop_table("roll_draft")
    op.drop_table("office")
    op.drop_table("poll_petition")
    op.drop_table("annulled_win")
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


def _committee_nominations_review() -> None:
    # committee, nominations, review
    op.create_table(
        "candidate_list",
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("ordered", sa.String(length=16), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("offices", voting.database.JSONText(), nullable=False),
        sa.CheckConstraint(
            "ordered IN ('stroke', 'nomination_votes', 'committee')", name=op.f("ck_candidate_list_ordered")
        ),
        sa.CheckConstraint(
            "withdrawn_on IS NULL OR withdrawn_on > posted_on", name=op.f("ck_candidate_list_withdrawn_on")
        ),
        sa.CheckConstraint("kind IN ('preliminary', 'formal')", name=op.f("ck_candidate_list_kind")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_candidate_list_number")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_candidate_list_election_id_election")),
        sa.PrimaryKeyConstraint("election_id", "kind", "number", name=op.f("pk_candidate_list")),
    )
    op.create_table(
        "criteria_set",
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("adopted_on", sa.Date(), nullable=False),
        sa.Column("preset", sa.String(length=40), nullable=False),
        sa.Column("items", voting.database.JSONText(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_criteria_set_number")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_criteria_set_election_id_election")),
        sa.PrimaryKeyConstraint("election_id", "number", name=op.f("pk_criteria_set")),
    )
    op.create_table(
        "election_committee",
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("body", sa.String(length=20), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("attended", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "body IN ('residents_meeting', 'household_meeting', 'representatives', 'groups')",
            name=op.f("ck_election_committee_body"),
        ),
        sa.CheckConstraint("due >= 1 AND attended BETWEEN 1 AND due", name=op.f("ck_election_committee_attended")),
        sa.CheckConstraint("size >= 1", name=op.f("ck_election_committee_size")),
        sa.ForeignKeyConstraint(
            ["election_id"], ["election.id"], name=op.f("fk_election_committee_election_id_election")
        ),
        sa.PrimaryKeyConstraint("election_id", name=op.f("pk_election_committee")),
    )
    op.create_table(
        "nominating_poll",
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("voters", sa.Integer(), nullable=False),
        sa.Column("taking_part", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "voters >= 1 AND taking_part BETWEEN 0 AND voters", name=op.f("ck_nominating_poll_taking_part")
        ),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_nominating_poll_election_id_election")),
        sa.PrimaryKeyConstraint("election_id", name=op.f("pk_nominating_poll")),
    )
    op.create_table(
        "review",
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("waived", sa.Text(), nullable=True),
        sa.Column("criteria", sa.Integer(), nullable=False),
        sa.Column("street_due", sa.Date(), nullable=True),
        sa.Column("department_due", sa.Date(), nullable=True),
        sa.CheckConstraint("(waived IS NULL) <> (street_due IS NULL)", name=op.f("ck_review_waived")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_review_election_id_election")),
        sa.PrimaryKeyConstraint("election_id", name=op.f("pk_review")),
    )
    op.create_table(
        "review_hearing",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("candidate_id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "decided_on IS NULL OR (kind = 'appeal' AND decided_on >= held_on)",
            name=op.f("ck_review_hearing_decided_on"),
        ),
        sa.CheckConstraint("kind IN ('told','hearing','appeal')", name=op.f("ck_review_hearing_kind")),
        sa.CheckConstraint("(decided_on IS NULL) = (upheld IS NULL)", name=op.f("ck_review_hearing_decided")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_review_hearing_election_id_election")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_hearing")),
    )
    with op.batch_alter_table("review_hearing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_hearing_election_id"), ["election_id"], unique=False)

    op.create_table(
        "committee_meeting",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("absent", voting.database.JSONText(), nullable=False),
        sa.ForeignKeyConstraint(
            ["election_id"],
            ["election_committee.election_id"],
            name=op.f("fk_committee_meeting_election_id_election_committee"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee_meeting")),
        sa.UniqueConstraint("election_id", "held_on", name=op.f("uq_committee_meeting_election_id_held_on")),
    )
    op.create_table(
        "committee_member",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("sex", sa.String(length=1), nullable=False),
        sa.Column("roll_entry_id", sa.String(length=22), nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("post", sa.String(length=10), nullable=False),
        sa.Column("standing", sa.String(length=10), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("left_because", sa.String(length=16), nullable=True),
        sa.CheckConstraint("(standing = 'left') = (left_because IS NOT NULL)", name=op.f("ck_committee_member_left")),
        sa.CheckConstraint("(standing = 'left') = (left_on IS NOT NULL)", name=op.f("ck_committee_member_left_on")),
        sa.CheckConstraint(
            "left_because IN ('nominated', 'kin_nominated', 'absent_twice', 'resigned')",
            name=op.f("ck_committee_member_left_because"),
        ),
        sa.CheckConstraint("post IN ('chair', 'deputy', 'member')", name=op.f("ck_committee_member_post")),
        sa.CheckConstraint("standing IN ('sitting', 'reserve', 'left')", name=op.f("ck_committee_member_standing")),
        sa.CheckConstraint("place >= 1 AND votes >= 0", name=op.f("ck_committee_member_place")),
        sa.CheckConstraint(
            "length(trim(name)) > 0 AND sex IN ('男', '女')", name=op.f("ck_committee_member_name")
        ),
        sa.ForeignKeyConstraint(
            ["election_id"],
            ["election_committee.election_id"],
            name=op.f("fk_committee_member_election_id_election_committee"),
        ),
        sa.ForeignKeyConstraint(
            ["roll_entry_id"],
            ["roll_entry.id"],
            name=op.f("fk_committee_member_roll_entry_id_roll_entry"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee_member")),
        sa.UniqueConstraint("election_id", "place", name=op.f("uq_committee_member_election_id_place")),
        sa.UniqueConstraint("election_id", "roll_entry_id", name=op.f("uq_committee_member_election_id_roll_entry_id")),
    )
    op.create_table(
        "count_staff",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("roll_entry_id", sa.String(length=22), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("duty", sa.String(length=16), nullable=False),
        sa.Column("oath_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "duty IN ('chief_watcher', 'watcher', 'teller', 'caller', 'issuer', 'scribe')",
            name=op.f("ck_count_staff_duty"),
        ),
        sa.CheckConstraint("length(trim(name)) > 0", name=op.f("ck_count_staff_name")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_count_staff_election_id_election")),
        sa.ForeignKeyConstraint(
            ["roll_entry_id"], ["roll_entry.id"], name=op.f("fk_count_staff_roll_entry_id_roll_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_staff")),
        sa.UniqueConstraint(
            "election_id", "roll_entry_id", "duty", name=op.f("uq_count_staff_election_id_roll_entry_id_duty")
        ),
    )
    with op.batch_alter_table("count_staff", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_count_staff_election_id"), ["election_id"], unique=False)

    op.create_table(
        "kinship",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("one_id", sa.String(length=22), nullable=False),
        sa.Column("other_id", sa.String(length=22), nullable=False),
        sa.Column("relation", sa.String(length=16), nullable=False),
        sa.Column("declared_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "relation IN ('spouse', 'parent', 'sibling', 'grandparent')", name=op.f("ck_kinship_relation")
        ),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_kinship_pair")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_kinship_election_id_election")),
        sa.ForeignKeyConstraint(["one_id"], ["roll_entry.id"], name=op.f("fk_kinship_one_id_roll_entry")),
        sa.ForeignKeyConstraint(["other_id"], ["roll_entry.id"], name=op.f("fk_kinship_other_id_roll_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kinship")),
        sa.UniqueConstraint("election_id", "one_id", "other_id", name=op.f("uq_kinship_election_id_one_id_other_id")),
    )
    op.create_table(
        "nomination",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("office_id", sa.String(length=22), nullable=False),
        sa.Column("roll_entry_id", sa.String(length=22), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.CheckConstraint("(way = 'poll') = (votes IS NOT NULL)", name=op.f("ck_nomination_votes")),
        sa.CheckConstraint("way IN ('party', 'voters', 'poll', 'self')", name=op.f("ck_nomination_way")),
        sa.CheckConstraint("votes >= 0", name=op.f("ck_nomination_votes_count")),
        sa.CheckConstraint("withdrawn_on IS NULL OR withdrawn_on >= received_on", name=op.f("ck_nomination_withdrawn")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_nomination_election_id_election")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_nomination_office_id_office")),
        sa.ForeignKeyConstraint(
            ["roll_entry_id"], ["roll_entry.id"], name=op.f("fk_nomination_roll_entry_id_roll_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nomination")),
        sa.UniqueConstraint(
            "election_id",
            "office_id",
            "roll_entry_id",
            "way",
            name=op.f("uq_nomination_election_id_office_id_roll_entry_id_way"),
        ),
    )
    op.create_table(
        "review_question",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("candidate_id", sa.String(length=22), nullable=False),
        sa.Column("roll_entry_id", sa.String(length=22), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("department", sa.String(length=20), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("ruling", sa.String(length=10), nullable=True),
        sa.Column("ruling_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("ruled_on", sa.Date(), nullable=True),
        sa.CheckConstraint("level IN ('street', 'department')", name=op.f("ck_review_question_level")),
        sa.CheckConstraint("ruling IN ('stands', 'set_aside')", name=op.f("ck_review_question_ruling")),
        sa.CheckConstraint("(ruling IS NULL) = (ruling_sealed IS NULL)", name=op.f("ck_review_question_ruling_sealed")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_review_question_election_id_election")),
        sa.ForeignKeyConstraint(
            ["roll_entry_id"], ["roll_entry.id"], name=op.f("fk_review_question_roll_entry_id_roll_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_question")),
        sa.UniqueConstraint(
            "election_id",
            "candidate_id",
            "department",
            name=op.f("uq_review_question_election_id_candidate_id_department"),
        ),
    )
    with op.batch_alter_table("review_question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_question_election_id"), ["election_id"], unique=False)

    op.create_table(
        "reviewer_tie",
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("account_id", sa.String(length=22), nullable=False),
        sa.Column("roll_entry_id", sa.String(length=22), nullable=False),
        sa.Column("relation", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "relation IN ('self', 'spouse', 'parent', 'sibling', 'grandparent')", name=op.f("ck_reviewer_tie_relation")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_reviewer_tie_account_id_account")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_reviewer_tie_election_id_election")),
        sa.ForeignKeyConstraint(
            ["roll_entry_id"], ["roll_entry.id"], name=op.f("fk_reviewer_tie_roll_entry_id_roll_entry")
        ),
        sa.PrimaryKeyConstraint("election_id", "account_id", "roll_entry_id", name=op.f("pk_reviewer_tie")),
    )
    op.create_table(
        "nomination_signature",
        sa.Column("nomination_id", sa.String(length=22), nullable=False),
        sa.Column("roll_entry_id", sa.String(length=22), nullable=False),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_nomination_signature_nomination_id_nomination")
        ),
        sa.ForeignKeyConstraint(
            ["roll_entry_id"], ["roll_entry.id"], name=op.f("fk_nomination_signature_roll_entry_id_roll_entry")
        ),
        sa.PrimaryKeyConstraint("nomination_id", "roll_entry_id", name=op.f("pk_nomination_signature")),
    )
    with op.batch_alter_table("nomination_signature", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_nomination_signature_roll_entry_id"), ["roll_entry_id"], unique=False)

    op.create_table(
        "review_answer",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("question_id", sa.String(length=22), nullable=False),
        sa.Column("by_id", sa.String(length=22), nullable=False),
        sa.Column("at", voting.database.UTCDateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=True),
        sa.Column("evidence_type", sa.String(length=20), nullable=True),
        sa.CheckConstraint("(verdict = 'problem') = (kind IS NOT NULL)", name=op.f("ck_review_answer_problem")),
        sa.CheckConstraint(
            "evidence_type IN ('application/pdf', 'image/png', 'image/jpeg')",
            name=op.f("ck_review_answer_evidence_type"),
        ),
        sa.CheckConstraint("kind IN ('must', 'bar', 'unfit')", name=op.f("ck_review_answer_kind")),
        sa.CheckConstraint("verdict IN ('clear','problem','verify')", name=op.f("ck_review_answer_verdict")),
        sa.CheckConstraint("(evidence IS NULL) = (evidence_type IS NULL)", name=op.f("ck_review_answer_evidence")),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_review_answer_by_id_account")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["review_question.id"], name=op.f("fk_review_answer_question_id_review_question")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_answer")),
    )
    with op.batch_alter_table("review_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_answer_question_id"), ["question_id"], unique=False)


def _drop_committee_nominations_review() -> None:
    with op.batch_alter_table("review_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_answer_question_id"))

    op.drop_table("review_answer")
    with op.batch_alter_table("nomination_signature", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_nomination_signature_roll_entry_id"))

    op.drop_table("nomination_signature")
    op.drop_table("reviewer_tie")
    with op.batch_alter_table("review_question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_question_election_id"))

    op.drop_table("review_question")
    op.drop_table("nomination")
    op.drop_table("kinship")
    with op.batch_alter_table("count_staff", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_count_staff_election_id"))

    op.drop_table("count_staff")
    op.drop_table("committee_member")
    op.drop_table("committee_meeting")
    with op.batch_alter_table("review_hearing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_hearing_election_id"))

    op.drop_table("review_hearing")
    op.drop_table("review")
    op.drop_table("nominating_poll")
    op.drop_table("election_committee")
    op.drop_table("criteria_set")
    op.drop_table("candidate_list")


def _make_after_and_recall() -> None:
    op.create_table(
        "after_deed",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("kind", sa.String(length=14), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("facts", voting.database.JSONText(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('posted', 'report', 'sealing', 'handover_item', 'handover')", name=op.f("ck_after_deed_kind")
        ),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_after_deed_election_id_election")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_after_deed")),
    )
    with op.batch_alter_table("after_deed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_after_deed_election_id"), ["election_id"], unique=False)

    op.create_table(
        "committee_seat",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("community_id", sa.String(length=22), nullable=False),
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("office", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("term_ends", sa.Date(), nullable=False),
        sa.Column("resigned_on", sa.Date(), nullable=True),
        sa.Column("ended", sa.String(length=10), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "ended IN ('resigned', 'capacity', 'sentence', 'appraised', 'recalled', 'annulled', 'kin', 'term')",
            name=op.f("ck_committee_seat_ended"),
        ),
        sa.CheckConstraint("(ended IS NULL) = (ended_on IS NULL)", name=op.f("ck_committee_seat_ended_on")),
        sa.ForeignKeyConstraint(["community_id"], ["unit.id"], name=op.f("fk_committee_seat_community_id_unit")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_committee_seat_election_id_election")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee_seat")),
        sa.UniqueConstraint("election_id", "office", "name", name=op.f("uq_committee_seat_election_id_office_name")),
    )
    with op.batch_alter_table("committee_seat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_committee_seat_community_id"), ["community_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_committee_seat_election_id"), ["election_id"], unique=False)

    op.create_table(
        "dispute",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("forum", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("raised", sa.Date(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered", sa.Date(), nullable=True),
        sa.CheckConstraint("forum IN ('street', 'district', 'court')", name=op.f("ck_dispute_forum")),
        sa.CheckConstraint("(answer IS NULL) = (answered IS NULL)", name=op.f("ck_dispute_answered")),
        sa.CheckConstraint("seq >= 0", name=op.f("ck_dispute_seq")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_dispute_election_id_election")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
    )
    with op.batch_alter_table("dispute", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispute_election_id"), ["election_id"], unique=False)

    op.create_table(
        "empty_place",
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("office", sa.String(length=20), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.CheckConstraint("seats >= 1", name=op.f("ck_empty_place_seats")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_empty_place_election_id_election")),
        sa.PrimaryKeyConstraint("election_id", "office", name=op.f("pk_empty_place")),
    )
    op.create_table(
        "reserve",
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("box_id", sa.String(length=22), nullable=False),
        sa.Column("used_by", sa.String(length=22), nullable=True),
        sa.Column("destroyed", sa.Date(), nullable=True),
        sa.CheckConstraint("used_by IS NULL OR destroyed IS NULL", name=op.f("ck_reserve_one_end")),
        sa.ForeignKeyConstraint(["box_id"], ["box.id"], name=op.f("fk_reserve_box_id_box")),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_reserve_election_id_election")),
        sa.ForeignKeyConstraint(["used_by"], ["election.id"], name=op.f("fk_reserve_used_by_election")),
        sa.PrimaryKeyConstraint("election_id", name=op.f("pk_reserve")),
        sa.UniqueConstraint("box_id", name=op.f("uq_reserve_box_id")),
    )
    op.create_table(
        "settled_relative",
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("office", sa.String(length=20), nullable=False),
        sa.Column("change", sa.String(length=10), nullable=False),
        sa.CheckConstraint("change IN ('gave_way', 'moved_up', 'vote_again')", name=op.f("ck_settled_relative_change")),
        sa.ForeignKeyConstraint(
            ["election_id"], ["election.id"], name=op.f("fk_settled_relative_election_id_election")
        ),
        sa.PrimaryKeyConstraint("election_id", "name", name=op.f("pk_settled_relative")),
    )
    op.create_table(
        "recall_petition",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("member_id", sa.String(length=22), nullable=False),
        sa.Column("basis", sa.String(length=10), nullable=False),
        sa.Column("representatives", sa.Integer(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("received", sa.Date(), nullable=False),
        sa.Column("accepted", sa.Date(), nullable=True),
        sa.Column("signed", sa.Integer(), nullable=True),
        sa.Column("eligible", sa.Integer(), nullable=True),
        sa.Column("defence", sa.Text(), nullable=True),
        sa.Column("poll_id", sa.String(length=22), nullable=True),
        sa.Column("ended", sa.String(length=8), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("basis IN ('voters', 'households', 'reps')", name=op.f("ck_recall_petition_basis")),
        sa.CheckConstraint(
            "ended IN ('too_few', 'recalled', 'kept', 'resigned')", name=op.f("ck_recall_petition_ended")
        ),
        sa.CheckConstraint("(accepted IS NULL) = (signed IS NULL)", name=op.f("ck_recall_petition_accepted")),
        sa.CheckConstraint(
            "representatives IS NULL OR (representatives >= 1 AND basis = 'reps')",
            name=op.f("ck_recall_petition_representatives"),
        ),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_recall_petition_election_id_election")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["committee_seat.id"], name=op.f("fk_recall_petition_member_id_committee_seat")
        ),
        sa.ForeignKeyConstraint(["poll_id"], ["election.id"], name=op.f("fk_recall_petition_poll_id_election")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall_petition")),
    )
    with op.batch_alter_table("recall_petition", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recall_petition_election_id"), ["election_id"], unique=False)
        batch_op.create_index(
            "uq_recall_petition_open",
            ["member_id"],
            unique=True,
            sqlite_where=sa.text("ended IS NULL"),
            postgresql_where=sa.text("ended IS NULL"),
        )

    op.create_table(
        "recall_signature",
        sa.Column("petition_id", sa.String(length=22), nullable=False),
        sa.Column("roll_entry_id", sa.String(length=22), nullable=False),
        sa.ForeignKeyConstraint(
            ["petition_id"], ["recall_petition.id"], name=op.f("fk_recall_signature_petition_id_recall_petition")
        ),
        sa.ForeignKeyConstraint(
            ["roll_entry_id"], ["roll_entry.id"], name=op.f("fk_recall_signature_roll_entry_id_roll_entry")
        ),
        sa.PrimaryKeyConstraint("petition_id", "roll_entry_id", name=op.f("pk_recall_signature")),
    )


def _drop_after_and_recall() -> None:
    op.drop_table("recall_signature")
    with op.batch_alter_table("recall_petition", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_recall_petition_open", sqlite_where=sa.text("ended IS NULL"), postgresql_where=sa.text("ended IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_recall_petition_election_id"))

    op.drop_table("recall_petition")
    op.drop_table("settled_relative")
    op.drop_table("reserve")
    op.drop_table("empty_place")
    with op.batch_alter_table("dispute", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dispute_election_id"))

    op.drop_table("dispute")
    with op.batch_alter_table("committee_seat", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_committee_seat_election_id"))
        batch_op.drop_index(batch_op.f("ix_committee_seat_community_id"))

    op.drop_table("committee_seat")
    with op.batch_alter_table("after_deed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_after_deed_election_id"))

    op.drop_table("after_deed")


def _make_papers() -> None:
    op.create_table(
        "paper_facts",
        sa.Column("election_id", sa.String(length=22), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["election_id"], ["election.id"], name=op.f("fk_paper_facts_election_id_election")),
        sa.PrimaryKeyConstraint("election_id", name=op.f("pk_paper_facts")),
    )


def _drop_papers() -> None:
    op.drop_table("paper_facts")
