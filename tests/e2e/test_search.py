"""Words found on the laptop, wherever they were written, and a way to each."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.field import Field, sure
from tests.e2e.phone import LAPTOP
from tests.e2e.test_codebook import look_at


@pytest.mark.parametrize(
    "size", [LAPTOP, pytest.param((1024, 768), marks=pytest.mark.deep)], ids=["1280x800", "1024x768"]
)
def test_what_was_written_is_found_and_opened(field: Field, laptop: Field, size: tuple[int, int]) -> None:
    """From the review: æ, ø and å in any way of writing; without a network it says so."""
    hand = field.begin(("Citizen", "C1"))
    hand.write(f"blåbærgrød på gulvet {size[0]}", actor="C1")
    hand.end()
    entry = field.entries()[-1]["id"]
    page = laptop.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{laptop.server.origin}/#/review")
    page.get_by_role("link", name="Search everything", exact=True).click()
    page.get_by_role("searchbox").fill(f"blaabaer {size[0]}")
    expect(page.get_by_role("status").filter(has_text="Found: 1")).to_be_visible()
    expect(page.locator("mark")).to_have_text(["blåbærgrød", str(size[0])])
    page.get_by_role("link").filter(has_text=f"på gulvet {size[0]}").click()
    expect(page).to_have_url(re.compile(f"#/entry/{entry}$"))
    visit = str(field.last_encounter()["id"])
    page.goto(f"{laptop.server.origin}/#/write/{visit}")
    page.get_by_role("button", name="New paragraph", exact=True).click()
    page.keyboard.type(f"Gulvspanden står tilbage i entréen {size[0]}.")
    page.goto(f"{laptop.server.origin}/#/encounter/{visit}")
    written = f"entréen {size[0]}."
    sure(lambda: any(written in str(one["text"]) for one in field.read("fieldnotes")), "the note did not arrive")
    page.goto(f"{laptop.server.origin}/#/search")
    page.get_by_role("searchbox").fill(f"entreen {size[0]}")
    found = page.get_by_role("link").filter(has_text=f"tilbage i entréen {size[0]}")
    expect(page.get_by_role("status").filter(has_text="Found: 1")).to_be_visible()
    look_at(page, f"search-note-{size[0]}")
    found.click()
    expect(page).to_have_url(re.compile(f"#/write/{visit}"))
    page.goto(f"{laptop.server.origin}/#/search")
    page.get_by_role("searchbox").fill("nowhere")
    expect(page.get_by_text("Nothing holds all of these words.")).to_be_visible()
    field.go_offline()
    page.get_by_role("searchbox").fill("gulvet")
    expect(page.get_by_role("alert")).to_be_visible()
    field.come_home()
    page.get_by_role("button", name="Try again", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Found")).to_be_visible()
