"""Two processes at one port on PostgreSQL: both answer, and the numbers they give have no gap."""

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from skygge.client import Device
from skygge.db import open_database
from skygge.fieldlog.verify import verify
from skygge.settings import Settings
from tests.fixtures.server_process import ServerProcess
from tests.sync.script import found_for_script, report_visit

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds the processes in /proc")
DEVICES = 4
PUSHES = 5


@dataclass(frozen=True)
class Pair:
    """A server of two worker processes, with a study for scripts."""

    server: ServerProcess
    settings: Settings
    study_id: UUID
    token: str

    def device(self) -> Device:
        """A new device of the study."""
        return Device(self.server.origin, self.study_id, self.token)

    def workers(self) -> list[int]:
        """The ids of the processes that answer."""
        assert self.server.process is not None
        parent = self.server.process.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


@pytest.fixture
def pair(postgres_settings: Settings) -> Iterator[Pair]:
    """`skygge serve --workers 2`."""
    database = open_database(postgres_settings)
    study_id, _, token = found_for_script(database)
    database.close()
    env = {"SKYGGE_DATABASE_URL": postgres_settings.database_url}
    server = ServerProcess(postgres_settings.data / "data", env, options=("--workers", "2"))
    try:
        server.start()
        yield Pair(server, postgres_settings, study_id, token)
    finally:
        server.kill()


def test_pushes_through_both_workers_get_numbers_without_gap(pair: Pair) -> None:
    """First each worker alone, while the other is held still; then several devices at once through both."""
    workers = pair.workers()
    assert len(workers) == 2
    for still in workers:
        with _held(still):
            _push(pair)
    with ThreadPoolExecutor(DEVICES) as pool:
        list(pool.map(_push, [pair] * DEVICES))
    numbers = [change["seq"] for change in pair.device().pull()]
    assert numbers == list(range(1, 2 + (2 + DEVICES) * PUSHES * 3 + 1))
    database = open_database(pair.settings)
    with database.read() as session:
        assert verify(session) == []
    database.close()


def _push(pair: Pair) -> None:
    device = pair.device()
    for _ in range(PUSHES):
        report_visit(device)
        assert [verdict["verdict"] for verdict in device.push()] == ["stored"] * 3


@contextmanager
def _held(process_id: int) -> Iterator[None]:
    """A process that does nothing for a while; what it would have answered falls to the other."""
    os.kill(process_id, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process_id, signal.SIGCONT)
