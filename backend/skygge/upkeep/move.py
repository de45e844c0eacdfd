"""Moving everything to another database: copied while nobody writes, compared row by row, there whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Table, insert, select
from sqlmodel import Session, SQLModel

from skygge.backup import ROWS_AT_ONCE, plain_row, stop_writers
from skygge.db import Database, open_database
from skygge.errors import StartRefused
from skygge.migrate import has_schema, migrate, require_current
from skygge.settings import Settings


def move_database(source: Database, settings: Settings) -> dict[str, int]:
    """Copy every row to the database of the settings; the number of rows by table.

    Nobody can write to the source meanwhile. Epochs and sessions stay, so that phones go on as if nothing had been.
    Raises StartRefused, with nothing changed in either, when the target holds something or differs afterwards.
    """
    _require_empty(settings)
    migrate(settings)
    target = open_database(settings)
    try:
        with source.write() as here, target.write() as there:
            stop_writers(here)
            for table in SQLModel.metadata.sorted_tables:
                _copy_table(here, there, table)
            counts = {table.name: _compare(here, there, table) for table in SQLModel.metadata.sorted_tables}
    finally:
        target.close()
    return counts


def _require_empty(settings: Settings) -> None:
    if settings.uses_sqlite and not settings.sqlite_file.exists():
        return
    target = open_database(settings)
    try:
        if not has_schema(target):
            return
        require_current(target)
        with target.read() as session:
            is_taken = any(session.execute(select(table).limit(1)).first() for table in SQLModel.metadata.sorted_tables)
    finally:
        target.close()
    if is_taken:
        raise StartRefused("The other database holds a Skygge already; name an empty one.")


def _copy_table(here: Session, there: Session, table: Table) -> None:
    rows = _rows(here, table)
    while some := [dict(row) for row in islice(rows, ROWS_AT_ONCE)]:
        there.execute(insert(table), some)


def _compare(here: Session, there: Session, table: Table) -> int:
    (n_here, hash_here), (n_there, hash_there) = _hash(here, table), _hash(there, table)
    if (n_here, hash_here) != (n_there, hash_there):
        raise StartRefused(f"The table {table.name} is not the same there: {n_here} rows here, {n_there} there.")
    return n_here


def _hash(session: Session, table: Table) -> tuple[int, bytes]:
    """The number of rows, and the sum of their hashes: databases sort texts each in their own way."""
    n_rows = total = 0
    for row in _rows(session, table):
        line = json.dumps(plain_row(row), sort_keys=True).encode("ascii")
        total = (total + int.from_bytes(hashlib.sha256(line).digest(), "big")) % 2**256
        n_rows += 1
    return n_rows, total.to_bytes(32, "big")


def _rows(session: Session, table: Table) -> Iterator[Any]:
    yield from session.execute(select(table).execution_options(yield_per=ROWS_AT_ONCE)).mappings()
