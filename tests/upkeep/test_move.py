"""`skygge move`: from either database to the other, the phone does not notice; else nothing happens."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Table
from sqlmodel import Session

from skygge import cli
from skygge.accounts.access import cookie_name
from skygge.errors import StartRefused
from skygge.fieldlog.verify import verify
from skygge.settings import Settings
from skygge.upkeep import move
from tests.fixtures.world import World, build_world
from tests.sync.phone import Phone, words


@pytest.fixture
def other(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Settings:
    """The settings of an empty database of the other kind."""
    if not settings.uses_sqlite:
        return Settings(data=tmp_path, database_url=f"sqlite:///{tmp_path / 'elsewhere' / 'moved.db'}")
    made: Settings = request.getfixturevalue("postgres_settings")
    return made


@pytest.fixture
def written(world: World, phone: Phone) -> Phone:
    """A phone that has written a visit with words that databases like to change."""
    visit = phone.visit()
    entry = phone.entry(visit, jotting="Æøå 🌱 'quoted' \\ back\\slash\n=SUM(1)  two spaces ")
    assert words(phone.push(visit, entry)) == ["stored", "stored"]
    return phone


def moved_world(other: Settings, world: World) -> Iterator[World]:
    """A server on the other database."""
    yield from build_world(other, world.clock)


def test_everything_is_there_and_the_phone_goes_on(
    world: World, written: Phone, other: Settings, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], tmp_path: Path,
) -> None:  # fmt: skip
    """The same page of the feed, epoch included, under the same sign-in; and then the next entry."""
    before = written.pull()
    monkeypatch.setenv("SKYGGE_DATA", str(world.settings.data))
    monkeypatch.setenv("SKYGGE_DATABASE_URL", world.settings.database_url)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["skygge", "move", "--to", other.url_of_database])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0, capsys.readouterr().err
    assert "each is the same there" in capsys.readouterr().out
    cookie = written.client.cookies[cookie_name(world.settings)]
    for there in moved_world(other, world):
        written.client = there.client()
        written.client.cookies.set(cookie_name(other), cookie)
        after = written.pull()
        assert {**after, "server_time": None} == {**before, "server_time": None}
        visit = written.visit()
        assert words(written.push(visit)) == ["stored"]
        with there.database.read() as session:
            assert verify(session) == []


def test_a_database_that_holds_something_is_refused(world: World, written: Phone, other: Settings) -> None:
    """Moving twice would put one study over another."""
    move.move_database(world.database, other)
    with pytest.raises(StartRefused, match="holds a Skygge already"):
        move.move_database(world.database, other)


def test_a_row_that_arrives_otherwise_undoes_the_move(
    world: World, written: Phone, other: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One letter of one row: the table is named, and the other database stays empty, so that one can try again."""
    copy = move._copy_table

    def copy_wrongly(here: Session, there: Session, table: Table) -> None:
        copy(here, there, table)
        if table.name == "entry":
            there.execute(table.update().values(jotting="Æøå"))

    with monkeypatch.context() as patched:
        patched.setattr(move, "_copy_table", copy_wrongly)
        with pytest.raises(StartRefused, match="The table entry is not the same there: 1 rows here, 1 there"):
            move.move_database(world.database, other)
    assert move.move_database(world.database, other)["entry"] == 1


def test_while_it_moves_nobody_writes_to_the_old_one(
    world: World, written: Phone, other: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second writer waits; what it brings is stored after the move, in the old database alone."""
    compare = move._compare
    waited: list[bool] = []

    def compare_while_another_writes(here: Session, there: Session, table: Table) -> int:
        if not waited:
            waited.append(_may_write(world.settings))
        return compare(here, there, table)

    monkeypatch.setattr(move, "_compare", compare_while_another_writes)
    move.move_database(world.database, other)
    assert waited == [False]
    assert _may_write(world.settings)


def _may_write(settings: Settings) -> bool:
    """Whether another process could write just now, without waiting for its turn."""
    write = "UPDATE study SET title = title"
    try:
        if settings.uses_sqlite:
            with closing(sqlite3.connect(settings.sqlite_file, timeout=0)) as connection:
                connection.execute(write)
        else:
            with psycopg.connect(settings.database_url) as server:
                server.execute("SET lock_timeout = 200")
                server.execute(write)
                server.rollback()
    except (sqlite3.OperationalError, psycopg.errors.LockNotAvailable):
        return False
    return True
