"""Consent is written down, a person withdraws on the screen, and what the lead hands over says what was done."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import MakePhone
from tests.e2e.field import sure
from tests.e2e.phone import LAPTOP, PHONE
from tests.e2e.test_accessible import Eyes
from tests.e2e.test_records import look_at
from tests.e2e.test_screens import SMALL_TARGETS, SMALLEST_TARGET, _enter, demo, server
from tests.fixtures.server_process import ServerProcess

__all__ = ["demo", "server"]
WORDS = {
    "en": ("Record consent", "Save consent", "How", "Renew on", "Erase", "Keep", "I have checked", "Save as text"),
    "da": ("Notér samtykke", "Gem samtykke", "Hvordan", "Fornyes den", "Slet", "Behold", "Jeg har", "Gem som tekst"),
}  # fmt: skip


# A consent, as it is to arrive.
SAID = {
    "ethics": "by_proxy", "legal_basis": "legitimate_interest", "withdrawal_promise": "redact", "witness": "datter",
    "way": "mundtligt, folderen læst højt", "renew_on": "2031-05-01",
}  # fmt: skip
GIVEN_AT = f"{datetime.now(ZoneInfo('Europe/Copenhagen')) - timedelta(hours=1):%Y-%m-%dT%H:%M}"
# What is chosen beside the words: answer, legal basis, promise; and where the witness is named.
FORM = {
    "en": ("given by proxy", "legitimate interest", "take the words out", "Witness or proxy, by role"),
    "da": (
        "givet af stedfortræder",
        "legitim interesse",
        "tag ordene ud",
        "Vidne eller stedfortræder, efter rolle",
    ),
}


@pytest.mark.parametrize(("size", "locale"), [pytest.param(LAPTOP, "en-GB", marks=pytest.mark.deep), (PHONE, "da-DK")])
def test_consent_and_withdrawal_on_the_screen(
    demo: ServerProcess, make_phone: MakePhone, size: tuple[int, int], locale: str
) -> None:
    """Recorded in all its fields, then erased: previewed, read text by text, done once, with a certificate."""
    record, save, _, _, erase, keep, sure_of, as_text = WORDS[locale[:2]]
    phone = make_phone("lead", size=size, locale=locale, dark=False)
    page = phone.open("/")
    _enter(demo, phone, page)
    studies = page.request.get(f"{demo.origin}/api/v1/me").json()["studies"]
    study = f"{demo.origin}/api/v1/studies/{next(one['study_id'] for one in studies if 'xampl' in one['title'])}"
    eyes = Eyes(page)
    who = next(one for one in read(page, f"{study}/actors") if one["label"] == "C1")
    page.request.get(f"{study}/exports/csv")
    page.goto(f"{demo.origin}/#/privacy")
    expect(page.get_by_role("link", name=re.compile("^C1"))).to_be_visible()
    look(page, eyes, f"consents-{locale[:2]}", size)
    page.get_by_role("link", name=re.compile("^C1")).click()
    page.get_by_role("button", name=record, exact=True).click()
    fill_consent(page, locale)
    look(page, eyes, f"consent-{locale[:2]}", size)
    page.get_by_role("button", name=save, exact=True).click()
    expect(page.get_by_text("mundtligt, folderen læst højt")).to_be_visible()
    look(page, eyes, f"person-{locale[:2]}", size)
    sure(lambda: len(recorded(page, study, who["id"])) == 1, "the consent did not arrive")
    read_back(page, demo.origin, study, who["id"], locale)
    told = file_about_person(page)
    assert told["person"]["pseudonyms"] == ["C1"] and len(told["entries"]) > 0
    page.locator(f'a[href="#/withdrawal/{who["id"]}"]').click()
    page.get_by_role("radio", name=re.compile(f"^{erase}")).check()
    expect(page.get_by_role("button", name=keep, exact=True).first).to_be_visible()
    look(page, eyes, f"withdrawal-{locale[:2]}", size)
    n_texts = read_each(page, study, who["id"], keep, f"{erase} C1")
    page.get_by_role("checkbox", name=re.compile(f"^{sure_of}")).check()
    page.get_by_role("button", name=f"{erase} C1", exact=True).click()
    expect(page.locator("article h2").first).to_be_visible(timeout=60_000)
    look(page, eyes, f"certificate-{locale[:2]}", size)
    with page.expect_download() as download:
        page.get_by_role("button", name=as_text, exact=True).click()
    said = download.value.path().read_text("utf-8")
    newest = read(page, f"{study}/audit")[0]
    assert newest["kind"] == "person.erased" and newest["hash"] in said and "C1" not in said
    assert newest["details"]["decided"] == {"kept": n_texts}
    assert certificate_later(page, demo.origin, as_text, lambda name: look(page, eyes, name, size)) == said
    assert who["id"] not in [one["id"] for one in read(page, f"{study}/actors")]
    check_sheet(page, demo.origin, study)
    look(page, eyes, f"devices-{locale[:2]}", size)
    page.goto(f"{demo.origin}/#/privacy")
    expect(page.get_by_role("link", name=re.compile("^C1"))).to_have_count(0)
    assert not eyes.wrong, eyes.wrong


def check_sheet(page: Page, origin: str, study: str) -> None:
    """The screen and the file name everybody whom each device may hold, and how many that is."""
    page.goto(f"{origin}/#/devices")
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("^(Save as text|Gem som tekst)$")).click()
    assert download.value.suggested_filename == "devices.txt"
    said = download.value.path().read_text("utf-8")
    shown = page.get_by_role("main").inner_text()
    sheet = read(page, f"{study}/device-sheet")
    assert any(one["may_hold"] for one in sheet)
    for one in sheet:
        line = f"{len(one['may_hold'])} ({', '.join(one['may_hold'])})."
        assert one["may_hold"] == [] or (line in said and line in shown), one["may_hold"]
    assert said.count("pseudonym") == shown.count("pseudonym") == 1


def read(page: Page, address: str, name: str = "items") -> list[dict[str, Any]]:
    """A list of the server, its first page."""
    join = "&" if "?" in address else "?"
    items: list[dict[str, Any]] = page.request.get(f"{address}{join}limit=500").json()[name]
    return items


def read_each(page: Page, study: str, actor_id: str, keep: str, do_it: str) -> int:
    """Every text is kept, one after the other; until the last, nothing is carried out. Tells how many there were."""
    kept = page.get_by_role("button", name=keep, exact=True)
    refused = page.request.post(f"{study}/withdrawals", data={"actor_id": actor_id, "mode": "erase"})
    assert (refused.status, refused.json()["code"]) == (409, "withdrawal.texts_unread")
    n_texts = kept.count()
    for n_left in range(n_texts, 0, -1):
        expect(page.get_by_role("button", name=do_it, exact=True)).to_have_count(0)
        assert kept.count() == n_left
        kept.first.click()
    return n_texts


def certificate_later(page: Page, origin: str, as_text: str, look_at_it: Callable[[str], None]) -> str:
    """The certificate as it is had on any other day: among the papers, one touch."""
    page.goto(f"{origin}/#/papers")
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile(f"^{as_text}: ")).first.click()
    look_at_it(f"certificates-{as_text[:4].strip()}")
    return download.value.path().read_text("utf-8")


def file_about_person(page: Page) -> dict[str, Any]:
    """What the person is given who asks what is held about them."""
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("^(Everything about|Alt om) ")).click()
    told: dict[str, Any] = json.loads(download.value.path().read_text("utf-8"))
    return told


def fill_consent(page: Page, locale: str) -> None:
    """Everything that the form of a consent asks for."""
    _, _, how, renew, *_ = WORDS[locale[:2]]
    *chosen, witness = FORM[locale[:2]]
    page.get_by_label(how, exact=True).fill(SAID["way"])
    page.get_by_label(renew, exact=True).fill(SAID["renew_on"])
    page.get_by_label(witness).fill(SAID["witness"])
    page.locator("dialog input[type=datetime-local]").fill(GIVEN_AT)
    for name in chosen:
        page.get_by_role("dialog").get_by_role("radio", name=name, exact=True).check()


def read_back(page: Page, origin: str, study: str, actor_id: str, locale: str) -> None:
    """Every field and who wrote it, in the person's page, in their panel and in the export."""
    (form,) = recorded(page, study, actor_id)
    assert {name: form[name] for name in SAID} == SAID and form["at"].startswith(GIVEN_AT)
    *chosen, _ = FORM[locale[:2]]
    day = {"en": "1 May 2031", "da": "1. maj 2031"}[locale[:2]]
    clock = {"en": GIVEN_AT[-5:], "da": GIVEN_AT[-5:].replace(":", ".")}[locale[:2]]
    everything = [*chosen, SAID["way"], SAID["witness"], clock]
    newest = page.get_by_role("main").get_by_role("listitem").first
    for said in (*everything, day, "lead"):
        expect(newest).to_contain_text(said)
    page.goto(f"{origin}/#/people")
    page.get_by_role("button", name=re.compile(r"^C1\b")).first.click()
    panel = page.get_by_role(
        "region", name={"en": "Consent over time", "da": "Samtykke over tid"}[locale[:2]], exact=True
    )
    for said in (*everything, SAID["renew_on"]):
        expect(panel.get_by_role("listitem").first).to_contain_text(said)
    lines = [json.loads(line) for line in page.request.get(f"{study}/exports/jsonl").text().splitlines()]
    exported = [one for one in lines if one.get("type") == "consent" and one["actor_id"] == actor_id]
    told = [{name: one.get(name) for name in SAID} for one in exported if str(one["at"]).startswith(GIVEN_AT)]
    assert told == [SAID], exported
    page.goto(f"{origin}/#/privacy/{actor_id}")
    expect(newest).to_be_visible()


def recorded(page: Page, study: str, actor_id: str) -> list[dict[str, Any]]:
    """The consents that came in last and are to be renewed."""
    last_seq = page.request.get(study).json()["last_seq"]
    changes = read(page, f"{study}/changes?after={max(0, last_seq - 5)}", "changes")
    said = [change["payload"] for change in changes if change["kind"] == "consent.recorded"]
    return [one for one in said if one["actor_id"] == actor_id and one.get("renew_on")]


def look(page: Page, eyes: Eyes, name: str, size: tuple[int, int]) -> None:
    """A picture for a person, and what programs can judge: axe, targets, nothing wider than the screen."""
    look_at(page, name)
    eyes.look(name)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, name
    if size == PHONE:
        assert page.evaluate(SMALL_TARGETS, SMALLEST_TARGET) == [], name
