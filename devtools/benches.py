"""`./dev bench`: measures one thing after another and prints a table. Each bench is a script in bench/."""

import json
import subprocess
from pathlib import Path

from devtools import python_env
from devtools.machine import ROOT, Trouble, say

FOLDER = ROOT / "bench"


def run_benches(name: str | None, json_file: str | None) -> int:
    """Run every bench or the one named; each prints one JSON object of figures with their units in the names."""
    scripts = {script.stem: script for script in sorted(FOLDER.glob("*.py"))}
    if name is not None and name not in scripts:
        raise Trouble(f"There is no bench called {name}. There are: {', '.join(scripts)}.")
    python_env.sync("development")
    figures = {stem: _measure(script) for stem, script in scripts.items() if name in (None, stem)}
    for stem, row in figures.items():
        say(f"\n{stem}")
        width = max(map(len, row), default=0)
        for label, value in row.items():
            say(f"  {label:<{width}}{value:>14,.2f}")
    if json_file is not None:
        Path(json_file).write_text(json.dumps(figures, indent=2) + "\n")
    return 0


def _measure(script: Path) -> dict[str, float]:
    command = [str(python_env.program("python")), str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode != 0:
        raise Trouble(f"{script.name} failed:\n{done.stderr}")
    # What a program that it started has said stands before.
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures
