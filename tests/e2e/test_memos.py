"""Dated thinking: about codes, people, encounters and entries; answered, mended, and never lost."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.e2e.field import Field, sure
from tests.e2e.observer import PASSWORD
from tests.e2e.phone import LAPTOP, Phone
from tests.e2e.test_codebook import look_at

SIZES = pytest.mark.parametrize(
    "size", [LAPTOP, pytest.param((1024, 768), marks=pytest.mark.deep)], ids=["1280x800", "1024x768"]
)


def texts(field: Field) -> list[str]:
    """The memos as the server has them."""
    asked = f"{field.server.origin}/api/v1/studies/{field.study_id}/memos?limit=500"
    return [str(one["text"]) for one in field.page.request.get(asked).json()["items"] if not one.get("retracted")]


def open_at(laptop: Field, place: str, size: tuple[int, int] = LAPTOP) -> Page:
    """A place on the laptop."""
    page = laptop.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{laptop.server.origin}/#/{place}")
    return page


@SIZES
def test_a_memo_is_written_about_several_things_answered_and_mended(
    field: Field, laptop: Field, size: tuple[int, int]
) -> None:
    """It names what it is about, carries its replies, and keeps what it said before."""
    field.begin(("Citizen", "C1")).see("C1", action="Asks", structure="Directing")
    field.hand.end()
    visit = field.last_encounter()["id"]
    page = open_at(laptop, f"encounter/{visit}", size)
    page.get_by_role("link", name="Memos: 0", exact=True).click(timeout=60_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("Memos")
    page.get_by_label("New memo").fill(f"Hvem styrer her? {size}")
    page.get_by_label("Also about").select_option(label="Directing")
    page.get_by_role("button", name="Save memo", exact=True).click()
    memo = page.get_by_role("article").filter(has_text=f"Hvem styrer her? {size}")
    expect(memo).to_contain_text("About: Visit")
    expect(memo).to_contain_text("Directing")
    memo.get_by_role("button", name="Reply", exact=True).click()
    memo.get_by_label("Reply").fill("Klokken, tror jeg.")
    memo.get_by_role("button", name="Save memo", exact=True).click()
    expect(memo.get_by_role("article")).to_contain_text("Klokken, tror jeg.")
    memo.get_by_role("button", name="Edit", exact=True).first.click()
    page.get_by_role("textbox", name="Edit", exact=True).fill(f"Hvad styrer her? {size}")
    page.get_by_role("button", name="Save", exact=True).click()
    memo = page.get_by_role("article").filter(has_text=f"Hvad styrer her? {size}").first
    memo.get_by_role("button", name="Versions", exact=True).first.click()
    expect(memo.locator("del")).to_have_text(["Hvem"])
    expect(memo.locator("ins")).to_have_text(["Hvad"])
    sure(lambda: {f"Hvad styrer her? {size}", "Klokken, tror jeg."} <= set(texts(field)), "the memos did not arrive")
    open_at(laptop, "memos/code:directing", size)
    expect(page.get_by_role("article").filter(has_text=f"Hvad styrer her? {size}").first).to_be_visible()
    open_at(laptop, "memos/code:leaving_be", size)
    expect(page.get_by_text("What you come to think")).to_be_visible()


@SIZES
def test_a_memo_about_some_entries_and_one_about_a_person(field: Field, laptop: Field, size: tuple[int, int]) -> None:
    """From the rows chosen in the review table, and from the person's own panel, where it is counted."""
    hand = field.begin(("Citizen", f"C{size[0]}"))
    for structure in ("Directing", "Doing for", "Doing with"):
        hand.see(f"C{size[0]}", action="Asks", structure=structure)
    hand.end()
    ids = {entry["id"] for entry in field.entries() if entry["structure"] != "doing_for"}
    page = open_at(laptop, "review", size)
    rows = page.get_by_role("row").filter(has_text=f"C{size[0]}")
    for structure in ("Directing", "Doing with"):
        rows.filter(has_text=structure).get_by_role("checkbox").check()
    page.get_by_role("link", name="Memo about these", exact=True).click()
    text = f"To gange det samme {size[0]}"
    page.get_by_label("New memo").fill(text)
    page.get_by_role("button", name="Save memo", exact=True).click()
    sure(lambda: about(field, text) == {("entry", one) for one in ids}, "the memo is not about those two")
    page = open_at(laptop, "people", size)
    page.get_by_role("main").get_by_role("button", name=re.compile(f"^C{size[0]}")).click()
    page.get_by_role("link", name="Memos: 0", exact=True).click()
    text = f"Hun svarer altid {size[0]}"
    page.get_by_label("New memo").fill(text)
    page.get_by_role("button", name="Save memo", exact=True).click()
    sure(lambda: about(field, text) == {("actor", field.actor(f"C{size[0]}"))}, "the memo is not about the person")
    open_at(laptop, "people", size)
    page.get_by_role("main").get_by_role("button", name=re.compile(f"^C{size[0]}")).click()
    expect(page.get_by_role("link", name="Memos: 1", exact=True)).to_be_visible()
    look_at(page, f"person-memos-{size[0]}")


def about(field: Field, text: str) -> set[tuple[str, str]]:
    """What a memo is about, as the server has it."""
    asked = f"{field.server.origin}/api/v1/studies/{field.study_id}/memos?limit=500"
    found = [one for one in field.page.request.get(asked).json()["items"] if one["text"] == text]
    return {(thing["type"], thing["id"]) for one in found for thing in one["about"]}


def test_what_is_typed_stays_through_a_kill(field: Field, laptop: Field) -> None:
    """A breath after the last key the words are on the device; saved, they are a memo."""
    page = open_at(laptop, "memos")
    page.get_by_label("New memo").fill("En halv tanke")
    page.wait_for_timeout(1_000)
    laptop.phone.wait_for_cookie_on_disk()
    laptop.phone.kill()
    laptop.phone.open("/#/memos")
    page = laptop.page
    expect(page.get_by_label("New memo")).to_have_value("En halv tanke")
    page.get_by_role("button", name="Save memo", exact=True).click()
    sure(lambda: "En halv tanke" in texts(field), "the memo did not arrive")
    expect(page.get_by_label("New memo")).to_have_value("")
    mine = page.get_by_role("article").filter(has_text="En halv tanke")
    mine.get_by_role("button", name="Reply", exact=True).click()
    mine.get_by_label("Reply").fill("Skriv den færdig")
    mine.get_by_role("button", name="Save memo", exact=True).click()
    expect(mine.get_by_role("article")).to_contain_text("Skriv den færdig")
    # The first key only asks, and the way back is where the question was asked.
    mine.get_by_role("button", name="Take back…", exact=True).first.press("Enter")
    asked = mine.get_by_role("alert")
    expect(asked).to_contain_text("cannot be put back. Replies that stay without it: 1.")
    expect(asked).to_be_focused()
    look_at(page, "memo-take-back")
    mine.get_by_role("button", name="Cancel", exact=True).press("Enter")
    expect(mine.get_by_role("button", name="Take back…", exact=True).first).to_be_focused()
    page.keyboard.press("Enter")
    mine.get_by_role("button", name="Take back", exact=True).click()
    expect(page.get_by_role("article").filter(has_text="En halv tanke")).to_have_count(0)
    sure(lambda: "En halv tanke" not in texts(field), "the memo was not taken back")
    expect(page.get_by_role("article").filter(has_text="Skriv den færdig")).to_be_visible()


def test_words_struck_in_a_memo_leave_the_one_that_is_being_written(field: Field, laptop: Field) -> None:
    """Else the next letter would bring the name back."""
    page = open_at(laptop, "memos")
    page.get_by_label("New memo").fill("Annemette sad ved vinduet")
    page.get_by_role("button", name="Save memo", exact=True).click()
    page.get_by_label("New memo").fill("Hvem er Annemette?")
    page.wait_for_timeout(1_000)
    memo = page.get_by_role("article").filter(has_text="ved vinduet")
    memo.get_by_role("button", name=re.compile("^Strike words")).first.click()
    sheet = page.get_by_role("dialog")
    word = sheet.get_by_role("group").first.get_by_role("button", name="Annemette", exact=True)
    if word.get_attribute("aria-pressed") != "true":
        word.click()
    sheet.get_by_role("button", name=re.compile("^Strike .*Annemette")).click()
    expect(page.get_by_label("New memo")).to_have_value("Hvem er ▮?")
    page.keyboard.press("Escape")
    page.get_by_label("New memo").press_sequentially(" Ja")
    page.wait_for_timeout(1_000)
    page.reload()
    expect(page.get_by_label("New memo")).to_have_value(re.compile("^Hvem er ▮"))
    page.get_by_label("New memo").fill("")


def test_what_is_typed_while_a_memo_is_saved_begins_the_next_one(field: Field, laptop: Field) -> None:
    """A disk takes its time, and whoever thinks in writing does not wait for it."""
    page = open_at(laptop, "memos")
    box = page.get_by_label("New memo")
    box.fill("Den første tanke")
    box.evaluate("""(box) => {
      box.form.requestSubmit();
      box.value = 'Den næste';
      box.dispatchEvent(new Event('input', { bubbles: true }));
    }""")
    expect(page.get_by_role("article").filter(has_text="Den første tanke")).to_be_visible()
    expect(box).to_have_value("Den næste")
    page.wait_for_timeout(1_000)
    page.reload()
    expect(box).to_have_value("Den næste")
    box.fill("")


@SIZES
def test_a_codes_memos_stand_in_the_codebook(field: Field, laptop: Field, size: tuple[int, int]) -> None:
    """Written beside the code, read there and among all memos, and not a part of the draft."""
    page = open_at(laptop, "codebook", size)
    page.get_by_role("region", name="Structures", exact=True).get_by_role(
        "button", name=re.compile("^Directing")
    ).click()
    memos = page.get_by_role("region", name="Memos about this code", exact=True)
    text = f"Tempo er også styring {size}"
    memos.get_by_label("New memo").fill(text)
    memos.get_by_role("button", name="Save memo", exact=True).click()
    expect(memos.get_by_role("article").filter(has_text=text)).to_be_visible()
    look_at(page, f"codebook-memos-{size[0]}")
    sure(lambda: text in texts(field), "the memo did not arrive")
    expect(page.get_by_role("button", name="Publish…", exact=True)).to_have_count(0)
    page.get_by_role("region", name="Structures", exact=True).get_by_role(
        "button", name=re.compile("^Doing with")
    ).click()
    expect(memos.get_by_role("article")).to_have_count(0)


def test_a_reader_thinks_along(field: Field, playwright: Playwright, tmp_path: Path) -> None:
    """A memo of hers reaches the lead; entries she can only read, with their history."""
    field.begin(("Citizen", "C7")).see("C7", action="Asks", structure="Directing")
    field.hand.end()
    field.hand.truth("on the server ✓")
    study = f"{field.server.origin}/api/v1/studies/{field.study_id}"
    code = field.page.request.post(f"{study}/invitations", data={"role": "reader", "observer": "Rita"}).json()["code"]
    device = Phone(playwright, tmp_path / "reader", field.server.origin, size=LAPTOP)
    page = device.open(f"/#/join/{code}")
    page.get_by_label("Name", exact=True).fill("rita")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Make an account and join", exact=True).click()
    read = page.get_by_role("main").get_by_role("paragraph")
    expect(read.get_by_role("link", name="Memos", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="START", exact=True)).to_have_count(0)
    expect(page.get_by_role("group", name="Who is here")).to_have_count(0)
    page.goto(f"{field.server.origin}/#/capture")
    expect(page).to_have_url(re.compile("#/$"))
    read.get_by_role("link", name="Review", exact=True).click()
    page.locator("tbody tr[aria-rowindex]").first.click(timeout=60_000)
    panel = page.get_by_role("complementary", name="The chosen entry")
    expect(panel.get_by_role("region", name="History")).to_contain_text("Written")
    expect(panel.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    expect(page.get_by_role("checkbox", name="Choose all that are shown")).to_have_count(0)
    page.goto(f"{field.server.origin}/#/memos/code:directing")
    page.get_by_label("New memo").fill("Set udefra: hvem bestemmer?")
    page.get_by_role("button", name="Save memo", exact=True).click()
    sure(lambda: "Set udefra: hvem bestemmer?" in texts(field), "the reader's memo did not arrive")
    device.close()
