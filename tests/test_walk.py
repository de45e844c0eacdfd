"""ARCHITECTURE.md tells how a tap becomes a row in an export; the files and their length are held to what it says."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
MOST_LINES = 900


def test_the_walk_is_ten_files_of_the_stated_length() -> None:
    """Ten minutes of reading aloud, and no more."""
    walk = re.findall(r"^\d+\. `([^`]+)`", PAGE, re.MULTILINE)
    (stated,) = re.findall(r"(\d+) lines together", PAGE)
    lines = sum((ROOT / name).read_text("utf-8").count("\n") for name in walk)
    assert (len(walk), lines) == (10, int(stated))
    assert lines < MOST_LINES


def test_every_place_that_the_page_names_is_there() -> None:
    """A page that sends people to files that have moved is worse than none."""
    named = set(re.findall(r"`((?:\w+/)*[\w.-]+\.(?:py|ts|svelte|json|md))`", PAGE))
    roots = (
        ROOT,
        ROOT / "backend" / "skygge",
        ROOT / "frontend",
        ROOT / "frontend" / "src",
        ROOT / "frontend" / "messages",
    )
    beside = ("api.ts", "call.ts", "log.ts", "routes.py")  # said after their folder, or of every feature
    assert [n for n in named if n not in beside and not any((root / n).is_file() for root in roots)] == []
