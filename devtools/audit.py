"""`./dev audit`: the locked packages against the databases of known flaws; one that was not reached is never clean."""

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field

from devtools import node_env, python_env
from devtools.machine import Trouble, say, venv_program

WITHIN_S = 300


@dataclass
class Report:
    """What one database said of one lock. `not_run` holds why packages were not looked up, or all of them."""

    lock: str
    n_looked_up: int = 0
    flaws: list[str] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """One line for a person."""
        if self.flaws:
            return f"{len(self.flaws)} known flaws"
        if self.not_run:
            return "NOT RUN" if self.n_looked_up == 0 else f"NOT RUN for {len(self.not_run)} packages"
        return f"no known flaw in {self.n_looked_up} packages"


def audit() -> int:
    """Ask about every lock and print what was found; 0 when all is clean, 1 with a flaw, 2 when some was not run."""
    reports = [_python(name) for name in ("runtime", "development")] + [_web()]
    for report in reports:
        say(f"{report.lock}: {report.verdict}")
        for line in (*report.flaws, *report.not_run[:3]):
            say(f"  {line}")
    return exit_code(reports)


def exit_code(reports: Sequence[Report]) -> int:
    """A flaw counts more than a question without an answer, and that more than nothing."""
    if any(report.flaws for report in reports):
        return 1
    return 2 if any(report.not_run for report in reports) else 0


def _python(name: str) -> Report:
    lock = f"requirements/{name}.txt"
    try:
        tool = venv_program(python_env.sync_audit(), "pip-audit")
    except Trouble as trouble:
        return Report(lock, not_run=[str(trouble)])
    asked = [tool, "--requirement", python_env.LOCKS / f"{name}.txt", "--require-hashes", "--disable-pip"]
    return read_pip_audit(lock, *_answer([*map(str, asked), "--format", "json", "--progress-spinner", "off"]))


def _web() -> Report:
    npm = node_env.node_folder() / "npm"
    env = {"PATH": f"{npm.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    asked = [str(npm), "--prefix", str(node_env.FRONTEND), "audit", "--json"]
    return read_npm_audit("frontend/package-lock.json", *_answer(asked, env))


def _answer(command: Sequence[str], env: dict[str, str] | None = None) -> tuple[str, str]:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN_S, env=os.environ | (env or {}))
    except subprocess.TimeoutExpired:
        return "", "no answer in time"
    return done.stdout, done.stderr


def read_pip_audit(lock: str, output: str, errors: str) -> Report:
    """What pip-audit found. A package that the database does not know is skipped by it, and so was not looked up."""
    try:
        packages = list(json.loads(output)["dependencies"])
    except (ValueError, KeyError, TypeError):
        return Report(lock, not_run=[_last_line(errors)])
    report = Report(lock)
    for package in packages:
        if "skip_reason" in package:
            report.not_run.append(f"{package['name']}: {package['skip_reason']}")
            continue
        report.n_looked_up += 1
        report.flaws += [f"{package['name']} {package['version']}: {flaw['id']}" for flaw in package["vulns"]]
    return report


def read_npm_audit(lock: str, output: str, errors: str) -> Report:
    """What npm found; anything but its list of flaws means that there was no answer."""
    try:
        answer = json.loads(output)
        found, n_looked_up = answer["vulnerabilities"], answer["metadata"]["dependencies"]["total"]
    except (ValueError, KeyError, TypeError):
        return Report(lock, not_run=[_said(output) or _last_line(errors)])
    flaws = [f"{name} {flaw['range']}: {flaw['severity']}" for name, flaw in found.items()]
    return Report(lock, n_looked_up, flaws)


def _said(output: str) -> str:
    # The last line of its complaints only says where it keeps its log.
    try:
        return str(json.loads(output)["message"])
    except (ValueError, KeyError, TypeError):
        return ""


def _last_line(errors: str) -> str:
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    return lines[-1] if lines else "no answer"
