"""Files that upgrades leave beside a SQLite database hold what was in it, and go with it."""

from __future__ import annotations

import os
from pathlib import Path

from skygge.migrate import copy_beside
from skygge.scrub import copies_of
from tests.fixtures.world import World
from tests.sync.phone import Phone

MARKER = "Annemette-Marker"


def test_the_copy_from_before_an_upgrade_goes_with_the_words(world: World, phone: Phone, tmp_path: Path) -> None:
    """Nobody remembers it (found by the fleet); other files in the folder are somebody's own and stay. On SQLite."""
    if not world.settings.uses_sqlite:
        assert copies_of(world.settings.sqlite_file) == []
        return
    visit = phone.visit(setting=f"hos {MARKER}")
    phone.push(visit)
    file = world.settings.sqlite_file
    copy_beside(file, "0012")
    (copy,) = copies_of(file)
    other = file.with_name("skygge-in-spring.db")
    other.write_bytes(copy.read_bytes())
    same_bytes = tmp_path / "same_bytes"
    os.link(copy, same_bytes)
    assert MARKER.encode() in copy.read_bytes()
    phone.push(phone.change("words.struck", {"words": MARKER, "replacement": "C1"}, subject_id=visit["subject_id"]))
    assert copies_of(file) == [] and MARKER.encode() in other.read_bytes()
    # A file that is only unlinked leaves its bytes on the disk.
    assert not same_bytes.read_bytes().strip(b"\x00")
