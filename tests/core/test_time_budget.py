"""Budgets worked out by hand; exclusive ones sum to the observed time whatever happens."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skygge.core.analyses.time_budget import ANALYSIS, TimeBudget, TimeBudgetParams, TimeBudgetRow
from skygge.core.analysis import Answer, answer, entries_behind
from tests.fixtures.paper_study import PaperStudy, actor, at, codebook_lines, encounter, entry, gap, name_id, study_line

HOUSE = [study_line(), *codebook_lines(), actor("P1"), actor("C1", "citizen")]


def ask(*lines: dict[str, Any], **params: Any) -> Answer[Any]:
    return answer(ANALYSIS, PaperStudy([*HOUSE, *lines]), TimeBudgetParams.model_validate(params))


def whole(found: Answer[Any]) -> TimeBudget:
    budget = found.result.budgets[0]
    assert isinstance(budget, TimeBudget)
    return budget


def row(budget: TimeBudget, key: str) -> TimeBudgetRow:
    return next(one for one in budget.rows if one.key == key)


def test_bouts_their_mean_and_what_cuts_them() -> None:
    """By hand: 4, 8 and (cut by a gap) 10 - 5 = 5 min in 30 - 5 = 25 min: 17 min = 68 %; mean 6, SD 2.828 of two."""
    lines = [
        encounter("a", "09:00", "09:30"),
        gap("a", "09:20", "09:25"),
        entry("a", "09:00", action="talks", who="P1", end="09:04"),
        entry("a", "09:06", action="talks", who="P1", end="09:14"),
        entry("a", "09:18", action="talks", who="P1", end="09:28"),
        entry("a", "09:29", action="talks", who="P1"),
        encounter("open", "12:00", None),
        entry("open", "12:00", action="talks", who="P1", end="12:10"),
    ]
    budget = whole(ask(*lines, dimension="action"))
    talks = row(budget, "talks")
    assert (talks.n, talks.n_points, talks.n_truncated) == (3, 1, 1)
    assert (talks.seconds, talks.share) == (1020, 1020 / 1500)
    assert (talks.durations.n, talks.durations.mean_s) == (2, 360)
    assert talks.durations.sd_s == pytest.approx(169.7056, abs=1e-3)
    assert (budget.observed_seconds, budget.uncoded_seconds) == (1500, 480)
    everything = row(whole(ask(*lines, dimension="action", bouts="all")), "talks").durations
    assert (everything.n, everything.mean_s) == (3, 340)


def test_intervals_run_from_end_to_onset_and_cross_no_gap() -> None:
    """Ends 09:04, onset 09:06: 2 min; ends 09:14, onset 09:18: 4; ends 09:28, point 09:29: 1; point to point 3."""
    lines = [
        encounter("a", "09:00", "09:40"),
        gap("a", "09:20", "09:25"),
        entry("a", "09:00", action="talks", who="P1", end="09:04"),
        entry("a", "09:03", action="talks", who="C1", end="09:05"),
        entry("a", "09:06", action="talks", who="P1", end="09:14"),
        entry("a", "09:18", action="talks", who="P1", end="09:20"),
        entry("a", "09:26", action="talks", who="P1", end="09:28"),
        entry("a", "09:29", action="talks", who="P1"),
        entry("a", "09:32", action="talks", who="P1"),
    ]
    talks = row(whole(ask(*lines, dimension="action")), "talks").intervals
    assert (talks.n, talks.mean_s) == (4, 150)
    params = TimeBudgetParams(dimension="action")
    opened = entries_behind(ANALYSIS, PaperStudy([*HOUSE, *lines]), params, talks.cell)
    assert [one.id for one in opened] == [lines[place]["id"] for place in (4, 5, 7, 8)]


def test_two_people_talking_at_once_fill_the_time_once() -> None:
    """P1 09:00-09:10, C1 09:05-09:15: together 15 min; each alone 10, over the time they were there."""
    late = [{"actor_id": name_id("C1"), "from": at("09:05"), "to": at("09:25")}]
    lines = [
        encounter("a", "09:00", "09:30", presence=late),
        entry("a", "09:00", action="talks", who="P1", end="09:10"),
        entry("a", "09:05", action="talks", who="C1", end="09:15"),
    ]
    found = ask(*lines, dimension="action", by="actor")
    together, citizen, worker = found.result.budgets
    assert row(together, "talks").seconds == 900
    assert (row(citizen, "talks").seconds, row(citizen, "talks").share) == (600, 600 / 1200)
    assert (row(worker, "talks").seconds, row(worker, "talks").share) == (600, 600 / 1800)


def test_an_exclusive_set_sums_to_the_whole_with_what_is_uncoded() -> None:
    """Doing for 09:05, open, until directing 09:12-09:20, on which doing with begins at 09:18 and lasts until 09:25."""
    budget = whole(
        ask(
            encounter("a", "09:00", "09:30"),
            entry("a", "09:05", kind="state", structure="doing_for"),
            entry("a", "09:12", structure="directing", end="09:20"),
            entry("a", "09:18", structure="doing_with", end="09:25"),
        )
    )
    assert budget.is_exclusive
    assert [row(budget, key).seconds for key in ("doing_for", "directing", "doing_with")] == [420, 360, 420]
    assert row(budget, "doing_for").n_inferred == 1
    assert (budget.uncoded_seconds, budget.uncoded_share) == (600, 600 / 1800)


def test_moments_have_no_duration_and_the_answer_says_so() -> None:
    """Points only: null seconds and a warning, not zero."""
    found = ask(encounter("a", "09:00", "09:30"), entry("a", "09:05", structure="directing"))
    assert row(whole(found), "directing").seconds is None
    assert row(whole(found), "directing").share is None
    assert [warning.code for warning in found.warnings] == ["structures.are_moments"]


def test_the_spread_of_one_bout_is_unknown() -> None:
    """One bout of 5 min: a mean, no SD; no bout of another code: neither."""
    budget = whole(ask(encounter("a", "09:00", "09:30"), entry("a", "09:05", structure="directing", end="09:10")))
    assert row(budget, "directing").durations.model_dump() == {"n": 1, "mean_s": 300, "sd_s": None}
    assert row(budget, "unclear").durations.model_dump() == {"n": 0, "mean_s": None, "sd_s": None}
    assert row(budget, "unclear").seconds == 0


minutes = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda pair: (min(pair), max(pair)))
states = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),
        minutes,
        st.booleans(),
        st.sampled_from(["directing", "doing_for", "leaving_be", None]),
        st.sampled_from(["P1", "C1", None]),
    ),
    max_size=12,
)
gaps = st.lists(st.tuples(st.sampled_from(["a", "b"]), minutes), max_size=4)


def build(drawn: list[Any], holes: list[Any]) -> list[dict[str, Any]]:
    lines = [encounter(name, "09:00", "09:30", agency=agency) for name, agency in (("a", "N"), ("b", "S"))]
    lines += [gap(name, f"09:{start:02}", f"09:{end:02}") for name, (start, end) in holes]
    return lines + [
        entry(name, f"09:{start:02}", kind="state", end=None if is_open else f"09:{end:02}", structure=key, who=who)
        for name, (start, end), is_open, key, who in drawn
    ]


@given(states, gaps, st.sampled_from([None, "agency"]))
def test_exclusive_budgets_sum_to_observed_time(drawn: list[Any], holes: list[Any], by: str | None) -> None:
    """All codes and what is uncoded: exactly the observed seconds, in every budget; nothing is negative."""
    for budget in ask(*build(drawn, holes), by=by).result.budgets:
        if budget.is_exclusive:
            parts = [one.seconds for one in budget.rows if one.seconds is not None]
            assert sum(parts) + budget.uncoded_seconds == pytest.approx(budget.observed_seconds, abs=1e-6)
            assert min([*parts, budget.uncoded_seconds]) >= 0


@given(states, gaps, st.tuples(st.sampled_from(["a", "b"]), minutes))
def test_a_further_pause_lengthens_nothing(drawn: list[Any], holes: list[Any], further: Any) -> None:
    """Seconds and observed time stay or shrink."""
    lines = build(drawn, holes)
    name, (start, end) = further
    before = whole(ask(*lines))
    after = whole(ask(*lines, gap(name, f"09:{start:02}", f"09:{end:02}", "struck", id=name_id("further"))))
    assert after.observed_seconds <= before.observed_seconds
    for first, second in zip(before.rows, after.rows, strict=True):
        assert (second.seconds or 0) <= (first.seconds or 0)


@given(states, gaps, st.randoms(use_true_random=False))
def test_the_order_of_lines_changes_nothing(drawn: list[Any], holes: list[Any], chance: random.Random) -> None:
    """Shuffled encounters, gaps and entries: the same budget."""
    lines = build(drawn, holes)
    assert ask(*lines).result == ask(*chance.sample(lines, len(lines))).result
