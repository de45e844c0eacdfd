"""Words wherever text stands, the question before words about a bystander, and a first consent from the panel."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from tests.e2e.field import Field, sure
from tests.e2e.observer import Observer
from tests.e2e.phone import LAPTOP
from tests.e2e.test_codebook import choose, look_at, newest, open_codebook, publish, sign_in
from tests.e2e.test_people import open_person

NAME = "Karenmarie"


@pytest.fixture(scope="module")
def desk(playwright: Playwright, field: Field, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The same person's laptop."""
    device = sign_in(playwright, tmp_path_factory.mktemp("desk"), field, LAPTOP)
    yield device.page
    assert not [line for line in device.console if re.search("pageerror|Content Security Policy", line)]
    device.close()


def study_of(field: Field) -> str:
    """Where the study answers."""
    return f"{field.server.origin}/api/v1/studies/{field.study_id}"


def strike(page: Page, inside: Locator | Page, *, is_laptop: bool) -> None:
    """The name that is hinted at goes from everywhere; on the laptop earlier downloads are told."""
    inside.get_by_role("button", name="Strike words", exact=True).click()
    sheet = page.get_by_role("dialog", name="Strike words")
    word = sheet.get_by_role("button", name=NAME, exact=True).first
    if word.get_attribute("aria-pressed") == "false":
        word.click()
    sheet.get_by_role("button", name=f"Strike “{NAME}”", exact=True).click()
    if is_laptop:
        sheet.get_by_role("button", name="Seen", exact=True).click()
    expect(sheet).to_be_hidden()


def holds(page: Page, field: Field) -> bool:
    """Whether the name is anywhere in the log, the study, the codebook or a download."""
    study = study_of(field)
    doors = ("", "/changes?limit=500", "/codebooks?limit=500", "/quarantine?limit=500", "/exports/jsonl")
    answers = [page.request.get(study + door) for door in doors]
    assert all(answer.ok for answer in answers)
    return any(NAME in answer.text() for answer in answers)


def test_a_first_consent_is_recorded_from_the_panel_and_a_name_struck_in_it(field: Field, desk: Page) -> None:
    """One button beside "nothing recorded"; the name in the witness goes from the log, on the phone's screen too."""
    hand = field.begin(("Citizen", "K1"))
    hand.end()
    field.entries()
    panel = open_person(desk, field, "K1")
    consent = panel.get_by_role("region", name="Consent over time", exact=True)
    look_at(desk, "panel-without-consent")
    consent.get_by_role("button", name="Record consent", exact=True).click()
    sheet = desk.get_by_role("dialog", name="Consent of K1")
    sheet.get_by_label("Witness or proxy, by role").fill(f"hos naboen {NAME}")
    sheet.get_by_role("button", name="Save consent", exact=True).click()
    expect(sheet).to_be_hidden()
    expect(consent.get_by_text(NAME, exact=False)).to_be_visible()
    expect(consent.get_by_role("button", name="Record consent", exact=True)).to_have_count(0)
    sure(lambda: holds(desk, field), "the consent did not arrive")
    page = field.page
    page.goto(f"{field.server.origin}/#/privacy/{field.actor('K1')}")
    expect(page.get_by_text(NAME, exact=False).first).to_be_visible(timeout=60_000)
    look_at(page, "consent-words-phone")
    strike(page, page, is_laptop=False)
    expect(page.get_by_text(NAME, exact=False)).to_have_count(0)
    sure(lambda: not holds(desk, field), "the name is still in the consent")


def test_a_name_goes_from_the_title_and_the_terms_and_their_older_versions(field: Field, desk: Page) -> None:
    """The purpose says it now, the title said it before: one strike takes both."""
    study = study_of(field)
    assert desk.request.get(f"{study}/exports/csv").ok
    for said in ({"title": f"Hos {NAME}"}, {"title": "Home care North", "purpose": f"Vi følger {NAME} hjem"}):
        assert desk.request.patch(study, data=said, headers={"Origin": field.server.origin}).ok
    desk.goto(f"{field.server.origin}/#/terms")
    words = desk.get_by_role("region", name="Saved words of the title and the terms", exact=True)
    expect(words.get_by_text(NAME, exact=False).first).to_be_visible(timeout=60_000)
    look_at(desk, "terms-words")
    strike(desk, words, is_laptop=True)
    expect(desk.get_by_label("Purpose", exact=True)).to_have_value("Vi følger ▮ hjem", timeout=60_000)
    sure(lambda: not holds(desk, field), "the name is still in the terms")
    left = desk.request.get(study).json()
    assert (left["title"], left["purpose"]) == ("Home care North", "Vi følger ▮ hjem")


def test_a_name_goes_from_every_version_of_the_codebook_and_the_draft(field: Field, desk: Page) -> None:
    """Two published versions say it and the draft does; one strike takes it from all three."""
    open_codebook(desk, field)
    assert desk.request.get(f"{study_of(field)}/exports/csv").ok
    for version, said in ((2, f"Som {NAME} gør det"), (3, f"Som {NAME} gør det, og roligt")):
        choose(desk, "Directing")
        desk.get_by_label("Definition", exact=True).fill(said)
        publish(desk, f"version {version}", version)
        sure(lambda now=version: int(newest(field)["version"]) == now, "the version did not arrive")
    choose(desk, "Directing")
    desk.get_by_label("Starts when", exact=True).fill(f"{NAME} åbner munden")
    words = desk.get_by_role("region", name="Words saved about this code", exact=True)
    look_at(desk, "codebook-words")
    strike(desk, words, is_laptop=True)
    expect(desk.get_by_label("Definition", exact=True)).to_have_value("Som ▮ gør det, og roligt")
    sure(lambda: not holds(desk, field), "the name is still in the codebook")
    desk.goto(f"{field.server.origin}/#/")
    sure(lambda: not holds(desk, field), "the name came back with the draft")
    labels = {str(code["label"]["en"]) for code in newest(field)["codes"]}
    assert {"Directing", "Doing for", "Doing with", "Leaving be"} <= labels


def test_before_words_about_a_bystander_the_phone_asks_and_waits_for_nothing(field: Field) -> None:
    """Unanswered, the words are saved all the same; answered once, it is not asked again; held, they are hidden."""
    hand, page = field.begin(("Bystander", "B1")), field.page
    ask = page.get_by_role("group", name=re.compile("^B1 has not been asked"))
    words = page.get_by_label("What was said or seen")
    save = page.get_by_role("button", name="Save words", exact=True)
    for text in ("taler i gangen", "går igen"):
        open_words(hand, "B1")
        expect(ask).to_be_visible()
        expect(words).to_be_focused()
        if text == "taler i gangen":
            look_at(page, "bystander-phone")
        else:
            ask.get_by_role("button", name="Could not ask", exact=True).click()
            expect(ask).to_have_count(0)
        words.fill(text)
        save.tap()
    open_words(hand, "B1")
    expect(ask).to_have_count(0)
    save.tap()
    entries = field.entries()
    assert [one["jotting"] for one in entries if one["jotting"]] == ["taler i gangen", "går igen"]
    (check,) = field.last_encounter()["checks"]
    assert check["answer"] == "could_not_ask"
    hand.add_actor("Bystander", "B2")
    open_words(hand, "B2")
    page.get_by_role("button", name="Hold until the evening", exact=True).click()
    words.fill("holdes tilbage")
    save.tap()
    expect(page.get_by_text("holdes tilbage", exact=False)).to_have_count(0)
    hand.truth("on the server ✓")
    assert "holdes tilbage" in page.request.get(f"{study_of(field)}/changes?limit=500").text()


def test_who_said_no_is_warned_of_while_something_is_noted(field: Field) -> None:
    """Hidden from the row; picked all the same, a line says so and every button still works."""
    hand, page = field.begin(("Citizen", "N1"), ("Citizen", "N2")), field.page
    warning = page.get_by_role("status").filter(has_text="N1 has said no: note nothing about them.")
    hand.who("N1").click()
    expect(warning).to_have_count(0)
    hand.end()
    actor = field.actor("N1")
    page.goto(f"{field.server.origin}/#/privacy/{actor}")
    page.get_by_role("button", name="Record consent", exact=True).click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("radio", name="no", exact=True).check()
    sheet.get_by_role("button", name="Save consent", exact=True).click()
    expect(sheet).to_be_hidden()
    hand = field.begin()
    expect(page.get_by_role("button", name="N2", exact=False).first).to_be_visible()
    expect(hand.who("N1")).to_have_count(0)
    hand.tap("Add somebody")
    page.get_by_role("dialog").get_by_role("button", name="N1", exact=True).tap()
    expect(warning).to_be_visible()
    look_at(page, "declined-phone")
    hand.group("Actions").get_by_role("button", name="Asks", exact=True).tap()
    hand.mark()
    assert [one["actor_id"] for one in field.entries()] == [actor]


def open_words(hand: Observer, label: str) -> None:
    """Somebody is picked, and the words of a new entry about them are opened."""
    hand.who(label).click()
    hand.tap("Words")
