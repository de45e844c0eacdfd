"""What people observed ask for is written down, due, answered, and told in a paper beside who downloaded what."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from typing import Any
from uuid import UUID, uuid4

import pytest

from skygge.core.record_papers_words import WORDS
from tests.fixtures.world import World
from tests.sync.phone import Phone, join_with_phone

NAME = "Kirstine-Marker"


def _ask(phone: Phone, received_on: str, **said: str) -> dict[str, Any]:
    answer = phone.client.post(f"{phone.url}/requests", json={"kind": "access", "received_on": received_on, **said})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def _amend(phone: Phone, request: dict[str, Any], **said: Any) -> dict[str, Any]:
    answer = phone.client.patch(f"{phone.url}/requests/{request['request_id']}", json=said)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def _citizen(phone: Phone, label: str) -> str:
    added = phone.change("actor.added", {"label": label, "kind": "citizen"})
    assert phone.push(added)[0]["verdict"] == "stored"
    return str(added["subject_id"])


def _paper(phone: Phone, kind: str, **query: str) -> str:
    answer = phone.client.get(f"{phone.url}/papers/{kind}", params=query)
    assert answer.status_code == 200, answer.text
    if query.get("format") == "docx":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            return archive.read("word/document.xml").decode()
    return answer.text


def _rows(page: str) -> list[list[str]]:
    """The cells of every row but the heading."""
    rows = [re.findall(r'<t[dh](?: scope="row")?>(.*?)</t[dh]>', row) for row in re.findall(r"<tr>(.*?)</tr>", page)]
    return [[html.unescape(cell) for cell in row] for row in rows if row]


def test_a_request_is_due_in_a_month_is_extended_and_answered(world: World, phone: Phone) -> None:
    """Each step is on record with its days, and an answer can be taken back."""
    actor_id = _citizen(phone, "C1")
    world.clock.now = world.clock.now.replace(year=2026, month=11, day=20)
    asked = _ask(phone, "2026-10-31", actor_id=actor_id)
    assert (asked["due_on"], asked["is_extended"], asked["answered_on"]) == ("2026-11-30", False, None)
    assert _amend(phone, asked, is_extended=True)["due_on"] == "2027-01-31"
    answered = _amend(phone, asked, answered_on="2026-11-20", outcome="done")
    assert (answered["answered_on"], answered["outcome"], answered["is_extended"]) == ("2026-11-20", "done", True)
    opened = _amend(phone, asked, answered_on=None, outcome=None)
    assert (opened["answered_on"], opened["outcome"]) == (None, None)
    assert phone.read("requests") == [opened]
    records = [one for one in phone.client.get(f"{phone.url}/audit").json()["items"] if "request" in one["kind"]]
    assert [one["kind"] for one in reversed(records)] == ["request.received"] + ["request.amended"] * 3
    assert records[-1]["details"] == {
        "request_id": asked["request_id"], "kind": "access", "received_on": "2026-10-31",
        "due_on": "2026-11-30", "actor_id": actor_id,
    }  # fmt: skip


def test_what_is_due_soonest_stands_first(world: World, phone: Phone) -> None:
    """An extended one waits behind a later one; answered ones are at the end, the latest answer first."""
    world.clock.now = world.clock.now.replace(year=2026, month=11, day=20)
    days = {
        name: _ask(phone, day)
        for name, day in zip("abcd", ("2026-09-01", "2026-10-01", "2026-09-15", "2026-11-01"), strict=True)
    }
    _amend(phone, days["a"], is_extended=True)
    _amend(phone, days["b"], answered_on="2026-10-20", outcome="refused")
    _amend(phone, days["c"], answered_on="2026-11-01", outcome="partly")
    names = {one["request_id"]: name for name, one in days.items()}
    assert [names[one["request_id"]] for one in phone.read("requests")] == ["a", "d", "c", "b"]
    later = _ask(phone, "2026-10-20")
    assert phone.read("requests")[0]["request_id"] == later["request_id"]


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"received_on": "2031-01-01"}, 422, "request.days"),
        ({"received_on": "2026-02-30"}, 422, "request.invalid"),
        ({"kind": NAME}, 422, "request.invalid"),
        ({"note": NAME}, 422, "request.invalid"),
        ({"actor_id": str(uuid4())}, 404, "actor.unknown"),
        ({"actor_id": NAME}, 422, "request.invalid"),
    ],
)
def test_nothing_is_stored_of_a_bad_request(phone: Phone, said: dict[str, str], status: int, code: str) -> None:
    """There is no place for words in it, so that no name can get there."""
    answer = phone.client.post(f"{phone.url}/requests", json={"kind": "erasure", "received_on": "2026-03-01", **said})
    assert (answer.status_code, answer.json()["code"]) == (status, code) and NAME not in answer.text
    assert phone.read("requests") == []


def test_an_answer_is_whole_and_not_before_the_request(phone: Phone) -> None:
    """A day without an outcome, an outcome without a day, a day before or in the future: nothing changes."""
    asked = _ask(phone, "2026-03-10")
    bad: list[dict[str, Any]] = [
        {"answered_on": "2026-03-12"}, {"outcome": "done"}, {"outcome": NAME, "answered_on": "2026-03-12"},
        {"answered_on": "2026-03-09", "outcome": "done"}, {"answered_on": "2199-01-01", "outcome": "done"},
        {"received_on": "2026-03-01"},
    ]  # fmt: skip
    for said in bad:
        answer = phone.client.patch(f"{phone.url}/requests/{asked['request_id']}", json=said)
        assert answer.status_code == 422 and NAME not in answer.text, said
    missing = phone.client.patch(f"{phone.url}/requests/{uuid4()}", json={"is_extended": True})
    assert (missing.status_code, missing.json()["code"]) == (404, "request.unknown")
    assert phone.read("requests") == [asked]


def test_the_paper_tells_what_is_open_late_and_answered(world: World, phone: Phone, study_id: UUID) -> None:
    """In both languages, as page and Word document; a person who was erased has no pseudonym there."""
    world.clock.now = world.clock.now.replace(year=2026, month=11, day=20)
    kept, gone = _citizen(phone, "C1"), _citizen(phone, "C2")
    _ask(phone, "2026-10-01", actor_id=kept)
    answered = _ask(phone, "2026-10-10", actor_id=gone)
    _ask(phone, "2026-11-10")
    erase = {"actor_id": gone, "mode": "erase"}
    assert phone.client.post(f"{phone.url}/withdrawals", json=erase).status_code == 200
    _amend(phone, answered, answered_on="2026-11-19", outcome="done", is_extended=True)
    for language in ("en", "da"):
        words = WORDS[language]
        rows = _rows(_paper(phone, "requests", language=language))
        assert [row[:5] for row in rows] == [
            ["2026-10-01", words["access"], "C1", "2026-11-01", words["late"]],
            ["2026-11-10", words["access"], words["nobody_known"], "2026-12-10", words["open"]],
            ["2026-10-10", words["access"], words["nobody_known"], f"2027-01-10 ({words['extended']})",
             f"2026-11-19: {words['outcome_done']}"],
        ]  # fmt: skip
    assert WORDS["da"]["late"] in _paper(phone, "requests", language="da", format="docx")


def test_the_paper_names_every_file_that_left(world: World, phone: Phone, study_id: UUID) -> None:
    """Who, which, how much of it identifies, what it was narrowed to; what is about one person too."""
    actor_id = _citizen(phone, "C1")
    assert WORDS["en"]["downloads_none"] in _paper(phone, "downloads")
    ida = join_with_phone(world, study_id, "Ida")
    asked = {"agency": "Nord", "tier": "deidentified"}
    assert ida.client.get(f"{ida.url}/exports/csv", params=asked).status_code == 200
    assert phone.client.get(f"{phone.url}/exports/jsonl").status_code == 200
    assert phone.client.post(f"{phone.url}/actors/{actor_id}/disclosure").status_code == 200
    words = WORDS["en"]
    rows = _rows(_paper(phone, "downloads"))
    assert [row[2:5] for row in rows] == [
        ["observer-1", "json", f"{words['tier_person']}, {words['clock_times']}"],
        ["observer-1", "jsonl", f"{words['tier_full']}, {words['clock_times']}"],
        ["observer-2", "csv", words["tier_deidentified"]],
    ]
    assert [row[5] for row in rows] == [f"actor: {actor_id}", words["everything"], "agency: Nord"]
    assert [row[6] for row in rows] == ["", "0 entries, 0 encounters", "0 entries, 0 encounters"]
    numbers = [int(row[0]) for row in rows]
    made = {one["number"]: one["kind"] for one in phone.client.get(f"{phone.url}/audit").json()["items"]}
    assert [made[number] for number in numbers] == ["person.disclosed", "export.made", "export.made"]


def test_a_lost_device_told_whether_it_had_a_lock_and_what_waited(world: World, phone: Phone) -> None:
    """What it said of itself last, and when; one that never said anything is unknown."""
    device_id = phone.device_id
    phone.push(phone.change("actor.added", {"label": "C1", "kind": "citizen"}))
    [silent] = phone.read("device-sheet")
    assert (silent["has_lock"], silent["n_waiting"], silent["told_at"]) == (None, None, None)
    told = {"device_id": str(device_id), "has_lock": True, "n_waiting": 3}
    assert phone.client.post(f"{phone.url}/devices", json=told).status_code == 200
    at = world.clock.now
    world.clock.turn(hours=5)
    phone.push(phone.change("actor.added", {"label": "C2", "kind": "citizen"}))
    [sheet] = phone.read("device-sheet")
    assert (sheet["has_lock"], sheet["n_waiting"]) == (True, 3)
    assert json.dumps(sheet["told_at"])[1:17] == at.isoformat()[:16] != json.dumps(sheet["last_contact_at"])[1:17]
    for bad in (-1, 2**31, "3"):
        refused = phone.client.post(f"{phone.url}/devices", json=told | {"n_waiting": bad})
        assert refused.status_code == 422
