"""The terms of a study: who answers for it, why and how long it keeps what, and what it asks of its phones."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TERMS = ("controller", "joint_controller", "processor", "hosting_place", "purpose", "purpose_limits", "legal_basis")
TEXTS = (*TERMS, "concern_procedure", "lock_reason")


def upgrade() -> None:
    # One by one, not as a batch: that would make the table anew, and everything else refers to it. A study of before
    # reads as its log does, which says nothing about a lock: it is required until a lead writes down why not.
    for name in TEXTS:
        op.add_column("study", sa.Column(name, sa.String(length=2000), nullable=True))
    op.add_column("study", sa.Column("retention_until", sa.String(length=10), nullable=True))
    op.add_column("study", sa.Column("allows_dictation", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("study", sa.Column("lock_required", sa.Boolean(), nullable=False, server_default=sa.true()))


def downgrade() -> None:
    for name in ("lock_required", "allows_dictation", "retention_until", *reversed(TEXTS)):
        op.drop_column("study", name)
