"""Whether a device's clock was set back while it wrote: told by its own steady count, with no other clock to ask.

A device sends two times with each change: its clock's, and the milliseconds of a count that nobody sets. In one run of
the app their difference stays the same; while a phone sleeps it may grow, for some counts sleep too. It never falls
unless somebody set the clock back. A clock that was set forward cannot be told from a phone that slept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from skygge.core.model import to_unix_ms

# Less than this is how clocks are: a phone's own drift, and what its network mends.
NOTICED_MS = 120_000
# Beyond every clock and every count, and still what a column holds.
MOST_MS = 2**62


@dataclass(frozen=True, order=True, slots=True)
class ClockReading:
    """What the beginning of one thing tells of the clock. `base_ms` is the clock less the count, in Unix milliseconds.

    `run` stands for one run of the app on one device, `device_seq` is the device's own number of the change.
    """

    run: int
    device_seq: int
    base_ms: int


def read_clock(
    began: Mapping[str, Any], began_at: str, standing: Mapping[str, Any], standing_at: str, wrong_by_ms: int | None
) -> ClockReading | None:
    """What the change that began a thing tells, as the thing's start stands now; None where a person chose the time.

    `began` is that change and `began_at` the start that it told; `standing` is the change whose start stands there now.
    A start that was moved together with others (a shift) moves what is told; one that was set by itself tells nothing.
    `wrong_by_ms`: by how much the standing start is corrected, None where it is not.
    """
    made_ms, began_ms = to_unix_ms(began["made_at"]), to_unix_ms(began_at)
    moved_ms = to_unix_ms(standing_at) - began_ms
    if abs(began_ms - made_ms) > NOTICED_MS or (moved_ms and not standing.get("group_id")):
        return None
    base_ms = made_ms + moved_ms - (wrong_by_ms or 0) - round(began["monotonic_ms"])
    if abs(base_ms) >= MOST_MS:
        return None
    return ClockReading(_number(began["device_id"], began["session_id"]), began["device_seq"], base_ms)


def find_fall(readings: Iterable[ClockReading]) -> int | None:
    """By how many milliseconds the clock was set back, the largest such step; None where it never was."""
    fell, before = 0, None
    for reading in sorted(readings):
        if before is not None and before.run == reading.run:
            fell = max(fell, before.base_ms - reading.base_ms)
        before = reading
    return fell if fell > NOTICED_MS else None


def _number(device_id: str, session_id: str) -> int:
    """A number that stands for a run of the app: 63 bits, which every database holds in eight bytes."""
    name = f"{device_id} {session_id}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(name, digest_size=8).digest(), "big") >> 1
