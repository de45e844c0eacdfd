"""Ratios of totals worked out by hand, and their intervals against SciPy's bootstrap."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from skygge.core.analyses.rates import ANALYSIS, RateRow, RatesParams
from skygge.core.analysis import Answer, answer, entries_behind
from skygge.core.bootstrap import Resampling, ratio_intervals, ratio_samples
from tests.fixtures.paper_study import PaperStudy, actor, at, codebook_lines, encounter, entry, gap, name_id, study_line

HOUSE = [study_line(), *codebook_lines(), actor("P1"), actor("C1", "citizen")]
# Davison & Hinkley 1997, table 1.3: populations of ten cities in 1920 (u) and 1930 (x), in thousands.
CITIES_1920 = [138, 93, 61, 179, 48, 37, 29, 23, 30, 2]
CITIES_1930 = [143, 104, 69, 260, 75, 63, 50, 48, 111, 50]


def ask(*lines: dict[str, Any], **params: Any) -> Answer[Any]:
    return answer(ANALYSIS, PaperStudy([*HOUSE, *lines]), RatesParams.model_validate(params))


def row(found: Answer[Any], key: str | None, column: str | None = None) -> RateRow:
    rows: list[RateRow] = found.result.rows
    return next(one for one in rows if (one.key, one.column) == (key, column))


def test_a_rate_is_a_ratio_of_totals() -> None:
    """3 in 30 min minus a gap of 6, 1 in 60 min: 4 / (24 + 60) min = 2.857 an hour, not the mean of 7.5 and 1."""
    found = ask(
        encounter("a", "09:00", "09:30"),
        gap("a", "09:10", "09:16"),
        *(entry("a", f"09:0{minute}", structure="directing") for minute in (1, 2, 3)),
        encounter("b", "10:00", "11:00"),
        entry("b", "10:30", structure="directing"),
        encounter("open", "12:00", None),
        entry("open", "12:01", structure="directing"),
    )
    directing = row(found, "directing")
    assert (directing.n, directing.n_visits) == (4, 2)
    assert directing.per_hour == pytest.approx(4 / (84 / 60))
    assert directing.interval is None
    assert row(found, "unclear").per_hour == 0
    assert found.basis.n_left_out == 1


def test_somebody_who_came_late_is_measured_over_their_own_time() -> None:
    """C1 came at 09:20 of an hour: 2 in 40 min = 3 an hour; P1 was there all along: 2 an hour."""
    late = [{"actor_id": name_id("C1"), "from": at("09:20"), "to": None}]
    lines = [encounter("a", "09:00", "10:00", presence=late)]
    lines += [entry("a", f"09:{minute}", who=who, action="talks") for minute in (30, 40) for who in ("P1", "C1")]
    by_actor = ask(*lines, dimension="actor")
    assert row(by_actor, name_id("C1")).per_hour == pytest.approx(3)
    assert row(by_actor, name_id("P1")).per_hour == pytest.approx(2)
    split = ask(*lines, dimension="action", by="actor")
    assert row(split, "talks", name_id("C1")).per_hour == pytest.approx(3)
    assert row(split, "talks").per_hour == pytest.approx(4)
    only = ask(*lines, dimension="action", actor=[name_id("C1")])
    assert row(only, "talks").observed_hours == pytest.approx(2 / 3)


def test_encounters_without_somebody_are_not_their_time() -> None:
    """P1 acts in one of two hours: 1 an hour. Whoever is neither seen nor written down as present has no time."""
    found = ask(
        encounter("a", "09:00", "10:00"),
        entry("a", "09:10", who="P1"),
        encounter("b", "10:00", "11:00"),
        entry("b", "10:10", who="C1"),
        dimension="actor",
    )
    assert row(found, name_id("P1")).per_hour == pytest.approx(1)


def test_agencies_stand_over_their_own_hours() -> None:
    """North: 2 in an hour, South: 1 in half an hour; the cell of a column opens its entries."""
    lines = [
        encounter("a", "09:00", "10:00"),
        *(entry("a", f"09:1{minute}", structure="directing") for minute in (1, 2)),
        encounter("b", "10:00", "10:30", agency="South"),
        entry("b", "10:10", structure="directing"),
    ]
    found = ask(*lines, by="agency")
    assert [row(found, "directing", name).per_hour for name in ("North", "South")] == [2, 2]
    south = row(found, "directing", "South")
    opened = entries_behind(ANALYSIS, PaperStudy([*HOUSE, *lines]), RatesParams(by="agency"), south.cell)
    assert [one.id for one in opened] == [lines[-1]["id"]]


def test_no_time_has_no_rate() -> None:
    """Only an encounter whose end nobody gave: null, not zero and not infinite."""
    found = ask(encounter("a", "09:00", None), entry("a", "09:10", structure="directing"))
    assert (row(found, "directing").n, row(found, "directing").per_hour) == (0, None)


def test_the_ratio_of_the_cities_is_that_of_the_book() -> None:
    """Davison & Hinkley 1997, page 22: the ratio of the totals is 1.520; the percentile interval is SciPy's."""
    assert sum(CITIES_1930) / sum(CITIES_1920) == pytest.approx(1.520, abs=0.0005)
    above, below = (np.asarray(values, dtype=np.float64)[:, None] for values in (CITIES_1930, CITIES_1920))
    how = Resampling(resamples=10_000, level=0.9, seed=3)
    (ours,) = ratio_intervals(above, below, how)
    theirs = stats.bootstrap(
        (above[:, 0], below[:, 0]),
        lambda x, u, axis: x.sum(axis=axis) / u.sum(axis=axis),
        paired=True,
        vectorized=True,
        confidence_level=0.9,
        n_resamples=20_000,
        method="percentile",
        rng=np.random.default_rng(5),
    )
    assert ours is not None
    assert ours.low == pytest.approx(theirs.confidence_interval.low, rel=0.01)
    assert ours.high == pytest.approx(theirs.confidence_interval.high, rel=0.03)
    samples = ratio_samples(above, below, how)
    assert samples is not None
    assert float(samples.std(ddof=1)) == pytest.approx(theirs.standard_error, rel=0.05)


def test_intervals_are_the_same_with_the_same_seed_and_need_five_encounters() -> None:
    """Five hours with 1 to 5 entries: an interval around 3, the same twice; without resamples none."""
    lines: list[dict[str, Any]] = []
    for number in range(1, 6):
        lines.append(encounter(f"e{number}", f"1{number}:00", f"1{number}:59"))
        lines += [entry(f"e{number}", f"1{number}:0{minute}", structure="directing") for minute in range(number)]
    first, second = (row(ask(*lines), "directing").interval for _ in range(2))
    assert first == second
    assert first is not None and first.low < 3 * 60 / 59 < first.high
    assert row(ask(*lines, resamples=0), "directing").interval is None
    assert row(ask(*lines[:-6]), "directing").interval is None
