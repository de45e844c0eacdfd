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


@pytest.mark.parametrize("wrong", [HOUR, -HOUR])
@pytest.mark.parametrize("session_id", ["session-1", "session-2"])
def test_a_clock_that_was_wrong_for_a_while_between_two_contacts_corrects_nothing(
    steady: Phone, clock: TurnableClock, wrong: timedelta, session_id: str
) -> None:
    """Both contacts find a clock that is right; a change between says another hour than the ones beside it."""
    push(steady, clock, HOUR, made(steady, clock, HOUR))
    changes = []
    for ahead in (HOUR, HOUR + wrong, HOUR):
        clock.turn(minutes=10)
        changes.append(made(steady, clock, ahead, session_id=session_id if ahead != HOUR else "session-1"))
    push(steady, clock, HOUR, *changes)
    assert corrections(steady, *changes) == [None, None, None]


def test_a_clock_that_went_back_is_seen_by_the_one_that_nobody_sets(phone: Phone, clock: TurnableClock) -> None:
    """Hours later the times rise again, yet less than was counted: one of them is wrong, and no contact says which."""
    one = made(phone, clock, 2 * HOUR)
    clock.turn(hours=5)
    another = made(phone, clock, HOUR)
    push(phone, clock, HOUR, one, another)
    assert corrections(phone, one, another) == [None, None]


def test_what_was_made_after_it_was_sent_is_not_corrected(phone: Phone, clock: TurnableClock) -> None:
    """A clock that was a day ahead until just before the first contact."""
    one = made(phone, clock, 24 * HOUR)
    clock.turn(minutes=1)
    push(phone, clock, HOUR, one)
    assert corrections(phone, one) == [None]


def test_a_clock_that_was_set_on_before_the_first_contact_corrects_nothing(phone: Phone, clock: TurnableClock) -> None:
    """It was right and is an hour ahead now, or it was ahead all along and the phone slept: nobody knows."""
    one = made(phone, clock, timedelta())
    clock.turn(minutes=10)
    another = made(phone, clock, HOUR)
    push(phone, clock, HOUR, one, another)
    assert corrections(phone, one, another) == [None, None]


def test_a_clock_that_was_wrong_from_the_beginning_is_corrected_at_the_first_contact(
    phone: Phone, clock: TurnableClock
) -> None:
    """Two starts of the app, nothing that speaks of another clock."""
    one = made(phone, clock, HOUR)
    clock.turn(minutes=10)
    another = made(phone, clock, HOUR, session_id="session-2", monotonic_ms=5_000)
    push(phone, clock, HOUR, one, another)
    assert corrections(phone, one, another) == [60, 60]


def test_what_would_come_before_all_that_the_device_said_earlier_is_not_corrected(
    steady: Phone, clock: TurnableClock
) -> None:
    """An hour ahead at both contacts, right in between: all that is sent was made then, and nothing beside it tells."""
    for _ in range(2):
        push(steady, clock, HOUR, made(steady, clock, HOUR))
        clock.turn(minutes=10)
    between = made(steady, clock, timedelta())
    clock.turn(minutes=10)
    push(steady, clock, HOUR, between)
    assert corrections(steady, between) == [None]


@pytest.mark.parametrize("session_id", ["session-0", "session-1"])
@pytest.mark.parametrize("told_again", [False, True])
def test_what_is_offered_after_newer_changes_is_not_corrected_by_what_is_known_of_those(
    phone: Phone, clock: TurnableClock, told_again: bool, session_id: str
) -> None:
    """After a restore: the newest came first, and what follows reaches back to when the clock was right."""
    old = made(phone, clock, timedelta(), session_id=session_id)
    clock.turn(minutes=10)
    then, later = made(phone, clock, HOUR), made(phone, clock, HOUR)
    clock.turn(minutes=1)
    push(phone, clock, HOUR, later)
    push(phone, clock, HOUR, old, then, *([later] if told_again else []))
    assert corrections(phone, later, old, then) == [60, None, None]


def test_the_rest_of_a_first_backlog_is_not_corrected_where_its_clock_was_set_on(
    phone: Phone, clock: TurnableClock
) -> None:
    """All of it was made before the first contact; the first batch told of one clock, the second tells of two."""
    changes = []
    for ahead in (timedelta(), timedelta(), HOUR):
        changes.append(made(phone, clock, ahead))
        clock.turn(minutes=30)
    for batch in (changes[:1], changes[1:]):
        push(phone, clock, HOUR, *batch)
    assert corrections(phone, *changes[1:]) == [None, None]


def test_a_batch_that_comes_again_with_more_is_corrected_as_before(steady: Phone, clock: TurnableClock) -> None:
    """The answer was lost, and meanwhile more was written by the same wrong clock."""
    push(steady, clock, HOUR, made(steady, clock, HOUR))
    clock.turn(minutes=10)
    push(steady, clock, HOUR, first := made(steady, clock, HOUR))
    clock.turn(minutes=10)
    push(steady, clock, HOUR, first, second := made(steady, clock, HOUR))
    assert corrections(steady, first, second) == [60, 60]
