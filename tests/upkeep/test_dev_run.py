"""`./dev run --demo`, as the README says it: everything is there, a link is printed, the example study waits."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.fixtures.server_process import REPOSITORY, command_env, free_port

# The environment of the tests is there already; a build of the web app may still be due.
STARTS_WITHIN_S = 180


def test_a_newcomer_gets_a_link_and_an_example(tmp_path: Path) -> None:
    """One command: migrated, with the labelled example, serving the app and the API; gone with the terminal."""
    port, data = free_port(), tmp_path / "data"
    log = tmp_path / "log"
    with log.open("w") as out:
        process = subprocess.Popen(
            ["./dev", "run", "--demo", "--port", str(port)], cwd=REPOSITORY, env=command_env(data),
            stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        page = wait_for_page(f"http://127.0.0.1:{port}/", process, log)
        link = re.search(r"http://127\.0\.0\.1:\d+/#/setup/\S+", log.read_text("utf-8"))
        assert link and f":{port}/" in link[0]
        assert '<script type="module"' in page
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
    listed = subprocess.run(
        [sys.executable, "-m", "skygge", "study", "list", "--json"],
        env=command_env(data), check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert [study["is_demo"] for study in json.loads(listed.stdout)] == [True]


def wait_for_page(url: str, process: subprocess.Popen[bytes], log: Path) -> str:
    """The start page, as soon as there is one."""
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text("utf-8")
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return str(answer.read().decode())
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError(f"nothing answers: {log.read_text('utf-8')}")
