"""Observed time as a clock of its own: it stands still in gaps and outside the encounter.

`elapsed` turns a field time into milliseconds of observed time since the encounter began. Between two field times lie
`elapsed(b) - elapsed(a)` observed milliseconds, so that durations, unions and overlaps need not know of gaps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from skygge.core.arrays import BoolArray, IntArray, np
from skygge.core.filters import Span


@dataclass(frozen=True)
class ObservedClock:
    """Observed pieces and gaps of every encounter, flat and in order; encounters are numbers."""

    piece_encounter: IntArray
    piece_start: IntArray
    piece_end: IntArray
    piece_before: IntArray  # observed milliseconds of the encounter before the piece
    gap_encounter: IntArray
    gap_start: IntArray
    gap_end: IntArray
    total_ms: IntArray  # by encounter

    def elapsed(self, encounter: IntArray, at_ms: IntArray) -> IntArray:
        """Observed milliseconds of the encounter before each moment."""
        found = find_last(self.piece_encounter, self.piece_start, encounter, at_ms)
        if not len(self.piece_start):
            return np.zeros(len(at_ms), dtype=np.int64)
        inside = np.minimum(at_ms, self.piece_end[found]) - self.piece_start[found]
        return np.where(found >= 0, self.piece_before[found] + inside, 0)

    def segment(self, encounter: IntArray, at_ms: IntArray) -> IntArray:
        """Which stretch between gaps each moment lies in; -1 inside a gap. Numbers count within all encounters."""
        found = find_last(self.gap_encounter, self.gap_start, encounter, at_ms)
        if not len(self.gap_start):
            return np.zeros(len(at_ms), dtype=np.int64)
        return np.where((found >= 0) & (at_ms < self.gap_end[found]), -1, found + 1)


def make_clock(pieces: Sequence[Sequence[Span]], gaps: Sequence[Sequence[Span]]) -> ObservedClock:
    """The clock over the observed pieces and the gaps (each sorted, not overlapping) of every encounter."""
    piece_encounter, starts, ends = _flat(pieces)
    lengths = ends - starts
    before = np.cumsum(lengths) - lengths
    total = np.bincount(piece_encounter, weights=lengths, minlength=len(pieces)).astype(np.int64)
    first = np.cumsum(total) - total
    return ObservedClock(
        piece_encounter, starts, ends, before - first[piece_encounter] if len(starts) else before, *_flat(gaps), total
    )


def merge_spans(spans: Sequence[Span]) -> list[Span]:
    """Half-open spans without overlaps, in order; empty ones fall away."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def find_last(group: IntArray, at: IntArray, wanted_group: IntArray, wanted_at: IntArray) -> IntArray:
    """For each wanted moment the last place in (group, at), which is sorted, that is not later; -1 where none is."""
    if not len(at):
        return np.full(len(wanted_at), -1, dtype=np.int64)
    low = min(int(at.min()), int(wanted_at.min()) if len(wanted_at) else 0)
    width = max(int(at.max()), int(wanted_at.max()) if len(wanted_at) else 0) - low + 1
    keys = group.astype(np.int64) * width + (at - low)
    found = np.searchsorted(keys, wanted_group.astype(np.int64) * width + (wanted_at - low), side="right") - 1
    return np.where((found >= 0) & (group[found] == wanted_group), found, -1)


def union_ms(group: IntArray, start: IntArray, end: IntArray, n_groups: int) -> IntArray:
    """Milliseconds covered by the union of half-open intervals, group by group."""
    order = np.lexsort((start, group))
    group, start, end = group[order], start[order], end[order]
    reached = running_max(group, end)
    follows = is_close_before(group)
    before = np.where(follows, np.roll(reached, 1), start)
    covered = np.maximum(0, end - np.maximum(start, before))
    return np.bincount(group, weights=covered, minlength=n_groups).astype(np.int64)


def is_close_before(group: IntArray) -> BoolArray:
    """Which places of a sorted column have the same group as the one before."""
    same = np.zeros(len(group), dtype=np.bool_)
    same[1:] = group[1:] == group[:-1]
    return same


def running_max(group: IntArray, values: IntArray) -> IntArray:
    """The largest value so far within each group; groups stand together."""
    if not len(values):
        return values
    low = int(values.min())
    width = int(values.max()) - low + 1
    rank = np.cumsum(~is_close_before(group)) - 1
    highest: IntArray = np.maximum.accumulate(rank.astype(np.int64) * width + (values - low))
    return highest - rank * width + low


def _flat(spans: Sequence[Sequence[Span]]) -> tuple[IntArray, IntArray, IntArray]:
    group = np.repeat(np.arange(len(spans), dtype=np.int64), [len(own) for own in spans])
    flat = np.asarray([edge for own in spans for span in own for edge in span], dtype=np.int64).reshape(-1, 2)
    return group, flat[:, 0], flat[:, 1]
