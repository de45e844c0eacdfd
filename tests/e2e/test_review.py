"""The review table at the desk: by keyboard, by filters under a name, many at once, and always with a way back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from tests.e2e.field import Field, sure
from tests.e2e.filled import FILL
from tests.e2e.phone import LAPTOP, TABLET, without_network
from tests.e2e.test_codebook import look_at, sign_in

SIZES = pytest.mark.parametrize("size", [LAPTOP, pytest.param(TABLET, marks=pytest.mark.deep)], ids=["1280", "1024"])
SEEN = [
    ("P1", "C1", "Asks", "Directing"),
    ("C1", "P1", "Offers", None),
    ("P1", None, "Does by hand", "Doing for"),
    ("P1", "C1", "Tells", "Directing"),
]


@pytest.fixture(scope="module")
def devices(
    playwright: Playwright, field: Field, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[tuple[int, int], Page]]:
    """A laptop and a tablet of the observer, who has written five entries in one visit."""
    hand = field.begin(("Professional", "P1"), ("Citizen", "C1"))
    for actor, to, action, structure in SEEN:
        hand.see(actor, to=to, action=action, structure=structure)
    hand.write("hun venter ved døren", actor="C1")
    hand.end()
    field.hand.truth("on the server ✓")
    made = {size: sign_in(playwright, tmp_path_factory.mktemp("device"), field, size) for size in (LAPTOP, TABLET)}
    yield {size: device.page for size, device in made.items()}
    for device in made.values():
        assert not [line for line in device.console if re.search("pageerror|Content Security Policy", line)]
        device.close()


def open_review(page: Page, field: Field, n: int) -> Locator:
    """The table with all its rows, newly loaded."""
    page.goto(f"{field.server.origin}/#/review")
    page.reload()
    rows = page.locator("tbody tr[aria-rowindex]")
    expect(rows).to_have_count(n)
    return rows


def on_server(field: Field) -> list[dict[str, Any]]:
    """All entries, in stream order, retracted ones too."""
    place = f"{field.server.origin}/api/v1/studies/{field.study_id}/entries?limit=500&retracted=true"
    answer = field.page.request.get(place)
    assert answer.ok, answer.text()
    return list(answer.json()["items"])


def structures(field: Field) -> list[str | None]:
    """How the entries are coded just now."""
    return [one["structure"] for one in on_server(field)]


def said(page: Page) -> Locator:
    """What is said to those who do not see the page."""
    return page.locator("[aria-live='polite']").last


def keys(page: Page, *pressed: str) -> None:
    """One key after the other."""
    for key in pressed:
        page.keyboard.press(key)


@SIZES
def test_the_table_is_worked_by_keyboard(
    field: Field, devices: dict[tuple[int, int], Page], size: tuple[int, int]
) -> None:
    """j and k move, a digit codes, u takes it back, after a reload too; Enter opens, x chooses, ? lists the keys."""
    page = devices[size]
    rows = open_review(page, field, 5)
    before = structures(field)
    assert before == ["directing", None, "doing_for", "directing", None]
    codes = page.get_by_role("group", name="Codes for the marked entry")
    assert [one.inner_text().split() for one in codes.get_by_role("button").all()][:3] == [
        ["1", "Directing"], ["2", "Doing", "for"], ["3", "Doing", "with"],
    ]  # fmt: skip
    keys(page, "j", "j", "j", "k")
    expect(rows.nth(1)).to_have_attribute("aria-current", "true")
    keys(page, "3")
    expect(rows.nth(1)).to_contain_text("Doing with")
    sure(lambda: structures(field)[1] == "doing_with", "the code did not arrive")
    assert on_server(field)[1]["structure_origin"] == "later"
    keys(page, "j", "4")
    expect(rows.nth(2)).to_contain_text("Leaving be")
    open_review(page, field, 5)
    keys(page, "u")
    expect(rows.nth(2)).to_contain_text("Doing for")
    keys(page, "u")
    expect(rows.nth(1)).not_to_contain_text("Doing with")
    sure(lambda: structures(field) == before, "what was taken back still stands")
    keys(page, "j", "Enter")
    panel = page.get_by_role("complementary", name="The chosen entry")
    expect(panel).to_be_focused()
    look_at(page, f"review-open-{size[0]}")
    keys(page, "Escape")
    expect(panel).to_be_hidden()
    keys(page, "x", "j", "x")
    expect(page.get_by_text("2 chosen", exact=True)).to_be_visible()
    keys(page, "?")
    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet).to_contain_text("take back what was done last here")
    look_at(page, f"review-keys-{size[0]}")
    # Behind the sheet no key does anything.
    keys(page, "1", "Escape")
    expect(sheet).to_have_count(0)
    expect(page.get_by_text("2 chosen", exact=True)).to_be_visible()
    keys(page, "?")
    # A key in the very moment the sheet shuts, before the page hears of it, is not lost either.
    sheet.evaluate("it => { it.close(); dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' })); }")
    expect(sheet).to_have_count(0)
    expect(page.get_by_text("2 chosen", exact=True)).to_be_hidden()
    assert structures(field) == before


@SIZES
def test_filters_stay_under_a_name(field: Field, devices: dict[tuple[int, int], Page], size: tuple[int, int]) -> None:
    """Each filter keeps what it says; together they are saved, are there after a reload, and are forgotten again."""
    page = devices[size]
    rows = open_review(page, field, 5)
    search = page.get_by_role("search")
    for label, option, n in (
        ("Who", "C1", 4),
        ("Structure", "Directing", 2),
        ("Structure", "none", 2),
        ("Action", "Asks", 1),
    ):
        search.get_by_label(label, exact=True).select_option(label=option)
        expect(rows).to_have_count(n)
        search.get_by_label(label, exact=True).select_option(label="all")
    for label, day in (("From", "2035-01-01"), ("To", "2025-01-01")):
        search.get_by_label(label, exact=True).fill(day)
        expect(page.get_by_text("No entry fits these filters")).to_be_visible()
        search.get_by_label(label, exact=True).fill("")
        expect(rows).to_have_count(5)
    search.get_by_label("Flag", exact=True).select_option(index=1)
    expect(page.get_by_text("No entry fits these filters")).to_be_visible()
    search.get_by_label("Flag", exact=True).select_option(label="all")
    search.get_by_label("To code").check()
    expect(rows).to_have_count(1)
    search.get_by_label("To code").uncheck()
    keys(page, "/")
    expect(search.get_by_label("Search words", exact=True)).to_be_focused()
    page.keyboard.type("DØREN")
    expect(rows).to_have_count(1)
    search.get_by_label("Who", exact=True).select_option(label="C1")
    page.get_by_role("button", name="Save these filters").click()
    page.get_by_label("Name of the filters").fill("at the door")
    look_at(page, f"review-saving-{size[0]}")
    keys(page, "Enter")
    saved = page.get_by_role("group", name="Saved filters, on this device")
    expect(saved.get_by_role("button", name="at the door", exact=True)).to_have_attribute("aria-pressed", "true")
    rows = open_review(page, field, 5)
    saved.get_by_role("button", name="at the door", exact=True).click()
    expect(rows).to_have_count(1)
    expect(search.get_by_label("Search words", exact=True)).to_have_value("DØREN")
    page.get_by_role("button", name="Without filters").click()
    expect(rows).to_have_count(5)
    saved.get_by_role("button", name="at the door", exact=True).click()
    page.get_by_role("button", name="Forget “at the door”").click()
    page.get_by_role("button", name="Without filters").click()
    open_review(page, field, 5)
    expect(saved).to_have_count(0)


@SIZES
def test_many_entries_are_changed_and_taken_back_elsewhere(
    field: Field, devices: dict[tuple[int, int], Page], size: tuple[int, int]
) -> None:
    """Counted before, told with its reason in the history, and taken back on the other device but for a later word."""
    page, other = devices[size], devices[TABLET if size == LAPTOP else LAPTOP]
    rows = open_review(page, field, 5)
    before = structures(field)
    page.get_by_role("checkbox", name="Choose all that are shown").check()
    page.get_by_role("button", name="Change them…").click()
    sheet = page.get_by_role("dialog", name="Change 5 entries")
    sheet.get_by_label("Become").select_option(label="Doing for")
    preview = sheet.get_by_role("region", name="What would happen")
    assert [one.inner_text().replace("\n", " ") for one in preview.get_by_role("listitem").all()] == [
        "Directing → Doing for entries: 2, encounters: 1",
        "uncoded → Doing for entries: 2, encounters: 1",
        "Are so already entries: 1",
    ]
    sheet.get_by_label("Why (optional)").fill("decided for her throughout")
    look_at(page, f"review-bulk-{size[0]}")
    sheet.get_by_role("button", name="Change 4 entries").click()
    expect(sheet).to_have_count(0)
    sure(lambda: structures(field) == ["doing_for"] * 5, "the codes did not arrive")
    rows.first.click()
    panel = page.get_by_role("complementary", name="The chosen entry")
    history = panel.get_by_role("region", name="History")
    expect(history).to_contain_text("Structure: Directing → Doing for")
    expect(history).to_contain_text("Why: decided for her throughout")
    # Somebody codes one of them by hand since: theirs is the later word.
    keys(page, "j", "4")
    sure(lambda: structures(field)[1] == "leaving_be", "the code by hand did not arrive")
    rows = open_review(other, field, 5)
    expect(rows.nth(1)).to_contain_text("Leaving be")
    other.get_by_role("button", name="Earlier changes…").click()
    earlier = other.get_by_role("dialog", name="Earlier changes…")
    first = earlier.get_by_role("listitem").first
    expect(first).to_contain_text("decided for her throughout")
    first.get_by_role("button", name="Take back…").click()
    expect(earlier.get_by_role("alert")).to_contain_text("left as they are: 1.")
    look_at(other, f"review-earlier-{size[0]}")
    earlier.get_by_role("button", name="Take back 3", exact=True).click()
    hand_coded = [before[0], "leaving_be", *before[2:]]
    sure(lambda: structures(field) == hand_coded, "the undo did not arrive")
    earlier.get_by_role("button", name="Close").click()
    # And what was coded by hand, where it was done: before it stood what the others have lost again.
    open_review(page, field, 5)
    keys(page, "u")
    sure(lambda: structures(field)[1] == "doing_for", "the last deed was not taken back")
    keys(page, "j", "j", "2")
    sure(lambda: structures(field) == before, "not as it was")


@SIZES
def test_entries_are_split_merged_and_taken_back(
    field: Field, devices: dict[tuple[int, int], Page], size: tuple[int, int]
) -> None:
    """Each by a click, each told in the log, each undone by u."""
    page = devices[size]
    rows = open_review(page, field, 5 if size == LAPTOP else 6)
    n = rows.count()
    rows.nth(3).click()
    panel = page.get_by_role("complementary", name="The chosen entry")
    panel.get_by_role("button", name="Split in two", exact=True).click()
    expect(rows).to_have_count(n + 1)
    keys(page, "u")
    expect(rows.filter(has_text="Taken back")).to_have_count(1 if size == LAPTOP else 2)
    rows.nth(0).click()
    panel.get_by_role("button", name="Take back", exact=True).click()
    expect(rows.nth(0)).to_contain_text("Taken back")
    sure(lambda: on_server(field)[0].get("retracted"), "not taken back on the server")
    keys(page, "u")
    sure(lambda: not on_server(field)[0].get("retracted"), "not put back")
    rows.nth(2).get_by_role("checkbox").check()
    rows.nth(1).get_by_role("checkbox").check()
    page.get_by_role("button", name="Make one of the two").click()
    expect(rows.nth(2)).to_contain_text("merged")
    into, gone = on_server(field)[1:3]
    sure(lambda: on_server(field)[2].get("merged_into") == into["id"], "not merged on the server")
    rows.nth(2).click()
    expect(panel.get_by_role("region", name="History")).to_contain_text("Made one with")
    look_at(page, f"review-merged-{size[0]}")
    keys(page, "u")
    sure(lambda: not on_server(field)[2].get("merged_into"), "not apart again")
    assert on_server(field)[2]["id"] == gone["id"]


@SIZES
def test_axe_finds_nothing_on_the_first_screen_of_a_laptop(
    field: Field, devices: dict[tuple[int, int], Page], size: tuple[int, int]
) -> None:
    """Headings in their order too: what may be filled in stands open beside the days."""
    page = devices[size]
    page.goto(f"{field.server.origin}/#/")
    expect(page.get_by_role("heading", level=2, name="Days")).to_be_visible()
    expect(page.get_by_role("group", name="Who is here")).to_be_visible()
    look_at(page, f"home-{size[0]}")


@pytest.mark.deep
def test_a_change_of_thousands_is_stopped_and_taken_back(field: Field, devices: dict[tuple[int, int], Page]) -> None:
    """It tells how far it is; what was done when it was stopped stands, is counted, and goes back as one."""
    page = devices[LAPTOP]
    open_review(page, field, len(on_server(field)))
    with without_network(page):
        page.evaluate(FILL, {"entries": 8000, "encounters": 40, "words": False})
        page.reload()
        count = page.get_by_role("status").filter(has_text=re.compile(r"of 80\d\d"))
        expect(count).to_be_visible()
        asked = page.get_by_role("search").get_by_label("Structure", exact=True)
        asked.select_option(label="Leaving be")
        expect(page.get_by_text("No entry fits these filters")).to_be_visible()
        asked.select_option(label="all")
        page.get_by_role("button", name=re.compile("^Change all")).click()
        sheet = page.get_by_role("dialog", name=re.compile("^Change 80"))
        sheet.get_by_label("Become").select_option(label="Leaving be")
        sheet.get_by_role("button", name=re.compile("^Change 80")).click()
        sheet.get_by_role("button", name="Stop here", exact=True).click()
        told = page.get_by_text(re.compile(r"^Stopped after \d+ entries"))
        expect(told).to_be_visible()
        n = int(re.findall(r"\d+", told.inner_text())[0])
        assert 0 < n < 8000
        asked.select_option(label="Leaving be")
        expect(page.get_by_role("status").filter(has_text=re.compile(rf"^{n} of"))).to_be_visible()
        page.get_by_role("button", name="Earlier changes…").click()
        earlier = page.get_by_role("dialog", name="Earlier changes…")
        earlier.get_by_role("listitem").first.get_by_role("button", name="Take back…").click()
        earlier.get_by_role("button", name=f"Take back {n}", exact=True).click()
        earlier.get_by_role("button", name="Close").click()
        expect(page.get_by_text("No entry fits these filters")).to_be_visible()
