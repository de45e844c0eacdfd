"""A backup: one file for either database, consistent while the server goes on writing, read back whole or not at all.

A zip with `about.json` (schema revision, rows of each table) and a file of JSON Lines for each table. The ledger of
erasures is not in it: it lies beside the database and outlives every restore.
"""

from __future__ import annotations

import base64
import json
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, LargeBinary, Table, Uuid, delete, insert, select, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, SQLModel

from skygge.db import UtcTime
from skygge.errors import StartRefused
from skygge.migrate import list_revisions

ABOUT = "about.json"
NOTE = "last-backup"
ROWS_AT_ONCE = 500
DEADLOCK = "40P01"
LOCK_ATTEMPTS = 10


def write_backup(session: Session, target: Path, now: datetime) -> int:
    """Write everything a read session sees; how many rows it was. The file is there whole or not at all.

    Raises StartRefused when the file is there already or cannot be written.
    """
    if target.exists():
        raise StartRefused(f"There is a file {target} already.")
    half = target.with_name(target.name + ".part")
    try:
        with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED) as archive:
            counts = {table.name: _write_table(session, table, archive) for table in SQLModel.metadata.sorted_tables}
            about = {"revision": list_revisions()[-1], "made_at": now.astimezone(UTC).isoformat(), "rows": counts}
            archive.writestr(ABOUT, json.dumps(about))
        with half.open("rb") as written:
            os.fsync(written.fileno())
        half.rename(target)
    except OSError:
        half.unlink(missing_ok=True)
        raise StartRefused(f"The file {target} cannot be written.") from None
    return sum(counts.values())


def note_backup(data: Path, now: datetime) -> None:
    """Leave the moment of the latest backup in the data folder, for `skygge doctor`."""
    (data / NOTE).write_text(now.astimezone(UTC).isoformat() + "\n", encoding="ascii")


def last_backup(data: Path) -> datetime | None:
    """When the latest backup was made here, or None."""
    try:
        return datetime.fromisoformat((data / NOTE).read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None


def stop_writers(session: Session) -> None:
    """Let nobody else write until this transaction ends; whoever reads goes on.

    A push locks its study before it writes anything: with that table first, those under way end, and new ones wait. Of
    others that wait crosswise the database gives one up, and this tries again.
    """
    if session.get_bind().dialect.name == "sqlite":
        return  # its write session holds the only write lock there is
    tables = sorted(SQLModel.metadata.sorted_tables, key=lambda table: table.name != "study")
    names = ", ".join(f'"{table.name}"' for table in tables)
    for attempt in range(1, LOCK_ATTEMPTS + 1):
        try:
            with session.begin_nested():
                session.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))
            return
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != DEADLOCK or attempt == LOCK_ATTEMPTS:
                raise


def read_backup(session: Session, source: Path) -> int:
    """Put what a backup holds in the place of everything there is; how many rows it was. Nobody else writes meanwhile.

    Raises StartRefused, before anything is changed, for a file that is damaged, no backup, or of another schema.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            about = _check(archive)
            stop_writers(session)
            for table in reversed(SQLModel.metadata.sorted_tables):
                session.execute(delete(table))
            for table in SQLModel.metadata.sorted_tables:
                _read_table(session, table, archive)
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, struct.error, KeyError, ValueError):
        raise StartRefused(f"The file {source} is not a whole backup of Skygge; nothing was changed.") from None
    return sum(about["rows"].values())


def _check(archive: zipfile.ZipFile) -> dict[str, Any]:
    if archive.testzip() is not None:
        raise ValueError("damaged")
    about: dict[str, Any] = json.loads(archive.read(ABOUT))
    if about["revision"] != list_revisions()[-1]:
        raise StartRefused(
            f"The backup has the schema {about['revision']}, this version {list_revisions()[-1]}: restore it with the"
            " version that made it, then upgrade."
        )
    for name, n_rows in about["rows"].items():
        with archive.open(name + ".jsonl") as lines:
            if sum(1 for _ in lines) != n_rows:
                raise ValueError("incomplete")
    return about


def _write_table(session: Session, table: Table, archive: zipfile.ZipFile) -> int:
    query = select(table).execution_options(yield_per=ROWS_AT_ONCE)
    n_rows = 0
    with archive.open(table.name + ".jsonl", "w", force_zip64=True) as lines, session.execute(query) as rows:
        for row in rows.mappings():
            lines.write(json.dumps(plain_row(row)).encode("ascii") + b"\n")
            n_rows += 1
    return n_rows


def _read_table(session: Session, table: Table, archive: zipfile.ZipFile) -> None:
    with archive.open(table.name + ".jsonl") as lines:
        rows = (_as_row(table, json.loads(line)) for line in lines)
        while some := list(islice(rows, ROWS_AT_ONCE)):
            session.execute(insert(table), some)


def plain_row(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row as JSON can say it: bytes as base64, instants with their offset, ids as text."""
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _as_row(table: Table, said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _restored(table.c[name].type, value) for name, value in said.items()}


def _restored(kind: Any, value: Any) -> Any:
    if value is None or isinstance(kind, JSON):
        return value
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    if isinstance(kind, UtcTime):
        return datetime.fromisoformat(value)
    return UUID(value) if isinstance(kind, Uuid) else value


def iter_epochs(lines: Iterator[Mapping[str, Any]]) -> Iterator[UUID]:
    """The epochs that a ledger has seen."""
    return (UUID(line["epoch"]) for line in lines if line.get("type") == "epoch")
