"""The example study: everything a newcomer should meet is in it, and every change is one that a phone could send."""

from __future__ import annotations

from collections import Counter
from functools import cache

from skygge.core.changes import read_change
from skygge.core.filters import Filters
from skygge.core.streams import read_observed
from skygge.demo.phone import Change
from skygge.demo.story import DEMO_STUDY_ID, TITLE, found_demo, live_demo
from tests.fixtures.paper_study import PaperStudy, fold_to_paper


def make_log() -> list[Change]:
    return [*found_demo(), *(change for _, changes in live_demo() for change in changes)]


@cache
def make_paper() -> PaperStudy:
    return fold_to_paper(make_log())


def test_it_is_the_same_on_every_machine() -> None:
    """Ids, times and chance are fixed."""
    assert make_log() == make_log()


def test_every_change_is_one_that_the_door_takes() -> None:
    """None is refused, no id stands twice, and the title says that it is invented."""
    log = make_log()
    for change in log:
        read_change(change)
    assert len({change["change_id"] for change in log}) == len(log)
    assert "invented" in TITLE
    assert "opdigtet" in TITLE
    assert log[0]["subject_id"] == str(DEMO_STUDY_ID)


def test_it_shows_what_a_week_brings() -> None:
    """Two observers, three agencies, five days; gaps, an unknown end, later codes, recalled entries, a paired visit."""
    paper = make_paper()
    observed = read_observed(paper, Filters())
    encounters = [stretch.thing for stretch in observed.stretches.values()]
    entries = [seen.thing for seen in observed.entries]
    assert {one["observer"] for one in encounters} == {"observer-1", "observer-2"}
    assert {one["agency"] for one in encounters} == {"North", "Harbour", "Meadow"}
    assert len({one["started_at"][:10] for one in encounters}) == 5
    assert any(not stretch.is_end_known for stretch in observed.stretches.values())
    assert Counter(one.get("visit_code") for one in encounters)["KXWQPT"] == 2
    assert {one["kind"] for one in paper.things("gap")} == {"off_record", "not_recorded"}
    assert {"explicit", "later", "none"} <= {one.get("structure_origin") for one in entries}
    assert {"tap", "back_dated", "recalled"} <= {one.get("taken") for one in entries}
    assert any(one["kind"] == "state" and one.get("ended_at") is None for one in entries)
    assert any(line.get("retracted") for line in paper.things("entry"))
    assert len(list(paper.things("fieldnote"))) == 7
    assert len(list(paper.things("memo"))) == 2
    assert not any(line.get("conflicts") for line in paper.lines)


def test_times_inside_a_visit_make_sense() -> None:
    """Entries and gaps lie inside their encounters, and nothing is logged in a gap."""
    observed = read_observed(make_paper(), Filters())
    for seen in observed.entries:
        stretch = observed.stretches[seen.encounter_id]
        assert stretch.start_ms <= seen.start_ms <= stretch.end_ms
        assert not any(gap.start_ms <= seen.start_ms < gap.end_ms for gap in stretch.gaps)
