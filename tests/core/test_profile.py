"""Groups compared by hand, and permutations and intervals against SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from skygge.core.analyses.profile import ANALYSIS, ProfileParams, ProfileResult
from skygge.core.analysis import answer
from tests.fixtures.paper_study import PaperStudy, actor, codebook_lines, encounter, entry, name_id, study_line

HOUSE = [study_line(), *codebook_lines(), actor("P1"), actor("P2"), actor("C1", "citizen")]


def ask(*lines: dict[str, Any], **params: Any) -> ProfileResult:
    return answer(ANALYSIS, PaperStudy([*HOUSE, *lines]), ProfileParams.model_validate(params)).result


def visits(agency: str, counts: list[int], hour: int = 8, **fields: Any) -> list[dict[str, Any]]:
    """One-hour visits of an agency with so many moments of directing, and one of doing with each."""
    lines: list[dict[str, Any]] = []
    for number, n in enumerate(counts):
        name, at = f"{agency}{number}", f"{hour + number:02}"
        lines.append(encounter(name, f"{at}:00", f"{hour + number + 1:02}:00", agency=agency, **fields))
        lines += [entry(name, f"{at}:{minute:02}", structure="directing") for minute in range(1, n + 1)]
        lines.append(entry(name, f"{at}:50", structure="doing_with"))
    return lines


def test_groups_are_ratios_of_totals_and_their_difference() -> None:
    """North 2 + 4 in 2 h = 3 an hour, South 1 in 1 h: 2 more; no interval under five; each visit is a row."""
    found = ask(*visits("North", [2, 4]), *visits("South", [1], hour=12))
    values = {group.key: {one.key: (one.n, one.value) for one in group.values} for group in found.groups}
    assert [values[name]["directing"] for name in ("North", "South")] == [(6, 3), (1, 1)]
    difference = next(one for one in found.differences if (one.group, one.key) == ("North", "directing"))
    assert (difference.difference, difference.interval, difference.p) == (2, None, None)
    assert [(one.n[0], one.values[0]) for one in found.encounters] == [(2, 2), (4, 4), (1, 1)]
    assert found.n_looked_at == 0


def test_shares_and_time_are_measures_too() -> None:
    """Directing 6 of 8 entries; talking 15 of 60 min; a code without states has no time."""
    found = ask(*visits("North", [2, 4]), measure="share")
    assert next(one.value for one in found.groups[0].values if one.key == "directing") == 0.75
    timed = ask(
        encounter("a", "09:00", "10:00"),
        entry("a", "09:10", who="P1", action="talks", end="09:25"),
        entry("a", "09:30", who="P1", action="asks"),
        measure="time",
        dimension="action",
    )
    assert {one.key: one.value for one in timed.groups[0].values if one.n} == {"talks": 0.25, "asks": None}


def test_people_are_measured_over_their_own_encounters() -> None:
    """P1 twice in one hour, P2 once in another: P1 2 an hour, 1 more than the others."""
    found = ask(
        encounter("a", "09:00", "10:00"),
        *(entry("a", f"09:1{minute}", who="P1", structure="directing") for minute in (1, 2)),
        encounter("b", "10:00", "11:00"),
        entry("b", "10:10", who="P2", structure="directing"),
        by="actor",
    )
    values = {group.labels["en"]: group.values[0].value for group in found.groups}
    assert values == {"P1": 2, "P2": 1}
    first = next(one for one in found.differences if (one.group, one.key) == (name_id("P1"), "directing"))
    assert first.difference == 1


def test_workers_with_several_visits_are_the_units() -> None:
    """Six visits by two workers: two units, and so no interval; without workers six, and one."""
    lines = visits("North", [1, 2, 3]) + visits("South", [4], hour=12)
    with_workers = [
        line | {"focal_actor_id": name_id("P1")} if line["type"] == "encounter" and line["agency"] == "North" else line
        for line in lines
    ]
    (north, _) = ask(*with_workers).groups
    assert (north.n_units, north.units, north.n_encounters) == (1, "workers", 3)
    (plain, _) = ask(*lines).groups
    assert (plain.n_units, plain.units) == (3, "encounters")


def test_the_permutation_p_is_that_of_scipy() -> None:
    """Two agencies of six visits: p of the difference in rates within 0.02 of scipy.stats.permutation_test."""
    north, south = [5, 7, 6, 9, 8, 4], [3, 6, 2, 5, 4, 6]
    found = ask(*visits("N", north), *visits("S", south, hour=14), permutations=4000, resamples=0)
    ours = next(one for one in found.differences if (one.group, one.key) == ("N", "directing"))
    theirs = stats.permutation_test(
        (np.asarray(north), np.asarray(south)),
        lambda one, other, axis: np.abs(one.mean(axis=axis) - other.mean(axis=axis)),
        vectorized=True,
        alternative="greater",
        n_resamples=np.inf,
    )
    assert ours.p == pytest.approx(theirs.pvalue, abs=0.02)
    assert found.n_looked_at == len(found.differences)


def test_the_interval_of_a_difference_is_about_that_of_scipy() -> None:
    """Two agencies of six one-hour visits: ratios are means, and SciPy bootstraps the difference of means."""
    north, south = [5, 7, 6, 9, 8, 4], [3, 6, 2, 5, 4, 6]
    found = ask(*visits("N", north), *visits("S", south, hour=14), resamples=8000)
    ours = next(one.interval for one in found.differences if (one.group, one.key) == ("N", "directing"))
    theirs = stats.bootstrap(
        (np.asarray(north), np.asarray(south)),
        lambda one, other, axis: one.mean(axis=axis) - other.mean(axis=axis),
        vectorized=True,
        n_resamples=8000,
        method="percentile",
        rng=np.random.default_rng(2),
    ).confidence_interval
    assert ours is not None
    assert ours.low == pytest.approx(theirs.low, abs=0.2)
    assert ours.high == pytest.approx(theirs.high, abs=0.2)
