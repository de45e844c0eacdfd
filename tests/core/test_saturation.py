"""Curves by hand, by trying every order, and Chao2 as published."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from skygge.core.analyses.saturation import ANALYSIS, SaturationParams, SaturationResult, chao2, expected_curve
from skygge.core.analysis import answer
from tests.fixtures.paper_study import PaperStudy, codebook_lines, encounter, entry, name_id, study_line

HOUSE = [study_line(), *codebook_lines()]
A, B, C, D = "directing", "doing_for", "doing_with", "leaving_be"


def ask(*visits: list[str], **fields: Any) -> SaturationResult:
    lines: list[dict[str, Any]] = []
    for number, codes in enumerate(visits):
        at = f"{9 + number:02}"
        lines.append(encounter(f"e{number}", f"{at}:00", f"{at}:59", **fields))
        lines += [entry(f"e{number}", f"{at}:{minute:02}", structure=code) for minute, code in enumerate(codes, 1)]
    return answer(ANALYSIS, PaperStudy([*HOUSE, *lines]), SaturationParams()).result


def test_the_curve_follows_the_visits_in_their_order() -> None:
    """A A | A B unclear | C: new A, B, C; Q1 = 2, Q2 = 1: Chao2 = 3 + 2/3 · 4/2 = 4.33. Unclear is listed first."""
    found = ask([A, A], [A, B, "unclear"], [C])
    assert [(step.new, step.n_seen, step.n) for step in found.curve] == [([A], 1, 2), ([B], 2, 2), ([C], 3, 1)]
    assert [(one.key, one.n) for one in found.not_fitting] == [("none_of_these", 0), ("unclear", 1)]
    assert {one.key: one.first_visit for one in found.codes} == {A: 1, B: 2, C: 3, D: None}
    assert (found.n_seen, found.n_in_codebook, found.n_in_one_visit, found.n_in_two_visits) == (3, 4, 2, 1)
    assert found.chao2 == pytest.approx(3 + 2 / 3 * 4 / 2)


def test_the_expected_curve_is_the_mean_over_all_orders() -> None:
    """Four visits, twenty-four orders, counted one by one."""
    visits = [{A, B}, {A}, {A, C}, {B, D}]
    orders = list(permutations(visits))
    by_trying = [sum(len(set().union(*order[:n])) for order in orders) / len(orders) for n in range(1, 5)]
    found = ask(*(sorted(visit) for visit in visits))
    assert [step.expected for step in found.curve] == pytest.approx(by_trying)


def test_chao2_is_that_of_vegan() -> None:
    """vegan's `specpool(BCI)`: 225 species in 50 plots, 21 in one plot and 19 in two: Chao 236.3732."""
    assert chao2(225, 21, 19, 50) == pytest.approx(236.3732, abs=5e-5)
    assert chao2(3, 2, 0, 4) == pytest.approx(3 + 3 / 4 * 1)
    assert chao2(0, 0, 0, 0) is None


def test_two_observers_of_one_visit_are_one_unit() -> None:
    """Two encounters of a visit: one step of the curve; no visits: no curve."""
    assert len(ask([A], [B], visit_id=name_id("v")).curve) == 1
    assert ask().curve == []
    assert expected_curve([], 0) == []  # type: ignore[arg-type]  # a list will do


def test_a_curve_never_falls_and_ends_with_everything_seen() -> None:
    """For a hundred visits and skewed codes."""
    curve = expected_curve([1, 1, 2, 5, 40, 100], 100)  # type: ignore[arg-type]  # a list will do
    assert curve == sorted(curve)
    assert curve[-1] == pytest.approx(6)
    assert curve[0] == pytest.approx(149 / 100)
