"""Server-sent events: told at once and whenever the feed has grown, by every worker, to whoever may pull."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from uuid import UUID, uuid4

import psycopg
import pytest
import uvicorn
from fastapi import FastAPI
from sqlmodel import select

from skygge.accounts.tables import TokenRow
from skygge.app import create_app
from skygge.client import Device
from skygge.clock import utc_now
from skygge.commands.serve import _config
from skygge.db import Database, open_database
from skygge.fieldlog.append import Author, append_changes
from skygge.settings import Settings
from skygge.studies.access import Role
from skygge.studies.tables import DeviceRow
from skygge.tidings import MAX_OF_ACCOUNT
from tests.fixtures.server_process import ServerProcess, free_port
from tests.fixtures.world import Person, World
from tests.sync.phone import Phone
from tests.sync.script import found_for_script, report_visit

PATIENCE_S = 60


@dataclass(frozen=True)
class Stage:
    """A server in this process, so that its waiters can be counted."""

    app: FastAPI
    port: int
    study_id: UUID
    token: str

    @property
    def database(self) -> Database:
        database: Database = self.app.state.database
        return database

    def device(self) -> Device:
        return Device(f"http://127.0.0.1:{self.port}", self.study_id, self.token)

    def follow(self) -> HTTPResponse:
        return _follow(self.port, self.study_id, self.token)


@pytest.fixture
def stage(settings: Settings) -> Iterator[Stage]:
    """On SQLite and on PostgreSQL."""
    port = free_port()
    settings = settings.model_copy(update={"port": port})
    app = create_app(settings)
    study_id, _, token = found_for_script(app.state.database)
    server = uvicorn.Server(_config(settings, app, None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket.create_server(("127.0.0.1", port))]})
    thread.start()
    yield Stage(app, port, study_id, token)
    server.should_exit = True
    thread.join()


def test_the_newest_number_is_told_at_once_and_whenever_the_feed_grows(stage: Stage) -> None:
    """The data of each event is `{cursor}`; after a push it is the number that a pull ends with."""
    stream = stage.follow()
    assert stream.getheader("Content-Type", "").startswith("text/event-stream")
    assert stream.getheader("Cache-Control") == "no-store"
    device = stage.device()
    for _ in range(3):
        list(device.pull())
        assert _next_event(stream, device.cursor) == {"cursor": device.cursor}
        report_visit(device)
        device.push()


def test_what_is_rolled_back_is_told_to_nobody(stage: Stage) -> None:
    """The word goes out with the commit; a quarantined change is no news either."""
    stream = stage.follow()
    first = _read_event(stream)
    device = stage.device()
    device.report("memo.painted", str(uuid4()), {"text": "odd"}, parents=[])
    assert [verdict["verdict"] for verdict in device.push()] == ["quarantined"]
    report_visit(device)
    device.push()
    assert _read_event(stream)["cursor"] == first["cursor"] + 3


def test_a_reader_that_goes_away_frees_its_place(stage: Stage) -> None:
    """Closed or reset: its place among the waiters is free again."""
    tidings = stage.database.tidings
    tidings.heartbeat_s = 0.05
    streams = [stage.follow() for _ in range(MAX_OF_ACCOUNT)]
    assert [_read_event(stream) for stream in streams] and tidings.n_followers == MAX_OF_ACCOUNT
    refused = stage.follow()
    assert refused.status == 503 and refused.getheader("Retry-After") == "60"
    assert json.loads(refused.read())["code"] == "server.busy"
    for stream in streams:
        stream.close()
    _wait_until(lambda: tidings.n_followers == 0)
    assert stage.follow().status == 200


def test_a_reader_that_is_dead_and_never_says_so_loses_its_place_with_time(stage: Stage) -> None:
    """A phone out of reach does not close anything: its stream ends by itself."""
    tidings = stage.database.tidings
    tidings.lasts_s, tidings.heartbeat_s = 0.2, 0.05
    stream = stage.follow()
    _wait_until(lambda: tidings.n_followers == 0)
    assert b'"cursor"' in stream.read()


def test_a_device_that_is_revoked_hears_no_more(stage: Stage) -> None:
    """Looked at with every sign of life, not only at the beginning."""
    stage.database.tidings.heartbeat_s = 0.05
    stream = stage.follow()
    _read_event(stream)
    with stage.database.write() as session:
        token = session.scalars(select(TokenRow)).one()
        # It has been known since it asked for the first time.
        session.get_one(DeviceRow, (stage.study_id, token.device_id)).revoked_at = utc_now()
    stream.read()  # to its end, which comes
    refused = stage.follow()
    assert refused.status == 401 and json.loads(refused.read())["code"] == "device_revoked"


def test_events_are_for_whoever_may_pull(world: World, lead: Person, study_id: UUID) -> None:
    """Nobody, a stranger, an auditor: as with changes."""
    address = f"/api/v1/studies/{study_id}/events"
    assert world.anonymous.get(address).status_code == 401
    stranger, auditor = world.make_person("Sten"), world.make_person("Aud")
    world.join(study_id, auditor, Role.AUDITOR)
    for person in (stranger, auditor, lead):
        pulled = person.client.get(f"/api/v1/studies/{study_id}/changes").status_code
        assert person.client.get(address).status_code == pulled
    assert stranger.client.get(address).status_code == 404
    told = lead.client.get(address)
    assert told.status_code == 200 and 'data: {"cursor": 2}' in told.text


def test_both_workers_tell_what_either_of_them_wrote(postgres_settings: Settings) -> None:
    """Streams that lie with both processes hear of pushes that go to both."""
    database = open_database(postgres_settings)
    study_id, _, token = found_for_script(database)
    env = {"SKYGGE_DATABASE_URL": postgres_settings.database_url}
    with _running(ServerProcess(postgres_settings.data / "data", env, options=("--workers", "2"))) as server:
        streams = [_follow(server.port, study_id, token) for _ in range(MAX_OF_ACCOUNT)]
        for stream in streams:
            _read_event(stream)
        for _ in range(4):
            device = Device(server.origin, study_id, token)
            report_visit(device)
            told = device.push()[-1]["seq"]
            assert {_next_event(stream, told)["cursor"] for stream in streams} == {told}
    database.close()


def test_after_a_lost_connection_everybody_looks_again(postgres_settings: Settings) -> None:
    """The database cuts the line on which the process listens; what was said meanwhile is found by looking."""
    app = create_app(postgres_settings)
    database: Database = app.state.database
    study_id, author, _ = found_for_script(database)
    with database.read() as session:
        session.connection().exec_driver_sql("SELECT 1")
    phone = Phone(None, study_id)  # type: ignore[arg-type]  # it only writes changes here
    with _followed(database, study_id, author.account_id) as woken:
        _wait_until(woken.is_set)  # it listens now
        woken.clear()
        with psycopg.connect(postgres_settings.database_url, autocommit=True) as connection:
            query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'"
            assert connection.execute(query).fetchall() == [(True,)]
        _wait_until(woken.is_set)
        woken.clear()
        _append(database, study_id, author, phone)
        _wait_until(woken.is_set)
    database.close()


def test_a_server_that_stops_does_not_wait_for_its_readers(server: ServerProcess) -> None:
    """SIGTERM ends streams at once: nothing has to be cancelled after the time for an orderly end is over."""
    database = open_database(Settings(data=server.data))
    study_id, _, token = found_for_script(database)
    database.close()
    stream = _follow(server.port, study_id, token)
    _read_event(stream)
    server.stop()
    assert "Cancel" not in server.output and "Error" not in server.output
    stream.close()


@contextmanager
def _running(server: ServerProcess) -> Iterator[ServerProcess]:
    try:
        server.start()
        yield server
    finally:
        server.kill()


@contextmanager
def _followed(database: Database, study_id: UUID, account_id: UUID | None) -> Iterator[threading.Event]:
    """A waiter in a loop of its own; the event is set whenever it was woken."""
    woken, is_over = threading.Event(), threading.Event()

    async def wait() -> None:
        with database.tidings.follow(study_id, account_id or uuid4()) as follower:
            while not is_over.is_set():
                try:
                    await asyncio.wait_for(follower.news.wait(), 0.1)
                except TimeoutError:
                    continue
                follower.news.clear()
                woken.set()

    thread = threading.Thread(target=lambda: asyncio.run(wait()))
    thread.start()
    try:
        yield woken
    finally:
        is_over.set()
        thread.join()


def _append(database: Database, study_id: UUID, author: Author, phone: Phone) -> None:
    with database.write() as session:
        append_changes(
            session,
            study_id=study_id,
            author=author,
            device_id=phone.device_id,
            changes=[phone.visit()],
            clock=utc_now,
        )


def _follow(port: int, study_id: UUID, token: str) -> HTTPResponse:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    headers = {"Authorization": f"Bearer {token}", "Connection": "close"}
    connection.request("GET", f"/api/v1/studies/{study_id}/events", headers=headers)
    return connection.getresponse()


def _read_event(stream: HTTPResponse) -> dict[str, int]:
    while line := stream.readline():
        if line.startswith(b"data: "):
            told: dict[str, int] = json.loads(line.removeprefix(b"data: "))
            return told
    raise AssertionError("the stream has ended")


def _next_event(stream: HTTPResponse, cursor: int) -> dict[str, int]:
    """The first event that says at least this number."""
    while (told := _read_event(stream))["cursor"] < cursor:
        pass
    return told


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)
