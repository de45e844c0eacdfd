"""Intervals worked out by hand: ends, cuts, lanes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skygge.core.analyses.timeline import ANALYSIS, TimelineInterval, TimelineParams, TimelineResult
from skygge.core.analysis import Answer, answer, entries_behind
from tests.fixtures.paper_study import PaperStudy, actor, at, codebook_lines, encounter, entry, gap, name_id, study_line

HOUSE = [study_line(), *codebook_lines(), actor("P1"), actor("C1", "citizen")]


def ask(*lines: dict[str, Any], **params: Any) -> Answer[TimelineResult]:
    return answer(ANALYSIS, PaperStudy([*HOUSE, *lines]), TimelineParams.model_validate(params))


def only(found: Answer[TimelineResult], entry_id: str) -> TimelineInterval:
    intervals = [one for visit in found.result.encounters for lane in visit.lanes for one in lane.intervals]
    return next(one for one in intervals if one.entry_id == entry_id)


def test_a_state_that_nobody_ended_lasts_until_the_next_onset_of_its_set() -> None:
    """Doing for from 09:05, directing at 09:12: 7 minutes, inferred. The action at 09:08 excludes nothing."""
    open_state = entry("a", "09:05", kind="state", structure="doing_for")
    found = ask(
        encounter("a", "09:00", "09:30"),
        open_state,
        entry("a", "09:08", who="P1", action="talks"),
        entry("a", "09:12", who="C1", structure="directing"),
        lanes="structure",
    )
    interval = only(found, open_state["id"])
    assert (interval.start_s, interval.end_s, interval.is_inferred) == (300, 720, True)


def test_an_onset_that_was_filtered_away_still_ends_a_state() -> None:
    """Looking at P1 only does not make P1's state longer."""
    open_state = entry("a", "09:05", kind="state", structure="doing_for", who="P1")
    found = ask(
        encounter("a", "09:00", "09:30"),
        open_state,
        entry("a", "09:12", who="C1", structure="directing"),
        lanes="structure",
        actor=[name_id("P1")],
    )
    assert only(found, open_state["id"]).end_s == 720


@pytest.mark.parametrize("lanes", ["actor", "action", "structure"])
def test_the_end_of_a_state_does_not_depend_on_the_lanes_shown(lanes: str) -> None:
    """Talking and directing at 09:05: the next structure at 09:12 ends it, in whatever lanes one looks."""
    open_state = entry("a", "09:05", kind="state", action="talks", structure="directing", who="P1")
    found = ask(
        encounter("a", "09:00", "09:30"),
        open_state,
        entry("a", "09:12", action="does_by_hand", structure="doing_for", who="P1"),
        lanes=lanes,
    )
    assert (only(found, open_state["id"]).end_s, only(found, open_state["id"]).is_inferred) == (720, True)


def test_an_open_state_that_the_filter_cuts_says_so() -> None:
    """Nobody ended it; it lasts until 09:30 and is looked at until 09:15."""
    state = entry("a", "09:05", kind="state", action="talks", who="P1")
    found = ask(encounter("a", "09:00", "09:30"), state, to=at("09:15"))
    interval = only(found, state["id"])
    assert (interval.is_inferred, interval.is_truncated, interval.observed_seconds) == (True, True, 600)


def test_without_a_next_onset_it_lasts_until_the_end() -> None:
    """An action excludes nothing: until 09:30, inferred; and until the last entry where the end is unknown."""
    first = entry("a", "09:05", kind="state", action="talks", who="P1")
    second = entry("b", "10:05", kind="state", action="talks", who="P1")
    found = ask(
        encounter("a", "09:00", "09:30"), first, encounter("b", "10:00", None), second, entry("b", "10:20", who="P1")
    )
    assert only(found, first["id"]).end_s == 1800
    assert only(found, second["id"]).end_s == 1200
    assert [visit.is_end_known for visit in found.result.encounters] == [True, False]


def test_a_state_across_a_gap_is_cut_and_says_so() -> None:
    """09:05–09:20 with 09:10–09:15 off record: two pieces of 5 minutes, truncated."""
    state = entry("a", "09:05", action="does_by_hand", who="P1", end="09:20")
    found = ask(encounter("a", "09:00", "09:30"), gap("a", "09:10", "09:15"), state)
    interval = only(found, state["id"])
    assert [(piece.start_s, piece.end_s) for piece in interval.pieces] == [(300, 600), (900, 1200)]
    assert (interval.observed_seconds, interval.is_truncated, interval.is_inferred) == (600, True, False)
    assert [(one.kind, one.start_s, one.end_s) for one in found.result.encounters[0].gaps] == [("off_record", 600, 900)]
    assert found.result.encounters[0].observed_seconds == 1500


def test_an_edge_of_the_filter_cuts_too_and_seconds_still_count_from_the_start() -> None:
    """From 09:10 on: the state that began at 09:12 keeps its second 720; the cut at 09:15 shortens it."""
    state = entry("a", "09:12", action="does_by_hand", who="P1", end="09:20")
    found = ask(encounter("a", "09:00", "09:30"), state, **{"from": at("09:10"), "to": at("09:15")})
    interval = only(found, state["id"])
    assert (interval.start_s, interval.observed_seconds, interval.is_truncated) == (720, 180, True)


def test_points_have_no_duration_and_zero_states_have_one_of_zero() -> None:
    """A point ends nowhere; a state that started and ended at once lasts zero seconds and is not cut."""
    point = entry("a", "09:05", who="P1")
    zero = entry("a", "09:06", who="P1", end="09:06")
    found = ask(encounter("a", "09:00", "09:30"), point, zero)
    assert only(found, point["id"]).end_s is None
    assert (only(found, zero["id"]).end_s, only(found, zero["id"]).is_truncated) == (360, False)


def test_moments_are_called_moments() -> None:
    """A structure lane over points says that the structures are moments."""
    found = ask(encounter("a", "09:00", "09:30"), entry("a", "09:05", structure="directing"), lanes="structure")
    assert [warning.code for warning in found.warnings] == ["structures.are_moments"]


def test_lanes_carry_labels_and_uncoded_comes_last() -> None:
    """Actors by label, then entries of nobody."""
    found = ask(
        encounter("a", "09:00", "09:30"),
        entry("a", "09:01"),
        entry("a", "09:02", who="P1"),
        entry("a", "09:03", who="C1"),
    )
    assert [lane.labels.get("en") for lane in found.result.encounters[0].lanes] == ["C1", "P1", None]


minutes = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda pair: (min(pair), max(pair)))
states = st.lists(st.tuples(minutes, st.booleans(), st.sampled_from(["directing", "doing_for", None])), max_size=8)


def build(drawn: list[Any]) -> list[dict[str, Any]]:
    return [
        entry("a", f"09:{start:02}", kind="state", end=None if is_open else f"09:{end:02}", structure=key)
        for (start, end), is_open, key in drawn
    ]


@given(states, st.lists(minutes, max_size=4), minutes)
def test_a_further_gap_never_lengthens_anything(drawn: list[Any], gaps: list[Any], further: tuple[int, int]) -> None:
    """Observed seconds of the encounter and of every interval stay or shrink."""
    lines = [encounter("a", "09:00", "09:30"), *build(drawn)]
    holes = [gap("a", f"09:{start:02}", f"09:{end:02}") for start, end in gaps]
    more = [*holes, gap("a", f"09:{further[0]:02}", f"09:{further[1]:02}", "struck")]
    before, after = ask(*lines, *holes), ask(*lines, *more)
    assert after.basis.observed_seconds <= before.basis.observed_seconds
    assert all(
        only(after, line["id"]).observed_seconds <= only(before, line["id"]).observed_seconds for line in lines[1:]
    )


@given(states, st.sampled_from(["actor", "structure", "action"]))
def test_every_lane_opens_its_entries(drawn: list[Any], lanes: str) -> None:
    """n of a lane = the list behind it = its intervals; together they are all entries."""
    lines = [*HOUSE, encounter("a", "09:00", "09:30"), *build(drawn)]
    paper, params = PaperStudy(lines), TimelineParams.model_validate({"lanes": lanes})
    found = answer(ANALYSIS, paper, params)
    opened = []
    for lane in found.result.encounters[0].lanes:
        behind = [seen.id for seen in entries_behind(ANALYSIS, paper, params, lane.cell)]
        assert sorted(behind) == sorted(one.entry_id for one in lane.intervals)
        assert lane.n == len(behind)
        opened += behind
    assert sorted(opened) == sorted(line["id"] for line in lines if line["type"] == "entry")


def test_those_who_saw_one_visit_follow_each_other_with_what_lies_between_their_starts() -> None:
    """At 09:00 and 09:04 the same visit, at 09:02 another one: that one comes after both, and begins by itself."""
    together = {"visit_id": name_id("one visit"), "observer": "observer-2"}
    found = ask(
        encounter("a", "09:00", "09:30", visit_id=name_id("one visit")),
        encounter("other", "09:02", "09:20"),
        encounter("b", "09:04", "09:30", **together),
    )
    told = [(one.encounter_id, one.visit_offset_s) for one in found.result.encounters]
    assert told == [(name_id("a"), 0), (name_id("b"), 240), (name_id("other"), 0)]
