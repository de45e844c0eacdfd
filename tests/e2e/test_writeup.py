"""In the evening: jottings become a field note that no crash, no second writer and no hurry takes away."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.field import Field, sure
from tests.e2e.phone import LAPTOP
from tests.e2e.test_codebook import look_at

SMALL_LAPTOP = (1024, 768)
SIZES = pytest.mark.parametrize(
    "size", [LAPTOP, pytest.param(SMALL_LAPTOP, marks=pytest.mark.deep)], ids=["1280x800", "1024x768"]
)
SAVED = "Saved ✓"


def visit_with_words(field: Field, *words: str) -> str:
    """An encounter with a mark, what was said word for word, and some jottings; its id."""
    hand = field.begin(("Citizen", "C1"))
    hand.see("C1", action="Asks", structure="Directing")
    hand.write("vent lidt", actor="C1", verbatim=True)
    for jotting in words:
        hand.write(jotting, actor="C1")
    hand.end()
    return str(field.last_encounter()["id"])


def open_note(laptop: Field, encounter_id: str, size: tuple[int, int] = LAPTOP) -> Page:
    """The write-up of an encounter, from its timeline."""
    page = laptop.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{laptop.server.origin}/#/encounter/{encounter_id}")
    page.get_by_role("link", name="Write up", exact=True).click(timeout=60_000)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Field note: Visit")
    return page


def leave(page: Page) -> None:
    """Back to the timeline: what was typed is saved on the way."""
    page.get_by_role("link", name="Back to the timeline").click()
    expect(page.get_by_role("list", name="Entries in time")).to_be_visible()


def entry(page: Page, words: str) -> Locator:
    """An entry beside the note."""
    return page.get_by_role("complementary").get_by_role("button").filter(has_text=words).first


def paragraphs(page: Page) -> list[str]:
    """What stands in the note, from top to bottom."""
    return [one.input_value() for one in page.get_by_role("textbox", name=re.compile("^Paragraph")).all()]


def notes(field: Field, encounter_id: str) -> list[dict[str, Any]]:
    """The paragraphs of an encounter as the server has them, in order."""
    answer = field.page.request.get(
        f"{field.server.origin}/api/v1/studies/{field.study_id}/fieldnotes?limit=500"
    ).json()
    own = [one for one in answer["items"] if one["encounter_id"] == encounter_id and not one.get("retracted")]
    return sorted(own, key=lambda one: float(one["position"]))


@SIZES
def test_entries_become_anchored_paragraphs(field: Field, laptop: Field, size: tuple[int, int]) -> None:
    """A click and a key each begin a paragraph; another entry is added to it; what is not used yet is told."""
    visit = visit_with_words(field, "hun ser væk", "han går ud")
    page = open_note(laptop, visit, size)
    expect(page.get_by_text("Not used yet: 4 of 4")).to_be_visible(timeout=60_000)
    entry(page, "vent lidt").click()
    page.keyboard.type("Så rejser hun sig.")
    assert paragraphs(page) == ["> “vent lidt”\nSå rejser hun sig."]
    page.keyboard.press("Control+j")
    entry(page, "hun ser væk").focus()
    page.keyboard.press("Enter")
    page.keyboard.type(", længe.")
    page.get_by_role("listitem").filter(has_text="han går ud").get_by_role(
        "button", name="Add to this paragraph"
    ).click()
    page.keyboard.press("Enter")
    page.keyboard.type("Uden anker.")
    expect(page.get_by_text("Not used yet: 1 of 4")).to_be_visible()
    look_at(page, f"writeup-{size[0]}")
    leave(page)
    sure(lambda: len(notes(field, visit)) == 3, "the note did not arrive")
    first, second, third = notes(field, visit)
    ids = {one.get("jotting"): one["id"] for one in field.entries(visit)}
    assert (first["text"], first["anchors"]) == ("> “vent lidt”\nSå rejser hun sig.", [ids["vent lidt"]])
    assert (second["text"], second["anchors"]) == ("hun ser væk, længe.", [ids["hun ser væk"], ids["han går ud"]])
    assert (third["text"], third.get("anchors") or []) == ("Uden anker.", [])


@SIZES
def test_what_was_typed_survives_a_kill(field: Field, laptop: Field, size: tuple[int, int]) -> None:
    """SIGKILL a breath after the last key: the words stand there again, and become one change when they are left."""
    visit = visit_with_words(field)
    page = open_note(laptop, visit, size)
    entry(page, "vent lidt").click()
    page.keyboard.type("Ord der ikke må gå tabt.")
    expect(page.get_by_text("Kept on this device ✓")).to_be_visible()
    laptop.phone.wait_for_cookie_on_disk()
    assert notes(field, visit) == []
    laptop.phone.kill()
    laptop.phone.open()
    page = open_note(laptop, visit, size)
    expect(page.get_by_role("textbox", name="Paragraph 1")).to_have_value("> “vent lidt”\nOrd der ikke må gå tabt.")
    leave(page)
    sure(lambda: len(notes(field, visit)) == 1, "the note did not arrive")
    assert notes(field, visit)[0]["text"].endswith("Ord der ikke må gå tabt.")


@pytest.mark.deep
def test_a_pause_makes_one_change(field: Field, laptop: Field) -> None:
    """However often keys rest for a moment: half a minute without one makes a single change of the paragraph."""
    visit = visit_with_words(field)
    page = open_note(laptop, visit)
    page.get_by_role("button", name="New paragraph", exact=True).click()
    for words in ("Hun ", "siger ", "ikke ", "noget."):
        page.keyboard.type(words)
        expect(page.get_by_text("Kept on this device ✓")).to_be_visible()
    expect(page.get_by_text(SAVED)).to_be_visible(timeout=45_000)
    sure(lambda: len(notes(field, visit)) == 1, "the note did not arrive")
    feed = f"{field.server.origin}/api/v1/studies/{field.study_id}/changes?after=0&limit=500"
    changes = field.page.request.get(feed).json()["changes"]
    about = [one["kind"] for one in changes if one["subject_id"] == notes(field, visit)[0]["id"]]
    assert about == ["fieldnote.written"]


@SIZES
def test_versions_are_compared_word_by_word_and_restored(field: Field, laptop: Field, size: tuple[int, int]) -> None:
    """An earlier version stands beside what came of it; it comes back, and undo takes that back."""
    page = open_note(laptop, visit_with_words(field), size)
    page.get_by_role("button", name="New paragraph", exact=True).click()
    page.keyboard.type("Hun ser ud.")
    page.get_by_role("button", name="Versions", exact=True).click()
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("textbox", name="Paragraph 1").click()
    page.keyboard.press("End")
    for _ in "ud.":
        page.keyboard.press("Backspace")
    page.keyboard.type("roligt væk.")
    page.get_by_role("button", name="Versions", exact=True).click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("listitem").last.get_by_role("button").first.click()
    expect(sheet.locator("del")).to_have_text(["ud"])
    expect(sheet.locator("ins")).to_have_text(["roligt væk"])
    look_at(page, f"writeup-versions-{size[0]}")
    sheet.get_by_role("button", name="Restore this version", exact=True).click()
    expect(page.get_by_role("textbox", name="Paragraph 1")).to_have_value("Hun ser ud.")
    page.keyboard.press("Control+z")
    expect(page.get_by_role("textbox", name="Paragraph 1")).to_have_value("Hun ser roligt væk.")
    page.keyboard.press("Control+Shift+z")
    expect(page.get_by_role("textbox", name="Paragraph 1")).to_have_value("Hun ser ud.")


@SIZES
def test_a_text_is_written_as_in_a_word_processor(field: Field, laptop: Field, size: tuple[int, int]) -> None:
    """Undo, find, how many words, the whole screen; paragraphs cut, joined and moved by keyboard."""
    page = open_note(laptop, visit_with_words(field), size)
    page.get_by_role("button", name="New paragraph", exact=True).click()
    page.keyboard.type("Hun ler. Han ler ikke.")
    for _ in "Han ler ikke.":
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    assert paragraphs(page) == ["Hun ler. ", "Han ler ikke."]
    expect(page.get_by_text("Words: 5")).to_be_visible()
    page.keyboard.press("Alt+ArrowUp")
    assert paragraphs(page) == ["Han ler ikke.", "Hun ler. "]
    page.keyboard.press("Control+z")
    page.get_by_role("textbox", name="Paragraph 2").click()
    page.keyboard.press("Home")
    page.keyboard.press("Backspace")
    assert paragraphs(page) == ["Hun ler. Han ler ikke."]
    page.keyboard.press("Control+f")
    page.keyboard.type("LER")
    expect(page.get_by_text("1 of 2", exact=True)).to_be_visible()
    expect(page.locator(".found")).to_have_text(["ler", "ler"])
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 of 2", exact=True)).to_be_visible()
    page.get_by_role("button", name="Full screen", exact=True).click()
    expect(page.get_by_role("complementary")).to_be_hidden()
    box = page.get_by_role("textbox", name="Paragraph 1").bounding_box()
    assert box is not None
    assert abs(box["x"] + box["width"] / 2 - size[0] / 2) < 40, "the text stands in the middle"
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary")).to_be_visible()


@SIZES
def test_a_reflection_is_its_authors_until_it_is_shared(field: Field, laptop: Field, size: tuple[int, int]) -> None:
    """It stands among the entries for her alone, begins no paragraph, and does once it is shared, which is asked."""
    visit = visit_with_words(field)
    page = open_note(laptop, visit, size)
    page.get_by_role("button", name="Add a reflection", exact=True).click()
    page.get_by_label("What you felt or thought").fill("jeg blev vred")
    page.get_by_role("button", name="Save for yourself", exact=True).click()
    mine = page.get_by_role("listitem").filter(has_text="jeg blev vred")
    expect(mine).to_contain_text("Only you can see it")
    expect(page.get_by_text("Not used yet: 2 of 2")).to_be_visible()
    mine.get_by_text("jeg blev vred").click()
    assert paragraphs(page) == []
    mine.get_by_role("button", name="Share it as words…", exact=True).press("Enter")
    expect(mine.get_by_role("alert")).to_contain_text(
        "Others in the study: 0. What they have read cannot be taken back."
    )
    expect(mine.get_by_role("alert")).to_be_focused()
    look_at(page, f"writeup-share-{size[0]}")
    sure(lambda: any(one["kind"] == "reflection" for one in field.entries(visit)), "the reflection did not arrive")
    mine.get_by_role("button", name="Share it as words", exact=True).click()
    entry(page, "jeg blev vred").click()
    assert paragraphs(page) == ["jeg blev vred"]
    page.get_by_role("button", name="Add from memory", exact=True).click()
    page.get_by_role("dialog").get_by_label("What was said or seen").fill("hun nynnede")
    page.get_by_role("button", name="Add, as recalled", exact=True).click()
    expect(page.get_by_role("listitem").filter(has_text="hun nynnede")).to_contain_text("not used yet")
    sure(lambda: all(one["kind"] != "reflection" for one in field.entries(visit)), "it was not shared")


@SIZES
def test_markdown_and_worse_stay_text(field: Field, laptop: Field, size: tuple[int, int]) -> None:
    """Signs stand as they were typed: nothing of a note is ever read as a page."""
    page = open_note(laptop, visit_with_words(field), size)
    hostile = '# Stort **fedt** <img src=x onerror="hacked=1"> [her](javascript:hacked=1)'
    page.get_by_role("button", name="New paragraph", exact=True).click()
    page.keyboard.type(hostile)
    page.get_by_role("button", name="Versions", exact=True).click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("listitem").first.get_by_role("button").first.click()
    expect(sheet.get_by_text(hostile)).to_be_visible()
    assert page.locator("main img, main [onerror], section strong, section em, section h1").count() == 0
    assert page.evaluate("typeof hacked") == "undefined"


@SIZES
def test_two_who_wrote_apart_stand_side_by_side(field: Field, laptop: Field, size: tuple[int, int]) -> None:
    """Without a network both mend one paragraph; both texts stand in the note until a person puts them together."""
    visit = visit_with_words(field)
    page = open_note(laptop, visit, size)
    page.get_by_role("button", name="New paragraph", exact=True).click()
    page.keyboard.type("Fælles begyndelse.")
    leave(page)
    sure(lambda: len(notes(field, visit)) == 1, "the note did not arrive")
    other = field.page
    other.goto(f"{field.server.origin}/#/write/{visit}")
    expect(other.get_by_role("textbox", name="Paragraph 1")).to_have_value("Fælles begyndelse.", timeout=60_000)
    page = open_note(laptop, visit, size)
    field.go_offline()
    for one, words in ((page, " Fra den bærbare."), (other, " Fra telefonen.")):
        one.get_by_role("textbox", name="Paragraph 1").click()
        one.keyboard.press("End")
        one.keyboard.type(words)
    leave(page)
    other.goto(f"{field.server.origin}/#/")
    field.come_home()
    conflicts = f"{field.server.origin}/api/v1/studies/{field.study_id}/conflicts"
    sure(lambda: len(field.page.request.get(conflicts).json()["items"]) == 1, "the two did not meet")
    page = open_note(laptop, visit, size)
    apart = page.get_by_role("article")
    expect(apart).to_contain_text("Fra den bærbare.", timeout=60_000)
    expect(apart).to_contain_text("Fra telefonen.")
    look_at(page, f"writeup-apart-{size[0]}")
    apart.get_by_role("button", name="Keep both", exact=True).click()
    expect(apart).to_be_hidden()
    sure(lambda: field.page.request.get(conflicts).json()["items"] == [], "the conflict is still there")
    kept = notes(field, visit)[0]["text"]
    assert "Fra den bærbare." in kept
    assert "Fra telefonen." in kept


def test_on_a_phone_text_and_entries_take_turns(field: Field, laptop: Field) -> None:
    """One side at a time; an entry that is touched begins a paragraph on the other."""
    visit = visit_with_words(field)
    page = open_note(laptop, visit, (360, 740))
    expect(page.get_by_role("complementary")).to_be_hidden()
    page.get_by_role("button", name="Entries", exact=True).click()
    entry(page, "vent lidt").click()
    expect(page.get_by_role("complementary")).to_be_hidden()
    expect(page.get_by_role("textbox", name="Paragraph 1")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
