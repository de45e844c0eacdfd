"""Tables, overlaps and points inside states, worked out by hand and against a count second by second."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skygge.core.analyses.co_occurrence import ANALYSIS, CoOccurrenceParams, CoOccurrenceResult
from skygge.core.analysis import answer, entries_behind
from tests.fixtures.paper_study import PaperStudy, actor, codebook_lines, encounter, entry, gap, name_id, study_line

HOUSE = [study_line(), *codebook_lines(), actor("P1"), actor("C1", "citizen")]


def ask(*lines: dict[str, Any], **params: Any) -> CoOccurrenceResult:
    return answer(ANALYSIS, PaperStudy([*HOUSE, *lines]), CoOccurrenceParams.model_validate(params)).result


def test_people_by_actions_with_their_margins() -> None:
    """P1 talks twice, once for 5 min of which 2 in a gap; C1 talks once; P1 does one thing that has no code."""
    found = ask(
        encounter("a", "09:00", "09:30"),
        gap("a", "09:08", "09:10"),
        entry("a", "09:01", who="P1", action="talks"),
        entry("a", "09:05", who="P1", action="talks", end="09:10"),
        entry("a", "09:11", who="C1", action="talks"),
        entry("a", "09:12", who="P1"),
        dimension="action",
    )
    cells = {(one.row, one.column): (one.n, one.in_row, one.in_column, one.seconds) for one in found.cells if one.n}
    worker, citizen = name_id("P1"), name_id("C1")
    assert cells == {
        (worker, "talks"): (2, 3, 3, 180.0),
        (citizen, "talks"): (1, 1, 3, None),
        (worker, None): (1, 3, 1, None),
    }
    assert [(one.labels.get("da"), one.n) for one in found.rows] == [("C1", 1), ("P1", 3), (None, 0)]


def test_states_overlap_once_however_many_run() -> None:
    """Talks 09:00-09:10 (twice at once), by hand 09:04-09:20, gap 09:05-09:06: together 09:04-09:10 - 1 = 5 min."""
    lines = [
        encounter("a", "09:00", "09:30"),
        gap("a", "09:05", "09:06"),
        entry("a", "09:00", who="P1", action="talks", end="09:10"),
        entry("a", "09:02", who="C1", action="talks", end="09:08"),
        entry("a", "09:04", who="P1", action="does_by_hand", end="09:20"),
        entry("a", "09:25", who="P1", action="does_by_hand", end="09:26"),
    ]
    (overlap,) = ask(*lines, dimension="action").overlaps
    assert (overlap.first, overlap.second, overlap.seconds, overlap.n) == ("talks", "does_by_hand", 300, 3)
    opened = entries_behind(
        ANALYSIS, PaperStudy([*HOUSE, *lines]), CoOccurrenceParams(dimension="action"), overlap.cell
    )
    assert [one.id for one in opened] == [line["id"] for line in lines[2:5]]


def test_points_lie_inside_a_state_from_its_start_until_before_its_end() -> None:
    """Asks at 09:04 (start), 09:10 (end), 09:06 (inside) and 09:15 (outside): two of four."""
    found = ask(
        encounter("a", "09:00", "09:30"),
        entry("a", "09:04", who="P1", action="does_by_hand", end="09:10"),
        *(entry("a", f"09:{minute}", who="P1", action="asks") for minute in ("04", "06", "10", "15")),
        dimension="action",
    )
    inside = {(one.point, one.state): (one.n, one.of) for one in found.points_inside}
    assert inside == {("asks", "does_by_hand"): (2, 4)}


minutes = st.tuples(st.integers(0, 35), st.integers(0, 35)).map(lambda pair: (min(pair), max(pair)))
drawn_states = st.lists(st.tuples(st.sampled_from(["talks", "does_by_hand", "touches"]), minutes), max_size=8)


@given(drawn_states, st.lists(minutes, max_size=3))
def test_overlaps_are_those_of_counting_minute_by_minute(drawn: list[Any], holes: list[Any]) -> None:
    """Against sets of minutes: observed, in a state of one, in a state of the other."""
    lines = [encounter("a", "09:00", "09:30"), *(gap("a", f"09:{a:02}", f"09:{b:02}") for a, b in holes)]
    lines += [entry("a", f"09:{a:02}", action=key, end=f"09:{b:02}") for key, (a, b) in drawn]
    seen = set(range(30)) - {minute for start, end in holes for minute in range(start, end)}
    of = {key: {m for own, (a, b) in drawn if own == key for m in range(a, b)} & seen for key, _ in drawn}
    for overlap in ask(*lines, dimension="action").overlaps:
        assert overlap.seconds == 60 * len(of[overlap.first] & of[overlap.second])


def test_flags_by_structure_count_under_each_flag() -> None:
    """One entry with two flags stands in two rows and once in the column."""
    found = ask(
        encounter("a", "09:00", "09:30"),
        entry("a", "09:01", structure="directing", flags=["resists", "as_if_choice"]),
        rows="flag",
    )
    cells = {(one.row, one.column): one.n for one in found.cells if one.n}
    assert cells == {("resists", "directing"): 1, ("as_if_choice", "directing"): 1}
    assert next(one.n for one in found.columns if one.key == "directing") == 1
    assert found.cells[0].seconds is None


def test_nothing_is_an_answer() -> None:
    """No entries: zeros and empty lists."""
    found = ask()
    assert (found.overlaps, found.points_inside) == ([], [])
    assert sum(one.n for one in found.cells) == 0
    assert pytest.approx(0) == sum(one.n for one in found.rows)
