"""Backup and restore: whole, consistent under writes, a new epoch, nobody signed in, the erased stays erased."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from skygge.backup import read_backup, write_backup
from skygge.client import Device, new_subject_id
from skygge.errors import StartRefused
from skygge.fieldlog.verify import verify
from skygge.privacy.concerns import remove_again
from skygge.sync.restore import begin_anew
from tests.fixtures.backups import check_restored, tally
from tests.fixtures.world import PASSWORD, Person, World
from tests.sync.phone import Change, Phone, stamp, words

MARKER = "Annemette-Marker"
# So many questions into the backup, a phone writes.
AFTER_SOME_TABLES = 5
_numbers = itertools.count()


def back_up(world: World, file: Path) -> None:
    """As the command does it."""
    with world.database.read() as session:
        write_backup(session, file, world.clock())


def restore(world: World, file: Path) -> None:
    """As the command does it."""
    with world.database.write() as session:
        read_backup(session, file)
        ledger = list(world.database.ledger.read())
        begin_anew(session, ledger, world.clock())
        remove_again(session, ledger)


def device_of(world: World, study_id: UUID, person: Person, **options: Any) -> Device:
    """The client of the library against this application."""
    script = world.make_script(study_id, person, may_write=True)
    token = script.headers["Authorization"].removeprefix("Bearer ")

    def ask(method: str, url: str, headers: Any, body: bytes | None) -> tuple[int, Any, bytes]:
        answer = script.request(method, url, headers=headers, content=body)
        return answer.status_code, answer.headers, answer.content

    return Device(world.settings.url_of_origin, study_id, token, transport=ask, attempts=1, **options)


def test_what_was_backed_up_comes_back_and_everybody_signs_in_anew(
    world: World, phone: Phone, study_id: UUID, lead: Person, tmp_path: Path
) -> None:
    """The tables are those of the backup, the epoch is greater, sessions are gone, what is newer is offered again."""
    visit = phone.visit()
    phone.push(visit)
    back_up(world, tmp_path / "a.backup")
    before = phone.pull()
    phone.push(phone.entry(visit))
    restore(world, tmp_path / "a.backup")
    assert phone.client.get(f"{phone.url}/changes").status_code == 401
    phone.client = world.make_person(lead.name).client
    page = phone.pull()
    assert page["epoch"] > before["epoch"]
    assert (page["changes"], page["checksum"]) == (before["changes"], before["checksum"])
    with world.database.read() as session:
        assert verify(session) == []


def test_a_backup_made_while_a_phone_writes_is_of_one_moment(
    world: World, phone: Phone, study_id: UUID, lead: Person, tmp_path: Path
) -> None:
    """What is stored between two tables of the backup is in none of them: counter, log and tables agree."""
    visit = phone.visit()
    phone.push(visit)
    before, asked = phone.pull(), itertools.count(1)

    def write_between(*_: Any) -> None:
        if next(asked) == AFTER_SOME_TABLES:
            assert words(phone.push(phone.entry(visit))) == ["stored"]

    event.listen(world.database.reader, "before_cursor_execute", write_between)
    try:
        back_up(world, tmp_path / "a.backup")
    finally:
        event.remove(world.database.reader, "before_cursor_execute", write_between)
    assert next(asked) > AFTER_SOME_TABLES + 3, "nothing was written while the backup was made"
    assert phone.pull()["cursor"] == before["cursor"] + 1
    restore(world, tmp_path / "a.backup")
    phone.client = world.make_person(lead.name).client
    page = phone.pull()
    assert (page["changes"], page["cursor"]) == (before["changes"], before["cursor"])
    with world.database.read() as session:
        assert verify(session) == []


def test_every_table_is_after_the_restore_what_it_was_in_the_backup(
    world: World, phone: Phone, study_id: UUID, lead: Person, tmp_path: Path
) -> None:
    """Rows and hashes of all tables, each with something in it; what came since is in none of them."""
    marked = fill_tables(phone)
    strike = phone.change("words.struck", {"words": MARKER, "replacement": "C1"}, subject_id=marked["subject_id"])
    assert words(phone.push(strike)) == ["erased"]
    back_up(world, tmp_path / "a.backup")
    empty = {name for name, one in tally(tmp_path / "a.backup").items() if not one.n_rows}
    assert empty <= {"setup_link", "reset_link"}, "nothing is shown of a table without rows"
    world.clock.turn(minutes=1)
    fill_tables(phone)
    restore(world, tmp_path / "a.backup")
    back_up(world, tmp_path / "b.backup")
    check_restored(tmp_path / "a.backup", tmp_path / "b.backup")
    assert world.anonymous.post("/api/v1/session", json={"name": lead.name, "password": PASSWORD}).status_code == 200


def fill_tables(phone: Phone) -> Change:
    """A row in each table that people and phones fill, with texts that are hard to carry; an entry with MARKER."""
    words_of_all_kinds = "Æøå 🌱 'quoted' \\ \n=SUM(1)  \u2028 two"
    citizen = phone.change("actor.added", {"label": "C1", "kind": "citizen"})
    visit = phone.visit(setting=words_of_all_kinds)
    entry = phone.entry(visit, actor_id=citizen["subject_id"], jotting=words_of_all_kinds)
    marked, wrong = phone.entry(visit, jotting=MARKER), phone.change("from.tomorrow", {"x": 1})
    more = [
        phone.change(
            "memo.written", {"text": words_of_all_kinds, "about": [{"type": "entry", "id": entry["subject_id"]}]}
        ),
        phone.change("fieldnote.written", {"encounter_id": visit["subject_id"], "text": words_of_all_kinds}),
        phone.change("gap.recorded", {"encounter_id": visit["subject_id"], "kind": "off_record", "from": stamp(9)}),
        phone.change("consent.recorded", {"actor_id": citizen["subject_id"], "at": stamp(1)}),
        phone.change("code.proposed", {"dimension": "action", "key": f"nyt{next(_numbers)}", "label": {"da": "nyt"}}),
    ]
    assert words(phone.push(citizen, visit, entry, marked, wrong, *more)) == [
        *4 * ["stored"],
        "quarantined",
        *5 * ["stored"],
    ]
    for path, body in (
        ("concerns", {"text": words_of_all_kinds}),
        ("requests", {"kind": "access", "received_on": "2026-03-02"}),
        ("invitations", {}),
        ("tokens", {"name": "script"}),
        ("devices", {"device_id": str(phone.device_id), "name": "den blå"}),
    ):
        made = phone.client.post(f"{phone.url}/{path}", json=body)
        assert made.status_code in (200, 201), (path, made.text)
    assert phone.client.post("/api/v1/pairings").status_code == 201
    assert phone.client.post("/api/v1/spare-codes", json={"password": PASSWORD}).status_code == 201
    assert phone.client.post("/api/v1/session", json={"name": "Ingen", "password": PASSWORD}).status_code == 401
    return marked


def test_a_concern_taken_back_after_the_backup_stays_away(
    world: World, phone: Phone, lead: Person, tmp_path: Path
) -> None:
    """Its author has taken it back; one that was not taken back is there again."""
    made = [phone.client.post(f"{phone.url}/concerns", json={"text": words}).json() for words in (MARKER, "andet")]
    back_up(world, tmp_path / "a.backup")
    assert phone.client.delete(f"{phone.url}/concerns/{made[0]['concern_id']}").status_code == 204
    restore(world, tmp_path / "a.backup")
    phone.client = world.make_person(lead.name).client
    assert [one["text"] for one in phone.read("concerns")] == ["andet"]


def test_an_erasure_after_the_backup_is_carried_out_again(
    world: World, phone: Phone, study_id: UUID, lead: Person, tmp_path: Path
) -> None:
    """Struck words and erased entries of an older backup do not come back, nor from a phone that slept through it."""
    visit, memo = phone.visit(), phone.change("memo.written", {"text": f"{MARKER} og Bo"})
    entry = phone.entry(visit, jotting=MARKER)
    phone.push(visit, entry, memo)
    back_up(world, tmp_path / "a.backup")
    later = phone.change("memo.written", {"text": f"{MARKER} igen"})
    phone.push(later)
    for one in (memo, later):
        strike = phone.change("words.struck", {"words": MARKER, "replacement": "C1"}, subject_id=one["subject_id"])
        assert words(phone.push(strike)) == ["erased"]
    struck = {"from": entry["made_at"], "to": entry["made_at"]}
    phone.push(phone.change("encounter.struck", struck, subject_id=visit["subject_id"]))
    restore(world, tmp_path / "a.backup")
    phone.client = world.make_person(lead.name).client
    assert MARKER not in json.dumps(phone.pull_all())
    assert [one["text"] for one in phone.read("memos")] == ["C1 og Bo"]
    # Of what the backup lacks nothing is told, as a phone would erase its copy whole: it is struck when offered again.
    told = [change["subject_id"] for change in phone.pull_all() if change["kind"] == "subject.redacted"]
    assert set(told) == {memo["subject_id"], entry["subject_id"]}
    again = phone.push(visit, entry, memo, later)
    assert words(again) == ["known", "erased", "erased", "erased"]
    assert [one["text"] for one in phone.read("memos")] == ["C1 og Bo", "C1 igen"]
    assert MARKER not in json.dumps(phone.pull_all()) + json.dumps(again)
    with world.database.read() as session:
        assert verify(session) == []


def test_a_device_revoked_after_the_backup_stays_revoked(
    world: World, phone: Phone, study_id: UUID, lead: Person, tmp_path: Path
) -> None:
    """A lost phone does not come back to life with the older tables."""
    phone.push(phone.visit())
    back_up(world, tmp_path / "a.backup")
    phone.client.post(f"{phone.url}/devices", json={"device_id": str(phone.device_id), "revoked": True})
    restore(world, tmp_path / "a.backup")
    phone.client = world.make_person(lead.name).client
    assert phone.push(phone.visit())[0]["code"] == "device.revoked"


def test_a_device_offers_everything_it_made_to_a_restored_server(
    world: World, study_id: UUID, lead: Person, tmp_path: Path
) -> None:
    """What was acknowledged and lost with the restore is there again, once."""
    device = device_of(world, study_id, lead)
    back_up(world, tmp_path / "a.backup")
    made = [device.report("memo.written", str(UUID(int=7 + number)), {"text": "m"}) for number in range(3)]
    device.sync()
    restore(world, tmp_path / "a.backup")
    fresh = device_of(world, study_id, world.make_person(lead.name), device_id=device.device_id)
    fresh.notebook = device.notebook
    fresh.sync()
    told = [change["change_id"] for change in Phone(world.make_person(lead.name).client, study_id).pull_all()]
    assert [told.count(change["change_id"]) for change in made] == [1, 1, 1]
    assert fresh.outbox == []


def test_a_damaged_file_changes_nothing(world: World, phone: Phone, tmp_path: Path) -> None:
    """Half a backup is none; the tables stay as they were and so does everybody's session."""
    phone.push(phone.visit())
    back_up(world, tmp_path / "a.backup")
    before = phone.pull()["changes"]
    whole = (tmp_path / "a.backup").read_bytes()
    for damaged in (whole[: len(whole) // 2], whole[:2000] + b"\0\0\0\0" + whole[2004:], b""):
        (tmp_path / "b.backup").write_bytes(damaged)
        with pytest.raises(StartRefused):
            restore(world, tmp_path / "b.backup")
    with pytest.raises(StartRefused, match="already"):
        back_up(world, tmp_path / "a.backup")
    assert phone.pull()["changes"] == before


def test_a_day_that_differs_is_found_and_taken_anew(world: World, study_id: UUID, lead: Person) -> None:
    """A device whose copy is damaged notices by the checksum, asks for that day and mends it."""
    device = device_of(world, study_id, lead)
    phone = Phone(lead.client, study_id)
    phone.push(phone.visit())
    device.sync()
    world.clock.turn(days=1)
    phone.client = world.make_person(lead.name).client
    phone.push(second := phone.visit())
    device.sync()
    kept = device.notebook.kept.pop(second["change_id"])
    device.notebook.by_subject.clear()
    device.notebook.checksum -= kept.share or 0
    asked: list[str] = []
    ask = device.transport

    def listen(method: str, url: str, headers: Any, body: bytes | None) -> tuple[int, Any, bytes]:
        asked.append(url)
        return ask(method, url, headers, body)

    device.transport = listen
    device.sync()
    assert second["change_id"] in device.notebook.kept
    assert [url.split("day=")[1][:10] for url in asked if "day=" in url] == [world.clock().date().isoformat()]


def test_a_revoked_device_has_sixty_days_for_its_last_words(world: World, phone: Phone, lead: Person) -> None:
    """Push only, all of it parked; afterwards not even that."""
    device_id = phone.device_id
    own = Phone(world.make_person(lead.name, device_id=device_id).client, phone.study_id, device_id)
    own.push(own.visit())
    phone.client.post(f"{phone.url}/devices", json={"device_id": str(device_id), "revoked": True})
    world.clock.turn(days=59)
    own.client = world.make_person(lead.name, device_id=device_id).client
    assert own.push(own.visit())[0]["code"] == "device.revoked"
    assert own.client.get(f"{own.url}/changes").json()["code"] == "device_revoked"
    world.clock.turn(days=2)
    refused = own.client.post(f"{own.url}/changes", json=own.body([own.visit()]))
    assert (refused.status_code, refused.json()["code"]) == (401, "device_revoked")


def test_the_days_of_a_feed_add_up_to_its_checksum(world: World, phone: Phone, lead: Person) -> None:
    """What a device compares when the whole does not fit."""
    phone.push(phone.visit())
    world.clock.turn(days=1)
    phone.client = world.make_person(lead.name).client
    phone.push(phone.visit())
    answer = phone.client.get(f"{phone.url}/changes/days").json()
    total = sum(int(day["checksum"], 16) for day in answer["days"]) % 2**40
    assert (f"{total:010x}", len(answer["days"])) == (phone.pull()["checksum"], 2)


def test_words_struck_while_the_restored_server_lacks_them_come_back_struck(
    world: World, study_id: UUID, lead: Person, tmp_path: Path
) -> None:
    """Found by the fleet of thirty phones (seed 7, SQLite): a strike arrived before the text, which was then stored.

    The text is on two phones, a restore has taken it from the server, one phone strikes and syncs first, and its maker
    offers the original again.
    """
    maker, striker = (device_of(world, study_id, lead, device_id=uuid4()) for _ in range(2))
    visit, entry = new_subject_id(), new_subject_id()
    maker.report("encounter.started", visit, {"kind": "visit", "started_at": stamp(0)})
    maker.sync()
    back_up(world, tmp_path / "a.backup")
    jotting = f"🙂 {MARKER} kom, og {MARKER} gik"
    payload = {"encounter_id": visit, "kind": "point", "started_at": stamp(1), "jotting": jotting}
    maker.report("entry.logged", entry, payload)
    maker.sync()
    striker.sync()
    restore(world, tmp_path / "a.backup")
    maker, striker = (_sign_in_anew(world, study_id, lead, device) for device in (maker, striker))
    striker.report("words.struck", entry, {"words": MARKER, "replacement": "C1"})
    for device in (striker, maker, striker):
        device.sync()
    feed = list(device_of(world, study_id, lead).pull())
    for copy in (feed, maker.notebook.to_json(), striker.notebook.to_json()):
        assert MARKER not in json.dumps(copy)
    for device in (maker, striker):
        (found,) = device.find("entry")
        assert found.fields["jotting"] == "🙂 C1 kom, og C1 gik"
    with world.database.read() as session:
        assert verify(session) == []


def _sign_in_anew(world: World, study_id: UUID, person: Person, device: Device) -> Device:
    again = device_of(world, study_id, person, device_id=device.device_id)
    again.notebook = device.notebook
    return again
