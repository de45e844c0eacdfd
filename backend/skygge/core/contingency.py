"""Two-way tables against independence: expected counts, adjusted residuals and the distance of the whole table."""

from __future__ import annotations

from dataclasses import dataclass

from skygge.core.arrays import BoolArray, FloatArray, Numbers, np

ROUNDS, CLOSE = 1_000, 1e-10


@dataclass(frozen=True)
class Fit:
    """Expected counts and adjusted residuals (NaN where there is none), and the degrees of freedom; None for none."""

    expected: FloatArray
    residual: FloatArray
    df: int | None


def fit_independence(counts: Numbers) -> Fit:
    """e = row · column / N; residual (n - e) / √(e (1 - row/N) (1 - column/N)) (Haberman 1973)."""
    total = counts.sum()
    row, column = counts.sum(axis=1, keepdims=True), counts.sum(axis=0, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = row * column / total
        residual = (counts - expected) / np.sqrt(expected * (1 - row / total) * (1 - column / total))
    n_rows, n_columns = int((row > 0).sum()), int((column > 0).sum())
    df = (n_rows - 1) * (n_columns - 1)
    return Fit(expected, np.where(np.isfinite(residual), residual, np.nan), df if df > 0 else None)


def fit_without_diagonal(counts: Numbers) -> Fit:
    """Quasi-independence with a diagonal that cannot be: iterative proportional fitting, residuals with leverage.

    df = (k - 1)² - k over the k codes in use. Expected counts of the diagonal are 0 and their residuals NaN.
    """
    used = np.flatnonzero((counts.sum(axis=1) > 0) | (counts.sum(axis=0) > 0))
    inner = counts[np.ix_(used, used)].astype(np.float64)
    possible = ~np.eye(len(used), dtype=np.bool_)
    expected = _proportional(inner, possible)
    residual = np.full(inner.shape, np.nan)
    residual[possible] = _with_leverage(inner, expected, possible)
    whole = np.zeros(counts.shape), np.full(counts.shape, np.nan)
    whole[0][np.ix_(used, used)], whole[1][np.ix_(used, used)] = expected, residual
    df = (len(used) - 1) ** 2 - len(used)
    return Fit(*whole, df if df > 0 else None)


def distances(counts: Numbers, expected: FloatArray) -> tuple[float, float]:
    """G² and X² over the cells in which anything is expected."""
    there = expected > 0
    n, e = counts[there].astype(np.float64), expected[there]
    some = n > 0
    return float(2 * (n[some] * np.log(n[some] / e[some])).sum()), float(((n - e) ** 2 / e).sum())


def yules_q(both: int, row: int, column: int, total: int) -> float | None:
    """Yule's Q of the 2 × 2 table of one row and one column against all others."""
    only_row, only_column = row - both, column - both
    neither = total - row - only_column
    agree, differ = both * neither, only_row * only_column
    return (agree - differ) / (agree + differ) if agree + differ else None


def holm(p: list[float | None]) -> list[float | None]:
    """Holm's step-down correction (1979) over those that are there."""
    there = sorted((value, place) for place, value in enumerate(p) if value is not None)
    found: list[float | None] = [None] * len(p)
    reached = 0.0
    for rank, (value, place) in enumerate(there):
        reached = max(reached, min(1.0, value * (len(there) - rank)))
        found[place] = reached
    return found


def _proportional(counts: FloatArray, possible: BoolArray) -> FloatArray:
    """Scale rows and columns in turn until both margins are those counted."""
    expected = possible.astype(np.float64)
    row, column = counts.sum(axis=1), counts.sum(axis=0)
    for _ in range(ROUNDS):
        before = expected
        expected = _scale(expected, row)
        expected = _scale(expected.T, column).T
        if np.abs(expected - before).max(initial=0) < CLOSE:
            break
    return expected


def _scale(table: FloatArray, margin: FloatArray) -> FloatArray:
    own = table.sum(axis=1)
    scaled: FloatArray = table * np.where(own > 0, margin / np.where(own > 0, own, 1), 0)[:, None]
    return scaled


def _with_leverage(counts: FloatArray, expected: FloatArray, possible: BoolArray) -> FloatArray:
    """Pearson residuals over √(1 - leverage) in the log-linear model of rows and columns."""
    row, column = np.nonzero(possible)
    k = len(possible)
    design = np.concatenate((np.eye(k)[row], np.eye(k)[column]), axis=1) * np.sqrt(expected[possible])[:, None]
    leverage = ((design @ np.linalg.pinv(design.T @ design)) * design).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        residual = (counts[possible] - expected[possible]) / np.sqrt(expected[possible] * (1 - leverage))
    return np.where(np.isfinite(residual) & (1 - leverage > 1e-9), residual, np.nan)
