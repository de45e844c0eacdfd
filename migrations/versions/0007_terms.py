"""The terms of a study: who answers for it, why and how long it keeps what, and what it asks of its phones."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TERMS = ("controller", "joint_controller", "processor", "hosting_place", "purpose", "purpose_limits", "legal_basis")
# Not in the log: nobody said it, and the fold says nothing about it until a lead does.
BEFORE = "from before the lock"


def upgrade() -> None:
    with op.batch_alter_table("study") as study:
        for name in (*TERMS, "concern_procedure", "lock_reason"):
            study.add_column(sa.Column(name, sa.String(length=2000), nullable=True))
        study.add_column(sa.Column("retention_until", sa.String(length=10), nullable=True))
        study.add_column(sa.Column("allows_dictation", sa.Boolean(), nullable=False, server_default=sa.false()))
        study.add_column(sa.Column("lock_required", sa.Boolean(), nullable=False, server_default=sa.true()))
    rows = sa.table("study", sa.column("lock_required", sa.Boolean()), sa.column("lock_reason"))
    op.execute(sa.update(rows).values(lock_required=False, lock_reason=BEFORE))


def downgrade() -> None:
    with op.batch_alter_table("study") as study:
        for name in ("lock_required", "allows_dictation", "retention_until", "lock_reason", "concern_procedure"):
            study.drop_column(name)
        for name in reversed(TERMS):
            study.drop_column(name)
