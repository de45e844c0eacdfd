"""A newer app comes while somebody writes: it waits until she takes it, and not a letter is lost when she does."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect

from tests.e2e.field import Field, sure
from tests.e2e.test_writeup import entry, leave, notes, open_note, visit_with_words
from tests.fixtures.server_process import REPOSITORY

UPDATES = 50
# What coming back to the app does; here at once.
LOOK = "() => navigator.serviceWorker.getRegistration().then((worker) => worker.update())"
WAITS = "() => navigator.serviceWorker.getRegistration().then((worker) => worker.waiting !== null)"
OFFER = "Use it now"


@dataclass
class Installed:
    """The product as a package of its own, whose web app can be exchanged for a newer one."""

    package: Path
    version: str
    number: int = 0

    def upgrade(self) -> None:
        """Another app: it has another version, and its page says its number."""
        self.number += 1
        newer = f"{self.number:016x}"
        for name in ("sw.js", "shell.json", "version.json"):
            file = self.package / "web" / name
            text = file.read_text("utf-8")
            assert self.version in text
            file.write_text(text.replace(self.version, newer), "utf-8")
        for name, begin in (("index.html", "<head>"), ("shell.json", "<head>")):
            file = self.package / "web" / name
            before = f"{begin}<!--app {self.number - 1}-->" if self.number > 1 else begin
            text = file.read_text("utf-8")
            assert before in text
            file.write_text(text.replace(before, f"{begin}<!--app {self.number}-->", 1), "utf-8")
        self.version = newer


@pytest.fixture(scope="module")
def installed(field: Field, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The server of the phone goes on as an installed package, as on a rented machine."""
    folder = tmp_path_factory.mktemp("installed")
    package = folder / "skygge"
    shutil.copytree(REPOSITORY / "backend" / "skygge", package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(REPOSITORY / "frontend" / "dist", package / "web")
    shutil.copytree(REPOSITORY / "migrations", package / "migrations")
    field.server.stop()
    field.server.env = {"PYTHONPATH": str(folder)}
    field.server.start()
    version = (package / "web" / "version.json").read_text("utf-8").split('"')[3]
    return Installed(package, version)


def number_of(page: Page) -> int:
    """Which app the page is of; 0 for the one that is in the repository, -1 while another page comes."""
    try:
        said = page.evaluate("() => document.head.firstChild.nodeType === 8 ? document.head.firstChild.data : 'app 0'")
    except PlaywrightError:
        return -1
    return int(str(said).split()[1])


def test_an_update_waits_for_the_end_of_an_encounter(field: Field, installed: Installed) -> None:
    """Nobody is asked anything in a living room; a text that is being typed stays, before the update and after it."""
    hand = field.begin(("Citizen", "C1"))
    page = field.page
    page.get_by_role("button", name="Words", exact=True).tap()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("What was said or seen").fill("hun ser væk, læng")
    installed.upgrade()
    page.evaluate(LOOK)
    sure(lambda: page.evaluate(WAITS), "the newer app does not wait")
    expect(page.get_by_role("button", name=OFFER)).to_have_count(0)
    expect(sheet.get_by_label("What was said or seen")).to_have_value("hun ser væk, læng")
    sheet.get_by_label("What was said or seen").fill("hun ser væk, længe")
    sheet.get_by_role("button", name="Save words", exact=True).tap()
    sure(
        lambda: [one["jotting"] for one in field.entries() if one.get("jotting")] == ["hun ser væk, længe"],
        "the words were not saved",
    )
    page.reload()
    expect(page.get_by_role("button", name="MARK").first).to_be_visible()
    assert number_of(page) == 0
    expect(page.get_by_role("button", name=OFFER)).to_have_count(0)
    hand.end()
    page.get_by_role("button", name=OFFER).tap()
    sure(lambda: number_of(page) == 1, "the newer app was not taken")
    hand.truth("on the server ✓")


@pytest.mark.deep
def test_no_letter_is_lost_to_an_update_in_the_middle_of_a_field_note(
    field: Field, laptop: Field, installed: Installed
) -> None:
    """Time and again she types, is offered the newer app, types on and takes it at once."""
    visit = visit_with_words(field)
    page = open_note(laptop, visit)
    entry(page, "vent lidt").click()
    text = page.get_by_role("textbox", name="Paragraph 1").input_value()
    for number in range(UPDATES):
        installed.upgrade()
        begin, end = f"Sætning {number} b", "egynder. "
        page.keyboard.type(begin)
        page.evaluate(LOOK)
        offer = page.get_by_role("button", name=OFFER)
        expect(offer).to_be_visible()
        box = page.get_by_role("textbox", name="Paragraph 1")
        box.focus()
        page.keyboard.press("Control+End")
        page.keyboard.type(end)
        offer.click()
        text += begin + end
        sure(lambda: number_of(page) == installed.number, f"update {number} was not taken")
        expect(page.get_by_role("textbox", name="Paragraph 1")).to_have_value(text)
        page.get_by_role("textbox", name="Paragraph 1").focus()
        page.keyboard.press("Control+End")
    leave(page)
    sure(lambda: len(notes(field, visit)) == 1, "the note did not arrive")
    assert notes(field, visit)[0]["text"] == text
