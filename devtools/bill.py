"""`./dev sbom`: the bill of materials of a release, one for the server and one for the web app, as CycloneDX.

For whoever has to know what runs in their house before it does: every package with its version, licence and what needs
it. The server's is read from an environment that holds the runtime lock alone; the web app's from its lock.
"""

import json
import re
from pathlib import Path
from typing import Any

from devtools import node_env, python_env
from devtools.machine import ROOT, must_run, say, venv_program

BILLS = ROOT / "dist" / "sbom"
SERVER = BILLS / "skygge-server.cdx.json"
VERSION = re.compile(r'^__version__ = "(.+)"$', re.MULTILINE)
LOCKED = re.compile(r"^([\w.-]+)==([\w.+!-]+)( ;)?", re.MULTILINE)
WEB = BILLS / "skygge-web.cdx.json"


def write() -> int:
    """Write both; 0, or 1 when npm failed. Raises Trouble when a tool cannot be installed or refuses."""
    tool = venv_program(python_env.sync_sbom(), "cyclonedx-py")
    served = venv_program(python_env.sync_runtime(), "python")
    BILLS.mkdir(parents=True, exist_ok=True)
    options: list[str | Path] = ["--pyproject", ROOT / "pyproject.toml", "--output-reproducible"]
    must_run([tool, "environment", *options, "--output-file", SERVER, served])
    _name_version()
    with WEB.open("wb") as file:
        made = node_env.npm("sbom", "--sbom-format", "cyclonedx", "--package-lock-only", into=file)
    if made == 0:
        say(f"The bills of materials are in {BILLS.relative_to(ROOT)}/.")
    return made


def check() -> int:
    """Write both and hold them against the locks; 0 when all is there, as locked, and with a licence."""
    if write() != 0:
        return 1
    lock = (python_env.LOCKS / "runtime.txt").read_text("utf-8")
    server, web = (json.loads(file.read_text("utf-8")) for file in (SERVER, WEB))
    packages = json.loads((node_env.FRONTEND / "package-lock.json").read_text("utf-8"))["packages"]
    wrong = [*server_complaints(server, lock), *web_complaints(web, packages)]
    for line in wrong:
        say(f"The bill of materials: {line}")
    return 1 if wrong else 0


def server_complaints(bill: dict[str, Any], lock: str) -> list[str]:
    """What is not as the lock has it. A line with a condition may be for another system."""
    lines = LOCKED.findall(lock)
    locked = {(_plain(name), version) for name, version, _ in lines}
    held = {_plain(one["name"]): one for one in bill["components"]}
    missing = [name for name, _, condition in lines if _plain(name) not in held and not condition]
    other = [name for name, one in held.items() if (name, one["version"]) not in locked]
    unlicensed = [name for name, one in held.items() if not one.get("licenses")]
    nameless = [] if bill["metadata"]["component"].get("version") else ["skygge"]
    told = {"is missing": missing, "is not as locked": other, "has no licence": unlicensed, "has no version": nameless}
    return [f"{name} {what}" for what, names in told.items() for name in names]


def web_complaints(bill: dict[str, Any], packages: dict[str, Any]) -> list[str]:
    """Packages of the lock, by name and version, that the bill does not have."""
    held = {(one["name"], one["version"]) for one in bill["components"]}
    locked = {(path.rpartition("node_modules/")[2], one["version"]) for path, one in packages.items() if path}
    return [f"{name} {version} is missing" for name, version in sorted(locked - held)]


def _name_version() -> None:
    """The project's version is found when it is built, so that the tool does not know it."""
    bill = json.loads(SERVER.read_text("utf-8"))
    found = VERSION.search((ROOT / "backend" / "skygge" / "__init__.py").read_text("utf-8"))
    bill["metadata"]["component"]["version"] = found[1] if found else ""
    SERVER.write_text(json.dumps(bill, indent=2, sort_keys=True) + "\n", "utf-8")


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
