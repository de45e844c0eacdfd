"""How long states last in observed time, and how long people were there to be observed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from skygge.core.arrays import BoolArray, IntArray, distinct, np
from skygge.core.cells import Part
from skygge.core.filters import Span
from skygge.core.fold import survivor
from skygge.core.model import to_unix_ms
from skygge.core.observed_time import merge_spans
from skygge.core.streams import Observed, Stretch

MS_PER_HOUR = 3_600_000


class Spread(Part):
    """Durations in seconds: how many, their mean and their SD (n-1). Null where there is none, or only one."""

    n: int
    mean_s: float | None
    sd_s: float | None


@dataclass(frozen=True)
class Bouts:
    """States as intervals of observed time. `begin_ms` and `end_ms` count from the start of their encounter."""

    observed: Observed
    rows: IntArray

    @cached_property
    def encounter(self) -> IntArray:
        """The number of the encounter."""
        return self.observed.table.encounter[self.rows]

    @cached_property
    def begin_ms(self) -> IntArray:
        """Observed milliseconds before it began."""
        return self.observed.clock.elapsed(self.encounter, self.observed.table.start_ms[self.rows])

    @cached_property
    def end_ms(self) -> IntArray:
        """Observed milliseconds before it ended."""
        return self.observed.clock.elapsed(self.encounter, self.observed.end_ms[self.rows])

    @cached_property
    def length_ms(self) -> IntArray:
        """What of it was observed."""
        return self.end_ms - self.begin_ms

    @cached_property
    def is_truncated(self) -> BoolArray:
        """Whether a gap or an edge of the encounter or filter cuts it."""
        written = self.observed.end_ms[self.rows] - self.observed.table.start_ms[self.rows]
        return self.length_ms < written


def read_bouts(observed: Observed, rows: IntArray, *, is_timed: bool = True) -> Bouts:
    """The states among rows; with `is_timed` only those of encounters whose end is known."""
    keep = observed.table.is_state[rows]
    if is_timed and len(rows):
        keep &= observed.is_timed[observed.table.encounter[rows]]
    return Bouts(observed, rows[keep])


def spread_of(lengths_ms: IntArray) -> Spread:
    """Mean and SD of durations."""
    n = len(lengths_ms)
    seconds = np.asarray(lengths_ms, dtype=np.float64) / 1000
    mean = float(seconds.mean()) if n else None
    return Spread(n=n, mean_s=mean, sd_s=float(seconds.std(ddof=1)) if n > 1 else None)


def timed_ms(observed: Observed) -> IntArray:
    """By number of the encounter: observed milliseconds, 0 where its end is not known."""
    return np.where(observed.is_timed, observed.clock.total_ms, 0)


def present_ms(observed: Observed, people: Collection[str]) -> IntArray:
    """By number of the encounter: observed milliseconds in which any of these people was there.

    Presence where it was written down; else the whole encounter for who acts, is addressed or is shadowed in it, and
    nothing for everybody else. 0 where the end of the encounter is not known.
    """
    wanted = set(people)
    merged = {actor_id: actor.get("merged_into") for actor_id, actor in observed.actors.items()}
    table = observed.table
    is_in = table.actor.find(wanted) | table.recipient.find(wanted)
    seen = set(distinct(table.encounter[is_in]).tolist())
    total = timed_ms(observed)
    found = np.zeros(len(total), dtype=np.int64)
    for place, encounter_id in enumerate(observed.encounter_ids):
        stretch = observed.stretches.get(encounter_id)
        if stretch is None or not total[place]:
            continue
        spans = list(_presence(stretch, wanted, merged))
        if spans:
            found[place] = _observed_ms(stretch, spans)
        elif place in seen or _survivor(stretch.thing.get("focal_actor_id"), merged) in wanted:
            found[place] = total[place]
    return found


def _presence(stretch: Stretch, people: Collection[str], merged: dict[str, str | None]) -> Iterator[Span]:
    offset = stretch.zero_ms - to_unix_ms(stretch.thing["started_at"])
    for presence in stretch.thing.get("presence") or ():
        if _survivor(presence["actor_id"], merged) in people:
            since, until = presence.get("from"), presence.get("to")
            yield (
                stretch.zero_ms if since is None else to_unix_ms(since) + offset,
                stretch.whole_end_ms if until is None else to_unix_ms(until) + offset,
            )


def _observed_ms(stretch: Stretch, spans: list[Span]) -> int:
    pieces = (piece for start, end in merge_spans(spans) for piece in stretch.observed(start, end))
    return sum(end - start for start, end in pieces)


def _survivor(actor: Any, merged: dict[str, str | None]) -> str | None:
    return None if actor is None else survivor(str(actor), merged)
