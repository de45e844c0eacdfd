"""Many writers at once, and a server that dies: nothing lost, nothing doubled, no gap."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from skygge.client import Device, DeviceFailed, new_subject_id
from skygge.clock import utc_now
from skygge.db import Database, open_database
from skygge.fieldlog.append import append_changes
from skygge.fieldlog.tables import ChangeRow
from skygge.fieldlog.verify import verify
from skygge.settings import Settings
from skygge.studies.tables import StudyRow
from tests.fixtures.server_process import ServerProcess
from tests.sync.phone import Phone
from tests.sync.script import found_for_script, report_visit

WRITERS = 8
PUSHES = 12


def test_numbers_have_no_gap_under_eight_writers(database: Database) -> None:
    """A reader that polls meanwhile never sees a number before all smaller ones, and at the end all are there."""
    study_id, author, _ = found_for_script(database)
    seen: list[int] = []
    is_done = threading.Event()

    def write(number: int) -> None:
        for _ in range(PUSHES):
            phone = _PHONES[number]
            visit = phone.visit()
            changes = [visit, phone.entry(visit), phone.entry(visit)]
            with database.write() as session:
                append_changes(
                    session, study_id=study_id, author=author, device_id=phone.device_id, changes=changes, clock=utc_now
                )

    def read() -> None:
        while not is_done.is_set():
            with database.read() as session:
                query = select(ChangeRow.seq).where(ChangeRow.study_id == study_id, ChangeRow.seq > len(seen))
                seen.extend(sorted(session.exec(query)))

    reader = threading.Thread(target=read)
    reader.start()
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    time.sleep(0.1)
    is_done.set()
    reader.join()
    total = 2 + WRITERS * PUSHES * 3
    assert seen == list(range(1, total + 1))
    with database.read() as session:
        assert session.get_one(StudyRow, study_id).last_seq == total
        assert verify(session) == []


_PHONES = [Phone(None, UUID(int=0)) for _ in range(WRITERS)]  # type: ignore[arg-type]  # they only write changes here


@pytest.fixture
def stage(settings: Settings) -> Iterator[tuple[ServerProcess, UUID, str]]:
    """A real server process with a study, and a token for scripts; once on SQLite and once on PostgreSQL."""
    database = open_database(settings)
    study_id, _, token = found_for_script(database)
    database.close()
    server = ServerProcess(settings.data, {"SKYGGE_DATABASE_URL": settings.database_url})
    server.start()
    yield server, study_id, token
    server.kill()


def test_eight_devices_push_to_one_process(stage: tuple[ServerProcess, UUID, str]) -> None:
    """Over HTTP: everything is stored once, and every device pulls the same feed."""
    server, study_id, token = stage

    def push(_number: int) -> list[str]:
        device = Device(server.origin, study_id, token)
        for _ in range(20):
            report_visit(device)
            assert {verdict["verdict"] for verdict in device.push()} == {"stored"}
        return [change["change_id"] for change in device.pull()]

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(push, range(WRITERS)))
    feed = list(Device(server.origin, study_id, token).pull(limit=100))
    assert [change["seq"] for change in feed] == list(range(1, 2 + WRITERS * 20 * 3 + 1))
    assert len({change["change_id"] for change in feed}) == len(feed)


def test_a_killed_server_keeps_what_it_acknowledged(stage: tuple[ServerProcess, UUID, str]) -> None:
    """`kill -9` while devices send, three times over: acknowledged changes are there, each change whole or absent.

    Devices go on trying and the same changes become known, so in the end everything is there once.
    """
    server, study_id, token = stage
    acknowledged: list[str] = []
    is_done = threading.Event()
    devices = [Device(server.origin, study_id, token, attempts=1) for _ in range(4)]

    def send(device: Device) -> None:
        while not is_done.is_set() or device.outbox:
            if not device.outbox:
                for _ in range(30):
                    report_visit(device)
            try:
                acknowledged.extend(verdict["change_id"] for verdict in device.push())
            except DeviceFailed as failure:
                assert failure.status in (0, 500, 503), failure
                time.sleep(0.05)

    with ThreadPoolExecutor(len(devices)) as pool:
        senders = [pool.submit(send, device) for device in devices]
        for _ in range(3):
            time.sleep(0.7)
            server.kill()
            _check(server, study_id, list(acknowledged))
            server.start()
        is_done.set()
        for sender in senders:
            sender.result(60)
    server.kill()
    _check(server, study_id, acknowledged)
    assert len(acknowledged) > 100
    assert len(set(acknowledged)) == len(acknowledged)


def _check(server: ServerProcess, study_id: UUID, acknowledged: list[str]) -> None:
    database = open_database(Settings(data=server.data, database_url=server.env["SKYGGE_DATABASE_URL"]))
    with database.read() as session:
        assert verify(session) == []
        stored = {
            str(found) for found in session.exec(select(ChangeRow.change_id).where(ChangeRow.study_id == study_id))
        }
    database.close()
    assert set(acknowledged) <= stored


def test_a_device_keeps_what_got_no_verdict() -> None:
    """Nothing leaves the outbox while no server answers."""
    device = Device("http://127.0.0.1:9", UUID(int=1), "token", attempts=2, device_id=uuid4())
    device.report("memo.written", new_subject_id(), {"text": "…"})
    with pytest.raises(DeviceFailed):
        device.push()
    assert len(device.outbox) == 1


@pytest.mark.parametrize("status", ["200 OK", "503 Service Unavailable"])
def test_an_answer_that_breaks_off_is_no_answer(status: str) -> None:
    """A server that dies while it answers has promised more bytes than come: the change is asked about again."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(10)

        def break_off() -> None:
            for _ in range(2):
                talk, _ = door.accept()
                with talk:
                    talk.recv(65_536)
                    talk.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 7643\r\n\r\n".encode() + b'{"verd')

        with ThreadPoolExecutor(1) as pool:
            broken = pool.submit(break_off)
            origin = f"http://127.0.0.1:{door.getsockname()[1]}"
            device = Device(origin, UUID(int=1), "token", attempts=2, device_id=uuid4())
            device.report("memo.written", new_subject_id(), {"text": "…"})
            with pytest.raises(DeviceFailed) as failed:
                device.push()
            broken.result(10)
    assert (failed.value.status, len(device.outbox)) == (0, 1)


def test_a_device_goes_on_where_it_stopped(stage: tuple[ServerProcess, UUID, str]) -> None:
    """A backlog of 1,100 changes is three requests; pulling again brings only what is new; odd ones are told."""
    server, study_id, token = stage
    device = Device(server.origin, study_id, token)
    for number in range(1_099):
        device.report("memo.written", new_subject_id(), {"text": f"thought {number}"})
    device.report("memo.painted", new_subject_id())
    verdicts = [verdict["verdict"] for verdict in device.push()]
    assert (verdicts.count("stored"), verdicts.count("quarantined"), device.outbox) == (1_099, 1, [])
    assert [change["kind"] for change in device.quarantined] == ["memo.painted"]
    assert len(list(device.pull())) == 1_101
    assert list(device.pull()) == []
    device.report("memo.written", new_subject_id(), {"text": "one more"})
    device.push()
    assert [change["payload"]["text"] for change in device.pull()] == ["one more"]
    with pytest.raises(DeviceFailed, match="study.unknown"):
        list(Device(server.origin, UUID(int=1), token).pull())
