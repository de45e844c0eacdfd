"""`verify` refolds the log: one raw SQL edit in any table shows, on both databases."""

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session

from skygge.fieldlog.verify import verify
from tests.fixtures.world import World
from tests.sync.phone import Phone, stamp, words

EDITS = {
    "change: content": "UPDATE change SET raw = (SELECT raw FROM change WHERE seq = 4) WHERE seq = 3",
    "change: receipt": "UPDATE change SET received_at = made_at WHERE seq = 3",
    "change: author": "UPDATE change SET author_id = study_id WHERE seq = 3",
    "change: private": "UPDATE change SET private_to = author_id WHERE seq = 3",
    "change: missing": "DELETE FROM change WHERE seq = 4",
    "change: last missing": "DELETE FROM change WHERE seq = (SELECT max(seq) FROM change)",
    "change: number": "UPDATE change SET seq = 900 WHERE seq = (SELECT max(seq) FROM change)",
    "counter": "UPDATE study SET last_seq = last_seq + 1",
    "study": "UPDATE study SET title = 'Another'",
    "quarantine": "UPDATE quarantine SET code = 'change.schema_newer'",
    "quarantine: content": "UPDATE quarantine SET raw = content_hash",
    "codebook": "UPDATE codebook SET note = 'edited'",
    "code": "UPDATE code SET definition = 'edited' WHERE key = 'directing'",
    "code: missing": "DELETE FROM code WHERE key = 'directing'",
    "actor": "UPDATE actor SET label = 'Mrs Jensen'",
    "consent": "UPDATE consent SET ethics = 'given'",
    "encounter": "UPDATE encounter SET agency = 'South'",
    "gap": "UPDATE gap SET reason = NULL",
    "entry": "UPDATE entry SET jotting = 'edited'",
    "entry: order": "UPDATE entry SET device_seq = device_seq + 1",
    "entry: missing": "DELETE FROM entry",
    "entry: time": "UPDATE entry SET started_at = ended_at",
    "entry: offset": "UPDATE entry SET started_at_offset_minutes = 0",
    "entry: retracted": "UPDATE entry SET retracted = true",
    "fieldnote": "UPDATE fieldnote SET text = 'edited'",
    "memo": "UPDATE memo SET author = 'observer-2'",
    "redaction: place": "UPDATE redaction SET edits = '[]'",
    "redaction: change": "UPDATE redaction SET change_id = NULL",
    "redaction: time": "UPDATE redaction SET redacted_at = (SELECT max(made_at) FROM change)",
    "redaction: words missing": "DELETE FROM redaction WHERE mode = 'words'",
    "redaction: erasure missing": "DELETE FROM redaction WHERE mode = 'erased'",
    "index": "UPDATE search_words SET words = 'edited' WHERE kind = 'entry'",
    "index: missing": "DELETE FROM search_words WHERE kind = 'memo'",
}


@pytest.fixture
def filled(phone: Phone) -> Phone:
    """A study with one thing of each kind, something parked, something struck and somebody erased."""
    visit = phone.visit(agency="North")
    about = {"encounter_id": visit["subject_id"]}
    actor = phone.change("actor.added", {"label": "C1", "kind": "citizen"})
    changes = [
        visit,
        actor,
        phone.change("consent.recorded", {"actor_id": actor["subject_id"], "ethics": "declined", "at": stamp(1)}),
        phone.change("gap.recorded", {**about, "kind": "off_record", "from": stamp(2), "reason": "bathroom"}),
        phone.entry(visit, jotting="vent lidt", ended_at=stamp(30)),
        phone.change("fieldnote.written", {**about, "text": "We are let in."}),
        phone.change("memo.written", {"text": "why?"}),
    ]
    assert set(words(phone.push(*changes))) == {"stored"}
    assert words(phone.push(phone.change("entry.painted"))) == ["quarantined"]
    memo = phone.change("memo.written", {"text": "Karen"})
    gone = phone.change("actor.added", {"label": "C2", "kind": "citizen"})
    strike = phone.change("words.struck", {"words": "Karen"}, subject_id=memo["subject_id"])
    assert words(phone.push(memo, gone, strike)) == ["stored", "stored", "erased"]
    assert phone.withdraw(gone["subject_id"], "erase")["n_references"] == 0
    return phone


def _verify(world: World) -> list[str]:
    with world.database.read() as session:
        return verify(session)


def test_nothing_is_found_when_nothing_was_touched(world: World, filled: Phone) -> None:
    """The tables are what the log says."""
    assert _verify(world) == []


def test_every_raw_edit_is_found(world: World, filled: Phone) -> None:
    """One edit at a time, each rolled back; findings name rows and columns, never contents."""
    for name, edit in EDITS.items():
        with world.database.writer.connect() as connection, connection.begin() as transaction:
            changed = connection.execute(text(edit)).rowcount
            with Session(connection) as session:
                findings = verify(session)
            transaction.rollback()
        assert changed > 0, name
        assert findings, name
        assert not any(word in finding for finding in findings for word in ("edited", "Jensen", "vent")), name
    assert _verify(world) == []


def test_findings_say_where(world: World, filled: Phone, study_id: UUID) -> None:
    """Table, row and column."""
    (entry,) = filled.read("entries")
    with world.database.write() as session:
        session.execute(text("UPDATE entry SET jotting = 'edited'"))
    finding = f"Study {study_id}: the table entry, row {entry['id']}, differs from the log in jotting."
    assert _verify(world) == [finding]
