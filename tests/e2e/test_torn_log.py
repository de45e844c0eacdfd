"""A kill in the middle of the browser's own write: the half record that it leaves must not cost the notes."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.field import Field
from tests.e2e.observer import Observer
from tests.e2e.phone import wait_until

TORN_BYTES = 100


def test_notes_survive_a_half_record_and_two_more_starts(field: Field) -> None:
    """Chromium goes on behind the half record, and at the start after that throws away what it finds damaged."""
    hand = field.begin(("Citizen", "C1"))
    hand.see("C1", action="Talks", structure="Directing")
    field.go_offline()
    for _ in range(3):
        hand.see("C1", action="Asks", structure="Doing with")
    field.phone.kill()
    tear(field.phone.profile)
    page = field.phone.open("/")
    hand = Observer(page)
    hand.truth("to send")
    wait_until(lambda: log_of(field.phone.profile).name != "000003.log", "the browser has begun no new log")
    before = told(hand)
    for _ in range(3):
        hand.see("C1", action="Tells", structure="Directing")
    wait_until(lambda: told(hand) == before + 3, "an entry is not told as safe")
    field.phone.kill()
    page = field.phone.open("/")
    hand = Observer(page)
    expect(hand.who("C1")).to_be_visible()
    assert told(hand) == before + 3


def told(hand: Observer) -> int:
    """How many changes the screen says are safe here and not on the server."""
    truths = hand.page.get_by_role("link").filter(has_text="on phone ✓")
    expect(truths).to_contain_text("to send")
    return int("".join(letter for letter in truths.inner_text() if letter.isdigit()))


def log_of(profile: Path) -> Path:
    """The log of the browser's database, as it is now."""
    return max(profile.rglob("*.indexeddb.leveldb/*.log"))


def tear(profile: Path) -> None:
    """As a SIGKILL in the middle of a write of several pages leaves the log."""
    log = log_of(profile)
    os.truncate(log, log.stat().st_size - TORN_BYTES)
