"""Counting single tests from JUnit files, and holding skips to the list of allowed ones."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from devtools.machine import ROOT

ALLOWED_SKIPS = ROOT / "tests" / "allowed_skips.txt"


@dataclass
class Count:
    """How many tests passed, failed and were skipped; the names of skips that nobody allowed."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    surprises: list[str] = field(default_factory=list)

    def add(self, other: "Count") -> None:
        """Take the numbers of another count into this one."""
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.surprises += other.surprises


def count_tests(junit: Path, allowed: Iterable[str]) -> Count:
    """Read one JUnit file; a skipped test that is not in `allowed` is a surprise."""
    count, known = Count(), set(allowed)
    for case in ElementTree.parse(junit).iter("testcase"):
        if case.find("skipped") is not None:
            count.skipped += 1
            name = f"{case.get('classname', '')}::{case.get('name', '')}"
            if name not in known:
                count.surprises.append(name)
        elif case.find("failure") is not None or case.find("error") is not None:
            count.failed += 1
        else:
            count.passed += 1
    return count


def read_allowed(text: str) -> dict[str, str]:
    """Read lines of the form `classname::name  # reason`.

    Raises ValueError for a line without a reason.
    """
    allowed = {}
    for line in text.splitlines():
        name, mark, reason = line.partition("  # ")
        if not name.strip() or name.startswith("#"):
            continue
        if not mark or not reason.strip():
            raise ValueError(f"{ALLOWED_SKIPS.name}: a skip needs its reason after two spaces and a #: {line}")
        allowed[name.strip()] = reason.strip()
    return allowed
