"""What goes wrong with phones and clocks, and with studies larger than a screen. One study, one phone."""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.e2e.field import Field, sure

# Five hundred in ten minutes; on a busy machine the disk alone needs a minute for them.
MANY = 500 if os.environ.get("SKYGGE_TEST_SIZE") == "deep" else 60
FULL = """() => {
  window.wholeAdd = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = () => { throw new DOMException('no room', 'QuotaExceededError'); };
}"""
ROOM = "() => { IDBObjectStore.prototype.add = window.wholeAdd; }"
MARKS = """async (n) => {
  for (let each = 0; each < n; each++) {
    document.querySelector('button.mark').click();
    if (each % 10 === 0) await new Promise((done) => setTimeout(done));
  }
}"""


def test_a_full_phone_says_so_and_keeps_the_tap(field: Field) -> None:
    """An amber row with two ways out that do not touch the database; with room again the tap is saved as it was."""
    hand = field.begin()
    field.read("entries")
    field.page.evaluate(FULL)
    hand.mark()
    expect(field.page.get_by_text("This phone is full")).to_be_visible()
    with field.page.expect_download() as saved:
        hand.tap("Save copy")
    (line,) = saved.value.path().read_text("utf-8").splitlines()
    assert json.loads(line)["kind"] == "entry.logged"
    hand.tap("Send now")
    sure(lambda: len(_entries_at_server(field)) == 1, "the server was not given the tap")
    field.page.evaluate(ROOM)
    hand.mark()
    expect(field.page.get_by_text("This phone is full")).to_be_hidden()
    assert len(field.entries()) == 2
    hand.end()


def test_a_full_phone_says_of_every_touch_that_it_was_not_written(field: Field) -> None:
    """A pause and a person who asks to stop are no entries: nothing holds them, so she has to know, in a sheet too."""
    hand = field.begin(("Citizen", "C1"))
    page = field.page
    unsaid = page.get_by_role("alert").filter(has_text="was not written")
    page.evaluate(FULL)
    try:
        hand.tap("Off record")
        expect(unsaid).to_be_visible()
        expect(page.get_by_role("button", name="Back on record")).to_have_count(0)
        hand.tap("Close")
        expect(unsaid).to_have_count(0)
        hand.more("Who is here, consent")
        sheet = page.get_by_role("dialog", name="Who is here")
        sheet.get_by_role("button", name="Stop for C1").tap()
        expect(sheet.get_by_role("alert")).to_be_visible()
        expect(sheet.get_by_role("button", name="Stop for C1")).to_be_visible()
        sheet.get_by_role("button", name="Close").tap()
        hand.tap("Close")
        expect(unsaid).to_have_count(0)
        hand.tap("End")
        hand.tap("End now")
        expect(unsaid).to_be_visible()
        expect(page.get_by_role("button", name="MARK").first).to_be_visible()
        expect(page.get_by_text("held in memory")).to_have_count(0)
    finally:
        page.evaluate(ROOM)
    # What is written next takes the sentence away: it would be about that. The end of the visit leads to another page.
    hand.tap("Off record")
    expect(page.get_by_role("button", name="Back on record")).to_be_visible()
    expect(unsaid).to_have_count(0)
    page.evaluate(FULL)
    hand.tap("Back on record")
    expect(unsaid).to_be_visible()
    page.evaluate(ROOM)
    hand.tap("End")
    hand.tap("End now")
    expect(page.get_by_role("heading", name="has ended")).to_be_visible()
    expect(unsaid).to_have_count(0)
    hand.tap("Done")


def _entries_at_server(field: Field) -> list[object]:
    answer = field.page.request.get(f"{field.server.origin}/api/v1/studies/{field.study_id}/entries?limit=500")
    items: list[object] = answer.json()["items"]
    return items


def test_a_clock_moved_back_and_forward_keeps_every_entry_and_its_own_hour(field: Field) -> None:
    """Nothing is reordered in silence and nothing is corrected: each entry has the time that the phone showed."""
    hand = field.begin()
    now = datetime.now(UTC)
    for moved in (timedelta(0), timedelta(hours=-2), timedelta(hours=3)):
        field.page.clock.set_system_time(now + moved)
        hand.mark()
    field.page.clock.set_system_time(now)
    times = sorted(datetime.fromisoformat(str(entry["started_at"])) for entry in field.entries())
    apart = [round((time - times[1]).total_seconds() / 3600) for time in times]
    assert apart == [-2, 0, 3]
    field.page.reload()
    field.settle()


def test_another_time_zone_in_the_middle_is_written_beside_each_time(field: Field) -> None:
    """A border, or the night in which clocks change: the local hour of each entry survives."""
    hand = field.begin()
    hand.mark()
    field.page.evaluate("() => { Date.prototype.getTimezoneOffset = () => -780; }")
    hand.mark()
    here, there = [datetime.fromisoformat(str(entry["started_at"])) for entry in field.entries()]
    assert there.utcoffset() != here.utcoffset()
    assert 0 <= (there - here).total_seconds() < 120
    field.page.reload()
    field.settle()


def test_a_night_over_midnight_in_which_the_clocks_go_back(field: Field) -> None:
    """Half past two comes twice: two entries an hour apart, in the order of the taps, on the day before."""
    field.page.clock.set_system_time("2026-10-24T21:58:00Z")
    hand = field.begin()
    for moment in ("2026-10-24T21:59:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"):
        field.page.clock.set_system_time(moment)
        hand.mark()
    hand.end()
    hand.truth("on the server ✓")
    times = ["2026-10-24T23:59+02:00", "2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00"]
    (night,) = (one["id"] for one in field.read("encounters") if str(one["started_at"]).startswith("2026-10-24"))
    kept = [datetime.fromisoformat(str(one["started_at"])) for one in field.entries(night)]
    assert [one.isoformat(timespec="minutes") for one in kept] == times
    rows = _rows_of_the_file(field, night)
    assert [datetime.fromisoformat(one["started_at_local"]).isoformat(timespec="minutes") for one in rows] == times
    apart = [(float(one["start_s"]) - float(rows[0]["start_s"])) / 60 for one in rows]
    assert [round(minutes) for minutes in apart] == [0, 151, 211]
    page = field.page
    page.goto(f"{field.server.origin}/#/")
    row = page.get_by_role("link", name="23:58–02:30", exact=False)
    expect(row).to_contain_text("3 entries")
    expect(page.get_by_role("heading", name="Saturday 24 October")).to_be_visible()
    expect(page.get_by_role("heading", name="Sunday 25 October")).to_have_count(0)
    row.click()
    expect(page.get_by_role("link", name="02:30 marked")).to_have_count(2)
    page.clock.set_system_time(datetime.now(UTC))
    page.reload()
    field.settle()


def _rows_of_the_file(field: Field, encounter_id: str) -> list[dict[str, str]]:
    url = f"{field.server.origin}/api/v1/studies/{field.study_id}/exports/entries-csv?clock_times=1"
    rows = list(csv.DictReader(io.StringIO(field.page.request.get(url).text().removeprefix("\ufeff"))))
    return [one for one in rows if one["encounter_id"] == encounter_id]


def test_hundreds_of_entries_in_one_visit(field: Field) -> None:
    """More than anybody taps: all are there, in the order of the taps, each once."""
    hand = field.begin()
    field.page.evaluate(MARKS, MANY)
    sure(lambda: len(field.entries()) == MANY, "entries are missing")
    hand.mark()
    sure(lambda: len(field.entries()) == MANY + 1, "the last one is missing")
    hand.end()


def test_a_name_of_two_hundred_letters_from_right_to_left_breaks_nothing(field: Field) -> None:
    """The row keeps its buttons on the screen, and MARK its place."""
    label = "\u202eשלום " * 33
    hand = field.begin()
    hand.tap("Add somebody")
    sheet = field.page.get_by_role("dialog")
    sheet.get_by_label("Pseudonym").fill(label)
    sheet.get_by_role("button", name="Add ").tap()
    expect(sheet).to_be_hidden()
    hand.mark()
    assert field.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    bar = field.page.locator("button.mark").bounding_box()
    more = field.page.get_by_role("button", name="Towards whom", exact=True).bounding_box()
    assert bar is not None and more is not None
    assert bar["y"] + bar["height"] <= 740 + 1 and more["x"] + more["width"] <= 360
    hand.end()


def test_a_codebook_of_eighty_codes_scrolls_and_never_hides_mark(field: Field) -> None:
    """Eighty codes proposed on the way: the last can be reached, and MARK stands where it stood."""
    hand = field.begin()
    before = field.page.locator("button.mark").bounding_box()
    field.read("entries")
    device = field.page.evaluate(DEVICE)
    changes = [_proposed(device, number) for number in range(80)]
    address = f"{field.server.origin}/api/v1/studies/{field.study_id}/changes"
    body = {"protocol": 1, "device_id": device, "device_time": datetime.now(UTC).isoformat(), "changes": changes}
    answer = field.page.request.post(address, data=body, headers={"Origin": field.server.origin})
    assert {one["verdict"] for one in answer.json()["verdicts"]} == {"stored"}, answer.text()
    field.page.reload()
    hand.mark()
    last = hand.group("Actions").get_by_role("button", name="Kode 79", exact=True)
    last.scroll_into_view_if_needed()
    last.tap()
    assert field.page.locator("button.mark").bounding_box() == before
    hand.tap("None of these")
    sure(lambda: field.entries()[-1]["action"] == "kode_79", "the last code was not given")
    hand.end()


DEVICE = """async () => {
  const answer = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  const db = await answer(indexedDB.open('skygge'));
  const [device] = await answer(db.transaction('device').objectStore('device').getAll());
  db.close();
  return device;
}"""


def _proposed(device: str, number: int) -> dict[str, object]:
    code = {"dimension": "action", "key": f"kode_{number}", "label": {"en": f"Kode {number}"}}
    made = {"made_at": datetime.now(UTC).isoformat(timespec="milliseconds"), "utc_offset_minutes": 0}
    return {
        "change_id": f"0192a000-0000-7000-8000-{number:012d}", "kind": "code.proposed",
        "subject_id": f"0192a001-0000-7000-8000-{number:012d}", "parents": [], "payload": code, **made,
        "time_zone": "UTC", "device_id": device, "device_seq": 100_000 + number, "session_id": "test",
        "monotonic_ms": 1, "schema": 1, "app_version": "0.1.0",
    }  # fmt: skip


def test_a_request_that_the_server_failed_is_named_as_in_its_log(field: Field) -> None:
    """So that whoever runs it finds what happened; the tap stays on the phone and is sent once the server is mended."""
    hand = field.begin()
    page = field.page
    n_before = len(_entries_at_server(field))
    with closing(sqlite3.connect(field.server.data / "skygge.db", timeout=30)) as database:
        database.execute("ALTER TABLE entry RENAME TO away")
        try:
            hand.mark()
            page.goto(f"{field.server.origin}/#/sync")
            hand.tap("Send now")
            named = page.get_by_text("For whoever runs the server:")
            expect(named).to_be_visible()
            request_id = named.inner_text().rpartition(" ")[2]
            lines = [line for line in field.server.output.splitlines() if f'"request_id": "{request_id}"' in line]
            assert max(json.loads(line).get("status", 0) for line in lines) >= 500, lines
        finally:
            database.execute("ALTER TABLE away RENAME TO entry")
    hand.tap("Send now")
    sure(lambda: len(_entries_at_server(field)) == n_before + 1, "the server was not given the tap")
    expect(named).to_have_count(0)
    page.goto(f"{field.server.origin}/#/capture")
    hand.end()
