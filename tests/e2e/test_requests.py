"""What people observed ask for: written down, answered, and in a paper; a lost device with what it said of its lock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import MakePhone
from tests.e2e.field import Field, sure
from tests.e2e.phone import LAPTOP, PHONE
from tests.e2e.test_lock import set_lock
from tests.e2e.test_records import look_at
from tests.e2e.test_screens import _enter, demo, server
from tests.fixtures.server_process import ServerProcess

__all__ = ["demo", "server"]


@pytest.mark.parametrize(("size", "locale"), [(LAPTOP, "en-GB"), pytest.param(PHONE, "da-DK", marks=pytest.mark.deep)])
def test_a_request_is_written_down_reminded_of_and_answered(
    demo: ServerProcess, make_phone: MakePhone, size: tuple[int, int], locale: str
) -> None:
    """Late after a month, not with two more; the evening's list says so; three clicks to each paper."""
    is_english = locale.startswith("en")
    phone = make_phone("requests", size=size, locale=locale, dark=False)
    page = phone.open("/")
    _enter(demo, phone, page)
    page.goto(f"{demo.origin}/#/papers")
    title = "Requests of people observed" if is_english else "Anmodninger fra observerede"
    page.get_by_role("link", name=title, exact=True).click()
    expect(page.get_by_text("Nobody has asked" if is_english else "Ingen har bedt om noget")).to_be_visible()
    look_at(page, f"requests-none-{locale[:2]}")
    came = (datetime.now(UTC) - timedelta(days=40)).date().isoformat()
    page.get_by_label("What is asked for" if is_english else "Hvad der bedes om").select_option("erasure")
    page.get_by_label("Came on" if is_english else "Kom den").fill(came)
    page.get_by_label("Whom it is about" if is_english else "Hvem det handler om").select_option(index=1)
    page.get_by_role("button", name="Write down" if is_english else "Skriv ned", exact=True).click()
    waiting = page.get_by_role("region", name="Open" if is_english else "Åbne", exact=True).get_by_role("listitem")
    expect(waiting).to_contain_text("Late" if is_english else "For sent")
    page.goto(f"{demo.origin}/#/today")
    reminder = page.get_by_role("link", name=re.compile("waits for an answer|venter på et svar"))
    reminder.click()
    page.get_by_role("button", name="Two months more" if is_english else "To måneder mere").click()
    expect(waiting).to_contain_text("extended" if is_english else "forlænget")
    expect(waiting).not_to_contain_text("Late" if is_english else "For sent")
    waiting.get_by_role("link", name="Go and do it" if is_english else "Gå hen og gør det").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("Withdraw|Tilbagetrækning|træk"))
    page.go_back()
    page.get_by_role("button", name="Answered …" if is_english else "Besvaret …").click()
    page.get_by_role("radio", name="Done in part" if is_english else "Gjort delvis").check()
    look_at(page, f"requests-answering-{locale[:2]}")
    page.get_by_role("button", name="Save answer" if is_english else "Gem svaret", exact=True).click()
    answered = page.get_by_role("region", name="Answered" if is_english else "Besvarede", exact=True)
    expect(answered.get_by_role("listitem")).to_contain_text("Done in part" if is_english else "Gjort delvis")
    page.goto(f"{demo.origin}/#/papers")
    for name, words in [(title, "done in part|gjort delvis"), ("Who downloaded what|Hvem hentede hvad", "<h1>")]:
        with page.expect_download() as told:
            page.get_by_role("link", name=re.compile(f"({name}): ")).first.click()
        assert re.search(words, told.value.path().read_text(encoding="utf-8"))


def test_every_file_for_the_officer_is_three_clicks_away(demo: ServerProcess, make_phone: MakePhone) -> None:
    """Counted from where one comes in: about one person, a lost device, a certificate, and the four papers."""
    phone = make_phone("officer", size=LAPTOP, locale="en-GB", dark=False)
    page = phone.open("/")
    _enter(demo, phone, page)
    stop_somebody(demo, page)
    places = page.get_by_role("navigation", name="Places")
    settings, papers = places.get_by_role("link", name="Settings"), page.get_by_role("link", name="Papers", exact=True)
    named = ("Impact assessment (DPIA)", "Data-management sheet", "Who downloaded what", "Requests of people observed")
    ways = {
        "everything about one person": (
            places.get_by_role("link", name="People"),
            page.get_by_role("main").get_by_role("button", name=re.compile("^C1")),
            page.get_by_role("button", name="Everything about this person", exact=True),
        ),
        "lost device": (
            settings,
            page.get_by_role("link", name="Devices, if one is lost", exact=True),
            page.get_by_role("button", name="Save as text", exact=True),
        ),
        "certificate": (settings, papers, page.get_by_role("button", name=re.compile("^Save as text: "))),
        **{name: (settings, papers, page.get_by_role("link", name=f"{name}: Page to print")) for name in named},
    }
    for name, clicks in ways.items():
        page.goto(f"{demo.origin}/#/")
        first, second, third = clicks
        first.click()
        second.click()
        with page.expect_download() as told:
            third.click()
        assert told.value.path().stat().st_size > 200, name
    look_at(page, "officer")


def stop_somebody(demo: ServerProcess, page: Page) -> None:
    """The last of the people withdraws: something there is a certificate of."""
    studies = page.request.get(f"{demo.origin}/api/v1/me").json()["studies"]
    url = f"{demo.origin}/api/v1/studies/{next(one['study_id'] for one in studies if 'xampl' in one['title'])}"
    people = page.request.get(f"{url}/actors?limit=500").json()["items"]
    last = [one for one in people if one["kind"] == "citizen"][-1]
    asked = {"actor_id": last["id"], "mode": "stop"}
    found = page.request.post(f"{url}/withdrawals", data={**asked, "dry_run": True}).json()
    decided = [{"id": text["id"], "decision": "kept"} for text in found["to_read"]]
    assert page.request.post(f"{url}/withdrawals", data={**asked, "decided": decided}).status == 200


def test_the_sheet_of_a_lost_device_says_whether_it_had_a_lock(own_field: Field) -> None:
    """As the phone told it at its last contact, without being asked for anything."""
    page, server = own_field.page, own_field.server
    page.goto(f"{server.origin}/#/devices")
    expect(page.get_by_text("Not locked by Skygge")).to_be_visible()
    expect(page.get_by_text("Everything on it had been sent")).to_be_visible()
    set_lock(page, server.origin)
    address = f"{server.origin}/api/v1/studies/{own_field.study_id}/device-sheet"
    sure(lambda: page.request.get(address).json()["items"][0]["has_lock"], "it has not told of its lock")
    page.goto(f"{server.origin}/#/devices")
    expect(page.get_by_text("A lock was set on it")).to_be_visible()
    look_at(page, "devices")
    page.goto(f"{server.origin}/#/sync")
    where = page.get_by_role("region", name="What is where", exact=True).get_by_role("listitem")
    expect(where).to_contain_text("Everything on it had been sent")
    look_at(page, "sync-devices")
