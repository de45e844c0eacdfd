"""What the server says of its work: a line of JSON for each request, its id, and nothing that somebody wrote."""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
import urllib.request
from typing import Any
from uuid import UUID

import pytest

from skygge.db import open_database
from skygge.logs import Quoteless
from skygge.settings import Settings
from tests.fixtures.server_process import ServerProcess
from tests.fixtures.world import PASSWORD, World
from tests.sync.phone import Phone
from tests.sync.script import found_for_script

GIVEN = "0192f0c4-7e6b-7d1a-8c55-3a1f0c9b2e77"
SAID = "Fru Jensen i Nørregade"
GREETING = ("Skygge is at ", "The web app is not built", "Make the first account")
KEYS = {"address", "duration_ms", "event", "level", "method", "request_id", "status", "timestamp"}


def lines(told: str) -> list[dict[str, Any]]:
    """Each line read as JSON: one that is none fails the test."""
    return [json.loads(line) for line in told.splitlines()]


def test_the_id_of_a_request_is_in_its_answer_and_in_its_line(
    sqlite_world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the phone gave it; the line has the pattern of the address and how it went."""
    person = sqlite_world.make_person("Lene")
    study_id = sqlite_world.make_study(person)
    capsys.readouterr()
    answer = person.client.get(f"/api/v1/studies/{study_id}/entries?agency=North", headers={"X-Request-Id": GIVEN})
    assert answer.status_code == 200 and answer.headers["x-request-id"] == GIVEN
    told = capsys.readouterr().err
    (line,) = lines(told)
    assert set(line) == KEYS
    assert (line["event"], line["level"], line["method"], line["status"]) == ("request", "info", "GET", 200)
    assert line["address"] == "/api/v1/studies/{study_id}/entries" and line["request_id"] == GIVEN
    assert 0 < line["duration_ms"] < 60_000
    assert str(study_id) not in told and "North" not in told


@pytest.mark.parametrize(
    "given",
    [b"a" * 10_000, b"0192f0c4-7e6b-7d1a\n{}", b"Fru-Jensen-i-Noerregade", b"Fru Jensen", b"0" * 15, b""],
    ids=["10 kB", "a line's end", "a name", "a space", "short", "nothing"],
)
def test_an_id_that_is_none_is_replaced(sqlite_world: World, capsys: pytest.CaptureFixture[str], given: bytes) -> None:
    """Neither answer nor log repeats it."""
    answer = sqlite_world.anonymous.get("/api/v1/me", headers={b"X-Request-Id": given})
    (line,) = lines(capsys.readouterr().err)
    assert UUID(answer.headers["x-request-id"]).version == 4
    assert line["request_id"] == answer.headers["x-request-id"]


def test_two_requests_have_two_ids(sqlite_world: World) -> None:
    """Where the client gave none."""
    asked = [sqlite_world.anonymous.get("/healthz").headers["x-request-id"] for _ in range(2)]
    assert asked[0] != asked[1]


def test_no_line_holds_what_somebody_wrote(sqlite_world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither from a body, a question, a made-up address or method, a password or a name."""
    lead = sqlite_world.make_person("Lene Lead")
    phone = Phone(lead.client, sqlite_world.make_study(lead))
    visit = phone.visit()
    phone.push(visit, phone.entry(visit, jotting=SAID))
    study = f"/api/v1/studies/{phone.study_id}"
    lead.client.get(f"{study}/search", params={"q": "Jensen"})
    lead.client.get(f"{study}/Jensen")
    lead.client.get("/Jensen.php?Jensen")
    lead.client.request("JENSEN", "/api/v1/me")
    lead.client.post("/api/v1/session", json={"name": "Jensen", "password": PASSWORD, "Jensen": 1})
    lead.client.post(f"{study}/changes", content=b'{"Jensen', headers={"Content-Type": "application/json"})
    told = capsys.readouterr().err
    assert len(lines(told)) >= 7
    assert {line["status"] for line in lines(told)} >= {200, 400, 404}
    for secret in ("ensen", "JENSEN", PASSWORD, "Lene", str(phone.study_id), visit["subject_id"], str(lead.account_id)):
        assert secret not in told


def test_a_failure_and_its_request_are_told_under_one_id(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that what a phone saw fail is found; the place, and not the words of the exception."""

    def explode(*_: object) -> None:
        raise ValueError(SAID)

    person = sqlite_world.make_person("Lene")
    monkeypatch.setattr("skygge.studies.entrance.describe_me", explode)
    capsys.readouterr()
    answer = person.client.get("/api/v1/me", headers={"X-Request-Id": GIVEN})
    assert answer.status_code == 500 and answer.headers["x-request-id"] == GIVEN
    failed, request = lines(capsys.readouterr().err)
    assert (failed["event"], failed["error"], failed["address"]) == ("request failed", "ValueError", "/api/v1/me")
    assert "explode" in failed["frames"][-1]
    assert (request["status"], request["level"]) == (500, "error")
    assert failed["request_id"] == request["request_id"] == GIVEN


def test_whoever_watches_and_files_are_told_of_only_when_they_fail(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are asked every few seconds and would bury the rest."""

    def fail(*_: object) -> None:
        raise RuntimeError

    for path in ("/healthz", "/readyz"):
        assert sqlite_world.anonymous.get(path).status_code == 200
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("skygge.health.text", fail)
    assert sqlite_world.anonymous.get("/readyz").status_code == 500
    assert [line["address"] for line in lines(capsys.readouterr().err)] == ["/readyz", "/readyz"]


def test_a_log_that_cannot_be_written_stops_nobody(sqlite_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk under it, or a reader who went away."""

    class Full:
        def isatty(self) -> bool:
            return False

        def write(self, _: str) -> int:
            raise OSError(28, "No space left on device")

        def flush(self) -> None:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stderr", Full())
    assert sqlite_world.anonymous.get("/api/v1/me").status_code in (401, 503)


def test_in_a_terminal_the_line_is_words(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same facts for a person who looks on, without the colours' codes."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    sqlite_world.anonymous.get("/api/v1/me", headers={"X-Request-Id": GIVEN})
    told = capsys.readouterr().err
    assert not told.startswith("{") and "\x1b" not in told
    assert "address=/api/v1/me" in told and f"request_id={GIVEN}" in told


def test_what_libraries_log_is_a_line_without_what_it_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    """The web server's own would print an exception with its message."""
    logger = logging.Logger("uvicorn.error")
    logger.addHandler(Quoteless())
    try:
        raise ValueError(SAID)
    except ValueError:
        logger.exception("Exception in ASGI application\n%s", SAID)
    logger.warning("Child process [%s] died", SAID)
    broken, died = lines(capsys.readouterr().err)
    assert (broken["event"], broken["error"], broken["by"]) == (
        "Exception in ASGI application",
        "ValueError",
        "uvicorn.error",
    )
    assert (died["event"], died["level"]) == ("Child process [%s] died", "warning")
    assert "ensen" not in str((broken, died))


def test_a_server_writes_its_greeting_and_lines(server: ServerProcess) -> None:
    """Of requests, and of what its web server complains about; a stream of events is told of once, at its end."""
    database = open_database(Settings(data=server.data))
    study_id, _, token = found_for_script(database)
    database.close()
    address = f"{server.origin}/api/v1/studies/{study_id}/events"
    asked = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}", "X-Request-Id": GIVEN})
    stream = urllib.request.urlopen(asked, timeout=30)
    assert stream.readline().startswith(b"retry")
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as nonsense:
        nonsense.sendall(b"NONSENSE\r\n\r\n")
        assert b"400" in nonsense.recv(4096)
    assert GIVEN not in server.output
    server.stop()
    stream.close()
    told = [line for line in server.output.splitlines() if not line.startswith(GREETING)]
    complaint, followed = lines("\n".join(told))
    assert complaint["event"] == "Invalid HTTP request received."
    assert followed["address"].endswith("/{study_id}/events")
    assert (followed["request_id"], followed["status"]) == (GIVEN, 200)


def test_the_library_is_not_loaded_before_there_is_something_to_say() -> None:
    """It would cost every start."""
    code = "import sys; from skygge.app import describe_api; describe_api(); print('structlog' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"
