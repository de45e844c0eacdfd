"""Proving the wheel: built from the sources, installed into an empty environment, asked for what it must contain."""

import os
import socket
import subprocess
import time
import urllib.request
import zipfile
from collections.abc import Mapping
from pathlib import Path

from devtools import python_env
from devtools.machine import ROOT, run, say, venv_program

REQUIRED = ("skygge/web/index.html", "skygge/migrations/env.py", "skygge/codebooks/", "skygge/cli.py")
# What a browser needs to show the app and to install it, and a word that stands in each.
SERVED = {
    "/": b"<script",
    "/sw.js": b"/assets/",
    "/manifest.webmanifest": b"standalone",
    "/api/v1/openapi.json": b"Skygge",
}
STARTS_WITHIN_S = 60


def try_wheel(scratch: Path) -> int:
    """Build, look inside, install with the locked dependencies and start the command; 0 when all of it works."""
    tool = python_env.uv()
    build: list[str | Path] = ["--build-constraints", python_env.LOCKS / "build.txt"]
    if run([tool, "build", "--quiet", "--wheel", *build, "--out-dir", scratch / "dist", ROOT]) != 0:
        return 1
    wheel = next((scratch / "dist").glob("*.whl"))
    missing = missing_files(zipfile.ZipFile(wheel).namelist())
    for name in missing:
        say(f"The wheel lacks {name}.")
    venv = scratch / "venv"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SKYGGE_")}
    env = kept | {"VIRTUAL_ENV": str(venv)}
    steps: tuple[list[str | Path], ...] = (
        [tool, "venv", "--quiet", "--python", python_env.program("python"), venv],
        [tool, "pip", "sync", "--quiet", "--require-hashes", python_env.LOCKS / "runtime.txt"],
        [tool, "pip", "install", "--quiet", "--no-deps", wheel],
        [venv_program(venv, "skygge"), "migrate"],
        [venv_program(venv, "skygge"), "setup-link"],
    )
    codes = [run(step, cwd=scratch, env=env) for step in steps]
    if missing or any(codes):
        return 1
    return try_serving(venv_program(venv, "skygge"), scratch, env)


def try_serving(skygge: Path, scratch: Path, env: Mapping[str, str]) -> int:
    """Start the installed server and ask it for the app and what makes it installable; 0 when each is there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([skygge, "serve", "--port", str(port)], cwd=scratch, env=env, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + STARTS_WITHIN_S
        while not _find(port, "/healthz", b"ok"):
            if server.poll() is not None or time.monotonic() > deadline:
                say("The installed server does not start.")
                return 1
            time.sleep(0.1)
        missing = [path for path, holds in SERVED.items() if not _find(port, path, holds)]
        for path in missing:
            say(f"The installed server does not serve {path}.")
        return 1 if missing else 0
    finally:
        server.terminate()
        server.wait(30)


def _find(port: int, path: str, holds: bytes) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return holds in answer.read()
    except OSError:
        return False


def missing_files(names: list[str]) -> list[str]:
    """Which of the required files and folders a wheel's list of names lacks."""
    return [wanted for wanted in REQUIRED if not any(name.startswith(wanted) for name in names)]
