"""Python's side of the set-up: uv in an environment of its own, the project's environment synced from the lock."""

import os
import sys
from pathlib import Path

from devtools.machine import (
    ROOT,
    WORKSHOP,
    Trouble,
    fingerprint,
    is_stamped,
    must_run,
    run,
    say,
    stamp,
    venv_program,
)

VENV = ROOT / ".venv"
LOCKS = ROOT / "requirements"
UV_VENV = WORKSHOP / "uv"
LEVELS = ("runtime", "development")  # each holds everything of the one before it, in the same versions


def uv() -> str:
    """The path of the pinned uv, installed on first use.

    Raises Trouble when this Python cannot make environments or the package index cannot be reached.
    """
    lock = LOCKS / "uv.txt"
    wanted = fingerprint([lock], sys.version)
    program = venv_program(UV_VENV, "uv")
    if not (is_stamped("uv", wanted) and program.exists()):
        say("Installing uv …")
        if run([sys.executable, "-m", "venv", "--clear", UV_VENV]) != 0:
            raise Trouble("This Python cannot make virtual environments. On Debian: apt-get install python3-venv")
        python = venv_program(UV_VENV, "python")
        must_run([python, "-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:", "-r", lock])
        stamp("uv", wanted)
    return str(program)


def sync(level: str) -> None:
    """Bring .venv to the locked versions of `level` and install the working copy into it.

    A development environment is good enough for running, as its lock contains the other, and stays one.
    """
    if program("pytest").exists():
        level = "development"
    for candidate in LEVELS[LEVELS.index(level) :]:
        if is_stamped("venv", _wanted(candidate)) and program("skygge").exists():
            return
    say(f"Installing the Python packages ({level}) …")
    tool = uv()
    if not program("python").exists():
        must_run([tool, "venv", "--quiet", "--allow-existing", "--python", sys.executable, VENV])
    env = os.environ | {"VIRTUAL_ENV": str(VENV)}
    must_run([tool, "pip", "sync", "--quiet", "--require-hashes", LOCKS / f"{level}.txt"], env=env)
    build: list[str | Path] = ["--build-constraints", LOCKS / "build.txt"]
    must_run([tool, "pip", "install", "--quiet", "--no-deps", *build, "--editable", ROOT], env=env)
    stamp("venv", _wanted(level))


def sync_oracles() -> None:
    """Bring the environment of the programs that read exports back in the tests to its lock.

    Raises Trouble where it cannot be made.
    """
    _sync_apart("oracles", "programs that read exports back")


def sync_docs() -> Path:
    """The environment of the documentation's site, brought to its lock; its folder. Raises Trouble."""
    return _sync_apart("docs", "what makes the documentation's site")


def sync_audit() -> Path:
    """The environment of the program that asks for known flaws, brought to its lock; its folder. Raises Trouble."""
    return _sync_apart("audit", "what asks for known flaws")


def sync_sbom() -> Path:
    """The environment of the program that writes the bill of materials; its folder. Raises Trouble."""
    return _sync_apart("sbom", "what writes the bill of materials")


def sync_pipx() -> Path:
    """The environment of pipx, by which the wheel is tried; its folder. Raises Trouble."""
    return _sync_apart("pipx", "pipx")


def sync_runtime() -> Path:
    """An environment with exactly what a server is locked to, and nothing of ours; its folder. Raises Trouble."""
    return _sync_apart("runtime", "what a server runs on")


def _sync_apart(name: str, what: str) -> Path:
    # Apart, as they want other versions than Skygge.
    folder, lock = WORKSHOP / name, LOCKS / f"{name}.txt"
    wanted = fingerprint([lock], sys.version)
    if not is_stamped(name, wanted):
        say(f"Installing {what} …")
        must_run([uv(), "venv", "--quiet", "--allow-existing", "--python", sys.executable, folder])
        env = os.environ | {"VIRTUAL_ENV": str(folder)}
        must_run([uv(), "pip", "sync", "--quiet", "--require-hashes", lock], env=env)
        stamp(name, wanted)
    return folder


def _wanted(level: str) -> str:
    return fingerprint([LOCKS / f"{level}.txt", ROOT / "pyproject.toml", ROOT / "hatch_build.py"], level, sys.version)


def program(name: str) -> Path:
    """The path of a program in the project's environment."""
    return venv_program(VENV, name)
