"""How far a study had come when a device first read in it."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # 0 for every device that is known: when it first read was not kept, so that nothing is taken as clean unseen.
    op.add_column("device", sa.Column("first_seq", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("device", "first_seq")
