"""Files that are generated and committed: the frontend's API types, the pages of the reference, vectors.

Never edited; a part of the tests fails when one of them is stale.
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path

from devtools import node_env, python_env
from devtools.machine import ROOT, Trouble, say

TYPES = ROOT / "frontend" / "src" / "api" / "schema.ts"
PAGES = {
    "analyses": ROOT / "docs" / "analyses.md",
    "exports": ROOT / "docs" / "exports.md",
    "api": ROOT / "docs" / "api.md",
    "errors": ROOT / "docs" / "errors.md",
    "settings": ROOT / "docs" / "settings.md",
    "vectors": ROOT / "tests" / "vectors" / "fold_generated.json",
}


def write() -> int:
    """Write all of them anew."""
    python_env.sync("development")
    described = _describe()
    for name, page in PAGES.items():
        page.write_text(described[name], encoding="utf-8")
    return _write_types(described["openapi"], TYPES)


def check() -> int:
    """Return 0 when what is committed is what the code would give now, else 1."""
    described = _describe()
    with tempfile.TemporaryDirectory() as folder:
        types = Path(folder) / TYPES.name
        if _write_types(described["openapi"], types) != 0:
            return 1
        wanted = {page: described[name] for name, page in PAGES.items()} | {TYPES: types.read_text(encoding="utf-8")}
    stale = [file for file, text in wanted.items() if not _holds(file, text)]
    for file in stale:
        say(f"{file.relative_to(ROOT)} is not what the code says now. Run ./dev generate and commit it.")
    return 1 if stale else 0


def _write_types(openapi: str, file: Path) -> int:
    """The types of the web app from the description of the API; 0 when that went well."""
    with tempfile.TemporaryDirectory() as folder:
        described = Path(folder) / "openapi.json"
        described.write_text(openapi, encoding="utf-8")
        return node_env.npm("exec", "--", "openapi-typescript", str(described), "--output", str(file))


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
