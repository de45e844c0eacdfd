"""A download is stopped on the screen, an analyst is allowed more: both stand on the screen of who exported what."""

from __future__ import annotations

import re
import sqlite3
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import MakePhone
from tests.e2e.field import sure
from tests.e2e.observer import PASSWORD
from tests.e2e.phone import LAPTOP, PHONE
from tests.e2e.test_screens import PICTURES, _enter, demo, server
from tests.fixtures.server_process import ServerProcess
from tests.sync.phone import Phone

__all__ = ["demo", "server"]
SLOWLY = {"offline": False, "latency": 0, "downloadThroughput": 200_000, "uploadThroughput": 200_000}


def look_at(page: Page, name: str) -> None:
    """A picture in each light, for a person to look at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=PICTURES / f"{name}-{scheme}.png", full_page=True)


@pytest.mark.parametrize(("size", "locale"), [(LAPTOP, "en-GB"), pytest.param(PHONE, "da-DK", marks=pytest.mark.deep)])
def test_a_stopped_download_and_a_change_of_rights_are_on_record(
    demo: ServerProcess, make_phone: MakePhone, size: tuple[int, int], locale: str
) -> None:
    """Stop says that nothing was kept; the log says how far it came, and that the analyst may have everything."""
    is_english = locale.startswith("en")
    phone = make_phone("records", size=size, locale=locale, dark=False)
    page = phone.open("/")
    _enter(demo, phone, page)
    with sqlite3.connect(demo.data / "skygge.db") as connection:
        connection.execute("UPDATE entry SET jotting = ?", ["vent lidt " * 9_000])
    studies = page.request.get(f"{demo.origin}/api/v1/me").json()["studies"]
    study = f"{demo.origin}/api/v1/studies/{next(one['study_id'] for one in studies if 'xampl' in one['title'])}"
    anne = page.request.post(f"{study}/members", data={"observer": "Anne", "role": "analyst"})
    assert anne.ok, anne.text()
    page.goto(f"{demo.origin}/#/export/jsonl")
    # How long the file will be is known: nothing on the screen changes any more by itself.
    expect(page.get_by_text(re.compile(r"\d MB"))).to_be_visible(timeout=60_000)
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOWLY)
    page.get_by_role("button", name="jsonl").click()
    page.get_by_role("button", name="Stop" if is_english else "Afbryd", exact=True).click()
    expect(page.get_by_text("Stopped. Nothing was kept" if is_english else "Afbrudt. Intet blev gemt")).to_be_visible()
    log = f"{study}/audit?kind=export.stopped"
    sure(lambda: len(page.request.get(log).json()["items"]) == 1, "the server did not notice")
    _stop_an_import(page, demo, is_english)
    page.goto(f"{demo.origin}/#/records")
    words = "Download stopped in the middle" if is_english else "Hentning standset undervejs"
    expect(page.get_by_text(words)).to_be_visible(timeout=60_000)
    switch = page.get_by_role("checkbox", name="Anne")
    expect(switch).not_to_be_checked()
    switch.check()
    allowed = "may download everything" if is_english else "må hente alt"
    page.get_by_role("radio", name="Everything" if is_english else "Alt", exact=True).check()
    expect(page.get_by_role("listitem").filter(has_text=allowed)).to_be_visible()
    look_at(page, f"records-{locale[:2]}")
    members = page.request.get(f"{study}/members").json()["items"]
    assert [one["exports_full"] for one in members if one["role"] == "analyst"] == [True]


def _stop_an_import(page: Page, demo: ServerProcess, is_english: bool) -> None:
    """A file that takes its time to be sent."""
    page.goto(f"{demo.origin}/#/import")
    file = {"name": "a.jsonl", "mimeType": "application/jsonl", "buffer": b'{"type": "memo"}\n' * 200_000}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]  # one file
    page.get_by_role("button", name="Try it" if is_english else "Prøv", exact=True).click()
    page.get_by_role("button", name="Stop" if is_english else "Afbryd", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("Stopped." if is_english else "Afbrudt.")


def test_words_struck_on_a_phone_tell_the_lead_which_files_may_hold_them(
    demo: ServerProcess, make_phone: MakePhone
) -> None:
    """Who struck them was not told, on a phone: the row of the records is. Files made afterwards are clean."""
    phone_of_lead = make_phone("struck", size=LAPTOP, locale="en-GB", dark=False)
    page = phone_of_lead.open("/")
    _enter(demo, phone_of_lead, page)
    studies = page.request.get(f"{demo.origin}/api/v1/me").json()["studies"]
    study_id = next(one["study_id"] for one in studies if "xampl" in one["title"])
    study = f"{demo.origin}/api/v1/studies/{study_id}"
    entries = page.request.get(f"{study}/entries?limit=500").json()["items"]
    entry = next(one for one in entries if one["jotting"])
    phone = Phone(None, UUID(study_id))  # type: ignore[arg-type]  # only its envelope is wanted
    word = entry["jotting"].split()[0]
    strike = phone.change("words.struck", {"words": word, "replacement": "▮"}, subject_id=entry["id"])
    page.request.get(f"{study}/exports/csv")
    told = page.request.post(f"{study}/changes", data=phone.body([strike])).json()
    assert told["verdicts"][0]["verdict"] == "erased", told
    page.request.get(f"{study}/exports/entries-csv")
    page.goto(f"{demo.origin}/#/records")
    page.get_by_role("radio", name="Everything", exact=True).check()
    row = page.get_by_role("listitem").filter(has_text="Words struck").first
    row.get_by_role("button", name="Files that may hold these words").click()
    expect(row.get_by_role("status")).to_contain_text("csv")
    expect(row.get_by_role("status")).not_to_contain_text("entries-csv")
    look_at(page, "records-struck")


def test_an_auditor_sees_the_log_and_no_jotting(demo: ServerProcess, make_phone: MakePhone) -> None:
    """Signed in like anybody else; the log is there, and no word of what was seen, on no screen and not on the disk."""
    lead = make_phone("lead", size=LAPTOP, locale="en-GB", dark=False)
    page = lead.open("/")
    _enter(demo, lead, page)
    studies = page.request.get(f"{demo.origin}/api/v1/me").json()["studies"]
    study = f"{demo.origin}/api/v1/studies/{next(one['study_id'] for one in studies if 'xampl' in one['title'])}"
    entries = page.request.get(f"{study}/entries?limit=500").json()["items"]
    jotting = next(one["jotting"] for one in entries if len(one["jotting"] or "") > 12)
    assert page.request.get(f"{study}/exports/csv").ok
    code = page.request.post(f"{study}/invitations", data={"role": "auditor"}).json()["code"]
    phone = make_phone("auditor", size=LAPTOP, locale="en-GB", dark=False)
    theirs = phone.open("/")
    form = {"code": code, "name": "Asta", "password": PASSWORD}
    assert theirs.request.post(f"{demo.origin}/api/v1/invitations/accept", data=form).ok
    theirs.goto(f"{demo.origin}/#/sign-in")
    theirs.locator("input[autocomplete=username]").fill("Asta")
    theirs.locator("input[type=password]").fill(PASSWORD)
    theirs.locator("button[type=submit]").click()
    expect(theirs.locator("input[type=password]")).to_have_count(0)
    theirs.goto(f"{demo.origin}/#/records")
    expect(theirs.get_by_role("listitem").filter(has_text="csv").first).to_be_visible()
    theirs.get_by_role("radio", name="Everything", exact=True).check()
    expect(theirs.get_by_role("listitem").filter(has_text="Invitation accepted").first).to_be_visible()
    look_at(theirs, "records-auditor-en")
    for screen in ("", "review", "find", "memos", "people", "papers", "records"):
        theirs.goto(f"{demo.origin}/#/{screen}")
        theirs.wait_for_timeout(1000)
        assert jotting not in theirs.locator("body").inner_text(), screen
    refused = theirs.request.get(f"{study}/entries")
    assert (refused.status, refused.json()["code"]) == (403, "role.insufficient")
    assert page.request.get(f"{study}/entries").ok
