"""`skygge doctor`: nothing to say of a server that is well, and a sentence with advice for each way of not being so."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from skygge import cli
from skygge.backup import note_backup
from skygge.settings import Settings
from skygge.upkeep import doctor
from skygge.upkeep.doctor import Patient, examine
from tests.fixtures.world import Person, World
from tests.sync.phone import Phone


@contextmanager
def patient_of(world: World, **settings: object) -> Iterator[Patient]:
    """The world as it stands, under other settings where they are given."""
    said = Settings(**{**world.settings.model_dump(), **settings})
    with world.database.read() as session:
        yield Patient(said, world.database, session, world.clock())


def found(world: World, **settings: object) -> dict[str, str]:
    """Each check that found something, with what it said."""
    with patient_of(world, **settings) as patient:
        return {name: " ".join(one.what for one in some) for name, some in examine(patient).items() if some}


@pytest.fixture(autouse=True)
def kept_well(world: World, phone: Phone) -> None:
    """Something is written, was backed up today, and lies in a folder that is its owner's alone."""
    phone.push(phone.visit())
    note_backup(world.settings.data, world.clock())
    world.settings.data.chmod(0o700)


def test_nothing_is_said_of_what_is_well(world: World) -> None:
    """The tests' own PostgreSQL runs without fsync on purpose, and just that is said."""
    assert found(world) == ({} if world.database.is_sqlite else {"database": "PostgreSQL runs with fsync off."})


def test_everybody_may_reach_it_without_https(world: World) -> None:
    """Listening to the network with an address of this machine's own."""
    assert "not https" in found(world, host="0.0.0.0")["address"]  # nothing listens
    assert "address" not in found(world, host="0.0.0.0", origin="https://localhost:1")


def test_nothing_answers_at_the_address(world: World) -> None:
    """The https address leads nowhere."""
    assert found(world, origin="https://localhost:1")["certificate"] == "Nothing answers at the address people type."


def test_others_may_look_into_the_folder(world: World) -> None:
    """As a folder is made by most systems."""
    world.settings.data.chmod(0o755)
    assert "may look into" in found(world)["folder"]


def test_the_folder_cannot_be_written(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a restore by another user. Whoever runs the tests may write everywhere, so it is said to be so."""
    monkeypatch.setattr(os, "access", lambda folder, how: how != os.W_OK)
    assert "cannot be written" in found(world)["folder"]


def test_the_disk_is_nearly_full(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Less than what is thought to be enough."""
    monkeypatch.setattr(doctor, "LEAST_FREE_BYTES", 10**18)
    assert "are free on the disk" in found(world)["disk"]


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_the_database_file_is_damaged(world: World) -> None:
    """A page of a table that nobody has read yet, as after a bad disk."""
    with closing(sqlite3.connect(world.settings.sqlite_file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'memo'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with world.settings.sqlite_file.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    assert found(world)["database"] == "The database file is damaged."


@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
def test_postgresql_says_done_too_early(world: World) -> None:
    """A setting that makes it quick, and a power cut cost entries that phones believe to be safe."""
    with patient_of(world) as patient:
        patient.session.execute(text("SET LOCAL synchronous_commit = off"))
        told = {one.what: one.advice for one in examine(patient)["database"]}
    (advice,) = [advice for what, advice in told.items() if "says done before the disk has it" in what]
    assert advice.startswith("Switch it on")


@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
def test_the_clocks_of_both_machines_differ(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are on this one machine, so it is the least difference that counts here."""
    monkeypatch.setattr(doctor, "CLOCK_OFF", timedelta(days=-1))
    assert "of this machine and of PostgreSQL's differ" in found(world)["clock"]


def test_the_clock_went_back(world: World) -> None:
    """What has arrived is of tomorrow."""
    world.clock.turn(days=-1)
    assert "arrived later" in found(world)["clock"]


def test_a_change_is_missing_from_the_log(world: World) -> None:
    """Taken out by hand."""
    with world.database.write() as session:
        session.execute(text("DELETE FROM change WHERE seq = 1"))
    assert "has gaps" in found(world)["change log and audit log"]


def test_the_audit_log_was_changed_by_hand(world: World, lead: Person, study_id: UUID) -> None:
    """A row that says something else than when it was sealed."""
    assert lead.client.get(f"/api/v1/studies/{study_id}/exports/csv").is_success
    with world.database.write() as session:
        session.execute(text("UPDATE audit SET kind = 'nothing' WHERE kind LIKE 'export%'"))
    with patient_of(world) as patient:
        (finding, *_) = examine(patient)["change log and audit log"]
    assert "audit" in finding.what and finding.advice.startswith("Somebody changed the audit log by hand")


def test_something_was_set_aside(world: World, phone: Phone) -> None:
    """A kind that this version does not know."""
    phone.push(phone.change("entry.from_the_future"))
    assert found(world)["set aside"].startswith("1 changes of phones were set aside")


def test_the_latest_backup_is_old_or_there_is_none(world: World) -> None:
    """A week is long."""
    world.clock.turn(days=8)
    assert "The latest backup is of" in found(world)["backups"]
    (world.settings.data / "last-backup").unlink()
    assert found(world)["backups"] == "No backup was ever made here."


def test_the_ledger_is_damaged(world: World) -> None:
    """Half a line in its middle."""
    world.database.ledger.append([{"type": "epoch"}])
    with world.database.ledger.file.open("a") as ledger:
        ledger.write('{"type": "red\n')
    assert "cannot be read" in found(world)["ledger"]


def test_the_command_says_it_and_ends_with_one(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Exit code 1, and advice in every finding; a backup by the command is noted."""
    _stand_at(world, monkeypatch, tmp_path)
    (world.settings.data / "last-backup").unlink()
    assert _run(monkeypatch, "doctor") == 1
    assert "look: backups\n  No backup was ever made here.\n  Run `skygge backup" in capsys.readouterr().out
    assert _run(monkeypatch, "backup", os.fspath(tmp_path / "all.backup")) == 0
    _run(monkeypatch, "doctor")
    assert "well: backups" in capsys.readouterr().out


def test_a_database_of_an_older_version_is_told_to_migrate(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Nothing else is looked at: the checks know this version's tables."""
    _stand_at(world, monkeypatch, tmp_path)
    with world.database.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    assert _run(monkeypatch, "doctor") == 2
    assert capsys.readouterr().err == "The database has another version's schema; run `skygge migrate` first.\n"


def _run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["skygge", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert isinstance(ended.value.code, int)
    return ended.value.code


def _stand_at(world: World, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """The command then finds this server, wherever it is run."""
    monkeypatch.setenv("SKYGGE_DATA", str(world.settings.data))
    monkeypatch.setenv("SKYGGE_DATABASE_URL", world.settings.database_url)
    monkeypatch.chdir(folder)
