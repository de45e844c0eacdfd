"""The one commit, the read-only door and times, on both databases."""

import os
import sqlite3
import stat
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from skygge.accounts.tables import LoginAttemptRow
from skygge.clock import utc_now
from skygge.db import Database, open_database
from skygge.errors import StudyUnknown, WrongCredentials
from skygge.ledger import Ledger
from skygge.settings import Settings


def _attempt(name: bytes, at: datetime | None = None) -> LoginAttemptRow:
    return LoginAttemptRow(subject_hash=name, failures=1, last_failed_at=at or utc_now())


def test_a_write_is_rolled_back_when_the_block_raises(database: Database) -> None:
    """Nothing of a refused request stays."""
    with pytest.raises(StudyUnknown), database.write() as session:
        session.add(_attempt(b"refused"))
        session.flush()
        raise StudyUnknown
    with database.read() as session:
        assert session.exec(select(LoginAttemptRow)).all() == []


def test_a_write_is_kept_when_the_problem_says_so(database: Database) -> None:
    """A failed sign-in counts although it is answered with an error."""
    with pytest.raises(WrongCredentials), database.write() as session:
        session.add(_attempt(b"kept"))
        raise WrongCredentials
    with database.read() as session:
        assert session.get(LoginAttemptRow, b"kept") is not None


def test_a_read_session_cannot_write(database: Database) -> None:
    """Reading endpoints cannot change anything, even by mistake."""
    with pytest.raises(DBAPIError), database.read() as session:
        session.add(_attempt(b"sneaked"))
        session.flush()


def test_an_instant_comes_back_aware_and_equal(database: Database) -> None:
    """An instant written in Copenhagen's offset is the same instant when read, on both databases."""
    at = datetime(2026, 3, 2, 9, 0, 0, 123000, tzinfo=timezone(timedelta(hours=1)))
    with database.write() as session:
        session.add(_attempt(b"when", at))
    with database.read() as session:
        row = session.get(LoginAttemptRow, b"when")
    assert row is not None
    assert row.last_failed_at == at
    assert row.last_failed_at.utcoffset() == timedelta(0)


def test_a_naive_time_is_refused(database: Database) -> None:
    """A time without a zone never reaches a table."""
    with pytest.raises(Exception, match="naive"), database.write() as session:
        session.add(_attempt(b"naive", datetime(2026, 3, 2, 9, 0)))  # noqa: DTZ001  # a naive time is what must be refused


def test_sqlite_keeps_what_was_committed_and_takes_one_writer_from_the_first_word(sqlite_settings: Settings) -> None:
    """A write-ahead log that is flushed at each commit; a transaction that reads first has its turn already."""
    database = open_database(sqlite_settings)
    with database.write() as session:
        told = [session.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("journal_mode", "synchronous")]
        assert told == ["wal", 2]
        with closing(sqlite3.connect(sqlite_settings.sqlite_file, timeout=0)) as other:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
    database.close()


@pytest.mark.skipif(os.name == "nt", reason="folders have other rights there")
def test_a_folder_that_is_made_is_its_owners_alone(tmp_path: Path) -> None:
    """Else the doctor would complain of what the first start did; one that was there stays as it is."""
    open_database(Settings(data=tmp_path / "file")).close()
    Ledger(tmp_path / "ledger").append([{"type": "epoch"}])
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("file", "ledger")] == [0o700, 0o700]
    (tmp_path / "shared").mkdir(mode=0o755)
    open_database(Settings(data=tmp_path / "shared")).close()
    assert stat.S_IMODE((tmp_path / "shared").stat().st_mode) == 0o755
