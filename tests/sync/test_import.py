"""Files come in through the same door as a push: all of one or nothing."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session
from starlette.types import Message, Receive, Scope, Send

from skygge.core.importing import RowError
from skygge.fieldlog.verify import verify
from skygge.intake.ingest_file import ImportReport
from tests.fixtures.world import Person, World
from tests.sync.phone import Phone, join_with_phone, stamp

CONTRACT = Path(__file__).parents[1] / "fixtures" / "contract.jsonl"
ACTOR, VISIT, ENTRY = (f"0199d1a0-0000-7000-8000-00000000000{number}" for number in (1, 2, 3))
LINES: list[dict[str, Any]] = [
    {"type": "actor", "id": ACTOR, "label": "P1", "kind": "professional", "agency": "North"},
    {"type": "encounter", "id": VISIT, "kind": "visit", "observer": "observer-7", "started_at": stamp(0)},
    {
        "type": "entry",
        "id": ENTRY,
        "encounter_id": VISIT,
        "sequence": 1,
        "kind": "point",
        "actor_id": ACTOR,
        "action": "talks",
        "started_at": stamp(1),
        "jotting": "=1+1 æøå 🙂",
    },
]


def _send(phone: Phone, lines: list[dict[str, Any]], **query: Any) -> Any:
    content = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()
    return phone.client.post(f"{phone.url}/imports/jsonl", content=content, params=query)


def _export(phone: Phone, **query: Any) -> list[dict[str, Any]]:
    answer = phone.client.get(f"{phone.url}/exports/jsonl", params=query)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_file_is_imported_once_however_often_it_is_sent(world: World, phone: Phone) -> None:
    """The report says what was created; the second time everything is known; the unknown observer is a member."""
    first, again = _send(phone, LINES).json(), _send(phone, LINES).json()
    assert (first["created"], first["observers"]) == ({"actor": 1, "encounter": 1, "entry": 1}, ["observer-7"])
    assert (again["stored"], again["known"], again["created"], again["observers"]) == (0, 3, {}, [])
    (entry,) = phone.read("entries")
    assert {name: entry[name] for name in LINES[2]} == LINES[2]
    (change,) = [change for change in phone.pull_all() if change["kind"] == "entry.logged"]
    assert change["author"] == "observer-7"
    with world.database.read() as session:
        assert verify(session) == []


def test_a_dry_run_reports_and_keeps_nothing(phone: Phone) -> None:
    """No thing, no change, no member."""
    report = _send(phone, LINES, dry_run="true").json()
    assert (report["dry_run"], report["stored"], report["observers"]) == (True, 3, ["observer-7"])
    assert phone.read("entries") == []
    assert phone.pull()["cursor"] == 2
    assert len(phone.read("members")) == 1


def test_a_file_whose_sender_has_gone_is_not_taken_in(world: World, phone: Phone) -> None:
    """Whoever stops it, or loses the network, has no report: so nothing stays, and the file can be sent again."""

    async def leave_after_sending(scope: Scope, receive: Receive, send: Send) -> None:
        has_sent = False

        async def hear() -> Message:
            nonlocal has_sent
            if has_sent:
                return {"type": "http.disconnect"}
            message = await receive()
            has_sent = not message.get("more_body")
            return message

        await world.app(scope, hear, send)

    entries = [{**LINES[2], "id": str(uuid5(UUID(ENTRY), str(n))), "sequence": n + 1} for n in range(200)]
    leaving = TestClient(leave_after_sending, base_url=world.settings.url_of_origin, cookies=phone.client.cookies)
    content = "\n".join(json.dumps(line, ensure_ascii=False) for line in [*LINES[:2], *entries]).encode()
    leaving.post(f"{phone.url}/imports/jsonl", content=content)
    assert phone.read("entries") == []
    assert (phone.pull()["cursor"], len(phone.read("members"))) == (2, 1)
    assert _send(phone, [*LINES[:2], *entries]).json()["created"] == {"actor": 1, "encounter": 1, "entry": 200}


def test_a_dry_run_of_a_strike_strikes_nothing_after_a_restore_either(world: World, phone: Phone) -> None:
    """The ledger outside the database is as it was: it would carry the strike out when a backup is restored."""
    visit = phone.visit()
    entry = phone.entry(visit, jotting="hun venter ved døren")
    phone.push(visit, entry)
    strike = phone.change("words.struck", {"words": "venter"}, subject_id=entry["subject_id"])
    assert _send(phone, [{"type": "change", **strike}], dry_run="true").status_code == 200
    assert list(world.database.ledger.read()) == []
    phone.push(phone.entry(visit))
    assert list(world.database.ledger.read()) == []
    assert phone.read("entries")[0]["jotting"] == "hun venter ved døren"
    assert _send(phone, [{"type": "change", **strike}]).status_code == 200
    assert phone.read("entries")[0]["jotting"] == "hun ▮ ved døren"
    assert len(list(world.database.ledger.read())) > 0


def test_the_example_of_the_contract_comes_back_as_it_was_sent(world: World, lead: Person) -> None:
    """Every type, every field, in the order of fields and types that outside scripts rely on."""
    lines = [json.loads(line) for line in CONTRACT.read_text("utf-8").splitlines()]
    there = Phone(lead.client, world.make_study(lead, starter="blank"))
    report = _send(there, lines)
    assert report.status_code == 200, report.text
    exported = _export(there)
    visit_id = str(uuid5(there.study_id, "KXWQPT"))
    for sent in lines:
        if sent["type"] == "encounter":
            sent["visit_id"] = visit_id
        (back,) = [one for one in exported if _name(one) == _name(sent)]
        assert [name for name in back if name in sent] == list(sent), sent["type"]
        assert {name: back[name] for name in sent} == sent
    types = list(dict.fromkeys(one["type"] for one in exported))
    assert types == list(dict.fromkeys(line["type"] for line in lines))


def _name(line: dict[str, Any]) -> tuple[str, ...]:
    return line["type"], str(line.get("id") or line.get("key") or "")


def test_nothing_is_kept_when_one_row_is_wrong(phone: Phone) -> None:
    """The problem names every wrong row and its field, and repeats no value."""
    wrong = {**LINES[2], "action": "Not a key", "id": ENTRY[:-1] + "4"}
    answer = _send(phone, [*LINES, wrong, {"type": "painting"}])
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "import.refused")
    assert [(error["loc"][0], error["kind"]) for error in problem["errors"]] == [
        (4, "change.content_invalid"),
        (5, "line.type_unknown"),
    ]
    assert "Not a key" not in answer.text and "painting" not in answer.text
    assert phone.read("encounters") == []
    assert len(phone.read("members")) == 1


def test_a_study_moves_to_another_server_with_its_history(world: World, lead: Person, phone: Phone) -> None:
    """Exported with change lines and imported into an empty study: the same things, conflicts and histories."""
    visit = phone.visit(setting="home 3")
    entry = phone.entry(visit, jotting="vent lidt", structure="directing", structure_origin="explicit")
    both = [phone.amend(entry, {"jotting": text}) for text in ("vent!", "vent lige")]
    gone = phone.entry(visit)
    phone.push(visit, entry, *both, gone, phone.amend(gone, {}, kind="entry.retracted"))
    there = Phone(lead.client, world.make_study(lead, starter="blank"))
    assert _send(there, _export(phone, history="true")).status_code == 200
    for name in ("encounters", "entries", "conflicts"):
        assert there.read(name, retracted=True) == phone.read(name, retracted=True)
    assert len(there.read(f"entries/{entry['subject_id']}/history")) == 3
    assert _export(there) == _export(phone)
    with world.database.read() as session:
        assert verify(session) == []


def test_a_corrected_clock_stays_corrected_on_the_other_server(world: World, lead: Person, phone: Phone) -> None:
    """A phone an hour ahead: the moved study counts the same corrected times, and the log holds."""
    phone.clock_offset = timedelta(hours=1)
    visit = phone.visit(time_zone="Europe/Copenhagen")
    phone.push(visit, phone.entry(visit, jotting="vent"), phone.entry(visit, structure="directing"))
    there = Phone(lead.client, world.make_study(lead, starter="blank"))
    assert _send(there, _export(phone, history="true")).status_code == 200
    answers = [
        lead.client.get(f"{one.url}/analyses/timeline", params={"lanes": "structure"}).json() for one in (phone, there)
    ]
    assert answers[0]["basis"]["times_corrected"] == 2
    assert answers[1] == answers[0]
    told = [[change.get("corrected_at") for change in one.pull_all()][-3:] for one in (phone, there)]
    assert told[0] == told[1] and None not in told[0]
    with world.database.read() as session:
        assert verify(session) == []


def test_a_correction_that_is_no_time_is_refused(phone: Phone) -> None:
    """By its row and field."""
    answer = _send(phone, [{"type": "change", **phone.visit(), "corrected_at": "yesterday"}])
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"loc": [1, "corrected_at"], "kind": "change.content_invalid"}]


def test_plain_lines_go_round(world: World, lead: Person, phone: Phone) -> None:
    """Without history: the export of the import is the export, settings and codebook included."""
    _send(phone, LINES)
    phone.client.patch(phone.url, json={"title": "Home care South"})
    there = Phone(lead.client, world.make_study(lead, starter="blank"))
    assert _send(there, _export(phone)).status_code == 200
    assert _export(there) == _export(phone)


def _note(phone: Phone) -> tuple[Any, Any]:
    """An encounter with words in it, the visit said aloud, a person, and an entry taken back."""
    person = phone.change("actor.added", {"label": "P1", "kind": "professional"})
    visit = phone.visit(visit_code="KXWQPT", started_at="2026-03-02T08:00:00Z")
    entry, gone = phone.entry(visit, jotting="vent", actor_id=person["subject_id"]), phone.entry(visit)
    phone.push(person, visit, entry, gone, phone.amend(gone, {}, kind="entry.retracted"))
    return visit, entry


def test_an_older_copy_of_the_same_study_changes_nothing(world: World, phone: Phone) -> None:
    """Every line of a plain copy was said once, so it is known, also where it was amended or taken back since."""
    visit, entry = _note(phone)
    gap = phone.change("gap.recorded", {"encounter_id": visit["subject_id"], "kind": "off_record", "from": stamp(3)})
    note = phone.change("fieldnote.written", {"encounter_id": visit["subject_id"], "text": "om aftenen"})
    phone.push(gap, note)
    copy = _export(phone)
    later = phone.amend(entry, {"jotting": "vent lidt", "actor_id": None})
    phone.push(later, phone.amend(visit, {"setting": "home 3"}), phone.amend(note, {}, kind="fieldnote.retracted"))
    before, log = _export(phone), phone.pull_all()
    for dry_run in ("true", "false"):
        report = _send(phone, copy, dry_run=dry_run).json()
        assert (report["stored"], report["created"], report["differing"]) == (0, {}, [])
        assert report["known"] == sum(line["type"] not in ("study", "codebook", "code") for line in copy)
    assert (_export(phone), phone.pull_all(), phone.read("conflicts")) == (before, log, [])
    with world.database.read() as session:
        assert verify(session) == []


def test_what_was_never_said_stands_beside_and_is_reported_first(phone: Phone) -> None:
    """A copy that somebody edited by hand: its row is told by a dry run; imported, both values stand."""
    _, entry = _note(phone)
    copy = _export(phone)
    row = next(place for place, line in enumerate(copy, 1) if line.get("id") == entry["subject_id"])
    copy[row - 1]["jotting"] = "noget andet"
    assert _send(phone, copy, dry_run="true").json()["differing"] == [{"row": row, "code": "line.differs", "where": ""}]
    assert phone.read("conflicts") == []
    report = _send(phone, copy).json()
    assert (report["stored"], report["created"]) == (1, {})
    (conflict,) = phone.read("conflicts")
    assert [one["field"] for one in conflict["conflicts"]] == ["jotting"]
    assert {value["value"] for value in conflict["conflicts"][0]["values"]} == {"vent", "noget andet"}
    assert _send(phone, copy).json()["differing"] == []


def test_what_a_newer_phone_wrote_is_quarantined_and_told(phone: Phone) -> None:
    """A saved copy holds change lines verbatim: what is not understood does not stop the rest."""
    visit = phone.visit()
    newer = {**phone.visit(), "schema": 2}
    report = _send(phone, [{"type": "change", **change} for change in (newer, visit)]).json()
    assert (report["stored"], report["quarantined"]) == (1, [{"row": 1, "code": "change.schema_newer", "where": ""}])
    assert len(phone.read("quarantine")) == 1


CODE = {"type": "code", "dimension": "action", "key": "sings", "label": {"en": "Sings"}, "definition": None}
ODD: list[dict[str, Any]] = [
    {"type": "encounter", "id": []},
    {"type": "encounter", "id": VISIT, "kind": "visit", "started_at": stamp(0), "observer": 5},
    {"type": "encounter", "id": VISIT, "kind": "visit", "started_at": stamp(0), "observer": "a\ud800"},
    {"type": "encounter", "id": VISIT, "kind": "visit", "started_at": stamp(0), "observer": "a\x00"},
    {"type": "encounter", "id": VISIT, "kind": "visit", "started_at": stamp(0), "observer": "a" * 300},
    {"type": "entry", "id": ENTRY, "encounter_id": [VISIT], "kind": "point", "started_at": stamp(1)},
    {
        "type": "entry",
        "id": ENTRY,
        "encounter_id": VISIT,
        "kind": "point",
        "started_at": "0001-01-01T00:00:00.000+14:00",
        "conflicts": [{"field": "jotting", "values": [{"value": "a"}, {"value": "b"}]}],
    },
    CODE | {"version": []},
    {"type": "codebook", "version": []},
    {"type": "change", "author": "a\ud800"},
    {"type": "change", "author": ""},
    {"type": "change", "kind": [], "payload": {}},
    {"type": "change", "kind": "codebook.drafted", "payload": {"version": 7, "codes": 5}},
]


@pytest.mark.parametrize("line", ODD, ids=[f"{line['type']}-{n}" for n, line in enumerate(ODD)])
def test_an_odd_line_is_refused_by_its_row_and_nothing_is_kept(phone: Phone, line: dict[str, Any]) -> None:
    """The answer names the row and the field, never what stood there."""
    content = "\n".join(json.dumps(one) for one in [LINES[0], line])
    answer = phone.client.post(f"{phone.url}/imports/jsonl", content=content)
    assert answer.status_code == 422, answer.text
    assert {error["loc"][0] for error in answer.json()["errors"]} == {2}
    assert "\\ud800" not in answer.text and "aaa" not in answer.text
    assert phone.read("actors") == []
    assert len(phone.client.get(f"{phone.url}/members").json()["items"]) == 1


@pytest.mark.parametrize("field", [{"subject_id": []}, {"parents": 5}, {"change_id": []}, {"made_at": 5}])
@pytest.mark.parametrize("kind", ["study.amended", "entry.logged"])
def test_an_odd_change_of_a_saved_copy_is_quarantined_and_the_rest_comes_in(
    phone: Phone, kind: str, field: dict[str, Any]
) -> None:
    """One poisoned change must not keep a phone's other entries out."""
    change = phone.entry(phone.visit()) | {"type": "change", "kind": kind} | field
    answer = _send(phone, [LINES[0], change])
    assert answer.status_code == 200, answer.text
    assert (answer.json()["created"], len(answer.json()["quarantined"])) == ({"actor": 1}, 1)


def test_a_null_means_that_nothing_is_said(phone: Phone) -> None:
    """Also in a code."""
    answer = _send(phone, [{"type": "codebook", "version": 1, "note": None}, CODE | {"version": 1}])
    assert answer.status_code == 200, answer.text
    (code,) = phone.read("codebooks")[-1]["codes"]
    assert (code["key"], code["definition"]) == ("sings", "")


def test_only_the_lead_imports(world: World, study_id: UUID, phone: Phone) -> None:
    """A file speaks in everybody's name."""
    anna = join_with_phone(world, study_id, "Anna")
    assert _send(anna, LINES).json()["code"] == "role.insufficient"


def test_an_unknown_format_and_a_failing_commit_are_told(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    """404 for a format nobody reads; never 200 before the commit."""
    assert phone.client.post(f"{phone.url}/imports/nvivo", content=b"{}").json()["code"] == "import.unknown"

    def fail(_session: Session) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Session, "commit", fail)
    assert _send(phone, LINES).status_code == 500


def test_the_report_is_said_in_sentences() -> None:
    """As the console prints it."""
    report = ImportReport("jsonl", dry_run=True, stored=3, observers=["observer-7"])
    report.created.update(["entry", "entry", "visit"])
    report.quarantined.append(RowError(4, "change.schema_newer"))
    report.differing.append(RowError(9, "line.differs"))
    assert report.lines() == [
        "Changes that would be stored: 3; that were there already: 0.",
        "Things that would be created: entry 2, visit 1.",
        "Observers that would be made members without sign-in: observer-7.",
        "Row 4: quarantined, change.schema_newer.",
        "Row 9: differs from everything the study has said so far, and will stand beside it.",
    ]
