"""Counts worked out by hand, and the entries behind each."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skygge.core.analyses.frequencies import ANALYSIS, FrequenciesParams, FrequenciesResult
from skygge.core.analysis import Answer, CellUnknown, answer, entries_behind
from skygge.core.streams import read_observed
from tests.fixtures.paper_study import PaperStudy, actor, codebook_lines, encounter, entry, name_id, study_line

HAND = [
    study_line(),
    *codebook_lines(),
    actor("P1"),
    actor("C1", "citizen"),
    encounter("a", "09:00", "09:30", visit_id=name_id("v")),
    encounter("b", "09:00", "09:30", visit_id=name_id("v"), observer="observer-2"),
    encounter("c", "10:00", None, agency="South"),
    encounter("car", "09:30", "09:40", kind="between"),
    entry("a", "09:01", who="P1", to="C1", action="tells", structure="directing", flags=["as_if_choice", "resists"]),
    entry("a", "09:05", who="P1", action="does_by_hand", structure="directing", end="09:20"),
    entry("a", "09:06", who="C1", structure="directing", structure_origin="carried", flags=["resists"]),
    entry("a", "09:07", who="C1"),
    entry("b", "09:01", who="P1", structure="directing"),
    entry("b", "09:09", who="C1", structure="none_of_these"),
    entry("c", "10:05", structure="doing_with", structure_origin="later"),
    entry("c", "10:06", kind="note", jotting="vent lidt"),
    entry("car", "09:31", who="P1", structure="leaving_be"),
]


def ask(**params: Any) -> Answer[FrequenciesResult]:
    return answer(ANALYSIS, PaperStudy(HAND), FrequenciesParams.model_validate(params))


def counts(found: Answer[FrequenciesResult]) -> dict[str | None, tuple[int, int, int]]:
    return {row.key: (row.n, row.n_encounters, row.n_visits) for row in found.result.rows if row.n}


def test_structures_are_counted_where_they_were_given_explicitly() -> None:
    """Directing: two in a, one in b = 3 in 2 encounters of 1 visit; the carried and the later one are left out."""
    found = ask()
    assert counts(found) == {"directing": (3, 2, 1), "none_of_these": (1, 1, 1), None: (2, 2, 2)}
    assert found.params["origin"] == ["explicit"]
    assert found.basis.model_dump() == {
        "n_entries": 6, "n_encounters": 3, "n_visits": 2, "n_left_out": 1, "observed_seconds": 3600.0,
        "times_corrected": 0, "codebook_versions": [1],
    }  # fmt: skip
    assert {warning.code: warning.n for warning in found.warnings} == {
        "encounters.end_unknown": 1,
        "tags.other_origin_left_out": 2,
    }


def test_other_ways_of_giving_a_structure_count_when_asked_for() -> None:
    """With carried ones: four times directing."""
    assert counts(ask(origin=["explicit", "carried"]))["directing"] == (4, 2, 1)


def test_a_code_that_nobody_used_is_a_row_with_zero() -> None:
    """Absence is said, not left out; None of these and Unclear stand with the rest, uncoded comes last."""
    rows = ask().result.rows
    assert [row.key for row in rows] == [
        "directing", "doing_for", "doing_with", "leaving_be", "none_of_these", "unclear", None,
    ]  # fmt: skip
    assert rows[1].n == 0
    assert rows[0].labels == {"en": "Directing", "da": "Styre"}


def test_an_entry_with_two_flags_counts_under_both() -> None:
    """Resists twice, as-if choice once, and a warning that flags may add up to more than the entries."""
    found = ask(dimension="flag")
    assert {key: n for key, (n, _, _) in counts(found).items()} == {"as_if_choice": 1, "resists": 2, None: 6}
    assert [warning.code for warning in found.warnings] == ["encounters.end_unknown", "flags.several_on_one_entry"]


def test_counts_split_by_actor_add_up_to_the_row() -> None:
    """Directing by hand: P1 three times; C1's carried one is not counted."""
    row = ask(by="actor").result.rows[0]
    assert [(cell.label, cell.n) for cell in row.columns] == [("C1", 0), ("P1", 3), (None, 0)]


def test_actors_are_counted_by_label() -> None:
    """C1 three times, P1 three times, nobody twice."""
    found = ask(dimension="actor")
    assert [(row.labels.get("da"), row.n) for row in found.result.rows] == [("C1", 3), ("P1", 3), (None, 2)]


def test_an_empty_study_is_an_answer_with_a_warning() -> None:
    """Nothing at all: zeros and a warning, no error."""
    found = answer(ANALYSIS, PaperStudy([study_line()]), FrequenciesParams())
    assert [(row.key, row.n) for row in found.result.rows] == [(None, 0)]
    assert [warning.code for warning in found.warnings] == ["entries.none"]


def test_a_cell_that_is_not_there_is_refused() -> None:
    """Not an empty list: the token belongs to another question."""
    with pytest.raises(CellUnknown):
        entries_behind(ANALYSIS, PaperStudy(HAND), FrequenciesParams(), "action:talks")


KEYS = ["directing", "doing_for", None]
drawn = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]),
        st.integers(0, 29),
        st.sampled_from(KEYS),
        st.sampled_from(["P1", "C1", None]),
        st.sampled_from([[], ["resists"], ["resists", "as_if_choice"]]),
        st.sampled_from(["explicit", "carried", "later"]),
    ),
    max_size=25,
)


def build(rows: list[Any]) -> list[dict[str, Any]]:
    return [
        entry(name, f"09:{minute:02}", structure=key, who=who, flags=flags, structure_origin=origin if key else "none")
        for name, minute, key, who, flags, origin in rows
    ]


HOUSE = [
    study_line(),
    *codebook_lines(),
    actor("P1"),
    actor("C1"),
    *(encounter(name, "09:00", "09:30", agency=agency) for name, agency in (("a", "N"), ("b", "S"), ("c", None))),
]


@given(drawn, st.sampled_from(["structure", "actor", "flag"]), st.sampled_from([None, "actor", "observer", "agency"]))
def test_every_count_is_the_number_of_entries_behind_its_cell(rows: list[Any], dimension: str, by: str | None) -> None:
    """For each cell: the count, the list behind it, and a brute-force selection are the same."""
    lines = build(rows)
    paper = PaperStudy([*HOUSE, *lines])
    params = FrequenciesParams.model_validate({"dimension": dimension, "by": by})
    found = answer(ANALYSIS, paper, params).result.rows
    observed = read_observed(paper, params.in_force())
    cells = ANALYSIS.cells(observed, params.in_force())
    opened = entries_behind(ANALYSIS, paper, params, found[0].cell)
    assert [seen.row for seen in opened] == list(cells[found[0].cell])
    for row in found:
        behind = [seen.id for seen in observed.see(cells[row.cell])]
        assert len(behind) == row.n == len(set(behind))
        assert sorted(behind) == sorted(line["id"] for line in lines if is_in(line, dimension, row.key))
        if dimension != "flag" and by is not None:
            assert sum(cell.n for cell in row.columns) == row.n
        for cell in row.columns:
            inside = [seen.id for seen in observed.see(cells[cell.cell])]
            assert len(inside) == cell.n
            meant = [
                line["id"] for line in lines if is_in(line, dimension, row.key) and column_of(line, by) == cell.key
            ]
            assert sorted(inside) == sorted(meant)


def column_of(line: dict[str, Any], by: str | None) -> str | None:
    agencies = {name_id("a"): "N", name_id("b"): "S", name_id("c"): None}
    values: dict[str | None, str | None] = {
        "actor": line["actor_id"],
        "observer": "observer-1",
        "agency": agencies[line["encounter_id"]],
    }
    return values.get(by)


def is_in(line: dict[str, Any], dimension: str, key: str | None) -> bool:
    if dimension == "structure" and line["structure"] is not None and line["structure_origin"] != "explicit":
        return False
    values = {"structure": [line["structure"]], "actor": [line["actor_id"]], "flag": line["flags"]}[dimension]
    return key in values if values and values != [None] else key is None


@given(drawn, st.randoms(use_true_random=False))
def test_the_order_of_the_encounters_changes_no_count(rows: list[Any], chance: random.Random) -> None:
    """Shuffled lines give the same answer."""
    lines = [*HOUSE, *build(rows)]
    shuffled = chance.sample(lines, len(lines))
    first, second = (answer(ANALYSIS, PaperStudy(order), FrequenciesParams()) for order in (lines, shuffled))
    assert first.result == second.result
    assert first.basis == second.basis


def test_counts_agree_with_a_plain_counter() -> None:
    """The table against a Counter over the lines of the hand-made study, visits only."""
    visits = {name_id(name) for name in ("a", "b", "c")}
    plain = Counter(line["action"] for line in HAND if line["type"] == "entry" and line["encounter_id"] in visits)
    assert {row.key: row.n for row in ask(dimension="action").result.rows if row.n} == dict(plain)
