"""Proving the wheel: built from the sources, installed into an empty environment, asked for what it must contain."""

import os
import zipfile
from pathlib import Path

from devtools import python_env
from devtools.machine import ROOT, run, say, venv_program

REQUIRED = ("skygge/web/index.html", "skygge/migrations/env.py", "skygge/codebooks/", "skygge/cli.py")


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
    return 1 if missing or any(codes) else 0


def missing_files(names: list[str]) -> list[str]:
    """Which of the required files and folders a wheel's list of names lacks."""
    return [wanted for wanted in REQUIRED if not any(name.startswith(wanted) for name in names)]
