"""What a reader may write: memos of her own, and nothing else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from skygge.studies.access import Role
from tests.fixtures.world import World
from tests.sync.phone import Phone, join_with_phone


@pytest.fixture
def reader(world: World, study_id: UUID) -> Phone:
    """Somebody who reads along, with a laptop."""
    person = world.make_person("Rita")
    world.join(study_id, person, Role.READER)
    return Phone(person.client, study_id)


def _codes(verdicts: list[dict[str, Any]]) -> list[str | None]:
    return [verdict.get("code") for verdict in verdicts]


def test_a_reader_writes_memos_that_everybody_reads(reader: Phone, phone: Phone) -> None:
    """Written, mended and taken back by her; the lead reads it and replies."""
    visit = phone.visit()
    entry = phone.entry(visit)
    phone.push(visit, entry)
    about = [{"type": "entry", "id": entry["subject_id"]}]
    memo = reader.change("memo.written", {"text": "Is this care?", "about": about})
    better = reader.change("memo.amended", {"text": "Is this control?"}, subject_id=memo["subject_id"])
    assert _codes(reader.push(memo, better)) == [None, None]
    assert [one["text"] for one in phone.read("memos")] == ["Is this control?"]
    reply = phone.change("memo.written", {"text": "Both", "about": [{"type": "memo", "id": memo["subject_id"]}]})
    assert _codes(phone.push(reply)) == [None]
    struck = reader.change("words.struck", {"words": "control"}, subject_id=memo["subject_id"])
    assert _codes(reader.push(struck)) == [None]
    assert "Is this ▮?" in [one["text"] for one in phone.read("memos")]
    gone = reader.change("memo.retracted", {}, subject_id=memo["subject_id"])
    assert _codes(reader.push(gone)) == [None]
    assert [one["text"] for one in phone.read("memos")] == ["Both"]


def test_whatever_else_a_reader_sends_is_parked(reader: Phone, phone: Phone, study_id: UUID) -> None:
    """Entries, codes, people, consent; each by itself, and the memo beside them is taken."""
    visit = phone.visit()
    entry = phone.entry(visit)
    phone.push(visit, entry)
    own = reader.visit()
    memo = reader.change("memo.written", {"text": "beside them"})
    refused = [
        own,
        reader.entry(own),
        reader.amend(entry, {"structure": "directing"}),
        reader.change("entry.retracted", {}, subject_id=entry["subject_id"]),
        reader.change("code.proposed", {"dimension": "action", "key": "sings", "label": {"en": "Sings"}}),
        reader.change("actor.added", {"label": "C9", "kind": "citizen"}),
        reader.change("study.amended", {"title": "Mine"}, subject_id=str(study_id)),
        reader.change(
            "encounter.struck", {"from": visit["made_at"], "to": visit["made_at"]}, subject_id=visit["subject_id"]
        ),
        reader.change("words.struck", {"words": "a"}, subject_id=entry["subject_id"]),
    ]
    assert _codes(reader.push(*refused, memo)) == ["change.role_insufficient"] * len(refused) + [None]
    (kept,) = phone.read("entries")
    assert kept["structure"] != "directing" and len(phone.read("encounters")) == 1


def test_a_reader_leaves_other_peoples_memos_alone(reader: Phone, world: World, study_id: UUID) -> None:
    """Neither mended nor taken back nor struck; and not in somebody else's name."""
    anna = join_with_phone(world, study_id, "Anna")
    memo = anna.change("memo.written", {"text": "Anna's thought"})
    anna.push(memo)
    touched = [
        reader.change(kind, payload, subject_id=memo["subject_id"])
        for kind, payload in (
            ("memo.amended", {"text": "…"}),
            ("memo.retracted", {}),
            ("words.struck", {"words": "Anna"}),
        )
    ]
    assert _codes(reader.push(*touched)) == ["change.role_insufficient"] * 3
    named = reader.change("memo.written", {"text": "…", "author": "observer-1"})
    assert _codes(reader.push(named)) == ["change.observer_differs"]
    assert [one["text"] for one in anna.read("memos")] == ["Anna's thought"]
