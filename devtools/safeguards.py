"""`./dev safeguards`: switches off each safeguard of sync in a copy of the program, and sees its tests go red.

A test that stays green without the thing it is there for proves nothing. The table of this stands in
docs/sync-protocol.md.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from devtools import node_env, python_env
from devtools.machine import ROOT, Trouble, say

COPIED = ("backend", "tests", "devtools", "migrations", "frontend", "pyproject.toml")
LEFT_OUT = shutil.ignore_patterns("node_modules", "dist", "__pycache__", ".pytest_cache", "paraglide")
STATEFUL = "tests/fleet/test_stateful.py"
MODEL = "tests/fleet/test_model.py"
ERASURE = "tests/sync/test_erasure.py"
SCHEDULES = "src/sync/schedules.test.ts"
WEB_FOLD_TESTS = "src/store/fold.test.ts"
ENGINE = "src/sync/engine.test.ts"


@dataclass(frozen=True)
class Safeguard:
    """Where it stands in the program, what stands there without it, and which tests must notice."""

    name: str
    file: str
    there: str
    without: str
    tests: Sequence[str]

    @property
    def is_web(self) -> bool:
        """Whether it is the phone's."""
        return self.file.startswith("frontend/")

    def has_place(self) -> bool:
        """Whether the program still has the one place that this switches off."""
        return (ROOT / self.file).read_text("utf-8").count(self.there) == 1


APPEND, CLIENT = "backend/skygge/fieldlog/append.py", "backend/skygge/client/notebook.py"
FOLD, REDACT = "backend/skygge/core/fold.py", "backend/skygge/core/redact.py"
PHONE, WEB_FOLD = "frontend/src/store/phoneCopy.ts", "frontend/src/store/fold.ts"

IN_QUARANTINE = "        if arrival.change is None or self.delivery.park_as is not None:"
WHOLE_BATCH = "        assert arrival.change is not None\n        if self.delivery.park_as is not None:"
SAYS = '    return _say(session, delivery, "subject.redacted", '
OLD_EPOCH = "        if epoch != self.epoch:\n            return 0\n"
NO_EPOCH = OLD_EPOCH.replace("epoch != self.epoch", "False")
STAYS = "  record.acknowledged = standing.epoch;\n  await tx.objectStore('change').put(record);"
GOES = "  await tx.objectStore('change').delete(record.change_id);"
PAGE = "    return this.step(async (tx, standing, touched) => {\n      if (standing.epoch !== page.epoch"
CURSOR_FIRST = "    await this.step(async (_tx, standing) => void (standing.cursor = page.cursor));\n" + PAGE.replace(
    "{\n", "{\n      standing.cursor = after;\n", 1
)
SAFEGUARDS: Sequence[Safeguard] = (
    Safeguard("id dedupe (server)", APPEND, "if arrival.change_id in self.known:", "if False:", [STATEFUL]),
    Safeguard("per-change verdict (server)", APPEND, IN_QUARANTINE, WHOLE_BATCH, [STATEFUL]),
    Safeguard("self-describing stub (server)", REDACT, ', "redacted": {"mode": mode, "by": by}}', "}", [STATEFUL]),
    Safeguard(
        "feed entry for redaction (server)", APPEND, SAYS, SAYS.replace("return", "return next_seq or"), [ERASURE]
    ),
    Safeguard("siblings (server)", FOLD, "if len(distinct) > 1:", "if False:", ["tests/core/test_fold.py"]),
    Safeguard("epoch (library)", CLIENT, "self.outbox.append(change_id)\n        return True", "return True", [MODEL]),
    Safeguard("epoch on acknowledgements (library)", CLIENT, OLD_EPOCH, NO_EPOCH, [MODEL]),
    Safeguard("outbox until the verdict (library)", CLIENT, "waiting.discard(change_id)", "waiting.clear()", [MODEL]),
    Safeguard("epoch (phone)", PHONE, "if (own === undefined || record.isErased ||", "if (own ||", [SCHEDULES]),
    Safeguard("epoch on acknowledgements (phone)", PHONE, "if (standing.epoch !== epoch) return 0;", "", [ENGINE]),
    Safeguard("kept changes (phone)", PHONE, STAYS, GOES, [SCHEDULES]),
    Safeguard("cursor with page (phone)", PHONE, PAGE, CURSOR_FIRST, [ENGINE]),
    Safeguard("siblings (phone)", WEB_FOLD, "if (distinct.length > 1)", "if (distinct.length > 99)", [WEB_FOLD_TESTS]),
    Safeguard("stub beats a full copy (phone)", WEB_FOLD, "|| beats(change, known)", "", [WEB_FOLD_TESTS]),
)


def check_safeguards(only: str | None = None) -> int:
    """Switch off one after the other; 0 when every one was noticed."""
    python_env.sync("development")
    chosen = [one for one in SAFEGUARDS if only is None or only in one.name]
    unnoticed = 0
    for safeguard in chosen:
        with tempfile.TemporaryDirectory(prefix="skygge-without-") as folder:
            is_noticed = _is_noticed(safeguard, Path(folder))
        unnoticed += not is_noticed
        say(f"{safeguard.name:<44}{'red' if is_noticed else 'NOT NOTICED':<14}{', '.join(safeguard.tests)}")
    return 1 if unnoticed else 0


def _is_noticed(safeguard: Safeguard, folder: Path) -> bool:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=LEFT_OUT)
        else:
            shutil.copy(source, folder / name)
    (folder / "frontend" / "node_modules").symlink_to(node_env.FRONTEND / "node_modules")
    file = folder / safeguard.file
    text = file.read_text("utf-8")
    if not safeguard.has_place():
        raise Trouble(f"{safeguard.file} has no single place for: {safeguard.name}.")
    file.write_text(text.replace(safeguard.there, safeguard.without), "utf-8")
    return _run(safeguard, folder) != 0


def _run(safeguard: Safeguard, folder: Path) -> int:
    if safeguard.is_web:
        node = node_env.node_folder()
        command = [str(node / "node"), "node_modules/vitest/vitest.mjs", "run", "--bail=1", *safeguard.tests]
        return subprocess.run(command, cwd=folder / "frontend", capture_output=True, check=False).returncode
    env = os.environ | {"PYTHONPATH": f"{folder / 'backend'}{os.pathsep}{folder}"}
    if STATEFUL in safeguard.tests:
        # A few short stories may miss it by chance; the whole size stops at the first that does not.
        env["SKYGGE_TEST_SIZE"] = "deep"
    command = [str(python_env.program("python")), "-m", "pytest", "-q", "-x", "-k", "not postgresql", *safeguard.tests]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, check=False).returncode
