"""How long exports of 100,000 entries take, how much memory they need above idle, and how csv and jsonl grow.

The study is the example study, its encounters copied until there are enough entries, in a SQLite file. Each format is
written to nowhere by a process of its own. Beside three of them stands a floor: the same rows through the same
library, with nothing of ours between.
"""

import csv
import io
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, Table, insert, select
from sqlmodel import col
from sqlmodel import select as select_rows

from skygge.clock import utc_now
from skygge.core.export import Losses, all_exports
from skygge.db import Database, open_database
from skygge.demo.create import create_demo
from skygge.demo.story import DEMO_STUDY_ID
from skygge.fieldlog.load import open_study
from skygge.fieldlog.refold import table_of
from skygge.fieldlog.tables import EntryRow
from skygge.migrate import migrate
from skygge.settings import Settings
from skygge.studies.access import Membership, Role
from skygge.studies.tables import MemberRow

ENTRIES = 100_000
MANY = 1_000_000
ROWS_AT_ONCE = 5_000
GROWING = ("csv", "jsonl")
MEGABYTE = 1024


def make_study(folder: Path, n_entries: int) -> Database:
    """A migrated database in which the example study has so many entries."""
    settings = Settings(data=folder)
    migrate(settings)
    database = open_database(settings)
    with database.write() as session:
        create_demo(session, utc_now)
        connection = session.connection()
        n_own = len(session.exec(select_rows(EntryRow.id).where(col(EntryRow.study_id) == DEMO_STUDY_ID)).all())
        for copy in range(1, n_entries // n_own + 1):
            _copy(connection, copy)
    return database


def _copy(connection: Connection, copy: int) -> None:
    """Every encounter and entry once more, so many days later."""
    for kind, times in (("encounter", ("started_at", "ended_at")), ("entry", ("started_at", "ended_at"))):
        table: Table = table_of(kind)  # type: ignore[arg-type]  # the two kinds are subject types
        originals = _originals(connection, table)
        connection.execute(insert(table), [_moved(row, copy, times) for row in originals])


_READ: dict[str, list[dict[str, Any]]] = {}


def _originals(connection: Connection, table: Table) -> list[dict[str, Any]]:
    if table.name not in _READ:
        rows = connection.execute(select(table).where(table.c.study_id == DEMO_STUDY_ID))
        _READ[table.name] = [dict(row) for row in rows.mappings()]
    return _READ[table.name]


def _moved(row: dict[str, Any], copy: int, times: tuple[str, ...]) -> dict[str, Any]:
    later = {name: row[name] + timedelta(days=7 * copy) for name in times if row.get(name) is not None}
    ids = {name: _id(row[name], copy) for name in ("id", "encounter_id", "visit_id") if row.get(name) is not None}
    return row | later | ids


def _id(original: UUID, copy: int) -> UUID:
    return uuid5(original, str(copy))


def measure(folder: Path, name: str) -> dict[str, float]:
    """Write one format to nowhere: seconds, seconds to the first byte, megabytes above idle at the peak."""
    database = open_database(Settings(data=folder))
    with database.read() as session:
        member = session.exec(select_rows(MemberRow).where(col(MemberRow.study_id) == DEMO_STUDY_ID)).first()
        assert member is not None
        seen = Membership(
            member.study_id, member.member_id, member.account_id or member.member_id, member.observer, Role.LEAD
        )
        export, idle = all_exports()[name], _peak_mb()
        started, first = perf_counter(), 0.0
        for piece in export.stream(open_study(session, DEMO_STUDY_ID, seen), export.options(), Losses()):
            first = first or (perf_counter() - started if piece else 0.0)
        return {"s": perf_counter() - started, "first_byte_s": first, "peak_mb": _peak_mb() - idle}


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE


def rows_of(folder: Path) -> Iterator[tuple[Any, ...]]:
    """Every column of every entry, straight from the file."""
    with sqlite3.connect(folder / "skygge.db") as connection:
        yield from connection.execute("select * from entry")


def floor_csv(folder: Path) -> None:
    """The writer of CSV alone."""
    sink = io.StringIO()
    writer = csv.writer(sink)
    for row in rows_of(folder):
        writer.writerow(row)
        if sink.tell() > 100_000:
            sink.seek(0)
            sink.truncate()


def floor_jsonl(folder: Path) -> None:
    """The encoder of JSON alone."""
    for row in rows_of(folder):
        json.dumps([str(cell) if isinstance(cell, bytes) else cell for cell in row])


def floor_xlsx(folder: Path) -> None:
    """The writer of workbooks alone."""
    from xlsxwriter import Workbook

    book = Workbook(str(folder / "floor.xlsx"), {"constant_memory": True, "tmpdir": str(folder)})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows_of(folder)):
        for column, cell in enumerate(row):
            if cell is not None:
                sheet.write_string(number, column, str(cell))
    book.close()


FLOORS: dict[str, Callable[[Path], None]] = {"csv": floor_csv, "jsonl": floor_jsonl, "xlsx": floor_xlsx}


def ask(folder: Path, name: str) -> dict[str, float]:
    """The figures of one format, from a process of its own."""
    done = subprocess.run([sys.executable, __file__, str(folder), name], capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def compare(folder: Path, name: str) -> dict[str, float]:
    """How many times as long as its floor a format takes: the middle of three pairs, each run one after the other."""
    floors, ratios = [], []
    for _ in range(3):
        started = perf_counter()
        FLOORS[name](folder)
        floors.append(perf_counter() - started)
        ratios.append(ask(folder, name)["s"] / floors[-1])
    return {f"{name}_floor_s": median(floors), f"{name}_times_its_floor": median(ratios)}


def measure_all() -> dict[str, float]:
    """Every format at 100,000 entries, beside its floor; then csv and jsonl at 1,000,000."""
    told: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_study(folder, ENTRIES).close()
        for export in all_exports():
            told |= {f"{export}_{unit}": value for unit, value in ask(folder, export).items()}
            if export in FLOORS:
                told |= compare(folder, export)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_study(folder, MANY).close()
        for export in GROWING:
            found = ask(folder, export)
            told[f"{export}_million_s"] = found["s"]
            told[f"{export}_million_peak_mb"] = found["peak_mb"]
            told[f"{export}_times_for_ten_times_as_many"] = found["s"] / told[f"{export}_s"]
    return told


if __name__ == "__main__":
    if len(sys.argv) == 3:
        json.dump(measure(Path(sys.argv[1]), sys.argv[2]), sys.stdout)
    else:
        json.dump(measure_all(), sys.stdout)
