"""The audit log; names and revocation of scripts' tokens; whom the lead lets download more than de-identified files."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("study_id", "number"),
    )
    op.create_table(
        "audit_head",
        sa.Column("study_id", sa.Uuid(), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.Column("last_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("study_id"),
    )
    with op.batch_alter_table("token") as token:
        token.add_column(sa.Column("name", sa.String(length=100), nullable=False, server_default=""))
        token.add_column(sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("member") as member:
        member.add_column(sa.Column("exports_full", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("member") as member:
        member.drop_column("exports_full")
    with op.batch_alter_table("token") as token:
        token.drop_column("revoked_at")
        token.drop_column("name")
    op.drop_table("audit_head")
    op.drop_table("audit")
