"""Files that are generated and committed: the frontend's API types, and the pages of analyses and exports.

Never edited; a part of the tests fails when one of them is stale.
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path

from devtools import node_env, python_env
from devtools.machine import ROOT, Trouble, say

PAGES = {"analyses": ROOT / "docs" / "analyses.md", "exports": ROOT / "docs" / "exports.md"}


def write() -> int:
    """Write all of them anew."""
    python_env.sync("runtime")
    for name, text in _describe().items():
        PAGES[name].write_text(text, encoding="utf-8")
    return node_env.npm("run", "api")


def check() -> int:
    """Return 0 when what is committed is what the code would give now, else 1."""
    stale = [PAGES[name] for name, text in _describe().items() if not _holds(PAGES[name], text)]
    for page in stale:
        say(f"{page.relative_to(ROOT)} is not what the code says now. Run ./dev generate and commit it.")
    return max(node_env.npm("run", "api:check"), 1 if stale else 0)


def _holds(file: Path, text: str) -> bool:
    return file.exists() and file.read_text(encoding="utf-8") == text


def _describe() -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        # A data folder of its own: describing must not touch anybody's study.
        env = os.environ | {"SKYGGE_DATA": folder}
        command = [str(python_env.program("python")), "-m", "devtools.describe"]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Trouble(f"The code could not describe itself:\n{done.stderr}")
    described: dict[str, str] = json.loads(done.stdout)
    return described
