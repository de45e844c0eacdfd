"""Codes with which a phone is signed in from another device."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pairing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claim_hash", sa.LargeBinary(), nullable=True),
        sa.Column("device_name", sa.String(length=100), nullable=True),
        sa.Column("is_allowed", sa.Boolean(), nullable=True),
        sa.Column("is_used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_pairing_code_hash", "pairing", ["code_hash"], unique=True)
    op.create_index("ix_pairing_claim_hash", "pairing", ["claim_hash"], unique=True)


def downgrade() -> None:
    op.drop_table("pairing")
