"""Measures of whole encounters by hand and by trying everything."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skygge.core.analyses.sequences import ANALYSIS, SequencesParams, count_subsequences, match_optimally
from skygge.core.analysis import answer
from tests.fixtures.paper_study import PaperStudy, codebook_lines, encounter, entry, study_line

A, B, C = "directing", "doing_for", "doing_with"


def ask(*streams: list[str | None], **params: Any) -> Any:
    lines = [study_line(), *codebook_lines()]
    for hour, codes in enumerate(streams, 9):
        lines.append(encounter(f"e{hour}", f"{hour:02}:00", f"{hour:02}:59"))
        lines += [entry(f"e{hour}", f"{hour:02}:{minute:02}", structure=code) for minute, code in enumerate(codes, 1)]
    return answer(ANALYSIS, PaperStudy(lines), SequencesParams.model_validate(params)).result


def test_one_encounter_by_hand() -> None:
    """A A B C: p = 1/2, 1/4, 1/4 over six codes; two changes in three; bouts 2, 1, 1 with 8 subsequences."""
    (one,) = ask([A, A, B, C]).sequences
    disorder = 1.5 * math.log(2) / math.log(6)
    assert (one.n, one.bouts) == (4, [A, B, C])
    assert one.entropy == pytest.approx(disorder)
    assert one.complexity == pytest.approx(math.sqrt(2 / 3 * disorder))
    most, variance = 2 * (1 - 4 / 3) ** 2, 2 / 9
    assert one.turbulence == pytest.approx(math.log2(8 * (most + 1) / (variance + 1)))


def test_what_has_no_codes_has_no_measures() -> None:
    """An encounter of nothing: null; one entry: no complexity. An uncoded entry cuts a bout unless passed over."""
    nothing, single = ask([None], [A]).sequences
    assert (nothing.n, nothing.entropy, nothing.turbulence, nothing.complexity) == (0, None, None, None)
    assert (single.entropy, single.turbulence, single.complexity) == (0, 1, None)
    assert ask([A, None, A]).sequences[0].bouts == [A, A]
    assert ask([A, None, A], uncoded="skip").sequences[0].bouts == [A]


def test_an_encounter_whose_clock_was_set_back_is_no_sequence() -> None:
    """Neither measured nor compared with others."""
    lines = [study_line(), *codebook_lines(), encounter("a", "09:00", "09:59"), encounter("b", "10:00", "10:59")]
    study = PaperStudy([*lines, *(entry(key, f"{hour}:05", structure=A) for key, hour in (("a", "09"), ("b", "10")))])
    study.fell = {lines[-1]["id"]: 720_000}
    (one,) = answer(ANALYSIS, study, SequencesParams()).result.sequences
    assert one.encounter_id == lines[-2]["id"]


short = st.lists(st.integers(0, 2), max_size=7)


def list_all(codes: list[int]) -> set[tuple[int, ...]]:
    """Every subsequence, by every choice of places."""
    places = range(len(codes))
    return {tuple(codes[place] for place in own) for n in range(len(codes) + 1) for own in combinations(places, n)}


@given(short)
def test_subsequences_are_those_one_can_list(codes: list[int]) -> None:
    """Against every choice of places."""
    assert count_subsequences(codes) == len(list_all(codes))


@given(short, short)
def test_with_constant_costs_the_distance_is_what_is_not_shared(one: list[int], other: list[int]) -> None:
    """|x| + |y| - 2 · the longest common subsequence, found by listing all; and the same from the other side."""
    costs = 2.0 * (1 - np.eye(3))
    longest = max(len(shared) for shared in list_all(one) & list_all(other))
    assert match_optimally(one, other, costs) == len(one) + len(other) - 2 * longest
    assert match_optimally(other, one, costs) == match_optimally(one, other, costs)


def test_distances_are_given_when_asked_for() -> None:
    """A B against A C: one exchange of 2, or 2 less how often B and C turn into each other (never here)."""
    assert ask([A, B], [A, C]).distances == []
    for way in ("constant", "transitions"):
        assert ask([A, B], [A, C], substitution=way).distances == [[0, 2], [2, 0]]
    assert ask([A, B], [B, A], [A], substitution="transitions").distances[0][2] == 1
