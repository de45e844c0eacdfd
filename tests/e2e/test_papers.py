"""A lead answers what an ethics board asks, and has the papers of the study three clicks later."""

from __future__ import annotations

import re
import sqlite3
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import MakePhone
from tests.e2e.phone import LAPTOP, PHONE
from tests.e2e.test_records import look_at
from tests.e2e.test_screens import _enter, demo, server
from tests.fixtures.server_process import ServerProcess

__all__ = ["demo", "server"]
LONG = "Databeskyttelsesforordningens artikel 6, stk. 1, litra e, jf. databeskyttelseslovens § 10"


def _save(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^(Save the terms|Gem vilkårene)$")).click()
    expect(page.get_by_role("status").filter(has_text=re.compile("on record|skrevet op"))).to_be_visible()


@pytest.mark.parametrize(("size", "locale"), [(LAPTOP, "en-GB"), pytest.param(PHONE, "da-DK", marks=pytest.mark.deep)])
def test_terms_are_answered_and_stand_in_the_paper(
    demo: ServerProcess, make_phone: MakePhone, size: tuple[int, int], locale: str
) -> None:
    """The lock goes off only with its reason; the reminder stands on the privacy screen and where a day begins."""
    is_english = locale.startswith("en")
    phone = make_phone("papers", size=size, locale=locale, dark=False)
    page = phone.open("/")
    _enter(demo, phone, page)
    page.goto(f"{demo.origin}/#/terms")
    page.get_by_label("Controller" if is_english else "Dataansvarlig", exact=True).fill("Aalborg Kommune")
    page.get_by_label("Legal basis" if is_english else "Retsgrundlag", exact=True).fill(LONG)
    soon = (datetime.now(UTC) + timedelta(days=9)).date()
    page.get_by_label("Kept until" if is_english else "Opbevares til", exact=True).fill(soon.isoformat())
    _save(page)
    lock = page.get_by_role("group", name="Lock on the phone" if is_english else "Lås på telefonen")
    lock.get_by_role("radio", name=re.compile("^(Required|Krævet)")).check()
    _save(page)
    lock.get_by_role("radio", name=re.compile("^(Not required|Ikke krævet)")).check()
    page.get_by_role("button", name=re.compile("^(Save the terms|Gem vilkårene)$")).click()
    expect(page.get_by_role("alert")).to_contain_text("in writing" if is_english else "Skriv, hvorfor")
    look_at(page, f"terms-{locale[:2]}")
    page.get_by_label("Why it is not required" if is_english else "Hvorfor den ikke er krævet").fill("One locked room")
    _save(page)
    page.goto(f"{demo.origin}/#/")
    reminder = page.get_by_role("link", name=re.compile(r"9 (days left|dage endnu)"))
    expect(reminder).to_be_visible()
    look_at(page, f"home-reminded-{locale[:2]}")
    page.goto(f"{demo.origin}/#/privacy")
    expect(reminder).to_be_visible()
    page.get_by_role("link", name="Papers" if is_english else "Papirer", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile("DPIA"))).to_be_visible()
    look_at(page, f"papers-{locale[:2]}")
    with page.expect_download() as told:
        page.get_by_role("link", name=re.compile("DPIA.*Word")).click()
    with zipfile.ZipFile(told.value.path()) as archive:
        document = archive.read("word/document.xml").decode()
    for words in ("Aalborg Kommune", "artikel 6, stk. 1", soon.isoformat(), "One locked room"):
        assert words in document


@pytest.mark.parametrize(("size", "locale"), [(LAPTOP, "da-DK")])
def test_a_study_is_erased_at_its_end(
    demo: ServerProcess, make_phone: MakePhone, size: tuple[int, int], locale: str
) -> None:
    """Counted first; the button stays shut until the title is typed; afterwards the certificate, and an empty study."""
    phone = make_phone("end", size=size, locale=locale, dark=False)
    page = phone.open("/")
    _enter(demo, phone, page)
    page.goto(f"{demo.origin}/#/end")
    erase = page.get_by_role("button", name="Slet det hele nu")
    expect(page.get_by_text(re.compile("^Noteringer: [1-9]"))).to_be_visible()
    expect(erase).to_be_disabled()
    look_at(page, "end-da")
    page.get_by_label("Skriv studiets titel").fill(
        "Example (invented): home care in three agencies · Eksempel (opdigtet)"
    )
    erase.click()
    expect(page.get_by_role("button", name=re.compile("Udskriv"))).to_be_visible(timeout=300_000)
    look_at(page, "end-done-da")
    page.goto(f"{demo.origin}/#/review")
    expect(page.get_by_role("row").nth(1)).to_have_count(0, timeout=60_000)
    with sqlite3.connect(demo.data / "skygge.db") as connection:
        assert connection.execute("SELECT count(*) FROM entry").fetchone() == (0,)
        assert connection.execute("SELECT kind FROM audit ORDER BY at DESC LIMIT 1").fetchone() == ("study.erased",)


def study_of(demo: ServerProcess, page: Page) -> str:
    """The address of the example study."""
    studies = page.request.get(f"{demo.origin}/api/v1/me").json()["studies"]
    return f"{demo.origin}/api/v1/studies/{next(one['study_id'] for one in studies if 'xampl' in one['title'])}"


@pytest.mark.parametrize(("size", "locale"), [(PHONE, "da-DK"), pytest.param(LAPTOP, "en-GB", marks=pytest.mark.deep)])
def test_a_concern_is_written_read_and_taken_back(
    demo: ServerProcess, make_phone: MakePhone, size: tuple[int, int], locale: str
) -> None:
    """Its words are back on the screen of whoever wrote it, as text, and gone once taken back."""
    is_english = locale.startswith("en")
    phone = make_phone("concern", size=size, locale=locale, dark=size == PHONE)
    page = phone.open("/")
    _enter(demo, phone, page)
    study = study_of(demo, page)
    # What this study agreed to do comes first, in its own words, as text.
    told = page.request.patch(study, data={"concern_procedure": "Ring til <b>Lene</b>.\nSamme dag."})
    assert told.ok, told.text()
    page.goto(f"{demo.origin}/#/concerns")
    expect(page.get_by_text("Ring til <b>Lene</b>.", exact=False)).to_be_visible()
    expect(page.get_by_text("Samme dag.", exact=False)).to_be_visible()
    page.get_by_label("What you saw" if is_english else "Hvad du så", exact=True).fill(
        "Medicineringsuregelmæssigheder, <b>igen</b>\nog hun græd"
    )
    page.get_by_role("button", name="Seal and save" if is_english else "Forsegl og gem").click()
    mine = page.get_by_role("listitem").filter(has_text="og hun græd")
    expect(mine).to_contain_text("<b>igen</b>")
    look_at(page, f"concern-{locale[:2]}")
    mine.get_by_role("button", name="Take back" if is_english else "Tag tilbage").click()
    page.get_by_role("button", name="Take it back" if is_english else "Tag det tilbage").click()
    expect(mine).to_have_count(0)
    with sqlite3.connect(demo.data / "skygge.db") as connection:
        assert connection.execute("SELECT count(*) FROM concern").fetchone() == (0,)
