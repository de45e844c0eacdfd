"""One filter, one answer: an analysis, the list, csv and jsonl look at the same entries."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from skygge.clock import new_id
from tests.fixtures.world import Person
from tests.sync.phone import Phone, stamp


@pytest.fixture
def phone(lead: Person, study_id: UUID) -> Phone:
    return Phone(lead.client, study_id)


def ask(phone: Phone, path: str, **params: Any) -> Any:
    found = phone.client.get(f"{phone.url}/{path}", params=params)
    assert found.status_code == 200, found.text
    return found


def count(phone: Phone, **params: Any) -> dict[str, int]:
    """How many entries each way of looking keeps."""
    with zipfile.ZipFile(io.BytesIO(ask(phone, "exports/csv", **params).content)) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("entries.csv").decode("utf-8"), newline="")))
    lines = [json.loads(line) for line in ask(phone, "exports/jsonl", **params).text.splitlines()]
    return {
        "analysis": ask(phone, "analyses/frequencies", dimension="action", **params).json()["basis"]["n_entries"],
        "csv": len(rows),
        "jsonl": sum(line["type"] == "entry" for line in lines),
        "list": len(ask(phone, "entries", **params).json()["items"]),
    }


def all_ways(n: int) -> dict[str, int]:
    return dict.fromkeys(("analysis", "csv", "jsonl", "list"), n)


def test_an_encounter_without_an_end_lasts_until_its_last_entry(phone: Phone) -> None:
    """Begun at minute 0, entry at minute 10, looked at from minute 5 on: one entry, one encounter."""
    visit = phone.visit()
    phone.push(visit, phone.entry(visit, started_at=stamp(10)))
    assert count(phone, **{"from": stamp(5)}) == all_ways(1)
    assert count(phone, **{"from": stamp(11)}) == all_ways(0)
    assert len(ask(phone, "encounters", **{"from": stamp(5)}).json()["items"]) == 1
    assert ask(phone, "encounters", **{"from": stamp(11)}).json()["items"] == []


def test_a_person_stands_for_everybody_merged_with_her(phone: Phone) -> None:
    """P1b was merged into P1: asking for either finds both entries."""
    people = [phone.change("actor.added", {"label": name, "kind": "professional"}) for name in ("P1", "P1b")]
    first, second = (one["subject_id"] for one in people)
    visit = phone.visit()
    entries = [phone.entry(visit, started_at=stamp(5), actor_id=who) for who in (first, second)]
    phone.push(*people, phone.amend(people[1], {"merged_into": first}), visit, *entries)
    for who in (first, second):
        assert count(phone, actor=who) == all_ways(2)


def test_a_state_that_runs_into_the_dates_counts_once_and_is_truncated(phone: Phone) -> None:
    """From minute 5 to 15, looked at from 10 to 20: five of ten minutes, and it says so; from 15 on it is over."""
    visit = phone.visit()
    state = phone.entry(visit, kind="state", started_at=stamp(5), ended_at=stamp(15), end_origin="tap")
    phone.push(visit, state, phone.amend(visit, {"ended_at": stamp(30), "end_origin": "tap"}, kind="encounter.ended"))
    dates = {"from": stamp(10), "to": stamp(20)}
    assert count(phone, **dates) == all_ways(1)
    assert count(phone, **{"from": stamp(15)}) == all_ways(0)
    (drawn,) = ask(phone, "analyses/timeline", **dates).json()["result"]["encounters"]
    (interval,) = drawn["lanes"][0]["intervals"]
    assert (interval["is_truncated"], interval["observed_seconds"]) == (True, 300.0)


def test_dates_are_judged_by_corrected_times(phone: Phone) -> None:
    """A phone an hour ahead wrote minute 70 at minute 10: it lies before minute 20 everywhere."""
    phone.clock_offset = timedelta(hours=1)
    visit = phone.visit(started_at=stamp(60))
    phone.push(visit, phone.entry(visit, started_at=stamp(70)))
    assert count(phone, to=stamp(20)) == all_ways(1)
    assert count(phone, **{"from": stamp(60)}) == all_ways(0)
    assert len(ask(phone, "encounters", to=stamp(20)).json()["items"]) == 1


def test_an_end_that_nobody_gave_ends_nothing(phone: Phone) -> None:
    """`ended_at` without `end_origin`: the state is open, in the timeline and in the tables."""
    visit = phone.visit()
    state = phone.entry(visit, kind="state", started_at=stamp(5), ended_at=stamp(15), end_origin=None)
    phone.push(visit, state, phone.amend(visit, {"ended_at": stamp(30), "end_origin": "tap"}, kind="encounter.ended"))
    (drawn,) = ask(phone, "analyses/timeline").json()["result"]["encounters"]
    (interval,) = drawn["lanes"][0]["intervals"]
    assert (interval["is_inferred"], interval["end_s"]) == (True, 1800.0)
    row = next(csv.DictReader(io.StringIO(ask(phone, "exports/entries-csv").text)))
    assert (row["duration_s"], row["end_origin"]) == ("", "")


def test_asking_for_explicit_structures_gives_explicit_structures(phone: Phone) -> None:
    """Lists and files are strict; an analysis keeps what has no structure, as uncoded."""
    visit = phone.visit()
    coded = phone.entry(visit, structure="directing", structure_origin="explicit")
    carried = phone.entry(visit, structure="directing", structure_origin="carried")
    phone.push(visit, coded, carried, phone.entry(visit, structure_origin="none"))
    assert count(phone, origin="explicit") == {**all_ways(1), "analysis": 2}


def test_entries_of_an_encounter_that_has_not_arrived_are_told_of(phone: Phone) -> None:
    """They are in the list and in the lossless file; tables and filtered files count them; analyses warn."""
    lost = phone.entry({"subject_id": str(new_id())})
    phone.push(lost)
    assert count(phone) == {"analysis": 0, "csv": 0, "jsonl": 1, "list": 1}
    with zipfile.ZipFile(io.BytesIO(ask(phone, "exports/csv").content)) as archive:
        losses = archive.read("LOSSES.txt").decode()
    assert "1 × entries, gaps and notes of encounters that the study does not have (yet)" in losses
    assert "outside the filters" not in losses
    warnings = ask(phone, "analyses/frequencies").json()["warnings"]
    assert ("entries.encounter_unknown", 1) in [(warning["code"], warning["n"]) for warning in warnings]


def test_what_is_told_of_moves_along(phone: Phone, world: Any, lead: Person) -> None:
    """The lossless file with such an entry can be imported."""
    phone.push(phone.entry({"subject_id": str(new_id())}))
    there = Phone(lead.client, world.make_study(lead, starter="blank"))
    lines = ask(phone, "exports/jsonl").content
    answer = there.client.post(f"{there.url}/imports/jsonl", content=lines)
    assert answer.status_code == 200, answer.text
    assert len(ask(there, "entries").json()["items"]) == 1


def test_two_letters_are_one_visit(phone: Phone) -> None:
    """Two encounters with one code and no id are one visit, found by the id that both phones compute."""
    phone.push(*(phone.visit(visit_code="KXWQPT") for _ in range(2)))
    assert ask(phone, "analyses/frequencies").json()["basis"]["n_visits"] == 1
    first, second = ask(phone, "encounters").json()["items"]
    assert first["visit_id"] == second["visit_id"] is not None
    rows = csv.DictReader(io.StringIO(_member(ask(phone, "exports/csv").content, "encounters.csv")))
    assert [row["visit_number"] for row in rows] == ["1", "1"]


def _member(archive: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return opened.read(name).decode()
