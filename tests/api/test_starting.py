"""Starting a real server: what stops it, and that it survives being killed."""

import contextlib
import os
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from skygge import cli
from tests.api.test_headers import CARRIED, HSTS
from tests.fixtures.server_process import ServerProcess, command_env, free_port

REFUSED = CARRIED | {"cache-control": "no-store", "content-type": "text/plain; charset=utf-8", "connection": "close"}


def _serve(data: Path, port: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "skygge", "serve", "--port", str(port)],
        env=command_env(data),
        cwd=data.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_port_in_use_stops_the_start(tmp_path: Path) -> None:
    """The port's number is named, the exit code is 2, and no database is made."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = _serve(tmp_path / "data", port)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"Port {port} on 127.0.0.1 is in use or not allowed.\n"
    assert not (tmp_path / "data").exists()


def test_a_folder_that_cannot_be_written_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A data folder below a file (as root, permissions stop nothing) is named in the sentence."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SKYGGE_DATA", str(tmp_path / "file" / "data"))
    monkeypatch.delenv("SKYGGE_DATABASE_URL", raising=False)
    monkeypatch.setattr("sys.argv", ["skygge", "serve", "--port", str(free_port())])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert str(tmp_path / "file" / "data") in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SKYGGE_PORT", "eight", "SKYGGE_PORT must be a whole number from 1 to 65535.\n"),
        ("SKYGGE_PORT", "65536", "SKYGGE_PORT must be a whole number from 1 to 65535.\n"),
        ("SKYGGE_WORKERS", "0", "SKYGGE_WORKERS must be a whole number from 1 to 64.\n"),
        ("SKYGGE_WORKERS", "2", "PostgreSQL"),
        ("SKYGGE_SESSION_HOURS", "0", "SKYGGE_SESSION_HOURS must be a whole number from 1 to 168.\n"),
        ("SKYGGE_DEVICE_DAYS", "367", "SKYGGE_DEVICE_DAYS must be a whole number from 1 to 366.\n"),
        ("SKYGGE_ORIGIN", "http://skygge.example", "SKYGGE_ORIGIN"),
        ("SKYGGE_ORIGIN", "skygge.example", "SKYGGE_ORIGIN"),
        ("SKYGGE_DATABASE_URL", "mysql://root:secret@db/x", "SKYGGE_DATABASE_URL"),
        ("SKYGGE_DATABASE_URL", "postgresql://skygge:secret@127.0.0.1:1/x", "PostgreSQL does not answer"),
        ("SKYGGE_HOST", "no.such.host.invalid", "host"),
        ("toml", "workers = 2", "PostgreSQL"),
        ("toml", "workers = = 2", "skygge.toml"),
        ("toml", "wrokers = 2", "There is no setting SKYGGE_WROKERS.\n"),
        ("toml", "host = 2", "SKYGGE_HOST must be a text.\n"),
    ],
)
def test_a_wrong_setting_stops_the_start(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    said: str,
) -> None:
    """The sentence names the setting and never its value, which may hold a password; nothing is written."""
    env = command_env(tmp_path / "data") | {"SKYGGE_PORT": str(free_port())}
    if name == "toml":
        (tmp_path / "skygge.toml").write_text(value)
    else:
        env[name] = value
    for variable in [variable for variable in os.environ if variable.startswith("SKYGGE_")]:
        monkeypatch.delenv(variable)
    for variable in [variable for variable in env if variable.startswith("SKYGGE_")]:
        monkeypatch.setenv(variable, env[variable])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["skygge", "serve"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    printed = capsys.readouterr()
    assert (ended.value.code, printed.out, printed.err.count("\n")) == (2, "", 1)
    assert said in printed.err and "secret" not in printed.err
    assert not (tmp_path / "data").exists()


def test_a_killed_server_starts_again_and_knows_what_it_knew(server: ServerProcess) -> None:
    """After SIGKILL the same folder serves again; a new link is printed, the old database is whole."""
    assert "/#/setup/" in server.setup_url
    server.kill()
    server.start()
    with urllib.request.urlopen(f"{server.origin}/readyz", timeout=10) as answer:
        assert answer.status == 200
    assert "/#/setup/" in server.setup_url


@pytest.mark.parametrize("said", [b"\x16\x03\x01 what\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 66_000])
def test_what_is_no_request_is_answered_with_the_headers_too(server: ServerProcess, said: bytes) -> None:
    """A broken first line and headers that are too long never come to the application; its promises hold for them."""
    assert read_refusal(socket.create_connection(("127.0.0.1", server.port), timeout=30), said) == REFUSED


def test_over_https_a_refusal_says_that_it_stays_so(room: ServerProcess) -> None:
    """The server that has its own certificate."""
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    plain = socket.create_connection(("127.0.0.1", room.port), timeout=30)
    assert read_refusal(trusting.wrap_socket(plain), b"what\r\n\r\n") == REFUSED | {"strict-transport-security": HSTS}


def read_refusal(connection: socket.socket, said: bytes) -> dict[str, str]:
    """The headers of the answer to something that is no request; nothing of it is in there, and that is the end."""
    with connection:
        connection.sendall(said)
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := connection.recv(65_536):
                answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("ascii").split("\r\n")
    assert first == "HTTP/1.1 400 Bad Request" and b"Invalid HTTP request received." in body
    return {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}


def test_huge_headers_and_silent_connections_do_not_stop_others(server: ServerProcess) -> None:
    """A 64 MB header is cut off, and hundreds of connections that say nothing leave room for an ordinary request."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as greedy:
        sent = 0
        greedy.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: ")
        with pytest.raises(OSError):
            while sent < 64 * 1024 * 1024:
                greedy.sendall(b"x" * 65_536)
                sent += 65_536
        assert sent < 8 * 1024 * 1024
    silent = [socket.create_connection(("127.0.0.1", server.port), timeout=30) for _ in range(400)]
    try:
        for connection in silent:
            connection.sendall(b"GET / HTTP/1.1\r\nHo")
        started = time.monotonic()
        with urllib.request.urlopen(f"{server.origin}/healthz", timeout=10) as answer:
            assert answer.status == 200
        assert time.monotonic() - started < 1
    finally:
        for connection in silent:
            connection.close()
