"""Residuals by hand, by statsmodels, and p by SciPy."""

from __future__ import annotations

import random
import time
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.stats.contingency_tables import Table

from skygge.core.analyses.lag_sequential import ANALYSIS, LagCell, LagSequentialParams, LagSequentialResult
from skygge.core.analysis import answer
from skygge.core.contingency import fit_without_diagonal, holm
from tests.fixtures.paper_study import PaperStudy, codebook_lines, encounter, entry, gap, study_line

HOUSE = [study_line(), *codebook_lines()]
A, B, C = "directing", "doing_for", "doing_with"


def ask(*lines: dict[str, Any], **params: Any) -> LagSequentialResult:
    return answer(ANALYSIS, PaperStudy([*HOUSE, *lines]), LagSequentialParams.model_validate(params)).result


def stream(name: str, codes: list[str | None], hour: int = 9) -> list[dict[str, Any]]:
    """An encounter with one coded entry a minute."""
    coded = [entry(name, f"{hour:02}:{minute:02}", structure=code) for minute, code in enumerate(codes)]
    return [encounter(name, f"{hour:02}:00", f"{hour + 1:02}:00"), *coded]


def cell(found: LagSequentialResult, before: str, after: str) -> LagCell:
    return next(one for one in found.cells if (one.before, one.after) == (before, after))


def test_a_two_by_two_table_by_hand() -> None:
    """A B A B A A B A: x = AA 1, AB 3, BA 3, BB 0. e_AB = 4·3/7; X² = z² of any cell; Q of A, B = (3·3 - 1·0)/9 = 1."""
    found = ask(*stream("a", [A, B, A, B, A, A, B, A]))
    one = cell(found, A, B)
    assert (one.n, one.of, found.n_pairs, found.df) == (3, 4, 7, 1)
    assert one.expected == pytest.approx(12 / 7)
    assert one.z is not None and one.z**2 == pytest.approx(found.x2)
    assert one.yules_q == 1
    assert cell(found, C, A).z is None


def test_at_lag_two_an_uncoded_entry_a_gap_or_an_encounter_cuts() -> None:
    """A B C is one pair A, C; A - C and A gap B C are none."""
    lines = stream("a", [A, B, C]) + stream("b", [A, None, C], hour=11)
    lines += [*stream("c", [A, B, C], hour=13), gap("c", "13:00:30", "13:00:40")]
    found = ask(*lines, lag=2)
    assert {(one.before, one.after): one.n for one in found.cells if one.n} == {(A, C): 1}


@pytest.mark.parametrize("seed", range(4))
def test_residuals_and_distances_are_those_of_statsmodels(seed: int) -> None:
    """Table.standardized_resids and the Pearson and likelihood-ratio statistics of SciPy."""
    chance = random.Random(seed)
    codes: list[str | None] = [chance.choice([A, A, B, C]) for _ in range(60)]
    found = ask(*stream("a", codes))
    counts = np.asarray([[cell(found, one, other).n for other in (A, B, C)] for one in (A, B, C)])
    theirs = Table(counts, shift_zeros=False).standardized_resids
    ours = [[cell(found, one, other).z for other in (A, B, C)] for one in (A, B, C)]
    assert np.asarray(ours, dtype=float) == pytest.approx(theirs)
    assert found.x2 == pytest.approx(stats.chi2_contingency(counts, correction=False).statistic)
    assert found.g2 == pytest.approx(stats.chi2_contingency(counts, correction=False, lambda_=0).statistic)


@pytest.mark.parametrize("seed", range(4))
def test_codes_that_cannot_repeat_are_a_log_linear_model(seed: int) -> None:
    """Expected counts and residuals of statsmodels' Poisson model of rows and columns over the cells that can be."""
    chance = np.random.default_rng(seed)
    counts = chance.integers(3, 30, (4, 4))
    np.fill_diagonal(counts, 0)
    row, column = np.nonzero(~np.eye(4, dtype=bool))
    design = np.concatenate((np.ones((12, 1)), np.eye(4)[row][:, 1:], np.eye(4)[column][:, 1:]), axis=1)
    model = sm.GLM(counts[row, column], design, family=sm.families.Poisson()).fit(tol=1e-12)
    influence = model.get_influence()
    fit = fit_without_diagonal(counts)
    assert fit.expected[row, column] == pytest.approx(model.fittedvalues)
    theirs = model.resid_pearson / np.sqrt(1 - influence.hat_matrix_diag)
    assert fit.residual[row, column] == pytest.approx(theirs, rel=1e-6)
    assert fit.df == model.df_resid == (4 - 1) ** 2 - 4


def test_repeats_have_no_cell_where_codes_cannot_repeat() -> None:
    """A A B C A merged is A B C A: six possible cells, none on the diagonal; at lag two the diagonal is back."""
    found = ask(*stream("a", [A, A, B, C, A]), self_transitions="merge")
    assert all(one.before != one.after for one in found.cells)
    assert sum(one.n for one in found.cells) == 3
    assert any(one.before == one.after for one in ask(*stream("a", [A, B, A]), self_transitions="merge", lag=2).cells)


def test_p_is_about_that_of_trying_every_order() -> None:
    """A B A B A B: as regular as can be; against all orders of three A and three B."""
    from itertools import permutations

    orders = sorted(set(permutations([A, B] * 3)))
    counts = [sum(pair == (A, B) for pair in zip(order, order[1:], strict=False)) for order in orders]
    centre = float(np.mean(counts))
    exact = float(np.mean([abs(n - centre) >= abs(3 - centre) - 1e-9 for n in counts]))
    found = ask(*stream("a", [A, B] * 3), permutations=4000)
    assert cell(found, A, B).p == pytest.approx(exact, abs=0.02)
    assert found.n_looked_at == 4
    assert ask(*stream("a", [A, B] * 3), permutations=4000).cells == found.cells
    assert ask(*stream("a", [A, B] * 3)).n_looked_at == 0


def test_holm_is_that_of_statsmodels() -> None:
    """multipletests(method="holm"); what has no p has none afterwards."""
    from statsmodels.stats.multitest import multipletests

    p = [0.01, 0.04, 0.03, 0.005]
    assert holm([*p, None]) == [*(pytest.approx(one) for one in multipletests(p, method="holm")[1]), None]


def test_two_thousand_permutations_of_three_thousand_events_are_quick() -> None:
    """Promised: half a second; held here to three, because a busy machine measures worse."""
    chance = random.Random(1)
    lines = [line for hour in range(50) for line in _dense(f"e{hour}", hour, chance)]
    started = time.perf_counter()
    ask(*lines)
    plain = time.perf_counter() - started
    started = time.perf_counter()
    ask(*lines, permutations=2000)
    assert time.perf_counter() - started - plain < 3


def _dense(name: str, number: int, chance: random.Random) -> list[dict[str, Any]]:
    day, hour = number // 20 + 1, number % 20
    at = f"2026-04-{day:02}T{hour:02}:"
    fields = {"started_at": f"{at}00:00.000Z", "ended_at": f"{at}59:59.000Z"}
    coded = [
        entry(name, "09:00", structure=chance.choice([A, B, C])) | {"started_at": f"{at}{minute:02}:00.000Z"}
        for minute in range(60)
    ]
    return [encounter(name, "09:00", "10:00") | fields, *coded]
