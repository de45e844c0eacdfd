"""Whether some things follow others more often than chance would have it, at a fixed lag.

Definition: x_ij = how often j stands L entries after i in a stream (streams, breaks, gaps and ties as in
`transitions`), N = all pairs, e_ij = x_i+ x_+j / N, adjusted residual z = (x - e) / √(e (1 - x_i+/N) (1 - x_+j/N))
(Haberman 1973; Bakeman & Quera 2011, chapter 9). G² = 2 Σ x ln(x/e), X² = Σ (x - e)²/e, df = (k - 1)² over the k codes
in use. Yule's Q = (ad - bc) / (ad + bc) of the 2 × 2 table of i and j against all others. Codes that cannot repeat
(`self_transitions` *merge* or *forbid*, at lag 1): e by iterative proportional fitting with the diagonal fixed at zero,
z with the leverage of that model, df = (k - 1)² - k. p (off by default): two-sided, by permuting codes inside each
stream, (b + 1) / (N + 1), and Holm's correction over the cells looked at; none where codes cannot repeat. Undefined, so
null: z in a row or column that holds everything, p of a code that is never there, Q of an empty 2 × 2 table; what
cannot be has no cell.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from skygge.core.analysis import Analysis, AnalysisParams, Caveat
from skygge.core.arrays import FloatArray, IntArray, np, special
from skygge.core.cells import CellTable, Part, Tally
from skygge.core.chains import Runs, StreamOf, read_runs
from skygge.core.coding import labels_of
from skygge.core.contingency import Fit, distances, fit_independence, fit_without_diagonal, holm, yules_q
from skygge.core.streams import Observed

SMALL = 5
AT_ONCE = 2_000_000


class LagSequentialParams(AnalysisParams):
    """Which pairs, and whether chance is tried out."""

    without_effect: ClassVar[frozenset[str]] = frozenset({"bouts"})
    dimension: Annotated[
        Literal["structure", "action", "actor"], Field(description="Which codes are looked at; an entry has one.")
    ] = "structure"
    lag: Annotated[int, Field(ge=1, le=20, description="How many entries later.")] = 1
    self_transitions: Annotated[
        Literal["keep", "merge", "forbid"], Field(description="What to do with a code that follows itself.")
    ] = "keep"
    stream: Annotated[StreamOf, Field(description="Pairs among all entries of an encounter, or of one actor.")] = (
        "encounter"
    )
    permutations: Annotated[int, Field(ge=0, le=20_000, description="Permutations for p; 0 for none.")] = 0
    seed: Annotated[int, Field(ge=0, le=2**31 - 1, description="Seed of the permutations.")] = 1


class LagCell(Tally):
    """One pair of codes; the cell opens the later entries."""

    before: str
    after: str
    of: int
    expected: float
    z: float | None
    yules_q: float | None
    p: float | None
    p_holm: float | None


class LagSequentialResult(Part):
    """The cells that can be, and the distance of the whole table from independence."""

    keys: list[str]
    labels: list[dict[str, str]]
    cells: list[LagCell]
    n_pairs: int
    n_looked_at: int
    g2: float | None
    x2: float | None
    df: int | None
    p_x2: float | None = Field(description="Of X², by the chi-square distribution; only where p is asked for.")


def measure_lag(observed: Observed, params: LagSequentialParams) -> LagSequentialResult:
    """The whole table."""
    runs = _read(observed, params)
    counts, fit = _fit(runs, params)
    cells = _cells(observed, params, runs)
    g2, x2 = distances(counts, fit.expected)
    places = _possible(params, len(runs.keys))
    p = _permute(runs, params, counts)
    used = counts.sum(axis=1)[:, None] * counts.sum(axis=0)[None, :] > 0
    p_of = [float(p[place]) if p is not None and used[place] else None for place in places]
    adjusted = holm(p_of)
    total = int(counts.sum())
    return LagSequentialResult(
        keys=runs.keys,
        labels=[labels_of(observed, params.dimension, key) for key in runs.keys],
        cells=[
            _cell(cells.tally(_token(runs, place)), runs.keys, (counts, fit, place), (p_of[number], adjusted[number]))
            for number, place in enumerate(places)
        ],
        n_pairs=total,
        n_looked_at=sum(one is not None for one in p_of),
        g2=g2 if total else None,
        x2=x2 if total else None,
        df=fit.df,
        p_x2=float(special.chdtrc(fit.df, x2)) if params.permutations and fit.df and total else None,
    )


def find_cells(observed: Observed, params: LagSequentialParams) -> CellTable:
    """The later entry of each pair."""
    return _cells(observed, params, _read(observed, params))


def _read(observed: Observed, params: LagSequentialParams) -> Runs:
    runs = read_runs(observed, params.dimension, params.uncoded, params.stream)
    if params.self_transitions == "keep":
        return runs
    return runs.without_repeats(is_cut=params.self_transitions == "forbid")


def _has_zeros(params: LagSequentialParams) -> bool:
    """Whether i cannot follow i: only the next entry is ruled out."""
    return params.self_transitions != "keep" and params.lag == 1


def _possible(params: LagSequentialParams, n_keys: int) -> list[tuple[int, int]]:
    every = [(first, second) for first in range(n_keys) for second in range(n_keys)]
    return [pair for pair in every if pair[0] != pair[1]] if _has_zeros(params) else every


def _fit(runs: Runs, params: LagSequentialParams) -> tuple[IntArray, Fit]:
    n_keys, at = len(runs.keys), runs.pairs(params.lag)
    pairs = runs.codes[at - params.lag] * n_keys + runs.codes[at]
    counts = np.bincount(pairs, minlength=n_keys * n_keys).reshape(n_keys, n_keys)
    return counts, fit_without_diagonal(counts) if _has_zeros(params) else fit_independence(counts)


def _token(runs: Runs, place: tuple[int, int]) -> str:
    return f"pair:{runs.keys[place[0]]}>{runs.keys[place[1]]}"


def _cells(observed: Observed, params: LagSequentialParams, runs: Runs) -> CellTable:
    n_keys, at = len(runs.keys), runs.pairs(params.lag)
    places = _possible(params, n_keys)
    rank = np.zeros((n_keys, n_keys), dtype=np.int64)
    for number, place in enumerate(places):
        rank[place] = number
    cell = rank[runs.codes[at - params.lag], runs.codes[at]]
    order = np.argsort(runs.rows[at], kind="stable")
    return CellTable(observed, [_token(runs, place) for place in places], cell[order], runs.rows[at][order])


def _cell(
    tally: Tally,
    keys: list[str],
    found: tuple[IntArray, Fit, tuple[int, int]],
    p: tuple[float | None, float | None],
) -> LagCell:
    counts, fit, place = found
    expected, z = float(fit.expected[place]), float(fit.residual[place])
    row, column, total = int(counts[place[0]].sum()), int(counts[:, place[1]].sum()), int(counts.sum())
    return LagCell(
        **tally.model_dump(),
        before=keys[place[0]],
        after=keys[place[1]],
        of=row,
        expected=expected if total else 0.0,
        z=z if np.isfinite(z) else None,
        yules_q=yules_q(tally.n, row, column, total),
        p=p[0],
        p_holm=p[1],
    )


def _permute(runs: Runs, params: LagSequentialParams, counts: IntArray) -> FloatArray | None:
    """Two-sided p of each cell, codes shuffled inside their streams."""
    at, n_keys, n_rows = runs.pairs(params.lag), len(runs.keys), len(runs.codes)
    if not params.permutations or _has_zeros(params) or not len(at):
        return None
    chance = np.random.default_rng(params.seed)
    edges = np.flatnonzero(np.diff(runs.stream, prepend=-1, append=-1))
    tables: list[IntArray] = []
    step = max(1, AT_ONCE // n_rows)
    for begin in range(0, params.permutations, step):
        n = min(step, params.permutations - begin)
        shuffled = np.tile(runs.codes.astype(np.int16), (n, 1))
        for first, last in zip(edges, edges[1:], strict=False):
            if last - first > 1:
                shuffled[:, first:last] = chance.permuted(shuffled[:, first:last], axis=1)
        pairs = shuffled[:, at - params.lag] * n_keys + shuffled[:, at] + (np.arange(n) * n_keys**2)[:, None]
        tables.append(np.bincount(pairs.ravel(), minlength=n * n_keys**2).reshape(n, n_keys, n_keys))
    drawn = np.concatenate(tables)
    centre = _expect_shuffled(runs, at, edges)
    as_far = (np.abs(drawn - centre) >= np.abs(counts - centre) - 1e-9).sum(axis=0)
    found: FloatArray = (as_far + 1) / (params.permutations + 1)
    return found


def _expect_shuffled(runs: Runs, at: IntArray, edges: IntArray) -> FloatArray:
    """The mean of each cell over all orders of the codes inside their streams, exactly."""
    n_keys = len(runs.keys)
    found = np.zeros((n_keys, n_keys))
    n_pairs = np.diff(np.searchsorted(at, edges))
    for first, last, n in zip(edges, edges[1:], n_pairs, strict=False):
        if n:
            own = np.bincount(runs.codes[first:last], minlength=n_keys).astype(np.float64)
            found += n * (np.outer(own, own) - np.diag(own)) / ((last - first) * (last - first - 1))
    return found


def _warn(observed: Observed, params: LagSequentialParams) -> list[Caveat]:
    runs = _read(observed, params)
    counts, fit = _fit(runs, params)
    small = sum(0 < float(fit.expected[place]) < SMALL for place in _possible(params, len(runs.keys)))
    found = {
        "order.ties_left_out": runs.n_tied,
        "cells.expected_under_five": small if counts.sum() else 0,
        "p.codes_cannot_repeat": int(params.permutations > 0 and _has_zeros(params)),
    }
    return [Caveat(code=code, n=n) for code, n in found.items() if n]


ANALYSIS = Analysis(
    name="lag-sequential",
    question={
        "en": "Does something follow something else more often than by chance?",
        "da": "Følger noget oftere efter noget andet, end tilfældet ville give?",
    },
    params=LagSequentialParams,
    result=LagSequentialResult,
    compute=measure_lag,
    cells=find_cells,
    warn=_warn,
)
