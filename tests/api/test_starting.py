"""Starting a real server: what stops it, and that it survives being killed."""

import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.fixtures.server_process import ServerProcess, command_env, free_port


def _serve(data: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "skygge", "serve", *words],
        env=command_env(data) | env,
        cwd=data.parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _assert_refused(ended: subprocess.CompletedProcess[str], *said: str) -> None:
    assert ended.returncode == 2, ended
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    for word in said:
        assert word in ended.stderr


def test_a_port_in_use_stops_the_start(tmp_path: Path) -> None:
    """The port's number is named and no database is made."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        _assert_refused(_serve(tmp_path / "data", "--port", port), port, "in use")
    assert not (tmp_path / "data").exists()


def test_a_folder_that_cannot_be_written_stops_the_start(tmp_path: Path) -> None:
    """A data folder below a file (as root, permissions stop nothing) is named in the sentence."""
    (tmp_path / "file").write_text("")
    data = tmp_path / "file" / "data"
    ended = subprocess.run(
        [sys.executable, "-m", "skygge", "serve", "--port", str(free_port())],
        env=command_env(data),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    _assert_refused(ended, str(data))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SKYGGE_PORT", "eight"),
        ("SKYGGE_WORKERS", "0"),
        ("SKYGGE_ORIGIN", "http://skygge.example"),
        ("SKYGGE_ORIGIN", "skygge.example"),
        ("SKYGGE_DATABASE_URL", "mysql://root:secret@db/x"),
        ("SKYGGE_HOST", "no.such.host.invalid"),
    ],
)
def test_a_wrong_setting_stops_the_start(tmp_path: Path, name: str, value: str) -> None:
    """The sentence names the setting and never its value, which may hold a password."""
    words = () if name == "SKYGGE_PORT" else ("--port", str(free_port()))
    ended = _serve(tmp_path / "data", *words, **{name: value})
    _assert_refused(ended, "host" if name == "SKYGGE_HOST" else name)
    assert "secret" not in ended.stderr
    assert not (tmp_path / "data").exists()


def test_sqlite_takes_one_worker(tmp_path: Path) -> None:
    """Two processes would not share the write queue; the sentence says what to use instead."""
    _assert_refused(_serve(tmp_path / "data", "--port", str(free_port()), "--workers", "2"), "PostgreSQL")
    assert not (tmp_path / "data").exists()


def test_a_settings_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    """`skygge.toml` in the working folder counts; a wrong one stops the start."""
    (tmp_path / "skygge.toml").write_text('workers = 2\nhost = "127.0.0.1"\n')
    _assert_refused(_serve(tmp_path / "data", "--port", str(free_port())), "PostgreSQL")
    (tmp_path / "skygge.toml").write_text("workers = = 2\n")
    _assert_refused(_serve(tmp_path / "data", "--port", str(free_port())), "skygge.toml")


def test_a_killed_server_starts_again_and_knows_what_it_knew(server: ServerProcess) -> None:
    """After SIGKILL the same folder serves again; a new link is printed, the old database is whole."""
    assert "/#/setup/" in server.setup_url
    server.kill()
    server.start()
    with urllib.request.urlopen(f"{server.origin}/readyz", timeout=10) as answer:
        assert answer.status == 200
    assert "/#/setup/" in server.setup_url


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
