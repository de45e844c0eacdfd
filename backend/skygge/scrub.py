"""Wiping from the disk what was just erased: a database keeps old bytes until it is told not to.

SQLite overwrites what is deleted (`secure_delete`), but the write-ahead log holds older pages until it is emptied.
PostgreSQL leaves old rows in their pages: the tables are written anew. Its own write-ahead log is written over after
later checkpoints; backups and archives of it keep what they hold until they are thrown away (docs/sync-protocol.md).

The copy that is kept beside a SQLite file before an upgrade goes as well: nobody remembers it, and it holds the words.
"""

from __future__ import annotations

from glob import escape
from os import fsync
from pathlib import Path
from time import monotonic, sleep

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

PATIENCE_S = 10.0
ONE_TRY_MS = 1_000
BEFORE = "-before-"
ZEROS = bytes(1 << 20)
REWRITTEN = (
    "change", "quarantine", "entry", "fieldnote", "memo", "encounter", "gap", "actor", "consent", "code", "codebook",
    "study", "search_words", "concern",
)  # fmt: skip


def scrub(engine: Engine) -> bool:
    """Wipe it. False when somebody still reads the old state: to be tried again after the next write."""
    if engine.dialect.name != "sqlite":
        return _rewrite(engine)
    try:
        for copy in copies_of(Path(engine.url.database or "")):
            _overwrite(copy)
    except OSError:
        return False
    return _empty_wal(engine)


def name_copy(file: Path, revision: str, stamp: str) -> Path:
    """What a SQLite file is copied to before an upgrade from this revision."""
    return file.with_name(f"{file.stem}{BEFORE}{revision}-{stamp}{file.suffix}")


def copies_of(file: Path) -> list[Path]:
    """All copies that upgrades have left beside a SQLite file."""
    return sorted(file.parent.glob(f"{escape(file.stem)}{BEFORE}*{escape(file.suffix)}"))


def _overwrite(file: Path) -> None:
    with file.open("r+b") as written:
        for _ in range(0, file.stat().st_size, len(ZEROS)):
            written.write(ZEROS)
        written.flush()
        fsync(written.fileno())
    file.unlink()


def _empty_wal(engine: Engine) -> bool:
    deadline = monotonic() + PATIENCE_S
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        # A full-text index only notes what was taken out of it, until its pieces are merged into one.
        cursor.execute("INSERT INTO search_fts(search_fts) VALUES('optimize')")
        cursor.execute(f"PRAGMA busy_timeout={ONE_TRY_MS}")
        while True:
            is_busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if not is_busy or monotonic() > deadline:
                return not is_busy
            sleep(0.05)
    finally:
        # Not given back to the pool, which expects the usual patience of it.
        connection.invalidate()


# Whoever began before the erasure was committed may still see the old rows, and these are then kept in the new table. A
# transaction in another database of the cluster counts too: every snapshot reaches back to the oldest one that runs.
OLD_READER = text(
    "SELECT 1 FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    " AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL) AND xact_start < :since LIMIT 1"
)


def _wait_for_readers(connection: Connection) -> bool:
    since = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    deadline = monotonic() + PATIENCE_S
    while connection.execute(OLD_READER, {"since": since}).first() is not None:
        if monotonic() > deadline:
            return False
        sleep(0.05)
    return True


def _rewrite(engine: Engine) -> bool:
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if not _wait_for_readers(connection):
                return False
            connection.execute(text("SET lock_timeout = '10s'"))
            for table in REWRITTEN:
                connection.execute(text(f'VACUUM (FULL) "{table}"'))
            connection.execute(text("RESET lock_timeout"))
    except DBAPIError:
        return False
    return True
