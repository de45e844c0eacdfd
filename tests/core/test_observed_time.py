"""Observed time, worked out by hand: the denominators that everything else rests on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from skygge.core.analysis import rest_on
from skygge.core.filters import Filters
from skygge.core.streams import Gap, Observed, length, read_observed, subtract
from tests.fixtures.paper_study import PaperStudy, actor, at, encounter, entry, gap, name_id, study_line


def read(*lines: dict[str, object], **filters: object) -> Observed:
    return read_observed(PaperStudy([study_line(), *lines]), Filters.model_validate(filters))


def seconds(observed: Observed, name: str) -> float:
    return observed.stretches[name_id(name)].observed_ms / 1000


def test_gaps_are_taken_off_once_where_they_overlap() -> None:
    """30 minutes less 09:10–09:17 (two gaps that overlap) = 23 minutes."""
    observed = read(
        encounter("a", "09:00", "09:30"), gap("a", "09:10", "09:15"), gap("a", "09:12", "09:17", "not_recorded")
    )
    assert seconds(observed, "a") == 23 * 60


def test_an_open_gap_lasts_until_the_end() -> None:
    """Off record from 09:20 on and never closed: 20 minutes remain of 30."""
    assert seconds(read(encounter("a", "09:00", "09:30"), gap("a", "09:20", None)), "a") == 20 * 60


def test_an_end_that_nobody_gave_stops_at_the_last_entry_and_is_left_out() -> None:
    """The unknown end stops at 10:12; only the known encounter is in the basis."""
    observed = read(
        encounter("known", "09:00", "09:30"),
        encounter("open", "10:00", "11:00", end_origin=None),
        entry("open", "10:05", end="10:12"),
        entry("open", "10:10"),
    )
    basis = rest_on(observed)
    assert seconds(observed, "open") == 12 * 60
    assert (basis.n_encounters, basis.n_left_out, basis.observed_seconds) == (2, 1, 30 * 60)


def test_a_running_encounter_without_entries_was_not_observed_at_all() -> None:
    """No end, no entry: nothing is known to have been watched."""
    assert seconds(read(encounter("open", "10:00", None)), "open") == 0


def test_two_observers_of_one_visit_are_two_encounters_and_one_visit() -> None:
    """A car ride is an encounter and no visit."""
    observed = read(
        encounter("a", "09:00", "09:30", visit_id=name_id("v")),
        encounter("b", "09:00", "09:30", visit_id=name_id("v"), observer="observer-2"),
        encounter("car", "09:30", "09:40", kind="between", visit_id=None),
    )
    basis = rest_on(observed)
    assert (basis.n_encounters, basis.n_visits) == (3, 1)


def test_reflections_and_things_taken_back_or_merged_never_count() -> None:
    """Of five entries one is left."""
    observed = read(
        encounter("a", "09:00", "09:30"),
        encounter("gone", "09:00", "09:30", retracted=True),
        entry("a", "09:01"),
        entry("a", "09:02", kind="reflection"),
        entry("a", "09:03", retracted=True),
        entry("a", "09:04", merged_into=name_id("entry x")),
        entry("gone", "09:05"),
    )
    assert [seen.thing["started_at"] for seen in observed.entries] == [at("09:01")]
    assert list(observed.stretches) == [name_id("a")]


def test_a_merged_person_counts_as_who_remains() -> None:
    """P1b was merged into P1; asking for P1 finds both entries."""
    observed = read(
        actor("P1"),
        actor("P1b", merged_into=name_id("P1")),
        encounter("a", "09:00", "09:30"),
        entry("a", "09:01", who="P1"),
        entry("a", "09:02", who="P1b"),
        actor=[name_id("P1")],
    )
    assert {seen.actor for seen in observed.entries} == {name_id("P1")}
    assert len(observed.entries) == 2


def test_a_wrong_clock_is_corrected_and_counted() -> None:
    """The phone was an hour slow: entry and encounter move together, and both say so."""
    lines = [study_line(), encounter("a", "09:00", "09:30"), entry("a", "09:10")]
    hour = 3_600_000
    paper = PaperStudy(lines, {name_id("a"): hour, lines[2]["id"]: hour})
    observed = read_observed(paper, Filters())
    assert observed.entries[0].start_ms - observed.stretches[name_id("a")].start_ms == 600_000
    assert rest_on(observed).times_corrected == 1


def test_dates_cut_the_observed_time_at_their_edges() -> None:
    """From 09:10 to 09:25 of a half hour: 15 minutes, and only the entry inside."""
    observed = read(
        encounter("a", "09:00", "09:30"),
        encounter("later", "11:00", "11:30"),
        entry("a", "09:05"),
        entry("a", "09:10"),
        entry("a", "09:25"),
        **{"from": at("09:10"), "to": at("09:25")},
    )
    assert seconds(observed, "a") == 15 * 60
    assert [seen.thing["started_at"] for seen in observed.entries] == [at("09:10")]
    assert list(observed.stretches) == [name_id("a")]


spans = st.tuples(st.integers(0, 1000), st.integers(0, 1000)).map(lambda pair: (min(pair), max(pair)))


@given(spans, st.lists(spans, max_size=8))
def test_what_gaps_leave_agrees_with_counting_every_millisecond(
    span: tuple[int, int], gaps: list[tuple[int, int]]
) -> None:
    """Brute force over each millisecond; and a further gap never lengthens anything."""
    found = subtract(span, [Gap(str(place), "off_record", *own) for place, own in enumerate(gaps)])
    left = [at_ms for at_ms in range(*span) if not any(start <= at_ms < end for start, end in gaps)]
    assert [at_ms for start, end in found for at_ms in range(start, end)] == left
    assert length(found) <= length(subtract(span, []))
