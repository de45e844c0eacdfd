"""The main job: what a finger did in somebody's living room, without a network, stands in the CSV on Monday."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from tests.e2e.conftest import MakePhone
from tests.e2e.observer import Observer
from tests.fixtures.server_process import ServerProcess

HOME = ZoneInfo("Europe/Copenhagen")
JOTTING = "Hun ser væk, øjnene våde. Åh 🙂\n=SUM(A1:A3)"
SPEECH = "“vent lidt”, siger hun"

# actor, recipient, kind, action, structure, origin, jotting, verbatim: as tapped below, in this order.
EXPECTED = [
    ("P1", "", "point", "talks", "doing_with", "explicit", "", "false"),
    ("P1", "", "point", "asks", "directing", "explicit", "", "false"),
    ("C1", "", "point", "refuses_or_withdraws", "", "none", "", "false"),
    ("P1", "C1", "point", "offers", "doing_for", "explicit", "", "false"),
    ("P1", "", "point", "", "leaving_be", "later", "", "false"),
    ("P1", "", "state", "handles_a_thing", "", "none", "", "false"),
    ("P1", "", "note", "", "", "none", JOTTING, "false"),
    ("C1", "", "point", "talks", "none_of_these", "explicit", "", "false"),
    ("C1", "P1", "point", "asks", "unclear", "explicit", "", "false"),
    ("observer-1", "", "point", "laughs_or_shows_feeling", "", "none", "", "false"),
    ("C1", "", "note", "", "", "none", SPEECH, "true"),
    ("P1", "", "point", "tells", "directing", "explicit", "", "false"),
    ("C1", "", "point", "silent_or_waits", "leaving_be", "explicit", "", "false"),
    ("P1", "", "point", "offers", "doing_with", "explicit", "", "false"),
]
# What every row of the visit has in common.
SAME = {
    "encounter_number": "1", "visit_number": "1", "encounter_kind": "visit", "observer": "observer-1", "flags": "",
    "taken": "tap", "precision_s": "0", "codebook_version": "1", "time_zone": "Europe/Copenhagen",
    **dict.fromkeys(("visit_id", "setting", "agency", "focal_actor_id", "focal_actor_label", "actor_agency"), ""),
    **dict.fromkeys(("control", "care", "clock_offset_s"), ""),
}  # fmt: skip
KINDS = {"P1": "professional", "C1": "citizen", "observer-1": "observer", "": ""}
TOLD = ("actor_label", "recipient_label", "kind", "action", "structure", "structure_origin", "jotting", "verbatim")
# Compared one by one below.
OTHERS = {
    *("entry_id", "encounter_id", "sequence", "actor_id", "recipient_id", "actor_kind", "recipient_kind"),
    *("action_label", "structure_label", "start_s", "end_s", "duration_s", "end_origin"),
    *("started_at_local", "started_at_utc", "ended_at_local", "ended_at_utc"),
}


def test_fourteen_taps_without_a_network_become_fourteen_rows(server: ServerProcess, make_phone: MakePhone) -> None:
    """Airplane mode, a killed browser and a restart lose nothing, double nothing and move no time."""
    phone = make_phone()
    observer = Observer(phone.open(server.setup_url.removeprefix(server.origin)))
    observer.set_up()
    observer.wait_until_ready_offline()
    phone.wait_for_cookie_on_disk()
    server.kill()

    observer.start()
    observer.add_actor("Professional", "P1")
    observer.add_actor("Citizen", "C1")
    _log_twelve(observer)
    expect(phone.page.get_by_role("button", name="Undo", exact=True)).to_be_visible()
    touches = observer.touches
    phone.kill()

    observer = Observer(phone.open())
    expect(observer.group("Structures")).to_be_visible()
    observer.see("C1", action="Silent or waits", structure="Leaving be")
    observer.see("P1", action="Offers", structure="Doing with")
    observer.tap("End")
    observer.tap("End now")
    observer.truth("to send")

    server.start()
    observer.truth("on the server ✓")

    rows = _download_entries(observer)
    assert [_told(row) for row in rows] == EXPECTED
    assert len({row["entry_id"] for row in rows}) == 14
    assert [int(row["sequence"]) for row in rows] == list(range(1, 15))
    assert [{name: row[name] for name in SAME} for row in rows] == [SAME] * 14
    assert len({row["encounter_id"] for row in rows}) == 1
    assert set(rows[0]) == {*SAME, *TOLD, *OTHERS}, "a column that nobody compares"
    _check_names(rows)
    _check_times(rows, touches + observer.touches)
    _check_ends(rows)
    assert not [line for line in phone.console if "pageerror" in line or "Content Security Policy" in line]


def _log_twelve(observer: Observer) -> None:
    observer.see("P1", action="Talks", structure="Doing with")
    observer.see(action="Asks", structure="Directing")
    observer.see("C1", action="Refuses or withdraws")
    observer.see("P1", to="C1", action="Offers", structure="Doing for")
    observer.see("P1")
    observer.begin("P1", "Handles a thing")
    observer.page.get_by_role("region", name="Running").get_by_role("button", name=re.compile("^Stop ")).tap()
    observer.write(JOTTING)
    observer.see("C1", action="Talks", structure="None of these")
    observer.see("C1", to="P1", action="Asks", structure="Unclear")
    observer.see("me", action="Laughs or shows feeling")
    observer.write(SPEECH, actor="C1", verbatim=True)
    observer.see("P1", action="Tells", structure="Directing")
    _code_the_first_mark_later(observer)


def _code_the_first_mark_later(observer: Observer) -> None:
    """The queue is a count, never a nag; a mark gets its structure when there is time."""
    observer.page.get_by_role("button", name=re.compile(r"^\d+ to code$")).tap()
    sheet = observer.page.get_by_role("dialog")
    plain = sheet.get_by_role("listitem").filter(has_text=re.compile("P1")).filter(has_text=re.compile("marked"))
    plain.first.get_by_role("button", name="Leaving be", exact=True).tap()
    sheet.get_by_role("button", name="Close", exact=True).tap()


def _download_entries(observer: Observer) -> list[dict[str, str]]:
    """The CSV with clock times, through the screen as a person gets it."""
    page = observer.page
    page.goto(page.url.split("#")[0] + "#/export")
    page.get_by_role("button", name=re.compile("^R and Excel")).tap()
    page.get_by_role("link", name=re.compile("^Tables for R")).tap()
    page.get_by_role("checkbox", name=re.compile("clock times")).check()
    # The length is known when what the file leaves out has been counted; the button stands still from then on.
    expect(page.get_by_role("heading", name="What this file leaves out")).to_be_visible(timeout=30_000)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download csv", exact=True).tap()
    with zipfile.ZipFile(download.value.path()) as archive:
        text = archive.read("entries.csv").decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _told(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[name].lower() if name == "verbatim" else row[name] for name in TOLD)


def _check_names(rows: list[dict[str, str]]) -> None:
    """People have one id each and their kind; codes the label that stood under the finger."""
    for role in ("actor", "recipient"):
        assert [row[f"{role}_kind"] for row in rows] == [KINDS[row[f"{role}_label"]] for row in rows]
    ids = {(row[f"{role}_label"], row[f"{role}_id"]) for row in rows for role in ("actor", "recipient")}
    assert len(ids) == len(KINDS) == len({id for _, id in ids}) and ("", "") in ids
    for dimension in ("action", "structure"):
        said = [row[dimension].replace("_", " ") for row in rows]
        assert [row[f"{dimension}_label"].lower() for row in rows] == said


def _check_ends(rows: list[dict[str, str]]) -> None:
    """Only what lasts has an end: the state was stopped by a touch, after it began and before the next entry."""
    lasting = [row for row in rows if row["kind"] == "state"]
    for row in rows:
        if row not in lasting:
            assert [row[name] for name in ("end_s", "duration_s", "end_origin", "ended_at_local", "ended_at_utc")] == [
                ""
            ] * 5
    (state,) = lasting
    start, end = (datetime.fromisoformat(state[f"{what}_at_local"]) for what in ("started", "ended"))
    assert state["end_origin"] == "tap" and start < end
    assert datetime.fromisoformat(state["ended_at_utc"]) == end
    lasted = timedelta(seconds=float(state["duration_s"]))
    assert lasted == end - start == timedelta(seconds=float(state["end_s"]) - float(state["start_s"]))


def _check_times(rows: list[dict[str, str]], touches: list[tuple[datetime, datetime]]) -> None:
    """Each entry has the local time of its own first touch, in the study's zone."""
    millisecond = timedelta(milliseconds=1)  # what a stamp cuts off
    first = datetime.fromisoformat(rows[0]["started_at_local"])
    for row, (before, after) in zip(rows, touches, strict=True):
        start = datetime.fromisoformat(row["started_at_local"])
        assert before - millisecond <= start <= after
        assert start.utcoffset() == start.astimezone(HOME).utcoffset()
        assert datetime.fromisoformat(row["started_at_utc"]) == start
        assert abs(float(row["start_s"]) - (start - first).total_seconds() - float(rows[0]["start_s"])) < 0.0015
    (state,) = [row for row in rows if row["kind"] == "state"]
    assert datetime.fromisoformat(state["ended_at_local"]) > datetime.fromisoformat(state["started_at_local"])
    assert (state["end_origin"], float(state["duration_s"]) > 0) == ("tap", True)
