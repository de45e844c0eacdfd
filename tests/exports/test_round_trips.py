"""Out of one server, into an empty study, and out again: the same bytes but for the ids of the study."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from skygge.core.importing import ImportRefused, Target, all_imports
from skygge.core.parcel import unpack
from skygge.fieldlog.verify import verify
from tests.exports.nasty_study import make_nasty
from tests.exports.test_jsonl import write as write_jsonl
from tests.fixtures.paper_study import STUDY_ID
from tests.fixtures.world import Person, World
from tests.sync.phone import Phone, stamp

CLOCK = {"clock_times": "true"}


def _fill(phone: Phone, *, with_losses: bool) -> None:
    """A study out of the nasty one's lines, and what only a phone makes: a clock that is wrong, letters of a visit."""
    raw = write_jsonl(make_nasty())
    if not with_losses:
        lines = [json.loads(line) for line in raw.splitlines()]
        kept = [_without_losses(line) for line in lines if line["type"] != "consent" and not line.get("retracted")]
        gone = {line["id"] for line in lines if line.get("retracted") or line.get("merged_into")}
        kept = [line for line in kept if line.get("id") not in gone and line.get("encounter_id") not in gone]
        raw = b"\n".join(json.dumps(line).encode() for line in kept)
    answer = phone.client.post(f"{phone.url}/imports/jsonl", content=raw)
    assert answer.status_code == 200, answer.text
    phone.clock_offset = timedelta(hours=1)
    visit = phone.visit(started_at=stamp(600), visit_code="ABCDEF", time_zone="Europe/Copenhagen")
    entry = phone.entry(visit, started_at=stamp(601.5), jotting="vent\r\nlidt; “nu”", flags=["resists"])
    gap = phone.change("gap.recorded", {"encounter_id": visit["subject_id"], "kind": "off_record", "from": stamp(603)})
    note = {
        "encounter_id": visit["subject_id"],
        "text": "om aftenen",
        "position": 2.5,
        "anchors": [entry["subject_id"]],
    }
    memo = {"text": "husk", "about": [{"type": "entry", "id": entry["subject_id"]}]}
    changes = [visit, entry, gap, phone.change("fieldnote.written", note), phone.change("memo.written", memo)]
    assert {verdict["verdict"] for verdict in phone.push(*changes)} == {"stored"}


def _without_losses(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name not in ("conflicts", "checks")}


def _move(phone: Phone, lead: Person, world: World, name: str, **params: Any) -> Phone:
    raw = phone.client.get(f"{phone.url}/exports/{name}", params=params).content
    there = Phone(lead.client, world.make_study(lead, starter="blank"))
    answer = there.client.post(f"{there.url}/imports/{name}", content=raw)
    assert answer.status_code == 200, answer.text
    return there


def _export(phone: Phone, name: str, **params: Any) -> bytes:
    """A file, with the study's own ids (and those of visits, which are made from them) put out of the way."""
    raw = phone.client.get(f"{phone.url}/exports/{name}", params=params).content
    visits = [one["visit_id"] for one in phone.read("encounters", retracted=True) if one.get("visit_code")]
    for number, own in enumerate([str(phone.study_id), *visits]):
        raw = raw.replace(own.encode(), f"<study {number}>".encode())
    return raw


def test_jsonl_with_history_goes_round_to_the_byte(world: World, lead: Person, study_id: UUID) -> None:
    """Every thing, every change, every correction."""
    phone = Phone(lead.client, study_id)
    _fill(phone, with_losses=True)
    there = _move(phone, lead, world, "jsonl", history="true")
    own, moved = (_lines(one) for one in (phone, there))
    assert moved["things"] == own["things"]
    assert len(moved["things"]) > 60
    # The new study had said two things of itself before: its first settings and its first codebook.
    assert moved["changes"][2:] == own["changes"]
    with world.database.read() as session:
        assert verify(session) == []


def _lines(phone: Phone) -> dict[str, list[dict[str, Any]]]:
    lines = [json.loads(line) for line in _export(phone, "jsonl", history="true").splitlines()]
    changes = [_unbound(line) for line in lines if line["type"] == "change"]
    return {"things": [line for line in lines if line["type"] != "change"], "changes": changes}


def _unbound(change: dict[str, Any]) -> dict[str, Any]:
    """A change without what a study's own subjects are called; nothing else may differ."""
    return change if change["kind"].split(".")[0] not in ("study", "codebook") else {"kind": change["kind"]}


def test_csv_with_clock_times_goes_round_to_the_byte(world: World, lead: Person, study_id: UUID) -> None:
    """Every table of a study with everything in it; and where nothing is lost, the archive itself."""
    phone = Phone(lead.client, study_id)
    _fill(phone, with_losses=True)
    there = _move(phone, lead, world, "csv", **CLOCK)
    tables = [_tables(one) for one in (phone, there)]
    assert set(tables[0]) > {"entries.csv", "encounters.csv", "gaps.csv", "codes.csv", "memos.csv", "presence.csv"}
    for name in set(tables[0]) - {"LOSSES.txt"}:
        assert tables[1][name] == tables[0][name], name
    assert tables[0]["entries.csv"].count(b"\r\n") > 20
    with world.database.read() as session:
        assert verify(session) == []


def test_an_archive_that_loses_nothing_is_the_same_archive(sqlite_world: World) -> None:
    """Byte for byte, `LOSSES.txt` and all."""
    lead = sqlite_world.make_person("Lene")
    phone = Phone(lead.client, sqlite_world.make_study(lead))
    _fill(phone, with_losses=False)
    there = _move(phone, lead, sqlite_world, "csv", **CLOCK)
    assert _tables(there) == _tables(phone)
    again = _move(there, lead, sqlite_world, "csv", **CLOCK)
    assert _tables(again) == _tables(phone)


def _tables(phone: Phone) -> dict[str, bytes]:
    raw = phone.client.get(f"{phone.url}/exports/csv", params=CLOCK).content
    visits = {one["visit_id"]: n for n, one in enumerate(phone.read("encounters"), 1) if one.get("visit_code")}
    found = {}
    for name, content in unpack(raw).items():
        for visit, n in visits.items():
            content = content.replace(visit.encode(), f"<visit {n}>".encode())
        found[name] = content
    return found


def test_importing_a_csv_twice_changes_nothing(sqlite_world: World) -> None:
    """The second time everything is known."""
    lead = sqlite_world.make_person("Lene")
    phone = Phone(lead.client, sqlite_world.make_study(lead))
    _fill(phone, with_losses=True)
    raw = phone.client.get(f"{phone.url}/exports/csv", params=CLOCK).content
    report = phone.client.post(f"{phone.url}/imports/csv", content=raw).json()
    assert (report["stored"], report["created"], report["differing"]) == (0, {}, [])
    assert report["known"] > 30


def _read_csv(tables: dict[str, str]) -> Any:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, text in tables.items():
            archive.writestr(name, text)
    return all_imports()["csv"].read([sink.getvalue()], Target(STUDY_ID, "Europe/Copenhagen", False))


def _good_tables() -> dict[str, str]:
    """Tables with their headers and nothing in them."""
    columns = {
        "codes": "codebook_version,key", "actors": "actor_id,label,kind",
        "encounters": "encounter_id,kind,started_at_local", "presence": "encounter_id,from_local",
        "gaps": "gap_id,from_local", "entries": "entry_id,encounter_id,kind,started_at_local,precision_s",
        "fieldnotes": "fieldnote_id,written_at_local", "memos": "memo_id,written_at_local", "memo_links": "memo_id",
    }  # fmt: skip
    return {f"{name}.csv": f"{header}\r\n" for name, header in columns.items()}


def test_rows_that_are_wrong_are_named_by_table_and_row() -> None:
    """A number that is none, a time that is none, a cell too many; what stood there is not repeated."""
    tables = _good_tables()
    tables["actors.csv"] += f"{STUDY_ID},P1,professional\r\n{STUDY_ID},P2,boss\r\n"
    tables["entries.csv"] += f"{STUDY_ID},{STUDY_ID},point,yesterday,0\r\n{STUDY_ID},,point,,many\r\n"
    with pytest.raises(ImportRefused) as refusal:
        _read_csv(tables)
    assert [(error.row, error.code, error.where) for error in refusal.value.errors] == [
        (3, "change.content_invalid", "actors.kind"),
        (2, "change.content_invalid", "entries.started_at"),
        (3, "cell.unreadable", "entries.precision_s"),
    ]
    tables["gaps.csv"] += "a,b,c\r\n"
    with pytest.raises(ImportRefused) as refusal:
        _read_csv(tables)
    assert [(error.row, error.code, error.where) for error in refusal.value.errors] == [(2, "row.cells", "gaps")]


def test_a_csv_without_clock_times_is_refused_by_name() -> None:
    """It does not say when anything happened."""
    tables = _good_tables() | {"entries.csv": "entry_id,start_s\r\n"}
    del tables["memos.csv"]
    with pytest.raises(ImportRefused) as refusal:
        _read_csv(tables)
    assert [(error.row, error.code, error.where) for error in refusal.value.errors] == [
        (1, "file.no_clock_times", "entries"),
        (1, "table.missing", "memos.csv"),
    ]
