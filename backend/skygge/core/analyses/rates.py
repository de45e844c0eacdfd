"""How many of each code per observed hour: Σn / ΣT, a ratio of totals, never a mean of rates of single visits.

Definition: n(code) = entries that carry the code, T = observed time (gaps taken off), both over the encounters whose
end is known; the others are left out and counted in the basis. The rate of one person (dimension or split `actor`, or
the filter on actors) is over the observed time in which that person was there: from presence where it was written
down, else the whole of each encounter in which they act, are addressed or are shadowed. Undefined, so null: a rate over
no time, an interval over fewer than five encounters. Interval: percentile bootstrap over encounters (Davison & Hinkley
1997, section 5.3.1).
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from skygge.core.analysis import Analysis, AnalysisParams, Caveat, warn_of_several_flags
from skygge.core.arrays import IntArray, distinct, np
from skygge.core.bootstrap import Interval, Resampling, ratio_intervals
from skygge.core.cells import CellTable, Part, Tally
from skygge.core.coding import Split, labels_of, read_codes, split_of, thing_value, token_of
from skygge.core.durations import MS_PER_HOUR, present_ms, timed_ms
from skygge.core.streams import Observed


class RatesParams(AnalysisParams, Resampling):
    """What to count per hour, and whether to split it."""

    without_effect: ClassVar[frozenset[str]] = frozenset({"uncoded", "bouts"})
    by: Annotated[Split | None, Field(description="Rates for each actor, observer or agency.")] = None


class RateRow(Tally):
    """One code in one column. `key` is null for entries without a code, `column` for the whole."""

    key: str | None
    labels: dict[str, str]
    column: str | None
    column_labels: dict[str, str]
    observed_hours: float
    per_hour: float | None
    interval: Interval | None


class RatesResult(Part):
    """The whole first, then column by column; in each the codes in the order of the codebook, uncoded last."""

    rows: list[RateRow]


def compute_rates(observed: Observed, params: RatesParams) -> RatesResult:
    """The table of rates."""
    places, cells = _places(observed, params), find_cells(observed, params)
    times = np.stack([_time(observed, params, *place) for place in places], axis=1) if places else None
    if times is None:
        return RatesResult(rows=[])
    encounter = observed.table.encounter[cells.rows].astype(np.int64)
    counts = np.bincount(encounter * len(places) + cells.cell, minlength=times.size).reshape(times.shape)
    intervals = ratio_intervals(counts.astype(np.float64), times / MS_PER_HOUR, params)
    return RatesResult(
        rows=[
            _row(observed, params, cells, (place, int(times[:, number].sum()), intervals[number]))
            for number, place in enumerate(places)
        ]
    )


def find_cells(observed: Observed, params: RatesParams) -> CellTable:
    """The entries behind every rate."""
    rows = observed.kept[observed.is_timed[observed.table.encounter[observed.kept]]]
    coded = read_codes(observed, params.dimension, rows)
    n_keys = len(coded.keys) + 1
    tokens = [_token(params, *place) for place in _places(observed, params)]
    code = coded.codes % n_keys
    if params.by is None:
        return CellTable(observed, tokens, code, coded.rows)
    split = split_of(observed, params.by, coded.rows)
    columns = _columns(observed, params)
    rank = np.asarray([columns.index(key) if key in columns else -1 for key in split.keys_or_none], dtype=np.int64)
    inner = rank[split.codes]
    inside = inner >= 0
    cell = np.concatenate((code, (inner[inside] + 1) * n_keys + code[inside]))
    return CellTable(observed, tokens, cell, np.concatenate((coded.rows, coded.rows[inside])))


def _places(observed: Observed, params: RatesParams) -> list[tuple[str | None, str | None]]:
    """Every (column, code); the whole has no column. People stand as columns only if they have a name."""
    keys = read_codes(observed, params.dimension, observed.kept).keys_or_none
    return [(column, key) for column in (None, *_columns(observed, params)) for key in keys]


def _columns(observed: Observed, params: RatesParams) -> list[str]:
    split = split_of(observed, params.by, observed.kept)
    used = set(distinct(split.codes).tolist())
    return [key for place, key in enumerate(split.keys) if place in used] if params.by is not None else []


def _time(observed: Observed, params: RatesParams, column: str | None, key: str | None) -> IntArray:
    """By encounter: the milliseconds over which something was counted."""
    total = timed_ms(observed)
    people = set(params.actor)
    if params.by == "actor" and column is not None:
        people = {column}
    elif params.dimension == "actor" and key is not None:
        people = {key}
    if people:
        total = np.minimum(total, present_ms(observed, people))
    if column is not None and params.by in ("observer", "agency"):
        inside = [thing_value(observed, encounter_id, params.by) == column for encounter_id in observed.encounter_ids]
        total = np.where(inside, total, 0)
    return total


def _row(
    observed: Observed,
    params: RatesParams,
    cells: CellTable,
    found: tuple[tuple[str | None, str | None], int, Interval | None],
) -> RateRow:
    (column, key), time_ms, interval = found
    tally, hours = cells.tally(_token(params, column, key)), time_ms / MS_PER_HOUR
    return RateRow(
        **tally.model_dump(),
        key=key,
        labels=labels_of(observed, params.dimension, key),
        column=column,
        column_labels=labels_of(observed, params.by or "", column),
        observed_hours=hours,
        per_hour=tally.n / hours if hours else None,
        interval=interval,
    )


def _token(params: RatesParams, column: str | None, key: str | None) -> str:
    whole = f"{params.dimension}:{token_of(key)}"
    return whole if column is None else f"{whole}/{params.by}:{column}"


def _warn(observed: Observed, params: RatesParams) -> list[Caveat]:
    return warn_of_several_flags(observed, params.dimension)


ANALYSIS = Analysis(
    name="rates",
    question={
        "en": "How often per observed hour was each code seen?",
        "da": "Hvor ofte pr. observeret time blev hver kode set?",
    },
    params=RatesParams,
    result=RatesResult,
    compute=compute_rates,
    cells=find_cells,
    warn=_warn,
)
