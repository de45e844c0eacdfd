"""A database that is full or goes away is called so; nothing is half done, and the same push is taken later."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from skygge.problems import problem_of
from tests.fixtures.world import World
from tests.sync.phone import Phone


@contextmanager
def no_more_pages(world: World) -> Iterator[None]:
    """A SQLite file that may not grow any more, as on a full disk."""
    with world.database.writer.connect() as connection:
        before = connection.exec_driver_sql("PRAGMA max_page_count").scalar_one()
        connection.exec_driver_sql("PRAGMA max_page_count=1")
    yield
    with world.database.writer.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={before}")


@contextmanager
def cut_before_commit(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """PostgreSQL ends the connection just before the commit reaches it, as when it is stopped at once."""
    commit = Session.commit

    def cut(session: Session) -> None:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        commit(session)

    with monkeypatch.context() as patched:
        patched.setattr(Session, "commit", cut)
        yield


def test_a_database_without_room_or_gone_is_no_fault_of_the_program(
    world: World, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """507 or 503 with a time to come back; the feed is what it was; the same body is taken afterwards."""
    visit = phone.visit()
    phone.push(visit)
    body = phone.body([phone.entry(visit, jotting="hun venter " * 150) for _ in range(100)])
    is_sqlite = world.settings.uses_sqlite
    with no_more_pages(world) if is_sqlite else cut_before_commit(monkeypatch):
        answer = phone.client.post(f"{phone.url}/changes", json=body)
    assert (answer.status_code, answer.json()["code"]) == (
        (507, "server.full") if is_sqlite else (503, "server.not_ready")
    )
    assert int(answer.headers["Retry-After"]) > 0
    assert "venter" not in answer.text
    assert [change["change_id"] for change in phone.pull_all()][-1] == visit["change_id"]
    taken = phone.client.post(f"{phone.url}/changes", json=body)
    assert {verdict["verdict"] for verdict in taken.json()["verdicts"]} == {"stored"}


def _told_by_sqlite(code: int) -> OperationalError:
    error = sqlite3.OperationalError("told by SQLite")
    error.sqlite_errorcode = code
    return OperationalError("INSERT", {}, error)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (_told_by_sqlite(sqlite3.SQLITE_BUSY), "server.busy"),
        (_told_by_sqlite(sqlite3.SQLITE_FULL), "server.full"),
        (_told_by_sqlite(sqlite3.SQLITE_CORRUPT), "server.not_ready"),
        (PoolTimeout(), "server.busy"),
        (OSError(errno.ENOSPC, "no room"), "server.full"),
        (OSError(errno.EACCES, "not allowed"), "server.failed"),
        (ValueError("a mistake of ours"), "server.failed"),
    ],
    ids=["busy", "full", "damaged", "no connection free", "no room for the ledger", "not allowed", "a mistake"],
)
def test_whoever_asked_is_told_whether_asking_again_helps(error: Exception, code: str) -> None:
    """A mistake of the program stays one: 500, and nobody is told to come back."""
    problem = problem_of(error)
    assert (problem.code, "Retry-After" in problem.headers) == (code, code != "server.failed")
