"""Dated thinking: about codes, people, encounters and entries; answered, mended, and never lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.field import Field, sure
from tests.e2e.phone import LAPTOP

SIZES = pytest.mark.parametrize("size", [LAPTOP, (1024, 768)], ids=["1280x800", "1024x768"])


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
    mine.get_by_role("button", name="Take back", exact=True).click()
    expect(mine).to_be_hidden()
    sure(lambda: "En halv tanke" not in texts(field), "the memo was not taken back")
