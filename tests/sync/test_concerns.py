"""Concerns: sealed on the disk, their author's alone, and that they exist is known."""

from __future__ import annotations

import json
from uuid import UUID

from sqlalchemy import text

from skygge.privacy.sealing import NAME
from skygge.studies.access import Role
from tests.fixtures.world import Person, World
from tests.sync.phone import Phone, join_with_phone
from tests.sync.test_erasure import MARKER, on_disk

WORDS = f"{MARKER} blev holdt fast"


def _write(phone: Phone, words: str = WORDS) -> str:
    made = phone.client.post(f"{phone.url}/concerns", json={"text": words})
    assert made.status_code == 201, made.text
    concern_id: str = made.json()["concern_id"]
    return concern_id


def test_its_author_reads_and_adds_and_the_lead_knows_that_it_exists(
    world: World, phone: Phone, study_id: UUID
) -> None:
    """When and by whom, never a word; other members learn nothing at all."""
    ida, bo = join_with_phone(world, study_id, "Ida"), join_with_phone(world, study_id, "Bo")
    _write(ida)
    world.clock.turn(hours=1)
    _write(ida, "og igen")
    assert [one["text"] for one in ida.read("concerns")] == ["og igen", WORDS]
    seen = phone.read("concerns")
    assert [(one["observer"], one["is_mine"], one["text"]) for one in seen] == [("observer-2", False, None)] * 2
    assert MARKER not in json.dumps(seen) and bo.read("concerns") == []
    records = phone.client.get(f"{phone.url}/audit").json()["items"]
    assert [one["kind"] for one in records[:2]] == ["concern.written"] * 2 and MARKER not in json.dumps(records)


def test_no_byte_of_the_database_says_it(world: World, phone: Phone) -> None:
    """Database file and write-ahead log; the key lies beside them, for the server's own eyes."""
    _write(phone)
    # What is not sealed is there to be found.
    phone.push(phone.change("memo.written", {"text": "Kontrolord"}))
    assert on_disk(world, "Kontrolord") != [] and on_disk(world, MARKER) == []
    key = world.settings.data / NAME
    assert key.stat().st_mode & 0o077 == 0 and len(key.read_bytes()) == 32
    for address in ("exports/jsonl", "search?q=Annemette", "changes", "memos", "papers/dpia", "device-sheet"):
        answer = phone.client.get(f"{phone.url}/{address}")
        assert answer.status_code == 200 and MARKER not in answer.text, address


def test_without_its_key_it_is_there_and_cannot_be_read(world: World, phone: Phone) -> None:
    """A restored database on another machine: the list answers, the words are gone, new ones can be written."""
    _write(phone)
    (world.settings.data / NAME).unlink()
    assert [(one["is_mine"], one["text"]) for one in phone.read("concerns")] == [(True, None)]
    _write(phone, "nyt")
    assert {one["text"] for one in phone.read("concerns")} == {"nyt", None}


def test_a_sealed_text_moved_to_another_row_does_not_open(world: World, phone: Phone) -> None:
    """Nobody who can write to the table can put words into somebody's mouth unseen."""
    first, second = _write(phone), _write(phone, "andet")
    with world.database.writer.begin() as connection:
        swap = "UPDATE concern SET sealed = (SELECT sealed FROM concern WHERE id = :other) WHERE id = :one"
        ids = [UUID(one).hex if world.database.is_sqlite else one for one in (first, second)]
        connection.execute(text(swap), {"one": ids[1], "other": ids[0]})
    told = {one["concern_id"]: one["text"] for one in phone.read("concerns")}
    assert told == {first: WORDS, second: None}


def test_only_its_author_takes_it_back(world: World, phone: Phone, study_id: UUID) -> None:
    """The lead cannot remove what a colleague saw; nobody else learns that the id exists."""
    ida = join_with_phone(world, study_id, "Ida")
    concern_id = _write(ida)
    refused = phone.client.delete(f"{phone.url}/concerns/{concern_id}")
    assert (refused.status_code, refused.json()["code"]) == (404, "concern.unknown")
    assert ida.client.delete(f"{ida.url}/concerns/{concern_id}").status_code == 204
    assert ida.read("concerns") == [] and phone.read("concerns") == []


def test_what_is_no_concern_is_refused_without_an_echo(world: World, lead: Person, study_id: UUID) -> None:
    """Empty, too long, half a character; an auditor has no place here."""
    address = f"/api/v1/studies/{study_id}/concerns"
    for odd in ("", "  \n", MARKER * 2_000, 7, None):
        answer = lead.client.post(address, json={"text": odd})
        assert answer.status_code == 422 and MARKER not in answer.text
    auditor = world.make_person("Aud")
    world.join(study_id, auditor, Role.AUDITOR)
    assert auditor.client.get(address).status_code == 403
    assert lead.client.get(address).json()["items"] == []
