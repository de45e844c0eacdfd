"""The lines of docs/pulling.md, run as they stand there: R and pandas fetch the tables and get the app's own rates."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.fixtures.demo_reader import make_demo_reader
from tests.fixtures.server_process import REPOSITORY, ServerProcess, command_env

PAGE = (REPOSITORY / "docs" / "pulling.md").read_text("utf-8")


def lines_of(language: str, study: str) -> str:
    """The snippet of a language for one study: three lines, beside what a language wants before them."""
    (found,) = re.findall(rf"```{language}\n(.+?)```", PAGE, re.DOTALL)
    assert len([line for line in found.splitlines() if line and not re.match("import|KEY", line)]) == 3
    return str(found).replace("STUDY", study)


@pytest.fixture
def pulled(server: ServerProcess) -> tuple[str, str, dict[str, float]]:
    """The example study on a real server: its address, a token, and the rates as the app tells them."""
    study_id, token = make_demo_reader(server)
    study = f"{server.origin}/api/v1/studies/{study_id}"
    asked = urllib.request.Request(f"{study}/analyses/rates", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(asked) as answer:
        rows = json.load(answer)["result"]["rows"]
    rates = {row["key"]: row["per_hour"] for row in rows if row["key"] is not None and row["n"] > 0}
    assert len(rates) >= 4
    return study, token, rates


def run(command: list[str], server: ServerProcess, token: str) -> dict[str, float]:
    """What a script prints, as JSON."""
    env = command_env(server.data) | {"SKYGGE_TOKEN": token}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    printed: dict[str, float] = json.loads(done.stdout)
    return printed


def test_pandas_gets_the_rates_of_the_app(
    server: ServerProcess, pulled: tuple[str, str, dict[str, float]], tmp_path: Path
) -> None:
    """To the last bit."""
    study, token, rates = pulled
    script = tmp_path / "pull.py"
    script.write_text(lines_of("python", study) + "import json; print(json.dumps(rates.to_dict()))\n")
    assert run([sys.executable, str(script)], server, token) == rates


def test_r_gets_the_rates_of_the_app(
    server: ServerProcess, pulled: tuple[str, str, dict[str, float]], tmp_path: Path
) -> None:
    """To the last bit, printed with all the digits that a double has."""
    study, token, rates = pulled
    script = tmp_path / "pull.R"
    printing = r"""cat("{", paste(sprintf('"%s": %.17g', names(rates), as.numeric(rates)), collapse = ", "), "}")"""
    script.write_text(lines_of("r", study) + printing + "\n")
    assert run(["Rscript", "--vanilla", str(script)], server, token) == rates
