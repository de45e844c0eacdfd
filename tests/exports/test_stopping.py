"""Somebody stops a long download in the middle: a real server goes on, its place is free, and it is on record."""

from __future__ import annotations

import json
import socket
import sqlite3
import time
import urllib.request
from typing import Any
from uuid import UUID

import pytest

from skygge.accounts.enrol import create_account
from skygge.accounts.tokens import create_token
from skygge.clock import utc_now
from skygge.db import DOWNLOADS, open_database
from skygge.demo.create import create_demo
from skygge.settings import Settings
from tests.fixtures.server_process import ServerProcess
from tests.fixtures.world import hashed_password

# More than any system keeps between two programs, so that the server cannot have sent it all.
JOTTING = "vent lidt " * 9_000
NOTICED_WITHIN_S = 60


@pytest.fixture
def long_study(server: ServerProcess) -> tuple[str, str]:
    """The path of a study whose file without loss is some twenty megabytes, and a token of its lead."""
    database = open_database(Settings(data=server.data))
    with database.write() as session:
        account = create_account(session, "Lene", hashed_password(), utc_now(), is_admin=True)
        study_id: UUID = create_demo(session, utc_now)
        token, _ = create_token(session, account.id, study_id, utc_now(), may_write=False, days=1)
    database.close()
    with sqlite3.connect(server.data / "skygge.db") as connection:
        connection.execute("UPDATE entry SET jotting = ?", [JOTTING])
    return f"/api/v1/studies/{study_id}", token


def ask(server: ServerProcess, path: str, token: str) -> bytes:
    asked = urllib.request.Request(server.origin + path, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(asked) as answer:
        found: bytes = answer.read()
    return found


def read_audit(server: ServerProcess, study: str, token: str, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(ask(server, f"{study}/audit?kind={kind}", token))["items"]
    return found


def stop_in_the_middle(server: ServerProcess, path: str, token: str) -> None:
    """Take the first kilobytes, and hang up."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=NOTICED_WITHIN_S) as line:
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nAuthorization: Bearer {token}\r\n\r\n"
        line.sendall(head.encode())
        assert line.recv(65_536).startswith(b"HTTP/1.1 200")


def test_a_stopped_download_leaves_the_server_well_and_says_so(server: ServerProcess, long_study: Any) -> None:
    """More of them than there are places: each is on record with how far it came, and a whole one still leaves."""
    study, token = long_study
    for _ in range(DOWNLOADS + 1):
        stop_in_the_middle(server, f"{study}/exports/jsonl", token)
        # Not all at once: a place is free again as soon as the server has noticed.
        deadline = time.monotonic() + NOTICED_WITHIN_S
        while len(read_audit(server, study, token, "export.stopped")) < len(
            read_audit(server, study, token, "export.made")
        ):
            assert time.monotonic() < deadline, "the server did not notice that nobody listens"
            time.sleep(0.05)
    whole = ask(server, f"{study}/exports/jsonl", token)
    made, stopped = (read_audit(server, study, token, kind) for kind in ("export.made", "export.stopped"))
    # The whole one stands alone; of the others it is told which, and that less than the file was handed over.
    assert (len(made), len(stopped)) == (DOWNLOADS + 2, DOWNLOADS + 1)
    assert {row["details"]["number"] for row in stopped} == {row["number"] for row in made[1:]}
    assert all(0 < row["details"]["n_bytes"] < len(whole) for row in stopped)
    assert {row["who"] for row in stopped} == {row["who"] for row in made}
    assert json.loads(ask(server, "/healthz", token)) and "Traceback" not in server.output
