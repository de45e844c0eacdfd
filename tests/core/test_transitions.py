"""Steps worked out by hand: what breaks a chain, what has no order, what cannot follow itself."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skygge.core.analyses import passages, transitions
from skygge.core.analysis import Answer, answer, entries_behind
from tests.fixtures.paper_study import PaperStudy, actor, codebook_lines, encounter, entry, gap, name_id, study_line

HOUSE = [study_line(), *codebook_lines(), actor("P1"), actor("C1", "citizen")]
A, B, C = "directing", "doing_for", "doing_with"


def ask(*lines: dict[str, Any], **params: Any) -> Answer[Any]:
    made = transitions.TransitionsParams.model_validate(params)
    return answer(transitions.ANALYSIS, PaperStudy([*HOUSE, *lines]), made)


def steps(found: Answer[Any]) -> dict[tuple[str, str], int]:
    return {(cell.before, cell.after): cell.n for cell in found.result.cells if cell.n}


def stream(name: str, *codes: str | None, hour: int = 9) -> list[dict[str, Any]]:
    """An encounter with one coded entry a minute."""
    begin, end = f"{hour:02}:00", f"{hour:02}:59"
    coded = [entry(name, f"{hour:02}:{minute:02}", structure=code) for minute, code in enumerate(codes, 1)]
    return [encounter(name, begin, end), *coded]


def test_steps_and_their_shares() -> None:
    """A A B A B | B C: A is left three times, to A once and to B twice; nothing runs from one encounter to the next."""
    found = ask(*stream("a", A, A, B, A, B), *stream("b", B, C, hour=10))
    assert steps(found) == {(A, A): 1, (A, B): 2, (B, A): 1, (B, C): 1}
    cell = next(one for one in found.result.cells if (one.before, one.after) == (A, B))
    assert (cell.n, cell.of, cell.n_visits, cell.share) == (2, 3, 1, pytest.approx(2 / 3))
    assert next(one for one in found.result.cells if one.before == C).share is None
    assert found.result.n_steps == 5


def test_an_uncoded_entry_breaks_the_chain_or_is_passed_over() -> None:
    """A - B: no step; with skip A then B. None of these is a code."""
    lines = stream("a", A, None, B, "none_of_these")
    assert steps(ask(*lines)) == {(B, "none_of_these"): 1}
    assert steps(ask(*lines, uncoded="skip")) == {(A, B): 1, (B, "none_of_these"): 1}


def test_a_code_that_was_not_asked_for_is_no_bridge() -> None:
    """A C B, looked at for A and B only: A and B are not neighbours, unless what is not coded so is passed over."""
    lines = stream("a", A, C, B)
    assert steps(ask(*lines, structure=[A, B])) == {}
    assert steps(ask(*lines, structure=[A, B], uncoded="skip")) == {(A, B): 1}


def test_nothing_crosses_a_gap() -> None:
    """A, gap, B: no step. An entry inside the gap is part of no chain."""
    lines = [encounter("a", "09:00", "09:59"), gap("a", "09:05", "09:10")]
    lines += [entry("a", f"09:{minute:02}", structure=code) for minute, code in ((1, A), (4, B), (7, C), (11, A))]
    assert steps(ask(*lines)) == {(A, B): 1}


def test_what_has_no_order_takes_part_in_no_step() -> None:
    """B and C in one moment: who followed A nobody knows; reported with the entries."""
    lines = [encounter("a", "09:00", "09:59")]
    lines += [
        entry("a", f"09:{minute:02}", structure=code) for minute, code in ((1, A), (2, B), (2, C), (3, A), (4, B))
    ]
    found = ask(*lines)
    assert steps(found) == {(A, B): 1}
    assert found.result.ties.n == 2
    assert {warning.code: warning.n for warning in found.warnings} == {"order.ties_left_out": 2}


def test_recalled_entries_whose_precisions_overlap_have_no_order() -> None:
    """09:05 give or take two minutes, a tap at 09:06: no order. 09:20 give or take one and 09:30: in order."""
    lines = [
        encounter("a", "09:00", "09:59"),
        entry("a", "09:05", structure=A, taken="recalled", precision_s=120),
        entry("a", "09:06", structure=B),
        entry("a", "09:20", structure=A, taken="recalled", precision_s=60),
        entry("a", "09:30", structure=C),
    ]
    found = ask(*lines)
    assert steps(found) == {(A, C): 1}
    assert found.result.ties.n == 2


def test_repeats_are_kept_merged_or_forbidden() -> None:
    """A A B B A: kept four steps; merged two and no cell for repeats; forbidden the same, with a warning of two."""
    lines = stream("a", A, A, B, B, A)
    assert steps(ask(*lines)) == {(A, A): 1, (A, B): 1, (B, B): 1, (B, A): 1}
    for way in ("merge", "forbid"):
        found = ask(*lines, self_transitions=way)
        assert steps(found) == {(A, B): 1, (B, A): 1}
        assert all(cell.before != cell.after for cell in found.result.cells)
        assert [warning.n for warning in found.warnings if warning.code == "repeats.left_out"] == (
            [2] if way == "forbid" else []
        )


def test_one_person_is_a_stream_of_their_own_when_asked_for() -> None:
    """P1 A, C1 B, P1 C: two steps in the encounter, one for P1."""
    lines = [encounter("a", "09:00", "09:59")]
    people = ((1, A, "P1"), (2, B, "C1"), (3, C, "P1"))
    lines += [entry("a", f"09:{minute:02}", structure=code, who=who) for minute, code, who in people]
    assert steps(ask(*lines)) == {(A, B): 1, (B, C): 1}
    assert steps(ask(*lines, stream="actor")) == {(A, C): 1}
    assert steps(ask(*lines, actor=[name_id("P1")])) == {(A, C): 1}


def test_carried_structures_are_passed_over_until_asked_for() -> None:
    """A (C carried) B: A then B; with carried ones two steps."""
    lines = [encounter("a", "09:00", "09:59"), entry("a", "09:01", structure=A)]
    lines += [entry("a", "09:02", structure=C, structure_origin="carried"), entry("a", "09:03", structure=B)]
    assert steps(ask(*lines)) == {(A, B): 1}
    assert steps(ask(*lines, origin=["explicit", "carried"])) == {(A, C): 1, (C, B): 1}


def test_moves_per_hour_spent_in_a_state() -> None:
    """A twice, 12 and 18 min; B followed once: 1 / 0.5 h = 2 an hour. Out of moments there is no rate."""
    lines = [
        encounter("a", "09:00", "09:59"),
        entry("a", "09:00", structure=A, end="09:12"),
        entry("a", "09:12", structure=B),
        entry("a", "09:20", structure=A, end="09:38"),
    ]
    cells = {(one.before, one.after): one.per_hour for one in ask(*lines).result.cells}
    assert cells[A, B] == pytest.approx(2)
    assert cells[B, A] is None


def test_pairs_of_flags_are_steps_each() -> None:
    """{r, a} then {r}: r to r and a to r; the margin counts entries, not pairs."""
    lines = [
        encounter("a", "09:00", "09:59"),
        entry("a", "09:01", flags=["resists", "as_if_choice"]),
        entry("a", "09:02", flags=["resists"]),
    ]
    found = ask(*lines, dimension="flag")
    assert steps(found) == {("as_if_choice", "resists"): 1, ("resists", "resists"): 1}
    assert next(code for code in found.result.codes if code.key == "resists").reached.n == 1


def test_the_matrix_is_that_of_pandas() -> None:
    """Three streams against pandas.crosstab of each code with the next in its stream."""
    chance = random.Random(7)
    streams = {f"e{hour}": [chance.choice([A, B, C]) for _ in range(30)] for hour in (9, 10, 11)}
    lines = [line for name, codes in streams.items() for line in stream(name, *codes, hour=int(name[1:]))]
    rows = pandas.DataFrame([(name, code) for name, codes in streams.items() for code in codes], columns=["e", "code"])
    rows["next"] = rows.groupby("e")["code"].shift(-1)
    theirs = pandas.crosstab(rows["code"], rows["next"])
    assert steps(ask(*lines)) == {
        (before, after): int(theirs.loc[before, after]) for before in (A, B, C) for after in (A, B, C)
    }


codes = st.lists(st.sampled_from([A, B, C, None]), max_size=12)


@given(st.lists(codes, min_size=1, max_size=4), st.sampled_from(["break", "skip"]))
def test_merging_repeats_raises_no_count_and_shares_sum_to_one(drawn: list[Any], uncoded: str) -> None:
    """Every count merged ≤ kept; the shares out of a code that anything followed sum to 1."""
    lines = [line for place, own in enumerate(drawn) for line in stream(f"e{place}", *own, hour=9 + place)]
    kept, merged = ask(*lines, uncoded=uncoded), ask(*lines, uncoded=uncoded, self_transitions="merge")
    plain = steps(kept)
    assert all(n <= plain[pair] for pair, n in steps(merged).items())
    for code in kept.result.codes:
        shares = [cell.share for cell in kept.result.cells if cell.before == code.key]
        assert sum(share for share in shares if share is not None) == (pytest.approx(1) if code.left.n else 0)


@given(st.lists(codes, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_every_passage_is_a_step_of_the_matrix(drawn: list[Any], chance: random.Random) -> None:
    """Passages from i to j = the cell i, j; the cells open what they count; shuffled lines change nothing."""
    lines = [line for place, own in enumerate(drawn) for line in stream(f"e{place}", *own, hour=9 + place)]
    found = ask(*chance.sample(lines, len(lines)))
    assert found.result == ask(*lines).result
    paper, params = PaperStudy([*HOUSE, *lines]), passages.PassagesParams()
    read = answer(passages.ANALYSIS, paper, params).result
    turns = {(pair.before, pair.after): pair.n for pair in read.pairs}
    assert turns == {pair: n for pair, n in steps(found).items() if pair[0] != pair[1]}
    plain = [(one, two) for own in drawn for one, two in pairwise(own) if one and two and one != two]
    assert [(one.before, one.after) for one in read.passages] == plain
    for passage in read.passages:
        opened = entries_behind(passages.ANALYSIS, paper, params, passage.cell)
        assert [one.id for one in opened] == [one.entry_id for one in passage.entries]
        assert passage.n == len(opened) == 2


def test_a_passage_shows_what_stands_between_and_only_the_pair_asked_for() -> None:
    """A, words, B, C with skip: the passage A to B holds three entries, the middle one is no turn."""
    lines = [encounter("a", "09:00", "09:59")]
    lines += [entry("a", "09:01", structure=A, who="P1"), entry("a", "09:02", kind="note", jotting="vent lidt")]
    lines += [entry("a", "09:03", structure=B), entry("a", "09:04", structure=C)]
    params = passages.PassagesParams(uncoded="skip", before=[A])
    read = answer(passages.ANALYSIS, PaperStudy([*HOUSE, *lines]), params).result
    (passage,) = read.passages
    assert (passage.n, read.n_passages) == (3, 1)
    assert [(one.jotting, one.is_turn) for one in passage.entries] == [(None, True), ("vent lidt", False), (None, True)]
    assert passage.entries[0].start_s == 60
