"""What followed what: steps from one entry to the next inside a stream.

A stream is the entries of one encounter (or of one actor in it) by start. No step crosses an encounter or a gap. An
entry without a code in the dimension breaks the chain or is passed over; so is one whose code was not asked for.
Entries at one moment, and recalled ones whose precisions overlap, have no order: no step touches them; nor any entry
of an encounter in which the clock was set back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from skygge.core.arrays import BoolArray, IntArray, np
from skygge.core.coding import Coded, read_codes
from skygge.core.observed_time import is_close_before, running_max
from skygge.core.streams import Observed

StreamOf = Literal["encounter", "actor"]


@dataclass(frozen=True)
class Chain:
    """Rows in the order of their streams. `has_before` says whether the row before is its neighbour in one."""

    rows: IntArray
    has_before: BoolArray
    is_tied: BoolArray


@dataclass(frozen=True)
class Steps:
    """Steps from row to row with the place of their codes in `keys`; with several flags a step stands several times."""

    keys: list[str]
    before: IntArray
    after: IntArray
    before_code: IntArray
    after_code: IntArray
    tied: IntArray

    def take(self, mask: BoolArray) -> Steps:
        """Only some of the steps."""
        return Steps(
            self.keys, self.before[mask], self.after[mask], self.before_code[mask], self.after_code[mask], self.tied
        )


def read_chain(observed: Observed, rows: IntArray, stream: StreamOf) -> Chain:
    """Rows as streams."""
    table = observed.table
    encounter = table.encounter[rows].astype(np.int64)
    lane = encounter
    if stream == "actor":
        rows = rows[table.actor.codes[rows] >= 0]
        lane = table.encounter[rows].astype(np.int64) * (len(table.actor.words) + 1) + table.actor.codes[rows]
        order = np.lexsort((table.start_ms[rows], lane))
        rows, lane = rows[order], lane[order]
        encounter = table.encounter[rows].astype(np.int64)
    segment = observed.clock.segment(encounter, table.start_ms[rows])
    tied = _find_ties(lane, table.start_ms[rows], table.precision_ms[rows])
    linked = is_close_before(lane) & is_close_before(segment) & (segment >= 0)
    linked[1:] &= ~tied[1:] & ~tied[:-1]
    return Chain(rows, linked, tied)


def read_steps(observed: Observed, dimension: str, uncoded: str, stream: StreamOf) -> Steps:
    """Every step between two coded entries that are kept."""
    coded = read_codes(observed, dimension, observed.kept)
    is_coded = np.zeros(len(observed.table), dtype=np.bool_)
    is_coded[coded.coded.rows] = True
    flow = observed.in_order[is_coded[observed.in_order]] if uncoded == "skip" else observed.in_order
    chain = read_chain(observed, flow, stream)
    at = np.flatnonzero(chain.has_before)
    before, after = chain.rows[at - 1], chain.rows[at]
    both = is_coded[before] & is_coded[after]
    tied = chain.rows[chain.is_tied & is_coded[chain.rows]]
    return _code(coded.coded, before[both], after[both], np.sort(tied))


@dataclass(frozen=True)
class Runs:
    """Coded rows in the order of their streams; a run is what no break, gap or tie cuts."""

    keys: list[str]
    rows: IntArray
    codes: IntArray
    run: IntArray
    stream: IntArray
    n_tied: int

    def without_repeats(self, *, is_cut: bool) -> Runs:
        """A code that follows itself is one bout, or cuts the run."""
        repeats = is_close_before(self.run) & is_close_before(self.codes)
        if is_cut:
            return replace(self, run=self.run + np.cumsum(repeats))
        keep = ~repeats
        return replace(self, rows=self.rows[keep], codes=self.codes[keep], run=self.run[keep], stream=self.stream[keep])

    def pairs(self, lag: int) -> IntArray:
        """Places of rows that have a row so many places before them in their run."""
        if len(self.rows) <= lag:
            return np.zeros(0, dtype=np.int64)
        return np.flatnonzero(self.run[lag:] == self.run[:-lag]) + lag


def read_runs(observed: Observed, dimension: str, uncoded: str, stream: StreamOf) -> Runs:
    """Every run of coded entries; the dimension gives an entry one code."""
    coded = read_codes(observed, dimension, observed.kept).coded
    code = np.full(len(observed.table), -1, dtype=np.int64)
    code[coded.rows] = coded.codes
    flow = observed.in_order[code[observed.in_order] >= 0] if uncoded == "skip" else observed.in_order
    chain = read_chain(observed, flow, stream)
    is_coded = code[chain.rows] >= 0
    linked = chain.has_before & is_coded
    linked[1:] &= is_coded[:-1]
    keep = is_coded & ~chain.is_tied
    rows = chain.rows[keep]
    encounter = observed.table.encounter[rows].astype(np.int64)
    actors = observed.table.actor.codes[rows] + 1 if stream == "actor" else 0
    lane = encounter * (len(observed.table.actor.words) + 2) + actors
    run = np.cumsum((~linked).astype(np.int64))[keep]
    return Runs(coded.keys, rows, code[rows], run, lane, int((chain.is_tied & is_coded).sum()))


def _code(coded: Coded, before: IntArray, after: IntArray, tied: IntArray) -> Steps:
    """Steps with the codes of both ends, every pair of them where an end has several."""
    n_before = np.searchsorted(coded.rows, before, side="right") - np.searchsorted(coded.rows, before)
    n_after = np.searchsorted(coded.rows, after, side="right") - np.searchsorted(coded.rows, after)
    n_pairs = n_before * n_after
    step = np.repeat(np.arange(len(before)), n_pairs)
    within = np.arange(len(step)) - np.repeat(np.cumsum(n_pairs) - n_pairs, n_pairs)
    first = np.searchsorted(coded.rows, before)[step] + within // np.maximum(1, n_after[step])
    second = np.searchsorted(coded.rows, after)[step] + within % np.maximum(1, n_after[step])
    return Steps(coded.keys, before[step], after[step], coded.codes[first], coded.codes[second], tied)


def _find_ties(lane: IntArray, start_ms: IntArray, precision_ms: IntArray) -> BoolArray:
    """Which entries have no order among their neighbours: at one moment, or with precisions that overlap."""
    tied = np.zeros(len(lane), dtype=np.bool_)
    same = is_close_before(lane) & is_close_before(start_ms)
    tied |= same
    tied[:-1] |= same[1:]
    if precision_ms.any():
        low, high = start_ms - precision_ms, start_ms + precision_ms
        order = np.lexsort((low, lane))
        is_next = is_close_before(lane[order])
        reached = running_max(lane[order], high[order])
        # In the order of their first moments: one that begins before an earlier one is over, and that earlier one.
        late = np.flatnonzero(is_next)
        inside = low[order][late] < reached[late - 1]
        tied[order[late[inside]]] = True
        over = low[order][late] < high[order][late - 1]
        tied[order[late[over] - 1]] = True
    return tied
