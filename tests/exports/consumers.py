"""Running programs that are not ours on files that are: LibreOffice, PSPP, R, and those of the oracles' environment."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from devtools.node_env import FRONTEND, node_folder
from devtools.web_build import install_packages

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = Path(__file__).parent / "consumer_scripts"
ORACLES = ROOT / ".dev" / "oracles" / "bin" / "python"
GIVES_UP_AFTER_S = 300


def run(words: Sequence[str | Path], **env: str) -> str:
    """What a program prints. A program that is not there, or fails, fails the test with what it said."""
    program = str(words[0])
    assert shutil.which(program), f"{program} is not installed: ./dev test exports installs it, or says how"
    done = subprocess.run(
        [str(word) for word in words],
        capture_output=True,
        check=False,
        timeout=GIVES_UP_AFTER_S,
        env=os.environ | {"LC_ALL": "C.UTF-8", **env},
    )
    said = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, said + done.stderr.decode("utf-8", "replace")
    return said


def convert(folder: Path, to: str, files: Sequence[Path], reading_as: str | None = None) -> Path:
    """Let LibreOffice open files and save them in another format; the folder where they lie then."""
    out = folder / "converted"
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    reading = [f"--infilter={reading_as}"] if reading_as else []
    run(["soffice", "--headless", profile, *reading, "--convert-to", to, "--outdir", out, *files])
    return out


def ask_r(script: str, *arguments: str | Path) -> Any:
    """The JSON that a script of `consumer_scripts` prints, run by R."""
    return json.loads(run(["Rscript", "--vanilla", SCRIPTS / script, *arguments]))


def ask_oracle(script: str, *arguments: str | Path) -> Any:
    """The JSON that a script of `consumer_scripts` prints, run in the oracles' environment."""
    return json.loads(run([ORACLES, SCRIPTS / script, *arguments]).splitlines()[-1])


def ask_node(script: str, *arguments: str | Path) -> Any:
    """The JSON that a script of `consumer_scripts` prints, run by Node with what the web app's tests are built with."""
    node = node_folder()
    install_packages(FRONTEND, node)
    return json.loads(run([node / "node", SCRIPTS / script, FRONTEND, *arguments]))


def read_csv(raw: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    """Rows by their header, texts as they are."""
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True, delimiter=delimiter))
