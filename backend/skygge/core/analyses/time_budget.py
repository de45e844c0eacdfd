"""How observed time was spent: total, bouts, mean, SD and share of each code, and the intervals between its bouts.

Definition, over the encounters whose end is known: a bout is a state, in observed time (gaps taken off), clipped to the
encounter and the dates. *Seconds*: in an exclusive set the bouts of a lane, each ending at the latest where the next
begins (a code of scope `act` has a lane per actor, one of scope `interaction` one per encounter), so that all codes
and *uncoded* sum to the observed time; elsewhere the union of the intervals of a code in each encounter. *Share* =
seconds / observed time; in an exclusive set of scope `act` observed time is summed over the people who act. Mean and
SD (n-1) are of bouts, without truncated ones unless `bouts=all`; truncated ones count in n, seconds and share.
*Intervals*: from the end of a state, or the onset of a point, to the next onset of the same code and actor in the same
encounter, none across a gap; where the next began before the end there is none. Undefined, so null: durations of codes
used as points only, the mean of none, the SD of one, a share of no time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

from skygge.core.analysis import Analysis, AnalysisParams, Caveat, warn_of_moments, warn_of_several_flags
from skygge.core.arrays import BoolArray, IntArray, distinct, np
from skygge.core.cells import CellTable, JoinedCells, Part, Tally
from skygge.core.coding import Coded, Split, labels_of, read_codes, split_of, thing_value, token_of
from skygge.core.durations import Bouts, Spread, present_ms, spread_of, timed_ms
from skygge.core.observed_time import is_close_before, union_ms
from skygge.core.streams import Observed


class TimeBudgetParams(AnalysisParams):
    """Whose time."""

    without_effect: ClassVar[frozenset[str]] = frozenset({"uncoded"})
    by: Annotated[Split | None, Field(description="A budget for each actor, observer or agency.")] = None


class BetweenBouts(Spread):
    """Intervals between bouts, by the entries that end them."""

    cell: str


class TimeBudgetRow(Tally):
    """One code. n counts its states; `n_points` entries of the code have no duration."""

    key: str
    labels: dict[str, str]
    seconds: float | None
    share: float | None
    durations: Spread
    n_truncated: int
    n_inferred: int = Field(description="States that nobody ended; their ends follow from what came next.")
    n_points: int
    intervals: BetweenBouts


class TimeBudget(Part):
    """One budget. `key` is null for everybody together."""

    key: str | None
    labels: dict[str, str]
    is_exclusive: bool
    observed_seconds: float
    uncoded_seconds: float | None
    uncoded_share: float | None
    rows: list[TimeBudgetRow]


class TimeBudgetResult(Part):
    """The whole first, then one budget for each actor, observer or agency."""

    budgets: list[TimeBudget]


@dataclass(frozen=True)
class _Budget:
    """The entries of one budget, coded, of encounters whose end is known, and the time they are set against."""

    observed: Observed
    params: TimeBudgetParams
    column: str | None
    coded: Coded
    time_ms: IntArray
    exclusive_scope: str | None

    def token(self, what: str, key: str | None) -> str:
        whole = f"{what}/{self.params.dimension}:{token_of(key)}"
        return whole if self.column is None else f"{whole}/{self.params.by}:{self.column}"


def compute_budgets(observed: Observed, params: TimeBudgetParams) -> TimeBudgetResult:
    """Every budget."""
    return TimeBudgetResult(budgets=[_compute(budget) for budget in _read_budgets(observed, params)])


def find_cells(observed: Observed, params: TimeBudgetParams) -> JoinedCells:
    """The states of each code, and the entries that end an interval between two bouts."""
    budgets = _read_budgets(observed, params)
    return JoinedCells(*(table for one in budgets for table in (_bout_cells(one), _interval_cells(one)[0])))


def _read_budgets(observed: Observed, params: TimeBudgetParams) -> list[_Budget]:
    rows = observed.kept[observed.is_timed[observed.table.encounter[observed.kept]]]
    scope = _exclusive_scope(observed, params.dimension, rows)
    split = split_of(observed, params.by, rows)
    found = [_read_budget(observed, params, (None, rows), scope)]
    if params.by is not None:
        for place, key in enumerate(split.keys):
            own = rows[split.codes == place]
            found.append(_read_budget(observed, params, (key, own), scope))
    return found


def _read_budget(
    observed: Observed, params: TimeBudgetParams, column: tuple[str | None, IntArray], scope: str | None
) -> _Budget:
    key, rows = column
    coded = read_codes(observed, params.dimension, rows).coded
    total = timed_ms(observed)
    people = {key} if params.by == "actor" and key is not None else set(params.actor)
    if params.by in ("observer", "agency") and key is not None:
        inside = [thing_value(observed, encounter_id, params.by) == key for encounter_id in observed.encounter_ids]
        total = np.where(inside, total, 0)
    if scope == "act" and not people:
        actors = read_codes(observed, "actor", rows).keys
        total = np.sum([np.minimum(total, present_ms(observed, {actor})) for actor in actors], axis=0, initial=0)
    elif people:
        total = np.minimum(total, present_ms(observed, people))
    return _Budget(observed, params, key, coded, np.asarray(total), scope)


def _exclusive_scope(observed: Observed, dimension: str, rows: IntArray) -> str | None:
    """`act` or `interaction` where all codes in use on states belong to one exclusive set, else None."""
    coded = read_codes(observed, dimension, rows[observed.table.is_state[rows]]).coded
    used = [observed.codes.get((dimension, coded.keys[place]), {}) for place in distinct(coded.codes).tolist()]
    sets = {(code.get("exclusive_set"), code.get("scope", "act")) for code in used}
    if len(sets) != 1 or dimension == "flag":
        return None
    name, scope = sets.pop()
    return None if name is None else str(scope)


def _compute(budget: _Budget) -> TimeBudget:
    bouts, codes = _read_bouts(budget)
    seconds, covered_ms = _lengths(budget, bouts, codes)
    total = int(budget.time_ms.sum())
    # Somebody may act outside the time they were written down as present; then what is left means nothing.
    rest = (total - covered_ms) / 1000 if covered_ms <= total else None
    cells, (intervals, lengths) = _bout_cells(budget), _interval_cells(budget)
    rows = []
    for place, key in enumerate(budget.coded.keys):
        own = codes == place
        between = spread_of(lengths[intervals.cell == place])
        rows.append(
            _row(budget, key, cells.tally(budget.token("bouts", key)), (bouts, own, _known(budget, place, seconds)))
            | {"intervals": BetweenBouts(**between.model_dump(), cell=budget.token("intervals", key))}
        )
    return TimeBudget(
        key=budget.column,
        labels=labels_of(budget.observed, budget.params.by or "", budget.column),
        is_exclusive=budget.exclusive_scope is not None,
        observed_seconds=total / 1000,
        uncoded_seconds=rest,
        uncoded_share=rest * 1000 / total if total and rest is not None else None,
        rows=[TimeBudgetRow(**row) for row in rows],
    )


def _known(budget: _Budget, place: int, seconds: IntArray) -> float | None:
    """Seconds of a code, null where it has no states and so no durations."""
    own = budget.coded.rows[budget.coded.codes == place]
    is_state = budget.observed.table.is_state[own]
    has_states = is_state.any() if len(own) else budget.observed.table.is_state[budget.coded.rows].any()
    return float(seconds[place]) / 1000 if has_states else None


def _row(budget: _Budget, key: str, tally: Tally, found: tuple[Bouts, BoolArray, float | None]) -> dict[str, Any]:
    bouts, own, seconds = found
    total = int(budget.time_ms.sum()) / 1000
    whole = own if budget.params.bouts == "all" else own & ~bouts.is_truncated
    n_all = int((budget.coded.codes == budget.coded.keys.index(key)).sum())
    is_open = budget.observed.table.end_ms[bouts.rows[own]] < budget.observed.table.start_ms[bouts.rows[own]]
    return {
        **tally.model_dump(),
        "key": key,
        "labels": labels_of(budget.observed, budget.params.dimension, key),
        "seconds": seconds,
        "share": seconds / total if total and seconds is not None else None,
        "durations": spread_of(bouts.length_ms[whole]),
        "n_truncated": int((own & bouts.is_truncated).sum()),
        "n_inferred": int(is_open.sum()),
        "n_points": n_all - tally.n,
    }


def _read_bouts(budget: _Budget) -> tuple[Bouts, IntArray]:
    """The states of the budget and their codes; with several flags a state stands several times."""
    is_state = budget.observed.table.is_state[budget.coded.rows]
    return Bouts(budget.observed, budget.coded.rows[is_state]), budget.coded.codes[is_state]


def _lengths(budget: _Budget, bouts: Bouts, codes: IntArray) -> tuple[IntArray, int]:
    """Milliseconds of each code, and of all of them together."""
    n_keys = len(budget.coded.keys)
    encounter = bouts.encounter.astype(np.int64)
    if budget.exclusive_scope is not None:
        actor = budget.observed.table.actor
        is_act = budget.exclusive_scope == "act"
        lane = encounter * (len(actor.words) + 1) + actor.codes[bouts.rows] if is_act else encounter
        kept = _cut_at_next(lane, bouts)
        seconds = np.bincount(codes, weights=kept, minlength=n_keys).astype(np.int64)
        return seconds, int(seconds.sum())
    n_encounters = len(budget.observed.encounter_ids)
    by_code = union_ms(codes * n_encounters + encounter, bouts.begin_ms, bouts.end_ms, n_keys * n_encounters)
    together = union_ms(encounter, bouts.begin_ms, bouts.end_ms, n_encounters)
    return by_code.reshape(n_keys, n_encounters).sum(axis=1), int(together.sum())


def _cut_at_next(lane: IntArray, bouts: Bouts) -> IntArray:
    """Lengths where no state of a lane lasts longer than until the next one begins."""
    order = np.lexsort((bouts.begin_ms, lane))
    begin, end = bouts.begin_ms[order], bouts.end_ms[order]
    is_followed = np.roll(is_close_before(lane[order]), -1)
    lengths = np.where(is_followed, np.minimum(end, np.roll(begin, -1)), end) - begin
    found = np.empty_like(lengths)
    found[order] = lengths
    return found


def _bout_cells(budget: _Budget) -> CellTable:
    bouts, codes = _read_bouts(budget)
    return CellTable(budget.observed, [budget.token("bouts", key) for key in budget.coded.keys], codes, bouts.rows)


def _interval_cells(budget: _Budget) -> tuple[CellTable, IntArray]:
    """The entries that end an interval, and its length in milliseconds."""
    table, clock = budget.observed.table, budget.observed.clock
    rows, codes = budget.coded.rows, budget.coded.codes
    encounter = table.encounter[rows].astype(np.int64)
    lane = (encounter * (len(table.actor.words) + 1) + table.actor.codes[rows]) * (len(budget.coded.keys) + 1) + codes
    order = np.lexsort((table.start_ms[rows], lane))
    rows, codes, lane, encounter = rows[order], codes[order], lane[order], encounter[order]
    start, end = table.start_ms[rows], budget.observed.end_ms[rows]
    # A state that ends as a gap begins has ended before it: its last observed moment counts.
    left = clock.segment(encounter, np.maximum(start, end - 1))
    reached = clock.segment(encounter, start)
    at = np.flatnonzero(is_close_before(lane))
    at = at[(left[at - 1] == reached[at]) & (reached[at] >= 0) & (end[at - 1] <= start[at])]
    tokens = [budget.token("intervals", key) for key in budget.coded.keys]
    return CellTable(budget.observed, tokens, codes[at], rows[at]), start[at] - end[at - 1]


def _warn(observed: Observed, params: TimeBudgetParams) -> list[Caveat]:
    return [*warn_of_moments(observed, params.dimension), *warn_of_several_flags(observed, params.dimension)]


ANALYSIS = Analysis(
    name="time-budget",
    question={"en": "What was observed time spent on?", "da": "Hvad gik den observerede tid med?"},
    params=TimeBudgetParams,
    result=TimeBudgetResult,
    compute=compute_budgets,
    cells=find_cells,
    warn=_warn,
)
