"""The frontend's types of the API: generated from the server's own OpenAPI, never edited, never stale."""

import os
import subprocess
import tempfile
from pathlib import Path

from devtools import node_env, python_env
from devtools.machine import ROOT, Trouble, say

TYPES = ROOT / "frontend" / "src" / "api" / "schema.ts"
PRINT_OPENAPI = "import json; from skygge.app import describe_api; print(json.dumps(describe_api(), sort_keys=True))"


def write() -> int:
    """Write the types anew."""
    python_env.sync("runtime")
    return _generate(TYPES)


def check() -> int:
    """Return 0 when the committed types are the ones the server would give now, else 1."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / TYPES.name
        code = _generate(fresh)
        if code == 0 and (not TYPES.exists() or fresh.read_text() != TYPES.read_text()):
            say(f"{TYPES.relative_to(ROOT)} is not what the server describes now. Run ./dev types and commit it.")
            return 1
        return code


def _generate(target: Path) -> int:
    with tempfile.TemporaryDirectory() as folder:
        # A data folder of its own: describing the API must not touch anybody's study.
        env = os.environ | {"SKYGGE_DATA": folder}
        command = [str(python_env.program("python")), "-c", PRINT_OPENAPI]
        described = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
        if described.returncode != 0:
            raise Trouble(f"The server could not describe its API:\n{described.stderr}")
        source = Path(folder) / "openapi.json"
        source.write_text(described.stdout)
        return node_env.npm("exec", "--", "openapi-typescript", str(source), "--output", str(target))
