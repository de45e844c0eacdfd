"""A wrong clock is corrected change by change: what is known of now holds as far back as the clock was so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fixtures.world import TurnableClock
from tests.sync.phone import Phone

HOUR = timedelta(hours=1)


def made(phone: Phone, clock: TurnableClock, ahead: timedelta, **envelope: Any) -> dict[str, Any]:
    """A memo made now, by a clock that is so far ahead; `monotonic_ms` counts on whatever the clock says."""
    at = clock() + ahead
    told = {"made_at": at.isoformat(timespec="milliseconds"), "monotonic_ms": clock().timestamp() * 1000}
    return phone.change("memo.written", {"text": "x"}, **{**told, **envelope})


def push(phone: Phone, clock: TurnableClock, ahead: timedelta, *changes: dict[str, Any]) -> None:
    """Send now, by a clock that is so far ahead."""
    phone.clock_offset = clock() + ahead - datetime.now(UTC)
    phone.push(*changes)


@pytest.fixture
def steady(phone: Phone, clock: TurnableClock) -> Phone:
    """A phone whose clock was right at its last contact, half an hour ago."""
    push(phone, clock, timedelta(), made(phone, clock, timedelta()))
    clock.turn(minutes=30)
    return phone


def corrections(phone: Phone, *changes: dict[str, Any]) -> list[float | None]:
    """By how many minutes each was corrected, None where it was not."""
    told = {change["change_id"]: change for change in phone.pull_all()}
    found: list[float | None] = []
    for change in changes:
        corrected = told[change["change_id"]]["corrected_at"]
        assert told[change["change_id"]]["made_at"] == change["made_at"]
        by = corrected and datetime.fromisoformat(change["made_at"]) - datetime.fromisoformat(corrected)
        found.append(None if by is None else round(by / timedelta(minutes=1)))
    return found


def test_only_what_was_made_after_the_clock_was_set_is_corrected(steady: Phone, clock: TurnableClock) -> None:
    """The clock that nobody sets tells at which change it jumped; before it the time was right and stays."""
    before = made(steady, clock, timedelta())
    clock.turn(minutes=10)
    after = made(steady, clock, HOUR)
    push(steady, clock, HOUR, before, after)
    assert corrections(steady, before, after) == [None, 60]


def test_where_nobody_knows_when_the_clock_was_set_nothing_is_corrected(steady: Phone, clock: TurnableClock) -> None:
    """Two starts of the app, and the clock was set somewhere in between or before: the device's time stands."""
    one = made(steady, clock, timedelta(), session_id="session-2")
    another = made(steady, clock, HOUR, session_id="session-3")
    clock.turn(minutes=10)
    push(steady, clock, HOUR, one)
    push(steady, clock, HOUR, another)
    assert corrections(steady, one, another) == [None, None]
    clock.turn(minutes=5)
    later = made(steady, clock, HOUR, session_id="session-3")
    push(steady, clock, HOUR, later)
    assert corrections(steady, later) == [60]


def test_a_clock_that_was_wrong_all_along_is_corrected_in_every_batch(steady: Phone, clock: TurnableClock) -> None:
    """The usual case: wrong at the last contact, wrong now, and everything in between."""
    push(steady, clock, HOUR, made(steady, clock, HOUR))
    clock.turn(minutes=10)
    first, second = made(steady, clock, HOUR), made(steady, clock, HOUR, session_id="session-2")
    clock.turn(minutes=10)
    push(steady, clock, HOUR, first)
    push(steady, clock, HOUR, second)
    assert corrections(steady, first, second) == [60, 60]


def test_a_sleeping_phone_is_no_wrong_clock(steady: Phone, clock: TurnableClock) -> None:
    """On some phones the clock that nobody sets stands still while the phone sleeps: that corrects nothing."""
    one = made(steady, clock, timedelta())
    clock.turn(hours=1)
    another = made(steady, clock, timedelta(), monotonic_ms=one["monotonic_ms"] + 1000)
    push(steady, clock, timedelta(), one, another)
    assert corrections(steady, one, another) == [None, None]
