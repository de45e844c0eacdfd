"""Schemas: every table comes from a revision, both databases agree, and nothing newer is touched."""

import os
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, Table, insert, inspect, select, text
from sqlmodel import SQLModel

import skygge.accounts.tables
import skygge.audit.tables
import skygge.fieldlog.tables
import skygge.privacy.tables
import skygge.studies.tables  # noqa: F401  # the metadata is filled by importing the tables
from skygge.db import Database, open_database
from skygge.errors import StartRefused
from skygge.fieldlog.logged import seal
from skygge.fieldlog.tables import RedactionRow
from skygge.migrate import MIGRATING, find_migrations, list_revisions, migrate, require_current
from skygge.settings import Settings
from skygge.studies.tables import StudyRow

REDACTION: Any = RedactionRow.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
STUDY: Any = StudyRow.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
WAITING = text(
    "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
    " WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"
)
FULL_TEXT = ("search_fts", "ix_search_words_fts")
ONE_DATABASE = ("search_fts", "ix_search_words_")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(find_migrations()))
    return config


def is_ours(name: str | None, kind: str, parents: object) -> bool:
    """Full-text search is each database's own, beside the tables: a virtual table here, indexes there."""
    return not (name or "").startswith(ONE_DATABASE)


def _stamp(database: Database, revision: str) -> None:
    with database.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def test_the_revisions_build_exactly_the_tables(database: Database) -> None:
    """A table or column changed without a revision is found here, not on somebody's server."""
    with database.writer.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_ours})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_there_is_one_line_of_revisions() -> None:
    """Two heads would leave it to chance which schema a server gets."""
    scripts = ScriptDirectory.from_config(_config())
    assert len(scripts.get_heads()) == 1
    assert list_revisions() == [script.revision for script in reversed(list(scripts.walk_revisions()))]


def test_every_key_and_index_of_study_data_leads_with_the_study(database: Database) -> None:
    """One study's rows lie together, and no lookup can slip into another study."""
    own_keys = {
        "account",
        "session",
        "token",
        "setup_link",
        "reset_link",
        "spare_code",
        "pairing",
        "login_attempt",
        "alembic_version",
    }
    tables = inspect(database.writer)
    for table in sorted(name for name in set(tables.get_table_names()) - own_keys if not name.startswith(FULL_TEXT)):
        assert tables.get_pk_constraint(table)["constrained_columns"][0] == "study_id", table
        for index in (one for one in tables.get_indexes(table) if one["name"] not in FULL_TEXT):
            assert index["column_names"][0] == "study_id" or index["unique"] and table == "invitation", index["name"]


def test_migrating_twice_does_nothing(settings: Settings) -> None:
    """A second start finds the database as it left it."""
    assert migrate(settings) is False


def test_the_revisions_go_down_and_up_again(settings: Settings) -> None:
    """A revision that cannot be undone is found before it is released."""
    database = open_database(settings)
    config = _config()
    with database.writer.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert set(inspect(database.writer).get_table_names()) <= {"alembic_version"}
    database.close()
    assert migrate(settings) is True


def test_a_newer_database_is_refused_and_left_alone(settings: Settings) -> None:
    """An old server started by mistake over new data stops with a sentence and writes nothing."""
    database = open_database(settings)
    _stamp(database, "9999")
    with pytest.raises(StartRefused, match="newer version"):
        migrate(settings)
    with pytest.raises(StartRefused, match="skygge migrate"):
        require_current(database)
    with database.writer.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"
    database.close()


def test_a_sqlite_file_is_copied_before_it_is_migrated(sqlite_settings: Settings) -> None:
    """Whoever regrets an upgrade finds the old file beside the new one, whole."""
    database = open_database(sqlite_settings)
    with database.writer.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        connection.execute(text("INSERT INTO login_attempt VALUES (x'01', 3, '2026-03-02 09:00:00')"))
    database.close()
    assert migrate(sqlite_settings) is True
    copies = list(sqlite_settings.data.glob("skygge-before-0001-*.db"))
    assert len(copies) == 1
    with sqlite3.connect(copies[0]) as copy:
        assert copy.execute("SELECT failures FROM login_attempt").fetchall() == [(3,)]
        assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
    copy.close()


def test_a_failing_revision_leaves_sqlite_as_it_was(sqlite_settings: Settings) -> None:
    """A migration is whole or absent; half a schema would be worse than an old one."""
    database = open_database(sqlite_settings)
    with database.writer.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        # Something in the way of a table that the next revision makes late.
        connection.execute(text("CREATE TABLE memo (x)"))
    before = set(inspect(database.writer).get_table_names())
    database.close()
    with pytest.raises(Exception, match="memo"):
        migrate(sqlite_settings)
    database = open_database(sqlite_settings)
    assert set(inspect(database.writer).get_table_names()) == before
    database.close()


def test_the_migrations_are_found_beside_the_code() -> None:
    """The folder that is used is the one with our revisions in it."""
    assert (find_migrations() / "versions" / "0001_accounts_and_studies.py").is_file()
    assert isinstance(find_migrations(), Path)


def test_a_study_from_before_the_lock_reads_as_its_log_does(settings: Settings) -> None:
    """An upgrade says nothing that the log does not say: phones are asked for a lock until a lead writes why not."""
    database = open_database(settings)
    config = _config()
    values = "'{}', 'Nord', 'Europe/Copenhagen', '[]', 'words', 'own', '{}', 0, {}, '2026-03-02 09:00:00'"
    columns = "study_id, title, time_zone, languages, field_mode, observers_see, epoch, last_seq, is_demo, created_at"
    is_false = "0" if settings.database_url.startswith("sqlite") else "false"
    ids = ("0" * 31 + "1", "0" * 31 + "2")
    with database.writer.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0006")
        connection.execute(text(f"INSERT INTO study ({columns}) VALUES ({values.format(*ids, is_false)})"))
        command.upgrade(config, "head")
        row = connection.execute(text("SELECT lock_required, lock_reason, allows_dictation FROM study")).one()
    database.close()
    assert (bool(row[0]), row[1], bool(row[2])) == (True, None, False)


def test_what_was_struck_before_there_were_seals_is_sealed_as_the_server_seals(settings: Settings) -> None:
    """A store from an earlier version verifies after the upgrade, on both databases."""
    database = open_database(settings)
    config = _config()
    ids = [UUID(int=n) for n in range(5)]
    at = datetime(2026, 3, 2, 9, 0, 0, 120_000, tzinfo=UTC)
    old = Table("redaction", MetaData(), *(column._copy() for column in REDACTION.c if column.name != "seal"))
    with database.writer.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0010")
        study = {"study_id": ids[0], "title": "Nord", "time_zone": "Europe/Copenhagen", "languages": ["da"],
                 "field_mode": "words", "epoch": ids[1], "created_at": at}  # fmt: skip
        connection.execute(insert(STUDY), study)
        words = {"study_id": ids[0], "id": ids[2], "subject_id": ids[3], "change_id": ids[4], "mode": "words",
                 "redacted_by": ids[1], "edits": [[["jotting"], 3, 5, "\u25ae \u00e6"]], "redacted_at": at}  # fmt: skip
        connection.execute(insert(old), [words, {**words, "id": ids[1], "change_id": None, "edits": []}])
        command.upgrade(config, "head")
        rows = connection.execute(select(REDACTION)).mappings().all()
    database.close()
    assert [row["seal"] == seal(dict(row)) for row in rows] == [True, True]


def test_servers_that_start_together_migrate_once(postgres_settings: Settings) -> None:
    """Two hosts on one empty PostgreSQL: the second waits for the first, and neither fails."""
    database = open_database(postgres_settings)
    with database.writer.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    with database.writer.begin() as first:
        first.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})
        both = [_start_migrating(postgres_settings) for _ in range(2)]
        for _ in range(600):
            with database.reader.connect() as connection:
                if (waiting := connection.execute(WAITING).scalar()) == 2:
                    break
            time.sleep(0.1)
    assert waiting == 2
    assert [one.wait(timeout=120) for one in both] == [0, 0]
    require_current(database)
    database.close()


def _start_migrating(settings: Settings) -> subprocess.Popen[bytes]:
    chosen = {"SKYGGE_DATA": str(settings.data), "SKYGGE_DATABASE_URL": str(settings.database_url)}
    return subprocess.Popen([sys.executable, "-m", "skygge", "migrate"], env={**os.environ, **chosen})
