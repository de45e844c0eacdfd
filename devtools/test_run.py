"""`./dev test` and `./dev check`: every part runs, even after one has failed; the end says how it went."""

import os
import shutil
import sys
import time
from collections.abc import Sequence

from devtools import node_env, python_env, results, system
from devtools.machine import RESULTS, Trouble, say
from devtools.parts import PARTS, Part
from devtools.results import Count

# The build writes the messages, without which no TypeScript compiles.
NEEDS_WEB_APP = {"e2e", "api", "frontend"}


def run_tests(wanted: Sequence[str], *, deep: bool = False) -> int:
    """Run the named parts, or all; return 0 when everything passed."""
    names = [part.name for part in PARTS]
    unknown = [name for name in wanted if name not in names]
    if unknown:
        raise Trouble(f"There is no part called {unknown[0]}. The parts are: {', '.join(names)}.")
    return _run_parts([part for part in PARTS if part.name in wanted or not (wanted or part.is_asked_for)], deep)


def run_quick() -> int:
    """Run the parts that together take less than a minute."""
    return _run_parts([part for part in PARTS if part.is_quick], deep=False)


def _run_parts(parts: Sequence[Part], deep: bool) -> int:
    started = time.monotonic()
    if not sys.stdout.isatty():
        os.environ.setdefault("NO_COLOR", "1")
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir()
    names = {part.name for part in parts}
    python_env.sync("development")
    if with_programs := names & (system.DEEP_PARTS if deep else system.PARTS):
        system.install_missing(with_programs)
    if "exports" in names:
        python_env.sync_oracles()
    if names & NEEDS_WEB_APP:
        node_env.build_web_app()
    allowed = results.read_allowed(results.ALLOWED_SKIPS.read_text(encoding="utf-8"))
    total, lines = Count(), []
    for part in parts:
        line, count = _run_part(part, deep, allowed)
        lines.append(line)
        total.add(count)
    return _summarise(lines, total, time.monotonic() - started)


def _run_part(part: Part, deep: bool, allowed: dict[str, str]) -> tuple[str, Count]:
    say(f"\n── {part.name}: {part.about}")
    started = time.monotonic()
    try:
        code = part.run(deep)
    except Trouble as trouble:
        say(str(trouble))
        code = 2
    count = results.count_tests(part.junit, allowed) if part.junit.exists() else Count(passed=int(code == 0))
    if code != 0 and count.failed == 0:
        count.failed = 1  # it fell over without a test to blame
    count.failed += len(count.surprises)
    verdict = "failed" if count.failed else "ok"
    numbers = f"{count.passed} passed, {count.failed} failed, {count.skipped} skipped"
    return f"{part.name:<12}{verdict:<8}{time.monotonic() - started:>6.1f} s   {numbers}", count


def _summarise(lines: Sequence[str], total: Count, seconds: float) -> int:
    say("\n── summary")
    for line in lines:
        say(line)
    for name in total.surprises:
        say(f"skipped, and not in tests/allowed_skips.txt: {name}")
    say(f"in {seconds:.0f} s")
    say(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 1 if total.failed else 0
