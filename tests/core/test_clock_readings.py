"""A clock that was set back is told by the device's own steady count, and by nothing else."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from skygge.core.clock_readings import NOTICED_MS, ClockReading, find_fall, read_clock

MINUTE = 60_000
MADE = "2026-03-02T09:00:00.000+01:00"
MADE_MS = 1_772_438_400_000


def said(**more: Any) -> dict[str, Any]:
    """A change of the tenth minute of one run of the app."""
    own = {
        "made_at": MADE,
        "monotonic_ms": 10 * MINUTE + 0.4,
        "device_id": "phone",
        "session_id": "one",
        "device_seq": 7,
    }
    return {**own, **more}


def read(began: dict[str, Any], began_at: str = MADE, wrong_by_ms: int | None = None) -> ClockReading | None:
    """What is told where nobody has changed the time since."""
    return read_clock(began, began_at, began, began_at, wrong_by_ms)


def test_a_change_tells_when_the_count_began_by_its_clock() -> None:
    """Clock less count; a clock that is known to have been ahead is taken back first."""
    told, corrected = read(said()), read(said(), wrong_by_ms=5 * MINUTE)
    assert told is not None and corrected is not None
    assert (told.base_ms, told.device_seq) == (MADE_MS - 10 * MINUTE, 7)
    assert corrected.base_ms == told.base_ms - 5 * MINUTE


def test_runs_of_the_app_are_told_apart() -> None:
    """Each counts from its own beginning, on each device."""
    one, same = read(said()), read(said())
    others = [read(said(session_id="\ud800 two")), read(said(device_id="tablet"))]
    assert one and same and one.run == same.run
    assert all(other and other.run != one.run and 0 <= other.run < 2**63 for other in others)


def test_a_time_that_a_person_chose_tells_nothing() -> None:
    """Two minutes from when it was written down, the hand and not the clock gave it."""
    assert read(said(), "2026-03-02T09:02:00.000+01:00") is not None
    assert read(said(), "2026-03-02T09:02:00.001+01:00") is None
    assert read(said(), "2026-03-02T08:57:59.000+01:00") is None


def test_a_time_set_since_tells_nothing_and_one_that_was_moved_with_others_tells_it_moved() -> None:
    """A shift of both halves leaves the clock as far back between them as it was."""
    later = "2026-03-02T09:12:00.000+01:00"
    assert read_clock(said(), MADE, said(session_id="evening"), later, None) is None
    moved = read_clock(said(), MADE, said(session_id="evening", group_id="g"), later, None)
    assert moved is not None and moved == ClockReading(moved.run, 7, MADE_MS + 2 * MINUTE)
    assert read_clock(said(), MADE, said(session_id="evening"), MADE, None) == read(said())


def test_a_count_beyond_every_device_tells_nothing() -> None:
    """What no column holds is left out, whatever somebody sends."""
    assert read(said(monotonic_ms=2.0**63)) is None


def test_the_largest_step_back_of_one_run_is_found() -> None:
    """In the device's own order, whatever the order in which they came."""
    steps = [(1, 0), (2, -3 * MINUTE), (3, -4 * MINUTE), (4, -9 * MINUTE)]
    readings = [ClockReading(1, seq, base) for seq, base in steps]
    assert find_fall(readings) == find_fall(reversed(readings)) == 5 * MINUTE


def test_no_step_back_is_none() -> None:
    """A phone that slept, another run of the app, and what clocks drift."""
    assert find_fall([]) is None
    assert find_fall([ClockReading(1, 1, 0), ClockReading(1, 2, 90 * MINUTE)]) is None
    assert find_fall([ClockReading(1, 1, 0), ClockReading(2, 2, -90 * MINUTE)]) is None
    assert find_fall([ClockReading(1, 1, 0), ClockReading(1, 2, -NOTICED_MS)]) is None
    assert find_fall([ClockReading(1, 1, 0), ClockReading(1, 2, -NOTICED_MS - 1)]) == NOTICED_MS + 1


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 50), st.integers(-10 * MINUTE, 10 * MINUTE)), max_size=12))
def test_a_fall_lies_within_what_a_run_tells(told: list[tuple[int, int, int]]) -> None:
    """The database asks first how far the readings of a run lie apart: no fall may be further."""
    readings = [ClockReading(*one) for one in told]
    fell = find_fall(readings)
    spread = max(
        (max(own) - min(own) for run in range(3) if (own := [one[2] for one in told if one[0] == run])), default=0
    )
    assert fell is None or NOTICED_MS < fell <= spread
