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


@dataclass(frozen=True, order=True, slots=True)
class ClockReading:
    """What one change tells of the clock. `base_ms` is the clock less the count, in Unix milliseconds.

    `run` stands for one run of the app, `device_seq` is the device's own number of the change.
    """

    run: int
    device_seq: int
    base_ms: int


def read_clock(said: Mapping[str, Any], stamp: str, wrong_by_ms: int | None) -> ClockReading | None:
    """What a change tells that gave a thing its time; None where a person chose the time, whatever the clock said.

    `wrong_by_ms`: by how much the clock is known to have been ahead, None where nothing was corrected.
    """
    made_ms = to_unix_ms(said["made_at"])
    if abs(to_unix_ms(stamp) - made_ms) > NOTICED_MS:
        return None
    base_ms = made_ms - (wrong_by_ms or 0) - round(said["monotonic_ms"])
    return ClockReading(_number(said["session_id"]), said["device_seq"], base_ms) if abs(base_ms) < 2**62 else None


def find_teller(changes: Mapping[str, Mapping[str, Any]], field: str, stamp: str, head: str) -> str:
    """The first change about a thing that told this very time; the `head`, which tells it now, where none other did.

    Taking a shift back writes the old time anew; what told it is still the clock of back then.
    """
    return min((key for key, said in changes.items() if said["payload"].get(field) == stamp), default=head)


def find_fall(readings: Iterable[ClockReading]) -> int | None:
    """By how many milliseconds the clock was set back, the largest such step; None where it never was."""
    fell, before = 0, None
    for reading in sorted(readings):
        if before is not None and before.run == reading.run:
            fell = max(fell, before.base_ms - reading.base_ms)
        before = reading
    return fell if fell > NOTICED_MS else None


def _number(session_id: str) -> int:
    """A number that stands for a run of the app: 63 bits, which every database holds in eight bytes."""
    return int.from_bytes(blake2b(session_id.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") >> 1
