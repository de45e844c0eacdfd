"""The drill: backed up and restored beside a server that phones go on writing to, compared table by table."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from skygge.accounts.enrol import create_account
from skygge.accounts.tokens import create_token
from skygge.backup import read_backup, write_backup
from skygge.client import Device, DeviceFailed
from skygge.clock import utc_now
from skygge.db import Database, open_database
from skygge.settings import Settings
from skygge.studies.access import Role
from skygge.studies.members import add_member
from tests.fixtures.backups import check_restored, read_rows
from tests.fixtures.server_process import ServerProcess, command_env
from tests.fixtures.world import hashed_password
from tests.sync.script import found_for_script, report_visit

N_PHONES = 6
# So much lies there before, that a backup takes a while.
VISITS_BEFORE = 60
VISITS_AT_ONCE = 3
BATCH = 3 * VISITS_AT_ONCE
# What a push writes to.
WRITTEN = frozenset({"study", "change", "device", "encounter", "entry"})
ENDS_WITHIN_S = 300


@dataclass
class Stage:
    """A real server process with a study, and phones of several observers, each of which knows what it was answered."""

    server: ServerProcess
    settings: Settings
    study_id: UUID
    people: list[UUID]
    phones: list[Device] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def sign_in(self) -> None:
        """Every phone gets a token; one that had one keeps its id and what is on it."""
        database = open_database(self.settings)
        before, self.phones = self.phones, []
        with database.write() as session:
            for number, account_id in enumerate(self.people):
                token, _ = create_token(session, account_id, self.study_id, utc_now(), may_write=True, days=1)
                known = before[number] if before else None
                phone = Device(self.server.origin, self.study_id, token, device_id=known.device_id if known else None)
                if known:
                    phone.notebook = known.notebook
                self.phones.append(phone)
        database.close()

    def write(self, phone: Device) -> int:
        """Report and send until nobody answers as before; the status that ended it."""
        while not self.is_over.is_set():
            for _ in range(VISITS_AT_ONCE):
                report_visit(phone)
            try:
                self.answered.extend(one["change_id"] for one in phone.push() if one["verdict"] == "stored")
            except DeviceFailed as failure:
                return failure.status
        return 0

    @contextmanager
    def all_writing(self) -> Iterator[list[Future[int]]]:
        """While every phone writes; at the end, whatever it is, they stop."""
        with ThreadPoolExecutor(N_PHONES) as pool:
            try:
                yield [pool.submit(self.write, phone) for phone in self.phones]
            finally:
                self.is_over.set()

    def run(self, *words: str) -> str:
        """A command beside the server; what it printed."""
        env = command_env(self.settings.data) | {"SKYGGE_DATABASE_URL": self.settings.database_url}
        done = subprocess.run(
            [sys.executable, "-m", "skygge", *words],
            env=env, capture_output=True, text=True, timeout=ENDS_WITHIN_S, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    def wait_for_more(self, n_changes: int) -> None:
        """Until so many more changes were answered."""
        wanted, deadline = len(self.answered) + n_changes, time.monotonic() + ENDS_WITHIN_S
        while len(self.answered) < wanted:
            assert time.monotonic() < deadline, "the phones stand still"
            time.sleep(0.02)


@pytest.fixture
def stage(settings: Settings) -> Iterator[Stage]:
    """Once on SQLite and once on PostgreSQL."""
    database = open_database(settings)
    study_id, lead, _ = found_for_script(database)
    assert lead.account_id is not None
    people = [lead.account_id]
    with database.write() as session:
        for number in range(1, N_PHONES):
            account = create_account(session, f"Observer {number}", hashed_password(), utc_now())
            add_member(session, study_id, Role.OBSERVER, utc_now(), account_id=account.id)
            people.append(account.id)
    database.close()
    server = ServerProcess(settings.data, {"SKYGGE_DATABASE_URL": settings.database_url})
    server.start()
    made = Stage(server, settings, study_id, people)
    yield made
    server.kill()


@pytest.mark.deep
def test_a_backup_and_a_restore_beside_phones_that_write(stage: Stage, tmp_path: Path) -> None:
    """Six phones write all the while. Each backup is of one moment, the restored tables are those of the backup by
    count and hash, and in the end everything that any phone was ever answered is there once.
    """
    stage.sign_in()
    for phone in stage.phones:
        for _ in range(VISITS_BEFORE):
            report_visit(phone)
        stage.answered.extend(one["change_id"] for one in phone.push())
    with stage.all_writing() as writing:
        stage.wait_for_more(2 * N_PHONES)
        for name in ("a.backup", "b.backup"):
            back_up_while_they_write(stage, tmp_path / name)
        stage.wait_for_more(2 * N_PHONES)
        assert "begin a new epoch" in stage.run("restore", str(tmp_path / "a.backup"))
        # Nobody is signed in any more: each hears it at the next thing that it sends.
        assert [one.result(ENDS_WITHIN_S) for one in writing] == N_PHONES * [401]
    kept, restored, again = (tmp_path / f"{name}.backup" for name in "acd")
    stage.run("backup", str(restored))
    check_restored(kept, restored, WRITTEN)
    # What was on its way while the tables were put back, one batch of each phone at most, is stored after it.
    was, is_now = ({json.dumps(row) for row in read_rows(file, "change")} for file in (kept, restored))
    assert was <= is_now and len(is_now - was) <= N_PHONES * BATCH
    assert "is whole" in stage.run("verify")
    assert set(stage.answered) - change_ids(restored), "nothing was stored after the backup: the restore shows nothing"
    # And with nobody on the way: every table, to the row.
    stage.run("restore", str(kept))
    stage.run("backup", str(again))
    check_restored(kept, again)
    stage.sign_in()
    with ThreadPoolExecutor(N_PHONES) as pool:
        list(pool.map(Device.sync, stage.phones))
    assert [phone.outbox for phone in stage.phones] == N_PHONES * [[]]
    feed = [change["change_id"] for change in Device.pull(fresh_of(stage))]
    assert len(feed) == len(set(feed)) and set(stage.answered) <= set(feed)
    assert "is whole" in stage.run("verify")


@pytest.mark.deep
def test_a_restore_tries_again_when_somebody_waits_for_it_crosswise(
    postgres_settings: Settings, tmp_path: Path
) -> None:
    """Another transaction has written to one table and wants the study that the restore holds: both get done."""
    database = open_database(postgres_settings)
    found_for_script(database)
    with database.read() as reading:
        write_backup(reading, tmp_path / "a.backup", utc_now())
    is_first = threading.Event()

    def write_crosswise() -> None:
        with database.write() as session:
            session.execute(text("LOCK TABLE search_words IN ROW EXCLUSIVE MODE"))
            is_first.set()
            wait_until_locked(database, "study")
            session.execute(text("LOCK TABLE study IN ROW EXCLUSIVE MODE"))

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(write_crosswise)
        assert is_first.wait(ENDS_WITHIN_S)
        with database.write() as session:
            assert read_backup(session, tmp_path / "a.backup") > 0
        other.result(ENDS_WITHIN_S)
    database.close()


def wait_until_locked(database: Database, table: str) -> None:
    """Until somebody holds a table for themselves."""
    asked = text(
        "SELECT count(*) FROM pg_locks WHERE relation = CAST(:name AS regclass) AND mode = 'ExclusiveLock' AND granted"
    )
    deadline = time.monotonic() + ENDS_WITHIN_S
    while True:
        with database.read() as session:
            if session.execute(asked, {"name": table}).scalar_one():
                return
        assert time.monotonic() < deadline, f"nobody locks {table}"
        time.sleep(0.02)


def back_up_while_they_write(stage: Stage, file: Path) -> None:
    """What was answered before it began is in it; of every phone a beginning, in order, with no hole."""
    before = set(stage.answered)
    stage.run("backup", str(file))
    meanwhile = set(stage.answered) - before
    assert len(meanwhile) > N_PHONES, "hardly anything was written while the backup was made"
    rows = read_rows(file, "change")
    assert before <= change_ids(file)
    assert sorted(row["seq"] for row in rows) == list(range(1, len(rows) + 1))
    assert [study["last_seq"] for study in read_rows(file, "study")] == [len(rows)]
    for phone in stage.phones:
        own = [row for row in rows if row["device_id"] == str(phone.device_id)]
        numbers = sorted(json.loads(base64.b64decode(row["raw"]))["device_seq"] for row in own)
        assert numbers == list(range(1, len(numbers) + 1))
    # The tables are of the same moment as the log.
    for table, kind in (("entry", "entry.logged"), ("encounter", "encounter.started")):
        begun = {row["subject_id"] for row in rows if row["kind"] == kind}
        assert {row["id"] for row in read_rows(file, table)} == begun


def change_ids(file: Path) -> set[str]:
    """Every change of a backup."""
    return {row["change_id"] for row in read_rows(file, "change")}


def fresh_of(stage: Stage) -> Device:
    """The lead's phone, as if it had just been bought."""
    first = stage.phones[0]
    return Device(stage.server.origin, stage.study_id, first._token, device_id=first.device_id)
