"""Stubs in the log, what was redacted, and people about whom nothing more is written."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "redaction",
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=True),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("redacted_by", sa.Uuid(), nullable=False),
        sa.Column("edits", sa.JSON(), nullable=False),
        sa.Column("redacted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.study_id"]),
        sa.PrimaryKeyConstraint("study_id", "id"),
    )
    op.create_index("ix_redaction_subject", "redaction", ["study_id", "subject_id"])
    op.create_index("ix_redaction_change", "redaction", ["study_id", "change_id"])
    with op.batch_alter_table("change") as change:
        change.add_column(sa.Column("redacted_by", sa.Uuid(), nullable=True))
    with op.batch_alter_table("actor") as actor:
        actor.add_column(sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True))
        actor.add_column(sa.Column("stopped_at_offset_minutes", sa.Integer(), nullable=True))
        actor.add_column(sa.Column("stopped_in", sa.Uuid(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("actor") as actor:
        actor.drop_column("stopped_in")
        actor.drop_column("stopped_at_offset_minutes")
        actor.drop_column("stopped_at")
    with op.batch_alter_table("change") as change:
        change.drop_column("redacted_by")
    op.drop_table("redaction")
