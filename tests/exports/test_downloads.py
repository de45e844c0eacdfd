"""Exports over HTTP: the file, its name, and who may have it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any
from uuid import UUID

from skygge.core.export import ExportOptions, all_exports
from skygge.export.write import write_export
from skygge.studies.access import Membership, Role
from skygge.studies.tables import MemberRow
from tests.fixtures.world import Person, World


def test_the_registry_says_what_each_format_is_for_and_may_lose(demo: str, lead: Person) -> None:
    """In both languages."""
    items = lead.client.get(f"{demo}/exports").json()["items"]
    assert [item["name"] for item in items] == ["csv", "entries-csv", "jsonl"]
    assert all({"en", "da"} <= item["purpose"].keys() for item in items)
    assert all({"en", "da"} <= loss["text"].keys() for item in items for loss in item["may_lose"])


def test_the_csv_holds_every_entry_once_in_stream_order(demo: str, lead: Person) -> None:
    """Rows with clock times = the entries of the list endpoint that stand, in the same order."""
    found = lead.client.get(f"{demo}/exports/csv", params={"clock_times": "1"})
    assert found.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(found.content)) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("entries.csv").decode("utf-8"), newline="")))
        assert "LOSSES.txt" in archive.namelist()
    lines = [json.loads(line) for line in lead.client.get(f"{demo}/exports/jsonl").content.decode().split("\n") if line]
    entries = [line for line in lines if line["type"] == "entry" and not line.get("retracted")]
    assert [(row["entry_id"], row["started_at_local"]) for row in rows] == [
        (line["id"], line["started_at"]) for line in entries
    ]
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
    """observers_see = own: the file of observer-1 holds nothing of observer-2."""
    study_id = world.make_study(lead, observers_see="own")
    observer = world.make_person("Olga Observer")
    name = world.join(study_id, observer)
    lines = observer.client.get(f"/api/v1/studies/{study_id}/exports/jsonl").content.decode().split("\n")
    assert {json.loads(line).get("observer") for line in lines if '"type":"encounter"' in line} <= {name}


def test_readers_and_analysts_do_not_download(world: World, demo: str) -> None:
    """403 with a stable code."""
    for number, role in enumerate((Role.READER, Role.ANALYST, Role.AUDITOR)):
        person = world.make_person(f"Person {number}")
        world.join(_study_id(demo), person, role)
        refused = person.client.get(f"{demo}/exports/csv")
        assert (refused.status_code, refused.json()["code"]) == (403, "role.insufficient")


def test_the_verb_of_the_console_writes_the_same_file(world: World, demo: str, lead: Person) -> None:
    """The bytes of the download, and what was lost."""
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
