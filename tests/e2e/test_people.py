"""Who is who: pseudonyms, agencies, consent over time, and two people who turn out to be one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect

from skygge.clock import new_id
from tests.e2e.field import Field, sure
from tests.e2e.phone import LAPTOP, TABLET
from tests.e2e.test_codebook import look_at, sign_in
from tests.e2e.test_today import Pushed, stamp


@pytest.fixture(scope="module", params=[LAPTOP, pytest.param(TABLET, marks=pytest.mark.deep)], ids=["laptop", "tablet"])
def desk(
    request: pytest.FixtureRequest, playwright: Playwright, field: Field, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    """The same person's other screen."""
    device = sign_in(playwright, tmp_path_factory.mktemp("desk"), field, request.param)
    yield device.page
    assert not [line for line in device.console if re.search("pageerror|Content Security Policy", line)]
    device.close()


def actors(field: Field) -> dict[str, dict[str, Any]]:
    """Everybody by pseudonym, as the server has them just now."""
    place = f"{field.server.origin}/api/v1/studies/{field.study_id}/actors?limit=500"
    return {str(one["label"]): one for one in field.page.request.get(place).json()["items"]}


def setting_of(page: Page, study: str, encounter_id: str) -> str | None:
    """The setting of an encounter, as the server has it just now."""
    items = page.request.get(f"{study}/encounters?limit=500").json()["items"]
    return next((one["setting"] for one in items if one["id"] == encounter_id), None)


def open_person(page: Page, field: Field, label: str) -> Any:
    """The panel of somebody."""
    page.goto(f"{field.server.origin}/#/people")
    page.get_by_role("button", name=re.compile(rf"^{label}\b")).click(timeout=60_000)
    return page.get_by_role("region", name=label, exact=True)


def test_two_who_turn_out_to_be_one_are_merged_and_taken_apart(field: Field, desk: Page) -> None:
    """With the consequence in numbers; what one has counts for the other, and back."""
    first, twin = f"C{desk.viewport_size['width']}", f"X{desk.viewport_size['width']}"  # type: ignore[index]  # has one
    hand = field.begin(("Citizen", first), ("Citizen", twin))
    hand.see(twin, action="Asks")
    hand.see(twin, action="Tells")
    hand.end()
    field.entries()
    panel = open_person(desk, field, twin)
    expect(panel.get_by_text(re.compile(r"^Entries: 2, in encounters: 1"))).to_be_visible(timeout=60_000)
    look_at(desk, f"people-{desk.viewport_size['width']}")  # type: ignore[index]  # has one
    panel.get_by_label(f"{twin} turned out to be").select_option(label=f"{first} · Citizen")
    expect(panel.get_by_role("alert")).to_contain_text("entries: 2, in encounters: 1")
    panel.get_by_role("button", name=f"{twin} is {first}", exact=True).click()
    survivor = desk.get_by_role("region", name=first, exact=True)
    expect(survivor.get_by_text(re.compile(r"^Entries: 2, "))).to_be_visible()
    sure(lambda: actors(field)[twin]["merged_into"] == actors(field)[first]["id"], "the merge did not arrive")
    survivor.get_by_role("button", name=f"Take {twin} apart", exact=True).click()
    expect(survivor.get_by_text(re.compile(r"^Entries: 0, "))).to_be_visible()
    sure(lambda: actors(field)[twin].get("merged_into") is None, "they are still one")


def test_what_somebody_agreed_to_is_read_over_time(field: Field, desk: Page) -> None:
    """Each check of each visit, newest first, with a way there; a pseudonym is given once."""
    label = f"D{desk.viewport_size['width']}"  # type: ignore[index]  # has one
    hand = field.begin(("Citizen", label))
    hand.end()
    actor_id, encounter_id = field.actor(label), field.last_encounter()["id"]
    field.page.goto(f"{field.server.origin}/#/encounter/{encounter_id}")
    panel = open_person(desk, field, label)
    consent = panel.get_by_role("region", name="Consent over time", exact=True)
    expect(consent.get_by_text("not asked at any visit yet", exact=False)).to_be_visible()
    phone = Pushed(field)
    visits = [phone.visit(), phone.visit(60)]
    for visit, answer in zip(visits, ("yes", "declined"), strict=True):
        phone.say("encounter.amended", visit, {"checks": [{"actor_id": actor_id, "answer": answer}]}, 95)
    phone.say("consent.recorded", str(new_id()), {"actor_id": actor_id, "ethics": "given", "at": stamp(45)}, 95)
    told = consent.get_by_role("listitem")
    expect(told).to_contain_text(["asked: declined", "consent recorded", "asked: yes"])
    expect(told.first).to_contain_text("10:00")
    look_at(desk, f"people-consent-{desk.viewport_size['width']}")  # type: ignore[index]  # has one
    told.last.get_by_role("link").click()
    expect(desk).to_have_url(re.compile(f"#/encounter/{visits[0]}$"))
    open_person(desk, field, label)
    for visit in visits:
        phone.say("encounter.retracted", visit, {}, 99)
    desk.get_by_role("button", name="Add somebody", exact=True).click()
    sheet = desk.get_by_role("dialog")
    suggested = sheet.get_by_label("Pseudonym").input_value()
    # The number that nobody has, and the mark of who proposes it.
    assert re.fullmatch(r"C\d+(-\d+|[^\W\d]+)", suggested)
    sheet.get_by_role("button", name=f"Add {suggested}", exact=True).click()
    sure(lambda: suggested in actors(field), "the new person did not arrive")
    added = desk.get_by_role("region", name=suggested, exact=True)
    added.get_by_label("Pseudonym").fill(label)
    added.get_by_label("Pseudonym").blur()
    expect(desk.get_by_text("Somebody else is called that too", exact=False).first).to_be_visible()
    desk.get_by_role("region", name=label, exact=True).first.get_by_label("Pseudonym").fill(suggested)
    desk.get_by_role("region", name=label, exact=True).first.get_by_label("Pseudonym").blur()
    sure(lambda: actors(field)[label]["id"] == actor_id, "two share a pseudonym")


def test_an_agency_is_renamed_everywhere_and_back(field: Field, desk: Page) -> None:
    """Two spellings become one, and one touch takes that back."""
    label = f"E{desk.viewport_size['width']}"  # type: ignore[index]  # has one
    hand = field.begin(("Professional", label))
    hand.end()
    panel = open_person(desk, field, label)
    panel.get_by_label("Agency", exact=True).fill(f"Nort {label}")
    panel.get_by_label("Agency", exact=True).blur()
    agencies = desk.get_by_role("region", name="Agencies", exact=True)
    agencies.get_by_role("button", name=f"Rename Nort {label}", exact=True).click()
    agencies.get_by_label("New name", exact=True).fill(f"North {label}")
    agencies.get_by_role("button", name="Rename in 1 places", exact=True).click()
    sure(lambda: actors(field)[label]["agency"] == f"North {label}", "the agency was not renamed")
    agencies.get_by_role("button", name="Undo", exact=True).click()
    sure(lambda: actors(field)[label]["agency"] == f"Nort {label}", "the agency was not named back")


def test_words_are_struck_in_a_pseudonym_and_in_a_setting_and_downloads_are_told(field: Field, desk: Page) -> None:
    """A name got into both: a hint, a few touches, gone everywhere; who downloaded it before is to be asked."""
    name = f"Karenmarie{desk.viewport_size['width']}"  # type: ignore[index]  # has one
    label = f"Fru {name}"
    study = f"{field.server.origin}/api/v1/studies/{field.study_id}"
    hand = field.begin(("Citizen", label))
    hand.end()
    encounter_id = field.last_encounter()["id"]
    sure(lambda: label in actors(field), "the person did not arrive")
    assert desk.request.get(f"{study}/exports/csv").ok
    panel = open_person(desk, field, label)
    expect(panel.get_by_title(re.compile("name")).first).to_have_text("Karenmarie")
    panel.get_by_role("button", name="Strike words", exact=True).click()
    sheet = desk.get_by_role("dialog")
    sheet.get_by_role("button", name="Fru", exact=True).click()
    sheet.get_by_role("button", name=re.compile("^Strike “")).click()
    expect(sheet.get_by_text("Files downloaded earlier that may hold these words: 1.", exact=False)).to_be_visible()
    expect(sheet.get_by_role("listitem").filter(has_text="csv")).to_be_visible()
    look_at(desk, f"struck-{desk.viewport_size['width']}")  # type: ignore[index]  # has one
    sheet.get_by_role("button", name="Seen", exact=True).click()
    expect(sheet).to_be_hidden()
    sure(lambda: not [one for one in actors(field) if name in one], "the name is still the pseudonym")
    desk.goto(f"{field.server.origin}/#/encounter/{encounter_id}")
    desk.get_by_role("button", name="Fill in or change", exact=True).click()
    sheet.get_by_label("Place, by alias").fill(f"hos {name}")
    sheet.get_by_role("button", name="Save", exact=True).click()
    expect(sheet).to_be_hidden()
    desk.get_by_role("button", name="Fill in or change", exact=True).click()
    around = sheet.get_by_role("region", name="Saved words around the encounter", exact=True)
    around.get_by_role("button", name="Strike words", exact=True).click()
    strike = desk.get_by_role("dialog", name="Strike words")
    strike.get_by_role("button", name=re.compile("^Strike “Karenmarie")).click()
    strike.get_by_role("button", name="Seen", exact=True).click()
    expect(desk.get_by_label("Place, by alias")).to_have_value("hos ▮")
    desk.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    sure(lambda: setting_of(desk, study, encounter_id) == "hos ▮", "the name is still in the setting")
    assert name not in desk.request.get(f"{study}/changes?limit=500").text()
