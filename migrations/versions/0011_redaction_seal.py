"""What is remembered of a strike or an erasure carries a seal over its columns, as log and quarantine do."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

REDACTION = sa.table(
    "redaction",
    sa.column("study_id", sa.Uuid()),
    sa.column("id", sa.Uuid()),
    sa.column("subject_id", sa.Uuid()),
    sa.column("change_id", sa.Uuid()),
    sa.column("mode", sa.String()),
    sa.column("redacted_by", sa.Uuid()),
    sa.column("edits", sa.JSON()),
    sa.column("redacted_at", sa.DateTime(timezone=True)),
    sa.column("seal", sa.LargeBinary()),
)


def upgrade() -> None:
    op.add_column("redaction", sa.Column("seal", sa.LargeBinary(length=32), nullable=True))
    connection = op.get_bind()
    for row in connection.execute(sa.select(REDACTION)).mappings().all():
        where = (REDACTION.c.study_id == row["study_id"], REDACTION.c.id == row["id"])
        connection.execute(sa.update(REDACTION).where(*where).values(seal=_seal(row)))
    with op.batch_alter_table("redaction") as table:
        table.alter_column("seal", existing_type=sa.LargeBinary(length=32), nullable=False)


def downgrade() -> None:
    op.drop_column("redaction", "seal")


def _seal(row: Any) -> bytes:
    """As the server seals at this revision; a later server may learn to seal otherwise, and this must not change."""
    plain = {name: _plain(value) for name, value in row.items() if name != "seal"}
    return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode("ascii")).digest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        # SQLite keeps no zone; what is written there is UTC.
        told = value if value.tzinfo else value.replace(tzinfo=UTC)
        return told.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value
