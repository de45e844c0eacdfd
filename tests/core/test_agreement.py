"""Agreement by hand, as published, and against other programs."""

from __future__ import annotations

import random
from typing import Any

import krippendorff
import mir_eval
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.inter_rater import fleiss_kappa as their_fleiss

from skygge.core.analyses.agreement import ANALYSIS, AgreementLane, AgreementParams, AgreementResult
from skygge.core.analysis import answer, entries_behind
from skygge.core.pairing import Watched, match_moments
from skygge.core.rater_agreement import cohen_kappa, fleiss_kappa, gwet_ac1, krippendorff_alpha, percent
from tests.fixtures.paper_study import PaperStudy, actor, codebook_lines, encounter, entry, gap, name_id, study_line

HOUSE = [study_line(), *codebook_lines(), actor("P1"), actor("C1", "citizen")]
PAIR = [
    encounter("a", "09:00", "09:10", visit_id=name_id("v")),
    encounter("b", "09:00", "09:10", visit_id=name_id("v"), observer="observer-2"),
]
# Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, example C: four observers, twelve units, some missing.
FOUR_OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
    [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
]
# Fleiss 1971, table 1: six psychiatrists, thirty patients, five diagnoses.
PSYCHIATRISTS = (
    "00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031 "
    "00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006"
)


def ask(*lines: dict[str, Any], **params: Any) -> AgreementResult:
    return answer(ANALYSIS, PaperStudy([*HOUSE, *lines]), AgreementParams.model_validate(params)).result


def ratings(rows: list[list[int]]) -> Any:
    """Units × raters with -1 for missing, from raters × units with 0 for missing."""
    return np.asarray(rows).T - 1


def test_alpha_and_ac1_are_those_published() -> None:
    """Krippendorff 2011, page 8: nominal alpha 0.743. Gwet 2014 on the same ratings: AC1 0.775, percent 0.818."""
    table = ratings(FOUR_OBSERVERS)
    assert krippendorff_alpha(table) == pytest.approx(0.743, abs=5e-4)
    assert gwet_ac1(table) == pytest.approx(0.77544, abs=5e-5)
    assert percent(table) == pytest.approx(0.81818, abs=5e-5)


def test_fleiss_is_that_published() -> None:
    """Fleiss 1971, page 381: kappa 0.430."""
    units = [[code for code, n in enumerate(counts) for _ in range(int(n))] for counts in PSYCHIATRISTS.split()]
    assert all(len(unit) == 6 for unit in units)
    assert fleiss_kappa(np.asarray(units)) == pytest.approx(0.430, abs=5e-4)


@pytest.mark.parametrize("seed", range(6))
def test_measures_are_those_of_other_programs(seed: int) -> None:
    """krippendorff and statsmodels on random ratings, with and without missing ones."""
    chance = random.Random(seed)
    whole = np.asarray([[chance.choice([0, 0, 1, 2]) for _ in range(3)] for _ in range(20)])
    counts = np.stack([(whole == code).sum(axis=1) for code in range(3)], axis=1)
    assert fleiss_kappa(whole) == pytest.approx(their_fleiss(counts))
    two = whole[:, :2]
    table = np.bincount(two[:, 0] * 3 + two[:, 1], minlength=9).reshape(3, 3)
    assert cohen_kappa(two) == pytest.approx(cohens_kappa(table, return_results=False))
    holes = np.where(np.asarray([[chance.random() < 0.2 for _ in range(3)] for _ in range(20)]), -1, whole)
    missing = np.where(holes < 0, np.nan, holes).T
    theirs = krippendorff.alpha(reliability_data=missing, level_of_measurement="nominal")
    assert krippendorff_alpha(holes) == pytest.approx(theirs)


def test_one_code_in_use_has_no_kappa() -> None:
    """Null, not one and not zero."""
    alike = np.zeros((5, 2), dtype=np.int64)
    assert [cohen_kappa(alike), fleiss_kappa(alike), krippendorff_alpha(alike), gwet_ac1(alike)] == [None] * 4
    assert percent(alike) == 1


def test_states_are_weighed_by_their_seconds() -> None:
    """P1 talks 0-300 s for one, 60-300 s for the other, of 600: po 0.9, pe 0.5·0.4 + 0.5·0.6 = 0.5, kappa 0.8."""
    states = [
        entry("a", "09:00", who="P1", action="talks", end="09:05"),
        entry("b", "09:01", who="P1", action="talks", end="09:05"),
    ]
    found = ask(*PAIR, *states, dimension="action")
    (lane,) = found.lanes
    assert lane.states is not None
    assert (lane.labels["en"], lane.states.seconds, lane.states.percent) == ("P1", 600, 0.9)
    assert lane.states.kappa == pytest.approx(0.8)
    (disagreement,) = found.disagreements
    assert (disagreement.start_s, disagreement.seconds, disagreement.first, disagreement.second) == (
        0,
        60,
        ["talks"],
        [],
    )
    params = AgreementParams(dimension="action")
    opened = entries_behind(ANALYSIS, PaperStudy([*HOUSE, *PAIR, *states]), params, disagreement.cell)
    assert [one.id for one in opened] == [states[0]["id"]]


def test_slivers_of_jitter_do_not_count_as_states() -> None:
    """Ten alternating states with one second of jitter: the weighted kappa stays above 0.9."""
    lines = []
    for number in range(10):
        code = ("directing", "doing_for")[number % 2]
        begin, end = 60 * number, 60 * (number + 1)
        lines.append(entry("a", clock(begin), structure=code, end=clock(end)))
        lines.append(entry("b", clock(begin + 1), structure=code, end=clock(min(600, end + 1))))
    (lane,) = ask(*PAIR, *lines).lanes
    assert lane.key is None
    assert lane.states is not None and lane.states.kappa is not None
    assert lane.states.kappa > 0.9


def clock(second: int) -> str:
    return f"09:{second // 60:02}:{second % 60:02}"


def test_only_common_time_counts_and_a_gap_of_either_is_none() -> None:
    """One began at 09:02, the other paused 09:06-09:07: 09:02-09:10 less a minute = 420 s."""
    first = encounter("a", "09:00", "09:10", visit_id=name_id("v"))
    second = encounter("b", "09:02", "09:12", visit_id=name_id("v"), observer="observer-2")
    found = ask(first, second, gap("a", "09:06", "09:07"), entry("a", "09:03", who="P1", action="talks", end="09:04"))
    assert [visit.common_seconds for visit in found.visits] == [420]


def test_an_observer_whose_clock_was_set_back_is_compared_with_nobody() -> None:
    """Nothing says which moment of one is which of the other."""
    study = PaperStudy([*HOUSE, *PAIR, entry("a", "09:03", who="P1", action="talks", end="09:04")])
    study.fell = {PAIR[1]["id"]: 720_000}
    found = answer(ANALYSIS, study, AgreementParams())
    assert found.result.visits == []
    assert [one.code for one in found.warnings] == ["encounters.clock_set_back"]


def test_moments_are_matched_substituted_or_alone() -> None:
    """Asks/asks 3 s apart, tells/talks 5 s apart, one alone each: F = 2/6; within 4 s the substitution falls apart."""
    lines = [
        entry("a", "09:01:00", who="P1", action="asks"),
        entry("b", "09:01:03", who="P1", action="asks"),
        entry("a", "09:02:00", who="P1", action="tells"),
        entry("b", "09:02:05", who="P1", action="talks"),
        entry("a", "09:03:00", who="P1", action="touches"),
        entry("b", "09:05:00", who="P1", action="touches"),
    ]
    found = ask(*PAIR, *lines, dimension="action")
    moments = found.lanes[0].moments
    assert moments is not None
    assert (moments.matched, moments.substituted, moments.only_first, moments.only_second) == (1, 1, 1, 1)
    assert moments.f == pytest.approx(2 / 6)
    assert {one.key: (one.matched, one.substituted, one.only_first, one.only_second) for one in moments.codes} == {
        "asks": (1, 0, 0, 0), "talks": (0, 1, 0, 0), "tells": (0, 1, 0, 0), "touches": (0, 0, 1, 1),
    }  # fmt: skip
    assert [(one.what, one.n) for one in found.disagreements] == [
        ("substituted", 2), ("only_first", 1), ("only_second", 1),
    ]  # fmt: skip
    assert moments.on_pairs.percent.value == 0.5
    strict = ask(*PAIR, *lines, dimension="action", tolerance_s=4).lanes[0].moments
    assert strict is not None and (strict.substituted, strict.only_first) == (0, 2)
    assert [one.matched for one in moments.curve if one.tolerance_s in (2, 3)] == [0, 1]


def test_a_crowd_is_paired_for_most_pairs_and_then_least_difference() -> None:
    """0 and 8 against 6 and 14 within 8 s: 0-6 and 8-14, two pairs, though 8-6 is nearer."""
    first = [Watched(1, "x", 0, 0), Watched(2, "x", 8000, 8000)]
    second = [Watched(3, "x", 6000, 6000), Watched(4, "x", 14000, 14000)]
    found = match_moments(first, second, 8000)
    assert [(one.row, other.row) for one, other in found.pairs] == [(1, 3), (2, 4)]


moments = st.lists(st.tuples(st.integers(0, 599), st.sampled_from(["asks", "tells"])), max_size=10)


@given(moments, moments, st.integers(0, 60))
def test_as_many_pairs_as_mir_eval_and_the_same_seen_from_the_other_side(first: Any, second: Any, within: int) -> None:
    """The number of pairs is that of mir_eval.util.match_events; swapping the observers changes no number."""
    ours = [Watched(place, code, at * 1000, at * 1000) for place, (at, code) in enumerate(sorted(first))]
    theirs = [Watched(100 + place, code, at * 1000, at * 1000) for place, (at, code) in enumerate(sorted(second))]
    found = match_moments(ours, theirs, within * 1000)
    if first and second:
        times = (np.asarray(sorted(at for at, _ in own), dtype=float) for own in (first, second))
        assert len(found.pairs) == len(mir_eval.util.match_events(*times, within))
    swapped = match_moments(theirs, ours, within * 1000)
    assert len(found.pairs) == len(swapped.pairs)
    assert sum(a.code == b.code for a, b in found.pairs) == sum(a.code == b.code for a, b in swapped.pairs)
    apart = [sum(abs(a.start_ms - b.start_ms) for a, b in own.pairs) for own in (found, swapped)]
    assert apart[0] == apart[1]


states = st.lists(
    st.tuples(st.integers(0, 600), st.integers(0, 600), st.sampled_from(["talks", "touches"])), max_size=5
)


@given(states, states)
def test_kappa_is_that_of_counting_seconds_and_symmetric(first: Any, second: Any) -> None:
    """Against statsmodels over a table made second by second; the observers swapped give the same."""

    def lines(one: Any, other: Any) -> list[dict[str, Any]]:
        return PAIR + [
            entry(name, clock(min(a, b)), who="P1", action=code, end=clock(max(a, b)))
            for name, own in (("a", one), ("b", other))
            for a, b, code in own
        ]

    lanes = ask(*lines(first, second), dimension="action", resamples=0).lanes
    if not lanes:
        return
    found = lanes[0].states
    assert found is not None
    each = [[running(own, at) for at in range(600)] for own in (first, second)]
    kinds = sorted({*each[0], *each[1]}, key=sorted)
    table = np.zeros((len(kinds), len(kinds)))
    for one, other in zip(*each, strict=True):
        table[kinds.index(one), kinds.index(other)] += 1
    if len(kinds) > 1:
        assert found.kappa == pytest.approx(cohens_kappa(table, return_results=False))
    else:
        assert found.kappa is None
    back = ask(*lines(second, first), dimension="action", resamples=0).lanes[0].states
    assert back is not None
    assert back.kappa == pytest.approx(found.kappa)
    assert back.percent == pytest.approx(found.percent)


def running(states: Any, at: int) -> frozenset[str]:
    """The codes of states that run at a second."""
    return frozenset(code for a, b, code in states if min(a, b) <= at < max(a, b))


def test_people_are_never_pooled() -> None:
    """P1 alike, C1 not at all: two lanes, each with its own number."""
    lines = [entry(name, "09:01", who="P1", action="asks") for name in ("a", "b")]
    lines += [entry("a", "09:02", who="C1", action="asks"), entry("b", "09:08", who="C1", action="asks")]
    lanes: list[AgreementLane] = ask(*PAIR, *lines, dimension="action").lanes
    assert [(lane.labels["en"], lane.moments.f) for lane in lanes if lane.moments] == [("C1", 0), ("P1", 1)]


def test_nobody_watched_twice_is_said() -> None:
    """A warning, and empty lists."""
    paper = PaperStudy([*HOUSE, encounter("a", "09:00", "09:10"), entry("a", "09:01", structure="directing")])
    found = answer(ANALYSIS, paper, AgreementParams())
    assert [warning.code for warning in found.warnings] == ["visits.none_seen_twice"]
    assert (found.result.visits, found.result.lanes, found.result.disagreements) == ([], [], [])
