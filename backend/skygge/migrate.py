"""Bring a database to this version's schema; refuse one that a newer version has written."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from skygge.db import Database, open_database
from skygge.errors import StartRefused
from skygge.scrub import name_copy
from skygge.settings import Settings

MIGRATING = 0x536B7967
"""The advisory lock of migrations on PostgreSQL: any number that nothing else in the database uses."""


def find_migrations() -> Path:
    """The folder of the revisions: inside the installed package, or in the root of the repository."""
    here = Path(__file__).resolve().parent
    for folder in (here / "migrations", here.parents[1] / "migrations"):
        if (folder / "env.py").is_file():
            return folder
    raise StartRefused("This installation has no migrations folder; install Skygge again.")


def migrate(settings: Settings) -> bool:
    """Bring the database of the settings to the newest schema; true when something had to be done.

    A SQLite file is copied beside itself first. Raises StartRefused for a database of a newer version.
    """
    database = open_database(settings)
    try:
        return _migrate_open(settings, database)
    finally:
        database.close()


def require_current(database: Database) -> None:
    """Refuse to go on with a database whose schema is not this version's."""
    if _revision(database.writer) != list_revisions()[-1]:
        raise StartRefused("The database has another version's schema; run `skygge migrate` first.")


def has_schema(database: Database) -> bool:
    """Whether the database holds the tables of a Skygge, of whatever version."""
    return _revision(database.writer) is not None


def list_revisions() -> list[str]:
    """Every revision this version knows, oldest first: the numbers that the files begin with.

    Read from names, because loading Alembic takes most of a second that a start with nothing to migrate need not pay.
    """
    return sorted(file.name[:4] for file in (find_migrations() / "versions").glob("[0-9][0-9][0-9][0-9]_*.py"))


def _migrate_open(settings: Settings, database: Database) -> bool:
    known = list_revisions()
    present = _revision(database.writer)
    if present == known[-1]:
        return False
    _require_known(present)
    if present is not None and settings.uses_sqlite:
        copy_beside(settings.sqlite_file, present)
    _upgrade(database)
    return True


def _require_known(revision: str | None) -> None:
    if revision is not None and revision not in list_revisions():
        raise StartRefused("The database was written by a newer version of Skygge; install that version.")


def _upgrade(database: Database) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    # A percent sign in a path would be read as an interpolation.
    config.set_main_option("script_location", str(find_migrations()).replace("%", "%%"))
    with database.writer.begin() as connection:
        _wait_for_others(connection)
        _require_known(_revision_on(connection))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _wait_for_others(connection: Connection) -> None:
    """Of several servers that start together one migrates; the others find it done when it has ended.

    A writing transaction on SQLite is alone in any case. The lock ends with the transaction, also by a crash.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return _revision_on(connection)


def _revision_on(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def copy_beside(file: Path, revision: str) -> None:
    """Keep the file as it was, with its write-ahead log folded in, under a name that says when and which."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    copy = name_copy(file, revision, stamp)
    try:
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    except (OSError, sqlite3.Error):
        raise StartRefused(f"The database could not be copied to {copy} before migrating it.") from None
