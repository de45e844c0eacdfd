"""What holds for every format there is: the same bytes, no dates unasked, no reflections, losses counted."""

from __future__ import annotations

import json
import re

import pytest

from skygge.core.export import ALWAYS_LOST, LOSSES, all_exports
from tests.exports.less import drop, find
from tests.exports.nasty_study import HELD, HELD_LINES, make_held
from tests.exports.written import NASTY, kept, unpack, write, write_nasty, write_with_losses
from tests.fixtures.paper_study import (
    Line,
    PaperStudy,
    codebook_lines,
    encounter,
    entry,
    name_id,
    study_line,
)  # fmt: skip

FORMATS = sorted(all_exports())
UNDATED = [name for name in FORMATS if not all_exports()[name].always_has_dates]
DATE = re.compile(rb"2026-03-02|20260302|Mar 2026|KXWQPT|\+01:00|T09:0|T08:0")


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_study_gives_the_same_bytes(name: str) -> None:
    """No clock and no chance, also where the format dates itself."""
    assert write(name, NASTY) == write_nasty(name)[0]


@pytest.mark.parametrize("name", UNDATED)
def test_no_date_clock_time_or_device_id_stands_anywhere_by_default(name: str) -> None:
    """Not in a text, an attribute, a header, a name of a file inside, or as the id that a device made."""
    for file, raw in unpack(write_nasty(name)[0]):
        assert not DATE.search(file.encode() + raw), (file, DATE.search(raw))
        assert [line["id"] for line in NASTY.lines if "id" in line and line["id"].encode() in raw] == []


@pytest.mark.parametrize("name", FORMATS)
def test_reflections_and_what_was_taken_back_are_in_no_file(name: str) -> None:
    """The words of neither; only the format without loss keeps what was taken back, and says that it was."""
    for file, raw in unpack(write_nasty(name)[0]):
        assert b"I am tired" not in raw, file
        assert b"never mind" not in raw or name == "jsonl", file


@pytest.mark.parametrize("options", [{}, {"clock_times": True}, {"history": True}, {"tier": "deidentified"}])
@pytest.mark.parametrize("name", FORMATS)
def test_what_is_held_is_in_no_file(name: str, options: Line) -> None:
    """Of somebody for whom it was stopped nothing of that encounter, neither words nor ids; and it is counted."""
    if not set(options) <= {field.alias or key for key, field in all_exports()[name].options.model_fields.items()}:
        return
    raw, counts = write_with_losses(name, make_held(), **options)
    held = [line["id"] for line in HELD_LINES[:-1]]
    for file, content in unpack(raw):
        assert HELD.encode() not in content, file
        assert [one for one in held if one.encode() in content] == [], file
    assert counts["held"] == len(held)


def test_nobody_is_told_to_have_been_where_it_was_stopped_for_them() -> None:
    """Neither as present nor as asked; and what she did in another visit stays."""
    raw = dict(unpack(write("csv", make_held(), clock_times=True)))
    stopped = name_id("R1 held").encode()
    assert [line for line in raw["presence.csv"].splitlines() if stopped in line] == []
    assert [line for line in raw["entries.csv"].splitlines() if stopped in line and b"Talks" in line] != []
    lines = [json.loads(line) for line in write("jsonl", make_held()).splitlines()]
    (crowd,) = [line for line in lines if line["type"] == "encounter" and line["id"] == name_id("crowd")]
    assert (crowd["presence"], crowd["checks"], crowd["focal_actor_id"]) == ([], [], name_id("P1"))


@pytest.mark.parametrize("name", FORMATS)
def test_one_held_thing_less_counts_one_less(name: str) -> None:
    """A reply to a memo about what is held, taken out of the study."""
    less = make_held()
    drop(type="memo", id=name_id("held reply"))(less)
    assert write_with_losses(name, less)[1]["held"] == len(HELD_LINES) - 2


def test_what_is_held_is_told_once_it_is_decided() -> None:
    """The person goes on: the same entries, paragraph and memo are in the file, and nothing is counted."""
    paper = make_held()
    find(paper, label="R1 held").update(stopped_at=None, stopped_in=None)
    raw, counts = write_with_losses("jsonl", paper)
    assert raw.decode().count(HELD) == 5 and "held" not in counts


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_loses_nothing_that_it_does_not_admit(name: str) -> None:
    """What was counted is in `may_lose`, and there are words for it."""
    for counts in (write_nasty(name)[1], write_with_losses(name, NASTY, observer=["observer-2"])[1]):
        assert set(counts) - set(ALWAYS_LOST) <= set(all_exports()[name].may_lose) <= set(LOSSES)


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_study_and_a_single_entry_are_files_too(name: str) -> None:
    """Nothing falls over; and a study without even a title is one."""
    one = PaperStudy([study_line(), encounter("a", "09:00", "09:30"), entry("a", "09:01")])
    for paper in (PaperStudy(), PaperStudy([study_line()]), PaperStudy([study_line(), *codebook_lines()]), one):
        assert list(unpack(write(name, paper)))


@pytest.mark.parametrize("name", UNDATED)
def test_clock_times_are_there_when_asked_for(name: str) -> None:
    """Nothing falls over with them, and the losses no longer count them."""
    assert "dates" not in write_nasty(name, clock_times=True)[1]


def test_the_nasty_study_holds_what_formats_stumble_over() -> None:
    """So that nobody makes it tame by mistake: what the tests of single formats rely on."""
    paper = NASTY
    entries, notes = kept(paper), [line for line in paper.lines if line["type"] == "fieldnote"]
    assert {line["kind"] for line in paper.lines if line["type"] == "gap"} == {"off_record", "not_recorded", "struck"}
    assert sum(len(line["text"].split()) for line in notes if line["encounter_id"] == name_id("crowd")) == 2_002
    assert any(not line["anchors"] for line in notes)
    assert any(line["started_at"] == line["ended_at"] for line in entries)
    assert max(len(line["jotting"] or "") for line in entries) == 40_000
    labels = [(line["label"]["en"], line["dimension"]) for line in paper.lines if line["type"] == "code"]
    assert len({label for label, _ in labels}) == len(labels) - 1
