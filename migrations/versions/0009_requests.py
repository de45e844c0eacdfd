"""What people observed have asked for; whether a device has a lock, and what waited on it when it last told."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person_request",
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("received_on", sa.String(length=10), nullable=False),
        sa.Column("is_extended", sa.Boolean(), nullable=False),
        sa.Column("answered_on", sa.String(length=10), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("written_by", sa.String(length=200), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["study_id"], ["study.study_id"]),
        sa.PrimaryKeyConstraint("study_id", "id"),
    )
    op.add_column("device", sa.Column("has_lock", sa.Boolean(), nullable=True))
    op.add_column("device", sa.Column("n_waiting", sa.Integer(), nullable=True))
    op.add_column("device", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("told_at", "n_waiting", "has_lock"):
        op.drop_column("device", name)
    op.drop_table("person_request")
