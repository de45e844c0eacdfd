"""JSON Lines: lossless out, the same back in, and nothing half imported."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from skygge.core.export import Losses, all_exports
from skygge.core.exports.jsonl import JsonlOptions
from skygge.core.importing import ImportRefused, Plan, StandingCodebook, Target, all_imports
from tests.exports.nasty_study import NASTY_TEXTS, make_nasty, odd_codes
from tests.fixtures.paper_study import (
    STUDY_ID,
    Line,
    PaperStudy,
    codebook_lines,
    encounter,
    entry,
    fold_to_paper,
    name_id,
    study_line,
)  # fmt: skip

JSONL = all_exports()["jsonl"]
EMPTY = Target(study_id=STUDY_ID, time_zone="Europe/Copenhagen", has_encounters=False)


def write(paper: PaperStudy, **options: Any) -> bytes:
    return b"".join(JSONL.stream(paper, JsonlOptions.model_validate(options), Losses()))


def read(raw: bytes, target: Target = EMPTY) -> Plan:
    return all_imports()["jsonl"].read(raw.splitlines(keepends=True), target)


def lines_of(raw: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in raw.decode("utf-8").split("\n") if line]


def make_paper(plan: Plan) -> PaperStudy:
    return fold_to_paper(planned.change for planned in plan.changes)


def test_lines_stand_in_the_order_of_the_contract_with_its_fields() -> None:
    """Types in order, `type` first, field names and their order as the contract prints them."""
    lines = lines_of(write(make_nasty()))
    seen = list(dict.fromkeys(line["type"] for line in lines))
    assert seen == ["study", "codebook", "code", "actor", "consent", "encounter", "gap", "entry", "fieldnote", "memo"]
    first = next(line for line in lines if line["type"] == "entry")
    assert list(first)[:20] == [
        "type", "id", "encounter_id", "sequence", "kind", "actor_id", "recipient_id", "action", "structure",
        "structure_origin", "flags", "started_at", "ended_at", "end_origin", "taken", "precision_s", "jotting",
        "verbatim", "codebook_version", "control",
    ]  # fmt: skip


def test_texts_survive_and_reflections_stay_home() -> None:
    """Every nasty text is exact; the reflection is not there; what was taken back is marked."""
    raw = write(make_nasty())
    entries = [line for line in lines_of(raw) if line["type"] == "entry" and not line.get("retracted")]
    assert [line["jotting"] for line in entries if line["jotting"]] == NASTY_TEXTS
    assert b"I am tired" not in raw
    assert sum(line.get("retracted", False) for line in lines_of(raw)) == 2


def test_out_and_in_and_out_gives_the_same_bytes() -> None:
    """Export, import into an empty study, export: the same but for the change ids of values standing side by side."""

    def plain(raw: bytes) -> list[dict[str, Any]]:
        lines = lines_of(raw)
        for line in lines:
            for conflict in line.get("conflicts", []):
                conflict["values"] = [value["value"] for value in conflict["values"]]
        return lines

    first = write(make_nasty())
    second = write(make_paper(read(first)))
    assert plain(second) == plain(first)
    assert write(make_paper(read(second))) == second


def test_importing_twice_makes_the_very_same_changes() -> None:
    """Ids are UUIDv5, so the second import is known to the last byte."""
    raw = write(make_nasty())
    assert read(raw).changes == read(raw).changes


def test_history_is_verbatim_and_comes_back_verbatim() -> None:
    """Change lines with fields that nobody knows survive; things they tell of are not planned a second time."""
    paper = make_paper(read(write(make_nasty())))
    odd = {**paper.log[-1], "change_id": name_id("odd"), "kind": "weather.noted", "x_later": {"ä": [1, None]}}
    paper.log.append({**odd, "seq": 99, "author": "observer-1", "received_at": "2026-03-02T09:00:00Z"})
    raw = write(paper, history=True)
    plan = read(raw)
    assert [dict(planned.change) for planned in plan.changes][:-1] == paper.log[:-1]
    assert dict(plan.changes[-1].change) == odd
    assert (plan.changes[-1].author, plan.changes[-1].is_verbatim) == ("observer-1", True)
    assert write(make_paper(plan)) == write(paper)


def test_the_history_of_a_reflection_stays_home_too() -> None:
    """No change about a reflection leaves with the log."""
    paper = make_nasty()
    secret = next(line for line in paper.lines if line.get("kind") == "reflection")
    change = {"change_id": name_id("c"), "kind": "entry.logged", "subject_id": secret["id"], "payload": secret}
    paper.log = [change]
    assert b"I am tired" not in write(paper, history=True)


def test_history_does_not_go_with_filters() -> None:
    """A filtered file must not carry the rest in its history."""
    with pytest.raises(ValidationError, match="history"):
        JsonlOptions.model_validate({"history": True, "observer": ["observer-1"]})


def test_every_wrong_row_is_named_and_nothing_is_planned() -> None:
    """Rows are counted from 1; what stood there is not repeated."""
    raw = b"\n".join(
        [
            json.dumps(study_line()).encode(),
            b"{not json",
            b'{"type":"secret kind"}',
            json.dumps({**entry("nowhere", "09:00"), "action": "Talks!"}).encode(),
            b'{"type":"actor","id":"1","label":"P1","kind":"professional"}',
            json.dumps({"type": "actor", "id": name_id("x"), "label": "P1", "kind": "boss"}).encode(),
            b'{"type":"actor","type":"memo"}',
            json.dumps({"type": "memo", "id": name_id("m"), "text": "a\x00b"}).encode(),
        ]
    )
    with pytest.raises(ImportRefused) as refusal:
        read(raw)
    assert [(error.row, error.code, error.where) for error in refusal.value.errors] == [
        (2, "line.not_json", ""),
        (3, "line.type_unknown", "type"),
        (4, "change.content_invalid", "action"),
        (5, "change.content_invalid", "id"),
        (6, "change.content_invalid", "kind"),
        (7, "line.not_json", ""),
        (8, "change.content_invalid", "text"),
    ]


def standing(starter: str, version: int = 1, more: Iterable[Line] = ()) -> dict[int, StandingCodebook]:
    codes = [
        {key: value for key, value in line.items() if key not in ("type", "version")}
        for line in [*codebook_lines(starter, version), *more]
        if line["type"] == "code"
    ]
    return {version: StandingCodebook(name_id(f"book {version}"), codes, [name_id(f"heads {version}")])}


def test_a_study_without_encounters_takes_the_codebook_of_the_file() -> None:
    """The starter it began with is replaced: same subject, naming what it replaces."""
    target = Target(STUDY_ID, "Europe/Copenhagen", False, codebooks=standing("blank"), study_change_ids=[name_id("s")])
    changes = [planned.change for planned in read(write(make_nasty()), target).changes]
    book = next(change for change in changes if change["kind"] == "codebook.published")
    assert (book["subject_id"], book["parents"]) == (name_id("book 1"), [name_id("heads 1")])
    assert next(change for change in changes if change["kind"] == "study.amended")["parents"] == [name_id("s")]


def test_a_study_at_work_maps_versions_by_content() -> None:
    """Version 1 of the file is version 3 here: no new codebook, and entries carry 3; the study keeps its settings."""
    target = Target(
        STUDY_ID, "UTC", True, codebooks={**standing("blank"), **standing("heuristic-four", 3, odd_codes(3))}
    )
    changes = [planned.change for planned in read(write(make_nasty()), target).changes]
    kinds = {change["kind"] for change in changes}
    assert not kinds & {"codebook.published", "study.amended"}
    assert {change["payload"]["codebook_version"] for change in changes if change["kind"] == "entry.logged"} == {3}


def test_a_codebook_that_a_working_study_lacks_becomes_its_next_version() -> None:
    """It follows the newest one, and the entries carry the new number."""
    target = Target(STUDY_ID, "UTC", True, codebooks=standing("blank"))
    changes = [planned.change for planned in read(write(make_nasty()), target).changes]
    book = next(change for change in changes if change["kind"] == "codebook.published")
    assert (book["payload"]["version"], book["payload"]["follows"]) == (2, 1)
    assert {change["payload"]["codebook_version"] for change in changes if change["kind"] == "entry.logged"} == {2}


def test_observers_are_named_and_things_belong_to_them() -> None:
    """An entry belongs to who watched its encounter."""
    plan = read(write(make_nasty()))
    assert plan.observers == ["observer-1", "observer-2"]
    own = next(one for one in plan.changes if one.change["payload"].get("encounter_id") == name_id("b"))
    assert own.author == "observer-2"
    assert plan.counts["encounter"] == 6


def test_the_copy_that_a_phone_saved_goes_in_as_it_is() -> None:
    """Only change lines; even what this version does not understand is handed on."""
    change = {"change_id": name_id("c"), "kind": "mood.noted", "subject_id": name_id("s"), "payload": {"a": 1}}
    raw = json.dumps({"type": "change", **change}).encode()
    plan = read(raw, Target(STUDY_ID, "UTC", True))
    assert [(dict(one.change), one.author, one.is_verbatim) for one in plan.changes] == [(change, None, True)]


def test_a_file_of_another_study_brings_its_study_and_codebook_with_its_history() -> None:
    """Changes about the study and the codebook name this study's own subjects afterwards."""
    other = UUID("00000000-0000-4000-8000-000000000001")
    foreign = all_imports()["jsonl"].read(
        write(make_nasty()).splitlines(keepends=True), Target(other, "UTC", has_encounters=False)
    )
    paper = make_paper(foreign)
    plan = read(write(paper, history=True), EMPTY)
    subjects = {one.change["subject_id"] for one in plan.changes if one.change["kind"] == "study.amended"}
    assert subjects == {str(STUDY_ID)}


def test_an_empty_file_plans_nothing() -> None:
    """Blank lines and a byte order mark are no rows to complain of."""
    assert read(b"\xef\xbb\xbf\n\n  \n").changes == []


def test_a_filtered_file_holds_what_the_filter_keeps() -> None:
    """One observer's encounters, entries and gaps; people and codes all."""
    paper = PaperStudy([
        study_line(), encounter("a", "09:00", "09:30"), encounter("b", "09:00", "09:30", observer="observer-2"),
        entry("a", "09:01"), entry("b", "09:01"),
    ])  # fmt: skip
    lines = lines_of(write(paper, observer=["observer-2"]))
    assert [line["type"] for line in lines] == ["study", "encounter", "entry"]
