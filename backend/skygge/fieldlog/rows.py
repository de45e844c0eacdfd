"""Rows of the tables as things, column by column.

A download reads a hundred thousand rows; an object of the database's for each, and a function for each of its cells,
would take most of its time. So some thousands of rows are turned on their side, every column is read in one go, and
the rows are put together again. What comes out is what `project.to_thing` makes of each row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, Boolean, Select, Uuid
from sqlmodel import Session

from skygge.core.model import SubjectType
from skygge.fieldlog.project import OFFSET, columns_of, write_stamp

AT_ONCE = 2_000
EMPTY_LIST = "[]"
ID_DIGITS = 32
HOUR, MILLISECOND = 13, 23  # letters of SQLite's `2026-03-02 08:00:00.000000`
Thing = dict[str, Any]
Cells = Sequence[Any]
Rows = Sequence[Cells]


def iter_things(session: Session, kind: SubjectType, query: Select[Any]) -> Iterator[Thing]:
    """Run a query of `select_things`, holding some thousand rows at a time."""
    maker = ThingMaker.of(kind, query)
    for rows in iter_rows(session, query):
        yield from maker.make(rows)


def iter_rows(session: Session, query: Select[Any]) -> Iterator[Rows]:
    """Rows as the driver has them: what SQLite keeps in its file, PostgreSQL's values.

    Closed also when the reader stops early: PostgreSQL keeps a cursor open for each.
    """
    if session.get_bind().dialect.name == "sqlite":
        result = session.connection().execute(query)
        try:
            while rows := result.cursor.fetchmany(AT_ONCE):
                yield rows
        finally:
            result.close()
        return
    with session.connection().execute(query, execution_options={"yield_per": AT_ONCE}) as found:
        yield from found.partitions()


@dataclass(frozen=True)
class ThingMaker:
    """Makes things of the rows of one query."""

    kind: SubjectType
    places: Mapping[str, int]
    reads: Mapping[str, Callable[[Cells], Cells]]

    @staticmethod
    def of(kind: SubjectType, query: Select[Any]) -> ThingMaker:
        """For a query that selects every column of a kind."""
        columns = list(query.selected_columns)
        reads = {one.name: read for one in columns for kept, read in READS if isinstance(one.type, kept)}
        return ThingMaker(kind, {one.name: place for place, one in enumerate(columns)}, reads)

    def make(self, rows: Rows, sequence: Cells | None = None) -> Iterator[Thing]:
        """Their things; entries with their number in the encounter, unless the query brings it."""
        raw, fields = list(zip(*rows, strict=True)), columns_of(self.kind)
        keys = ["type", "id", *(column.field for column in fields)]
        columns = [[self.kind] * len(rows), *(self._read(raw, name) for name in ("id", *(one.name for one in fields)))]
        if self.kind == "entry":
            keys.append("sequence")
            columns.append(raw[self.places["sequence"]] if sequence is None else sequence)
        retracted, conflicts = raw[self.places["retracted"]], self._read(raw, "conflicts")
        for cells, is_retracted, beside in zip(zip(*columns, strict=True), retracted, conflicts, strict=True):
            thing = dict(zip(keys, cells, strict=True))
            if is_retracted:
                thing["retracted"] = True
            if beside:
                thing["conflicts"] = beside
            yield thing

    def _read(self, raw: Sequence[Cells], name: str) -> Cells:
        cells = raw[self.places[name]]
        if name + OFFSET in self.places:
            return _read_times(cells, raw[self.places[name + OFFSET]])
        return self.reads[name](cells) if name in self.reads else cells


def _read_json(cells: Cells) -> Cells:
    """Lists, one of its own for each row although by far the most are empty."""
    return [[] if cell == EMPTY_LIST else json.loads(cell) if isinstance(cell, str) else cell for cell in cells]


def _read_truth(cells: Cells) -> Cells:
    return [None if cell is None else bool(cell) for cell in cells]


def _read_ids(cells: Cells) -> Cells:
    """Ids as texts. People and encounters come back in many rows, and their text is made once."""
    names = {cell: _write_id(cell) for cell in set(cells)}
    return [names[cell] for cell in cells]


def _write_id(value: Any) -> str | None:
    """From what the driver hands over: 32 digits on SQLite, a UUID on PostgreSQL."""
    if isinstance(value, str) and len(value) == ID_DIGITS:
        return f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}"
    return None if value is None else str(value)


READS: Sequence[tuple[type[Any], Callable[[Cells], Cells]]] = (
    (JSON, _read_json),
    (Boolean, _read_truth),
    (Uuid, _read_ids),
)


def _read_times(cells: Cells, offsets: Cells) -> Cells:
    return [
        None if cell is None else _write_text(cell, offset) if isinstance(cell, str) else write_stamp(cell, offset)
        for cell, offset in zip(cells, offsets, strict=True)
    ]


def _write_text(text: str, offset_minutes: int) -> str:
    """As `write_stamp`, of what SQLite keeps: only the hour has to be put at its offset, and many share one."""
    if offset_minutes % 60:
        return write_stamp(datetime.fromisoformat(text).replace(tzinfo=UTC), offset_minutes)
    hour, zone = _local_hour(text[:HOUR], offset_minutes)
    return hour + (text[HOUR:MILLISECOND] if text.endswith("000") else text[HOUR:]) + zone


@lru_cache(maxsize=1_024)
def _local_hour(hour: str, offset_minutes: int) -> tuple[str, str]:
    """`2026-03-02T09` and `+01:00`."""
    told = write_stamp(datetime.fromisoformat(f"{hour}:00").replace(tzinfo=UTC), offset_minutes)
    return told[:HOUR], told[MILLISECOND:]
