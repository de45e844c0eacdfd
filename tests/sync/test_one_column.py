"""Everything of a study is found by its study: each key and index begins with it, and each statement asks by it.

So a distributed PostgreSQL can lay studies on different machines by that one column (docs/scaling.md).
"""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import Index, Table, UniqueConstraint
from sqlmodel import SQLModel

from tests.fixtures.statements import ANYWHERE, OF_STUDIES, statements, tables_of, wandering
from tests.fixtures.world import Person, World
from tests.sync.phone import Phone, stamp

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


def test_a_statement_without_its_study_is_noticed() -> None:
    """The reader of statements tells one that asks by the study from one that only mentions it."""
    assert wandering("SELECT entry.study_id, entry.id FROM entry WHERE entry.id = ?") == ["entry"]
    assert wandering("SELECT entry.id FROM entry WHERE entry.study_id = ? AND entry.id = ?") == []
    assert wandering("UPDATE actor SET label=? WHERE actor.id = ?") == ["actor"]
    assert wandering("INSERT INTO gap (study_id, id) VALUES (?, ?)") == []
    assert wandering("SELECT 1 FROM entry AS a JOIN gap AS b ON a.id = b.id WHERE a.study_id = ?") == ["gap"]
    assert wandering("SELECT account.id FROM account WHERE account.name = ?") == []
    assert wandering("SELECT count(*) FROM entry GROUP BY entry.study_id") == ["entry"], (
        "sorted by it is not asked by it"
    )
    assert wandering("SELECT 1 FROM entry, gap WHERE entry.study_id = ?") == ["gap"], "a product of two tables"
    both = "SELECT 1 FROM (SELECT seq FROM change AS c WHERE c.study_id = ?) AS a, memo WHERE a.seq = memo.seq"
    assert wandering(both) == ["memo"]


@pytest.mark.parametrize("table", sorted(OF_STUDIES - ANYWHERE))
def test_keys_and_indexes_begin_with_the_study(table: str) -> None:
    """Primary key, unique keys and indexes of every table of studies; and what points from one of them to another."""
    described: Table = SQLModel.metadata.tables[table]
    assert next(iter(described.primary_key.columns)).name == "study_id"
    keys: list[Index | UniqueConstraint] = list(described.indexes)
    keys += [one for one in described.constraints if isinstance(one, UniqueConstraint)]
    # An invitation is looked for by its code before its study is known (docs/scaling.md).
    for key in (key for key in keys if (table, key.columns.keys()) != ("invitation", ["code_hash"])):
        assert next(iter(key.columns)).name == "study_id", key.name
    for pointer in described.foreign_key_constraints:
        if pointer.referred_table.name in OF_STUDIES:
            assert "study_id" in pointer.column_keys, pointer.name


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
        assert any(list(tables_of(one)) for one in said), path
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
    written = {table for one in said for table, _ in tables_of(one) if not one.upper().startswith("SELECT")}
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


def test_every_erasure_asks_by_the_study(world: World, lead: Person, study_id: UUID, phone: Phone) -> None:
    """Minutes that are struck, a stop, withdrawals of each sort, the end of the study; and a file that is taken in."""
    people = [phone.change("actor.added", {"label": f"C{n}", "kind": "citizen"}) for n in range(4)]
    visit = phone.visit(focal_actor_id=people[0]["subject_id"])
    entries = [phone.entry(visit, actor_id=one["subject_id"], jotting="hos C1 og C2") for one in people]
    phone.push(*people, visit, *entries)
    file = lead.client.get(f"{phone.url}/exports/jsonl?history=true").content
    stop = {"stopped_at": stamp(9), "stopped_in": visit["subject_id"]}
    minutes = phone.change("encounter.struck", {"from": stamp(5.5), "to": stamp(6.5)}, subject_id=visit["subject_id"])
    with statements(world) as said:
        verdicts = phone.push(minutes, phone.change("person.stopped", stop, subject_id=people[3]["subject_id"]))
        for person, mode in zip(people, ("stop", "redact", "erase"), strict=False):
            phone.withdraw(person["subject_id"], mode)
        ended = lead.client.post(f"{phone.url}/end", json={"dry_run": False, "title": "Home care North"})
        taken = lead.client.post(f"{phone.url}/imports/jsonl", content=file)
    assert {one["verdict"] for one in verdicts} == {"stored"}, verdicts
    assert (ended.status_code, taken.status_code) == (200, 200), (ended.text, taken.text)
    assert {one: tables for one in said if (tables := wandering(one))} == {}
    written = {table for one in said for table, _ in tables_of(one) if not one.upper().startswith("SELECT")}
    assert {"change", "entry", "actor", "redaction", "search_words", "audit", "audit_head"} <= written
