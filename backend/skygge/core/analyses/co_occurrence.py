"""What was seen together: people by structures (or any two dimensions), states that overlap, points inside them.

Definition: *table*: n = entries that carry both the row's and the column's code, with margins; entries without one
stand in an uncoded row or column; an entry with several flags stands in several. Seconds = observed seconds of those
entries that are states. *Overlaps*: seconds in which a state of one code and a state of another run at once in one
encounter: the intersection of the unions of their intervals. *Points inside*: entries with one code that begin in a
state of another, [start, end). Seconds and overlaps over the encounters whose end is known; nothing crosses an
encounter or a gap. Undefined, so null: seconds where no state is among the entries.
"""

from __future__ import annotations

from itertools import combinations
from typing import Annotated, ClassVar, Self

from pydantic import Field, field_validator

from skygge.core.analysis import (
    Analysis,
    AnalysisParams,
    Caveat,
    differs_from_dimension,
    warn_of_moments,
    warn_of_several_flags,
)
from skygge.core.arrays import IntArray, distinct, np
from skygge.core.cells import CellTable, JoinedCells, Part, Tally
from skygge.core.coding import Coded, CodeDimension, labels_of, read_codes, token_of
from skygge.core.durations import Bouts, read_bouts
from skygge.core.observed_time import find_last, is_close_before
from skygge.core.streams import Observed


class CoOccurrenceParams(AnalysisParams):
    """What stands in the rows; the columns are the dimension."""

    without_effect: ClassVar[frozenset[str]] = frozenset({"uncoded", "bouts"})
    rows: Annotated[CodeDimension, Field(description="What stands in the rows of the table.")] = "actor"
    _differs = field_validator("rows")(differs_from_dimension)

    def in_force(self) -> Self:
        """People by structures; structures by people where people are the dimension."""
        chosen = super().in_force()
        return chosen.model_copy(update={"rows": "structure"}) if chosen.rows == chosen.dimension else chosen


class CoOccurrenceCell(Tally):
    """A row and a column, null for uncoded. `in_row` and `in_column` are the margins that n is part of."""

    row: str | None
    column: str | None
    in_row: int
    in_column: int
    seconds: float | None


class CoOccurrenceMargin(Tally):
    """A whole row or column."""

    key: str | None
    labels: dict[str, str]
    seconds: float | None


class Overlap(Tally):
    """Two codes running at once; the cell opens the states of either that overlap one of the other."""

    first: str
    second: str
    seconds: float


class PointsInside(Tally):
    """Entries of one code that begin inside a state of another."""

    point: str
    state: str
    of: int = Field(description="All points of that code, in the same encounters.")


class CoOccurrenceResult(Part):
    """The table cell by cell, its margins, and what ran at once."""

    rows: list[CoOccurrenceMargin]
    columns: list[CoOccurrenceMargin]
    cells: list[CoOccurrenceCell]
    overlaps: list[Overlap]
    points_inside: list[PointsInside]


def cross_tabulate(observed: Observed, params: CoOccurrenceParams) -> CoOccurrenceResult:
    """The table, the overlaps and the points inside."""
    table = _Table(observed, params)
    rows = [table.margin("row", key) for key in table.row_keys]
    columns = [table.margin("column", key) for key in table.column_keys]
    cells = [table.cell(row, column) for row in rows for column in columns]
    spans = _read_spans(observed, params)
    return CoOccurrenceResult(
        rows=rows,
        columns=columns,
        cells=cells,
        overlaps=_overlaps(observed, spans),
        points_inside=_points_inside(observed, params, spans),
    )


def find_cells(observed: Observed, params: CoOccurrenceParams) -> JoinedCells:
    """The entries behind every number."""
    spans = _read_spans(observed, params)
    return JoinedCells(
        _Table(observed, params).cells, _overlap_cells(observed, spans), _inside_cells(observed, params, spans)
    )


class _Table:
    """The cells of the table and of its margins, with the milliseconds of their states."""

    def __init__(self, observed: Observed, params: CoOccurrenceParams) -> None:
        self._observed, self._params = observed, params
        kept = observed.kept
        across, down = read_codes(observed, params.dimension, kept), read_codes(observed, params.rows, kept)
        self.row_keys, self.column_keys = down.keys_or_none, across.keys_or_none
        n_rows, n_columns = len(self.row_keys), len(self.column_keys)
        first, second = _join(down, across)
        row, column = down.codes[first] % n_rows, across.codes[second] % n_columns
        tokens = [f"row:{token_of(key)}" for key in self.row_keys]
        tokens += [f"column:{token_of(key)}" for key in self.column_keys]
        tokens += [f"both:{token_of(one)}|{token_of(two)}" for one in self.row_keys for two in self.column_keys]
        cell = (down.codes % n_rows, n_rows + across.codes % n_columns, n_rows + n_columns + row * n_columns + column)
        places = np.concatenate((down.rows, across.rows, down.rows[first]))
        self.cells = CellTable(observed, tokens, np.concatenate(cell), places)
        bouts = read_bouts(observed, kept)
        lengths = np.zeros(len(observed.table))
        lengths[bouts.rows] = bouts.length_ms
        is_state = np.zeros(len(observed.table))
        is_state[bouts.rows] = 1
        self._ms = dict(zip(tokens, self.cells.sum(lengths[places]), strict=True))
        self._states = dict(zip(tokens, self.cells.sum(is_state[places]), strict=True))

    def _seconds(self, token: str) -> float | None:
        return self._ms[token] / 1000 if self._states[token] else None

    def margin(self, side: str, key: str | None) -> CoOccurrenceMargin:
        token = f"{side}:{token_of(key)}"
        dimension = self._params.rows if side == "row" else self._params.dimension
        labels = labels_of(self._observed, dimension, key)
        tally = self.cells.tally(token).model_dump()
        return CoOccurrenceMargin(**tally, key=key, labels=labels, seconds=self._seconds(token))

    def cell(self, row: CoOccurrenceMargin, column: CoOccurrenceMargin) -> CoOccurrenceCell:
        token = f"both:{token_of(row.key)}|{token_of(column.key)}"
        tally = self.cells.tally(token).model_dump()
        return CoOccurrenceCell(
            **tally, row=row.key, column=column.key, in_row=row.n, in_column=column.n, seconds=self._seconds(token)
        )


def _join(first: Coded, second: Coded) -> tuple[IntArray, IntArray]:
    """Places in either of what stands for one and the same entry; both are in the order of their rows."""
    begin = np.searchsorted(second.rows, first.rows)
    n = np.searchsorted(second.rows, first.rows, side="right") - begin
    left = np.repeat(np.arange(len(first.rows)), n)
    return left, np.repeat(begin, n) + np.arange(len(left)) - np.repeat(np.cumsum(n) - n, n)


class _Spans:
    """The states of each code of the dimension, and the stretches of observed time that they cover together."""

    def __init__(self, observed: Observed, coded: Coded) -> None:
        self.keys = coded.keys
        self.n_groups = len(observed.encounter_ids)
        self.bouts: dict[int, Bouts] = {}
        self.merged: dict[int, tuple[IntArray, IntArray, IntArray]] = {}
        for place in distinct(coded.codes[coded.codes >= 0]).tolist():
            bouts = read_bouts(observed, coded.rows[coded.codes == place])
            if len(bouts.rows):
                self.bouts[place] = bouts
                self.merged[place] = _merge(bouts.encounter.astype(np.int64), bouts.begin_ms, bouts.end_ms)

    def touching(self, place: int, group: IntArray, begin: IntArray, end: IntArray) -> IntArray:
        """By interval: how many milliseconds of it lie in states of a code."""
        covered = _Covered(*self.merged[place])
        return covered.before(group, end) - covered.before(group, begin)


class _Covered:
    """How much of an encounter's time before a moment is covered by stretches."""

    def __init__(self, group: IntArray, begin: IntArray, end: IntArray) -> None:
        self._group, self._begin, self._end = group, begin, end
        lengths = end - begin
        total = np.cumsum(lengths) - lengths
        first = np.searchsorted(group, group)
        self._before = total - total[first] if len(group) else total

    def before(self, group: IntArray, at: IntArray) -> IntArray:
        found = find_last(self._group, self._begin, group, at)
        if not len(self._begin):
            return np.zeros(len(at), dtype=np.int64)
        inside = np.minimum(at, self._end[found]) - self._begin[found]
        return np.where(found >= 0, self._before[found] + inside, 0)


def _read_spans(observed: Observed, params: CoOccurrenceParams) -> _Spans:
    return _Spans(observed, read_codes(observed, params.dimension, observed.kept))


def _merge(group: IntArray, begin: IntArray, end: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Intervals of each group that do not overlap, in order."""
    keep = end > begin
    group, begin, end = group[keep], begin[keep], end[keep]
    if not len(group):
        return group, begin, end
    order = np.lexsort((begin, group))
    group, begin = group[order], begin[order]
    width = int(end.max()) + 1
    reached = np.maximum.accumulate(group * width + end[order]) - group * width
    opens = np.flatnonzero(~is_close_before(group) | (begin > np.roll(reached, 1)))
    closes = np.append(opens[1:], len(group)) - 1
    return group[opens], begin[opens], reached[closes]


def _overlap_cells(observed: Observed, spans: _Spans) -> CellTable:
    tokens: list[str] = []
    cells: list[IntArray] = [np.zeros(0, dtype=np.int64)]
    rows: list[IntArray] = [np.zeros(0, dtype=np.int64)]
    for first, second in combinations(spans.bouts, 2):
        for one, other in ((first, second), (second, first)):
            bouts = spans.bouts[one]
            touched = spans.touching(other, bouts.encounter.astype(np.int64), bouts.begin_ms, bouts.end_ms) > 0
            rows.append(bouts.rows[touched])
            cells.append(np.full(int(touched.sum()), len(tokens)))
        tokens.append(f"overlap:{spans.keys[first]}|{spans.keys[second]}")
    return CellTable(observed, tokens, np.concatenate(cells), np.concatenate(rows)).without_repeats()


def _overlaps(observed: Observed, spans: _Spans) -> list[Overlap]:
    cells = _overlap_cells(observed, spans)
    found = []
    for first, second in combinations(spans.bouts, 2):
        both = int(spans.touching(second, *spans.merged[first]).sum())
        tally = cells.tally(f"overlap:{spans.keys[first]}|{spans.keys[second]}")
        one, other = spans.keys[first], spans.keys[second]
        found.append(Overlap(**tally.model_dump(), first=one, second=other, seconds=both / 1000))
    return found


def _points(observed: Observed, params: CoOccurrenceParams) -> Coded:
    """Entries without a duration, in encounters whose end is known and outside gaps."""
    coded = read_codes(observed, params.dimension, observed.kept).coded
    table = observed.table
    encounter = table.encounter[coded.rows].astype(np.int64)
    is_seen = observed.clock.segment(encounter, table.start_ms[coded.rows]) >= 0
    return coded.take(~table.is_state[coded.rows] & observed.is_timed[encounter] & is_seen)


def _inside_cells(observed: Observed, params: CoOccurrenceParams, spans: _Spans) -> CellTable:
    points = _points(observed, params)
    encounter = observed.table.encounter[points.rows].astype(np.int64)
    at = observed.clock.elapsed(encounter, observed.table.start_ms[points.rows])
    n_keys = len(points.keys)
    tokens: list[str] = []
    cells: list[IntArray] = [np.zeros(0, dtype=np.int64)]
    rows: list[IntArray] = [np.zeros(0, dtype=np.int64)]
    for number, place in enumerate(spans.merged):
        inside = spans.touching(place, encounter, at, at + 1) > 0
        rows.append(points.rows[inside])
        cells.append(number * n_keys + points.codes[inside])
        tokens += [f"inside:{key}|{spans.keys[place]}" for key in points.keys]
    return CellTable(observed, tokens, np.concatenate(cells), np.concatenate(rows))


def _points_inside(observed: Observed, params: CoOccurrenceParams, spans: _Spans) -> list[PointsInside]:
    cells, points = _inside_cells(observed, params, spans), _points(observed, params)
    n_points = np.bincount(points.codes, minlength=len(points.keys)).tolist()
    found = []
    for place in spans.merged:
        for code, key in enumerate(points.keys):
            tally = cells.tally(f"inside:{key}|{spans.keys[place]}")
            if n_points[code]:
                found.append(PointsInside(**tally.model_dump(), point=key, state=spans.keys[place], of=n_points[code]))
    return found


def _warn(observed: Observed, params: CoOccurrenceParams) -> list[Caveat]:
    several = warn_of_several_flags(observed, "flag") if "flag" in (params.dimension, params.rows) else []
    return [*warn_of_moments(observed, params.dimension), *several]


ANALYSIS = Analysis(
    name="co-occurrence",
    question={"en": "What was seen together?", "da": "Hvad blev set sammen?"},
    params=CoOccurrenceParams,
    result=CoOccurrenceResult,
    compute=cross_tabulate,
    cells=find_cells,
    warn=_warn,
)
