"""Everything of a study is found by its study: each key and index begins with it, and each statement asks by it.

So a distributed PostgreSQL can lay studies on different machines by that one column (docs/scaling.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlmodel import SQLModel

from tests.fixtures.world import Person, World
from tests.sync.phone import Phone, stamp

OF_STUDIES = {table.name for table in SQLModel.metadata.tables.values() if "study_id" in table.columns}
# A token is found by its hash before anybody knows of which study it is; its table is small and everywhere the same.
ANYWHERE = {"token"}
NAMED = re.compile(r"\b(?:FROM|JOIN|UPDATE|INTO)\s+\"?(\w+)\"?(?:\s+AS\s+\"?(\w+)\"?)?", re.IGNORECASE)
# By an analysis or a format of each sort of reading: entries, encounters, pairs of observers, all tables, the log.
HOT = (
    "/changes?after=0",
    "/changes/days",
    "/quarantine",
    "/conflicts",
    "/codebooks",
    "/actors",
    "/encounters?observer=observer-1&from=2026-01-01",
    "/entries?action=asks&actor=00000000-0000-4000-8000-000000000000",
    "/entries?limit=1",
    "/entries/{entry}/history",
    "/fieldnotes",
    "/memos",
    "/members",
    "/devices",
    "/analyses/frequencies",
    "/analyses/transitions?agency=North",
    "/analyses/agreement",
    "/analyses/saturation",
    "/exports/csv",
    "/exports/jsonl",
    "/exports/qdpx",
    "/report",
    "/search?q=lidt",
    "/events",
    "/requests",
    "/concerns",
    "/papers/downloads",
    "/papers/requests",
    "/papers/dpia",
    "/device-sheet",
    "/things/{entry}/exports",
    "/invitations",
    "/tokens",
    "/audit",
)


@contextmanager
def statements(world: World) -> Iterator[list[str]]:
    """Every statement that the database is asked meanwhile."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    engines = (world.database.reader, world.database.writer)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


def wandering(statement: str) -> list[str]:
    """The tables of studies that a statement looks into without naming the study."""
    found = []
    for table, called in NAMED.findall(statement):
        if table not in OF_STUDIES - ANYWHERE:
            continue
        name = re.escape(called or table)
        asked = rf"(?:\b{name}\.study_id|\(\s*study_id\b|WHERE\s+study_id)"
        if statement.lstrip().upper().startswith("INSERT"):
            asked = r"\([^)]*\bstudy_id\b"
        if not re.search(asked, _after_columns(statement), re.IGNORECASE):
            found.append(table)
    return found


def _after_columns(statement: str) -> str:
    # A column in the answer is no condition.
    if statement.lstrip().upper().startswith("SELECT"):
        return statement[statement.upper().index("FROM") :]
    return statement


def test_a_statement_without_its_study_is_noticed() -> None:
    """The reader of statements tells one that asks by the study from one that only mentions it."""
    assert wandering("SELECT entry.study_id, entry.id FROM entry WHERE entry.id = ?") == ["entry"]
    assert wandering("SELECT entry.id FROM entry WHERE entry.study_id = ? AND entry.id = ?") == []
    assert wandering("UPDATE actor SET label=? WHERE actor.id = ?") == ["actor"]
    assert wandering("INSERT INTO gap (study_id, id) VALUES (?, ?)") == []
    assert wandering("SELECT 1 FROM entry AS a JOIN gap AS b ON a.id = b.id WHERE a.study_id = ?") == ["gap"]
    assert wandering("SELECT account.id FROM account WHERE account.name = ?") == []


@pytest.mark.parametrize("table", sorted(OF_STUDIES - ANYWHERE))
def test_keys_and_indexes_begin_with_the_study(table: str) -> None:
    """Primary key, unique keys and indexes of every table that belongs to a study."""
    described = SQLModel.metadata.tables[table]
    assert next(iter(described.primary_key.columns)).name == "study_id"
    for index in described.indexes:
        assert next(iter(index.columns)).name == "study_id", index.name


def test_every_reading_asks_by_the_study(world: World, lead: Person, study_id: UUID, phone: Phone) -> None:
    """Lists, the feed, history, analyses, exports: no statement crosses studies."""
    visit = phone.visit(agency="North")
    entry = phone.entry(visit, action="asks")
    person = phone.change("actor.added", {"label": "C1", "kind": "citizen"})
    phone.push(visit, entry, person, phone.amend(entry, {"jotting": "vent lidt"}))
    # A stream of events says the newest number and ends.
    world.database.tidings.lasts_s = 0
    ids = {"entry": entry["subject_id"], "person": person["subject_id"]}
    for path in HOT:
        with statements(world) as said:
            answer = lead.client.get(f"/api/v1/studies/{study_id}{path.format_map(ids)}")
        assert answer.status_code == 200, (path, answer.text)
        assert any(NAMED.search(one) for one in said), path
        assert {one: tables for one in said if (tables := wandering(one))} == {}, path


def test_every_writing_asks_by_the_study(world: World, phone: Phone) -> None:
    """A push with all it touches: counter, log, tables, quarantine, redaction."""
    with statements(world) as said:
        visit = phone.visit()
        entry = phone.entry(visit, jotting="hun siger Bodil")
        struck = phone.change("words.struck", {"words": "Bodil", "replacement": "P1"}, subject_id=entry["subject_id"])
        odd = phone.change("memo.painted", {"text": "odd"})
        ended = phone.amend(visit, {"ended_at": stamp(30), "end_origin": "tap"}, kind="encounter.ended")
        note = phone.change("fieldnote.written", {"encounter_id": visit["subject_id"], "position": 1, "text": "stille"})
        memo = phone.change("memo.written", {"about": [{"type": "entry", "id": entry["subject_id"]}], "text": "hvem?"})
        verdicts = phone.push(visit, entry, struck, odd, ended, note, memo, phone.amend(note, {"text": "helt stille"}))
    assert [one["verdict"] for one in verdicts].count("quarantined") == 1
    assert {one: tables for one in said if (tables := wandering(one))} == {}
    written = {table for one in said for table, _ in NAMED.findall(one) if not one.upper().startswith("SELECT")}
    assert {
        "study",
        "change",
        "entry",
        "encounter",
        "quarantine",
        "redaction",
        "fieldnote",
        "memo",
        "search_words",
    } <= written
