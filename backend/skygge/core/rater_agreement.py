"""Agreement of raters on units with nominal codes: a table of units × raters, -1 where a rater gave none.

Percent, Cohen's kappa (1960), Fleiss' kappa (1971), Krippendorff's alpha (2011) and Gwet's AC1 (2014, chapter 4). All
are null where chance agreement is total (one code in use) or where no unit was rated twice.
"""

from __future__ import annotations

from collections.abc import Callable

from skygge.core.arrays import FloatArray, IntArray, np
from skygge.core.bootstrap import FEWEST, Interval, Resampling, interval_of
from skygge.core.cells import Part

Measure = Callable[[IntArray], float | None]


class Coefficient(Part):
    """A measure with the interval of a bootstrap over units."""

    value: float | None
    interval: Interval | None


class UnitAgreement(Part):
    """Agreement on what both coded. `n_units` were rated by at least two."""

    n_units: int
    percent: Coefficient
    cohen: Coefficient
    fleiss: Coefficient
    alpha: Coefficient
    ac1: Coefficient


def agree_on_units(ratings: IntArray, how: Resampling) -> UnitAgreement:
    """Every measure over units × raters. Cohen's needs exactly two raters."""
    rated_twice = ratings[(ratings >= 0).sum(axis=1) >= 2]
    return UnitAgreement(
        n_units=len(rated_twice),
        percent=_with_interval(percent, ratings, how),
        cohen=_with_interval(cohen_kappa, ratings, how),
        fleiss=_with_interval(fleiss_kappa, ratings, how),
        alpha=_with_interval(krippendorff_alpha, ratings, how),
        ac1=_with_interval(gwet_ac1, ratings, how),
    )


def percent(ratings: IntArray) -> float | None:
    """Pairs of ratings of one unit that are alike, averaged over units rated at least twice."""
    counts = _counts(ratings)
    return None if not len(counts) else float(_alike(counts).mean())


def cohen_kappa(ratings: IntArray) -> float | None:
    """Two raters, chance from the margins of each."""
    both = ratings[(ratings >= 0).all(axis=1)]
    if ratings.shape[1] != 2 or not len(both):
        return None
    n_codes = int(both.max()) + 1
    return kappa_of(np.bincount(both[:, 0] * n_codes + both[:, 1], minlength=n_codes**2).reshape(n_codes, n_codes))


def kappa_of(table: FloatArray | IntArray) -> float | None:
    """Cohen's kappa of a square table of counts, or of seconds."""
    total = float(table.sum())
    if not total:
        return None
    by_chance = float(table.sum(axis=1) @ table.sum(axis=0)) / total**2
    return _corrected(float(np.trace(table)) / total, by_chance)


def fleiss_kappa(ratings: IntArray) -> float | None:
    """Any number of raters, chance from the margins of all together; units with a rating missing are left out."""
    counts = _counts(ratings[(ratings >= 0).all(axis=1)])
    if not len(counts):
        return None
    shares = counts.sum(axis=0) / counts.sum()
    return _corrected(float(_alike(counts).mean()), float(shares @ shares))


def krippendorff_alpha(ratings: IntArray) -> float | None:
    """Nominal alpha from coincidences; missing ratings are no ratings."""
    counts = _counts(ratings)
    if not len(counts):
        return None
    per_unit = counts.sum(axis=1)
    margins = counts.sum(axis=0)
    n = margins.sum()
    seen = float(((counts * (counts - 1)).sum(axis=1) / (per_unit - 1)).sum() / n)
    by_chance = float((margins * (margins - 1)).sum() / (n * (n - 1)))
    return _corrected(seen, by_chance)


def gwet_ac1(ratings: IntArray) -> float | None:
    """Chance from how evenly codes are used, over the codes in use; single ratings count for that alone."""
    all_counts = _counts(ratings, least=1)
    twice = all_counts[all_counts.sum(axis=1) >= 2]
    n_codes = int((all_counts.sum(axis=0) > 0).sum()) if len(all_counts) else 0
    if not len(twice) or n_codes < 2:
        return None
    shares = (all_counts / all_counts.sum(axis=1, keepdims=True)).mean(axis=0)
    return _corrected(float(_alike(twice).mean()), float((shares * (1 - shares)).sum() / (n_codes - 1)))


def _counts(ratings: IntArray, least: int = 2) -> FloatArray:
    """How many raters gave each code to each unit that at least so many rated."""
    if not ratings.size or ratings.max() < 0:
        return np.zeros((0, 0))
    counts = np.stack([(ratings == code).sum(axis=1) for code in range(int(ratings.max()) + 1)], axis=1)
    found: FloatArray = counts[counts.sum(axis=1) >= least].astype(np.float64)
    return found


def _alike(counts: FloatArray) -> FloatArray:
    n = counts.sum(axis=1)
    shares: FloatArray = (counts * (counts - 1)).sum(axis=1) / (n * (n - 1))
    return shares


def _corrected(seen: float, by_chance: float) -> float | None:
    return None if by_chance >= 1 - 1e-12 else (seen - by_chance) / (1 - by_chance)


def _with_interval(measure: Measure, ratings: IntArray, how: Resampling) -> Coefficient:
    value = measure(ratings)
    if value is None or how.resamples == 0 or len(ratings) < FEWEST:
        return Coefficient(value=value, interval=None)
    chance = np.random.default_rng(how.seed)
    drawn = (measure(ratings[chance.integers(0, len(ratings), len(ratings))]) for _ in range(how.resamples))
    known = np.asarray([one for one in drawn if one is not None])
    # A sample in which one code is in use has no value; so has the interval when that is common.
    is_enough = len(known) >= 0.95 * how.resamples
    return Coefficient(value=value, interval=interval_of(known, how) if is_enough else None)
