"""Intervals for ratios of totals, by drawing encounters again with replacement.

The percentile interval of Davison & Hinkley, Bootstrap Methods and their Application (1997), section 5.3.1: encounters
are the units, numerator and denominator are drawn together, and the ratio is that of the totals. Fewer than five
encounters give no interval.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from skygge.core.arrays import FloatArray, np
from skygge.core.cells import Part

FEWEST = 5
AT_ONCE = 100


class Resampling(BaseModel):
    """How intervals are made; with the same seed they are the same."""

    resamples: Annotated[int, Field(ge=0, le=10_000, description="Bootstrap samples; 0 for no intervals.")] = 1000
    level: Annotated[float, Field(ge=0.5, le=0.999, description="Coverage of the intervals.")] = 0.95
    seed: Annotated[int, Field(ge=0, le=2**31 - 1, description="Seed of everything random.")] = 1


class Interval(Part):
    """A percentile interval."""

    low: float
    high: float


def ratio_samples(above: FloatArray, below: FloatArray, how: Resampling) -> FloatArray | None:
    """Ratios of totals in each sample (samples × columns); None with fewer than five units.

    `above` and `below` stand by unit and column; a ratio over nothing is NaN.
    """
    n_units = len(above)
    if n_units < FEWEST or how.resamples == 0:
        return None
    chance = np.random.default_rng(how.seed)
    samples = []
    for begin in range(0, how.resamples, AT_ONCE):
        n = min(AT_ONCE, how.resamples - begin)
        drawn = chance.integers(0, n_units, (n, n_units))
        shifted = drawn + (np.arange(n) * n_units)[:, None]
        weights = np.bincount(shifted.ravel(), minlength=n * n_units).reshape(n, n_units).astype(np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            samples.append((weights @ above) / (weights @ below))
    return np.concatenate(samples)


def ratio_intervals(above: FloatArray, below: FloatArray, how: Resampling) -> list[Interval | None]:
    """An interval for each column of `above` / `below`, over the units in which there is anything below."""
    found: list[Interval | None] = [None] * above.shape[1]
    units = below > 0
    for column in range(above.shape[1]):
        if found[column] is not None:
            continue
        # Columns over the same units share their draws.
        same = [other for other in range(column, above.shape[1]) if (units[:, other] == units[:, column]).all()]
        own = units[:, column]
        samples = ratio_samples(above[own][:, same], below[own][:, same], how)
        for place, other in enumerate(same):
            found[other] = None if samples is None else interval_of(samples[:, place], how)
    return found


def interval_of(samples: FloatArray, how: Resampling) -> Interval | None:
    """The percentiles of what was drawn; None where a sample has no value."""
    if not np.isfinite(samples).all():
        return None
    low, high = np.quantile(samples, [(1 - how.level) / 2, (1 + how.level) / 2])
    return Interval(low=float(low), high=float(high))
