"""The machine as the tools see it: the repository's folders, programs, fingerprints and stamps."""

import hashlib
import shlex
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from devtools.web_build import trusting_the_system

ROOT = Path(__file__).resolve().parent.parent
WORKSHOP = ROOT / ".dev"  # what the tools install for themselves; removing it is always safe
RESULTS = ROOT / "test-results"


class Trouble(Exception):
    """Something the person at the keyboard has to know: one plain sentence, and exit code 2."""


def say(text: str) -> None:
    """Print a line at once, also when the output is a pipe."""
    print(text, flush=True)


def run(command: Sequence[str | Path], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> int:
    """Run a program with its output passing through; return its exit code."""
    words = [str(word) for word in command]
    try:
        return subprocess.run(words, cwd=cwd, env=trusting_the_system() | dict(env or {}), check=False).returncode
    except FileNotFoundError as missing:
        raise Trouble(f"The program {words[0]} is not there.") from missing


def must_run(command: Sequence[str | Path], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> None:
    """Run a program that has to succeed.

    Raises Trouble with the command when it does not.
    """
    code = run(command, cwd=cwd, env=env)
    if code != 0:
        raise Trouble(f"This step failed (exit code {code}): {shlex.join(str(word) for word in command)}")


def fingerprint(paths: Iterable[Path], *extra: str) -> str:
    """SHA-256 over the names and bytes of files; a folder stands for every file in it, a missing path for nothing."""
    digest = hashlib.sha256()
    for path in sorted(_files(paths)):
        digest.update(f"{path.relative_to(ROOT)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    for word in extra:
        digest.update(f"\0{word}".encode())
    return digest.hexdigest()


def _files(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        if path.is_dir():
            yield from (file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
        elif path.is_file():
            yield path


def is_stamped(name: str, value: str) -> bool:
    """Whether the step `name` was last done with exactly this fingerprint."""
    stamp = WORKSHOP / "stamps" / name
    return stamp.is_file() and stamp.read_text() == value


def stamp(name: str, value: str) -> None:
    """Remember that the step `name` is done."""
    folder = WORKSHOP / "stamps"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(value)


def venv_program(venv: Path, name: str) -> Path:
    """The path of a program inside a virtual environment."""
    return venv / ("Scripts" if sys.platform == "win32" else "bin") / name
