"""What holds for every format there is: the same bytes, no dates unasked, no reflections, losses counted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from skygge.core.export import ALWAYS_LOST, LOSSES, all_exports
from tests.exports.nasty_study import HELD, HELD_LINES, NASTY_TEXTS, make_held, make_nasty
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
CODEBOOKS = {"qdc", "codebook-csv", "codebook-yaml"}
LETTERS = {"letters", "line_ends", "spelled", "guarded"}
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
    """A memo about what is held, taken out of the study."""
    less = make_held()
    drop(type="memo", id=name_id("held memo"))(less)
    assert write_with_losses(name, less)[1]["held"] == len(HELD_LINES) - 2


def test_what_is_held_is_told_once_it_is_decided() -> None:
    """The person goes on: the same entries, paragraph and memo are in the file, and nothing is counted."""
    paper = make_held()
    find(paper, label="R1 held").update(stopped_at=None, stopped_in=None)
    raw, counts = write_with_losses("jsonl", paper)
    assert raw.decode().count(HELD) == 4 and "held" not in counts


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


def drop(**wanted: Any) -> Callable[[PaperStudy], None]:
    """Takes out the first line that is so."""

    def take_out(paper: PaperStudy) -> None:
        paper.lines.remove(find(paper, **wanted))

    return take_out


def change(found_by: Line, **new: Any) -> Callable[[PaperStudy], None]:
    """Gives the first line that is so other values."""
    return lambda paper: find(paper, **found_by).update(new)


def find(paper: PaperStudy, **wanted: Any) -> Line:
    return next(line for line in paper.lines if all(line.get(name) == value for name, value in wanted.items()))


WITH_CONTROL = {"jotting": next(text for text in NASTY_TEXTS if "\x07" in text)}
WITH_CONFLICT = {"encounter_id": name_id("open")}
LESS: dict[str, Callable[[PaperStudy], None]] = {
    "reflections": drop(kind="reflection"),
    "consents": drop(type="consent"),
    "retracted": drop(type="entry", retracted=True),
    "merged": drop(type="entry", merged_into=name_id("somebody")),
    "memos": drop(type="memo"),
    "fieldnotes": drop(type="fieldnote"),
    "gaps": drop(type="gap"),
    "people": drop(type="actor", label="never seen"),
    "encounters": drop(type="encounter", id=name_id("empty")),
    "conflicts": change(WITH_CONFLICT, conflicts=[]),
    "checks": change({"id": name_id("a")}, checks=[]),
    "presence": change({"id": name_id("a")}, presence=[{"actor_id": name_id("P1")}]),
    "positions": change({"control": 1}, control=None, care=None),
    "recipients": change({"recipient_id": name_id("P1")}, recipient_id=None),
    "precision": change({"precision_s": 30}, precision_s=0),
    "guarded": change({"jotting": "=SUM(A1:A9)"}, jotting="SUM(A1:A9)"),
    "letters": change(WITH_CONTROL, jotting=WITH_CONTROL["jotting"].replace("\x07", "")),
    "line_ends": change({"jotting": "one\ntwo\r\nthree\rfour"}, jotting="one\ntwo\nthree\rfour"),
    "spelled": change({"jotting": "👵🏽 kigger 🫖"}, jotting="👵🏽 kigger"),
    "trailing": change({"jotting": " space around "}, jotting=" space around"),
    "cut": change({"jotting": "long " * 8_000}, jotting="short"),
    "jottings": change({"jotting": "NA"}, jotting=None),
    "flags": change({"flags": ["resists", "as_if_choice"]}, flags=["resists"]),
    "actions": change({"action": "unclear_act"}, action=None),
    "structures": change({"structure": "unclear"}, structure=None),
    "codes": drop(type="code", key="odd"),
    "wordings": change({"type": "code", "key": "odd"}, label={"en": "Odd"}),
}


@pytest.mark.parametrize("code", sorted(LESS))
def test_what_was_lost_counts_one_less_when_there_is_one_less(code: str) -> None:
    """In each format that counts it at all: one lossy thing out of the study, and its count is lower by one."""
    less = make_nasty()
    LESS[code](less)
    counting = [name for name in FORMATS if write_nasty(name)[1].get(code)]
    # A codebook has no jottings to lose letters of; its own are looked at in its test.
    looked_at = [name for name in counting if name not in CODEBOOKS or code not in LETTERS]
    for name in looked_at:
        assert write_with_losses(name, less)[1].get(code, 0) == write_nasty(name)[1][code] - 1, name


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
