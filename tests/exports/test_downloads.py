"""Exports over HTTP: the file, its name, and who may have it."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

from skygge.core.export import ExportOptions, all_exports
from skygge.db import DOWNLOADS
from skygge.export.write import write_export
from skygge.studies.access import Membership, Role
from skygge.studies.tables import MemberRow
from tests.fixtures.world import Person, World
from tests.sync.phone import Phone, join_with_phone


def test_the_registry_says_what_each_format_is_for_and_may_lose(demo: str, lead: Person) -> None:
    """In both languages."""
    items = lead.client.get(f"{demo}/exports").json()["items"]
    assert [item["name"] for item in items] == sorted(all_exports())
    assert all({"en", "da"} <= item["purpose"].keys() for item in items)
    assert all({"en", "da"} <= loss["text"].keys() for item in items for loss in item["may_lose"])


def test_the_registry_says_which_format_always_has_dates(demo: str, lead: Person) -> None:
    """And offers no choice of clock times there."""
    items = {item["name"]: item for item in lead.client.get(f"{demo}/exports").json()["items"]}
    assert [name for name, item in items.items() if item["always_has_dates"]] == ["jsonl"]
    assert [name for name, item in items.items() if "clock_times" not in item["options"]["properties"]] == ["jsonl"]


def test_the_registry_says_under_which_button_each_format_stands(demo: str, lead: Person) -> None:
    """A format that says nothing stands under *More*."""
    items = {item["name"]: item["group"] for item in lead.client.get(f"{demo}/exports").json()["items"]}
    assert {name: items[name] for name in ("csv", "entries-csv", "jsonl")} == {
        "csv": "tables", "entries-csv": "tables", "jsonl": "archive",
    }  # fmt: skip
    assert set(items.values()) <= {"read", "qda", "tables", "archive", "more"}


def test_what_is_said_before_a_codebook_leaves_is_about_codes(demo: str, lead: Person) -> None:
    """How many there are, and the first lines of the very file; no entries, of which it holds none, and no hours."""
    items = lead.client.get(f"{demo}/exports").json()["items"]
    codebooks = [item["name"] for item in items if item["is_codebook"]]
    assert codebooks == ["codebook-csv", "codebook-yaml", "qdc"]
    (book,) = lead.client.get(f"{demo}/codebooks").json()["items"]
    wanted = len(book["codes"])
    for name in codebooks:
        told = lead.client.get(f"{demo}/exports/{name}/preview", params={"clock_times": "1"}).json()
        assert (told["n_codes"], told["n_entries"], told["n_encounters"]) == (wanted, 0, 0), name
        assert (told["columns"], told["rows"]) == ([], [])
        file = lead.client.get(f"{demo}/exports/{name}").content.decode()
        assert told["head"] and file.startswith(told["head"])
        assert "clock_times" not in {warning["code"] for warning in told["warnings"]}
    assert lead.client.get(f"{demo}/exports/csv/preview").json()["n_codes"] is None


def test_the_screen_has_words_for_every_format_and_for_every_choice_in_it(demo: str, lead: Person) -> None:
    """Its heading, its own options, what there is to choose: none is called by a name out of the program."""
    told = (Path(__file__).parents[2] / "frontend/src/export/offers.ts").read_text("utf-8")
    common = set(ExportOptions.model_json_schema(by_alias=True)["properties"])
    items = lead.client.get(f"{demo}/exports").json()["items"]
    wanted = [item["name"] for item in items]
    for properties in (item["options"]["properties"] for item in items):
        own = {name: about for name, about in properties.items() if name not in common}
        # A number is no choice of the screen: it is for scripts.
        wanted += [name for name, about in own.items() if about["type"] != "integer"]
        wanted += [word for about in own.values() for word in about.get("enum", ())]
    assert {"codebook-yaml", "lifecycle", "structure"} <= set(wanted)
    missing = [name for name in wanted if not re.search(rf"[ {{']{name}'?: m\.export_", told)]
    assert missing == []


def test_agencies_of_under_five_workers_are_warned_of(world: World, lead: Person, study_id: UUID) -> None:
    """Four workers in the North, one of them twice; five in the South: one small group, and none with a fifth."""
    phone = Phone(lead.client, study_id)

    def warned() -> list[tuple[str, int]]:
        items = lead.client.get(f"{phone.url}/exports").json()["items"]
        assert all({"en", "da"} <= warning["text"].keys() for item in items for warning in item["warnings"])
        (found,) = {tuple((warning["code"], warning["n"]) for warning in item["warnings"]) for item in items}
        return list(found)

    def worker(agency: str) -> Any:
        return phone.change("actor.added", {"label": "P", "kind": "professional", "agency": agency})

    assert warned() == []
    north, south = [worker("North") for _ in range(5)], [worker("South") for _ in range(5)]
    phone.push(*north, *south, phone.amend(north[0], {"merged_into": north[1]["subject_id"]}))
    assert warned() == [("groups.small", 1)]
    phone.push(worker("North"))
    assert warned() == []


def test_the_csv_holds_every_entry_once_in_stream_order(demo: str, lead: Person) -> None:
    """Rows with clock times = the entries of the list endpoint that stand, in the same order."""
    found = lead.client.get(f"{demo}/exports/csv", params={"clock_times": "1"})
    assert found.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(found.content)) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("entries.csv").decode("utf-8"), newline="")))
        assert "LOSSES.txt" in archive.namelist()
    entries: list[dict[str, Any]] = []
    cursor: int | None = 0
    while cursor is not None:
        page = lead.client.get(f"{demo}/entries", params={"limit": 1000, "cursor": cursor}).json()
        entries += page["items"]
        cursor = page["cursor"]
    standing = [(one["id"], one["started_at"]) for one in entries if one["kind"] != "reflection"]
    assert [(row["entry_id"], row["started_at_local"]) for row in rows] == standing
    assert len(rows) > 200


def test_names_tell_a_date_only_with_clock_times(world: World, demo: str, lead: Person) -> None:
    """`study-format`, and the day of the download where clock times are in it."""
    plain = lead.client.get(f"{demo}/exports/entries-csv").headers["content-disposition"]
    timed = lead.client.get(f"{demo}/exports/entries-csv", params={"clock_times": "1"}).headers["content-disposition"]
    assert plain.startswith('attachment; filename="example-invented-home-care')
    assert plain.endswith('-entries-csv.csv"')
    assert timed.endswith('.csv"') and "-20" in timed and "-20" not in plain


def test_history_comes_with_jsonl_when_asked_for(demo: str, lead: Person) -> None:
    """Change lines follow the plain ones; csv knows no such thing and says so by name."""
    lines = lead.client.get(f"{demo}/exports/jsonl", params={"history": "1"}).content.decode().split("\n")
    changes = [json.loads(line) for line in lines if line.startswith('{"type":"change"')]
    assert len(changes) > 500
    assert {"change_id", "payload", "device_seq", "author"} <= changes[0].keys()
    refused = lead.client.get(f"{demo}/exports/csv", params={"history": "1"})
    assert (refused.status_code, refused.json()["errors"][0]["loc"]) == (422, ["query", "history"])


def test_an_observer_gets_her_own_encounters_where_the_study_says_so(world: World, lead: Person) -> None:
    """observers_see = own: the file of one observer holds her visit and entry and no other; the lead's holds all."""
    study_id = world.make_study(lead, observers_see="own")
    phones = [join_with_phone(world, study_id, name) for name in ("Olga Observer", "Otto Observer")]
    visits = [phone.visit() for phone in phones]
    for phone, visit in zip(phones, visits, strict=True):
        phone.push(visit, phone.entry(visit))
    for phone, visit in zip(phones, visits, strict=True):
        lines = [json.loads(line) for line in phone.client.get(f"{phone.url}/exports/jsonl").text.splitlines()]
        assert [line["id"] for line in lines if line["type"] == "encounter"] == [visit["subject_id"]]
        assert [line["encounter_id"] for line in lines if line["type"] == "entry"] == [visit["subject_id"]]
    whole = lead.client.get(f"/api/v1/studies/{study_id}/exports/jsonl").text.splitlines()
    assert len([line for line in whole if '"type":"encounter"' in line]) == 2


def test_readers_and_auditors_do_not_download(world: World, demo: str) -> None:
    """403 with a stable code."""
    for number, role in enumerate((Role.READER, Role.AUDITOR)):
        person = world.make_person(f"Person {number}")
        world.join(_study_id(demo), person, role)
        refused = person.client.get(f"{demo}/exports/csv")
        assert (refused.status_code, refused.json()["code"]) == (403, "role.insufficient")


def test_writing_to_a_file_gives_the_same_bytes(world: World, demo: str, lead: Person) -> None:
    """As the console does: the bytes of the download, and what was lost."""
    sink = io.BytesIO()
    with world.database.read() as session:
        member = session.get_one(MemberRow, (_study_id(demo), _member_id(world, demo, lead)))
        membership = Membership(member.study_id, member.member_id, lead.account_id, member.observer, Role.LEAD)
        losses = write_export(session, membership, "csv", ExportOptions(), sink)
    assert sink.getvalue() == lead.client.get(f"{demo}/exports/csv").content
    assert losses.counts["consents"] == 12
    assert all(code in all_exports()["csv"].may_lose for code in losses.counts)


def _study_id(demo: str) -> UUID:
    return UUID(demo.rpartition("/")[2])


def _member_id(world: World, demo: str, lead: Person) -> Any:
    studies = lead.client.get("/api/v1/me").json()["studies"]
    return UUID(next(one["member_id"] for one in studies if one["study_id"] == str(_study_id(demo))))


def test_slow_downloads_leave_room_for_everybody_else(world: World, demo: str, lead: Person) -> None:
    """One more than may leave at once is asked to come back; lists still answer, and a finished one makes room."""
    with ExitStack() as slow:
        for _ in range(DOWNLOADS):
            slow.enter_context(world.database.read_long())
        refused = lead.client.get(f"{demo}/exports/csv")
        assert (refused.status_code, refused.json()["code"], "Retry-After" in refused.headers) == (
            503, "server.busy", True,
        )  # fmt: skip
        assert lead.client.get(f"{demo}/entries").status_code == 200
    assert lead.client.get(f"{demo}/exports/csv").status_code == 200
