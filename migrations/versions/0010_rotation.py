"""Tokens of a sign-in that follow one another: which was the first, which took whose place, and when it was used."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("family_hash", "predecessor_hash", "successor_salt"):
        op.add_column("session", sa.Column(name, sa.LargeBinary(), nullable=True))
    op.add_column("session", sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_session_family_hash", "session", ["family_hash"])


def downgrade() -> None:
    op.drop_index("ix_session_family_hash", "session")
    for name in ("replaced_at", "successor_salt", "predecessor_hash", "family_hash"):
        op.drop_column("session", name)
