"""Clock readings: what the change that gave an encounter or an entry its time tells of the device's clock."""

import json
from datetime import UTC
from typing import Any, Literal

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

READINGS = {"encounter": ("clock_run", "clock_base_ms", "clock_fell_ms"), "entry": ("clock_run", "clock_base_ms")}


def upgrade() -> None:
    for table, columns in READINGS.items():
        for column in columns:
            op.add_column(table, sa.Column(column, sa.BigInteger(), nullable=True))
    _fill()


def downgrade() -> None:
    for table, columns in READINGS.items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column)


def _fill() -> None:
    """Read what is there already, thing by thing, as the fold reads it."""
    from skygge.core.changes import KINDS, is_erased
    from skygge.core.clock_readings import ClockReading, find_fall, read_clock
    from skygge.core.fold import fold_subject

    def _begins(said: dict[str, Any]) -> bool:
        return KINDS[said["kind"]].creates and not is_erased(said)

    connection = op.get_bind()
    told: dict[tuple[Any, Any], list[ClockReading]] = {}
    kinds: tuple[Literal["encounter", "entry"], ...] = ("encounter", "entry")
    for kind in kinds:
        thing = _table(kind, *(("encounter_id", "device_seq") if kind == "entry" else ()))
        for row in connection.execute(sa.select(thing).order_by(thing.c.study_id, thing.c.id)).mappings().all():
            said_about = _changes_of(connection, row)
            changes = {key: one for key, one in said_about.items() if KINDS[one[0]["kind"]].subject == kind}
            subject = fold_subject(kind, str(row["id"]), {key: said for key, (said, _) in changes.items()})
            start, wrong_by_ms = changes[subject.heads["started_at"][0]]
            began = min((one for one, _ in changes.values() if _begins(one)), key=lambda one: str(one["change_id"]))
            reading = read_clock(
                began, began["payload"]["started_at"], start, subject.fields["started_at"], wrong_by_ms
            )
            if reading is None:
                continue
            own = sa.and_(thing.c.study_id == row["study_id"], thing.c.id == row["id"])
            values = {"clock_run": reading.run, "clock_base_ms": reading.base_ms}
            connection.execute(sa.update(thing).where(own).values(**values))
            if not row["retracted"]:
                is_entry = kind == "entry"
                key = (row["study_id"], row["encounter_id"] if is_entry else row["id"])
                seq = row["device_seq"] if is_entry else -1
                told.setdefault(key, []).append(ClockReading(reading.run, seq, reading.base_ms))
    encounter = _table("encounter", "clock_fell_ms")
    for (study_id, encounter_id), readings in told.items():
        fell_ms = find_fall(readings)
        if fell_ms is not None:
            own = sa.and_(encounter.c.study_id == study_id, encounter.c.id == encounter_id)
            connection.execute(sa.update(encounter).where(own).values(clock_fell_ms=fell_ms))


def _changes_of(connection: sa.Connection, row: Any) -> dict[str, tuple[dict[str, Any], int | None]]:
    """What the log says about a thing, with `corrected_at`, and by how much the clock was wrong where it was."""
    change = sa.table(
        "change",
        sa.column("study_id", sa.Uuid()),
        sa.column("subject_id", sa.Uuid()),
        sa.column("seq", sa.BigInteger()),
        sa.column("raw", sa.LargeBinary()),
        sa.column("corrected_at", sa.DateTime(timezone=True)),
        sa.column("clock_offset_ms", sa.BigInteger()),
    )
    query = sa.select(change.c.raw, change.c.corrected_at, change.c.clock_offset_ms).where(
        change.c.study_id == row["study_id"], change.c.subject_id == row["id"]
    )
    found = {}
    for raw, corrected_at, offset_ms in connection.execute(query.order_by(change.c.seq)):
        said = json.loads(raw)
        if corrected_at is not None:
            aware = corrected_at.replace(tzinfo=UTC) if corrected_at.tzinfo is None else corrected_at
            said["corrected_at"] = aware.isoformat(timespec="milliseconds")
        found[said["change_id"]] = (said, offset_ms if corrected_at is not None else None)
    return found


def _table(name: str, *more: str) -> Any:
    columns: list[sa.ColumnClause[Any]] = [sa.column(one, sa.BigInteger()) for one in READINGS["entry"]]
    for one in ("study_id", "id", *more):
        columns.append(sa.column(one, sa.Uuid() if one.endswith("id") else sa.BigInteger()))
    return sa.table(name, *columns, sa.column("retracted", sa.Boolean()))
