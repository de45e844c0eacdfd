"""The parts of the test run, in the order in which they run: the quick and telling ones first."""

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from devtools import bill, generated, image, locks, node_env, packaging, site
from devtools.machine import RESULTS, run
from devtools.python_env import program


@dataclass(frozen=True)
class Part:
    """One part: what it is called, what it looks at, how it is run (returning an exit code)."""

    name: str
    about: str
    run: Callable[[bool], int]  # told whether full sizes are wanted
    is_quick: bool = False
    is_asked_for: bool = False  # only run when named: an hour and more

    @property
    def junit(self) -> Path:
        """Where the part leaves its results, when it counts single tests."""
        return RESULTS / f"{self.name}.xml"


def tool(name: str, *words: str) -> Callable[[bool], int]:
    """A part that is one program of the project's environment."""
    return lambda deep: run([program(name), *words])


# Where the tests of a part lie; a house rule refuses a test that lies in none of them.
TESTS: Mapping[str, Sequence[str]] = {
    "house": (
        "tests/test_house_rules.py",
        "tests/test_docs.py",
        "tests/test_guides.py",
        "tests/test_walk.py",
        "tests/test_tools.py",
    ),
    "unit": ("tests/core",),
    "api": ("tests/api",),
    "sync": ("tests/sync", "tests/fleet"),
    "analyses": ("tests/analyses",),
    "exports": ("tests/exports",),
    "demo": ("tests/demo",),
    "migrations": ("tests/migrations",),
    "upkeep": ("tests/upkeep",),
    "e2e": ("tests/e2e",),
    "docker": ("tests/image",),
}


def tests(name: str, spread_by: str = "load") -> Callable[[bool], int]:
    """A part that is a run of pytest on both cores, handed out test by test or file by file."""

    def run_pytest(deep: bool) -> int:
        marks = ["-m", "not fleet" if deep else "not deep and not fleet"]
        spread = ["-n", "2", "--dist", spread_by]
        # The whole run has to stay under 25 minutes: whoever makes it slower shall see it.
        told = ["--durations=5", "--durations-min=10", f"--junit-xml={RESULTS / name}.xml"]
        return _pytest(deep, *spread, *marks, *told, *TESTS[name])

    return run_pytest


def _pytest(deep: bool, *words: str) -> int:
    # What another run or a killed browser left in the common folder is none of this run's business, nor the reverse.
    scratch = tempfile.mkdtemp(prefix="skygge-")
    try:
        return run([program("python"), "-m", "pytest", "-q", *words], env=_sizes(deep) | {"TMPDIR": scratch})
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _sizes(deep: bool) -> dict[str, str]:
    # Settings of the person's own server must not reach the tests, nor their database.
    foreign = {name: value for name, value in os.environ.items() if not name.startswith("SKYGGE_")}
    return foreign | {"SKYGGE_TEST_SIZE": "deep" if deep else "reduced"}


def _lint(deep: bool) -> int:
    return max(run([program("ruff"), "check", "."]), run([program("ruff"), "format", "--check", "."]))


def _frontend(deep: bool) -> int:
    junit = RESULTS / "frontend.xml"
    reporters = ["--reporter=default", "--reporter=junit", f"--outputFile.junit={junit}"]
    return max(node_env.npm("run", "check"), node_env.npm("run", "test", "--", *reporters))


def _packaging(deep: bool) -> int:
    # Outside the repository, so that nothing is found by accident.
    scratch = Path(tempfile.mkdtemp(prefix="skygge-wheel-"))
    try:
        return packaging.try_wheel(scratch, deep=deep) or bill.check()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _fleet(deep: bool) -> int:
    return _pytest(deep, "-m", "fleet", f"--junit-xml={RESULTS / 'fleet'}.xml", "tests/fleet")


def _locks(deep: bool) -> int:
    return locks.check_locks()


def _generated(deep: bool) -> int:
    return generated.check()


def _docker(deep: bool) -> int:
    # Building it takes minutes.
    return max(image.check(), tests("docker", "loadfile")(deep) if deep else 0)


def _site(deep: bool) -> int:
    return site.build()


PARTS: Sequence[Part] = (
    Part("locks", "no lock names an index host; every requirement has its hash", _locks, is_quick=True),
    Part("lint", "ruff, its rules and its format", _lint, is_quick=True),
    Part("types", "mypy, strict", tool("mypy"), is_quick=True),
    Part("imports", "who may import whom", tool("lint-imports", "--no-logo"), is_quick=True),
    Part("house", "the house rules and the documentation", tests("house"), is_quick=True),
    Part("unit", "the pure core", tests("unit"), is_quick=True),
    Part("generated", "API types and documentation pages are fresh", _generated),
    Part("frontend", "svelte-check, TypeScript, vitest", _frontend),
    Part("api", "every endpoint on SQLite and PostgreSQL", tests("api")),
    Part("sync", "push, pull, quarantine, erasure, restore, a small fleet", tests("sync")),
    Part("analyses", "analyses over HTTP, with the entries behind every cell", tests("analyses")),
    Part("exports", "exports and imports read back", tests("exports")),
    Part("demo", "the example study on a server", tests("demo")),
    Part("migrations", "up from every released schema, on both databases", tests("migrations")),
    Part("upkeep", "moving to another database, the doctor, https in one room", tests("upkeep")),
    # A file is one study and its phone, set up once, and later tests go on where earlier ones stopped.
    Part("e2e", "a real browser against the real server", tests("e2e", "loadfile")),
    Part("packaging", "the wheel, installed into an empty environment; the bills of materials", _packaging),
    Part("site", "the documentation as a site, every link and heading followed", _site),
    Part("fleet", "two hundred phones over sixty days, servers killed and restored", _fleet, is_asked_for=True),
    Part("docker", "the Dockerfile, by hadolint; wheels for both kinds of processor; at full size the image", _docker),
)
