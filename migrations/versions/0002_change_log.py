"""The change log, what is parked beside it, and the tables that are its fold."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_actor()
    _create_change()
    _create_code()
    _create_codebook()
    _create_consent()
    _create_encounter()
    _create_entry()
    _create_fieldnote()
    _create_gap()
    _create_memo()
    _create_quarantine()


def downgrade() -> None:
    op.drop_table("quarantine")
    op.drop_table("memo")
    op.drop_table("gap")
    op.drop_table("fieldnote")
    op.drop_table("entry")
    op.drop_table("encounter")
    op.drop_table("consent")
    op.drop_table("codebook")
    op.drop_table("code")
    op.drop_table("change")
    op.drop_table("actor")


def _create_actor() -> None:
    op.create_table(
        "actor",
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("retracted", sa.Boolean(), nullable=False),
        sa.Column("conflicts", sa.JSON(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("agency", sa.String(length=200), nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["study_id"], ["study.study_id"]),
        sa.PrimaryKeyConstraint("study_id", "id"),
    )


def _create_change() -> None:
    op.create_table(
        "change",
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("encounter_id", sa.Uuid(), nullable=True),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("private_to", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clock_offset_ms", sa.BigInteger(), nullable=True),
        sa.Column("check_value", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.study_id"]),
        sa.PrimaryKeyConstraint("study_id", "seq"),
    )
    op.create_index("ix_change_id", "change", ["study_id", "change_id"], unique=True)
    op.create_index("ix_change_subject", "change", ["study_id", "subject_id", "seq"])


def _create_code() -> None:
    op.create_table(
        "code",
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("retracted", sa.Boolean(), nullable=False),
        sa.Column("conflicts", sa.JSON(), nullable=False),
        sa.Column("codebook_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("dimension", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("label", sa.JSON(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("starts", sa.Text(), nullable=False),
        sa.Column("ends", sa.Text(), nullable=False),
        sa.Column("example", sa.Text(), nullable=False),
        sa.Column("counter_example", sa.Text(), nullable=False),
        sa.Column("timing", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("exclusive_set", sa.String(length=64), nullable=True),
        sa.Column("control", sa.Integer(), nullable=True),
        sa.Column("care", sa.Integer(), nullable=True),
        sa.Column("color", sa.String(length=7), nullable=True),
        sa.Column("shortcut", sa.String(length=8), nullable=True),
        sa.Column("order", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("replaced_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["study_id"], ["study.study_id"]),
        sa.PrimaryKeyConstraint("study_id", "id"),
    )
    op.create_index("ix_code_codebook", "code", ["study_id", "codebook_id"])


def _create_codebook() -> None:
    op.create_table(
        "codebook",
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("retracted", sa.Boolean(), nullable=False),
        sa.Column("conflicts", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("follows", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["study_id"], ["study.study_id"]),
        sa.PrimaryKeyConstraint("study_id", "id"),
    )
    op.create_index("ix_codebook_version", "codebook", ["study_id", "version"])


def _create_consent() -> None:
    op.create_table(
        "consent",
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("retracted", sa.Boolean(), nullable=False),
        sa.Column("conflicts", sa.JSON(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("ethics", sa.String(length=64), nullable=True),
        sa.Column("legal_basis", sa.String(length=64), nullable=True),
        sa.Column("withdrawal_promise", sa.String(length=64), nullable=True),
        sa.Column("way", sa.String(length=200), nullable=True),
        sa.Column("witness", sa.String(length=200), nullable=True),
        sa.Column("renew_on", sa.String(length=10), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at_offset_minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.study_id"]),
        sa.PrimaryKeyConstraint("study_id", "id"),
    )
    op.create_index("ix_consent_actor", "consent", ["study_id", "actor_id", "at"])


def _create_encounter() -> None:
    op.create_table(
        "encounter",
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("retracted", sa.Boolean(), nullable=False),
        sa.Column("conflicts", sa.JSON(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("visit_code", sa.String(length=6), nullable=True),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("observer", sa.String(length=200), nullable=False),
        sa.Column("focal_actor_id", sa.Uuid(), nullable=True),
        sa.Column("setting", sa.Text(), nullable=True),
        sa.Column("agency", sa.String(length=200), nullable=True),
        sa.Column("presence", sa.JSON(), nullable=False),
        sa.Column("checks", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at_offset_minutes", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at_offset_minutes", sa.Integer(), nullable=True),
        sa.Column("end_origin", sa.String(length=20), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column("utc_offset_minutes", sa.Integer(), nullable=True),
        sa.Column("clock_offset_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["study_id"], ["study.study_id"]),
        sa.PrimaryKeyConstraint("study_id", "id"),
    )
    op.create_index("ix_encounter_observer", "encounter", ["study_id", "observer"])
    op.create_index("ix_encounter_start", "encounter", ["study_id", "started_at"])
    op.create_index("ix_encounter_visit", "encounter", ["study_id", "visit_id"])


def _create_entry() -> None:
    op.create_table(
        "entry",
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("retracted", sa.Boolean(), nullable=False),
        sa.Column("conflicts", sa.JSON(), nullable=False),
        sa.Column("encounter_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("recipient_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=True),
        sa.Column("structure", sa.String(length=64), nullable=True),
        sa.Column("structure_origin", sa.String(length=20), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at_offset_minutes", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at_offset_minutes", sa.Integer(), nullable=True),
        sa.Column("end_origin", sa.String(length=20), nullable=True),
        sa.Column("taken", sa.String(length=20), nullable=False),
        sa.Column("precision_s", sa.Integer(), nullable=False),
        sa.Column("jotting", sa.Text(), nullable=True),
        sa.Column("verbatim", sa.Boolean(), nullable=False),
        sa.Column("codebook_version", sa.Integer(), nullable=True),
        sa.Column("control", sa.Integer(), nullable=True),
        sa.Column("care", sa.Integer(), nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("device_seq", sa.BigInteger(), nullable=False),
        sa.Column("private_to", sa.Uuid(), nullable=True),
        sa.Column("clock_offset_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["study_id"], ["study.study_id"]),
        sa.PrimaryKeyConstraint("study_id", "id"),
    )
    op.create_index("ix_entry_stream", "entry", ["study_id", "encounter_id", "started_at", "device_seq", "id"])


def _create_fieldnote() -> None:
    op.create_table(
        "fieldnote",
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("retracted", sa.Boolean(), nullable=False),
        sa.Column("conflicts", sa.JSON(), nullable=False),
        sa.Column("encounter_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Float(), nullable=False),
        sa.Column("anchors", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at_offset_minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.study_id"]),
        sa.PrimaryKeyConstraint("study_id", "id"),
    )
    op.create_index("ix_fieldnote_encounter", "fieldnote", ["study_id", "encounter_id", "position"])


def _create_gap() -> None:
    op.create_table(
        "gap",
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("retracted", sa.Boolean(), nullable=False),
        sa.Column("conflicts", sa.JSON(), nullable=False),
        sa.Column("encounter_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_at_offset_minutes", sa.Integer(), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("to_at_offset_minutes", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("clock_offset_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["study_id"], ["study.study_id"]),
        sa.PrimaryKeyConstraint("study_id", "id"),
    )
    op.create_index("ix_gap_encounter", "gap", ["study_id", "encounter_id", "from_at"])


def _create_memo() -> None:
    op.create_table(
        "memo",
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("retracted", sa.Boolean(), nullable=False),
        sa.Column("conflicts", sa.JSON(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at_offset_minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.study_id"]),
        sa.PrimaryKeyConstraint("study_id", "id"),
    )


def _create_quarantine() -> None:
    op.create_table(
        "quarantine",
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.study_id"]),
        sa.PrimaryKeyConstraint("study_id", "id"),
    )
    op.create_index("ix_quarantine_content", "quarantine", ["study_id", "author_id", "content_hash"], unique=True)
