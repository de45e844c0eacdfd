"""Residuals by hand and against statsmodels."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from statsmodels.stats.contingency_tables import Table

from skygge.core.analyses.deviant_cases import ANALYSIS, DeviantCasesParams, DeviantCasesResult
from skygge.core.analysis import answer
from skygge.core.contingency import fit_independence
from tests.fixtures.paper_study import PaperStudy, actor, codebook_lines, encounter, entry, name_id, study_line

HOUSE = [study_line(), *codebook_lines(), actor("P1"), actor("C1", "citizen")]


def ask(*lines: dict[str, Any], **params: Any) -> DeviantCasesResult:
    return answer(ANALYSIS, PaperStudy([*HOUSE, *lines]), DeviantCasesParams.model_validate(params)).result


def test_the_farthest_cells_on_either_side() -> None:
    """P1: 3 directing, 1 doing with; C1: 4 doing with. e = 4·3/8 = 1.5; residual 1.5 / √(1.5 · 4/8 · 5/8)."""
    lines = [encounter("a", "09:00", "09:30")]
    people = [("P1", "directing")] * 3 + [("P1", "doing_with")] + [("C1", "doing_with")] * 4 + [("C1", None)]
    lines += [entry("a", f"09:{minute:02}", who=who, structure=code) for minute, (who, code) in enumerate(people)]
    found = ask(*lines, rows="actor")
    more, less = found.more[0], found.less[0]
    assert {(one.row, one.column) for one in found.more} == {
        (name_id("P1"), "directing"),
        (name_id("C1"), "doing_with"),
    }
    assert more.in_row == 4
    assert more.expected == pytest.approx(4 * more.in_column / 8)
    assert more.residual == pytest.approx(1.5 / math.sqrt(1.5 * 4 / 8 * 5 / 8))
    assert less.residual == pytest.approx(-more.residual)
    assert found.n_cells == 4


def test_a_visit_is_a_case_by_default() -> None:
    """Two visits; what did not happen in one is a cell without entries whose row opens what did."""
    lines = [encounter("a", "09:00", "09:30"), encounter("b", "10:00", "10:30")]
    lines += [entry("a", f"09:0{minute}", structure="directing") for minute in range(3)]
    lines += [entry("b", f"10:0{minute}", structure="doing_with") for minute in range(3)]
    found = ask(*lines)
    assert [one.n for one in found.less] == [0, 0]
    assert {one.row for one in found.more} == {name_id("visit of a"), name_id("visit of b")}


def test_a_table_of_a_dimension_by_itself_is_refused() -> None:
    """The parameter is named."""
    with pytest.raises(ValidationError) as refused:
        DeviantCasesParams.model_validate({"dimension": "action", "rows": "action"})
    assert [error["loc"] for error in refused.value.errors()] == [("rows",)]


@pytest.mark.parametrize("seed", range(5))
def test_residuals_are_those_of_statsmodels(seed: int) -> None:
    """Table.standardized_resids of random tables; a full row has none."""
    chance = random.Random(seed)
    counts = np.asarray([[chance.randint(1, 20) for _ in range(4)] for _ in range(3)])
    fit = fit_independence(counts)
    theirs = Table(counts, shift_zeros=False)
    assert fit.expected == pytest.approx(theirs.fittedvalues)
    assert fit.residual == pytest.approx(theirs.standardized_resids)
    assert np.isnan(fit_independence(np.asarray([[3, 4]])).residual).all()
