"""Making the lock files anew, and checking that none of them names a host."""

import json
import re
from pathlib import Path

from devtools import node_env, python_env
from devtools.machine import ROOT, must_run, say

HEADER = "./dev lock"
HOST = re.compile(r"(https?:)?//[\w.-]+\.[a-z]{2,}", re.IGNORECASE)
PEERS = ROOT / "bench" / "peers" / "package-lock.json"  # by `npm install --package-lock-only` there
INDEX_OPTION = re.compile(r"^\s*(-i|--index-url|--extra-index-url|--find-links|-f)\b|\"resolved\":", re.MULTILINE)


def make_locks() -> None:
    """Compile every requirements file and package-lock.json from scratch; commit what changes."""
    tool = python_env.uv() if (python_env.LOCKS / "uv.txt").exists() else "uv"
    runtime = ["--extra", "postgres", "pyproject.toml"]
    _compile(tool, runtime, "runtime")
    development = [
        *runtime,
        "--extra",
        "parquet",
        "requirements/development.in",
        "--constraints",
        "requirements/runtime.txt",
    ]
    _compile(tool, development, "development")
    _compile(tool, ["requirements/build.in", "--constraints", "requirements/development.txt"], "build")
    _compile(tool, ["requirements/oracles.in"], "oracles")
    _compile(tool, ["requirements/docs.in"], "docs")
    _compile(tool, ["requirements/audit.in"], "audit")
    _compile(tool, ["requirements/sbom.in"], "sbom")
    _compile(tool, ["requirements/pipx.in"], "pipx")
    _compile(tool, ["requirements/uv.in"], "uv")
    node_env.npm("install", "--package-lock-only", "--no-audit", "--no-fund")
    say("The locks are new. Run ./dev test before committing them.")


def _compile(tool: str, sources: list[str], name: str) -> None:
    # Universal: one file serves every Python from 3.11 on, and every system.
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--upgrade", "--no-annotate", "--quiet"]
    output = f"requirements/{name}.txt"
    must_run([tool, "pip", "compile", *options, "--custom-compile-command", HEADER, *sources, "--output-file", output])


def lock_files() -> list[Path]:
    """Every lock of the repository."""
    return [*sorted(python_env.LOCKS.glob("*.txt")), node_env.FRONTEND / "package-lock.json", PEERS]


def host_complaints(text: str) -> list[str]:
    """What in the text of a lock ties it to one package index."""
    if text.startswith("{"):
        text = json.dumps(_without_thanks(json.loads(text)))
    return [found[0].strip() for found in (*HOST.finditer(text), *INDEX_OPTION.finditer(text))]


def _without_thanks(value: object) -> object:
    """package-lock.json also says where to thank an author; that address is no index."""
    if isinstance(value, dict):
        return {key: _without_thanks(inner) for key, inner in value.items() if key != "funding"}
    return [_without_thanks(inner) for inner in value] if isinstance(value, list) else value


def check_locks() -> int:
    """Return 0 when no lock names a host and every Python requirement carries a hash, else 1."""
    complaints = []
    for lock in lock_files():
        text = lock.read_text(encoding="utf-8")
        complaints += [f"{lock.relative_to(ROOT)} names an index or a host: {word}" for word in host_complaints(text)]
        complaints += [f"{lock.relative_to(ROOT)}: {name} has no hash" for name in unhashed(text, lock.suffix)]
    for complaint in complaints:
        say(complaint)
    return 1 if complaints else 0


def unhashed(text: str, suffix: str) -> list[str]:
    """The requirements of a hash-pinned file that carry no hash."""
    if suffix != ".txt":
        packages = json.loads(text).get("packages", {})
        return [name for name, package in packages.items() if name and "integrity" not in package]
    entries = re.split(r"\n(?=[A-Za-z0-9])", "\n".join(line for line in text.splitlines() if not line.startswith("#")))
    return [entry.split()[0] for entry in entries if entry.strip() and "--hash=sha256:" not in entry]
