"""The backup and the restore of the guide for those who run a server, typed as they stand there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from skygge.fieldlog.verify import verify
from skygge.migrate import migrate
from skygge.settings import Settings
from tests.fixtures.server_process import REPOSITORY, command_env
from tests.fixtures.world import PASSWORD, World, build_world
from tests.sync.phone import Phone, words

GUIDE = (REPOSITORY / "docs" / "guides" / "it.md").read_text("utf-8")
MARKER = "Annemette-Marker"
# Stands for an engine with one container: what is said to it is run here, with a folder in the place of its volume.
DOCKER = """#!{python}
import os, sys
assert sys.argv[1:5] == ["compose", "exec", "-T", "skygge"], sys.argv
words = [word.replace("/data", {data!r}) for word in sys.argv[5:]]
if words[0] == "skygge":
    words = [sys.executable, "-m", *words]
os.execvp(words[0], words)
"""


def shell_below(heading: str) -> str:
    """The first block of commands under a heading."""
    block = re.search(rf"^## {heading}$.*?```sh\n(.*?)```", GUIDE, re.MULTILINE | re.DOTALL)
    assert block is not None, heading
    return block[1]


def type_in(block: str, data: Path, folder: Path) -> None:
    """Type a block of commands into a shell, in a folder, beside a container with that volume."""
    programs = folder.parent / "bin"
    programs.mkdir(exist_ok=True)
    engine = programs / "docker"
    engine.write_text(DOCKER.format(python=sys.executable, data=str(data)))
    engine.chmod(0o755)
    env = command_env(data) | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block], cwd=folder, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_what_the_guide_backs_up_the_guide_restores_on_another_machine(
    world: World, phone: Phone, tmp_path: Path
) -> None:
    """Every row, the password, and the ledger: what was struck after the backup does not come back with it."""
    visit = phone.visit()
    entry, kept = phone.entry(visit, jotting=f"hos {MARKER}"), phone.entry(visit, jotting="vent lidt")
    phone.push(visit, entry, kept)
    today = datetime.now(UTC).astimezone().date()
    here = tmp_path / "here"
    here.mkdir()
    type_in(shell_below("Every day"), world.settings.data, here)
    first = here / "backups" / f"{today}.backup"
    older = shutil.copy(first, tmp_path / "older")
    struck = phone.change("words.struck", {"words": MARKER}, subject_id=entry["subject_id"])
    assert words(phone.push(struck)) == ["erased"], "itself is not kept"
    type_in(shell_below("Every day"), world.settings.data, here)
    assert not list(world.settings.data.glob("*.backup")), "none is left in the volume"
    shutil.copy(older, first)
    other = Settings(data=tmp_path / "other")
    migrate(other)
    type_in(shell_below("When the machine is gone").replace("2027-03-02", str(today)), other.data, here)
    for restored in build_world(other, world.clock):
        signed_in = restored.client()
        told = {"name": "Lene Lead", "password": PASSWORD}
        assert signed_in.post("/api/v1/session", json=told).is_success
        jottings = [one["jotting"] for one in Phone(signed_in, phone.study_id).read("entries")]
        assert "vent lidt" in jottings and len(jottings) == 2
        assert not any(MARKER in (one or "") for one in jottings)
        with restored.database.read() as session:
            assert verify(session) == []
