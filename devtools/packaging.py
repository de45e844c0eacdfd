"""Proving the wheel: built from the sources, installed into an empty environment, asked for what it must contain.

At full size it is installed once more as the guide for those who run a server says: by pipx.
"""

import os
import re
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


def try_wheel(scratch: Path, *, deep: bool) -> int:
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
    env = kept | {"VIRTUAL_ENV": str(venv), "SKYGGE_DATA": str(scratch / "data")}
    steps: tuple[list[str | Path], ...] = (
        [tool, "venv", "--quiet", "--python", python_env.program("python"), venv],
        [tool, "pip", "sync", "--quiet", "--require-hashes", python_env.LOCKS / "runtime.txt"],
        [tool, "pip", "install", "--quiet", "--no-deps", wheel],
    )
    if missing or any([run(step, cwd=scratch, env=env) for step in steps]):
        return 1
    skygge = venv_program(venv, "skygge")
    return try_commands(skygge, scratch, env) or try_serving(skygge, scratch, env) or int(deep and try_pipx(wheel))


def try_pipx(wheel: Path) -> int:
    """Install the wheel by pipx into an empty home and ask the command that it left; 0 when it is well.

    Its packages in the locked versions: what the index has since then is no news about this wheel.
    """
    home = wheel.parent.parent / "pipx"
    home.mkdir()
    versions = home / "versions.txt"
    versions.write_text(without_hashes((python_env.LOCKS / "runtime.txt").read_text(encoding="utf-8")))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SKYGGE_", "PIPX_"))}
    places = {"PIPX_HOME": "home", "PIPX_BIN_DIR": "bin", "PIPX_MAN_DIR": "man", "SKYGGE_DATA": "data"}
    env = kept | {name: str(home / place) for name, place in places.items()}
    pipx = venv_program(python_env.sync_pipx(), "pipx")
    chosen: list[str | Path] = ["--python", python_env.program("python"), "--pip-args", f"--constraint {versions}"]
    if run([pipx, "install", "--quiet", *chosen, f"{wheel}[postgres]"], cwd=home, env=env) != 0:
        return 1
    return try_commands(home / "bin" / "skygge", home, env)


def without_hashes(lock: str) -> str:
    """The versions of a lock alone: pip would ask the wheel for a hash as well."""
    return re.sub(r" \\\n +--hash=\S+", "", lock)


def try_commands(skygge: Path, scratch: Path, env: Mapping[str, str]) -> int:
    """Ask an installed command for its version and for what an administrator begins with; 0 when each is well."""
    said = subprocess.run([skygge, "--version"], cwd=scratch, env=env, capture_output=True, text=True, check=False)
    version = re.search(r'__version__ = "(.+)"', (ROOT / "backend" / "skygge" / "__init__.py").read_text("utf-8"))
    if version is None or said.stdout != f"Skygge {version[1]}\n":
        say(f"The installed command does not say its version: {said.stdout}{said.stderr}")
        return 1
    return max(run([skygge, word], cwd=scratch, env=env) for word in ("migrate", "setup-link", "doctor"))


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
